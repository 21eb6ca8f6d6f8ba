"""How long a learner waits: for the lab, the first check, every further one, and all checks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.exercises import CHAPTERS
from autograder.paths import ROOT, SOLUTIONS
from benchmarks.rounds import ROUNDS, spread

BIN = Path(sys.executable).parent
FIRST = """
import time
start = time.perf_counter()
import labkit
imported = time.perf_counter()
labkit.check("weighted_sums")
checked = time.perf_counter()
labkit.check("weighted_sums")
print(imported - start, checked - imported, time.perf_counter() - checked)
"""
CAPSTONE = "10_capstone"


def measure() -> dict:
    """Return seconds, ratios and memory, all on the reference library."""
    before = [name for name in CHAPTERS if name != CAPSTONE]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        environment = solved_copy(copy)
        chapter = copy / "course" / "01_weights"
        rounds: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            found = dict(zip(("import", "first", "next"), _notebook_check(copy, environment), strict=True))
            found["chapters"] = _check(before)
            found["everything"] = _check([])
            found["two"] = _check(["01_weights", "02_biases"])
            for name, seconds in found.items():
                rounds.setdefault(name, []).append(seconds)
        validate = _seconds([str(BIN / "nbgrader"), "validate", "01_weights.ipynb"], chapter, environment)
    return {
        "import labkit, seconds": spread(rounds["import"]),
        "first check after a kernel's start, seconds": spread(rounds["first"]),
        "every further check, seconds": spread(rounds["next"]),
        "nbgrader validate on that notebook, seconds": round(validate, 2),
        "weightlab check of chapters 01 and 02, seconds": spread(rounds["two"], 2),
        f"weightlab check of everything before {CAPSTONE}, seconds": spread(rounds["chapters"], 2),
        "weightlab check of everything, seconds": spread(rounds["everything"], 2),
    }


def _check(chapters: list[str]) -> float:
    command = [str(BIN / "weightlab"), "check", *chapters, "--library", str(SOLUTIONS / "weightlab")]
    return _seconds(command, ROOT, {})


def solved_copy(target: Path) -> dict[str, str]:
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


def _notebook_check(copy: Path, environment: dict[str, str]) -> list[float]:
    """Return the seconds of the first import, the first check and the second, in a new process."""
    printed = subprocess.run(
        [sys.executable, "-c", FIRST],
        cwd=copy,
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(word) for word in printed.stdout.split()]


def _seconds(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    print(measure())
