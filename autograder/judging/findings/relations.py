"""Small detectors: what could have been done to the expected array to give what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .samples import ATOL, RTOL, Sample, is_close

Relation = tuple
"""A kind, whose sentence is in `sentences`, and the data that the sentence needs."""
FIRST_ARRAY = "in the first array"
"""Ends the data of a relation that is about the first of several arrays in an answer."""

Change = Callable[[np.ndarray], Any]


def _softmax(e: np.ndarray, axis: int | None) -> np.ndarray:
    powers = np.exp(e - e.max(axis=axis, keepdims=axis is not None))
    return powers / powers.sum(axis=axis, keepdims=axis is not None)


def _without_empty(e: np.ndarray, axis: int) -> np.ndarray:
    others = tuple(k for k in range(e.ndim) if k != axis)
    return np.compress(e.any(axis=others), e, axis) if others else e


def _before_last_two(e: np.ndarray, axis: int) -> list[np.ndarray]:
    return [np.take(e, range(e.shape[axis] - 2), axis)]


def _next_to_last(e: np.ndarray, axis: int) -> np.ndarray:
    return np.take(e, [-2], axis)


def _last(e: np.ndarray, axis: int) -> np.ndarray:
    return np.take(e, [-1], axis)


_MOST_MOVED = 4
"""The largest number of rows that is recognised as moved from one end of an array to the other."""
_MOST_CLASSES = 300
"""The largest number of rows of a square matrix that a detector makes from a row of numbers."""

ENTRY_BY_ENTRY: tuple[tuple[str, Change], ...] = (
    ("negated", lambda e: -e),
    ("absolute", np.abs),
    ("square", np.square),
    ("root", np.sqrt),
    ("exp", np.exp),
    ("log", np.log),
    ("minus log", lambda e: -np.log(e)),
    ("log of absolute", lambda e: np.log(np.abs(e))),
    ("reciprocal", lambda e: 1 / e),
    ("one minus", lambda e: 1 - e),
    ("exp of negated", lambda e: np.exp(-e)),
    ("positive part", lambda e: np.maximum(e, 0)),
    ("negative part", lambda e: np.minimum(e, 0)),
    ("leaky", lambda e: np.maximum(e, 0.01 * e)),
    ("clipped to 0 and 1", lambda e: np.clip(e, 0, 1)),
    ("clipped to -1 and 1", lambda e: np.clip(e, -1, 1)),
    ("truncated", np.trunc),
    ("floor", np.floor),
    ("ceiling", np.ceil),
    ("nearest whole", np.rint),
    ("half rounded down", lambda e: np.floor(e / 2)),
    ("sign", np.sign),
    ("is positive", lambda e: (e > 0).astype(float)),
    ("is not zero", lambda e: (e != 0).astype(float)),
    ("negation", lambda e: (e == 0).astype(float)),
    ("sigmoid", lambda e: 1 / (1 + np.exp(-e))),
    ("tanh", np.tanh),
    ("softplus", lambda e: np.log1p(np.exp(e))),
    ("rounded", lambda e: np.round(e, 1)),
    ("rounded", lambda e: np.round(e, 2)),
    ("rounded", lambda e: np.round(e, 3)),
    ("rounded", lambda e: np.round(e, 4)),
)
WHOLE: tuple[tuple[str, Change], ...] = (
    ("softmax over all", lambda e: _softmax(e, None)),
    ("divided by its sum", lambda e: e / e.sum()),
    ("divided by its largest", lambda e: e / e.max()),
    ("divided by its largest magnitude", lambda e: e / np.abs(e).max()),
    ("divided by its norm", lambda e: e / np.sqrt((e**2).sum())),
    ("minus its mean", lambda e: e - e.mean()),
    ("minus its largest", lambda e: e - e.max()),
    ("standardised", lambda e: (e - e.mean()) / e.std()),
    ("sorted", lambda e: np.sort(e, axis=None).reshape(e.shape)),
    ("reversed", lambda e: e.ravel()[::-1].reshape(e.shape)),
    ("cumulative over all", lambda e: np.cumsum(e).reshape(e.shape)),
    ("column order", lambda e: e.ravel(order="F").reshape(e.shape)),
    ("into columns", lambda e: e.ravel().reshape(e.shape, order="F")),
    ("transposed", lambda e: e.T),
)
BY_AXIS: tuple[tuple[str, Callable[[np.ndarray, int], Any]], ...] = (
    ("softmax", _softmax),
    ("divided by sums", lambda e, a: e / e.sum(axis=a, keepdims=True)),
    ("divided by largest", lambda e, a: e / e.max(axis=a, keepdims=True)),
    ("divided by norms", lambda e, a: e / np.sqrt((e**2).sum(axis=a, keepdims=True))),
    ("minus means", lambda e, a: e - e.mean(axis=a, keepdims=True)),
    ("minus largest", lambda e, a: e - e.max(axis=a, keepdims=True)),
    ("flipped", lambda e, a: np.flip(e, a)),
    ("last two swapped", lambda e, a: np.concatenate([*_before_last_two(e, a), _last(e, a), _next_to_last(e, a)], a)),
    ("last one too early", lambda e, a: np.concatenate([*_before_last_two(e, a), _last(e, a), 0 * _last(e, a)], a)),
    ("rolled forward", lambda e, a: np.roll(e, 1, a)),
    ("rolled back", lambda e, a: np.roll(e, -1, a)),
    ("sorted along", lambda e, a: np.sort(e, axis=a)),
    ("cumulative", lambda e, a: np.cumsum(e, axis=a)),
    ("cumulative from the end", lambda e, a: np.flip(np.cumsum(np.flip(e, a), axis=a), a)),
    ("running mean", lambda e, a: np.cumsum(e, axis=a) / (1 + _position(e, a))),
    ("first repeated", lambda e, a: np.repeat(np.take(e, [0], a), e.shape[a], a)),
    ("last repeated", lambda e, a: np.repeat(np.take(e, [-1], a), e.shape[a], a)),
    ("mean repeated", lambda e, a: np.repeat(e.mean(axis=a, keepdims=True), e.shape[a], a)),
    ("sum repeated", lambda e, a: np.repeat(e.sum(axis=a, keepdims=True), e.shape[a], a)),
    ("all but first are zero", lambda e, a: np.where(_position(e, a) == 0, e, 0)),
    ("all but last are zero", lambda e, a: np.where(_position(e, a) == e.shape[a] - 1, e, 0)),
    ("first is zero", lambda e, a: np.where(_position(e, a) == 0, 0, e)),
    ("last is zero", lambda e, a: np.where(_position(e, a) == e.shape[a] - 1, 0, e)),
)
REDUCED: tuple[tuple[str, Callable[[np.ndarray, int], Any]], ...] = (
    ("sums", lambda e, a: e.sum(axis=a)),
    ("means", lambda e, a: e.mean(axis=a)),
    ("largest", lambda e, a: e.max(axis=a)),
    ("smallest", lambda e, a: e.min(axis=a)),
    ("positions of largest", lambda e, a: e.argmax(axis=a)),
    ("only the first", lambda e, a: np.take(e, 0, a)),
    ("only the last", lambda e, a: np.take(e, -1, a)),
    ("without the first", lambda e, a: np.delete(e, 0, a)),
    ("without the last", lambda e, a: np.delete(e, -1, a)),
    ("without empty", _without_empty),
    ("last two added", lambda e, a: np.concatenate([*_before_last_two(e, a), _last(e, a) + _next_to_last(e, a)], a)),
)
RESHAPED: tuple[tuple[str, Change], ...] = (
    ("transposed", lambda e: e.T),
    ("flat", np.ravel),
    ("flat by columns", lambda e: np.ravel(e, order="F")),
    ("one axis more", lambda e: e[..., np.newaxis]),
    ("one axis more", lambda e: e[np.newaxis]),
    ("squeezed", np.squeeze),
    ("sum of all", np.sum),
    ("mean of all", np.mean),
    ("largest of all", np.max),
    ("position of largest", np.argmax),
    ("diagonal", np.diag),
    ("as a diagonal", lambda e: np.diag(e[:_MOST_CLASSES])),
    ("one-hot", lambda e: np.eye(int(min(e.max(), _MOST_CLASSES)) + 1)[e.astype(int)]),
)
UNFINISHED: tuple[tuple[str, Change], ...] = (
    ("sum not taken", lambda g: g.sum()),
    ("mean not taken", lambda g: g.mean()),
    ("mean of squares not taken", lambda g: (g**2).mean()),
    ("diagonal not taken", lambda g: np.diagonal(g)),
    ("flat not reshaped", lambda g: g),
)
UNFINISHED_BY_AXIS: tuple[tuple[str, Callable[[np.ndarray, int], Any]], ...] = (
    ("axis not summed", lambda g, a: g.sum(axis=a)),
    ("axis not averaged", lambda g, a: g.mean(axis=a)),
    ("position not taken", lambda g, a: g.argmax(axis=a)),
    ("one too many at the end", lambda g, a: np.delete(g, -1, a)),
    ("one too many at the start", lambda g, a: np.delete(g, 0, a)),
)
RESIZING = frozenset(
    [kind for kind, _ in (*REDUCED, *UNFINISHED_BY_AXIS)] + ["last ones missing", "first ones missing"]
)
"""Kinds that change the length of an axis, even of a single row."""


def _position(e: np.ndarray, axis: int) -> np.ndarray:
    shape = [1] * e.ndim
    shape[axis] = e.shape[axis]
    return np.arange(e.shape[axis]).reshape(shape)


def find_relations(sample: Sample, even_constant: bool = False) -> Iterator[Relation]:
    """Yield every relation that holds between what came back and what was expected.

    Every operation on one repeated number gives one repeated number: cases that only have such numbers prove nothing,
    and are used only if ``even_constant`` is true.
    """
    got = sample.got
    if got is None or not sample.expected.size:
        return
    if not got.size:
        for axis in range(got.ndim):
            # If a single item is expected, it is both the first and the last.
            if sample.expected.ndim == got.ndim and sample.expected.shape[axis] == 1 and not got.shape[axis]:
                yield ("without the first", axis, got.ndim)
                yield ("without the last", axis, got.ndim)
        return
    expected, got = sample.expected.astype(float), got.astype(float)
    with np.errstate(all="ignore"):
        if expected.ndim and not expected.any() and got.shape == expected.shape and got.any():
            yield ("nonzero",)
        if (expected == expected.flat[0]).all() and expected.size > 1:
            if got.shape == expected.shape and np.unique(got).size == got.size:
                yield ("all different",)
            if got.size == 1 and not got.ndim and got == expected.flat[0]:
                yield ("one for all",)
            if not even_constant and (np.isnan(got).all() or (got == got.flat[0]).all()):
                if np.isnan(got).all():
                    yield ("all NaN",)
                return
        if expected.size == 1 and expected.ndim and got.shape == expected.shape and (got != expected).all():
            yield ("all different",)
        yield from _constants(got)
        if got.shape == expected.shape:
            yield from _tried(ENTRY_BY_ENTRY, expected, sample)
            if expected.size > 1:
                yield from _tried(WHOLE, expected, sample)
                yield from _tried_by_axis(BY_AXIS, expected, sample)
                yield from _capped(expected, got)
                yield from _permuted(expected, got)
                yield from _fitted(expected, got)
                yield from _zero_lines(expected, sample)
                if np.abs(got - expected).max() < 0.01 * np.abs(expected).max():
                    yield ("nearly",)
                yield from _rolled(expected, sample)
                for axis in range(expected.ndim if expected.ndim == 2 else 0):
                    if not np.ptp(got, axis=axis).any():
                        yield ("lines alike", axis, 2)
                if not np.ptp(got, axis=0).any():
                    yield ("first axis alike",)
        else:
            yield from _tried(RESHAPED, expected, sample)
            yield from _tried_by_axis(REDUCED, expected, sample)
            yield from _unfinished(expected, got)
            if got.ndim and got.size == expected.size and sample.equals(expected.reshape(got.shape)):
                yield ("other shape",)


def _tried(changes: tuple, expected: np.ndarray, sample: Sample) -> Iterator[Relation]:
    for kind, change in changes:
        try:
            changed = np.asarray(change(expected))
        except (ValueError, IndexError, TypeError, MemoryError):
            continue
        if sample.equals(changed):
            yield (kind,)


def _tried_by_axis(changes: tuple, expected: np.ndarray, sample: Sample) -> Iterator[Relation]:
    for axis in range(expected.ndim):
        for kind, change in changes:
            # If there is only one column, it is also the last one.
            least = 1 if kind in ("first is zero", "last is zero", "only the first", "only the last") else 2
            if expected.shape[axis] >= least and sample.equals(change(expected, axis)):
                yield (kind, axis, expected.ndim)


def _zero_lines(expected: np.ndarray, sample: Sample) -> Iterator[Relation]:
    """Yield a relation if each row, or each column of a 2-D array, is either right or all zeros."""
    if sample.wrong_entries is None:
        return
    right, zero = ~sample.wrong_entries, sample.got == 0
    if (right.all(axis=-1) | zero.all(axis=-1)).all():
        yield ("rows zero",)
    if expected.ndim == 2 and (right.all(axis=0) | zero.all(axis=0)).all():
        yield ("columns zero",)


def _rolled(expected: np.ndarray, sample: Sample) -> Iterator[Relation]:
    """Yield how many rows, columns or entries, if more than one, are moved from one end to the other."""
    for axis, n in enumerate(expected.shape):
        for shift in range(2, min(n - 1, _MOST_MOVED + 1)):
            for kind, steps in (("rolled forward by", shift), ("rolled back by", -shift)):
                if sample.equals(np.roll(expected, steps, axis)):
                    yield (kind, axis, expected.ndim, str(shift))


def _constants(got: np.ndarray) -> Iterator[Relation]:
    if np.isnan(got).all():
        yield ("all NaN",)
    elif (got == got.flat[0]).all():
        value = float(got.flat[0])
        if got.size > 1 or value in (0, 1):
            yield ("all zeros",) if value == 0 else ("all ones",) if value == 1 else ("all one number",)


def _permuted(expected: np.ndarray, got: np.ndarray) -> Iterator[Relation]:
    """Yield a relation for rows, columns or entries that are the expected ones in the wrong order."""
    for axis in range(min(expected.ndim, 2)):
        if expected.shape[axis] < 3:
            continue
        one, other = (
            np.moveaxis(a, axis, 0).reshape(a.shape[axis], a.size // a.shape[axis]).round(6) for a in (expected, got)
        )
        if is_close(one[np.lexsort(one.T)], other[np.lexsort(other.T)]):
            yield ("permuted", axis, expected.ndim)
    entries = (np.sort(array, axis=None) for array in (expected, got))
    if expected.size > 3 and expected.ndim > 1 and is_close(*entries):
        yield ("entries permuted",)


def _capped(expected: np.ndarray, got: np.ndarray) -> Iterator[Relation]:
    """Yield the limit that no returned number exceeds, if everything else is right."""
    for kind, end, cut in (("never above", got.max(), np.minimum), ("never below", got.min(), np.maximum)):
        # Zero and one are separate kinds, and an answer that is cut off everywhere is one repeated number.
        own = end not in (-1, 0, 1) and (got != end).any() and (np.abs(expected - got) > RTOL).any()
        if own and is_close(cut(expected, end), got):
            yield (kind, f"{end:.6g}")


_FIT = 1e-7
"""The largest error at which a scale and a shift still count as fitting, as a fraction of the largest number."""


def _fits(fitted: np.ndarray, got: np.ndarray) -> bool:
    return np.allclose(fitted, got, rtol=RTOL, atol=_FIT * np.abs(got).max())


def _fitted(expected: np.ndarray, got: np.ndarray) -> Iterator[Relation]:
    """Yield a relation if one scale and shift, or a pair per row or column, turn what was expected into the result."""
    if not np.isfinite(got).all() or not np.isfinite(expected).all():
        return
    values = np.unique(expected)
    if values.size == 2:
        each = [np.unique(got[expected == value]) for value in values]
        if all(np.ptp(one) <= ATOL for one in each) and abs(each[0][0] - each[1][0]) > RTOL:
            yield ("two values", *(f"{value:.6g}" for value in values))
    if values.size > 2 and expected.size > 3 and np.ptp(got) > RTOL * np.abs(got).max():
        slope, shift = np.polyfit(expected.ravel(), got.ravel(), 1)
        if _fits(slope * expected + shift, got):
            if not np.isclose(slope, 1, rtol=RTOL):
                yield ("scaled and shifted", f"{slope:.6g}")
            elif _fits(expected + (got - expected).mean(), got):
                yield ("shifted",)
            if abs(shift) <= _FIT * np.abs(got).max():
                yield ("scaled",)
            yield ("scaled and shifted somehow",)
    for axis in range(expected.ndim if expected.ndim == 2 else 0):
        lines = expected if axis == 0 else expected.T, got if axis == 0 else got.T
        if lines[0].shape[1] > 1 and lines[0].any(axis=1).sum() > 1:
            empty = ~lines[0].any(axis=1)
            factors = (lines[0] * lines[1]).sum(axis=1) / ((lines[0] ** 2).sum(axis=1) + empty)
            if factors[~empty].all() and is_close(lines[0] * factors[:, np.newaxis], lines[1]):
                yield ("lines scaled", axis, 2)
        if lines[0].shape[1] > 1 and np.ptp(lines[1], axis=1).any():
            shifts = (lines[1] - lines[0]).mean(axis=1)
            if is_close(lines[0] + shifts[:, np.newaxis], lines[1]):
                yield ("lines shifted", axis, 2)
            slopes = _find_slopes(*lines)
            if is_close(lines[0] * slopes[0] + slopes[1], lines[1]):
                yield ("lines scaled and shifted", axis, 2)


def _find_slopes(expected: np.ndarray, got: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each line, the scale and the shift that best give what came back."""
    middle = expected.mean(axis=1, keepdims=True)
    scatter = ((expected - middle) ** 2).sum(axis=1, keepdims=True)
    scale = ((expected - middle) * got).sum(axis=1, keepdims=True) / np.where(scatter == 0, 1, scatter)
    return scale, got.mean(axis=1, keepdims=True) - scale * middle


def _unfinished(expected: np.ndarray, got: np.ndarray) -> Iterator[Relation]:
    """Yield the missing last step: applied to the result, this step gives the expected values."""

    def same(changed: np.ndarray) -> bool:
        return changed.shape == expected.shape and is_close(changed, expected)

    for kind, change in UNFINISHED:
        if kind == "flat not reshaped":
            if expected.ndim > 1 and got.ndim == 1 and got.size == expected.size and same(got.reshape(expected.shape)):
                yield (kind,)
        elif (kind != "diagonal not taken" or got.ndim == 2) and same(np.asarray(change(got))):
            yield (kind,)
    for axis in range(got.ndim):
        for kind, change in UNFINISHED_BY_AXIS:
            if got.shape[axis] > 1 and same(np.asarray(change(got, axis))):
                yield (kind, axis, got.ndim)
