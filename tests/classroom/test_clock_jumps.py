"""Does setting the clock, by years forwards or backwards, leave grades and records unchanged?"""

from __future__ import annotations

import itertools
import re
import time

import pytest

from autograder.classroom.grade import grade_class
from autograder.exercises import CHAPTERS
from autograder.learner.check import saved_ago
from autograder.sandbox import selftest
from labkit import store
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"]
SHUT_IN = "process" if selftest.why_not() else "bubblewrap"
JUMPS = (0.0, 4e8, -3e8, 86_400.0, -1.7e9, 3_600.0, 1e9, -5.0)
"""Seconds by which the clock is off, in turn."""


@pytest.fixture
def jumping(monkeypatch):
    """Let every reading of the clock give another time."""
    real, jumps = time.time, itertools.cycle(JUMPS)
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    monkeypatch.setattr(time, "time_ns", lambda: int((real() + next(jumps)) * 1e9))


def graded(base):
    """Grade a class of one student who is right, one who is wrong and one whose code loops; return all results."""
    wrong = made.mistaken(WEIGHTS)[0]["apply_weight"].function
    looping = made.REFERENCE | {"weights": made.REFERENCE["weights"] + b"\n\ndef apply_weight(*_):\n    return 0.0\n"}
    room = base / "room"
    made.submit(room, "ann", WEIGHTS, made.answered(WEIGHTS))
    made.submit(room, "bo", WEIGHTS, made.answered(WEIGHTS), made.library_with({"apply_weight": wrong}))
    made.submit(room, "cy", WEIGHTS, made.answered(WEIGHTS), looping)
    (room / "submitted" / "bo" / WEIGHTS.name / "timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
    course = made.course(base / "course", [WEIGHTS])
    entries = grade_class(room, seed=3, course=course, jobs=1, isolation=SHUT_IN)
    again = grade_class(room, seed=3, course=course, jobs=1, isolation=SHUT_IN)
    assert again == entries
    pages = [path.read_bytes() for path in sorted((room / "feedback").rglob("*.html"))]
    return entries, made.gradebook(room), pages


def test_a_class_is_graded_as_ever(tmp_path, request):
    quiet = graded(tmp_path / "quiet")
    request.getfixturevalue("jumping")
    assert time.time() != pytest.approx(time.time(), abs=1e3), "the clock does not jump"
    assert graded(tmp_path / "jumping") == quiet


def test_a_learner_s_record_loses_nothing_and_no_file_was_saved_in_the_future(tmp_path, state, jumping):
    for number in range(20):
        assert store.update("progress", lambda record, number=number: record | {str(number): number})
    assert store.load("progress") == {str(number): number for number in range(20)}
    (tmp_path / "x.py").write_text("")
    for _ in JUMPS:
        assert re.match(r"saved (just now|[1-9]\d* (second|minute|hour|day)s? ago) \(at", saved_ago(tmp_path / "x.py"))
