"""Does the ball move by the learner's own steps?"""

from __future__ import annotations

import numpy as np
import pytest

import labkit
from labkit.live.landscape import Landscape
from labkit.walk import SURFACES
from solutions.weightlab.backprop import numerical_gradient
from solutions.weightlab.descent import momentum_step

BOWL = {"bowl": (lambda weights: float(weights @ weights), (-2, 2), (-1, 1))}


@pytest.fixture
def bowl():
    walk = Landscape(momentum_step, numerical_gradient, BOWL)
    walk.answer({})
    return walk


def place(walk, first, second):
    return walk.answer({"event": "place", "at": [first, second]})


def step(walk, rate, momentum=0.0):
    return walk.answer({"event": "step", "values": {"rate": rate, "momentum": momentum}})


def test_the_first_step_goes_against_the_gradient(bowl):
    place(bowl, 1.0, -0.5)
    answer = step(bowl, 0.1)
    np.testing.assert_allclose(bowl.walk.path, [[1, -0.5], [0.8, -0.4]], rtol=1e-6)
    np.testing.assert_allclose(bowl.walk.losses, [1.25, 0.8], rtol=1e-6)
    _, arrow = answer["panels"][0]["lines"]
    np.testing.assert_allclose(arrow["x"], [0.8, 0.8 - 0.16], rtol=1e-6)
    np.testing.assert_allclose(arrow["y"], [-0.4, -0.4 + 0.08], rtol=1e-6)
    assert arrow["arrow"]
    assert answer["panels"][0]["pointer"]["at"] == (arrow["x"][0], arrow["y"][0]), "the keyboard begins at the ball"


def test_momentum_is_kept_between_steps_and_lost_when_the_ball_is_placed(bowl):
    place(bowl, 1.0, 0.0)
    for _ in range(2):
        step(bowl, 0.1, 0.5)
    assert bowl.walk.path[2][0] == pytest.approx(0.8 - 0.1 * (0.5 * 2 + 1.6))
    place(bowl, 1.0, 0.0)
    step(bowl, 0.1, 0.5)
    assert bowl.walk.path[1][0] == pytest.approx(0.8)


def test_back_leads_to_the_place_that_was_chosen(bowl):
    place(bowl, 1.0, -0.5)
    step(bowl, 0.1)
    bowl.answer({"event": "back"})
    np.testing.assert_array_equal(bowl.walk.path, [[1, -0.5]])


def test_divergence_is_said_and_ends_the_walk(bowl):
    for _ in range(60):
        answer = step(bowl, 3.0)
    assert answer["ended"]
    assert len(answer["panels"][0]["lines"]) == 1, "the path without an arrow"
    assert answer["said"].endswith("the descent diverged.")
    assert len(bowl.walk.path) < 60


def test_another_surface_starts_anew():
    walk = Landscape(momentum_step, numerical_gradient)
    first, second = SURFACES
    walk.answer({})
    step(walk, 0.1)
    answer = walk.answer({"event": "surface", "values": {"surface": second}})
    assert answer["panels"][0]["title"] == second
    assert len(walk.walk.path) == 1
    assert answer["controls"][0]["options"] == [first, second]


def test_the_map_is_low_where_the_loss_is_low(bowl):
    heights = bowl.answer({})["panels"][0]["map"]["values"]
    middle = len(heights) // 2
    assert heights[middle, middle] == heights.min() == 0
    assert heights[0, 0] == heights.max() == 13


def test_without_anybody_both_walks_are_drawn(capsys):
    labkit.walk_landscape(momentum_step, numerical_gradient)
    assert capsys.readouterr().out.count("After 40 steps: weights") == 2
