"""Recalls what the last run over a class found, if no file that a run would read has changed since then.

A run that had nothing to do and changed no file records the sizes, times and numbers of all files that it depends on:
the classroom, this copy of the project, and whatever else it opened or listed. While these are the same, the next run
would find the same, so it opens none of them. The system sets times of change, and no program can set them back. If a
configuration reads a clock, another program or the network, changes there go unnoticed; `--retry` always makes a run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..paths import ROOT
from .folder import STATE, Classroom, write_file
from .history import Change
from .nbgrader import CONFIGURATIONS

FILE = "unchanged.json"
_OWN = (FILE, f".{FILE}.part", "lock")
"""Files of a classroom's state that say nothing about the class."""
_PROJECT = tuple(
    ROOT / name for name in ("autograder", "solutions", "course", "src", "nbgrader_config.py", "pyproject.toml")
)
_OF_A_SHELL = {"_", "OLDPWD", "PWD", "SHLVL", "COLUMNS", "LINES"}
"""Environment variables that change from one command to the next."""


@dataclass(frozen=True)
class Grading:
    """The results of a run over a class.

    Parameters
    ----------
    entries : list of dict
        One for each student and chapter, as docs/architecture.md describes.
    changes : list of Change
        Grades that have changed since the previous run.
    healed : list of str
        What differed from the state after the previous run and was put right, in sentences.
    notices : list of str
        What else a person should know about this run, in sentences.
    waiting : int
        How many answers wait for a person's mark.
    idle : bool
        Whether nothing was examined, and the gradebook is the file in the classroom.
    """

    entries: list[dict]
    changes: list[Change]
    healed: list[str]
    notices: list[str]
    waiting: int
    idle: bool


class LastRun:
    """A classroom's record of its last run that had nothing to do.

    Parameters
    ----------
    classroom : Path
        The class's folder.
    chapters : iterable of str
        The requested chapters; none means all.
    asked : mapping
        The command's other options.
    """

    def __init__(self, classroom: Path, chapters: Iterable[str], asked: Mapping[str, Any]) -> None:
        self.room = Classroom(classroom)
        state = self.room.root / STATE
        self._file, self._own = state / FILE, {str(state / name) for name in _OWN}
        variables = sorted((name, value) for name, value in os.environ.items() if name not in _OF_A_SHELL)
        self._around = (*chapters, asked, sys.version, sys.executable, os.getcwd(), os.geteuid(), variables)
        self._within = (*(f"{folder}{os.sep}" for folder in (self.room.root, *_PROJECT)), "/proc/", "/dev/")
        self._beside: dict[str, tuple | None] = {}
        """The files that a run uses outside the classroom and the project, as they were before the run used them."""

    def recall(self) -> Grading | None:
        """Return the last run's findings, or None if a new run is needed."""
        try:
            kept = json.loads(self._file.read_bytes())
            if self._digest({path: _signature(path) for path in kept["beside"]}) != kept["digest"]:
                return None
            of = {(entry["student"], entry["chapter"]): entry for entry in self.room.read_entries()}
            entries = [of[tuple(about)] for about in kept["entries"]]
            return Grading(entries, [], [], kept["notices"], kept["waiting"], idle=True)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note the files that a run uses while the block runs, so that `keep` knows the run's dependencies."""
        from jupyter_core.paths import jupyter_config_path

        folders = (*jupyter_config_path(), os.getcwd())
        # A configuration file that does not exist yet also counts.
        self._note((*_loaded(), *(os.path.join(folder, name) for folder in folders for name in CONFIGURATIONS)))
        watched = bool(self._before)
        process = os.getpid()

        def note(event: str, arguments: tuple) -> None:
            if not (watched and event in _USES and isinstance(arguments[0], (str, bytes)) and os.getpid() == process):
                return
            with contextlib.suppress(OSError, ValueError):  # an error in a hook would stop the program
                path = os.path.abspath(os.fsdecode(arguments[0]))
                if event == "open" or path not in sys.path:  # Python lists where it looks for modules
                    self._note([path])

        sys.addaudithook(note)  # the hook lasts as long as the process, but notes nothing after the run
        try:
            yield
        finally:
            watched = False

    def keep(self, grading: Grading) -> None:
        """Remember what the watched run found, if it had nothing to do and no file changed meanwhile."""
        if not grading.idle or not self._before or self._before != self._stock():  # what a run changes is in a file
            return
        self._note(_loaded())
        temporary = f"{tempfile.gettempdir()}{os.sep}"
        beside = {
            path: seen
            for path, seen in self._beside.items()
            if seen is None
            or os.path.lexists(path)
            or not path.startswith(temporary)  # otherwise the run made it itself
        }
        about = [(entry["student"], entry["chapter"]) for entry in grading.entries]
        kept = {"digest": self._digest(beside), "beside": [*beside], "entries": about, "notices": grading.notices}
        kept["waiting"] = grading.waiting
        with contextlib.suppress(OSError):  # such as a full disk: then the next run reads everything again
            write_file(self._file, json.dumps(kept).encode(), 0o600)

    def _note(self, paths: Iterable[str]) -> None:
        for path in paths:
            if path not in self._beside and not f"{path}{os.sep}".startswith(self._within):
                self._beside[path] = None  # first, because listing a folder here is noted as well
                self._beside[path] = _signature(path)

    def _digest(self, beside: Mapping[str, tuple | None]) -> str:
        """Return a digest of everything that a run depends on, as it was before the run."""
        everything = (self._before, self._around, sorted(beside.items()))
        return hashlib.sha256(repr(everything).encode()).hexdigest()

    @cached_property
    def _before(self) -> str:
        """A digest of all files of the classroom and the project before a run (`_stock`)."""
        return self._stock()

    def _stock(self) -> str:
        """Return a digest of all files of the classroom and the project, or nothing if that is impossible."""
        hashed = hashlib.sha256()
        try:
            for roots, ignored in (((self.room.root,), self._own.__contains__), (_PROJECT, _is_compiled)):
                fine = False
                for path, about in (found for root in roots for found in _walk(str(root), ignored)):
                    hashed.update(f"{path}\0{_describe(about)}\n".encode("utf-8", "surrogateescape"))
                    fine = fine or bool(about.st_ctime_ns % 1_000_000_000)
                if not fine:  # where all times are whole seconds, a change in the same second would not be seen
                    return ""
        except OSError:
            return ""
        return hashed.hexdigest()


_COMPILED = "__pycache__"
_USES = {"open", "os.listdir", "os.scandir"}
"""Python's audit events of programs that read files and folders."""


def _loaded() -> list[str]:
    """Return the files of all modules that are loaded."""
    return [str(module.__file__) for module in list(sys.modules.values()) if getattr(module, "__file__", None)]


def _is_compiled(path: str) -> bool:
    return path.endswith(f"{os.sep}{_COMPILED}")


def _walk(root: str, ignored: Callable[[str], bool]) -> Iterator[tuple[str, os.stat_result]]:
    """Yield a file, or all files below a folder, in order, however deep.

    Raises
    ------
    OSError
        If something cannot be examined, or is a link, whose target may change unnoticed.
    """
    waiting = [root]
    while waiting:
        path = waiting.pop()
        about = os.lstat(path)
        if stat.S_ISLNK(about.st_mode):
            raise OSError(f"{path} is a link")
        yield path, about
        if stat.S_ISDIR(about.st_mode):
            inside = (os.path.join(path, name) for name in sorted(os.listdir(path)))
            waiting.extend(found for found in inside if not ignored(found))


def _describe(about: os.stat_result) -> tuple[int, ...]:
    """Return data that changes when a file does.

    For a folder, it changes only when access to the folder does: the files in it are described separately.
    """
    who = (about.st_mode, about.st_uid, about.st_gid, about.st_ino)
    return who if stat.S_ISDIR(about.st_mode) else (*who, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


def _signature(path: str) -> tuple | None:
    """Return data that shows whether a path outside the classroom has changed; None if nothing is there.

    For a folder, only the names in it count: each of its files that a run used is noted separately.
    """
    try:
        about = os.stat(path)
        names = sorted(os.listdir(path)) if stat.S_ISDIR(about.st_mode) else ()
    except OSError:
        return None
    return (*_describe(about), *(name for name in names if name != _COMPILED))
