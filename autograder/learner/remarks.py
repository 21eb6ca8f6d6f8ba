"""Remarks beside a verdict: a copy that hides the library, imports that grading lacks, a slow way."""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..exercise import Exercise
from ..library import LIBRARY_FOLDER, find_foreign_imports, find_package_meant
from ..paths import LIBRARY, find_copy, shown


def describe_foreign_imports(source: bytes, file: str) -> str:
    """Name the imports of a module that are not installed where a class is graded, or return an empty string."""
    misspelt, foreign = [], []
    for line, package in find_foreign_imports(source):
        meant = find_package_meant(package)
        if meant:
            misspelt.append(f"{file} imports {package} (line {line}). Did you mean {meant}?")
        else:
            foreign.append(f"{package} (line {line})")
    if not foreign:
        return " ".join(misspelt)
    told = (
        f"{file} imports {', '.join(foreign)}. A class is graded with NumPy and Python's own modules only, so "
        "functions that need this import earn no points. Remove the import."
    )
    return " ".join([*misspelt, told])


def describe_foreign_imports_of(exercise: Exercise, library: Path) -> str:
    """Name the imports of an exercise's module that are not installed where a class is graded."""
    path = library / f"{exercise.module}.py"
    try:
        return describe_foreign_imports(path.read_bytes(), shown(path))
    except OSError:
        return ""


FIX_FIRST = (
    "Fix the file, save, and check again. Until then no function that needs this file can be checked; the points that "
    "you have earned stay in your progress."
)
"""What to do about a file that Python cannot run."""


def describe_hiding_copy(exercise: Exercise, namespace: Mapping[str, Any]) -> str:
    """Say that a function of the notebook or of another module hides the library's, or return an empty string."""
    function = namespace.get(exercise.name)
    if not callable(function):
        return ""
    module = getattr(function, "__module__", None)
    file = shown(LIBRARY / f"{exercise.module}.py")
    again = f"run `from {LIBRARY_FOLDER}.{exercise.module} import {exercise.name}`"
    if str(module).partition(".")[0] not in (LIBRARY_FOLDER, "labkit"):  # written here, or a package's, such as np.dot
        return (
            f"The notebook has its own {exercise.name}, which hides the one in {file}. Only the file is checked and "
            f"graded: move your definition to the file, delete it from the notebook, and {again} again."
        )
    code = getattr(inspect.unwrap(function), "__code__", None)
    if module == f"{LIBRARY_FOLDER}.{exercise.module}" and code is not None and not _is_inside(code.co_filename):
        return (
            f"The {exercise.name} that this notebook uses comes from {code.co_filename}, but the check used {file}. "
            f"Open the notebook in the copy of the course that was checked, or restart the kernel and {again}."
        )
    return ""


def describe_other_copy() -> str:
    """Say that the learner's copy of the course is not the graded copy, or return an empty string."""
    here = find_copy(Path.cwd())
    if here is None or here == find_copy(LIBRARY):
        return ""
    return (
        f"You are in one copy of the course, {here}, but {LIBRARY}, in another copy, is checked and graded. Edit "
        "the files in the other copy, or use the Python of the copy that you are in."
    )


_SLOW = 100
"""How many times as long as a matrix product a function takes that makes later chapters wait for minutes."""
_MADE_OF_PRODUCTS = {"weighted_sums": (), "dense": (np.zeros(100),)}
"""What these functions take after inputs and weights; later chapters call them thousands of times."""


def describe_slow_way(exercise: Exercise) -> str:
    """Say that a right function takes far longer than a matrix product, or return an empty string."""
    function = getattr(sys.modules.get(f"{LIBRARY_FOLDER}.{exercise.module}"), exercise.name, None)
    if exercise.name not in _MADE_OF_PRODUCTS or not callable(function):
        return ""
    inputs, weights = np.ones((20, 100)), np.ones((100, 100))
    try:
        taken = _seconds(lambda: function(inputs, weights, *_MADE_OF_PRODUCTS[exercise.name]))
    except Exception:  # what is checked is the file; the notebook may hold an earlier version of it
        return ""
    factor = taken / min(_seconds(lambda: inputs @ weights) for _ in range(5))
    if factor < _SLOW:
        return ""
    return (
        f"Your function is right, but slow: for 20 examples and 100 neurons it took about {factor:,.0f} times as long "
        "as a matrix product. From chapter 3 on, some cells call it thousands of times and would take many minutes: "
        "before then, write it with NumPy's matrix product and no loop."
    )


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return max(time.perf_counter() - start, 1e-9)


def notebook_namespace() -> Mapping[str, Any]:
    """Return the names that the notebook has defined; empty outside a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell.user_ns if shell is not None else {}


def _is_inside(filename: str) -> bool:
    return Path(filename).resolve().is_relative_to(LIBRARY.resolve())
