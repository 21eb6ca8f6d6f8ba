"""Are workers closed, processors counted and refusals made, before a whole class is graded?"""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from autograder.classroom import grade, nbgrader
from autograder.classroom.folder import Classroom, ClassroomError
from autograder.classroom.work import Tools
from autograder.paths import COURSE
from autograder.refusal import Refusal

CHAPTER = "01_weights"
PROCESSORS = {0: {0, 1, 2}}
"""The processors of this process, which is the number 0 in such a question."""


@pytest.fixture
def work_through(monkeypatch):
    """Let workers that only note what happens do a run's tasks; return whether there were any, and what happened."""
    monkeypatch.setattr(grade.os, "sched_getaffinity", PROCESSORS.__getitem__)
    monkeypatch.setattr(grade, "stream", lambda workers, tasks, waiting: tasks)

    def work_through(tasks, jobs=None, scheduler=None, collect=None, done=None, waiting=None):
        done = [] if done is None else done

        def begin(kind, tools, *about):
            done.append((kind, tools.keys, about[0]))
            return SimpleNamespace(close=lambda: done.append("closed"))

        monkeypatch.setattr(grade, "LocalWorkers", lambda *about: begin("local", *about))
        monkeypatch.setattr(grade, "DaskWorkers", lambda *about: begin("cluster", *about))
        run = SimpleNamespace(
            tasks=lambda: iter(tasks),
            pack_keys=lambda jobs, lock: {"packed in": jobs},
            collect=collect or (lambda graded, book: done.append(graded)),
            notices=[],
        )
        return grade._work_through(run, "book", 3, Tools("process", {}, {}), jobs, scheduler, waiting), done

    return work_through


@pytest.mark.parametrize(
    ("jobs", "scheduler", "begun"),
    [
        (None, None, ("local", {"packed in": 3}, 3)),
        (2, None, ("local", {"packed in": 2}, 2)),
        (2, "tcp://there", ("cluster", {"packed in": 2}, "tcp://there")),
    ],
)
def test_workers_do_every_task_and_are_closed(work_through, jobs, scheduler, begun):
    assert work_through(["a", "b"], jobs, scheduler) == (True, [begun, "a", "b", "closed"])


def test_a_submission_that_takes_long_is_named(work_through, monkeypatch):
    said, task = [], SimpleNamespace(submission=SimpleNamespace(student="ann", chapter=CHAPTER))

    def stream(workers, tasks, waiting):
        waiting(task, 4.0)
        return tasks

    monkeypatch.setattr(grade, "stream", stream)
    work_through(["a"])
    work_through(["a"], waiting=lambda *about: said.append(about))
    assert said == [("ann", CHAPTER, 4.0)]


def test_without_tasks_no_worker_is_started(work_through):
    assert work_through([]) == (False, [])


def test_workers_are_closed_where_a_result_cannot_be_kept(work_through):
    said = []

    def collect(graded, book):
        raise ClassroomError("the disk is full")

    with pytest.raises(ClassroomError, match="the disk is full"):
        work_through(["a"], collect=collect, done=said)
    assert said[1:] == ["closed"]


def test_an_id_that_nobody_has_is_said_to_be_unknown(tmp_path):
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    with pytest.raises(ClassroomError, match=r"Nobody in .* has the id 'eve'"):
        grade.explain_grade(tmp_path, "eve", "apply_weight", isolation="process")


@pytest.mark.parametrize("student", ["ada", "bo", "cy"])
def test_only_a_notebook_that_was_submitted_is_explained(tmp_path, student):
    """Bo has a folder without a notebook, Ada a folder of another name, and Cy is on the roster only."""
    (tmp_path / "roster.csv").write_text("id\nada\ncy\n")
    (tmp_path / "submitted" / "bo" / CHAPTER).mkdir(parents=True)
    (tmp_path / "submitted" / "ada" / "02_biases").mkdir(parents=True)
    (tmp_path / "submitted" / "ada" / "02_biases" / "02_biases.ipynb").write_text("{}")
    with pytest.raises(ClassroomError, match=f"'{student}' has not submitted a notebook of {CHAPTER}"):
        grade.explain_grade(tmp_path, student, "apply_weight", isolation="process")


@pytest.mark.parametrize(
    ("folders", "asked", "chosen"),
    [
        (["bo/02_biases", "ann/01_weights", "cy/02_biases"], [], ["01_weights", "02_biases"]),
        (["ann/01_weights"], ["02_biases", "01_weights", "02_biases"], ["02_biases", "01_weights"]),
        (["ann/99_other"], [], "Nobody has submitted a chapter"),
        ([], [], "Nobody has submitted a chapter"),
        (None, ["01_weights"], "is missing. Run `weightlab collect`"),
        (["ann/01_weights"], ["99_other"], "99_other"),
    ],
)
def test_what_was_submitted_is_graded_or_what_was_asked_for(tmp_path, folders, asked, chosen):
    for folder in folders or ():
        (tmp_path / "submitted" / folder).mkdir(parents=True)
    if folders == []:
        (tmp_path / "submitted").mkdir()
    if isinstance(chosen, list):
        assert grade._choose_chapters(Classroom(tmp_path), asked) == chosen
    else:
        with pytest.raises(Refusal, match=chosen):
            grade._choose_chapters(Classroom(tmp_path), asked)


class StopError(Exception):
    """Raised where a run would begin."""


@pytest.mark.parametrize(
    ("asked", "seed", "options"),
    [
        ({}, None, (False, False, None)),
        ({"seed": 0}, 0, (False, False, None)),
        ({"run_notebooks": True}, None, (True, False, None)),
        ({"retry": True, "progress": max}, None, (False, True, max)),
        ({"course": "own"}, None, (False, False, None)),
    ],
    ids=str,
)
def test_a_run_does_what_was_asked_for_with_the_notebooks_that_were_handed_out(
    tmp_path, monkeypatch, asked, seed, options
):
    room, compared = tmp_path / "room", []
    (room / "submitted" / "ann" / CHAPTER).mkdir(parents=True)

    def begin(classroom, seed, config, released, *options):
        raise StopError(seed, released, options)

    monkeypatch.setattr(grade, "Run", begin)
    monkeypatch.setattr(grade.requirements, "require_fresh_release", lambda *about: compared.append(about[1:]))
    released = nbgrader.read_released(CHAPTER, COURSE)
    if own := "course" in asked:
        asked, released = {"course": tmp_path}, {"cells": []}
        (tmp_path / CHAPTER).mkdir()
        (tmp_path / CHAPTER / f"{CHAPTER}.ipynb").write_text(json.dumps(released))
    with pytest.raises(StopError) as stopped:
        grade.run_grading(room, isolation="process", **asked)
    drawn = Classroom(room).read_seed()
    assert stopped.value.args == (drawn if seed is None else seed, {CHAPTER: released}, options)
    assert compared == ([] if own else [([CHAPTER], COURSE)])
    assert (room / "nbgrader_config.py").exists()


@pytest.mark.parametrize(
    "work", [grade.draw_report, lambda room: grade.explain_grade(room, "ada", "apply_weight", isolation="process")]
)
def test_a_folder_that_is_no_classroom_stays_as_it_is(tmp_path, work):
    with pytest.raises(ClassroomError, match="so it is not a classroom"):
        work(tmp_path)
    assert not [*tmp_path.iterdir()]
