"""Does the plane follow the learner's forward pass and train?"""

from __future__ import annotations

import numpy as np
import pytest

import labkit
from labkit.live.plane import EDGE, POINTS, Plane
from solutions.weightlab.descent import train
from solutions.weightlab.forward import forward, predict


def plane_of(points="moons", hidden=4):
    return Plane(forward, train, hidden, points, seed=0)


@pytest.mark.parametrize(("points", "hidden"), [("moons", 6), ("rings", 6), ("XOR", 8)])
def test_training_with_the_learners_function_divides_the_points(points, hidden):
    plane = plane_of(points, hidden)
    for _ in range(20):
        answer = plane.answer({"kind": "train", "epochs": 20, "rate": 0.2}, b"")
    assert np.mean(predict(plane.layers, plane.points) == plane.labels) > 0.93
    assert answer["said"].startswith("400 epochs: ")


def test_the_map_is_the_difference_of_the_logits_with_the_highest_row_first():
    plane = plane_of()
    answer = plane.answer({}, b"")
    logits, _ = forward(plane.layers, np.array([[-EDGE, EDGE], [EDGE, -EDGE]]))
    np.testing.assert_allclose(answer["map"][[0, -1], [0, -1]], logits[:, 1] - logits[:, 0])
    assert answer["neurons"].shape == (4, 25, 25)


def test_setting_a_neurons_weights_moves_its_half_plane():
    plane = plane_of()
    answer = plane.answer({"kind": "weights", "neuron": 1, "values": [1.0, 0.0, -0.5, 2.0]}, b"")
    assert answer["weights"][1] == pytest.approx([1.0, 0.0, -0.5, 2.0])
    active = answer["neurons"][1] > 0
    along = np.linspace(-EDGE, EDGE, 25)
    np.testing.assert_array_equal(active, np.tile(along > 0.5, (25, 1)))


def test_the_learner_sets_points_of_both_classes():
    plane = plane_of()
    assert plane.answer({"kind": "clear"}, b"")["said"] == "No points: add some of both classes."
    plane.answer({"kind": "train", "epochs": 5, "rate": 0.1}, b"")
    plane.answer({"kind": "add", "at": [0.5, 0.5], "label": 1}, b"")
    answer = plane.answer({"kind": "add", "at": [-0.5, 9], "label": 0}, b"")
    assert answer["points"].tolist() == [[0.5, 0.5], [-0.5, EDGE]]
    assert answer["labels"].tolist() == [1, 0]


@pytest.mark.parametrize("name", POINTS)
def test_every_set_has_both_classes_within_the_plane(name):
    answer = plane_of().answer({"kind": "points", "name": name}, b"")
    assert 40 < answer["labels"].sum() < 80
    assert np.abs(answer["points"]).max() < EDGE


def test_new_weights_forget_the_training():
    plane = plane_of()
    plane.answer({"kind": "train", "epochs": 3, "rate": 0.1}, b"")
    assert plane.answer({"kind": "begin"}, b"")["said"].startswith("0 epochs")


def test_without_anybody_the_plane_is_shown_before_and_after_training(capsys):
    labkit.divide_plane(forward)
    printed = capsys.readouterr().out
    assert "Before training: 0 epochs" in printed
    assert "After 200 epochs: 200 epochs" in printed


def test_an_unknown_set_is_named():
    with pytest.raises(ValueError, match="one of moons, rings, XOR, not 'stars'"):
        labkit.divide_plane(forward, points="stars")
