"""Is a database's URL read as one place, and told without its password?"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader.api import InvalidEntry
from sqlalchemy.exc import OperationalError

from autograder.classroom import database
from autograder.classroom.database import GradebookError, choose_url, is_own, is_same, patiently, place_of, url_of
from autograder.classroom.folder import Classroom

ROOM = Path("/room")
PG = "postgresql+psycopg://"


def test_what_nbgrader_prints_about_an_error_is_not_shown_beside_the_sentence():
    log = logging.getLogger("tornado.application")
    for before in (False, True):
        log.disabled = before
        with database.reworded(url_of(ROOM)):
            assert log.disabled
        assert log.disabled is before
    log.disabled = False


def test_a_path_is_as_long_as_sqlite_allows():
    for length, fits in ((500, True), (501, False)):
        path = Path("/", "x" * (length - len("//gradebook.db")), "gradebook.db")
        if fits:
            database._require_plain_path(path)
        else:
            with pytest.raises(GradebookError, match="longer than 500 bytes"):
                database._require_plain_path(path)


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        (None, "sqlite:////room/gradebook.db?timeout=60"),
        ("", "sqlite:////room/gradebook.db?timeout=60"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db?timeout=60"),
        ("sqlite:///x.db", f"sqlite:///{Path.cwd() / 'x.db'}?timeout=60"),
        ("sqlite:///x.db?a=1", f"sqlite:///{Path.cwd() / 'x.db'}?a=1"),
        ("sqlite:////tmp/x.db?a=1", "sqlite:////tmp/x.db?a=1"),
        ("sqlite:///:memory:", "sqlite:///:memory:?timeout=60"),
        ("postgres://ada@host/x", f"{PG}ada@host/x"),
        ("postgresql://ada@host/x?a=1", f"{PG}ada@host/x?a=1"),
        (f"{PG}host/x", f"{PG}host/x"),
        ("mysql://host/x", "mysql://host/x"),
    ],
)
def test_a_url_means_the_same_everywhere(url, whole):
    assert url_of(ROOM, url) == whole


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:////tmp/x.db?timeout=60", "/tmp/x.db"),
        (f"{PG}ada:s3cr3t@host/x", f"{PG}ada:***@host/x"),
        (f"{PG}ada@host/x?password=s3cr3t&a=1", f"{PG}ada@host/x?a=1&password=***"),
        ("no url, passwd = 's3cr3t word' a=1", "no url, passwd = *** a=1"),
        ("odd://ada:s3cr3t/x@y@[::", "odd://ada:***@[::"),
    ],
)
def test_a_place_is_told_without_its_password(url, place):
    assert place_of(url) == place


def test_words_of_a_server_are_told_without_the_password():
    assert database._without_passwords("no s3cr3t here", f"{PG}ada:s3cr3t@host/x") == "no *** here"
    assert database._without_passwords("no s3cr3t here", f"{PG}ada@host/x") == "no s3cr3t here"
    assert database._without_passwords("no words", "") == "no words"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (f"{PG}host/x", f"{PG}ada:pw@host:5432/x", True),
        (f"{PG}host/x?password=a", f"{PG}host/x?passfile=b", True),
        (f"{PG}host/x?a=1&b=2", f"{PG}host/x?b=2&a=1", True),
        (f"{PG}host/x?a=1", f"{PG}host/x?a=2", False),
        (f"{PG}host/x", f"{PG}other/x", False),
        (f"{PG}host/x", "mysql://host:5432/x", False),
        ("sqlite://", "sqlite://", True),
        ("no url", "no url", True),
        ("no url", "sqlite://", False),
    ],
)
def test_one_database_is_known_whoever_asks(one, other, same):
    assert is_same(one, other) is same and is_same(other, one) is same


def enter(path, student=True):
    with sqlite3.connect(path) as db:
        db.execute("create table student (id)")
        if student:
            db.execute("insert into student values ('ada')")
    db.close()


def test_a_classroom_has_one_gradebook(tmp_path):
    room = Classroom(tmp_path)
    own, other = url_of(tmp_path), url_of(tmp_path, f"sqlite:///{tmp_path / 'other.db'}")
    assert is_own(room, own) and not is_own(room, other)
    assert choose_url(room, "", None) == choose_url(room, "", own) == own
    assert choose_url(room, other, None) == choose_url(room, other, f"sqlite:///{tmp_path / 'other.db'}") == other
    assert choose_url(room, "", other) == other, "there is nothing in the classroom's own yet"
    enter(tmp_path / "gradebook.db", student=False)
    assert choose_url(room, "", other) == other
    (tmp_path / "gradebook.db").unlink()
    enter(tmp_path / "gradebook.db")
    with pytest.raises(GradebookError, match=r"with its marks, is .*gradebook\.db, not .*other\.db"):
        choose_url(room, "", other)
    with pytest.raises(GradebookError, match="Leave out --database"):
        choose_url(room, other, own)
    (tmp_path / "gradebook.db").write_text("no database")
    with pytest.raises(GradebookError, match="Leave out --database"):
        choose_url(room, "", other)
    with pytest.raises(GradebookError, match="cannot be used"):
        choose_url(room, "", "no url")


def test_a_path_that_no_url_can_hold_is_refused(tmp_path):
    for name in ("a?b", "a%20b"):
        room = Classroom(tmp_path / name)
        with pytest.raises(GradebookError, match="Rename the folder"):
            choose_url(room, "", None)
    deep = tmp_path.joinpath(*["y" * 99] * 5)
    with pytest.raises(GradebookError, match="Move the folder"):
        choose_url(Classroom(deep), "", None)


def broken(original, invalidated=False):
    return OperationalError("select 1", {}, original, connection_invalidated=invalidated)


class Gone(Exception):
    """What a driver raises, with the server's code."""

    def __init__(self, sqlstate=None):
        super().__init__("gone")
        self.sqlstate = sqlstate


NO_CONNECTION = type("OperationalError", (Gone,), {})


@pytest.mark.parametrize(
    ("error", "gone"),
    [
        (broken(Gone("08006")), True),
        (broken(Gone("57P01")), True),
        (broken(Gone("42601")), False),
        (broken(Gone("42601"), invalidated=True), True),
        (broken(NO_CONNECTION()), True),
        (broken(NO_CONNECTION("42601")), False),
        (broken(sqlite3.OperationalError("locked"), invalidated=True), False),
        (ValueError("x"), False),
        (None, False),
    ],
)
def test_a_server_that_is_gone_is_told_from_one_that_refuses(error, gone):
    assert database._has_gone(error) is gone
    wrapped = InvalidEntry("x")
    wrapped.__context__ = error
    assert database._has_gone(wrapped) is gone


def test_what_fails_because_a_server_is_gone_is_done_again(monkeypatch):
    paused, let_go, left = [], [], [broken(Gone("08006")), broken(Gone("08006"))]
    monkeypatch.setattr(database, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=paused.append))

    def work():
        if left:
            raise left.pop()
        return "done"

    assert patiently(work, lambda: let_go.append(1)) == "done"
    assert len(paused) == 2 and len(let_go) == 3, "the connection is let go after each try"
    left.append(broken(Gone("42601")))
    with pytest.raises(OperationalError):
        patiently(work, lambda: let_go.append(1))
    assert len(let_go) == 4 and len(paused) == 2
    clock = iter([0.0, 30.0, 61.0])
    monkeypatch.setattr(database, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=paused.append))
    left.extend([broken(Gone("08006"))] * 3)
    with pytest.raises(OperationalError):
        patiently(work, lambda: None)
    assert len(left) == 1 and len(paused) == 3, "after a minute nobody waits any longer"


def test_an_error_of_a_database_is_one_sentence():
    with pytest.raises(GradebookError) as caught, database.reworded(f"{PG}ada:s3cr3t@host/x"):
        raise broken(Gone("s3cr3t"))
    words = str(caught.value)
    assert words.startswith(f"The gradebook {PG}ada:***@host/x cannot be used: gone. Fix that, then run the same")
    locked = broken(sqlite3.OperationalError("database is locked"))
    words = r"^/tmp/x\.db is locked by another program\. Close Formgrader"
    with pytest.raises(GradebookError, match=words), database.reworded("sqlite:////tmp/x.db"):
        raise locked
    with pytest.raises(ValueError, match="other"), database.reworded("sqlite://"):
        raise ValueError("other")
