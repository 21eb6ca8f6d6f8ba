"""Is every kind of relation found where it holds, and told with the right rows, columns and names?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograder.judging.findings import sentences
from autograder.judging.findings.common import all_relations
from autograder.judging.findings.counts import find_formula
from autograder.judging.findings.masks import find_masks
from autograder.judging.findings.thresholds import find_axes, find_lengths, find_shape
from tests.support.samples import KEY, sample

T = np.array([[1.25, -2.5, 4.75], [3.5, 7.0, -5.25], [0.5, 6.25, 9.0], [2.0, -8.5, 2.75]])
P = np.array([[0.25, 1.5, 3.0], [2.25, 0.5, 6.0], [4.5, 1.0, 0.75], [1.75, 5.0, 2.5]])
V = np.array([3.5, -1.25, 2.0, 6.75])
NONE_IN_ONE = np.array([[1.5, 0.0, 2.5], [0.5, 0.0, 3.5]])


def each(function, array):
    """Apply a function of one number to each entry, without NumPy."""
    return np.array([[function(entry) for entry in row] for row in array])


def lines(function, array):
    """Apply a function of a list to each row."""
    return np.array([function(list(row)) for row in array])


def shares(row):
    return [entry / sum(row) for entry in row]


def powers(row):
    return shares([math.exp(entry) for entry in row])


def totals(row):
    return [sum(row[: k + 1]) for k in range(len(row))]


def columns(function, array):
    """Apply a function of a list to each column."""
    return lines(function, array.T).T


def middle(row):
    return sum(row) / len(row)


E3 = np.array([[2.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 7.0]])
ROWS = np.array([0, 2, 1, 2])
FIVE = np.array([*T, T[0] + T[1]])

# What was expected, what came back, the kind of relation and what is said.
WHOLE = [
    (T, each(lambda e: e * e, T), "square", "is the square of"),
    (P, each(math.sqrt, P), "root", "is the square root of"),
    (T, each(math.exp, T), "exp", "is exp of"),
    (P, each(math.log, P), "log", "is the natural logarithm of"),
    (P, each(lambda e: -math.log(e), P), "minus log", "is minus the natural logarithm of"),
    (T, each(lambda e: math.log(abs(e)), T), "log of absolute", "of the magnitude"),
    (T, each(lambda e: 1 / e, T), "reciprocal", "is 1 divided by"),
    (T > 1, T <= 1, "opposite", "is the opposite of"),
    (T, each(lambda e: 1 - e, T), "one minus", "is 1 minus"),
    (T, each(lambda e: math.exp(-e), T), "exp of negated", "is exp of minus"),
    (T, each(lambda e: max(e, 0), T), "positive part", "0 instead of every negative"),
    (T, each(lambda e: min(e, 0), T), "negative part", "0 instead of every positive"),
    (T, each(lambda e: e if e > 0 else e / 100, T), "leaky", "multiplied by 0.01"),
    (T, each(abs, T), "absolute", "without its sign"),
    (P / 4, each(lambda e: min(e, 1), P / 4), "clipped to 0 and 1", "from 0 to 1"),
    (T, each(lambda e: max(-1, min(e, 1)), T), "clipped to -1 and 1", "from -1 to 1"),
    (T, each(math.trunc, T), "truncated", "without its decimals"),
    (T, each(math.floor, T), "floor", "rounded down"),
    (T, each(math.ceil, T), "ceiling", "rounded up"),
    (T, each(round, T), "nearest whole", "rounded to a whole number"),
    (T, each(lambda e: math.floor(e / 2), T), "half rounded down", "half of what was expected, rounded down"),
    (T, each(lambda e: math.copysign(1, e), T), "sign", "only the sign"),
    (T, each(lambda e: float(e > 0), T), "is positive", "1 where the expected number is positive"),
    (E3, each(lambda e: float(e != 0), E3), "is not zero", "1 where the expected number is not 0"),
    (E3, each(lambda e: float(e == 0), E3), "negation", "1 where 0 was expected"),
    (T, each(lambda e: 1 / (1 + math.exp(-e)), T), "sigmoid", "the sigmoid of"),
    (T, each(math.tanh, T), "tanh", "tanh of"),
    (T, each(lambda e: math.log(1 + math.exp(e)), T), "softplus", "log(1 + exp(e))"),
    (T / 7, each(lambda e: round(e, 2), T / 7), "rounded", "rounded to a few decimals"),
    (T, np.reshape(powers(list(T.ravel())), T.shape), "softmax over all", "all entries together"),
    (T, lines(powers, T), "softmax", "softmax of what was expected, along each row"),
    (T, columns(powers, T), "softmax", "softmax of what was expected, along each column"),
    (P, np.reshape(shares(list(P.ravel())), P.shape), "divided by its sum", "the sum of all its entries"),
    (T, T / 9, "divided by its largest", "its largest entry"),
    (-T, -T / 9, "divided by its largest magnitude", "its largest magnitude"),
    (P, P / P[0, 0], "divided by its first", "divided by its first entry"),
    (T, T / math.sqrt(sum(e * e for e in T.ravel())), "divided by its norm", "its norm"),
    (T, T - middle(list(T.ravel())), "minus its mean", "minus the mean of all its entries"),
    (T, T - 9, "minus its largest", "minus the largest of all its entries"),
    (T, (T - T.mean()) / math.sqrt(middle([(e - T.mean()) ** 2 for e in T.ravel()])), "standardised", "mean 0"),
    (P, lines(shares, P), "divided by sums", "each row divided by its sum"),
    (P, columns(shares, P), "divided by sums", "each column divided by its sum"),
    (P, lines(lambda r: [e / max(r) for e in r], P), "divided by largest", "each row divided by its largest"),
    (T, lines(lambda r: [e / math.hypot(*r) for e in r], T), "divided by norms", "each row divided by its norm"),
    (T, columns(lambda r: [e / math.hypot(*r) for e in r], T), "divided by norms", "each column divided by its norm"),
    (T, lines(lambda r: [e - middle(r) for e in r], T), "minus means", "the mean of each row subtracted from that row"),
    (
        T,
        columns(lambda r: [e - middle(r) for e in r], T),
        "minus means",
        "the mean of each column subtracted from that column",
    ),
    (T, lines(lambda r: [e - max(r) for e in r], T), "minus largest", "the largest entry of each row subtracted"),
    (T, np.reshape(sorted(T.ravel()), T.shape), "sorted", "the expected numbers, sorted"),
    (T, lines(sorted, T), "sorted along", "with each row sorted"),
    (T, np.reshape([*T.ravel()][::-1], T.shape), "reversed", "in reverse order"),
    (T, np.reshape([*T.T.ravel()], T.shape), "column order", "column by column"),
    (T, np.array([*zip(T.flat[:4], T.flat[4:8], T.flat[8:], strict=True)]), "into columns", "written column by column"),
    (T[:3], np.array([*zip(*T[:3], strict=True)]), "transposed", "transposed"),
    (T, np.array([*T][::-1]), "flipped", "its rows in reverse order"),
    (T, lines(lambda r: r[::-1], T), "flipped", "its columns in reverse order"),
    (T, np.array([T[0], T[1], T[3], T[2]]), "last two swapped", "its last two rows swapped"),
    (T, lines(lambda r: [r[0], r[2], r[1]], T), "last two swapped", "its last two columns swapped"),
    (
        T,
        np.array([T[0], T[1], T[3], T[3] * 0]),
        "last one too early",
        "last expected row in place of the one before it",
    ),
    (T, np.array([T[0], T[1], T[2] + T[3]]), "last two added", "its last two rows added together"),
    (T, np.array([T[3], T[0], T[1], T[2]]), "rolled forward", "its last row moved to the front"),
    (T, lines(lambda r: [*r[1:], r[0]], T), "rolled back", "its first column moved to the end"),
    (FIVE, np.array([*FIVE[3:], *FIVE[:3]]), "rolled forward by", "its last 2 rows moved to the front"),
    (FIVE, np.array([*FIVE[2:], *FIVE[:2]]), "rolled back by", "its first 2 rows moved to the end"),
    (np.array([2, 0, 1]), np.array([2.0, 0.0, 1.0]), "floats for integers", "the right numbers as floats"),
    (T, lines(totals, T), "cumulative", "the running total of what was expected, along each row"),
    (T, columns(totals, T), "cumulative", "the running total of what was expected, along each column"),
    (T, lines(lambda r: totals(r[::-1])[::-1], T), "cumulative from the end", "from the end of each row"),
    (T, np.array([T[0]] * 4), "first repeated", "has the first expected row in place of each row"),
    (T, lines(lambda r: [r[-1]] * 3, T), "last repeated", "has the last expected column in place of each column"),
    (T, lines(lambda r: [middle(r)] * 3, T), "mean repeated", "the mean of all expected columns"),
    (T, np.array([sum(T)] * 4), "sum repeated", "the sum of all expected rows"),
    (T, np.array([T[0], *np.zeros((3, 3))]), "all but first are zero", "only the first row right"),
    (T, lines(lambda r: [0, 0, r[2]], T), "all but last are zero", "only the last column right"),
    (T, np.array([np.zeros(3), *T[1:]]), "first is zero", "its first row is all zeros"),
    (T, lines(lambda r: [*r[:2], 0], T), "last is zero", "its last column is all zeros"),
    (T, T[[2, 0, 3, 1]], "permuted", "holds the expected rows, in the wrong order"),
    (
        T,
        T.ravel()[[5, 2, 0, 7, 11, 4, 9, 1, 3, 10, 6, 8]].reshape(T.shape),
        "entries permuted",
        "in the wrong positions",
    ),
    (T, np.array([V[:3]] * 4) * 0.37, "lines alike", ""),
    (T, np.array([V[:3]] * 4) * 0.37, "first axis alike", "the same all along its first axis"),
    (T, T * V[:, np.newaxis], "lines scaled", "with the rows multiplied by numbers that are not all the same"),
    (T, np.array([T[0], T[1] * 0, T[2], T[3]]), "rows zero", "holds only right rows and rows of zeros"),
    (T, lines(lambda r: [r[0], 0.0, r[2]], T), "columns zero", "holds only right columns and columns of zeros"),
    (T, T + 0.05, "nearly", "less than 1% of the largest magnitude"),
    (T, columns(lambda r: [sum(r[: k + 1]) / (k + 1) for k in range(len(r))], T), "running mean", "along each column"),
    (T, T + V[:, np.newaxis], "lines shifted", "with a number added to each row"),
    (T.T, (T + V[:, np.newaxis]).T, "lines shifted", "with a number added to each column"),
    (
        T,
        T * V[:, np.newaxis] + P[:, :1],
        "lines scaled and shifted",
        "the rows scaled and shifted by numbers that are not all the same",
    ),
    (T, np.reshape(totals(list(T.ravel())), T.shape), "cumulative over all", "of all expected entries, row after row"),
    (V, np.full(4, 0.3), "all one number", "the same number"),
    (T, each(lambda e: min(e, 2.25), T), "never above", "but never above 2.25"),
    (T, each(lambda e: max(e, -3.5), T), "never below", "but never below -3.5"),
    (T, T * math.nan, "all NaN", "is NaN"),
    (T, T * 0 + 1, "all ones", "is 1"),
    # other shapes
    (T, np.array([sum(r) for r in T]), "sums", "only the sum of each expected row"),
    (T, np.array([middle(r) for r in T.T]), "means", "only the mean of each expected column"),
    (T, np.array([max(r) for r in T]), "largest", "the largest entry of each expected row"),
    (T, np.array([min(r) for r in T.T]), "smallest", "the smallest entry of each expected column"),
    (T, np.array([2, 1, 2, 2]), "positions of largest", "the largest entry in each expected row"),
    (T, T[0], "only the first", "only the first row"),
    (T, np.array([r[-1] for r in T]), "only the last", "only the last column"),
    (T, T[1:], "without the first", "the first row is missing"),
    (T, np.array([r[:-1] for r in T]), "without the last", "the last column is missing"),
    (NONE_IN_ONE, NONE_IN_ONE[:, [0, 2]], "without empty", "the columns that hold only zeros"),
    (T, T[:2], "last ones missing", "but rows at the end are missing"),
    (T, T[:, 2:], "first ones missing", "but columns at the start are missing"),
    (T, T.reshape(2, 6), "other shape", "in the right order, but in another shape"),
    (np.full((2, 3), 0.5), np.array(0.5), "one for all", "a single number instead of an array"),
    (T, np.array([*T.ravel()]), "flat", "in one 1-D array"),
    (T, np.array([*T.T.ravel()]), "flat by columns", "column by column"),
    (T, np.array([T]), "one axis more", "one axis too many"),
    (T[:1], T[0], "squeezed", "an axis of length 1 is missing"),
    (T, np.array(sum(T.ravel())), "sum of all", "the sum of all expected entries"),
    (T, np.array(middle(list(T.ravel()))), "mean of all", "the mean of all expected entries"),
    (T, np.array(9.0), "largest of all", "the largest of the expected entries"),
    (T, np.array(8), "position of largest", "the position of the largest expected"),
    (T[:3], np.array([1.25, 7.0, 9.0]), "diagonal", "only the diagonal"),
    (np.array([2.0, 5.0, 7.0]), E3, "as a diagonal", "on the diagonal of a matrix"),
    (ROWS, np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]]), "one-hot", "the one-hot form"),
    # the last step is missing
    (np.array(T.sum()), T, "sum not taken", "the sum of its entries is"),
    (np.array(T.mean()), T, "mean not taken", "the mean of its entries is"),
    (np.array((T**2).mean()), T, "mean of squares not taken", "the mean of its squares is"),
    (np.array([1.25, 7.0, 9.0]), T[:3], "diagonal not taken", "whose diagonal holds"),
    (T, np.array([*T.ravel()]), "flat not reshaped", "in one 1-D array"),
    (np.array([sum(r) for r in T]), T, "axis not summed", "the sums along each row"),
    (np.array([middle(r) for r in T.T]), T, "axis not averaged", "the means along each column"),
    (np.array([2, 1, 2, 2]), T, "position not taken", "in each row at the expected position"),
    (T[:3], T, "one too many at the end", "one row too many at the end"),
    (T[:, 1:], T, "one too many at the start", "one column too many at the start"),
    # types
    (np.array(3.5), "3.5", "text", "is a string instead of a number"),
    (np.array(True), "true", "text for truth", "not its name"),
    (np.array(1), True, "truth value", "is a truth value"),
    (np.array(True), 1, "number for truth", "return True or False"),
    (np.array(2**31 + 5), -(2**31) + 5, "32-bit integers", "a 32-bit integer"),
    (np.array(2**24 + 1), 2.0**24, "32-bit floats", "a 32-bit float"),
]


@pytest.mark.parametrize(("expected", "got", "kind", "words"), WHOLE, ids=[one[2] for one in WHOLE])
def test_a_kind_is_found_where_it_holds(expected, got, kind, words):
    found = [one for one in all_relations(KEY, sample(expected, got)) if one[0] == kind]
    assert any(words in sentences.tell_relation(one, "it") for one in found), found
    other = got if isinstance(got, (str, bool, int, float)) else np.sin(np.arange(1.0, 1 + got.size)).reshape(got.shape)
    if other is not got:
        assert kind not in [one[0] for one in all_relations(KEY, sample(expected, other))]


X = T[[1, 3, 0, 2]] + 0.5
# What was expected, what came back, the arguments, the kind of relation and what is said.
WITH_ARGUMENTS = [
    (T, T * 7, {}, "times number", "7 times"),
    (T, T * 4, {"x": X}, "times", "the number of rows of `x` times"),
    (T, T / 3, {"x": X}, "divided by", "divided by the number of columns of `x`"),
    (T, T * 4 / 3, {"x": X}, "times over", "times the number of rows of `x`, divided by the number of columns of `x`"),
    (T, T * 3 / 4, {"x": X}, "fraction less one", "(n - 1) / n times what was expected, where n is the number of rows"),
    (T, T * 3 / 2, {"x": X}, "fraction more one", "n / (n - 1) times what was expected, where n is the number of col"),
    (T, T - 2, {}, "off by", "2 less than"),
    (T, T + 0.37, {}, "off by number", "0.37 more than"),
    (T, T - X, {"x": X}, "lacks", "`x` is not added"),
    (T, T - P[0], {"x": X, "bias": P[0]}, "lacks", "`bias` is not added"),
    (T, T + X, {"x": X}, "adds twice", "`x` added once more"),
    (T * P, T, {"x": P}, "lacks factor", "not multiplied by `x`"),
    (T, T * P, {"x": P}, "factor too many", "but multiplied by `x`"),
    (T, T + 2 * X, {"x": X}, "term times", "plus `x` times 2"),
    (T, T - X / 10, {"x": X}, "term divided by", "minus `x` divided by 10"),
    (T, T - 0.37 * X, {"x": X}, "differs by multiple", "a multiple of `x`"),
    # inputs
    (T, X, {"x": X}, "input", "the argument `x`, unchanged"),
    (T, -X, {"x": X}, "input negated", "minus the argument `x`"),
    (T, X + X, {"x": X}, "input doubled", "twice the argument"),
    (T, X * X, {"x": X}, "input squared", "the square of the argument"),
    (T, np.array([*zip(*X, strict=True)]), {"x": X}, "input transposed", "transposed"),
    (T, each(lambda e: float(e > 0), X), {"x": X}, "input is positive", "1 where the argument `x` is positive"),
    (T, each(lambda e: max(e, 0), X), {"x": X}, "input positive part", "the positive part of"),
    (T, each(math.exp, X), {"x": X}, "input exp", "exp of the argument"),
    (T, each(lambda e: 1 / (1 + math.exp(-e)), X), {"x": X}, "input sigmoid", "the sigmoid of"),
    (T, each(math.tanh, X), {"x": X}, "input tanh", "tanh of"),
    (T, each(lambda e: math.log(1 + math.exp(e)), X), {"x": X}, "input softplus", "log(1 + exp(t))"),
    (T, np.array(sum(X.ravel())), {"x": X}, "input sum", "the sum of all entries"),
    (T, np.array(middle(list(X.ravel()))), {"x": X}, "input mean", "the mean of all entries"),
    (T, np.array([sum(r) for r in X.T]), {"x": X}, "input rows summed", "the sum of the rows"),
    (T, np.array([middle(r) for r in X.T]), {"x": X}, "input rows averaged", "the mean of the rows"),
    (T, np.array([sum(r) for r in X]), {"x": X}, "input columns summed", "the sum of each row"),
    (T, np.array([middle(r) for r in X]), {"x": X}, "input columns averaged", "the mean of each row"),
    (T, np.array(max(X.ravel())), {"x": X}, "input largest", "the largest entry of"),
    (T, X - min(X.ravel()), {"x": X}, "input minus smallest", "minus its smallest entry"),
    (T, X - max(X.ravel()), {"x": X}, "input minus largest", "minus its largest entry"),
    (T, X - middle(list(X.ravel())), {"x": X}, "input minus mean", "minus its mean"),
    (T, X / max(map(abs, X.ravel())), {"x": X}, "input divided by largest", "divided by its largest magnitude"),
    (T, np.array(sum(e * e for e in X.ravel())), {"x": X}, "input squares summed", "the sum of the squares"),
    (T, np.array(max(map(abs, X.ravel()))), {"x": X}, "input largest magnitude", "the largest magnitude in"),
    (T, np.array(4.0), {"x": X}, "input length", "the length of"),
    (T, np.array(12.0), {"x": X}, "input entries", "the number of entries of"),
    # two inputs
    (T, X * P, {"x": X, "y": P}, "product of", "`x` * `y`"),
    (T, X + P, {"x": X, "y": P}, "sum of", "`x` + `y`"),
    (T, P - X, {"x": X, "y": P}, "difference of", "`y` - `x`"),
    (T, X / P, {"x": X, "y": P}, "quotient of", "`x` / `y`"),
    (T, P * (1 - X), {"x": X, "y": P}, "product of", "`y` * (1 - `x`)"),
    (T, P**X, {"x": X, "y": P}, "power of", "`y` to the power of `x`"),
    (T, X @ P.T, {"x": X, "y": P.T}, "matrix product of", "the matrix product `x` @ `y`"),
    (T, X.T @ P, {"x": X, "y": P}, "matrix product transposed left", "the matrix product `x`.T @ `y`"),
    (T, X @ P.T, {"x": X, "y": P}, "matrix product transposed right", "the matrix product `x` @ `y`.T"),
    (T, X.reshape(3, 4) @ P, {"x": X, "y": P}, "matrix product reshaped left", "with `x` reshaped first (not"),
    (T, X @ P.reshape(3, 4), {"x": X, "y": P}, "matrix product reshaped right", "with `y` reshaped first (not"),
    (np.array(3.5), np.array(middle([*map(abs, (X - P).flat)])), {"x": X, "y": P}, "reduced", "is the mean of the mag"),
    (T, X * [[1], [0], [1], [0]], {"x": X}, "whole rows", "holds only whole rows of `x` and rows of zeros"),
    (T, np.array([[a * b for b in V[:3]] for a in V]), {"x": V, "y": V[:3]}, "outer product of", "of `x` and `y`"),
    (T, np.array([0.0, 1.0, 1.0]), {"x": ROWS[:3], "y": np.array([1, 2, 1])}, "equality of", "1 where `x` equals `y`"),
    (T, each(lambda e: e * e, X - P), {"x": X, "y": P}, "squared difference of", "(`x` - `y`) squared"),
    (T, each(abs, X - P), {"x": X, "y": P}, "absolute difference of", "the magnitude of `x` - `y`"),
    (T, np.array([*X, *P]), {"x": X, "y": P}, "concatenation of", "`x` followed by `y`"),
]


@pytest.mark.parametrize(
    ("expected", "got", "given", "kind", "words"),
    WITH_ARGUMENTS,
    ids=[f"{one[3]}-{i}" for i, one in enumerate(WITH_ARGUMENTS)],
)
def test_a_kind_that_quotes_arguments_is_found_where_it_holds(expected, got, given, kind, words):
    found = [one for one in all_relations(KEY, sample(expected, got, **given)) if one[0] == kind]
    assert any(words in sentences.tell_relation(one, "it") for one in found), found
    other = np.sin(np.arange(1.0, 1 + got.size)).reshape(got.shape)
    assert kind not in [one[0] for one in all_relations(KEY, sample(expected, other, **given))]


# What came back where `T` is expected in place of `P`, among the arguments at the same position.
CHANGED = [
    (P, "change missing", "unchanged from the argument `x`"),
    (P - (T - P), "change negated", "required change with its sign flipped"),
    (P + 2 * (T - P), "change times", "by the required change, multiplied by 2"),
    (P + (T - P) / 10, "change divided by", "divided by 10"),
    (P * (T - P), "change multiplied", "multiplied by the required change"),
    (P + 0.7, "change constant", "by the same number"),
    (P + 0.618 * (T - P), "change scaled", "a multiple of the required change"),
]


@pytest.mark.parametrize(("got", "kind", "words"), CHANGED, ids=[one[1] for one in CHANGED])
def test_a_kind_of_change_is_found_where_it_holds(got, kind, words):
    def found(got):
        one = sample(T, got, bases=(("x", P),), x=P)
        return [relation for relation in all_relations(KEY, one) if relation[0] == kind]

    assert any(words in sentences.tell_relation(one, "it") for one in found(got))
    assert not found(np.sin(T))


def wrong_at(expected, places):
    """Return the expected array with other numbers where `places` is true."""
    return np.where(places, expected + 0.3, expected)


N = np.arange(3)
AT = np.arange(4)[:, np.newaxis], N
# What was expected, where it is wrong, the arguments, the kind of relation and what is said.
PARTS = [
    (T, (AT[0] == 0) & (AT[1] >= 0), {}, "only first", "wrong only in its first row"),
    (T, (AT[0] >= 0) & (AT[1] == 2), {}, "only last", "wrong only in its last column"),
    (T, (AT[0] > 0) & (AT[1] >= 0), {}, "all but first", "right only in its first row"),
    (T, (AT[0] >= 0) & (AT[1] < 2), {}, "all but last", "right only in its last column"),
    (T[:3], N[:, np.newaxis] == N, {}, "diagonal wrong", "wrong on the diagonal"),
    (T[:3], N[:, np.newaxis] != N, {}, "off-diagonal wrong", "right on the diagonal"),
    (T, T < 0, {}, "entries where", "where a negative number is expected"),
    (T, X > 0, {"x": X}, "entries where input", "where `x` is positive"),
]


@pytest.mark.parametrize(("expected", "places", "given", "kind", "words"), PARTS, ids=[one[3] for one in PARTS])
def test_a_part_is_found_where_it_is_wrong(expected, places, given, kind, words):
    found = [one for one in find_masks(sample(expected, wrong_at(expected, places), **given)) if one[0] == kind]
    assert any(words in sentences.tell_relation(one, "it") for one in found), found
    turned = sample(expected, wrong_at(expected, ~places), **given)
    assert not any(words in sentences.tell_relation(one, "it") for one in find_masks(turned))


SIZES = [[3, 4], [5, 2, 7], [6, 1, 1, 2], [9, 3, 4], [4, 4, 8, 16]]
# What was counted in each of these lists, the kind of relation and what is said.
COUNTED = [
    ([sum(one) for one in SIZES], "count", "the sum of `n`"),
    ([sum(one) * len(one) for one in SIZES], "count product", "the sum of `n` times the number of items in `n`"),
    ([one[0] + one[-1] for one in SIZES], "count sum", "the first item of `n` plus the last item of `n`"),
    (
        [max(one) - len(one) for one in SIZES],
        "count difference",
        "the largest item of `n` minus the number of",
    ),
]


@pytest.mark.parametrize(("got", "kind", "words"), COUNTED, ids=[one[1] for one in COUNTED])
def test_a_formula_of_a_count_is_found(got, kind, words):
    def found(got):
        return find_formula([sample(np.array(7 + i), n, n=SIZES[i]) for i, n in enumerate(got)])

    assert found(got)[0] == kind and words in sentences.tell_relation(found(got), "it")
    assert found([one + 13 * i for i, one in enumerate(got)]) is None


# What was expected and came back, in two cases, the kind of relation and what is said.
SHAPES = [
    (find_shape, [(T, T[:, 0]), (P[:2], P[:2, 0])], "axes missing", "only the first axis"),
    (find_shape, [(V, T[:, :1]), (V[:3], P[:3, :1])], "one axis more in shape", "one axis too many"),
    (find_shape, [(T, P[:2]), (T[:3], P[:2])], "always so many", "has the same number of rows, whatever"),
    (find_lengths, [(T, T[1:]), (P[:2], P[:1])], "too few", "fewer rows than required"),
    (find_lengths, [(T[:, :2], T), (P[:, :1], P)], "too many", "more columns than required"),
    (find_axes, [(T, T[:, 0]), (P[:2], P[0, :1])], "axes", "has one axis; an array with two axes is required"),
]


@pytest.mark.parametrize(("find", "pairs", "kind", "words"), SHAPES, ids=[one[2] for one in SHAPES])
def test_a_wrong_shape_is_found(find, pairs, kind, words):
    found = find([sample(*pair) for pair in pairs])
    assert found[0] == kind and words in sentences.tell_relation(found, "it")
    assert find([sample(expected, expected + 1) for expected, _ in pairs]) is None


ELSEWHERE = {
    "negated",
    "two values",
    *("shifted", "scaled", "scaled and shifted", "scaled and shifted somehow", "all different", "nonzero"),
    *("order kept", "wrong between", "wrong strictly between", "wrong at", "none"),
    *("only", "never negative", "never positive", "too large", "too small", "always zero", "all zeros"),
    *("shape of", "always shape of", "related", "related part"),
}
"""Kinds that `test_relations` and `test_findings` try."""


def test_every_kind_of_relation_is_tried():
    tried = {one[2] for one in (*WHOLE, *SHAPES)} | {one[3] for one in (*WITH_ARGUMENTS, *PARTS)}
    tried |= {one[1] for one in (*CHANGED, *COUNTED)}
    assert {*sentences.PREDICATES} - tried == ELSEWHERE
