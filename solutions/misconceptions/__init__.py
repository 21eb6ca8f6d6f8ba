"""Wrong answers that people give, one module a chapter: each a function, its name and its advice."""

from __future__ import annotations

from collections.abc import Callable


def of(*exercises: str) -> Callable[[Callable], Callable]:
    """Mark a function as a misconception of these exercises; its docstring is the tutor's advice."""

    def mark(function: Callable) -> Callable:
        name = function.__qualname__
        if hasattr(function.__globals__.get(name), "misunderstands"):
            file = function.__module__.replace(".", "/") + ".py"
            raise ValueError(f"{file}: two misconceptions are called {name}, and the second replaces the first.")
        function.misunderstands = exercises
        return function

    return mark
