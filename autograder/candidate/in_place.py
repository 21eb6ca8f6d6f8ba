"""Answers a job in the asking interpreter, which stays unchanged: for browsers, where no process can start.

Nothing is isolated here, so this is for a learner's own check of their own code, never for a class.
"""

from __future__ import annotations

import contextlib
import linecache
import os
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

import numpy as np

from . import main, wire
from .frames import MAX_ANSWER, Ending, pack_ending
from .importer import PACKAGE

_now = time.perf_counter
_TOOL = 4
"""A number of `sys.monitoring` that neither debuggers nor coverage nor profilers use."""
_SHARED = ("builtins", "math", "os", "random", "time", "numpy", "numpy.linalg", "numpy.random")
"""Modules in which a learner's code might replace names; the names are restored after each job."""


class TimeIsUp(BaseException):
    """Ends a job that has used up its time."""


class _Left(BaseException):
    """Ends a job that tried to end its process."""


def run_in_place(job: bytes, seconds: float) -> bytes:
    """Answer one job in this interpreter.

    A loop in the learner's own files ends when the time is up. One endless call into compiled code does not.

    Parameters
    ----------
    job : bytes
        The job, in the form that `main.run_job` reads.
    seconds : float
        The time limit, in real time.

    Returns
    -------
    bytes
        The answer, in the form that `frames.pack_ending` writes.
    """
    left: list[bool] = []
    with _everything_put_back(), Deadline(f"{wire.decode(job)['folder']}/", seconds) as deadline:
        _forbid_leaving(left)
        answer = main.run_job(job)
    if deadline.passed:
        return pack_ending(Ending.TIMEOUT)
    if left:
        return pack_ending(Ending.CRASHED)
    return answer if len(answer) <= MAX_ANSWER + 100 else pack_ending(Ending.TOO_MUCH)


class Deadline:
    """Raises `TimeIsUp` in code of the learner's files, and only there, once the time is up.

    Anywhere else, the exception could interrupt a context manager of the standard library that is cleaning up. It is
    raised at every jump, branch and call of the learner's code, so code that catches it gets it again.

    Parameters
    ----------
    prefix : str
        The beginning of the names of the learner's files.
    seconds : float
        The time limit, counted from the start of the block.

    Attributes
    ----------
    passed : bool
        Whether the exception was raised: then the job's answer does not count, even if the learner's code caught it.
    """

    def __init__(self, prefix: str, seconds: float) -> None:
        self.passed = False
        self._prefix, self._seconds, self._until = prefix, seconds, 0.0

    def __enter__(self) -> Deadline:
        self._until = _now() + self._seconds
        if sys.version_info >= (3, 12):
            sys.monitoring.use_tool_id(_TOOL, "weightlab")
            for event in self._events():
                sys.monitoring.register_callback(_TOOL, event, self._meet)
            sys.monitoring.set_events(_TOOL, sum(self._events()))
        else:  # slower, and raises again only at the next call; no browser has such an old Python
            sys.setprofile(self._trace_again)
            sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        if sys.version_info >= (3, 12):
            sys.monitoring.set_events(_TOOL, 0)
            for event in self._events():
                sys.monitoring.register_callback(_TOOL, event, None)
            sys.monitoring.free_tool_id(_TOOL)
        else:
            sys.settrace(None)
            sys.setprofile(None)

    @staticmethod
    def _events() -> list[int]:
        events = sys.monitoring.events
        branches = ("BRANCH_LEFT", "BRANCH_RIGHT") if hasattr(events, "BRANCH_LEFT") else ("BRANCH",)
        return [getattr(events, name) for name in ("PY_START", "PY_RESUME", "JUMP", *branches)]

    def _meet(self, code: CodeType, *_: object) -> Any:
        if not code.co_filename.startswith(self._prefix):
            return sys.monitoring.DISABLE
        self._raise_if_late()
        return None

    def _trace(self, frame: FrameType, event: str, argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(self._prefix):
            return None
        frame.f_trace_opcodes = True  # a loop of a single instruction reaches no new line
        self._raise_if_late()
        return self._trace

    def _trace_again(self, frame: FrameType, event: str, argument: object) -> None:
        """Set the trace function again: Python unsets it when it raises."""
        if event == "call" and frame.f_code.co_filename.startswith(self._prefix):
            sys.settrace(self._trace)
            frame.f_trace, frame.f_trace_opcodes = self._trace, True

    def _raise_if_late(self) -> None:
        if _now() > self._until:
            self.passed = True
            raise TimeIsUp


def _forbid_leaving(left: list[bool]) -> None:
    """Make calls that would end this interpreter end only the job; `_everything_put_back` undoes this."""

    def leave(*_: object) -> None:
        left.append(True)
        raise _Left

    os._exit = os.abort = os.kill = leave


@contextlib.contextmanager
def _everything_put_back() -> Iterator[None]:
    """Run the block without the notebook's own ``weightlab``, and restore everything that the block may change."""
    modules = dict(sys.modules)
    names = {name: dict(vars(modules[name])) for name in _SHARED if name in modules}
    lists = [(one, list(one)) for one in (sys.path, sys.meta_path, sys.path_hooks, warnings.filters)]
    tables = [(one, dict(one)) for one in (os.environ, linecache.cache)]
    folder, depth = os.getcwd(), sys.getrecursionlimit()
    drawn, drawn_by_numpy, shown, errors = random.getstate(), np.random.get_state(), np.get_printoptions(), np.geterr()
    _forget_library()
    os.chdir(tempfile.gettempdir())  # as in a separate process: a class is graded without the notebook's folder
    try:
        yield
    finally:
        for name, before in names.items():
            vars(modules[name]).update(before)
        for one, before in lists:
            one[:] = before
        for one, before in tables:
            one.clear()
            one.update(before)
        _forget_library()
        sys.modules.update(modules)  # newly loaded modules stay, because compiled ones cannot be loaded twice
        os.chdir(folder)
        sys.setrecursionlimit(depth)
        random.setstate(drawn)
        np.random.set_state(drawn_by_numpy)
        np.set_printoptions(**shown)
        np.seterr(**errors)


def _forget_library() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
