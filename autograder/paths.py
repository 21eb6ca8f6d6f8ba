"""Where things are, in the project or in a student's handout."""

from __future__ import annotations

from pathlib import Path

from labkit.place import ROOT

_AUTOGRADER = Path(__file__).resolve().parent
COURSE = ROOT / "course"
LIBRARY = ROOT / "src" / "weightlab"
KEYS = _AUTOGRADER / "keys"
SOLUTIONS = ROOT / "solutions"
HUB_COPY = "weightlab"
"""The folder in a hub user's home that holds their copy of the course."""
CANDIDATE = _AUTOGRADER / "candidate"


def find_copy(folder: Path) -> Path | None:
    """Return the copy of the course that contains a folder, or None."""
    folder = folder.resolve()
    for place in (folder, *folder.parents):
        if (place / "autograder" / "paths.py").is_file() and (place / "src" / "weightlab").is_dir():
            return place
    return None


def shown(path: Path) -> str:
    """Write a path as a person in the project's folder would type it."""
    path = Path(path).resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
