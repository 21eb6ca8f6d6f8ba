"""Compares an answer with the expected value: shape first, then type, then numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..candidate.wire import Given, Opaque, Rng

RTOL = {"float64": 1e-6, "float32": 2e-4, "float16": 2e-2}


@dataclass(frozen=True)
class Difference:
    """How an answer differs: the kind (type, shape, nan, value) and a clause that follows "gave"."""

    kind: str
    words: str


def compare(
    expected: Any, got: Any, *, rtol: float | None = None, atol: float | None = None, where: str = ""
) -> Difference | None:
    """Return None where ``got`` is an acceptable form of ``expected``, else the first difference.

    Lists and tuples count as arrays, NumPy scalars and 0-d arrays as numbers, whole floats as
    counts. Numbers agree within ``rtol`` of the expected number plus ``rtol`` of the largest one in
    the same array (``atol`` in place of the latter); ``rtol`` follows the coarser dtype.
    """
    if expected is None or isinstance(expected, (str, frozenset, Given, Opaque, Rng)):
        same = type(got) is type(expected) and got == expected
        return None if same else _difference("type", where, f"{describe(got)}; expected {describe(expected)}")
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            return _difference("type", where, f"{describe(got)}; expected a mapping with keys {sorted(expected)}")
        pairs = [(f"{where}{_joined(where)}{key}", expected[key], got[key]) for key in expected]
        return _first(pairs, rtol, atol)
    if isinstance(expected, (list, tuple)) and not _numeric(expected):
        if not isinstance(got, (list, tuple)):
            return _difference("type", where, f"{describe(got)}; expected {describe(expected)}")
        if len(got) != len(expected):
            return _difference("shape", where, f"{counted(len(got), 'item')}; expected {len(expected)}")
        return _first([(f"{where}[{i}]", e, g) for i, (e, g) in enumerate(zip(expected, got, strict=True))], rtol, atol)
    return _compare_numbers(np.asarray(expected), got, rtol, atol, where)


def _first(pairs: list, rtol: float | None, atol: float | None) -> Difference | None:
    for where, expected, got in pairs:
        if found := compare(expected, got, rtol=rtol, atol=atol, where=where):
            return found
    return None


def _joined(where: str) -> str:
    return ": " if where else ""


def _numeric(items: list | tuple) -> bool:
    return all(isinstance(item, (bool, int, float, np.generic)) for item in items)


_NO_RETURN = " (is there a return?)"


def _difference(kind: str, where: str, words: str) -> Difference:
    if where:  # what lies within an answer has no return of its own
        words = words.replace(_NO_RETURN, "")
    return Difference(kind, f"{where}: {words}" if where else words)


def as_array(value: Any) -> np.ndarray | None:
    """Return an array of real numbers, from an array or (nested) sequences of numbers, or None."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, (bool, int, float, np.generic)):
        try:
            array = np.asarray(value)
        except (OverflowError, ValueError):
            return None
        return array if array.dtype.kind in "biuf" else np.asarray(float(value)) if abs(value) < 1e308 else None
    if isinstance(value, (list, tuple)):
        items = [as_array(item) for item in value]
        if any(item is None for item in items) or len({item.shape for item in items}) > 1:
            return None
        return np.stack(items) if items else np.zeros(0)
    return None


def _compare_numbers(
    expected: np.ndarray, got: Any, rtol: float | None, atol: float | None, where: str
) -> Difference | None:
    array = as_array(got)
    if array is None:
        return _difference("type", where, f"{describe(got)}; expected {describe(expected[()])}")
    if array.shape != expected.shape:
        words = f"{_shape_words(array)}; expected {_shape_words(expected)}"
        if array.ndim == 2 and array.T.shape == expected.shape and _close(expected, array.T, rtol, atol).all():
            words += " (the numbers are right but lie on their side)"
        return _difference("shape", where, words)
    wanted, have = expected.dtype.kind, array.dtype.kind
    if array.size:
        if (wanted == "b") != (have == "b"):
            return _difference("type", where, f"{describe(got)}; expected {describe(expected[()])}")
        whole_float = have == "f" and not expected.ndim and math.isfinite(array[()]) and float(array[()]).is_integer()
        if wanted in "iu" and have == "f" and not whole_float:
            wish = describe(expected) if expected.ndim else f"the whole number {number(expected[()])}"
            return _difference("type", where, f"{describe(got)}; expected {wish}")
    close = _close(expected, array, rtol, atol)
    if close.all():
        return None
    at = tuple(int(i) for i in np.argwhere(~close)[0])
    bad, good = array[at], expected[at]
    kind = "nan" if have == "f" and np.isnan(bad) else "value"
    if not at:
        return _difference(kind, where, f"{number(bad)}; expected {number(good)}")
    count = int((~close).sum())
    words = f"{number(bad)} at {list(at)}; expected {number(good)} there"
    if count > 1:
        words += f" ({count} of {close.size} entries differ)"
    return _difference(kind, where, words)


def _close(expected: np.ndarray, got: np.ndarray, rtol: float | None, atol: float | None) -> np.ndarray:
    if expected.dtype.kind in "biu" and got.dtype.kind in "biu":
        return np.asarray(expected == got)
    if rtol is None:
        rtol = max(RTOL.get(array.dtype.name, 0.0) for array in (expected, got)) or RTOL["float64"]
    expected, got = expected.astype(float), got.astype(float)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = finite.max() if finite.size else 0.0
    floor = atol if atol is not None else rtol * scale or 1e-9
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= rtol * np.abs(expected) + floor
    return np.asarray(
        (np.isfinite(got) & np.isfinite(expected) & near) | (got == expected) | (np.isnan(got) & np.isnan(expected))
    )


def number(value: Any) -> str:
    """Write one number shortly."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return f"{int(value):,}" if abs(int(value)) < 10**24 else "a very large whole number"
    return f"{float(value) + 0.0:.6g}"  # which takes the sign from a zero


def counted(n: float, one: str, many: str = "") -> str:
    """Write how many there are of something: 1 file, 2 files; ``many`` where it takes more than an s."""
    return f"{number(n)} {one if n == 1 else many or f'{one}s'}"


def _shape_words(array: np.ndarray) -> str:
    return f"shape {array.shape}" if array.ndim else f"a single number ({number(array[()])})"


def describe(value: Any) -> str:
    """Name a value in a few words that a learner understands."""
    if value is None:
        return f"None{_NO_RETURN}"
    if isinstance(value, Opaque):
        return f"something that is no number, list or array: {value.type_name}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, (bool, np.bool_)):
        return f"the truth value {bool(value)}"
    if isinstance(value, (int, float, np.generic)):
        return f"the number {number(value)}"
    if isinstance(value, np.ndarray):
        kinds = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "numbers"}
        return f"an array of {kinds[value.dtype.kind]} of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        inside = f" of {describe(value[0])}" if len(value) == 1 else f" of {len(value)} items"
        return f"a {type(value).__name__}{inside}"
    if isinstance(value, dict):
        return f"a dictionary with {counted(len(value), 'key')}"
    return f"a {type(value).__name__}"


def shown(value: Any, name: str = "") -> str:
    """Write an argument or a result: small ones whole, large ones as name and shape."""
    if isinstance(value, np.ndarray):
        if value.size <= 6 and value.ndim <= 2:
            return str(np.round(value.astype(float) if value.dtype.kind == "f" else value, 4).tolist())
        return f"{name or 'an array'} {value.shape}"
    if (isinstance(value, (list, tuple)) and not _numeric(value)) or (isinstance(value, dict) and len(str(value)) > 60):
        if len(value) <= 3 and isinstance(value, (list, tuple)):
            inside = ", ".join(shown(item) for item in value)
            return f"[{inside}]" if isinstance(value, list) else f"({inside})"
        return f"{name or 'a ' + type(value).__name__} of {len(value)}"
    if isinstance(value, (float, np.floating)):
        return number(value)
    if isinstance(value, (list, tuple)):
        items = ", ".join(number(item) for item in value[:8]) + (", …" if len(value) > 8 else "")
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    if hasattr(value, "seed"):
        return f"default_rng({value.seed})"
    if hasattr(value, "name"):
        return value.name
    return repr(value)[:80]
