"""Lets nbgrader's commands pass over what is nobody's, and over files that would run beside a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, BaseConverter, GenerateFeedback

from . import times
from .files import read_file
from .folder import is_student_id, make_folder
from .submission import SECRET

_MAX_BYTES = 1_000
_initialize = GenerateFeedback.init_destination
_initialize_grading = Autograde.init_destination
_copy = BaseConverter.init_assignment


def copy_beside(converter: Any, assignment_id: str, student_id: str) -> None:
    """Copy what lies beside a notebook in place of ``BaseConverter.init_assignment``; of a submission, what it needs.

    nbgrader copies all of a submission beside its autograded notebook. A kernel starts in that folder as soon as the
    notebook is opened, and runs an ``ipykernel_launcher.py`` or ``json.py`` that it finds there.
    """
    if not isinstance(converter, Autograde):
        _copy(converter, assignment_id, student_id)
        return
    source, target = (
        Path(place(assignment_id, student_id)) for place in (converter._format_source, converter._format_dest)
    )
    for name in (times.FILE, SECRET):
        content = read_file(source / name, _MAX_BYTES)
        if content is not None:
            make_folder(target)
            (target / name).write_bytes(content)


def init_graded(converter: Any, assignment_id: str, student_id: str) -> bool:
    """Initialize a submission's place in place of ``Autograde.init_destination``; return whether to go on."""
    if not is_student_id(student_id):
        converter.log.warning("Not graded: %r, because it cannot be a student's id", student_id)
        return False
    return _initialize_grading(converter, assignment_id, student_id)


def init_destination(converter: Any, assignment_id: str, student_id: str) -> bool:
    """Initialize a feedback page's place in place of ``GenerateFeedback.init_destination``; return whether to go on.

    A student who has left the class may still have a folder in ``autograded/``. nbgrader's own command then removes the
    page that they were given, and ends with an error.
    """
    with Gradebook(converter.coursedir.db_url, converter.coursedir.course_id) as book:
        try:
            book.find_submission(assignment_id, student_id)
        except MissingEntry:
            converter.log.warning("No feedback for %s: the gradebook has no such submission", student_id)
            return False
    return _initialize(converter, assignment_id, student_id)
