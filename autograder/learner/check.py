"""Checks a learner's own library by the public keys: what notebook, terminal and pytest share."""

from __future__ import annotations

import ast
import atexit
import difflib
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from ..examine import SELF_CHECK, examine
from ..exercise import Exercise, Question
from ..exercises import CHAPTERS, EXERCISES
from ..judging.verdict import Status, Verdict
from ..paths import LIBRARY, ROOT, SOLUTIONS, shown
from ..sandbox.process import Runner, read_library


class UnknownName(LookupError):
    """No exercise, question or chapter has this name; the message says which are near."""


def find(name: str) -> Exercise | Question:
    """Return the exercise or question of a name."""
    asked: dict[str, Exercise | Question] = dict(EXERCISES)
    for chapter in CHAPTERS.values():
        asked |= chapter.questions
    if isinstance(name, str) and name in asked:
        return asked[name]
    if callable(name) and hasattr(name, "__name__"):
        raise UnknownName(f'Put the name in quotes: "{name.__name__}".')
    if not name or not isinstance(name, str):
        raise UnknownName('Name an exercise, in quotes, such as "apply_weight"; `weightlab status` lists them.')
    if name in CHAPTERS:
        raise UnknownName(f"{name} is a chapter. Name one of its exercises: {', '.join(CHAPTERS[name].exercises)}.")
    near = difflib.get_close_matches(name, asked, 3)
    raise UnknownName(f"No exercise is called {name!r}.{_meant(near)}")


def select(names: Iterable[str]) -> list[Exercise]:
    """Return the exercises that names of exercises and chapters stand for; all of them for no name."""
    names = list(names)
    if not names:
        return list(EXERCISES.values())
    chosen: dict[str, Exercise] = {}
    for name in names:
        if name in CHAPTERS:
            chosen |= CHAPTERS[name].exercises
        elif name in EXERCISES:
            chosen[name] = EXERCISES[name]
        else:
            raise UnknownName(_not_checked_here(name))
    return list(chosen.values())


def _not_checked_here(name: str) -> str:
    """Say why a name cannot be checked on the library, and which one may have been meant."""
    for chapter in CHAPTERS.values():
        if name in chapter.questions:
            return f"{name} is a number of the notebook course/{chapter.name}: the cell below its answer checks it."
        if name in chapter.written:
            return f"{name} is an answer in your own words, in course/{chapter.name}: a person reads it, no check does."
    if name in ("00_start_here", "00", "0"):
        return "Chapter 00 has no exercises of its own: `weightlab check apply_weight` checks what you write there."
    near = _chapters_like(name) or difflib.get_close_matches(name, [*CHAPTERS, *EXERCISES], 3)
    return f"No exercise or chapter is called {name!r}.{_meant(near)}"


def no_chapter(name: str) -> str:
    """Say that no chapter has a name, and which one may have been meant."""
    near = _chapters_like(name) or difflib.get_close_matches(name, CHAPTERS, 3)
    return f"No chapter is called {name!r}." + (_meant(near) if near else f" The chapters are {', '.join(CHAPTERS)}.")


def _chapters_like(name: str) -> list[str]:
    number = f"{int(name):02}" if name.isascii() and name.isdigit() else None
    return [chapter for chapter in CHAPTERS if number == chapter[:2] or name.lower() == chapter[3:]]


def _meant(near: Iterable[str]) -> str:
    return f" Did you mean {' or '.join(near)}?" if near else " `weightlab status` lists them."


def check_exercise(exercise: Exercise, library: Path = LIBRARY) -> Verdict:
    """Check one exercise of a library folder; the process that forks for it waits for the next check."""
    try:
        return _check(exercise, library, _waiting)
    except BaseException:
        _waiting.close()
        raise


def check_library(exercises: Iterable[Exercise], library: Path = LIBRARY) -> list[Verdict]:
    """Check exercises of a library folder, one after another, each in a limited process."""
    with Runner() as runner:
        return [_check(exercise, library, runner) for exercise in exercises]


def _check(exercise: Exercise, library: Path, runner: Runner) -> Verdict:
    if hidden := _shadowed(exercise, library):
        return hidden
    saved = saved_ago(library / f"{exercise.module}.py")  # before it is read: no later save was graded
    sources = read_library(library)
    verdict = examine(exercise, sources, shown(library), runner, SELF_CHECK)
    verdict.saved = saved
    if verdict.status == Status.NOT_STARTED:
        verdict.message += _written_above(exercise, sources[exercise.module])
    if verdict.status == Status.MISSING and library == LIBRARY and SOLUTIONS.exists():
        verdict.message = f'{verdict.file} is missing. `labkit.reset("{exercise.name}")` puts the whole file back.'
    return verdict


def _written_above(exercise: Exercise, source: bytes) -> str:
    """Say where a function was defined before the stub that Python takes, or return an empty string."""
    nodes = ast.parse(source).body
    lines = [node.lineno for node in nodes if isinstance(node, ast.FunctionDef) and node.name == exercise.name]
    if len(lines) < 2:
        return ""
    return f" It is also defined in line {lines[-2]}, but Python takes the last, in line {lines[-1]}: delete one."


class _Waiting(Runner):
    """A runner whose process is reaped at once when somebody else ends it.

    A kernel that shuts down ends all that it started, and waits some seconds for those that are only half gone.
    """

    def begin(self) -> bool:
        fresh = super().begin()
        if fresh:
            threading.Thread(target=self._process.wait, daemon=True).start()
        return fresh


_waiting = _Waiting()
atexit.register(_waiting.close)


def _shadowed(exercise: Exercise, library: Path) -> Verdict | None:
    """Refuse a folder beside the notebook that Python would import in place of the real library."""
    beside = Path.cwd() / "weightlab"
    if library != LIBRARY or not beside.is_dir() or beside.resolve() == LIBRARY or ROOT not in beside.resolve().parents:
        return None
    words = (
        f"The folder {shown(beside)} hides your library: Python would import it in place of {shown(LIBRARY)}. "
        "Move it away, restart the kernel, and check again."
    )
    return Verdict(exercise.name, exercise.chapter, Status.ERROR, 0.0, float(exercise.points), message=words)


def saved_ago(path: Path) -> str:
    """Say when a file was last saved: how long ago, and the time, as the words may stay in a notebook."""
    try:
        saved = path.stat().st_mtime
    except OSError:
        return ""
    at = time.strftime("(at %H:%M:%S)", time.localtime(saved))
    seconds = max(0, time.time() - saved)
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            n = int(seconds // size)
            return f"saved {n} {unit}{'s' if n > 1 else ''} ago {at}"
    return f"saved just now {at}"
