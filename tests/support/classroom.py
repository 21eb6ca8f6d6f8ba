"""A class for the tests: submissions with known scores, made from the reference, the stubs and the misconceptions."""

from __future__ import annotations

import ast
import copy
import inspect
import json
import re
import sqlite3
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import CodeType

from nbformat.notebooknode import from_dict
from nbgrader.utils import compute_checksum

from autograder import markers
from autograder.exercise import Chapter
from autograder.exercises import CHAPTERS
from autograder.judging import reference
from autograder.library import read_library
from autograder.paths import SOLUTIONS

REFERENCE = read_library(SOLUTIONS / "weightlab")
STUBS = {name: markers.strip_module(source.decode(), f"{name}.py").encode() for name, source in REFERENCE.items()}
WRITTEN = "*Write your answer here.*"


def released(chapter: Chapter) -> dict:
    """Return a notebook as the release makes it: check cells, answer cells, written answers."""
    cells = [
        _cell("markdown", f"# {chapter.title}", f"{chapter.name[:2]}-000"),
        _cell("code", "import numpy as np\nfrom labkit import check", f"{chapter.name[:2]}-001"),
    ]
    for exercise in chapter.exercises.values():
        # A heading with only the exercise's name would get the id by which Formgrader finds the score.
        heading = f"## Exercise: {exercise.name}\n\n{exercise.task}"
        cells.append(_cell("markdown", heading, f"about-{exercise.name}"))
        cells.append(_check(exercise.name, exercise.points))
    for question in chapter.questions.values():
        cells.append(_cell("markdown", question.task, f"about-{question.name}"))
        source = f"{question.name} = None  # your answer replaces None\n{question.name}"
        cells.append(_cell("code", source, f"{question.name}-answer", solution=True))
        cells.append(_check(question.name, question.points, f", {question.name}"))
    for written in chapter.written.values():
        cells.append(_cell("markdown", "Say it in your own words.", f"about-{written.name}"))
        cells.append(_cell("markdown", WRITTEN, written.name, grade=True, solution=True, points=written.points))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _check(name: str, points: float, argument: str = "") -> dict:
    return _cell("code", f'check("{name}"{argument})', name, grade=True, locked=True, points=points)


def _cell(kind: str, source: str, name: str, **marks) -> dict:
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    if marks:
        about = {
            "grade": False,
            "solution": False,
            "locked": False,
            "task": False,
            "schema_version": 3,
            "grade_id": name,
            **marks,
        }
        about["cell_type"] = kind
        cell["metadata"]["nbgrader"] = about
        about["checksum"] = compute_checksum(from_dict(cell))
    return cell


def cell(notebook: dict, name: str) -> dict:
    """Return the cell with this grade id."""
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def answered(
    chapter: Chapter,
    numbers: dict[str, float] | None = None,
    words: str = "Because it shifts.",
    notebook: dict | None = None,
) -> dict:
    """Return the notebook with every question answered (correctly, unless ``numbers`` says otherwise), as if run."""
    notebook = copy.deepcopy(notebook or released(chapter))
    for name, question in chapter.questions.items():
        value = (numbers or {}).get(name, question.value)
        answer = cell(notebook, f"{name}-answer")
        answer["source"] = f"{name} = compute()\n{name}"
        data = {"text/plain": repr(value)}
        answer["outputs"] = [{"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}]
    for name in chapter.written:
        cell(notebook, name)["source"] = words
    return notebook


def library_with(wrong: dict[str, Callable]) -> dict[str, bytes]:
    """Return the reference library with functions replaced by other functions' sources, by exercise.

    A function that calls the reference's own function, as many misconceptions do, finds it under another name.
    """
    changed = {name: source.decode() for name, source in REFERENCE.items()}
    for exercise, function in wrong.items():
        module = next(chapter.module for chapter in CHAPTERS.values() if exercise in chapter.exercises)
        functions = [*_helpers_of(function), function]
        bound = [line for one in functions for line in _bind_reference(one, module, exercise)]
        sources = [re.sub(rf"(?<![\w.]){exercise}(?=\()", f"right_{exercise}", _source(one)) for one in functions]
        sources[-1] = sources[-1].replace(f"def {function.__name__}(", f"def {exercise}(", 1)
        if function.__name__ == exercise:
            sources[-1] = sources[-1].replace(f"def right_{exercise}(", f"def {exercise}(", 1)
        bound = dict.fromkeys([f"right_{exercise} = {exercise}", *bound])
        changed[module] += "\n\n".join(["\n\n" + "\n".join(bound), *sources, ""])
    return {name: source.encode() for name, source in changed.items()}


def can_be_written(function: Callable) -> bool:
    """Return whether the source of a function says all that it does; not if another function made it."""
    return inspect.isfunction(function) and not function.__closure__


def _helpers_of(function: Callable) -> list[Callable]:
    """Return the functions that a function needs from its own module, directly or not."""
    beside, needed, waiting = vars(inspect.getmodule(function)), {function.__name__: function}, [function]
    while waiting:
        names = _names_in(waiting.pop().__code__)
        found = {name: beside[name] for name in names if inspect.isfunction(beside.get(name)) and name not in needed}
        own = {name: one for name, one in found.items() if one.__module__ == function.__module__}
        needed |= own
        waiting += own.values()
    return list(needed.values())[1:]


def _bind_reference(function: Callable, module: str, exercise: str) -> list[str]:
    """Return the lines that give a function the modules and the reference's functions under the names that it uses."""
    used = {name: vars(inspect.getmodule(function)).get(name) for name in _global_names(function)}
    lines = []
    for name, one in used.items():
        home = getattr(one, "__module__", "").rpartition("weightlab.")[2]
        known = name == exercise or vars(reference.module(module)).get(name) is one
        if inspect.ismodule(one):
            lines.append(f"import {one.__name__} as {name}")
        elif inspect.isfunction(one) and home in REFERENCE and not known:
            there = f"{name} = {one.__name__}"
            lines.append(there if home == module else f"from .{home} import {one.__name__} as {name}")
    return lines


def _global_names(function: Callable) -> set[str]:
    """Return the names that a function and its default arguments read outside the function."""
    return {node.id for node in ast.walk(ast.parse(_source(function))) if isinstance(node, ast.Name)}


def _names_in(code: CodeType) -> set[str]:
    return set(code.co_names).union(*(_names_in(one) for one in code.co_consts if isinstance(one, CodeType)))


def _source(function: Callable) -> str:
    """Return a function's source without the decorator that declares it a misconception."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    return "\n".join(line for line in lines if not line.startswith("@"))


def mistaken(chapter: Chapter) -> list[dict[str, reference.Misconception]]:
    """Return students with one misconception per exercise each, who together have all misconceptions of a chapter."""
    found = {
        name: [one for one in wrong if can_be_written(one.function)]
        for name, wrong in reference.misconceptions(chapter.module).items()
    }
    most = max(len(wrong) for wrong in found.values())
    return [{name: wrong[i] for name, wrong in found.items() if i < len(wrong)} for i in range(most)]


def submit(
    classroom: Path,
    student: str,
    chapter: Chapter,
    notebook: dict | bytes | None = None,
    library: dict[str, bytes] | None = None,
) -> Path:
    """Put one submission into ``submitted/``."""
    folder = classroom / "submitted" / student / chapter.name
    (folder / "weightlab").mkdir(parents=True)
    if notebook is not None:
        content = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        (folder / f"{chapter.name}.ipynb").write_bytes(content)
    for name, source in (REFERENCE if library is None else library).items():
        (folder / "weightlab" / f"{name}.py").write_bytes(source)
    return folder


def course(folder: Path, chapters: list[Chapter]) -> Path:
    """Write the released notebooks of chapters."""
    for chapter in chapters:
        (folder / chapter.name).mkdir(parents=True)
        (folder / chapter.name / f"{chapter.name}.ipynb").write_text(json.dumps(released(chapter)))
    return folder


def gradebook(room: Path, student: str | None = None) -> list[tuple]:
    """Return every score and comment in a gradebook, by student and cell, for one student or for all."""
    with sqlite3.connect(room / "gradebook.db") as book:
        rows = [
            row
            for table, columns in (
                ("grade", "auto_score, manual_score, needs_manual_grade"),
                ("comment", "auto_comment, manual_comment, 0"),
            )
            for row in book.execute(
                f"select submitted_assignment.student_id, assignment.name, base_cell.name, {columns} from {table} "
                f"join submitted_notebook on {table}.notebook_id = submitted_notebook.id "
                "join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id "
                "join assignment on assignment.id = submitted_assignment.assignment_id "
                f"join base_cell on base_cell.id = {table}.cell_id"
            )
        ]
    return sorted((row for row in rows if student in (None, row[0])), key=str)
