"""Pairs of an expected array and the one that came back in its place, from all cases of an exercise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ...exercise import Case, Exercise
from ..compare import as_array, close_entries, close_floats, compare, is_numeric
from ..key import Key
from ..observation import Observation

MAX_ENTRIES = 50_000
"""The largest number of entries of an array that findings examine; larger arrays would show no more."""
RTOL, SINGLE_RTOL = 1e-6, 2e-4
"""Relative tolerances: with single precision, rounding is not a slip."""
ATOL = 1e-9
"""A difference between numbers of ordinary magnitude that counts as none."""


class Label(NamedTuple):
    """Names a part of an answer: the part's name, the index of an item in each of its pairs, or a view's list."""

    part: str = ""
    item: int | None = None
    view: str = ""


@dataclass(frozen=True, eq=False)
class Sample:
    """One expected array, what came back for it, and the call that it belongs to."""

    index: int
    """Number of the case in the key."""
    case: Case
    arguments: dict[str, Any]
    label: Label
    """The part of the answer that this is; an empty label means the whole answer."""
    expected: np.ndarray
    value: Any
    right: bool
    bases: tuple[tuple[str, np.ndarray], ...] = ()
    """Arrays among the arguments, by name, at the same position as the expected one in the answer."""
    altered: bool = False
    """Whether the view accepts the answer although it differs from the expected one."""
    partial: bool = False
    """Whether the case looks at some arrays of the answer only, which together have no name."""

    @cached_property
    def got(self) -> np.ndarray | None:
        """The answer as an array of real numbers, or None."""
        array = as_array(self.value, self.expected.shape)
        return array if array is not None and array.size <= MAX_ENTRIES else None

    @cached_property
    def wrong_entries(self) -> np.ndarray | None:
        """Which of the answer's entries are wrong, beyond the case's tolerance; None for an array of another shape."""
        got, expected = self.got, self.expected
        if got is None or got.shape != expected.shape or got.dtype.kind not in "biuf":
            return None
        rtol = SINGLE_RTOL if self.case.rtol is None and np.float32 in (got.dtype, expected.dtype) else self.case.rtol
        return ~close_entries(expected, got, rtol, self.case.atol)

    def equals(self, other: Any) -> bool:
        """Return whether what came back equals another array, within rounding."""
        got, other = self.got, np.asarray(other)
        if got is None or got.shape != other.shape or other.dtype.kind not in "biuf":
            return False
        single = np.float32 in (got.dtype, other.dtype, self.expected.dtype)
        return bool(close_floats(other, got, SINGLE_RTOL if single else RTOL).all())


def is_close(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two arrays of the same shape are equal within rounding."""
    return np.allclose(one, other, rtol=RTOL, atol=ATOL)


def collect_samples(
    exercise: Exercise, key: Key, observed: Sequence[Observation], cases: list[list[dict]]
) -> list[Sample] | None:
    """Return the samples of all answered cases, or None if an answer's structure is not the expected one."""
    samples: list[Sample] = []
    for index, (case, expected, got) in enumerate(zip(key.cases, key.expected, observed, strict=True)):
        if case.raises or got.raised or got.rejected or got.iterator:
            continue
        call = case.calls[0]
        arguments = dict(zip(key.arguments, call.args, strict=False)) | dict(call.kwargs)
        if isinstance(expected, dict):
            samples += _take_lists(index, case, arguments, expected, got.value)
            continue
        names = exercise.parts if case.aspect is None else ()
        raw = cases[index][0].get("value")
        named = case.view is not None and case.view.isidentifier() and any(item is got.value for item in _items_of(raw))
        whole = Label(case.view) if named else Label()  # a view that takes out one part is called like that part
        try:
            leaves = list(_pair_leaves(expected, got.value, names, whole, ()))
        except _OtherStructureError:
            return None
        taken = {id(leaf) for leaf in _leaves_of(raw)}
        some = case.view is not None and len(leaves) < len(taken)
        for path, label, good, value in leaves:
            right = compare(good, value, rtol=case.rtol, atol=case.atol) is None
            # What a view only took out of the answer is as it came back.
            seen_by_view = right and case.view is not None and id(value) not in taken
            altered = seen_by_view and (path or compare(good, raw, rtol=case.rtol, atol=case.atol) is not None)
            if altered and (path or not isinstance(raw, (bool, int, float, np.generic)) or np.ndim(good)):
                continue  # a view may have made different answers equal
            value = raw if altered else value
            bases = tuple(_find_bases(arguments, path[1:] if names else path, np.shape(good)))
            samples.append(
                Sample(
                    index,
                    case,
                    arguments,
                    label,
                    np.asarray(good),
                    value,
                    right,
                    bases,
                    bool(altered),
                    some and not label.part,
                )
            )
    lengths = {sample.label: set() for sample in samples}
    for sample in samples:
        lengths[sample.label].add(sample.expected.shape)
    # The few numbers of a list that always has the same length, such as a shape, agree with too much by chance.
    return [sample for sample in samples if not sample.label.view or len(lengths[sample.label]) > 1]


def _items_of(value: Any) -> Sequence:
    """Return the items of a list or tuple that is more than a row of numbers."""
    return value if isinstance(value, (list, tuple)) and not is_numeric(value) else ()


def _leaves_of(value: Any) -> Iterator[Any]:
    """Yield the arrays, numbers and lists of numbers in an answer."""
    for item in _items_of(value):
        if _items_of(item):
            yield from _leaves_of(item)
        else:
            yield item


def _take_lists(index: int, case: Case, arguments: dict[str, Any], expected: dict, got: Any) -> Iterator[Sample]:
    """Yield the lists of numbers in what a view made of an answer, such as the sizes of all batches."""
    for name, good in expected.items():
        if isinstance(good, list) and is_numeric(good) and isinstance(got, dict) and name in got:
            right = compare(good, got[name], rtol=case.rtol, atol=case.atol) is None
            yield Sample(index, case, arguments, Label(view=name), np.asarray(good), got[name], right)


def find_unanswered(key: Key, observed: Sequence[Observation]) -> list[int]:
    """Return the cases in which a result was expected, but none came back that can be examined."""
    return [
        i
        for i, (case, got) in enumerate(zip(key.cases, observed, strict=True))
        if not case.raises and (got.raised or got.rejected or got.iterator)
    ]


class _OtherStructureError(Exception):
    """The answer does not have as many parts as the expected one."""


def _find_bases(arguments: dict[str, Any], path: tuple[int, ...], shape: tuple[int, ...]) -> Iterator[tuple]:
    """Yield the arrays in the arguments at the same indices as an item of the answer."""
    for name, value in arguments.items():
        for step in path:
            value = value[step] if isinstance(value, (list, tuple)) and step < len(value) else None
        if isinstance(value, np.ndarray) and value.shape == shape and value.dtype.kind in "iuf":
            yield name, value.astype(float)


def _pair_leaves(
    expected: Any, got: Any, names: tuple[str, ...], label: Label, path: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], Label, Any, Any]]:
    """Go through both values side by side, down to arrays and numbers."""
    if expected is None or isinstance(expected, str):
        return
    if isinstance(expected, (list, tuple)) and not is_numeric(expected):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            raise _OtherStructureError
        for k, (good, value) in enumerate(zip(expected, got, strict=True)):
            inner = Label(names[k]) if names else label
            several = isinstance(good, (list, tuple)) and not is_numeric(good)  # layers
            if isinstance(expected, tuple) and not (names or several or label.item is not None):
                inner = Label(label.part, k)
            yield from _pair_leaves(good, value, (), inner, (*path, k))
        return
    if as_array(expected) is not None and np.asarray(expected).dtype.kind in "biuf":
        yield path, label, expected, got
