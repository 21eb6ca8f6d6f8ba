"""Are answers recognised by their sketches, within rounding, and never another answer in their place?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercise import Call, Case
from autograder.judging import slips
from autograder.judging.key import Key
from autograder.judging.slips import Slip, agree_sketches, is_telling

A, B = np.array([1.5, -2.0]), np.array([4.0, 0.25, 3.0])


def row(form, total, norm):
    return np.array([[form, total, norm]], dtype=np.float32)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (row(7, 100, 200), row(7, 100, 200), True),
        (row(7, 100, 200), row(8, 100, 200), False),
        (row(7, 100, 200), row(7, 100.0005, 200), True),
        (row(7, 100, 200), row(7, 100.0007, 200), False),
        (row(7, 100, 200), row(7, 100, 200.0005), True),
        (row(7, 100, 200), row(7, 100, 200.0007), False),
        (row(7, 0, 0), row(7, 0, 0), True),
        (row(7, 0, 0), row(7, 1e-6, 1e-6), False),
        (row(7, 0, 200), row(7, 5e-4, 200), True),
        (row(7, 0, -200), row(7, 5e-4, -200), True),
    ],
)
def test_sketches_agree_within_rounding(one, other, agree):
    assert agree_sketches(one, other) is agree_sketches(other, one) is agree
    same = row(9, 1, 1)
    assert agree_sketches(np.vstack([same, one]), np.vstack([same, other])) is agree


@pytest.mark.parametrize(
    ("forms", "totals", "telling"),
    [
        ((7, 7, 7), (1, 2, 3), True),
        ((7, 7, 7), (1, 2, 2), False),
        ((7, 8, 9), (1, 1, 1), True),
        ((7, 7, 7, slips.ERROR), (1, 2, 3, 4), False),
        ((7, 7, 7, slips.NOTHING), (1, 2, 3, 4), False),
        ((7, 7, 7, slips.UNUSABLE), (1, 2, 3, 4), True),
    ],
)
def test_three_different_answers_without_an_error_tell_something(forms, totals, telling):
    rows = np.vstack([row(form, total, 1) for form, total in zip(forms, totals, strict=True)])
    assert is_telling(rows) is telling


@pytest.mark.parametrize(
    ("value", "lengths"),
    [
        (A, {2}),
        (np.ones((2, 3)), {2, 3}),
        ([A, (B, A)], {2, 3}),
        ({"a": A, "b": [B]}, {2, 3}),
        ([1, 2], set()),
        (2, set()),
        (np.array(2.0), set()),
        ([], set()),
    ],
)
def test_the_lengths_of_all_axes_in_a_value(value, lengths):
    assert slips._lengths(value) == lengths


@pytest.mark.parametrize(
    ("kind", "what", "shapes", "ambiguous"),
    [
        ("argument", ("doubled", "x"), [(2, 3), (3, 2)], True),
        ("argument", ("halved", "x"), [(2, 3), (3, 2)], True),
        ("result", ("doubled", "f", ""), [(2, 3), (3, 2)], True),
        ("argument", ("doubled", "x"), [(2, 3), (3, 4)], False),
        ("argument", ("negated", "x"), [(2, 3), (3, 2)], False),
        ("constant", ("doubled", "x"), [(2, 3), (3, 2)], False),
    ],
)
def test_a_factor_of_two_may_be_a_size_that_is_two_in_every_case(kind, what, shapes, ambiguous):
    cases = [Case.of("is right", np.ones(shape)) for shape in shapes]
    cases.append(Case.of("is right", calls=[Call((), {"y": np.ones((2, 9))})]))
    cases.append(Case.of("refuses", np.ones((9, 9)), raises=ValueError))
    key = Key("own", ("x", "y"), tuple(cases), (0.0,) * len(cases))
    assert slips._is_ambiguous(Slip(kind, what, np.zeros((0, 3))), key) is ambiguous


@pytest.mark.parametrize(
    ("got", "expected", "different"),
    [
        (A, A, 0),
        (A, np.array([1.5, -2.5]), 1),
        (A, np.array([1.5 * (1 + 2e-6), -2.0]), 0),
        (A, np.array([1.5 * (1 + 4e-6), -2.0]), 1),
        (B, A, 3),
        (A, B, 2),
        ([A, B], [A, B + 1], 3),
        ((A, B), [A, B + 1], 3),
        ({"a": A}, {"a": A + 1}, 2),
        ({"b": A}, {"a": A}, 2),
        (A > 0, np.array([1.0, 0.0]), 2),
        (np.array([np.nan, 1.0]), np.array([np.nan, 2.0]), 1),
        (None, A, 0),
        ("text", "other", 0),
        (3, 4, 1),
    ],
)
def test_different_numbers_are_counted_and_all_of_another_form(got, expected, different):
    assert slips._count_different(got, expected) == different


@pytest.mark.parametrize(
    ("names", "got", "expected", "pairs"),
    [
        (("",), 1, 2, [(1, 2)]),
        (("a", "b"), (1, 2), (3, 4), [(1, 3), (2, 4)]),
        (("a", "b"), [1, 2], (3, 4), [(1, 3), (2, 4)]),
        (("a", "b"), (1, 2, 3), (3, 4), [(None, 3), (None, 4)]),
        (("a", "b"), 1, (3, 4), [(None, 3), (None, 4)]),
        (("a", "b"), (1, 2), None, [(1, None), (2, None)]),
    ],
)
def test_each_part_is_paired_with_what_was_expected(names, got, expected, pairs):
    assert slips._pair_parts(names, got, expected) == pairs


def test_a_sketch_depends_on_form_order_and_size_of_the_numbers():
    forms = [slips._sketch(one)[0] for one in (A, B, A > 0, [A], {"a": A}, "text", np.array([A]), 3.0, True)]
    assert len(set(forms)) == len(forms) and min(forms) >= 3
    assert slips._sketch(A)[0] == slips._sketch([1.5, -2.0])[0] == slips._sketch(np.array([7, 8]))[0]
    assert slips._sketch(None) == (slips.NOTHING, 0.0, 0.0)
    assert slips._sketch(A)[1] != slips._sketch(A[::-1])[1] and slips._sketch(A)[2] == slips._sketch(A[::-1])[2] == 2.5
    assert slips._sketch(np.array([2.0]))[1:] == (pytest.approx(2 * (np.sqrt(2) - 1 + 0.5)), 2.0)
    odd = [slips._sketch(np.array([one]))[1] for one in (np.nan, np.inf, -np.inf, 0.0)]
    assert len(set(odd)) == 4 and np.isfinite(odd).all()
