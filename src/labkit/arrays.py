"""Makes arrays out of lists for the lab, because a check accepts both from the learner's functions."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, Union, get_args, get_origin

import numpy as np

Function = TypeVar("Function", bound=Callable)
_NUMBERS = (bool, int, float, np.number, np.bool_)


class UnusableResultError(ValueError):
    """A learner's function returned something that no figure can be drawn from; the message is one sentence."""


def as_arrays(value: Any) -> Any:
    """Return a value in which each list of numbers is an array, however deep it is in lists, tuples and mappings.

    For a function of the learner's library, return one whose results are treated in this way.
    """
    if _is_of_another_kind(value):
        return np.asarray(value)
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
    """Return the shape of a list of numbers, or of lists that all have the same shape; None for any other list."""
    if all(isinstance(item, _NUMBERS) for item in items):
        return (len(items),)
    shapes = {_shape_of(item) if isinstance(item, list) and item else None for item in items}
    inner = next(iter(shapes)) if len(shapes) == 1 else None
    return (len(items), *inner) if inner else None


def _with_arrays(function: Callable) -> Callable:
    declared = gives_what_it_declares(function)

    @functools.wraps(function)
    def returns_arrays(*args: Any, **kwargs: Any) -> Any:
        return as_arrays(declared(*args, **kwargs))

    return returns_arrays


def takes_lists(function: Function) -> Function:
    """Let a function of the lab accept lists in place of arrays, and functions that return lists."""

    @functools.wraps(function)
    def with_arrays(*args: Any, **kwargs: Any) -> Any:
        return function(*map(as_arrays, args), **{name: as_arrays(value) for name, value in kwargs.items()})

    with_arrays.takes_lists = True
    return with_arrays


def gives_what_it_declares(function: types.FunctionType) -> Callable:
    """Return a function of the learner's library whose result has the form that its header declares.

    A check accepts a list for an array, and 3.0 for a count, but the cells of a notebook continue with the result: they
    need what the header says.
    """

    @functools.wraps(function)
    def declared(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return _in_form(_declared_result(function), function(*args, **kwargs))

    declared.of_library = function
    return declared


def _declared_result(function: Callable) -> Any:
    try:  # read at each call, because a save may change a function's header
        return function.__annotations__.get("return")
    except Exception:  # Python 3.14 evaluates a header only now
        return None


def _in_form(declared: Any, value: Any) -> Any:
    """Return a value in the declared form if that needs no guessing, otherwise unchanged."""
    kind, parts = get_origin(declared), get_args(declared)
    if declared in (int, float, bool) and isinstance(value, np.ndarray) and not value.ndim:
        value = value.item()
    if kind in (Union, types.UnionType):
        for part in parts:
            value = _in_form(part, value)
    elif declared is np.ndarray and (isinstance(value, (list, tuple)) or _is_of_another_kind(value)):
        return _as_array(value)
    elif declared is int and isinstance(value, (float, np.floating)) and value.is_integer():
        return int(value)
    elif kind in (list, tuple) and isinstance(value, (list, tuple)) and parts:
        each = parts if kind is tuple and parts[-1] is not Ellipsis else parts[:1] * len(value)
        if len(each) == len(value):
            items = list(map(_in_form, each, value))
            if not isinstance(value, kind) or any(new is not old for new, old in zip(items, value, strict=True)):
                return kind(items)
    elif kind is Iterator and hasattr(value, "__iter__") and parts:
        return (_in_form(parts[0], item) for item in value)
    return value


def _is_of_another_kind(value: Any) -> bool:
    """Return whether a value is an array with special rules, such as ``np.matrix``, whose ``argmax`` keeps two axes."""
    return isinstance(value, np.ndarray) and type(value) is not np.ndarray


def _as_array(items: list | tuple | np.ndarray) -> Any:
    try:
        array = np.asarray(items)
    except (ValueError, OverflowError):
        return items
    return array if array.dtype.kind in "biuf" else items
