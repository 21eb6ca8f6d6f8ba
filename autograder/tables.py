"""Writes a class's grades as tables: for people, for Canvas and for Moodle."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .records import write as write_file


def write(
    classroom: Path,
    entries: list[dict],
    totals: Mapping[str, Mapping[str, Mapping[str, Any]]],
    released: Mapping[str, dict],
) -> None:
    """Write ``grades.csv`` (one line a student and chapter) and one table an LMS can take in.

    Parameters
    ----------
    entries : list of dict
        As `grade.grade_class` returns them.
    totals : mapping
        By chapter and student: the final score, lateness's cost, and how many answers wait for a person.
    released : mapping
        Released notebooks by chapter, for what all of a chapter is worth.
    """
    best = {chapter: _worth(notebook) for chapter, notebook in released.items()}
    rows, final = [], {}
    for entry in entries:
        student, chapter = entry["student"], entry["chapter"]
        about = totals.get(chapter, {}).get(student, {})
        total = about.get("score", 0.0)
        final.setdefault(student, {})[chapter] = total
        rows.append([student, chapter, entry["status"], entry["score"], entry["points"], total, best[chapter],
                     about.get("late_penalty", 0.0), about.get("waiting", 0)])  # fmt: skip
    heads = ["student", "chapter", "status", "automatic", "automatic_points", "total", "points", "late_penalty",
             "waiting_for_a_person"]  # fmt: skip
    chapters = list(released)
    _table(classroom / "grades.csv", [heads, *rows])
    scores = [[final[student].get(chapter) for chapter in chapters] for student in final]
    _table(classroom / "grades_moodle.csv", [["username", *chapters], *(
        [student, *row] for student, row in zip(final, scores, strict=True))])  # fmt: skip
    heads = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    _table(classroom / "grades_canvas.csv", [
        [*heads, *chapters],
        ["    Points Possible", "", "", "", "", *(best[chapter] for chapter in chapters)],
        *([student, "", "", student, "", *row] for student, row in zip(final, scores, strict=True)),
    ])  # fmt: skip


def _worth(notebook: Mapping[str, Any]) -> float:
    marks = (cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"])
    return float(sum(about["points"] for about in marks if about.get("grade")))


def _table(path: Path, rows: Iterable[list]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_cell(value) for value in row] for row in rows])
    write_file(path, text.getvalue().encode("utf-8", "replace"))


def _cell(value: Any) -> str:
    """Write a value so that no spreadsheet takes it for a formula."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return f"{value:g}"
    text = str(value).replace("\r", " ").replace("\n", " ")
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "\t")) else text
