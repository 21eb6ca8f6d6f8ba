"""Correct answers in other styles: each must get full marks."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from autograder.exercises import TOPICS

ALTERNATIVES: dict[str, list[Callable]] = {}


def answers(exercise: str) -> Callable[[Callable], Callable]:
    """Mark a function as a correct answer of an exercise.

    Its source alone is put in the student's module in place of the reference's function, so it must
    work on its own: ``np`` and ``math``, and whatever the reference's module imports, are there.
    """

    def mark(function: Callable) -> Callable:
        ALTERNATIVES.setdefault(exercise, []).append(function)
        return function

    return mark


def load() -> dict[str, list[Callable]]:
    """Import every chapter's alternatives."""
    for topic in TOPICS:
        importlib.import_module(f"{__name__}.{topic}")
    return ALTERNATIVES
