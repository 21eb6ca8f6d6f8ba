"""Packs a chapter for submission, and warns the learner of everything in it that would not count."""

from __future__ import annotations

import ast
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from labkit import store

from .. import released_notebooks
from ..exercise import Chapter
from ..exercises import CHAPTERS
from ..judging.verdict import Status
from ..library import UNPARSABLE, read_companions
from ..numbers import judge_numbers
from ..paths import COURSE, LIBRARY, ROOT, shown
from ..submitted_notebook import Answer, MalformedNotebook, read_notebook, text_of
from .check import saved_ago
from .remarks import describe_foreign_imports

_LONGEST_QUOTE = 60
_KINDS = {"markdown": "a Markdown cell", "code": "a code cell", "raw": "a raw cell"}


@dataclass
class PackedSubmission:
    """A packed chapter: the zip, its files, and warnings to its owner."""

    path: Path
    contents: list[str]
    warnings: list[str] = field(default_factory=list)


def pack_submission(chapter: str, folder: Path = ROOT, student: str = "") -> PackedSubmission:
    """Pack a chapter's notebook and the whole library into ``CHAPTER-STUDENT.zip``.

    Parameters
    ----------
    chapter : str
        The chapter's name, such as ``"01_weights"``.
    folder : Path
        The folder in which the zip is written.
    student : str
        The submitter's name, which becomes a part of the zip's name, so that the zips of a class can be distinguished.
        Without it the zip is named after the chapter alone.

    Raises
    ------
    FileNotFoundError
        If the notebook or the library's module is not there.
    """
    notebook = COURSE / chapter / f"{chapter}.ipynb"
    module = LIBRARY / f"{CHAPTERS[chapter].module}.py"
    for path in (notebook, module):
        if not path.exists():
            others = _other_notebooks(notebook) if path == notebook else ""
            rename = f"If your answers are in {others}, rename that file to {notebook.name}."
            remedy = rename if others else "Take it from a fresh copy of the course."
            raise FileNotFoundError(f"{shown(path)} is missing, so nothing was packed. {remedy}")
    entries = {f"{chapter}/{notebook.name}": notebook.read_bytes()}
    entries |= {f"{chapter}/{name}": content for name, content in read_companions(LIBRARY).items()}
    target = folder / f"{'-'.join(filter(None, [chapter, as_file_name(student)]))}.zip"
    part = target.with_suffix(".zip.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    part.replace(target)
    return PackedSubmission(target, list(entries), _warnings(CHAPTERS[chapter], notebook, module))


def as_file_name(student: str) -> str:
    """Return a person's name as a part of a file's name: letters, digits, dots and hyphens."""
    return re.sub(r"[^\w.]+", "-", student).strip("-.")[:60]


def remembered_student() -> str:
    """Return the name under which this copy's learner submitted before, or an empty string."""
    name = store.load("student").get("name")
    return name if isinstance(name, str) else ""


def remember_student(student: str) -> None:
    """Remember the name under which this copy's learner submits."""
    store.update("student", lambda record: record | {"name": student})


def _warnings(chapter: Chapter, notebook: Path, module: Path) -> list[str]:
    """Say what would not count; the notebook is read exactly as in grading."""
    source = module.read_bytes()
    warnings = []
    if unwritten := [name for name in chapter.exercises if f'"{name} is not written yet"'.encode() in source]:
        warnings.append(f"Not written yet in {shown(module)}: {', '.join(unwritten)}.")
    try:
        ast.parse(source)  # as bytes, so that Python reads the encoding as it does on import
    except UNPARSABLE as error:
        where = f"line {error.lineno} of " if getattr(error, "lineno", None) else ""
        warnings.append(
            f"Python cannot read {where}{shown(module)}, so no function in it will count. Fix the file first."
        )
    warnings.append(describe_foreign_imports(source, shown(module)))
    warnings += _warnings_on_notebook(chapter, notebook)
    if others := _other_notebooks(notebook):
        warnings.append(
            f"The zip holds {notebook.name}, but not {others}. If your answers are in another notebook, copy them into "
            f"{notebook.name} and pack again."
        )
    warnings.append(
        f"The notebook was {saved_ago(notebook)}, and {shown(module)} was {saved_ago(module)}; "
        "later changes are not in the zip. If there are any, save with Ctrl+S (⌘S) and pack again."
    )
    return [warning for warning in warnings if warning]


def _other_notebooks(notebook: Path) -> str:
    """Return the names of the notebooks beside the chapter's own, such as copies that JupyterLab made."""
    return " or ".join(path.name for path in sorted(notebook.parent.glob("*.ipynb")) if path != notebook)


def _warnings_on_notebook(chapter: Chapter, notebook: Path) -> list[str]:
    released = released_notebooks.read(chapter.name)
    try:
        found = read_notebook(released, notebook.read_bytes())
    except MalformedNotebook as error:
        return [f"{shown(notebook)} cannot be graded: {error}, and pack again."]
    warnings = []
    for verdict in judge_numbers(chapter, found):
        if verdict.status == Status.NOT_STARTED:
            warnings.append(f"The answer to {verdict.exercise} is missing. Compute it, run its check, and save.")
        elif verdict.status not in (Status.PASSED, Status.FAILED):
            warnings.append(verdict.message)
    for name in chapter.written:
        answer = found.answers[name]
        if name in found.lost:
            warnings.append(
                f"The written answer {name} cannot be found, because an editor has removed the names of the notebook's "
                "cells. Paste your answers into a fresh copy of the notebook."
            )
        elif not answer.changed:
            warnings.append(_describe_unanswered(name, answer, found.find_beside(name, released)))
    return warnings


def _describe_unanswered(name: str, answer: Answer, beside: list[dict]) -> str:
    """Say that an answer cell holds no answer, and where the learner may have written the answer instead."""
    if beside:
        words = " ".join(text_of(beside[0].get("source")).split())
        begins = words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"
        kind = _KINDS.get(str(beside[0].get("cell_type")), "a cell")
        state = "holds no answer" if answer.cells else "is missing"
        target = "the answer cell" if answer.cells else "a Markdown cell directly below the question"
        return (
            f'The answer cell of {name} {state}, but you added {kind} next to it ("{begins}"). '
            f"If that is your answer, copy it into {target}, save, and pack again."
        )
    if not answer.cells:
        return (
            f"The answer cell of {name} is missing. Add a Markdown cell directly below the question, write your "
            "answer there, save, and pack again."
        )
    return f"The written answer {name} is empty."
