"""Says what two shapes mean that NumPy could not broadcast."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

_LABELS = "`labels` holds one class number for each row, not a row of numbers: which column does that number point to?"
_ROW = re.compile(r"([^\W\d]\w*)\[([^\W\d]\w*)\]\s*=(?!=)")
_COMPARED = re.compile(r"\blabels\s*[=!]=|[=!]=\s*labels\b")


def explain_broadcast(
    shapes: list[tuple[int, ...]], fills: bool, code: str, arguments: tuple[str, ...], given: Mapping[str, Any]
) -> str:
    """Say which shapes do not fit together, and why if that is known.

    Parameters
    ----------
    shapes : list of tuple of int
        The shapes.
    fills : bool
        Whether an array of the second shape should have been filled with one of the first.
    code : str
        The line that raised the error.
    arguments : tuple of str
        Names of the exercise's arguments.
    given : mapping of str to object
        The arguments of the call, by name; empty if they are unknown.
    """
    if len(shapes) < 2:
        return ""
    if fills and (fixed := _explain_fixed_length(*shapes[:2], given)):
        return fixed
    row = _ROW.match(code) if fills else None
    if row and len(shapes[0]) == len(shapes[1]) == 1:
        array, index = row.groups()
        return (
            f"`{array}[{index}]` is row {index} of `{array}`, which has {shapes[1][0]} entries here, but "
            f"{shapes[0][0]} are put into it. Is a column meant?"
        )
    told = (
        f"The shapes {shapes[0]} and {shapes[1]} do not fit together: NumPy aligns them "
        "from the right, and each pair of axis lengths must be equal or contain a 1."
    )
    # A comparison with `labels` selects rows, and then the shapes are those of other arrays.
    uses_labels = "labels" in arguments and re.search(r"\blabels\b", code) and not _COMPARED.search(code)
    return f"{told} {_LABELS}" if uses_labels else told


def _explain_fixed_length(here: tuple[int, ...], wanted: tuple[int, ...], given: Mapping[str, Any]) -> str:
    """Say that an array is filled whose length has nothing to do with the arguments, such as 64 pixels."""
    if len(here) != 1 or not wanted or not given:
        return ""
    length, fits, lengths = wanted[-1], here[0], set(_find_lengths(given))
    if length < 2 or _is_made_of(length, lengths):
        return ""
    places = [
        f"{name}.shape[{axis}]"
        for name, value in given.items()
        if isinstance(value, np.ndarray)
        for axis, size in enumerate(value.shape)
        if size == fits
    ]
    if not places:
        return ""
    also = f", such as `{places[0]}`, which is {fits} here" if len(places) == 1 else ""
    return (
        f"The array that is filled has length {length}, but the lengths vary from call to call. If you wrote "
        f"{length} as a number, take that length from the shape of an argument instead{also}."
    )


def _find_lengths(given: Mapping[str, Any]) -> Iterator[int]:
    for value in given.values():
        if isinstance(value, np.ndarray):
            yield from value.shape
            yield value.size
        elif isinstance(value, (list, tuple)):
            yield len(value)
            yield from _find_lengths(dict(enumerate(value)))
        elif isinstance(value, int):
            yield value


def _is_made_of(length: int, lengths: set[int]) -> bool:
    """Return whether a length is one of some others, or their sum or product, or one more or less."""
    pairs = list(itertools.product(lengths, repeat=2))
    known = lengths | {a + b for a, b in pairs} | {a * b for a, b in pairs}
    return any(length + step in known for step in (-1, 0, 1))
