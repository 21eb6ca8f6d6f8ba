"""Is an answer compared by shape, type and numbers, with tolerances that the answer cannot widen?"""

import numpy as np
import pytest

from autograder.candidate.wire import Rng
from autograder.judging.compare import RTOL, Kind, as_array, compare, differs_in_type_only


@pytest.mark.parametrize(
    ("expected", "got", "kind"),
    [
        (np.zeros(3), np.zeros(4), Kind.SHAPE),
        (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3).T, Kind.TRANSPOSED),
        (np.ones(3), np.array([1, 1, 2.0]), Kind.VALUE),
        (np.ones(3), np.array([1, np.nan, 1]), Kind.NAN),
        (np.ones(3), np.ones(3, dtype=bool), Kind.TYPE),
        (np.array([1, 2]), np.array([1.0, 2.0]), Kind.FRACTION),
        ([np.ones(2), np.ones(3)], [np.ones(2)], Kind.LENGTH),
        ({"a": 1.0}, {"b": 1.0}, Kind.KEYS),
        (1.0, "shape", Kind.TYPE),
    ],
)
def test_a_difference_has_its_kind_and_its_data(expected, got, kind):
    assert compare(expected, got).kind == kind


@pytest.mark.parametrize(
    ("expected", "got"),
    [(np.ones(3), [1, 1, 1]), (2, 2.0), (np.array(1.5), 1.5), ([np.ones(2), np.ones(3)], ([1.0, 1.0], np.ones(3)))],
)
def test_forms_of_the_same_value_are_accepted(expected, got):
    assert compare(expected, got) is None


def test_the_index_is_that_of_what_came_back():
    found = compare([(np.zeros(2), np.zeros((2, 3)))], [(np.zeros(2), np.array([[0, 0, 0], [0, 0, 7.0]]))])
    assert (found.path, found.index, found.count, found.size) == ((0, 1), (1, 2), 1, 6)


def test_the_tolerance_follows_the_expected_dtype():
    expected = np.array([1.0, 2.0])
    assert compare(expected, (expected * 1.001).astype(np.float16)) is not None
    assert compare(expected.astype(np.float16), expected * 1.001) is None


def test_counts_are_exact():
    assert compare(6_738_415_616, float(6_738_415_616)) is None
    assert compare(6_738_415_616, 6_738_415_617.0) is not None
    assert compare(2**53 + 1, float(2**53)) is not None


def test_much_more_than_was_asked_for_is_not_converted():
    many = [[1.0]] * 190_000
    assert as_array(many, (3, 2)) is None
    assert compare(np.zeros((3, 2)), many).kind == Kind.TYPE
    assert as_array([[1.0, 2.0]] * 3, (3, 2)).shape == (3, 2)


def test_a_large_number_beside_a_small_one_widens_its_tolerance_by_so_much_and_no_more():
    """As in a matrix product, where entries that are nearly zero come from large numbers that cancel."""
    expected, rtol = np.array([1e6, 0.0]), RTOL["float64"]
    assert compare(expected, np.array([1e6, 0.9 * rtol * 1e6])) is None
    assert compare(expected, np.array([1e6, 1.1 * rtol * 1e6])).index == (1,)
    assert compare(expected, np.array([1e6 * (1 + 1.9 * rtol), 0.0])) is None
    assert compare(expected, np.array([1e6 * (1 + 2.1 * rtol), 0.0])).index == (0,)
    assert compare(np.zeros(2), np.array([0.0, 1e-6])) is not None
    assert compare(np.zeros(2), np.array([0.0, 1e-10])) is None
    assert compare(np.array([np.inf, 1.0]), np.array([np.inf, 1.1])).index == (1,)


def test_what_is_nested_has_tolerances_of_its_own():
    expected = [(np.array([1e6]), np.array([0.0])), {"a": np.array([1.0])}]
    near = [(np.array([1e6 + 0.5]), np.array([0.0])), {"a": np.array([1.0])}]
    assert compare(expected, near) is None
    near[0] = (near[0][0], np.array([0.5]))
    assert compare(expected, near).path == (0, 1), "the large number is in another array"
    loose = [(np.array([1.04e6]), np.array([0.9])), {"a": np.array([1.04])}]
    assert compare(expected, loose, rtol=0.05, atol=1.0) is None
    assert compare(expected, loose, rtol=0.05, atol=0.8).path == (0, 1)
    assert compare(expected, loose, rtol=0.03, atol=1.0).path == (0, 0)


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-6), ("float32", 2e-4), ("float16", 2e-2)])
def test_each_type_of_number_has_its_tolerance(dtype, rtol):
    expected = np.ones(3, dtype)
    assert compare(expected, 1 + np.array([0, 0, 1.9 * rtol])) is None
    assert compare(expected, 1 + np.array([0, 0, 2.1 * rtol])).index == (2,)


@pytest.mark.parametrize(
    ("expected", "got", "agree"),
    [
        (None, None, True),
        (None, 0, False),
        ("text", "text", True),
        ("text", "other", False),
        (frozenset({1}), frozenset({1}), True),
        (frozenset({1}), {1}, False),
        (Rng(3), Rng(3), True),
        (Rng(3), Rng(4), False),
        (2, True, False),
        (True, True, True),
        (True, 1, False),
        (2, 2.5, False),
        (2, np.inf, False),
        (2, np.nan, False),
        (2, 3, False),
        (np.array(2), np.array([2]), False),
        (1.5, "1.5", False),
        (1.5, 1.5 + 0j, False),
        (1.5, 10**400, False),
        (1e300, 10**300, True),
        (np.ones(2), [1.0, "a"], False),
        (np.ones((2, 2)), [[1.0, 1.0], [1.0]], False),
        (np.ones((2, 2)), [[1, 1], [1.0, 1]], True),
        (np.zeros(0), [], True),
        (np.zeros(0), np.zeros(0, bool), True),
        (np.array([True]), np.array([1]), False),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf]), True),
        (np.array([np.nan, 1.0]), np.array([1.0, 1.0]), False),
        (np.array([np.inf, 1.0]), np.array([-np.inf, 1.0]), False),
        ([np.ones(2), None], [np.ones(2), None], True),
        ([np.ones(2), None], "ab", False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1}, [("a", 1)], False),
    ],
)
def test_what_agrees(expected, got, agree):
    assert (compare(expected, got) is None) is agree


def test_of_a_nested_list_so_many_numbers_are_converted_and_no_more():
    most = 64 * (6 + 64)
    assert as_array([[1.0] * 10] * (most // 10), (3, 2)) is not None
    assert as_array([[1.0] * 10] * (most // 10) + [1.0], (3, 2)) is None
    assert as_array([np.ones(most)], (3, 2)).shape == (1, most)
    assert as_array([np.ones(most + 1)], (3, 2)) is None


@pytest.mark.parametrize(
    ("expected", "got", "only"),
    [(1, True, True), (0, True, False), (True, 1, True), (np.ones(2), np.array([True, True]), True), (1.5, "a", False)],
)
def test_a_difference_in_type_alone_is_known(expected, got, only):
    assert differs_in_type_only(compare(expected, got)) is only
    assert not differs_in_type_only(compare(np.ones(2), np.zeros(2)))
    assert not differs_in_type_only(compare(np.ones(2), np.ones(3)))
