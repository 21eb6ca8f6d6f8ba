"""Runs jobs of untrusted code in a separate process: bytes and limits go in; bytes and how it ended come out."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from ..candidate import frames, limits, wire
from ..candidate.frames import Ending
from . import isolation, turns
from .carrier import CandidateError, Outcome
from .clock import Clock
from .watch import Bounds, Watcher

START_SECONDS = 60.0
_PROCESSES = 64
_CROWDED = 0.2
"""A job that waited for a processor for more than this fraction of its time may have timed out only for that reason."""


_kept: list[isolation.Candidate] | None = None
"""Sandboxes waiting for the next runner of this process; None if each ends with its runner."""


def keep_sandboxes() -> None:
    """Let sandboxes of this process wait for the next runner, instead of ending with their own.

    Starting a sandbox takes longer than most submissions. The process that forks never holds any part of a job or an
    answer (`candidate.main`), and a sandbox in which a job left a trace, or started processes, is not used again.
    """
    global _kept
    _kept = [] if _kept is None else _kept


def end_kept() -> None:
    """End the waiting sandboxes, and keep no sandbox from now on."""
    global _kept
    waiting, _kept = _kept or [], None
    for process in waiting:
        isolation.end(process)


class Runner:
    """Runs jobs one after another in an isolated process.

    Parameters
    ----------
    isolation : str
        ``"process"`` (limits only) or ``"bubblewrap"`` (a sandbox).
    time_limit : float, optional
        Seconds per job, in place of what each job asks for.
    clock : Clock, optional
        The time of the submission that the jobs belong to; jobs that come after its time has run out are not tried.
    whole_lab : bool
        Whether the process finds everything that a notebook uses, see `isolation.start`.
    reap : bool
        Whether the process is reaped at once when somebody else ends it. A kernel that shuts down ends everything
        that it started, and waits some seconds for processes that have ended but were not reaped.
    """

    grades_classes = True

    def __init__(
        self,
        isolation: str = "process",
        time_limit: float | None = None,
        clock: Clock | None = None,
        *,
        whole_lab: bool = False,
        reap: bool = False,
    ) -> None:
        self.isolation, self.time_limit, self.clock = isolation, time_limit, clock
        self.whole_lab, self.reap = whole_lab, reap
        self._process: isolation.Candidate | None = None
        self._waits = False
        """Whether the process is known to be waiting for a job."""

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The candidate's process, if one is running."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the candidate and everything below it, or keep its sandbox for the next runner (`keep_sandboxes`)."""
        process, self._process = self._process, None
        if process and self._waits and self._sandboxed and not self.whole_lab and _kept is not None:
            _kept.append(process)
        elif process:
            isolation.end(process)

    def _end(self) -> None:
        self._waits = False
        self.close()

    def ensure_started(self) -> bool:
        """Start a candidate if none is waiting; return whether it is a new one.

        Raises
        ------
        CandidateError
            If it does not start.
        """
        if self._process is not None and self._process.poll() is None:
            return False
        self._end()
        while self._sandboxed and not self.whole_lab and _kept:
            self._process = _kept.pop()
            if self._process.poll() is None:
                return False
            self._end()
        try:
            self._process = isolation.start(self.isolation, self.whole_lab)
        except OSError as error:
            raise CandidateError(f"{type(error).__name__}: {error}") from error
        answer, watcher = self._exchange(b"", Bounds(START_SECONDS, START_SECONDS, limits.MEMORY, _PROCESSES))
        if answer is None or answer[1] != frames.READY:
            told = "" if watcher.broken else self._process.stderr.read(4000).decode("utf-8", "replace").strip()
            self._end()
            raise CandidateError(told.rpartition("\n")[2] or "it was not ready in time")
        if self.reap:
            threading.Thread(target=self._process.wait, daemon=True).start()
        return True

    def run(self, job: bytes, seconds: float, retries: bool = True) -> Outcome:
        """Run a job for at most ``seconds`` of its own time.

        Waiting for a processor does not count, within a generous limit by the clock.

        Parameters
        ----------
        retries : bool
            Whether a job that ran out of time while others kept the machine busy is tried once more, alone.

        Raises
        ------
        CandidateError
            If no process for it can be started.
        """
        outcome = self._run_once(job, seconds, turns.run_beside_others)
        crowded = outcome.ending is Ending.TIMEOUT and outcome.waited > _CROWDED * outcome.limit
        if crowded and retries and self._sandboxed:
            again = self._run_once(job, seconds, turns.run_alone)
            outcome = outcome if again.ending is Ending.NOT_TRIED else again
        return outcome

    def _run_once(self, job: bytes, seconds: float, turn: Callable[[], AbstractContextManager]) -> Outcome:
        seconds = self.time_limit or seconds
        if self.clock is not None:
            seconds = min(seconds, self.clock.left_for_code)
            if seconds <= 0:
                return Outcome(Ending.NOT_TRIED, limit=self.clock.seconds - self.clock.reserve)
        # Only Linux reports how long a process waited.
        wall = seconds * (limits.WALL_FACTOR if sys.platform == "linux" else 1)
        bounds = {"seconds": seconds, "wall": wall, "memory": limits.MEMORY, "file_bytes": limits.FILE_BYTES}
        order = frames.pack_frame(wire.encode(bounds)) + frames.pack_frame(job)
        with turn() if self._sandboxed else contextlib.nullcontext():
            answer, watcher = self._send(order, Bounds(seconds, wall, limits.MEMORY, _PROCESSES))
        if self.clock is not None:
            self.clock.in_sandboxes += watcher.spent
        if answer is None:
            self._end()
            return Outcome(watcher.broken or Ending.CRASHED, limit=seconds, waited=watcher.waited)
        data, last = answer
        if last[:1] != frames.MORE:
            self._end()
        ending, _ = frames.unpack_ending(last[1:])
        # The answer itself says whether it holds data.
        ending, data = frames.unpack_ending(data) if ending is Ending.ANSWERED else (ending, b"")
        return Outcome(ending, data, limit=seconds, waited=watcher.waited)

    @property
    def _sandboxed(self) -> bool:
        return self.isolation == isolation.Isolation.BUBBLEWRAP

    def _send(self, order: bytes, bounds: Bounds) -> tuple[tuple[bytes, bytes] | None, Watcher]:
        """Send an order to a candidate and return its answer; a candidate that an earlier job broke is replaced."""
        while True:
            fresh = self.ensure_started()
            answer, watcher = self._exchange(order, bounds)
            if answer is not None or watcher.broken or fresh:
                return answer, watcher
            self._end()

    def _exchange(self, order: bytes, bounds: Bounds) -> tuple[tuple[bytes, bytes] | None, Watcher]:
        """Send an order; return the answer (`frames.read_answer`), and the watcher that observed the job."""
        answer, self._waits = None, False
        with Watcher(self._process, bounds, depth=2 if self._sandboxed else 1) as watcher, suppress(OSError):
            self._process.stdin.write(order)
            answer = frames.read_answer(self._process.stdout)
        if answer is None and watcher.broken is None and self._process.group:
            watcher.broken = Ending.MEMORY if self._process.group.ran_out_of_memory() else None
        answer = None if watcher.broken else answer
        self._waits = answer is not None
        return answer, watcher
