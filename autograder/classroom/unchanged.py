"""Recalls what the last run over a class found, if no file that a run would read has changed since then.

A run that had nothing to do and changed no file keeps the sizes, times and numbers of all files that it depends on: the
classroom, this copy of the project, and whatever else it opened. While these are the same, the next run would find the
same, so it opens none of them. The system sets times of change: no program can set them back.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..paths import ROOT
from .folder import Classroom, write_file
from .history import Change

FILE = "unchanged.json"
_OWN = {FILE, f".{FILE}.part", "lock"}
"""Files of a classroom's state that say nothing about the class."""
_PROJECT = ("autograder", "solutions", "course", "src", "nbgrader_config.py", "pyproject.toml")
_OF_A_SHELL = {"_", "OLDPWD", "PWD", "SHLVL", "COLUMNS", "LINES"}
"""Variables that change from one command to the next."""


@dataclass(frozen=True)
class Grading:
    """What a run over a class found.

    Parameters
    ----------
    entries : list of dict
        One for each student and chapter, as docs/architecture.md describes.
    changes : list of Change
        Grades that are not what they were after the run before.
    healed : list of str
        What differed from the state after the run before and was put right, in sentences.
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
    idle: bool = False


class LastRun:
    """What a classroom remembers of its last run that had nothing to do.

    Parameters
    ----------
    classroom : Path
        The class's folder.
    chapters : iterable of str
        The chapters that are asked for; none means all.
    asked : mapping
        What else the command was asked for.
    """

    def __init__(self, classroom: Path, chapters: Iterable[str], asked: Mapping[str, Any]) -> None:
        self.room = Classroom(classroom)
        variables = sorted((name, value) for name, value in os.environ.items() if name not in _OF_A_SHELL)
        self._around = (*chapters, asked, sys.version, sys.executable, os.getcwd(), os.geteuid(), variables)
        self._opened: set[str] = set()
        self._before = ""

    def recall(self) -> Grading | None:
        """Return what the last run found, or None if a new run is needed."""
        path = self.room.root / ".weightlab" / FILE
        try:
            kept = json.loads(path.read_bytes())
            if self._digest(kept["beside"]) != kept["digest"]:
                return None
            of = {(entry["student"], entry["chapter"]): entry for entry in self.room.read_entries()}
            entries = [of[tuple(about)] for about in kept["entries"]]
            return Grading(entries, [], [], kept["notices"], kept["waiting"], idle=True)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note meanwhile what a run opens, so that `keep` knows what it depends on."""
        self._before, watched = self._stock(), True

        def note(event: str, arguments: tuple) -> None:
            if event == "open" and watched and isinstance(arguments[0], (str, bytes)):
                self._opened.add(os.path.abspath(os.fsdecode(arguments[0])))

        sys.addaudithook(note)  # it stays for as long as the process, but notes nothing after the run
        try:
            yield
        finally:
            watched = False

    def keep(self, grading: Grading) -> None:
        """Remember what the watched run found, if it had nothing to do and no file changed meanwhile."""
        quiet = grading.idle and not grading.changes and not grading.healed
        if not quiet or not self._before or self._before != self._stock():
            return
        loaded = {str(module.__file__) for module in list(sys.modules.values()) if getattr(module, "__file__", None)}
        within = tuple(f"{folder}{os.sep}" for folder in (self.room.root, *(ROOT / name for name in _PROJECT)))
        beside = sorted(path for path in loaded | self._opened if not path.startswith((*within, "/proc/", "/dev/")))
        about = [(entry["student"], entry["chapter"]) for entry in grading.entries]
        kept = {"digest": self._digest(beside), "beside": beside, "entries": about, "notices": grading.notices}
        kept["waiting"] = grading.waiting
        write_file(self.room.state / FILE, json.dumps(kept).encode(), 0o600)

    def _digest(self, beside: Iterable[str]) -> str:
        """Return a digest of everything that a run depends on."""
        from jupyter_core.paths import jupyter_config_path

        hashed = hashlib.sha256(self._stock().encode())
        hashed.update(repr(self._around).encode())
        # A configuration that is not there yet counts, too.
        places = (os.path.join(folder, name) for folder in jupyter_config_path() for name in _CONFIGURATIONS)
        for path in (*beside, *places, *(os.path.join(os.getcwd(), name) for name in _CONFIGURATIONS)):
            hashed.update(_signature(path).encode())
        return hashed.hexdigest()

    def _stock(self) -> str:
        """Return a digest of all files of the classroom and the project, or nothing if that is impossible."""
        hashed, fine = hashlib.sha256(), False
        try:
            for root in (self.room.root, *(ROOT / name for name in _PROJECT)):
                for path, about in _walk(str(root)):
                    hashed.update(f"{path}\0{_describe(about)}\n".encode("utf-8", "surrogateescape"))
                    # Where all times are whole seconds, a change in the same second would not be seen.
                    fine = fine or bool(about.st_ctime_ns % 1_000_000_000)
        except OSError:
            return ""
        return hashed.hexdigest() if fine else ""


_CONFIGURATIONS = tuple(f"{name}_config.{kind}" for name in ("jupyter", "nbgrader") for kind in ("py", "json"))


def _walk(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield a file, or all files below a folder, in order; folders count only by name and permissions.

    Raises
    ------
    OSError
        If something cannot be examined, or is a link, whose target may change unnoticed.
    """
    about = os.lstat(path)
    yield path, about
    if stat.S_ISLNK(about.st_mode):
        raise OSError(f"{path} is a link")
    if stat.S_ISDIR(about.st_mode):
        for name in sorted(os.listdir(path)):
            if not (name == "__pycache__" or (name in _OWN and path.endswith(f"{os.sep}.weightlab"))):
                yield from _walk(os.path.join(path, name))


def _describe(about: os.stat_result) -> tuple[int, ...]:
    if stat.S_ISDIR(about.st_mode):
        return (about.st_mode, about.st_uid, about.st_ino)
    return (about.st_mode, about.st_uid, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


def _signature(path: str) -> str:
    """Return a signature that shows whether a file outside the classroom is the same; an absent file has one, too."""
    try:
        return f"{path}\0{_describe(os.stat(path))}\n"
    except OSError:
        return f"{path}\0\n"
