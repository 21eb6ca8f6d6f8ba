"""Does only a job's own time decide, and is a job with a doubtful timeout tried once more, alone?"""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
import types

import pytest

from autograder.candidate import frames
from autograder.candidate.frames import Ending
from autograder.paths import ROOT
from autograder.sandbox import process, selftest, turns, watch
from autograder.sandbox.clock import Clock, OutOfTimeError
from autograder.sandbox.process import Outcome, Runner
from autograder.sandbox.usage import Usage, find_family, measure_usage
from tests.support.small import returning, verdict_of

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what a process uses")
UNUSED = {"processes": 1, "memory": 0, "processor": 0.0, "waited": 0.0}
BOUNDS = watch.Bounds(seconds=1.0, wall=4.0, memory=1000, processes=8)


@pytest.fixture
def watcher(monkeypatch):
    """A watcher of a job, whose clock the test moves."""
    made = watch.Watcher(None, BOUNDS, 1)
    now = [0.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: now[0])

    def after(seconds, **used):
        now[0] = seconds
        made.waited = used.get("waited", 0.0)
        return made._find_broken(Usage(**UNUSED | used))

    return after


def test_running_and_sleeping_count(watcher):
    assert watcher(1.0) is None
    assert watcher(1.5) is Ending.TIMEOUT


def test_waiting_for_a_processor_does_not_count(watcher):
    assert watcher(3.0, waited=2.5) is None
    assert watcher(3.0, waited=1.5) is Ending.TIMEOUT


def test_waiting_is_believed_within_a_limit_by_the_clock(watcher):
    assert watcher(3.9, waited=3.9) is None
    assert watcher(9.5, waited=9.5) is Ending.TIMEOUT


def test_a_machine_that_slept_is_not_a_loop(monkeypatch):
    """As on a laptop whose lid was closed: neither the job nor its watcher ran meanwhile."""
    now = [100.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: now[0])
    made = watch.Watcher(None, BOUNDS, 1)
    made._began = 100.0
    now[0] = 100.5
    looked = now[0]
    now[0] = 130.5  # it slept for half a minute between two readings
    made._leave_out_standstill(looked)
    assert made._find_broken(Usage(**UNUSED)) is None and made.spent < 0.6
    now[0] = 131.0
    made._leave_out_standstill(130.5)
    assert made._find_broken(Usage(**UNUSED)) is None
    now[0] = 131.6
    assert made._find_broken(Usage(**UNUSED)) is Ending.TIMEOUT


@pytest.mark.parametrize("seconds", [1.5, 4.0])
def test_a_candidate_that_was_stopped_with_its_watcher_passes(seconds):
    """All processes of a run are stopped for longer than the job has, and then go on."""
    program = """
from autograder.sandbox.process import Runner
from tests.support.small import returning, verdict_of
with Runner(time_limit=1.0) as runner:
    runner.ensure_started()
    print("ready", flush=True)
    print(verdict_of(runner, returning("2.0", "import time; time.sleep(0.4)")).status, flush=True)
"""
    run = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "ready\n"
    time.sleep(0.15)
    family = find_family(run.pid)
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in reversed(family):
        os.kill(pid, signal.SIGCONT)
    assert run.communicate(timeout=60)[0] == "passed\n"


def test_processor_time_of_all_processes_counts(watcher):
    assert watcher(0.05, processor=7.0) is None  # used by earlier jobs
    assert watcher(1.0, processor=9.5) is None
    assert watcher(1.0, processor=10.5) is Ending.TIMEOUT


def test_memory_and_processes_are_bounded(watcher):
    assert watcher(0.1, memory=1001) is Ending.MEMORY
    assert watcher(0.1, processes=9) is Ending.PROCESSES


def test_the_use_of_a_family_is_measured():
    code = (
        "import os, time\n"
        "if os.fork() == 0: x = bytearray(100 * 2**20); print('ready', flush=True)\n"
        "until = time.process_time() + 0.2\n"
        "while time.process_time() < until: pass\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        parent.stdout.readline()
        deadline = time.monotonic() + 60
        while measure_usage(parent.pid, 1).processor < 0.4 and time.monotonic() < deadline:
            time.sleep(0.05)
        used = measure_usage(parent.pid, 1)
        assert used.processes == 2 and len(find_family(parent.pid)) == 2
        assert used.memory > 100 * 2**20
        assert used.processor >= 0.4
    finally:
        for pid in reversed(find_family(parent.pid)[1:]):
            subprocess.run(["kill", "-9", str(pid)], check=True)
        parent.kill()
        parent.wait()
        parent.stdout.close()


def tried(monkeypatch, *outcomes, isolation="bubblewrap", retries=True):
    """Return the outcome of a job whose runs end like this, and the kinds of turn that they took."""
    left, took = list(outcomes), []
    runner = Runner(isolation)

    def run_once(job, seconds, turn):
        took.append(turn)
        return left.pop(0)

    monkeypatch.setattr(runner, "_run_once", run_once)
    return runner.run(b"", 1.0, retries), took


def test_a_timeout_on_a_busy_machine_is_tried_once_more_alone(monkeypatch):
    late = Outcome(Ending.TIMEOUT, limit=1.0, waited=0.9)
    right = Outcome(Ending.ANSWERED, b"x", limit=1.0)
    assert tried(monkeypatch, late, right) == (right, [turns.run_beside_others, turns.run_alone])
    assert tried(monkeypatch, late, late) == (late, [turns.run_beside_others, turns.run_alone])
    spent = Outcome(Ending.NOT_TRIED, limit=120.0)
    assert tried(monkeypatch, late, spent)[0] == late
    assert tried(monkeypatch, late, retries=False) == (late, [turns.run_beside_others])


def test_a_timeout_of_its_own_making_is_not_tried_again(monkeypatch):
    own = Outcome(Ending.TIMEOUT, limit=1.0, waited=0.1)
    assert tried(monkeypatch, own) == (own, [turns.run_beside_others])


def test_a_job_waits_for_others_only_until_it_has_processes_or_threads_of_its_own(monkeypatch):
    made = watch.Watcher(types.SimpleNamespace(pid=0), BOUNDS, 1)
    readings = [
        Usage(**UNUSED | {"waited": 0.2}),
        Usage(**UNUSED | {"waited": 0.5}, alone=False),
        Usage(**UNUSED | {"waited": 0.9}),
    ]

    def measure(*_):
        made._done.set() if len(readings) == 1 else None
        return readings.pop(0)

    monkeypatch.setattr(watch, "measure_usage", measure)
    monkeypatch.setattr(watch, "_TICK", 0.001)
    made._began = time.monotonic()
    made._watch()
    assert made.waited == 0.2 and not readings


@pytest.mark.parametrize(
    ("begins", "alone"),
    [
        ("", True),
        ("os.fork() or time.sleep(60)", False),
        ("threading.Thread(target=time.sleep, args=[60]).start()", False),
    ],
)
def test_whether_a_job_is_alone_is_seen(begins, alone):
    code = f"import os, threading, time\n{begins}\nprint('ready', flush=True)\ntime.sleep(60)"
    job = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        job.stdout.readline()
        assert measure_usage(job.pid, 0).alone is alone
    finally:
        for pid in reversed(find_family(job.pid)):
            os.kill(pid, signal.SIGKILL)
        job.wait()
        job.stdout.close()


_LEFT_BEHIND = """
import os, time
def answer():
    for _ in range(5):
        between = os.fork()
        if not between:
            if not os.fork():
                time.sleep(0.3)
                while True: pass
            os._exit(0)
        os.waitpid(between, 0)
    while True: pass
"""


@pytest.mark.skipif(bool(selftest.why_not()), reason=f"no sandbox was tried: {selftest.why_not()}")
def test_a_job_that_waits_for_processes_that_it_left_behind_gets_no_more_time(monkeypatch):
    took, everywhere = [], os.sched_getaffinity(0)
    monkeypatch.setattr(turns, "run_alone", lambda: took.append("alone") or turns.run_beside_others())
    os.sched_setaffinity(0, {min(everywhere)})  # as a worker of a class is
    try:
        with Runner("bubblewrap", time_limit=1.5) as runner:
            assert verdict_of(runner, _LEFT_BEHIND).status == "timeout"
    finally:
        os.sched_setaffinity(0, everywhere)
    assert took == [], "other workers would have to wait"


def test_who_runs_alone_waits_for_the_others_and_lets_nobody_begin():
    seen = []

    def run_beside():
        with turns.run_beside_others():
            seen.append("beside")

    first, begun, end = threading.Event(), threading.Event(), threading.Event()

    def run_first():
        with turns.run_beside_others():
            first.set()
            end.wait(60)
            seen.append("first")

    def run_alone():
        with turns.run_alone():
            seen.append("alone")
            begun.set()
            time.sleep(0.05)
            seen.append("alone to its end")

    threads = [threading.Thread(target=run_first), threading.Thread(target=run_alone)]
    threads[0].start()
    assert first.wait(60)
    run_beside()  # many run at once
    assert seen == ["beside"]
    threads[1].start()
    end.set()
    assert begun.wait(60)
    run_beside()
    for thread in threads:
        thread.join(60)
    assert seen == ["beside", "first", "alone", "alone to its end", "beside"]


def test_a_lock_that_is_never_given_back_stops_nobody(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    with turns.run_alone(), turns.run_beside_others():
        pass


def test_what_the_caller_computes_counts_among_the_time_of_all_jobs():
    with Runner(clock=(clock := Clock(30.0, reserve=5.0))) as runner:
        assert verdict_of(runner, returning("2.0")).status == "passed"
        clock.in_sandboxes, until = 24.5, time.thread_time() + 0.6
        while time.thread_time() < until:
            pass
        verdict = verdict_of(runner, returning("2.0"))
        assert verdict.status == "timeout" and "was not tried" in verdict.message and "25 seconds" in verdict.message
        assert clock.left > 4, "what is kept for showing it was used up"


def test_a_clock_that_has_run_out_ends_a_pattern_that_is_being_matched():
    with pytest.raises(OutOfTimeError), Clock(0.3).enforce():
        re.match(r"(a|a)*b", "a" * 40)


def test_a_clock_leaves_alone_what_ends_in_time_and_what_comes_after():
    with Clock(0.3).enforce():
        pass
    until = time.thread_time() + 0.6
    while time.thread_time() < until:
        pass


def test_a_frame_of_a_candidate_is_read_within_bounds():
    assert frames.unpack_ending(b"nonsense\nx") == (Ending.UNREADABLE, b"")
    assert frames.unpack_ending(b"\xff\xfe") == (Ending.UNREADABLE, b"")
    for ending in Ending:
        assert frames.unpack_ending(frames.pack_ending(ending, b"a\nb")) == (ending, b"a\nb")


class Pieces(io.RawIOBase):
    """A stream that gives a few bytes at a time, like a pipe with a slow writer."""

    def __init__(self, data, size):
        self.data, self.size = data, size

    def read(self, most=-1):
        piece, self.data = self.data[: min(self.size, most)], self.data[min(self.size, most) :]
        return piece


@pytest.mark.parametrize("size", [1, 3, 7, 8, 9, 10**6])
def test_a_frame_that_arrives_in_pieces_is_read_whole(size):
    stream = Pieces(frames.pack_frame(b"first answer") + frames.pack_frame(b"") + frames.pack_frame(b"last"), size)
    assert [frames.read_frame(stream) for _ in range(4)] == [b"first answer", b"", b"last", None]
    assert frames.read_frame(Pieces(frames.pack_frame(b"cut")[:-1], size)) is None
    assert frames.read_frame(Pieces(frames.pack_frame(b"four"), size), most=4) == b"four"
    assert frames.read_frame(Pieces(frames.pack_frame(b"fives"), size), most=4) is None


def test_an_answer_that_arrives_in_pieces_is_read_whole():
    slowly = """
import os, time
write = os.write
def in_pieces(descriptor, data):
    time.sleep(0.001)
    return write(descriptor, bytes(data[:7]))
os.write = in_pieces
def answer():
    return 2.0
"""
    with Runner(time_limit=5.0) as runner:
        assert verdict_of(runner, slowly).status == "passed"


def test_more_processes_than_are_allowed_end_the_job(monkeypatch):
    forks = """
import os, time
def answer():
    for _ in range({count}):
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
    time.sleep(0.5)
    return 2.0
"""
    monkeypatch.setattr(process, "_PROCESSES", 12)
    with Runner(time_limit=5.0) as runner:
        assert verdict_of(runner, forks.format(count=4)).status == "passed"
        verdict = verdict_of(runner, forks.format(count=20))
    assert verdict.status == "crashed" and "started far too many processes" in verdict.message
