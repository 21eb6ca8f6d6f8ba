"""Finds wrong shapes, and the range of an argument in which answers are wrong, for example below a moved threshold."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Context

import numpy as np

from ..compare import as_array
from ..key import Key
from .proof import ENOUGH
from .relations import Relation
from .samples import Sample

_ENOUGH = 8
"""How many numbers must be compared before a range means anything."""


_MOST_WHOLE = 1
"""Magnitude up to which whole numbers are limits that people have in mind: 0, 1 and -1."""


def find_threshold(key: Key, samples: list[Sample]) -> Relation | None:
    """Return the range of a quantity in which answers are wrong, if they are right below it and above it."""
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for sample in samples:
        for name, values, wrong in _compare_entries(key, sample):
            found.setdefault(name, []).append((values, wrong))
    for name, compared in found.items():
        values, wrong = (np.concatenate([pair[k] for pair in compared]) for k in (0, 1))
        wrong_values, right_values = values[wrong], values[~wrong]
        if len(compared) < len(samples) or wrong_values.size < 2 or values.size < _ENOUGH:
            continue
        low, high = wrong_values.min(), wrong_values.max()
        below, above = right_values[right_values < low], right_values[right_values > high]
        if below.size and above.size and below.size + above.size == right_values.size:
            if low == high:
                if wrong_values.size < ENOUGH:
                    continue
                texts = _write_apart(*map(float, (low, high, below.max(), above.min())))
                return ("wrong at", name, texts[0], *texts[2:])
            ends = (float(below.max()), float(above.min()))
            if all(end.is_integer() and abs(end) <= _MOST_WHOLE for end in ends):
                return ("wrong strictly between", name, *(f"{end:.0f}" for end in ends))
            return ("wrong between", name, *_write_apart(*map(float, (low, high, below.max(), above.min()))))
    return None


def _write_apart(low: float, high: float, below: float, above: float, digits: int = 3) -> tuple[str, ...]:
    """Format the range of wrong numbers and the nearest correct numbers on either side, rounded outwards.

    All get enough digits to be told apart, and at least ``digits``.
    """
    low_text, below_text = (_round_to(digits, value, ROUND_FLOOR) for value in (low, below))
    high_text, above_text = (_round_to(digits, value, ROUND_CEILING) for value in (high, above))
    if low_text == below_text or high_text == above_text:
        return _write_apart(low, high, below, above, digits + 1)
    return low_text, high_text, below_text, above_text


def _round_to(digits: int, value: float, direction: str) -> str:
    rounded = Context(prec=digits, rounding=direction).create_decimal(repr(value))
    return f"{float(rounded):.{digits}g}"


def _compare_entries(key: Key, sample: Sample) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield arrays whose values may decide which entries of the answer are wrong, each with a mask of these entries."""
    expected, wrong = sample.expected, sample.wrong_entries
    if wrong is None:
        return
    values = [(f"`{name}`", value) for name, value in sample.arguments.items()]
    values += [(one.told, one.values[sample.index]) for one in key.related]
    for name, value in values:
        array = None if value is None or isinstance(value, (bool, str)) else as_array(value)
        if array is not None and array.shape == expected.shape and array.dtype.kind in "iuf":
            yield name, array.astype(float).ravel(), wrong.ravel()


def find_missing_ends(sample: Sample, even_constant: bool = False) -> Iterator[Relation]:
    """Yield the end at which some items along an axis are missing; see `find_relations` for constant arrays."""
    got, expected = sample.got, sample.expected
    if got is None or not got.size or not expected.size or got.ndim != expected.ndim:
        return
    if not even_constant and (expected == expected.flat[0]).all() and (got == got.flat[0]).all():
        return
    for axis, (m, n) in enumerate(zip(got.shape, expected.shape, strict=True)):
        if m < n:
            for kind, left in (("last ones missing", range(m)), ("first ones missing", range(n - m, n))):
                if sample.equals(np.take(expected, left, axis)):
                    yield (kind, axis, expected.ndim)


def find_shape(samples: list[Sample]) -> Relation | None:
    """Return the mistake in the shapes of all wrong answers, or the argument that has the same shapes.

    If some of these answers have the required shape, only an argument whose shape they all have is reported.
    """
    wrong = [sample for sample in samples if not sample.right]
    shapes = {sample.got.shape for sample in wrong if sample.got is not None}
    if not wrong or any(sample.got is None for sample in wrong):
        return None
    common = _name_common_shape(wrong) if len(shapes) > 1 else None
    if any(sample.got.shape == sample.expected.shape for sample in wrong):
        return ("always shape of", common) if common else None
    if all(sample.got.ndim and sample.got.shape == sample.expected.shape[: sample.got.ndim] for sample in wrong):
        kept = {sample.got.ndim for sample in wrong}
        return ("axes missing", _name_first_axes(kept.pop()) if len(kept) == 1 else "the beginning")
    if all(_without_ones(sample.got.shape) == _without_ones(sample.expected.shape) for sample in wrong) and all(
        sample.got.ndim == sample.expected.ndim + 1 for sample in wrong
    ):
        return ("one axis more in shape",)
    relation = _find_length(wrong)
    if relation and not any(_has_other_length(relation, one, wrong[0]) for one in samples if one.right):
        return relation
    return ("shape of", common) if common else None


def _name_common_shape(wrong: list[Sample]) -> str | None:
    """Return the argument whose shape all wrong answers have, if the required shape differs in some case."""
    if all(sample.got.shape == sample.expected.shape for sample in wrong):
        return None
    common: list[str] | None = None
    for sample in wrong:
        names = [name for name, shape in _name_shapes(sample) if shape == sample.got.shape]
        common = names if common is None else [name for name in common if name in names]
    return common[0] if common else None


def find_axes(samples: list[Sample]) -> Relation | None:
    """Return the number of axes of all wrong answers, if it is always the same and never the required number."""
    axes = {(None if one.got is None else one.got.ndim, one.expected.ndim) for one in samples if not one.right}
    (got, required), *others = axes
    return None if others or got in (None, required) else ("axes", _tell_axes(got), _name_array(required))


def find_lengths(samples: list[Sample]) -> Relation | None:
    """Return the only axis whose length is wrong, if it is too short, or too long, in all wrong answers."""
    wrong = [sample for sample in samples if not sample.right]
    if any(one.got is None or one.got.ndim != one.expected.ndim for one in wrong):
        return None
    found = {
        (axis, one.expected.ndim, length > required)
        for one in wrong
        for axis, (length, required) in enumerate(zip(one.got.shape, one.expected.shape, strict=True))
        if length != required
    }
    if len(found) != 1 or any(one.got.shape == one.expected.shape for one in wrong):
        return None
    axis, ndim, more = found.pop()
    return ("too many" if more else "too few", axis, ndim)


def _count_axes(n: int) -> str:
    return ("no axes", "one axis", "two axes", "three axes")[n] if n < 4 else f"{n} axes"


def _name_first_axes(n: int) -> str:
    return "the first axis" if n == 1 else f"the first {_count_axes(n)}"


def _tell_axes(n: int) -> str:
    return f"has {_count_axes(n)}" if n else "is a single number"


def _name_array(n: int) -> str:
    return f"an array with {_count_axes(n)}" if n else "a single number"


def _without_ones(shape: tuple[int, ...]) -> list[int]:
    return [n for n in shape if n != 1]


def _find_length(wrong: list[Sample]) -> Relation | None:
    """Return the axis that always has the same length, although several lengths are required."""
    ndims = {sample.got.ndim for sample in wrong} | {sample.expected.ndim for sample in wrong}
    if len(wrong) < 2 or len(ndims) > 1:
        return None
    for axis in range(ndims.pop()):
        got = {sample.got.shape[axis] for sample in wrong}
        if len(got) == 1 and len({sample.expected.shape[axis] for sample in wrong}) > 1:
            return ("always so many", axis, wrong[0].expected.ndim)
    return None


def _has_other_length(relation: Relation, sample: Sample, wrong: Sample) -> bool:
    """Return whether a right answer differs in length from the wrong ones that all have the same."""
    _, axis, ndim = relation
    return sample.got is not None and sample.got.ndim == ndim and sample.got.shape[axis] != wrong.got.shape[axis]


def _name_shapes(sample: Sample) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, value in sample.arguments.items():
        for label, item in [(name, value), *((f"{name}[{k}]", v) for k, v in _items(value))]:
            if isinstance(item, np.ndarray) and item.ndim:
                yield f"`{label}`", item.shape


def _items(value: object) -> Iterator[tuple[int, object]]:
    yield from enumerate(value) if isinstance(value, tuple) else ()
