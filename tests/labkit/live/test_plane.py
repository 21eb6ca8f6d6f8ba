"""Does the plane follow the learner's ``forward`` and ``train``?"""

from __future__ import annotations

import numpy as np
import pytest

import labkit
from labkit.half_planes import NUMBERS
from labkit.live.plane import EDGE, Plane
from labkit.points import POINTS
from solutions.weightlab.descent import train
from solutions.weightlab.forward import forward, predict


def plane_of(points="moons", hidden=4):
    plane = Plane(forward, train, hidden, points)
    plane.answer({})
    return plane


def do(plane, event, **more):
    """Use a control or the pointer; the answer says how all controls are set afterwards."""
    more["values"] = more.get("values", {})
    return plane.answer({"event": event} | more)


@pytest.mark.parametrize(("points", "hidden"), [("moons", 6), ("rings", 6), ("XOR", 8)])
def test_training_with_the_learners_function_divides_the_points(points, hidden):
    plane = plane_of(points, hidden)
    for _ in range(200):
        answer = do(plane, "train", values={"rate": 0.2})
    assert np.mean(predict(plane.network.layers, plane.places) == plane.labels) > 0.93
    assert answer["said"].startswith("400 epochs: ")


def test_the_map_is_the_difference_of_the_logits_with_the_highest_row_first():
    plane = plane_of()
    answer = plane.answer({})
    logits, _ = forward(plane.network.layers, np.array([[-EDGE, EDGE], [EDGE, -EDGE]]))
    np.testing.assert_allclose(answer["panels"][0]["map"]["values"][[0, -1], [0, -1]], logits[:, 1] - logits[:, 0])
    assert answer["panels"][1]["values"].shape == (4, 41 * 41)


def test_setting_a_neurons_weights_moves_its_half_plane():
    plane = plane_of()
    assert do(plane, "pick", index=1)["panels"][1]["marked"] == 1
    wanted = [1.0, 0.0, -0.5, 2.0]
    for name in NUMBERS:
        answer = do(plane, name, values=dict(zip(NUMBERS, wanted, strict=True)))
    assert plane.network.neurons[:, 1].tolist() == pytest.approx(wanted) == [answer["values"][name] for name in NUMBERS]
    active = answer["panels"][1]["values"][1].reshape(41, 41) > 0
    along = np.linspace(-EDGE, EDGE, 41)
    np.testing.assert_array_equal(active, np.tile(along > 0.5, (41, 1)))


def test_dragging_moves_the_chosen_neurons_line_and_no_other():
    plane = plane_of()
    others = plane.network.neurons[:, [0, 1, 3]].tolist()
    do(plane, "pick", index=2)
    do(plane, "place", at=[0.7, -0.3], passing=True)
    first, second, bias, _ = plane.network.neurons[:, 2]
    assert first * 0.7 - second * 0.3 + bias == pytest.approx(0)
    assert plane.network.neurons[:, [0, 1, 3]].tolist() == others


def test_the_learner_sets_points_of_both_classes():
    plane = plane_of()
    cleared = do(plane, "points", values={"points": "none"})
    assert cleared["said"] == "No points: add some of both classes."
    assert do(plane, "train", values={"points": "none"})["ended"]
    do(plane, "place", at=[0.5, 0.5], values={"hand": "adds a blue point"})
    do(plane, "place", at=[0.6, 0.6], passing=True, values={"hand": "adds a blue point"})
    answer = do(plane, "place", at=[-0.5, 9], values={"hand": "adds an orange point"})
    assert plane.places.tolist() == [[0.5, 0.5], [-0.5, EDGE]]
    assert plane.labels.tolist() == [1, 0]
    assert not answer["panels"][0]["pointer"]["drag"], "dragging would leave a trail of points"


@pytest.mark.parametrize("name", [name for name in POINTS if name != "none"])
def test_every_set_has_both_classes_within_the_plane(name):
    plane = plane_of(name)
    assert 40 < plane.labels.sum() < 80
    assert np.abs(plane.places).max() < EDGE


def test_new_weights_forget_the_training():
    plane = plane_of()
    do(plane, "train")
    assert do(plane, "begin")["said"].startswith("0 epochs")


def test_without_anybody_the_plane_is_shown_before_and_after_training(capsys):
    labkit.divide_plane(forward)
    printed = capsys.readouterr().out
    assert "A plane to divide. 0 epochs:" in printed
    assert "200 epochs:" in printed


def test_an_unknown_set_is_named():
    with pytest.raises(ValueError, match="one of moons, rings, XOR, none, not 'stars'"):
        labkit.divide_plane(forward, points="stars")


def test_the_words_for_the_keys_follow_what_a_click_does():
    plane = plane_of()
    assert plane.answer({})["panels"][0]["pointer"]["help"] == "Arrow keys move the line."
    answer = do(plane, "hand", values={"hand": "adds a blue point"})
    assert answer["panels"][0]["pointer"]["help"] == "Arrow keys move a cursor; Enter adds a blue point there."
