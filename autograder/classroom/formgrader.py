"""Keeps nbgrader's Formgrader usable, and from running anything, whatever ids, times and links students choose."""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI

from .folder import is_shared, is_student_id
from .times import existing_time

_FORMGRADER = "nbgrader.server_extensions.formgrader"
_STUDENTS = frozenset({"submitted", "downloaded", "inbound", "autograded", "feedback"})
"""Folders of a course and of the exchange that hold what students made, also as copies by nbgrader's own commands."""
_ACTS = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;", "\\": "&#92;"})
_UNIQUE = """<script>
(() => {
  // Backbone keeps ids beside names that it makes up, such as c7: a student of that id would take another's line.
  const unique = _.uniqueId;
  _.uniqueId = prefix => unique(" " + (prefix || ""));  // no student's id begins with a space
})();
</script>
"""
_own: dict[str, Any] = {"get_submitted_students": NbGraderAPI.get_submitted_students}


def install() -> None:
    """Put these functions in the place of nbgrader's own; Formgrader's are there only where a server runs it."""
    NbGraderAPI.get_submitted_timestamp = submitted_time
    NbGraderAPI.get_submitted_students = submitted_students
    base, handlers = (sys.modules.get(f"{_FORMGRADER}.{name}") for name in ("base", "handlers"))
    if base is not None and handlers is not None:
        base.BaseHandler.render = render
        _own.setdefault("get", handlers.FormgraderHandler.get)  # this configuration is read again for each page
        handlers.FormgraderHandler.get = open_course


def submitted_time(api: Any, assignment_id: str, student_id: str) -> datetime.datetime | None:
    """Read a submission's time; nbgrader's own reader ends the list of a whole class at one that is not a time."""
    directory = api.coursedir
    return existing_time(directory, directory.format_path(directory.submitted_directory, student_id, assignment_id))


def submitted_students(api: Any, assignment_id: str) -> set[str]:
    """Return whose folders are there for an assignment, but for those of names that cannot be ids."""
    return set(filter(is_student_id, _own["get_submitted_students"](api, assignment_id)))


def render(handler: Any, name: str, **values: Any) -> str:
    """Fill in a page of Formgrader's.

    What stands in an address is written into pages and into texts of their scripts: no text may end one of these.
    """
    safe = {key: value.translate(_ACTS) if isinstance(value, str) else value for key, value in values.items()}
    page = handler.settings["nbgrader_jinja2_env"].get_template(name).render(**safe)
    return page.replace("</head>", f"{_UNIQUE}</head>", 1)


def open_course(handler: Any) -> Any:
    """Open the course that an address names: its configuration is a program, so it may not be a student's."""
    named = handler.get_argument("path", "")
    if named and not is_a_graders(Path(named)):
        from tornado import web  # there already, as only a server comes here

        handler.log.warning("Formgrader does not open %r: it may be a student's folder.", named)
        raise web.HTTPError(403, "This may be a student's folder, so Formgrader does not open it as a course.")
    return _own["get"](handler)


def is_a_graders(folder: Path) -> bool:
    """Whether a folder was made by whoever grades, and lies in none that holds what students made."""
    folder = folder.resolve()
    if _STUDENTS & set(folder.parts) or not folder.is_dir():
        return False
    about = folder.stat()
    groups = {os.getegid(), *os.getgroups()}
    return about.st_uid in (0, os.geteuid()) or (is_shared(folder) and about.st_gid in groups)
