"""Slips in the use of results of the course's functions: one of these results is changed first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...candidate.call import call_function
from ...exercise import Case, Exercise
from .. import reference
from ..related import name_results
from .arguments import CHANGES

_OF_ARGUMENTS = ("times ln 2",)
"""Changes whose sentence makes sense only for arguments."""
_SEEN = 40
"""The number of a function's results that are examined to decide which changes fit."""


def find_changes(exercise: Exercise, cases: list[Case]) -> Iterator[tuple[tuple[str, ...], Callable[[], Callable]]]:
    """Yield each change to a result, with a function that makes the answer in which the result is changed.

    A change is given by its name, the function whose result it changes, and the part of the result; "" means all of it.
    """
    for name in sorted(reference.direct_uses(exercise.name)):
        parts = name_results(name)
        if parts is None:
            continue
        results = _record(exercise.name, name, cases)
        split = bool(parts) and all(isinstance(result, tuple) and len(result) == len(parts) for result in results)
        for k, part in enumerate(parts) if split else [(None, "")]:
            values = [result if k is None else result[k] for result in results]
            for word, fits, change in CHANGES:
                if values and word not in _OF_ARGUMENTS and all(map(fits, values)):
                    replaced = _replaced(exercise.name, name, lambda made, k=k, do=change: _put(made, k, do))
                    yield (word, name, part), replaced


def _put(result: Any, k: int | None, change: Callable) -> Any:
    return change(result) if k is None else (*result[:k], change(result[k]), *result[k + 1 :])


def _replaced(exercise: str, name: str, change: Callable) -> Callable[[], Callable]:
    """Return a function that builds an answer from a library in which one function's results are all changed."""

    def make() -> Callable:
        library = reference.library_of(exercise)
        right = library[name]
        library[name] = lambda *args, **kwargs: change(right(*args, **kwargs))
        return library[exercise]

    return make


def _record(exercise: str, name: str, cases: list[Case]) -> list[Any]:
    """Run the right answer on all valid cases, and return the results of one function that it calls."""
    seen: list[Any] = []

    def keep(result: Any) -> Any:
        seen.append(result)
        return result

    function = _replaced(exercise, name, keep)()
    for case in cases:
        if not case.raises and len(seen) < _SEEN:
            call = case.calls[0]
            call_function(function, call.args, dict(call.kwargs), {}, "slip")
    return seen
