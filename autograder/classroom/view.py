"""Writes a submission as a notebook that is safe to open: nothing in it runs, and nothing is fetched."""

from __future__ import annotations

from pathlib import Path

from ..names import find_chapter
from ..submitted_notebook import dump_notebook
from . import nbgrader
from .enrolled import require_known
from .folder import Classroom, ClassroomError, is_student_id, write_file
from .rebuild import rebuild
from .submission import read_submission
from .verdict_cells import note

FOLDER = "view"


def write_view(classroom: Path, student: str, chapter: str, course: Path | None = None) -> Path:
    """Write a submission's cleaned notebook, graded or not, and return its path.

    Parameters
    ----------
    classroom : Path
        nbgrader's course folder.
    course : Path, optional
        Folder of the released notebooks; by default the source directory of nbgrader's configuration.

    Raises
    ------
    Refusal
        If there is no such chapter or student, or the student has not submitted a notebook for the chapter.
    """
    room = Classroom(classroom)
    find_chapter(chapter)
    room.require_submitted()
    require_known(room, student)
    known = is_student_id(student) and "/" not in student
    submission = read_submission(room.submission(student, chapter), student, chapter) if known else None
    if submission is None or submission.notebook is None:
        raise ClassroomError(f"{student!r} has not submitted a notebook of {chapter} in {room.root}.")
    released = nbgrader.read_released(chapter, course or nbgrader.Configuration(room.root).source)
    rebuilt = rebuild(released, submission.notebook)
    if rebuilt.malformed:
        rebuilt.notebook["cells"].insert(0, note("weightlab-note", rebuilt.malformed))
    path = room.root / FOLDER / student / f"{chapter}.ipynb"
    write_file(path, dump_notebook(rebuilt.notebook), 0o600)
    return path
