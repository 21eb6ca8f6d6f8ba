"""Runs jobs in a browser without a server: in a separate worker or, if that is impossible, in place."""

from __future__ import annotations

from .carrier import CandidateError, Outcome
from .in_place import InPlace
from .nested_worker import NestedWorker


class Browser:
    """A carrier for JupyterLite: it uses the best carrier that this browser allows.

    A browser that does not let Python wait for a promise has only the in-place carrier, which cannot end an endless
    call into compiled code.
    """

    grades_classes = False

    def __init__(self) -> None:
        from pyodide.ffi import can_run_sync

        self._can_wait = can_run_sync
        self._worker, self._in_place = NestedWorker(), InPlace()
        self._worker.start()

    def run(self, job: bytes, seconds: float) -> Outcome:
        """Run a job for at most ``seconds`` by the clock."""
        if self._worker and self._can_wait():
            try:
                return self._worker.run(job, seconds)
            except CandidateError:
                self._worker = None
        return self._in_place.run(job, seconds)

    def close(self) -> None:
        """End what was started."""
        if self._worker:
            self._worker.close()
