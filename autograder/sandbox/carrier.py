"""What carries a job to a stranger's code and its answer back: bytes and seconds in, bytes and how it ended out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..candidate.frames import Ending


class CandidateError(RuntimeError):
    """What should run the untrusted code could not be started: the autograder's failure, not the student's."""


@dataclass(frozen=True)
class Outcome:
    """How a job ended, and what it sent back."""

    ending: Ending
    data: bytes = b""
    limit: float = 0.0
    """The seconds that it had; of a job that was not tried, the seconds that all jobs together had."""
    waited: float = 0.0
    """Seconds for which it was ready to run and had no processor."""


class Carrier(Protocol):
    """Runs jobs one after another: `process.Runner`, `nested_worker.NestedWorker` or `in_place.InPlace`."""

    grades_classes: bool
    """Whether a class may be graded by it: only where the job can reach nothing of the grader's."""

    def run(self, job: bytes, seconds: float) -> Outcome:
        """Run a job for at most so many seconds of its own time.

        Raises
        ------
        CandidateError
            If nothing can be started that would run it.
        """

    def close(self) -> None:
        """End whatever it has started."""
