"""Keeps nbgrader's Formgrader usable and safe, whatever ids, times and links students choose."""

from __future__ import annotations

import datetime
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI

from .folder import is_shared, is_student_id
from .nbgrader import CONFIGURATIONS
from .times import existing_time

_FORMGRADER = "nbgrader.server_extensions.formgrader"
_STUDENTS = frozenset({"submitted", "downloaded", "inbound", "autograded", "feedback"})
"""Folders of a course and of the exchange that hold what students made, including copies made by nbgrader's own
commands."""
_ACTS = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;", "\\": "&#92;"})
_UNIQUE = """<script>
(() => {
  // Backbone keeps ids beside names that it makes up, such as c7: a student of that id would take another's line.
  const unique = _.uniqueId;
  _.uniqueId = prefix => unique(" " + (prefix || ""));  // no student's id begins with a space
})();
</script>
"""


def install() -> None:
    """Replace nbgrader's functions with those of this module; Formgrader's exist only in a server that runs it."""
    NbGraderAPI.get_submitted_timestamp = submitted_time
    _put_around(NbGraderAPI, "get_submitted_students", submitted_students)
    base, handlers = (sys.modules.get(f"{_FORMGRADER}.{name}") for name in ("base", "handlers"))
    if base is not None and handlers is not None:
        _put_around(base.BaseHandler, "render", render)
        _put_around(handlers.FormgraderHandler, "get", open_course)


def _put_around(owner: type, name: str, function: Callable) -> None:
    """Wrap a method in a function that gets it as its first argument; wrap it once, although every page calls this."""
    own = getattr(owner, name)
    if own.__module__ != __name__:

        def method(*args: Any, **kwargs: Any) -> Any:
            return function(own, *args, **kwargs)

        setattr(owner, name, method)


def submitted_time(api: Any, assignment_id: str, student_id: str) -> datetime.datetime | None:
    """Read a submission's time; in nbgrader's own reader, one unreadable time breaks the list of a whole class."""
    directory = api.coursedir
    return existing_time(directory, directory.format_path(directory.submitted_directory, student_id, assignment_id))


def submitted_students(own: Callable, api: Any, assignment_id: str) -> set[str]:
    """Return the students who have a folder for an assignment, except names that cannot be ids."""
    return set(filter(is_student_id, own(api, assignment_id)))


def render(own: Callable, handler: Any, name: str, **values: Any) -> str:
    """Render one of Formgrader's pages.

    Parts of an address are written into pages and into strings in their scripts; no part may end such a string.
    """
    safe = {key: value.translate(_ACTS) if isinstance(value, str) else value for key, value in values.items()}
    return own(handler, name, **safe).replace("</head>", f"{_UNIQUE}</head>")


def open_course(own: Callable, handler: Any) -> Any:
    """Open the course that an address names, unless it may be a student's: a course's configuration is a program.

    Nobody learns anything about folders without logging in: nbgrader's own function asks them to log in.
    """
    named = handler.get_argument("path", "")
    if named and handler.current_user and not is_a_graders(Path(named)):
        from tornado import web  # loaded already, because only a server gets here

        handler.log.warning("Formgrader does not open %r: it may be a student's folder.", named)
        raise web.HTTPError(403, "This may be a student's folder, so Formgrader does not open it as a course.")
    return own(handler)


def is_a_graders(folder: Path) -> bool:
    """Return whether a folder and its configuration belong to a grader, outside all folders of students' work."""
    named = Path(os.path.abspath(folder))  # as nbgrader reads it: link/.. is removed, wherever the link leads
    folder = named.resolve()
    if (_STUDENTS & set(folder.parts)) or not folder.is_dir():
        return False
    links = [part for part in (named, *named.parents) if part.is_symlink()]
    if any(link.lstat().st_uid not in (0, os.geteuid()) for link in links):  # its owner may redirect it at any moment
        return False
    shared = is_shared(folder)
    configurations = [path for name in CONFIGURATIONS if (path := folder / name).exists()]
    return all(_is_in_graders_hands(path.stat(), shared) for path in (folder, *configurations))


def _is_in_graders_hands(about: os.stat_result, shared: bool) -> bool:
    """Return whether a file or folder belongs to the grader, or a group that shares it, and is closed to others."""
    if about.st_mode & stat.S_IWOTH:
        return False
    return about.st_uid in (0, os.geteuid()) or (shared and about.st_gid in {os.getegid(), *os.getgroups()})
