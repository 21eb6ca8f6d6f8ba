"""nbgrader's exchange on the instructor's side: ordinary files that the submitter owns are collected, nothing else."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import os
import pwd
import re
import shutil
import stat
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import Any

from nbgrader.exchange.default import ExchangeCollect

from ..folder import is_student_id
from ..times import existing_time, read_time
from .reasons import NotTakenError
from .unpack import MAX_FILES, Budget

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 2**16
_DEEPEST = 20
"""How many nested folders are searched."""
_SLACK = datetime.timedelta(minutes=15)
"""How long submitting may take, and how much the clocks of two machines may differ."""


class CollectOrdinaryFiles(ExchangeCollect):
    """Collects from the exchange without following links.

    nbgrader's own command copies what a link in a submission points to, with the instructor's rights: a classmate's
    submission, or the solutions. It also stops the class at a folder whose name it cannot read, and mistakes
    a folder that somebody else made in a student's name for that student's newest submission.
    """

    def init_src(self) -> None:
        """Choose each student's submission from those that keep the rules."""
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"] is not None]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Return the record (user, file name and time) by which nbgrader sorts.

        If the submission breaks the rules, log why, and return a record without a user.
        """
        name = os.path.basename(path)
        user, time = self._read_name(name)
        problem = self._problem_of(path, user) if time else "its name does not contain a user name and a time"
        if time and not is_student_id(user):
            problem = f"{user!r} cannot be a student's id"
        if problem:
            self.log.warning("Not collected: %r in the exchange, because %s.", name, problem)
            return {"username": None, "filename": name, "timestamp": datetime.datetime.min}
        return {"username": user, "filename": name, "timestamp": time}

    def _problem_of(self, path: str, user: str) -> str | None:
        try:
            about = os.lstat(path)
        except OSError as error:  # its owner may remove it meanwhile
            return error.strerror
        if not stat.S_ISDIR(about.st_mode):
            return "it is not a folder"
        if self.check_owner and _name_of(about.st_uid) != user:
            return f"it belongs to {_name_of(about.st_uid)}, not to {user}"
        return None

    def _read_name(self, name: str) -> tuple[str, datetime.datetime | None]:
        """Read ``USER+ASSIGNMENT+TIME``, with or without a random suffix; the time may contain a plus as well."""
        found = re.fullmatch(rf"(?P<user>.+?)\+{re.escape(self.coursedir.assignment_id)}\+(?P<time>.+)", name)
        if not found:
            return "", None
        return found["user"], read_time(found["time"]) or read_time(found["time"].rpartition("+")[0])

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy the ordinary files of a submission; whatever else is in it is reported."""
        try:
            folder = os.open(src, _OPEN | os.O_DIRECTORY)
        except OSError as error:
            self.log.warning("Not collected: %r, because %s.", os.path.basename(src), error.strerror)
            return
        target = Path(dest)
        part = target.with_name(f".{target.name}.part")  # a partial copy is never mistaken for a submission
        try:
            shutil.rmtree(part, ignore_errors=True)
            left_out = copy_ordinary(folder, part, self.coursedir.ignore)
            os.replace(part, target)
            self._compare_times(os.path.basename(src), _last_change(folder), existing_time(self.coursedir, dest))
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            self.fail(f"{error}. Everything collected so far is kept: fix this error, then run the same command again.")
        finally:
            os.close(folder)
        for name, why in left_out:
            self.log.warning("Left out of %r: %r, because %s.", os.path.basename(src), name, why)

    def _compare_times(self, name: str, changed: datetime.datetime, noted: datetime.datetime | None) -> None:
        """Log if a submission is younger than its name or its ``timestamp.txt`` says.

        Its owner writes both, and may change both and the files at any time; no program can set this time back.
        """
        said = min(filter(None, (self._read_name(name)[1], noted)))
        if changed - said > _SLACK:
            self.log.warning(
                "%r says that it was submitted at %s UTC, but it was changed at %s UTC. If nobody has moved or "
                "restored the exchange since then, its owner made this change.",
                name,
                said.replace(microsecond=0),
                changed.replace(microsecond=0),
            )


def _last_change(folder: int) -> datetime.datetime:
    """Return when anything in an open folder was changed last, according to the system (UTC, without a zone)."""
    newest = os.fstat(folder).st_ctime
    below = ((name, place) for _, names, files, place in os.fwalk(dir_fd=folder) for name in (*names, *files))
    for name, place in itertools.islice(below, MAX_FILES):
        with contextlib.suppress(OSError):  # gone meanwhile
            newest = max(newest, os.lstat(name, dir_fd=place).st_ctime)
    return datetime.datetime.fromtimestamp(newest, datetime.UTC).replace(tzinfo=None)


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def copy_ordinary(folder: int, target: Path, ignored: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Copy what is in an open folder, and return what was left out and why.

    Each name is opened in its own folder without following links, and examined only then, because its owner may change
    it meanwhile.

    Parameters
    ----------
    folder : int
        Descriptor of the folder, whose owner has to own what is in it.
    target : Path
        The folder to copy to, which is created if it does not exist.
    ignored : iterable of str
        Patterns of names that are left out without being reported.
    """
    left_out: list[tuple[str, str]] = []
    _copy(folder, target, os.fstat(folder).st_uid, tuple(ignored), Budget(), PurePath(), left_out)
    return left_out


def _copy(
    folder: int,
    target: Path,
    owner: int,
    ignored: tuple[str, ...],
    budget: Budget,
    inside: PurePath,
    left_out: list[tuple[str, str]],
) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in sorted(os.listdir(folder)):
        if any(fnmatch(name, pattern) for pattern in ignored):
            continue
        try:
            budget.count(1)  # folders as well, because each takes room on the grader's disk
        except NotTakenError as error:  # the rest is not named one by one
            left_out.append((str(inside / name), str(error)))
            return
        try:
            source = os.open(name, _OPEN, dir_fd=folder)
        except OSError as error:
            left_out.append((str(inside / name), "it is a link" if _is_link(name, folder) else error.strerror))
            continue
        try:
            about = os.fstat(source)
            if about.st_uid != owner:
                why = f"it belongs to {_name_of(about.st_uid)}"
            elif stat.S_ISDIR(about.st_mode) and len(inside.parts) < _DEEPEST:
                _copy(source, target / name, owner, ignored, budget, inside / name, left_out)
                continue
            elif not stat.S_ISREG(about.st_mode):
                why = "it is not an ordinary file"
            else:
                _copy_file(source, target / name, budget)
                continue
        except NotTakenError as error:
            (target / name).unlink()
            why = str(error)
        finally:
            os.close(source)
        left_out.append((str(inside / name), why))


def _is_link(name: str, folder: int) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode)
    except OSError:  # gone meanwhile
        return False


def _copy_file(source: int, target: Path, budget: Budget) -> None:
    with target.open("wb") as file:
        while piece := os.read(source, _CHUNK):
            budget.charge(len(piece))
            file.write(piece)
