"""Watches a candidate from outside while it works, and ends it when it breaks a bound."""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import dataclass

from ..candidate.frames import Ending
from . import isolation
from .usage import Usage, measure_usage

_TICK = 0.05
_GRACE = 0.25
"""Seconds for the candidate to stop an overdue job on its own; if it does, the candidate need not be replaced."""
_STANDSTILL = 1.0
"""If two readings are more seconds apart than this, the whole machine stood still, as a sleeping laptop does."""


@dataclass(frozen=True)
class Bounds:
    """What a job may use, including everything that it starts."""

    seconds: float
    """Seconds of the job's own time, in which it runs or sleeps; waiting for a processor does not count."""
    wall: float
    """Seconds by the clock, whatever the job does."""
    memory: int
    processes: int

    @property
    def processor(self) -> float:
        """Seconds of processor time that all processes of the job may use together."""
        return 2 * self.seconds + 1


class Watcher:
    """Watches while its ``with`` block runs.

    Parameters
    ----------
    depth : int
        As for `usage.measure_usage`.

    Attributes
    ----------
    broken : Ending or None
        The bound that the candidate broke, for which it was killed.
    spent : float
        Seconds of the job's own time.
    waited : float
        Seconds for which the job was ready to run but had no processor. From the moment at which it has other
        processes or threads no more are added: it may wait for these.
    """

    def __init__(self, process: subprocess.Popen, bounds: Bounds, depth: int) -> None:
        self.broken: Ending | None = None
        self.spent = self.waited = 0.0
        self._alone = True
        self._process, self._bounds, self._depth = process, bounds, depth
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._began = 0.0
        self._processor_before: float | None = None

    def __enter__(self) -> Watcher:
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._keep_time()

    def _watch(self) -> None:
        looked = time.monotonic()
        while self.broken is None and not self._done.wait(_TICK):
            self._leave_out_standstill(looked)
            looked = time.monotonic()
            used = measure_usage(self._process.pid, self._depth)
            self._alone = self._alone and used.alone
            # A job that has ended can no longer be measured.
            self.waited = max(self.waited, used.waited if self._alone else 0.0)
            self.broken = self._find_broken(used)
        if self.broken:
            isolation.kill(self._process)

    def _leave_out_standstill(self, looked: float) -> None:
        """Move the start of the job's time forward by the time in which nothing ran here, not even this thread."""
        stood = time.monotonic() - looked - _TICK
        if stood > _STANDSTILL:
            self._began += stood

    def _keep_time(self) -> None:
        """Update the job's own time, counted so that its limit is used up no later than the limit by the clock."""
        elapsed = time.monotonic() - self._began
        self.spent = elapsed - min(self.waited, elapsed * (1 - self._bounds.seconds / self._bounds.wall))

    def _find_broken(self, used: Usage) -> Ending | None:
        self._keep_time()
        if self.spent > self._bounds.seconds + _GRACE:
            return Ending.TIMEOUT
        if self._processor_before is None:  # a reading right at the beginning would slow down every short job
            self._processor_before = used.processor
        if used.processor - self._processor_before > self._bounds.processor:
            return Ending.TIMEOUT
        if used.memory > self._bounds.memory:
            return Ending.MEMORY
        if used.processes > self._bounds.processes:
            return Ending.PROCESSES
        return None
