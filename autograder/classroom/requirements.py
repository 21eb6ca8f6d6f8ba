"""What a machine needs before it can grade a class; each missing thing is reported with its remedy."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from .. import release
from ..paths import COURSE, ROOT, SOLUTIONS, shown
from ..sandbox import isolation, selftest
from ..sandbox.isolation import Isolation
from .files import read_file
from .folder import Classroom, ClassroomError, write_file

EXERCISES = ROOT / "autograder" / "exercises"


def require_reference() -> None:
    """Make sure that this copy of the project can grade: a student's copy holds no reference."""
    if not SOLUTIONS.exists():
        raise ClassroomError(
            "This copy of the course holds no solutions/, so it cannot grade a class. Use the whole course, "
            "not a handout."
        )


def require_isolation(name: str) -> None:
    """Make sure that students' code can be isolated as requested.

    Raises
    ------
    ClassroomError
        If it cannot; the message gives the remedy.
    """
    if name not in isolation.KINDS:
        raise ClassroomError(f"Isolation is one of {', '.join(isolation.KINDS)}, not {name!r}.")
    if name == Isolation.USER and os.geteuid() != 0:
        raise ClassroomError("Isolation by a separate user needs root, because only root can become another user.")
    if name == Isolation.BUBBLEWRAP and (reason := selftest.why_not()):
        raise ClassroomError(reason)


def require_fresh_release(classroom: Classroom, chapters: Iterable[str], course: Path) -> None:
    """Make sure that the project's notebooks match its solutions/; those that were up to date before are not built.

    Parameters
    ----------
    course : Path
        The folder of the released notebooks; a folder outside the project is not checked.

    Raises
    ------
    ClassroomError
        If `weightlab release` has to run first.
    """
    if course.resolve() != COURSE.resolve():  # the instructor's own notebooks
        return
    seen = classroom.state / "release"
    for chapter in chapters:
        source, notebook = SOLUTIONS / "notebooks" / f"{chapter}.md", COURSE / chapter / f"{chapter}.ipynb"
        makers = (ROOT / "autograder" / name for name in ("release.py", "chapter_notebook.py"))
        decisive = (source, notebook, *makers, *sorted(EXERCISES.glob("*.py")))
        digest = _digest(path for path in decisive if path.exists())
        if not notebook.exists() or read_file(seen / chapter, 100) == digest:
            continue
        if json.loads(notebook.read_bytes()) != release.build_notebook(source):
            raise ClassroomError(
                f"{shown(notebook)} does not match {shown(source)} and its exercises. If you ran or edited the "
                f"notebook, copy your version elsewhere, then run `git checkout {shown(notebook)}`. Otherwise run "
                "`weightlab release`, or go back to the release that the class was given."
            )
        write_file(seen / chapter, digest, 0o600)


def _digest(paths: Iterable[Path]) -> bytes:
    hashed = hashlib.sha256()
    for path in paths:
        hashed.update(f"{path}\n".encode("utf-8", "surrogateescape") + hashlib.sha256(path.read_bytes()).digest())
    return hashed.hexdigest().encode()
