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
    """The tag `skip-execution` on every check cell."""
    for cell in it.checks():
        cell["metadata"]["tags"] = ["skip-execution"]


@attack()
def raises_exception(it: Submission) -> None:
    """The tag `raises-exception` on every check cell."""
    for cell in it.checks():
        cell["metadata"]["tags"] = ["raises-exception"]


@attack()
def edited_points(it: Submission) -> None:
    """A hundred points on every check cell."""
    for cell in it.checks():
        cell["metadata"]["nbgrader"]["points"] = 100


@attack()
def checks_that_are_not_graded(it: Submission) -> None:
    """Check cells marked as not graded."""
    for cell in it.checks():
        cell["metadata"]["nbgrader"] |= {"grade": False, "locked": False}


@attack()
def checks_that_are_answers(it: Submission) -> None:
    """Check cells marked as answers, with nothing to run."""
    for cell in it.checks():
        cell["metadata"]["nbgrader"] |= {"solution": True, "locked": False}
        cell["source"] = "pass"


@attack()
def emptied_checks(it: Submission) -> None:
    """Empty check cells with forged checksums."""
    for cell in it.checks():
        cell["source"] = ""
        cell["metadata"]["nbgrader"] |= {"locked": False, "checksum": "0" * 32}


@attack()
def forged_grade_cells(it: Submission) -> None:
    """Extra graded cells, worth a hundred points each."""
    for i in range(3):
        cell = copy.deepcopy(it.checks()[0])
        cell |= {"id": f"forged-{i}", "source": "100", "outputs": [FULL]}
        cell["metadata"]["nbgrader"] |= {"grade_id": f"forged-{i}", "points": 100}
        it.notebook["cells"].append(cell)


@attack()
def copied_check_cell(it: Submission) -> None:
    """An empty second copy of a check cell."""
    cell = copy.deepcopy(it.cell("apply_weight"))
    it.notebook["cells"].append(cell | {"id": "copy", "source": "2"})


@attack()
def deleted_checks(it: Submission) -> None:
    """A notebook without check cells."""
    gone = it.checks()
    it.notebook["cells"] = [cell for cell in it.notebook["cells"] if cell not in gone]


@attack()
def checks_first(it: Submission) -> None:
    """Check cells first, and their errors in a later cell."""
    checks = it.checks()
    rest = [cell for cell in it.notebook["cells"] if cell not in checks]
    it.notebook["cells"] = [*checks, *rest, code_cell("raise AssertionError('checks')")]


@attack()
def saved_outputs(it: Submission) -> None:
    """Saved outputs that show full marks."""
    for cell in it.checks():
        cell |= {"outputs": [FULL], "execution_count": 1}


@attack()
def another_kernel(it: Submission) -> None:
    """A kernel in which no check can fail."""
    it.notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}


@attack()
def schema_of_the_future(it: Submission) -> None:
    """Metadata that claim version 99 of nbgrader's schema."""
    for cell in it.checks():
        cell["metadata"]["nbgrader"]["schema_version"] = 99


@attack()
def wrong_format_numbers(it: Submission) -> None:
    """Text for `nbformat`, and no `nbformat_minor`."""
    it.notebook["nbformat"] = "four"
    del it.notebook["nbformat_minor"]


@attack(submission="malformed", costs=OF_NUMBERS)
def no_json(it: Submission) -> None:
    """A PDF as the notebook."""
    it.notebook = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3 this is no notebook"


@attack(submission="malformed", costs=OF_NUMBERS)
def forty_megabytes_of_cells(it: Submission) -> None:
    """Forty megabytes of cells."""
    it.notebook["cells"] += [code_cell(f"# {i}" + "x" * 10_000) for i in range(4_000)]
    it.notebook = json.dumps(it.notebook).encode()


@attack()
def answer_too_deep_to_walk(it: Submission) -> None:
    """Answers nested thousands of levels deep."""
    chains = ("a" + ".b" * 20_000, "-" * 20_000 + "1", "+".join("1" * 20_000), "1if x else " * 9_000 + "1")
    for chain in (*chains, "[" * 150 + "]" * 150, "f(" * 90 + ")" * 90):
        answer = it.cell(f"{QUESTION}-answer")
        answer["source"] = f"{QUESTION} = {chain}\n{answer['source']}"
    it.cell(WRITTEN)["source"] = "x\n\n".join(mark * 1_500 for mark in ("> ", "[", "*a ", "- ", "<a ", "`a"))
