"""Do check cells show each verdict, with a score that nbgrader reads as intended?"""

from __future__ import annotations

import json

import pytest
from nbformat.notebooknode import from_dict
from nbgrader.utils import determine_grade

from autograder.classroom.examination import Examination
from autograder.classroom.rebuild import RebuiltNotebook
from autograder.classroom.submission import SubmissionStatus
from autograder.classroom.verdict_cells import write_verdicts
from autograder.exercises import CHAPTERS
from autograder.judging.verdict import Status, Verdict
from autograder.learner.notebook import Card
from autograder.numbers import judge_numbers
from autograder.submitted_notebook import read_notebook
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"]


def written(*verdicts, malformed=""):
    notebook = made.released(WEIGHTS)
    rebuilt = RebuiltNotebook(notebook, malformed=malformed)
    return write_verdicts(notebook, Examination(SubmissionStatus.GRADED, verdicts, rebuilt))


@pytest.mark.parametrize(("score", "text"), [(0.5, "0.5"), (0.0, "0"), (2.0, "2"), (99.0, "2")])
def test_a_score_is_the_cells_result_and_never_above_its_points(score, text):
    verdict = Verdict("apply_weight", WEIGHTS.name, Status.FAILED, score, 2.0, message="is not <right>")
    cell = made.cell(written(verdict), "apply_weight")
    (output,) = cell["outputs"]
    assert (output["output_type"], output["data"]["text/plain"]) == ("execute_result", text)
    assert "is not &lt;right&gt;" in output["data"]["text/html"]


def test_what_is_unjudged_has_no_score_and_what_has_no_verdict_is_an_error():
    unjudged = Verdict("apply_weight", WEIGHTS.name, Status.UNJUDGED, None, 2.0, message="it broke")
    notebook = written(unjudged)
    (output,) = made.cell(notebook, "apply_weight")["outputs"]
    assert (output["output_type"], output["metadata"]) == ("display_data", {"weightlab": "unjudged"})
    assert "text/plain" not in output["data"] and "it broke" in output["data"]["text/html"]
    others = [name for name in (*WEIGHTS.exercises, *WEIGHTS.questions) if name != "apply_weight"]
    assert others and {made.cell(notebook, name)["outputs"][0]["output_type"] for name in others} == {"error"}
    assert [cell["id"] for cell in notebook["cells"]] == [cell["id"] for cell in made.released(WEIGHTS)["cells"]]


def test_a_notebook_that_could_not_be_read_says_so_above_all():
    first = written(malformed="It is not a notebook")["cells"][0]
    assert first["source"] == "**It is not a notebook**" and first["cell_type"] == "markdown"


@pytest.mark.parametrize(("source", "points"), [("diagnoses = 614275", 6), ("diagnoses = 619975", 4), ("", 0)])
def test_digits_earn_partial_credit_in_a_class_and_with_nbgraders_own_autograde(source, points):
    chapter = CHAPTERS["07_descent"]
    released = made.released(chapter)
    made.cell(released, "diagnoses-answer")["source"] = source or "diagnoses = None"
    read = read_notebook(made.released(chapter), json.dumps(released).encode())
    (verdict,) = [verdict for verdict in judge_numbers(chapter, read) if verdict.exercise == "diagnoses"]
    rebuilt = RebuiltNotebook(made.released(chapter))
    graded = write_verdicts(rebuilt.notebook, Examination(SubmissionStatus.GRADED, [verdict], rebuilt))
    assert determine_grade(from_dict(made.cell(graded, "diagnoses"))) == (points, 6)

    card = Card(verdict, "")  # what nbgrader's own autograde gets when it runs the check
    executed = made.cell(made.released(chapter), "diagnoses")
    data = {"text/plain": repr(card), "text/html": card._repr_html_()}
    result = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
    assert determine_grade(from_dict(executed | {"outputs": [result]})) == (points, 6)
