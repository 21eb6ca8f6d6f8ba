"""Reads and judges a submitted notebook's answers to the questions that ask for a number."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from .exercise import Chapter, Question
from .judging.question import ANSWER_TYPE, judge_answer
from .judging.verdict import Status, Verdict
from .submitted_notebook import ANSWER, Answer, SubmittedNotebook, parse_cell, text_of

_LONGEST = 60
_MOST_RECORDS = 100
"""The largest number of a cell's records that are judged, the newest first."""
_MOST_NUMBERS = 20
"""The largest number of different recorded numbers that are judged, of all cells together."""


def judge_numbers(chapter: Chapter, notebook: SubmittedNotebook) -> list[Verdict]:
    """Judge a chapter's questions by the numbers that a submitted notebook states or has recorded.

    The number is looked for in every place: a literal that the answer cell assigns, the numbers that checks recorded,
    the last output of the answer cell. The best number counts, because the check may have seen any of them.
    """
    return [_guarded(question, notebook) for question in chapter.questions.values()]


def malformed_numbers(chapter: Chapter, words: str) -> list[Verdict]:
    """Return the verdicts on a chapter's questions if the notebook cannot be read; ``words`` say why."""
    return [
        replace(judge_answer(question, None), status=Status.MALFORMED, message=words)
        for question in chapter.questions.values()
    ]


def _guarded(question: Question, notebook: SubmittedNotebook) -> Verdict:
    try:
        return _judge(question, notebook)
    except Exception as error:  # an unusual value affects only this answer
        words = f"The answer to {question.name} cannot be read ({type(error).__name__})."
        return replace(judge_answer(question, None), status=Status.MALFORMED, message=words)


def _judge(question: Question, notebook: SubmittedNotebook) -> Verdict:
    answer = notebook.answers.get(question.name + ANSWER, Answer())
    verdicts = [judge_answer(question, value) for value in _values(question.name, answer, notebook)]
    if verdicts:
        return max(verdicts, key=lambda verdict: verdict.score)
    if question.name + ANSWER in notebook.lost:
        words = (
            f"The answer to {question.name} cannot be found, because the cells of the notebook have lost their names. "
            "Paste your answers into a fresh copy of the notebook."
        )
        return replace(judge_answer(question, None), status=Status.MALFORMED, message=words)
    return _without_number(question, answer)


def _values(name: str, answer: Answer, notebook: SubmittedNotebook) -> Iterator[int | float]:
    """Yield the numbers that were given: as literals, as the check recorded them, as outputs; the last one first."""
    for cell in reversed(answer.cells if answer.changed else ()):
        if (value := _literal(text_of(cell.get("source")), name)) is not None:
            yield value
            break
    # A check can be in any of these: its own cell, the answer's (merged with it), or one that the student added.
    cells = [*reversed(notebook.checks.get(name, [])), *reversed(answer.cells)]
    cells += [own.cell for own in reversed(notebook.own)]
    recorded = dict.fromkeys(value for cell in cells for value in islice(_recorded(cell, name), _MOST_RECORDS))
    yield from islice(recorded, _MOST_NUMBERS)  # a notebook with more of them is guessing
    if not any(_assigns_literal(text_of(cell.get("source")), name) for cell in answer.cells):
        for cell in reversed(answer.cells if answer.changed else ()):
            if shown := _shown(cell):
                if (value := parse_number(shown[-1])) is not None:
                    yield value
                break


def _without_number(question: Question, answer: Answer) -> Verdict:
    """Say why an answer cell gives no number."""
    verdict = judge_answer(question, None)
    cells = [cell for cell in answer.cells if not _is_blank(text_of(cell.get("source")), question.name)]
    if not answer.changed or not cells:
        return verdict
    verdict.status = Status.MALFORMED
    failures = [output for cell in cells for output in _outputs(cell) if output.get("output_type") == "error"]
    shown = [text for cell in cells for text in _shown(cell)]
    if failures:
        name, value = (text_of(failures[-1].get(field))[:500] for field in ("ename", "evalue"))
        verdict.status = Status.ERROR
        verdict.message = f"The cell that computes {question.name} stopped with {name}: {value}"
    elif shown:
        verdict.message = f"The cell that computes {question.name} does not show one number, but {shown[-1][:80]}"
    else:
        verdict.message = (
            f"The cell that computes {question.name} was submitted without a result, and grading does not run "
            f"it. Write {question.name} in the cell's last line, run the cell and the check below, save the notebook, "
            "and submit it again."
        )
    return verdict


def _assigned(source: str, name: str) -> list[ast.expr] | None:
    """Return the values that a source assigns to a name at its top level; None if it assigns the name elsewhere."""
    tree = parse_cell(source)
    if tree is None:
        return None
    bindings = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    ]
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and len(node.targets) == 1]
    values = [node.value for node in assigned if node.targets[0] in bindings]
    return values if len(values) == len(bindings) else None


def _literal(source: str, name: str) -> int | float | None:
    """Return the number that a source last assigns to a name as a literal, or the number that is the whole source."""
    if (alone := parse_number(source)) is not None:
        return alone
    values = _assigned(source, name)
    try:
        value = ast.literal_eval(values[-1]) if values else None
        return value if _is_number(value) and len(ast.unparse(values[-1])) <= _LONGEST else None
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None


def _assigns_literal(source: str, name: str) -> bool:
    """Return whether a source last assigns a literal to a name, so that outputs need not be read."""
    values = _assigned(source, name)
    return bool(values) and isinstance(values[-1], ast.Constant) and values[-1].value not in (None, Ellipsis)


def _is_blank(source: str, name: str) -> bool:
    """Return whether a source does nothing, or assigns None or ... to the name, as the released cell does."""
    tree = parse_cell(source)
    if tree is None:
        return False
    values = _assigned(source, name) or []
    return not tree.body or any(isinstance(v, ast.Constant) and v.value in (None, Ellipsis) for v in values[-1:])


def _recorded(cell: Mapping[str, Any], name: str) -> Iterator[int | float]:
    """Yield the numbers that a cell's outputs record for a question, the newest first."""
    for output in reversed(_outputs(cell)):
        data = output.get("data")
        record = data.get(ANSWER_TYPE) if isinstance(data, dict) else None
        if isinstance(record, dict) and record.get("name") == name and _is_number(record.get("value")):
            yield record["value"]


def _outputs(cell: Mapping[str, Any]) -> list[dict]:
    outputs = cell.get("outputs")
    return [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else []


def _shown(cell: Mapping[str, Any]) -> list[str]:
    """Return the beginnings of the texts that a cell's results show, without the score on a check's card."""
    data = [output["data"] for output in _outputs(cell) if isinstance(output.get("data"), dict)]
    data = [one for one in data if ANSWER_TYPE not in one]
    return [text_of(one["text/plain"])[:1_000] for one in data if "text/plain" in one]


def _is_number(value: Any) -> bool:
    """Return whether a value is one finite number of ordinary length."""
    if type(value) is int:
        return abs(value) < 10**_LONGEST
    return type(value) is float and math.isfinite(value)


_NUMBER = re.compile(r"[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_TYPED = re.compile(r"(?:(?:np|numpy)\.)?(?:u?int|float)\d*\(([^()]*)\)|array\(([^(),]*)(?:, dtype=\w+)?\)")


def parse_number(text: str) -> int | float | None:
    """Read the one number that a text shows, such as ``124439808``, ``0.89`` or ``np.float64(0.89)``; else None."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if typed := _TYPED.fullmatch(text):
        text = (typed[1] or typed[2] or "").strip()
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return int(text)
    except ValueError:
        value = float(text)
        return value if math.isfinite(value) else None
