"""What a worker does with one hand-in, and the workers: processes of this machine, or a Dask cluster."""

from __future__ import annotations

import concurrent.futures as futures
import contextlib
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ..exercises import CHAPTERS
from ..judging import key
from ..judging.key import Key
from ..sandbox.selftest import why_not
from . import feedback, submission
from .feedback import Marks
from .fingerprint import chapter_digest
from .records import ClassroomError
from .rerun import rerun
from .submission import Examined, Submission


@dataclass(frozen=True)
class Examiner:
    """What a worker needs beside the hand-ins themselves."""

    isolation: str
    released: Mapping[str, dict]
    keys: Mapping[str, bytes]
    penalty: Callable[[str, float, float], float | None] | None = None
    run_notebooks: bool = False


@dataclass(frozen=True)
class Task:
    """One hand-in to be graded, with the verdicts on it where they are known.

    ``name`` is the record's, ``stamp`` what the finished files are marked with.
    """

    handed_in: Submission
    name: str
    known: list[dict] | None
    marks: Marks
    stamp: str


@dataclass(frozen=True)
class Done:
    """What a worker made of a task."""

    task: Task
    examined: Examined
    automatic: Mapping[str, float | None] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    penalty: float | None = None
    notebook: bytes = b""
    page: bytes = b""


@lru_cache(maxsize=16)
def _unpacked(packed: bytes) -> dict[str, Key]:
    return key.unpack(packed)


def work(task: Task, examiner: Examiner) -> Done:
    """Examine one hand-in, and make its notebook and feedback: a pure function of its arguments."""
    handed_in, chapter = task.handed_in, CHAPTERS[task.handed_in.chapter]
    released = examiner.released[chapter.name]
    if task.known is not None:
        examined = submission.from_record(task.known, handed_in, released)
    else:
        keys = _unpacked(examiner.keys[chapter.name])
        examined = submission.examine_submission(handed_in, chapter, keys, released, examiner.isolation)
    if examiner.run_notebooks:
        rerun(examined.rebuilt.notebook, handed_in.library, examiner.isolation)
    return _finish(task, examined, examiner)


def _finish(task: Task, examined: Examined, examiner: Examiner) -> Done:
    notebook = submission.lay(examined.rebuilt.notebook, examined)
    automatic, final = feedback.scores(notebook, examined, task.marks)
    penalty = None
    if examiner.penalty and task.marks.seconds_late > 0:
        total = sum(final.values())
        asked = examiner.penalty(task.handed_in.student, total, task.marks.seconds_late)
        penalty = None if asked is None else min(max(asked, 0.0), total)
    page = feedback.page(notebook, task.handed_in.chapter, final, task.marks, penalty)
    blank = frozenset(feedback.unanswered(notebook))
    notebook["metadata"]["weightlab"] = {"stamp": task.stamp, "submission": task.handed_in.digest()}
    page = f"{page}<!-- {task.stamp} -->\n".encode("utf-8", "replace")
    return Done(task, examined, automatic, blank, penalty, submission.dumps(notebook), page)


def given_up(task: Task, examiner: Examiner, error: BaseException) -> Done:
    """Return what stands for a hand-in on which the examiner itself failed."""
    chapter, released = CHAPTERS[task.handed_in.chapter], examiner.released[task.handed_in.chapter]
    why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    try:
        return _finish(task, submission.unjudged(chapter, released, task.handed_in.notebook or b"", why), examiner)
    except Exception:  # then it is the notebook that cannot be shown
        blank = submission.unjudged(chapter, released, json.dumps(released).encode(), why)
        return _finish(task, blank, examiner)


_FIRST_WORKER, _COUNT_EVERY = 120, 5.0
"""Seconds."""

_examiner: Examiner | None = None


def _begin(examiner: Examiner, lock: int) -> None:
    """Prepare a local worker; it ends when its parent is killed."""
    global _examiner
    _examiner = examiner
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        with contextlib.suppress(OSError):
            os.close(lock)  # inherited by the fork: the parent alone holds the class


def _work_here(task: Task) -> Done:
    return work(task, _examiner)


class LocalWorkers:
    """Processes of this machine.

    Parameters
    ----------
    jobs : int
        How many.
    lock : int
        A descriptor that workers must not keep open.
    """

    def __init__(self, examiner: Examiner, jobs: int, lock: int) -> None:
        self.examiner, self.jobs, self.window, self._lock = examiner, jobs, 3 * jobs, lock
        feedback.warm_up()  # what is loaded before the fork is shared
        self.restart()

    def restart(self) -> None:
        """Begin anew with fresh processes."""
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._pool = futures.ProcessPoolExecutor(self.jobs, context, _begin, (self.examiner, self._lock))
        self._pool.submit(int).result()

    def submit(self, task: Task) -> futures.Future:
        """Hand a task to a free worker."""
        return self._pool.submit(_work_here, task)

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

    def __init__(self, examiner: Examiner, address: str) -> None:
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
        self.examiner, self._counted = examiner, (0.0, 0)
        self._digests = _digests(examiner.released)
        problems = self._client.run(_why_not, examiner.isolation, self._digests)
        if reason := next(filter(None, problems.values()), None):
            self._client.close()
            raise ClassroomError(f"On a worker of {address}: {reason}")
        self._shared = self._client.scatter(examiner, broadcast=True)
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

    def submit(self, task: Task) -> futures.Future:
        """Hand a task to the scheduler."""
        return self._pool.submit(_work_there, task, self._shared, self._digests)

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()


def _digests(chapters: Iterable[str]) -> dict[str, str]:
    """Return names for all that decides verdicts on this machine, by chapter."""
    return {name: chapter_digest(name, 0) for name in chapters}


def _why_not(isolation: str, digests: Mapping[str, str]) -> str | None:
    """Say why this machine cannot grade as the coordinator would, or return None."""
    if _digests(digests) != digests:
        return "its exercises, examiner or NumPy are not the coordinator's: install the same release on both."
    return why_not() if isolation == "bubblewrap" else None


def _work_there(task: Task, examiner: Examiner, digests: Mapping[str, str]) -> Done:
    """Work on a cluster, where a worker may have joined that nobody has asked."""
    if _digests(digests) != digests:
        raise RuntimeError("a worker of the cluster has another release than the coordinator")
    return work(task, examiner)


def stream(workers: LocalWorkers | DaskWorkers, tasks: Iterable[Task]) -> Iterator[Done]:
    """Yield what becomes of tasks as it is ready, a few tasks ahead; nothing that a hand-in does stops the others."""
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
                yield given_up(task, workers.examiner, error)
        if suspects:  # a worker died: whose task it was shows when each runs alone
            suspects += running.values()
            running.clear()
            for task in suspects:
                yield _alone(workers, task)
            workers.restart()


def _alone(workers: LocalWorkers | DaskWorkers, task: Task) -> Done:
    workers.restart()
    try:
        return workers.submit(task).result()
    except Exception as error:
        return given_up(task, workers.examiner, error)
