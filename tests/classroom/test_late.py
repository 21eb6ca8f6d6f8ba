"""Does a late submission lose the points that the class was told, in nbgrader's commands and in `weightlab grade`?"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys

import pytest
from traitlets import TraitError
from traitlets.config import Config

from autograder.classroom import nbgrader
from autograder.classroom.gradebook import ClassBook, url_of
from autograder.classroom.late import PercentPerDay
from autograder.exercises import CHAPTERS
from autograder.paths import COURSE, ROOT
from tests.support import classroom as made

HOUR, DAY = 3600, 86_400
WEIGHTS = CHAPTERS["01_weights"]


def penalty(seconds, score=20.0, **values):
    return PercentPerDay(config=Config(PercentPerDay=values)).late_submission_penalty("ada", score, seconds)


def test_a_configuration_that_says_nothing_but_the_penalty_is_enough(tmp_path):
    """An instructor follows the guide before the class's first command has written a configuration."""
    own = 'c = get_config()\nc.AssignLatePenalties.plugin_class = "autograder.classroom.late.PercentPerDay"\n'
    (tmp_path / "nbgrader_config.py").write_text(own)
    for _ in range(2):
        nbgrader.write_config(tmp_path)
    text = (tmp_path / "nbgrader_config.py").read_text()
    assert text.endswith(own) and text.count("load_subconfig") == 1
    config = nbgrader.Configuration(tmp_path)
    assert "PercentPerDay" in config.penalty_name and config.source == COURSE


@pytest.mark.parametrize(
    ("seconds", "points"),
    [
        (0, None),
        (15 * 60, None),
        (15 * 60 + 1, 2.0),
        (DAY, 2.0),
        (DAY + 1, 4.0),
        (9 * DAY + HOUR, 20.0),
        (400 * DAY, 20.0),
    ],
)
def test_ten_percent_per_day_begun_after_a_quarter_of_an_hour(seconds, points):
    assert penalty(seconds) == points


def test_the_guides_example_is_what_happens():
    guide = " ".join((ROOT / "docs" / "instructor.md").read_text(encoding="utf-8").split())
    rule, whole = {"percent": 10, "grace_minutes": 15, "most": 50}, 21.0
    costs = [penalty(late, score, **rule) for late, score in ((36 * HOUR, 16.0), (36 * HOUR, 4.0), (9 * DAY, 16.0))]
    assert costs == [3.2, 0.8, 8.0] and made_points() == whole
    for words in (
        f"earned 16 of the {whole:g} points and submits 36 hours late loses 3.2 points",
        "earned 4 loses 0.8",
        "who earned 16 loses only 8, even after nine days",
    ):
        assert words in guide


def made_points():
    return sum(one.points for of in (WEIGHTS.exercises, WEIGHTS.questions, WEIGHTS.written) for one in of.values())


def test_the_values_are_the_instructors():
    assert penalty(HOUR, grace_minutes=60) is None
    assert penalty(HOUR, percent=25, grace_minutes=0) == 5.0
    assert penalty(30 * DAY, percent=25, most=50) == 10.0
    with pytest.raises(TraitError):
        penalty(HOUR, percent=150)


PLUGIN = """
from nbgrader.plugins import BasePlugin


class TwoPoints(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 2.0
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "costs"), [("autograder.classroom.late.PercentPerDay", 1.6), ("own_rules_for_late.TwoPoints", 2.0)]
)
def test_in_a_class_a_shipped_plug_in_and_one_beside_the_configuration_count(tmp_path, name, costs):
    room = tmp_path / "class"
    folder = made.submit(room, "ada", WEIGHTS, made.answered(WEIGHTS))
    (folder / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    (room / "own_rules_for_late.py").write_text(PLUGIN)
    (room / "nbgrader_config.py").write_text(f"c = get_config()\nc.AssignLatePenalties.plugin_class = {name!r}\n")
    course = made.course(tmp_path / "course", [WEIGHTS])
    with ClassBook(url_of(room)) as book:
        book.prepare(WEIGHTS.name, made.released(WEIGHTS))
        due = datetime.datetime(2026, 3, 2, 10)
        book.book.update_or_create_assignment(WEIGHTS.name, duedate=due)
    program = f"""
import json
from pathlib import Path
from autograder.classroom.grade import grade_class
from autograder.classroom.gradebook import ClassBook, url_of
grade_class(Path({str(room)!r}), isolation="process", jobs=1, course=Path({str(course)!r}))
with ClassBook(url_of(Path({str(room)!r}))) as book:
    print(json.dumps(book.totals({WEIGHTS.name!r})))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["ada"]["late_penalty"] == costs
