"""The functions that a case may hand to the student's function, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

MAX_SHAPES, MAX_AXES = 3, 8
"""The largest number of different shapes that a record of calls keeps, and the largest number of axes per shape."""


class Recorder:
    """A given function that counts its calls, and keeps the shapes of the arrays that it was called with.

    To the student's code it looks like an ordinary function; Python's own messages call it one, too.

    Parameters
    ----------
    function : function
        The function itself.
    name : str
        Its name, as messages show it.
    """

    def __init__(self, function: Callable, name: str) -> None:
        self.function, self.count = function, 0
        self.shapes: list[tuple[int, ...]] = []
        self.__name__ = self.__qualname__ = name

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"

    def __reduce__(self) -> tuple:
        return make_recorder, (self.function, self.__name__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself; a list or a tuple becomes an array first, as in the notebook."""
        args = tuple(map(_as_array, args))
        self.count += 1
        if args and isinstance(args[0], (np.ndarray, np.generic, int, float)):
            shape = np.shape(args[0])[:MAX_AXES]
            if shape not in self.shapes and len(self.shapes) < MAX_SHAPES:
                self.shapes.append(shape)
        return self.function(*args, **kwargs)


def make_recorder(function: Callable, name: str) -> Recorder:
    """Return a given function without any calls; copies are made by it."""
    return Recorder(function, name)


def _as_array(value: Any) -> Any:
    """Return the array that a list or a tuple of numbers stands for; any other value as it is."""
    if not isinstance(value, (list, tuple)):
        return value
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):
        return value
    return array if array.dtype.kind in "biuf" else value


Recorder.__name__ = Recorder.__qualname__ = "function"
Recorder.__module__ = "builtins"


def identity(x: np.ndarray) -> np.ndarray:
    """Return x."""
    return x


def leaky(x: np.ndarray) -> np.ndarray:
    """Return x with its negative entries divided by ten. (ReLU itself would be an exercise's answer.)"""
    return np.where(x > 0, x, x / 10)


def half(x: np.ndarray) -> np.ndarray:
    """Return x / 2."""
    return x / 2


def sum_of_squares(array: np.ndarray) -> float:
    """Return the sum of the squares, whose gradient is ``2 * array``."""
    return float(np.sum(np.asarray(array, dtype=float) ** 2))


def sum_of_cubes(array: np.ndarray) -> float:
    """Return the sum of the cubes, whose gradient is ``3 * array ** 2``."""
    return float(np.sum(np.asarray(array, dtype=float) ** 3))


def product(array: np.ndarray) -> float:
    """Return the product of all entries."""
    return float(np.prod(np.asarray(array, dtype=float)))


def sine_sum(array: np.ndarray) -> float:
    """Return the sum of the sines of the entries, each multiplied by its position (1, 2, ...)."""
    flat = np.asarray(array, dtype=float).ravel()
    return float(np.sum(np.sin(flat) * np.arange(1, flat.size + 1)))


def product_of_row_sums(array: np.ndarray) -> float:
    """Return the product of the sums over the last axis, which depends on the array's shape."""
    return float(np.prod(np.sum(np.asarray(array, dtype=float), axis=-1)))


FUNCTIONS = {
    "abs": np.abs,
    "tanh": np.tanh,
    "identity": identity,
    "leaky": leaky,
    "half": half,
    "sum_of_squares": sum_of_squares,
    "sum_of_cubes": sum_of_cubes,
    "product": product,
    "sine_sum": sine_sum,
    "product_of_row_sums": product_of_row_sums,
}
