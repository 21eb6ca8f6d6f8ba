"""Is a row of the gradebook changed only where grading decides, and is a person asked whether a mark still fits?"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from autograder.classroom.gradebook import ClassBook
from autograder.classroom.grades import NewGrades, StoredGrades


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
