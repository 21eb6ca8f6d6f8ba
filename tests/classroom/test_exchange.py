"""Does nbgrader's exchange carry libraries and feedback, also for submissions that were collected from zips?"""

from __future__ import annotations

import glob
import json
import logging
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from autograder.classroom import exchange
from autograder.library import CONCEPTS
from autograder.paths import ROOT
from tests.classroom.test_grade import STUDENTS, WEIGHTS, book, fresh, grade, graded_once, room
from tests.support import classroom as made

__all__ = ["fresh", "graded_once", "room"]  # fixtures

_COMMANDS = """
import json, sys
from nbgrader.apps.nbgraderapp import NbGraderApp
for argv in json.loads(sys.argv[1]):
    NbGraderApp.clear_instance()
    NbGraderApp.launch_instance(argv)
"""
"""Commands one after another in one process: the imports of each would cost seconds."""


def nbgrader(*commands):
    argv = [sys.executable, "-c", _COMMANDS, json.dumps([[str(word) for word in command] for command in commands])]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, env=dict(os.environ))
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stderr


def plugin(kind, root, chapter=WEIGHTS.name, **options):
    """Return one of nbgrader's plug-ins as nbgrader makes it, for a course folder."""
    config = Config()
    config.CourseDirectory.update({"root": str(root), "assignment_id": chapter, "student_id_exclude": "eve,fay"})
    config[kind.__name__].update(options)
    made = {"config": config, "log": logging.getLogger("exchange")}
    return kind(coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config), **made)


class TestSubmitting:
    @pytest.fixture
    def copied(self, tmp_path):
        """Return a function that submits a chapter of a student's copy, and returns the submitted files."""
        copy = tmp_path / "copy"
        files = {
            **{"course/nb/nb.ipynb": "{}", "course/nb/weightlab/weights.py": "beside", "course/nb/data/x.csv": "x"},
            "course/nb/weightlab/other.py": "beside",
            **{"src/weightlab/weights.py": "own", ".weightlab/concepts.json": '{"before": {"1": "a"}}'},
        }
        for name, content in files.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_text(content)

        def copied(chapter, library=copy / "src" / "weightlab", without=""):
            if without:
                shutil.rmtree(copy / without)
            target = tmp_path / "target"
            submit = plugin(exchange.SubmitWithLibrary, copy, chapter, library=str(library))
            submit.do_copy(str(copy / "course" / "nb"), str(target))
            found = [path for path in target.rglob("*") if path.is_file()]
            assert (copy / "src/weightlab/weights.py").read_text() == "own"
            return {path.relative_to(target).as_posix(): path.read_text() for path in found}

        return copied

    @pytest.mark.parametrize("without", ["", "course/nb/weightlab"])
    def test_the_library_of_src_is_submitted_and_never_a_folder_beside_the_notebook(self, copied, without):
        assert copied(WEIGHTS.name, without=without) == {
            **{"nb.ipynb": "{}", "data/x.csv": "x", "weightlab/weights.py": "own"},
            CONCEPTS: '{"before": {"1": "a"}}',
        }

    def test_an_assignment_of_another_course_is_submitted_as_it_is(self, copied):
        assert copied("another") == {
            **{"nb.ipynb": "{}", "data/x.csv": "x"},
            **{"weightlab/weights.py": "beside", "weightlab/other.py": "beside"},
        }

    def test_in_this_copy_the_learners_own_record_is_read(self, copied, state, tmp_path, monkeypatch):
        own = tmp_path / "copy" / "src" / "weightlab"
        monkeypatch.setattr(exchange, "LIBRARY", own)
        assert CONCEPTS not in copied(WEIGHTS.name)  # `state` is empty

    @pytest.mark.parametrize("root", [None, "/srv/exchange"])
    def test_a_students_configuration_names_the_instructors_course_and_exchange(self, monkeypatch, root):
        config = Config({"Exchange": {"root": root}} if root else {})
        app = SimpleNamespace(config=config, coursedir=SimpleNamespace(course_id="nets"))
        monkeypatch.setattr(exchange, "load_app", lambda _: app)
        texts = exchange.student_configs()
        assert texts.keys() == {"nbgrader_config.py", "course/nbgrader_config.py"}
        lines = texts["nbgrader_config.py"].splitlines()
        assert "c.CourseDirectory.course_id = 'nets'" in lines
        assert [line for line in lines if "Exchange.root" in line] == ([f"c.Exchange.root = {root!r}"] if root else [])


@pytest.mark.parametrize("structure", ["{student_id}/{assignment_id}", "{assignment_id}/{student_id}"])
def test_feedback_is_released_to_everybody_who_has_a_secret_and_is_not_excluded(tmp_path, caplog, structure):
    before = os.umask(0o077)
    try:
        release_and_compare(tmp_path, caplog, structure)
    finally:
        os.umask(before)


def release_and_compare(tmp_path, caplog, structure):
    caplog.set_level(logging.INFO)
    room, released = tmp_path / "class [1]", tmp_path / "released"
    released.mkdir()
    for student in ("ann", "bo", "eve", "fay", "gil"):
        folder = room / "feedback" / structure.format(student_id=student, assignment_id=WEIGHTS.name)
        folder.mkdir(parents=True)
        (folder / f"{WEIGHTS.name}.html").write_text(student)
        (folder / f"{WEIGHTS.name}.html").chmod(0o600)
        if student != "bo":
            (folder / "submission_secret.txt").write_text(f"{student}'s secret")
    release = plugin(exchange.ReleaseFeedbackWithSecrets, room)
    release.coursedir.directory_structure = "{nbgrader_step}/" + structure
    release.src_path = glob.escape(f"{room}/feedback/") + structure.format(student_id="*", assignment_id=WEIGHTS.name)
    release.dest_path = str(released)
    release.copy_files()
    names = {name: notebook_hash(secret=f"{name}'s secret", notebook_id=WEIGHTS.name) for name in ("ann", "gil")}
    assert {path.name: path.read_text() for path in released.iterdir()} == {
        f"{code}.html": name for name, code in names.items()
    }
    assert {path.stat().st_mode & 0o777 for path in released.iterdir()} == {0o644}
    first, second, third = caplog.messages
    assert first == f"Released feedback for ann on {WEIGHTS.name}"
    assert second.startswith("No feedback released for bo: their submission for 01_weights did not come through")
    assert third == f"Released feedback for gil on {WEIGHTS.name}"


@pytest.mark.slow
def test_every_command_goes_on_without_a_time_or_a_secret(room, tmp_path):
    submitted = room / "submitted"
    (submitted / "ann/01_weights/timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
    (submitted / "ann/01_weights/submission_secret.txt").write_text("ann's secret")
    (submitted / "cy/01_weights/submission_secret.txt").write_text("cy's secret")  # bo has neither time nor secret
    shared = tmp_path / "exchange"
    shared.mkdir()
    where = [f"--course-dir={room}", f"--Exchange.root={shared}"]
    made.submit(room, "dee", WEIGHTS, made.answered(WEIGHTS))
    grade(room)
    before = book(room)
    said = nbgrader(
        ["release_feedback", WEIGHTS.name, *where],
        ["generate_feedback", WEIGHTS.name, "--force", f"--course-dir={room}"],
        ["export", f"--CourseDirectory.root={room}", f"--to={tmp_path / 'grades.csv'}"],
        ["release_feedback", WEIGHTS.name, *where],
        ["list", WEIGHTS.name, "--inbound", *where],
    )
    assert book(room) == before
    released = {path.stem for path in (shared / "weightlab" / "feedback").iterdir()}
    assert released == {notebook_hash(secret=f"{name}'s secret", notebook_id=WEIGHTS.name) for name in ("ann", "cy")}
    for name in ("bo", "dee"):
        assert said.count(f"No feedback released for {name}") == 2
    assert {line.split(",")[3] for line in (tmp_path / "grades.csv").read_text().splitlines()[1:]} >= {*STUDENTS, "dee"}
