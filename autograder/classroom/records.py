"""Remembers the verdicts on each library and the result of each student from one run to the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ..exercise import Chapter
from ..exercises import CHAPTERS, EXERCISES
from ..judging import key
from ..judging.key import Key
from ..judging.verdict import Aspect, Status, Verdict
from .examination import Examination, examine_submission, from_record
from .fingerprint import chapter_digest
from .folder import Classroom, write_file
from .submission import Submission

_FIELDS = {one.name for one in fields(Verdict)}


def to_record(examination: Examination) -> list[dict]:
    """Return the verdicts on functions as plain data."""
    return [
        {**vars(verdict), "aspects": [dict(vars(aspect)) for aspect in verdict.aspects]}
        for verdict in examination.verdicts
        if verdict.exercise in EXERCISES
    ]


def read_verdicts(record: Any, chapter: Chapter) -> list[Verdict] | None:
    """Return the verdicts of a record, or None if it is not a complete record of the chapter."""
    try:
        verdicts = [
            Verdict(
                **data | {"status": Status(data["status"]), "aspects": [Aspect(**aspect) for aspect in data["aspects"]]}
            )
            for data in record
            if set(data) == _FIELDS
        ]
    except (TypeError, KeyError, AttributeError, ValueError):
        return None
    if [verdict.exercise for verdict in verdicts] != list(chapter.exercises):
        return None
    return verdicts if all(_is_whole(verdict, chapter) for verdict in verdicts) else None


def _is_whole(verdict: Verdict, chapter: Chapter) -> bool:
    points = float(chapter.exercises[verdict.exercise].points)
    numbers = [verdict.score, verdict.points, *(n for a in verdict.aspects for n in (a.points, a.score))]
    texts = [verdict.message, *(text for a in verdict.aspects for text in (a.name, a.message))]
    return (
        all(isinstance(number, (int, float)) for number in numbers)
        and all(isinstance(text, str) for text in texts)
        and verdict.points == points
        and 0 <= verdict.score <= points
    )


@lru_cache(maxsize=16)
def class_keys(chapter: str, seed: int) -> dict[str, Key]:
    """Return a chapter's secret keys, made from the class's seed and the reference."""
    return key.chapter_keys(CHAPTERS[chapter], seed)


class Records:
    """Verdicts on functions, stored by content: the same library, exercises and seed are examined only once.

    Parameters
    ----------
    classroom : Classroom
        The class.
    """

    def __init__(self, classroom: Classroom) -> None:
        self.folder = classroom.state / "verdicts"

    def name(self, submission: Submission, seed: int) -> str:
        """Return the name of the record for a library."""
        return f"{chapter_digest(submission.chapter, seed)[:32]}{submission.library_digest()[:32]}"

    def get(self, name: str, chapter: Chapter) -> list[Verdict] | None:
        """Return the verdicts of a record, or None if there is no complete one."""
        try:
            record = json.loads(self._path(name).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return read_verdicts(record, chapter)

    def put(self, name: str, examination: Examination) -> None:
        """Remember verdicts, unless a further run may change them."""
        if examination.lasting:
            write_file(self._path(name), json.dumps(to_record(examination)).encode(), 0o600)

    def _path(self, name: str) -> Path:
        return self.folder / name[32:34] / f"{name}.json"

    def examine(self, submission: Submission, seed: int, released: Mapping[str, Any], isolation: str) -> Examination:
        """Return the remembered verdicts; if there are none, examine the submission and remember its verdicts."""
        chapter, name = CHAPTERS[submission.chapter], self.name(submission, seed)
        if submission.notebook is not None and (verdicts := self.get(name, chapter)) is not None:
            return from_record(verdicts, submission, released)
        examination = examine_submission(submission, chapter, class_keys(chapter.name, seed), released, isolation)
        if submission.notebook is not None:
            self.put(name, examination)
        return examination


@dataclass(frozen=True)
class Result:
    """The result of one submission, with a seal over its content.

    Parameters
    ----------
    inputs : mapping of str to str
        Digests of everything that decided it: the submission, the exercises, people's marks, the rest.
    entry : dict
        The entry that docs/architecture.md describes, with what a person should look at under ``remarks``.
    automatic : mapping of str to float or None
        The score of each graded cell; None if a person has to give it.
    blank : tuple of str
        Answer cells that are as they were handed out.
    penalty : float or None
        The points subtracted for lateness.
    lasting : bool
        Whether another run would have the same result.
    tries : int
        How many runs in a row have given a result that is not lasting.
    passing : list of dict
        If the result is not lasting, the verdicts on the functions, as a record holds them: a later run that does not
        examine the functions again makes its notebook and page from these.
    """

    inputs: Mapping[str, str]
    entry: dict
    automatic: Mapping[str, float | None]
    blank: tuple[str, ...]
    penalty: float | None
    lasting: bool
    tries: int
    passing: list[dict] = field(default_factory=list)

    @cached_property
    def content(self) -> bytes:
        """The sealed content: everything but the number of tries."""
        sealed = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "tries"}
        return json.dumps(sealed, sort_keys=True).encode("utf-8", "replace")

    @cached_property
    def seal(self) -> str:
        """A digest of inputs, verdicts and marks; notebook and page end with it."""
        return hashlib.sha256(self.content).hexdigest()


class Results:
    """The last result of each submission of a class.

    Parameters
    ----------
    classroom : Classroom
        The class.
    """

    def __init__(self, classroom: Classroom) -> None:
        self.folder = classroom.state / "results"

    def get(self, student: str, chapter: str) -> Result | None:
        """Return a result, or None if there is no complete one."""
        try:
            seal, tries, content = self._path(student, chapter).read_bytes().split(b"\n")
            if hashlib.sha256(content).hexdigest().encode() != seal:
                return None
            result = Result(**json.loads(content), tries=int(tries))
            vars(result).update(content=content, seal=seal.decode())
            return result if result.entry["student"] == student else None
        except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError):
            return None

    def put(self, result: Result) -> None:
        """Remember a result: its seal, the number of tries, and the sealed content."""
        path = self._path(result.entry["student"], result.entry["chapter"])
        write_file(path, b"\n".join([result.seal.encode(), str(result.tries).encode(), result.content]), 0o600)

    def _path(self, student: str, chapter: str) -> Path:
        return self.folder / chapter / f"{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:40]}.json"
