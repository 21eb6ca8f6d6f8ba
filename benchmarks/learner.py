"""How long a learner waits: one check in a notebook, all checks, and whole notebooks with the reference."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.exercises import CHAPTERS
from autograder.paths import ROOT, SOLUTIONS

BIN = Path(sys.executable).parent
CHECK = """
import time, labkit
labkit.check("weighted_sums")
start = time.perf_counter()
labkit.check("weighted_sums")
print(time.perf_counter() - start)
"""


def measure() -> dict:
    """Return seconds, ratios and memory, all on the reference library."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        environment = _solved_copy(copy)
        check = statistics.median(_notebook_check(copy, environment) for _ in range(5))
        chapter = copy / "course" / "01_weights"
        validate = _seconds([str(BIN / "nbgrader"), "validate", "01_weights.ipynb"], chapter, environment)
        everything = _seconds([str(BIN / "weightlab"), "check", "--library", str(SOLUTIONS / "weightlab")], ROOT, {})
        first = _seconds(
            [str(BIN / "weightlab"), "check", "01_weights", "02_biases", "--library", str(SOLUTIONS / "weightlab")],
            ROOT,
            {},
        )
        notebooks = {name: _notebook(copy / "course" / name / f"{name}.ipynb", environment) for name in _names()}
    return {
        "one check in a notebook, seconds": round(check, 3),
        "nbgrader validate on that notebook, seconds": round(validate, 2),
        "validate / check": round(validate / check, 1),
        "weightlab check of chapters 01 and 02, seconds": round(first, 2),
        "weightlab check of everything, seconds": round(everything, 2),
        "notebooks, seconds": {name: round(run[0], 1) for name, run in notebooks.items()},
        "notebooks, seconds together": round(sum(run[0] for run in notebooks.values()), 1),
        "notebooks, MiB of the kernel at its peak": {name: round(run[1]) for name, run in notebooks.items()},
    }


def _names() -> list[str]:
    return ["00_start_here", *CHAPTERS]


def _solved_copy(target: Path) -> dict[str, str]:
    """Copy the course with the reference as the student's library; return the environment to use it in."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("course", "autograder", "src", "solutions"):
        shutil.copytree(ROOT / name, target / name, ignore=unwanted)
    shutil.copytree(SOLUTIONS / "weightlab", target / "src" / "weightlab", dirs_exist_ok=True, ignore=unwanted)
    return {
        "PYTHONPATH": f"{target}{os.pathsep}{target / 'src'}",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }


def _notebook_check(copy: Path, environment: dict[str, str]) -> float:
    printed = subprocess.run(
        [sys.executable, "-c", CHECK],
        cwd=copy,
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(printed.stdout)


def _seconds(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, check=True)
    return time.perf_counter() - start


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
