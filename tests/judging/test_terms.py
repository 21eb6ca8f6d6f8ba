"""Is a term or factor that an answer lacks, or has too often, named where it explains the whole difference?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.judging.findings.samples import Label
from autograder.judging.findings.terms import find_terms
from tests.support.samples import KEY, sample

X = np.array([[1.5, -2.0, 4.0], [3.0, 7.0, -5.5]])
E = np.array([[10.5, 0.25, -3.0], [2.0, -6.0, 8.0]])
BIAS = np.array([0.75, -1.25, 2.5])


def terms(expected, got, **given):
    return [tuple(map(str, one)) for one in find_terms(sample(expected, got, **given), KEY)]


@pytest.mark.parametrize(
    ("got", "given", "found"),
    [
        (E - X, {"x": X}, ("lacks", "`x`")),
        (E + X, {"x": X}, ("adds twice", "`x`")),
        (E - BIAS, {"b": BIAS}, ("lacks", "`b`")),
        (E + BIAS, {"b": BIAS}, ("adds twice", "`b`")),
        (E - 1, {"b": np.ones(2)}, None),
        (E / X, {"x": X}, ("lacks factor", "`x`")),
        (E / BIAS, {"b": BIAS}, None),
        (E * X, {"x": X}, ("factor too many", "`x`")),
        (E * X**2, {"x": X}, ("factor too many", "`x`²")),
        (E * BIAS, {"b": BIAS}, None),
        (E + 3 * X, {"x": X}, ("term times", "plus", "`x`", "3")),
        (E - 3 * X, {"x": X}, ("term times", "minus", "`x`", "3")),
        (E + X / 10, {"x": X}, ("term divided by", "plus", "`x`", "10")),
        (E + 7 * X, {"x": X, "n": 7}, ("term times", "plus", "`x`", "`n`")),
        (E - X * 7 / 11, {"x": X, "n": 7, "m": 11}, ("term times", "minus", "`x`", "(`n` / `m`)")),
        (E + 6 * X, {"x": X, "n": 7}, ("term times", "plus", "`x`", "(`n` - 1)")),
        (E + X * (1 / 7 - 1), {"x": X, "n": 7}, ("term times", "plus", "`x`", "(1 / `n` - 1)")),
        (E + X * (7 / 11 - 1), {"x": X, "n": 7, "m": 11}, ("term times", "plus", "`x`", "(`n` / `m` - 1)")),
        (E + 0.37 * X, {"x": X}, ("differs by multiple", "`x`")),
        (E + 0.37 * BIAS, {"b": BIAS}, ("differs by multiple", "`b`")),
        (E - X[:, :2] @ X[:2], {"x": X[:, :2], "y": X[:2]}, ("lacks", "`x @ y`")),
        (E - X[:, :2] @ X[:2], {"y": X[:2], "x": X[:, :2]}, ("lacks", "`x @ y`")),
        (E - X, {"x": np.where(X > 5, np.inf, X)}, None),
        (E * np.nan, {"x": X}, None),
        ((E - X)[0], {"x": X}, None),
        (E > 0, {"x": X}, None),
        ("text", {"x": X}, None),
    ],
)
def test_a_term_explains_the_whole_difference(got, given, found):
    told = terms(E, got, **given)
    assert found in told if found else told == []


@pytest.mark.parametrize(
    ("expected", "got", "given"),
    [
        (E, E + 2 * np.ones(E.shape), {"x": np.ones(E.shape)}),  # any constant is a multiple of it
        (E, E + 5e-4 * X / 7, {"x": X}),  # too small beside the answer
        (np.array(2.5), np.array(4.5), {"x": 1.0}),  # a single number
        (np.array([2.5]), np.array([4.5]), {"x": np.array([1.0])}),
    ],
)
def test_what_would_hold_of_anything_is_not_told(expected, got, given):
    assert "differs by multiple" not in [one[0] for one in terms(expected, got, **given)]


def test_a_multiple_must_not_be_tiny_beside_the_answer():
    for size, told in ((1.01e-4, True), (0.99e-4, False)):
        difference = X / 7 * size * 10.5
        assert (("differs by multiple", "`x`") in terms(E, E + difference, x=X)) is told


def test_a_factor_of_ones_or_of_one_number_is_none():
    ones = np.ones(E.shape)
    assert terms(E, E, x=ones) == [] and terms(E, 2 * E, x=2 * ones) == []
    assert terms(np.array([3.0]), np.array([6.0]), x=np.array([2.0])) == []
    mostly = ones.copy()
    mostly[1, 1] = 2.0
    assert ("factor too many", "`x`") in terms(E, E * mostly, x=mostly)
    assert ("lacks factor", "`x`") in terms(E, E / mostly, x=mostly)


def test_single_precision_allows_larger_errors_of_a_multiple():
    rough = E + 0.37 * X * np.where(X == 7, 1 + 3e-4, 1)
    assert ("differs by multiple", "`x`") not in terms(E, rough, x=X)
    for expected, got in ((E.astype(np.float32), rough), (E, rough.astype(np.float32))):
        assert ("differs by multiple", "`x`") in terms(expected, got, x=X)


def test_an_array_of_the_first_or_the_last_pair_may_be_the_term():
    layers = [(X, BIAS), (X.T, BIAS / 3), (X, BIAS * 7)]
    assert ("lacks", "`layers[-1][1]`") in terms(E, E - BIAS * 7, layers=layers)
    assert ("adds twice", "`layers[0][0]`") in terms(E, E + X, layers=layers[:2])
    assert "lacks" not in {one[0] for one in terms(E, E - BIAS / 3, layers=layers)}, "only the ends are tried"
    assert ("lacks", "`layers[-1][1]`") not in terms(E, E - BIAS * 7.01, layers=layers)
    item = replace(sample(E, E - BIAS * 7, layers=layers), label=Label(item=0))
    assert "lacks" not in {one[0] for one in find_terms(item, KEY)}, "the pair at the same position says more"
