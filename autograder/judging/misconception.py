"""Recognises misconceptions: a name is given only where the answers prove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..exercise import PURE, Case, Exercise
from .compare import as_array, compare
from .errors import classify
from .key import Key, Mistake
from .observation import Observation, find_problems


def find_misconception(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> Mistake | None:
    """Return the misconception that the answers prove, or None.

    It is proved if it gives the same answers in every case, or in every case that decides an aspect that fails, where
    no other misconception gives those, too, and where it does not fail what the student has right.
    """
    for mistake in key.mistakes:
        if all(map(agree, key.cases, mistake.observations, observed)) and _tells(key.cases, observed):
            return mistake
    failing = _failing_aspects(exercise, key, observed)
    for aspect in (aspect for aspect in exercise.aspects if aspect in failing):
        deciding = [i for i, case in enumerate(key.cases) if case.aspect == aspect or _decides(exercise, case, aspect)]
        if not deciding or not _tells([key.cases[i] for i in deciding], [observed[i] for i in deciding]):
            continue
        narrow = [_narrow(exercise, key.cases[i], observed[i], aspect) for i in deciding]
        alike = [
            mistake
            for mistake in key.mistakes
            if all(
                agree(key.cases[i], _narrow(exercise, key.cases[i], mistake.observations[i], aspect), own)
                for i, own in zip(deciding, narrow, strict=True)
            )
        ]
        proved = [one for one in alike if _failing_aspects(exercise, key, one.observations) <= failing]
        if len(proved) == 1:
            return proved[0]
    return None


def _decides(exercise: Exercise, case: Case, aspect: str) -> bool:
    return not case.aspect and aspect in exercise.parts


def _failing_aspects(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> set[str]:
    problems = map(find_problems, [exercise] * len(key.cases), key.cases, key.expected, observed)
    return {aspect for found in problems for aspect in found} - ({PURE} if len(exercise.aspects) > 1 else set())


_COMMON_ERRORS = (None, "broadcast", "matmul", "index", "axis", "scalar")
"""Errors that many slips lead to: by themselves they prove nothing."""


def _tells(cases: Sequence[Case], observed: Sequence[Observation]) -> bool:
    """Whether the answers say enough to prove anything.

    Always the same single number, or always the same kind of error that anybody may raise, is what many a program does.
    """
    answered = [one for case, one in zip(cases, observed, strict=True) if not case.raises]
    if not answered:
        return True
    stopped = [one for one in answered if one.raised]
    if any(classify(one.raised) in _COMMON_ERRORS for one in stopped):
        return any(_is_telling(one.value) for one in answered if not one.raised)
    values = [one.value for one in answered if not one.raised and not one.rejected]
    singles = [value for value in values if isinstance(value, (bool, int, float, np.generic))]
    if len(singles) < len(answered) or len(singles) < 2:
        return True
    return len(set(map(float, singles))) > 1


def _is_telling(value: Any) -> bool:
    """Whether a value holds more than a few zeros, ones or whole numbers, which agree by chance."""
    array = as_array(value)
    if array is None:
        return value is not None and not isinstance(value, (str, bool))
    return array.dtype.kind == "f" and bool((array != np.rint(array)).any())


def _narrow(exercise: Exercise, case: Case, observed: Observation, aspect: str) -> Observation:
    """Narrow an observation to what decides an aspect.

    Of an answer with parts its own part; of what came back in place of a refusal only the kind. Changed inputs have an
    aspect of their own.
    """
    observed = replace(observed, changed=()) if PURE in exercise.aspects else observed
    if case.raises:
        kind = "nothing" if observed.value is None else getattr(observed.value, "type_name", "something")
        return replace(observed, value=None if observed.raised else kind, rejected=None)
    if case.aspect is not None or not isinstance(observed.value, (list, tuple)):
        return observed
    if len(observed.value) != len(exercise.parts):
        return observed
    return replace(observed, value=observed.value[exercise.parts.index(aspect)])


def agree(case: Case, one: Observation, other: Observation) -> bool:
    """Return whether two answers to a case are the same for the judge: equal values, the same exception and changes."""
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
    return compare(one.value, other.value, rtol=case.rtol, atol=case.atol) is None


def _error_kind(error: dict) -> tuple[Any, Any]:
    return error.get("type"), classify(error)
