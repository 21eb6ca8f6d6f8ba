"""Carriers take a job to a stranger's code: bytes and seconds go in, bytes and how the job ended come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..candidate.frames import Ending


class CandidateError(RuntimeError):
    """The process for the untrusted code could not be started: the autograder failed, not the student."""


@dataclass(frozen=True)
class Outcome:
    """A job's ending, and the data that it sent back."""

    ending: Ending
    data: bytes = b""
    limit: float = 0.0
    """The job's time limit in seconds; if the job was not tried, the limit for all jobs together."""
    waited: float = 0.0
    """Seconds for which the job was ready to run but had no processor."""


class Carrier(Protocol):
    """Runs jobs one after another: `process.Runner`, `nested_worker.NestedWorker` or `in_place.InPlace`."""

    grades_classes: bool
    """Whether a class may be graded by this carrier: only if a job can reach nothing that belongs to the grader."""

    def run(self, job: bytes, seconds: float) -> Outcome:
        """Run a job for at most ``seconds`` of its own time.

        Raises
        ------
        CandidateError
            If no process to run it can be started.
        """

    def close(self) -> None:
        """End whatever the carrier has started."""
