"""Reads the model answers and marking schemes of written questions from the notebooks' sources."""

from __future__ import annotations

import re
import textwrap

from .. import markers
from ..exercise import Written
from ..paths import SOLUTIONS, shown

_NEXT_CELL = re.compile(r"^(?:\+\+\+.*|```\{code-cell\}.*)$", re.MULTILINE)


def read_model_answer(asked: Written) -> str:
    """Return a written question's model answer and marking scheme, one line for each paragraph.

    Raises
    ------
    LookupError
        If the chapter's notebook holds no answer of this name.
    """
    source = SOLUTIONS / "notebooks" / f"{asked.chapter}.md"
    text, file = source.read_text(encoding="utf-8"), shown(source)
    start = re.search(rf'^\+\+\+ \{{.*"name": "{re.escape(asked.name)}".*\}}$', text, re.MULTILINE)
    if start is None:
        raise LookupError(f"{file} has no cell called {asked.name}.")
    rest = text[start.end() :]
    following = _NEXT_CELL.search(rest)
    cell = rest[: following.start()] if following else rest
    answers = [textwrap.dedent(region.body) for region in markers.regions(cell, f"{file} ({asked.name})")]
    if not answers:
        raise LookupError(f"{file}: the cell {asked.name} holds no answer.")
    return "\n".join(
        _strip_asterisks(paragraph) for answer in answers for paragraph in answer.split("\n\n") if paragraph.strip()
    )


def _strip_asterisks(paragraph: str) -> str:
    """Return a paragraph without Markdown's asterisks, on one line or on one line per sample and its points."""
    line = re.sub(r" (?=\*\d points?:\*)", "\n", " ".join(paragraph.split()))
    return re.sub(r"(?<![\w*])(\*{1,2})(?=\S)(.+?)(?<=\S)\1(?![\w*])", r"\2", line)
