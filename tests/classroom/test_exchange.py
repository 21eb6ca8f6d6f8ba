"""Do nbgrader's commands continue if a submission has no time or no secret, like all that were collected from zips?"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from nbgrader.utils import notebook_hash

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


@pytest.mark.slow
def test_every_command_goes_on_without_a_time_or_a_secret(room, tmp_path):
    submitted = room / "submitted"
    (submitted / "ann/01_weights/timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
    (submitted / "ann/01_weights/submission_secret.txt").write_text("ann's secret")
    (submitted / "cy/01_weights/submission_secret.txt").write_text("cy's secret")  # bo has neither time nor secret
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    where = [f"--course-dir={room}", f"--Exchange.root={exchange}"]
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
    released = {path.stem for path in (exchange / "weightlab" / "feedback").iterdir()}
    assert released == {notebook_hash(secret=f"{name}'s secret", notebook_id=WEIGHTS.name) for name in ("ann", "cy")}
    for name in ("bo", "dee"):
        assert said.count(f"No feedback released for {name}") == 2
    assert {line.split(",")[3] for line in (tmp_path / "grades.csv").read_text().splitlines()[1:]} >= {*STUDENTS, "dee"}
