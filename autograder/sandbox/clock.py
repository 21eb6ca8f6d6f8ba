"""The time of one submission: what its code uses in sandboxes, and what the autograder spends on it."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator

_LOOK = 0.25
"""Seconds between two readings of the clock."""


class OutOfTimeError(RuntimeError):
    """A submission takes too long to be examined or shown."""


class _Stop(BaseException):
    """Ends the work on a submission; not an Exception, or else code that turns those into a status would catch it."""


class Clock:
    """Counts one submission's time, from the clock's creation and for the thread that creates it.

    Only that thread's processor time and the own time of its jobs in sandboxes (`watch.Bounds`) count, so a busy
    machine, a sleeping machine and a change of the clock make no difference.

    Parameters
    ----------
    seconds : float
        The total time that the submission may use.
    reserve : float
        The part of this time that its own code cannot use, so that the result can still be shown.
    """

    def __init__(self, seconds: float, reserve: float = 0.0) -> None:
        self.seconds, self.reserve = seconds, reserve
        self.in_sandboxes = 0.0
        self._of_this_thread = time.pthread_getcpuclockid(threading.get_ident())
        self._begun = time.clock_gettime(self._of_this_thread)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        computed = time.clock_gettime(self._of_this_thread) - self._begun
        return self.seconds - self.in_sandboxes - computed

    @property
    def left_for_code(self) -> float:
        """Seconds that are left for the submission's own code."""
        return self.left - self.reserve

    @contextlib.contextmanager
    def enforce(self) -> Iterator[None]:
        """Raise `OutOfTimeError` in the block once no time is left; this works only in the thread that made the clock.

        In a process's main thread a signal raises the exception, which also interrupts the matching of a pattern.
        """
        in_main_thread = threading.current_thread() is threading.main_thread()
        try:
            with self._enforce_by_signal() if in_main_thread else self._enforce_from_beside():
                yield
        except _Stop:
            raise OutOfTimeError(f"examining and showing it takes more than {self.seconds:g} seconds") from None

    @contextlib.contextmanager
    def _enforce_by_signal(self) -> Iterator[None]:
        def look(*_: object) -> None:
            if self.left <= 0:
                raise _Stop

        before = signal.signal(signal.SIGPROF, look)
        signal.setitimer(signal.ITIMER_PROF, _LOOK, _LOOK)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    @contextlib.contextmanager
    def _enforce_from_beside(self) -> Iterator[None]:
        ident, done, lock, raised = threading.get_ident(), threading.Event(), threading.Lock(), threading.Event()

        def watch() -> None:
            while not done.wait(_LOOK):
                with lock:
                    if self.left <= 0 and not done.is_set():
                        raised.set()
                        _raise_in(ident, _Stop)

        threading.Thread(target=watch, daemon=True).start()
        try:
            yield
        finally:
            with lock:
                done.set()
            if raised.is_set():
                # One may still be due, and would be raised after the block. It is replaced and caught, not cancelled:
                # Python 3.11 and 3.12 look for a cancelled one at every step from then on, under a tracer forever.
                with contextlib.suppress(_Stop):
                    _raise_in(ident, _Stop)
                    time.sleep(0)


def _raise_in(ident: int, error: type[BaseException]) -> None:
    """Make a thread raise an exception at its next step, in place of one that has not been raised yet."""
    import ctypes  # loaded here only: a check on a learner's own machine needs no clock

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(error))
