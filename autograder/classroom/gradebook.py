"""Fills nbgrader's gradebook in batches, and never changes what people have entered there."""

from __future__ import annotations

import datetime
import functools
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader import api
from sqlalchemy import insert, select, update

from .database import (
    GradebookError,
    choose_url,
    is_own,
    one_at_a_time,
    patiently,
    place_of,
    remember,
    reworded,
    url_of,
)
from .folder import Classroom, share
from .gradebook_cells import enter_cells, find_outdated_marks
from .grades import NewGrades, Person, StoredGrades, add_up
from .nbgrader import Configuration
from .schema import add_indexes, claim_database, finish_schema

__all__ = ["ClassBook", "GradebookError", "open_gradebook", "url_of"]


@contextmanager
def open_gradebook(room: Classroom, config: Configuration, database: str | None = None) -> Iterator[ClassBook]:
    """Open a classroom's one gradebook and remember its place.

    Parameters
    ----------
    database : str, optional
        The value of ``--database``; by default the URL in nbgrader's configuration, else SQLite in the classroom.

    Raises
    ------
    GradebookError
        If the database cannot be used, belongs to another classroom, or is not the one that this classroom uses.
    """
    url = choose_url(room, config.url, database)
    with ClassBook(url, config.course) as book:
        book.claim(room)
        share(room.root / "gradebook.db")
        remember(room, url, config.url)
        yield book


def _unit(method: Callable) -> Callable:
    """Make a gradebook's method one unit of work: it leaves nothing open, and waits for a server that is restarting."""

    @functools.wraps(method)
    def run(self: ClassBook, *args: Any, **kwargs: Any) -> Any:
        with reworded(self.url):
            return patiently(lambda: method(self, *args, **kwargs), self.let_go)

    return run


class ClassBook:
    """A class's gradebook.

    Parameters
    ----------
    url : str
        The database's URL, as `url_of` returns it.
    course : str
        nbgrader's course id.
    """

    def __init__(self, url: str, course: str = "") -> None:
        # nbgrader gets the schema's version from the program alembic, which is installed beside this Python.
        beside = str(Path(sys.executable).parent)
        if beside not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])
        self.url, self.course = url, course
        self._room: Classroom | None = None
        with reworded(url), one_at_a_time(url):
            self.book = api.Gradebook(url, course)
            finish_schema(self.book.db)
            add_indexes(self.book.db)
            # PostgreSQL requires this row, and nbgrader enters none for an empty course id.
            if self.book.db.get(api.Course, course) is None:
                self.book.db.execute(insert(api.Course).values(id=course))
                self.book.db.commit()
            self.let_go()

    def let_go(self) -> None:
        """Close the transaction and the connection: a run may take hours, and workers are forked meanwhile."""
        self.book.db.remove()
        self.book.engine.dispose()

    @property
    def place(self) -> str:
        """Where the gradebook is, as text without a password."""
        return place_of(self.url)

    def __enter__(self) -> ClassBook:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()

    def claim(self, classroom: Classroom) -> None:
        """Make sure that the database belongs to this classroom alone: two classrooms would reset each other's grades.

        Raises
        ------
        GradebookError
            If it belongs to another classroom.
        """
        self._room = classroom
        if is_own(classroom, self.url):  # the database is in the classroom itself
            return
        with reworded(self.url), one_at_a_time(self.url):
            reason = claim_database(self.book.db, classroom, self.course)
            self.let_go()
        if reason is not None:
            raise GradebookError(f"The gradebook {self.place} {reason} Give each classroom a separate database.")

    @_unit
    def roll(self) -> dict[str, Person]:
        """Return all students whom the gradebook knows, by id."""
        of = api.Student
        rows = self.book.db.execute(select(of.id, of.first_name, of.last_name, of.email, of.lms_user_id))
        return {row[0]: Person(*(value or "" for value in row)) for row in rows}

    @_unit
    def prepare(self, chapter: str, released: Mapping[str, Any]) -> None:
        """Enter a chapter's assignment, and the cells that are missing or whose points have changed.

        Raises
        ------
        GradebookError
            If the gradebook holds students' work for cells that the chapter no longer has.
        """
        outdated = find_outdated_marks(self.book, chapter, released)
        gone = enter_cells(self.book, self.url, chapter, released)
        if gone:
            raise GradebookError(
                f"The gradebook holds students' work on cells that {chapter} no longer has: {gone}. Grade this class "
                f"with the release that it was given, or move {self.place} elsewhere and start a new gradebook."
            )
        if outdated and self._room is not None:
            self._room.save_outdated_marks([*self._room.read_outdated_marks(), *outdated])

    @_unit
    def load(self, chapter: str) -> dict[str, StoredGrades]:
        """Return the gradebook's contents for a chapter, by student."""
        return self._load(chapter)

    def _load(self, chapter: str, students: Sequence[str] | None = None) -> dict[str, StoredGrades]:
        submitted, notebook, cell = api.SubmittedAssignment, api.SubmittedNotebook, api.BaseCell
        held, by_notebook = {}, {}
        query = (
            select(
                submitted.student_id,
                submitted.id,
                notebook.id,
                submitted.timestamp,
                submitted.extension,
                notebook.late_submission_penalty,
            )
            .join(notebook, notebook.assignment_id == submitted.id)
            .join(api.Notebook, api.Notebook.id == notebook.notebook_id)
            .join(api.Assignment, api.Assignment.id == submitted.assignment_id)
            .where(api.Assignment.name == chapter, api.Notebook.name == chapter)
        )
        if students is not None:
            query = query.where(submitted.student_id.in_(students))
        for student, *values in self.book.db.execute(query):
            held[student] = by_notebook[values[1]] = StoredGrades(*values)
        grade, comment = api.Grade, api.Comment
        kinds = (
            (grade, "grades", (grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)),
            (comment, "comments", (comment.auto_comment, comment.manual_comment)),
        )
        for kind, place, columns in kinds:
            query = (
                select(kind.notebook_id, cell.name, kind.id, *columns)
                .join(cell, cell.id == kind.cell_id)
                .join(api.Notebook, api.Notebook.id == cell.notebook_id)
                .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
                .where(api.Assignment.name == chapter, api.Notebook.name == chapter)
            )
            if students is not None:
                query = query.where(kind.notebook_id.in_(list(by_notebook)))
            for row in self.book.db.execute(query):
                if row[0] in by_notebook:
                    getattr(by_notebook[row[0]], place)[row[1]] = row
        return held

    @_unit
    def due(self, chapter: str) -> datetime.datetime | None:
        """Return when a chapter is due."""
        return self.book.find_assignment(chapter).duedate

    @_unit
    def save(self, chapter: str, grades_found: Sequence[NewGrades]) -> None:
        """Write a batch in one transaction: new rows completely, existing rows only where grading itself decides."""
        # Read again: people may have entered marks meanwhile, and an interrupted transaction may have been committed.
        held = self._load(chapter, [new.student for new in grades_found])
        assignment = self.book.find_assignment(chapter)
        notebook = self.book.find_notebook(chapter, chapter)
        grades = {cell.name: cell.id for cell in notebook.grade_cells}
        comments = {cell.name: cell.id for cell in notebook.solution_cells}
        make_id = api.new_uuid
        first = [new for new in grades_found if new.student not in held]
        held |= {new.student: StoredGrades(make_id(), make_id(), new.timestamp, None, new.penalty) for new in first}
        for new in grades_found:
            self._renew(new, held[new.student])
        # Many rows in one statement: what SQLAlchemy does for a statement costs more than the row itself.
        self._insert(api.Student, [{"id": name} for name in self._unknown([new.student for new in first])])
        self._insert(
            api.SubmittedAssignment,
            [
                {
                    "id": held[new.student].submission,
                    "assignment_id": assignment.id,
                    "student_id": new.student,
                    "timestamp": new.timestamp,
                }
                for new in first
            ],
        )
        self._insert(
            api.SubmittedNotebook,
            [
                {
                    "id": held[new.student].notebook,
                    "assignment_id": held[new.student].submission,
                    "notebook_id": notebook.id,
                    "flagged": False,
                    "late_submission_penalty": new.penalty,
                }
                for new in first
            ],
        )
        # A row for each cell that has none yet: all cells, or those that were added.
        self._insert(
            api.Grade,
            [
                {
                    "id": make_id(),
                    "notebook_id": held[new.student].notebook,
                    "cell_id": cell,
                    "auto_score": new.automatic.get(name),
                    "needs_manual_grade": new.automatic.get(name) is None,
                }
                for new in grades_found
                for name, cell in grades.items()
                if name not in held[new.student].grades
            ],
        )
        self._insert(
            api.Comment,
            [
                {
                    "id": make_id(),
                    "notebook_id": held[new.student].notebook,
                    "cell_id": cell,
                    "auto_comment": new.comment(name),
                }
                for new in grades_found
                for name, cell in comments.items()
                if name not in held[new.student].comments
            ],
        )
        self.book.db.commit()

    def _unknown(self, students: Sequence[str]) -> list[str]:
        """Return the students who are not on the roll."""
        known = set(self.book.db.scalars(select(api.Student.id).where(api.Student.id.in_(students))))
        return [name for name in students if name not in known]

    def _insert(self, kind: type, rows: list[dict]) -> None:
        if rows:
            self.book.db.execute(insert(kind), rows)

    def _renew(self, new: NewGrades, stored: StoredGrades) -> None:
        db = self.book.db
        if new.timestamp != stored.timestamp:
            db.execute(
                update(api.SubmittedAssignment)
                .where(api.SubmittedAssignment.id == stored.submission)
                .values(timestamp=new.timestamp)
            )
        if new.penalty != stored.penalty:
            db.execute(
                update(api.SubmittedNotebook)
                .where(api.SubmittedNotebook.id == stored.notebook)
                .values(late_submission_penalty=new.penalty)
            )
        for name, row in stored.grades.items():
            score = new.automatic.get(name)
            if row.manual_score is None:
                asks = score is None
            else:  # a person's mark stays, and a person is asked whether it still fits
                asks = row.needs_manual_grade or name in new.changed or score != row.auto_score
            if (score, asks) != (row.auto_score, row.needs_manual_grade):
                db.execute(
                    update(api.Grade).where(api.Grade.id == row.id).values(auto_score=score, needs_manual_grade=asks)
                )
        for name, row in stored.comments.items():
            comment = new.comment(name)
            if comment != row.auto_comment:
                db.execute(update(api.Comment).where(api.Comment.id == row.id).values(auto_comment=comment))

    def totals(self, chapter: str) -> dict[str, dict[str, Any]]:
        """Return each student's final score in a chapter, as `grades.add_up` computes it."""
        return add_up(self.load(chapter))
