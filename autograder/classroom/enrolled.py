"""Tells a student of a class from a mistyped id."""

from __future__ import annotations

from collections.abc import Collection

from .folder import Classroom, ClassroomError
from .rosters.roster import read_roster


def require_known(room: Classroom, student: str, roll: Collection[str] = ()) -> None:
    """Refuse an id that nobody in the class has.

    Parameters
    ----------
    roll : collection of str
        The ids in the gradebook, if it is open.

    Raises
    ------
    ClassroomError
        If the id is neither in the gradebook, nor a folder in submitted/, nor on the roster, nor in the last grading.
    """
    if student in roll or student in room.students() or student in read_roster(room.root).students:
        return
    if any(entry["student"] == student for entry in room.read_entries()):
        return
    raise ClassroomError(
        f"Nobody in {room.root} has the id {student!r}. An id is the name of a folder in submitted/, or an entry in "
        "the roster's column id."
    )
