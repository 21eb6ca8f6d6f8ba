"""Calls whose refusal is part of the lesson: the cell says what happened and goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .results import describe

__all__ = ["attempt"]


def attempt(function: Callable, *arguments: Any) -> str:
    """Call a function and say in words what came of it.

    Parameters
    ----------
    function : callable
        The learner's function.
    *arguments : object
        What it is called with.

    Returns
    -------
    str
        The end of a sentence about the function: what it returns, or with which message of a ValueError it refuses. Any
        other error is raised, because it says that the function is unfinished or mistaken.
    """
    try:
        result = function(*arguments)
    except ValueError as error:
        return f"refuses and says “{error}”"
    return f"returns {describe(result)}"
