"""Does the history record every change of a grade with its reasons, whatever its file contains?"""

from __future__ import annotations

import json
import os
import stat

import pytest

from autograder.classroom.folder import Classroom
from autograder.classroom.history import WITHDRAWN, Change, History

CAUSE = {"files": "a", "exercises": "b", "marks": "c", "penalty": "d"}


@pytest.fixture
def history(tmp_path):
    return History(Classroom(tmp_path))


def add(history, score, cause=CAUSE, student="ann"):
    causes = {"01_weights": {student: cause}} if cause is not None else {}
    return history.add({"01_weights": {student: {"score": score}}}, causes)


def test_a_grade_is_recorded_when_it_changes_and_only_then(history):
    assert add(history, 3.0) == [Change("ann", "01_weights", None, 3.0, ("graded first",))]
    assert add(history, 3.0, CAUSE | {"files": "other"}) == []
    assert add(history, 3.0, student="bo") == [Change("bo", "01_weights", None, 3.0, ("graded first",))]
    assert add(history, 0.0, None, "eve") == [], "who was never graded has no grade that changed"
    assert [(line["student"], line["from"], line["to"], line["why"]) for line in history.read()] == [
        ("ann", None, 3.0, ["graded first"]),
        ("bo", None, 3.0, ["graded first"]),
    ]
    assert history.path.read_bytes().count(b"\n") == 2, "no line is empty"


@pytest.mark.parametrize(("folder", "mode"), [(0o700, 0o600), (0o2770, 0o660)])
def test_only_graders_read_the_history(history, folder, mode):
    history.path.parent.chmod(folder)
    before = os.umask(0o002)
    try:
        add(history, 3.0)
    finally:
        os.umask(before)
    assert stat.S_IMODE(history.path.stat().st_mode) == mode


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (CAUSE | {"files": "z"}, ("resubmitted",)),
        (CAUSE | {"exercises": "z"}, ("exercise changed",)),
        (CAUSE | {"marks": "z", "penalty": "z"}, ("mark given", "lateness changed")),
        (WITHDRAWN, ("submission removed",)),
        (CAUSE, ("examined again",)),
        ({}, ("examined again",)),
        (None, ("examined again",)),
    ],
)
def test_what_changed_is_the_reason(history, cause, why):
    add(history, 3.0)
    assert add(history, 2.0, cause) == [Change("ann", "01_weights", 3.0, 2.0, why)]


def test_what_an_earlier_release_did_not_record_is_no_reason(history):
    line = {"student": "ann", "chapter": "01_weights", "to": 3.0}
    history.path.write_text(json.dumps(line | {"causes": {"marks": "z"}}) + "\n")
    assert add(history, 2.0)[0].why == ("mark given",)
    history.path.write_text(json.dumps(line) + "\n")
    assert add(history, 2.0)[0].why == ("examined again",)


def test_torn_and_foreign_lines_are_passed_over_and_nothing_is_written_into_them(history):
    add(history, 3.0)
    with history.path.open("ab") as file:
        file.write(b'3\n{"student": "bo"}\n\xff\n{"student": "ann", "chap')
    assert len(history.read()) == 1
    assert add(history, 2.0)[0].before == 3.0
    assert [line["to"] for line in history.read()] == [3.0, 2.0]
    assert history.path.read_bytes().count(b"\n") == 6, "no line is empty"
