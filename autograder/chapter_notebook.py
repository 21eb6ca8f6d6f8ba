"""Makes a chapter's notebook, as it is handed out, from its text in solutions/."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection
from pathlib import Path

from . import markers
from .exercise import Chapter
from .paths import shown
from .refusal import Refusal
from .submitted_notebook import BLANK_NUMBER, BLANK_TEXT

_CHECK_CELL = re.compile(r'check\("(\w+)"(?:, (\w+))?\)')
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class ReleaseError(Refusal):
    """The release cannot be made as things are; the message says where and what to do."""


def make_notebook(source: Path, chapter: Chapter | None, known: Collection[str], answers: bool = False) -> dict:
    """Return a notebook as it is handed out, with nbgrader's metadata.

    Parameters
    ----------
    source : Path
        The notebook's text.
    chapter : Chapter or None
        The chapter with its exercises; None for a notebook without exercises of its own.
    known : collection of str
        The names of all exercises of the course, which any notebook may check.
    answers : bool
        Whether the answers stay in the notebook.

    Raises
    ------
    ReleaseError
        If the text cannot be read, or does not fit its chapter.
    """
    import jupytext
    from nbgrader.preprocessors import CheckCellMetadata, ComputeChecksums, LockCells

    text, file = source.read_text(encoding="utf-8"), shown(source)
    markers.regions(text, file)
    if not text.startswith("---\n"):
        raise ReleaseError(f"line 1 of {file} cannot be read as a notebook: a header has to begin here, with ---.")
    try:
        notebook = jupytext.reads(text, fmt="md:myst")
    except Exception as error:  # the errors of jupytext and YAML name the place, but in many lines
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1} of {file}" if mark else file
        what = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise ReleaseError(f"{where} cannot be read as a notebook: {what}.") from None
    seen: set[str] = set()
    for position, cell in enumerate(notebook.cells):
        name = cell.metadata.pop("name", None)
        derived = _derive(chapter, known, cell, name, file) if chapter else None
        cell.source = _stripped(chapter, cell, name, file, answers)
        if derived:
            cell.metadata["nbgrader"] = derived
            name = derived["grade_id"]
        cell.id = name or f"{source.stem[:2]}-{position:03d}"
        if cell.id in seen:
            raise ReleaseError(f"{file}: two cells are called {cell.id}; use each name only once.")
        seen.add(cell.id)
    if chapter:
        asked = {*chapter.exercises, *chapter.questions, *chapter.written}
        if missing := sorted(asked - seen):
            raise ReleaseError(f"{file}: no cell for {', '.join(missing)}.")
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for preprocessor in (LockCells, ComputeChecksums, CheckCellMetadata):
        notebook, _ = preprocessor().preprocess(notebook, {})
    return notebook


def _derive(chapter: Chapter, known: Collection[str], cell: dict, name: str | None, file: str) -> dict | None:
    """Return nbgrader's metadata for a cell, according to the kind of cell."""

    def metadata(grade_id: str, **kind: object) -> dict:
        base = {
            "grade": False,
            "grade_id": grade_id,
            "locked": False,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
        return base | kind

    has_answer = markers.BEGIN in cell.source
    if cell.cell_type == "markdown":
        if not has_answer:
            return None
        if name not in chapter.written:
            raise ReleaseError(f"{file}: the written answer {name!r} is not one of {sorted(chapter.written)}.")
        return metadata(name, grade=True, solution=True, points=chapter.written[name].points)
    if call := _CHECK_CELL.fullmatch(cell.source.strip()):
        asked, value = call.groups()
        if asked in chapter.exercises and value is None:
            return metadata(asked, grade=True, locked=True, points=chapter.exercises[asked].points)
        if asked in chapter.questions and value == asked:
            return metadata(asked, grade=True, locked=True, points=chapter.questions[asked].points)
        if asked in known and value is None:
            return None
        raise ReleaseError(f"{file}: {cell.source.strip()} checks nothing that {chapter.name} asks for.")
    if has_answer and (asked := _question_of(chapter, cell.source)):
        return metadata(f"{asked}-answer", solution=True)
    return None


def _question_of(chapter: Chapter | None, source: str) -> str | None:
    for name in chapter.questions if chapter else ():
        if re.search(rf"^{name} = ", source, re.MULTILINE):
            return name
    return None


def _stripped(chapter: Chapter | None, cell: dict, name: str | None, file: str, answers: bool) -> str:
    def stub(region: markers.Region) -> str:
        if answers:
            return textwrap.dedent(region.body)
        if cell.cell_type == "markdown":
            return BLANK_TEXT
        asked = _question_of(chapter, region.body)
        return BLANK_NUMBER.format(name=asked) if asked else "# Your code goes here."

    return markers.strip(cell.source, f"{file} ({name or 'a cell'})", stub).rstrip("\n")
