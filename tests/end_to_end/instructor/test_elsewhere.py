"""Does the same class get the same grades on a cluster, and in a PostgreSQL gradebook?"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from autograder.classroom import cluster as dask_workers
from autograder.classroom.folder import ClassroomError
from autograder.classroom.grade import draw_report, grade_class, run_grading
from autograder.classroom.gradebook import ClassBook, GradebookError, url_of
from autograder.classroom.nbgrader import write_config
from autograder.paths import ROOT
from autograder.sandbox import selftest
from tests.end_to_end.instructor.conftest import SEED, WEIGHTS
from tests.support import classroom as made
from tests.support import jupyterlab
from tests.support.postgres import Server

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


class Cluster:
    """A Dask scheduler and its workers, each in a separate process."""

    def __init__(self, folder):
        self.where, self.folder, self.running, self.workers = folder / "scheduler.json", folder, [], []
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", ":0")

    def _start(self, *argv):
        command = [sys.executable, "-m", "dask", *argv, "--scheduler-file", str(self.where)]
        self.running.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return self.running[-1]

    @property
    def address(self):
        return _address(self.where)

    def add_worker(self, preload=""):
        """Start a worker; what it preloads can give it another release, or make it lie."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--dashboard-address", ":0"]
        if preload:
            path = self.folder / f"preload_{len(self.workers)}.py"
            path.write_text(preload)
            options += ["--preload", str(path)]
        self.workers.append(self._start("worker", *options, "--local-directory", str(self.folder)))
        return self.workers[-1]

    def wait_for_workers(self, count):
        from distributed import Client

        with Client(self.address, timeout="20s", set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)

    def close(self):
        for process in self.running:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler without any worker yet."""
    pytest.importorskip("distributed", reason="Dask is not installed, so no cluster was tried")
    made_here = Cluster(tmp_path)
    try:
        yield made_here
    finally:
        made_here.close()


def _address(where):
    """Return what the scheduler's file says, once it is completely written."""
    for _ in range(600):
        with contextlib.suppress(OSError, ValueError):
            return json.loads(where.read_text())["address"]
        time.sleep(0.1)
    raise AssertionError("no Dask scheduler came up within a minute")


@pytest.mark.slow
def test_workers_come_and_go_and_the_grades_and_files_are_the_same(here, elsewhere, cluster):
    """One worker is killed, and later all that were there at the start, after another one has joined."""
    first, second = cluster.add_worker(), cluster.add_worker()

    def progress(done, total):
        if done == 2:
            first.kill()
        if done == 4 and len(cluster.workers) == 2:
            cluster.add_worker()
            second.kill()

    assert grade(elsewhere, scheduler=cluster.address, progress=progress) == here[1]
    assert first.wait(10) == second.wait(10) == -signal.SIGKILL
    assert cluster.workers[2].poll() is None
    assert made_files(elsewhere) == made_files(here[0])
    assert totals(elsewhere) == totals(here[0])


OF_ANOTHER_RELEASE = """
from autograder.classroom import cluster
cluster._digests = lambda chapters: {name: "of another release" for name in chapters}
"""
LIAR = """
from dataclasses import replace
from autograder.classroom import cluster
from autograder.classroom.work import grade_submission as honest
def lie(task, tools):
    found = honest(task, tools)
    return replace(found, result=replace(found.result, automatic=dict.fromkeys(found.result.automatic, float("nan"))))
cluster.grade_submission = lie
"""
DYING = """
import os
from autograder.classroom import cluster
cluster.why_not = cluster._digests = lambda *_: os._exit(1)
"""


@pytest.mark.slow
def test_a_worker_that_cannot_be_used_is_named_and_retired_and_costs_nobody_anything(here, elsewhere, cluster):
    others = [cluster.add_worker(preload) for preload in (OF_ANOTHER_RELEASE, LIAR, DYING)]
    cluster.wait_for_workers(3)
    good = cluster.add_worker()
    cluster.wait_for_workers(4)
    found = run_grading_of(elsewhere, scheduler=cluster.address)
    assert found.entries == here[1]
    said = " ".join(found.notices)
    assert "install the same release on both" in said and "a score is negative or above its maximum" in said
    assert all(line.startswith("The worker tcp://127.0.0.1:") for line in found.notices)
    assert [worker.wait(20) is not None for worker in others] == [True] * 3 and good.poll() is None
    assert totals(elsewhere) == totals(here[0])


def run_grading_of(room, **options):
    shut_in = "process" if selftest.why_not() else "bubblewrap"
    return run_grading(room, [WEIGHTS.name], seed=SEED, isolation=shut_in, course=room.parent / "course", **options)


@pytest.mark.slow
def test_where_no_worker_can_be_used_the_reason_is_said(elsewhere, cluster, monkeypatch):
    cluster.add_worker(OF_ANOTHER_RELEASE)
    cluster.wait_for_workers(1)
    monkeypatch.setattr(dask_workers, "_FIRST_WORKER", 1)  # what is waited for in vain, once it is refused
    with pytest.raises(ClassroomError, match=r"The last worker was refused: .*install the same release"):
        grade(elsewhere, scheduler=cluster.address)


def test_a_scheduler_that_does_not_answer_is_named(elsewhere, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed, so no cluster was tried")
    with pytest.raises(ClassroomError, match="No Dask scheduler answers at nowhere"):
        grade(elsewhere, scheduler="nowhere://1:1")


@pytest.fixture
def postgres():
    """A PostgreSQL server for this test only."""
    server = Server()
    try:
        yield server.url
    finally:
        server.close()


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
    """As in the guide: the URL is in the classroom's configuration, and the command line does not mention it."""
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
        page.locator("input.score[placeholder]").first.wait_for()
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
