"""Tells how busy other programs were during a measurement: figures from a busy machine are not kept."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import time
from pathlib import Path

from autograder.sandbox.usage import find_family

ALLOWED = 0.06
"""The fraction of all processors that other programs may use."""
_STAT = Path("/proc/stat")
_BECOME_PARENT_OF_ORPHANS = 36


def adopt_orphans() -> None:
    """Let this process adopt the processes that its children leave behind, so that their use is counted."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_BECOME_PARENT_OF_ORPHANS, 1, 0, 0, 0)


class Watch:
    """Compares what all processors did since the watch was made with what this process and its children did."""

    def __init__(self) -> None:
        self._began, self._before = time.monotonic(), _others()

    def share(self) -> float | None:
        """Return the fraction of all processors that others used; None if the system does not report it."""
        after = _others()
        if after is None or self._before is None:
            return None
        elapsed = max(time.monotonic() - self._began, 1e-9)
        return max(0.0, after - self._before) / elapsed / (os.cpu_count() or 1)


def _others() -> float | None:
    """Return the processor seconds of all other programs so far, those that a host took from this machine included."""
    try:
        user, nice, system, _, _, irq, softirq, steal = map(int, _STAT.read_text().split("\n", 1)[0].split()[1:9])
    except (OSError, ValueError):
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + softirq + steal) / ticks - _own()


def _own() -> float:
    """Return the processor seconds of this process and of all that it started, alive or ended."""
    living = sum(_seconds(pid) for pid in find_family(os.getpid())[1:])
    return living + sum(os.times()[:4])


def _seconds(pid: int) -> float:
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
        return sum(map(int, fields)) / os.sysconf("SC_CLK_TCK")
    return 0.0


def why_not(share: float | None) -> str | None:
    """Say why figures measured while other programs ran are not kept, or return None."""
    if share is None or share <= ALLOWED:
        return None
    return (
        f"Other programs used {share:.0%} of this machine's processors, and figures are reliable up to {ALLOWED:.0%}. "
        "Close them, or wait, and run the benchmark again."
    )


def require_quiet(seconds: float = 4.0) -> None:
    """Watch for a while whether other programs are at work.

    Raises
    ------
    SystemExit
        If they use too much.
    """
    watch = Watch()
    time.sleep(seconds)
    if reason := why_not(watch.share()):
        raise SystemExit(reason)
