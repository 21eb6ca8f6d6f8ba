"""Does the process from which jobs are forked keep nothing of a job in its memory?"""

from __future__ import annotations

import secrets
import sys

import pytest

from autograder.candidate import wire
from autograder.candidate.frames import Ending
from autograder.sandbox import selftest
from autograder.sandbox.process import Runner
from tests.support.small import job_of

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the search for memory is Linux's")
SEARCH = b'''
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)

def answer(half, other):
    """Return how often a text is found in this process's memory, of which unmapped parts are passed over."""
    wanted, found = bytes(half) + bytes(other), 0
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    pages = set()
    for thing in (object(), wanted, [], {}, bytearray(2000), "x" * 5000, answer, libc):
        start = id(thing) >> 12 << 12
        pages |= set(range(start - 48 * 2**20, start + 48 * 2**20, 4096))
    block, last = b"", None
    for page in sorted(pages):
        # write() fails with an error where nothing is mapped, in place of a crash.
        if libc.write(writer, ctypes.c_void_p(page), 4096) != 4096:
            continue
        piece = os.read(reader, 4096)
        block = (block[-64:] if last == page - 4096 else b"") + piece
        last = page
        found += block.count(wanted)
    return found
'''


@pytest.mark.parametrize("kind", ["bubblewrap", "process"])
def test_a_later_job_finds_nothing_of_an_earlier_one(kind):
    if kind == "bubblewrap" and (reason := selftest.why_not()):
        pytest.skip(f"the sandbox was not tried: {reason}")
    secret = f"# lent {secrets.token_hex(20)}"
    half, other = list(secret[:20].encode()), list(secret[20:].encode())  # so that the search does not hold the text
    with Runner(kind, time_limit=60.0) as runner:
        counts = []
        for notes in ("\n".join([secret] * 40), ""):
            job = wire.encode(job_of(SEARCH, half, other, others={"notes": notes}))
            outcome = runner.run(job, 60.0)
            assert outcome.ending is Ending.ANSWERED
            counts.append(wire.decode(outcome.data)["cases"][0][0]["value"])
            if notes:
                first = runner.pid
        assert runner.pid == first, "the second job had a process of its own"
    assert counts[0] > 1, "the search does not find what is there"
    # The search itself assembles the text once or twice.
    assert counts[1] < counts[0]
    assert counts[1] <= 3
