"""Lets edits of ``src/weightlab`` take effect at the next cell."""

from __future__ import annotations


def install() -> None:
    """Register with the running IPython."""
