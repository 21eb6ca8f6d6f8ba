"""Does a stub say what to write without holding the expression that is the answer?"""

import ast
import contextlib
import doctest
import inspect
import re

import pytest

from autograder import markers
from autograder.exercises import EXERCISES
from autograder.judging import reference
from autograder.paths import SOLUTIONS

_PLAIN_CALLS = {"len", "range", "list", "zip", "enumerate", "float", "int", "asarray", "array", "min"}


class _Canonical(ast.NodeTransformer):
    """Writes equivalent expressions in the same way: no `np.`, `max` for `maximum`, sums and products sorted."""

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in ("np", "math"):
            return ast.Name({"maximum": "max"}.get(node.attr, node.attr))
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, (ast.Add, ast.Mult)):
            node.left, node.right = sorted([node.left, node.right], key=ast.unparse)
        return node


def canonical(tree):
    return ast.unparse(_Canonical().visit(tree))


def tells(node):
    """Return whether an expression is a step of an answer: it computes something out of what is given."""
    names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)} - {"np", "math"}
    if isinstance(node, ast.Call):
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return bool(node.args) and bool(names - {function}) and function not in _PLAIN_CALLS
    if isinstance(node, ast.BinOp):
        return len(names) > 1 or isinstance(node.op, (ast.Div, ast.MatMult, ast.Pow))
    return isinstance(node, ast.Compare) and bool(names)


def telling_expressions(code):
    """Return the telling expressions of code in canonical form; conditions that only guard an error are left out."""

    def expressions(node):
        if isinstance(node, ast.If) and all(isinstance(step, ast.Raise) for step in node.body) and not node.orelse:
            return
        if isinstance(node, ast.expr) and tells(node):
            yield canonical(ast.parse(ast.unparse(node), mode="eval").body)
        for child in ast.iter_child_nodes(node):
            yield from expressions(child)

    return set(expressions(ast.parse(code)))


def code_like(docstring):
    """Yield what looks like code in a docstring: between backquotes, after a prompt, and in lines that compute."""
    yield from re.findall(r"`+([^`]+)`+", docstring)
    yield from re.findall(r"^\s*(?:>>>|\.\.\.) (.+)$", docstring, re.MULTILINE)
    for line in docstring.splitlines():
        yield from re.split(r"[:;]\s|\.$", line.strip())
    yield from code_within_sentences(docstring)


def code_within_sentences(text, longest=16):
    """Yield every run of words that begins or ends anywhere in a sentence and may compute something."""
    words = text.replace("`", "").split()
    for start in range(len(words)):
        for end in range(start + 1, min(start + longest, len(words)) + 1):
            piece = " ".join(words[start:end]).rstrip(".,:;")
            if re.search(r"[-+*/@<>=(\[]", piece):
                yield piece


def leaks(docstring, answer):
    """Return the expressions of an answer that a docstring holds, however they are spaced, quoted or ordered."""
    wanted, found = telling_expressions(answer), set()
    for piece in code_like(docstring.replace("·", "*").replace("−", "-")):
        try:
            found |= telling_expressions(" ".join(piece.split()))
        except (SyntaxError, ValueError):
            continue
    squeezed = re.sub(r"\s|np\.|math\.|`", "", docstring)
    return sorted({one for one in wanted if one in found or re.sub(r"\s", "", one) in squeezed})


def answer_of(name):
    source = (SOLUTIONS / "weightlab" / f"{EXERCISES[name].module}.py").read_text(encoding="utf-8")
    (node,) = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == name]
    return "\n".join(ast.unparse(step) for step in node.body[1:]).replace("return ", "")


def stub_of(name):
    path = SOLUTIONS / "weightlab" / f"{EXERCISES[name].module}.py"
    stubs = ast.parse(markers.strip_module(path.read_text(encoding="utf-8"), path.name)).body
    (node,) = [n for n in stubs if isinstance(n, ast.FunctionDef) and n.name == name]
    return ast.get_docstring(node)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_stubs_docstring_holds_no_expression_of_its_answer(name):
    assert leaks(stub_of(name), answer_of(name)) == []


@pytest.mark.parametrize("name", EXERCISES)
def test_no_hint_before_the_last_one_holds_a_step_of_the_answer(name):
    *earlier, _ = EXERCISES[name].hints
    assert [leaks(hint, answer_of(name)) for hint in earlier] == [[] for _ in earlier]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("apply_weight", "The result is weight * signal for each signal."),
        ("apply_weight", "Return signal * weight, whatever the shape."),
        ("relu", "The result is np.maximum(x, 0), entry by entry."),
        ("gradient_step", "Every array becomes weights − learning_rate · grad_weights after the step."),
    ],
)
def test_an_expression_within_a_sentence_is_found(name, sentence):
    assert leaks(sentence, answer_of(name))


@pytest.mark.parametrize("name", EXERCISES)
def test_every_expression_of_an_answer_is_found_within_a_sentence(name):
    for expression in telling_expressions(answer_of(name)):
        if len(expression.split()) <= 16:
            assert expression in leaks(f"The result is {expression} for each of them.", answer_of(name))


def test_a_step_in_a_hint_is_found():
    assert leaks("Draw with rng.permutation(len(x)), then cut it.", answer_of("minibatches"))


def code_before_the_check(name):
    """Return the cells, and the code in the text, that a chapter shows before an exercise is checked."""
    page = (SOLUTIONS / "notebooks" / f"{EXERCISES[name].chapter}.md").read_text(encoding="utf-8")
    page = re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "", page, flags=re.DOTALL)
    before, check, _ = page.partition(f'check("{name}")')
    assert check, name
    fence = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return fence.findall(before) + re.findall(r"`([^`\n]+)`", fence.sub("", before))


def is_a_call_of_the_library(expression):
    """Return whether an expression only calls a function of the course, as the pages do all the time."""
    node = ast.parse(expression, mode="eval").body
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in EXERCISES


@pytest.mark.parametrize("name", EXERCISES)
def test_no_page_shows_code_of_an_answer_before_its_exercise(name):
    pieces, shown = code_before_the_check(name), set()
    assert pieces
    for piece in pieces:
        with contextlib.suppress(SyntaxError):
            shown |= telling_expressions(piece)
    wanted = telling_expressions(answer_of(name))
    assert [one for one in wanted & shown if not is_a_call_of_the_library(one)] == []


def test_code_of_an_answer_on_a_page_is_found():
    later = code_before_the_check("count_parameters")
    assert any(
        canonical(ast.parse("weighted_sums(blank, templates)[0] + 0.0")) in telling_expressions(one) for one in later
    )
    assert is_a_call_of_the_library("neuron(inputs, weights, bias)")
    assert not is_a_call_of_the_library("neuron(inputs, weights, bias) > 0")


@pytest.mark.parametrize("name", EXERCISES)
def test_a_stub_shows_one_example_and_the_reference_its_notes(name):
    assert ">>> " in stub_of(name)
    docstring = getattr(reference.module(EXERCISES[name].module), name).__doc__
    assert markers.notes(docstring)
    assert markers.notes(stub_of(name)) == ""


RULES = """
No function may change its inputs; drawing from rng is allowed. Arrays hold floats
unless the text says int. A number or bool that you return may be Python's or NumPy's."""
BEFORE_RNG = """
No function may change its inputs. Arrays hold floats unless the text says int. A
number or bool that you return may be Python's or NumPy's."""


@pytest.mark.parametrize("module", sorted({exercise.module for exercise in EXERCISES.values()}))
def test_every_module_opens_with_what_holds_for_all_its_functions(module):
    source = (SOLUTIONS / "weightlab" / f"{module}.py").read_text(encoding="utf-8")
    first, _, rest = ast.get_docstring(ast.parse(markers.strip_module(source, module))).partition("\n")
    assert first.endswith(".")
    # Chapter 3 is the first to draw from a generator; until then the word would only puzzle.
    assert rest == (BEFORE_RNG if module in ("weights", "biases") else RULES)


@pytest.mark.parametrize("module", sorted({exercise.module for exercise in EXERCISES.values()}))
def test_the_examples_of_the_reference_are_true(module):
    result = doctest.testmod(reference.module(module))
    assert result.failed == 0
    assert result.attempted > 0


@pytest.mark.parametrize(
    ("docstring", "answer"),
    [
        ("Return the signal: ``weight * signal``.", "weight * signal"),
        ("Return the signal: ``signal*weight``.", "weight * signal"),
        ("Draw with ``a = sqrt(6 / (fan_in + fan_out))``.", "limit = np.sqrt(6 / (fan_out + fan_in))"),
        ("Whether\n\n    neuron(inputs, weights, bias) > 0", "neuron(inputs, weights, bias) > 0"),
        (">>> x @ weights + bias\n3", "weighted_sums(x, weights) + x @ weights"),
        ("It is max(x, 0).", "np.maximum(x, 0)"),
        ("Each is 2 · (predictions − targets) / predictions.size", "2 * (predictions - targets) / predictions.size"),
    ],
)
def test_an_expression_is_found_however_it_is_written(docstring, answer):
    assert leaks(docstring, answer)


@pytest.mark.parametrize(
    ("docstring", "answer"),
    [
        ("The shape is ``(fan_in + 1, fan_out)``; see ``np.std``.", "np.vstack([weights, bias])"),
        (
            "Labels are below ``classes + n``.",
            "if labels.max() > classes + n:\n    raise ValueError(labels)\nx @ y",
        ),
    ],
)
def test_shapes_and_conditions_of_errors_are_no_answers(docstring, answer):
    assert leaks(docstring, answer) == []
    assert telling_expressions(answer)


def test_every_function_of_the_reference_has_a_stub_here():
    for name, exercise in EXERCISES.items():
        assert inspect.isfunction(getattr(reference.module(exercise.module), name))
        assert telling_expressions(answer_of(name)), name
