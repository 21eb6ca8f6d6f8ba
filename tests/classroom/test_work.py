"""Does a worker's result hold the penalty, the remarks and the seal that belong to it?"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from autograder.classroom import feedback, work
from autograder.classroom.examination import unjudged
from autograder.classroom.feedback import Marks
from autograder.classroom.rebuild import RebuiltNotebook
from autograder.classroom.submission import Submission
from autograder.classroom.work import GradingTask, Tools, find_fault, with_task, without_task
from autograder.exercises import CHAPTERS
from autograder.judging.verdict import Status
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"]
RELEASED = made.released(WEIGHTS)
TOTAL = float(WEIGHTS.points)
NOTEBOOK = json.dumps(made.answered(WEIGHTS)).encode()


@pytest.fixture
def finish(monkeypatch):
    """Finish a submission that has all points, but for the page's look."""
    monkeypatch.setattr(feedback, "make_page", lambda *_: "<p>page</p>")

    def finish(penalty=None, status=Status.PASSED, tries=0, rebuilt=None, share=1.0, **marks):
        found = unjudged(WEIGHTS, made.released(WEIGHTS), NOTEBOOK, "")
        verdicts = tuple(replace(one, status=status, score=share * one.points) for one in found.verdicts)
        found = replace(found, verdicts=verdicts, rebuilt=replace(found.rebuilt, **rebuilt or {}))
        task = GradingTask(Submission("ann", WEIGHTS.name, NOTEBOOK, {}), "r", None, Marks(**marks), {"a": "b"}, tries)
        return work._finish(task, found, Tools("process", {WEIGHTS.name: RELEASED}, {}, penalty))

    return finish


@pytest.mark.parametrize(
    ("asked", "penalty"), [(1.5, 1.5), (-1.0, 0.0), (0.0, 0.0), (TOTAL + 5, TOTAL), (TOTAL, TOTAL), (None, None)]
)
def test_a_penalty_is_within_the_points(finish, asked, penalty):
    seen = []
    found = finish(lambda *given: seen.append(given) or asked, seconds_late=90.0)
    assert found.result.penalty == penalty and seen == [("ann", TOTAL, 90.0)]


def test_who_is_in_time_has_no_penalty(finish):
    assert finish(lambda *_: 1.5).result.penalty is None
    assert finish(seconds_late=90.0).result.penalty is None, "nobody asks for one"
    extra = finish(lambda *_: 99.0, seconds_late=1.0, extra={"apply_weight": 3.0})
    assert extra.result.penalty == TOTAL + 3


def test_the_seal_is_in_notebook_and_page_and_the_tries_are_counted(finish):
    found = finish(tries=1)
    assert found.result.seal.encode() in found.notebook
    assert found.page == f"<p>page</p><!-- {found.result.seal} -->\n".encode()
    assert (found.result.tries, found.result.lasting, found.result.inputs) == (2, True, {"a": "b"})
    assert not finish(status=Status.TIMEOUT).result.lasting
    right, *others = found.examination.verdicts
    mixed = replace(found.examination, verdicts=(replace(right, status=Status.TIMEOUT), *others))
    assert not mixed.lasting and found.examination.lasting
    assert json.loads(found.notebook)["metadata"]["weightlab"]["submission"] == found.task.submission.digest()


def test_a_notebook_is_run_again_only_where_that_is_asked(monkeypatch):
    ran = []
    monkeypatch.setattr(work, "rerun", lambda notebook, sources, *_: ran.append(sources))
    monkeypatch.setattr(work, "_finish", lambda task, found, tools: found.rebuilt.malformed)
    task = GradingTask(Submission("ann", WEIGHTS.name, NOTEBOOK, {"weights": b"x"}), "r", [], Marks(), {})
    assert task.tries == 0
    for options, runs in (((), []), ((None, True), [{"weights": b"x"}])):
        assert work.grade_submission(task, Tools("process", {WEIGHTS.name: RELEASED}, {}, *options)) == ""
        assert ran == runs


def test_only_an_answer_that_may_be_elsewhere_is_remarked(finish):
    assert finish().result.entry["remarks"] == []
    (words,) = finish(rebuilt={"doubtful": frozenset({"b", "a"})}).result.entry["remarks"]
    assert words.startswith("There is no answer in the cell of a, b, but the student has added cells")
    assert finish(rebuilt={"doubtful": frozenset({"a"}), "malformed": "torn"}).result.entry["remarks"] == []


def test_a_result_travels_without_its_task_and_gets_it_back(finish):
    found, tools = finish(), Tools("process", {WEIGHTS.name: RELEASED}, {})
    bare = without_task(found)
    assert bare.task is None and bare.examination.rebuilt == RebuiltNotebook({}) and bare.result is found.result
    assert with_task(found.task, bare).task is found.task
    other = replace(found, task=replace(found.task, name="other"))
    assert with_task(found.task, other) is other and with_task(found.task, "garbage") == "garbage"
    assert find_fault(found.task, with_task(found.task, bare), tools) is None
    assert find_fault(found.task, other, tools) == "it belongs to another submission"


@pytest.mark.parametrize("share", [0.0, 1 / 7, 1.0])
def test_any_part_of_the_points_is_a_score(finish, share):
    found = finish(share=share)
    assert found.result.entry["score"] == round(share * TOTAL, 4)
    assert find_fault(found.task, found, Tools("process", {WEIGHTS.name: RELEASED}, {})) is None


def test_a_score_or_a_penalty_at_its_limit_is_no_fault(finish):
    tools = Tools("process", {WEIGHTS.name: RELEASED}, {})
    found = finish(lambda *_: 999.0, seconds_late=1.0, extra={"apply_weight": 3.0}, manual={"apply_weight": 50.0})
    assert find_fault(found.task, found, tools) is None
    worth = sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in RELEASED["cells"])
    most = worth - WEIGHTS.exercises["apply_weight"].points + 50 + 3
    for penalty, fault in ((most, False), (0.0, False), (most + 0.5, True), (-0.5, True)):
        result = replace(found.result, penalty=penalty)
        again = replace(found, result=result, notebook=result.seal.encode(), page=result.seal.encode())
        assert (find_fault(found.task, again, tools) == "a penalty is negative or above the points") is fault
