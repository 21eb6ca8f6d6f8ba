"""How long whole notebooks take with the reference as the learner's library, and how much memory their kernels hold."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.paths import COURSE
from benchmarks.learner import solved_copy


def measure() -> dict:
    """Execute each of the course's notebooks on one core."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        environment = solved_copy(copy)
        found = {name: _notebook(copy / "course" / name / f"{name}.ipynb", environment) for name in _names()}
    return {
        "seconds": {name: round(run[0], 1) for name, run in found.items()},
        "seconds together": round(sum(run[0] for run in found.values()), 1),
        "MiB of the kernel at its peak": {name: round(run[1]) for name, run in found.items()},
    }


def _names() -> list[str]:
    return sorted(path.stem for path in COURSE.glob("*/*.ipynb") if path.stem == path.parent.name)


def _notebook(path: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Execute a notebook on one core; return seconds and the largest process's peak memory in MiB."""
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--stdout", path.name]
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=path.parent, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    finally:
        os.sched_setaffinity(0, before)
    if status:
        raise RuntimeError(f"{path.name} did not run to its end")
    return seconds, usage.ru_maxrss / 1024


if __name__ == "__main__":
    print(measure())
