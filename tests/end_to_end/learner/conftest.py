"""Runs every notebook once to its end with the reference, for all tests that look at the result.

If there is a browser, the learner's journey runs the notebooks; otherwise they are run as a program would run them.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.exercises import CHAPTERS
from autograder.paths import ROOT
from tests.support.jupyterlab import course_copy

NOTEBOOKS = sorted(path.stem for path in (ROOT / "solutions" / "notebooks").glob("*.md"))


def execute(folder: Path, environment: dict[str, str], name: str) -> nbformat.NotebookNode:
    """Run a notebook as a program would, without a browser, continuing after errors."""
    path = folder / "course" / name / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, allow_errors=True, kernel_name="python3", resources=place)
    return client.execute(env=os.environ | environment)


@pytest.fixture(scope="session")
def from_the_journey():
    """Return the notebooks that the learner's journey has run in JupyterLab so far, by name."""
    return {}


@pytest.fixture(scope="session")
def solved(tmp_path_factory, from_the_journey):
    """Return a function that gives a notebook after it was run with all its answers."""
    by_a_program = executor(tmp_path_factory.mktemp("solved"), solved=True)
    return lambda name: from_the_journey.get(name) or by_a_program(name)


@pytest.fixture(scope="session")
def untouched(tmp_path_factory):
    """Return a function that gives a notebook after it was run with nothing but stubs."""
    return executor(tmp_path_factory.mktemp("untouched"))


def executor(folder, **options):
    """Return a function that runs a notebook in a copy of the course when the notebook is first requested."""
    environment = cache(lambda: course_copy(folder, **options))
    return cache(lambda name: execute(folder, environment(), name))


_GIVES_LISTS = """import functools

import numpy as np

from . import written_{module} as _written
from .written_{module} import *


def _listed(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    return type(value)(map(_listed, value)) if isinstance(value, (list, tuple)) else value


def _gives_lists(function):
    return functools.wraps(function)(lambda *args, **kwargs: _listed(function(*args, **kwargs)))


for _name in {names}:
    globals()[_name] = _gives_lists(getattr(_written, _name))
"""


@pytest.fixture(scope="session")
def listing(tmp_path_factory):
    """Return a function that gives a notebook after it was run with right functions that return lists for arrays."""
    folder = tmp_path_factory.mktemp("listing")
    environment = course_copy(folder, solved=True)
    library = folder / "src" / "weightlab"
    for chapter in CHAPTERS.values():
        path = library / f"{chapter.module}.py"
        source = path.read_text(encoding="utf-8")
        within = re.sub(r"^from \.(?=\w)", "from .written_", source, flags=re.MULTILINE)
        path.with_name(f"written_{path.name}").write_text(within, encoding="utf-8")
        names = list(chapter.exercises)
        text = _GIVES_LISTS.format(module=chapter.module, names=names)
        path.write_text(text, encoding="utf-8")
    return lambda name: execute(folder, environment, name)
