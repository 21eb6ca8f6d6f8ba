"""The workers that grade a class's submissions: processes of this machine, or a Dask cluster."""

from __future__ import annotations

import atexit
import concurrent.futures as futures
import contextlib
import multiprocessing.util
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from ..sandbox import process
from ..sandbox.selftest import why_not
from . import feedback
from .fingerprint import chapter_digest
from .folder import ClassroomError
from .work import GradedSubmission, GradingTask, Tools, give_up, grade_submission

_FIRST_WORKER, _COUNT_EVERY = 120, 5.0
"""Seconds."""

_tools: Tools | None = None


def _begin(tools: Tools, lock: int) -> None:
    """Prepare a local worker; it ends when its parent is killed."""
    global _tools
    _tools = tools
    process.keep_sandboxes()
    multiprocessing.util.Finalize(None, process.end_kept, exitpriority=1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        with contextlib.suppress(OSError):
            os.close(lock)  # inherited by the fork: the parent alone holds the class


def _grade_here(task: GradingTask) -> GradedSubmission:
    return grade_submission(task, _tools)


class LocalWorkers:
    """Processes of this machine.

    Parameters
    ----------
    jobs : int
        How many.
    lock : int
        A descriptor that workers must not keep open.
    """

    def __init__(self, tools: Tools, jobs: int, lock: int) -> None:
        self.tools, self.jobs, self.window, self._lock = tools, jobs, 3 * jobs, lock
        self._pool: futures.ProcessPoolExecutor | None = None
        feedback.warm_up()  # what is loaded before the fork is shared
        self.restart()

    def restart(self) -> None:
        """Begin again with fresh processes."""
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._pool = futures.ProcessPoolExecutor(self.jobs, context, _begin, (self.tools, self._lock))
        self._pool.submit(int).result()

    def submit(self, task: GradingTask) -> futures.Future:
        """Hand a task to a free worker."""
        return self._pool.submit(_grade_here, task)

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)


class DaskWorkers:
    """Workers of a Dask cluster, each with this project installed.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tcp://10.0.0.1:8786``.
    """

    def __init__(self, tools: Tools, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            words = "Many machines need Dask: run `pip install -e '.[cluster]'` in the project's folder."
            raise ClassroomError(words) from None
        try:
            self._client = Client(address, timeout="20s", set_as_default=False)
            self._client.wait_for_workers(1, timeout=_FIRST_WORKER)
        except TimeoutError:
            raise ClassroomError(f"No worker joined {address} within {_FIRST_WORKER} seconds.") from None
        except (OSError, ValueError) as error:
            raise ClassroomError(f"No Dask scheduler answers at {address} ({error}).") from None
        self.tools, self._counted = tools, (0.0, 0)
        self._digests = _digests(tools.released)
        problems = self._client.run(_why_not, tools.isolation, self._digests)
        if reason := next(filter(None, problems.values()), None):
            self._client.close()
            raise ClassroomError(f"On a worker of {address}: {reason}")
        self._shared = self._client.scatter(tools, broadcast=True)
        self._pool = self._client.get_executor(pure=False, retries=2)

    @property
    def window(self) -> int:
        """How many tasks to have on the way: workers come and go, so they are counted now and then."""
        at, window = self._counted
        if time.monotonic() - at > _COUNT_EVERY:
            window = 4 * max(1, sum(self._client.nthreads().values()))
            self._counted = time.monotonic(), window
        return window

    def restart(self) -> None:
        """Do nothing: Dask replaces workers by itself."""

    def submit(self, task: GradingTask) -> futures.Future:
        """Hand a task to the scheduler."""
        return self._pool.submit(_grade_there, task, self._shared, self._digests)

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()


def _digests(chapters: Iterable[str]) -> dict[str, str]:
    """Return names for all that decides verdicts on this machine, by chapter."""
    return {name: chapter_digest(name, 0) for name in chapters}


def _why_not(isolation: str, digests: Mapping[str, str]) -> str | None:
    """Say why this machine cannot grade as the coordinator would, or return None."""
    if _digests(digests) != digests:
        return "its exercises, autograder or NumPy are not the coordinator's: install the same release on both."
    return why_not() if isolation == "bubblewrap" else None


@cache
def _keep_sandboxes() -> None:
    process.keep_sandboxes()
    atexit.register(process.end_kept)


def _grade_there(task: GradingTask, tools: Tools, digests: Mapping[str, str]) -> GradedSubmission:
    """Work on a cluster, where workers may join at any time."""
    if _digests(digests) != digests:
        raise RuntimeError("a worker of the cluster has another release than the coordinator")
    _keep_sandboxes()
    return grade_submission(task, tools)


def stream(workers: LocalWorkers | DaskWorkers, tasks: Iterable[GradingTask]) -> Iterator[GradedSubmission]:
    """Yield what becomes of tasks as it is ready, a few tasks ahead; no submission stops the others."""
    tasks, running = iter(tasks), {}
    while True:
        for task in tasks:
            running[workers.submit(task)] = task
            if len(running) >= workers.window:
                break
        if not running:
            return
        ready, _ = futures.wait(running, return_when=futures.FIRST_COMPLETED)
        suspects = []
        for future in ready:
            task = running.pop(future)
            try:
                yield future.result()
            except futures.BrokenExecutor:
                suspects.append(task)
            except Exception as error:
                yield give_up(task, workers.tools, error)
        if suspects:  # a worker died: whose task it was shows when each runs alone
            suspects += running.values()
            running.clear()
            for task in suspects:
                yield _alone(workers, task)
            workers.restart()


def _alone(workers: LocalWorkers | DaskWorkers, task: GradingTask) -> GradedSubmission:
    workers.restart()
    try:
        return workers.submit(task).result()
    except Exception as error:
        return give_up(task, workers.tools, error)
