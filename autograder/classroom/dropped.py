"""Lets nbgrader's ``generate_feedback`` pass over students who are no longer in the gradebook."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback

_initialize = GenerateFeedback.init_destination


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
