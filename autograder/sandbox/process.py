"""Runs jobs of untrusted code in a process of their own: bytes and limits go in, bytes and how it ended come out."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass

from ..candidate import frames, limits, wire
from ..candidate.frames import Ending
from . import isolation

START_SECONDS = 60.0
_PROCESSES = 64
_TICK = 0.05


class CandidateError(RuntimeError):
    """The process for the untrusted code could not be started: the examiner's failure, not the student's."""


@dataclass(frozen=True)
class Outcome:
    """How a job ended, and what it sent back."""

    ending: Ending
    data: bytes = b""
    limit: float = 0.0
    """The seconds that it had; of a job that was not tried, the seconds that all jobs together had."""


class Runner:
    """Runs jobs one after another in an isolated process.

    Parameters
    ----------
    isolation : str
        ``"process"`` (limits only) or ``"bubblewrap"`` (a sandbox).
    time_limit : float, optional
        Seconds per job, in place of what each job asks for.
    total_limit : float, optional
        Seconds that all jobs together may take; what comes later is not tried.
    whole_lab : bool
        Whether the process finds everything that a notebook uses, see `isolation.start`.
    reap : bool
        Whether the process is reaped at once when somebody else ends it. A kernel that shuts down ends all that it
        started, and waits some seconds for those that are only half gone.
    """

    def __init__(
        self,
        isolation: str = "process",
        time_limit: float | None = None,
        total_limit: float | None = None,
        *,
        whole_lab: bool = False,
        reap: bool = False,
    ) -> None:
        self.isolation, self.time_limit, self.total_limit = isolation, time_limit, total_limit
        self.whole_lab, self.reap = whole_lab, reap
        self.spent = 0.0
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The candidate's process, where one runs."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the candidate and everything below it."""
        if self._process:
            isolation.end(self._process)
            self._process = None

    def ensure_started(self) -> bool:
        """Start a candidate where none waits; return whether it is a new one.

        Raises
        ------
        CandidateError
            If it does not start.
        """
        if self._process is not None and self._process.poll() is None:
            return False
        self.close()
        try:
            self._process = isolation.start(self.isolation, self.whole_lab)
        except OSError as error:
            raise CandidateError(f"{type(error).__name__}: {error}") from error
        answer, broken = self._exchange(b"", START_SECONDS)
        if answer != frames.READY:
            words = "" if broken else self._process.stderr.read(4000).decode("utf-8", "replace").strip()
            self.close()
            raise CandidateError(words.rpartition("\n")[2] or "it did not get ready in time")
        if self.reap:
            threading.Thread(target=self._process.wait, daemon=True).start()
        return True

    def run(self, job: bytes, seconds: float) -> Outcome:
        """Run a job for at most so many seconds.

        Raises
        ------
        CandidateError
            If no process for it can be started.
        """
        seconds = self.time_limit or seconds
        if self.total_limit is not None:
            seconds = min(seconds, self.total_limit - self.spent)
            if seconds <= 0:
                return Outcome(Ending.NOT_TRIED, limit=self.total_limit)
        bounds = {"seconds": float(seconds), "memory": limits.MEMORY, "file_bytes": limits.FILE_BYTES}
        frame = frames.pack_frame(wire.encode({"job": job, "limits": bounds}))
        # The candidate keeps the limit itself, where it can; this clock is for one that no longer does.
        patience = seconds + 5 if hasattr(os, "fork") else seconds
        began = time.monotonic()
        try:
            answer, broken = self._send(frame, patience)
        finally:
            self.spent += time.monotonic() - began
        if answer is None:
            self.close()
            return Outcome(broken or Ending.CRASHED, limit=seconds)
        if answer[:1] != frames.MORE:
            self.close()
        return Outcome(*frames.unpack_ending(answer[1:]), limit=seconds)

    def _send(self, frame: bytes, patience: float) -> tuple[bytes | None, Ending | None]:
        """Exchange a frame with a candidate; one that an earlier job left broken is replaced once."""
        fresh = self.ensure_started()
        answer, broken = self._exchange(frame, patience)
        if answer is None and broken is None and not fresh:
            self.close()
            self.ensure_started()
            answer, broken = self._exchange(frame, patience)
        return answer, broken

    def _exchange(self, frame: bytes, seconds: float) -> tuple[bytes | None, Ending | None]:
        """Send a frame; return the one that comes back, or None and the bound that the candidate broke, if any."""
        process, done, broken = self._process, threading.Event(), []
        deadline = time.monotonic() + seconds

        def watch() -> None:
            while not broken and not done.wait(_TICK):
                processes, memory = isolation.usage(process.pid)
                if time.monotonic() > deadline:
                    broken.append(Ending.TIMEOUT)
                elif memory > limits.MEMORY:
                    broken.append(Ending.MEMORY)
                elif processes > _PROCESSES:
                    broken.append(Ending.PROCESSES)
            if broken:
                isolation.kill(process)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            process.stdin.write(frame)
            answer = frames.read_frame(process.stdout, frames.MAX_ANSWER + 200)
        except OSError:
            answer = None
        finally:
            done.set()
            watcher.join()
        return (None, broken[0]) if broken else (answer, None)
