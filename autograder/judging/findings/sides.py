"""Says on which side wrong answers are (too large, never negative, False in place of True), and whether in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .relations import Relation
from .samples import Sample

_MOST = 50
"""Entries of a line whose order is looked at."""
_ENOUGH = 4
"""Wrong answers that must be on one side before that means anything."""


def find_side(samples: Sequence[Sample]) -> Relation | None:
    """Return on which side of the expected values all wrong answers are, or None."""
    wrong = [sample for sample in samples if not sample.right]
    pairs = []
    for sample in wrong:
        got = sample.got
        if got is None or got.shape != sample.expected.shape or got.dtype.kind not in "biuf":
            return None
        if (got.dtype.kind == "b") != (sample.expected.dtype.kind == "b"):
            return None
        with np.errstate(all="ignore"):
            differs = ~np.isclose(sample.expected.astype(float), got.astype(float), rtol=1e-6, atol=0, equal_nan=True)
        pairs.append((sample.expected[differs], got[differs]))
    if not pairs:
        return None
    expected, got = (np.concatenate([pair[k].ravel() for pair in pairs]) for k in (0, 1))
    if expected.size < _ENOUGH:
        return None
    if got.dtype.kind == "b":
        return ("only", str(bool(got[0])), str(not got[0])) if (got == got[0]).all() else None
    expected, got = expected.astype(float), got.astype(float)
    if not np.isfinite(got).all():
        return None
    if not got.any():
        return ("always zero",)
    if (got >= 0).all() and (expected < 0).any():
        return ("never negative",)
    if (got <= 0).all() and (expected > 0).any():
        return ("never positive",)
    if (got > expected).all():
        return ("too large",)
    return ("too small",) if (got < expected).all() else None


def find_order(samples: Sequence[Sample]) -> str | None:
    """Return the lines, rows or columns, in which no two entries of any answer are the wrong way round."""
    wrong = [sample for sample in samples if not sample.right]
    if any(one.got is None or one.got.shape != one.expected.shape or one.expected.ndim != 2 for one in wrong):
        return None
    for axis, name in ((1, "row"), (0, "column")):
        if all(_is_ordered(np.moveaxis(one.expected, axis, 1), np.moveaxis(one.got, axis, 1)) for one in wrong):
            return name
    return None


def _is_ordered(expected: np.ndarray, got: np.ndarray) -> bool:
    if not 2 < expected.shape[1] <= _MOST or not np.isfinite(got.astype(float)).all():
        return False
    one, other = (np.sign(lines[:, :, np.newaxis] - lines[:, np.newaxis, :]) for lines in (expected, got.astype(float)))
    return bool((one * other >= 0).all() and (one * other > 0).any())
