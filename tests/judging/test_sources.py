"""Is an answer recognised as an input, or as the right numbers of another type, and only then?"""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from autograder.judging.findings.expressions import (
    change_operand,
    find_expressions,
    find_operands,
    find_reduced,
)
from autograder.judging.findings.sources import find_sources, find_types, name_arrays
from autograder.judging.related import Related
from tests.support.samples import KEY, sample

A, B = np.array([1.5, -2.0]), np.array([4.0, 0.25, 3.0])


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (A, ["x"]),
        (3, ["x"]),
        (2.5, ["x"]),
        ([1, 2], ["x"]),
        ((1.5, 2.5), ["x"]),
        ([[1.0], [2.0]], []),
        (True, []),
        ("text", []),
        (None, []),
        ([], ["x"]),
        ((A, B), ["x[0]", "x[1]"]),
        ((A, None, B), ["x[0]", "x[2]"]),
        ([A, B, A], ["x[0]", "x[-1]"]),
        ([A, B, None], ["x[0]"]),
        ([(A, B)], []),
        ({"a": A}, []),
        (A + 0j, []),
        (A > 0, ["x"]),
    ],
)
def test_arrays_and_numbers_among_the_arguments_have_names(value, names):
    found = [*name_arrays({"x": value})]
    assert [name for name, _ in found] == names
    assert all(array.dtype == float for _, array in found)


def test_the_ends_of_a_list_are_named_by_their_place():
    assert [array.tolist() for _, array in name_arrays({"x": [A, B, A + 1]})] == [A.tolist(), (A + 1).tolist()]
    assert [array.tolist() for _, array in name_arrays({"x": (A, B)})] == [A.tolist(), B.tolist()]


WITH_ZERO = np.array([2.0, 0.0, -3.0])


@pytest.mark.parametrize(
    ("got", "x", "kinds"),
    [
        (np.array([1.0, 0.0, 0.0]), WITH_ZERO, ["input is positive"]),
        (np.array([2.0, 0.0, 0.0]), WITH_ZERO, ["input positive part"]),
        (WITH_ZERO, WITH_ZERO, ["input", "input transposed"]),
        (np.array(3.0), WITH_ZERO, ["input largest magnitude", "input length", "input entries"]),
        (np.array(2.0), WITH_ZERO, ["input largest"]),
        (np.array(True), np.array(1.0), []),
        (np.zeros(0), np.zeros(0), []),
        ("text", WITH_ZERO, []),
    ],
)
def test_an_answer_that_is_made_from_an_input_is_recognised(got, x, kinds):
    assert [one[0] for one in find_sources(sample(np.ones(7), got, x=x))] == kinds


@pytest.mark.parametrize(
    ("expected", "got", "kinds"),
    [
        (3.5, "3.5", ["text"]),
        (3.5, "3.6", []),
        (3.5, "3.500003", ["text"]),
        (3.5, "3.500004", []),
        (-3.5, "-3.5", ["text"]),
        (3.5, "three", []),
        ([3.5, 4.5], "3.5", []),
        (True, "True", ["text for truth"]),
        (True, " true ", ["text for truth"]),
        (True, "False", []),
        (False, "false", ["text for truth"]),
        ([True, False], [False, True], ["opposite"]),
        ([True, False], [False, False], []),
        (1, True, ["truth value"]),
        (1.0, True, ["truth value"]),
        (0, True, []),
        ([1.0, 0.0], [True, False], ["truth value"]),
        (True, 1, ["number for truth"]),
        (True, 1.0, ["number for truth"]),
        (True, 0, []),
        (True, True, []),
        (2**31 - 1, 2**31 - 1, ["32-bit integers"]),
        (2**31, -(2**31), ["32-bit integers"]),
        (2**31 + 5, -(2**31) + 5, ["32-bit integers"]),
        (2**32 + 5, 5, ["32-bit integers"]),
        (-(2**31) - 1, 2**31 - 1, ["32-bit integers"]),
        (2**31, 2**31 - 1, []),
        (2**24 + 1, 2.0**24, ["32-bit floats"]),
        (2**24 + 1, 2.0**24 + 1, ["32-bit integers"]),
        (2**24 + 1, np.inf, []),
        (2.0**24 + 1, 2.0**24 + 3, []),
        ([2**31], [-(2**31)], []),
        (2**31, [-(2**31)], []),
        (5, None, ["none"]),
    ],
)
def test_the_right_numbers_in_another_type_are_recognised(expected, got, kinds):
    found = find_types(sample(np.array(expected), got if isinstance(got, str) or got is None else np.array(got)))
    assert [one[0] for one in found] == kinds


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (
            np.array([1.0, 2.0]),
            ["(x as a column)", "(1 - x)", "(x · (1 - x))", "x²", "(the magnitude of x)", "(x > 0)"],
        ),
        (
            np.array([1.5, 2.0]),
            ["(x as a column)", "(1 - x)", "(x · (1 - x))", "x²", "(the magnitude of x)", "(x > 0)"],
        ),
        (np.array(2.0), []),
        (np.zeros(5000), ["(x as a column)", "(1 - x)", "(x · (1 - x))", "x²", "(the magnitude of x)", "(x > 0)"]),
        (np.zeros(5001), []),
    ],
)
def test_a_quantity_has_simple_forms(array, words):
    assert [name for name, _ in change_operand("x", array)] == words


def test_the_sums_of_rows_or_columns_are_a_form_unless_all_are_equal():
    def forms(array):
        return [name for name, _ in change_operand("x", array)][5:]

    rows, as_a_row, columns = "(the row sums of x)", "(the row sums of x, as a row)", "(the column sums of x)"
    assert forms(np.array([[0.5, 0.5], [0.25, 0.75]])) == [columns]
    assert forms(np.array([[0.5, 0.25], [0.5, 0.75]])) == [rows, as_a_row]
    assert forms(np.array([[0.5, 0.5], [0.25, 1.75]])) == [rows, as_a_row, columns]
    made = dict(change_operand("x", np.array([[1.0, 2.0], [3.0, 5.0]])))
    assert made[rows].tolist() == [[3.0], [8.0]] and made[columns].tolist() == [4.0, 7.0]
    assert made[as_a_row].tolist() == [3.0, 8.0]
    assert dict(change_operand("x", WITH_ZERO))["(x > 0)"].tolist() == [1.0, 0.0, 0.0]


def test_an_answer_may_be_made_from_arguments_and_other_results():
    results = (
        (A, "f"),
        (np.zeros(0), "empty"),
        (np.array(2.0), "single"),
        (A > 0, "truth"),
        (None, "no"),
        ("a", "text"),
    )
    related = tuple(Related(name, "", (value,)) for value, name in results)
    key = replace(KEY, related=related)
    found = [name for name, _ in find_operands(sample(A, A, x=B, n=2, empty=np.zeros(0)), key)]
    assert found == ["`x`", "`n`", "`f`"]


@pytest.mark.parametrize(
    ("got", "given", "found"),
    [
        ([3.0, 8.0], {"x": np.array([1.0, 2.0]), "y": np.array([3.0, 4.0])}, ("product of", "`x`", "`y`")),
        ([3.0, -4.0], {"x": A, "n": 2.0}, ("product of", "`x`", "`n`")),
        (-3.0, {"m": -1.5, "n": 2.0}, ("product of", "`m`", "`n`")),
        ([1.0, 0.0], {"x": np.array([1, 2]), "y": np.array([1, 3])}, ("equality of", "`x`", "`y`")),
        ([1.5, -2.0, 4.0, 0.25, 3.0], {"x": A, "y": B}, ("concatenation of", "`x`", "`y`")),
        ([-1.5, 6.0], {"x": np.array([3.0, 2.0]), "y": np.array([1.5, -2.0])}, ("product of", "`x`", "(1 - `y`)")),
    ],
)
def test_an_expression_of_two_quantities_is_found(got, given, found):
    one = sample(np.ones(9), np.array(got), **given)
    assert found in [*find_expressions(one, KEY)] and found in [*find_expressions(one, KEY, [found])]
    assert found not in [*find_expressions(one, KEY, [("other", "`x`", "`y`")])]


@pytest.mark.parametrize(
    ("got", "given"),
    [
        ([1.0, 1.0], {"x": np.array([1, 2]), "y": np.array([1, 2])}),  # equal everywhere
        ([0.0, 0.0], {"x": np.array([1, 2]), "y": np.array([3, 4])}),  # equal nowhere
    ],
)
def test_an_equality_that_holds_everywhere_or_nowhere_is_none(got, given):
    found = find_expressions(sample(np.ones(9), np.array(got), **given), KEY)
    assert "equality of" not in [one[0] for one in found]


def found_in(got, **given):
    return [*find_expressions(sample(np.ones(9), np.asarray(got), **given), KEY)]


def test_two_changed_quantities_and_one_with_its_own_form_are_not_tried():
    x, y = np.array([3.0, 2.5]), np.array([1.5, -2.0])
    assert ("product of", "`x`", "(1 - `y`)") in found_in(x * (1 - y), x=x, y=y)
    assert found_in((1 - x) * (1 - y), x=x, y=y) == []
    assert found_in(x * (1 - x), x=x) == found_in(x * x * (1 - x), x=x) == []


def test_of_changed_quantities_and_other_results_only_arithmetic_is_tried():
    x, y = np.array([3.0, 2.5]), np.array([1.5, -2.0])
    assert ("squared difference of", "`x`", "`y`") in found_in((x - y) ** 2, x=x, y=y)
    assert "squared difference of" not in [one[0] for one in found_in((x - (1 - y)) ** 2, x=x, y=y)]
    key = replace(KEY, related=(Related("f(x)", "", (y,)),))
    for got, found in ((x * y, True), ((x - y) ** 2, False)):
        told = [one[0] for one in find_expressions(sample(np.ones(9), got, x=x), key)]
        assert bool(told) is found


def test_plain_quantities_come_before_changed_ones():
    x, y = np.array([0.5, 0.5]), np.array([1.5, -2.0])
    assert [one[2] for one in found_in(x * y, x=x, y=y) if one[:2] == ("product of", "`y`")][:2] == ["`x`", "(1 - `x`)"]


def test_operands_whose_result_has_another_shape_are_not_combined():
    x, y = np.linspace(0.0, 1.0, 4_000), np.linspace(2.0, 3.0, 40_000)
    tracemalloc.start()
    assert found_in([3.0, 8.0], x=x, y=y) == []
    assert tracemalloc.get_traced_memory()[1] < 20_000_000, "one column of `x` times `y` has 160 million entries"
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.ones((2, 3)), np.full((3, 4), 2.0)),
        (np.ones((2, 3)), np.full(3, 2.0)),
        (np.ones(3), np.full((3, 4), 2.0)),
        (np.ones(3), np.full(3, 2.0)),
    ],
)
def test_the_shape_of_a_matrix_product_is_foreseen(x, y):
    assert ("matrix product of", "`x`", "`y`") in found_in(x @ y, x=x, y=y)
    assert ("matrix product transposed left", "`x`", "`y`") in found_in(x @ y, x=x.T, y=y)
    assert ("matrix product transposed right", "`x`", "`y`") in found_in(x @ y, x=x, y=y.T)


def reduced(got, **given):
    return [one[1] for one in find_reduced(sample(np.array(0.5), np.array(got), **given))]


def test_a_number_may_sum_up_a_difference():
    x, y = np.array([3.0, -2.5, 0.75]), np.array([1.5, 4.0, -1.25])
    apart = np.abs(x - y)
    assert reduced(apart.mean() ** 2, x=x, y=y) == ["the square of the mean of the magnitudes of `x` - `y`"]
    assert reduced(np.sqrt(apart.sum()), x=x, y=y) == ["the square root of the sum of the magnitudes of `x` - `y`"]
    assert reduced(apart.max() / 4.0, x=x, y=y)[0].startswith("the largest magnitude of `x` - `y`, divided by ")
    assert reduced(apart.mean() * 1.001, x=x, y=y) == reduced([apart.mean()], x=x, y=y) == []
    assert reduced(apart.mean(), x=x, y=y[:2]) == reduced(apart.mean(), x=x) == reduced(np.nan, x=x, y=y) == []


def test_rows_are_taken_whole_or_not_at_all():
    x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    def taken(got):
        return ("whole rows", "`x`") in [*find_sources(sample(np.ones((3, 2)), got, x=x))]

    assert taken(np.array([[1.0, 2.0], [0.0, 0.0], [5.0, 6.0]]))
    assert not taken(np.array([[1.0, 2.0], [3.0, 0.0], [5.0, 6.0]]))
    assert not taken(x[:2]) and not taken(x > 0)
