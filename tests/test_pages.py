"""Does a chapter's page leave the answer of an exercise to the learner until its check?"""

from __future__ import annotations

import functools
import re

import pytest

from autograder.exercises import EXERCISES
from autograder.paths import SOLUTIONS
from autograder.release import build_notebook
from tests.test_stubs import answer_of, leaks, telling_expressions

MAY_PRINT = {
    "activates": {"neuron(inputs, weights, bias)"},
    "xavier_uniform": {"fan_in + fan_out"},
    "xavier_normal": {"fan_in + fan_out", "2 / (fan_in + fan_out)"},
    "lora_init": {"1 / fan_in"},
}
"""Steps that a page prints: an earlier function's call, and the field's variances. These exercises ask for more."""


def plain(formula):
    """Write a formula of the page as code, as far as an answer could look like it."""
    formula = re.sub(r"\\text\{([^{}]*)\}", r"\1", formula)
    return formula.replace(r"\_", "_").replace("^2", "**2").replace(r"\cdot", "*")


def printed(page, code, answer):
    """Return the steps of an answer that stand in the text of a page or in its code cells."""
    in_code = set().union(*(telling_expressions(cell) for cell in code))
    return sorted({*leaks(plain(page), answer), *(telling_expressions(answer) & in_code)})


@functools.cache
def cells(chapter):
    return build_notebook(SOLUTIONS / "notebooks" / f"{chapter}.md").cells


def before_the_check(name):
    """Return the text and the code cells of a chapter that come before the check of an exercise."""
    page, code = [], []
    for cell in cells(EXERCISES[name].chapter):
        if cell.source.strip() == f'check("{name}")':
            return "\n".join(page), code
        if cell.cell_type == "markdown":
            page.append(cell.source)
        else:
            code.append(cell.source)
    raise AssertionError(f"no check of {name}")


@pytest.mark.parametrize("name", EXERCISES)
def test_a_page_prints_no_step_of_an_answer_before_its_check(name):
    assert set(printed(*before_the_check(name), answer_of(name))) <= MAY_PRINT.get(name, set())


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (r"$$ \text{loss} = \text{mean of } (\text{predictions} - \text{targets})^2 $$", []),
        ("Return `np.mean((predictions - targets) ** 2)`.", []),
        ("", ["loss = np.mean((predictions - targets) ** 2)\nprint(loss)"]),
    ],
)
def test_a_printed_answer_is_found_in_formulas_text_and_code(page, code):
    assert printed(page, code, answer_of("mean_squared_error"))
