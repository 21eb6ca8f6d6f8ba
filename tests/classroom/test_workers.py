"""Is a worker's answer accepted only if it can be a result, and is a worker that fails left out?"""

from __future__ import annotations

import concurrent.futures as futures
import json
import os
import signal
import time
from dataclasses import replace

import pytest

from autograder.classroom import cluster, feedback, workers
from autograder.classroom.cluster import DaskWorkers, Failed, Lacking, Order, Refused
from autograder.classroom.feedback import Marks
from autograder.classroom.folder import ClassroomError
from autograder.classroom.submission import Submission
from autograder.classroom.work import GradingTask, Tools, find_fault, grade_submission, warm_up
from autograder.classroom.workers import share_out, stream
from autograder.exercises import CHAPTERS
from autograder.judging import key
from autograder.submitted_notebook import dump_notebook
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"]
NAN = float("nan")


@pytest.fixture(scope="module")
def tools():
    keys = {WEIGHTS.name: key.pack(list(key.chapter_keys(WEIGHTS, 7).values()))}
    return Tools("process", {WEIGHTS.name: made.released(WEIGHTS)}, keys)


@pytest.fixture(scope="module")
def task():
    library = dict(made.REFERENCE)
    submission = Submission("ada", WEIGHTS.name, dump_notebook(made.answered(WEIGHTS)), library)
    return GradingTask(submission, "a record", None, Marks(), {"submission": "s", "record": "r"})


@pytest.fixture(scope="module")
def graded(task, tools):
    return grade_submission(task, tools)


def with_scores(graded, **scores):
    return replace(graded, result=replace(graded.result, automatic={**graded.result.automatic, **scores}))


def with_entry(graded, **changed):
    return replace(graded, result=replace(graded.result, entry=graded.result.entry | changed))


def with_exercise(graded, **changed):
    first, *others = graded.result.entry["exercises"]
    return with_entry(graded, exercises=[first | changed, *others])


FAULTS = {
    "nothing": lambda graded: None,
    "garbage": lambda graded: b"\x80garbage",
    "a dictionary": lambda graded: {"score": 16},
    "no result": lambda graded: replace(graded, result=None),
    "an empty entry": lambda graded: with_entry(graded, student=None),
    "another student's": lambda graded: with_entry(graded, student="bo"),
    "another chapter's": lambda graded: with_entry(graded, chapter="02_biases"),
    "another task": lambda graded: replace(graded, task=replace(graded.task, name="another")),
    "other inputs": lambda graded: replace(graded, result=replace(graded.result, inputs={"submission": "x"})),
    "NaN": lambda graded: with_scores(graded, apply_weight=NAN),
    "infinity": lambda graded: with_scores(graded, apply_weight=float("inf")),
    "below zero": lambda graded: with_scores(graded, apply_weight=-1.0),
    "above its points": lambda graded: with_scores(graded, apply_weight=3.0),
    "a text": lambda graded: with_scores(graded, apply_weight="2"),
    "a cell more": lambda graded: with_scores(graded, another=1.0),
    "a cell less": lambda graded: replace(graded, result=replace(graded.result, automatic={})),
    "NaN in the entry": lambda graded: with_exercise(graded, score=NAN),
    "a wrong sum": lambda graded: with_entry(graded, score=15.0),
    "a NaN of a sum": lambda graded: with_entry(graded, score=NAN),
    "a score where there is none": lambda graded: with_exercise(graded, score=None),
    "a penalty of NaN": lambda graded: replace(graded, result=replace(graded.result, penalty=NAN)),
    "a negative penalty": lambda graded: replace(graded, result=replace(graded.result, penalty=-1.0)),
    "half a page": lambda graded: replace(graded, page=graded.page[:-100]),
    "another notebook": lambda graded: replace(graded, notebook=b"{}"),
    "a text for a page": lambda graded: replace(graded, page="page"),
    "an exercise less": lambda graded: with_entry(graded, exercises=graded.result.entry["exercises"][1:]),
    "an exercise above its points": lambda graded: with_exercise(graded, score=99.0),
    "a sum above the points": lambda graded: with_entry(graded, score=99.0),
}
SAID = {
    "it belongs to another submission": {"an empty entry", "another student's", "another chapter's", "another task"},
    "it was made from other inputs": {"other inputs"},
    "its cells are not the chapter's": {"a cell more", "a cell less", "an exercise less"},
    "a score is negative or above its maximum": {"NaN", "infinity", "below zero", "above its points"}
    | {"NaN in the entry", "a NaN of a sum", "an exercise above its points", "a sum above the points"},
    "a penalty is negative or above the points": {"a penalty of NaN", "a negative penalty"},
    "its scores do not add up": {"a wrong sum", "a score where there is none"},
    "the notebook or page belongs to another result": {"half a page", "another notebook"},
    "it cannot be read: ": {"nothing", "garbage", "a dictionary", "no result", "a text", "a text for a page"},
}
"""What is said about each fault."""


def test_a_result_is_one(task, tools, graded):
    assert graded.result.entry["score"] == 16 and find_fault(task, graded, tools) is None


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_result_has_its_fault(name, task, tools, graded):
    (said,) = (words for words, names in SAID.items() if name in names)
    assert find_fault(task, FAULTS[name](graded), tools).startswith(said)


NEVER = object()


class Cluster:
    """A cluster whose workers give the answers that the test says, one after another."""

    def __init__(self, answers):
        self.answers, self.asked, self.retired = list(answers), [], []

    def get_executor(self, **_):
        return self

    def submit(self, function, task, order):
        self.asked.append(order)
        future, answer = futures.Future(), self.answers.pop(0)
        if answer is NEVER:
            return future
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)
        return future

    def retire_workers(self, workers, close_workers):
        self.retired += workers

    def nthreads(self):
        """Retired workers stay, as Dask's last one does; another worker is there as long as there are answers."""
        return dict.fromkeys([*self.retired, *(["another"] if self.answers else [])], 1)

    def close(self):
        pass


def work(monkeypatch, tools, task, answers):
    """Let a cluster's workers answer; return what became of the task, the messages, and the cluster."""
    made_here, told = Cluster(answers), []
    distributed = pytest.importorskip("distributed", reason="Dask is not installed, so no cluster was tried")
    monkeypatch.setattr(distributed, "Client", lambda *_, **__: made_here)
    monkeypatch.setattr(cluster, "_FIRST_WORKER", 0.05)
    monkeypatch.setattr(cluster, "_PAUSE", 0.01)
    dask = DaskWorkers(tools, "tcp://scheduler", told.append)
    (found,) = stream(dask, [task])
    return found, told, made_here


def test_a_worker_gets_the_tools_when_it_has_not_got_them(monkeypatch, tools, task, graded):
    found, told, made_here = work(monkeypatch, tools, task, [Lacking(), ("w2", graded)])
    assert found is graded and told == []
    light, whole = made_here.asked
    assert light.tools is None and whole.tools and whole.without_tools() == light


def test_a_refusal_is_told_once_and_the_task_goes_to_another(monkeypatch, tools, task, graded):
    answers = [Refused("w1", "another release."), Refused("w1", "another release."), ("w2", graded)]
    found, told, made_here = work(monkeypatch, tools, task, answers)
    assert found is graded and told == ["The worker w1 is left out: another release."]
    assert made_here.retired == ["w1"]


@pytest.mark.parametrize("spoil", [FAULTS["NaN"], FAULTS["garbage"], FAULTS["half a page"]])
def test_a_liar_is_told_and_retired_and_its_score_counts_for_nothing(monkeypatch, tools, task, graded, spoil):
    found, told, made_here = work(monkeypatch, tools, task, [("w1", spoil(graded)), ("w2", graded)])
    assert found is graded and made_here.retired == ["w1"]
    (sentence,) = told
    assert sentence.startswith("The worker w1 is left out: its result for a submission is not valid (")


def test_where_all_lie_the_submission_is_unjudged(monkeypatch, tools, task, graded):
    answers = [(f"w{n}", FAULTS["NaN"](graded)) for n in range(4)]
    found, _, made_here = work(monkeypatch, tools, task, answers)
    assert found.result.entry["status"] == "unjudged" and found.result.entry["score"] is None
    assert made_here.retired == ["w0", "w1", "w2"]


def test_where_no_worker_is_left_the_reason_is_said(monkeypatch, tools, task):
    with pytest.raises(ClassroomError, match=r"No worker joined .* The last worker was refused: another release\."):
        work(monkeypatch, tools, task, [Refused("w1", "another release.")])


def test_a_cluster_without_workers_is_not_waited_for_without_end(monkeypatch, tools, task):
    """As when the last worker leaves after a task was handed to the scheduler, which then keeps the task."""
    monkeypatch.setattr(workers, "_LOOK_AFTER", 0.01)
    with pytest.raises(ClassroomError, match="No worker joined"):
        work(monkeypatch, tools, task, [NEVER])


@pytest.mark.parametrize("joins_after", [0.0, 7.0, None])
def test_the_wait_for_a_worker_sleeps_until_one_joins_or_the_time_is_over(monkeypatch, tools, joins_after):
    now, asked, closed = [0.0], [], []

    class Empty(Cluster):
        def nthreads(self):
            asked.append(now[0])
            return {} if joins_after is None or now[0] < joins_after else {"late": 2}

        def close(self):
            closed.append(now[0])

    class Clock:
        def monotonic(self):
            return now[0]

        def sleep(self, seconds):
            now[0] += seconds

    distributed = pytest.importorskip("distributed", reason="Dask is not installed, so no cluster was tried")
    monkeypatch.setattr(distributed, "Client", lambda *_, **__: Empty([]))
    monkeypatch.setattr(cluster, "time", Clock())  # it stands still unless somebody sleeps
    if joins_after is None:
        with pytest.raises(ClassroomError, match=r"No worker joined tcp://scheduler within 120 seconds\.$"):
            DaskWorkers(tools, "tcp://scheduler", print)
        assert closed and 120 < closed[0] < 121
    else:
        assert DaskWorkers(tools, "tcp://scheduler", print).window == 8
        assert joins_after <= now[0] < joins_after + 1 and not closed
    assert len(asked) < 1000, "it asks a few times a second"


def test_a_scheduler_that_is_gone_is_said_and_leaves_nobody_unjudged(monkeypatch, tools, task):
    with pytest.raises(ClassroomError, match="scheduler is gone"):
        work(monkeypatch, tools, task, [futures.CancelledError()])


def test_what_one_worker_fails_on_another_does(monkeypatch, tools, task, graded):
    found, told, made_here = work(monkeypatch, tools, task, [Failed("OSError: no space left"), ("w2", graded)])
    assert found is graded and told == made_here.retired == []


def test_what_every_worker_fails_on_is_unjudged(monkeypatch, tools, task):
    for answers in ([Failed("OSError: no space left")] * 3 + [None], [OSError("killed too often")]):
        found, told, _ = work(monkeypatch, tools, task, answers)
        assert found.result.entry["status"] == "unjudged" and told == []


@pytest.fixture
def on_a_worker(monkeypatch):
    distributed = pytest.importorskip("distributed", reason="Dask is not installed, so no cluster was tried")
    monkeypatch.setattr(distributed, "get_worker", lambda: type("Worker", (), {"address": "me"}))
    monkeypatch.setattr(cluster, "_received", {})


@pytest.mark.usefixtures("on_a_worker")
def test_on_a_worker(tools, task, graded, monkeypatch):
    import pickle

    order = Order(pickle.dumps(tools), cluster._digests([WEIGHTS.name]))
    assert cluster.grade_there(task, order.without_tools()) == Lacking()
    me, found = cluster.grade_there(task, order)
    assert me == "me" and found.result == graded.result
    assert cluster.grade_there(task, order.without_tools())[1].page == graded.page, "the tools are kept"
    other = replace(order, digests={WEIGHTS.name: "of another release"})
    refused = cluster.grade_there(task, other)
    assert (refused.worker, "install the same release" in refused.reason) == ("me", True)
    monkeypatch.setattr(cluster, "grade_submission", lambda *_: 1 / 0)
    assert cluster.grade_there(task, order) == Failed("ZeroDivisionError: division by zero")
    unreadable = replace(order, tools=b"garbage")
    assert "cannot read the data that all submissions need" in cluster.grade_there(task, unreadable).reason


def test_work_is_shared_out_in_order():
    read, write = os.pipe()
    try:
        assert share_out(_square, [3, 1, 2], 2, write) == [(9, True), (1, True), (4, True)]
        assert share_out(_square, [3], 2, write) == [(9, False)], "one thing is done here"
        with pytest.raises(ValueError, match="none of minus one"):
            share_out(_square, [2, -1], 2, write)
        assert os.write(write, b"open") == 4, "what other processes close stays open here"
    finally:
        os.close(read), os.close(write)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux lets a process choose its processors")
def test_each_worker_has_its_own_processor_if_there_is_one_for_each(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {7, 2, 5})
    assert workers.assign_processors(3) == [2, 5, 7]
    assert workers.assign_processors(2) == workers.assign_processors(4) == []
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3})
    assert workers.assign_processors(1) == []


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux lets a process choose its processors")
@pytest.mark.parametrize("spare", [0, 1])
def test_workers_stay_on_their_processors(spare, tools):
    everywhere = os.sched_getaffinity(0)
    assigned = workers.assign_processors(len(everywhere) + spare)
    free = os.open(os.devnull, os.O_RDONLY)
    running = workers.LocalWorkers(tools, len(everywhere) + spare, free)
    try:
        found = {where.result() for where in [running._pool.submit(_where, 0.05) for _ in range(8 * len(everywhere))]}
    finally:
        running.close()
        os.close(free)
    own = {(number,) for number in everywhere}
    assert found <= own if assigned else found == {tuple(sorted(everywhere))}
    assert os.sched_getaffinity(0) == everywhere


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux lets a process choose its processors")
def test_a_processor_that_is_taken_away_stops_no_worker(monkeypatch, tools):
    everywhere = os.sched_getaffinity(0)
    monkeypatch.setattr(workers, "assign_processors", lambda jobs: [4_000] * jobs)
    free = os.open(os.devnull, os.O_RDONLY)
    running = workers.LocalWorkers(tools, 2, free)
    try:
        assert running._pool.submit(_where, 0).result() == tuple(sorted(everywhere))
    finally:
        running.close()
        os.close(free)


def _where(seconds):
    time.sleep(seconds)
    return tuple(sorted(os.sched_getaffinity(0)))


def test_a_worker_leaves_an_interruption_to_the_process_that_grades():
    """Otherwise Ctrl+C, which reaches the whole group, would print a traceback for each worker."""
    read, write = os.pipe()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job may have it ignored
    try:
        assert share_out(_interrupt_elsewhere, [3, 1], 2, write) == [3, 1]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
        os.close(read), os.close(write)


def test_where_a_process_is_killed_the_work_is_done_here():
    read, write = os.pipe()
    try:
        assert share_out(_die_elsewhere, [3, 1, 2], 2, write) == [3, 1, 2]
    finally:
        os.close(read), os.close(write)


_HERE = os.getpid()


def _interrupt_elsewhere(number):
    assert os.getpid() != _HERE
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        return "interrupted"
    return number


def _die_elsewhere(number):
    if os.getpid() != _HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _square(number):
    if number < 0:
        raise ValueError("none of minus one")
    return number**2, os.getpid() != _HERE


def test_what_all_pages_share_is_made_once(tools, task, graded, monkeypatch):
    made_now = []
    monkeypatch.setattr(feedback, "_handed_out", {})
    monkeypatch.setattr(feedback, "_seen", {})
    monkeypatch.setattr(feedback, "_keep_html", lambda made, cell: made_now.append(cell["id"]) or made)
    feedback._exporter.cache_clear()
    try:
        assert grade_submission(task, tools).page == graded.page
        text = {one["id"] for one in tools.released[WEIGHTS.name]["cells"] if "nbgrader" not in one["metadata"]}
        assert text and text <= set(made_now)
        monkeypatch.undo()
        feedback._exporter.cache_clear()
        monkeypatch.setattr(feedback, "_handed_out", {})
        monkeypatch.setattr(feedback, "_seen", {})
        warm_up(tools)
        assert not feedback._seen
        assert grade_submission(task, tools).page == graded.page
        again = {json.loads(name)["id"] for name in feedback._seen}
        assert again and not again & text, "cells that were handed out were made again"
    finally:
        feedback._exporter.cache_clear()


def test_the_task_that_runs_longest_is_named_and_for_how_long(task, graded, monkeypatch):
    """The first of three takes until all others are done."""
    clock, said = iter(range(100)), []
    monkeypatch.setattr(workers.time, "monotonic", lambda: float(next(clock)))

    class Slow:
        window, pending = 3, []

        def submit(self, task):
            self.pending.append(futures.Future())
            return self.pending[-1]

        def accept(self, task, came):
            return came

    slow = Slow()
    tasks = [replace(task, name=name) for name in ("first", "second", "third")]
    found = stream(slow, tasks, lambda one, seconds: said.append((one.name, seconds)))
    real = futures.wait

    def wait(running, *about):
        for future in [*slow.pending[1:], slow.pending[0]]:
            if not future.done():
                future.set_result(graded)
                break
        return real(running, *about)

    monkeypatch.setattr(workers.futures, "wait", wait)
    assert len([*found]) == 3
    assert said == [("first", 1.0), ("first", 2.0), ("first", 3.0)]
