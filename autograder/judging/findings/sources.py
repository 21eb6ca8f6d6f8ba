"""Looks for the answer among the inputs and among the results of other functions of the course."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..compare import as_array, compare, is_numeric
from ..key import Key
from .relations import Relation
from .samples import RTOL, Sample

_OF_EACH = (
    ("input", lambda a: a),
    ("input negated", lambda a: -a),
    ("input doubled", lambda a: 2 * a),
    ("input squared", np.square),
    ("input transposed", lambda a: a.T),
    ("input is positive", lambda a: (a > 0).astype(float)),
    ("input positive part", lambda a: np.maximum(a, 0)),
    ("input exp", np.exp),
    ("input sigmoid", lambda a: 1 / (1 + np.exp(-a))),
    ("input tanh", np.tanh),
    ("input softplus", lambda a: np.log1p(np.exp(a))),
)
_OF_ALL = (
    ("input sum", np.sum),
    ("input mean", np.mean),
    ("input rows summed", lambda a: a.sum(axis=0)),
    ("input rows averaged", lambda a: a.mean(axis=0)),
    ("input columns summed", lambda a: a.sum(axis=1)),
    ("input columns averaged", lambda a: a.mean(axis=1)),
    ("input largest", np.max),
    ("input minus smallest", lambda a: a - a.min()),
    ("input minus largest", lambda a: a - a.max()),
    ("input minus mean", lambda a: a - a.mean()),
    ("input divided by largest", lambda a: a / np.abs(a).max()),
    ("input squares summed", lambda a: np.sum(a**2)),
    ("input largest magnitude", lambda a: np.abs(a).max()),
    ("input length", len),
    ("input entries", np.size),
)
CHANGES = _OF_EACH + _OF_ALL
OF_ALL = frozenset(kind for kind, _ in _OF_ALL)
"""Kinds that are about all entries, so a single number shows nothing: minus its smallest entry, any number is 0."""


def find_sources(sample: Sample) -> Iterator[Relation]:
    """Yield each input, or simple function of one input, that equals the answer."""
    got = sample.got
    if got is None or not got.size or got.dtype.kind == "b":
        return
    arrays = {name: array for name, array in name_arrays(sample.arguments) if array.size}
    with np.errstate(all="ignore"):
        for name, array in arrays.items():
            for kind, change in CHANGES:
                if _matches(sample, change, array):
                    yield (kind, f"`{name}`")
            if _takes_whole_rows(sample, array):
                yield ("whole rows", f"`{name}`")


def _takes_whole_rows(sample: Sample, array: np.ndarray) -> bool:
    """Return whether each row of an answer is the row of an argument, or all zeros."""
    got = sample.got
    if got.shape != array.shape or got.ndim < 2 or got.dtype.kind not in "iuf":
        return False
    zero = got == 0
    return bool((zero.all(axis=-1) | (got == array).all(axis=-1)).all())


def _matches(sample: Sample, change: Any, *arrays: np.ndarray) -> bool:
    try:
        return sample.equals(np.asarray(change(*arrays)))
    except (ValueError, IndexError, TypeError, MemoryError):
        return False


def name_arrays(arguments: dict[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arrays and numbers among a call's arguments, by name."""
    for name, value in arguments.items():
        if isinstance(value, (bool, str)) or value is None:
            continue
        if isinstance(value, (list, tuple)) and value and not is_numeric(value):
            if isinstance(value, tuple):
                for k, item in enumerate(value):
                    if isinstance(item, np.ndarray):
                        yield f"{name}[{k}]", item.astype(float)
            for k in (0, -1):
                if isinstance(value[k], np.ndarray) and isinstance(value, list):
                    yield f"{name}[{k}]", value[k].astype(float)
            continue
        array = as_array(value)
        if array is not None and array.dtype.kind in "biuf":
            yield name, array.astype(float)


def find_related(key: Key, sample: Sample) -> Iterator[Relation]:
    """Yield the other functions of the course whose results for these arguments equal the answer."""
    for related in key.related:
        value = related.values[sample.index]
        if value is not None and compare(value, sample.value) is None:
            yield ("related part", related.told) if related.part else ("related", related.call)


def find_types(sample: Sample) -> Iterator[Relation]:
    """Yield a relation if the right numbers came back as another type."""
    got, wanted = sample.got, sample.expected.dtype.kind
    if sample.value is None:
        yield ("none",)
    if isinstance(sample.value, str) and sample.expected.dtype.kind == "b":
        if sample.value.strip().lower() == str(bool(sample.expected)).lower():
            yield ("text for truth",)
        return
    if isinstance(sample.value, str):
        try:
            if abs(float(sample.value) - float(sample.expected)) <= RTOL * abs(float(sample.expected)):
                yield ("text",)
        except (TypeError, ValueError):
            return
    if got is not None and got.dtype.kind == wanted == "b" and sample.equals(~sample.expected):
        yield ("opposite",)
    whole = got is not None and not got.ndim and got.dtype.kind in "iuf" and np.isfinite(got)
    if whole and sample.expected.dtype.kind in "iu" and not sample.expected.ndim:
        number = int(sample.expected)
        if int(got) == (number + 2**31) % 2**32 - 2**31:
            yield ("32-bit integers",)
        if int(got) == int(np.float32(number)):
            yield ("32-bit floats",)
    if got is None or not sample.equals(sample.expected):
        return
    if got.dtype.kind == "b" and wanted in "iuf":
        yield ("truth value",)
    if got.dtype.kind == "f" and got.ndim and wanted in "iu":
        yield ("floats for integers",)
    if got.dtype.kind in "iuf" and wanted == "b":
        yield ("number for truth",)
