"""Does every notebook run, show its figures with text alternatives, and stop with a helpful message at a stub?"""

import collections
import itertools
import re

import nbformat
import pytest
from nbgrader.validator import Validator

from autograder.exercises import CHAPTERS
from autograder.judging.words import counted
from autograder.paths import SOLUTIONS
from autograder.release import build_notebook
from tests.end_to_end.learner.conftest import NOTEBOOKS

pytestmark = pytest.mark.slow
HALF_A_SCREEN = 88


def outputs(notebook, kind=None):
    return [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if kind in (None, output.output_type)
    ]


def html_of(notebook):
    shown = [output for output in outputs(notebook) if output.output_type in ("display_data", "execute_result")]
    return ["".join(output.data.get("text/html", "")) for output in shown]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_with_the_reference_it_runs_to_its_end_without_a_complaint(solved, name):
    notebook = solved(name)
    assert [error.evalue for error in outputs(notebook, "error")] == []
    assert [output.text for output in outputs(notebook, "stream") if output.name == "stderr"] == []
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())


@pytest.mark.parametrize("name", ["01_weights", "04_forward", "06_backprop"])
def test_with_lists_in_place_of_arrays_it_runs_to_its_end_too(listing, name):
    """A check accepts a list, so no later cell may fail because of one."""
    notebook = listing(name)
    assert [error.evalue for error in outputs(notebook, "error")] == []
    shown = "\n".join(html_of(notebook))
    assert "is a list, but an array is expected" in shown
    for exercise in CHAPTERS[name].exercises.values():
        assert f"{exercise.name} · {exercise.points:g} of {counted(exercise.points, 'point')}" in shown


@pytest.mark.parametrize("name", CHAPTERS)
def test_with_the_reference_every_exercise_has_all_its_points(solved, name):
    shown = "\n".join(html_of(solved(name)))
    for exercise in CHAPTERS[name].exercises.values():
        assert f"{exercise.name} · {exercise.points:g} of {counted(exercise.points, 'point')}" in shown


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_picture_has_words_for_those_who_do_not_see_it(solved, name):
    notebook = solved(name)
    pictures = re.findall(r"<img[^>]*>", "\n".join(html_of(notebook)))
    assert pictures or name.startswith("00")
    for picture in pictures:
        assert len(re.search(r'alt="([^"]*)"', picture).group(1)) > 20
    bare = [output for output in outputs(notebook) if "image/png" in output.get("data", {})]
    assert bare == [], "a figure that did not go through labkit.figures.show"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_headings_are_in_order(solved, name):
    levels = [
        len(mark)
        for cell in solved(name).cells
        if cell.cell_type == "markdown"
        for mark in re.findall(r"^(#{1,6}) ", cell.source, re.MULTILINE)
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_line_of_code_fits_beside_the_library(name):
    """This includes the answers, so that nobody who types them has to scroll."""
    source = SOLUTIONS / "notebooks" / f"{name}.md"
    for answers in (False, True):
        cells = [cell.source for cell in build_notebook(source, answers).cells if cell.cell_type == "code"]
        assert [line for cell in cells for line in cell.splitlines() if len(line) > HALF_A_SCREEN] == []
        assert len(cells) > 5


@pytest.mark.parametrize("name", CHAPTERS)
def test_nbgraders_validate_says_of_an_untouched_chapter_what_the_start_page_tells(untouched, tmp_path, name):
    """It lists every check, which it calls partial credit even where there is none, and every written answer."""
    nbformat.write(untouched(name), tmp_path / f"{name}.ipynb")
    validator = Validator()
    validator.preprocessors = []  # the notebook has already been run
    failed = [(one["source"], one["error"]) for one in validator.validate(str(tmp_path / f"{name}.ipynb"))["failed"]]
    chapter = CHAPTERS[name]
    calls = [f'check("{exercise}")' for exercise in chapter.exercises]
    calls += [f'check("{question}", {question})' for question in chapter.questions]
    assert sorted(source for source, _ in failed if source.startswith("check(")) == sorted(calls)
    said = collections.Counter(error.split(";")[0] for _, error in failed)
    assert said["You did not provide a response."] == len(chapter.written)
    assert said["Partial credit"] >= len(chapter.exercises)
    assert len(failed) == len(calls) + len(chapter.written)


@pytest.mark.parametrize("name", CHAPTERS)
def test_with_stubs_the_first_one_says_what_to_write_next(untouched, name):
    errors = outputs(untouched(name), "error")
    assert errors
    assert re.search(r"is not written yet", errors[0].evalue), errors[0].evalue
    cards = "\n".join(html_of(untouched(name)))
    assert f"Write it in src/weightlab/{CHAPTERS[name].module}.py" in cards


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_what_every_chapter_has(name):
    text = (SOLUTIONS / "notebooks" / f"{name}.md").read_text(encoding="utf-8")
    for needed in ("minutes", "<details>", "predict(", "outcome(", "I'm getting", "### BEGIN SOLUTION"):
        assert needed in text, needed
    assert CHAPTERS[name].written, "no written question"
