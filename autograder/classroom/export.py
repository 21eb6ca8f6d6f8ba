"""Writes a class's grades as tables: for people, for Canvas and for Moodle."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..candidate.wire import printable
from ..judging.verdict import Status
from .cells import NO_VALUE, quote_cell
from .collecting.origins import canvas_numbers, known_logins
from .folder import keep_file
from .grades import Person
from .rosters.roster import Student, read_roster


def write_tables(
    classroom: Path,
    entries: list[dict],
    totals: Mapping[str, Mapping[str, Mapping[str, Any]]],
    released: Mapping[str, dict],
    roll: Mapping[str, Person],
    chapters: Iterable[str],
) -> None:
    """Write ``grades.csv`` (one line per student and chapter), and one table each that Canvas and Moodle can import.

    In the platforms' tables the cell of a missing or unjudged submission is empty, so that the import sets no grade.

    Parameters
    ----------
    entries : list of dict
        As `grade.grade_class` returns them, and those of other chapters that earlier runs found.
    totals : mapping
        For each chapter and student: the final score, the late penalty, and how many answers wait for a mark.
    released : mapping
        Released notebooks by chapter, from which a chapter's total points are counted.
    roll : mapping
        What the gradebook knows about each student, by id.
    chapters : iterable of str
        The chapters in the platforms' tables.
    """
    worth = {chapter: _worth(notebook) for chapter, notebook in released.items()}
    best = {chapter: worth[chapter] for chapter in chapters}
    rows: list[list] = []
    final: dict[str, dict[str, float]] = {}
    for entry in entries:
        student, chapter, status = entry["student"], entry["chapter"], entry["status"]
        about = totals.get(chapter, {}).get(student, {})
        total = about.get("score", 0.0)
        if about and chapter in best and status not in (Status.MISSING, Status.UNJUDGED):
            final.setdefault(student, {})[chapter] = total
        rows.append(
            [
                student,
                chapter,
                status,
                entry["score"],
                entry["points"],
                total,
                worth[chapter],
                about.get("late_penalty", 0.0),
                about.get("waiting", 0),
            ]
        )
    heads = [
        "student",
        "chapter",
        "status",
        "automatic",
        "automatic_points",
        "total",
        "points",
        "late_penalty",
        "waiting_for_a_person",
    ]
    _table(classroom / "grades.csv", [heads, *rows])
    people = _people(classroom, final, roll)
    made = {student for student in canvas_numbers(classroom) if student not in read_roster(classroom).students}
    _table(classroom / "grades_canvas.csv", _canvas(people, final, best, made))
    _table(classroom / "grades_moodle.csv", _moodle(people, final, best))


def _people(classroom: Path, students: Iterable[str], roll: Mapping[str, Person]) -> dict[str, Student]:
    """Return what is known about students: from the roster, from the gradebook, and from where they were collected."""
    roster, numbers, logins = read_roster(classroom), canvas_numbers(classroom), known_logins(classroom)
    found = {}
    for student in students:
        known, entered = roster.students.get(student, Student(student)), roll.get(student, Person(student))
        number = numbers.get(student, "")
        # The gradebook has one number for all platforms; the roster knows the platform of each of its numbers.
        lms = "" if entered.lms_user_id in (known.canvas, known.moodle) else entered.lms_user_id
        found[student] = Student(
            student,
            known.first_name or entered.first_name,
            known.last_name or entered.last_name,
            known.email or entered.email,
            known.login or logins.get(student, ""),
            known.canvas or number or lms,
            known.moodle or ("" if known.canvas else lms),
        )
    return found


def _canvas(
    people: Mapping[str, Student], final: Mapping[str, Mapping], best: Mapping[str, float], made: Collection[str]
) -> list[list]:
    """Return Canvas's own five columns, a line with the points possible in each column, and the grades.

    Canvas finds a student by ID (its own number), then by login, then by name, and a column by the assignment's name.
    Where no login is known, an id counts as one, except for ids made from names in Canvas's download.
    """
    rows = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *best],
        ["    Points Possible", "", "", "", "", *best.values()],
    ]
    for student, one in people.items():
        name = f"{one.last_name}, {one.first_name}" if one.last_name and one.first_name else student
        scores = [final[student].get(chapter) for chapter in best]
        rows.append([name, one.canvas, "", one.login or ("" if student in made else student), "", *scores])
    return rows


def _moodle(people: Mapping[str, Student], final: Mapping[str, Mapping], best: Mapping[str, float]) -> list[list]:
    """Return the columns that identify students, if they are filled for everybody, and the grades.

    On import Moodle asks which column identifies the student. If that cell were empty, Moodle would give the grade to
    the student in the line before. An id is never offered as a username, which may be another person's. If nothing is
    known about everybody, the first column holds the ids, for people.
    """
    known = {
        "username": [one.login for one in people.values()],
        "idnumber": [one.moodle for one in people.values()],
        "email": [one.email for one in people.values()],
    }
    known = {head: column for head, column in known.items() if all(column)} or {"student": list(people)}
    scores = ([final[student].get(chapter, NO_VALUE) for chapter in best] for student in people)
    rows = zip(zip(*known.values(), strict=True), scores, strict=True)
    return [[*known, *best], *([*who, *grades] for who, grades in rows)]


def _worth(notebook: Mapping[str, Any]) -> float:
    marks = (cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"])
    return float(sum(about["points"] for about in marks if about.get("grade")))


def _table(path: Path, rows: Iterable[list]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_cell(value) for value in row] for row in rows])
    keep_file(path, text.getvalue().encode("utf-8", "replace"))


def _cell(value: Any) -> str:
    """Return a value as a cell that no spreadsheet reads as a formula and no terminal as a command."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return f"{round(value, 4):.10g}"
    return quote_cell(printable(str(value).replace("\r", " ")))
