"""Enters the roster and extensions in a gradebook, and reads final grades from it, without Formgrader."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..judging.verdict import Status
from . import gradebook
from .collecting.origins import read_origins
from .collecting.platforms import Owner, Platform
from .enrolled import require_known
from .folder import STATE, Classroom, ClassroomError
from .gradebook import ClassBook
from .nbgrader import Configuration, read_released, write_config
from .rosters.roster import FILE as ROSTER
from .rosters.roster import Roster, Student


@contextmanager
def open_gradebook(classroom: Path, database: str | None = None) -> Iterator[tuple[ClassBook, Configuration]]:
    """Open the classroom's own gradebook, with nbgrader as it is configured there."""
    room = Classroom(classroom)
    write_config(room.root)
    config = Configuration(room.root)
    with gradebook.open_gradebook(room, config, database) as book:
        yield book, config


def enter_roster(classroom: Path, roster: Roster, database: str | None = None) -> None:
    """Enter a roster's students in the gradebook: whoever submits nothing is then listed as missing."""
    with open_gradebook(classroom, database) as (book, _):
        for one in roster.students.values():
            known = {
                "first_name": one.first_name,
                "last_name": one.last_name,
                "email": one.email,
                "lms_user_id": one.canvas or one.moodle,
            }
            book.book.update_or_create_student(one.id, **{name: value for name, value in known.items() if value})


def find_collected_id(classroom: Path, person: Student, roster: Roster) -> Student:
    """Return a student with the id under which their work was collected before they were on the roster."""
    if person.id:
        return person
    alone = Roster([replace(person, id="the student")])
    found = {
        student
        for of in read_origins(classroom).values()
        for student, origin in of.items()
        if alone.find_owner(Owner(Platform(origin.platform), origin.name, origin.number, origin.login))
    }
    free = found - roster.students.keys()
    return replace(person, id=free.pop()) if len(found) == len(free) == 1 else person


def grant_extension(
    classroom: Path, student: str, chapter: str, extension: datetime.timedelta, database: str | None = None
) -> datetime.datetime | None:
    """Give a student more time for a chapter, replacing any earlier extension; an extension of zero removes it.

    Returns
    -------
    datetime.datetime or None
        When the chapter is due for this student now, in UTC; None if it has no deadline yet.

    Raises
    ------
    ClassroomError
        If this is not a classroom, or nobody in it has this id.
    """
    room = Classroom(classroom)
    if not any((room.root / name).exists() for name in (ROSTER, STATE, "gradebook.db")):  # before anybody submits
        room.require_submitted()
    with open_gradebook(classroom, database) as (book, config):
        require_known(room, student, book.roll())
        book.prepare(chapter, read_released(chapter, config.source))
        book.book.update_or_create_student(student)
        with book.book.db.no_autoflush:  # nbgrader reads rows while it creates them
            book.book.update_or_create_submission(chapter, student)
        seconds = extension.total_seconds()
        book.book.grant_extension(chapter, student, minutes=seconds / 60)
        due = book.due(chapter)
        return due + extension if due else None


@dataclass(frozen=True)
class FinalGrades:
    """A chapter's final grades by student, its points, and which students have answers that wait for a mark."""

    scores: dict[str, float]
    points: float
    waiting: list[str]


def read_final_grades(classroom: Path, chapter: str, database: str | None = None) -> FinalGrades:
    """Return the grades of those who submitted a chapter and were judged, with manual marks and late penalties.

    Raises
    ------
    ClassroomError
        If the chapter is not graded yet.
    """
    room = Classroom(classroom)
    entries = [entry for entry in room.read_entries() if entry["chapter"] == chapter]
    judged = {entry["student"] for entry in entries if entry["status"] not in (Status.MISSING, Status.UNJUDGED)}
    if not entries:
        raise ClassroomError(f"{chapter} is not graded yet: run `weightlab grade {chapter} --classroom {classroom}`.")
    with open_gradebook(classroom, database) as (book, config):
        totals = {student: about for student, about in book.totals(chapter).items() if student in judged}
        cells = [cell["metadata"].get("nbgrader", {}) for cell in read_released(chapter, config.source)["cells"]]
    points = float(sum(about["points"] for about in cells if about.get("grade")))
    waiting = sorted(student for student, about in totals.items() if about["waiting"])
    return FinalGrades({student: about["score"] for student, about in totals.items()}, points, waiting)


def read_waiting(classroom: Path, chapter: str, database: str | None = None) -> list[str]:
    """Return the students who have answers that wait for a mark; nobody if the chapter was graded by nbgrader alone."""
    if not any(entry["chapter"] == chapter for entry in Classroom(classroom).read_entries()):
        return []
    return read_final_grades(classroom, chapter, database).waiting
