"""Wrong answers that people give, one module a chapter: each a function, its name and its advice."""

from __future__ import annotations

from collections.abc import Callable


def of(*exercises: str) -> Callable[[Callable], Callable]:
    """Mark a function as a misconception of these exercises; its docstring is the tutor's advice."""

    def mark(function: Callable) -> Callable:
        _refuse_a_second(function, "misunderstands")
        function.misunderstands = exercises
        return function

    return mark


def wherever(*arguments: str, besides: tuple[str, ...] = ()) -> Callable[[Callable], Callable]:
    """Mark a function as a misconception of every exercise that has these arguments, but for ``besides``.

    It is called with the right function and a dictionary of the arguments by name, and returns the wrong answer.
    """

    def mark(function: Callable) -> Callable:
        _refuse_a_second(function, "arguments")
        function.arguments, function.besides = frozenset(arguments), besides
        return function

    return mark


def in_place_of(*names: str, itself: bool = True) -> Callable[[Callable], Callable]:
    """Mark a function as one that people use in place of others of the course.

    It is a misconception of every exercise whose answer calls one of these, and of these exercises unless ``itself`` is
    False. It is called with the right function, followed by the arguments of the call.
    """

    def mark(function: Callable) -> Callable:
        _refuse_a_second(function, "replaces")
        function.replaces, function.itself = names, itself
        return function

    return mark


def _refuse_a_second(function: Callable, kind: str) -> None:
    name = function.__qualname__
    if hasattr(function.__globals__.get(name), kind):
        file = function.__module__.replace(".", "/") + ".py"
        raise ValueError(f"{file}: two misconceptions are called {name}, and the second replaces the first.")
