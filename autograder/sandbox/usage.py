"""A running candidate's use of time and memory, as Linux reports it; on other systems every figure is zero."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """What a candidate and all processes that it started use together."""

    processes: int
    memory: int
    """Bytes, in memory and swapped out."""
    processor: float
    """Seconds of processor time, ended processes included."""
    waited: float
    """Seconds for which the job itself was ready to run but had no processor."""
    alone: bool = True
    """Whether the job consists of one process with one thread, and has left no other process behind."""


def measure_usage(pid: int, depth: int) -> Usage:
    """Measure what a candidate and its descendants use.

    Parameters
    ----------
    depth : int
        How many generations the job is below the process: a sandbox has one more in between.
    """
    family, memory, processor = find_family(pid), 0, 0.0
    for one in family:
        with contextlib.suppress(OSError, ValueError, IndexError):
            memory += _read_memory(one)
            processor += _read_processor_time(one)
    job = _find_descendant(pid, depth)
    # A process whose parent in the job has ended is no longer below the job, but belongs to the family.
    alone = len(family) <= depth + 1 and (_has_one_thread(job) if job else True)
    return Usage(len(family), memory, processor, _read_wait(job) if job else 0.0, alone)


def find_family(pid: int) -> list[int]:
    """Return a process and its descendants, parents first (only the process itself if Linux does not say)."""
    found = [pid]
    for one in found:
        found += _find_children(one)
    return found


def _find_children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            found += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_text(encoding="ascii").split())
    return found


def _find_descendant(pid: int, depth: int) -> int | None:
    """Return the first child of the first child, and so on, ``depth`` generations down."""
    for _ in range(depth):
        children = _find_children(pid)
        if not children:
            return None
        pid = children[0]
    return pid


def _read_memory(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(("VmRSS:", "VmSwap:")))


def _read_processor_time(pid: int) -> float:
    """Return the processor seconds of a process and of its ended children."""
    # The program's name, in parentheses, may contain any character.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _has_one_thread(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/task")) == 1
    return True


def _read_wait(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
