"""Enters a chapter's cells into nbgrader's gradebook, even those that are added during the term."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat.notebooknode import from_dict
from nbgrader import api
from nbgrader.preprocessors import SaveCells
from sqlalchemy import func, select

from ..submitted_notebook import marks_of


def enter_cells(book: api.Gradebook, url: str, chapter: str, released: Mapping[str, Any]) -> str | None:
    """Enter a chapter's assignment, and the cells that are missing or whose points have changed.

    Cells that were added to a chapter during the term are entered as well; existing entries stay.

    Returns
    -------
    str or None
        The names of cells for which there is students' work but which the chapter no longer has; if there are any,
        nothing is changed. None if all is well.
    """
    marks = {marks_of(cell)["grade_id"]: (cell, marks_of(cell)) for cell in released["cells"] if marks_of(cell)}
    try:
        notebook = book.find_notebook(chapter, chapter)
    except api.MissingEntry:
        notebook = None
    if notebook is not None:
        if _is_entered(notebook, marks):
            return None
        if notebook.submissions:
            entered = {cell.name for kind in ("grade", "solution") for cell in getattr(notebook, f"{kind}_cells")}
            if gone := sorted(entered - {name for name, (_, about) in marks.items() if _counts(about)}):
                return ", ".join(gone)
            _add_cells(book, chapter, notebook, marks)
    book.update_or_create_assignment(chapter)
    resources = {"nbgrader": {"notebook": chapter, "assignment": chapter, "db_url": url}}
    SaveCells().preprocess(from_dict(dict(released)), resources)
    book.db.expire_all()
    return None


def find_outdated_marks(book: api.Gradebook, chapter: str, released: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each marked cell whose points `enter_cells` will change: its name, old and new points, number of marks."""
    points = {
        about["grade_id"]: about["points"] for cell in released["cells"] if (about := marks_of(cell)).get("grade")
    }
    try:
        cells = book.find_notebook(chapter, chapter).grade_cells
    except api.MissingEntry:
        return []
    found = []
    for cell in cells:
        if points.get(cell.name, cell.max_score) != cell.max_score:
            given = select(func.count()).where(api.Grade.cell_id == cell.id, api.Grade.manual_score.is_not(None))
            if count := book.db.scalar(given):
                about = {"before": cell.max_score, "now": float(points[cell.name]), "marks": count}
                found.append({"chapter": chapter, "cell": cell.name} | about)
    return found


def _counts(about: Mapping[str, Any]) -> bool:
    return bool(about["grade"] or about["solution"])


def _is_entered(notebook: api.Notebook, marks: Mapping[str, tuple]) -> bool:
    about = {name: one for name, (_, one) in marks.items()}
    return (
        {cell.name: cell.max_score for cell in notebook.grade_cells}
        == {name: one["points"] for name, one in about.items() if one["grade"]}
        and {cell.name for cell in notebook.solution_cells} == {name for name, one in about.items() if one["solution"]}
        and {cell.name: cell.checksum for cell in notebook.source_cells}
        == {name: one.get("checksum") for name, one in about.items()}
    )


def _add_cells(book: api.Gradebook, chapter: str, notebook: api.Notebook, marks: Mapping[str, tuple]) -> None:
    """Add new cells before nbgrader compares: once there is students' work, it refuses a notebook with other cells."""
    source = {cell.name for cell in notebook.source_cells}
    for name, (cell, about) in marks.items():
        kind = cell["cell_type"]
        if about["grade"]:
            book.update_or_create_grade_cell(name, chapter, chapter, max_score=float(about["points"]), cell_type=kind)
        if about["solution"]:
            book.update_or_create_solution_cell(name, chapter, chapter)
        if name not in source:
            book.update_or_create_source_cell(name, chapter, chapter, cell_type=kind)
    # Students write nothing into these cells, so nothing is lost.
    for gone in [cell for cell in notebook.source_cells if cell.name not in marks]:
        book.db.delete(gone)
    book.db.commit()
