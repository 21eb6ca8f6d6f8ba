"""Finishes a gradebook's schema, and notes which classroom it belongs to: two would zero each other's grades."""

from __future__ import annotations

from nbgrader import api
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

_TABLE = "weightlab_classroom"


def finish_schema(db: Session) -> None:
    """Note the schema's version if the program that made the gradebook was stopped before it did so."""
    if not inspect(db.get_bind()).has_table("alembic_version"):
        db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    if not db.execute(text("SELECT version_num FROM alembic_version")).first():
        db.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": api.get_alembic_version()})
        db.commit()


def claim_database(db: Session, name: str, path: str) -> str | None:
    """Enter a classroom as the owner of a database, unless another one is.

    Parameters
    ----------
    name : str
        What the classroom calls itself, as from `Classroom.read_id`.
    path : str
        Where it is: a classroom that has lost its name is known by its place.

    Returns
    -------
    str or None
        The other classroom's path, or None where this one is the owner now.
    """
    if not inspect(db.get_bind()).has_table(_TABLE):
        db.execute(text(f"CREATE TABLE {_TABLE} (id VARCHAR(64) PRIMARY KEY, path TEXT)"))
    owner = db.execute(text(f"SELECT id, path FROM {_TABLE}")).first()
    mine = {"id": name, "path": path}
    if owner is None:
        db.execute(text(f"INSERT INTO {_TABLE} VALUES (:id, :path)"), mine)
    elif owner[0] == name or owner[1] == path:
        db.execute(text(f"UPDATE {_TABLE} SET id = :id, path = :path"), mine)
    else:
        db.rollback()
        return owner[1]
    db.commit()
    return None
