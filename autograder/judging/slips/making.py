"""Tries every small slip in the course's own answers, in forked processes with limits, and keeps the results."""

from __future__ import annotations

import ast
import hashlib
import os
import resource
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ... import markers
from ...candidate import wire
from ...candidate.call import call_function
from ...exercise import Case, Exercise
from .. import laws, reference
from ..key import Key, packed
from ..observation import Observation, Rejected, observe
from . import Slip, agree_sketches, arguments, is_telling, mutants, name_parts, results, sketch_all
from .sentences import can_be_told

CPU_SECONDS = 2
MEMORY = 4 * 2**30
FIRST = ("operator", "operands swapped", "comparison", "axis", "constant", "function", "arguments swapped", "index")
"""Kinds that say most, in order: of several slips with the same answers, the first in this order is reported."""


def make_slips(exercise: Exercise, key: Key) -> list[Slip]:
    """Return the slips that change an answer of an exercise and that no misconception of its key explains."""
    if exercise.scored or any(_is_drawn(expected) for expected in key.expected):
        return []
    asked = np.array([not case.raises for case in key.cases for _ in name_parts(exercise, case)])
    known = [sketch_all(exercise, key.cases, one.observations) for one in key.mistakes]
    known.append(sketch_all(exercise, key.cases, [Observation(expected) for expected in key.expected]))
    kept: list[Slip] = []
    for attempt, sketches in _try_all(exercise, key.cases, _find_attempts(exercise, key)):
        said = can_be_told(attempt.kind, attempt.what) and is_telling(sketches[asked])
        if said and not any(agree_sketches(sketches[asked], one[asked]) for one in known):
            known.append(sketches)
            kept.append(Slip(attempt.kind, attempt.what, sketches))
    return kept


def digest(exercise: Exercise, key: Key) -> str:
    """Return a digest of what an exercise's slips depend on: its answer, its cases, and the code of this folder."""
    hashed = hashlib.sha256(wire.encode([_rounded(packed(case)) for case in key.cases]))
    hashed.update(repr([_names(expected) for expected in key.expected]).encode())
    for path in reference.paths_of([exercise.name]):
        for region in markers.regions(path.read_text(encoding="utf-8"), path.name):
            hashed.update(region.body.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        hashed.update(path.read_text(encoding="utf-8").encode())
    return hashed.hexdigest()


def _rounded(value: Any) -> Any:
    """Return plain data rounded to a few digits, because the last digits differ between machines."""
    if isinstance(value, (float, np.floating)):
        return float(_rounded(np.asarray(value)))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        with np.errstate(all="ignore"):
            return value.astype(np.float16) + np.float16(0)  # the sum makes -0.0 zero
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return type(value)(map(_rounded, value)) if isinstance(value, (list, tuple)) else value


def _names(value: Any) -> Any:
    """Return the names that a view gives to what it shows: slips are kept under them."""
    return {name: _names(item) for name, item in value.items()} if isinstance(value, dict) else None


def _is_drawn(expected: Any) -> bool:
    return isinstance(expected, dict) and (laws.DEVIATION in expected or any(map(_is_drawn, expected.values())))


@dataclass(frozen=True)
class _Attempt:
    """A slip to be tried: its kind, what was replaced by what, and how to make the function that has it."""

    kind: str
    what: tuple[str, ...]
    make: Callable[[], Callable]


def _find_attempts(exercise: Exercise, key: Key) -> list[_Attempt]:
    """Return the slips of an exercise, the most telling first."""
    function = getattr(reference.module(exercise.module), exercise.name)
    attempts = [
        _Attempt(kind, what, lambda changed=changed: changed)
        for kind, what, changed in arguments.find_changes(function, list(key.cases))
    ]
    private = [name for name in reference.closure([exercise.name]) if name.startswith("_")]
    nodes = [reference.definition(name) for name in (exercise.name, *private)]
    made = [one for node in nodes if isinstance(node, ast.FunctionDef) for one in mutants.mutants(node)]
    rank = {kind: i for i, kind in enumerate(FIRST)}
    made.sort(key=lambda one: (rank.get(one.kind, len(rank)), not one.what))
    attempts += [_Attempt(one.kind, one.what, partial(_function, exercise, one)) for one in made]
    changes = results.find_changes(exercise, list(key.cases))
    return attempts + [_Attempt("result", what, make) for what, make in changes]


def _function(exercise: Exercise, mutant: mutants.Mutant) -> Callable:
    library = reference.library_of(exercise.name)
    exec(mutant.source, library)
    return library[exercise.name]


def _try_all(
    exercise: Exercise, cases: Sequence[Case], attempts: list[_Attempt]
) -> Iterator[tuple[_Attempt, np.ndarray]]:
    """Run slips one after another in a child process; if one ends it, another child goes on with the next slip."""
    size, begun = 12 * sum(len(name_parts(exercise, case)) for case in cases), 0
    while begun < len(attempts):
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            _write_sketches(exercise, cases, attempts[begun:], writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as stream:
            data = stream.read()
        os.waitpid(child, 0)
        for start in range(0, len(data) - size + 1, size):
            yield attempts[begun], np.frombuffer(data[start : start + size], np.float32).reshape(-1, 3)
            begun += 1
        begun += begun < len(attempts)  # the one that ended its process has no answers


def _write_sketches(exercise: Exercise, cases: Sequence[Case], attempts: list[_Attempt], writer: int) -> None:
    """Write each slip's sketches, and end this process."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        warnings.simplefilter("ignore")
        with os.fdopen(writer, "wb") as stream:
            for attempt in attempts:
                # Processor time, not the clock; the signal ends this process.
                signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
                stream.write(sketch_all(exercise, cases, _observe(exercise, cases, attempt.make())).tobytes())
                stream.flush()
    finally:
        os._exit(0)


def _observe(exercise: Exercise, cases: Sequence[Case], function: Callable) -> list[Observation]:
    """Return what a slip gives in each case; the cases after an error on valid input get empty observations."""
    seen: list[Observation] = []
    for case in cases:
        seen.append(_observe_case(exercise, case, function))
        if seen[-1].raised and not case.raises:
            break
    return seen + [Observation()] * (len(cases) - len(seen))


def _observe_case(exercise: Exercise, case: Case, function: Callable) -> Observation:
    generators: dict = {}
    outcomes = [call_function(function, call.args, dict(call.kwargs), generators, "slip") for call in case.calls]
    try:
        return observe(exercise, case, wire.decode(wire.encode(outcomes)))
    except (wire.WireError, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return Observation(rejected=Rejected("unreadable"))
