"""Does a rebuilt notebook hold the student's answers, and nothing else of theirs?"""

from __future__ import annotations

import base64
import copy
import json
import re
import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nbformat import validate

from autograder.classroom import rebuild as rebuilding
from autograder.classroom import sanitise
from autograder.classroom.macros import DRAWING
from autograder.classroom.rebuild import rebuild
from autograder.classroom.sanitise import MAX_ANSWER, clean_markdown, clean_outputs, clean_text
from autograder.exercise import Chapter
from autograder.paths import COURSE
from autograder.sandbox.clock import Clock
from autograder.submitted_notebook import OwnCell
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
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()


def submission(**sources):
    """The released notebook with the sources of some cells replaced."""
    notebook = copy.deepcopy(RELEASED)
    for name, source in sources.items():
        made.cell(notebook, name.replace("_answer", "-answer"))["source"] = source
    return notebook


def again(notebook):
    """Rebuild a notebook, and make sure that the result is valid."""
    data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    found = rebuild(RELEASED, data)
    validate(found.notebook)
    return found


def result(text, **data):
    return {"output_type": "execute_result", "data": {"text/plain": text, **data}, "metadata": {}, "execution_count": 1}


def test_the_untouched_notebook_stays_as_it_was_to_the_byte():
    found = again(RELEASED)
    assert (found.notebook, found.malformed) == (RELEASED, "")


def test_answers_are_laid_in_and_nothing_else():
    notebook = submission(parameters_answer="parameters = 7", why="Because.", parameters='check("parameters") or 99')
    notebook["metadata"]["kernelspec"]["name"] = "evil"
    made.cell(notebook, "parameters")["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    made.cell(notebook, "why")["metadata"]["nbgrader"] |= {"points": 99, "checksum": "0" * 32}
    found = again(notebook).notebook
    expected = submission(parameters_answer="parameters = 7", why="Because.")
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
        b" " * (21 * 2**20),
        b'{"cells": []}',
        json.dumps({"cells": [{"cell_type": "markdown", "source": "my holidays"}]}).encode(),
        json.dumps({"cells": [{}] * 6_000}).encode(),
    ],
    ids=[
        "empty",
        "garbage",
        "binary",
        "list",
        "null",
        "no cells",
        "deep",
        "deep cells",
        "digits",
        "large",
        "no cell",
        "other cells",
        "many",
    ],
)
def test_what_is_no_notebook_gives_the_released_one(content):
    found = again(content)
    assert found.malformed.startswith("The notebook cannot be read")
    assert found.notebook == RELEASED


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
    assert not again({"cells": [cell, *RELEASED["cells"]]}).malformed


@pytest.mark.parametrize("name", ["why", "share_answer"])
@pytest.mark.parametrize("emptied", ["", " \n\n"])
def test_an_emptied_answer_is_no_answer(name, emptied):
    """nbgrader takes any text that was changed for an answer, so a person would be asked to mark it."""
    found = again(submission(**{name: emptied}))
    assert (found.notebook, found.malformed, found.doubtful) == (RELEASED, "", frozenset())


def test_the_parts_of_a_split_cell_are_joined():
    notebook = submission(why="First this.")
    at = notebook["cells"].index(made.cell(notebook, "why"))
    notebook["cells"].insert(at + 1, made.cell(notebook, "why") | {"id": "a-new-one", "source": "Then that."})
    notebook["cells"].insert(0, made.cell(RELEASED, "why"))
    assert made.cell(again(notebook).notebook, "why")["source"] == "First this.\n\nThen that."


def own(kind, source, **more):
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": "mine", "metadata": {}, "source": source, **code, **more}


def test_cells_of_the_students_own_are_shown_where_they_were_and_run_nothing():
    notebook = submission(why="Because.")
    at = notebook["cells"].index(made.cell(notebook, "parameters-answer"))
    shown = [result("7", **{"text/html": "<script>"})]
    notebook["cells"].insert(at + 1, own("code", "7", outputs=shown))
    notebook["cells"].insert(0, own("markdown", "A plan <script>alert(1)</script>\n```mermaid\ngraph\n```"))
    notebook["cells"].append(own("code", "   "))
    found = again(notebook).notebook["cells"]
    assert len(found) == len(RELEASED["cells"]) + 2
    assert found[0]["source"].startswith("A plan < script>")
    assert "```mermaid" not in found[0]["source"]
    assert (found[at + 2]["source"], found[at + 2]["outputs"][0]["data"]) == ("7", {"text/plain": "7"})


def test_a_blank_answer_beside_a_cell_of_the_students_own_is_for_a_person():
    notebook = submission()
    at = notebook["cells"].index(made.cell(notebook, "why"))
    notebook["cells"].insert(at + 1, own("markdown", "My answer."))
    assert again(notebook).doubtful == {"why"}
    made.cell(notebook, "why")["source"] = "My answer."
    assert again(notebook).doubtful == set()


def stripped(notebook):
    """The notebook as a web editor may leave it: neither ids nor metadata."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
    return notebook


def test_a_notebook_that_has_lost_all_names_is_matched_by_content():
    notebook = submission(parameters_answer="parameters = 7", share_answer="share = 0.25\nshare", why="Because.")
    found = again(stripped(notebook))
    assert (found.notebook, found.malformed) == (notebook, "")


def test_what_content_does_not_tell_is_malformed_and_never_blank():
    notebook = submission(parameters_answer="7", share_answer="share = 0.25", why="Because.")
    at = notebook["cells"].index(made.cell(notebook, "parameters-answer"))
    notebook["cells"].insert(at, own("code", "2 + 5"))
    found = again(stripped(notebook))
    assert "parameters-answer" in found.malformed and "share" not in found.malformed
    assert made.cell(found.notebook, "share-answer")["source"] == "share = 0.25"
    assert made.cell(found.notebook, "why")["source"] == "Because."


def test_a_cell_that_lost_its_metadata_is_known_by_its_id():
    notebook = submission(why="Because.")
    made.cell(notebook, "why")["metadata"] = {}
    assert made.cell(again(notebook).notebook, "why")["source"] == "Because."


def test_of_a_text_full_of_colours_no_more_than_twice_its_limit_is_read():
    red = "\x1b[31m"
    assert clean_text(f"{red}{'x' * 10}{red}{red}y", 10) == "xxxxxxxxxx"
    assert clean_text(red * 4 + "x" * 30, 10) == ""
    assert clean_text("x" * 11, 10) == f"{'x' * 10}\n… (cut here, after 10 characters)"


def test_outputs_become_text_and_pictures():
    notebook = submission(parameters_answer="parameters = 1")
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


@pytest.mark.parametrize(("width", "height", "shown"), [(5_000, 5_000, True), (5_001, 5_000, False), (1, 2**31, False)])
def test_a_picture_is_shown_only_if_a_browser_has_room_for_its_pixels(width, height, shown):
    picture = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    output = {"output_type": "display_data", "data": {"image/png": base64.b64encode(picture).decode()}}
    assert bool([*clean_outputs([output])]) is shown


def test_a_written_answer_runs_nothing_when_it_is_shown():
    evil = (
        "a < b <script>alert(1)</script> <img src=x onerror=alert(1)> &#x3c;script> $\\href{javascript:alert(1)}{x}$ "
        "[x](javascript:alert(1)) [x](JavaScript\\:alert(1)) [x][y] The data: they show "
        "$\\require{html}\\style{color:red}{y}$ \\hre&#102;{javascript:a}{b} <!-- c\n\n[y]: data:text/html,x"
    )
    text = made.cell(again(submission(why=evil)).notebook, "why")["source"]
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
@example("why\n=-")
@example("why\n-=-=  ")
@example("> why\n> =-=")
def test_whatever_is_written_links_to_the_web_or_to_nothing(text):
    from bs4 import BeautifulSoup
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    shown = made.cell(again(submission(why=text or "x")).notebook, "why")["source"]
    page = BeautifulSoup(markdown2html_mistune(shown), "html.parser")
    for element in page.find_all(True):
        assert element.name not in {"img", "script", "svg", "iframe", "style", "object", "embed", "base", "form"}
        assert not element.get("id"), "Formgrader finds cells by their ids"
        assert not [name for name in element.attrs if name.startswith("on")]
        address = "".join(str(element.get("href") or element.get("src") or "").split())
        assert re.match(r"https?://|#|$", address, re.IGNORECASE), address


@pytest.mark.parametrize("fence", ["```mermaid", "~~~ mermaid", "> - ```mermaid", "- [ ] ```mermaid", "````{mermaid}"])
def test_a_fence_names_no_language_that_a_front_end_would_draw(fence):
    text = made.cell(again(submission(why=f"{fence}\ngraph LR; a-->b\n```")).notebook, "why")["source"]
    assert not re.search(r"[`~][ \t]*\{?mermaid", text)
    assert "mermaid" in text


@pytest.mark.parametrize("text", ["-", " ", '"', "`", "*", "[", "](", "_", "~", "&a", "<", "=-", "> ", "$", "![", "|"])
def test_no_text_is_slow_to_clean(text):
    with Clock(20.0).enforce():  # patterns that backtrack again and again would take minutes
        assert len(clean_markdown((text * 60_000)[:60_000] + "x")) <= 4 * MAX_ANSWER


@pytest.mark.parametrize(
    "macro",
    ["bbox[background:url(http://x)]{a}", "href{x}{a}", "gdef\\x{a}", "renewenvironment{x}{}{}", "htmlStyle{x}{a}"],
)
def test_of_macros_only_those_that_draw_are_left(macro):
    shown = sanitise.clean_markdown(f"$\\frac{{a}}{{b}} \\{macro}$ in C:\\Users")
    assert "\\frac{a}{b}" in shown
    assert not re.search(r"\\(bbox|href|gdef|x\b|renewenvironment|htmlStyle)", shown)
    assert shown.replace("\u200b", "") == f"$\\frac{{a}}{{b}} \\{macro}$ in C:\\Users"


def test_every_macro_of_the_course_is_known():
    used = set()
    for path in COURSE.glob("*/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                for formula in re.findall(r"\$+([^$]+)\$+", "".join(cell["source"])):
                    used |= set(re.findall(r"\\([A-Za-z]+)", formula))
    assert len(used) > 10 and used <= DRAWING


def test_an_answer_in_code_stays_as_it_was_typed():
    """What is dangerous in Markdown is harmless in a code cell, and a comparison or a comment must not be changed."""
    code = "parameters = 3 if 1 <2 else 4  # <b> & ![x](y) [z](javascript:a)\n# a heading\n---\n```mermaid\nparameters"
    assert made.cell(again(submission(parameters_answer=code)).notebook, "parameters-answer")["source"] == code


@pytest.mark.parametrize("outputs", [3, None, "text", {"text": "x"}, [3, None, "x", [], {}], [{"output_type": 3}]])
def test_outputs_of_any_shape_do_no_harm(outputs):
    notebook = submission(parameters_answer="parameters = 7")
    made.cell(notebook, "parameters-answer")["outputs"] = outputs
    notebook["cells"].append(own("code", "mine", outputs=outputs))
    found = again(notebook)
    assert not found.malformed
    assert made.cell(found.notebook, "parameters-answer")["outputs"] == []
    assert found.notebook["cells"][-1]["outputs"] == []


def test_what_editors_change_by_themselves_hides_no_cell():
    notebook = stripped(submission(parameters_answer="parameters = 7", why="Because."))
    for cell in notebook["cells"]:
        cell["source"] = "  \r\n".join(cell["source"].split("\n")) + "\r\n"
    found = again(notebook)
    assert not found.malformed and not found.read.own and found.read.answers["why"].changed
    untouched = copy.deepcopy(RELEASED)
    for cell in untouched["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")
    assert not any(answer.changed for answer in again(untouched).read.answers.values())


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_a_notebook_is_read_in_whatever_coding_it_was_saved(coding):
    text = json.dumps(submission(why="Größe."), ensure_ascii=False)
    assert made.cell(again(text.encode(coding)).notebook, "why")["source"] == "Größe."


def test_an_answer_that_was_typed_into_the_question_is_shown_and_for_a_person():
    """This includes what JupyterLab's Merge Cells makes of question and answer."""
    notebook = submission()
    asked = next(cell for cell in notebook["cells"] if cell["id"] == "about-why")
    asked["source"] += "\n\nBecause of the *bias*."
    for _ in ("typed into it", "merged with it"):
        found = again(notebook)
        assert "Because of the *bias*." in [cell["source"] for cell in found.notebook["cells"]]
        assert next(cell for cell in found.notebook["cells"] if cell["id"] == "about-why") in RELEASED["cells"]
        assert found.doubtful == {"why"}
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "why"]


def test_an_answer_behind_the_question_on_its_line_is_shown_too():
    notebook = submission()
    asked = next(cell for cell in notebook["cells"] if cell["id"] == "about-why")
    asked["source"] += " It learns twice as fast."
    found = again(notebook)
    assert "It learns twice as fast." in [cell["source"] for cell in found.notebook["cells"]]
    assert found.doubtful == {"why"}


def test_a_lone_surrogate_leaves_the_rest_as_it_is():
    data = json.dumps(submission(why="Größe. @"), ensure_ascii=False).encode()
    found = again(data.replace(b"@", "\ud800".encode("utf-8", "surrogatepass")))
    assert made.cell(found.notebook, "why")["source"].startswith("Größe.")


def test_the_text_of_an_earlier_release_is_not_the_students():
    notebook = submission()
    next(cell for cell in notebook["cells"] if cell["id"] == "about-why")["source"] = "Say it as an older release did."
    found = again(notebook)
    assert not found.read.own and not found.doubtful


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["12345", "12345"], ["12345", "12345"]),
        (["12345", "12345", ""], ["12345", "12345"]),
        (["1234567890123", "1"], []),
        (["123456789012", "", "1"], ["123456789012"]),
    ],
)
def test_of_ones_own_cells_as_many_are_shown_as_fit(monkeypatch, texts, shown):
    """Each counts its text, and two characters for the list of its outputs; after one that does not fit none is."""
    monkeypatch.setattr(rebuilding, "MAX_OWN_TEXT", 14)
    own = [OwnCell(0, {"cell_type": "markdown", "source": text}) for text in texts]
    laid = rebuilding._with_own_cells([{"id": "released"}], own)
    assert laid[0] == {"id": "released"} and [cell["source"] for cell in laid[1:]] == shown


def test_an_error_in_reading_affects_one_submission_and_says_so(monkeypatch):
    def read_notebook(*_):
        raise RecursionError

    monkeypatch.setattr(rebuilding, "read_notebook", read_notebook)
    found = rebuild({"cells": []}, b"{}")
    assert found.malformed == (
        "The notebook cannot be read: reading it raises RecursionError; paste your answers into a fresh copy "
        "of it, and submit it again."
    )
