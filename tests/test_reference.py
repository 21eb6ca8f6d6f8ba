"""Is the reference library a model for students: fully described, typed and short?"""

import ast
import inspect
import textwrap

import pytest

from autograder.exercises import EXERCISES
from autograder.judging import reference
from autograder.paths import SOLUTIONS

# No docstring; parameters missing, unknown, out of order, without type or description; returns without a description.
FAULTS = {"GL08", "PR01", "PR02", "PR03", "PR04", "PR07", "RT01", "RT03", "SS01", "SS03"}
ONE_SCREEN, HALF_A_SCREEN = 40, 88


@pytest.mark.parametrize("name", EXERCISES)
def test_a_docstring_describes_every_parameter_and_what_comes_back(name):
    validate = pytest.importorskip(
        "numpydoc.validate", reason="numpydoc is not installed, so no docstring was validated"
    )
    reference.module(EXERCISES[name].module)
    errors = validate.validate(f"solutions.weightlab.{EXERCISES[name].module}.{name}")["errors"]
    assert [error for error in errors if error[0] in FAULTS] == []


@pytest.mark.parametrize("name", EXERCISES)
def test_every_argument_and_result_has_a_type(name):
    function = getattr(reference.module(EXERCISES[name].module), name)
    assert set(inspect.signature(function).parameters) | {"return"} == set(function.__annotations__)


@pytest.mark.parametrize("path", sorted((SOLUTIONS / "weightlab").glob("*.py")), ids=lambda path: path.stem)
def test_a_line_fits_beside_a_notebook(path):
    """Half a screen of JupyterLab fits this many columns; the stubs are these files without the answers."""
    wide = [line for line in path.read_text(encoding="utf-8").splitlines() if len(line) > HALF_A_SCREEN]
    assert wide == []


@pytest.mark.parametrize("name", EXERCISES)
def test_an_answer_fits_on_one_screen(name):
    function = getattr(reference.module(EXERCISES[name].module), name)
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    body = node.body[1:]
    assert body[-1].end_lineno - body[0].lineno < ONE_SCREEN


def test_the_whole_library_is_short():
    """It has about 300 lines of code, without docstrings and blank lines."""
    lines = 0
    for path in (SOLUTIONS / "weightlab").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.Module)) and ast.get_docstring(node):
                node.body = node.body[1:] or [ast.Pass()]
        lines += len(ast.unparse(tree).splitlines())
    assert lines < 400
