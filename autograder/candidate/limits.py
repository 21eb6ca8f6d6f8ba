"""The limits on one job: those that the process sets for itself, and those that the autograder watches from outside."""

from __future__ import annotations

import contextlib
import os
import sys

MEMORY = 2**30
"""Bytes that one process may map, and that all processes of a job may hold together."""
FILE_BYTES = 2**20
"""Bytes of the largest file that a job may write."""
WALL_FACTOR = 4
"""The wall-clock limit of a job as a multiple of its time limit, because on a busy machine it waits for a processor."""
MAX_FILES = 1_000
"""Files in a sandbox's /tmp: an empty file has no size to be limited, but costs memory."""
MAX_OPEN = 64
"""Files that one process may have open."""
MAX_PROCESSES = 8
"""Processes and threads of one job in a sandbox."""
MAX_JOBS = 1_000
"""The number of jobs after which the process that forks for them is replaced."""
MAX_PRINTED = 4_000
"""Characters of a job's printed output that are kept."""


def set_limits(limits: dict, sandboxed: bool) -> None:
    """Bound this process: memory, processor time, files (POSIX only)."""
    import resource

    os.setpgid(0, 0)
    bounds = {
        "RLIMIT_CPU": int(limits["seconds"]) + 2,
        "RLIMIT_AS": limits["memory"],
        "RLIMIT_FSIZE": limits["file_bytes"],
        "RLIMIT_NOFILE": MAX_OPEN,
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 0,
    }
    if sandboxed and _counts_processes_apart():
        bounds["RLIMIT_NPROC"] = MAX_PROCESSES
    for name, value in bounds.items():
        if hasattr(resource, name):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(getattr(resource, name), (value, value))


def _counts_processes_apart() -> bool:
    """Return whether the limit on processes counts only this sandbox's; before Linux 5.14 it counts all of a user's."""
    release = os.uname().release.split(".")
    return "--user=" in " ".join(sys.argv) or (int(release[0]), int(release[1].partition("-")[0])) >= (5, 14)
