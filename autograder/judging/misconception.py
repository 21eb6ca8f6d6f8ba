"""Recognises misconceptions: a misconception is named only if the answers prove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..exercise import PURE, Case, Exercise, Rng
from .compare import as_array
from .errors import classify
from .key import Key, Mistake
from .observation import Observation, agree, find_problems


def find_proved(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> Mistake | None:
    """Return the misconception that the answers prove, or None.

    A misconception is proved if it gives the student's answers in every case. It is also proved if it gives them in
    every case that decides any of the failing values, provided that no other misconception does and that, refusals
    aside, it fails no aspect that the student has right. If all values are right, only the refusals decide.
    """
    for mistake in key.mistakes:
        if is_the_same(key, mistake, observed) and _tells(key.cases, observed):
            return mistake
    failing = _failing_aspects(exercise, key, observed)
    refusing = {case.aspect for case in key.cases if case.raises}
    values = failing - refusing or failing
    alike = _find_alike(exercise, key, observed, values)
    # A student may share a misconception and still refuse invalid input, which the misconception's example does not.
    proved = [one for one in alike if _failing_aspects(exercise, key, one.observations) - refusing <= failing]
    return proved[0] if len(proved) == 1 else None


_PREVAILS = 0.75
"""Fraction of the wrong cases that a misconception must explain to prevail."""


def find_prevailing(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> tuple[Mistake, bool] | None:
    """Return the misconception that explains most of what is wrong, and one aspect entirely, or None: it is not named.

    The misconception comes with whether it explains every wrong case.

    A case that the misconception fails and the student does not counts against it. No other may explain as many cases.
    """
    failing = _failing_aspects(exercise, key, observed)
    refusing = {case.aspect for case in key.cases if case.raises}
    alike = {
        one.name: one
        for aspect in failing - refusing
        for one in _find_alike(exercise, key, observed, {aspect})
        if _failing_aspects(exercise, key, one.observations) - refusing <= failing
    }
    if not alike:
        return None
    wrong = _wrong_cases(exercise, key, observed)
    shares, every = {}, {}
    for mistake in key.mistakes:
        against = _wrong_cases(exercise, key, mistake.observations)
        agreed = sum(agree(key.cases[i], mistake.observations[i], observed[i]) for i in wrong)
        shares[mistake.name], every[mistake.name] = agreed / len(wrong | against), agreed == len(wrong)
    best = max(shares.values())
    leading = [name for name, share in shares.items() if share == best]
    prevails = len(leading) == 1 and best >= _PREVAILS and leading[0] in alike
    return (alike[leading[0]], every[leading[0]]) if prevails else None


def _wrong_cases(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> set[int]:
    answers = zip(key.cases, key.expected, observed, strict=True)
    return {i for i, (case, *pair) in enumerate(answers) if not case.raises and find_problems(exercise, case, *pair)}


def _find_alike(exercise: Exercise, key: Key, observed: Sequence[Observation], aspects: set[str]) -> list[Mistake]:
    """Return the misconceptions that give the same answers in every case that decides any of these aspects."""
    deciding = [
        (i, aspect)
        for aspect in exercise.aspects
        if aspect in aspects
        for i, case in enumerate(key.cases)
        if case.aspect == aspect or _decides(exercise, case, aspect)
    ]
    if not deciding or not _tells([key.cases[i] for i, _ in deciding], [observed[i] for i, _ in deciding]):
        return []

    def narrow(seen: Sequence[Observation]) -> list[Observation]:
        return [_narrow(exercise, key.cases[i], seen[i], aspect) for i, aspect in deciding]

    own = narrow(observed)
    return [
        mistake
        for mistake in key.mistakes
        if all(
            agree(key.cases[i], theirs, mine)
            for (i, _), theirs, mine in zip(deciding, narrow(mistake.observations), own, strict=True)
        )
    ]


def _decides(exercise: Exercise, case: Case, aspect: str) -> bool:
    return not case.aspect and aspect in exercise.parts


def _failing_aspects(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> set[str]:
    problems = map(find_problems, [exercise] * len(key.cases), key.cases, key.expected, observed)
    return {aspect for found in problems for aspect in found} - {PURE}


def is_the_same(key: Key, mistake: Mistake, observed: Sequence[Observation]) -> bool:
    """Return whether a misconception gives the same answers in every case."""
    return all(map(agree, key.cases, mistake.observations, observed))


_COMMON_ERRORS = (None, "broadcast", "fill", "matmul", "index", "axis", "scalar", "recursion")
"""Errors that many slips lead to: alone they prove nothing."""


def _tells(cases: Sequence[Case], observed: Sequence[Observation]) -> bool:
    """Return whether the answers say enough to prove anything.

    Many programs always return the same single number, or always raise the same common kind of error.
    """
    answered = [one for case, one in zip(cases, observed, strict=True) if not case.raises]
    if not answered:
        return True
    stopped = [one for one in answered if one.raised]
    if any(classify(one.raised) in _COMMON_ERRORS for one in stopped):
        return any(_is_telling(one.value) for one in answered if not one.raised)
    singles = [one.value for one in answered if isinstance(one.value, (bool, int, float, np.generic))]
    if len(singles) < len(answered) or len(singles) < 2:
        return True
    return len(set(map(float, singles))) > 1


def _is_telling(value: Any) -> bool:
    """Return whether a value holds more than a few zeros, ones or other whole numbers, which could agree by chance."""
    array = as_array(value)
    if array is None:
        return value is not None and not isinstance(value, str)
    return array.dtype.kind == "f" and bool((array != np.rint(array)).any())


def _narrow(exercise: Exercise, case: Case, observed: Observation, aspect: str) -> Observation:
    """Narrow an observation to what decides an aspect.

    For an answer with parts, that is the aspect's part. For a random result in place of a refusal, it is only the
    result's kind. Changed inputs have a separate aspect.
    """
    observed = replace(observed, changed=()) if PURE in exercise.aspects else observed
    if case.raises and any(isinstance(one, Rng) for call in case.calls for one in (*call.args, *call.kwargs.values())):
        kind = "nothing" if observed.value is None else getattr(observed.value, "type_name", "something")
        return replace(observed, value=None if observed.raised else kind, rejected=None)
    if case.aspect is not None or not isinstance(observed.value, (list, tuple)):
        return observed
    if len(observed.value) != len(exercise.parts):
        return observed
    return replace(observed, value=observed.value[exercise.parts.index(aspect)])
