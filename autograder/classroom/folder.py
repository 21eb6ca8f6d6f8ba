"""A classroom's folder: the places of all its files, its secret seed, its lock, reading and writing."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from ..refusal import Refusal

STATE = ".weightlab"


class ClassroomError(Refusal):
    """A class cannot be graded as it is; the message says why and what to do."""


def write_file(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file completely or not at all; in a folder that a group shares, the group may also write it."""
    make_folder(path.parent)
    # One name per file, so that the next run overwrites what a killed run left half written.
    part = path.with_name(f".{path.name}.part")
    with contextlib.suppress(FileNotFoundError):
        part.unlink()  # it may be another grader's, which cannot be opened for writing
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            if is_shared(path.parent):
                os.fchmod(file.fileno(), mode | (mode & 0o600) >> 3)
            file.write(content)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def keep_file(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file as `write_file` does, but leave a file that already holds the same content."""
    with contextlib.suppress(OSError):
        if path.read_bytes() == content:
            return
    write_file(path, content, mode)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each shared like the one above it."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    if is_shared(folder.parent):
        folder.chmod(0o2770 | folder.parent.stat().st_mode & 0o007)


def share(path: Path) -> None:
    """Let a group write a file in a folder that it shares, if this account may allow that."""
    if path.exists() and is_shared(path.parent):
        with contextlib.suppress(PermissionError):
            path.chmod(stat.S_IMODE(path.stat().st_mode) | stat.S_IRGRP | stat.S_IWGRP)


def is_shared(folder: Path) -> bool:
    """Return whether a folder is shared by a Unix group: new files in it belong to the group, which may write."""
    mode = folder.stat().st_mode
    return bool(mode & stat.S_ISGID and mode & stat.S_IWGRP)


def is_student_id(name: str) -> bool:
    """Return whether a folder's name can be a student's id in a gradebook, in a table, and in Formgrader."""
    if set(name) & _NOT_IN_IDS or name in NAMES_OF_JAVASCRIPT:
        return False
    return 0 < len(name) <= 128 and name.isprintable() and name == name.strip() and not name.startswith(".")


NO_ID = "The folder's name cannot be a student's id: rename it, then grade."
"""What a person is told about a folder in ``submitted/`` for which `is_student_id` is false."""
_NOT_IN_IDS = frozenset('<>"\\#?%*[')
"""Formgrader writes ids unchanged into pages, their scripts, addresses and file patterns.

The first four would run there; ``#``, ``?`` and ``%`` lead to another student's page, and ``*``, ``?`` and ``[`` also
match another student's folder, if a single submission is graded.
"""
NAMES_OF_JAVASCRIPT = frozenset(
    {"__proto__", "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "undefined", "valueOf"}
    | {"toLocaleString", "toString"}
    | {f"__{what}{which}__" for what in ("define", "lookup") for which in ("Getter", "Setter")}
)
"""Formgrader's lists keep students in a JavaScript object, which has these names already: a list would stay empty."""


class Classroom:
    """A class's folder, as nbgrader lays it out.

    Parameters
    ----------
    root : Path
        The folder that holds ``submitted/``.
    """

    def __init__(self, root: Path) -> None:
        # A link in a path may be meant to be seen, but `..` only makes the path harder to read.
        self.root = Path(root).resolve() if ".." in Path(root).parts else Path(root).absolute()
        self.submitted = self.root / "submitted"

    def require_submitted(self) -> None:
        """Refuse a folder that is not a classroom, such as a mistyped one, before anything is said about students."""
        if not self.submitted.is_dir():
            raise ClassroomError(
                f"{self.root} has no submitted/ folder, so it is not a classroom. Name one with --classroom."
            )

    def submission(self, student: str, chapter: str) -> Path:
        """Return the folder of a student's submission for a chapter."""
        return self.submitted / student / chapter

    def notebook(self, student: str, chapter: str) -> Path:
        """Return the autograded notebook's place."""
        return self.root / "autograded" / student / chapter / f"{chapter}.ipynb"

    def page(self, student: str, chapter: str) -> Path:
        """Return the feedback page's place."""
        return self.root / "feedback" / student / chapter / f"{chapter}.html"

    def students(self) -> list[str]:
        """Return the names of the folders in ``submitted/``."""
        folders = self.submitted.iterdir() if self.submitted.is_dir() else ()
        return sorted(folder.name for folder in folders if folder.is_dir() and not folder.name.startswith("."))

    def make_root(self) -> None:
        """Make the classroom's folder if it does not exist, closed to other accounts; an existing one stays unchanged.

        It holds names, grades and answers, which other accounts on a shared machine must not see.
        """
        if not self.root.is_dir():
            make_folder(self.root.parent)
            self.root.mkdir(mode=0o700, exist_ok=True)
            if is_shared(self.root.parent):
                self.root.chmod(0o2770)

    @property
    def state(self) -> Path:
        """The folder of a classroom's records, closed to all but the owner and a group that shares the classroom."""
        folder = self.root / STATE
        if not folder.is_dir():
            self.make_root()
            folder.mkdir(mode=0o700, exist_ok=True)
            if is_shared(self.root):
                folder.chmod(0o2770)
        return folder

    def read_seed(self) -> int:
        """Return the classroom's secret seed; the first call draws it."""
        path = self.state / "seed"
        if not path.exists():
            drawn = path.with_name(f"seed-{os.getpid()}")
            write_file(drawn, f"{secrets.randbits(64)}\n".encode(), 0o600)
            try:
                os.link(drawn, path)
            except FileExistsError:  # another grader of this class was first
                pass
            except OSError:  # a file system without hard links
                if not path.exists():
                    os.replace(drawn, path)
            drawn.unlink(missing_ok=True)
        try:
            return int(path.read_text())
        except ValueError:
            raise ClassroomError(
                f"{path} does not hold a number. Restore the file from a backup, or remove it: then a new seed is "
                "drawn, and everything is examined again."
            ) from None

    def read_id(self) -> str:
        """Return the name by which a gradebook knows this classroom; the first call draws it."""
        path = self.state / "id"
        if not path.exists():
            write_file(path, secrets.token_hex().encode(), 0o600)
        return path.read_text().strip()[:64]

    def save_entries(self, entries: list[dict]) -> list[dict]:
        """Keep grading's entries for the report; entries of other chapters stay, and are returned."""
        new = {entry["chapter"] for entry in entries}
        kept = [entry for entry in self.read_entries() if entry["chapter"] not in new]
        keep_file(self.state / "entries.json", json.dumps(kept + entries, sort_keys=True).encode(), 0o600)
        return kept

    def read_entries(self) -> list[dict]:
        """Return the entries of each chapter's latest grading."""
        try:
            entries = json.loads((self.root / STATE / "entries.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            return []
        whole = {"student", "chapter", "status", "score", "points", "exercises"}
        found = entries if isinstance(entries, list) else []
        return [entry for entry in found if isinstance(entry, dict) and whole <= entry.keys()]

    def save_outdated_marks(self, marks: list[dict]) -> None:
        """Remember the marks that were given when a cell had a different maximum, until a run has reported them."""
        path = self.state / "outdated_marks.json"
        if marks:
            write_file(path, json.dumps(marks).encode(), 0o600)
        else:
            path.unlink(missing_ok=True)

    def read_outdated_marks(self) -> list[dict]:
        """Return the marks that `save_outdated_marks` keeps, as `find_outdated_marks` describes them."""
        try:
            return json.loads((self.root / STATE / "outdated_marks.json").read_bytes())
        except (OSError, ValueError):
            return []

    @contextlib.contextmanager
    def lock(self) -> Iterator[int]:
        """Keep other graders of the same class out while the block runs; yield the lock's descriptor.

        Raises
        ------
        ClassroomError
            If another grader is at work.
        """
        import fcntl

        path = self.state / "lock"
        mode = 0o660 if is_shared(self.state) else 0o600
        with open(os.open(path, os.O_RDWR | os.O_CREAT, mode), "wb") as file:
            with contextlib.suppress(PermissionError):  # another member of the group has made it
                os.fchmod(file.fileno(), mode)
            for attempt in range(50):
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if attempt == 49:
                        words = f"{self.root} is being graded by another command. Wait until that command has ended."
                        raise ClassroomError(words) from None
                    time.sleep(0.1)
            yield file.fileno()
