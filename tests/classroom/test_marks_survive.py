"""Do the marks that people gave survive everything that happens to a class during a term?"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.classroom import gradebook
from autograder.classroom.collecting.collect import collect_submissions
from autograder.classroom.folder import Classroom
from autograder.classroom.grade import run_grading
from autograder.classroom.run import Run
from autograder.cli.main import main
from autograder.exercise import Chapter
from autograder.exercises import CHAPTERS
from autograder.paths import ROOT
from tests.classroom.test_grade import WEIGHTS, WRITTEN, fresh, grade, graded_once, room
from tests.support import classroom as made
from tests.support.downloads import zipped

__all__ = ["fresh", "graded_once", "room"]  # fixtures
N_MARKS = 48
ADDED = list(WEIGHTS.exercises)[-1]


def chapter_of(exercises):
    """Return the chapter with other exercises."""
    changed = Chapter(WEIGHTS.name, WEIGHTS.title)
    for kind in ("questions", "written"):
        setattr(changed, kind, getattr(WEIGHTS, kind))
    changed.exercises = exercises
    return changed


def marks(room):
    """Return every mark that a person gave: student, cell and points."""
    with sqlite3.connect(room / "gradebook.db") as db:
        return {
            (student, cell): score
            for student, cell, score in db.execute(
                "select submitted_assignment.student_id, base_cell.name, manual_score from grade "
                "join base_cell on base_cell.id = cell_id "
                "join submitted_notebook on submitted_notebook.id = grade.notebook_id "
                "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id "
                "where manual_score is not null"
            )
        }


def give_marks(room):
    """Mark as many cells as the test promises, each with different points."""
    given = 0
    with Gradebook(gradebook.url_of(room)) as db:
        for submission in db.assignment_submissions(WEIGHTS.name):
            for grade_ in submission.notebooks[0].grades:
                if given < N_MARKS:
                    given += 1
                    grade_.manual_score, grade_.needs_manual_grade = given / 64, False
        db.db.commit()


def test_forty_eight_marks_survive_every_operation(fresh, tmp_path, monkeypatch):
    for n in range(6):
        shutil.copytree(fresh / "submitted/ann", fresh / f"submitted/more-{n}")
    before = chapter_of({name: one for name, one in WEIGHTS.exercises.items() if name != ADDED})
    with monkeypatch.context() as patch:
        patch.setitem(CHAPTERS, WEIGHTS.name, before)
        grade(fresh, course=made.course(tmp_path / "before", [before]))
        give_marks(fresh)
        given = marks(fresh)
        assert len(given) == len(set(given.values())) == N_MARKS and len({student for student, _ in given}) > 4

        # A student submits again, and the new submission replaces the old one.
        upload = tmp_path / "in" / "ann.zip"
        upload.parent.mkdir()
        held = fresh / "submitted/ann" / WEIGHTS.name
        files = {
            path.relative_to(held).as_posix(): path.read_bytes() + (b"\n# again\n" if path.suffix == ".py" else b"")
            for path in held.rglob("*")
            if path.is_file()
        }
        upload.write_bytes(zipped(files))
        collected = collect_submissions([upload], fresh, WEIGHTS.name, replace=True)
        assert [row.student for row in collected.rows if row.taken] == ["ann"]
        assert (held / "weightlab/weights.py").read_bytes().endswith(b"# again\n")
        grade(fresh, course=tmp_path / "before")
        assert marks(fresh) == given

    # An exercise is added.
    assert grade(fresh)["ann"]["score"] == 16
    assert marks(fresh) == given
    assert ADDED in {row[2] for row in made.gradebook(fresh, "ann")}

    # An exercise's points are changed.
    first = next(iter(WEIGHTS.exercises.values()))
    aspect = next(iter(first.aspects))
    richer = replace(first, aspects=first.aspects | {aspect: first.aspects[aspect] + 1})
    changed = chapter_of(WEIGHTS.exercises | {first.name: richer})
    with monkeypatch.context() as patch:
        patch.setitem(CHAPTERS, WEIGHTS.name, changed)
        assert grade(fresh, course=made.course(tmp_path / "changed", [changed]))["ann"]["points"] == 17
        assert marks(fresh) == given
    assert grade(fresh)["ann"]["points"] == 16
    assert marks(fresh) == given

    # A student gets an extension.
    extended = ["extension", "bo", WEIGHTS.name, "--days", "3", "--classroom", str(fresh)]
    ran = CliRunner().invoke(main, extended)
    assert ran.exit_code == 0, ran.output
    grade(fresh)
    assert marks(fresh) == given

    # A student is dropped: their submission goes, and their marks wait in case they come back.
    shutil.rmtree(fresh / "submitted/bo")
    assert "bo" not in Classroom(fresh).students()
    grade(fresh)
    assert marks(fresh) == given


def interrupted(*_):
    raise KeyboardInterrupt


def test_a_mark_that_was_given_for_other_points_is_told_by_the_first_run_that_ends(fresh, tmp_path, monkeypatch):
    grade(fresh)
    with Gradebook(gradebook.url_of(fresh)) as db:
        for student in ("ann", "cy"):
            mark = db.find_grade(WRITTEN, WEIGHTS.name, WEIGHTS.name, student)
            mark.manual_score, mark.needs_manual_grade = 1.5, False
        db.db.commit()
    changed = chapter_of(WEIGHTS.exercises)
    changed.written = WEIGHTS.written | {WRITTEN: replace(WEIGHTS.written[WRITTEN], points=1.0)}
    monkeypatch.setitem(CHAPTERS, WEIGHTS.name, changed)
    options = {"seed": 7, "isolation": "process", "jobs": 1, "course": made.course(tmp_path / "changed", [changed])}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Run, "flush", interrupted)
        run_grading(fresh, [WEIGHTS.name], **options)
    old, mean = WEIGHTS.written[WRITTEN].points, "2 marks were given by hand"
    [said] = run_grading(fresh, [WEIGHTS.name], **options).notices
    assert said.startswith(f"{WEIGHTS.name}: {WRITTEN} now has 1 point. {mean} when it had {old:g} points")
    assert not run_grading(fresh, [WEIGHTS.name], **options).notices
    assert [score for (_, cell), score in marks(fresh).items() if cell == WRITTEN] == [1.5, 1.5]


@pytest.mark.slow
def test_the_folders_of_a_dropped_student_do_not_break_generate_feedback(room):
    page = room / "feedback/bo/01_weights/01_weights.html"
    with Gradebook(gradebook.url_of(room)) as db:
        db.remove_student("bo")
    shutil.rmtree(room / "submitted/bo")
    kept = page.read_bytes()
    other = room / "feedback/ann/01_weights/01_weights.html"
    other.unlink()
    ran = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_feedback", WEIGHTS.name, "--force", "--course-dir", str(room)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert other.is_file() and page.read_bytes() == kept
    assert "No feedback for bo" in ran.stderr
