"""Attacks by what a notebook says about its own cells: tags, points, names, order, kernel, format."""

from __future__ import annotations

import copy
import json

from tests.security.opened import WRITTEN
from tests.security.payload import OF_NUMBERS, QUESTION, Attacks, Submission, code_cell

attack = Attacks("notebook metadata")
FULL = {"output_type": "execute_result", "data": {"text/plain": "100"}, "metadata": {}, "execution_count": 1}


@attack()
def skip_execution(it: Submission) -> None:
    """Every check cell carries the tag skip-execution: a cell that did not run shows no error."""
    for cell in it.checks():
        cell["metadata"]["tags"] = ["skip-execution"]


@attack()
def raises_exception(it: Submission) -> None:
    """Every check cell carries the tag raises-exception."""
    for cell in it.checks():
        cell["metadata"]["tags"] = ["raises-exception"]


@attack()
def edited_points(it: Submission) -> None:
    """Every check cell says that it is worth a hundred points."""
    for cell in it.checks():
        cell["metadata"]["nbgrader"]["points"] = 100


@attack()
def checks_that_are_not_graded(it: Submission) -> None:
    """Every check cell says that it is not a graded cell."""
    for cell in it.checks():
        cell["metadata"]["nbgrader"] |= {"grade": False, "locked": False}


@attack()
def checks_that_are_answers(it: Submission) -> None:
    """Every check cell says that it is the student's answer, and does nothing."""
    for cell in it.checks():
        cell["metadata"]["nbgrader"] |= {"solution": True, "locked": False}
        cell["source"] = "pass"


@attack()
def emptied_checks(it: Submission) -> None:
    """Every check cell is emptied, and its checksum forged."""
    for cell in it.checks():
        cell["source"] = ""
        cell["metadata"]["nbgrader"] |= {"locked": False, "checksum": "0" * 32}


@attack()
def forged_grade_cells(it: Submission) -> None:
    """Further cells claim to be graded and worth a hundred points each, and show 100."""
    for i in range(3):
        cell = copy.deepcopy(it.checks()[0])
        cell |= {"id": f"forged-{i}", "source": "100", "outputs": [FULL]}
        cell["metadata"]["nbgrader"] |= {"grade_id": f"forged-{i}", "points": 100}
        it.notebook["cells"].append(cell)


@attack()
def copied_check_cell(it: Submission) -> None:
    """One check cell occurs twice under the same name, the second time empty."""
    cell = copy.deepcopy(it.cell("apply_weight"))
    it.notebook["cells"].append(cell | {"id": "copy", "source": "2"})


@attack()
def deleted_checks(it: Submission) -> None:
    """All check cells are deleted."""
    gone = it.checks()
    it.notebook["cells"] = [cell for cell in it.notebook["cells"] if cell not in gone]


@attack()
def checks_first(it: Submission) -> None:
    """The check cells come first, and a later cell raises the errors that they would have raised."""
    checks = it.checks()
    rest = [cell for cell in it.notebook["cells"] if cell not in checks]
    it.notebook["cells"] = [*checks, *rest, code_cell("raise AssertionError('checks')")]


@attack()
def saved_outputs(it: Submission) -> None:
    """Every check cell already holds an output that gives full marks."""
    for cell in it.checks():
        cell |= {"outputs": [FULL], "execution_count": 1}


@attack()
def another_kernel(it: Submission) -> None:
    """The notebook asks for a kernel in which no check can fail."""
    it.notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}


@attack()
def schema_of_the_future(it: Submission) -> None:
    """The cells' nbgrader metadata claim version 99."""
    for cell in it.checks():
        cell["metadata"]["nbgrader"]["schema_version"] = 99


@attack()
def wrong_format_numbers(it: Submission) -> None:
    """The field nbformat is text, and nbformat_minor is missing."""
    it.notebook["nbformat"] = "four"
    del it.notebook["nbformat_minor"]


@attack(submission="malformed", costs=OF_NUMBERS)
def no_json(it: Submission) -> None:
    """The notebook is a PDF."""
    it.notebook = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3 this is no notebook"


@attack(submission="malformed", costs=OF_NUMBERS)
def forty_megabytes_of_cells(it: Submission) -> None:
    """The notebook holds forty megabytes of cells."""
    it.notebook["cells"] += [code_cell(f"# {i}" + "x" * 10_000) for i in range(4_000)]
    it.notebook = json.dumps(it.notebook).encode()


@attack()
def answer_too_deep_to_walk(it: Submission) -> None:
    """Answers are expressions, quotes and lists of thousands of levels, in code and in Markdown."""
    chains = ("a" + ".b" * 20_000, "-" * 20_000 + "1", "+".join("1" * 20_000), "1if x else " * 9_000 + "1")
    for chain in (*chains, "[" * 150 + "]" * 150, "f(" * 90 + ")" * 90):
        answer = it.cell(f"{QUESTION}-answer")
        answer["source"] = f"{QUESTION} = {chain}\n{answer['source']}"
    it.cell(WRITTEN)["source"] = "x\n\n".join(mark * 1_500 for mark in ("> ", "[", "*a ", "- ", "<a ", "`a"))
