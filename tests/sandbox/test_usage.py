"""Are the kernel's figures about processes read correctly, and the bounds kept to the last digit?"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.candidate.frames import Ending
from autograder.sandbox import usage, watch
from autograder.sandbox.usage import Usage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what a process uses")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
STATUS = "Name:\ta\nVmSize:\t  999 kB\nVmRSS:\t  100 kB\nVmSwap:\t   20 kB\nThreads:\t3\n"
STAT = f"7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 {TICKS} {2 * TICKS} {4 * TICKS} {8 * TICKS} 20 0 1"


@pytest.fixture
def proc(monkeypatch):
    """The contents of /proc, by path below it."""
    files = {"7/status": STATUS, "7/stat": STAT, "7/schedstat": "5000 2500000000 9"}

    def read_text(path, *_, **__):
        try:
            return files[str(path).removeprefix("/proc/")]
        except KeyError:
            raise FileNotFoundError(path) from None

    def listdir(path):
        found = {name.split("/")[2] for name in files if f"/proc/{name}".startswith(f"{path}/")}
        if not found:
            raise FileNotFoundError(path)
        return sorted(found)

    monkeypatch.setattr(Path, "read_text", read_text)
    monkeypatch.setattr(usage.os, "listdir", listdir)
    return files


def test_the_figures_of_one_process_are_read(proc):
    assert usage._read_memory(7) == 120 * 1024
    assert usage._read_processor_time(7) == 15.0
    assert usage._read_wait(7) == 2.5
    assert usage._read_wait(8) == 0.0, "a process that has ended"
    proc["7/schedstat"] = "only"
    assert usage._read_wait(7) == 0.0, "a kernel that does not say"


def test_a_family_is_every_child_of_every_thread(proc):
    proc |= {
        "7/task/7/children": "8 9",
        "7/task/71/children": "10",
        "8/task/8/children": "",
        "9/task/9/children": "11",
    }
    assert usage.find_family(7) == [7, 8, 9, 10, 11]
    assert usage._find_descendant(7, 0) == 7 and usage._find_descendant(7, 1) == 8
    assert usage._find_descendant(7, 2) is None and usage._find_descendant(9, 1) == 11


def test_what_a_family_uses_is_added_up_and_the_jobs_own_wait_counts(proc):
    proc |= {"7/task/7/children": "8 9", "8/status": STATUS, "8/stat": STAT, "8/schedstat": "0 4000000000 0"}
    assert usage.measure_usage(7, 1) == Usage(3, 240 * 1024, 30.0, 4.0, alone=False), "the third has ended meanwhile"
    assert usage.measure_usage(7, 2).waited == 0.0


def test_a_job_is_alone_only_without_processes_that_it_has_left_behind(proc):
    proc |= {"7/task/7/children": "8", "8/task/8/children": "9", "8/status": STATUS, "8/stat": STAT}
    proc |= {"9/status": STATUS, "9/stat": STAT, "9/task/9/children": ""}
    assert usage.measure_usage(7, 2).alone
    proc |= {"8/task/8/children": "9 10"}  # the first process adopts what the job started through another process
    assert not usage.measure_usage(7, 2).alone
    proc |= {"8/task/8/children": "9", "9/task/91/children": ""}
    assert not usage.measure_usage(7, 2).alone, "a second thread"


BOUNDS = watch.Bounds(seconds=1.0, wall=4.0, memory=1000, processes=8)


def test_a_bound_that_is_just_kept_is_kept(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: now[0])
    watcher = watch.Watcher(None, BOUNDS, 1)
    assert BOUNDS.processor == 3.0 and watch.Bounds(3.0, 12.0, 0, 0).processor == 7.0
    assert watcher._find_broken(Usage(8, 1000, 5.0, 0.0)) is None
    now[0] = 1.25
    assert watcher._find_broken(Usage(8, 1000, 8.0, 0.0)) is None
    assert watcher._find_broken(Usage(8, 1000, 8.001, 0.0)) is Ending.TIMEOUT
    assert watcher._find_broken(Usage(8, 1001, 8.0, 0.0)) is Ending.MEMORY
    assert watcher._find_broken(Usage(9, 1000, 8.0, 0.0)) is Ending.PROCESSES
    now[0] = 1.251
    assert watcher._find_broken(Usage(8, 1000, 8.0, 0.0)) is Ending.TIMEOUT


def test_a_jobs_own_time_leaves_out_what_it_waited_but_never_all(monkeypatch):
    now = [2.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: now[0])
    watcher = watch.Watcher(None, BOUNDS, 1)
    watcher.waited = 0.5
    watcher._keep_time()
    assert watcher.spent == 1.5
    watcher.waited = 2.0
    watcher._keep_time()
    assert watcher.spent == 0.5, "a quarter, as the clock's limit is four times its own"


@pytest.mark.parametrize(("looked", "began"), [(100.0, 0.0), (98.75, 0.0), (98.5, 1.25), (90.0, 9.75)])
def test_only_a_long_gap_between_two_looks_is_a_standstill(looked, began, monkeypatch):
    monkeypatch.setattr(watch.time, "monotonic", lambda: 100.0)
    monkeypatch.setattr(watch, "_TICK", 0.25)
    watcher = watch.Watcher(None, BOUNDS, 1)
    watcher._leave_out_standstill(looked)
    assert watcher._began == began


class Process:
    pid = 7


def test_a_watcher_kills_what_breaks_a_bound_and_nothing_else(monkeypatch):
    killed, used = [], [Usage(1, 0, 0.0, 0.2), Usage(1, 2000, 0.0, 0.1)]
    monkeypatch.setattr(watch, "_TICK", 0.001)
    monkeypatch.setattr(watch.isolation, "kill", killed.append)
    monkeypatch.setattr(watch, "measure_usage", lambda pid, depth: used.pop(0) if len(used) > 1 else used[0])
    process = Process()
    with watch.Watcher(process, BOUNDS, 1) as watcher:
        watcher._thread.join(20)
    assert killed == [process] and watcher.broken is Ending.MEMORY
    assert watcher.waited == 0.2, "the most that was seen"
    killed.clear()
    used[:] = [Usage(1, 0, 0.0, 0.0)]
    with watch.Watcher(process, BOUNDS, 1) as watcher:
        pass
    assert killed == [] and watcher.broken is None and 0 <= watcher.spent < 1


def test_when_a_job_has_ended_its_time_is_known_and_its_watcher_has_ended(monkeypatch):
    now, looking = [0.0], threading.Event()

    def measure_usage(pid, depth):
        looking.set()
        time.sleep(0.05)
        now[0] = 0.75
        return Usage(1, 0, 0.0, 0.0)

    monkeypatch.setattr(watch, "_TICK", 0.001)
    monkeypatch.setattr(watch, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(watch, "measure_usage", measure_usage)
    with watch.Watcher(Process(), BOUNDS, 1) as watcher:
        assert looking.wait(20)
        assert watcher._thread.daemon, "it would keep a program that is to end from ending"
    assert not watcher._thread.is_alive() and watcher.spent == 0.75
    now[0] = 2.0
    with watch.Watcher(Process(), BOUNDS, 1) as watcher:
        now[0] = 2.5
        watcher._done.set()
        watcher._thread.join()
        now[0] = 3.0
    assert watcher.spent == 1.0, "up to its end, not to the last look"
