"""Is nothing said about an answer that is true only by chance, because the cases tried do not tell it apart?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercise import Case
from autograder.judging.findings.counts import find_quantities
from autograder.judging.findings.proof import is_proved
from autograder.judging.findings.samples import Label, Sample
from autograder.judging.findings.scales import SizeWords
from autograder.judging.slips import Slip, _is_ambiguous
from tests.support.judged import key_of, verdict_on_body

KEPT = "\n".join(
    (
        "kept = []",
        "for column in weights.T:",
        "    if not any(np.abs(column - one).max() <= {margin} for one in kept):",
        "        kept.append(column)",
        "return len(kept)",
    )
)
CHECKED = "if not 1 <= rank <= min(fan_in, fan_out): raise ValueError(f'{rank}')\n"
# The exercise, what was written, words of its finding or of its advice, and words that are not true of it.
TOLD = [
    ("distinct_neurons", KEPT.format(margin="1e-4"), "more than a fixed amount", "rounded to"),
    ("distinct_neurons", KEPT.format(margin="1e-3"), "more than a fixed amount", "rounded to"),
    (
        "relu",
        "return x - min(0.0, float(x.min()))",
        "In the cases tried, your result is `x` minus its smallest entry.",
        "In every case",
    ),
    (
        "xavier_uniform",
        "limit = 6 / (fan_in + fan_out); return rng.uniform(-limit, limit, (fan_in, fan_out))",
        "6 / (fan_in + fan_out) / √3",
        "times the required one. ",
    ),
    (
        "xavier_uniform",
        "limit = np.sqrt(6 / (fan_in + fan_out)) / 2; return rng.uniform(-limit, limit, (fan_in, fan_out))",
        "0.5 times the required one",
        "√",
    ),
    (
        "xavier_normal",
        "return rng.normal(0, 3 / (fan_in + fan_out) ** 0.7, (fan_in, fan_out))",
        "",
        "times the required one.",
    ),
    (
        "xavier_normal",
        "apart = rng.random((fan_in, fan_out)) - rng.random((fan_in, fan_out))\n"
        "return apart * np.sqrt(12 / (fan_in + fan_out))",
        "beyond 2.5 of their own standard deviations",
        "this test",
    ),
    (
        "neuron",
        "return np.mean(inputs * weights) + bias",
        "averaged before the bias is added",
        "takes the mean of the bias",
    ),
    (
        "softmax",
        "powers = np.exp(logits - logits.max()); return powers / powers.sum(axis=1, keepdims=True)",
        "own largest logit",
        "only in its last row",
    ),
    (
        "lora_init",
        CHECKED + "return np.zeros((fan_in, rank)), rng.normal(0, 1 / np.sqrt(fan_in), (rank, fan_out))",
        "All the weights in the first array are 0.",
        "your weights",
    ),
    (
        "lora_init",
        CHECKED + "end = np.sqrt(3 / fan_in); return rng.uniform(-end, end, (fan_in, rank)), np.zeros((rank, fan_out))",
        "The weights in the first array follow a uniform distribution",
        "Your weights",
    ),
    (
        "lora_dense",
        "down, up = adapter; rank = max(np.linalg.matrix_rank(down), 1)\n"
        "return dense(x, weights, bias) + alpha / rank * (x @ down @ up)",
        "seems to be computed from the adapter's numbers",
        "half of",
    ),
    (
        "lora_fine_tune",
        "train = reference.module('lora').lora_fine_tune; alpha = alpha / adapters[0][0].shape[1]\n"
        "return train(layers, adapters, x, y, alpha=alpha, epochs=epochs, batch_size=batch_size,\n"
        "    learning_rate=learning_rate, rng=rng)",
        "divided by the rank twice",
        "halved",
    ),
    (
        "dense_gradient",
        "return grad_output @ weights.T, np.outer(x.mean(0), grad_output.sum(0)), grad_output.sum(0)",
        "mean input",
        "made of sums",
    ),
    (
        "lora_gradient",
        "down, up = adapter; scale = alpha / len(up); all_x, all_grads = x.sum(0), grad_output.sum(0)\n"
        "grad_x = grad_output @ (weights + scale * down @ up).T\n"
        "return grad_x, scale * np.outer(all_x, up @ all_grads), scale * np.outer(all_x @ down, all_grads)",
        "products of sums over the batch",
        "divided by",
    ),
    (
        "one_hot",
        "for one in labels:\n    if not 0 <= one <= n_classes: raise ValueError(f'{one}')\n"
        "return np.eye(n_classes)[labels]",
        "lets the label n_classes through",
        "accepted",
    ),
]


@pytest.mark.parametrize(("name", "body", "said", "untrue"), TOLD, ids=lambda text: text[:30])
def test_what_only_the_cases_make_true_is_not_told(name, body, said, untrue):
    verdict = verdict_on_body(name, "from autograder.judging import reference\n" + body)
    words = f"{verdict.advice} {verdict.finding or ''}"
    assert verdict.status == "failed" and said in words and untrue not in words


@pytest.mark.parametrize(("margin", "count"), [(0.01, 2), (0.001, 3)])
def test_columns_are_counted_with_a_fixed_margin(margin, count):
    weights = np.array([[1.0, 1.005, 3.0], [2.0, 2.0, 4.0]])
    quantities = dict(find_quantities({"weights": weights}))
    words = f"the number of columns of `weights` that differ by more than a fixed amount, such as {margin}"
    assert quantities[words] == count


COLUMNS = "the number of columns of `x`"
ODD = ("change times", "`y`", SizeWords(f"half of {COLUMNS}", COLUMNS, odd=True))
PLAIN = ("change times", "`y`", SizeWords(COLUMNS, COLUMNS))


@pytest.mark.parametrize(
    ("relation", "columns", "proved"),
    [
        (ODD, (3,), False),
        (ODD, (3, 3), False),
        (ODD, (3, 4), True),
        (PLAIN, (3,), True),
        (("factor too many", f"the square of {COLUMNS}"), (3,), True),
    ],
)
def test_a_factor_made_of_sizes_is_proved_by_two_sizes(relation, columns, proved):
    good = np.ones((2, 2))
    cases = [(Case.of("is right", np.ones((2, n))), {"x": np.ones((2, n))}) for n in columns]
    samples = [Sample(k, case, given, Label(), good, 2 * good, False) for k, (case, given) in enumerate(cases)]
    assert is_proved(samples, relation) is proved


def test_a_half_is_no_slip_where_some_size_is_2_in_every_case():
    halved = Slip("argument", ("halved", "alpha"), np.zeros((1, 3)))
    assert _is_ambiguous(halved, key_of("lora_fine_tune")) and not _is_ambiguous(halved, key_of("lora_merge"))
    assert not _is_ambiguous(Slip("argument", ("negated", "alpha"), np.zeros((1, 3))), key_of("lora_fine_tune"))
