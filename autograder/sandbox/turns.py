"""Lets many sandboxes run at once, and a single sandbox alone when its result would depend on the others."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

# Two files that always exist and that no sandbox sees; the locks protect not their content but the turns.
_GATE, _ROOM = Path(__file__), Path(__file__).with_name("usage.py")
PATIENCE = 20.0
"""Seconds after which a run no longer waits for its turn, because running beside others is better than not running."""


@contextlib.contextmanager
def run_beside_others() -> Iterator[None]:
    """Run beside other sandboxes on this machine, but wait while one of them has to run alone."""
    with contextlib.ExitStack() as stack:
        with _hold(_GATE, exclusive=True):
            stack.enter_context(_hold(_ROOM, exclusive=False))
        yield


@contextlib.contextmanager
def run_alone() -> Iterator[None]:
    """Run alone: wait until the others have ended, and keep others from starting meanwhile."""
    with _hold(_GATE, exclusive=True), _hold(_ROOM, exclusive=True):
        yield


@contextlib.contextmanager
def _hold(path: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold a lock on a file while the block runs; the lock ends with the process, however the process ends."""
    import fcntl  # not on Windows, where there is no sandbox

    kind, until = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, time.monotonic() + PATIENCE
    with path.open("rb") as file:
        while time.monotonic() < until:
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.002)
            except OSError:  # a file system without locks
                break
        yield
