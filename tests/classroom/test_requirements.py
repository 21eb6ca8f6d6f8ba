"""Is what a machine lacks for grading said with its remedy, and are notebooks compared with their sources once?"""

from __future__ import annotations

import json
import os

import pytest

from autograder.classroom import grade, requirements
from autograder.classroom.folder import Classroom, ClassroomError
from autograder.sandbox.isolation import Isolation

CHAPTER = "01_weights"


def test_without_the_reference_nothing_is_graded(tmp_path, monkeypatch):
    requirements.require_reference()
    monkeypatch.setattr(requirements, "SOLUTIONS", tmp_path / "solutions")
    with pytest.raises(ClassroomError, match="holds no solutions/"):
        requirements.require_reference()


@pytest.mark.parametrize(
    "work", [lambda room: grade.grade_class(room), lambda room: grade.explain_grade(room, "ada", "apply_weight")]
)
def test_nothing_is_read_where_grading_is_impossible(tmp_path, monkeypatch, work):
    (tmp_path / "submitted" / "ada" / CHAPTER).mkdir(parents=True)
    with monkeypatch.context() as patched, pytest.raises(ClassroomError, match="holds no solutions/"):
        patched.setattr(requirements, "SOLUTIONS", tmp_path / "solutions")
        work(tmp_path)
    monkeypatch.setattr(requirements.selftest, "why_not", lambda: "bubblewrap is missing")
    with pytest.raises(ClassroomError, match="bubblewrap is missing"):
        work(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["submitted"]


def test_an_isolation_is_known_and_possible(monkeypatch):
    monkeypatch.setattr(requirements.selftest, "why_not", lambda: "bubblewrap is missing")
    requirements.require_isolation(Isolation.PROCESS)
    with pytest.raises(ClassroomError, match=r"Isolation is one of .*, not 'none'\."):
        requirements.require_isolation("none")
    with pytest.raises(ClassroomError, match="bubblewrap is missing"):
        requirements.require_isolation(Isolation.BUBBLEWRAP)
    monkeypatch.setattr(requirements.selftest, "why_not", lambda: "")
    requirements.require_isolation(Isolation.BUBBLEWRAP)
    for user, allowed in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        requirements.require_isolation(Isolation.PROCESS)
        if allowed:
            requirements.require_isolation(Isolation.USER)
        else:
            with pytest.raises(ClassroomError, match="needs root"):
                requirements.require_isolation(Isolation.USER)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of one notebook, which is built from its source by naming it; and how often that was done."""
    root, built = tmp_path / "project", []
    course, solutions = root / "course", root / "solutions"
    for name, text in (
        (f"solutions/notebooks/{CHAPTER}.md", "source"),
        (f"course/{CHAPTER}/{CHAPTER}.ipynb", json.dumps({"from": "source"})),
        ("autograder/release.py", "x"),
        ("autograder/exercises/weights.py", "x"),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(requirements, "ROOT", root)
    monkeypatch.setattr(requirements, "COURSE", course)
    monkeypatch.setattr(requirements, "SOLUTIONS", solutions)
    monkeypatch.setattr(requirements, "EXERCISES", root / "autograder" / "exercises")

    def build_notebook(source):
        built.append(source)
        return {"from": source.read_text()}

    monkeypatch.setattr(requirements.release, "build_notebook", build_notebook)
    room = Classroom(tmp_path / "room")

    def require(folder=course, chapters=(CHAPTER,)):
        requirements.require_fresh_release(room, chapters, folder)
        return len(built)

    return root, require


def test_a_notebook_is_compared_again_only_after_a_change(project):
    root, require = project
    assert [require(), require()] == [1, 1]
    for name in ("autograder/exercises/weights.py", "autograder/release.py", "autograder/chapter_notebook.py"):
        before = require()
        (root / name).write_text("changed")
        assert [require(), require()] == [before + 1, before + 1], name


def test_a_notebook_that_does_not_match_is_refused_each_time(project):
    root, require = project
    (root / "solutions" / "notebooks" / f"{CHAPTER}.md").write_text("another source")
    for _ in range(2):
        with pytest.raises(ClassroomError, match=rf"does not match .* run `git checkout \S+{CHAPTER}.ipynb`"):
            require()


def test_what_was_not_built_yet_and_notebooks_elsewhere_are_not_compared(project, tmp_path):
    root, require = project
    assert require(chapters=["02_biases"]) == 0 and require(tmp_path / "own") == 0
    assert require(root / "autograder" / ".." / "course") == 1, "the same folder by another name"
