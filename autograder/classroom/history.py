"""Records every change of a grade: old and new grade, time, release of the course, and reasons."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..version import release_name
from .folder import Classroom, is_shared

FILE = "history.jsonl"
WITHDRAWN = {"files": "withdrawn"}
"""What a grade depends on if the submission was removed."""
_REASONS = {
    "files": "resubmitted",
    "exercises": "exercise changed",
    "marks": "mark given",
    "penalty": "lateness changed",
}
"""The reason for a change, by what changed; lines from earlier releases without this data get no reason."""


@dataclass(frozen=True)
class Change:
    """One grade that changed; ``before`` is None for the first."""

    student: str
    chapter: str
    before: float | None
    after: float
    why: tuple[str, ...]


class History:
    """A classroom's history of grades, ``.weightlab/history.jsonl``: one JSON object per line; lines are only added.

    Parameters
    ----------
    classroom : Classroom
        The class.
    """

    def __init__(self, classroom: Classroom) -> None:
        self.path = classroom.state / FILE

    def read(self) -> list[dict]:
        """Return the history's lines, without a last line that a killed run left incomplete."""
        lines = []
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    lines.append(json.loads(line))
        return [line for line in lines if isinstance(line, dict) and {"student", "chapter", "to"} <= line.keys()]

    def add(
        self,
        totals: Mapping[str, Mapping[str, Mapping[str, Any]]],
        causes: Mapping[str, Mapping[str, Mapping[str, str]]],
    ) -> list[Change]:
        """Record the grades that changed.

        Parameters
        ----------
        totals : mapping
            The final score for each chapter and student, as `ClassBook.totals` returns it.
        causes : mapping
            For each chapter and student, digests of the submitted files, the exercises, people's marks and the late
            penalty (`_REASONS`). Those that changed are the reasons.
        """
        last = {(line["chapter"], line["student"]): line for line in self.read()}
        changes, lines = [], []
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        for chapter, students in totals.items():
            for student, about in students.items():
                old, cause = last.get((chapter, student)), dict(causes.get(chapter, {}).get(student, {}))
                before = old["to"] if old else None
                if before == about["score"] or (old is None and not cause):
                    continue
                changes.append(Change(student, chapter, before, about["score"], _why(old, cause)))
                lines.append(
                    {
                        "time": now,
                        "student": student,
                        "chapter": chapter,
                        "from": before,
                        "to": about["score"],
                        "why": list(changes[-1].why),
                        "release": release_name(),
                        "causes": cause,
                    }
                )
        self._append(lines)
        return changes

    def _append(self, lines: list[dict]) -> None:
        if not lines:
            return
        new = not self.path.exists()
        with self.path.open("a+b") as file:
            if new:
                self.path.chmod(0o660 if is_shared(self.path.parent) else 0o600)
            if file.tell():
                file.seek(-1, 2)
                if file.read() != b"\n":  # a killed run stopped in the middle of a line
                    file.write(b"\n")
            file.write("".join(json.dumps(line) + "\n" for line in lines).encode())


def _why(old: Mapping[str, Any] | None, cause: Mapping[str, str]) -> tuple[str, ...]:
    if old is None:
        return ("graded first",)
    before = old.get("causes") or {}
    if cause == WITHDRAWN:
        return ("submission removed",)
    why = tuple(
        words for name, words in _REASONS.items() if name in cause and cause[name] != before.get(name, cause[name])
    )
    return why or ("examined again",)
