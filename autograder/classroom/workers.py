"""The workers that grade a class, as processes on this machine, and how any worker is given its work."""

from __future__ import annotations

import concurrent.futures as futures
import contextlib
import gc
import multiprocessing.queues
import multiprocessing.util
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Protocol, TypeVar

from ..sandbox import process
from .folder import ClassroomError
from .work import (
    FaultyWorkerError,
    GradedSubmission,
    GradingTask,
    Tools,
    find_fault,
    give_up,
    grade_submission,
    warm_up,
    with_task,
    without_task,
)

_LOOK_AFTER = 5.0
"""Seconds without an answer after which to check whether any worker is left."""

_T, _R = TypeVar("_T"), TypeVar("_R")
_tools: Tools | None = None


def _begin(tools: Tools, lock: int, processors: multiprocessing.queues.SimpleQueue) -> None:
    """Prepare a local worker."""
    global _tools
    _tools = tools
    if not processors.empty():
        with contextlib.suppress(OSError):  # the processor has been taken away since
            os.sched_setaffinity(0, {processors.get()})
    process.keep_sandboxes()
    multiprocessing.util.Finalize(None, process.end_kept, exitpriority=1)
    _end_with_parent(lock)


def _end_with_parent(lock: int) -> None:
    """Let this process end when its parent is killed, and leave the class's lock to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        with contextlib.suppress(OSError):
            os.close(lock)  # inherited by the fork


def assign_processors(jobs: int) -> list[int]:
    """Return a processor for each of `jobs` workers; an empty list if there are more or fewer processors than workers.

    A worker and its sandbox take turns. If the scheduler may place them, it often lets them wait for another worker's
    processor while their own is idle.
    """
    held = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return held if 1 < jobs == len(held) else []


def share_out(work: Callable[[_T], _R], items: Iterable[_T], jobs: int, lock: int) -> list[_R]:
    """Call a function with each item, in up to `jobs` forked processes; return the results in order.

    If one of these processes is killed, for example because memory is short, this process does its work.
    """
    items = list(items)
    if sys.platform != "linux" or min(jobs, len(items)) < 2:
        return [work(item) for item in items]
    context = multiprocessing.get_context("fork")
    try:
        with futures.ProcessPoolExecutor(min(jobs, len(items)), context, _end_with_parent, (lock,)) as pool:
            return list(pool.map(work, items))
    except futures.BrokenExecutor:
        return [work(item) for item in items]


def _grade_here(task: GradingTask) -> GradedSubmission:
    return without_task(grade_submission(task, _tools))


class Workers(Protocol):
    """The methods that `stream` needs from workers."""

    tools: Tools
    window: int
    """How many tasks to have in progress."""

    def submit(self, task: GradingTask) -> futures.Future:
        """Hand a task to a free worker."""

    def accept(self, task: GradingTask, came: object) -> GradedSubmission | futures.Future:
        """Return a worker's result for a task, or the future of another try."""

    def restart(self) -> None:
        """Begin again after a worker has died."""

    def require_any(self) -> None:
        """Stop the run if no worker is left: otherwise the run would wait forever."""


class LocalWorkers:
    """Processes on this machine.

    Parameters
    ----------
    jobs : int
        The number of processes.
    lock : int
        A descriptor that workers must not keep open.
    """

    def __init__(self, tools: Tools, jobs: int, lock: int) -> None:
        self.tools, self.jobs, self._lock = tools, jobs, lock
        self.window = 8 * jobs  # enough work for the time that a batch takes to be written
        self._pool: futures.ProcessPoolExecutor | None = None
        # What is loaded before the fork is shared.
        warm_up(tools, partial(share_out, jobs=jobs, lock=lock))
        gc.freeze()  # and stays shared: no worker's garbage collector touches it
        self.restart()

    def restart(self) -> None:
        """Begin again with fresh processes."""
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        processors = context.SimpleQueue()
        for number in assign_processors(self.jobs):
            processors.put(number)
        self._pool = futures.ProcessPoolExecutor(self.jobs, context, _begin, (self.tools, self._lock, processors))
        self._pool.submit(int).result()

    def require_any(self) -> None:
        """Do nothing: processes on this machine that die are noticed at once."""

    def submit(self, task: GradingTask) -> futures.Future:
        """Hand a task to a free worker."""
        return self._pool.submit(_grade_here, task)

    def accept(self, task: GradingTask, came: object) -> GradedSubmission:
        """Return a worker's result for a task."""
        graded = with_task(task, came)
        if problem := find_fault(task, graded, self.tools):
            raise FaultyWorkerError(problem)
        return graded

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)


def stream(
    workers: Workers,
    tasks: Iterable[GradingTask],
    waiting: Callable[[GradingTask, float], None] = lambda task, seconds: None,
) -> Iterator[GradedSubmission]:
    """Yield each result when it is ready; a few tasks are handed out in advance. No submission stops the others.

    Parameters
    ----------
    waiting : function, optional
        Called now and then with the task that has run longest, and for how many seconds no earlier one was running.
    """
    tasks, running = iter(tasks), {}
    oldest, since = None, 0.0
    while True:
        for task in tasks:
            running[workers.submit(task)] = task
            if len(running) >= workers.window:
                break
        if not running:
            return
        first = next(iter(running.values()))  # tasks begin in their order, so no other has run longer
        if first is not oldest:
            oldest, since = first, time.monotonic()
        waiting(oldest, time.monotonic() - since)
        ready, _ = futures.wait(running, _LOOK_AFTER, futures.FIRST_COMPLETED)
        if not ready:
            workers.require_any()
        suspects = []
        for future in ready:
            task = running.pop(future)
            try:
                came = workers.accept(task, future.result())
            except futures.BrokenExecutor:
                suspects.append(task)
            except ClassroomError:
                raise
            except futures.CancelledError:
                raise ClassroomError(
                    "The Dask scheduler is gone or has lost its tasks. Everything graded so far is kept. Start the "
                    "scheduler again, then run the same command again."
                ) from None
            except Exception as error:
                yield give_up(task, workers.tools, error)
            else:
                if isinstance(came, futures.Future):
                    running[came] = task
                else:
                    yield came
        if suspects:  # a worker died; running each task alone shows whose task it was
            suspects += running.values()
            running.clear()
            for task in suspects:
                yield _alone(workers, task)
            workers.restart()


def _alone(workers: Workers, task: GradingTask) -> GradedSubmission:
    workers.restart()
    try:
        return workers.accept(task, workers.submit(task).result())
    except Exception as error:
        return give_up(task, workers.tools, error)
