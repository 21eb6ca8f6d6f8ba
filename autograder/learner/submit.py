"""Packs a chapter that a learner hands in."""

from __future__ import annotations

import ast
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from ..exercises import CHAPTERS
from ..library import read_companions
from ..paths import COURSE, LIBRARY, ROOT, shown
from .check import saved_ago


@dataclass
class PackedSubmission:
    """A packed chapter: the zip, what is in it, and what its owner may want to look at first."""

    path: Path
    contents: list[str]
    warnings: list[str] = field(default_factory=list)


def pack_submission(chapter: str, folder: Path = ROOT) -> PackedSubmission:
    """Pack a chapter's notebook and the whole library into ``CHAPTER.zip``.

    Raises
    ------
    FileNotFoundError
        If the notebook or the library's module is not there.
    """
    notebook = COURSE / chapter / f"{chapter}.ipynb"
    module = LIBRARY / f"{CHAPTERS[chapter].module}.py"
    for path in (notebook, module):
        if not path.exists():
            raise FileNotFoundError(f"{shown(path)} is missing, so there is nothing to hand in.")
    entries = {f"{chapter}/{notebook.name}": notebook.read_bytes()}
    entries |= {f"{chapter}/{name}": content for name, content in read_companions(LIBRARY).items()}
    target = folder / f"{chapter}.zip"
    part = target.with_suffix(".zip.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    part.replace(target)
    return PackedSubmission(target, list(entries), _warnings(chapter, notebook, module))


def _warnings(chapter: str, notebook: Path, module: Path) -> list[str]:
    """Say what looks unfinished or unsaved."""
    warnings = []
    source = module.read_bytes()
    text = source.decode("utf-8", "replace")
    if unwritten := [name for name in CHAPTERS[chapter].exercises if f'"{name} is not written yet"' in text]:
        warnings.append(f"Not written yet in {shown(module)}: {', '.join(unwritten)}.")
    try:
        ast.parse(source)  # as bytes, so that Python minds the encoding as it does on importing
    except (SyntaxError, ValueError) as error:
        where = f"line {error.lineno} of " if getattr(error, "lineno", None) else ""
        warnings.append(f"Python cannot read {where}{shown(module)}, so no function in it will count. Mend it first.")
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        sources = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in cells}
    except (ValueError, KeyError, TypeError, AttributeError):
        return [*warnings, f"{shown(notebook)} cannot be read as a notebook. Take a fresh copy, or ask for help."]
    for name in CHAPTERS[chapter].questions:
        cell = sources.get(f"{name}-answer")
        if cell is None or not cell.get("outputs"):
            warnings.append(f"The answer cell of {name} shows no number yet. Run it, and save the notebook.")
    for name in CHAPTERS[chapter].written:
        cell = sources.get(name)
        if cell is None or "".join(cell["source"]).strip() in ("", "*Write your answer here.*"):
            warnings.append(f"The written answer {name} is empty.")
    warnings.append(
        f"The notebook was {saved_ago(notebook)}, {shown(module)} was {saved_ago(module)}; "
        "what you changed after that is not in the zip. Save with Ctrl+S (⌘S) and pack again."
    )
    return warnings
