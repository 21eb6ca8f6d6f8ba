"""Does every call that a text or a card suggests work in the place where the learner reads it?"""

import ast
import re

import nbformat
import pytest

import labkit
from autograder.exercises import CHAPTERS
from autograder.paths import COURSE, ROOT
from tests.end_to_end.learner.conftest import NOTEBOOKS

CALL = re.compile(rf"(?<![\w.])({'|'.join(labkit._TOOLS)})\(")
"""A call of one of the lab's tools without ``labkit.`` before it."""


def cells_of(name):
    return nbformat.read(COURSE / name / f"{name}.ipynb", 4).cells


def imported(source):
    nodes = ast.walk(ast.parse(source))
    return {alias.asname or alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}


def first_imports(name):
    return imported(next(cell.source for cell in cells_of(name) if cell.cell_type == "code"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_text_calls_only_what_was_imported_above_it(name):
    known: set[str] = set()
    for cell in cells_of(name):
        if cell.cell_type == "code":
            known |= imported(cell.source)
        else:
            assert set(CALL.findall(cell.source)) <= known, cell.source


def test_the_texts_call_tools():
    texts = [cell.source for name in NOTEBOOKS for cell in cells_of(name) if cell.cell_type == "markdown"]
    assert len([call for text in texts for call in CALL.findall(text)]) > 5


def test_a_card_calls_only_what_every_notebook_imports_at_once():
    everywhere = set.intersection(*map(first_imports, NOTEBOOKS))
    asked = [one for chapter in CHAPTERS.values() for one in (*chapter.exercises.values(), *chapter.questions.values())]
    told = [words for one in asked for words in (*one.hints, getattr(one, "why", ""))]
    for path in [*(ROOT / "autograder").glob("*.py"), *(ROOT / "src" / "labkit").glob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        told += [value for value in constants if isinstance(value, str)]
    found = {call for text in told for call in CALL.findall(text)}
    assert found
    assert found <= everywhere
