"""Lets nbgrader's commands pass over what is nobody's: students who left the gradebook, names that cannot be ids."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateFeedback

from .folder import is_student_id

_initialize = GenerateFeedback.init_destination
_initialize_grading = Autograde.init_destination


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
