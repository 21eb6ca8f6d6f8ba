"""Can an instructor continue in Formgrader: see the automatic scores, and mark the written answers?"""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from autograder.classroom.grade import grade_class
from tests.end_to_end.instructor.conftest import SEED, WEIGHTS
from tests.support import jupyterlab


def shown(page):
    """Return the scores in the boxes of a submission; None where a person has to enter one."""
    boxes = page.locator("input.score").all()
    return {box.get_attribute("id"): box.get_attribute("placeholder") for box in boxes}


def automatic(room, submission):
    """Return the scores that grading has given, as a browser writes them."""
    with sqlite3.connect(room / "gradebook.db") as book:
        rows = book.execute(
            "select base_cell.name, auto_score from grade join base_cell on base_cell.id = cell_id "
            "where grade.notebook_id = ?",
            [submission],
        ).fetchall()
    assert {None} < {score for _, score in rows}
    return {name: None if score is None else f"{score:g}" for name, score in rows}


@pytest.mark.browser
@pytest.mark.slow
def test_formgrader_shows_scores_and_keeps_a_persons_marks(graded, tmp_path):
    jupyterlab.require_browser()
    room = tmp_path / "room"
    shutil.copytree(graded.room, room)
    with open(room / "nbgrader_config.py", "a") as config:
        config.write(f"c.CourseDirectory.source_directory = {str(graded.course)!r}\n")
    with jupyterlab.server(room) as address, jupyterlab.browser_page() as page:
        page.goto(f"{address}lab")
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_role("menuitem", name="Formgrader", exact=True).click()
        inside = page.frame_locator("iframe")
        inside.get_by_role("link", name=WEIGHTS.name).first.wait_for()
        page.screenshot(path=tmp_path / "assignments.png")

        page.goto(f"{address}formgrader/gradebook/{WEIGHTS.name}/{WEIGHTS.name}")
        row = page.locator("tr", has_text="Submission #")
        row.first.wait_for()
        page.screenshot(path=tmp_path / "submissions.png")
        assert row.count() == len(list((room / "autograded").glob(f"*/{WEIGHTS.name}")))

        with sqlite3.connect(room / "gradebook.db") as book:
            (submission,) = book.execute(
                "select submitted_notebook.id from submitted_notebook join submitted_assignment "
                "on submitted_notebook.assignment_id = submitted_assignment.id join assignment "
                "on assignment.id = submitted_assignment.assignment_id "
                "where student_id = 'mistaken-04' and assignment.name = ?",
                [WEIGHTS.name],
            ).fetchone()
        page.goto(f"{address}formgrader/submissions/{submission}/")
        page.get_by_text("This is the sum of all inputs and all weights").wait_for()
        page.locator("input.score[placeholder]").first.wait_for()
        assert shown(page) == automatic(room, submission)
        box = page.locator(f"input.score#{next(iter(WEIGHTS.written))}")
        box.fill("1.5")
        box.press("Tab")
        page.wait_for_timeout(1500)
        page.screenshot(path=tmp_path / "submission.png", full_page=True)

    def score():
        with sqlite3.connect(room / "gradebook.db") as book:
            return book.execute("select manual_score from grade where manual_score is not null").fetchall()

    assert score() == [(1.5,)]
    grade_class(room, [WEIGHTS.name], seed=SEED, isolation=graded.isolation, course=graded.course)
    assert score() == [(1.5,)]
