"""Rebuilds a submitted notebook: the released one, with the student's answers and own cells inserted."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..submitted_notebook import (
    FRESH_COPY,
    Answer,
    MalformedNotebook,
    OwnCell,
    SubmittedNotebook,
    grade_id,
    marks_of,
    read_notebook,
    text_of,
)
from .sanitise import MAX_ANSWER, clean_markdown, clean_outputs, clean_text

OWN = "own"
"""The value of ``weightlab`` in the metadata of a cell that the student added."""
MAX_OWN_TEXT = 60_000
"""The largest total number of characters shown from a student's own cells."""


@dataclass(frozen=True)
class RebuiltNotebook:
    """The notebook that graders and students see.

    Parameters
    ----------
    notebook : dict
        The released notebook (nbformat 4) with what the student wrote.
    read : SubmittedNotebook
        What was found in the submitted notebook.
    malformed : str
        Why it cannot be read; empty if it can.
    doubtful : frozenset of str
        Answer cells that are blank although there may be an answer: in a cell of the student's own, or in a notebook
        that cannot be read.
    """

    notebook: dict
    read: SubmittedNotebook = field(default_factory=SubmittedNotebook)
    malformed: str = ""
    doubtful: frozenset[str] = frozenset()


def rebuild(released: Mapping[str, Any], submitted: bytes) -> RebuiltNotebook:
    """Insert a student's answers into the released notebook.

    Parameters
    ----------
    released : mapping
        The notebook as it was handed out (nbformat 4). It alone decides which graded cells there are, what they are
        worth, and every cell that is neither an answer nor the student's own.
    submitted : bytes
        The file that the student submitted; it may hold anything.

    Returns
    -------
    RebuiltNotebook
        Sources of answer cells come from the student, with their outputs as plain text and images; the parts of a
        split cell are joined. Cells that the student added stay below the cell that they followed. A file that is not
        the chapter's notebook yields the released notebook and the reason.
    """
    notebook = copy.deepcopy(dict(released))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    answers = frozenset(grade_id(cell) for cell in notebook["cells"] if marks_of(cell).get("solution"))
    try:
        read = read_notebook(released, submitted)
    except MalformedNotebook as error:
        return RebuiltNotebook(notebook, malformed=_words(str(error)), doubtful=answers)
    except Exception as error:  # a bad submission affects only its own student
        why = f"reading it raises {type(error).__name__}; {FRESH_COPY}"
        return RebuiltNotebook(notebook, malformed=_words(why), doubtful=answers)
    for cell in notebook["cells"]:
        if marks_of(cell).get("solution"):
            _lay_in(cell, read.answers[grade_id(cell)])
    notebook["cells"] = _with_own_cells(notebook["cells"], read.own)
    doubtful = {
        name for name, answer in read.answers.items() if not answer.changed and read.find_beside(name, released)
    }
    malformed = ""
    if read.lost:
        words = ", ".join(sorted(read.lost))
        malformed = (
            f"The cells of the notebook have lost their names, so answers cannot be found: {words}. "
            "Paste your answers into a fresh copy of the notebook, and submit that copy."
        )
    return RebuiltNotebook(notebook, read, malformed, frozenset(doubtful | read.lost))


def _words(why: str) -> str:
    return f"The notebook cannot be read: {why}, and submit it again."


def _lay_in(cell: dict, answer: Answer) -> None:
    if not answer.cells:
        return
    if answer.changed:  # otherwise the text stays as released, which shows nbgrader that there is no answer
        text = "\n\n".join(text_of(theirs.get("source")).strip("\n") for theirs in answer.cells)
        cell["source"] = clean_text(text, MAX_ANSWER) if cell["cell_type"] == "code" else clean_markdown(text)
    if cell["cell_type"] == "code":
        outputs = [theirs.get("outputs") for theirs in answer.cells]
        cell["outputs"] = list(clean_outputs([one for shown in outputs if isinstance(shown, list) for one in shown]))


def _with_own_cells(cells: list[dict], own: Iterable[OwnCell]) -> list[dict]:
    """Return the cells with those that the student added, each below the cell that it followed."""
    following: dict[int, list[dict]] = {}
    left = MAX_OWN_TEXT
    for number, one in enumerate(own):
        made = _clean_own(one.cell, number)
        left -= len(str(made["source"])) + len(str([output.get("text") for output in made.get("outputs", ())]))
        if left < 0:
            break
        following.setdefault(one.after, []).append(made)
    laid = [*following.get(-1, ())]
    for index, cell in enumerate(cells):
        laid += [cell, *following.get(index, ())]
    return laid


def _clean_own(cell: Mapping[str, Any], number: int) -> dict:
    text = text_of(cell.get("source"))
    made: dict[str, Any] = {"id": f"{OWN}-{number}", "metadata": {"weightlab": OWN}}
    if cell.get("cell_type") == "code":
        outputs = list(clean_outputs(cell.get("outputs")))
        source = clean_text(text, MAX_ANSWER)
        return made | {"cell_type": "code", "execution_count": None, "outputs": outputs, "source": source}
    return made | {"cell_type": "markdown", "source": clean_markdown(text)}
