"""The grades of one student's chapter: as the gradebook holds them, and as grading found them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .feedback import NO_RESPONSE


@dataclass(frozen=True)
class Person:
    """A student as entered in the gradebook; everything but the id may be empty."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass
class StoredGrades:
    """The gradebook's contents for one student's chapter: row ids, and values by cell name."""

    submission: str
    notebook: str
    timestamp: datetime.datetime | None = None
    extension: datetime.timedelta | None = None
    penalty: float | None = None
    grades: dict[str, Any] = field(default_factory=dict)
    comments: dict[str, Any] = field(default_factory=dict)

    def agrees_with(self, new: NewGrades) -> bool:
        """Return whether the automatic scores, the time and the penalty are those that grading found."""
        return (
            {name: row.auto_score for name, row in self.grades.items()} == dict(new.automatic)
            and self.timestamp == new.timestamp
            and self.penalty == new.penalty
            and all(row.auto_comment == new.comment(name) for name, row in self.comments.items())
        )


@dataclass(frozen=True)
class NewGrades:
    """The results of grading one student's chapter."""

    student: str
    automatic: Mapping[str, float | None]
    blank: frozenset[str]
    penalty: float | None
    timestamp: datetime.datetime | None
    changed: frozenset[str]

    def comment(self, cell: str) -> str | None:
        """Return nbgrader's comment on an answer cell."""
        return NO_RESPONSE if cell in self.blank else None


def add_up(held: Mapping[str, StoredGrades]) -> dict[str, dict[str, Any]]:
    """Return each student's final score in a chapter, with manual marks and the late penalty."""
    found = {}
    for student, stored in held.items():
        rows = stored.grades.values()
        final = sum((row.auto_score if row.manual_score is None else row.manual_score) or 0.0 for row in rows)
        final += sum(row.extra_credit or 0.0 for row in rows)
        found[student] = {
            "score": max(0.0, round(final - (stored.penalty or 0.0), 4)),
            "late_penalty": stored.penalty or 0.0,
            "waiting": sum(row.needs_manual_grade for row in rows),
        }
    return found
