"""Does a sandbox that serves several submissions serve each of them like a new one?"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import pytest

from autograder.sandbox import process, selftest
from autograder.sandbox.process import Runner
from autograder.sandbox.usage import find_family
from tests.support.small import returning, verdict_of

REASON = selftest.why_not()
sandboxed = pytest.mark.skipif(bool(REASON), reason=f"no sandbox was tried: {REASON}")
GOOD = returning("2.0")


@pytest.fixture
def kept():
    """Let sandboxes wait for the next runner while a test runs."""
    process.keep_sandboxes()
    yield
    process.end_kept()


def submit(text, **options):
    """Grade a module as a separate submission; return the verdict and the process that graded it."""
    with Runner("bubblewrap", time_limit=5.0) as runner:
        runner.ensure_started()
        pid = runner.pid
        return verdict_of(runner, text, **options), pid


@sandboxed
def test_one_sandbox_serves_many_submissions(kept):
    submitted = [submit(GOOD) for _ in range(3)]  # a process that is replaced within the second is another in the third
    assert [verdict.status for verdict, _ in submitted] == ["passed"] * 3
    assert len({pid for _, pid in submitted}) == 1
    process.end_kept()
    pid = submitted[0][1]
    assert not Path(f"/proc/{pid}").exists()
    assert submit(GOOD)[1] != pid, "kept although nobody asks for that any more"


TRACES = {
    "a file": "open('/tmp/note', 'w').write('x')",
    "a file that is gone": "import os\nopen('/tmp/note', 'w').close()\nos.remove('/tmp/note')",
    "a folder that is gone": "import os\nos.mkdir('/tmp/note')\nos.rmdir('/tmp/note')",
    "a number of processes": "import os\nfor _ in range(3):\n    if not os.fork():\n        os._exit(0)\n    os.wait()",
    "a number of threads": "import threading\nthreading.Thread(target=int).start()",
    "a low priority": "import os\nos.setpriority(os.PRIO_PROCESS, 1, os.getpriority(os.PRIO_PROCESS, 1) + 1)",
}


@sandboxed
@pytest.mark.parametrize("before", TRACES.values(), ids=TRACES)
def test_a_sandbox_with_a_trace_is_not_used_again(before, kept):
    if before == TRACES["a low priority"] and os.nice(0) > 8:
        pytest.skip("no priority is lower: a candidate runs ten below this run")
    verdict, first = submit(returning("2.0", before))
    assert verdict.status == "passed"
    same = "os.getpriority(os.PRIO_PROCESS, 1) == os.getpriority(os.PRIO_PROCESS, 0)"
    look = returning(f"[{same}, os.listdir('/tmp'), os.getpid(), os.getppid()]", "import os")
    with Runner("bubblewrap", time_limit=5.0) as runner:
        assert verdict_of(runner, look, expected=[True, [], 2, 1]).status == "passed"
        assert runner.pid != first


@sandboxed
def test_what_a_job_leaves_in_a_group_of_its_own_is_ended_as_well():
    text = """
import os, time
def answer():
    left = os.fork()
    if left == 0:
        os.setpgid(0, 0)
        time.sleep(99)
        os._exit(0)
    while os.getpgid(left) != left:
        time.sleep(0.001)
    return 2.0
"""
    with Runner("bubblewrap", time_limit=2.0) as runner:
        assert verdict_of(runner, text).status == "passed"
        assert len(find_family(runner.pid)) == 2, "only bubblewrap and the process that waits for the next job remain"


@sandboxed
@pytest.mark.parametrize("text", ["import os\ndef answer():\n    os._exit(0)", "def answer():\n    while True: pass"])
def test_a_sandbox_whose_job_did_not_answer_is_not_used_again(text, kept):
    with Runner("bubblewrap", time_limit=1.0) as runner:
        assert verdict_of(runner, text).status in ("crashed", "timeout")
        assert runner.pid is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows a process's memory")
def test_what_forks_for_jobs_holds_nothing_of_a_job_or_an_answer():
    """Is no source, input or value in the memory of which the next job gets a copy?"""
    words = {name: f"{name}-{os.urandom(12).hex()}" for name in ("source", "input", "value", "error", "printed")}
    text = f"""
import numpy as np
def answer(x):
    note = {words["source"]!r}
    print({words["printed"]!r})
    if x == "again":
        raise ValueError({words["error"]!r} + note)
    return [x, note, {words["value"]!r}, np.arange(50_000) + 0.125]
"""
    with Runner() as runner:
        verdict_of(runner, text, words["input"])
        verdict_of(runner, text, "again")
        memory = _memory(runner.pid)
    assert len(memory) > 5 * 2**20 and b"serve_jobs" in memory, "not its memory"
    assert [name for name, word in words.items() if word.encode() in memory] == []
    assert struct.pack("<2d", 49_993.125, 49_994.125) not in memory


def _memory(pid):
    """Return the memory that a process can read and has written."""
    found = bytearray()
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            place, rights, *_ = line.split()
            if rights.startswith("rw"):
                first, last = (int(one, 16) for one in place.split("-"))
                memory.seek(first)
                try:
                    found += memory.read(last - first)
                except OSError:  # memory that the kernel shows to nobody
                    continue
    return bytes(found)
