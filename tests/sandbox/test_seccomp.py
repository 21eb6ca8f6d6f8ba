"""Does the filter allow the calls on its list, and refuse all others, on both kinds of machine?"""

from __future__ import annotations

import hashlib
import struct

import pytest

from autograder.sandbox import seccomp

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
ALLOW, KILL, REFUSE, UNKNOWN = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026


def verdict(program, architecture, number, *arguments):
    """Return the filter's decision about a call, as the kernel computes it."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    instructions = [struct.unpack_from("<HBBI", program, at) for at in range(0, len(program), 8)]
    loaded = at = 0
    while True:
        code, if_true, if_false, value = instructions[at]
        at += 1
        if code == 0x20:
            (loaded,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            loaded &= value
        elif code == 0x06:
            return value
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            at += if_true if holds else if_false


@pytest.fixture(params=MACHINES)
def ask(request, monkeypatch):
    """Ask the filter of a machine about a call, by its numbers on both."""
    monkeypatch.setattr(seccomp.platform, "machine", lambda: request.param)
    program, (column, architecture) = seccomp.program(), MACHINES[request.param]
    return lambda numbers, *arguments: verdict(program, architecture, numbers[column], *arguments)


def test_what_computing_needs_is_allowed(ask):
    for numbers in [(0, 63), (1, 64), (257, 56), (11, 215), (202, 98), (231, 94), (318, 278)]:
        assert ask(numbers) == ALLOW


def test_what_reaches_other_sandboxes_or_the_network_is_refused(ask):
    socket, ptrace, flock, inotify, fadvise, preadv2 = (
        (41, 198),
        (101, 117),
        (73, 32),
        (294, 26),
        (221, 223),
        (327, 286),
    )
    mincore, cachestat, memfd, unshare, setsid = (27, 232), (451, 451), (319, 279), (272, 97), (112, 157)
    calls = [socket, ptrace, flock, inotify, fadvise, preadv2, mincore, cachestat, memfd, unshare, setsid]
    assert [ask(numbers) for numbers in calls] == [REFUSE] * len(calls)


def test_times_of_files_stay_because_those_of_devices_are_the_hosts(ask):
    utimensat, utime, utimes, futimesat = (280, 88), (132, None), (235, None), (261, None)
    assert ask(utimensat) == REFUSE
    for numbers in (utime, utimes, futimesat):
        assert None in numbers and numbers not in seccomp._ALLOWED.values()


def test_an_argument_decides(ask):
    fcntl, madvise, limit, clone = (72, 25), (28, 233), (302, 261), (56, 220)
    assert ask(fcntl, 3, 1) == ALLOW and ask(fcntl, 3, 6) == REFUSE and ask(fcntl, 3, 1026) == REFUSE
    assert ask(madvise, 0, 0, 4) == ALLOW and ask(madvise, 0, 0, 3) == REFUSE
    assert ask(limit, 0, 7) == ALLOW and ask(limit, 1, 7) == REFUSE
    assert ask(clone, 17) == ALLOW and ask(clone, 0x10000000 | 17) == REFUSE


def test_anonymous_memory_is_private(ask):
    mmap, private, shared, anonymous = (9, 222), 2, 1, 0x20
    assert ask(mmap, 0, 4096, 3, private | anonymous) == ALLOW
    assert ask(mmap, 0, 4096, 3, shared) == ALLOW  # memory of a file, which is counted
    assert ask(mmap, 0, 4096, 3, shared | anonymous) == REFUSE
    assert ask(mmap, 0, 4096, 3, shared | anonymous | 2) == REFUSE  # MAP_SHARED_VALIDATE


def test_calls_that_are_newer_than_the_list_are_said_to_be_missing(ask):
    assert ask((435, 435)) == UNKNOWN  # clone3: C libraries fall back to clone, whose flags can be seen
    assert ask((500, 500)) == UNKNOWN
    assert ask((0x40000000 + 41, 0x40000000)) == REFUSE


@pytest.mark.parametrize("machine", MACHINES)
def test_a_program_for_another_machine_is_killed(machine, monkeypatch):
    monkeypatch.setattr(seccomp.platform, "machine", lambda: machine)
    assert verdict(seccomp.program(), 0x40000003, 1) == KILL


def test_no_number_stands_for_two_calls():
    for column in (0, 1):
        numbers = [pair[column] for pair in seccomp._ALLOWED.values() if pair[column] is not None]
        numbers += [pair[column] for pair, _, _ in seccomp._BY_ARGUMENT.values()]
        assert len(numbers) == len(set(numbers))


def test_on_another_machine_there_is_no_filter(monkeypatch):
    monkeypatch.setattr(seccomp.platform, "machine", lambda: "riscv64")
    assert seccomp.program() is None


def test_a_change_of_the_filter_is_deliberate(monkeypatch):
    """After an intended change, compare the numbers with the kernel's tables, then write the new digest here."""
    digests = {}
    for machine in MACHINES:
        monkeypatch.setattr(seccomp.platform, "machine", lambda machine=machine: machine)
        digests[machine] = hashlib.sha256(seccomp.program()).hexdigest()[:16]
    assert digests == {"x86_64": "be94f60763fbbf50", "aarch64": "4fc670993e0e72dd"}
