"""Does a number count in every form that the check accepts, and in no other?"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograder.judging.question import ANSWER_TYPE, judge_answer
from autograder.learner.notebook import Card
from autograder.numbers import judge_numbers, parse_number
from autograder.submitted_notebook import read_notebook
from tests.classroom.test_rebuild import CHAPTER, RELEASED, result, stripped, submission
from tests.support import classroom as made


def numbers(notebook):
    return judge_numbers(CHAPTER, read_notebook(RELEASED, json.dumps(notebook).encode()))


@pytest.mark.parametrize(
    ("source", "shown", "status", "score", "misconception"),
    [
        (None, None, "not_started", 0, None),
        ("", None, "not_started", 0, None),
        ("parameters = None\nparameters", None, "not_started", 0, None),
        ("parameters = 124_439_808\nparameters", None, "passed", 2, None),
        ("parameters = 124439808.0", "3", "passed", 2, None),
        ("parameters = count()\nparameters", "124439808", "passed", 2, None),
        ("parameters = count()\nparameters", "np.int64(124439808)", "passed", 2, None),
        ("parameters = 0\nfor n in sizes:\n    parameters += n\nparameters", "124439808", "passed", 2, None),
        ("parameters = count()\nparameters", "163037184", "failed", 0, "counts_twice"),
        ("parameters = 12\nparameters", "124439808", "failed", 0, None),
        ("parameters = count()\nparameters", None, "malformed", 0, None),
        ("parameters = count()\nparameters", "array([1, 2])", "malformed", 0, None),
        ("parameters = count()\nparameters", "'124439808'", "malformed", 0, None),
        ("parameters = (", "124439808", "passed", 2, None),
        ("%time\nparameters = 124439808", None, "passed", 2, None),
        ("parameters = 9 ** 9 ** 9", None, "malformed", 0, None),
        ("parameters = " + "9" * 5000, None, "malformed", 0, None),
        ("parameters = True", None, "malformed", 0, None),
        ("parameters: int = 3; print(1)", "124439808", "passed", 2, None),
    ],
)
def test_a_number_is_what_the_cell_states_or_recorded(source, shown, status, score, misconception):
    notebook = submission(**({} if source is None else {"parameters_answer": source}))
    made.cell(notebook, "parameters-answer")["outputs"] = [] if shown is None else [result(shown)]
    verdict = numbers(notebook)[0]
    assert (verdict.status, verdict.score, verdict.misconception) == (status, score, misconception), verdict.message


def test_an_error_in_the_cell_is_told():
    notebook = submission(parameters_answer="parameters = count()")
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'count' is not defined", "traceback": []}
    made.cell(notebook, "parameters-answer")["outputs"] = [error]
    verdict = numbers(notebook)[0]
    assert verdict.status == "error"
    assert "name 'count' is not defined" in verdict.message


def test_a_forged_output_of_a_check_cell_counts_for_nothing():
    notebook = submission()
    made.cell(notebook, "parameters")["outputs"] = [result("2")]
    assert numbers(notebook)[0].score == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        (" -3.5e2 ", -350.0),
        ("np.float64(0.89)", 0.89),
        ("np.float32(.5)", 0.5),
        ("array(2.5)", 2.5),
        ("array(2, dtype=int32)", 2),
        ("124_439_808", 124_439_808),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("1 2", None),
        ("1__0", None),
        ("__import__('os')", None),
        ("9" * 100, None),
        ("np.float64(1)(2)", None),
        ("1e999", None),
        ("1j", None),
        ("0x10", None),
        ("[1]", None),
        ("True", None),
    ],
)
def test_only_one_plain_number_is_read(text, value):
    assert parse_number(text) == value


RIGHT = 124_439_808


def judged(notebook, value, name="parameters"):
    """Let the check cell record what it judged."""
    card = Card(judge_answer(CHAPTER.questions[name], value), "", value)
    data = json.loads(json.dumps(card._repr_mimebundle_()))
    output = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 3}
    made.cell(notebook, name)["outputs"] = [output]
    return notebook


@pytest.mark.parametrize(
    ("source", "outputs"),
    [
        ("parameters = count()\nprint(parameters)", [{"output_type": "stream", "name": "stdout", "text": str(RIGHT)}]),
        ("parameters = count()\nf'{parameters} in all'", [result("'124439808 in all'")]),
        ("parameters = count()\nparameters / 1e6", [result("124.439808")]),
        ("parameters = count()", []),
        ("parameters = 1\nparameters = count()", []),
        ("parameters, rest = count()", []),
        ("def parameters_of(): return 3\nparameters = parameters_of()", [result("None")]),
        ("parameters = None\nparameters", []),
    ],
)
def test_what_the_check_judged_counts_however_it_is_shown(source, outputs):
    notebook = submission(parameters_answer=source)
    made.cell(notebook, "parameters-answer")["outputs"] = outputs
    assert numbers(judged(notebook, RIGHT))[0].status == "passed"
    assert numbers(judged(notebook, np.int64(163_037_184)))[0].misconception == "counts_twice"


def test_what_a_check_in_a_cell_of_ones_own_judged_counts():
    notebook = submission(parameters_answer="half = count()")
    record = made.cell(judged(submission(), RIGHT), "parameters")["outputs"]
    mine = {
        "cell_type": "code",
        "id": "mine",
        "metadata": {},
        "source": 'check("parameters", 2 * half)',
        "outputs": record,
    }
    notebook["cells"].append(mine)
    assert numbers(notebook)[0].status == "passed"
    notebook["cells"][-1] = mine | {"outputs": made.cell(judged(submission(), 0.25, "share"), "share")["outputs"]}
    assert [verdict.status for verdict in numbers(notebook)] == ["malformed", "passed"]


def test_a_check_that_was_merged_with_the_answers_cell_counts():
    """JupyterLab's Merge Cells keeps the first cell's name, so the last output is the card, whose text is a score."""
    notebook = judged(submission(parameters_answer='parameters = count()\ncheck("parameters", parameters)'), RIGHT)
    made.cell(notebook, "parameters-answer")["outputs"] = made.cell(notebook, "parameters")["outputs"]
    notebook["cells"].remove(made.cell(notebook, "parameters"))
    assert numbers(notebook)[0].status == "passed"
    card = made.cell(judged(submission(), "no number"), "parameters")["outputs"]
    made.cell(notebook, "parameters-answer")["outputs"] = card
    assert numbers(notebook)[0].status == "malformed", "the score on a card is not the answer"


def test_of_several_checks_the_best_counts():
    notebook = judged(submission(parameters_answer="parameters = count()"), 1)
    right = made.cell(judged(submission(), RIGHT), "parameters")["outputs"]
    mine = {"cell_type": "code", "id": "mine", "metadata": {}, "source": "again", "outputs": right}
    notebook["cells"].append(mine)
    assert numbers(notebook)[0].status == "passed"
    notebook["cells"].remove(mine)
    made.cell(notebook, "parameters")["outputs"] += right
    assert numbers(notebook)[0].status == "passed"


def test_a_check_counts_however_much_the_cell_shows_before_it():
    notebook = judged(submission(parameters_answer="parameters = count()"), RIGHT)
    cell = made.cell(notebook, "parameters")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "."}] * 150 + cell["outputs"]
    assert numbers(notebook)[0].status == "passed"
    for value in range(150):
        cell["outputs"][value] = made.cell(judged(submission(), value), "parameters")["outputs"][0]
    assert numbers(notebook)[0].status == "passed"


def test_of_wrong_checks_the_newest_is_spoken_of():
    notebook = submission(parameters_answer="parameters = count()")
    shown = [made.cell(judged(submission(), value), "parameters")["outputs"][0] for value in (1, 163_037_184)]
    made.cell(notebook, "parameters")["outputs"] = shown
    assert numbers(notebook)[0].misconception == "counts_twice"


class _Odd:
    def __index__(self):
        raise RuntimeError


_ENDLESS: list = []
_ENDLESS.append(_ENDLESS)


@pytest.mark.parametrize(
    "value",
    [
        0.25,
        np.float16(0.25),
        np.longdouble(0.25),
        np.array(0.25),
        np.array([[0.25]]),
        [0.25],
        ([np.array([0.25])],),
        Fraction(1, 4),
        np.array(Fraction(1, 4)),
        Decimal("0.25"),
        0.25 + 0j,
        np.complex128(0.25),
    ],
    ids=repr,
)
def test_whatever_is_one_number_passes_the_check_and_counts_in_the_grade(value):
    assert judge_answer(CHAPTER.questions["share"], value).status == "passed"
    assert numbers(judged(submission(share_answer="share = compute()"), value, "share"))[1].status == "passed"


@pytest.mark.parametrize(
    "value",
    [
        "0.25",
        "25 %",
        b"0.25",
        True,
        np.True_,
        np.str_("0.25"),
        0.25 + 7j,
        np.complex128(0.25 + 7j),
        np.array(0.25 + 7j),
        np.array(["a"]),
        np.array([None]),
        np.ma.masked,
        np.datetime64("2026-03-02"),
        np.timedelta64(3, "s"),
        [0.25, 0.25],
        np.zeros(0),
        10**400,
        {},
        float("nan"),
        object(),
        _Odd(),
        _ENDLESS,
        lambda: 0.25,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_one_number_fails_with_words_and_records_nothing(value):
    verdict = judge_answer(CHAPTER.questions["share"], value)
    assert verdict.status == "failed" and verdict.message
    assert numbers(judged(submission(share_answer="share = compute()"), value, "share"))[1].status == "malformed"


def test_a_bare_number_in_the_answers_cell_counts_of_whatever_type_the_cell_is():
    notebook = submission(share_answer=" 0.25 ")
    made.cell(notebook, "share-answer")["cell_type"] = "markdown"
    assert numbers(notebook)[1].status == "passed"


def test_of_copies_the_last_that_was_changed_counts():
    notebook = submission(parameters_answer="parameters = 1")
    notebook["cells"].append(made.cell(notebook, "parameters-answer") | {"source": f"parameters = {RIGHT}"})
    assert numbers(notebook)[0].status == "passed"
    notebook["cells"].append(made.cell(RELEASED, "parameters-answer"))
    assert numbers(notebook)[0].status == "passed"


def test_a_number_split_over_two_cells_counts():
    notebook = submission(parameters_answer="rows = 50257")
    shown = {"source": "parameters = rows * 768 + rest\nparameters", "outputs": [result(str(RIGHT))]}
    notebook["cells"].append(made.cell(notebook, "parameters-answer") | shown)
    assert numbers(notebook)[0].status == "passed"


def test_a_number_in_a_notebook_that_has_lost_all_names_counts():
    notebook = judged(submission(parameters_answer="parameters = count()", share_answer="share = 0.25"), RIGHT)
    assert [verdict.status for verdict in numbers(stripped(notebook))] == ["passed", "passed"]


@pytest.mark.parametrize(
    "record",
    [
        None,
        3,
        [],
        {},
        {"name": "share", "value": RIGHT},
        {"name": "parameters", "value": True},
        {"name": "parameters", "value": [RIGHT]},
        {"name": "parameters", "value": str(RIGHT)},
        {"name": "parameters", "value": 10**70},
        {"name": "parameters"},
    ],
)
def test_only_one_number_under_the_questions_own_name_is_read_from_a_record(record):
    notebook = judged(submission(), RIGHT)
    made.cell(notebook, "parameters")["outputs"][0]["data"][ANSWER_TYPE] = record
    assert numbers(notebook)[0].status == "not_started"


@pytest.mark.parametrize(("newer", "status"), [(5, "passed"), (60, "failed")])
def test_a_notebook_that_records_many_different_numbers_does_not_win_by_one_of_them(newer, status):
    notebook = submission(parameters_answer="parameters = count()")
    for value in (RIGHT, *range(newer)):
        record = {"output_type": "display_data", "metadata": {}}
        record["data"] = {ANSWER_TYPE: {"name": "parameters", "value": value}}
        notebook["cells"].append(made.cell(notebook, "parameters-answer") | {"id": f"own{value}", "source": "1 + 1"})
        notebook["cells"][-1] |= {"outputs": [record], "metadata": {}}
    assert numbers(notebook)[0].status == status


def test_a_huge_number_costs_its_own_question_only():
    notebook = submission(parameters_answer="parameters = 0x" + "F" * 5_000, share_answer="share = 0.25")
    assert [verdict.status for verdict in numbers(notebook)] == ["malformed", "passed"]


@pytest.mark.parametrize("piece", ["-", "+1", "(", "[", "~", "not ", "lambda:", "a.", "f(", "if 1:\n ", "'a'", 'f"{'])
def test_no_source_is_too_deep_or_too_long(piece):
    for length in (49_000, 200_000):
        source = ("parameters = " + piece * length)[:length]
        found = numbers(submission(parameters_answer=source, share_answer="share = 0.25"))
        assert found[0].score == 0 and found[1].status == "passed"
