"""Does the ball move by the learner's own steps?"""

from __future__ import annotations

import numpy as np
import pytest

import labkit
from labkit.live.landscape import SURFACES, Landscape
from solutions.weightlab.backprop import numerical_gradient
from solutions.weightlab.descent import momentum_step

BOWL = {"bowl": (lambda weights: float(weights @ weights), (-2, 2), (-1, 1))}


@pytest.fixture
def bowl():
    return Landscape(momentum_step, numerical_gradient, BOWL)


def test_the_first_step_goes_against_the_gradient(bowl):
    bowl.answer({"kind": "place", "at": [1.0, -0.5]}, b"")
    answer = bowl.answer({"kind": "step", "rate": 0.1, "momentum": 0.0}, b"")
    np.testing.assert_allclose(answer["path"], [[1, -0.5], [0.8, -0.4]], rtol=1e-6)
    np.testing.assert_allclose(answer["losses"], [1.25, 0.8], rtol=1e-6)
    np.testing.assert_allclose(answer["gradient"], [1.6, -0.8], rtol=1e-6)


def test_momentum_is_kept_between_steps_and_lost_when_the_ball_is_placed(bowl):
    bowl.answer({"kind": "place", "at": [1.0, 0.0]}, b"")
    for _ in range(2):
        moving = bowl.answer({"kind": "step", "rate": 0.1, "momentum": 0.5}, b"")
    assert moving["path"][2, 0] == pytest.approx(0.8 - 0.1 * (0.5 * 2 + 1.6))
    bowl.answer({"kind": "place", "at": [1.0, 0.0]}, b"")
    rested = bowl.answer({"kind": "step", "rate": 0.1, "momentum": 0.5}, b"")
    assert rested["path"][1, 0] == pytest.approx(0.8)


def test_divergence_is_said_and_ends_the_walk(bowl):
    for _ in range(60):
        answer = bowl.answer({"kind": "step", "rate": 3.0, "momentum": 0.0}, b"")
    assert answer["far"]
    assert answer["said"].endswith("the descent diverged.")
    assert len(answer["path"]) < 60


def test_another_surface_starts_anew():
    walk = Landscape(momentum_step, numerical_gradient)
    first, second = SURFACES
    walk.answer({"kind": "step", "rate": 0.1, "momentum": 0.0}, b"")
    answer = walk.answer({"kind": "place", "surface": second}, b"")
    assert answer["name"] == second
    assert len(answer["path"]) == 1
    assert walk.answer({}, b"")["surfaces"] == [first, second]


def test_the_map_is_low_where_the_loss_is_low(bowl):
    heights = bowl.answer({}, b"")["heights"]
    middle = len(heights) // 2
    assert heights[middle, middle] == heights.min() == 0
    assert heights[0, 0] == heights.max() == 13


def test_without_anybody_both_walks_are_drawn(capsys):
    labkit.walk_landscape(momentum_step, numerical_gradient)
    assert "a long valley, convex, rate 0.05: loss 4.56 to" in capsys.readouterr().out
