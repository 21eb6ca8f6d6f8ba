"""Does a finding know its kind, whether it quotes a value, and whether it holds in every case that is wrong?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercises import EXERCISES
from autograder.judging.findings import find_finding
from autograder.judging.judge import find_all_problems
from autograder.judging.observation import observe
from tests.judging.test_forms import DIFFERENCES, LAYERS, W
from tests.support.judged import answer_of, key_of


def finding_of(name: str, body: str):
    """Return the finding on a function with this body, without any misconception or slip in its place."""
    exercise, key = EXERCISES[name], key_of(name)
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    reply = answer_of(name, f"def {name}({', '.join(key.arguments)}):\n{lines}")
    observed = [observe(exercise, *pair) for pair in zip(key.cases, reply.cases, strict=True)]
    with np.errstate(all="ignore"):
        return find_finding(exercise, key, observed, find_all_problems(exercise, key, observed), reply.cases)


FREE = "free"
# The exercise, what is written in its place, the kind of finding, and what else is true of it.
FINDINGS = [
    ("relu", "x[x < 0] = 0\nreturn x", "changes its input", ""),
    ("relu", "x -= 1\nreturn np.sin(x * 40) + 9", "changes as well", ""),
    ("dense", "x @ weights + bias", "nothing returned", ""),
    ("accuracy", "return 0.5", "always the same", FREE),
    ("mean_squared_error", "return np.mean((predictions - targets) ** 2)", "refuses some", ""),
    ("he_normal", W + "return w * np.nan", "draws not finite", ""),
    ("he_normal", W + "return w * 1.7", "draws deviation number", FREE),
    ("he_normal", W + "return w / np.sqrt(2)", "draws deviation", ""),
    ("gradient_step", LAYERS + "return new[::-1]", "where it is wrong", ""),
    ("numerical_gradient", "return np.sin(array) + 3", "never called", ""),
    ("numerical_gradient", DIFFERENCES.format("f(up[0] + 0) / step"), "called with", FREE),
    ("minibatches", "return 3", "unusable", FREE),
    (
        "he_normal",
        "return np.random.default_rng(1).normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))",
        "fails test",
        "",
    ),
    ("dense", "x[1]\nreturn x @ weights + bias", "stops where", ""),
    ("dense", "return 2 * (x @ weights + bias)", "times", ""),
    ("dense", "return 3.217 * (x @ weights + bias)", "times number", FREE),
    ("gradient_step", LAYERS.replace("- ", "- 1.37 * ") + "return new", "change scaled", "weak"),
    ("count_weights", "return sum(layer_sizes) * (len(layer_sizes) - 1)", "count", ""),
    ("relu", "return np.where((x > 0.7) & (x < 1.4), 9, np.maximum(x, 0))", "range", FREE),
    ("relu", "return np.where(x >= 0, x, 0.5)", "part", ""),
    ("softmax", "powers = np.exp(logits)\nreturn powers / powers.sum(axis=1, keepdims=True)", "where", ""),
    ("dense", "return x @ (weights * 1.1) + bias", "some", ""),
    ("dense", "return np.sin(x @ weights + bias)[:, 0]", "shape", ""),
]


@pytest.mark.parametrize(("name", "body", "kind", "also"), FINDINGS)
def test_a_finding_has_a_kind_and_may_be_free_or_weak(name, body, kind, also):
    found = finding_of(name, body)
    true = {"free": found.free, "weak": found.weak}
    assert (found.kind, " ".join(word for word, holds in true.items() if holds)) == (kind, also)


def test_a_vague_finding_is_followed_by_what_is_changed_and_a_telling_one_is_not():
    body = "out = {}\nbias += 1\nreturn out"
    vague, telling = (
        finding_of("dense", body.format(out)) for out in ("x @ (weights * 1.1) + bias", "2 * (x @ weights + bias)")
    )
    assert vague.words.endswith(" The call also changes the caller's own `bias`.") and vague.kind == "some"
    assert telling.words == "In every case tried, your result is 2 times what was expected."
