"""Reports the points of a learner's copy to GitHub Classroom, from a workflow that runs at each push."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from .. import card, released_notebooks
from ..exercise import Chapter
from ..judging.verdict import Status, Verdict
from ..numbers import judge_numbers, malformed_numbers
from ..paths import COURSE
from ..submitted_notebook import MalformedNotebook, read_notebook
from .check import check_library


def judge_copy(chapters: Iterable[Chapter]) -> list[Verdict]:
    """Return the verdicts on the library's functions and the notebooks' numbers, chapter by chapter."""
    chapters = list(chapters)
    functions = {
        verdict.exercise: verdict
        for verdict in check_library(exercise for chapter in chapters for exercise in chapter.exercises.values())
    }
    verdicts = []
    for chapter in chapters:
        verdicts += [functions[name] for name in chapter.exercises]
        try:
            notebook = (COURSE / chapter.name / f"{chapter.name}.ipynb").read_bytes()
            verdicts += judge_numbers(chapter, read_notebook(released_notebooks.read(chapter.name), notebook))
        except OSError as error:
            verdicts += malformed_numbers(chapter, f"{chapter.name}.ipynb cannot be read ({error.strerror}).")
        except MalformedNotebook as error:
            verdicts += malformed_numbers(chapter, f"{chapter.name}.ipynb cannot be read: {error}, and push again.")
    return verdicts


def as_output(verdict: Verdict) -> str:
    """Return a result as a line of a workflow step's outputs, in the form that GitHub Classroom's reporter reads."""
    test: dict[str, Any] = {
        "name": verdict.exercise,
        "status": _STATUS.get(verdict.status, "fail"),
        "score": verdict.score or 0,
        "message": card.plain(verdict),
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "duration": 0,
    }
    result = {"version": 1, "status": test["status"], "max_score": verdict.points, "tests": [test]}
    return f"{verdict.exercise}={base64.b64encode(json.dumps(result).encode()).decode()}\n"


_STATUS = {Status.PASSED: "pass", Status.UNJUDGED: "error"}
"""GitHub's words. An exercise without full marks has failed, and keeps its points."""
