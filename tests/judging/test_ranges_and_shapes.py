"""Is a range of wrong numbers, or a wrong shape, told exactly from where there is enough evidence for it?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.judging.findings import sentences
from autograder.judging.findings.thresholds import (
    find_axes,
    find_lengths,
    find_missing_ends,
    find_shape,
    find_threshold,
)
from autograder.judging.related import Related
from tests.support.samples import KEY, sample

EIGHT = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def wrong_at(x, places, **arguments):
    """Return an answer that is wrong at some positions of the argument `x`."""
    got = np.array(x)
    got[list(places)] += 100
    return sample(np.array(x), got, x=np.array(x), **arguments)


@pytest.mark.parametrize(
    ("x", "places", "limits"),
    [
        (EIGHT, (3, 4), ("3", "4", "2", "5")),
        (EIGHT, (1, 2, 3, 4, 5, 6), ("1", "6", "0", "7")),
        (EIGHT[:7], (3, 4), None),  # seven numbers are too few
        (EIGHT, (3,), None),  # one wrong number is no range
        ([0.0, 1.0, 2.0, 3.0, 3.0, 5.0, 6.0, 7.0], (3, 4), None),  # nor is one that is wrong twice
        (EIGHT, (0, 1), None),  # nothing below
        (EIGHT, (6, 7), None),  # nothing above
        ([0.0, 1.0, 2.0, 3.0, 3.0, 4.0, 6.0, 7.0], (4, 5), None),  # its lower end is also right
        ([0.0, 1.0, 2.0, 3.0, 4.0, 4.0, 6.0, 7.0], (3, 4), None),  # its upper end is also right
        (EIGHT, (3, 5), None),  # a number between is right
        ([0.0, 1.0, 2.0, 2.9996, 3.0004, 5.0, 6.0, 7.0], (3, 4), ("2.99", "3.01", "2", "5")),
        ([0.0, 1.0, 2.0, 3.0, 4.0001, 4.0002, 6.0, 7.0], (3, 4), ("3", "4.0001", "2", "4.0002")),
        ([0.0, 1.0, 2.9998, 2.9999, 4.0, 5.0, 6.0, 7.0], (3, 4), ("2.9999", "4", "2.9998", "5")),
    ],
)
def test_a_range_has_right_numbers_on_both_sides_and_none_within(x, places, limits):
    assert find_threshold(KEY, [wrong_at(x, places)]) == (limits and ("wrong between", "`x`", *limits))


def test_a_range_is_of_a_quantity_that_is_in_every_case():
    whole, other = wrong_at(EIGHT, (3, 4)), sample(np.zeros(2), np.zeros(2), y=np.zeros(2))
    found = ("wrong between", "`x`", "3", "4", "2", "5")
    assert find_threshold(KEY, [whole, whole]) == found
    assert find_threshold(KEY, [whole, other]) is find_threshold(KEY, [other, whole]) is None
    halves = [wrong_at(EIGHT[:4], (3,)), wrong_at(EIGHT[4:], (0,))]
    assert find_threshold(KEY, halves) == found
    assert find_threshold(KEY, []) is None


def test_one_number_that_is_wrong_three_times_and_nowhere_right_is_told():
    x = [0.0, 1.0, 2.0, 2.0, 2.0, 5.0, 6.0, 7.0]
    found = find_threshold(KEY, [wrong_at(x, (2, 3, 4))])
    assert found == ("wrong at", "`x`", "2", "1", "5")
    words = "it is wrong only where `x` is 2 (and right at 1 and at 5)"
    assert sentences.tell_relation(found, "it") == words
    assert find_threshold(KEY, [wrong_at(x, (2, 3))]) is None
    assert find_threshold(KEY, [wrong_at([0.0, 1.0, 2.0, 2.0, 2.0, 2.0, 6.0, 7.0], (2, 3, 4))]) is None


@pytest.mark.parametrize(
    ("expected", "got", "found"),
    [
        ([1.0, 2.0, 3.0], [1.0], ["last ones missing"]),
        ([1.0, 2.0, 3.0], [2.0, 3.0], ["first ones missing"]),
        ([1.0, 2.0, 3.0], [2.0], []),
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], []),
        ([1.0, 2.0], [1.0, 2.0, 3.0], []),
        ([0.0, 0.0], [0.0], []),
        ([], [1.0], []),
        ([1.0], [], []),
        ([1.0], 1.0, []),
        ([1.0, 2.0], None, []),
    ],
)
def test_an_end_is_missing_if_the_rest_is_right(expected, got, found):
    one = sample(np.array(expected), got if got is None else np.array(got))
    assert [kind for kind, *_ in find_missing_ends(one)] == found
    if expected == [0.0, 0.0]:
        assert len([*find_missing_ends(one, even_constant=True)]) == 2, "either end"


@pytest.mark.parametrize(
    ("value", "compared"),
    [
        (np.array(EIGHT), True),
        (EIGHT, True),
        (np.array(EIGHT, dtype=int), True),
        (np.array(EIGHT) > 3, False),
        (np.array([EIGHT]), False),
        (None, False),
        ("text", False),
        (True, False),
    ],
)
def test_a_range_is_of_numbers_in_the_form_of_the_answer(value, compared):
    one = replace(wrong_at(EIGHT, (3, 4)), arguments={"x": value})
    assert (find_threshold(KEY, [one]) is not None) is compared
    result = replace(one, arguments={})
    key = replace(KEY, related=(Related("f(x)", "", (value,)),))
    found = find_threshold(key, [result])
    assert found == (("wrong between", key.related[0].told, "3", "4", "2", "5") if compared else None)


def test_a_single_truth_value_is_no_quantity():
    numbers = [sample(np.array(k), np.array(k + 9 * (k in (3, 4))), n=k) for k in EIGHT]
    assert find_threshold(KEY, numbers) == ("wrong between", "`n`", "3", "4", "2", "5")
    truths = [replace(one, arguments={"n": bool(one.arguments["n"])}) for one in numbers]
    assert find_threshold(KEY, truths) is None


def of_shapes(*pairs, **arguments):
    """Return wrong answers, given the required shape and the shape that came back."""
    return [sample(np.zeros(required), None if got is None else np.ones(got), **arguments) for required, got in pairs]


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([((4, 3), (4,)), ((2, 3), (2,))], ("axes missing", "the first axis")),
        ([((4, 3, 2), (4, 3)), ((2, 3, 2), (2, 3))], ("axes missing", "the first two axes")),
        ([((4, 3, 2), (4,)), ((2, 3, 2), (2, 3))], ("axes missing", "the beginning")),
        ([((4, 3), ()), ((2, 3), (2,))], None),
        ([((4, 3), (4,)), ((2, 3), (3,))], None),
        ([((4,), (4, 1)), ((2,), (1, 2))], ("one axis more in shape",)),
        ([((4,), (4, 1)), ((2,), (1, 2, 1))], None),
        ([((4,), (4, 1)), ((2,), (1, 3))], None),
        ([((4,), (1, 4, 1)), ((2,), (1, 2, 1))], None),
        ([((4, 3), (2, 3)), ((5, 3), (2, 3))], ("always so many", 0, 2)),
        ([((4, 3), (4, 2)), ((4, 5), (4, 2))], ("always so many", 1, 2)),
        ([((4, 3), (2, 3)), ((4, 3), (2, 3))], None),
        ([((4, 3), (2, 3))], None),
        ([((4, 3), (2, 3)), ((5, 3), (3, 3))], None),
        ([((4, 3), (2, 3)), ((5,), (2,))], None),
        ([((4, 3), (2, 3)), ((5, 3), None)], None),
        ([((4, 3), (2, 3)), ((5, 3), (5, 3))], None),
        ([], None),
    ],
)
def test_the_mistake_in_a_shape_is_the_same_in_all_wrong_answers(pairs, found):
    assert find_shape(of_shapes(*pairs)) == found
    assert find_shape([*of_shapes(*pairs), sample(np.zeros(7), np.zeros(7), right=True)]) == found


@pytest.mark.parametrize(
    ("x", "name"),
    [
        (lambda shape: np.ones(shape), "`x`"),
        (lambda shape: (np.ones(9), np.ones(shape)), "`x[1]`"),
        (lambda shape: [np.ones(9), np.ones(shape)], None),
        (lambda shape: np.ones(shape).tolist(), None),
        (lambda shape: np.ones(shape[:1]), None),
    ],
)
def test_the_shape_of_an_argument_is_told_if_all_wrong_answers_have_it(x, name):
    def given(required, got):
        return sample(np.zeros(required), np.ones(got), x=x(got))

    both = [given((4, 3), (5, 2)), given((2, 3), (3, 3))]
    assert find_shape(both) == (name and ("shape of", name))
    some = [given((4, 3), (4, 3)), given((2, 3), (3, 3))]
    assert find_shape(some) == (name and ("always shape of", name))
    assert find_shape([given((4, 3), (4, 3)), given((2, 4), (2, 4))]) is None, "always the required one"


def test_of_several_arguments_the_first_with_the_shape_of_all_is_told():
    def given(got, **shapes):
        return sample(np.zeros((9, 9)), np.ones(got), **{name: np.ones(shape) for name, shape in shapes.items()})

    samples = [given((5, 2), a=(5, 2), b=(5, 2), c=(5, 2)), given((3, 3), a=(3, 2), b=(3, 3), c=(3, 3))]
    assert find_shape(samples) == ("shape of", "`b`")
    single = [
        sample(np.zeros((2, 3)), np.ones(()), n=1.0),
        sample(np.zeros((2, 3)), np.ones((9, 9)), n=np.ones((9, 9))),
    ]
    assert find_shape(single) is None, "a number has no shape"


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([((4, 3), (4,)), ((2, 3), (3,))], ("axes", "has one axis", "an array with two axes")),
        ([((3,), ())], ("axes", "is a single number", "an array with one axis")),
        ([((), (2, 3, 4))], ("axes", "has three axes", "a single number")),
        ([((2,), (1, 1, 1, 1))], ("axes", "has 4 axes", "an array with one axis")),
        ([((4, 3), (4,)), ((2, 3), ())], None),
        ([((4, 3), (4,)), ((2,), (3, 3))], None),
        ([((4, 3), (3, 4))], None),
        ([((4, 3), None)], None),
    ],
)
def test_the_number_of_axes_is_told_if_it_is_always_the_same_and_wrong(pairs, found):
    assert find_axes([*of_shapes(*pairs), sample(np.zeros(7), np.zeros(7), right=True)]) == found


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([((4, 3), (3, 3)), ((2, 3), (1, 3))], ("too few", 0, 2)),
        ([((4, 3), (4, 5))], ("too many", 1, 2)),
        ([((73,), (64,))], ("too few", 0, 1)),
        ([((4, 3), (3, 3)), ((2, 3), (3, 3))], None),
        ([((4, 3), (3, 3)), ((4, 3), (4, 2))], None),
        ([((4, 3), (3, 2))], None),
        ([((4, 3), (3, 3)), ((2, 3), (2, 3))], None),
        ([((4, 3), (4,))], None),
        ([((4,), None)], None),
    ],
)
def test_an_axis_is_told_if_it_alone_is_always_too_short_or_always_too_long(pairs, found):
    assert find_lengths([*of_shapes(*pairs), sample(np.zeros(7), np.zeros(7), right=True)]) == found
