"""Is the number by which an answer is multiplied or shifted named after everything that it may come from?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.judging.findings.scales import (
    find_bases,
    find_changes,
    find_common_factor,
    find_scales,
    name_factor,
    name_sizes,
    wants_no_change,
)
from autograder.judging.related import Related
from tests.support.samples import KEY, sample

A = np.array([1.5, -2.0, 4.0])


@pytest.mark.parametrize(
    ("value", "sizes"),
    [
        (3, {"`x`": 3.0}),
        (0, {}),
        (2.5, {"`x`": 2.5}),
        (np.float32(2.5), {"`x`": 2.5}),
        (True, {}),
        ("text", {}),
        (None, {}),
        ([], {}),
        ([7, 8, 9], {"the length of `x`": 3.0, "the number of entries of `x`": 3.0}),
        (A, {"the length of `x`": 3.0, "the number of entries of `x`": 3.0}),
        (np.array(2.5), {}),
        (
            np.ones((2, 3)),
            {
                "the number of rows of `x`": 2.0,
                "the number of columns of `x`": 3.0,
                "the number of entries of `x`": 6.0,
            },
        ),
        (
            np.ones((2, 3, 4)),
            {**{f"the length of axis {k} of `x`": 2.0 + k for k in range(3)}, "the number of entries of `x`": 24.0},
        ),
        (np.ones((0, 3)), {"the number of columns of `x`": 3.0}),
        ([A, A], {"the number of items in `x`": 2.0}),
        (
            (A, "b"),
            {
                **{"the number of items in `x`": 2.0, "the length of `x[0]`": 3.0},
                "the number of entries of `x[0]`": 3.0,
            },
        ),
        (("b", A), {"the number of items in `x`": 2.0}),
        ({"a": 1}, {}),
    ],
)
def test_the_sizes_of_arguments_have_names(value, sizes):
    assert name_sizes({"x": value}) == sizes


N, M = "the length of `x`", "the length of `y`"


@pytest.mark.parametrize(
    ("factor", "named", "found"),
    [
        (2.0, {}, [("times", "2")]),
        (-2.0, {}, [("times", "minus 2")]),
        (0.5, {}, [("divided by", "2"), ("times", "½")]),
        (1 / 3, {}, [("divided by", "3")]),
        (-1 / 3, {}, [("divided by", "minus 3")]),
        (0.1, {}, [("divided by", "10"), ("times", "0.1")]),
        (20.0, {}, []),
        (0.05, {}, [("times", "0.05")]),
        (0.01, {}, [("divided by", "100"), ("times", "0.01")]),
        (100.0, {}, [("times", "100")]),
        (1.0, {}, None),
        (7.0, {N: 7.0}, [("times", N)]),
        (1 / 7, {N: 7.0}, [("divided by", N)]),
        (-7.0, {N: 7.0}, [("times", f"minus {N}")]),
        (7**0.5, {N: 7.0}, [("times", f"the square root of {N}")]),
        (7**-0.5, {N: 7.0}, [("divided by", f"the square root of {N}")]),
        (49.0, {N: 7.0}, [("times", f"the square of {N}")]),
        (1 / 49, {N: 7.0}, [("divided by", f"the square of {N}")]),
        (3.5, {N: 7.0}, [("times", f"half {N}")]),
        (1 / 3.5, {N: 7.0}, [("divided by", f"half {N}")]),
        (6 / 7, {N: 7.0}, [("fraction less one", N)]),
        (7 / 6, {N: 7.0}, [("fraction more one", N)]),
        (0.63, {"`r`": 0.37}, [("times", "(1 - `r`)")]),
        (6.0, {N: 7.0}, []),
        (6.0, {"`r`": -5.0}, [("times", "(1 - `r`)")]),
        (5**0.5, {"`r`": -5.0}, []),
        (7 / 11, {N: 7.0, M: 11.0}, [("times over", "", N, M)]),
        (-11 / 7, {N: 7.0, M: 11.0}, [("times over", "minus ", M, N)]),
    ],
)
def test_where_a_factor_comes_from_is_named(factor, named, found):
    told = [tuple(map(str, one)) for one in name_factor(factor, named, 1e-6)]
    assert told == ([] if found is None else [*found, ("times number", f"{factor:.6g}")])


def test_a_size_of_one_is_no_fraction():
    assert ("times", N) in [*name_factor(1.0, {N: 1.0}, 1e-6)]
    assert not {"fraction less one", "fraction more one"} & {one[0] for one in name_factor(0.5, {N: 1.0}, 1e-6)}


@pytest.mark.parametrize(
    ("expected", "got", "factor"),
    [
        ([1.0, 2.0], [3.0, 6.0], 3.0),
        ([1.0, 2.0], [3.0, 6.1], None),
        ([0.0, -2.0], [0.0, 4.0], -2.0),
        ([0.0, 0.0], [1.0, 2.0], None),
        ([1.0, 2.0], [0.0, 0.0], None),
        ([1.0, 2.0], [1.0, 0.0], None),
        ([1.0, 1000.0], [1.001, 1000.0], 1.0),
        ([1.0, 1000.0], [1.003, 1000.0], None),
    ],
)
def test_a_common_factor_is_that_of_the_largest_number(expected, got, factor):
    assert find_common_factor(np.array(expected), np.array(got), 2e-6) == factor


@pytest.mark.parametrize(
    ("expected", "got", "found"),
    [
        (A, A + 1, [("off by", "1", "more")]),
        (A, A - 1, [("off by", "1", "less")]),
        (A, A + 0.5, [("off by", "½", "more")]),
        (A, A + 0.01, [("off by", "0.01", "more")]),
        (A, A + 7, [("off by", "`n`", "more")]),
        (A, A - 7, [("off by", "`n`", "less")]),
        (A, A + 0.3, []),
        (A, A + 3e-4, None),
        (A, A + np.array([1, 1, 1.1]), None),
        (A, A, None),
        (A * np.inf, A + 1, None),
        (A, A * np.nan, None),
        (A, (A + 1)[:2], None),
        (A, A > 0, None),
        (A, "text", None),
    ],
)
def test_an_offset_is_the_same_in_all_entries(expected, got, found):
    told = [one for one in find_scales(sample(expected, got, n=7)) if one[0].startswith("off by")]
    assert [one for one in told if one[0] == "off by"] == (found or [])
    assert len(told) == (0 if found is None else len(found) + 1)


@pytest.mark.parametrize(
    ("dtype", "found"), [(int, [("off by", "1", "more"), ("off by number", "1", "more")]), (float, [])]
)
def test_one_more_than_a_large_count_is_told_of_whole_numbers_only(dtype, found):
    many = np.array(39_000_000, dtype=dtype)
    assert [one for one in find_scales(sample(many, many + 1)) if one[0].startswith("off by")] == found


def test_single_precision_allows_larger_errors():
    exact, rough = (find_scales(sample(A, 2 * A * (1 + 1e-4 * np.array(one)), n=7)) for one in ([0, 0, 1], [0, 1, 0]))
    assert [*exact] == [*rough] == []
    single = A.astype(np.float32)
    near = (2 * A * (1 + 1e-4 * np.array([0, 0, 1]))).astype(np.float32)
    for one in (sample(single, near), sample(A, near), sample(single, near.astype(float))):
        assert ("times", "2") in find_scales(one)


def test_a_base_is_an_argument_in_its_place_or_another_result():
    results = (("f", A), ("short", A[:2]), ("truth", A > 0), ("none", None), ("whole", np.array([1, 2, 3])))
    key = replace(KEY, related=tuple(Related(name, "", (value,)) for name, value in results))
    found = find_bases(sample(A, A, bases=(("x", A),), x=A, rate=0.5), key)
    assert [name for name, _ in found] == ["`x`", "`f`", "`whole`"]
    number = find_bases(sample(1.5, 2.5, rate=0.5, n=3, single=np.float32(2)), KEY)
    assert [name for name, _ in number] == ["`rate`", "`single`"]


def changes(expected, got, base=A, **given):
    """Return how the change of an argument `x` differs from the required one."""
    one = sample(np.asarray(expected), np.asarray(got), bases=(("x", np.asarray(base)),), x=base, **given)
    return [tuple(map(str, found)) for found in find_changes(one, KEY)]


CHANGE = np.array([0.7, 1.3, -0.4])


@pytest.mark.parametrize(
    ("got", "found"),
    [
        (A, [("change missing", "`x`"), ("change constant", "`x`")]),
        (A + 2 * CHANGE, [("change scaled", "`x`"), ("change times", "`x`", "2")]),
        (A - CHANGE, [("change negated", "`x`")]),
        (A - 2 * CHANGE, [("change times", "`x`", "minus 2")]),
        (A + CHANGE / 3, [("change scaled", "`x`"), ("change divided by", "`x`", "3")]),
        (A + 7 * CHANGE, [("change scaled", "`x`"), ("change times", "`x`", "`n`")]),
        (A + CHANGE * 7 / 11, [("change scaled", "`x`"), ("change times", "`x`", "(`n` / `m`)")]),
        (A * CHANGE, [("change multiplied", "`x`")]),
        (A + 0.9, [("change constant", "`x`")]),
        (A * np.nan, []),
        (A[:2], []),
        (np.sin(A * 9), []),
    ],
)
def test_how_a_change_differs_from_the_required_one(got, found):
    told = changes(A + CHANGE, got, n=7, m=11)
    assert [one for one in told if "of `x`" not in one[-1]] == found


def test_a_case_that_needs_no_change_shows_none():
    assert changes(A, 2 * A) == []
    one = sample(A, 2 * A, bases=(("x", A),), x=A)
    assert wants_no_change(one, KEY, "`x`") and not wants_no_change(one, KEY, "`y`")
    assert not wants_no_change(sample(A + CHANGE, A, bases=(("x", A),), x=A), KEY, "`x`")


def test_a_constant_change_has_no_scale_and_a_single_number_no_product():
    assert ("change scaled", "`x`") not in changes(A + 1, A + 2.3)
    assert ("change times", "`x`", "2") in changes(A + 1, A + 2)
    assert changes([3.0], [2.0 * 1.0], base=np.array([2.0])) == [("change missing", "`x`"), ("change constant", "`x`")]
