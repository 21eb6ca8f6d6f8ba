"""Does a class have one gradebook, remembered without its password, and does a run survive a restart of its server?"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import threading

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from autograder.classroom import database, nbgrader
from autograder.classroom.database import GradebookError, is_same, place_of, url_of
from autograder.classroom.folder import Classroom
from autograder.classroom.grade import draw_report
from autograder.classroom.gradebook import ClassBook
from autograder.classroom.run import Run
from autograder.cli.main import main
from tests.classroom.test_grade import STUDENTS, WEIGHTS, WRITTEN, book, fresh, grade, graded_once, room
from tests.support import classroom as made
from tests.support.postgres import Server

__all__ = ["fresh", "graded_once", "room"]  # fixtures
SCORES = [16, 0, 14]


@pytest.fixture(scope="module")
def server():
    server = Server()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def postgres(server):
    """The URL of an empty database."""
    name = f"class_{os.urandom(4).hex()}"
    server.run(f"create database {name}")
    return server.url_of(name)


def scores(entries):
    return [entries[student]["score"] for student in STUDENTS]


def elsewhere(tmp_path, name="elsewhere"):
    return f"sqlite:///{tmp_path / f'{name}.db'}"


def test_the_database_is_remembered_and_nbgrader_follows(fresh, tmp_path):
    url = elsewhere(tmp_path)
    assert scores(grade(fresh, database=url)) == SCORES
    with Gradebook(url_of(fresh, url)) as db:
        mark = db.find_grade(WRITTEN, WEIGHTS.name, WEIGHTS.name, "ann")
        mark.manual_score, mark.needs_manual_grade = 1.5, False
        db.db.commit()
    assert scores(grade(fresh)) == SCORES
    assert not (fresh / "gradebook.db").exists()
    assert "ann,01_weights,graded,16,16,17.5,21" in (fresh / "grades.csv").read_text()
    assert draw_report(fresh)[0].exists()
    said = CliRunner().invoke(main, ["extension", "bo", WEIGHTS.name, "--days", "1", "--classroom", str(fresh)])
    assert said.exit_code == 0, said.output
    with Gradebook(url_of(fresh, url)) as db:
        assert db.find_submission(WEIGHTS.name, "bo").extension.days == 1
    directory = nbgrader.load_app(fresh).coursedir
    assert is_same(directory.db_url, url)
    (ann,) = [one for one in NbGraderAPI(directory).get_submissions(WEIGHTS.name) if one["student"] == "ann"]
    assert (ann["score"], ann["max_score"]) == (17.5, 21)


def test_who_does_not_own_the_tables_grades_without_the_indexes(server, postgres):
    """On PostgreSQL nobody but a table's owner may index it."""
    name, role = postgres.partition("@/")[2].partition("?")[0], f"grader_{os.urandom(4).hex()}"
    Gradebook(url_of(None, postgres)).close()
    server.run(f"create role {role} login")
    server.run(f"grant select, insert, update, delete on all tables in schema public to {role}", name)
    server.run(f"grant create on schema public to {role}", name)
    ClassBook(url_of(None, postgres.replace("teacher@", f"{role}@")), "weightlab").book.close()
    indexes = "select count(*) from pg_indexes where indexname like 'weightlab_%'"
    assert server.run(indexes, name) == [(0,)]
    ClassBook(url_of(None, postgres), "weightlab").book.close()
    assert server.run(indexes, name) == [(3,)]


@pytest.mark.parametrize("kind", ["elsewhere", "gradebook"])
def test_another_database_is_refused_in_one_sentence(kind, request, tmp_path):
    if kind == "elsewhere":
        classroom, known = request.getfixturevalue("fresh"), elsewhere(tmp_path)
        grade(classroom, database=known)
    else:
        classroom = request.getfixturevalue("room")
        known = f"sqlite:///{classroom / 'gradebook.db'}"
    before = made_files(classroom)
    with pytest.raises(GradebookError, match=rf"classroom, with its marks, is \S*{kind}.db, not \S*other.db"):
        grade(classroom, database=elsewhere(tmp_path, "other"))
    with pytest.raises(GradebookError, match="Leave out --database"):
        draw_report(classroom, database=elsewhere(tmp_path, "other"))
    assert made_files(classroom) == before and not (tmp_path / "other.db").exists()
    assert scores(grade(classroom, database=known)) == SCORES


def made_files(classroom):
    return {path: path.read_bytes() for path in classroom.rglob("*") if path.is_file()}


def test_an_empty_gradebook_in_the_classroom_gives_way(fresh, tmp_path):
    ClassBook(url_of(fresh), "weightlab").book.close()
    assert scores(grade(fresh, database=elsewhere(tmp_path))) == SCORES


def test_a_configuration_of_ones_own_decides(fresh, tmp_path):
    own = nbgrader.CONFIG + f"c.CourseDirectory.db_url = {elsewhere(tmp_path)!r}\n"
    (fresh / "nbgrader_config.py").write_text(own)
    grade(fresh)
    with pytest.raises(GradebookError, match="Leave out --database"):
        grade(fresh, database=elsewhere(tmp_path, "other"))
    grade(fresh, database=elsewhere(tmp_path))
    assert (fresh / "nbgrader_config.py").read_text() == own


def test_a_relative_path_means_the_same_file_from_everywhere(fresh, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    grade(fresh, database="sqlite:///near.db")
    monkeypatch.chdir("/")
    assert scores(grade(fresh)) == SCORES and (tmp_path / "near.db").exists()


SECRET = "s3cr3t/?@word"
WITH_PASSWORD = (
    "postgresql://ada:s3cr3t%2F%3F%40word@/nowhere?host=/nowhere",
    "postgresql://ada@/nowhere?host=/nowhere&password=s3cr3t",
    "postgresql://ada:s3cr3t@nowhere.invalid:99999999/x",
    "no url at all: host=x password='s3cr3t word'",
    "postgresql://ada:s3cr3t/@[::/x",
    "mysql+nothing://ada:s3cr3t@x/y",
)


@pytest.mark.parametrize("url", WITH_PASSWORD)
def test_no_password_is_printed_or_logged(fresh, url, caplog):
    argv = ["grade", "--classroom", str(fresh), "--isolation", "process", "--database", url]
    ran = CliRunner().invoke(main, argv)
    assert ran.exit_code == 1 and ran.output.count("\n") == 1 and "cannot be used" in ran.output
    assert "s3cr3t" not in ran.output + caplog.text
    assert "s3cr3t" not in place_of(url_of(fresh, url))
    assert not (fresh / ".weightlab/database").exists()


def test_what_is_remembered_is_closed_to_others_and_leaves_the_password_out_of_the_configuration(tmp_path):
    room = Classroom(tmp_path / "class")
    url = url_of(room.root, "postgresql://ada:s3cr3t@host/name")
    database.remember(room, url, url_of(room.root))
    database.remember(room, url, url)
    assert stat.S_IMODE((room.root / ".weightlab/database").stat().st_mode) == 0o600
    config = (room.root / "nbgrader_config.py").read_text()
    assert "s3cr3t" not in config and config.count("db_url") == 1
    assert nbgrader.Configuration(room.root).url == url
    database.remember(room, url.replace("s3cr3t", "n3w"), url)  # with another password it is the same database
    assert "n3w" in nbgrader.Configuration(room.root).url


def test_which_urls_name_one_database():
    one = "postgresql+psycopg://ada:x@host/name?sslmode=require"
    assert is_same(one, "postgresql+psycopg://bo:y@host:5432/name?sslmode=require")
    assert not is_same(one, "postgresql+psycopg://ada:x@host:5433/name?sslmode=require")
    assert not is_same(one, "postgresql+psycopg://ada:x@host/other?sslmode=require")
    assert is_same("sqlite:////tmp/x.db", "sqlite:////tmp/../tmp/x.db?timeout=60")
    assert not is_same("sqlite:////tmp/x.db", "sqlite:////tmp/y.db")
    assert not is_same("sqlite://", "sqlite:////tmp/y.db")  # in memory
    assert is_same("mysql://host/name", "mysql://host/name") and not is_same("mysql://host:1/name", "mysql://host/name")


def test_a_copied_classroom_and_another_course_are_refused(fresh, tmp_path):
    url = elsewhere(tmp_path)
    grade(fresh, database=url)
    copy = fresh.parent / "copy"
    shutil.copytree(fresh, copy)
    with pytest.raises(GradebookError, match="of which this one is a copy"):
        grade(copy)
    assert scores(grade(fresh)) == SCORES
    shutil.rmtree(fresh)  # as if it was moved
    assert scores(grade(copy)) == SCORES
    with Gradebook(elsewhere(tmp_path, "physics"), "physics") as db:
        db.add_assignment("mechanics")
    other = fresh.parent / "third"
    made.submit(other, "zoe", WEIGHTS, made.answered(WEIGHTS))
    with pytest.raises(GradebookError, match="already holds another course: physics"):
        grade(other, database=elsewhere(tmp_path, "physics"))


def in_transaction(server):
    clients = "backend_type = 'client backend' and pid <> pg_backend_pid()"
    return server.run(f"select state, query from pg_stat_activity where {clients}")


def test_no_transaction_and_no_connection_stays_open_while_workers_work(server, postgres, fresh, monkeypatch):
    seen = []
    collect = Run.collect
    monkeypatch.setattr(Run, "collect", lambda self, *rest: (seen.append(in_transaction(server)), collect(self, *rest)))
    assert scores(grade(fresh, database=postgres)) == SCORES
    assert seen == [[], [], []]


def test_a_server_that_restarts_is_waited_for(server, postgres, fresh, graded_once, monkeypatch):
    monkeypatch.setattr(database, "_PAUSE", 0.05)
    collect, save, starting = Run.collect, ClassBook.save, []

    def restart():
        server.stop()
        starting.append(threading.Timer(0.5, server.start))
        starting[-1].start()

    def restart_while_writing(self, *rest):
        execute = self.book.db.execute
        calls = []

        def interrupted(*args, **kwargs):
            if len(calls) == 5 and len(starting) == 1:
                starting[0].join()
                restart()
            result = execute(*args, **kwargs)
            calls.append(args)
            return result

        monkeypatch.setattr(self.book.db, "execute", interrupted)
        return save(self, *rest)

    def restart_between(self, *rest):
        if not starting:
            restart()
        return collect(self, *rest)

    monkeypatch.setattr(Run, "collect", restart_between)
    monkeypatch.setattr(ClassBook, "save", restart_while_writing)
    assert scores(grade(fresh, database=postgres)) == SCORES
    for timer in starting:
        timer.join()
    assert len(starting) == 2
    with (
        ClassBook(url_of(fresh, postgres), "weightlab") as here,
        ClassBook(url_of(graded_once / "room"), "weightlab") as there,
    ):
        assert here.totals(WEIGHTS.name) == there.totals(WEIGHTS.name)
        assert {len(stored.grades) for stored in here.load(WEIGHTS.name).values()} == {len(there_cells(there))}


def there_cells(there):
    return next(iter(there.load(WEIGHTS.name).values())).grades


def test_a_server_that_does_not_come_back_is_named(server, postgres, fresh, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.2)
    monkeypatch.setattr(database, "_PAUSE", 0.05)
    collect = Run.collect

    def stop(self, *rest):
        server.stop()
        return collect(self, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(Run, "collect", stop)
        try:
            with pytest.raises(GradebookError, match="cannot be used"):
                grade(fresh, database=postgres)
        finally:
            server.start()
    assert scores(grade(fresh)) == SCORES


@pytest.mark.parametrize("kind", ["postgres", "sqlite"])
def test_two_first_runs_on_an_empty_database_do_not_collide(kind, request, tmp_path):
    """Each makes its tables if there are none; only one classroom gets the database."""
    url = request.getfixturevalue("postgres") if kind == "postgres" else elsewhere(tmp_path)
    rooms = [Classroom(tmp_path / f"room-{i}") for i in range(4)]
    begin, ended = threading.Barrier(len(rooms)), []

    def claim(room):
        try:
            begin.wait()
            with ClassBook(url_of(room.root, url), "weightlab") as first:
                first.claim(room)
            ended.append("has it")
        except Exception as error:
            ended.append(f"{type(error).__name__} {error}")

    threads = [threading.Thread(target=claim, args=[room]) for room in rooms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended.count("has it") == 1
    assert all("belongs to the classroom" in words for words in ended if words != "has it"), ended
    with Gradebook(url_of(tmp_path, url)) as db:
        from sqlalchemy import text

        assert len(db.db.execute(text("select * from alembic_version")).all()) == 1
        assert len(db.db.execute(text("select * from weightlab_classroom")).all()) == 1


def test_what_a_person_enters_while_workers_work_stays(room, monkeypatch):
    """The written answer is marked, and a mark given, after the run has read the gradebook and before it writes."""
    module = room / "submitted/ann/01_weights/weightlab/weights.py"
    module.write_text(module.read_text().replace("def apply_weight(", "def _spare("))
    read = Run.read_gradebook

    def read_then_mark(self, gradebook):
        read(self, gradebook)
        with contextlib.closing(sqlite3.connect(room / "gradebook.db")) as db, db:
            cell = "(select id from base_cell where name = ?)"
            for name, score in (("apply_weight", 1.0), (WRITTEN, 2.0)):
                changed = f"update grade set manual_score = ?, needs_manual_grade = 0 where cell_id in {cell}"
                db.execute(changed, [score, name])

    monkeypatch.setattr(Run, "read_gradebook", read_then_mark)
    grade(room)
    rows = [row for row in book(room)["grades"] if "'ann'" in row and ("apply_weight" in row or WRITTEN in row)]
    assert sorted(rows) == sorted(
        [
            "('ann', 'apply_weight', 0.0, 1.0, 1)",  # the score under the mark has changed, so a person looks again
            f"('ann', '{WRITTEN}', None, 2.0, 0)",
        ]
    )


def test_formgraders_list_of_an_assignment_needs_no_scan_for_each_submission(tmp_path):
    """Also in a gradebook that nbgrader itself made; without an index, the list of 300 students takes ten seconds."""
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    Gradebook(url).close()
    for _ in range(2):
        ClassBook(url, "weightlab").book.close()
    question = "select * from submitted_assignment a join submitted_notebook n on n.assignment_id = a.id"
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as db:
        plan = " ".join(row[3] for row in db.execute(f"explain query plan {question} where a.id = 'x'"))
    assert "USING INDEX weightlab_submitted_notebook_assignment_id" in plan, plan
