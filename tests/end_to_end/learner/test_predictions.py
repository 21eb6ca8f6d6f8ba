"""Does every prediction have a unique name, an outcome, and an answer that is not given away before it?"""

import ast
import collections
import functools
import io
import re
import tokenize

import pytest

from autograder.paths import SOLUTIONS
from autograder.release import build_notebook
from tests.end_to_end.learner.conftest import NOTEBOOKS

TO_DO: set[str] = set()
"""Chapters, by number, whose predictions have not been checked yet."""
SHARED: set[str] = set()
"""Names that two chapters still share."""

_SMALL = frozenset(
    re.findall(
        r"[a-z]+",
        "a about all an and are as at be been but by can could do does each few for from had has have how if in into "
        "is it its more most much no none nor not nothing of on one only or other out over per same so some than that "
        "the their them then there these they this to two was what when where which while who will with would you your",
    )
)


@functools.cache
def code_cells(name):
    notebook = build_notebook(SOLUTIONS / "notebooks" / f"{name}.md")
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def calls(source, function):
    """Return a function's calls in a cell as lists of arguments, None for values that only the notebook knows."""
    nodes = ast.walk(ast.parse(re.sub(r"^%.*", "", source, flags=re.MULTILINE)))
    found = [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == function]
    return [[_value(arg) for arg in node.args] for node in sorted(found, key=lambda node: node.lineno)]


def _value(node):
    """Return the value of an argument, even if it is written with `range`, such as a list of digits."""
    try:
        return eval(compile(ast.Expression(node), "argument", "eval"), {"__builtins__": {"str": str, "range": range}})
    except NameError:
        return None


def predictions():
    """Return each prediction as (chapter, name, question, options)."""
    found = []
    for chapter in NOTEBOOKS:
        found += [(chapter, *call) for cell in code_cells(chapter) for call in calls(cell, "predict")]
    return found


def key_words(option, options):
    """Return the words that tell an option from the others, cut to their stems."""
    words = [stems(one) for one in options]
    own = stems(option) - set.intersection(*words) if len(words) > 1 else stems(option)
    return own - _SMALL or own or stems(option)


def stems(text):
    found = re.findall(r"[a-z]+|[−-]?\d[\d.,]*", text.lower())
    return {re.sub(r"(ing|ed|es|s|ly)$", "", word) if len(word) > 4 else word for word in found}


def sentences(text):
    return [part for part in re.split(r"[.!?;:](?:\s|$)|\n\s*\n|\n[#|*-] ?|\|", text) if part.strip()]


def words_of(code):
    """Return the prose of a code cell: its comments and strings."""
    tokens = tokenize.generate_tokens(io.StringIO(re.sub(r"^%.*", "", code, flags=re.MULTILINE)).readline)
    return "\n\n".join(token.string for token in tokens if token.type in (tokenize.COMMENT, tokenize.STRING))


def give_aways(question, option, options, before):
    """Return the sentences that contain the answer's key words together with words of the question.

    Two words of the question are enough, unless the answer is only a number: then half of the words are needed.
    """
    keys, asked = key_words(option, options), stems(question) - _SMALL - key_words(option, options)
    only_a_number = not any(re.search("[a-z]", key) for key in keys)
    needed = max(2, len(asked) // 2) if only_a_number else 2
    return [one for one in sentences(before) if keys <= stems(one) and len(stems(one) & asked) >= needed]


def test_every_prediction_has_a_name_of_its_own():
    """A learner's record keeps one prediction per name, whatever the chapter."""
    names = collections.Counter(name for _, name, *_ in predictions())
    assert len(names) > 30
    assert {name for name, times in names.items() if times > 1} <= SHARED


@pytest.mark.parametrize("chapter", NOTEBOOKS)
def test_every_prediction_is_followed_by_its_outcome(chapter):
    asked, told = [], []
    for cell in code_cells(chapter):
        told += [(name, len(asked)) for name, *_ in calls(cell, "outcome")]
        asked += [name for name, *_ in calls(cell, "predict")]
    for position, name in enumerate(asked):
        assert any(name == other and when > position for other, when in told), name
    assert {name for name, _ in told} == set(asked)


@pytest.mark.slow
@pytest.mark.parametrize("chapter", NOTEBOOKS)
def test_a_predictions_name_does_not_give_it_away(chapter, solved, request):
    _expect_failure(chapter, request)
    for name, _, options, came in _with_outcomes(chapter, solved):
        assert not key_words(came, options) & stems(name.replace("_", " ")), f"{name}: {came}"


@pytest.mark.slow
@pytest.mark.parametrize("chapter", NOTEBOOKS)
def test_a_predictions_answer_stands_nowhere_before_it(chapter, solved, request):
    _expect_failure(chapter, request)
    notebook, settled = solved(chapter), 0
    outcomes = {name: (question, options, came) for name, question, options, came in _with_outcomes(chapter, solved)}
    before, found = [], []
    for cell in notebook.cells:
        if cell.cell_type == "code" and (asked := calls(cell.source, "predict")):
            for name, *_ in asked:
                question, options, came = outcomes[name]
                found += [(name, came, one) for one in give_aways(question, came, options, "\n\n".join(before))]
                settled += 1
        else:
            before.append(cell.source if cell.cell_type == "markdown" else words_of(cell.source))
    assert settled == len(outcomes)
    assert found == [], "\n".join(map(str, found))


def _expect_failure(chapter, request):
    if chapter[:2] in TO_DO:
        request.applymarker(pytest.mark.xfail(reason="its predictions have not been gone through yet"))


def _with_outcomes(chapter, solved):
    """Return each prediction of a chapter with what came true when the reference ran it."""
    came = {}
    for cell in solved(chapter).cells:
        if cell.cell_type == "code" and (told := dict.fromkeys(name for name, *_ in calls(cell.source, "outcome"))):
            texts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.outputs]
            said = re.findall(r"What happened: (.*?)\. You made no prediction here", "\n".join(texts), re.DOTALL)
            assert len(said) == len(told), cell.source
            came |= dict(zip(told, said, strict=True))
    asked = [prediction for where, *prediction in predictions() if where == chapter]
    return [(name, question, options, came[name]) for name, question, options in asked]


def test_a_sentence_that_tells_the_outcome_is_found():
    options = ["it vanishes", "it explodes", "it stays"]
    question = "What happens to the signal behind fifty layers?"
    assert give_aways(question, "it explodes", options, "Behind fifty layers the signal exploded.")
    assert not give_aways(question, "it explodes", options, "Nothing here. The signal goes through layers.")
    assert give_aways("How many of the 50 neurons stay?", "2", ["1", "2"], "In the end 2 of 50 neurons stay.")
    assert not give_aways("How many of the 50 neurons stay?", "2", ["1", "2"], "A neuron has a weight of 2.")
