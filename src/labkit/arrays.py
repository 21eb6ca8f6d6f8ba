"""Takes lists where figures and tools work with arrays, as a check accepts both from the learner's functions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable)
_NUMBERS = (bool, int, float, np.number, np.bool_)


class UnusableResultError(ValueError):
    """A learner's function returned something that no figure can be drawn from; the message is one sentence."""


def as_arrays(value: Any) -> Any:
    """Return a value in which each list of numbers is an array, however deep it is in lists, tuples and mappings.

    A function of the learner's library is returned as one whose results are treated so.
    """
    if isinstance(value, list):
        return np.array(value) if value and _shape_of(value) else [as_arrays(item) for item in value]
    if type(value) is tuple:
        return tuple(map(as_arrays, value))
    if type(value) is dict:
        return {name: as_arrays(item) for name, item in value.items()}
    if callable(value) and str(getattr(value, "__module__", "")).partition(".")[0] == "weightlab":
        return _with_arrays(value)
    return value


def _shape_of(items: list) -> tuple[int, ...] | None:
    """Return the shape of a list of numbers, or of lists that are all of one shape; None for any other list."""
    if all(isinstance(item, _NUMBERS) for item in items):
        return (len(items),)
    shapes = {_shape_of(item) if isinstance(item, list) and item else None for item in items}
    inner = next(iter(shapes)) if len(shapes) == 1 else None
    return (len(items), *inner) if inner else None


def _with_arrays(function: Callable) -> Callable:
    @functools.wraps(function)
    def returns_arrays(*args: Any, **kwargs: Any) -> Any:
        return as_arrays(function(*args, **kwargs))

    return returns_arrays


def takes_lists(function: Function) -> Function:
    """Let a function of the lab take lists in place of arrays, and functions that return lists."""

    @functools.wraps(function)
    def with_arrays(*args: Any, **kwargs: Any) -> Any:
        return function(*map(as_arrays, args), **{name: as_arrays(value) for name, value in kwargs.items()})

    with_arrays.takes_lists = True
    return with_arrays
