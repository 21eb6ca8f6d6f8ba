"""Tries slips in a copy of the project: the tests of what was changed are run, and one of them has to fail."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.paths import ROOT

from .make import Slip

TESTS = {
    "judging": ("tests/judging", "tests/candidate/test_main.py", "tests/test_examine.py", "tests/learner"),
    "sandbox": ("tests/sandbox", "tests/candidate/test_main.py", "tests/security/test_corpus.py"),
    "candidate": ("tests/candidate", "tests/sandbox", "tests/classroom/test_rerun.py", "tests/security/test_corpus.py"),
    "classroom": ("tests/classroom", "tests/security/test_unpacking.py", "tests/cli"),
    "learner": ("tests/learner", "tests/cli"),
    "ground": (
        "tests/test_examine.py",
        "tests/test_numbers.py",
        "tests/test_markers.py",
        "tests/test_release.py",
        "tests/cli",
    ),
    "labkit": ("tests/labkit", "tests/learner"),
}
"""Which tests are run for a room, those that are likely to notice first."""
SECONDS = 300
"""A run that takes longer than this has noticed: something never ends."""
_HEAVY = (
    *("numpy", "numpy.random", "pytest", "hypothesis", "nbformat", "nbconvert.exporters", "IPython", "jupytext"),
    *(
        "nbgrader.api",
        "nbgrader.apps.api",
        "nbgrader.preprocessors",
        "nbgrader.converters",
        "nbgrader.exchange.default",
    ),
    *("sqlalchemy.orm", "bs4", "yaml", "psycopg", "click.testing", "rich.progress"),
)
_LEFT_BEHIND = shutil.ignore_patterns(
    ".venv", ".git", "__pycache__", ".weightlab", "*.egg-info", ".hypothesis", ".pytest_cache"
)


@dataclass(frozen=True)
class Trial:
    """What became of a slip: whether a test failed, and how long that took."""

    slip: Slip
    noticed: bool
    seconds: float


@contextmanager
def project_copy() -> Iterator[Path]:
    """Make a copy of the project, which this process works in until it ends."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="weightlab-slips-") as base:
        copy = Path(base, "project")
        shutil.copytree(ROOT, copy, ignore=_LEFT_BEHIND, symlinks=True)
        os.chdir(copy)
        try:
            yield copy
        finally:
            os.chdir(before)


def warm_up() -> None:
    """Import what tests import and no slip is in, so that each run begins at once."""
    for name in _HEAVY:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def try_slip(slip: Slip, tests: tuple[str, ...], copy: Path, quick: bool, seconds: float) -> Trial:
    """Make a slip in the copy, run tests until one fails, and take the slip back.

    A run that takes longer than ``seconds`` has noticed: something never ends.
    """
    path, begun = copy / slip.file, time.monotonic()
    right = path.read_text("utf-8")
    path.write_text(slip.source, "utf-8")
    try:
        noticed = run_tests(in_order(slip.file, tests, copy), copy, quick, seconds) != 0
    finally:
        path.write_text(right, "utf-8")
    return Trial(slip, noticed, time.monotonic() - begun)


def in_order(file: str, tests: tuple[str, ...], copy: Path) -> list[str]:
    """Return test files, those named after the module or what it is part of first."""
    found: list[Path] = []
    for place in tests:
        path = copy / place
        found += sorted(path.rglob("test_*.py")) if path.is_dir() else [path]
    words = set(Path(file).stem.split("_")) | {Path(file).parent.name}
    found.sort(key=lambda path: not words & set(path.stem.split("_")))
    return [str(path.relative_to(copy)) for path in found]


def run_tests(files: list[str], copy: Path, quick: bool, seconds: float) -> int:
    """Run tests in a child of this process until one fails; return pytest's exit code, or -1 after so many seconds."""
    child = os.fork()
    if child == 0:
        code = 3
        try:
            os.setsid()
            out = os.open(copy.parent / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            sys.path[:0] = [str(copy), str(copy / "src")]
            os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:2])
            for name in [name for name in sys.modules if name.partition(".")[0] in ("autograder", "labkit", "tests")]:
                del sys.modules[name]
            import pytest

            marks = "not browser and not slow" if quick else "not browser"
            options = ["-x", "-q", "-p", "no:cacheprovider", "-n", "0", "--basetemp", str(copy.parent / "tmp")]
            code = int(pytest.main([*options, "-m", marks, *files]))
        finally:
            os._exit(code)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            _end_family(child)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    _end_family(child)
    os.waitpid(child, 0)
    return -1


def _end_family(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
