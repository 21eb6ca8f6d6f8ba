"""Moodle's grading worksheet: whom its numbers mean in one assignment, and grades written back into it."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..collecting.origins import read_origins
from ..collecting.platforms import Owner, Platform
from ..folder import Classroom, ClassroomError
from .class_lists import student_in
from .roster import Student, is_named, read_roster, read_rows

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
    return Classroom(classroom).state / "worksheets" / f"{chapter}.csv"


@dataclass(frozen=True)
class Numbers:
    """Moodle's name and number of each student in one assignment, and whether a worksheet confirms them."""

    by_student: dict[str, tuple[str, str]]
    confirmed: bool


def read_numbers(classroom: Path, chapter: str) -> Numbers:
    """Return Moodle's numbers of the students in a chapter's assignment.

    They are known from the names of what was collected, else from the worksheet that was kept, by the roster. Where
    there is a worksheet, a number counts only if it is this person's there: groups have numbers of their own, which can
    be another person's.
    """
    found, place, roster = {}, _place(classroom, chapter), read_roster(classroom)
    participants = read_participants(place) if place.exists() else {}
    for number, person in participants.items():
        ids = roster.find_person(person)
        if len(ids) == 1:
            found[ids[0]] = (person.name or "Participant", number)
    for student, origin in read_origins(classroom).get(chapter, {}).items():
        if origin.platform != Platform.MOODLE or not origin.number:
            continue
        person = participants.get(origin.number)
        if not participants or (person is not None and is_named(person, Owner(Platform.MOODLE, origin.name))):
            found[student] = (origin.name, origin.number)
    return Numbers(found, bool(participants))


def fill_worksheet(
    worksheet: Path, numbers: Mapping[str, tuple[str, str]], scores: Mapping[str, float], points: float
) -> tuple[bytes, list[str]]:
    """Return the worksheet with grades filled in, all else as it was, and the students who are not in it.

    Parameters
    ----------
    worksheet : Path
        As Moodle gave it.
    numbers : mapping
        Name and number by student, as `read_numbers` found them.
    scores : mapping of str to float
        Final grades by student.
    points : float
        What the chapter is worth.

    Raises
    ------
    ClassroomError
        If the assignment's maximum in Moodle is not what the chapter is worth: grades would be scaled.
    """
    rows = _rows(worksheet)
    students = {number: student for student, (_, number) in numbers.items()}
    left = set(scores)
    for row in rows:
        maximum = row.get(_MAXIMUM, "").replace(",", ".")
        if maximum and not (re.fullmatch(r"[0-9]+(\.[0-9]+)?", maximum) and float(maximum) == points):
            raise ClassroomError(
                f"In Moodle the assignment's maximum grade is {maximum}, and the chapter is worth {points:g} points. "
                "Set Moodle's maximum grade to that, and download the worksheet again."
            )
        student = students.get(_number(row))
        if student in scores:
            row[_GRADE] = f"{scores[student]:.2f}"
            left.discard(student)
    text = io.StringIO()
    table = csv.DictWriter(text, rows[0].keys(), lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode("utf-8", "replace"), sorted(left)
