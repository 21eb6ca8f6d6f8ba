"""Do drawings become images that networks trained on the data can read?"""

from __future__ import annotations

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from benchmarks.drawn_digits import drawn
from labkit import data
from labkit.drawings import RECIPES, Drawings, to_image
from solutions.weightlab.descent import train
from solutions.weightlab.forward import predict
from solutions.weightlab.initialization import init_layers
from solutions.weightlab.weights import template_weights, weighted_sums


@pytest.fixture(scope="module")
def drawings():
    strokes, digits = drawn()
    assert len(strokes) == 360
    assert set(digits) == set(range(10))
    return {side: np.array([to_image(each, side) for each in strokes]) for side in RECIPES}, digits


def test_a_trained_network_reads_three_quarters_of_8_by_8_drawings(drawings, layers):
    images, digits = drawings
    assert np.mean(predict(layers, images[8]) == digits) >= 0.78


def test_templates_read_seven_tenths(drawings, digits):
    images, shown = drawings
    templates = template_weights(digits.train_images, digits.train_labels, 10)
    assert np.mean(weighted_sums(images[8], templates).argmax(axis=1) == shown) >= 0.75


def test_the_14_by_14_reader_reads_most(drawings):
    images, digits = drawings
    assert np.mean(predict(data.pretrained_reader(), images[14]) == digits) >= 0.87


def test_a_network_trained_on_both_sets_reads_nine_tenths(drawings):
    images, digits = drawings
    both, rng = data.both_digits(), np.random.default_rng(0)
    assert [len(one) for one in both] == [5200, 5200, 1597, 1597]
    assert both.train_images.max() <= 1
    settings = {"epochs": 15, "batch_size": 32, "learning_rate": 0.2, "rng": rng}
    layers, _ = train(init_layers([196, 64, 10], rng), *both[:2], **settings)
    assert np.mean(predict(layers, images[14]) == digits) >= 0.92
    assert np.mean(predict(layers, both.test_images) == both.test_labels) > 0.92


def test_drawings_have_as_much_ink_as_the_data(drawings, digits):
    images, _ = drawings
    assert np.mean(images[8]) == pytest.approx(np.mean(digits.train_images), rel=0.05)
    assert np.mean(images[14]) == pytest.approx(np.mean(data.digits14_train()[0]), rel=0.05)


@pytest.mark.parametrize("side", RECIPES)
def test_neither_place_nor_magnitude_matters(side):
    stroke = np.array([[0.1, 0.1], [0.4, 0.2], [0.2, 0.7]])
    np.testing.assert_allclose(to_image([stroke], side), to_image([0.3 * stroke + 5], side), atol=1e-9)


@pytest.mark.parametrize("side", RECIPES)
def test_one_point_is_a_dot_in_the_middle_and_no_stroke_is_paper(side):
    dot = to_image([np.array([[0.9, 0.1]])], side).reshape(side, side)
    assert dot.sum() > 0
    np.testing.assert_allclose(dot, dot[::-1, ::-1], atol=1e-9)
    assert not to_image([], side).any()


def test_all_ink_lies_between_paper_and_full_ink(drawings):
    images, _ = drawings
    for pixels in images.values():
        assert pixels.min() >= 0
        assert pixels.max() <= 1
        assert pixels.max(axis=1).min() > 0.5


@pytest.mark.parametrize("side", RECIPES)
def test_neither_the_place_nor_the_size_of_a_drawing_changes_its_image(side):
    """The pad's own text says so."""
    strokes, _ = drawn()
    for drawing in strokes[:40]:
        moved = [0.3 * np.asarray(stroke) + [0.65, 0.02] for stroke in drawing]
        np.testing.assert_allclose(to_image(moved, side), to_image(drawing, side), atol=1e-9)


def test_kept_drawings_say_how_many_they_are_and_nothing_at_the_end_of_a_cell():
    kept = Drawings(8)
    before = len(kept.labels)
    assert repr(kept) == f"{before} kept drawings"
    formatter = DisplayFormatter()
    formatter.active_types = ["text/plain"]
    formatter.ipython_display_formatter.enabled = True
    assert formatter.format(kept) == ({}, {}), "a live figure stands above it already"
