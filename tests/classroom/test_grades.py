"""Are a student's final scores the sum of what the gradebook holds, and is every difference noticed?"""

from __future__ import annotations

import datetime
from dataclasses import replace
from types import SimpleNamespace

import pytest

from autograder.classroom.feedback import NO_RESPONSE
from autograder.classroom.grades import NewGrades, StoredGrades, add_up

NOON = datetime.datetime(2026, 3, 2, 12)
NEW = NewGrades("ada", {"neuron": 1.5, "why": None, "how": 0.0}, frozenset({"how"}), 0.5, NOON, frozenset())


def row(auto=None, manual=None, extra=None, waiting=False):
    return SimpleNamespace(auto_score=auto, manual_score=manual, extra_credit=extra, needs_manual_grade=waiting)


def stored(**changes):
    grades = {"neuron": row(1.5), "why": row(waiting=True), "how": row(0.0)}
    comments = {"why": SimpleNamespace(auto_comment=None), "how": SimpleNamespace(auto_comment=NO_RESPONSE)}
    held = StoredGrades("s", "n", NOON, penalty=0.5, grades=grades, comments=comments)
    return replace(held, **changes)


def test_only_a_blank_answer_gets_nbgraders_comment():
    assert [NEW.comment(name) for name in ("how", "why")] == [NO_RESPONSE, None]


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": None},
        {"penalty": None},
        {"grades": {"neuron": row(1.5), "why": row(), "how": row(1.0)}},
        {"grades": {"neuron": row(1.5), "why": row()}},
        {"comments": {"why": SimpleNamespace(auto_comment=NO_RESPONSE)}},
        {"comments": {"how": SimpleNamespace(auto_comment=None)}},
        {"comments": dict.fromkeys(("why", "how"), SimpleNamespace(auto_comment=None))},
    ],
)
def test_whatever_differs_is_seen(changes):
    assert stored().agrees_with(NEW)
    assert not stored(**changes).agrees_with(NEW)


@pytest.mark.parametrize(
    ("rows", "penalty", "score", "waiting"),
    [
        ([row(1.5), row(2.0, 0.5), row(waiting=True)], None, 2.0, 1),
        ([row(1.5), row(None, 3.0, 0.25)], 0.5, 4.25, 0),
        ([row(2.0, 0.0)], None, 0.0, 0),
        ([row(0.5)], 2.0, 0.0, 0),
        ([row(1 / 3), row(1 / 3, waiting=True)], None, 0.6667, 1),
        ([], None, 0.0, 0),
    ],
)
def test_a_persons_marks_go_before_automatic_ones_and_no_penalty_goes_below_nothing(rows, penalty, score, waiting):
    held = stored(grades={str(number): one for number, one in enumerate(rows)}, penalty=penalty)
    assert add_up({"ada": held}) == {"ada": {"score": score, "late_penalty": penalty or 0.0, "waiting": waiting}}
