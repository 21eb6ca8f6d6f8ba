"""Does a runner give each job its bounds, read how it ended, and keep only a candidate that can be used again?"""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace

import pytest

from autograder.candidate import frames, limits, wire
from autograder.candidate.frames import Ending
from autograder.sandbox import process
from autograder.sandbox.carrier import CandidateError, Outcome
from autograder.sandbox.process import Runner

WALL = limits.WALL_FACTOR if sys.platform == "linux" else 1


class FakeProcess:
    """A candidate that ends when the test says so."""

    def __init__(self, number):
        self.pid, self.ended, self.group = number, None, None
        self.stderr = SimpleNamespace(read=lambda most: b"first line\nno permission \n"[:most])

    def poll(self):
        return self.ended


@pytest.fixture
def machine(monkeypatch):
    """Candidates that answer as the test says, and a record of what was started, ended and sent to them."""
    seen = SimpleNamespace(
        started=[], ended=[], sent=[], answers=[], spent=0.5, waited=0.25, broken=None, ready=frames.READY
    )

    def start(isolation, whole_lab):
        seen.started.append((isolation, whole_lab))
        return FakeProcess(len(seen.started))

    def exchange(runner, order, bounds):
        watcher = SimpleNamespace(broken=None, spent=0.0, waited=0.0)
        if not order:
            assert (bounds.seconds, bounds.wall) == (process.START_SECONDS, process.START_SECONDS)
            answer = (b"", seen.ready) if seen.ready else None
        else:
            seen.sent.append((order, bounds))
            watcher.broken, watcher.spent, watcher.waited = seen.broken, seen.spent, seen.waited
            answer = None if seen.broken else seen.answers.pop(0)
        runner._waits = answer is not None
        return answer, watcher

    monkeypatch.setattr(process.isolation, "start", start)
    monkeypatch.setattr(process.isolation, "end", lambda one: seen.ended.append(one.pid))
    monkeypatch.setattr(Runner, "_exchange", exchange)
    monkeypatch.setattr(process, "_kept", None)
    return seen


ANSWER = frames.pack_ending(Ending.ANSWERED, b"right")


def answer(ending=Ending.ANSWERED, data=ANSWER, more=True):
    """Return an answer as `frames.read_answer` reads it; with `more` the candidate waits for another job."""
    last = frames.pack_ending(ending)
    return data, (frames.MORE if more else b"\x00") + last


def test_a_job_gets_its_seconds_and_the_machines_limits(machine):
    machine.answers = [answer()]
    runner = Runner()
    outcome = runner.run(b"job", 2.0)
    assert outcome == Outcome(Ending.ANSWERED, b"right", limit=2.0, waited=0.25)
    ((order, bounds),) = machine.sent
    assert (bounds.seconds, bounds.wall, bounds.memory, bounds.processes) == (2.0, 2.0 * WALL, limits.MEMORY, 64)
    told = wire.decode(order[8 : -8 - len(b"job")])
    assert told == {"seconds": 2.0, "wall": 2.0 * WALL, "memory": limits.MEMORY, "file_bytes": limits.FILE_BYTES}
    assert order.endswith(frames.pack_frame(b"job"))
    assert machine.started == [("process", False)] and machine.ended == [] and runner.pid == 1
    assert runner.grades_classes


def test_where_nobody_says_how_long_a_job_waited_the_clock_alone_counts(machine, monkeypatch):
    monkeypatch.setattr(process.sys, "platform", "darwin")
    machine.answers = [answer()]
    Runner().run(b"job", 3.0)
    assert [(bounds.seconds, bounds.wall) for _, bounds in machine.sent] == [(3.0, 3.0)]


def test_a_limit_of_the_runners_own_replaces_what_a_job_asks_for(machine):
    machine.answers = [answer()]
    assert Runner(time_limit=0.5).run(b"job", 2.0).limit == 0.5


def test_a_clock_shortens_a_job_counts_it_and_then_tries_nothing(machine):
    clock = SimpleNamespace(left_for_code=1.5, seconds=9.0, reserve=2.0, in_sandboxes=3.0)
    machine.answers = [answer(), answer()]
    runner = Runner(clock=clock)
    assert runner.run(b"job", 2.0).limit == 1.5 and clock.in_sandboxes == 3.5
    assert runner.run(b"job", 1.0).limit == 1.0
    clock.left_for_code = 0.0
    assert runner.run(b"job", 1.0) == Outcome(Ending.NOT_TRIED, limit=7.0)
    assert len(machine.sent) == 2


def test_an_end_without_data_has_none(machine):
    machine.answers = [answer(Ending.TIMEOUT, b"left over"), answer(more=False), answer(data=b"?")]
    runner = Runner()
    assert runner.run(b"job", 2.0) == Outcome(Ending.TIMEOUT, b"", limit=2.0, waited=0.25)
    assert machine.ended == []
    assert runner.run(b"job", 2.0).data == b"right"
    assert machine.ended == [1] and runner.pid is None, "it does not wait for another job"
    assert runner.run(b"job", 2.0).ending is Ending.UNREADABLE
    assert runner.pid == 2


def test_what_broke_a_bound_ended_so_and_is_replaced(machine):
    runner = Runner()
    machine.broken = Ending.MEMORY
    assert runner.run(b"job", 2.0) == Outcome(Ending.MEMORY, limit=2.0, waited=0.25)
    assert machine.ended == [1] and runner.pid is None
    machine.broken, machine.answers = None, [None]
    assert runner.run(b"job", 2.0).ending is Ending.CRASHED, "a fresh one that does not answer has crashed"
    assert machine.ended == [1, 2]


def test_what_an_earlier_job_broke_is_replaced_and_the_job_sent_again(machine):
    runner = Runner()
    machine.answers = [answer(), None, answer()]
    runner.run(b"job", 2.0)
    assert runner.run(b"job", 2.0).data == b"right"
    assert len(machine.started) == 2 and machine.ended == [1] and len(machine.sent) == 3


@pytest.mark.parametrize("said", [None, b"something else"])
def test_a_candidate_that_does_not_get_ready_is_ended_and_says_why(said, machine):
    machine.ready = said
    runner = Runner()
    with pytest.raises(CandidateError, match=r"^no permission$"):
        runner.ensure_started()
    assert machine.ended == [1] and runner.pid is None


def test_one_that_is_there_is_not_started_twice_and_one_that_ended_is(machine):
    runner = Runner()
    assert runner.ensure_started() is True and runner.ensure_started() is False
    runner._process.ended = 1
    assert runner.ensure_started() is True
    assert machine.ended == [1] and runner.pid == 2
    runner.close()
    assert machine.ended == [1, 2]
    runner.close()
    assert machine.ended == [1, 2]


@pytest.mark.parametrize(
    ("isolation", "whole_lab", "kept"),
    [("bubblewrap", False, True), ("bubblewrap", True, False), ("process", False, False)],
)
def test_only_a_sandbox_for_submissions_is_kept(isolation, whole_lab, kept, machine, monkeypatch):
    process.keep_sandboxes()
    process.keep_sandboxes()  # twice does no harm
    first = Runner(isolation, whole_lab=whole_lab)
    first.ensure_started()
    first.close()
    assert machine.ended == ([] if kept else [1])
    with Runner(isolation, whole_lab=whole_lab) as second:
        assert second.ensure_started() is not kept
        assert second.pid == (1 if kept else 2)
    process.end_kept()
    assert machine.ended == ([1] if kept else [1, 2]) and process._kept is None
    process.end_kept()


def test_a_kept_sandbox_that_ended_meanwhile_is_not_used(machine):
    process.keep_sandboxes()
    runner = Runner("bubblewrap")
    runner.ensure_started()
    ended = runner._process
    runner.close()
    ended.ended = 1
    with Runner("bubblewrap") as second:
        assert second.ensure_started() is True and second.pid == 2
    assert machine.ended == [1]
    process.end_kept()
    assert machine.ended == [1, 2]


def test_one_that_does_not_wait_for_a_job_is_not_kept(machine):
    process.keep_sandboxes()
    runner = Runner("bubblewrap")
    runner.ensure_started()
    runner._waits = False
    runner.close()
    assert machine.ended == [1] and process._kept == []
    process.end_kept()


@pytest.fixture
def exchanged(monkeypatch):
    """A real exchange with a fake stream and a fake watcher."""
    seen = SimpleNamespace(broken=None, depth=None, written=[])

    class Watching:
        def __init__(self, started, bounds, depth):
            seen.depth, self.broken = depth, seen.broken

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    def make(isolation, out_of_memory=None, read=(b"data", b"last")):
        runner = Runner(isolation)
        group = None if out_of_memory is None else SimpleNamespace(ran_out_of_memory=lambda: out_of_memory)
        stdin = SimpleNamespace(write=seen.written.append)
        runner._process = SimpleNamespace(stdin=stdin, stdout=None, group=group)
        monkeypatch.setattr(frames, "read_answer", lambda stream: read)
        return runner

    monkeypatch.setattr(process, "Watcher", Watching)
    return seen, make


def test_the_job_of_a_sandbox_is_one_generation_further_down(exchanged):
    seen, make = exchanged
    assert make("process")._exchange(b"order", None)[0] == (b"data", b"last") and seen.depth == 1
    make("bubblewrap")._exchange(b"order", None)
    assert seen.depth == 2 and seen.written == [b"order", b"order"]


def test_no_answer_counts_of_what_broke_a_bound(exchanged):
    seen, make = exchanged
    runner = make("bubblewrap")
    assert runner._exchange(b"", None)[0] and runner._waits
    seen.broken = Ending.TIMEOUT
    answer, watcher = runner._exchange(b"", None)
    assert answer is None and watcher.broken is Ending.TIMEOUT and not runner._waits


@pytest.mark.parametrize(
    ("out_of_memory", "read", "broken"),
    [
        (True, None, Ending.MEMORY),
        (False, None, None),
        (None, None, None),
        (True, (b"data", b"last"), None),
    ],
)
def test_the_control_group_says_whether_memory_ran_out(out_of_memory, read, broken, exchanged):
    seen, make = exchanged
    answer, watcher = make("bubblewrap", out_of_memory, read)._exchange(b"", None)
    assert answer == read and watcher.broken is broken
    seen.broken = Ending.TIMEOUT
    assert make("bubblewrap", True, None)._exchange(b"", None)[1].broken is Ending.TIMEOUT


@pytest.mark.parametrize(("options", "reap"), [({"reap": True}, True), ({"reap": False}, False), ({}, False)])
def test_a_candidate_that_somebody_else_ends_is_reaped_where_that_is_asked_for(options, reap, machine, monkeypatch):
    waited, by = threading.Event(), []

    def wait(process):
        by.append(threading.current_thread())
        waited.set()

    monkeypatch.setattr(FakeProcess, "wait", wait, raising=False)
    Runner(**options).ensure_started()
    assert waited.wait(20 if reap else 0.05) is reap
    assert all(thread.daemon for thread in by), "it would keep a kernel that is to end from ending"


def test_a_program_that_cannot_be_started_is_the_autograders_failure(machine, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "not here")

    monkeypatch.setattr(process.isolation, "start", refuse)
    with pytest.raises(CandidateError, match=r"PermissionError: .*not here"):
        Runner().ensure_started()


def test_one_that_says_nothing_was_not_ready_in_time(machine, monkeypatch):
    machine.ready = None
    runner = Runner()
    silent = SimpleNamespace(pid=1, group=None, stderr=SimpleNamespace(read=lambda most: b""))
    monkeypatch.setattr(process.isolation, "start", lambda *_: silent)
    with pytest.raises(CandidateError, match=r"^it was not ready in time$"):
        runner.ensure_started()


def test_only_in_a_sandbox_jobs_take_turns(machine, monkeypatch):
    taken = []

    class Turn:
        def __enter__(self):
            taken.append("turn")

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(process.turns, "run_beside_others", Turn)
    machine.answers = [answer(), answer()]
    Runner("process").run(b"job", 1.0)
    assert taken == []
    Runner("bubblewrap").run(b"job", 1.0)
    assert taken == ["turn"]


@pytest.mark.parametrize(
    ("isolation", "waited", "options", "runs"),
    [
        ("bubblewrap", 0.51, {}, 2),
        ("bubblewrap", 0.5, {}, 1),
        ("bubblewrap", 0.51, {"retries": False}, 1),
        ("process", 2.0, {}, 1),
    ],
)
def test_a_timeout_is_doubtful_if_the_job_waited_for_more_than_a_fifth_of_its_time(
    isolation, waited, options, runs, monkeypatch
):
    ran = []

    def run_once(self, job, seconds, turn):
        ran.append(turn)
        return Outcome(Ending.TIMEOUT, limit=2.5, waited=waited)

    monkeypatch.setattr(Runner, "_run_once", run_once)
    Runner(isolation).run(b"", 1.0, **options)
    assert len(ran) == runs


def test_a_sandbox_in_which_a_job_was_broken_off_is_not_one_that_waits(exchanged, monkeypatch):
    _, make = exchanged
    runner = make("bubblewrap")
    runner._waits = True

    def break_off(stream):
        raise KeyboardInterrupt

    monkeypatch.setattr(frames, "read_answer", break_off)
    with pytest.raises(KeyboardInterrupt):
        runner._exchange(b"order", None)
    assert not runner._waits
