"""Turns a candidate's reply into a verdict: points by aspect, a message, and a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..exercise import FUNCTIONS, PURE, Case, Exercise
from . import words
from .compare import differs_in_type_only
from .errors import ONE_PROCESS, classify, explain
from .findings import find_finding, find_vague_finding
from .findings.guard import or_nothing
from .findings.order import DEGENERATE, VAGUE
from .key import Key, Mistake
from .misconception import find_prevailing, find_proved, is_the_same
from .observation import Observation, Problem, ProblemKind, find_problems, observe
from .slips import find_slip, read_slips
from .slips.sentences import tell_slip
from .verdict import Aspect, Reply, Status, Verdict


def judge(
    exercise: Exercise,
    key: Key,
    reply: Reply,
    file: str | None = None,
    quote: bool = True,
    explains: bool = True,
) -> Verdict:
    """Judge a candidate's reply against a key.

    Parameters
    ----------
    quote : bool
        Whether the message may show the inputs and the expected numbers; not for a secret key.
    explains : bool
        Whether to say what is wrong with a wrong answer, which takes most of the time. Points and status are the
        same without it.
    """
    verdict = Verdict(
        exercise.name,
        exercise.chapter,
        reply.status or Status.FAILED,
        0.0,
        float(exercise.points),
        message=reply.words,
        aspects=[Aspect(name, float(points)) for name, points in exercise.aspects.items()],
        file=file,
        printed=reply.printed,
    )
    if reply.status is Status.UNJUDGED:
        verdict.score = None
        return verdict
    if reply.cases is None:
        verdict.loaded = reply.status is not Status.ERROR
        if reply.error and not quote:
            verdict.message = words.not_loaded(exercise.name, file, reply.error)
        return verdict
    try:
        observed = [observe(exercise, case, outcomes) for case, outcomes in zip(key.cases, reply.cases, strict=True)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        verdict.status, verdict.message = Status.MALFORMED, words.unreadable(exercise.name, error)
        return verdict
    problems = find_all_problems(exercise, key, observed)
    _score(exercise, key, verdict, observed, problems)
    if not any(problems):
        verdict.status, verdict.message = Status.PASSED, words.PASSED
        if exercise.scored:
            verdict.evidence = words.tell_scores(key.cases, observed)
            verdict.message = words.compose(words.PASSED, verdict.evidence)
        elif quote:
            verdict.message = words.compose(words.PASSED, _tell_lists_for_arrays(key, observed))
        return verdict
    verdict.status = _find_status(exercise, key, observed)
    if verdict.status is Status.NOT_STARTED:
        verdict.message = words.not_written(exercise.name, file)
        return verdict
    if explains:
        _explain_failure(exercise, key, verdict, observed, problems, reply.cases, quote)
    return verdict


def _tell_lists_for_arrays(key: Key, observed: list[Observation]) -> str:
    """Say that an answer has the right numbers but is, or contains, a list where the reference returns an array."""
    for case, expected, got in zip(key.cases, key.expected, observed, strict=True):
        if not case.raises and not case.view and _is_list_for_array(expected, got.value):
            return words.NEEDS_ARRAY if isinstance(expected, np.ndarray) else words.PART_NEEDS_ARRAY
    return ""


def _is_list_for_array(expected: Any, value: Any) -> bool:
    if isinstance(expected, np.ndarray):
        return expected.ndim > 0 and isinstance(value, (list, tuple))
    if isinstance(expected, dict) and isinstance(value, dict):
        return any(_is_list_for_array(expected[name], value.get(name)) for name in expected)
    if isinstance(expected, (list, tuple)) and isinstance(value, (list, tuple)):
        return any(map(_is_list_for_array, expected, value))
    return False


def find_all_problems(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> list[dict[str, Problem]]:
    """Return the problems of each case, by aspect."""
    answers = zip(key.cases, key.expected, observed, strict=True)
    return [find_problems(exercise, case, expected, got) for case, expected, got in answers]


def _score(
    exercise: Exercise, key: Key, verdict: Verdict, observed: list[Observation], problems: list[dict[str, Problem]]
) -> None:
    """Give every aspect its points."""
    refusing = {case.aspect for case in key.cases if case.raises} - {
        case.aspect for case in key.cases if not case.raises
    }
    for aspect in verdict.aspects:
        failed = any(aspect.name in found for found in problems)
        aspect.score = 0.0 if failed else aspect.points
        if exercise.scored:
            asked = [got for case, got in zip(key.cases, observed, strict=True) if case.aspect == aspect.name]
            shares = [got.value[0] for got in asked if got.value is not None]
            aspect.score = round(aspect.points * sum(shares) / len(asked), 4) if asked else aspect.score
    # Refusing bad input and leaving inputs unchanged earn points only if some value is right.
    values = [aspect for aspect in verdict.aspects if aspect.name != PURE and aspect.name not in refusing]
    if not any(aspect.score for aspect in values) and not _has_right_numbers(values, problems):
        for aspect in verdict.aspects:
            if aspect not in values and aspect.passed:
                aspect.score, aspect.waits, aspect.message = 0.0, True, words.WAITS
    verdict.score = round(sum(aspect.score for aspect in verdict.aspects), 4)


def _has_right_numbers(values: list[Aspect], problems: list[dict[str, Problem]]) -> bool:
    """Return whether the values differ only in their type, such as True and False in place of 1 and 0."""
    names = {aspect.name for aspect in values}
    wrong = [problem for found in problems for name, problem in found.items() if name in names]
    return all(problem.difference and differs_in_type_only(problem.difference) for problem in wrong)


def _find_status(exercise: Exercise, key: Key, observed: list[Observation]) -> Status:
    """Distinguish a wrong answer, an answer that always stops with an error, and an exercise that is not started."""
    asked = [got for case, got in zip(key.cases, observed, strict=True) if not case.raises]
    if not all(got.raised for got in asked):
        return Status.FAILED
    errors = [got.raised for got in asked]
    unwritten = all(error.get("type") == NotImplementedError.__name__ for error in errors)
    if unwritten and all(error.get("function") == exercise.name for error in errors):
        return Status.NOT_STARTED
    return Status.ERROR


def _find_shown(
    exercise: Exercise, key: Key, problems: list[dict[str, Problem]], mistake: Mistake | None
) -> tuple[int, str]:
    """Return the first case and aspect that fail: with a misconception, the first that it fails as well.

    A student may make a second mistake, and the call that is shown should illustrate the advice.
    """
    failing = [(i, aspect) for i, found in enumerate(problems) for aspect in found]
    if mistake is None:
        return failing[0]
    theirs = find_all_problems(exercise, key, mistake.observations)
    return next(((i, aspect) for i, aspect in failing if aspect in theirs[i]), failing[0])


def _explain_error(key: Key, error: Mapping[str, Any], case: Case) -> str:
    """Say what an error in the first call of a case means, or return an empty string."""
    given = {words.name_argument(key.arguments, i): one for i, one in enumerate(case.calls[0].args)}
    return explain(error, FUNCTIONS, key.arguments, given | dict(case.calls[0].kwargs))


_FIRST = ("index", "function")
"""Errors that are explained before anything else: an index outside an array, a function that is not called."""


def _explain_failure(
    exercise: Exercise,
    key: Key,
    verdict: Verdict,
    observed: list[Observation],
    problems: list[dict[str, Problem]],
    cases: list[list[dict]],
    quote: bool,
) -> None:
    """Say what is wrong: a tutor's sentence first, then the first call that fails, with its numbers."""

    def told(problem: Problem, case: Case) -> str:
        return words.tell_problem(problem, case, key.arguments)

    for aspect in verdict.aspects:
        failing = [
            (found[aspect.name], case) for found, case in zip(problems, key.cases, strict=True) if aspect.name in found
        ]
        if failing:
            aspect.message = told(*failing[0]) if quote else words.NOT_RIGHT
    mistake = find_proved(exercise, key, observed)
    with np.errstate(all="ignore"):
        finding = None if exercise.scored else or_nothing(find_finding, exercise, key, observed, problems, cases)
    if finding and (quote or not finding.free):
        verdict.finding = finding.words
    if mistake and finding and finding.kind in DEGENERATE and not is_the_same(key, mistake, observed):
        mistake = None
    most = None if mistake or (finding and not finding.weak) else find_prevailing(exercise, key, observed)
    index, aspect_name = _find_shown(exercise, key, problems, mistake or (most[0] if most else None))
    case, problem = key.cases[index], problems[index][aspect_name]
    if most:
        verdict.finding = words.tell_prevailing(most[0].advice, most[1])
    elif not (mistake or exercise.scored):
        if quote and (not finding or finding.weak):
            found = find_slip(exercise, key, observed, read_slips(exercise.name))
            verdict.finding = tell_slip(found[0].kind, found[0].what, found[1]) if found else verdict.finding
        if not verdict.finding:
            with np.errstate(all="ignore"):
                verdict.finding = or_nothing(find_vague_finding, exercise, key, observed, problems, cases)
    if mistake:
        verdict.misconception, verdict.advice = mistake.name, mistake.advice
    first = verdict.advice or verdict.finding or ""
    if exercise.scored and observed[index].diagnosis:
        evidence = words.tell_scores(key.cases, observed)
    elif quote:
        call = words.tell_call(exercise.name, key.arguments, case)
        evidence = f"{call} {told(problem, case)}." + (f" (This case: {case.note}.)" if case.note else "")
        if problem.kind is ProblemKind.RAISED:
            explained = _explain_error(key, problem.error, case)
            # Whatever the results of other cases show, such an error must be put right first.
            if explained and finding and finding.kind not in VAGUE and classify(problem.error) in _FIRST:
                first = verdict.advice or explained
            first = first or explained or words.tell_own_error(exercise.name, problem.error)
        elif not first:
            # Small arrays may be filled in the wrong direction without an error, and larger ones not.
            filled = (
                (one.error, key.cases[i])
                for i, found in enumerate(problems)
                for one in found.values()
                if one.kind is ProblemKind.RAISED and classify(one.error) == "fill"
            )
            first = next((_explain_error(key, error, where) for error, where in filled), "")
    else:
        if not first and problem.kind is ProblemKind.RAISED and classify(problem.error) == "processes":
            first = ONE_PROCESS  # as little as the kind of the error does this tell about a secret case
        general = words.tell_in_general(problem, aspect_name, case, key.arguments)
        evidence = f"{exercise.name} {general}." + (f" (This case: {case.note}.)" if case.note else "")
    verdict.evidence = evidence
    verdict.message = words.compose(first, evidence)
