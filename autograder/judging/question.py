"""Judges numbers that learners computed, by the same rules in the notebook and in grading."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..exercise import Question
from .verdict import Aspect, Status, Verdict
from .words import describe, number

ANSWER_TYPE = "application/vnd.weightlab.answer+json"
"""The MIME type under which a question's card records the number that it judged: ``{"name": str, "value": number}``.

If the answer is not a number, the record has no value.
"""
_DEEPEST = 32
"""How many nested lists are opened to find one number."""


def record_number(name: str, value: Any) -> dict[str, Any]:
    """Return the record of a question's number in a form that JSON can hold."""
    given = as_one_number(value)
    return {"name": name} | ({"value": given} if given is not None and math.isfinite(given) else {})


def as_one_number(value: Any) -> int | float | None:
    """Return the one number that a value is, or None.

    Whatever Python can turn into a number counts: a number of NumPy or `fractions`, a complex one without an imaginary
    part, and an array or a list that holds one number. Strings, truth values and dates do not count.
    """
    try:
        return _convert(_unwrap(value))
    except Exception:  # an unknown class may raise anything: then it is not a number
        return None


def _unwrap(value: Any) -> Any:
    """Return the one item that lists, tuples and an array hold; a list may hold itself."""
    for _ in range(_DEEPEST):
        if not isinstance(value, (list, tuple)) or len(value) != 1:
            break
        value = value[0]
    if isinstance(value, np.ndarray):
        return None if value.size != 1 or np.ma.is_masked(value) else value.reshape(-1)[0]
    return value


def _convert(value: Any) -> int | float | None:
    if isinstance(value, (complex, np.complexfloating)):
        value = value.real if value.imag == 0 else None
    if isinstance(value, (bool, np.bool_, str, bytes, np.ndarray, np.datetime64, np.timedelta64)):
        return None
    try:
        whole = operator.index(value)
    except TypeError:
        return float(value)
    return whole if abs(whole) < 2**63 else float(whole)


def judge_answer(question: Question, value: Any, wrong_source: str = "") -> Verdict:
    """Judge the value of a question's answer cell; None is an answer not yet given.

    Parameters
    ----------
    wrong_source : str
        The name of the number that this one is computed from, if that one is wrong.
    """
    points = float(question.points)
    names = question.digits or ("the number",)
    aspects = [Aspect(name, points / len(names)) for name in names]
    verdict = Verdict(question.name, question.chapter, Status.FAILED, 0.0, points, aspects=aspects)
    if value is None or value is Ellipsis:
        verdict.status = Status.NOT_STARTED
        verdict.message = (
            f"{question.name} has no answer yet. Compute it in the cell above, run that cell, and check again."
        )
        return verdict
    given = as_one_number(value)
    if given is None:
        if isinstance(value, tuple) and len(value) > 1:
            verdict.message = (
                f"{question.name} is {len(value)} values, because a comma separates values in Python; write one "
                "number, with a decimal point as in 2.5."
            )
        else:
            verdict.message = f"{question.name} is {describe(value)}; expected one number."
        return verdict
    if question.digits:
        _judge_digits(question, given, verdict)
        return verdict
    if _near(question.value, given, question.rtol):
        verdict.status, verdict.score = Status.PASSED, points
        verdict.aspects[0].score = points
        verdict.message = f"{number(given)} is right."
        return verdict
    verdict.message = f"{question.name} is {number(given)}, which is not the number asked for."
    if wrong_source:
        verdict.message += f" It is computed from {wrong_source}, which is not right yet: fix that number first."
        return verdict
    for name, (wrong, advice) in question.mistakes.items():
        if _near(wrong, given, question.rtol):
            verdict.misconception, verdict.advice = name, advice
            verdict.message += f"\n{advice}"
            return verdict
    if _near(question.value, given, 0.01):
        exact = float(question.value).is_integer() and float(given).is_integer()
        remedy = "but not exact: let Python compute it" if exact else "give more digits, or let Python compute it"
        verdict.message += f" It is close{',' if exact else ':'} {remedy}."
    return verdict


def _judge_digits(question: Question, given: float, verdict: Verdict) -> None:
    """Judge each digit of a number separately, and give advice on the first one that is a known mistake."""
    wanted, shown = str(question.value), number(given).replace(",", "")
    if len(shown) != len(wanted) or not shown.isdecimal():
        verdict.message = f"{question.name} is {number(given)}; expected {len(wanted)} digits, one for each answer."
        return
    for aspect, right, digit in zip(verdict.aspects, wanted, shown, strict=True):
        aspect.score = aspect.points if digit == right else 0.0
    verdict.score = sum(aspect.score for aspect in verdict.aspects)
    if shown == wanted:
        verdict.status, verdict.message = Status.PASSED, f"{shown} is right."
        return
    passed = [aspect.passed for aspect in verdict.aspects]
    are = "is" if sum(passed) == 1 else "are"
    verdict.message = f"{sum(passed)} of the {len(passed)} digits of {shown} {are} right."
    known = {str(wrong): (name, advice) for name, (wrong, advice) in question.mistakes.items()}
    for aspect, digit in zip(verdict.aspects, shown, strict=True):
        if not aspect.passed and digit in known:
            verdict.misconception, advice = known[digit]
            verdict.advice = f"{aspect.name.capitalize()}: {advice}"
            verdict.message += f"\n{verdict.advice}"
            return


def _near(wanted: float, given: float, rtol: float) -> bool:
    return abs(given - wanted) <= rtol * abs(wanted)
