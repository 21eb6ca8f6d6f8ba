"""Tries slips in a copy of the project: the tests of the changed room are run, and one of them has to fail."""

from __future__ import annotations

import ast
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograder.paths import ROOT

from .make import Slip, equivalents

_SANDBOX_NAMES = (
    *("browser", "carriers", "cgroup", "clock", "command", "container", "isolation", "kept_sandboxes"),
    *("limits_on_time", "process", "runner", "seccomp", "selftest", "usage"),
)
_SANDBOX = tuple(f"tests/sandbox/test_{name}.py" for name in _SANDBOX_NAMES)
"""All tests of the sandbox except those that run hundreds of whole libraries with each carrier, which take minutes."""
TESTS = {
    "judging": ("tests/judging", "tests/accuracy/test_said.py", "tests/sandbox/test_process.py"),
    "sandbox": _SANDBOX,
    "candidate": ("tests/candidate", *_SANDBOX, "tests/classroom/test_rerun.py", "tests/security/test_corpus.py"),
    "classroom": (
        "tests/classroom",
        "tests/security/test_unpacking.py",
        "tests/cli",
        "tests/end_to_end/instructor/test_class.py",
        "tests/end_to_end/instructor/test_one_reading.py",
        "tests/end_to_end/instructor/test_gradescope.py",
        "tests/learner/test_submit.py",  # with what a class is handed out
        "tests/learner/test_github.py",
    ),
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
"""The tests that are run for a room, beginning with those that are most likely to notice a slip."""
REPORT = "report.xml"
"""The file beside the copy in which pytest reports on a run."""
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


class Outcome(StrEnum):
    """What became of a slip."""

    NOTICED = "noticed"
    SURVIVED = "SURVIVED"
    EQUIVALENT = "equivalent"
    """Not tried: `equivalent.txt` says why it changes nothing visible."""


@dataclass(frozen=True)
class Trial:
    """What became of a slip, and how long that took."""

    slip: Slip
    outcome: Outcome
    seconds: float = 0.0


@contextmanager
def project_copy() -> Iterator[Path]:
    """Make a copy of the project; this process works in the copy until the block ends."""
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
    """Import the modules that tests import and that no slip changes, so that each run begins at once."""
    for name in _HEAVY:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def try_slip(slip: Slip, tests: tuple[str, ...], copy: Path, quick: bool, seconds: float) -> Trial:
    """Make a slip in the copy, run tests until one fails, and undo the slip; an equivalent slip is not tried.

    A run that takes longer than ``seconds`` counts as noticed: something never ends.
    """
    if slip.name in equivalents():
        return Trial(slip, Outcome.EQUIVALENT)
    path, begun = copy / slip.file, time.monotonic()
    right = path.read_text("utf-8")
    path.write_text(slip.source, "utf-8")
    try:
        failed = run_tests(in_order(slip.file, tests, copy), copy, quick, seconds) != 0
    finally:
        path.write_text(right, "utf-8")
    return Trial(slip, Outcome.NOTICED if failed else Outcome.SURVIVED, time.monotonic() - begun)


def in_order(file: str, tests: tuple[str, ...], copy: Path) -> list[str]:
    """Return test files, beginning with those that are likely to notice a slip soonest.

    Test files that are named after the module come first, then those that import it, then those of its package or room;
    among equals, those that took less time without a slip come first.
    """
    found: list[Path] = []
    for place in tests:
        path = copy / place
        found += sorted(path.rglob("test_*.py")) if path.is_dir() else [path]
    took = _seconds_taken(copy)
    found.sort(key=lambda path: (_distance(file, path), took.get(str(path.relative_to(copy)), 0.0)))
    return [str(path.relative_to(copy)) for path in found]


def _distance(file: str, test: Path) -> int:
    *packages, module = [part for part in Path(file.removesuffix(".py")).parts if part != "__init__"] or [""]
    imported = _imported(test.read_text("utf-8"))
    if set(module.split("_")) & set(test.stem.split("_")):
        return 0
    if module in imported:
        return 1
    return 2 if set(packages[1:]) & {*imported, *test.parts, *test.stem.split("_")} else 3


@cache
def _imported(source: str) -> set[str]:
    """Return the parts of all names that a test file imports: packages, modules and functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]:
                names |= set(name.split("."))
    return names


def note_seconds(copy: Path) -> None:
    """Keep how long each test file took in the last run, for `in_order`."""
    took: dict[str, float] = {}
    for case in ElementTree.parse(copy.parent / REPORT).iter("testcase"):
        file = case.get("classname", "").replace(".", "/") + ".py"
        took[file] = took.get(file, 0.0) + float(case.get("time", 0))
    (copy.parent / "seconds.json").write_text(json.dumps(took))


def _seconds_taken(copy: Path) -> dict[str, float]:
    path = copy.parent / "seconds.json"
    return json.loads(path.read_text()) if path.exists() else {}


class _GivenOrder:
    """A plugin for pytest: it runs files in the given order, and tests marked slow at the end."""

    @staticmethod
    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
        """Sort the tests after tests/conftest.py has sorted them."""
        files = [Path(arg).resolve() for arg in config.args]
        items.sort(key=lambda item: (item.get_closest_marker("slow") is not None, files.index(item.path)))


def run_tests(files: list[str], copy: Path, quick: bool, seconds: float) -> int:
    """Run tests in a child of this process until one fails; return pytest's exit code, or -1 when the time is up."""
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
            marks = "not browser and not slow" if quick else "not browser"
            options = ["-x", "-q", "-p", "no:cacheprovider", "-n", "0", "--basetemp", str(copy.parent / "tmp")]
            options += ["--junitxml", str(copy.parent / REPORT)]
            code = int(pytest.main([*options, "-m", marks, *files], plugins=[_GivenOrder]))
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
