"""Does a rebuilt notebook hold the student's answers, and nothing else of theirs?"""

from __future__ import annotations

import base64
import copy
import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nbformat import validate

from autograder.classroom.rebuild import parse_number, question_verdicts, rebuild
from autograder.exercise import Chapter
from tests.support import classroom as made

CHAPTER = Chapter("02_small", "A small chapter")
CHAPTER.question(
    "parameters",
    task="How many?",
    value=124_439_808,
    points=2,
    mistakes={"counts_twice": (163_037_184, "You count the embedding twice.")},
)
CHAPTER.question("share", task="Which share?", value=0.25, rtol=1e-3)
CHAPTER.written_answer("why", points=3)
RELEASED = made.released(CHAPTER)
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()


def handed_in(**sources):
    """The released notebook with the sources of some cells replaced."""
    notebook = copy.deepcopy(RELEASED)
    for name, source in sources.items():
        made.cell(notebook, name.replace("_answer", "-answer"))["source"] = source
    return notebook


def again(notebook):
    """Rebuild it, and see that the result is a valid notebook."""
    data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    found = rebuild(RELEASED, data)
    validate(found.notebook)
    return found


def result(text, **data):
    return {"output_type": "execute_result", "data": {"text/plain": text, **data}, "metadata": {}, "execution_count": 1}


def test_the_untouched_notebook_stays_as_it_was_to_the_byte():
    found = again(RELEASED)
    assert (found.notebook, found.status) == (RELEASED, "graded")


def test_answers_are_laid_in_and_nothing_else():
    notebook = handed_in(parameters_answer="parameters = 7", why="Because.", parameters='check("parameters") or 99')
    notebook["cells"].insert(
        0,
        {
            "cell_type": "code",
            "id": "extra",
            "metadata": {},
            "source": "import os",
            "outputs": [],
            "execution_count": None,
        },
    )
    notebook["metadata"]["kernelspec"]["name"] = "evil"
    made.cell(notebook, "parameters")["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    made.cell(notebook, "why")["metadata"]["nbgrader"] |= {"points": 99, "checksum": "0" * 32}
    found = again(notebook).notebook
    expected = handed_in(parameters_answer="parameters = 7", why="Because.")
    assert found == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"cells": 3}',
        b"[" * 100_000,
        b'{"cells": [' + b"[" * 50_000,
        b"9" * 10_000,
        b" " * (11 * 2**20),
        json.dumps({"cells": [{}] * 6_000}).encode(),
    ],
    ids=["empty", "garbage", "binary", "list", "null", "no cells", "deep", "deep cells", "digits", "large", "many"],
)
def test_what_is_no_notebook_gives_the_released_one(content):
    found = again(content)
    assert found.status == "malformed"
    assert found.notebook == RELEASED
    assert {(v.status, v.score) for v in question_verdicts(CHAPTER, found)} == {("malformed", 0.0)}
    assert found.words


@pytest.mark.parametrize(
    "cell",
    [
        None,
        3,
        [],
        {},
        {"metadata": 3},
        {"metadata": {"nbgrader": []}},
        {"metadata": {"nbgrader": {"grade_id": ["why"]}}},
        {"metadata": {"nbgrader": {"grade_id": "why"}}},
        {"metadata": {"nbgrader": {"grade_id": "why"}}, "source": 3},
        {"metadata": {"nbgrader": {"grade_id": "parameters-answer"}}, "source": "parameters = 1", "outputs": [3, None]},
        {"metadata": {"nbgrader": {"grade_id": "why"}}, "source": ["a", 3, "b \ud800"]},
    ],
)
def test_cells_of_any_shape_do_no_harm(cell):
    assert again({"cells": [cell, *RELEASED["cells"]]}).status == "graded"


def test_of_copies_the_first_that_was_changed_counts():
    notebook = handed_in(parameters_answer="parameters = 1")
    for source in ("parameters = 2", "parameters = 3"):
        notebook["cells"].append(made.cell(notebook, "parameters-answer") | {"source": source})
    assert made.cell(again(notebook).notebook, "parameters-answer")["source"] == "parameters = 1"
    notebook["cells"] = [c for c in notebook["cells"] if c["source"] != "parameters = 1"]
    notebook["cells"].insert(0, made.cell(RELEASED, "parameters-answer"))
    assert made.cell(again(notebook).notebook, "parameters-answer")["source"] == "parameters = 2"


def test_a_cell_that_lost_its_metadata_is_known_by_its_id():
    notebook = handed_in(why="Because.")
    made.cell(notebook, "why")["metadata"] = {}
    assert made.cell(again(notebook).notebook, "why")["source"] == "Because."


def test_outputs_become_text_and_pictures():
    notebook = handed_in(parameters_answer="parameters = 1")
    made.cell(notebook, "parameters-answer")["outputs"] = [
        result(
            "7",
            **{
                "text/html": "<script>alert(1)</script>",
                "image/svg+xml": "<svg onload='x'/>",
                "application/javascript": "alert(1)",
            },
        ),
        {"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "<Figure>"}, "metadata": {}},
        {"output_type": "display_data", "data": {"image/png": "bm8gcGljdHVyZQ=="}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m\x00\u202e" + "x" * 50_000},
        {"output_type": "error", "ename": "E", "evalue": "<b>", "traceback": ["\x1b[0;31m---\x1b[0m", 3]},
    ]
    outputs = made.cell(again(notebook).notebook, "parameters-answer")["outputs"]
    assert outputs[0]["data"] == {"text/plain": "7"}
    assert outputs[1]["data"]["image/png"] == PNG
    assert outputs[2]["text"].startswith("redxxx")
    assert len(outputs[2]["text"]) < 11_000
    assert (outputs[3]["ename"], outputs[3]["evalue"]) == ("E", "<b>")
    assert "script" not in json.dumps(outputs)
    assert "\x1b" not in json.dumps(outputs, ensure_ascii=False)


def test_a_written_answer_runs_nothing_when_it_is_shown():
    evil = (
        "a < b <script>alert(1)</script> <img src=x onerror=alert(1)> &#x3c;script> $\\href{javascript:alert(1)}{x}$ "
        "[x](javascript:alert(1)) [x](JavaScript\\:alert(1)) [x][y] The data: they show "
        "$\\require{html}\\style{color:red}{y}$ \\hre&#102;{javascript:a}{b} <!-- c\n\n[y]: data:text/html,x"
    )
    text = made.cell(again(handed_in(why=evil)).notebook, "why")["source"]
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    page = markdown2html_mistune(text)
    assert "<script" not in page
    assert "<img" not in page
    assert "\\href" not in page
    assert "href=" not in page
    assert "<a " not in page
    assert "The data: they show" in page
    assert "\\style" not in page
    assert "&#102;" not in page
    assert "a &lt; b" in page


PIECES = (
    "[a]",
    "(",
    ")",
    "[",
    "]",
    ":",
    "[a]: ",
    "[a](",
    "![a](",
    "<",
    ">",
    "javascript:x",
    "JAVA",
    "script:x",
    "data:x,y",
    "https://x.org/",
    "http://y",
    "vbscript:",
    "&#115;",
    "&amp;",
    "&colon;",
    "&Tab;",
    "&",
    ";",
    "\t",
    "\n",
    "\n\n",
    " ",
    "\\",
    "/",
    '"',
    "'",
    "img src=x onerror=x",
    "script",
    "svg/onload=x",
    "!--",
    "`",
    "$",
    "# ",
    "> ",
    "- ",
    "===",
    "---",
    "1. ",
    ": ",
    "*",
    "a",
    "| a |\n|---|\n|",
    "~~~\n",
    "\u00a0",
    "\u200b",
    "\x01",
    "\x0b",
)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@settings(max_examples=400, deadline=None)
@example("[c](java&#115;cript:x)")
@example("[c](<java\tscript:x>)")
@example("[c]\n\n[c]:\njavascript:x")
@example("[c](https://x.org/&#34; onclick=x)")
@example("## why")
@example("why\n---")
@example("> 1. - why\n> ===")
@example("a\n: # why")
def test_whatever_is_written_links_to_the_web_or_to_nothing(text):
    from bs4 import BeautifulSoup
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    shown = made.cell(again(handed_in(why=text or "x")).notebook, "why")["source"]
    page = BeautifulSoup(markdown2html_mistune(shown), "html.parser")
    for element in page.find_all(True):
        assert element.name not in {"img", "script", "svg", "iframe", "style", "object", "embed", "base", "form"}
        assert not element.get("id"), "Formgrader finds cells by their ids"
        assert not [name for name in element.attrs if name.startswith("on")]
        address = "".join(str(element.get("href") or element.get("src") or "").split())
        assert re.match(r"https?://|#|$", address, re.IGNORECASE), address


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
    notebook = handed_in(**({} if source is None else {"parameters_answer": source}))
    made.cell(notebook, "parameters-answer")["outputs"] = [] if shown is None else [result(shown)]
    verdict = question_verdicts(CHAPTER, again(notebook))[0]
    assert (verdict.status, verdict.score, verdict.misconception) == (status, score, misconception), verdict.message


def test_an_error_in_the_cell_is_told():
    notebook = handed_in(parameters_answer="parameters = count()")
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'count' is not defined", "traceback": []}
    made.cell(notebook, "parameters-answer")["outputs"] = [error]
    verdict = question_verdicts(CHAPTER, again(notebook))[0]
    assert verdict.status == "error"
    assert "name 'count' is not defined" in verdict.message


def test_a_forged_output_of_a_check_cell_counts_for_nothing():
    notebook = handed_in()
    made.cell(notebook, "parameters")["outputs"] = [result("2")]
    found = again(notebook)
    assert made.cell(found.notebook, "parameters")["outputs"] == []
    assert question_verdicts(CHAPTER, found)[0].score == 0


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
