"""Does a run know what is late, what has changed, and what is worth another try?"""

from __future__ import annotations

import datetime
import json
from types import SimpleNamespace

import pytest

from autograder.classroom import run
from autograder.classroom.feedback import Marks
from autograder.classroom.grades import StoredGrades
from autograder.classroom.run import Run
from autograder.classroom.submission import Submission
from autograder.exercises import CHAPTERS

WEIGHTS = CHAPTERS["01_weights"].name
DUE = datetime.datetime(2026, 3, 2, 10)
HOUR = datetime.timedelta(hours=1)


def marks(timestamp, due=DUE, **stored):
    held = StoredGrades("", "", **stored) if stored else None
    return Run._marks(SimpleNamespace(_due={WEIGHTS: due}), Submission("ann", WEIGHTS, b"", {}, timestamp), held)


@pytest.mark.parametrize(
    ("timestamp", "due", "extension", "late"),
    [
        ("2026-03-02 10:01:30 UTC", DUE, None, 90.0),
        ("2026-03-02 10:00:00 UTC", DUE, None, 0.0),
        ("2026-03-02 09:00:00 UTC", DUE, None, 0.0),
        ("2026-03-02 11:01:30 UTC", DUE, HOUR, 90.0),
        ("2026-03-02 10:59:30 UTC", DUE, HOUR, 0.0),
        ("2026-03-02 10:01:30 UTC", None, HOUR, 0.0),
        (None, DUE, None, 0.0),
        ("some day", DUE, None, 0.0),
    ],
)
def test_a_submission_is_late_by_what_came_after_the_deadline_and_its_extension(timestamp, due, extension, late):
    assert marks(timestamp, due, extension=extension) == Marks(seconds_late=late)
    assert extension or marks(timestamp, due) == Marks(seconds_late=late), "it is not in the gradebook yet"


def test_only_what_a_person_has_entered_is_a_mark():
    def grade(manual, extra):
        return SimpleNamespace(manual_score=manual, extra_credit=extra)

    grades = {"why": grade(0.0, None), "how": grade(None, 0.5), "dense": grade(2.0, 0.0), "neuron": grade(None, None)}
    comments = {
        name: SimpleNamespace(manual_comment=text) for name, text in {"why": "Good.", "how": "", "no": None}.items()
    }
    found = marks("2026-03-02 10:00:01 UTC", grades=grades, comments=comments)
    assert found == Marks({"dense": 2.0, "why": 0.0}, {"how": 0.5}, {"why": "Good."}, 1.0)
    assert list(found.manual) == ["dense", "why"], "digests need an order"


@pytest.mark.parametrize(
    ("lasting", "tries", "status", "retry", "known", "again"),
    [
        (True, 1, "unjudged", True, True, False),
        (False, 1, "graded", False, False, True),
        (False, 2, "graded", False, False, False),
        (False, 2, "graded", True, False, True),
        (False, 2, "unjudged", False, False, True),
        (False, 2, "graded", False, True, True),
    ],
)
def test_what_did_not_end_is_tried_twice_and_then_only_with_a_reason(lasting, tries, status, retry, known, again):
    records = SimpleNamespace(
        get=lambda name, chapter: [] if known and (name, chapter.name) == ("r", WEIGHTS) else None
    )
    result = SimpleNamespace(lasting=lasting, tries=tries, entry={"status": status, "chapter": WEIGHTS})
    assert Run._is_worth_another_try(SimpleNamespace(retry=retry, records=records), result, "r") is again


def test_a_seal_counts_only_at_the_end_of_a_file(tmp_path):
    path = tmp_path / "page.html"
    assert not run._ends_with(path, "seal")
    for content, found in (("x" * 3000 + "seal\n", True), ("seal", True), ("seal" + "x" * 1996, True), ("x", False)):
        path.write_text(content)
        assert run._ends_with(path, "seal") is found
    path.write_text("seal" + "x" * 1997)
    assert not run._ends_with(path, "seal")


def notebook(**texts):
    cells = [{"metadata": {"nbgrader": {"grade_id": name}}, "source": text} for name, text in texts.items()]
    return json.dumps({"cells": [{"metadata": {}, "source": "own"}, *cells]}).encode()


def test_the_cells_that_changed_since_they_were_graded(tmp_path):
    path, now = tmp_path / "a.ipynb", notebook(why="Because.", how=["In ", "steps."], new="x")
    assert run._changed_cells(path, now) == {"why", "how", "new"}
    path.write_bytes(notebook(why="Because?", how="In steps.", old="x"))
    assert run._changed_cells(path, now) == {"why", "new"}
    for torn in (b"no JSON", b"[]", b'{"cells": [{}]}', b"{}"):
        path.write_bytes(torn)
        assert run._changed_cells(path, now) == {"why", "how", "new"}


def test_words_that_are_digested_are_kept_apart():
    digests = [run._digest(*words) for words in (("ab", "c"), ("a", "bc"), ("abc",), ("ab", "c\ud800"))]
    assert len(set(digests)) == 4 and digests[0] == run._digest("ab", "c")
