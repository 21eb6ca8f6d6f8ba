"""Writes the report on a class as one page that needs no other file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from statistics import median

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from ...exercises import CHAPTERS
from ...judging import reference
from ...judging.words import counted
from ..submission import SubmissionStatus
from .figures import spell_out
from .tally import KINDS, Summary

_MOST_LINES = 500
_LONGEST_WORDS = 400
_SHOWN = 20
"""The number of lines of each kind that are visible at first."""
STATUSES = tuple(
    getattr(SubmissionStatus, name) for name in ("GRADED", "NO_LIBRARY", "MALFORMED", "UNJUDGED", "MISSING")
)


def make_page(summary: Summary, figures: Mapping[str, tuple[bytes, str]]) -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    figures : mapping of str to tuple
        The figures, as `figures.draw_figures` returns them.
    """
    advice = _advice()
    misconceptions = [
        {
            "title": spell_out(name),
            "exercise": item.name,
            "students": len(students),
            "of": item.kinds.total(),
            "advice": advice.get((item.name, name), ("", ""))[0],
            "source": advice.get((item.name, name), ("", ""))[1],
        }
        for item, name, students in summary.beliefs()
    ]
    attention = [(*who, words[:_LONGEST_WORDS]) for *who, words in summary.attention]
    return _template().render(
        summary=summary,
        waiting=sum(line[2] for line in summary.written),
        statuses=STATUSES,
        kinds=KINDS,
        medians={name: f"{median(shares):.0%}" if shares else "–" for name, shares in summary.scores.items()},
        figures={name: (base64.b64encode(png).decode(), words) for name, (png, words) in figures.items()},
        misconceptions=misconceptions,
        findings=[(item.name, words, len(students)) for item, words, students in summary.findings()],
        attention=attention,
        shown=_SHOWN,
        most=_MOST_LINES,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["counted"] = counted
    environment.filters["percent"] = lambda share: f"{share:.0%}"
    return environment.get_template("page.html.jinja2")


@cache
def _advice() -> dict[tuple[str, str], tuple[str, str]]:
    """Return a tutor's advice and the misconception's source code, by exercise and misconception."""
    found = {}
    for chapter in CHAPTERS.values():
        for name, wrong in reference.misconceptions(chapter.module).items():
            found |= {(name, one.name): (one.advice, _source(one)) for one in wrong}
        for question in chapter.questions.values():
            found |= {(question.name, name): (advice, "") for name, (_, advice) in question.mistakes.items()}
    return found


def _source(misconception: reference.Misconception) -> str:
    """Return a misconception's code without decorator and docstring; a general misconception has no separate code."""
    import ast
    import inspect
    import textwrap

    if misconception.general:
        return ""
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(misconception.function))).body[0]
    except (OSError, TypeError, SyntaxError):
        return ""
    node.decorator_list, node.name = [], misconception.exercise
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(node)
