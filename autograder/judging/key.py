"""Answer keys: the cases of a seed with what the reference, and each misconception, makes of them."""

from __future__ import annotations

import inspect
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from ..candidate import wire
from ..candidate.call import call_function
from ..exercise import Call, Case, Chapter, Exercise, Unusable
from ..paths import KEYS, SOLUTIONS, shown
from . import reference
from .compare import describe

PUBLIC_SEED = 2024
_FOLDER = str(SOLUTIONS)


@dataclass(frozen=True)
class Seen:
    """What there is to compare in one case: a value, or the exception in its place, and the inputs."""

    value: Any = None
    raised: dict | None = None
    rightly: bool = False
    """Whether what was raised is the refusal that the case asks for."""
    unusable: str | None = None
    changed: tuple = ()
    diagnosis: str | None = None
    """What kind of answer a score function takes it for; misconceptions are known by it."""


@dataclass(frozen=True)
class Known:
    """A misconception's name, advice and what it makes of each case."""

    name: str
    advice: str
    seen: tuple[Seen, ...]


@dataclass(frozen=True)
class Key:
    """Everything that judging one exercise needs."""

    exercise: str
    arguments: tuple[str, ...]
    cases: tuple[Case, ...]
    expected: tuple[Any, ...]
    known: tuple[Known, ...]
    stub: str = ""
    """The function as it is handed out, for `reset`; only in public keys."""


def refusal(case: Case, raised: dict | None, value: Any = None) -> str:
    """Say what is wrong with the way in which bad input was refused, or return an empty string."""
    if not raised and isinstance(value, wire.Opaque) and value.type_name == case.raises:
        return f"returned a {case.raises} as its result; expected it to be raised"
    if not raised:
        return f"returned {describe(value)}; expected a {case.raises}"
    if case.raises not in raised.get("kinds", ()):
        return f"{raised_words(raised)}; expected a {case.raises}"
    message = str(raised.get("message", ""))
    for item in case.mentions:
        pattern = rf"(?<![\w.])-?{abs(item)}(?![\w])" if isinstance(item, int) else re.escape(str(item))
        if not re.search(pattern, message):
            return f"raised a {case.raises} whose message does not name {item!r}"
    return ""


def raised_words(error: dict) -> str:
    """Say what was raised, and where in the student's file."""
    where = f" in line {error['line']} of {error['file']}: {error['code']}" if error.get("line") else ""
    if error.get("type") == "NotImplementedError":
        return f"calls something that is not written yet ({error.get('message') or 'NotImplementedError'}){where}"
    kind, message = error.get("type"), str(error.get("message") or "").strip()
    if not message and kind == "AssertionError":
        return f"raised AssertionError (an assert that does not hold){where}"
    return f"raised {kind}{f': {message}' if message else ''}{where}"


def look(exercise: Exercise, case: Case, outcomes: list[dict]) -> Seen:
    """Reduce the outcomes of a case's calls to what is compared."""
    changed = tuple(dict.fromkeys(key for outcome in outcomes for key in outcome["changed"]))
    for outcome in outcomes:
        if "raised" in outcome:
            rightly = bool(case.raises) and not refusal(case, outcome["raised"])
            return Seen(raised=outcome["raised"], rightly=rightly, changed=changed)
    answers = [outcome["value"] for outcome in outcomes]
    if exercise.scored:
        share, words, diagnosis = exercise.scored(answers, case.calls)
        return Seen(value=(share, words), diagnosis=diagnosis)
    if case.view is None:
        return Seen(value=answers[0] if len(answers) == 1 else answers, changed=changed)
    try:
        return Seen(value=exercise.views[case.view](answers, case.calls), changed=changed)
    except Unusable as error:
        return Seen(unusable=str(error), changed=changed)


def _run(exercise: Exercise, case: Case, function: Callable) -> Seen:
    """Run a trusted function on a case, exactly as a candidate would."""
    generators: dict = {}
    outcomes = [call_function(function, call.args, dict(call.kwargs), generators, _FOLDER) for call in case.calls]
    crossed = wire.decode(wire.encode(outcomes))
    return look(exercise, case, crossed)


def _bare(seen: Seen) -> Seen:
    """Keep what identifies an answer: an exception's wording, or a score's last digit, differs between machines."""
    if seen.raised:
        return replace(seen, raised={"type": seen.raised["type"]})
    if seen.diagnosis:
        share, _ = seen.value
        return replace(seen, value=(float(share >= 1), ""))
    return seen


def make_key(exercise: Exercise, seed: int) -> Key:
    """Make the key of a seed from the live reference and misconceptions.

    Raises
    ------
    BrokenReference
        If the reference itself does not do what a case says.
    """
    function = getattr(reference.module(exercise.module), exercise.name)
    cases = wire.decode(wire.encode([packed(case) for case in exercise.cases(seed)]))
    cases = tuple(_unpacked(case) for case in cases)
    expected = []
    for case in cases:
        seen = _run(exercise, case, function)
        if words := _fault(case, seen):
            file = f"solutions/weightlab/{exercise.module}.py"
            raise reference.BrokenReference(f"{file}: {exercise.name} {words} (its case: {case.note or case.aspect}).")
        expected.append(_bare(seen).value if case.expected is None else case.expected)
    known = tuple(
        Known(wrong.name, wrong.advice, tuple(_bare(_run(exercise, case, wrong.function)) for case in cases))
        for wrong in reference.misconceptions(exercise.module).get(exercise.name, [])
    )
    return Key(exercise.name, tuple(inspect.signature(function).parameters), cases, tuple(expected), known)


def _fault(case: Case, seen: Seen) -> str:
    """Say what a reference did that no answer may do, or return an empty string."""
    if case.raises or seen.raised:
        words = refusal(case, seen.raised, seen.value) if case.raises else raised_words(seen.raised)
        return words.replace(_FOLDER, "solutions")
    return f"gave {seen.unusable}" if seen.unusable else "changed its input" if seen.changed else ""


def packed(case: Case) -> dict:
    """Return a case as plain data."""
    data = {f.name: getattr(case, f.name) for f in fields(case)}
    return data | {"calls": [(call.args, dict(call.kwargs)) for call in case.calls]}


def _unpacked(data: dict) -> Case:
    return Case(**data | {"calls": tuple(Call(args, kwargs) for args, kwargs in data["calls"])})


def pack(keys: list[Key]) -> bytes:
    """Write keys as bytes."""
    entries = [
        {
            "exercise": key.exercise,
            "stub": key.stub,
            "arguments": key.arguments,
            "cases": [packed(case) for case in key.cases],
            "expected": list(key.expected),
            "known": [(known.name, known.advice, [dict(vars(seen)) for seen in known.seen]) for known in key.known],
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
            tuple(Known(name, advice, tuple(Seen(**s) for s in seen)) for name, advice, seen in entry["known"]),
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
