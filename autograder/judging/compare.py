"""Compares an answer with the expected value: shape first, then type, then numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from ..candidate.wire import Given, Opaque, Rng
from . import laws

RTOL = {"float64": 1e-6, "float32": 2e-4, "float16": 2e-2}
"""Relative tolerance by the dtype of the expected array."""


class Kind(StrEnum):
    """The respect in which an answer differs from the expected value."""

    TYPE = "type"
    KEYS = "keys"
    LENGTH = "length"
    SHAPE = "shape"
    TRANSPOSED = "transposed"
    FRACTION = "fraction"
    """A number that is not whole in place of a whole number."""
    NAN = "nan"
    VALUE = "value"


FORM = frozenset({Kind.LENGTH, Kind.SHAPE, Kind.TRANSPOSED})
"""Kinds of differences that a learner would call a wrong shape."""


@dataclass(frozen=True)
class Difference:
    """How an answer differs from the expected value; `words.tell_difference` puts it into words.

    Parameters
    ----------
    kind : Kind
        The respect in which the two differ.
    expected, got : object
        The two values that differ; for `Kind.VALUE` and `Kind.NAN` one number each.
    path : tuple
        Keys and indices that lead from the whole answer to these values.
    index : tuple of int
        Index of the first entry that differs, in the array that came back.
    count, size : int
        How many entries differ, and how many there are.
    """

    kind: Kind
    expected: Any
    got: Any
    path: tuple = ()
    index: tuple[int, ...] = ()
    count: int = 1
    size: int = 1


def compare(expected: Any, got: Any, *, rtol: float | None = None, atol: float | None = None) -> Difference | None:
    """Return None if ``got`` is an acceptable form of ``expected``, otherwise the first difference.

    Lists and tuples count as arrays, NumPy scalars and 0-d arrays as numbers, whole floats as
    counts. Numbers agree within ``rtol`` of the expected number plus ``rtol`` of the largest one in
    the same array (``atol`` in place of the latter); ``rtol`` follows the expected dtype. Whole
    numbers must be exact if they are counts, whatever their type.
    """
    if expected is None or isinstance(expected, (str, frozenset, Given, Opaque, Rng)):
        agrees = type(got) is type(expected) and got == expected
        return None if agrees else Difference(Kind.TYPE, expected, got)
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            return Difference(Kind.KEYS, expected, got)
        found = _first([(key, expected[key], got[key]) for key in expected], rtol, atol)
        if found and found.path[0] in laws.TOLD:
            differ = [key for key in expected if compare(expected[key], got[key], rtol=rtol, atol=atol)]
            worst = laws.find_worst(expected, got, [key for key in differ if key in laws.TOLD])
            return replace(compare(expected[worst], got[worst], rtol=rtol, atol=atol), path=(worst,))
        return found
    if isinstance(expected, (list, tuple)) and not is_numeric(expected):
        if not isinstance(got, (list, tuple)):
            return Difference(Kind.TYPE, expected, got)
        if len(got) != len(expected):
            return Difference(Kind.LENGTH, expected, got)
        return _first([(i, e, g) for i, (e, g) in enumerate(zip(expected, got, strict=True))], rtol, atol)
    return _compare_numbers(np.asarray(expected), got, rtol, atol)


def _first(pairs: list, rtol: float | None, atol: float | None) -> Difference | None:
    for step, expected, got in pairs:
        if found := compare(expected, got, rtol=rtol, atol=atol):
            return replace(found, path=(step, *found.path))
    return None


def is_numeric(items: list | tuple) -> bool:
    """Return whether a sequence holds single numbers only."""
    return all(isinstance(item, (bool, int, float, np.generic)) for item in items)


def as_array(value: Any, shape: tuple[int, ...] | None = None) -> np.ndarray | None:
    """Return an array of real numbers, from an array or (nested) sequences of numbers, or None.

    Parameters
    ----------
    value : object
        The value that came back.
    shape : tuple of int, optional
        The expected shape. A nested sequence with many more numbers than that is not converted, because
        the conversion itself could exhaust the memory.
    """
    if isinstance(value, (list, tuple)) and shape is not None:
        most = 64 * (math.prod(shape) + 64)
        if _count_numbers(value, most) > most:
            return None
    return _as_array(value)


def _count_numbers(value: Any, most: int) -> int:
    """Count the numbers in a nested sequence; stop soon after ``most``."""
    if isinstance(value, np.ndarray):
        return value.size
    if not isinstance(value, (list, tuple)):
        return 1
    count = 0
    for item in value:
        count += _count_numbers(item, most - count)
        if count > most:
            break
    return count


def _as_array(value: Any) -> np.ndarray | None:
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, (bool, int, float, np.generic)):
        try:
            array = np.asarray(value)
            return array if array.dtype.kind in "biuf" else np.asarray(float(value))
        except (OverflowError, ValueError):
            return None
    if isinstance(value, (list, tuple)):
        if value and all(type(item) in (int, float) for item in value):
            array = np.array(value)  # the usual case, and the only one in which the list can be long
            if array.dtype.kind in "if":
                return array
        items = [_as_array(item) for item in value]
        if any(item is None for item in items) or len({item.shape for item in items}) > 1:
            return None
        return np.stack(items) if items else np.zeros(0)
    return None


def _compare_numbers(expected: np.ndarray, got: Any, rtol: float | None, atol: float | None) -> Difference | None:
    array = as_array(got, expected.shape)
    if array is None:
        return Difference(Kind.TYPE, expected[()], got)
    if array.shape != expected.shape:
        turned = array.ndim == 2 and array.T.shape == expected.shape
        turned = turned and close_entries(expected, array.T, rtol, atol).all()
        return Difference(Kind.TRANSPOSED if turned else Kind.SHAPE, expected, array)
    wanted, have = expected.dtype.kind, array.dtype.kind
    if array.size:
        if (wanted == "b") != (have == "b"):
            return Difference(Kind.TYPE, expected[()], got)
        whole_float = have == "f" and not expected.ndim and math.isfinite(array[()]) and float(array[()]).is_integer()
        if wanted in "iu" and have == "f" and not whole_float:
            return Difference(Kind.FRACTION, expected, got)
    close = close_entries(expected, array, rtol, atol)
    if close.all():
        return None
    at = tuple(int(i) for i in np.argwhere(~close)[0])
    kind = Kind.NAN if have == "f" and np.isnan(array[at]) else Kind.VALUE
    return Difference(kind, expected[at], array[at], (), at, int((~close).sum()), close.size)


def close_entries(expected: np.ndarray, got: np.ndarray, rtol: float | None, atol: float | None) -> np.ndarray:
    """Return where two arrays of the same shape agree: exactly in counts and truth values, else within a tolerance."""
    if expected.dtype.kind in "biu":
        # Counts are exact. A count beyond 2**53 that came back as a float is compared without rounding.
        return np.asarray(expected == (got if got.dtype.kind in "biu" else got.astype(np.longdouble)))
    return close_floats(expected, got, rtol if rtol is not None else RTOL.get(expected.dtype.name, 1e-6), atol)


def close_floats(expected: np.ndarray, got: np.ndarray, rtol: float, atol: float | None = None) -> np.ndarray:
    """Return where two arrays of the same shape agree within a tolerance; NaN agrees with NaN."""
    expected, got = expected.astype(float), got.astype(float)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = finite.max() if finite.size else 0.0
    floor = atol if atol is not None else rtol * scale or 1e-9
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= rtol * np.abs(expected) + floor
    return np.asarray(
        (np.isfinite(got) & np.isfinite(expected) & near) | (got == expected) | (np.isnan(got) & np.isnan(expected))
    )


def differs_in_type_only(difference: Difference) -> bool:
    """Return whether the right numbers came back as truth values, or the other way round."""
    expected, got = as_array(difference.expected), as_array(difference.got)
    if difference.kind is not Kind.TYPE or expected is None or got is None or expected.shape != got.shape:
        return False
    return bool((expected == got).all())
