"""Merges a learner's answers and own cells into the notebooks of a new release."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ..submitted_notebook import ANSWER, BLANK_NUMBER, BLANK_TEXT, MalformedNotebook, grade_id, marks_of, text_of


def merge_notebook(
    new: dict[str, Any], mine: Iterable[dict[str, Any]], answers: Mapping[str, dict[str, Any]], asked: Collection[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return a released notebook with a learner's answers and own cells, and the names of the answers that it keeps.

    Parameters
    ----------
    new : dict
        The new release's notebook.
    mine : iterable of dict
        The learner's notebooks of the same chapter: one, or several if an older release numbered it differently.
    answers : mapping of str to dict
        Answer cells of all the learner's notebooks by grade id, as `read_answers` returns them.
    asked : collection of str
        The grade ids of all answers that the new release asks for; any other answer stays as a cell that the learner
        added. If there are two answers to a question, so does the one that is not in ``answers``.
    """
    merged = {**new, "cells": []}
    known = {cell.get("id") for cell in new["cells"]}
    own: dict[str | None, list[dict[str, Any]]] = {}
    outputs: dict[tuple[str | None, str], dict[str, Any]] = {}
    before: str | None = None
    added: dict[str, set[str]] = {}
    for cell in itertools.chain.from_iterable(map(_cells, mine)):
        name = grade_id(cell)
        if name and _is_answered(cell) and (name not in asked or _source(cell) != _source(answers[name])):
            cell = _as_own_cell(cell, name, name in asked)
        elif name or cell.get("id") in known:
            before = cell.get("id") if cell.get("id") in known else before
            outputs[cell.get("id"), _source(cell)] = cell
            continue
        elif _is_released(cell):
            continue
        if "id" in cell:
            sources = added.setdefault(cell["id"], set())
            if _source(cell) in sources:
                continue
            sources.add(_source(cell))
            if len(sources) > 1:  # ids are unique in a notebook
                cell = {**cell, "id": f"{cell['id'][:60]}-{len(sources)}"}
        own.setdefault(before, []).append(cell)
    kept = []
    merged["cells"] += own.pop(None, [])
    for cell in new["cells"]:
        name = grade_id(cell)
        answer = answers.get(name) if name and marks_of(cell).get("solution") else None
        if answer is not None and _source(answer) != _source(cell):
            if answer.get("cell_type") == cell["cell_type"]:
                cell = _with(cell, answer, "source", "outputs", "execution_count")
                kept.append(name)
            elif _is_answered(answer):
                own.setdefault(cell.get("id"), []).append(_as_own_cell(answer, name, True))
        elif seen := outputs.get((cell.get("id"), _source(cell))):
            cell = _with(cell, seen, "outputs", "execution_count")
        merged["cells"].append(cell)
        merged["cells"] += own.pop(cell.get("id"), [])
    for cells in own.values():
        merged["cells"] += cells
    return merged, kept


def read_answers(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a notebook's answer cells by grade id; if several have the same id, the last."""
    return {name: cell for cell in _cells(notebook) if (name := grade_id(cell)) and marks_of(cell).get("solution")}


def join_answers(notebooks: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the answer cells of several notebooks by grade id; of two with the same id, the filled-in or later one.

    A question may have moved to a chapter whose notebook the copy already has, without an answer so far.
    """
    found: dict[str, dict[str, Any]] = {}
    for notebook in notebooks:
        for name, cell in read_answers(notebook).items():
            if name not in found or _is_answered(cell) or not _is_answered(found[name]):
                found[name] = cell
    return found


def is_of_chapter(notebook: dict[str, Any], chapter: str) -> bool:
    """Return whether a notebook was released as this chapter, by the ids of its cells, such as 08-014."""
    number = chapter.partition("_")[0]
    return any(_is_released(cell) and cell["id"].startswith(f"{number}-") for cell in _cells(notebook))


def _cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise MalformedNotebook("it is not a notebook")
    return cells


def _is_released(cell: dict[str, Any]) -> bool:
    """Return whether a cell's id has the form that releases use, such as 08-014, so that it is not the learner's."""
    number, dash, place = str(cell.get("id", "")).partition("-")
    return bool(dash) and number.isdigit() and place.isdigit()


def _is_answered(cell: dict[str, Any]) -> bool:
    """Return whether an answer cell holds more than it was released with."""
    released, number = {"", BLANK_TEXT, grade_id(cell).removesuffix(ANSWER)}, BLANK_NUMBER.removeprefix("{name}")
    lines = map(str.strip, _source(cell).splitlines())
    return bool(marks_of(cell).get("solution")) and not all(line in released or line.endswith(number) for line in lines)


def _as_own_cell(cell: dict[str, Any], name: str, asked: bool) -> dict[str, Any]:
    """Return an answer that has no place in the new release as a cell that the learner added."""
    why = "which is not in the cell that is graded" if asked else "which the course no longer asks for"
    says = f"Your answer to {name.removesuffix(ANSWER)}, {why}."
    head = f"# {says}\n" if cell["cell_type"] == "code" else f"*{says}*\n\n"
    return {**cell, "id": f"kept-{name}"[:64], "metadata": {}, "source": head + _source(cell)}


def _with(cell: dict[str, Any], other: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**cell, **{key: other[key] for key in keys if key in other}}


def _source(cell: dict[str, Any]) -> str:
    return text_of(cell.get("source"))
