"""Is nothing said about an answer that is true only by chance, because the cases tried do not tell it apart?"""

from __future__ import annotations

from dataclasses import replace

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
SHAPES = "if predictions.shape != targets.shape: raise ValueError(f'{predictions.shape} {targets.shape}')\n"
# The exercise, what was written, words of its finding or of its advice, and words that are not true of it.
TOLD = [
    ("distinct_neurons", KEPT.format(margin="1e-4"), "more than a fixed amount", "rounded to"),
    ("distinct_neurons", KEPT.format(margin="1e-3"), "more than a fixed amount", "rounded to"),
    (
        "relu",
        "return x - min(0.0, float(x.min()))",
        "In every case tried, your result is `x` minus its smallest entry.",
        "In every case your",
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
        "more than 2.5 standard deviations",
        "this test",
    ),
    (
        "neuron",
        "return np.mean(inputs * weights) + bias",
        "divided by the number of inputs before the bias is added",
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
        "a sum and a mean",
        "computed from sums",
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
        "The label n_classes raises no ValueError",
        "accepted",
    ),
    # a condition from one case, which another argument or another case may explain as well
    (
        "apply_weight",
        "return -np.flip(signal) * weight if np.ndim(signal) and weight < 0 else signal * weight",
        "",
        "axes",
    ),
    (
        "gradient_step",
        "if not 0 < learning_rate < 1: raise ValueError\n"
        "return [(w - learning_rate * a, b - learning_rate * c) for (w, b), (a, c) in zip(layers, gradients)]",
        "",
        "more than two items",
    ),
    (
        "count_trainable",
        "rest = list(layers)\nfor k in sorted(frozen):\n    if k < len(rest): del rest[k]\n"
        "return sum(w.size + b.size for w, b in rest)",
        "",
        "contains 0",
    ),
    (
        "cross_entropy_gradient",
        "p = softmax(logits) - one_hot(labels, logits.shape[1])\n"
        "p[logits.argmax(axis=1) == labels] = 0\nreturn p / len(labels)",
        "holds only right rows and rows of zeros",
        "large",
    ),
    (
        "relu_gradient",
        "rows, columns = activations.shape\nreturn grad_output * (activations > 0)",
        "only if `grad_output` is not 2-D",
        "more than two axes",
    ),
    # what is so only in these cases
    (
        "fold_bias",
        "return np.append(weights.T.ravel(), bias).reshape(len(bias), -1).T",
        "In every case tried, your result holds the expected numbers, in the wrong positions.",
        "In every case your",
    ),
    ("zero_bias", "return vars(zero_bias).setdefault('kept', np.zeros(fan_out))", "the same array in every case", "3"),
    (
        "zero_bias",
        "return np.random.default_rng(0).normal(size=fan_out)",
        "has entries other than 0",
        "different numbers",
    ),
    (
        "mean_squared_error",
        f"{SHAPES}total = sum(sum((p - t) ** 2 for p, t in zip(a, b)) for a, b in zip(predictions, targets))\n"
        "return total / predictions.size",
        "In the one case in which a wrong result came back",
        "Where your result is wrong",
    ),
    # what does not change the numbers, or changes others than those that are meant
    ("predict", "return forward(layers, x)[0].argmax(axis=1).astype(float)", "the right numbers as floats", "sign"),
    ("fold_bias", "return np.vstack([bias, weights])", "its last row moved to the front", "too late"),
    (
        "xavier_normal",
        "return np.round(rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out)), 2)",
        "none has",
        "0;",
    ),
    (
        "he_normal",
        "draw = np.random.default_rng\n"
        "columns = [draw(rng.integers(8)).normal(0, np.sqrt(2 / fan_in), fan_in) for _ in range(fan_out)]\n"
        "return np.stack(columns, axis=1)",
        "Some columns of your weights are the same",
        "clipping",
    ),
    # advice that is true of every program with these results
    (
        "softmax",
        "with np.errstate(all='ignore'):\n"
        "    p = np.exp(logits)\n    p = np.nan_to_num(p / p.sum(axis=1)[:, None], nan=1)\n"
        "return p / p.sum(axis=1, keepdims=True)",
        "or NaN had been replaced",
        "Do not clip",
    ),
    (
        "predict",
        "return np.insert(forward(layers, x)[0], 0, 0, axis=1).argmax(axis=1).clip(1) - 1",
        "begin at 0",
        "Compare",
    ),
    (
        "one_hot",
        "if not all(0 <= one < n_classes for one in labels): raise ValueError(f'{labels}')\n"
        "rows = [[0.0] * n_classes] * len(labels)\n"
        "for row, one in zip(rows, labels): row[one] = 1.0\nreturn np.array(rows)",
        "reuse one list",
        "Whole columns",
    ),
    (
        "relative_error",
        "if a.shape != b.shape: raise ValueError(f'{a.shape} {b.shape}')\n"
        "above, *below = (max(abs(one).ravel()) for one in (a - b, a, b))\nreturn above / max(sum(below), 1e-12)",
        "Two empty arrays cause an error",
        "NumPy",
    ),
    (
        "relu_gradient",
        "return grad_output if activations.any() else 0 * grad_output",
        "because of other activations",
        "active in one example",
    ),
    (
        "dense_gradient",
        "bias = grad_output.sum(axis=0)\n"
        "return grad_output @ weights.T, np.outer(x.sum(axis=0), grad_output.mean(axis=0)), bias",
        "the product of a sum and a mean",
        "mean input",
    ),
    (
        "backward",
        "gradients = []\n"
        "for (weights, _), signal in zip(layers[::-1], activations[::-1]):\n"
        "    grad_x, *pair = dense_gradient(grad_logits, signal, weights)\n"
        "    gradients.insert(0, tuple(pair))\n    grad_logits = relu_gradient(grad_x, signal)\n"
        "return gradients[:-1]",
        "One pair is missing",
        "The first layer is missing",
    ),
    (
        "gradient_step",
        "for k, (a, c) in enumerate(gradients):\n"
        "    layers[k] = (layers[k][0] - learning_rate * a, layers[k][1] - learning_rate * c)\nreturn layers",
        "the list or its arrays",
        "-=",
    ),
    (
        "minibatches",
        "if batch_size < 1: raise ValueError(f'{batch_size}')\n"
        "left = np.arange(len(x))\n"
        "while len(left):\n"
        "    size = batch_size if len(x) < batch_size else min(batch_size, len(left))\n"
        "    rows = rng.choice(left, size, replace=False)\n    left = np.setdiff1d(left, rows)\n"
        "    yield x[rows], y[rows]",
        "raises an error",
        "is refused",
    ),
    (
        "frozen_step",
        "if frozen and not any(k in range(len(layers)) for k in frozen): raise ValueError(f'{frozen}')\n"
        "steps = zip(layers, gradients)\n"
        "return [layer if k in frozen else gradient_step([layer], [one], learning_rate)[0]\n"
        "        for k, (layer, one) in enumerate(steps)]",
        "at least alongside a valid index",
        "is accepted. ",
    ),
    (
        "backward_unfrozen",
        "gradients, grad = [None] * len(layers), grad_logits\n"
        "for k in reversed(range(len(layers))):\n"
        "    weights, _ = layers[k]\n"
        "    if k not in frozen: gradients[k] = (activations[k].T @ grad, grad.sum(axis=0))\n"
        "    grad = relu_gradient(grad @ weights.T, activations[k])\n"
        "return gradients",
        "layers before the first trainable one also seem to be used",
        "computed",
    ),
    (
        "interpolate_layers",
        "if len(layers) != len(tuned): raise ValueError\n"
        "mixed = list(zip(layers, tuned))\n"
        "for old, new in mixed[:-1]:\n"
        "    for one, other in zip(old, new):\n"
        "        if one.shape != other.shape: raise ValueError(f'{one.shape} {other.shape}')\n"
        "return [tuple((1 - share) * one + share * other for one, other in zip(*pair)) for pair in mixed]",
        "but not in the last one",
        "the first layer only",
    ),
    (
        "lora_init",
        CHECKED + "return np.zeros((fan_in, rank)), np.ones((rank, fan_out))",
        "`down` is zero and `up` is not",
        "`up` is random and",
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
    of_rank_2 = replace(key_of("lora_fine_tune"), cases=key_of("lora_fine_tune").cases[:-1])
    assert _is_ambiguous(halved, of_rank_2) and not _is_ambiguous(halved, key_of("lora_fine_tune"))
    assert not _is_ambiguous(Slip("argument", ("negated", "alpha"), np.zeros((1, 3))), of_rank_2)


def test_a_single_number_has_no_smallest_entry():
    body = "if not np.any(signal) or weight == 0: return 0.0\nreturn weight * signal"
    verdict = verdict_on_body("apply_weight", body)
    assert verdict.status == "failed" and "smallest entry" not in verdict.message
