"""Completes a gradebook's schema, and records the classroom to which it belongs."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

from nbgrader import api
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from .folder import STATE, Classroom

_TABLE = "weightlab_classroom"
_NOBODYS = ("", "default_course")
"""The ids of courses that nbgrader's own commands enter in every gradebook."""

_JOINED = {"submitted_notebook": "assignment_id", "grade": "notebook_id", "comment": "notebook_id"}


def finish_schema(db: Session) -> None:
    """Record the schema's version, if the program that made the gradebook was stopped before doing so."""
    if not inspect(db.get_bind()).has_table("alembic_version"):
        db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    if not db.execute(text("SELECT version_num FROM alembic_version")).first():
        db.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": api.get_alembic_version()})
        db.commit()


def add_indexes(db: Session) -> None:
    """Add indexes on the columns by which nbgrader's tables are joined, where nbgrader has none.

    Without them Formgrader's list of one assignment takes ten seconds of processor time for 300 students and 12
    chapters. On PostgreSQL only the owner of the tables may add them: for another grader, that list is merely slower.
    """
    tables = inspect(db.get_bind())
    for table, column in _JOINED.items():
        name = f"weightlab_{table}_{column}"
        if name not in {index["name"] for index in tables.get_indexes(table)}:
            try:
                db.execute(text(f"CREATE INDEX {name} ON {table} ({column})"))
                db.commit()
            except DBAPIError:
                db.rollback()


def claim_database(db: Session, classroom: Classroom, course: str) -> str | None:
    """Enter a classroom as the owner of a database that has none. Only one program may do this at a time.

    A database holds one course: nbgrader's table of assignments has room for one of each name.

    Returns
    -------
    str or None
        Why this classroom may not use it; None if this classroom is the owner now.
    """
    name, place = classroom.read_id(), f"{socket.gethostname()}:{classroom.root}"
    if not inspect(db.get_bind()).has_table(_TABLE):
        db.execute(text(f"CREATE TABLE {_TABLE} (id VARCHAR(64) PRIMARY KEY, path TEXT)"))
    owner = db.execute(text(f"SELECT id, path FROM {_TABLE}")).first()
    if owner is None:
        others = set(db.scalars(select(api.Assignment.course_id))) - {course, *_NOBODYS}
        if others:
            return f"already holds another course: {', '.join(sorted(others))}."
        db.execute(text(f"INSERT INTO {_TABLE} VALUES (:id, :path)"), {"id": name, "path": place})
    elif owner[0] == name and _is_copy(owner[1], classroom):
        return f"belongs to the classroom {owner[1]}, of which this one is a copy."
    elif owner[0] == name or owner[1] == place:  # a classroom that has lost its id is recognised by its place
        db.execute(text(f"UPDATE {_TABLE} SET id = :id, path = :path"), {"id": name, "path": place})
    else:
        return (
            f"belongs to the classroom {owner[1]}. If this classroom was moved from there and has lost its .weightlab "
            f"folder, empty the table {_TABLE} first."
        )
    db.commit()
    return None


def _is_copy(place: str, classroom: Classroom) -> bool:
    """Return whether the classroom that owns a database still exists in its place, so that this folder is a copy."""
    host, _, path = place.partition(":")
    if host != socket.gethostname():
        return False
    name = Path(path, STATE, "id")
    with contextlib.suppress(OSError):
        return not Path(path).samefile(classroom.root) and name.read_text().strip() == classroom.read_id()
    return False
