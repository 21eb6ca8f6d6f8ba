"""Checks a learner's own library against the public keys, for the notebook, the terminal and pytest alike."""

from __future__ import annotations

import atexit
import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from labkit.place import IN_BROWSER

from ..examine import SELF_CHECK, examine
from ..exercise import Exercise
from ..judging.verdict import Status, Verdict
from ..library import read_library
from ..paths import LIBRARY, ROOT, SOLUTIONS, shown
from ..sandbox.carrier import Carrier
from ..sandbox.process import Runner


def check_exercise(exercise: Exercise, library: Path = LIBRARY) -> Verdict:
    """Check one exercise of a library folder; the process that runs it is kept for the next check."""
    try:
        return _check(exercise, library, _waiting)
    except BaseException:
        _waiting.close()
        raise


SLOW = 4.0
"""Seconds after which somebody who waits should be told which exercise is running."""


def check_library(
    exercises: Iterable[Exercise], library: Path = LIBRARY, tell_slow: Callable[[str], None] | None = None
) -> list[Verdict]:
    """Check exercises of a library folder, one after another, each as `check_exercise` does.

    Parameters
    ----------
    tell_slow : callable, optional
        Called, from another thread, with the name of an exercise that still runs after `SLOW` seconds.
    """
    verdicts = []
    with contextlib.closing(open_carrier()) as carrier:
        for exercise in exercises:
            with _telling(tell_slow, exercise.name) if tell_slow else contextlib.nullcontext():
                verdicts.append(_check(exercise, library, carrier))
    return verdicts


@contextlib.contextmanager
def _telling(tell_slow: Callable[[str], None], name: str) -> Iterator[None]:
    timer = threading.Timer(SLOW, tell_slow, [name])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def open_carrier(*, reap: bool = False) -> Carrier:
    """Return what runs the learner's functions: a limited process, or a browser's substitute for one.

    Parameters
    ----------
    reap : bool
        As for `Runner`.
    """
    if IN_BROWSER:
        from ..sandbox.browser import Browser

        return Browser()
    return Runner(reap=reap)


def _check(exercise: Exercise, library: Path, carrier: Carrier) -> Verdict:
    if hidden := _shadowed(exercise, library):
        return hidden
    saved = saved_ago(
        library / f"{exercise.module}.py"
    )  # taken before the file is read, so that a later save does not count as checked
    sources = read_library(library)
    verdict = examine(exercise, sources, shown(library), carrier, SELF_CHECK)
    verdict.saved, verdict.folder = saved, str(ROOT) if library.is_relative_to(ROOT) else ""
    if verdict.status == Status.MISSING and library == LIBRARY:
        whole = f'`labkit.reset("{exercise.name}")` restores the whole file.'
        fresh = "Take it from a fresh copy of the course."
        verdict.message = f"{verdict.file} is missing. {whole if SOLUTIONS.exists() else fresh}"
    return verdict


_waiting = open_carrier(reap=True)
atexit.register(_waiting.close)


def _shadowed(exercise: Exercise, library: Path) -> Verdict | None:
    """Refuse a folder beside the notebook that Python would import in place of the real library."""
    beside = Path.cwd() / "weightlab"
    if library != LIBRARY or not beside.is_dir() or beside.resolve() == LIBRARY or ROOT not in beside.resolve().parents:
        return None
    words = (
        f"Python would import {shown(beside)} instead of your library in {shown(LIBRARY)}. "
        f"Move {shown(beside)} to another folder, restart the kernel, and check again."
    )
    return Verdict(exercise.name, exercise.chapter, Status.ERROR, 0.0, float(exercise.points), message=words)


def saved_ago(path: Path) -> str:
    """Say how long ago a file was saved, and at what time, because the words may stay in a notebook."""
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
