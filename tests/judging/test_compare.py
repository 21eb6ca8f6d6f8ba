"""Is an answer compared by shape, type and numbers, with tolerances that the answer cannot widen?"""

import numpy as np
import pytest

from autograder.judging.compare import RTOL, Kind, as_array, compare


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
    """As a matrix product does: what is nearly zero comes from large numbers that cancel."""
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
