"""Judges numbers that learners computed, by the same rules for notebook and class."""

from __future__ import annotations

import math
from typing import Any

from ..exercise import Question
from .compare import as_array
from .verdict import Aspect, Status, Verdict
from .words import describe, number

ANSWER_TYPE = "application/vnd.weightlab.answer+json"
"""Under this MIME type a question's card records the number that it judged: ``{"name": str, "value": number}``."""


def record_number(name: str, value: Any) -> dict[str, Any] | None:
    """Return the record of a question's number as JSON can hold it, or None where the value is not one number."""
    array = as_array(value)
    if array is None or array.size != 1 or array.dtype.kind not in "iuf":
        return None
    number = array.reshape(()).item()
    return {"name": name, "value": number} if math.isfinite(number) else None


def judge_answer(question: Question, value: Any) -> Verdict:
    """Judge the value of a question's answer cell; None is an answer not yet given."""
    points = float(question.points)
    verdict = Verdict(
        question.name, question.chapter, Status.FAILED, 0.0, points, aspects=[Aspect("the number", points)]
    )
    if value is None or value is Ellipsis:
        verdict.status = Status.NOT_STARTED
        verdict.message = (
            f"{question.name} has no answer yet. Compute it in the cell above, run that cell, and check again."
        )
        return verdict
    array = as_array(value)
    if array is None or array.size != 1 or array.dtype.kind == "b":
        verdict.message = f"{question.name} is {describe(value)}; expected one number."
        return verdict
    given = float(array.reshape(())) if array.dtype.kind == "f" else int(array.reshape(()))
    if _near(question.value, given, question.rtol):
        verdict.status, verdict.score = Status.PASSED, points
        verdict.aspects[0].score = points
        verdict.message = f"{number(given)} is right."
        return verdict
    verdict.message = f"{question.name} is {number(given)}, which is not the number asked for."
    if _near(question.value, given, 0.01):
        verdict.message += " It is close: give more digits, or let Python compute it."
    for name, (wrong, advice) in question.mistakes.items():
        if _near(wrong, given, question.rtol):
            verdict.misconception, verdict.advice = name, advice
            verdict.message += f"\n{advice}"
            break
    return verdict


def _near(wanted: float, given: float, rtol: float) -> bool:
    return abs(given - wanted) <= rtol * abs(wanted)
