"""Do `weightlab grade` and nbgrader's own autograde read ordinary but odd submissions correctly and in the same way?"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from autograder.classroom.grade import grade_class
from autograder.judging.question import judge_answer
from autograder.learner.notebook import Card
from autograder.paths import ROOT
from autograder.sandbox import selftest
from tests.end_to_end.instructor.conftest import SEED, WEIGHTS
from tests.support import classroom as made

NUMBER, WORDS, OTHER_WORDS = "share_that_flips", "zero_or_negative", "where_is_the_knowledge"
STUB = 'raise NotImplementedError("apply_weight is not written yet")'
FUNCTIONS = sum(exercise.points for exercise in WEIGHTS.exercises.values())
NUMBERS = sum(question.points for question in WEIGHTS.questions.values())
ONE = WEIGHTS.exercises["apply_weight"].points
RIGHT = WEIGHTS.questions[NUMBER].value


def shown(text):
    data = {"text/plain": text}
    return [{"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}]


def printed(text):
    return [{"output_type": "stream", "name": "stdout", "text": text}]


def own(kind, source, outputs=()):
    code = {"outputs": list(outputs), "execution_count": 1} if kind == "code" else {}
    return {"cell_type": kind, "id": "mine", "metadata": {}, "source": source, **code}


class Odd:
    """Changes to a notebook that is otherwise right, each of a kind that people often make."""

    def __init__(self):
        self.notebook = made.answered(WEIGHTS)
        self.library = dict(made.REFERENCE)
        self.cells = self.notebook["cells"]

    def cell(self, name):
        return made.cell(self.notebook, name)

    def insert(self, after, cell):
        self.cells.insert(self.cells.index(self.cell(after)) + 1, cell)

    def number(self, source, outputs=(), checked=True):
        self.cell(f"{NUMBER}-answer").update(source=source, outputs=list(outputs))
        if checked:
            bundle = Card(judge_answer(WEIGHTS.questions[NUMBER], RIGHT), "", RIGHT)._repr_mimebundle_()
            output = {"output_type": "execute_result", "data": bundle, "metadata": {}, "execution_count": 2}
            self.cell(NUMBER)["outputs"] = json.loads(json.dumps([output]))


def a_printed_number(odd):
    odd.number(f"{NUMBER} = compute()\nprint({NUMBER})", printed(str(RIGHT)))


def a_sentence(odd):
    odd.number(f"{NUMBER} = compute()\nf'It is {{{NUMBER}}}'", shown(f"'It is {RIGHT}'"))


def an_expression_after_it(odd):
    odd.number(f"{NUMBER} = compute()\n{NUMBER} * 100", shown(str(RIGHT * 100)))


def a_number_over_two_cells(odd):
    odd.number("parts = compute()")
    lower = copy.deepcopy(odd.cell(f"{NUMBER}-answer")) | {"id": "new", "source": f"{NUMBER} = parts / 2\n{NUMBER}"}
    odd.insert(f"{NUMBER}-answer", lower | {"outputs": shown(str(RIGHT))})


def a_corrected_lower_copy(odd):
    odd.number(f"{NUMBER} = 0.9", checked=False)
    lower = copy.deepcopy(odd.cell(f"{NUMBER}-answer")) | {"id": "new", "source": f"{NUMBER} = {RIGHT}"}
    odd.insert(f"{NUMBER}-answer", lower)


def a_check_of_ones_own(odd):
    odd.number("half = compute()")
    odd.insert(NUMBER, own("code", f'check("{NUMBER}", half)', odd.cell(NUMBER)["outputs"]))
    odd.cell(NUMBER)["outputs"] = []


def a_number_that_no_check_has_seen(odd):
    odd.number(f"{NUMBER} = compute()\nprint({NUMBER})", printed(str(RIGHT)), checked=False)


def a_split_written_answer(odd):
    odd.cell(WORDS)["source"] = "First half."
    odd.insert(WORDS, copy.deepcopy(odd.cell(WORDS)) | {"id": "new", "source": "Second half."})


def cells_in_another_order(odd):
    odd.cells.reverse()


def an_answer_in_a_cell_of_ones_own(odd):
    odd.cell(WORDS)["source"] = made.WRITTEN
    odd.insert(WORDS, own("markdown", "My answer stands here."))


def a_blank_answer(odd):
    odd.cell(WORDS)["source"] = made.WRITTEN


def names_lost(odd):
    for cell in odd.cells:
        cell["metadata"] = {}
        cell.pop("id")


def names_lost_and_nothing_to_tell(odd):
    odd.number("0.25", checked=False)
    odd.insert(f"{NUMBER}-answer", own("code", "7"))
    names_lost(odd)


def another_notebook(odd):
    odd.cells[:] = [own("markdown", "My holidays")]


def outputs_of_eleven_megabytes(odd):
    odd.cells[1]["outputs"] = printed("x" * 11 * 2**20)


def no_library(odd):
    odd.library.clear()


def an_import_that_grading_lacks(odd):
    odd.library["weights"] = b"import seaborn as sns\nsns.set_theme()\n" + odd.library["weights"]


def a_left_over_raise(odd):
    spare = odd.library["weights"].replace(b"def apply_weight(", b"def _spare(")
    odd.library["weights"] = spare + f"\n\ndef apply_weight(x, weight):\n    {STUB}\n    return x * weight\n".encode()


ALL = FUNCTIONS + NUMBERS
EXPECTED = {  # status, score, and the written answers waiting for a mark
    a_printed_number: ("graded", ALL, {WORDS, OTHER_WORDS}),
    a_sentence: ("graded", ALL, {WORDS, OTHER_WORDS}),
    an_expression_after_it: ("graded", ALL, {WORDS, OTHER_WORDS}),
    a_number_over_two_cells: ("graded", ALL, {WORDS, OTHER_WORDS}),
    a_corrected_lower_copy: ("graded", ALL, {WORDS, OTHER_WORDS}),
    a_check_of_ones_own: ("graded", ALL, {WORDS, OTHER_WORDS}),
    a_number_that_no_check_has_seen: ("graded", ALL - 1, {WORDS, OTHER_WORDS}),
    a_split_written_answer: ("graded", ALL, {WORDS, OTHER_WORDS}),
    cells_in_another_order: ("graded", ALL, {WORDS, OTHER_WORDS}),
    an_answer_in_a_cell_of_ones_own: ("graded", ALL, {WORDS, OTHER_WORDS}),
    a_blank_answer: ("graded", ALL, {OTHER_WORDS}),
    names_lost: ("graded", ALL, {WORDS, OTHER_WORDS}),
    names_lost_and_nothing_to_tell: ("malformed", ALL - 1, {WORDS, OTHER_WORDS}),
    another_notebook: ("malformed", FUNCTIONS, {WORDS, OTHER_WORDS}),
    outputs_of_eleven_megabytes: ("graded", ALL, {WORDS, OTHER_WORDS}),
    no_library: ("no_library", NUMBERS, {WORDS, OTHER_WORDS}),
    an_import_that_grading_lacks: ("graded", ALL, {WORDS, OTHER_WORDS}),
    a_left_over_raise: ("graded", ALL - ONE, {WORDS, OTHER_WORDS}),
}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The same class, graded by `weightlab grade` and by nbgrader's own command."""
    base = tmp_path_factory.mktemp("odd")
    course = made.course(base / "course", [WEIGHTS])
    for room in (base / "ours", base / "nbgraders"):
        for change in EXPECTED:
            odd = Odd()
            change(odd)
            made.submit(room, change.__name__, WEIGHTS, odd.notebook, odd.library)
    isolation = "process" if selftest.why_not() else "bubblewrap"
    entries = grade_class(base / "ours", [WEIGHTS.name], seed=SEED, isolation=isolation, course=course)
    (base / "nbgraders" / ".weightlab").mkdir()
    (base / "nbgraders" / ".weightlab" / "seed").write_text(str(SEED))
    command = [sys.executable, "-m", "nbgrader", "autograde", WEIGHTS.name, "--course-dir", base / "nbgraders"]
    options = [f"--Rebuilder.isolation={isolation}", f"--CourseDirectory.source_directory={course}"]
    ran = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert ran.returncode == 0, ran.stderr[-2000:]
    by = {entry["student"]: entry for entry in entries}
    return SimpleNamespace(by=by, ours=base / "ours", nbgraders=base / "nbgraders")


def waiting(room, student):
    return {name for _, _, name, auto, _, needed in made.gradebook(room, student) if needed and auto is None}


@pytest.mark.parametrize("change", EXPECTED, ids=lambda change: change.__name__)
def test_each_habit_ends_as_it_should(both, change):
    entry = both.by[change.__name__]
    status, score, waits = EXPECTED[change]
    assert (entry["status"], entry["score"]) == (status, score), entry["exercises"]
    assert waiting(both.ours, change.__name__) == waits


@pytest.mark.parametrize("change", EXPECTED, ids=lambda change: change.__name__)
def test_nbgraders_own_command_reads_the_same(both, change):
    ours, theirs = (made.gradebook(room, change.__name__) for room in (both.ours, both.nbgraders))
    assert ours == theirs and len(ours) > len(WEIGHTS.exercises)
    ours, theirs = (
        json.loads((room / "autograded" / change.__name__ / WEIGHTS.name / f"{WEIGHTS.name}.ipynb").read_bytes())
        for room in (both.ours, both.nbgraders)
    )
    assert [read(cell) for cell in ours["cells"]] == [read(cell) for cell in theirs["cells"]]


def read(cell):
    """Return what a person reads in a cell."""
    outputs = []
    for output in cell.get("outputs", ()):
        texts = output.get("data", {}) | {name: output[name] for name in ("text", "evalue") if name in output}
        outputs.append({name: "".join(text) for name, text in texts.items()})
    return cell["cell_type"], "".join(cell["source"]), outputs


def test_a_left_over_raise_is_said_to_be_that(both):
    found = next(one for one in both.by["a_left_over_raise"]["exercises"] if one["exercise"] == "apply_weight")
    assert found["status"] == "not_started" and "raises NotImplementedError first: delete that line" in found["message"]
    page = both.ours / "feedback" / "a_left_over_raise" / WEIGHTS.name / f"{WEIGHTS.name}.html"
    assert "raises NotImplementedError first" in page.read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [(a_blank_answer, True), (an_answer_in_a_cell_of_ones_own, False), (another_notebook, False)],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_page_says_that_there_is_no_answer_only_where_there_can_be_none(both, change, said):
    page = both.ours / "feedback" / change.__name__ / WEIGHTS.name / f"{WEIGHTS.name}.html"
    assert ("No response." in page.read_text()) is said


def test_the_page_shows_what_is_in_cells_of_ones_own(both):
    name = an_answer_in_a_cell_of_ones_own.__name__
    page = both.ours / "feedback" / name / WEIGHTS.name / f"{WEIGHTS.name}.html"
    assert "My answer stands here." in page.read_text()
