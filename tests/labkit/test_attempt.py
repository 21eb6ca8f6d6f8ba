"""Does a cell go on when a function refuses its arguments, and only then?"""

from __future__ import annotations

import numpy as np
import pytest

from labkit.attempt import attempt
from solutions.weightlab.loss import mean_squared_error

FLAT, COLUMN = np.array([1.0, 2.0, 3.0]), np.array([[1.0], [2.0], [3.0]])


def test_a_refusal_is_quoted():
    said = attempt(mean_squared_error, FLAT, COLUMN)
    assert said == "refuses and says “shapes differ: predictions (3,), targets (3, 1)”"


def test_a_result_is_described():
    def without_a_look_at_the_shapes(predictions, targets):
        return float(np.mean((predictions - targets) ** 2))

    assert attempt(without_a_look_at_the_shapes, FLAT, COLUMN).startswith("returns the number 1.3")


@pytest.mark.parametrize("error", [NotImplementedError, TypeError, KeyError])
def test_an_error_of_another_kind_stops_the_cell(error):
    def unfinished(predictions, targets):
        raise error

    with pytest.raises(error):
        attempt(unfinished, FLAT, COLUMN)
