"""Reads one student's submission for one chapter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..library import LIBRARY_FOLDER, read_library
from ..limits import MAX_NOTEBOOK
from . import times
from .files import read_file

SECRET = "submission_secret.txt"
MAX_SECRET = 1000


class SubmissionStatus(StrEnum):
    """The status of one submission; other programs rely on these values."""

    GRADED = "graded"
    NO_LIBRARY = "no_library"
    """The notebook is graded, but there is no module of the student's library: a person should ask for the library."""
    MISSING = "missing"
    MALFORMED = "malformed"
    UNJUDGED = "unjudged"


@dataclass(frozen=True)
class Submission:
    """What a student submitted for a chapter; ``notebook`` is None if there is none.

    If it came through nbgrader's exchange, it also has a time, and a secret by which the student gets feedback.
    """

    student: str
    chapter: str
    notebook: bytes | None
    library: Mapping[str, bytes]
    timestamp: str | None = None
    secret: bytes | None = None

    def digest(self) -> str:
        """Return a digest of the content."""
        return _digest([("", self.notebook or b""), *sorted(self.library.items())])

    def library_digest(self) -> str:
        """Return a digest of the library, which alone decides the points of its functions."""
        return _digest(sorted(self.library.items()))


def _digest(files: Iterable[tuple[str, bytes]]) -> str:
    hashed = hashlib.sha256()
    for name, content in files:
        hashed.update(f"{len(name)} {len(content)} {name}".encode("utf-8", "surrogateescape") + content)
    return hashed.hexdigest()


def read_submission(folder: Path, student: str, chapter: str) -> Submission:
    """Read ``submitted/STUDENT/CHAPTER``; links and everything but ordinary files count as absent."""
    if folder.is_symlink():
        return Submission(student, chapter, None, {})
    notebook = read_file(folder / f"{chapter}.ipynb", MAX_NOTEBOOK + 1)
    library = folder / LIBRARY_FOLDER
    sources = {} if library.is_symlink() else read_library(library)
    timestamp = read_file(folder / times.FILE, times.MAX_BYTES)
    time = timestamp.decode("utf-8", "replace") if timestamp else None
    return Submission(student, chapter, notebook, sources, time, read_file(folder / SECRET, MAX_SECRET))
