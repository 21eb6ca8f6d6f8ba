"""Does whatever a submission may hold affect only its own student?"""

from __future__ import annotations

import contextlib
import json
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from nbformat import validate

from autograder.classroom import examination, feedback, work
from autograder.classroom.examination import from_record
from autograder.classroom.rebuild import rebuild
from autograder.classroom.submission import Submission
from autograder.classroom.verdict_cells import write_verdicts
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox.clock import Clock, OutOfTimeError
from autograder.submitted_notebook import dump_notebook
from tests.classroom.test_grade import WEIGHTS, fresh, grade, graded_once
from tests.security.damage import Damager
from tests.support import classroom as made

__all__ = ["fresh", "graded_once"]  # fixtures
DAMAGED = int(os.environ.get("WEIGHTLAB_DAMAGED", 1_500))
"""How many damaged notebooks are read; once it was 100,000."""
RELEASED = made.released(WEIGHTS)
FUNCTIONS = [
    Verdict(name, WEIGHTS.name, Status.PASSED, float(one.points), float(one.points))
    for name, one in WEIGHTS.exercises.items()
]


def test_no_damaged_notebook_stops_reading_judging_or_showing():
    damager, statuses = Damager(WEIGHTS, random.Random(11)), set()
    for number in range(DAMAGED):
        content = damager.notebook()
        submission = Submission("ann", WEIGHTS.name, content, made.REFERENCE)
        found = from_record(list(FUNCTIONS), submission, RELEASED)
        notebook = write_verdicts(found.rebuilt.notebook, found)
        automatic, _ = feedback.scores(notebook, found, feedback.Marks())
        assert set(automatic) == {*WEIGHTS.exercises, *WEIGHTS.questions, *WEIGHTS.written}
        dump_notebook(notebook)
        statuses.add(str(found.status))
        if number % 50 == 0:
            validate(json.loads(dump_notebook(notebook)))
            final = dict.fromkeys(automatic, 0.0)
            page = feedback.make_page(notebook, WEIGHTS.name, final, feedback.Marks(), None, ())
            assert "</html>" in page
    assert statuses == {"graded", "malformed"}


def test_a_class_of_damaged_submissions_is_graded_and_the_others_are_as_if_alone(fresh):
    draw = random.Random(12)
    damager = Damager(WEIGHTS, draw)
    for number in range(25):
        folder = made.submit(fresh, f"odd-{number:02}", WEIGHTS, damager.notebook())
        module = folder / "weightlab" / "weights.py"
        source = bytearray(module.read_bytes())
        for _ in range(draw.randrange(1, 5)):
            source[draw.randrange(len(source))] = draw.randrange(256)
        module.write_bytes(source)
        (folder / "timestamp.txt").write_bytes(bytes(draw.randrange(256) for _ in range(30)))
        (folder / "concepts.json").write_bytes(b"[" * draw.randrange(90_000))
    for name in ("x" * 200, "a\u202eb", "new\nline", " "):
        made.submit(fresh, name, WEIGHTS, made.answered(WEIGHTS))
    found = grade(fresh)
    assert [found[name]["score"] for name in ("ann", "bo", "cy")] == [16, 0, 14]
    assert len(found) == 3 + 25 + 4
    assert {one["status"] for one in found.values()} <= {"graded", "malformed"}


@pytest.mark.parametrize("in_a_thread", [False, True])
def test_a_submission_whose_showing_takes_too_long_is_left_to_a_person(monkeypatch, in_a_thread):
    """If no bound stops a notebook, it is given up, and the worker, a process or a thread, continues."""

    def endless(*_):
        while True:
            with contextlib.suppress(Exception):  # code that makes exceptions a status must not keep it running
                while True:
                    pass

    submission = Submission("ann", WEIGHTS.name, json.dumps(made.answered(WEIGHTS)).encode(), made.REFERENCE)
    task = work.GradingTask(submission, "name", list(FUNCTIONS), feedback.Marks(), {})
    tools = work.Tools("process", {WEIGHTS.name: RELEASED}, {})
    feedback.warm_up()

    def grade_once():
        if not in_a_thread:
            return work.grade_submission(task, tools)
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(work.grade_submission, task, tools).result()

    with monkeypatch.context() as patch:
        patch.setattr(examination, "SECONDS", 0.2)
        patch.setattr(examination, "READING", 0.3)
        patch.setattr(feedback, "make_page", endless)
        with pytest.raises(OutOfTimeError, match=r"more than 0\.5 seconds") as stopped:
            grade_once()
    given_up = work.give_up(task, tools, stopped.value)
    assert given_up.result.entry["status"] == "unjudged"
    assert not given_up.result.lasting
    assert grade_once().result.entry["score"] == 16


def test_one_clock_counts_all_that_is_done_with_a_submission(monkeypatch):
    """Functions, reading, running the notebook again, and making its page all use up the same seconds."""
    seen = []

    def uses(seconds, result):
        def use(*args):
            clock = next(one for one in args if isinstance(one, Clock))
            seen.append(clock)
            clock.in_sandboxes += seconds
            return result

        return use

    found = from_record(list(FUNCTIONS), Submission("ann", WEIGHTS.name, b"{}", {}), RELEASED)
    monkeypatch.setattr(examination, "examine_submission", uses(130.0, found))
    monkeypatch.setattr(work, "_unpacked", lambda packed: {})
    monkeypatch.setattr(work, "rerun", uses(19.0, None))
    submission = Submission("ann", WEIGHTS.name, b"{}", made.REFERENCE)
    task = work.GradingTask(submission, "name", None, feedback.Marks(), {})
    work.grade_submission(task, work.Tools("process", {WEIGHTS.name: RELEASED}, {WEIGHTS.name: b""}, None, True))
    first, second = seen
    assert first is second
    assert 0 < first.left_for_code < 1 and first.left < examination.READING + 1


def test_what_python_cannot_take_apart_is_malformed(monkeypatch):
    from autograder.classroom import rebuild as module

    def fail(*_):
        raise RuntimeError("nobody has foreseen this")

    monkeypatch.setattr(module, "read_notebook", fail)
    assert "RuntimeError" in rebuild(RELEASED, b"{}").malformed
