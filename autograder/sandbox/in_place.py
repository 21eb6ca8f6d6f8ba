"""Runs jobs in this very interpreter: for a learner's own check where a browser offers nothing else."""

from __future__ import annotations

from ..candidate.frames import unpack_ending
from ..candidate.in_place import run_in_place
from .carrier import Outcome


class InPlace:
    """A carrier that isolates nothing; see `candidate.in_place`."""

    grades_classes = False

    def run(self, job: bytes, seconds: float) -> Outcome:
        """Run a job for at most ``seconds`` by the clock."""
        return Outcome(*unpack_ending(run_in_place(job, seconds)), limit=seconds)

    def close(self) -> None:
        """Do nothing, because nothing was started."""
