"""The outcome of a case, reduced to what is compared; and what is wrong with it, as kinds and data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

import numpy as np

from ..candidate import wire
from ..exercise import PURE, Case, Exercise, Unusable
from . import laws
from .compare import Difference, compare
from .errors import classify


@dataclass(frozen=True)
class Rejected:
    """Why a view could not use an answer: a reason with its data, and the words for the student."""

    reason: str
    data: tuple = ()
    words: str = ""


@dataclass(frozen=True)
class Observation:
    """The outcome of one case: a value or an exception, and what happened to the inputs."""

    value: Any = None
    raised: dict | None = None
    refused: bool = False
    """Whether the exception is the refusal that the case asks for."""
    rejected: Rejected | None = None
    changed: tuple = ()
    iterator: bool = False
    """Whether an iterator came back, which can be read only once."""
    part: int | None = None
    """Which item of the answer is or holds that iterator; None means the whole answer."""
    asked: tuple = ()
    """How many times the function that is one of a case's arguments was called, and with arrays of which shapes."""
    diagnosis: str | None = None
    """The kind of answer according to the scoring function, by which misconceptions are recognised."""


class ProblemKind(StrEnum):
    """The way in which a case failed."""

    RAISED = auto()
    OTHER_ERROR = auto()
    """Bad input was refused with an exception other than the required one."""
    NOT_NAMED = auto()
    """Bad input was refused with a message that does not contain a required value."""
    ERROR_RETURNED = auto()
    NOT_REFUSED = auto()
    UNUSABLE = auto()
    ITERATOR = auto()
    PARTS = auto()
    DIFFERS = auto()
    CHANGED = auto()
    SCORED = auto()


@dataclass(frozen=True)
class Problem:
    """What is wrong with one aspect of one case; `words.tell_problem` puts it into words."""

    kind: ProblemKind
    value: Any = None
    error: dict | None = None
    difference: Difference | None = None
    rejected: Rejected | None = None
    part: str = ""
    parts: tuple[str, ...] = ()
    changed: tuple = ()


def observe(exercise: Exercise, case: Case, outcomes: list[dict]) -> Observation:
    """Reduce the outcomes of a case's calls to what is compared."""
    changed = tuple(dict.fromkeys(key for outcome in outcomes for key in outcome["changed"]))
    for outcome in outcomes:
        if "raised" in outcome:
            refused = bool(case.raises) and find_refusal_problem(case, outcome["raised"]) is None
            return Observation(raised=outcome["raised"], refused=refused, changed=changed)
    answers = [outcome["value"] for outcome in outcomes]
    asked = outcomes[0].get("asked") or ()
    if exercise.scored:
        share, words, diagnosis = exercise.scored(answers, case.calls)
        return Observation(value=(share, words), diagnosis=diagnosis)
    read_once = [] if exercise.yields else [outcome for outcome in outcomes if outcome.get("iterator")]
    iterator, part = bool(read_once), read_once[0].get("part") if read_once else None
    if case.view is None:
        value = answers[0] if len(answers) == 1 else answers
        return Observation(value=value, changed=changed, iterator=iterator, part=part, asked=asked)
    try:
        value = exercise.views[case.view](answers, case.calls)
    except Unusable as error:
        return Observation(rejected=Rejected(error.reason, error.data, str(error)), changed=changed, iterator=iterator)
    return Observation(value=value, changed=changed, iterator=iterator, asked=asked)


def find_refusal_problem(case: Case, raised: dict | None, value: Any = None) -> Problem | None:
    """Return the problem with a refusal of bad input, or None."""
    if not raised and isinstance(value, wire.Opaque) and value.type_name == case.raises:
        return Problem(ProblemKind.ERROR_RETURNED)
    if not raised:
        return Problem(ProblemKind.NOT_REFUSED, value)
    if case.raises not in raised.get("kinds", ()):
        return Problem(ProblemKind.OTHER_ERROR, error=raised)
    lacking = find_lacking(case, str(raised.get("message", "")))
    return Problem(ProblemKind.NOT_NAMED, lacking[0], error=raised) if lacking else None


def find_lacking(case: Case, message: str) -> list[Any]:
    """Return the values that a case requires in an error's message and that the message does not contain."""

    def pattern(item: Any) -> str:
        return rf"(?<![\w.])-?{abs(item)}(?![\w])" if isinstance(item, int) else re.escape(str(item))

    return [item for item in case.mentions if not re.search(pattern(item), message)]


def find_problems(exercise: Exercise, case: Case, expected: Any, observed: Observation) -> dict[str, Problem]:
    """Return the problems of a case, by aspect; an empty dictionary if there are none."""
    found: dict[str, Problem] = {}
    parts = exercise.parts if case.aspect is None else (case.aspect,)
    if case.raises:
        if not observed.refused:
            found[case.aspect] = find_refusal_problem(case, observed.raised, observed.value)
    elif observed.raised:
        found = dict.fromkeys(parts, Problem(ProblemKind.RAISED, error=observed.raised))
    elif observed.rejected:
        found = dict.fromkeys(parts, Problem(ProblemKind.UNUSABLE, rejected=observed.rejected))
    elif exercise.scored:
        if observed.value[0] < 1:
            found[case.aspect] = Problem(ProblemKind.SCORED, observed.value[1])
    elif observed.iterator:
        named = case.aspect is None and observed.part is not None and observed.part < len(parts)
        part = parts[observed.part] if named else ""
        found = dict.fromkeys(parts, Problem(ProblemKind.ITERATOR, expected, part=part))
    elif case.aspect is None:
        if not isinstance(observed.value, (list, tuple)) or len(observed.value) != len(parts):
            found = dict.fromkeys(parts, Problem(ProblemKind.PARTS, observed.value, parts=parts))
        else:
            for part, good, got in zip(parts, expected, observed.value, strict=True):
                if difference := compare(good, got, rtol=case.rtol, atol=case.atol):
                    found[part] = Problem(ProblemKind.DIFFERS, difference=difference, part=part)
    elif difference := compare(expected, observed.value, rtol=case.rtol, atol=case.atol):
        found[case.aspect] = Problem(ProblemKind.DIFFERS, difference=difference)
    if observed.changed:
        found.setdefault(
            PURE if PURE in exercise.aspects else parts[0], Problem(ProblemKind.CHANGED, changed=observed.changed)
        )
    return found


def agree(case: Case, one: Observation, other: Observation) -> bool:
    """Return whether the judge treats two answers to a case as the same: equal values, exception and changes."""
    if one.changed != other.changed or (one.raised is None) != (other.raised is None):
        return False
    if one.iterator != other.iterator:
        return False
    if one.raised:
        return _error_kind(one.raised) == _error_kind(other.raised) and one.refused == other.refused
    if one.rejected or other.rejected:
        first, second = one.rejected, other.rejected
        return bool(first and second) and (first.reason, first.data) == (second.reason, second.data)
    if one.diagnosis or other.diagnosis:
        return one.diagnosis == other.diagnosis
    if compare(one.value, other.value, rtol=case.rtol, atol=case.atol) is not None:
        return False
    deviations = zip(_deviations(one.value), _deviations(other.value), strict=True)
    return all(np.allclose(first, second, rtol=0.02, atol=0, equal_nan=True) for first, second in deviations)


def _deviations(value: Any) -> list[float]:
    """Return the standard deviations of random weights; a case's tolerance is too coarse for small ones."""
    if not isinstance(value, dict):
        return []
    own = [value[laws.DEVIATION]] if laws.DEVIATION in value else []
    return own + [one for inner in value.values() for one in _deviations(inner)]


def _error_kind(error: dict) -> tuple[Any, Any]:
    return error.get("type"), classify(error)
