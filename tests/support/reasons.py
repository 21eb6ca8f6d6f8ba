"""Reads a list in which a comment line gives the reason for the lines below it."""

from __future__ import annotations

from pathlib import Path


def read_reasons(path: Path) -> dict[str, str]:
    """Return the lines of a file, each with the reason given above its group."""
    reason, found = "", {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            reason = line.removeprefix("# ")
        elif line:
            found[line] = reason
    return found
