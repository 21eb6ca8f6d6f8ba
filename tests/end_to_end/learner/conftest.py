"""Every notebook run once to its end with the reference, for all the tests that look at the result."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.paths import ROOT
from tests.support.jupyterlab import course_copy

NOTEBOOKS = sorted(path.stem for path in (ROOT / "solutions" / "notebooks").glob("*.md"))


def execute(folder: Path, environment: dict[str, str], name: str) -> nbformat.NotebookNode:
    """Run a notebook as a program would, without a browser, going on after errors."""
    path = folder / "course" / name / f"{name}.ipynb"
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--allow-errors",
        "--output",
        f"{name}.executed.ipynb",
        path.name,
    ]
    done = subprocess.run(command, cwd=path.parent, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return nbformat.read(path.with_name(f"{name}.executed.ipynb"), as_version=4)


@pytest.fixture(scope="session")
def solved(tmp_path_factory):
    """Return a function that gives a notebook as it is after running with the reference library."""
    folder = tmp_path_factory.mktemp("solved")
    environment = course_copy(folder, solved=True)
    done = {}

    def get(name):
        if name not in done:
            done[name] = execute(folder, environment, name)
        return done[name]

    return get


@pytest.fixture(scope="session")
def untouched(tmp_path_factory):
    """Return a function that gives a notebook as it is after running with nothing but stubs."""
    folder = tmp_path_factory.mktemp("untouched")
    environment = course_copy(folder)
    done = {}

    def get(name):
        if name not in done:
            done[name] = execute(folder, environment, name)
        return done[name]

    return get
