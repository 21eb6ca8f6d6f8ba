"""Does a check of a whole library tell the learner the true cause of a beginner's mistake?"""

from __future__ import annotations

import re
import shutil
import textwrap

import pytest

from autograder.exercises import EXERCISES
from autograder.learner import check
from autograder.paths import SOLUTIONS


@pytest.fixture
def library(tmp_path):
    """A copy of the reference to spoil."""
    folder = tmp_path / "weightlab"
    shutil.copytree(SOLUTIONS / "weightlab", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def put(library, name, code):
    """Put a definition in the place of the reference's."""
    path = library / f"{EXERCISES[name].module}.py"
    text = path.read_text(encoding="utf-8")
    start = text.index(f"def {name}(")
    end = text.find("\n\n\n", start)
    rest = text[end:] if end >= 0 else "\n"
    path.write_text(text[:start] + textwrap.dedent(code).strip() + rest, encoding="utf-8")


def verdict_on(library, name, code=None):
    if code:
        put(library, name, code)
    return check.check_exercise(EXERCISES[name], library)


def test_a_second_definition_below_is_named_with_its_lines(library):
    path = library / "weights.py"
    text = path.read_text(encoding="utf-8") + "\n\ndef apply_weight(signal, weight):\n    print(signal * weight)\n"
    path.write_text(text, encoding="utf-8")
    lines = [text[: one.start()].count("\n") + 1 for one in re.finditer("def apply_weight", text)]
    said = verdict_on(library, "apply_weight").message
    assert said.startswith(
        f"apply_weight is defined twice (lines {lines[0]} and {lines[1]}); Python uses the last one."
    )
    assert "gave None" in said


def test_a_definition_inside_the_function_is_named(library):
    code = """
        def apply_weight(signal, weight):
            def apply_weight(signal, weight):
                return signal * weight
    """
    said = verdict_on(library, "apply_weight", code).message
    assert said.startswith("There is a def apply_weight inside the def apply_weight")
    assert "is it reached" not in said


def test_unset_entries_are_named_whatever_they_are(library):
    said = verdict_on(library, "zero_bias", "def zero_bias(fan_out):\n    return np.empty(fan_out) + 1.0")
    assert said.message.startswith("`np.empty` on line ") and "does not set the entries" in said.message
    assert said.misconception is None and said.finding is None and "right except" not in said.message
    lucky = verdict_on(library, "zero_bias", "def zero_bias(fan_out):\n    return np.empty(fan_out) * 0.0")
    assert lucky.status != "passed" or "does not set the entries" in lucky.message


def test_a_forgotten_mean_is_named(library):
    code = "def he_normal(fan_in, fan_out, rng):\n    return rng.normal(np.sqrt(2 / fan_in), (fan_in, fan_out))"
    said = verdict_on(library, "he_normal", code).message
    assert "`rng.normal` gets the shape in the place of the standard deviation" in said


def test_another_function_that_gives_lists_leaves_a_right_answer_right(library):
    code = "def weighted_sums(inputs, weights):\n    return (inputs @ weights).tolist()"
    assert verdict_on(library, "weighted_sums", code).score == EXERCISES["weighted_sums"].points
    verdict = verdict_on(library, "signal_spread")
    assert verdict.score == verdict.points, verdict.message


@pytest.mark.parametrize("line", ["activation * (x @ weights)", "activation[x @ weights]", "np.exp(activation)"])
def test_a_function_that_is_not_called_is_a_function_to_the_learner(library, line):
    code = f"""
        def signal_spread(x, weight_matrices, activation):
            print(activation)
            spreads = [np.std(x)]
            for weights in weight_matrices:
                x = {line}
                spreads.append(np.std(x))
            return np.array(spreads)
    """
    verdict = verdict_on(library, "signal_spread", code)
    assert "`activation` is a function: call it with parentheses, activation(...)." in verdict.message
    assert "function" in verdict.evidence and verdict.printed.startswith("<function ")
    assert "Recorder" not in verdict.message + verdict.printed and "0x" not in verdict.printed


def test_an_error_in_another_function_names_the_own_line_too(library):
    code = """
        def weighted_sums(inputs, weights):
            out = []
            for row in inputs:
                out.append(weighted_sum(row, weights))
            return np.array(out)
    """
    verdict = verdict_on(library, "weighted_sums", code)
    text = (library / "weights.py").read_text(encoding="utf-8")
    line = text[: text.index("out.append")].count("\n") + 1
    assert f"(called on line {line}: out.append(weighted_sum(row, weights)))" in verdict.message
    raised = verdict.message.partition(": raise ")[2]
    assert raised.startswith('ValueError("') and raised.partition(" (called on")[0].endswith(")"), "it is quoted whole"


def test_a_name_that_cannot_be_imported_is_named_where_it_is_needed(library):
    path = library / "weights.py"
    path.write_text("from math import squareroot\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    said = verdict_on(library, "dense").message
    assert "ImportError: cannot import name 'squareroot' from 'math'" in said and "on line 1)" in said
    assert "lib-dynload" not in said


def test_a_length_written_as_a_number_is_told_from_labels(library):
    code = """
        def template_weights(images, labels, n_classes):
            w = np.zeros((64, n_classes))
            for c in range(n_classes):
                w[:, c] = images[labels == c].mean(axis=0) - images.mean(axis=0)
            return w
    """
    said = verdict_on(library, "template_weights", code).message
    assert "If you wrote 64 as a number" in said and "`images.shape[1]`" in said and "class number" not in said
    row = verdict_on(library, "template_weights", code.replace("w[:, c]", "w[c]").replace("(64", "(images.shape[1]"))
    assert row.misconception is None and "along the wrong axis" not in row.message
    assert row.message.startswith("`w[c]` is row c of `w`, which has ") and "Is a column meant?" in row.message
    like = verdict_on(library, "template_weights", code.replace("np.zeros((64, n_classes))", "np.zeros_like(images)"))
    assert "class number" not in like.message and "(2,) and (3,)" in like.message
