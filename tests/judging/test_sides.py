"""Is the side on which answers are wrong told exactly from where there are enough of them, and their order?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.judging.findings.sides import find_order, find_side
from tests.support.samples import sample

T, F = True, False


def side(*pairs):
    """Return the side of wrong answers, given what was expected and what came back in each case."""
    return find_side([replace(sample(*map(np.array, pair)), index=k) for k, pair in enumerate(pairs)])


@pytest.mark.parametrize(
    ("expected", "got", "found"),
    [
        ([1.0, 2, 3, 4], [0.0, 0, 0, 0], ("always zero",)),
        ([1.0, 2, 3], [0.0, 0, 0], None),  # three are too few
        ([1.0, 2, 3, 4, 9], [0.0, 0, 0, 4, 9], None),  # three that are wrong
        ([1.0, 2, 3, 4], [0.0, 0, 0, 5], None),
        ([-1.0, 2, 3, 4], [0.0, 3, 4, 5], ("never negative",)),
        ([-1.0, 2, 3, 4], [5.0, 3, 4, -5], None),
        ([0.0, 2, 3, 4], [1.0, 3, 4, 5], None),  # no negative number is expected
        ([1.0, -2, -3, -4], [0.0, -3, -4, -5], ("never positive",)),
        ([1.0, -2, -3, -4], [-5.0, -3, -4, 5], None),
        ([0.0, -2, -3, -4], [-1.0, -3, -4, -5], None),  # no positive number is expected
        ([-1.0, 2, 3, 4], [np.inf, 3, 4, 5], None),
        ([-1.0, 2, 3, 4], [np.nan, 3, 4, 5], None),
        ([T, T, T, T, F], [F, F, F, F, F], ("only", "False", "True")),
        ([F, F, F, F, T], [T, T, T, T, T], ("only", "True", "False")),
        ([T, T, T, F], [F, F, F, T], None),
        ([F, F, F, T], [T, T, T, F], None),
        ([T, T, T], [F, F, F], None),
        ([2, 2, 2, 2], [T, T, T, T], None),
        ([T, T, T, T], [-2, -2, -2, -2], None),
        ([1.0, 2, 3, 4], [[0.0, 0, 0, 0]], None),
    ],
)
def test_four_wrong_entries_show_a_side(expected, got, found):
    assert side((expected, got)) == found


def test_the_wrong_entries_of_all_wrong_answers_count():
    assert side(([1.0, 2], [0.0, 0]), ([3.0, 4], [0.0, 0])) == ("always zero",)
    assert side(([1.0, 2], [0.0, 0]), ([3.0, 4], [0.0, 1])) is None
    assert side(([1.0, 2, 3, 4], [0.0] * 4), ([3.0, 4], [0.0])) is None, "another shape"
    right = sample(np.array([-5.0]), np.array([-5.0]), right=True)
    assert find_side([sample(np.array([-1.0, 2, 3, 4]), np.array([0.0, 3, 4, 5])), right]) == ("never negative",)
    assert find_side([right]) is find_side([]) is None


@pytest.mark.parametrize(
    ("sizes", "found"),
    [((6, 1, 1), True), ((5, 1, 1), False), ((7, 1), False), ((8,), False), ((2, 2, 2, 2), True)],
)
def test_eight_wrong_entries_in_three_cases_are_too_large_or_too_small(sizes, found):
    tables = [np.arange(1.0, 1 + size) for size in sizes]
    assert side(*((one, one + 1) for one in tables)) == (("too large",) if found else None)
    assert side(*((one, one / 2) for one in tables)) == (("too small",) if found else None)
    mixed = [(one, one + 1) for one in tables[:-1]] + [(tables[-1], tables[-1] / 2)]
    assert len(sizes) == 1 or side(*mixed) is None


@pytest.mark.parametrize(
    ("expected", "got", "found"),
    [
        ([[1.0, 2, 3]], [[4.0, 5, 6]], ("order kept", 1, 2)),
        ([[1.0], [2], [3]], [[4.0], [5], [6]], ("order kept", 0, 2)),
        ([[1.0, 2, 3], [4, 5, 6]], [[4.0, 5, 6], [3, 2, 1]], None),
        ([[1.0, 2]], [[4.0, 5]], None),
        ([1.0, 2, 3], [4.0, 5, 6], None),
        ([[1.0, 2, 3]], [4.0, 5, 6], None),
        ([[1.0, 2, 2]], [[4.0, 5, 5]], ("order kept", 1, 2)),
        ([[1.0, 1, 1]], [[5.0, 5, 5]], None),
        ([[1.0, 2, 3]], [[4.0, 5, np.inf]], None),
    ],
)
def test_an_order_is_kept_if_no_two_entries_of_a_line_change_places(expected, got, found):
    kept = sample(np.array(expected), np.array(got))
    assert find_order([kept]) == found
    assert find_order([kept, sample(np.ones((2, 2)), None)]) is None


def test_the_order_of_up_to_fifty_entries_is_looked_at():
    for entries, found in ((50, ("order kept", 1, 2)), (51, None)):
        row = np.arange(float(entries))[np.newaxis]
        assert find_order([sample(row, row**3 + 1)]) == found


def test_right_answers_do_not_change_an_order():
    row = np.array([[1.0, 2, 3]])
    other = sample(np.ones(2), np.ones(2), right=True)
    assert find_order([sample(row, row + 1), other]) == ("order kept", 1, 2)
    assert find_order([sample(row, row + 1), replace(other, right=False)]) is None
