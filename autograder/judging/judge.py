"""Turns what a candidate did into a verdict: points by aspect, a message, and the misconception."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from ..exercise import PURE, Case, Exercise
from .compare import compare, describe, number, shown
from .key import Key, Seen, look, raised_words, refusal

PASSED, FAILED, NOT_STARTED, ERROR, TIMEOUT, CRASHED, MISSING, MALFORMED, UNJUDGED = (
    "passed",
    "failed",
    "not_started",
    "error",
    "timeout",
    "crashed",
    "missing",
    "malformed",
    "unjudged",
)


WAITS = "counts once the values are right"


@dataclass
class Aspect:
    """One thing that was looked at, with the points that it earned."""

    name: str
    points: float
    score: float = 0.0
    message: str = ""

    @property
    def passed(self) -> bool:
        """Whether the aspect has its full points."""
        return self.score == self.points


@dataclass
class Verdict:
    """What the examiner says of one exercise; ``asdict`` of it is the JSON that other programs read."""

    exercise: str
    chapter: str
    status: str
    score: float | None
    points: float
    misconception: str | None = None
    message: str = ""
    aspects: list[Aspect] = field(default_factory=list)
    file: str | None = None
    advice: str = ""
    printed: str = ""
    saved: str = ""
    """When the graded file was saved, in words."""
    loaded: bool = True
    """Whether the file could be run at all."""

    def as_json(self) -> dict:
        """Return the contract's form."""
        data = asdict(self)
        del data["advice"], data["printed"], data["saved"], data["loaded"]
        data["aspects"] = [
            asdict(aspect) | {"passed": aspect.passed and self.status != UNJUDGED} for aspect in self.aspects
        ]
        return data


@dataclass(frozen=True)
class Reply:
    """What came back from a candidate: a status of its own, or the answers."""

    status: str
    words: str = ""
    cases: list[list[dict]] | None = None
    printed: str = ""
    error: dict | None = None


def judge(exercise: Exercise, key: Key, reply: Reply, file: str | None = None, quote: bool = True) -> Verdict:
    """Judge a candidate's reply by a key.

    Parameters
    ----------
    quote : bool
        Whether the message may show the inputs and the expected numbers; not so for a secret key.
    """
    aspects = [Aspect(name, float(points)) for name, points in exercise.aspects.items()]
    verdict = Verdict(
        exercise.name,
        exercise.chapter,
        reply.status,
        0.0,
        float(exercise.points),
        message=reply.words,
        aspects=aspects,
        file=file,
        printed=reply.printed,
    )
    if reply.status == UNJUDGED:
        verdict.score = None
        return verdict
    if reply.cases is None:
        verdict.loaded = reply.status != ERROR
        if reply.error and not quote:
            verdict.message = (
                f"{file} cannot be run: it {_kind(reply.error)} while it is being loaded. "
                f"`weightlab check {exercise.name}` shows where."
            )
        return verdict
    try:
        seen = [look(exercise, case, outcomes) for case, outcomes in zip(key.cases, reply.cases, strict=True)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        verdict.status, verdict.message = MALFORMED, f"What {exercise.name} sent back cannot be read ({error})."
        return verdict
    problems = _all_problems(exercise, key, seen)
    _settle(exercise, key, verdict, problems, seen)
    if not quote:
        for aspect in aspects:
            aspect.message = aspect.message if aspect.message in ("", WAITS) else "is not right"
    verdict = _worded(exercise, key, verdict, problems, seen, quote)
    if quote and not verdict.score and _yields(exercise, key, reply.cases):
        verdict.message += f"\n{exercise.name} gave a generator, as a function with yield does: return the result."
    return verdict


def _yields(exercise: Exercise, key: Key, cases: list[list[dict]]) -> bool:
    """Whether generators came back, from a function whose answers are single numbers or arrays."""
    single = not exercise.scored and not any(case.view for case in key.cases)
    single = single and not any(isinstance(expected, list | tuple) for expected in key.expected)
    return single and any(outcome.get("generator") for outcomes in cases for outcome in outcomes)


def _all_problems(exercise: Exercise, key: Key, seen: Sequence[Seen]) -> list[dict[str, str]]:
    return [_problems(exercise, *answer) for answer in zip(key.cases, key.expected, seen, strict=True)]


def _problems(exercise: Exercise, case: Case, expected: Any, seen: Seen) -> dict[str, str]:
    """Return what is wrong with a case, by aspect; an empty dictionary where nothing is."""
    found: dict[str, str] = {}
    parts = exercise.parts if case.aspect is None else (case.aspect,)
    if case.raises:
        if not seen.rightly:
            found[case.aspect] = refusal(case, seen.raised, seen.value)
    elif seen.raised:
        found = dict.fromkeys(parts, raised_words(seen.raised))
    elif seen.unusable:
        found = dict.fromkeys(parts, f"gave {seen.unusable}")
    elif case.aspect is None and case.view is None:
        n = len(parts)
        if not isinstance(seen.value, (list, tuple)) or len(seen.value) != n:
            found = dict.fromkeys(parts, f"gave {describe(seen.value)}; expected {n} things: {', '.join(parts)}")
        else:
            for part, good, got in zip(parts, expected, seen.value, strict=True):
                if difference := compare(good, got, rtol=case.rtol, atol=case.atol):
                    found[part] = f"gave {part}: {difference.words}"
    elif exercise.scored:
        if seen.value[0] < 1:
            found[case.aspect] = seen.value[1]
    elif difference := compare(expected, seen.value, rtol=case.rtol, atol=case.atol):
        found[case.aspect] = f"gave {difference.words}"
    if seen.changed:
        found.setdefault(PURE if PURE in exercise.aspects else parts[0], "changed its input")
    return found


def _settle(exercise: Exercise, key: Key, verdict: Verdict, problems: list[dict], seen: list[Seen]) -> None:
    """Give every aspect its points."""
    refusals = {case.aspect for case in key.cases if case.raises} - {
        case.aspect for case in key.cases if not case.raises
    }
    for aspect in verdict.aspects:
        failing = [found[aspect.name] for found in problems if aspect.name in found]
        aspect.message = failing[0] if failing else ""
        aspect.score = 0.0 if failing else aspect.points
        if exercise.scored:
            shares = [
                got.value[0]
                for case, got in zip(key.cases, seen, strict=True)
                if case.aspect == aspect.name and got.value is not None
            ]
            asked = sum(case.aspect == aspect.name for case in key.cases)
            aspect.score = round(aspect.points * sum(shares) / asked, 4) if asked else aspect.score
    # Refusing bad input and leaving inputs alone is worth something only beside a right value.
    values = [a for a in verdict.aspects if a.name != PURE and a.name not in refusals]
    if not any(a.score for a in values):
        for aspect in verdict.aspects:
            if aspect not in values and aspect.passed:
                aspect.score, aspect.message = 0.0, WAITS
    verdict.score = round(sum(aspect.score for aspect in verdict.aspects), 4)


def _worded(
    exercise: Exercise, key: Key, verdict: Verdict, problems: list[dict], seen: list[Seen], quote: bool
) -> Verdict:
    """Set the status and write the message."""
    if not any(problems):
        verdict.status, verdict.message = PASSED, "All points: everything that was tried came back right."
        if exercise.scored:
            verdict.message = "\n".join(["All points.", *_told(key, seen)])
        return verdict
    verdict.status = FAILED
    errors = [got.raised for case, got in zip(key.cases, seen, strict=True) if got.raised and not case.raises]
    if len(errors) == sum(not case.raises for case in key.cases):
        verdict.status = ERROR
        if all(error.get("type") == "NotImplementedError" for error in errors):
            own = any(exercise.name == str(error.get("message", "")).partition(" ")[0] for error in errors)
            own = own or all(error.get("function") == exercise.name for error in errors)
            if own:
                verdict.status = NOT_STARTED
                verdict.message = (
                    f"{exercise.name} is not written yet. Write it in {verdict.file}, save, and check again."
                )
                return verdict
    index = next(i for i, found in enumerate(problems) if found)
    case, (aspect, words) = key.cases[index], next(iter(problems[index].items()))
    if words == "changed its input":
        names = ", ".join(str(_argument(key, c)) for c in seen[index].changed)
        words = f"gave the right answer but changed its input {names}; a caller does not expect that. Work on a copy"
    wrong = _misconception(exercise, key, seen, aspect)
    call = f"{exercise.name}({_arguments(key, case, quote)})" if quote else f"{exercise.name}, {_title(case)},"
    if not quote:
        words = _in_general(words, aspect, case, seen[index])
    verdict.message = f"{call} {words}."
    if case.note and quote:
        verdict.message += f" (This case: {case.note}.)"
    if exercise.scored and seen[index].diagnosis:
        verdict.message = "\n".join(_told(key, seen))
    if wrong:
        verdict.misconception, verdict.advice = wrong.name, wrong.advice
        verdict.message += f"\n{wrong.advice}"
    return verdict


def _told(key: Key, seen: list[Seen]) -> list[str]:
    """Say of each case of a scored exercise how it went."""
    return [f"{_title(case)}: {got.value[1]}" for case, got in zip(key.cases, seen, strict=True) if got.value]


def _title(case: Case) -> str:
    return case.note or case.aspect or "an ordinary case"


def _in_general(words: str, aspect: str, case: Case, got: Seen) -> str:
    """Say how a secret case failed, in no word that the student's code, which saw the inputs, could have chosen."""
    if got.raised and case.raises in got.raised.get("kinds", ()):
        return f"raised a {case.raises} whose message does not name what is wrong"
    if got.raised:
        return _kind(got.raised) + (f"; expected a {case.raises}" if case.raises else "")
    if "changed its input" in words:
        return words
    if "shape" in words or "item" in words:
        return "came back in the wrong shape"
    return f"is not right in this respect: {aspect}"


def _kind(error: dict) -> str:
    """Name an exception, where it is one that everybody knows."""
    kind = getattr(builtins, str(error.get("type")), None) or getattr(np.exceptions, str(error.get("type")), None)
    known = isinstance(kind, type) and issubclass(kind, BaseException)
    if known and kind is NotImplementedError:
        return "calls something that is not written yet"
    return f"raised {kind.__name__}" if known else "raised an error of its own"


def _argument(key: Key, position: Any) -> str:
    return key.arguments[position] if isinstance(position, int) and position < len(key.arguments) else position


def _arguments(key: Key, case: Case, quote: bool) -> str:
    call = case.calls[0]
    written = [shown(arg, _argument(key, i)) for i, arg in enumerate(call.args)]
    return ", ".join([*written, *(f"{name}={shown(arg, name)}" for name, arg in call.kwargs.items())])


def _misconception(exercise: Exercise, key: Key, seen: list[Seen], aspect: str) -> Any:
    """Return the first misconception that would have done the same in every case.

    Where none would, of those that would have given the same wherever the failing ``aspect`` was looked at, the one
    that agrees in most cases: people combine misunderstandings, and a wrong mean is no less a mean for also refusing
    nothing, or for being written into the caller's array. That an exception is of one kind tells too little for that,
    unless it is refusing that was asked; and there, too, nobody misunderstands what they got right.
    """
    for known in key.known:
        if all(map(same, key.cases, known.seen, seen)):
            return known
    deciding = [i for i, case in enumerate(key.cases) if case.aspect == aspect or (not case.aspect and aspect != PURE)]
    failing = _all_problems(exercise, key, seen)
    if not any(aspect in failing[i] and (key.cases[i].raises or not seen[i].raised) for i in deciding):
        return None
    alike = [
        known
        for known in key.known
        if all(
            same(key.cases[i], *(_part(exercise, key.cases[i], answer[i], aspect) for answer in (known.seen, seen)))
            for i in deciding
        )
    ]
    if any(key.cases[i].raises for i in deciding):
        passed = set(exercise.aspects).difference(*failing)
        alike = [known for known in alike if passed == passed.difference(*_all_problems(exercise, key, known.seen))]
    return max(alike, key=lambda known: sum(map(same, key.cases, known.seen, seen)), default=None)


def _part(exercise: Exercise, case: Case, seen: Seen, aspect: str) -> Seen:
    """Narrow what was seen to what decides an aspect.

    Of an answer with parts its own part; of what came back in place of a refusal only the kind. Changed inputs have an
    aspect of their own.
    """
    seen = replace(seen, changed=()) if PURE in exercise.aspects else seen
    if case.raises:
        kind = "nothing" if seen.value is None else getattr(seen.value, "type_name", "something")
        return replace(seen, value=None if seen.raised else kind, unusable=None)
    if case.aspect is not None or not isinstance(seen.value, (list, tuple)) or len(seen.value) != len(exercise.parts):
        return seen
    return replace(seen, value=seen.value[exercise.parts.index(aspect)])


def same(case: Case, one: Seen, other: Seen) -> bool:
    """Whether two answers to a case would be judged alike: equal values, the same exception, the same changes."""
    if one.changed != other.changed or (one.raised is None) != (other.raised is None):
        return False
    if one.raised:
        return one.raised["type"] == other.raised.get("type") and one.rightly == other.rightly
    if one.unusable or other.unusable:
        return one.unusable == other.unusable
    if one.diagnosis or other.diagnosis:
        return one.diagnosis == other.diagnosis
    return compare(one.value, other.value, rtol=case.rtol, atol=case.atol) is None


def score_text(value: float | None) -> str:
    """Write points as people do: 3 of 6, 2.5 of 4."""
    return "–" if value is None else number(value)
