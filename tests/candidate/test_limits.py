"""Does a job set for itself every limit that this system knows?"""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from autograder.candidate import limits

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
JOB = {"seconds": 2.7, "memory": 3000, "file_bytes": 500}
KNOWN = ("CPU", "AS", "FSIZE", "NOFILE", "CORE", "MSGQUEUE", "MEMLOCK", "NPROC")


@pytest.fixture
def system(monkeypatch):
    """A system that notes which limits are set, and refuses some of them; no process gets them."""
    seen = SimpleNamespace(limits={}, groups=[], refused={})

    def setrlimit(name, values):
        if name in seen.refused:
            raise seen.refused[name]
        seen.limits[name] = values

    names = {f"RLIMIT_{name}": name for name in KNOWN}
    monkeypatch.setitem(sys.modules, "resource", SimpleNamespace(setrlimit=setrlimit, **names))
    monkeypatch.setattr(limits.os, "setpgid", lambda *ids: seen.groups.append(ids))
    monkeypatch.setattr(limits, "_counts_processes_apart", lambda: True)
    return seen


OWN = {"CPU": 4, "AS": 3000, "FSIZE": 500, "NOFILE": 64, "CORE": 0, "MSGQUEUE": 0, "MEMLOCK": 0}


@pytest.mark.parametrize(("sandboxed", "expected"), [(False, OWN), (True, OWN | {"NPROC": 8})])
def test_a_job_gets_its_limits_and_cannot_raise_them(sandboxed, expected, system):
    limits.set_limits(JOB, sandboxed)
    assert system.limits == {name: (value, value) for name, value in expected.items()}
    assert system.groups == [(0, 0)], "its group is what the autograder kills"


def test_processes_are_not_limited_where_all_of_a_user_would_count(system, monkeypatch):
    monkeypatch.setattr(limits, "_counts_processes_apart", lambda: False)
    limits.set_limits(JOB, True)
    assert "NPROC" not in system.limits


def test_a_limit_that_is_unknown_or_refused_takes_no_other_with_it(system):
    del sys.modules["resource"].RLIMIT_CPU
    system.refused = {"AS": ValueError("not allowed to raise maximum limit"), "NOFILE": OSError(1, "not permitted")}
    limits.set_limits(JOB, False)
    assert set(system.limits) == {"FSIZE", "CORE", "MSGQUEUE", "MEMLOCK"}


@pytest.mark.parametrize(
    ("release", "arguments", "apart"),
    [
        ("5.13.19", [], False),
        ("5.14.0", [], True),
        ("6.1.0-13-amd64", [], True),
        ("5.14-rc1", [], True),
        ("4.19.0", [], False),
        ("4.19.0", ["--user=61000"], True),
    ],
)
def test_processes_are_counted_where_the_count_is_the_sandboxs_own(release, arguments, apart, monkeypatch):
    monkeypatch.setattr(limits.os, "uname", lambda: SimpleNamespace(release=release), raising=False)
    monkeypatch.setattr(limits.sys, "argv", ["start.py", *arguments])
    assert limits._counts_processes_apart() is apart
