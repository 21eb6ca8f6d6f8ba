"""Does the autograder keep its bounds, whatever comes back, and tell its own failures from the student's?"""

from __future__ import annotations

import os
import struct
import sys
import time
from pathlib import Path

import pytest

from autograder.candidate import frames, limits, wire
from autograder.candidate.frames import Ending
from autograder.examine import run_exercise
from autograder.sandbox import isolation
from autograder.sandbox.clock import Clock
from autograder.sandbox.process import CandidateError, Outcome, Runner
from tests.support.small import exercise, returning, verdict_of

ANSWERED = frames.pack_ending(Ending.ANSWERED)
ENDLESS = "def answer():\n    while True:\n        pass"


@pytest.fixture
def runner():
    with Runner() as started:
        yield started


def test_one_program_serves_many_exercises(runner):
    verdict_of(runner, returning("2.0"))
    first = runner.pid
    verdict_of(runner, returning("2.0"))
    assert runner.pid == first


def test_the_exercises_own_time_limit_holds():
    with Runner(time_limit=0.5) as runner:
        began = time.monotonic()
        verdict = verdict_of(runner, ENDLESS)
        assert verdict.status == "timeout" and "0.5 seconds" in verdict.message
        assert time.monotonic() - began < 4


def test_one_deadline_holds_for_all_exercises_together():
    with Runner(time_limit=1.0, clock=(clock := Clock(1.6))) as runner:
        runner.ensure_started()
        said = [verdict_of(runner, ENDLESS).message for _ in range(3)]
        assert "within 1 seconds" in said[0]
        assert "was not tried" in said[2] and "1.6 seconds" in said[2]
        assert 1.5 < clock.in_sandboxes < 4


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells how much memory a process holds")
def test_memory_that_several_processes_hold_together_is_bounded(monkeypatch):
    monkeypatch.setattr(limits, "MEMORY", 300 * 2**20)
    before = """
import mmap, os, time
for _ in range(5):
    if os.fork() == 0:
        block = mmap.mmap(-1, 80 * 2**20)
        for at in range(0, len(block), 4096):
            block[at] = 1
        time.sleep(60)
time.sleep(60)
"""
    with Runner(time_limit=20.0) as runner:
        verdict = verdict_of(runner, returning("2.0", before))
        assert verdict.status == "crashed" and "MiB of memory" in verdict.message
        assert verdict_of(runner, returning("2.0")).status == "passed"


def test_a_program_that_does_not_start_is_the_autograders_failure(monkeypatch):
    for argv in (["/no/such/program"], [sys.executable, "-c", "import sys; sys.exit('no permission')"]):
        monkeypatch.setattr(isolation, "command_line", lambda *_, argv=argv: (argv, dict(os.environ)))
        with Runner() as runner, pytest.raises(CandidateError, match=r"No such file|no permission"):
            verdict_of(runner, returning("2.0"))


def test_an_isolation_that_there_is_not_is_refused():
    with Runner("chroot") as runner, pytest.raises(ValueError, match="bubblewrap, user, process"):
        runner.ensure_started()


def test_a_program_that_ended_between_two_exercises_is_started_anew(runner):
    verdict_of(runner, returning("2.0"))
    runner._process.kill()
    runner._process.wait()
    assert verdict_of(runner, returning("2.0")).status == "passed"


def answered(data, monkeypatch):
    """Return the reply where a candidate sends these bytes."""
    made, key = exercise()
    with Runner() as runner:
        monkeypatch.setattr(runner, "run", lambda job, seconds: Outcome(*frames.unpack_ending(data)))
        return run_exercise(made, key, {"small": b""}, "library", runner)


def answer_of(outcome, **others):
    return ANSWERED + wire.encode({"cases": [[outcome]], "printed": ""} | others)


VALUE = {"value": 2.0, "changed": []}
RAISED = {"type": "ValueError", "kinds": ["ValueError"], "message": "m", "file": None, "line": None, "code": None}
FORGED = {
    "nothing": b"",
    "an unknown tag": b"?",
    "an empty answer": ANSWERED,
    "noise": ANSWERED + bytes(range(200)),
    "mappings as keys of mappings": ANSWERED + b"M\1\0\0\0" * 10_000,
    "a list": ANSWERED + wire.encode([1, 2]),
    "a number": ANSWERED + wire.encode(3),
    "no cases": ANSWERED + wire.encode({"printed": ""}),
    "cases that are a number": ANSWERED + wire.encode({"cases": 3, "printed": ""}),
    "no case": ANSWERED + wire.encode({"cases": [], "printed": ""}),
    "a case too many": ANSWERED + wire.encode({"cases": [[VALUE], [VALUE]], "printed": ""}),
    "a call too many": ANSWERED + wire.encode({"cases": [[VALUE, VALUE]], "printed": ""}),
    "an outcome that is a list": answer_of([1]),
    "changed that is text": answer_of(VALUE | {"changed": "x"}),
    "changed that is markup": answer_of(VALUE | {"changed": ["<script>"]}),
    "changed that is long": answer_of(VALUE | {"changed": [0] * 1000}),
    "an error that is text": answer_of({"raised": "ValueError", "changed": []}),
    "a loading error that is text": ANSWERED + wire.encode({"error": "x"}),
    "output that is a number": answer_of(VALUE, printed=3),
    "an autograder's status": ANSWERED + b"\x00unjudged",
}


@pytest.mark.parametrize("data", FORGED.values(), ids=FORGED)
def test_a_forged_answer_is_malformed(data, monkeypatch):
    reply = answered(data, monkeypatch)
    assert reply.status == "malformed" and reply.cases is None
    assert "answer" in reply.words


def test_text_of_the_students_is_bounded_and_has_no_control_characters(monkeypatch):
    long = "\x1b[31m" + "x" * 10_000 + "\u202e"
    raised = RAISED | {"message": long, "code": long, "file": long, "type": long}
    reply = answered(answer_of({"raised": raised, "changed": []}, printed=long), monkeypatch)
    texts = [reply.printed, *(text for text in reply.cases[0][0]["raised"].values() if isinstance(text, str))]
    assert all(len(text) <= 4000 and "\x1b" not in text and "\u202e" not in text for text in texts)


def test_no_more_is_read_than_an_answer_may_hold(monkeypatch):
    """Is a candidate that announces a terabyte, or never stops sending, ended at once?"""
    head = struct.pack("<Q", 2**40)
    code = (
        "import sys\nout = sys.stdout.buffer\n"
        f"out.write({struct.pack('<Q', len(frames.READY)) + frames.READY!r})\nout.write({head!r})\n"
        "try:\n    while True: out.write(bytes(2**20))\nexcept OSError: pass"
    )
    monkeypatch.setattr(isolation, "command_line", lambda *_: ([sys.executable, "-c", code], dict(os.environ)))
    with Runner(time_limit=5.0) as runner:
        began = time.monotonic()
        assert verdict_of(runner, returning("2.0")).status == "crashed"
        assert time.monotonic() - began < 10


@pytest.mark.skipif(os.name != "posix", reason="Windows has other descriptors")
def test_no_descriptor_is_left_open():
    def count():
        return len(os.listdir("/dev/fd"))

    with Runner() as runner:
        verdict_of(runner, returning("2.0"))
    before = count()
    for _ in range(3):
        with Runner() as runner:
            verdict_of(runner, returning("2.0"))
    assert count() <= before


def test_the_students_code_gets_no_environment(runner, monkeypatch):
    monkeypatch.setenv("WEIGHTLAB_SECRET", "seed")
    text = returning("float('WEIGHTLAB_SECRET' in __import__('os').environ)")
    assert verdict_of(runner, text, expected=0.0).status == "passed"


def test_nothing_of_the_autograders_is_among_the_folders_to_import_from(runner):
    text = returning(
        "[p for p in sys.path if os.path.isdir(os.path.join(p, 'candidate'))] + [len(sys.path) > 2]", "import os, sys"
    )
    assert verdict_of(runner, text, expected=[True]).status == "passed"


def test_the_folder_is_named_as_the_student_knows_it(runner):
    verdict = verdict_of(runner, "def answer():\n    return 1 / 0")
    assert "line 2 of library/small.py: return 1 / 0" in verdict.message
    assert str(Path.cwd()) not in verdict.message
