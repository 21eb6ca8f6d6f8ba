"""Makes a Dask worker (``dask worker --preload``) grade one submission per chapter and send its result for all others.

What is left is the cost of a cluster apart from the work itself: reading, sending, entering, writing.
"""

from __future__ import annotations

from dataclasses import replace

from autograder.classroom import cluster
from autograder.classroom.work import GradedSubmission, GradingTask

_graded: dict[str, tuple[str, GradedSubmission]] = {}


def _grade_once(task: GradingTask, order: cluster.Order) -> object:
    chapter = task.submission.chapter
    if chapter not in _graded:
        came = _really(task, order)
        if not isinstance(came, tuple):  # it lacks something, and asks for it
            return came
        _graded[chapter] = came
    worker, model = _graded[chapter]
    entry = model.result.entry | {"student": task.submission.student}
    result = replace(model.result, inputs=task.inputs, entry=entry)
    notebook, page = (
        content.replace(model.result.seal.encode(), result.seal.encode()) for content in (model.notebook, model.page)
    )
    return worker, replace(model, result=result, notebook=notebook, page=page)


def dask_setup(worker: object) -> None:
    """Replace the real function with the cheap one; tasks refer to it by its module and name."""
    cluster.grade_there = _grade_once


_really = cluster.grade_there
