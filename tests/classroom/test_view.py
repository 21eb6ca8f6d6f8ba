"""Can an instructor look at a submission without running or fetching anything that the student put there?"""

from __future__ import annotations

import json
import shutil
import stat

import pytest
from click.testing import CliRunner
from nbformat import validate

from autograder.classroom.folder import ClassroomError
from autograder.classroom.view import write_view
from autograder.cli.main import main
from autograder.exercises import CHAPTERS
from autograder.refusal import Refusal
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"]
WRITTEN = next(iter(WEIGHTS.written))
ELSEWHERE = "evil.example"


@pytest.fixture
def classroom(tmp_path):
    """One student's notebook is full of things that a front end would fetch; another's is not JSON."""
    words = f"My answer. ![x](http://{ELSEWHERE}/a.png) <img src=//{ELSEWHERE}/b.png>\n```mermaid\nA[{ELSEWHERE}]\n```"
    notebook = made.answered(WEIGHTS, words=words)
    shown = {
        "image/svg+xml": f"<svg><image href='http://{ELSEWHERE}/c.png'/></svg>",
        "text/html": f"<img src='http://{ELSEWHERE}/d.png'>",
        "text/plain": "7",
    }
    answer = made.cell(notebook, "share_that_flips-answer")
    answer["outputs"].append({"output_type": "display_data", "data": shown, "metadata": {}})
    notebook["cells"].append(
        {"cell_type": "markdown", "id": "own", "metadata": {}, "source": f"Mine: ![y](https://{ELSEWHERE}/e.png)"}
    )
    room = tmp_path / "class" / "room"
    made.submit(room, "eve", WEIGHTS, notebook)
    made.submit(room, "dan", WEIGHTS, b"no notebook")
    made.submit(room, "bo", WEIGHTS)
    made.course(tmp_path / "class" / "course", [WEIGHTS])
    return room


def view(classroom, student, chapter=WEIGHTS.name):
    path = write_view(classroom, student, chapter, course=classroom.parent / "course")
    notebook = json.loads(path.read_text())
    validate(notebook)
    return path, notebook


def test_the_cleaned_notebook_shows_the_work_and_fetches_nothing(classroom):
    before = {path: path.read_bytes() for path in (classroom / "submitted").rglob("*") if path.is_file()}
    path, notebook = view(classroom, "eve")
    said = made.cell(notebook, WRITTEN)["source"]
    assert said.startswith("My answer. ! [x]") and "< img" in said and "```mermaid" not in said
    own = next(cell for cell in notebook["cells"] if cell["source"].startswith("Mine:"))
    assert "![" not in own["source"]
    outputs = made.cell(notebook, "share_that_flips-answer")["outputs"]
    assert ELSEWHERE not in json.dumps(outputs) and outputs[-1]["data"] == {"text/plain": "7"}
    assert path == classroom / "view" / "eve" / f"{WEIGHTS.name}.ipynb"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {path: path.read_bytes() for path in (classroom / "submitted").rglob("*") if path.is_file()} == before
    assert not (classroom / "gradebook.db").exists()


def test_what_cannot_be_read_says_so_at_the_top(classroom):
    assert "cannot be read" in view(classroom, "dan")[1]["cells"][0]["source"]


@pytest.mark.parametrize(
    ("student", "chapter", "words"),
    [
        ("bo", WEIGHTS.name, "'bo' has not submitted a notebook of 01_weights"),
        ("nobody", WEIGHTS.name, "has the id 'nobody'"),
        ("../room/submitted/eve", WEIGHTS.name, "Nobody in "),
        ("", WEIGHTS.name, "Nobody in "),
        ("eve/../eve", WEIGHTS.name, "Nobody in "),
        ("e*e", WEIGHTS.name, "Nobody in "),
        ("eve", "02_biases", "has not submitted a notebook of 02_biases"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(classroom, student, chapter, words):
    ran = CliRunner().invoke(main, ["view", student, chapter, "--classroom", str(classroom)])
    assert ran.exit_code == 1 and words in ran.output and ran.output.count("\n") == 1
    assert not (classroom / "view").exists()


def test_a_misspelt_chapter_is_named_with_the_one_that_may_be_meant(classroom):
    ran = CliRunner().invoke(main, ["view", "eve", "01_wieghts", "--classroom", str(classroom)])
    assert ran.exit_code == 2
    assert ran.output.endswith("Error: No chapter is called '01_wieghts'. Did you mean 01_weights?\n")


def test_a_link_in_place_of_the_notebook_shows_nothing_of_anybodys(classroom):
    theirs = classroom / "submitted" / "eve" / WEIGHTS.name / f"{WEIGHTS.name}.ipynb"
    linked = classroom / "submitted" / "bo" / WEIGHTS.name / f"{WEIGHTS.name}.ipynb"
    linked.symlink_to(theirs)
    ran = CliRunner().invoke(main, ["view", "bo", WEIGHTS.name, "--classroom", str(classroom)])
    assert ran.exit_code == 1 and "has not submitted" in ran.output
    shutil.rmtree(linked.parent)
    linked.parent.symlink_to(theirs.parent)
    ran = CliRunner().invoke(main, ["view", "bo", WEIGHTS.name, "--classroom", str(classroom)])
    assert ran.exit_code == 1 and "has not submitted" in ran.output


def test_the_command_names_the_file(classroom, monkeypatch):
    from autograder.classroom import nbgrader

    monkeypatch.setattr(nbgrader.Configuration, "source", classroom.parent / "course", raising=False)
    ran = CliRunner().invoke(main, ["view", "eve", WEIGHTS.name, "--classroom", str(classroom)])
    assert ran.exit_code == 0 and ran.output.strip().endswith("view/eve/01_weights.ipynb")


def test_an_unknown_chapter_and_a_folder_without_submissions_are_refused(classroom, tmp_path):
    with pytest.raises(Refusal, match="01_wieghts"):
        write_view(classroom, "eve", "01_wieghts")
    with pytest.raises(ClassroomError, match="submitted") as caught:
        write_view(tmp_path / "class", "eve", WEIGHTS.name)
    assert "has not submitted" not in str(caught.value)
