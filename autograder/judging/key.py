"""Answer keys: the cases of a seed with the results of the reference and of each misconception."""

from __future__ import annotations

import inspect
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from ..candidate import wire
from ..candidate.call import call_function
from ..exercise import Call, Case, Chapter, Exercise
from ..paths import KEYS, SOLUTIONS, shown
from . import errors, reference, words
from .observation import (
    Observation,
    Problem,
    ProblemKind,
    Rejected,
    agree,
    find_problems,
    find_refusal_problem,
    observe,
)
from .related import Related, find_related

PUBLIC_SEED = 2024
_FOLDER = str(SOLUTIONS)


@dataclass(frozen=True)
class Mistake:
    """A misconception's name and advice, and its result for each case."""

    name: str
    advice: str
    observations: tuple[Observation, ...]


@dataclass(frozen=True)
class Key:
    """Everything that judging one exercise needs."""

    exercise: str
    arguments: tuple[str, ...]
    cases: tuple[Case, ...]
    expected: tuple[Any, ...]
    mistakes: tuple[Mistake, ...] = ()
    related: tuple[Related, ...] = ()
    """The results of other functions of the course for the same arguments."""
    asked: tuple[tuple, ...] = ()
    """For each case, how the reference calls the function that is one of the arguments; see `Observation.asked`."""
    stub: str = ""
    """The function as it is handed out, for `reset`; only in public keys."""

    @cached_property
    def calls(self) -> wire.Encoded:
        """The calls of all cases as a candidate gets them, encoded once for all submissions."""
        return wire.Encoded(wire.encode([_numbered_calls(case) for case in self.cases]))


def _numbered_calls(case: Case) -> list[tuple[tuple, dict]]:
    """Return a case's calls with the random generators numbered in order of appearance.

    An exercise's author chooses the numbers that distinguish generators with the same seed; from those numbers, the
    student's code could tell which exercise is being examined.
    """
    streams: dict[wire.Rng, int] = {}

    def renumber(value: Any) -> Any:
        if isinstance(value, wire.Rng):
            return wire.Rng(value.seed, streams.setdefault(value, len(streams)))
        if isinstance(value, (list, tuple)):
            return type(value)(map(renumber, value))
        if isinstance(value, dict):
            return {name: renumber(item) for name, item in value.items()}
        return value

    return [(renumber(call.args), renumber(dict(call.kwargs))) for call in case.calls]


def _run(exercise: Exercise, case: Case, function: Callable) -> Observation:
    """Run a trusted function on a case, exactly as a candidate would."""
    generators: dict = {}
    outcomes = [call_function(function, call.args, dict(call.kwargs), generators, _FOLDER) for call in case.calls]
    crossed = wire.decode(wire.encode(outcomes))
    return observe(exercise, case, crossed)


def _strip(observation: Observation) -> Observation:
    """Keep only what identifies an answer: an exception's wording and a score's last digit differ between machines."""
    if observation.raised:
        return replace(
            observation, raised={"type": observation.raised["type"], "kind": errors.classify(observation.raised)}
        )
    if observation.rejected:
        return replace(observation, rejected=replace(observation.rejected, words=""))
    if observation.diagnosis:
        share, _ = observation.value
        return replace(observation, value=(float(share >= 1), ""))
    return replace(observation, asked=())


def make_key(exercise: Exercise, seed: int) -> Key:
    """Make the key of a seed from the live reference and misconceptions.

    The cases of a secret seed are shuffled, so that answers remembered in the public order earn nothing.

    Raises
    ------
    BrokenReference
        If the reference itself does not do what a case requires.
    """
    function = getattr(reference.module(exercise.module), exercise.name)
    cases = wire.decode(wire.encode([packed(case) for case in exercise.cases(seed)]))
    cases = [_unpacked(case) for case in cases]
    if seed != PUBLIC_SEED:
        cases = [cases[i] for i in np.random.default_rng([seed, *exercise.name.encode(), 0]).permutation(len(cases))]
    arguments = tuple(inspect.signature(function).parameters)
    expected, asked = [], []
    for case in cases:
        observation = _run(exercise, case, function)
        if problem := _find_fault(case, observation):
            file = f"solutions/weightlab/{exercise.module}.py"
            told = words.tell_problem(problem, case, arguments).replace(_FOLDER, "solutions")
            raise reference.BrokenReference(f"{file}: {exercise.name} {told} (its case: {case.note or case.aspect}).")
        expected.append(_strip(observation).value if case.expected is None else case.expected)
        asked.append(observation.asked)
    related = () if exercise.scored else find_related(exercise, arguments, cases)
    drawn = np.random.get_state()
    try:
        mistakes = _make_mistakes(exercise, cases, expected)
    finally:
        np.random.set_state(drawn)
    return Key(exercise.name, arguments, tuple(cases), tuple(expected), mistakes, related, tuple(asked))


def _make_mistakes(exercise: Exercise, cases: list[Case], expected: list) -> tuple[Mistake, ...]:
    """Run the misconceptions; a member of a family is left out if its answers are right or the same as another's."""
    made: list[Mistake] = []
    for wrong in reference.misconceptions(exercise.module).get(exercise.name, []):
        # A misconception may draw from NumPy's global state; a key that is made again has to hold the same numbers.
        np.random.seed(PUBLIC_SEED)
        with warnings.catch_warnings():  # such as NumPy's about the mean of nothing: the answer is wrong on purpose
            warnings.simplefilter("ignore", RuntimeWarning)
            seen = tuple(_strip(_run(exercise, case, wrong.function)) for case in cases)
        if wrong.general:
            wrongs = map(find_problems, [exercise] * len(cases), cases, expected, seen)
            if not any(wrongs) or any(all(map(agree, cases, one.observations, seen)) for one in made):
                continue
        made.append(Mistake(wrong.name, wrong.advice, seen))
    return tuple(made)


def _find_fault(case: Case, observation: Observation) -> Problem | None:
    """Return the problem with a reference's answer, or None."""
    if case.raises:
        return find_refusal_problem(case, observation.raised, observation.value)
    if observation.raised:
        return Problem(ProblemKind.RAISED, error=observation.raised)
    if observation.rejected:
        return Problem(ProblemKind.UNUSABLE, rejected=observation.rejected)
    return Problem(ProblemKind.CHANGED, changed=observation.changed) if observation.changed else None


def packed(case: Case) -> dict:
    """Return a case as plain data."""
    data = {f.name: getattr(case, f.name) for f in fields(case)}
    return data | {"calls": [(call.args, dict(call.kwargs)) for call in case.calls]}


def _unpacked(data: dict) -> Case:
    return Case(**data | {"calls": tuple(Call(args, kwargs) for args, kwargs in data["calls"])})


_PLAIN = Observation()


def _packed_observation(observation: Observation) -> dict:
    """Return an observation as plain data, without fields that have their default values."""
    data = {f.name: getattr(observation, f.name) for f in fields(observation)}
    if observation.rejected:
        data["rejected"] = (observation.rejected.reason, observation.rejected.data)
    return {name: value for name, value in data.items() if value is not getattr(_PLAIN, name)}


def _unpacked_observation(data: dict) -> Observation:
    if "rejected" in data:
        data = data | {"rejected": Rejected(*data["rejected"])}
    return Observation(**data)


def pack(keys: list[Key]) -> bytes:
    """Write keys as bytes."""
    entries = [
        {
            "exercise": key.exercise,
            "stub": key.stub,
            "arguments": key.arguments,
            "cases": [packed(case) for case in key.cases],
            "expected": list(key.expected),
            "mistakes": [
                (m.name, m.advice, [_packed_observation(one) for one in m.observations]) for m in key.mistakes
            ],
            "related": [(one.call, one.part, list(one.values)) for one in key.related],
            "asked": list(key.asked),
        }
        for key in keys
    ]
    return zlib.compress(wire.encode(entries), 9)


def unpack(data: bytes) -> dict[str, Key]:
    """Read keys that `pack` wrote, by exercise."""
    return {
        entry["exercise"]: Key(
            entry["exercise"],
            entry["arguments"],
            tuple(_unpacked(case) for case in entry["cases"]),
            tuple(entry["expected"]),
            tuple(
                Mistake(name, advice, tuple(map(_unpacked_observation, observations)))
                for name, advice, observations in entry["mistakes"]
            ),
            tuple(Related(call, part, tuple(values)) for call, part, values in entry["related"]),
            tuple(entry["asked"]),
            entry["stub"],
        )
        for entry in wire.decode(zlib.decompress(data))
    }


@cache
def public_keys(module: str) -> dict[str, Key]:
    """Return the public keys of a chapter, as the release recorded them."""
    path = KEYS / f"{module}.key"
    try:
        return unpack(path.read_bytes())
    except FileNotFoundError:
        raise RuntimeError(f"the answer key {shown(path)} is missing; `weightlab release` writes it") from None


def chapter_keys(chapter: Chapter, seed: int) -> dict[str, Key]:
    """Make the keys of all exercises of a chapter from the live reference."""
    return {name: make_key(exercise, seed) for name, exercise in chapter.exercises.items()}
