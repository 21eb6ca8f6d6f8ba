"""Does the self-test notice a broken promise, whatever comes back?"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.candidate import limits, wire
from autograder.candidate.frames import Ending
from autograder.paths import ROOT
from autograder.sandbox import isolation, selftest, turns
from autograder.sandbox.carrier import Outcome
from autograder.sandbox.process import CandidateError

MIB = 2**20
# What a probe finds where a promise holds, and what it finds where it does not.
ENVIRONMENT = sorted(isolation.SANDBOX_VARIABLES)
VALUES = {
    "no network, not even a socket": ([], ["inet"]),
    "every file is read-only, except in a small /tmp": ([], ["/etc/passwd"]),
    "no privileges, and no way to gain any": ([], ["capability"]),
    "no call by which sandboxes could talk to each other or read a cache": ([], ["memfd"]),
    "no locks on files that other sandboxes see": ([], ["flock"]),
    "other processes are out of reach": ([], [17]),
    "the images that judge the capstone are hidden": ((0, 4000), (500, 4000)),
    "few processes": (limits.MAX_PROCESSES, limits.MAX_PROCESSES + 1),
    "the memory of one process is bounded": (limits.MEMORY // MIB, limits.MEMORY // MIB + 1),
    "no memory that is not counted": ([], ["shared"]),
    "/tmp is small": (isolation.TEMPORARY_BYTES // MIB, isolation.TEMPORARY_BYTES // MIB + 1),
    "files are small": (limits.FILE_BYTES // MIB, limits.FILE_BYTES // MIB + 1),
    "no project, solutions, home or other submission in sight": ([[]], [["/srv/exchange"]]),
    "no inherited files and no environment": ([[], 4, ENVIRONMENT], [["SECRET"], 4, ENVIRONMENT]),
}
ENDS = {
    "signals to the autograder's process do nothing": Ending.ANSWERED,
    "the memory of several processes together is bounded": Ending.MEMORY,
    "files are few": Ending.FILES,
    "output is bounded": Ending.TOO_MUCH,
    "endless sleep is ended": Ending.TIMEOUT,
    "endless computation is ended": Ending.TIMEOUT,
}


class FakeRunner:
    """A runner whose jobs end as the test says."""

    pid = None
    time_limit = None

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)

    def run(self, job, seconds):
        self.job = wire.decode(job)
        return self.outcomes.pop(0)


def answered(value):
    return Outcome(Ending.ANSWERED, wire.encode({"cases": [[{"value": value}]]}), limit=1.0)


def holds(promise, *outcomes):
    return selftest._try_promise(selftest._PROMISES[promise], FakeRunner(*outcomes))


@pytest.mark.parametrize("promise", VALUES)
def test_a_promise_about_what_is_found_holds_only_where_it_does(promise):
    good, bad = VALUES[promise]
    assert holds(promise, answered(good))[0] is True
    broken, seen = holds(promise, answered(bad))
    assert broken is False and seen
    failed = Outcome(Ending.ANSWERED, wire.encode({"cases": [[{"raised": {"type": "OSError"}}]]}))
    assert holds(promise, failed) == (False, "OSError")
    assert holds(promise, Outcome(Ending.CRASHED)) == (False, str(Ending.CRASHED))
    assert holds(promise, Outcome(Ending.ANSWERED, wire.encode({"error": "x"})))[0] is False


@pytest.mark.parametrize("seen", [[["A"], 4, ENVIRONMENT], [[], 5, ENVIRONMENT], [[], 4, [*ENVIRONMENT, "A"]]])
def test_each_thing_that_is_inherited_counts(seen):
    assert holds("no inherited files and no environment", answered(seen))[0] is False


@pytest.mark.parametrize("promise", ENDS)
def test_a_promise_about_an_end_needs_that_end_in_time_and_a_next_exercise(promise, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(selftest.time, "monotonic", lambda: now[0])
    end = Outcome(ENDS[promise], limit=1.0)
    held, seen = holds(promise, end, answered(True))
    assert held is True and "the next exercise: works" in seen
    held, seen = holds(promise, end, answered(False))
    assert held is False and "the next exercise: False" in seen
    other = Ending.CRASHED
    assert holds(promise, Outcome(other, limit=1.0), answered(True))[0] is False


def test_an_end_is_in_time_where_a_job_was_tried_twice_and_had_to_wait_for_its_turn(monkeypatch):
    most = 2 * limits.WALL_FACTOR * 2.0 + turns.PATIENCE + 5
    for seconds, in_time in ((most - 0.01, True), (most, False)):
        times = iter([0.0, seconds])
        monkeypatch.setattr(selftest.time, "monotonic", lambda times=times: next(times))
        assert holds("endless sleep is ended", Outcome(Ending.TIMEOUT, limit=2.0), answered(True))[0] is in_time


def test_a_job_that_must_run_out_of_time_gets_little(monkeypatch):
    limits_seen = []

    class Noting(FakeRunner):
        def run(self, job, seconds):
            limits_seen.append(self.time_limit)
            return super().run(job, seconds)

    check = selftest._PROMISES["endless sleep is ended"]
    runner = Noting(Outcome(Ending.TIMEOUT, limit=1.0), answered(True))
    assert check(runner)[0]
    assert limits_seen == [1.0, selftest._SECONDS]


def test_what_survives_its_exercise_is_found(monkeypatch):
    found = [1, 2]
    monkeypatch.setattr(selftest, "find_family", lambda pid: list(found))
    runner = FakeRunner(answered(True), answered(True), answered(False))
    runner.pid = 7
    assert selftest._leaves_nothing(runner) == (True, "left of 6 processes: 0")
    found.append(3)
    assert selftest._leaves_nothing(runner) == (False, "left of 6 processes: 1")
    runner.pid = None
    assert selftest._leaves_nothing(runner)[0] is False, "the daemons were not even started"


def test_what_cannot_be_tried_does_not_hold():
    def check(runner):
        raise CandidateError("no bwrap")

    assert selftest._try_promise(check, None) == (False, "could not be tried: no bwrap")


def test_a_sandbox_that_does_not_start_is_told_with_its_remedy(monkeypatch):
    def refuse(self):
        raise CandidateError("bwrap: Unknown option --perms")

    monkeypatch.setattr(selftest.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(selftest.process.Runner, "ensure_started", refuse)
    if selftest.sys.platform.startswith("linux"):
        assert selftest.why_not() == (
            "Bubblewrap cannot start here (bwrap: Unknown option --perms): it is too old; version 0.6 or newer is "
            "needed."
        )
        monkeypatch.setattr(selftest.process.Runner, "ensure_started", lambda self: True)
        assert selftest.why_not() is None


def test_a_probe_is_sent_as_a_student_would_send_it():
    runner = FakeRunner(answered(1))
    selftest._run_probe(runner, "find", ["/proc"])
    assert runner.job["exercise"] == "find" and runner.job["module"] == "probes"
    assert b"def find" in runner.job["sources"]["probes"] and runner.job["reference_code"] == b""
    assert [[list(args), dict(kwargs)] for ((args, kwargs),) in runner.job["cases"]] == [[[["/proc"]], {}]]


def test_every_promise_is_tried_here():
    assert {*VALUES, *ENDS, "nothing survives its exercise"} == {*selftest._PROMISES}


def test_what_nobody_may_see_is_looked_for_in_the_project_at_home_and_in_the_system():
    looked_for = selftest._secrets()
    assert {str(ROOT), str(ROOT / "solutions"), str(Path.home()), "/etc", "/proc", "/usr/local/share"} <= {*looked_for}
    assert "/" not in looked_for and "/tmp" not in looked_for


def test_the_way_to_python_itself_may_be_seen(monkeypatch):
    monkeypatch.setattr(selftest.sys, "base_prefix", "/home/ann/python")
    promise = "no project, solutions, home or other submission in sight"
    assert holds(promise, answered([["/home", "/home/ann"]]))[0] is True
    assert holds(promise, answered([["/home", "/home/bob"]]))[0] is False


def test_each_promise_is_tried_and_a_missing_sandbox_only_matters_for_a_sandbox(monkeypatch):
    monkeypatch.setattr(selftest, "why_not", lambda: "No bubblewrap here.")
    monkeypatch.setattr(selftest, "_PROMISES", {"one": lambda runner: (runner.isolation, 3), "two": lambda _: (0, "")})
    assert selftest.self_test("process") == [("one", True, "3"), ("two", False, "")]
    assert selftest.self_test() == [("student code runs in a sandbox", False, "No bubblewrap here.")]
