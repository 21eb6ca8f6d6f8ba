"""Finds where in an array the wrong entries are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from .relations import Relation
from .samples import Sample

MASKS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("expected negative", lambda e: e < 0),
    ("expected positive", lambda e: e > 0),
    ("expected zero", lambda e: e == 0),
)


POSITIONS = ("only first", "only last", "all but first", "all but last")
"""Kinds that say at which end of an array the wrong entries are."""


def find_masks(sample: Sample) -> Iterator[Relation]:
    """Yield relations that say where the wrong entries of an array are."""
    expected, wrong = sample.expected, sample.wrong_entries
    if wrong is None or expected.size < 2 or not wrong.any():
        return
    for axis in range(expected.ndim):
        if expected.shape[axis] > 1:
            along = np.moveaxis(wrong, axis, 0)
            if not along[1:].any():
                yield ("only first", axis, expected.ndim)
            if not along[:-1].any():
                yield ("only last", axis, expected.ndim)
            if along[1:].reshape(len(along) - 1, -1).any(axis=1).all() and not along[0].any():
                yield ("all but first", axis, expected.ndim)
            if along[:-1].reshape(len(along) - 1, -1).any(axis=1).all() and not along[-1].any():
                yield ("all but last", axis, expected.ndim)
    if expected.ndim == 2 and expected.shape[0] == expected.shape[1]:
        diagonal = np.eye(len(expected), dtype=bool)
        if (wrong == diagonal).all():
            yield ("diagonal wrong",)
        if (wrong == ~diagonal).all():
            yield ("off-diagonal wrong",)
    for relation, mask in mask_entries(sample):
        if (wrong == mask).all():
            yield relation


def mask_entries(sample: Sample) -> Iterator[tuple[Relation, np.ndarray]]:
    """Yield masks that select entries by their expected sign, or by the sign of an argument of the same shape."""
    expected = sample.expected
    for name, value in sample.arguments.items():
        if isinstance(value, np.ndarray) and value.shape == expected.shape and value.dtype.kind in "iuf":
            for kind, mask in (("negative", value < 0), ("positive", value > 0), ("zero", value == 0)):
                yield ("entries where input", kind, f"`{name}`"), mask
    for kind, find in MASKS:
        yield ("entries where", kind), find(expected)


def take_line(sample: Sample, relation: Relation) -> Sample | None:
    """Return the only wrong line of an answer as a sample of its own, if a relation says that there is just one."""
    at = {"only first": 0, "only last": -1}.get(relation[0])
    if at is None or sample.expected.ndim != 2 or sample.wrong_entries is None:
        return None
    axis = relation[1]
    rows = {
        f"{name}[{k}]": value[k]
        for name, value in sample.arguments.items()
        if isinstance(value, np.ndarray) and value.ndim == 2
        for k in (0, -1)
    }
    expected, got = (np.take(array, at, axis) for array in (sample.expected, sample.got))
    return replace(sample, arguments=sample.arguments | rows, expected=expected, value=got, bases=())


def marks_entries(relation: Relation, sample: Sample) -> bool:
    """Return whether a relation from `find_masks` would mark some entries of a right answer as wrong."""
    kind, expected = relation[0], sample.expected
    if not expected.size:
        return False
    if kind in ("diagonal wrong", "off-diagonal wrong"):
        return expected.ndim == 2 and expected.shape[0] == expected.shape[1] > 1
    if kind in ("all but first", "all but last"):
        _, axis, ndim = relation
        return expected.ndim == ndim and expected.shape[axis] > 1
    return any(one == relation and bool(mask.any()) for one, mask in mask_entries(sample))
