"""Do the figures at the beginnings of chapters show what they say, in words that can be read?"""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from labkit import data
from labkit.figures import openings, style
from labkit.lent.given_training import mean_loss
from labkit.lent.signals import carried_and_gradients
from solutions.weightlab.weights import template_weights
from tests.support.figures import assert_readable


def both_ways():
    digits = data.digits8()
    openings.forwards_and_backwards(digits.train_images, digits.train_labels)


def turning():
    openings.turning_digits(data.pretrained_reader(), *data.digits14()[2:])


OPENINGS = {"both ways": both_ways, "small steps": openings.many_small_steps, "turning": turning}


def drawn(monkeypatch, name):
    kept = []
    monkeypatch.setattr(openings, "show", lambda fig, alt: kept.append((fig, alt)))
    OPENINGS[name]()
    return kept[0]


@pytest.mark.parametrize("name", OPENINGS)
def test_an_opening_uses_the_width_and_its_words_can_be_read(monkeypatch, name):
    fig, alt = drawn(monkeypatch, name)
    assert_readable(fig)
    assert 80 < len(alt) < 500


def test_chapter_1_opens_with_the_weights_that_its_exercise_computes(monkeypatch):
    digits, kept = data.digits8(), []
    monkeypatch.setattr(openings, "show", lambda fig, alt: kept.append(fig))
    openings.ten_neurons(digits.train_images, digits.train_labels)
    wanted = template_weights(digits.train_images, digits.train_labels, 10)
    shown = np.concatenate([image.get_array().ravel() for ax in kept[0].axes for image in ax.images]).compressed()
    np.testing.assert_allclose(np.sort(shown), np.sort(wanted.ravel()), atol=1e-12)


def test_the_gradients_of_both_ways_are_those_that_are_measured():
    rng = np.random.default_rng(0)
    sizes = [6, 5, 4, 3]
    layers = [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in itertools.pairwise(sizes)]
    x = rng.random(6)
    carried, gradients = carried_and_gradients(layers, x, 1)
    assert [matrix.shape for matrix in carried] == [(5, 4), (4, 3)]
    for k, gradient in enumerate(gradients, start=1):
        for at in np.ndindex(gradient.shape):
            losses = []
            for by in (1e-6, -1e-6):
                weights = layers[k][0].copy()
                weights[at] += by
                moved = [*layers[:k], (weights, layers[k][1]), *layers[k + 1 :]]
                losses.append(mean_loss(moved, x[np.newaxis], np.array([1])))
            assert gradient[at] == pytest.approx((losses[0] - losses[1]) / 2e-6, abs=1e-7)
    assert any(gradient.any() for gradient in gradients)


def test_only_what_flows_forwards_has_a_sign(monkeypatch):
    fig, alt = drawn(monkeypatch, "both ways")
    above, below = ({tuple(color[:3]) for part in ax.collections[:2] for color in part.get_colors()} for ax in fig.axes)
    assert len(above) == 2 and len(below) == 1 and not above & below
    digit, reached = re.findall(r"digit, (\d).*class (\d)", alt)[0]
    assert digit == reached


def test_every_small_step_leads_downhill_and_neighbours_part():
    for start in [(1.25, 1.15), (-1.15, 1.25), (-1.25, 1.15), (1.9, -0.5)]:
        path = np.array(openings._descent(start))
        losses = (path.prod(axis=1) - 1) ** 2
        assert (np.diff(losses) < 0).all() and losses[-1] < 0.1
    assert openings._descent((-1.15, 1.25))[-1].sum() > 0 > openings._descent((-1.25, 1.15))[-1].sum()


def test_the_words_count_the_descents_into_each_valley(monkeypatch):
    fig, alt = drawn(monkeypatch, "small steps")
    starts, one, other = map(int, re.findall(r"from (\d+) starts: (\d+) times .* (\d+) times", alt)[0])
    assert starts == one + other and one == other
    (flat,) = (ax for ax in fig.axes if ax.name != "3d")
    assert len([drawn for drawn in flat.lines if len(drawn.get_xdata()) > 1]) == starts
    assert flat.collections[0].get_cmap().name == style.LOSS


def test_a_wrong_answer_is_bold_and_the_words_say_from_where_on(monkeypatch):
    fig, alt = drawn(monkeypatch, "turning")
    (ax,) = fig.axes
    answers = np.array([text.get_text() for text in ax.texts if "°" not in text.get_text()]).reshape(-1, 10)
    bold = np.array([text.get_fontweight() == "bold" for text in ax.texts if "°" not in text.get_text()])
    wrong = answers != answers[:, :1]
    assert (bold.reshape(wrong.shape) == wrong).all() and not wrong[:, 0].any() and wrong[:, -1].sum() >= 3
    for row, of_row in zip(answers, wrong, strict=True):
        if of_row.any():
            first = int(of_row.argmax())
            assert of_row[first:].all(), "the words say “from … on”"
            assert f"the {row[0]} from {10 * first}° on, first as {row[first]}" in alt
        else:
            assert f"the {row[0]} nowhere" in alt
