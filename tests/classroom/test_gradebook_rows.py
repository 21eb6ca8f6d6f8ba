"""Is a row of the gradebook changed only where grading decides, and is a person asked whether a mark still fits?"""

from __future__ import annotations

import datetime
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader import api
from sqlalchemy import select

from autograder.classroom.feedback import NO_RESPONSE
from autograder.classroom.gradebook import ClassBook
from autograder.classroom.grades import NewGrades, Person, StoredGrades
from autograder.exercises import CHAPTERS
from autograder.submitted_notebook import marks_of
from tests.support import classroom as made


def renewed(row, score, changed=()):
    """Return what is written into a grade's row: the automatic score, and whether a person is asked."""
    written = []
    book = SimpleNamespace(book=SimpleNamespace(db=SimpleNamespace(execute=written.append)))
    new = NewGrades("ada", {"why": score}, frozenset(), None, None, frozenset(changed))
    ClassBook._renew(book, new, StoredGrades("s", "n", grades={"why": row}))
    values = [statement.compile().params for statement in written]
    return [(one["auto_score"], one["needs_manual_grade"]) for one in values]


def row(auto, manual, asks):
    return SimpleNamespace(id="g", auto_score=auto, manual_score=manual, needs_manual_grade=asks)


@pytest.mark.parametrize(
    ("held", "score", "changed", "written"),
    [
        (row(1.0, None, False), 1.0, (), []),
        (row(1.0, None, False), 2.0, (), [(2.0, False)]),
        (row(1.0, None, True), 1.0, (), [(1.0, False)]),
        (row(1.0, None, False), None, (), [(None, True)]),
        (row(None, None, True), None, ("why",), []),
        (row(1.0, 0.5, False), 1.0, (), []),
        (row(1.0, 0.5, False), 2.0, (), [(2.0, True)]),
        (row(1.0, 0.5, False), 1.0, ("why",), [(1.0, True)]),
        (row(1.0, 0.5, False), 1.0, ("how",), []),
        (row(1.0, 0.5, True), 1.0, (), []),
        (row(None, 0.5, False), None, (), []),
    ],
)
def test_a_mark_stays_and_a_person_is_asked_if_what_is_under_it_changed(held, score, changed, written):
    assert renewed(held, score, changed) == written


NOON = datetime.datetime(2026, 3, 2, 12)
CHAPTER = CHAPTERS["01_weights"]


@pytest.fixture
def book(tmp_path, monkeypatch):
    """An empty gradebook that knows the chapter."""
    monkeypatch.setattr(api, "get_alembic_version", lambda: "1")
    with ClassBook(f"sqlite:///{tmp_path / 'gradebook.db'}", "weightlab") as book:
        book.prepare(CHAPTER.name, made.released(CHAPTER))
        yield book


def found(student, score, penalty=None, time=NOON, blank=()):
    cells = [about for cell in made.released(CHAPTER)["cells"] if (about := marks_of(cell)).get("grade")]
    automatic = {about["grade_id"]: score for about in cells}
    return NewGrades(student, automatic, frozenset(blank), penalty, time, frozenset())


def test_a_grade_that_changes_changes_no_other_students(book):
    ann, bo = found("ann", 0.5), found("bo", 0.25, 1.0, None, CHAPTER.written)
    book.save(CHAPTER.name, [ann, bo])
    held = book.load(CHAPTER.name)
    assert [held[one.student].agrees_with(one) for one in (ann, bo)] == [True, True]
    assert book.roll() == {"ann": Person("ann"), "bo": Person("bo")}
    assert not any(book.book.db.scalars(select(api.SubmittedNotebook.flagged)))
    again = found("ann", None, 0.5, None, CHAPTER.written)
    book.save(CHAPTER.name, [again, found("cy", 0.0)])
    held = book.load(CHAPTER.name)
    assert held["ann"].agrees_with(again) and held["bo"].agrees_with(bo) and held["cy"].agrees_with(found("cy", 0.0))
    assert not held["bo"].agrees_with(replace(bo, penalty=0.5)) and [*book.roll()] == ["ann", "bo", "cy"]
    waiting = {name: sum(row.needs_manual_grade for row in one.grades.values()) for name, one in held.items()}
    assert waiting == {"ann": len(held["ann"].grades), "bo": 0, "cy": 0}
    said = {name: one.comments[next(iter(CHAPTER.written))].auto_comment for name, one in held.items()}
    assert said == {"ann": NO_RESPONSE, "bo": NO_RESPONSE, "cy": None}
    assert book.totals(CHAPTER.name)["ann"] == {"score": 0.0, "late_penalty": 0.5, "waiting": waiting["ann"]}


def test_nbgrader_finds_the_program_that_names_its_schemas_version(tmp_path, monkeypatch):
    monkeypatch.setattr(api, "get_alembic_version", lambda: "1")
    beside = str(Path(sys.executable).parent)
    for before in ("/usr/bin", f"/usr/bin{os.pathsep}{beside}"):
        monkeypatch.setenv("PATH", before)
        ClassBook(f"sqlite:///{tmp_path / 'gradebook.db'}").book.close()
        assert sorted(os.environ["PATH"].split(os.pathsep)) == sorted(["/usr/bin", beside])
