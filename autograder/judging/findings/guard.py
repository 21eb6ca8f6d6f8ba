"""Keeps an error in the search for a finding from costing points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

STRICT = False
"""Whether such an error is raised, as tests want it."""


def or_nothing(find: Callable, *args: Any) -> Any:
    """Return what a search for something to say finds, or None if the search fails: points do not depend on it."""
    try:
        return find(*args)
    except Exception:
        if STRICT:
            raise
        return None
