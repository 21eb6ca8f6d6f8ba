"""Finds the project's files that decide a chapter's verdicts, so that only what changed is graded again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from ..exercise import Chapter
from ..exercises import CHAPTERS, EXERCISES
from ..judging import reference
from ..paths import ROOT, SOLUTIONS

_ROOMS = ("candidate", "judging", "sandbox")
_SHARED = ("shared", "tuning")
"""Modules of autograder/exercises/ that several chapters use."""
_INDIFFERENT = {
    ROOT / "autograder" / name
    for name in (
        "release.py",
        "chapter_notebook.py",
        "glossary.py",
        "markers.py",
        "test_library.py",
        "__main__.py",
        "submitted_notebook.py",
        "numbers.py",
        "version.py",
    )
}
"""Modules of the autograder that have no influence on the verdict on any function."""
_SHOWN_BY = (
    "submitted_notebook.py",
    "numbers.py",
    "classroom/feedback.py",
    "classroom/formulas.py",
    "classroom/macros.py",
    "classroom/rebuild.py",
    "classroom/rerun.py",
    "classroom/sanitise.py",
    "classroom/stylesheet.py",
    "classroom/verdict_cells.py",
    "classroom/work.py",
)
"""Modules that decide how a notebook's answers are read, and how notebook and page show them."""


@cache
def chapter_digest(chapter: str, seed: int) -> str:
    """Return a digest of everything that decides verdicts apart from the submission: the files, the seed and NumPy."""
    hashed = hashlib.sha256(f"{chapter} {seed} {np.__version__}".encode())
    for file in sorted(deciding(CHAPTERS[chapter])):
        hashed.update(f"{file.relative_to(ROOT)}\n".encode() + _digest_of(file))
    return hashed.hexdigest()


@cache
def _digest_of(file: Path) -> bytes:
    """Return a file's digest; most files decide the verdicts of every chapter."""
    return hashlib.sha256(file.read_bytes()).digest()


@cache
def pages_digest() -> str:
    """Return a digest of the code that reads a notebook and shows it with its verdicts."""
    hashed = hashlib.sha256()
    for file in (ROOT / "autograder" / name for name in _SHOWN_BY):
        hashed.update(f"{file.name}\n".encode() + _digest_of(file))
    return hashed.hexdigest()


def deciding(chapter: Chapter) -> set[Path]:
    """Return the files that decide a chapter's verdicts.

    They are found by folder, not by following imports: whole rooms of the autograder, the chapter's own exercises,
    misconceptions and public key, the reference's modules that its exercises build on, and its data, if any.
    """
    root = ROOT / "autograder"
    named = {name for exercise in chapter.exercises.values() for name in (exercise.name, *exercise.prerequisites)}
    below = {EXERCISES[name].module for name in reference.closure(sorted(named)) if name in EXERCISES}
    found = {
        *_of_all_chapters(),
        root / "classroom" / "examination.py",
        *(root / "exercises" / f"{name}.py" for name in ("__init__", *_SHARED, chapter.module)),
        root / "keys" / f"{chapter.module}.key",
        root / "keys" / "slips.key",
        *(SOLUTIONS / "misconceptions" / f"{name}.py" for name in (chapter.module, "families")),
        *(SOLUTIONS / "weightlab" / f"{module}.py" for module in {chapter.module, *below}),
    }
    if any(exercise.scored for exercise in chapter.exercises.values()):
        data = ROOT / "src" / "labkit" / "data_files"
        found.add(root / "exercises" / f"{chapter.module}_scores.py")
        found |= {
            data.parent / "data.py",
            data.parent / "tasks.py",
            *(file for file in data.rglob("*") if file.is_file()),
        }
    return {file for file in found - _INDIFFERENT if file.exists()}


@cache
def _of_all_chapters() -> set[Path]:
    root = ROOT / "autograder"
    return {*(file for name in _ROOMS for file in (root / name).rglob("*.py")), *root.glob("*.py")}
