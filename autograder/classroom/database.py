"""A class's database: finds and remembers its URL, describes it without passwords, and waits for it."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from nbgrader.api import InvalidEntry
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError
from sqlalchemy.pool import NullPool

from ..refusal import Refusal
from .folder import Classroom, write_file
from .nbgrader import CONFIG_FILE, write_config

PATIENCE = 60
"""Seconds to wait for a gradebook that another program has locked, or whose server is restarting."""
_PAUSE = 0.5
_LONGEST_PATH = 500
"""The longest path in bytes: SQLite allows 512, and its journal's name is longer than the database's."""
_FILE = "database"
_MAKING = 0x77656967
"""The key of PostgreSQL's advisory lock that is held while a database is made and claimed."""
_FOLLOW = """
# Added by Weightlab: the gradebook that `--database` named. Its URL may hold a password, so it is in a separate file.
from pathlib import Path as _Path

_DATABASE = _Path(__file__).parent / ".weightlab" / "database"
get_config().CourseDirectory.db_url = _DATABASE.read_text().strip()  # noqa: F821  (nbgrader gives it)
"""

_T = TypeVar("_T")


class GradebookError(Refusal):
    """The gradebook cannot be used; the message says why and what to do."""


def url_of(classroom: Path, url: str | None = None) -> str:
    """Return the database's URL: a SQLite file in the classroom unless another is named."""
    if not url:
        url = f"sqlite:///{(classroom / 'gradebook.db').absolute()}"
    if url.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + url.partition("://")[2]
    # Absolute, because the URL is remembered and must mean the same file everywhere.
    if found := re.fullmatch(r"sqlite:///([^/:?][^?]*)(\?.*)?", url):
        url = f"sqlite:///{Path(found[1]).absolute()}{found[2] or ''}"
    return f"{url}?timeout={PATIENCE}" if url.startswith("sqlite:") and "?" not in url else url


def parse_url(url: str) -> URL:
    """Return a URL's parts.

    Raises
    ------
    ArgumentError
        If it is not the URL of a database.
    """
    try:
        return make_url(url)
    except ValueError:  # such as a port that is not a number
        raise ArgumentError("it is not the URL of a database") from None


def place_of(url: str) -> str:
    """Return where a gradebook is, as text without a password."""
    if url.startswith("sqlite:"):
        return url.partition("?")[0].removeprefix("sqlite:///")
    try:
        return _without_passwords(parse_url(url).render_as_string(hide_password=True), "")
    except ArgumentError:
        return _without_passwords(url, "")


def _without_passwords(words: str, url: str) -> str:
    """Return text without the passwords of URLs, or anything that looks like one."""
    with contextlib.suppress(ArgumentError):
        if url and (secret := parse_url(url).password):
            words = words.replace(str(secret), "***")
    words = re.sub(r"(://[^:@/\s]*):\S*@", r"\1:***@", words)
    return re.sub(r"(pass\w*\s*=\s*)('[^']*'|[^\s&']+)", r"\1***", words, flags=re.IGNORECASE)


@contextlib.contextmanager
def reworded(url: str) -> Iterator[None]:
    """Turn a database's errors into one sentence with the remedy."""
    log = logging.getLogger("tornado.application")  # nbgrader prints a traceback there before it raises
    before, log.disabled = log.disabled, True
    try:
        yield
    except (DatabaseError, ArgumentError, InvalidEntry) as error:  # nbgrader may raise InvalidEntry instead
        cause = re.sub(r"^\(\w+\.\w+\) ", "", " ".join(str(getattr(error, "orig", error)).split()))
        place, cause = place_of(url), _without_passwords(cause, url)
        words = f"The gradebook {place} cannot be used: {cause}. Fix that"
        if "locked" in cause:
            words = f"{place} is locked by another program. Close Formgrader and other graders of this class"
        raise GradebookError(f"{words}, then run the same command again. It continues where it stopped.") from None
    finally:
        log.disabled = before


def choose_url(room: Classroom, configured: str, asked: str | None) -> str:
    """Return the URL of a classroom's only gradebook.

    Parameters
    ----------
    configured : str
        The URL in the classroom's nbgrader configuration.
    asked : str or None
        The value of ``--database``.

    Raises
    ------
    GradebookError
        If this URL is not that of the gradebook that the classroom has.
    """
    known = url_of(room.root, configured)
    if not asked:
        if is_own(room, known):
            _require_plain_path(room.root / "gradebook.db")
        return known
    wanted = url_of(room.root, asked)
    with reworded(wanted):
        parse_url(wanted)
    if is_same(wanted, known):
        return wanted
    if is_own(room, known) and not _is_in_use(room.root / "gradebook.db"):
        return wanted
    raise GradebookError(
        f"The gradebook of this classroom, with its marks, is {place_of(known)}, not {place_of(wanted)}. Leave out "
        f"--database. If you have moved the gradebook, change c.CourseDirectory.db_url in {CONFIG_FILE} in the "
        "classroom."
    )


def _require_plain_path(path: Path) -> None:
    """Refuse a path that does not survive nbgrader's way of writing it into a URL, or that SQLite cannot open."""
    if make_url(url_of(path.parent)).database != str(path):
        raise GradebookError(
            f"Rename the folder {path.parent}: nbgrader writes the gradebook's path into a URL, where ? and % have a "
            "special meaning. Or keep the gradebook elsewhere, with --database."
        )
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise GradebookError(
            f"Move the folder {path.parent}: SQLite cannot open a file whose path is longer than {_LONGEST_PATH} "
            "bytes. Or keep the gradebook elsewhere, with --database."
        )


def is_same(one: str, other: str) -> bool:
    """Return whether two URLs name the same database, whatever their user names and passwords."""

    def place(url: URL) -> tuple:
        kind = url.get_backend_name()
        if kind == "sqlite":
            return kind, os.path.realpath(url.database or "")
        query = {name: value for name, value in url.query.items() if "pass" not in name}
        return kind, url.host, url.port or (5432 if kind == "postgresql" else None), url.database, sorted(query.items())

    try:
        return place(parse_url(one)) == place(parse_url(other))
    except ArgumentError:
        return one == other


def is_own(room: Classroom, url: str) -> bool:
    """Return whether a gradebook is the SQLite file in the classroom itself."""
    return is_same(url, url_of(room.root))


def _is_in_use(path: Path) -> bool:
    """Return whether a SQLite gradebook holds any student."""
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return db.execute("select count(*) from student").fetchone()[0] > 0
    except sqlite3.Error:
        return True


def remember(room: Classroom, url: str, configured: str) -> None:
    """Record the URL of a gradebook outside the classroom, so that nbgrader and Formgrader use it as well."""
    if url in (configured, url_of(room.root, configured)):
        return
    write_file(room.state / _FILE, f"{url.partition('?timeout=')[0]}\n".encode(), 0o600)
    write_config(room.root, _FOLLOW)


@contextlib.contextmanager
def one_at_a_time(url: str) -> Iterator[None]:
    """Hold a lock while a database is created or claimed: nbgrader first looks for it, and only then creates it."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:  # the lock ends with the connection
            connection.execute(text("SELECT pg_advisory_lock(:name)"), {"name": _MAKING})
            yield
    elif parsed.get_backend_name() == "sqlite" and parsed.database:
        # The folder is locked, not the file: SQLite loses its own locks when anything in this process closes the file.
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):  # no such folder (SQLite will say so), or no locks there
                folder = os.open(Path(parsed.database).parent, os.O_RDONLY | os.O_CLOEXEC)
                stack.callback(os.close, folder)
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
    else:
        yield


def patiently(work: Callable[[], _T], let_go: Callable[[], None]) -> _T:
    """Do one unit of work in a database that has answered before; wait for the database if the server restarts.

    Parameters
    ----------
    work : function
        Does everything, reading included, in one transaction, so that it can be repeated: if the connection breaks at
        the end, nobody knows whether the transaction was committed.
    let_go : function
        Closes the transaction and the connection, whatever happened.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except (DBAPIError, InvalidEntry) as error:
            if not _has_gone(error) or time.monotonic() > until:
                raise
        finally:
            let_go()
        time.sleep(_PAUSE)


def _has_gone(error: BaseException | None) -> bool:
    """Return whether the server is gone: the connection broke, or could not be made."""
    if isinstance(error, InvalidEntry):
        error = error.__context__
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    state = getattr(error.orig, "sqlstate", None)
    no_connection = type(error.orig).__name__ == "OperationalError" and state is None
    return error.connection_invalidated or no_connection or str(state).startswith(("08", "57P"))
