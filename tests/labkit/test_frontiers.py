"""Is the old accuracy read off where a curve first reaches the new one?"""

from __future__ import annotations

import numpy as np
import pytest

from labkit.frontiers import old_at

FALLING = np.array([[0.2, 0.9], [0.6, 0.7], [0.5, 0.6], [0.8, 0.4]])
LEVEL = np.array([[0.1, 0.9], [0.3, 0.9]])


@pytest.mark.parametrize(
    ("curves", "new", "old"),
    [
        ([FALLING], 0.2, 0.9),
        ([FALLING], 0.1, 0.9),
        ([FALLING], 0.4, 0.8),
        ([FALLING], 0.6, 0.7),
        ([FALLING], 0.7, 0.6 - 0.2 * 2 / 3),
        ([FALLING], 0.8, 0.4),
        ([FALLING, LEVEL], 0.3, 0.9),
        ([LEVEL, FALLING], 0.6, 0.7),
        ([FALLING.tolist()], 0.4, 0.8),
        ([np.array([[0.5, 0.7]])], 0.4, 0.7),
    ],
)
def test_the_best_curve_counts_where_it_first_gets_there(curves, new, old):
    assert old_at(curves, new) == pytest.approx(old)


@pytest.mark.parametrize("curves", [[], [LEVEL], [LEVEL, LEVEL]])
def test_what_no_curve_reaches_is_not_a_number(curves):
    assert np.isnan(old_at(curves, 0.5))
