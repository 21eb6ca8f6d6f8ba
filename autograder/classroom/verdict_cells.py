"""Writes verdicts into the check cells of a rebuilt notebook, for nbgrader and for people."""

from __future__ import annotations

from typing import Any

from .. import card
from ..judging.verdict import Status, Verdict
from ..submitted_notebook import is_check, marks_of
from .examination import Examination


def write_verdicts(notebook: Any, examination: Examination) -> Any:
    """Write each verdict into its check cell, and a note at the top if the notebook could not be read."""
    verdicts = {verdict.exercise: verdict for verdict in examination.verdicts}
    if examination.rebuilt.malformed:
        notebook["cells"].insert(0, note("weightlab-note", examination.rebuilt.malformed))
    for cell in notebook["cells"]:
        if is_check(cell):
            marks = marks_of(cell)
            verdict = verdicts.get(marks["grade_id"])
            cell["outputs"] = [output(verdict, marks["points"])] if verdict else [_FAILED]
    return notebook


def note(name: str, words: str) -> dict:
    """Return a cell with a note for anybody who opens the notebook."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": f"**{words}**"}


# nbgrader would read a cell without output as full marks.
_FAILED = {"output_type": "error", "ename": "Ungraded", "evalue": "this cell is not graded", "traceback": []}


def output(verdict: Verdict, points: float) -> dict:
    """Return a check cell's output: a card, and the score as text."""
    data = {"text/html": card.as_html(verdict)}
    if verdict.score is None:
        return {"output_type": "display_data", "data": data, "metadata": {"weightlab": str(Status.UNJUDGED)}}
    data["text/plain"] = f"{min(verdict.score, points):g}"
    return {"output_type": "execute_result", "data": data, "execution_count": None, "metadata": {}}
