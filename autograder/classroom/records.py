"""What a classroom remembers between runs: its secret seed, and the verdicts on each content that it has seen."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..exercise import Chapter
from ..exercises import CHAPTERS
from ..judging import key
from ..judging.key import Key
from ..paths import SOLUTIONS
from ..sandbox import isolation, selftest
from . import submission
from .fingerprint import chapter_digest
from .submission import Examined, Submission

STATE = ".weightlab"


class ClassroomError(RuntimeError):
    """A class cannot be graded as it stands; the message says why and what to do."""


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One name a file: what a killed run left half written, the next one writes over.
    part = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


_CONFIG = '''"""nbgrader in this classroom: Weightlab's examiner, and the folder that this file lies in."""

from pathlib import Path

import autograder

c = get_config()  # noqa: F821  (nbgrader gives it and the next)
load_subconfig("nbgrader_config.py", path=str(Path(autograder.__file__).parent.parent))  # noqa: F821
c.CourseDirectory.root = str(Path(__file__).parent)
'''


def nbgrader_app(root: Path) -> Any:
    """Return nbgrader as it is configured in a folder; it does not complain that nothing is where a command runs."""
    from nbgrader.apps.baseapp import NbGrader

    if str(root) not in sys.path:  # nbgrader finds plug-ins beside the configuration because it is started there
        sys.path.append(str(root))
    app = NbGrader(log_level=logging.ERROR, raise_config_file_errors=True)
    try:
        app.initialize([], root=str(root))
    except Exception as error:  # a configuration is a program: whatever it raises
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
        raise ClassroomError(
            f"nbgrader's configuration cannot be read: {type(error).__name__}: {error}{line}. Mend nbgrader_config.py "
            "in the classroom or the project, then run the same command again."
        ) from None
    app.deinit_logging()
    return app


def configure(classroom: Path) -> None:
    """Let nbgrader and Formgrader find their way when they are started in the classroom."""
    path = classroom / "nbgrader_config.py"
    if not path.exists():
        write(path, _CONFIG.encode())


def released_notebook(chapter: str, course: Path) -> dict:
    """Return a chapter's notebook as it was handed out."""
    path = course / chapter / f"{chapter}.ipynb"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ClassroomError(f"{path} is missing: run `weightlab release`, or name a chapter that exists.") from None


def require_reference() -> None:
    """Make sure that this copy of the project can grade: a student's copy holds no reference."""
    if not SOLUTIONS.exists():
        raise ClassroomError("This copy of the course holds no solutions/, so it cannot grade a class.")


def require_isolation(name: str) -> None:
    """Make sure that students' code can be shut in as it was asked for.

    Raises
    ------
    ClassroomError
        With the remedy, where it cannot.
    """
    if name not in isolation.KINDS:
        raise ClassroomError(f"Isolation is one of {', '.join(isolation.KINDS)}, not {name!r}.")
    if name == "bubblewrap" and (reason := selftest.why_not()):
        raise ClassroomError(reason)


def read_seed(classroom: Path) -> int:
    """Return the classroom's secret seed; the first call draws it."""
    path = state(classroom) / "seed"
    if not path.exists():
        drawn = path.with_name(f"seed-{os.getpid()}")
        write(drawn, f"{secrets.randbits(64)}\n".encode(), 0o600)
        with contextlib.suppress(FileExistsError):  # another grader of this class was first
            os.link(drawn, path)
        drawn.unlink()
    try:
        return int(path.read_text())
    except ValueError:
        raise ClassroomError(
            f"{path} holds no number. Put the file back from a backup, or remove it: then a new one is drawn, and "
            "everything is examined anew."
        ) from None


def save_entries(classroom: Path, entries: list[dict]) -> None:
    """Keep what grading found, for the report; other chapters' entries stay."""
    new = {entry["chapter"] for entry in entries}
    kept = [entry for entry in read_entries(classroom) if entry["chapter"] not in new]
    write(state(classroom) / "entries.json", json.dumps(kept + entries).encode(), 0o600)


def read_entries(classroom: Path) -> list[dict]:
    """Return what grading found last of each chapter."""
    try:
        return json.loads((classroom / STATE / "entries.json").read_bytes())
    except (OSError, ValueError):
        return []


def state(classroom: Path) -> Path:
    """Return the folder of what a classroom remembers, open to its owner alone."""
    folder = classroom / STATE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def alone(classroom: Path) -> Iterator[int]:
    """Keep other graders of the same class out for a while; yields the lock's descriptor.

    Raises
    ------
    ClassroomError
        If another one is at work.
    """
    import fcntl

    with open(state(classroom) / "lock", "w") as file:
        for attempt in range(50):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == 49:
                    words = f"{classroom} is being graded by another command. Wait until that has ended."
                    raise ClassroomError(words) from None
                time.sleep(0.1)
        yield file.fileno()


@lru_cache(maxsize=16)
def _keys(chapter: str, seed: int) -> dict[str, Key]:
    return key.chapter_keys(CHAPTERS[chapter], seed)


class Records:
    """Verdicts on functions by content: the same library, exercises and seed are examined once.

    Parameters
    ----------
    classroom : Path
        The class's folder.
    """

    def __init__(self, classroom: Path) -> None:
        self.folder = state(classroom) / "verdicts"

    def name(self, handed_in: Submission, chapter: Chapter, seed: int) -> str:
        """Return the name of what would be examined."""
        return f"{chapter_digest(chapter.name, seed)[:32]}{handed_in.library_digest()[:32]}"

    def get(self, name: str) -> list[dict] | None:
        """Return a record, or None where there is none that can be read."""
        try:
            return json.loads(self._path(name).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, name: str, examined: Examined) -> None:
        """Remember verdicts that would not change."""
        if examined.lasting:
            write(self._path(name), json.dumps(submission.record(examined)).encode())

    def _path(self, name: str) -> Path:
        return self.folder / name[32:34] / f"{name}.json"

    def examine(
        self, handed_in: Submission, chapter: Chapter, seed: int, released: Mapping[str, Any], isolation: str
    ) -> Examined:
        """Return the remembered verdicts, or examine and remember."""
        name = self.name(handed_in, chapter, seed)
        if (record := self.get(name)) is not None and handed_in.notebook is not None:
            return submission.from_record(record, handed_in, released)
        examined = submission.examine_submission(handed_in, chapter, _keys(chapter.name, seed), released, isolation)
        if handed_in.notebook is not None:
            self.put(name, examined)
        return examined
