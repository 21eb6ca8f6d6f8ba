"""Moodle's grading worksheet: whom its numbers mean in one assignment, and grades written back into it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from .class_lists import student_in
from .records import STATE, ClassroomError, state
from .roster import Student, read_rows

_IDENTIFIER, _GRADE, _MAXIMUM = "Identifier", "Grade", "Maximum Grade"
_CHANGED = "Last modified (grade)"


def read_participants(worksheet: Path) -> dict[str, Student]:
    """Return whom each of Moodle's numbers means, by the worksheet of the assignment that was downloaded.

    Raises
    ------
    ClassroomError
        Where the file is not such a worksheet.
    """
    rows = _rows(worksheet)
    return {number: student_in(row) for row in rows if (number := _number(row))}


def _rows(worksheet: Path) -> list[dict[str, str]]:
    rows = read_rows(worksheet)
    if missing := [name for name in (_IDENTIFIER, _GRADE, _CHANGED) if not rows or name not in rows[0]]:
        raise ClassroomError(
            f"{worksheet} is not Moodle's grading worksheet in English: it has no column {missing[0]}. In Moodle turn "
            "on 'Offline grading worksheet' in the assignment, and download it with your language set to English."
        )
    return rows


def _number(row: Mapping[str, str]) -> str:
    found = re.fullmatch(r"\D*([0-9]+)", row[_IDENTIFIER])
    return found[1] if found else ""


def remember_worksheet(classroom: Path, chapter: str, worksheet: Path) -> None:
    """Keep a chapter's worksheet: feedback and grades go back by its numbers."""
    place = _place(classroom, chapter)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(worksheet, place)


def _place(classroom: Path, chapter: str) -> Path:
    state(classroom)
    return classroom / STATE / "worksheets" / f"{chapter}.csv"
