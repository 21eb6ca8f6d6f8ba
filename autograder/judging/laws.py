"""Measures random weights by statistics that tell distributions apart, whatever generator drew the weights."""

from __future__ import annotations

import math

import numpy as np

from ..exercise import Unusable

MEAN = "the mean, in standard deviations"
DEVIATION = "the standard deviation, in multiples of the required one"
NEAR = "the fraction of weights within one standard deviation"
DIFFERENT = "the fraction of weights whose magnitude occurs once"
ALONG_ROWS = "the correlation of neighbours in a row"
ALONG_COLUMNS = "the correlation of neighbours in a column"
TAIL = "there must be weights beyond 3.5 standard deviations"
NO_TAIL = "there must be no weights beyond 3.5 standard deviations"
AS_DRAWN = "the weights must stay as they were drawn, not shifted or rescaled afterwards"

_COMMON = {MEAN: 0.0, DEVIATION: 1.0, DIFFERENT: 1.0, ALONG_ROWS: 0.0, ALONG_COLUMNS: 0.0, AS_DRAWN: True}
NORMAL = _COMMON | {NEAR: math.erf(math.sqrt(1 / 2)), TAIL: True}
UNIFORM = _COMMON | {NEAR: math.sqrt(1 / 3), NO_TAIL: True}

# Tolerances for 40,000 weights: at least six standard errors of every statistic above. Only one in a
# hundred million normal matrices of that size has no weight beyond 3.5 standard deviations.
CLOSE = {"rtol": 0.02, "atol": 0.03}

TOLD = {
    MEAN: "whose mean is {distance:.4g} standard deviations {side} 0",
    DEVIATION: "whose standard deviation is {got:.4g} times the required one",
    NEAR: "of which {got:.1%} are within one standard deviation; expected {expected:.1%}",
    DIFFERENT: "of which only {got:.1%} have a magnitude that occurs once",
    ALONG_ROWS: "that depend on their neighbours in a row: their correlation is {got:.2g}; expected 0",
    ALONG_COLUMNS: "that depend on their neighbours in a column: their correlation is {got:.2g}; expected 0",
}


def find_worst(expected: dict, got: dict, differing: list[str]) -> str:
    """Return which of the differing statistics says most about what is wrong.

    A standard deviation that is 0 or not a number explains all the others. Otherwise it is the statistic furthest from
    what is expected: a mean may be a little off 0 only because many weights are the same.
    """
    if DEVIATION in differing and not (math.isfinite(got[DEVIATION]) and got[DEVIATION]):
        return DEVIATION
    finite = [name for name in differing if math.isfinite(got[name])]
    off = {name: abs(got[name] - expected[name]) / (1 + abs(expected[name])) for name in finite}
    return max(off, key=off.get) if off else differing[0]


_HARDLY_ANY = 0.0005
"""Fraction of different magnitudes that a percentage with one decimal would show as 0."""


def tell(statistic: str, got: float, expected: float) -> str:
    """Say what a statistic of the weights is, in words that follow "gave"."""
    if statistic == DEVIATION and got == 0:
        return "weights whose standard deviation is 0"
    if statistic == DEVIATION and not math.isfinite(got):
        return "weights that are not all finite"
    if not math.isfinite(got):
        return "weights that are all equal, or not all finite"
    if statistic == DIFFERENT and got < _HARDLY_ANY:
        return "weights with hardly any different magnitudes"
    values = {"got": float(got), "expected": float(expected)}
    values |= {"distance": abs(float(got)), "side": "below" if got < 0 else "above"}
    return f"weights {TOLD[statistic].format(**values)}"


_BUCKETS = 21
"""A hash of so many bits tells all but one in a hundred of 40,000 numbers apart."""


def _count_different(numbers: np.ndarray) -> int:
    """Count different numbers, or some too few if nearly all are different: hashing takes less time than sorting."""
    bits = numbers.astype(np.float64).ravel().view(np.uint64)
    seen = np.zeros(2**_BUCKETS, bool)
    seen[bits * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(64 - _BUCKETS)] = True  # Fibonacci hashing
    at_least = int(np.count_nonzero(seen))
    return at_least if at_least > 0.97 * numbers.size else np.unique(numbers).size


_EXACT = 1e-9
"""Relative error below which a statistic of all weights is exact: that of a random draw never is."""
_EQUAL = 1e-5
"""Relative difference below which many lines have the same magnitude, in single precision as well."""


def find_adjustment(weights: np.ndarray, deviation: float | None) -> tuple[str, ...] | None:
    """Return what shows that weights were changed after they were drawn, or None.

    That is ``("rescaled",)`` if their standard deviation is exactly the required one, ``("rescaled lines", "row",
    "norm")`` or the like if all rows or all columns have the same norm or the same standard deviation, and
    ``("centred",)`` if their mean is exactly 0.
    """
    squares = weights * weights
    if min(weights.shape) > 1:  # a single line is like itself
        for along, name in ((1, "row"), (0, "column")):
            each = squares.mean(axis=along)
            for size, of in ((each, "norm"), (each - weights.mean(axis=along) ** 2, "standard deviation")):
                if np.ptp(size) <= _EQUAL * size.max():
                    return ("rescaled lines", name, of)
    mean, spread = weights.mean(), weights.std()
    if deviation and abs(spread / deviation - 1) <= _EXACT:
        return ("rescaled",)
    return ("centred",) if abs(mean) <= 1e-3 * _EXACT * spread else None


def measure(weights: np.ndarray, deviation: float, wanted: dict) -> dict:
    """Return the statistics of a large matrix.

    Parameters
    ----------
    weights : ndarray of shape (fan_in, fan_out)
        The draws.
    deviation : float
        The standard deviation that the draws should have.
    wanted : dict
        `NORMAL` or `UNIFORM`: the statistics to measure.

    Raises
    ------
    Unusable
        If the matrix is empty.
    """
    if not weights.size:
        raise Unusable("shape", f"an empty array, of shape {weights.shape}, instead of weights", weights.shape)
    with np.errstate(all="ignore"):
        # For equal numbers both are exact: a rounded sum would leave a deviation that depends on the machine.
        equal = bool((weights == weights.flat[0]).all())
        mean, spread = (weights.flat[0], np.float64(0)) if equal else (weights.mean(), weights.std())
        standard = (weights - mean) / spread
        beyond = bool((np.abs(standard) > 3.5).any())
        found = {
            MEAN: float(mean / spread),
            DEVIATION: float(spread / deviation),
            NEAR: float(np.mean(np.abs(standard) < 1)),
            DIFFERENT: _count_different(np.abs(weights)) / weights.size,
            ALONG_ROWS: float(np.mean(standard[:, 1:] * standard[:, :-1])) if weights.shape[1] > 1 else 0.0,
            ALONG_COLUMNS: float(np.mean(standard[1:] * standard[:-1])) if weights.shape[0] > 1 else 0.0,
            TAIL: beyond,
            NO_TAIL: not beyond,
            AS_DRAWN: find_adjustment(weights, deviation) is None,
        }
    return {name: found[name] for name in wanted}
