"""Is every condition true of the cases that it describes, and of no others?"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from autograder.exercise import Case
from autograder.judging.findings import sentences
from autograder.judging.findings.conditions import describe_case, find_conditions, part_cases
from autograder.judging.findings.masks import find_masks, marks_entries, take_line
from autograder.judging.key import Key
from autograder.judging.related import Related
from tests.support.samples import sample

T = np.array([[1.25, -2.5, 4.75], [3.5, 7.0, -5.25], [0.5, 6.25, 9.0], [2.0, -8.5, 2.75]])
P = np.array([[0.25, 1.5, 3.0], [2.25, 0.5, 6.0], [4.5, 1.0, 0.75], [1.75, 5.0, 2.5]])
V = np.array([3.5, -1.25, 2.0, 6.75])
DIAGONAL = np.diag([2.0, 5.0, 7.0])
NAN = np.array([[1.0, math.nan], [2.0, 3.0]])
# The condition, the arguments (and what is expected) of a case where it holds, and of one where it does not.
CONDITIONS = [
    ("where several of them", {"x": {0, 2}}, {"x": {2}}),
    ("where all layers", {"layers": [(T, V), (T, V)], "x": {0, 1}}, {"layers": [(T, V), (T, V)], "x": {1}}),
    ("where a whole number", {"x": 3}, {"x": 3.0}),
    ("where a whole number", {"x": 3}, {"x": np.array([3])}),
    ("where one", {"x": 1}, {"x": 2}),
    ("where one", {"x": 1}, {"x": 1.0}),
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
    ("where above one", {"x": 2}, {"x": 1}),
    ("where below one", {"x": 0.5}, {"x": 1}),
    ("where below one", {"x": 0.5}, {"x": 0}),
    ("where negative", {"x": -1}, {"x": 0}),
    ("where a tiny number", {"x": 0.01}, {"x": 0.011}),
    ("where a tiny number", {"x": -0.01}, {"x": -0.011}),
    ("where a tiny number", {"x": 1e-3}, {"x": 0.5}),
    ("where a tiny number", {"x": 1e-3}, {"x": 0.0}),
    ("where array", {"x": V}, {"x": 3.0}),
    ("where number", {"x": 3.0}, {"x": V}),
    ("where square", {"x": T[:3]}, {"x": T}),
    ("where not square", {"x": T}, {"x": T[:3]}),
    ("where float32", {"x": T.astype(np.float32)}, {"x": T}),
    ("where float32", {"x": T, "y": V.astype(np.float32)}, {"x": T, "y": V}),
    ("where integers", {"x": np.array([0, 2, 1])}, {"x": V}),
    ("where integers", {"x": np.array([0, 2, 1])}, {"x": 3}),
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
    ("where an array is all zero", {"x": [T, T * 0]}, {"x": [T, T]}),
    ("where an array is all zero", {"x": [T, T * 0]}, {"x": [(T, V), T * 0]}),
    ("where all zero", {"x": np.array([0, 0])}, {"x": np.array([False, False])}),
    ("where large", {"x": T * 20}, {"x": T}),
    ("where large", {"x": np.array([80.0, 0.0])}, {"x": np.array([79.9, 0.0])}),
    ("where large", {"x": np.array([-80.0, 0.0])}, {"x": np.array([-79.9, 0.0])}),
    ("where tiny", {"x": T / 1e5}, {"x": T}),
    ("where tiny", {"x": np.array([9e-4, 0.0])}, {"x": np.array([1e-3, 0.0])}),
    ("where tiny", {"x": np.array([-9e-4, 0.0])}, {"x": np.zeros(2)}),
    ("where all equal", {"x": T * 0 + 2}, {"x": T}),
    ("where all equal", {"x": np.array([2.0, 2.0])}, {"x": np.array([2.0])}),
    ("where all equal", {"x": np.array([2.0, 2.0])}, {"x": np.array([0.0, 0.0])}),
    ("where all equal", {"x": np.array([2.0, 2.0])}, {"x": np.array([2, 2])}),
    ("where NaN", {"x": NAN}, {"x": T}),
    ("where ties", {"x": np.array([[3.0, 3.0, 1.0]])}, {"x": np.array([[1.0, 1.0, 3.0]])}),
    ("where ties", {"x": np.array([[1.0, 2.0], [3.0, 3.0]])}, {"x": np.array([[3.0], [3.0]])}),
    ("where ties", {"x": np.array([[3.0, 3.0, 3.0]])}, {"x": np.array([[3, 3, 3]])}),
    (
        "where the last class is missing",
        {"logits": T, "labels": np.array([0, 1, 0, 1])},
        {"logits": T, "labels": np.array([0, 2, 0, 1])},
    ),
    (
        "where the last class is missing",
        {"logits": T, "labels": np.array([0, 1, 0, 1])},
        {"logits": T, "labels": np.array([0, 1, 0])},
    ),
    ("where last batch short", {"x": T, "batch_size": 3}, {"x": T, "batch_size": 2}),
    ("where last batch short", {"x": T, "batch_size": 3}, {"x": T, "batch_size": 0}),
    ("where last batch short", {"x": T, "batch_size": 5}, {"x": T.tolist(), "batch_size": 5}),
    ("where last batch full", {"x": T, "batch_size": 2}, {"x": T, "batch_size": 3}),
    ("where last batch full", {"x": T, "batch_size": 4}, {"x": T, "batch_size": 5}),
    ("where several batches", {"x": T, "batch_size": 3}, {"x": T, "batch_size": 4}),
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


def test_a_condition_from_one_case_needs_a_right_case_with_the_same_signs():
    many, array, negative = ("where many axes", "`x`"), ("where array", "`x`"), ("where negative", "`rate`")
    wrong = {many: True, array: True, negative: True}
    number = {array: False, negative: True}
    assert part_cases([wrong], [number, {many: False, array: True, negative: False}]) == []
    assert part_cases([wrong], [number, {many: False, array: True, negative: True}]) == [many]


def test_the_only_wrong_line_is_a_sample_of_its_own():
    got = np.array([*T[:3], [9.0, 9.0, 9.0]])
    line = take_line(sample(T, got, x=P), ("only last", 0, 2))
    assert (line.expected.tolist(), line.got.tolist()) == ([2.0, -8.5, 2.75], [9.0] * 3)
    assert line.arguments["x[0]"].tolist() == P[0].tolist() and line.arguments["x[-1]"].tolist() == P[-1].tolist()
    first = take_line(sample(T, got.T[::-1].T), ("only first", 1, 2))
    assert first.expected.tolist() == T[:, 0].tolist()
    assert take_line(sample(V, V + 1), ("only last", 0, 1)) is None
    assert take_line(sample(T, got), ("all but last", 0, 2)) is None


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
    other = ("where negative", "`rate`")
    assert part_cases([{empty: True, other: True}], [{empty: False, other: False}]) == [], "either may be the reason"
    many, wider = ("where many axes", "`x`"), ("where not 2-D", "`x`")
    assert part_cases([{many: True, wider: True}], [{many: False, wider: True}]) == [many]
    assert part_cases([{many: True, wider: True}], [{many: False, wider: False}]) == [wider], "nothing tells them apart"
    assert part_cases([], [{empty: False}]) == part_cases([{empty: True}], []) == []


def number(expected, right=True, **arguments):
    return sample(np.array(expected), expected if right else expected + 9, right=right, **arguments)


@pytest.mark.parametrize(
    ("wrong", "right", "found"),
    [
        ((1.0, 2.0), (-1.0, -2.0), [("where expected positive",)]),
        ((-1.0, -2.0), (1.0, 2.0), [("where expected negative",)]),
        ((1.0, 2.0), (0.0, 0.0), []),  # if magnitudes are expected, this says no more than "wrong"
        ((1.0, 2.0), (0.0, -2.0), [("where expected positive",)]),
        ((0.0, 0.0), (1.0, 2.0), [("where expected 0",)]),
        ((1.0,), (-1.0, -2.0), []),
        ((1.0, 2.0), (-1.0,), []),
    ],
)
def test_a_condition_on_a_sign_is_told_only_where_both_signs_are_expected(wrong, right, found):
    key = Key("own", (), (Case.of("is right"),), (0.0,))
    assert find_conditions(key, [number(one, False) for one in wrong], [number(one) for one in right], []) == found


def test_a_case_without_a_result_counts_as_wrong():
    cases = (Case.of("is right", T[:1]), Case.of("is right", T[:1]), Case.of("is right", T))
    key = Key("own", ("x",), cases, (0.5, 0.5, 0.5))
    wrong, right = number(0.5, False, x=T[:1]), number(0.5, x=T)
    assert ("where one row", "`x`") in find_conditions(key, [wrong], [right], [1])
    assert find_conditions(key, [wrong], [right], [2]) == []


def test_ties_in_another_functions_result_are_told_in_place_of_ties_in_an_argument():
    tied, other = np.array([[2.0, 2.0, 1.0]]), np.array([[3.0, 2.0, 1.0]])
    key = Key("own", ("x",), (Case.of("is right"), Case.of("is right")), (0.5, 0.5))

    def found(related):
        wrong, right = number(0.5, False, x=tied), replace(number(0.5, x=other), index=1)
        return find_conditions(replace(key, related=related), [wrong], [right], [])

    assert found(()) == [("where ties", "`x`")]
    logits = Related("forward(x)", "logits", (tied, other))
    assert found((logits,)) == [("where ties", logits.told)]
    assert found((Related("forward(x)", "", (tied, other)),)) == [("where ties", "`x`")]
    assert found((Related("forward(x)", "logits", (other, tied)),)) == []
    assert found((Related("forward(x)", "logits", (tied[0], other[0])),)) == [("where ties", "`x`")]


X = np.array([[-1.0, 0.0], [0.0, 0.0]])


@pytest.mark.parametrize(
    ("relation", "expected", "marks"),
    [
        (("diagonal wrong",), np.eye(2), True),
        (("off-diagonal wrong",), np.eye(2), True),
        (("diagonal wrong",), np.ones((1, 1)), False),
        (("diagonal wrong",), np.ones((2, 3)), False),
        (("diagonal wrong",), np.ones(4), False),
        (("all but first", 0, 2), np.ones((2, 3)), True),
        (("all but last", 0, 2), np.ones((2, 3)), True),
        (("all but first", 0, 2), np.ones((1, 3)), False),
        (("all but first", 0, 1), np.ones((2, 3)), False),
        (("all but first", 1, 2), np.ones((0, 3)), False),
        (("only first", 0, 2), np.ones((2, 3)), False),
        (("entries where", "expected negative"), X, True),
        (("entries where", "expected positive"), X, False),
        (("entries where", "expected zero"), X, True),
        (("entries where", "expected zero"), X - 5, False),
        (("entries where input", "negative", "`x`"), X + 5, True),
        (("entries where input", "positive", "`x`"), X + 5, False),
        (("entries where input", "zero", "`x`"), X + 5, True),
        (("entries where input", "zero", "`x`"), np.ones(4), False),
    ],
)
def test_a_place_of_wrong_entries_is_also_in_some_right_answers(relation, expected, marks):
    assert marks_entries(relation, sample(expected, expected, x=X)) is marks


@pytest.mark.parametrize(
    ("shape", "places", "found"),
    [
        ((3,), [0], {("only first", 0, 1)}),
        ((3,), [2], {("only last", 0, 1)}),
        ((3,), [1, 2], {("all but first", 0, 1)}),
        ((3,), [0, 1], {("all but last", 0, 1)}),
        ((3,), [1], set()),
        ((3,), [], set()),
        ((1,), [0], set()),
        ((1, 1), [0], set()),
        ((2,), [0], {("only first", 0, 1), ("all but last", 0, 1)}),
        ((2, 2), [0, 3], {("diagonal wrong",)}),
        ((2, 2), [1, 2], {("off-diagonal wrong",)}),
        ((2, 2), [0, 1], {("only first", 0, 2), ("all but last", 0, 2)}),
        ((2, 2), [0, 1, 3], set()),
        ((3, 2), [2, 5], {("all but first", 0, 2)}),
        ((1, 3), [2], {("only last", 1, 2)}),
        ((2, 3), [2], {("only first", 0, 2), ("only last", 1, 2), ("all but last", 0, 2)}),
    ],
)
def test_where_the_wrong_entries_are(shape, places, found):
    expected = np.arange(1.0, 1 + np.prod(shape))
    got = expected.copy()
    got[places] += 100
    assert {*find_masks(sample(expected.reshape(shape), got.reshape(shape)))} - {
        ("entries where", "expected positive")
    } == found


def test_the_masks_of_signs_tell_zero_apart():
    expected, x = np.array([-1.0, 0.0, 2.0, 3.0]), np.array([2.0, 0.0, 0.0, -1.0])
    for kind, places in (("negative", expected < 0), ("positive", expected > 0), ("zero", expected == 0)):
        found = [*find_masks(sample(expected, np.where(places, 9.0, expected)))]
        assert [one[1] for one in found if one[0] == "entries where"] == [f"expected {kind}"]
    for kind, places in (("negative", x < 0), ("positive", x > 0), ("zero", x == 0)):
        found = [*find_masks(sample(expected, np.where(places, 9.0, expected), x=x))]
        assert ("entries where input", kind, "`x`") in found
        assert len([one for one in found if one[0] == "entries where input"]) == 1


def test_where_layers_are_given_the_columns_of_an_array_are_no_classes():
    facts = describe_case({"x": T, "y": np.array([0, 1, 0, 1]), "layers": [(T, V)]}, 0.0)
    assert "where the last class is missing" not in {fact[0] for fact in facts}


def test_an_item_of_a_pair_may_be_all_zeros():
    facts = describe_case({"x": (T, T * 0), "y": [T * 0, T]}, 0.0)
    assert facts["where all zero", "`x[1]`"] and not facts["where all zero", "`x[0]`"]
    assert ("where all zero", "`y[0]`") not in facts, "a list is no pair"


def test_each_of_two_arguments_may_be_the_reason():
    whole, tiny = ("where a whole number", "`signal`"), ("where a tiny number", "`weight`")
    wrong, right = {whole: True, tiny: True}, {whole: False, tiny: False}
    both = ("where both", whole, tiny)
    assert part_cases([wrong], [right]) == part_cases([wrong, wrong], [right, right]) == [both]
    told = "`signal` is an integer and `weight` is tiny (either may be the reason)"
    assert sentences.tell_condition(both) == told
    assert part_cases([wrong], [right, {whole: True, tiny: False}]) == [tiny], "a case tells them apart"
    third = ("where zero", "`rate`")
    assert part_cases([wrong | {third: True}], [right | {third: False}]) == [], "two are told, not three"
    several = ("where one", "`signal`")
    assert part_cases([wrong | {several: True}], [right | {several: False}]) == [], "nor two facts about one argument"
    above = ("where above one", "`signal`")
    assert part_cases([{above: True, tiny: True}], [{above: False, tiny: False}]) == [], "it may be any number"


def test_zeros_tie_but_are_called_zeros():
    zero, ties, other = ("where all zero", "`x`"), ("where ties", "`x`"), ("where ties", "`y`")
    assert part_cases([{zero: True, ties: True}], [{zero: False, ties: False}]) == [zero]
    assert part_cases([{ties: True}], [{zero: True, ties: False}]) == [ties]
    assert part_cases([{zero: True, other: True}], [{zero: False, other: False}]) == [("where both", zero, other)]
