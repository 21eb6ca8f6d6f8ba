"""Does the first paragraph of each chapter state what the chapter requires?"""

import json
import re

import pytest

from autograder.exercises import CHAPTERS
from autograder.paths import ROOT
from benchmarks.minutes import estimate, stated

NOTEBOOKS = sorted(path.stem for path in (ROOT / "solutions" / "notebooks").glob("*.md"))
WORDS = {"ten": 10}


def handed_out(name):
    return json.loads((ROOT / "course" / name / f"{name}.ipynb").read_text(encoding="utf-8"))


def header(name):
    cells = ("".join(cell["source"]) for cell in handed_out(name)["cells"])
    return next(line for cell in cells for line in cell.splitlines() if line.startswith("**About"))


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_points_in_the_header_are_those_of_the_tasks(name):
    said = header(name)
    points = {
        kind: int(found[1]) if (found := re.search(rf"(\d+) (?:points? )?for (?:one )?{kind}", said)) else 0
        for kind in ("function", "number", "written answer")
    }
    written = [
        cell["metadata"]["nbgrader"]["points"]
        for cell in handed_out(name)["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade") and cell["metadata"]["nbgrader"].get("solution")
    ]
    chapter = CHAPTERS[name]
    assert points == {
        "function": sum(exercise.points for exercise in chapter.exercises.values()),
        "number": sum(question.points for question in chapter.questions.values()),
        "written answer": sum(written),
    }


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_minutes_in_the_header_agree_with_the_text_and_the_tasks(name):
    said = stated(handed_out(name))
    minutes = WORDS.get(said) or int(said)
    assert minutes <= 90
    assert estimate(handed_out(name)).minutes - 5 < minutes < estimate(handed_out(name)).minutes + 20


def test_an_optional_section_costs_nothing_and_ends_at_the_next_heading_of_its_level():
    def notebook(*texts):
        return {"cells": [{"cell_type": "markdown", "metadata": {}, "source": text} for text in texts]}

    whole = estimate(
        notebook("## A", "one two three", "### B (optional, 5 minutes)", "four", "#### C", "five", "## D", "six")
    )
    assert whole.words == estimate(notebook("## A", "one two three", "## D", "six")).words
    assert whole.words < estimate(notebook("## A", "one two three", "### B", "four", "## D", "six")).words
