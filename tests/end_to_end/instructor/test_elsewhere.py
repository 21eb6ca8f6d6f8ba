"""Does the same class get the same grades on a cluster, and in a PostgreSQL gradebook?"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from autograder.classroom import workers
from autograder.classroom.folder import ClassroomError
from autograder.classroom.grade import draw_report, grade_class
from autograder.classroom.gradebook import ClassBook, GradebookError, url_of
from autograder.classroom.nbgrader import write_config
from autograder.paths import ROOT
from autograder.sandbox import selftest
from tests.end_to_end.instructor.conftest import SEED, WEIGHTS
from tests.support import classroom as made
from tests.support import jupyterlab

STUDENTS = 8


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A small class, graded on this machine into SQLite."""
    room = tmp_path_factory.mktemp("here") / "room"
    for i in range(STUDENTS):
        wrong = made.mistaken(WEIGHTS)[i // 2]
        library = made.library_with({name: one.function for name, one in wrong.items()}) if i % 2 else None
        made.submit(room, f"student-{i}", WEIGHTS, made.answered(WEIGHTS), library)
    made.submit(room, "untouched", WEIGHTS, made.released(WEIGHTS), made.STUBS)
    made.submit(room, "not-json", WEIGHTS, b"no notebook")
    made.course(room.parent / "course", [WEIGHTS])
    return room, grade(room)


def grade(room, **options):
    shut_in = "process" if selftest.why_not() else "bubblewrap"
    return grade_class(room, [WEIGHTS.name], seed=SEED, isolation=shut_in, course=room.parent / "course", **options)


@pytest.fixture
def elsewhere(here, tmp_path):
    """The same submissions, not yet graded."""
    shutil.copytree(here[0] / "submitted", tmp_path / "class" / "room" / "submitted")
    shutil.copytree(here[0].parent / "course", tmp_path / "class" / "course")
    return tmp_path / "class" / "room"


def totals(room, url=None):
    with ClassBook(url_of(room, url)) as book:
        return book.totals(WEIGHTS.name)


def made_files(room):
    paths = [path for kind in ("autograded", "feedback") for path in (room / kind).rglob("*.*") if path.is_file()]
    return {path.relative_to(room): path.read_bytes() for path in [*paths, *room.glob("*.csv")]}


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler and two workers, each a process of its own."""
    pytest.importorskip("distributed", reason="Dask is not installed, so no cluster was tried")
    where, running = tmp_path / "scheduler.json", []

    def start(*argv):
        command = [sys.executable, "-m", "dask", *argv, "--scheduler-file", str(where)]
        running.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return running[-1]

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", ":0")
        workers = [
            start(
                "worker",
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--dashboard-address",
                ":0",
                "--local-directory",
                str(tmp_path),
            )
            for _ in range(2)
        ]
        yield _address(where), workers
    finally:
        for process in running:
            process.kill()
            process.wait()


def _address(where):
    """What the scheduler's file says, once it is written whole."""
    for _ in range(600):
        with contextlib.suppress(OSError, ValueError):
            return json.loads(where.read_text())["address"]
        time.sleep(0.1)
    raise AssertionError("no Dask scheduler came up within a minute")


@pytest.mark.slow
def test_a_cluster_gives_the_same_grades_and_files_though_a_worker_is_killed(here, elsewhere, cluster):
    address, workers = cluster

    def progress(done, total):
        if done == 4:
            workers[0].kill()

    assert grade(elsewhere, scheduler=address, progress=progress) == here[1]
    assert workers[0].wait(10) == -signal.SIGKILL
    assert workers[1].poll() is None
    assert made_files(elsewhere) == made_files(here[0])
    assert totals(elsewhere) == totals(here[0])


def test_a_worker_with_another_release_is_refused():
    digests = workers._digests([WEIGHTS.name])
    assert workers._why_not("process", digests) is None
    assert "install the same release" in workers._why_not("process", {WEIGHTS.name: "of another release"})
    with pytest.raises(RuntimeError, match="another release"):
        workers._grade_there(None, None, {WEIGHTS.name: "of another release"})


def test_a_scheduler_that_does_not_answer_is_named(elsewhere, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed, so no cluster was tried")
    with pytest.raises(ClassroomError, match="No Dask scheduler answers at nowhere"):
        grade(elsewhere, scheduler="nowhere://1:1")


@pytest.fixture
def postgres():
    """A PostgreSQL server of the test's own, reached by a socket in its folder."""
    pytest.importorskip("psycopg", reason="psycopg is not installed, so no PostgreSQL gradebook was tried")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres")) or list(filter(None, [shutil.which("postgres")]))
    if not found:
        pytest.skip("PostgreSQL is not installed, so no PostgreSQL gradebook was tried")
    programs = Path(found[-1]).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="weightlab-pg-"))
    user = {}
    if os.getuid() == 0:  # the server refuses to run as root
        user = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **user}
    made = [programs / "initdb", "-D", folder / "data", "-U", "teacher", "-A", "trust", "-N"]
    subprocess.run(made, check=True, **quiet)
    server = subprocess.Popen(
        [programs / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
        **quiet,
    )
    try:
        deadline = time.monotonic() + 60
        while not list(folder.glob(".s.PGSQL.*[0-9]")) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        yield f"postgresql://teacher@/postgres?host={folder}"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_postgresql_gradebook_holds_the_same(here, elsewhere, postgres):
    assert grade(elsewhere, database=postgres) == here[1]
    assert totals(elsewhere, postgres) == totals(here[0])
    assert not (elsewhere / "gradebook.db").exists()
    before = made_files(elsewhere)
    assert grade(elsewhere, database=postgres) == here[1]
    assert made_files(elsewhere) == before == made_files(here[0])
    assert draw_report(elsewhere, database=postgres)[0].exists()


@pytest.mark.browser
@pytest.mark.slow
def test_formgrader_works_in_the_same_postgresql_gradebook(elsewhere, postgres):
    """As the guide says: the address in the classroom's configuration, and nothing said on the command line."""
    jupyterlab.require_browser()
    elsewhere.mkdir(exist_ok=True)
    write_config(elsewhere)
    with open(elsewhere / "nbgrader_config.py", "a") as config:
        config.write(f"c.CourseDirectory.db_url = {url_of(elsewhere, postgres)!r}\n")
        config.write(f"c.CourseDirectory.source_directory = {str(elsewhere.parent / 'course')!r}\n")
    grade(elsewhere)
    with ClassBook(url_of(elsewhere, postgres)) as book:
        submission = book.book.find_submission_notebook(WEIGHTS.name, WEIGHTS.name, "student-1").id
    with jupyterlab.server(elsewhere) as address, jupyterlab.browser_page() as page:
        page.goto(f"{address}formgrader/gradebook/{WEIGHTS.name}/{WEIGHTS.name}")
        rows = page.locator("tr", has_text="Submission #")
        rows.first.wait_for()
        assert rows.count() == len(list(elsewhere.glob(f"autograded/*/{WEIGHTS.name}"))) > STUDENTS
        page.goto(f"{address}formgrader/submissions/{submission}/")
        box = page.locator(f"input.score#{next(iter(WEIGHTS.written))}")
        box.fill("1.5")
        with page.expect_response(lambda response: "/api/grade/" in response.url and response.request.method == "PUT"):
            box.press("Tab")
    assert not (elsewhere / "gradebook.db").exists()
    grade(elsewhere)
    with ClassBook(url_of(elsewhere, postgres)) as book:
        marks = {student: stored.grades for student, stored in book.load(WEIGHTS.name).items()}
    given = [(who, name, one.manual_score) for who in marks for name, one in marks[who].items() if one.manual_score]
    assert given == [("student-1", next(iter(WEIGHTS.written)), 1.5)]


def test_a_gradebook_that_does_not_answer_is_named(elsewhere):
    pytest.importorskip("psycopg", reason="psycopg is not installed, so no PostgreSQL gradebook was tried")
    with pytest.raises(GradebookError, match="cannot be used"):
        grade(elsewhere, database="postgresql://teacher@/x?host=/nowhere")
