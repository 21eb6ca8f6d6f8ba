"""Moodle's grading worksheet: which student has which number in one assignment, and how grades are written back."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..cells import quote_lines
from ..collecting.origins import read_origins
from ..collecting.platforms import Owner, Platform
from ..folder import Classroom, ClassroomError
from .class_lists import student_in
from .roster import Student, is_named, read_roster, read_table

_IDENTIFIER, _GRADE, _MAXIMUM = "Identifier", "Grade", "Maximum Grade"
_CHANGED = "Last modified (grade)"
_NUMBER = re.compile(r"(?:.*\D)?([0-9]+)", re.DOTALL)
_AMOUNT = re.compile(r"[0-9]+([.,][0-9]+)?")


@dataclass(frozen=True)
class _Worksheet:
    """A grading worksheet: headings, lines, and which columns hold what; ``maximum`` may be missing."""

    heads: list[str]
    lines: list[list[str]]
    identifier: int
    grade: int
    maximum: int | None
    feedback: int | None = None
    """The first column of what teachers have written, which the upload gives to students; None if it is not known."""

    def quote(self, line: list[str]) -> list[str]:
        """Return a line whose texts no spreadsheet reads as formulas; what the upload reads is left unchanged."""
        end = len(line) if self.feedback is None else self.feedback
        left = {self.identifier, self.grade, self.maximum, *range(end, len(line))}
        return [text if column in left else quote_lines(text) for column, text in enumerate(line)]

    def number(self, line: list[str]) -> str:
        """Return the participant's number in Moodle from a line, or an empty string."""
        found = _NUMBER.fullmatch(line[self.identifier])
        return found[1] if found else ""

    def person(self, line: list[str]) -> Student:
        """Return the student in a line, by the columns' names if these are in English, otherwise by their positions."""
        if _IDENTIFIER in self.heads:
            return student_in(dict(zip(self.heads, line, strict=True)))
        known = {"email": line[self.email]} if self.email is not None else {}
        return student_in(known | ({"full name": line[1]} if self.has_names else {}))

    @property
    def email(self) -> int | None:
        """Return the column of email addresses, which comes after identifiers and names."""
        columns = (column for column in range(2, self.grade) if any(line[column] for line in self.lines))
        return next((c for c in columns if all("@" in line[c] for line in self.lines if line[c])), None)

    @property
    def has_names(self) -> bool:
        """Whether the column after the identifiers holds names; if names are hidden, it holds statuses.

        Nearly all names occur once, and most statuses occur several times.
        """
        several = {line[1] for line in self.lines}
        between = self.grade > self.identifier + 2  # the column of statuses is always there
        return between and (self.email is not None or (len(several) > 1 and 5 * len(several) >= 4 * len(self.lines)))


def read_participants(worksheet: Path) -> dict[str, Student]:
    """Return the students by their numbers in Moodle, from the assignment's worksheet.

    Raises
    ------
    ClassroomError
        If the file is not such a worksheet.
    """
    sheet = _read_worksheet(worksheet)
    return {number: sheet.person(line) for line in sheet.lines if (number := sheet.number(line))}


def _read_worksheet(path: Path) -> _Worksheet:
    heads, lines = read_table(path)
    lines = [[*line, *[""] * len(heads)][: len(heads)] for line in lines]
    if {_IDENTIFIER, _GRADE, _CHANGED} <= {*heads}:
        maximum = heads.index(_MAXIMUM) if _MAXIMUM in heads else None
        feedback = heads.index(_CHANGED) + 1
        return _Worksheet(heads, lines, heads.index(_IDENTIFIER), heads.index(_GRADE), maximum, feedback)
    numbers = {found[1] for line in lines if (found := _NUMBER.fullmatch(line[0])) and not line[0].isdigit()}
    grades = [column for column in range(2, len(heads) - 1) if _are_grades(lines, column)]
    if not lines or len(numbers) < len(lines) or len(grades) != 1:
        raise ClassroomError(
            f"{path} is not Moodle's grading worksheet, or its columns cannot be recognised. In Moodle, turn on "
            "'Offline grading worksheet' in the assignment, set your own language to English, and download it again."
        )
    return _Worksheet(heads, lines, 0, grades[0], grades[0] + 1)


def _are_grades(lines: list[list[str]], column: int) -> bool:
    """Return whether a column can hold grades: numbers and empty cells, with one maximum in all of the next column.

    Moodle names the columns in the downloader's language, but always writes these two side by side.
    """
    grades = {line[column] for line in lines} - {""}
    maxima = {line[column + 1] for line in lines}
    if len(maxima) != 1 or not all(map(_AMOUNT.fullmatch, maxima | grades)):
        return False
    (most,) = map(_amount, maxima)
    return most > 0 and all(_amount(grade) <= most for grade in grades)


def _amount(text: str) -> float:
    return float(text.replace(",", "."))


def remember_worksheet(classroom: Path, chapter: str, worksheet: Path) -> None:
    """Keep a chapter's worksheet, because feedback and grades are returned by its numbers.

    Raises
    ------
    ClassroomError
        If the file is not such a worksheet.
    """
    read_participants(worksheet)
    place = _place(classroom, chapter)
    place.parent.mkdir(exist_ok=True)
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

    They are known from the names of what was collected, otherwise from the stored worksheet and the roster. If
    there is a worksheet, a number counts only if it belongs to this person there, because a group's number may be
    another person's.
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
    """Return the worksheet with the grades filled in, and the students who are not in it.

    Everything else stays unchanged, except that texts that a spreadsheet would read as formulas are quoted: Moodle
    finds a student by the identifier alone.

    Parameters
    ----------
    worksheet : Path
        The worksheet as it was downloaded from Moodle.
    numbers : mapping
        Each student's name and number, as `read_numbers` returns them.
    scores : mapping of str to float
        Final grades by student.
    points : float
        The chapter's points.

    Raises
    ------
    ClassroomError
        If the assignment's maximum in Moodle is not what the chapter is worth: grades would be scaled.
    """
    sheet = _read_worksheet(worksheet)
    students = {number: student for student, (_, number) in numbers.items()}
    left = set(scores)
    for line in sheet.lines:
        maximum = line[sheet.maximum] if sheet.maximum is not None else ""
        if maximum and not (_AMOUNT.fullmatch(maximum) and _amount(maximum) == points):
            raise ClassroomError(
                f"In Moodle, the assignment's maximum grade is {maximum}, but the chapter is worth {points:g} points. "
                f"Set the maximum to {points:g} in Moodle, and download the worksheet again."
            )
        student = students.get(sheet.number(line))
        if student in scores:
            grade = f"{scores[student]:.2f}"
            line[sheet.grade] = grade.replace(".", ",") if "," in maximum else grade
            left.discard(student)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([sheet.heads, *map(sheet.quote, sheet.lines)])
    return text.getvalue().encode("utf-8", "replace"), sorted(left)
