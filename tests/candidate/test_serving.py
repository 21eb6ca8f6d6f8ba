"""Does the process that serves jobs answer each of them, give each the same, and end when it has to?"""

from __future__ import annotations

import gc
import marshal
import os
import select
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.candidate import frames, main, wire
from autograder.candidate.frames import LAST, MORE, PIECE, READY, Ending
from tests.support.small import job_of, returning

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only here jobs are forked")
PATIENCE = 60
LIMITS = {"seconds": 20.0, "wall": 60.0, "memory": 2**36, "file_bytes": 2**20}


class Server:
    """`main.serve_jobs` in a fork of this process, which has no descriptors but the two that the test uses."""

    def __init__(self, *argv):
        jobs, self.outgoing = os.pipe()
        self.incoming, answers = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                os.dup2(jobs, 0)
                os.dup2(answers, 1)
                os.closerange(3, 1024)
                gc.disable()
                main.serve_jobs(list(argv))
            finally:
                os._exit(0)
        os.close(jobs)
        os.close(answers)
        self.stream = os.fdopen(self.incoming, "rb", buffering=0)

    def read(self):
        """Return the next frame, or None at the end."""
        assert select.select([self.incoming], [], [], PATIENCE)[0], "nothing comes"
        return frames.read_frame(self.stream)

    def ask(self, job, **limits):
        """Send a job; return what its answer holds, how it ended, and whether the process waits for another job."""
        frames.write_frame(self.outgoing, wire.encode(LIMITS | limits))
        frames.write_frame(self.outgoing, wire.encode(job))
        data, last = b"", self.read()
        while last[:1] == PIECE:
            data, last = data + last[1:], self.read()
        ending, _ = frames.unpack_ending(last[1:])
        inner, answer = frames.unpack_ending(data) if data else (ending, b"")
        assert last[:1] in (MORE, LAST)
        return SimpleNamespace(
            answer=wire.decode(answer) if inner is Ending.ANSWERED else answer, ending=inner, waits=last[:1] == MORE
        )

    def value(self, text, *args):
        """Return what a student's ``answer`` gives."""
        return self.ask(job_of(text, *args)).answer["cases"][0][0]["value"]


@pytest.fixture
def serve():
    """Start servers, and end them with the test."""
    started = []

    def serve(*argv):
        server = Server(*argv)
        started.append(server)
        assert server.read() == READY
        return server

    yield serve
    for server in started:
        os.close(server.outgoing)
        os.kill(server.pid, signal.SIGKILL)
        os.waitpid(server.pid, 0)
        server.stream.close()


def test_one_job_after_another_is_answered_until_no_more_come(serve):
    server = serve()
    for number in (1.5, 2.5):
        ended = server.ask(job_of("def answer(x):\n    print('seen', x)\n    return 2 * x\n", number))
        assert (ended.ending, ended.waits) == (Ending.ANSWERED, True)
        assert not Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(), "the job's process is gone"
        assert ended.answer == {
            "cases": [[{"value": 2 * number, "changed": []}]],
            "printed": f"seen {number}\n",
        }
    os.close(server.outgoing)
    assert server.read() is None, "it ends with its input"
    server.outgoing = os.open(os.devnull, os.O_WRONLY)


def test_the_functions_that_are_given_are_used_and_several_are_called_together(serve):
    text = "def half(x):\n    return -1\ndef answer(x):\n    return half(x)\nother = 3\n"
    made = job_of(text, given="def half(x):\n    return x / 2\n", names={"small": ["half"]})
    calls = [[((3.0,), {}), ((), {"x": 5.0})]]
    both = {key: value for key, value in made.items() if key not in ("exercise", "cases")}
    together = serve().ask(both | {"together": {"answer": calls, "other": [], "absent": calls}}).answer
    outcomes = [{"value": value, "changed": []} for value in (1.5, 2.5)]
    absent = {"absent": True}
    assert together["together"] == {"answer": {"cases": [outcomes]}, "other": absent, "absent": absent}
    assert marshal.loads(together["compiled"]["small"]).co_filename == "library/small.py"


def test_calls_of_one_case_share_its_generator_and_cases_do_not(serve):
    calls = [((wire.Rng(3),), {}), ((wire.Rng(3),), {})]
    answer = serve().ask(job_of("def answer(rng):\n    return rng.random()\n", cases=[calls, calls[:1]])).answer
    first, second = ([outcome["value"] for outcome in case] for case in answer["cases"])
    assert first[0] != first[1] and second == first[:1]


def test_a_module_that_cannot_be_run_and_a_function_that_is_not_there_are_told(serve):
    server = serve()
    error = server.ask(job_of("1 / 0\n")).answer["error"]
    assert (error["type"], error["line"], error["file"]) == ("ZeroDivisionError", 1, "library/small.py")
    assert server.ask(job_of("x = 1\n")).answer == {"absent": True, "printed": ""}
    assert server.ask(job_of("answer = 1\n")).answer == {"absent": True, "printed": ""}


def test_what_cannot_be_sent_or_read_is_told_as_that(serve, monkeypatch):
    monkeypatch.setattr(wire, "MAX_BYTES", 2**16)
    server = serve()
    several = [[((), {})] * 3]  # each call's value is small enough, and the whole answer is not
    ended = server.ask(job_of(returning("np.zeros(4000)"), cases=several))
    assert (ended.ending, ended.answer, ended.waits) == (Ending.TOO_MUCH, b"", True)
    ended = server.ask({"exercise": "answer"})
    assert (ended.ending, ended.answer, ended.waits) == (Ending.UNREADABLE, b"'sources'", True)


def test_each_job_begins_with_the_same(serve):
    """Descriptors, signals, garbage collection, output: the second job finds what the first one found."""
    server = serve()
    text = """
import gc, os, signal
def answer():
    descriptors = sorted(map(int, os.listdir("/proc/self/fd")))
    ends = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    return [descriptors, ends, gc.isenabled(), gc.get_freeze_count() > 0, os.getpgrp() == os.getpid()]
"""
    first, second = server.value(text), server.value(text)
    assert first == second and first[1:] == [True] * 4
    # The standard streams, the way of the answer, and the folder that is being listed.
    assert first[0][:3] == [0, 1, 2] and len(first[0]) == 5
    streams = returning("[os.readlink(f'/proc/self/fd/{d}') for d in range(3)]", "import os")
    assert server.value(streams) == [os.devnull] * 3


def test_an_interrupt_ends_neither_the_server_nor_the_jobs_that_follow(serve):
    server = serve()
    os.kill(server.pid, signal.SIGINT)
    assert server.value(returning("2.0")) == 2.0


SILENT = "import os\ndef answer():\n    os.closerange(0, 64)\n"
ENDS = {
    "it exits": ("import os\ndef answer():\n    os._exit(0)\n", {}, Ending.CRASHED),
    "it is killed": ("import os\ndef answer():\n    os.kill(os.getpid(), 9)\n", {}, Ending.CRASHED),
    "it uses up its processor time": ("import os\ndef answer():\n    os.kill(os.getpid(), 24)\n", {}, Ending.TIMEOUT),
    "it goes silent and ends": (f"{SILENT}    os._exit(0)\n", {}, Ending.CRASHED),
    "it goes silent and stays": (f"import time\n{SILENT}    time.sleep(99)\n", {"wall": 0.3}, Ending.TIMEOUT),
    "it sleeps": ("import time\ndef answer():\n    time.sleep(99)\n", {"wall": 0.3}, Ending.TIMEOUT),
    "it leaves its group": (
        "import os, time\ndef answer():\n    os.setpgid(0, os.getpgid(os.getppid()))\n    time.sleep(99)\n",
        {"wall": 0.3},
        Ending.TIMEOUT,
    ),
    "it loops": ("def answer():\n    while True: pass\n", {"seconds": 0.1}, Ending.TIMEOUT),
    "it sends a piece of a head": (
        "import os\ndef answer():\n    for d in range(3, 64):\n        try: os.write(d, bytes(7))\n"
        "        except OSError: pass\n    os._exit(0)\n",
        {},
        Ending.CRASHED,
    ),
}


@pytest.mark.parametrize(("text", "limits", "ending"), ENDS.values(), ids=ENDS)
def test_a_job_without_an_answer_is_the_last_one(text, limits, ending, serve):
    server = serve()
    ended = server.ask(job_of(text), **limits)
    assert (ended.ending, ended.waits) == (ending, False)
    assert server.read() is None


def test_an_answer_counts_whatever_its_process_does_then(serve):
    server = serve()
    stays = returning("2.0", "import os, time\nos._exit = lambda code: time.sleep(99)")
    assert server.value(stays) == 2.0 and server.value(returning("3.0")) == 3.0


def test_processes_that_a_job_leaves_are_ended_with_it(serve):
    forks = "child = os.fork()\n    if not child:\n        time.sleep(99)\n    return child\n"
    left = serve().value(f"import os, time\ndef answer():\n    {forks}")
    for _ in range(2000):
        try:
            if Path(f"/proc/{left}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except OSError:
            return
        select.select([], [], [], 0.005)
    pytest.fail("it is still there")


def test_after_so_many_jobs_the_process_is_replaced(serve, monkeypatch):
    monkeypatch.setattr(main, "MAX_JOBS", 3)
    server = serve()
    assert [server.ask(job_of(returning("2.0"))).waits for _ in range(3)] == [True, True, False]


def test_where_nothing_is_forked_one_job_is_answered(serve):
    frozen, others = gc.get_freeze_count(), len(gc.get_objects())
    server = serve("--no-fork")
    ended = server.ask(job_of(returning("[2.0, gc.isenabled(), gc.get_freeze_count()]", "import gc")))
    assert (ended.ending, ended.waits) == (Ending.ANSWERED, False)
    *told, frozen_there = ended.answer["cases"][0][0]["value"]
    assert told == [2.0, True]
    assert frozen_there < frozen + others / 2, "the collector looks at everything; what was frozen before may be freed"
    assert server.read() is None


def test_a_job_is_not_run_where_other_processes_were_started_meanwhile():
    """The number of the process then tells something of the earlier job."""
    jobs, writer = os.pipe()
    reader, answers = os.pipe()
    frames.write_frame(writer, wire.encode(job_of(returning("2.0"))))
    os.close(writer)
    with os.fdopen(jobs, "rb", buffering=0) as incoming, os.fdopen(reader, "rb", buffering=0) as outgoing:
        assert main.run_job_in_child(incoming, answers, LIMITS, False, expected=2**22 + 1) is None
        os.close(answers)
        assert frames.read_frame(outgoing) is None
        assert frames.read_frame(incoming) is not None, "the job was read"


def test_of_what_is_printed_the_first_characters_are_kept():
    output = main._Output()
    most = main.MAX_PRINTED
    assert output.write("x" * (most - 1)) == most - 1 and output.write("y") == 1 and output.write("z" * 10) == 10
    assert output.getvalue() == "x" * (most - 1) + "y"


def test_only_the_first_process_of_a_sandbox_kills_all_others(monkeypatch):
    killed, number = [], [2]
    system = SimpleNamespace(kill=lambda *what: killed.append(what), getpid=lambda: number[0])
    monkeypatch.setattr(main, "os", system)
    main._kill_all_others()
    assert killed == []
    number[0] = 1
    main._kill_all_others()
    assert killed == [(-1, signal.SIGKILL)]
