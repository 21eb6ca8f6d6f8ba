"""Finds the results of the course's functions for an exercise's arguments, since an answer may be one of them."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ..candidate.wire import Given, Rng
from ..exercise import Case, Exercise
from . import reference

MAX_ENTRIES = 2_000
"""The largest number of entries of a related answer that is kept in a key."""


@dataclass(frozen=True)
class Related:
    """A call in the words of the course, such as ``softmax(logits)``, and its result in each case.

    Parameters
    ----------
    call : str
        The call.
    part : str
        The name of one of several results; empty for everything that the call returns.
    values : tuple
        None for the cases in which the call makes no sense.
    """

    call: str
    part: str
    values: tuple[Any, ...]

    @property
    def told(self) -> str:
        """The words for this result in a sentence."""
        return f"the {self.part} of `{self.call}`" if self.part else f"`{self.call}`"


@dataclass(frozen=True)
class _Known:
    function: Callable
    needs: tuple[str, ...]
    results: tuple[str, ...]


@cache
def _known_functions() -> dict[str, _Known]:
    """Return the reference's functions that draw no random numbers, with the names of what they need and return."""
    found = {}
    for module in reference.modules():
        for name, function in vars(reference.module(module)).items():
            if inspect.isfunction(function) and not name.startswith("_") and function.__module__.endswith(module):
                parameters = inspect.signature(function).parameters.values()
                needs = tuple(p.name for p in parameters if p.default is p.empty)
                returns = (inspect.getdoc(function) or "").partition("Returns\n-------\n")[2].partition("\n\n")[0]
                results = tuple(re.findall(r"^(\w+) : ", returns, flags=re.MULTILINE))
                if "rng" not in needs and "f" not in needs:
                    found[name] = _Known(function, needs, results)
    return found


def name_results(function: str) -> tuple[str, ...] | None:
    """Return the names of a function's results, if it draws no random numbers; no names for a single result."""
    known = _known_functions().get(function)
    return None if known is None else known.results


def find_related(exercise: Exercise, arguments: tuple[str, ...], cases: list[Case]) -> tuple[Related, ...]:
    """Return the results of the course's functions for the exercise's arguments, and for results of such functions."""
    usable = [i for i, case in enumerate(cases) if not case.raises and len(case.calls) == 1]
    if not usable:
        return ()
    calls = [cases[i].calls[0] for i in usable]
    if any(isinstance(value, (Rng, Given)) for call in calls for value in [*call.args, *call.kwargs.values()]):
        return ()
    scopes = [dict(zip(arguments, call.args, strict=False)) | dict(call.kwargs) for call in calls]
    found: dict[tuple[str, str], list] = {}
    tried, names = set(), {name: name for name in set.intersection(*map(set, scopes))}
    for _ in range(2):
        fresh: dict[str, str] = {}
        for name, known in _known_functions().items():
            if name in tried or not set(known.needs) <= set(names) or name == exercise.name:
                continue
            tried.add(name)
            call = f"{name}({', '.join(names[need] for need in known.needs)})"
            results = [_try(known, scope) for scope in scopes]
            if known.results and all(isinstance(result, tuple) for result in results):
                for k, part in enumerate(known.results):
                    found[call, part] = [result[k] for result in results]
                    if part not in names:
                        fresh[part] = part
                        for scope, result in zip(scopes, results, strict=True):
                            scope[part] = result[k]
            else:
                found[call, ""] = results
        names |= fresh
    related = []
    for (call, part), results in found.items():
        if all(isinstance(result, (int, np.integer)) for result in results):
            continue  # such a small number agrees with too many others by chance
        values: list[Any] = [None] * len(cases)
        for i, result in zip(usable, results, strict=True):
            values[i] = result if _size(result) <= MAX_ENTRIES else None
        if any(value is not None for value in values):
            related.append(Related(call, part, tuple(values)))
    return tuple(related)


def _try(known: _Known, scope: dict) -> Any:
    try:
        with np.errstate(all="ignore"):
            return known.function(*(copy.deepcopy(scope[need]) for need in known.needs))
    except Exception:  # arguments of the same name that mean something else
        return None


def _size(value: Any) -> int:
    if isinstance(value, (list, tuple)):
        return sum(map(_size, value))
    return int(np.size(value))
