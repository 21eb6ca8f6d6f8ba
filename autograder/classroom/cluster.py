"""The workers of a Dask cluster: other machines, which come and go, may have another release, and may fail."""

from __future__ import annotations

import atexit
import concurrent.futures as futures
import contextlib
import hashlib
import pickle
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from ..sandbox import process
from ..sandbox.selftest import why_not
from .fingerprint import chapter_digest
from .folder import ClassroomError
from .work import (
    FaultyWorkerError,
    GradedSubmission,
    GradingTask,
    Tools,
    find_fault,
    grade_submission,
    with_task,
    without_task,
)

_FIRST_WORKER, _COUNT_EVERY, _PAUSE = 120, 5.0, 0.2
"""Seconds: how long to wait for the first worker, between two counts of the workers, and between two checks."""
_FAULTS = 2
"""How many times a submission is tried again after a worker fails on it or returns nonsense; then a person decides."""


class DaskWorkers:
    """Workers of a Dask cluster, each with this project installed; they may come and go.

    Each worker tests itself before its first task, and asks for the data that all submissions have in common if it
    does not have it yet. Nothing is prepared at the start, so a worker may join at any time.

    Parameters
    ----------
    address : str
        The scheduler's address, such as ``tcp://10.0.0.1:8786``.
    tell : function
        Called with sentences about workers that cannot be used.
    """

    def __init__(self, tools: Tools, address: str, tell: Callable[[str], None]) -> None:
        try:
            from distributed import Client
        except ImportError:
            words = "Grading on several machines needs Dask: run `pip install -e '.[cluster]'` in the project's folder."
            raise ClassroomError(words) from None
        self.tools, self._address, self._tell, self._counted = tools, address, tell, (float("-inf"), 0)
        self._order = Order(pickle.dumps(tools), _digests(tools.released))
        self._retired: dict[str, str] = {}
        self._faults: dict[tuple[str, str], int] = {}
        try:
            self._client = Client(address, timeout="20s", set_as_default=False)
        except (TimeoutError, OSError, ValueError) as error:
            raise ClassroomError(
                f"No Dask scheduler answers at {address} ({error}). Start it, or correct the address."
            ) from None
        self._pool = self._client.get_executor(pure=False)
        self.require_any()

    def require_any(self) -> None:
        """Wait for a worker, if there is none.

        Raises
        ------
        ClassroomError
            If no worker joins.
        """
        until = time.monotonic() + _FIRST_WORKER
        # A rejected worker may stay connected: Dask does not retire the last one that holds a result.
        while not self._client.nthreads().keys() - self._retired.keys():
            if time.monotonic() > until:
                self._client.close()
                reason = next(iter(self._retired.values()), "")
                because = f" The last worker was refused: {reason}" if reason else ""
                raise ClassroomError(f"No worker joined {self._address} within {_FIRST_WORKER} seconds.{because}")
            time.sleep(_PAUSE)

    @property
    def window(self) -> int:
        """How many tasks to hand out in advance; the workers are counted again now and then, since they come and go."""
        at, window = self._counted
        if time.monotonic() - at > _COUNT_EVERY:
            window = 4 * max(1, sum(self._client.nthreads().values()))
            self._counted = time.monotonic(), window
        return window

    def restart(self) -> None:
        """Do nothing: Dask replaces workers on its own."""

    def submit(self, task: GradingTask) -> futures.Future:
        """Hand a task to the scheduler."""
        return self._pool.submit(grade_there, task, self._order.without_tools())

    def accept(self, task: GradingTask, came: object) -> GradedSubmission | futures.Future:
        """Return a worker's result for a task, or the future of another try if the worker could not do the task.

        Raises
        ------
        ClassroomError
            If no worker is left that can do it.
        """
        if isinstance(came, Lacking):  # to any free worker: Dask forgets tasks meant for a worker that has left
            return self._pool.submit(grade_there, task, self._order)
        if isinstance(came, Refused):
            self._retire(came.worker, came.reason)
            self.require_any()
            return self.submit(task)
        if isinstance(came, Failed):
            problem = came.words
        else:
            worker, graded = came if isinstance(came, tuple) and len(came) == 2 else ("", came)
            graded = with_task(task, graded)
            problem = find_fault(task, graded, self.tools)
            if problem is None:
                return graded
            self._retire(str(worker), f"its result for a submission is not valid ({problem}).")
        of = task.submission
        faults = self._faults[of.student, of.chapter] = self._faults.get((of.student, of.chapter), 0) + 1
        if faults > _FAULTS:
            raise FaultyWorkerError(problem)
        self.require_any()
        return self.submit(task)

    def _retire(self, worker: str, reason: str) -> None:
        if worker in self._retired:
            return
        self._retired[worker] = reason
        self._tell(f"The worker {worker} is left out: {reason}")
        with contextlib.suppress(Exception):  # it may have gone already
            self._client.retire_workers([worker], close_workers=True)

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()


@dataclass(frozen=True)
class Order:
    """What a cluster's worker needs besides the task: packed tools, and digests of what decides the verdicts."""

    tools: bytes | None
    digests: Mapping[str, str]
    name: str = ""

    def without_tools(self) -> Order:
        """Return the order without its tools, for a worker that most likely has them already."""
        return Order(None, self.digests, self.name or hashlib.sha256(self.tools or b"").hexdigest())


@dataclass(frozen=True)
class Lacking:
    """A worker's reply: it does not have the tools."""


@dataclass(frozen=True)
class Refused:
    """A worker's reply: it cannot grade as the coordinator would, for the given reason."""

    worker: str
    reason: str


@dataclass(frozen=True)
class Failed:
    """A worker's reply: it failed. The reason is a sentence, because an exception may not survive being sent back."""

    words: str


def _digests(chapters: Iterable[str]) -> dict[str, str]:
    """Return digests of everything that decides verdicts on this machine, by chapter."""
    return {name: chapter_digest(name, 0) for name in chapters}


@lru_cache(maxsize=4)
def _why_not(isolation: str, digests: tuple[tuple[str, str], ...]) -> str | None:
    """Say why this machine cannot grade as the coordinator would, or return None; checked once per process."""
    if _digests(dict(digests)) != dict(digests):
        return "its exercises, autograder or NumPy differ from the coordinator's; install the same release on both."
    return why_not() if isolation == "bubblewrap" else None


_received: dict[str, Tools] = {}
"""On a worker: the tools that were sent to it, by name."""


@cache
def _keep_sandboxes() -> None:
    process.keep_sandboxes()
    atexit.register(process.end_kept)


def grade_there(task: GradingTask, order: Order) -> tuple[str, GradedSubmission] | Lacking | Refused | Failed:
    """Grade one submission on a worker; return its name with the result, or the reason why it cannot."""
    from distributed import get_worker

    me = get_worker().address
    if order.tools is None and order.name not in _received:
        return Lacking()
    name = order.without_tools().name
    if name not in _received:
        _received.clear()
        try:
            _received[name] = pickle.loads(order.tools)
        except Exception as error:  # such as a penalty plug-in that is not installed here
            return Refused(me, f"it cannot read the data that all submissions need ({type(error).__name__}: {error}).")
    tools = _received[name]
    if reason := _why_not(tools.isolation, tuple(sorted(order.digests.items()))):
        return Refused(me, reason)
    _keep_sandboxes()
    try:
        return me, without_task(grade_submission(task, tools))
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}"[:300])
