"""Is every condition true of the cases that it describes, and of no others?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograder.judging.findings import sentences
from autograder.judging.findings.conditions import describe_case, part_cases

T = np.array([[1.25, -2.5, 4.75], [3.5, 7.0, -5.25], [0.5, 6.25, 9.0], [2.0, -8.5, 2.75]])
V = np.array([3.5, -1.25, 2.0, 6.75])
DIAGONAL = np.diag([2.0, 5.0, 7.0])
NAN = np.array([[1.0, math.nan], [2.0, 3.0]])
# The condition, the arguments (and what is expected) of a case where it holds, and of one where it does not.
CONDITIONS = [
    ("where empty", {"x": {}}, {"x": {"w": (2, 3)}}),
    ("where empty", {"x": np.zeros((0, 3))}, {"x": T}),
    ("where holds 0", {"x": {0, 2}}, {"x": {1, 2}}),
    ("where an entry is ()", {"x": {"b": ()}}, {"x": {"b": (3,)}}),
    ("where an item is None", {"x": [T, None]}, {"x": [T, T]}),
    ("where one item", {"x": [(T, V)]}, {"x": [(T, V), (T, V)]}),
    ("where two items", {"x": [3, 4]}, {"x": [3, 4, 5]}),
    ("where several items", {"x": [(T, V), (T, V)]}, {"x": [(T, V)]}),
    ("where many items", {"x": [1, 2, 3]}, {"x": [1, 2]}),
    ("where zero", {"x": 0.0}, {"x": 0.1}),
    ("where negative", {"x": -1.5}, {"x": 1.5}),
    ("where above one", {"x": 1.5}, {"x": 0.5}),
    ("where below one", {"x": 0.5}, {"x": -0.5}),
    ("where a tiny number", {"x": 1e-3}, {"x": 0.5}),
    ("where a tiny number", {"x": 1e-3}, {"x": 0.0}),
    ("where array", {"x": V}, {"x": 3.0}),
    ("where number", {"x": 3.0}, {"x": V}),
    ("where square", {"x": T[:3]}, {"x": T}),
    ("where not square", {"x": T}, {"x": T[:3]}),
    ("where float32", {"x": T.astype(np.float32)}, {"x": T}),
    ("where integers", {"x": np.array([0, 2, 1])}, {"x": V}),
    ("where one row", {"x": T[:1]}, {"x": T}),
    ("where one column", {"x": T[:, :1]}, {"x": T}),
    ("where more rows than columns", {"x": T}, {"x": T.T}),
    ("where more columns than rows", {"x": T.T}, {"x": T}),
    ("where not 2-D", {"x": V}, {"x": T}),
    ("where 1-D", {"x": V}, {"x": T}),
    ("where many axes", {"x": np.ones((2, 3, 4))}, {"x": T}),
    ("where negative entries", {"x": T}, {"x": T**2}),
    ("where all negative", {"x": -(T**2)}, {"x": T}),
    ("where zeros", {"x": DIAGONAL}, {"x": T}),
    ("where all zero", {"x": T * 0}, {"x": DIAGONAL}),
    ("where large", {"x": T * 20}, {"x": T}),
    ("where tiny", {"x": T / 1e5}, {"x": T}),
    ("where all equal", {"x": T * 0 + 2}, {"x": T}),
    ("where NaN", {"x": NAN}, {"x": T}),
    ("where ties", {"x": np.array([[3.0, 3.0, 1.0]])}, {"x": np.array([[1.0, 1.0, 3.0]])}),
    (
        "where the last class is missing",
        {"logits": T, "labels": np.array([0, 1, 0, 1])},
        {"logits": T, "labels": np.array([0, 2, 0, 1])},
    ),
    ("where last batch short", {"x": T, "batch_size": 3}, {"x": T, "batch_size": 2}),
    ("where several batches", {"x": T, "batch_size": 3}, {"x": T, "batch_size": 4}),
    ("where no epochs", {"epochs": 0}, {"epochs": 1}),
    ("where several epochs", {"epochs": 2}, {"epochs": 1}),
]
EXPECTED = [
    ("where expected 0", 0.0, 0.5),
    ("where expected positive", 0.5, 0.0),
    ("where expected negative", -0.5, 0.0),
    ("where expected False", False, True),
    ("where expected True", True, False),
]


@pytest.mark.parametrize(("kind", "holds", "not_so"), CONDITIONS, ids=[one[0] for one in CONDITIONS])
def test_a_condition_holds_where_it_is_said_to(kind, holds, not_so):
    """The condition is about the first argument."""
    assert {value for fact, value in describe_case(holds, T).items() if fact[0] == kind} == {True}
    assert True not in {value for fact, value in describe_case(not_so, T).items() if fact[0] == kind}


@pytest.mark.parametrize(("kind", "holds", "not_so"), EXPECTED, ids=[one[0] for one in EXPECTED])
def test_a_condition_on_what_is_expected_holds_where_it_is_said_to(kind, holds, not_so):
    assert describe_case({"x": V}, holds)[kind,] is True and describe_case({"x": V}, not_so)[kind,] is False


def test_every_condition_is_tried():
    assert {one[0] for one in (*CONDITIONS, *EXPECTED)} == {*sentences.CONDITIONS}


def test_one_fact_parts_the_cases_if_it_holds_of_all_wrong_ones_and_of_no_right_one():
    empty, one, square = ("where empty", "`x`"), ("where one row", "`x`"), ("where square",)
    assert part_cases([{empty: True}], [{empty: False}]) == [empty]
    assert part_cases([{empty: True}], [{empty: False}, {}]) == [empty], "in one case there is no such question"
    assert part_cases([{empty: True}], [{}]) == [], "there is such a question in no right case"
    assert part_cases([{empty: True}, {empty: False}], [{empty: False}]) == []
    assert part_cases([{empty: True}], [{empty: True}]) == []
    assert part_cases([{empty: True, one: True}], [{empty: False, one: False}]) == [], "either may be the reason"
    assert part_cases([{empty: True, square: True}], [{empty: False, square: False}]) == [empty]
    assert part_cases([{square: True}] * 2, [{square: False}] * 2) == [square]
    assert part_cases([{square: True}], [{square: False}] * 2) == []
    assert part_cases([{square: True}] * 2, [{square: False}]) == []
    assert part_cases([], [{empty: False}]) == part_cases([{empty: True}], []) == []
