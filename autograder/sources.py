"""Says which of the project's files decide a chapter's verdicts, so that only what changed is graded again."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from .exercise import Chapter
from .exercises import CHAPTERS, EXERCISES
from .paths import ROOT, SOLUTIONS


@cache
def chapter_digest(chapter: str, seed: int) -> str:
    """Return a name for all that decides verdicts beside what was handed in: the files, the seed and NumPy."""
    hashed = hashlib.sha256(f"{chapter} {seed} {np.__version__}".encode())
    for file in sorted(deciding(CHAPTERS[chapter])):
        hashed.update(f"{file.relative_to(ROOT)}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return hashed.hexdigest()


def deciding(chapter: Chapter) -> set[Path]:
    """Return the files: exercises, the references they build on, misconceptions, public key, judging, data if used."""
    examiner, found = ROOT / "autograder", set()
    below = {EXERCISES[name].module for exercise in chapter.exercises.values() for name in exercise.prerequisites}
    for file in (
        examiner / "exercises" / f"{chapter.module}.py",
        SOLUTIONS / "misconceptions" / f"{chapter.module}.py",
        *(SOLUTIONS / "weightlab" / f"{module}.py" for module in (chapter.module, *below)),
        examiner / "examine.py",
        examiner / "rebuild.py",
        *(examiner / "candidate").glob("*.py"),
    ):
        _follow(file, found)
    found |= {examiner / "submission.py", examiner / "keys" / f"{chapter.module}.key"}
    if (data := ROOT / "src" / "labkit" / "data.py") in found:
        found |= {file for file in (data.parent / "data_files").rglob("*") if file.is_file()}
    return {file for file in found if file.exists()}


def _follow(file: Path, found: set[Path]) -> None:
    """Add a module, and what it imports of the project."""
    if file in found or not file.exists():
        return
    found.add(file)
    for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
        if not isinstance(node, ast.ImportFrom):
            continue
        named = (node.module or "").split(".")
        if node.level:
            package = file.parents[node.level - 1]
        elif named[0] == "labkit":
            package = ROOT / "src"
        else:
            continue
        module = package.joinpath(*filter(None, named))
        for alias in node.names:
            inside = module / f"{alias.name}.py"
            _follow(inside if inside.exists() else module.with_suffix(".py"), found)
        _follow(module / "__init__.py", found)
