"""Where things are, in the project or in a student's hand-out of it."""

from __future__ import annotations

from pathlib import Path

from labkit.place import ROOT

_AUTOGRADER = Path(__file__).resolve().parent
COURSE = ROOT / "course"
LIBRARY = ROOT / "src" / "weightlab"
KEYS = _AUTOGRADER / "keys"
SOLUTIONS = ROOT / "solutions"
CANDIDATE = _AUTOGRADER / "candidate"


def shown(path: Path) -> str:
    """Write a path as a person in the project's folder would."""
    path = Path(path).resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
