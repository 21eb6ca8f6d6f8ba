"""Fills nbgrader's gradebook in batches, and never touches what people have entered there."""

from __future__ import annotations

import datetime
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat.notebooknode import from_dict
from nbgrader import api
from nbgrader.preprocessors import SaveCells
from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.exc import ArgumentError, DatabaseError

from .submission import NO_RESPONSE

PATIENCE = 60
"""Seconds to wait for a gradebook that another program has locked."""


class GradebookError(RuntimeError):
    """The gradebook cannot be used; the message says why and what to do."""


def url_of(classroom: Path, url: str | None = None) -> str:
    """Return the database's URL: a SQLite file in the classroom unless another is named."""
    if not url:
        url = f"sqlite:///{(classroom / 'gradebook.db').absolute()}"
    if url.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + url.partition("://")[2]
    return f"{url}?timeout={PATIENCE}" if url.startswith("sqlite:") and "?" not in url else url


@dataclass(frozen=True)
class Person:
    """A student as entered with nbgrader: all but the id may be empty."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass
class Standing:
    """What the gradebook holds of one student's chapter: row ids, and values by cell name."""

    submission: str
    notebook: str
    timestamp: datetime.datetime | None = None
    extension: datetime.timedelta | None = None
    penalty: float | None = None
    grades: dict[str, Any] = field(default_factory=dict)
    comments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """What grading found for one student's chapter."""

    student: str
    automatic: Mapping[str, float | None]
    blank: frozenset[str]
    penalty: float | None
    timestamp: datetime.datetime | None
    changed: frozenset[str]

    def comment(self, cell: str) -> str | None:
        """Return nbgrader's comment on an answer cell."""
        return NO_RESPONSE if cell in self.blank else None


class ClassBook:
    """A class's gradebook.

    Parameters
    ----------
    url : str
        As from `url_of`.
    course : str
        nbgrader's course id.
    """

    def __init__(self, url: str, course: str = "") -> None:
        # nbgrader asks the program alembic, which lies beside this Python, for the schema's version.
        beside = str(Path(sys.executable).parent)
        if beside not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])
        self.url = url
        with _reworded(url):
            self.book = api.Gradebook(url, course)
            self._finish_schema()
            if self.book.db.get(api.Course, course) is None:  # PostgreSQL asks for it; nbgrader skips a nameless one
                self.book.db.execute(insert(api.Course).values(id=course))
                self.book.db.commit()
        self._cells: dict[str, dict[str, str]] = {}

    def _finish_schema(self) -> None:
        """Note the schema's version where whoever made the gradebook was stopped before that."""
        if not inspect(self.book.engine).has_table("alembic_version"):
            self.book.db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        if not self.book.db.execute(text("SELECT version_num FROM alembic_version")).first():
            version = api.get_alembic_version()
            self.book.db.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
            self.book.db.commit()

    def __enter__(self) -> ClassBook:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()

    def roll(self) -> dict[str, Person]:
        """Return all students whom the gradebook knows, by id."""
        of = api.Student
        with _reworded(self.url):
            rows = self.book.db.execute(select(of.id, of.first_name, of.last_name, of.email, of.lms_user_id))
            return {row[0]: Person(*(value or "" for value in row)) for row in rows}

    def prepare(self, chapter: str, released: Mapping[str, Any]) -> None:
        """Enter a chapter's assignment and cells where they are missing or worth something else now.

        Raises
        ------
        GradebookError
            If students' work is entered for a notebook with other cells.
        """
        with _reworded(self.url):
            if self._is_entered(chapter, released):
                return
            self.book.update_or_create_assignment(chapter)
            resources = {"nbgrader": {"notebook": chapter, "assignment": chapter, "db_url": self.url}}
            try:
                SaveCells().preprocess(from_dict(dict(released)), resources)
            except RuntimeError:
                raise GradebookError(
                    f"The gradebook holds work on an older {chapter} with other cells. Grade this class with the "
                    f"release that it was given, or put {self.url} away and begin a new one."
                ) from None
            self.book.db.expire_all()

    def _is_entered(self, chapter: str, released: Mapping[str, Any]) -> bool:
        try:
            notebook = self.book.find_notebook(chapter, chapter)
        except api.MissingEntry:
            return False
        marks = [cell["metadata"]["nbgrader"] for cell in released["cells"] if "nbgrader" in cell["metadata"]]
        return (
            {cell.name: cell.max_score for cell in notebook.grade_cells}
            == {about["grade_id"]: about["points"] for about in marks if about["grade"]}
            and {cell.name for cell in notebook.solution_cells}
            == {about["grade_id"] for about in marks if about["solution"]}
            and {cell.name: cell.checksum for cell in notebook.source_cells}
            == {about["grade_id"]: about.get("checksum") for about in marks}
        )

    def load(self, chapter: str) -> dict[str, Standing]:
        """Return what the gradebook holds of a chapter, by student."""
        submitted, notebook, cell = api.SubmittedAssignment, api.SubmittedNotebook, api.BaseCell
        with _reworded(self.url):
            db, held = self.book.db, {}
            rows = db.execute(
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
            by_notebook = {}
            for student, *values in rows:
                held[student] = by_notebook[values[1]] = Standing(*values)
            grade, comment = api.Grade, api.Comment
            for kind, columns, place in (
                (
                    grade,
                    (grade.id, grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade),
                    "grades",
                ),
                (comment, (comment.id, comment.auto_comment, comment.manual_comment), "comments"),
            ):
                found = db.execute(
                    select(kind.notebook_id, cell.name, *columns)
                    .join(cell, cell.id == kind.cell_id)
                    .join(api.Notebook, api.Notebook.id == cell.notebook_id)
                    .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
                    .where(api.Assignment.name == chapter, api.Notebook.name == chapter)
                )
                for row in found:
                    if row[0] in by_notebook:
                        getattr(by_notebook[row[0]], place)[row[1]] = row
            db.rollback()
        return held

    def due(self, chapter: str) -> datetime.datetime | None:
        """Return when a chapter is due."""
        with _reworded(self.url):
            return self.book.find_assignment(chapter).duedate

    def save(self, chapter: str, entries: Iterable[Entry], held: dict[str, Standing]) -> None:
        """Write a batch in one transaction: new rows whole, of old ones only what grading itself decides."""
        with _reworded(self.url):
            db = self.book.db
            try:
                assignment = self.book.find_assignment(chapter)
                notebook = self.book.find_notebook(chapter, chapter)
                grades = {cell.name: cell.id for cell in notebook.grade_cells}
                comments = {cell.name: cell.id for cell in notebook.solution_cells}
                for entry in entries:
                    standing = held.get(entry.student)
                    if standing is None:
                        held[entry.student] = self._enter(entry, assignment.id, notebook.id, grades, comments)
                    else:
                        self._renew(entry, standing)
                db.commit()
            except BaseException:
                db.rollback()
                raise

    def _enter(self, entry: Entry, assignment: str, notebook: str, grades: dict, comments: dict) -> Standing:
        db, new = self.book.db, api.new_uuid
        if db.get(api.Student, entry.student) is None:
            db.execute(insert(api.Student).values(id=entry.student))
        standing = Standing(new(), new(), entry.timestamp, None, entry.penalty)
        db.execute(
            insert(api.SubmittedAssignment).values(
                id=standing.submission, assignment_id=assignment, student_id=entry.student, timestamp=entry.timestamp
            )
        )
        db.execute(
            insert(api.SubmittedNotebook).values(
                id=standing.notebook,
                assignment_id=standing.submission,
                notebook_id=notebook,
                flagged=False,
                late_submission_penalty=entry.penalty,
            )
        )
        automatic = entry.automatic
        rows = [
            {
                "id": new(),
                "notebook_id": standing.notebook,
                "cell_id": cell,
                "auto_score": automatic.get(name),
                "needs_manual_grade": automatic.get(name) is None,
            }
            for name, cell in grades.items()
        ]
        if rows:
            db.execute(insert(api.Grade), rows)
        rows = [
            {"id": new(), "notebook_id": standing.notebook, "cell_id": cell, "auto_comment": entry.comment(name)}
            for name, cell in comments.items()
        ]
        if rows:
            db.execute(insert(api.Comment), rows)
        return standing

    def _renew(self, entry: Entry, standing: Standing) -> None:
        db = self.book.db
        if entry.timestamp != standing.timestamp:
            db.execute(
                update(api.SubmittedAssignment)
                .where(api.SubmittedAssignment.id == standing.submission)
                .values(timestamp=entry.timestamp)
            )
        if entry.penalty != standing.penalty:
            db.execute(
                update(api.SubmittedNotebook)
                .where(api.SubmittedNotebook.id == standing.notebook)
                .values(late_submission_penalty=entry.penalty)
            )
        for name, row in standing.grades.items():
            score = entry.automatic.get(name)
            if row.manual_score is None:
                asks = score is None
            else:  # a person's mark stands; whether it still fits is for a person to see
                asks = row.needs_manual_grade or name in entry.changed or score != row.auto_score
            if (score, asks) != (row.auto_score, row.needs_manual_grade):
                db.execute(
                    update(api.Grade).where(api.Grade.id == row.id).values(auto_score=score, needs_manual_grade=asks)
                )
        for name, row in standing.comments.items():
            comment = entry.comment(name)
            if comment != row.auto_comment:
                db.execute(update(api.Comment).where(api.Comment.id == row.id).values(auto_comment=comment))

    def totals(self, chapter: str) -> dict[str, dict[str, Any]]:
        """Return each student's final scores of a chapter: with people's marks, and what being late costs."""
        found = {}
        for student, standing in self.load(chapter).items():
            rows = standing.grades.values()
            final = sum((row.auto_score if row.manual_score is None else row.manual_score) or 0.0 for row in rows)
            final += sum(row.extra_credit or 0.0 for row in rows)
            found[student] = {
                "score": max(0.0, round(final - (standing.penalty or 0.0), 4)),
                "late_penalty": standing.penalty or 0.0,
                "waiting": sum(row.needs_manual_grade for row in rows),
            }
        return found


@contextmanager
def _reworded(url: str) -> Iterator[None]:
    log = logging.getLogger("tornado.application")  # nbgrader prints a traceback there before it raises
    before, log.disabled = log.disabled, True
    try:
        yield
    except (DatabaseError, ArgumentError, api.InvalidEntry) as error:  # the second is what nbgrader makes of the first
        cause = re.sub(r"^\(\w+\.\w+\) ", "", str(getattr(error, "orig", error)).strip())
        place = url.partition("?")[0].removeprefix("sqlite:///") if url.startswith("sqlite:") else url
        words = f"The gradebook {place} cannot be used: {cause}. Mend that"
        if "locked" in cause:
            words = f"{place} is locked by another program. Close Formgrader and other graders of this class"
        raise GradebookError(f"{words}, then run the same command again: it goes on where it stopped.") from None
    finally:
        log.disabled = before
