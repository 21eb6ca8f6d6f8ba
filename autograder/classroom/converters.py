"""How nbgrader's commands differ for Weightlab: no submission stops them, and nothing beside a notebook runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, BaseConverter, GenerateFeedback

from . import times
from .files import read_file
from .folder import is_student_id, make_folder
from .submission import MAX_SECRET, SECRET

_begin_feedback = GenerateFeedback.init_destination
_begin_grading = Autograde.init_destination
_copy_companions = BaseConverter.init_assignment


def copy_companions(converter: Any, assignment_id: str, student_id: str) -> None:
    """Copy what is beside a notebook (``BaseConverter.init_assignment``); for a submission, copy only what is needed.

    nbgrader copies all of a submission beside its autograded notebook. A kernel starts in that folder as soon as the
    notebook is opened, and runs an ``ipykernel_launcher.py`` or ``json.py`` that it finds there.
    """
    if not isinstance(converter, Autograde):
        _copy_companions(converter, assignment_id, student_id)
        return
    source, target = (
        Path(place(assignment_id, student_id)) for place in (converter._format_source, converter._format_dest)
    )
    for name, limit in ((times.FILE, times.MAX_BYTES), (SECRET, MAX_SECRET)):
        content = read_file(source / name, limit)
        if content is not None:
            make_folder(target)
            (target / name).write_bytes(content)


def begin_grading(converter: Any, assignment_id: str, student_id: str) -> bool:
    """Begin a submission in place of ``Autograde.init_destination``; return False if its owner is not in the class."""
    if not is_student_id(student_id):
        converter.log.warning("Not graded: %r, because it cannot be a student's id", student_id)
        return False
    return _begin_grading(converter, assignment_id, student_id)


def begin_feedback(converter: Any, assignment_id: str, student_id: str) -> bool:
    """Begin a page of feedback in place of ``GenerateFeedback.init_destination``; return whether to continue.

    A student who has left the class may still have a folder in ``autograded/``. nbgrader's own command then removes the
    page that they were given, and ends with an error.
    """
    with Gradebook(converter.coursedir.db_url, converter.coursedir.course_id) as book:
        try:
            book.find_submission(assignment_id, student_id)
        except MissingEntry:
            converter.log.warning("No feedback for %s: the gradebook has no such submission", student_id)
            return False
    return _begin_feedback(converter, assignment_id, student_id)
