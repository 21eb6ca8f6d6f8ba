"""The notebook side of the autograder: check, hint, reveal, reset and the progress board."""

from __future__ import annotations

import html
from typing import Any

from .. import card
from ..exercise import Exercise, Question
from ..judging.question import ANSWER_TYPE, judge_answer, record_number
from ..judging.verdict import Status, Verdict
from ..names import find_asked
from ..paths import LIBRARY
from ..refusal import UnknownName
from ..version import help_link, release_name
from . import progress as record
from . import remarks, tutor
from .check import check_exercise

_UNASKED = object()


class Card:
    """A verdict as a notebook shows it: a card, and as plain text the score, which nbgrader reads.

    The card of a question also records the number that was judged, as data beside what is shown, so that grading
    reads the same number as the check did, however the answer cell shows it.
    """

    def __init__(self, verdict: Verdict, below: str, value: Any = _UNASKED) -> None:
        self.verdict, self._below = verdict, below
        self._recorded = None if value is _UNASKED else record_number(verdict.exercise, value)

    def __repr__(self) -> str:
        return repr(float(self.verdict.score))

    def _repr_html_(self) -> str:
        return card.as_html(self.verdict, self._below)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return bundle if self._recorded is None else bundle | {ANSWER_TYPE: self._recorded}


class Note:
    """Words on a card."""

    def __init__(self, title: str, words: str) -> None:
        self.title, self.words = title, words

    def __repr__(self) -> str:
        return f"{self.title}\n{self.words}"

    def _repr_html_(self) -> str:
        return card.note(self.title, self.words)


def check(name: str = "", value: Any = _UNASKED, *more: Any) -> Card | Note:
    """Check one exercise of your library, or the number that you computed for a question.

    Parameters
    ----------
    name : str
        The exercise's or question's name.
    value : number, optional
        Your answer, for a question.
    more
        What a decimal comma has split off from the answer, as in ``check("lead_of_two", 7,389)``.

    Returns
    -------
    Card
        Shown as a card by the notebook; as text it is the score.
    """
    try:
        asked = find_asked(name)
    except UnknownName as unknown:
        return Note("check", str(unknown))
    if isinstance(asked, Question):
        value = (value, *more) if more else value
        verdict = judge_answer(asked, None if value is _UNASKED else value, _find_wrong_source(asked))
        if value is _UNASKED:
            verdict.message = f'Give the check your number, too: `check("{name}", {name})`.'
    else:
        verdict = check_exercise(asked)
    if verdict.status == Status.UNJUDGED:
        # An error: nbgrader would give full marks for a cell without output.
        raise RuntimeError(verdict.message)
    kept = record.record([verdict])
    below = [_next_step(verdict)]
    if isinstance(asked, Exercise):
        below.append(remarks.describe_other_copy())
        below.append(remarks.describe_hiding_copy(asked, remarks.notebook_namespace()))
        below.append(remarks.describe_foreign_imports_of(asked, LIBRARY))
        if verdict.status == Status.PASSED:
            below.append(remarks.describe_slow_way(asked))
    if not kept:
        below.append(record.NOT_KEPT)
    return Card(verdict, "\n".join(filter(None, below)), value)


def _find_wrong_source(question: Question) -> str:
    """Return the name of the number that a question's number is computed from, if the notebook's own is wrong."""
    earlier, names = question.computed_from, remarks.notebook_namespace()
    if earlier not in names or judge_answer(find_asked(earlier), names[earlier]).status is not Status.FAILED:
        return ""
    return earlier


def _next_step(verdict: Verdict) -> str:
    if verdict.status == Status.PASSED:
        coming = record.next_exercise(verdict.chapter)
        return f"Next: {coming[1]} ({coming[0]})." if coming else "That was the last exercise: all are solved."
    if verdict.status == Status.MISSING:
        return ""
    if not verdict.loaded:  # hints do not help against a syntax error
        return remarks.FIX_FIRST
    return f'`hint("{verdict.exercise}")` may help.'


def hint(name: str = "") -> Note:
    """Open one more hint for an exercise, each time it is called."""
    try:
        return Note(*tutor.hint(name))
    except UnknownName as unknown:
        return Note("hint", str(unknown))


def reveal(name: str = "", sure: bool = False) -> Note:
    """Show an exercise's answer and why it is right, or a written question's model answer, with ``sure=True``.

    Parameters
    ----------
    name : str
        The exercise or the written question.
    sure : bool
        Say True to see the answer.
    """
    try:
        return Note(*tutor.reveal(name, sure))
    except UnknownName as unknown:
        return Note("reveal", str(unknown))


def reset(name: str = "") -> Note:
    """Put one exercise's stub back into your library; your version is kept in a copy."""
    try:
        return Note(*tutor.reset(name))
    except UnknownName as unknown:
        return Note("reset", str(unknown))
    except OSError as error:
        return Note(f"{name} was not reset", tutor.unwritable(error))


class Board:
    """The progress board: one line per chapter."""

    def __init__(self) -> None:
        self.rows, self.coming = record.board(), record.next_exercise()

    def __repr__(self) -> str:
        keys = ("score", "points", "written")
        total = {"chapter": "in all"} | {key: sum(row[key] for row in self.rows) for key in keys}
        lines = [
            f"{row['chapter']:<20} {row['score']:5g} of {row['points']:<3g} written answers: {row['written']:g}"
            for row in [*self.rows, total]
        ]
        return "\n".join([*lines, record.WRITTEN, self._next(), f"{self._about} Questions: {help_link()}"])

    @property
    def _about(self) -> str:
        about = release_name()
        return f"Weightlab {about['version']}, release {about['digest']}."

    def _next(self) -> str:
        return f"Next: {self.coming[1]} in {self.coming[0]}." if self.coming else "Every exercise is solved."

    def _repr_html_(self) -> str:
        body = ""
        for row in self.rows:
            marks = "".join(
                f'<span title="{html.escape(item["name"])}" aria-hidden="true">{record.mark(item)}</span>'
                for item in row["items"]
            )
            solved = sum(item["solved"] for item in row["items"])
            name = html.escape(row["chapter"])
            body += (
                f'<tr><th scope="row" style="text-align:left"><a href="../{name}/{name}.ipynb">{name}</a></th>'
                f'<td style="letter-spacing:.15em;text-align:left">{marks}</td>'
                f"<td>{solved} of {len(row['items'])} solved</td>"
                f"<td>{row['score']:g} of {row['points']:g} points</td>"
                f"<td>{row['written']:g} points</td></tr>"
            )
        items = [item for row in self.rows for item in row["items"]]
        score, points, written = (sum(row[key] for row in self.rows) for key in ("score", "points", "written"))
        total = (
            f'<tr><th scope="row" style="text-align:left">in all</th><td></td>'
            f"<td>{sum(item['solved'] for item in items)} of {len(items)} solved</td>"
            f"<td>{score:g} of {points:g} points</td><td>{written:g} points</td></tr>"
        )
        left = 'style="text-align:left"'
        return (
            f'<table aria-label="Your progress"><thead><tr><th {left}>chapter</th><th {left}>exercises</th>'
            f"<th>solved</th><th>points</th><th>written answers</th></tr></thead><tbody>{body}</tbody>"
            f"<tfoot>{total}</tfoot></table>"
            f"<p>● solved, ◐ begun, ○ not started. {record.WRITTEN}</p><p>{html.escape(self._next())}</p>"
            f'<p>{html.escape(self._about)} <a href="{html.escape(help_link(), quote=True)}" '
            'style="text-decoration:underline">Questions?</a></p>'
        )


def progress() -> Board:
    """Show the progress board."""
    return Board()
