"""Does a submission's clock count only what belongs to it, and end the work when time runs out, in every thread?"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from autograder.paths import ROOT
from autograder.sandbox import clock, turns
from autograder.sandbox.clock import Clock, OutOfTimeError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="classes are graded on Linux")


@pytest.fixture
def thread_time(monkeypatch):
    """The processor time of the thread, which the test moves."""
    now = [100.0]
    monkeypatch.setattr(clock.time, "clock_gettime", lambda which: now[0])
    return now


def test_what_the_thread_computes_and_its_jobs_use_is_taken_away(thread_time):
    own = Clock(30.0, reserve=5.0)
    assert (own.left, own.left_for_code) == (30.0, 25.0)
    thread_time[0] += 4
    own.in_sandboxes += 6
    assert (own.left, own.left_for_code) == (20.0, 15.0)
    assert Clock(3.0).left_for_code == 3.0


def spin(seconds=20.0):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def in_thread(function):
    """Run a function in a thread; return what it raised."""
    raised = []

    def run():
        try:
            function()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    return raised


@pytest.mark.parametrize("run", [lambda function: function(), lambda function: _raise_first(in_thread(function))])
def test_a_clock_that_runs_out_ends_the_block_in_any_thread(run):
    def work():
        with Clock(0.3).enforce():
            spin()

    with pytest.raises(OutOfTimeError, match=r"^examining and showing it takes more than 0\.3 seconds$"):
        run(work)


def _raise_first(raised):
    if raised:
        raise raised[0]


def test_a_clock_runs_out_when_its_time_is_used_up_and_no_earlier(thread_time):
    reached = []
    with pytest.raises(OutOfTimeError), Clock(30.0).enforce():
        thread_time[0] += 29.5
        signal.raise_signal(signal.SIGPROF)
        reached.append("half a second left")
        thread_time[0] += 0.5
        signal.raise_signal(signal.SIGPROF)
        reached.append("more than all")
    assert reached == ["half a second left"]


@pytest.fixture
def raised(monkeypatch):
    """What a watching thread raises in another one, and when it first does."""
    seen = SimpleNamespace(calls=[], first=threading.Event())

    def note(ident, error):
        seen.calls.append((ident, error))
        seen.first.set()

    monkeypatch.setattr(clock, "_raise_in", note)
    monkeypatch.setattr(clock, "_LOOK", 0.001)
    return seen


def test_a_thread_is_ended_from_beside_when_its_time_is_used_up(thread_time, raised, monkeypatch):
    own, before = threading.get_ident(), set(threading.enumerate())
    looked = threading.Semaphore(0)

    def clock_gettime(which):
        looked.release()
        return thread_time[0]

    monkeypatch.setattr(clock.time, "clock_gettime", clock_gettime)
    with Clock(30.0)._enforce_from_beside():
        (watching,) = set(threading.enumerate()) - before
        assert watching.daemon, "it would keep a program that is to end from ending"
        thread_time[0] += 29.5
        assert all(looked.acquire(timeout=20) for _ in range(5))
        assert raised.calls == [], "half a second is left"
        thread_time[0] += 0.5
        assert raised.first.wait(20)
    assert len(raised.calls) > 1 and set(raised.calls) == {(own, clock._Stop)}


_TRACED = """
import contextlib, sys, threading
from autograder.sandbox.clock import Clock, OutOfTimeError

def work():
    with contextlib.suppress(OutOfTimeError), Clock(0.1).enforce():
        {}

thread = threading.Thread(target=work)
thread.start()
thread.join()
sys.settrace(lambda *event: None)
(lambda: None)()
print("traced")
"""


@pytest.mark.parametrize("body", ["pass", "while True: pass"])
def test_code_can_be_traced_after_a_thread_had_a_clock(body):
    """Python 3.11 runs in circles if an exception for a thread was cancelled and never raised."""
    program = [sys.executable, "-c", _TRACED.format(body)]
    ran = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.stdout == "traced\n", ran.stderr


def test_a_look_that_comes_when_the_block_has_just_ended_raises_nothing(thread_time, raised, monkeypatch):
    looks, ended, main_thread = threading.Event(), threading.Event(), threading.get_ident()

    class Lock:
        """Lets the watching thread in only after the block has ended."""

        def __enter__(self):
            if threading.get_ident() != main_thread:
                looks.set()
                ended.wait(20)

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(clock, "threading", SimpleNamespace(**vars(threading) | {"Lock": Lock}))
    before = set(threading.enumerate())
    block = Clock(30.0)._enforce_from_beside()
    block.__enter__()
    (watching,) = set(threading.enumerate()) - before
    thread_time[0] += 31.0
    assert looks.wait(20)
    block.__exit__(None, None, None)
    ended.set()
    watching.join(20)
    assert raised.calls == []


def test_after_the_block_nothing_ticks_and_the_handler_is_the_old_one():
    before = signal.getsignal(signal.SIGPROF)
    with Clock(30.0).enforce():
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
        assert signal.getsignal(signal.SIGPROF) is not before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is before


def test_a_thread_that_ended_in_time_is_left_alone():
    def work():
        with Clock(0.4).enforce():
            spin(0.05)
        spin(0.8)

    assert in_thread(work) == []


def test_an_error_of_the_work_itself_stays_what_it_is():
    with pytest.raises(KeyError), Clock(30.0).enforce():
        raise KeyError("x")


@pytest.fixture
def files(monkeypatch, tmp_path):
    """Lock files of the test's own: other sandboxes on this machine take turns as well."""
    for name in ("_GATE", "_ROOM"):
        (tmp_path / name).touch()
        monkeypatch.setattr(turns, name, tmp_path / name)


def test_two_may_run_beside_each_other_and_nobody_beside_one_that_is_alone(files, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.1)
    tried = []
    monkeypatch.setattr(turns.time, "sleep", lambda seconds: tried.append(seconds))
    with turns.run_beside_others(), turns.run_beside_others():
        assert not tried
    with turns.run_beside_others(), turns.run_alone():
        assert tried, "it waited for the other"


def test_who_has_waited_long_enough_runs_beside_one_that_is_alone(files, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.0)
    monkeypatch.setattr(turns, "time", SimpleNamespace(monotonic=lambda: 5.0, sleep=lambda _: pytest.fail("it waits")))
    with turns.run_alone(), turns.run_beside_others():
        pass


def test_on_a_file_system_without_locks_all_run(files, monkeypatch):
    import fcntl

    calls = []

    def flock(file, kind):
        calls.append(kind)
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", flock)
    with turns.run_alone():
        pass
    assert calls == [fcntl.LOCK_EX | fcntl.LOCK_NB] * 2
    calls.clear()
    with turns.run_beside_others():
        pass
    assert calls == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_SH | fcntl.LOCK_NB]
