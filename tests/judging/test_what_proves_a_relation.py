"""Does a relation count only where the answers are many and varied enough that it does not hold by chance?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judging.findings.proof import count_wrong, is_proved
from autograder.judging.findings.scales import SizeWords
from tests.support.samples import sample

ROWS, COLUMNS = (
    SizeWords(f"the number of {lines} of `x`", f"the number of {lines} of `x`") for lines in ("rows", "columns")
)
HALF = SizeWords("half …", *ROWS.sizes, odd=True)


def of_size(*shape):
    return sample(np.ones(2), np.zeros(2), x=np.ones(shape))


@pytest.mark.parametrize(
    ("relation", "shapes", "proved"),
    [
        (("times", HALF), [(4, 3)], False),
        (("times", HALF), [(4, 3), (4, 3)], False),
        (("times", HALF), [(4, 3), (4, 5)], False),  # its columns do not matter
        (("times", HALF), [(4, 3), (6, 3)], True),
        (("change times", "`y`", HALF), [(4, 3), (4, 3)], False),
        (("change times", "`y`", HALF), [(4, 3), (6, 3)], True),
        (("times over", "", HALF, COLUMNS), [(4, 3), (4, 5)], True),
        (("times", ROWS), [(4, 3)], True),
        (("times", "2"), [(4, 3)], True),
        (("square",), [(4, 3)], True),
    ],
)
def test_an_odd_factor_needs_two_different_sizes(relation, shapes, proved):
    assert is_proved([of_size(*shape) for shape in shapes], relation) is proved


@pytest.mark.parametrize(
    ("sizes", "proved"), [((3,), True), ((2,), False), ((1, 2), True), ((1, 1), False), ((4,), True)]
)
def test_three_wrong_entries_prove_a_limit(sizes, proved):
    cut = [sample(np.arange(9.0), np.minimum(np.arange(9.0), 8 - size)) for size in sizes]
    assert is_proved(cut, ("never above", "…")) is is_proved(cut, ("never below", "…")) is proved
    assert is_proved(cut, ("square",))


@pytest.mark.parametrize(
    ("shape", "axis", "proved"),
    [((2, 3), 0, True), ((3, 2), 0, False), ((3, 2), 1, True), ((2, 3), 1, False), ((3,), 0, False)],
)
def test_a_line_needs_three_entries_to_be_scaled_and_shifted(shape, axis, proved):
    assert is_proved([sample(np.ones(shape), np.zeros(shape))], ("lines scaled and shifted", axis, 2)) is proved


@pytest.mark.parametrize(("size", "proved"), [(2, True), (1, False)])
def test_two_numbers_can_be_different(size, proved):
    assert is_proved([sample(np.ones(size), np.zeros(size))], ("all different",)) is proved


def test_where_only_the_type_is_wrong_nothing_was_done_to_the_numbers():
    same = sample(np.array([2, 0, 1]), np.array([2.0, 0.0, 1.0]))
    assert not is_proved([same], ("absolute",)) and is_proved([same], ("floats for integers",))
    assert is_proved([same, sample(np.array([2, -1]), np.array([2.0, 1.0]))], ("absolute",))


def test_an_answer_of_another_shape_is_wrong_everywhere():
    assert count_wrong(sample(np.ones(5), np.ones(4))) == 5
    assert count_wrong(sample(np.ones(5), np.array([1.0, 1, 2, 1, 2]))) == 2


def test_three_different_numbers_prove_what_they_sum_up():
    numbers = [sample(np.array(0.5), np.array(float(k))) for k in (1, 2, 2, 3)]
    assert is_proved(numbers, ("reduced", "…")) and not is_proved(numbers[:3], ("reduced", "…"))


def test_rows_are_whole_only_if_they_have_several_entries():
    got = np.array([[1.5, 2.0], [0.0, 0.0]])
    wide, narrow = (sample(np.ones(one.shape), one) for one in (got, got[:, :1]))
    assert is_proved([narrow, wide], ("whole rows", "`x`"))
    assert not is_proved([narrow], ("whole rows", "`x`"))
    assert not is_proved([sample(np.ones((2, 2)), np.zeros((2, 2)))], ("whole rows", "`x`"))


def test_a_single_row_is_not_the_same_as_the_others():
    one, two = np.array([[1.5, 2.0]]), np.array([[1.5, 2.0], [3.0, 2.0]])
    for relation, array in ((("first axis alike",), two), (("lines alike", 0, 2), two), (("lines alike", 1, 2), one)):
        assert is_proved([sample(one, one + 1), sample(array, array + 1)], relation)
        assert not is_proved([sample(one.T if relation[1:2] == (1,) else one, one + 1)], relation)
