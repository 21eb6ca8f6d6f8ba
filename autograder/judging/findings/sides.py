"""Finds the direction in which answers are wrong (too large, never negative), and whether their order is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .relations import Relation
from .samples import Sample

_MOST = 50
"""The largest number of entries of a line whose order is compared pair by pair."""
_ENOUGH = 4
"""Number of wrong answers that must be on one side before the side means anything."""
_MANY, _CASES = 8, 3
"""Number of wrong answers, and of cases that they come from, before "too large" or "too small" means anything."""


def find_side(samples: Sequence[Sample]) -> Relation | None:
    """Return whether all wrong answers are too large or too small, or None."""
    wrong = [sample for sample in samples if not sample.right]
    pairs = []
    for sample in wrong:
        got, differs = sample.got, sample.wrong_entries
        if differs is None or (got.dtype.kind == "b") != (sample.expected.dtype.kind == "b"):
            return None
        pairs.append((sample.expected[differs], got[differs]))
    if not pairs:
        return None
    expected, got = (np.concatenate([pair[k].ravel() for pair in pairs]) for k in (0, 1))
    if expected.size < _ENOUGH:
        return None
    if got.dtype.kind == "b":
        every = bool(got.all())
        return ("only", str(every), str(not every)) if every or not got.any() else None
    expected, got = expected.astype(float), got.astype(float)
    if not np.isfinite(got).all():
        return None
    if not got.any():
        return ("always zero",)
    if (got >= 0).all() and (expected < 0).any():
        return ("never negative",)
    if (got <= 0).all() and (expected > 0).any():
        return ("never positive",)
    if expected.size < _MANY or len({sample.index for sample in wrong}) < _CASES:
        return None
    sides = np.sign(got - expected)
    return ("too large",) if (sides == 1).all() else ("too small",) if (sides == -1).all() else None


def find_order(samples: Sequence[Sample]) -> Relation | None:
    """Return the lines, rows or columns, in which the entries of every wrong answer are ordered by size as expected."""
    wrong = [sample for sample in samples if not sample.right]
    if any(one.got is None or one.got.shape != one.expected.shape or one.expected.ndim != 2 for one in wrong):
        return None
    for axis in (1, 0):
        if all(_is_ordered(np.moveaxis(one.expected, axis, 1), np.moveaxis(one.got, axis, 1)) for one in wrong):
            return ("order kept", axis, 2)
    return None


def _is_ordered(expected: np.ndarray, got: np.ndarray) -> bool:
    expected, got = expected.astype(float), got.astype(float)
    if not 2 < expected.shape[1] <= _MOST:
        return False
    with np.errstate(invalid="ignore"):  # an infinite number minus itself is NaN, which equals nothing
        one, other = (np.sign(lines[:, :, np.newaxis] - lines[:, np.newaxis, :]) for lines in (expected, got))
    return bool((one == other).all() and one.any())
