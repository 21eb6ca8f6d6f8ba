"""Wrong answers that people give, one module a chapter: each a function, its name and its advice."""

from __future__ import annotations

from collections.abc import Callable


def of(*exercises: str) -> Callable[[Callable], Callable]:
    """Mark a function as a misconception of these exercises; its docstring is the tutor's advice."""

    def mark(function: Callable) -> Callable:
        function.misunderstands = exercises
        return function

    return mark
