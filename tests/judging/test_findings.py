"""Does a finding say what the answers show in every case that it mentions, and nothing if they show nothing?"""

import re

import numpy as np
import pytest

from autograder.candidate.call import call_function
from autograder.exercises import EXERCISES
from autograder.judging import findings, reference
from autograder.judging.findings import guard
from autograder.judging.judge import judge
from autograder.judging.observation import Observation, observe
from autograder.judging.verdict import Reply
from tests.support.judged import key_of, verdict_on_body

IN_EVERY_CASE = [
    ("apply_weight", "return 2 * signal * weight", "is 2 times what was expected"),
    ("apply_weight", "return weight", "is the argument `weight`, unchanged"),
    ("apply_weight", "return signal * weight + 1", "is 1 more than what was expected"),
    ("dense", "return (x @ weights + bias).T", "is what was expected, transposed"),
    ("dense", "return -(x @ weights + bias)", "is what was expected, with its sign flipped"),
    ("dense", "return (x @ weights + bias)[::-1]", "is what was expected, with its rows in reverse order"),
    ("dense", "return np.zeros((len(x), len(bias)))", "is 0"),
    (
        "mean_squared_error",
        "return np.sum((predictions - targets) ** 2)",
        "is the number of entries of `predictions` times what was expected",
    ),
    (
        "mean_squared_error",
        "return np.sqrt(np.mean((predictions - targets) ** 2))",
        "is the square root of what was expected",
    ),
    ("lora_dense", "return dense(x, weights, bias)", "is what `dense(x, weights, bias)` gives"),
    ("neuron", "return float(inputs @ weights)", "is what `weighted_sum(inputs, weights)` gives"),
    ("predict", "return forward(layers, x)[0]", "is the logits of `forward(layers, x)`"),
    (
        "gradient_step",
        "return [(w + learning_rate * a, b + learning_rate * c) for (w, b), (a, c) in zip(layers, gradients)]",
        "differs from `layers` by the required change with its sign flipped",
    ),
    (
        "lora_merge",
        "down, up = adapter\nreturn weights + alpha * down @ up",
        "differs from `weights` by the required change, multiplied by the rank of `adapter`",
    ),
    (
        "activates",
        "return int(inputs @ weights + bias > 0)",
        "is the number 1 or 0 instead of a truth value: return True or False",
    ),
]
TRAINED = """
losses, ended = [], []
for _ in range(epochs):
    total = 0.0
    for xb, yb in minibatches(x, y, batch_size, rng):
        logits, acts = forward(layers, xb)
        total += cross_entropy(logits, yb) * len(yb)
        layers = gradient_step(layers, backward(layers, acts, cross_entropy_gradient(logits, yb)), learning_rate)
    losses.append(total / len(y))
    ended.append(cross_entropy(forward(layers, x)[0], y))
"""
FINE_TUNED = """
losses, every = [], []
for _ in range(epochs):
    total = 0.0
    for xb, yb in minibatches(x, y, batch_size, rng):
        logits, acts = forward(layers, xb)
        every.append(float(cross_entropy(logits, yb)))
        total += cross_entropy(logits, yb) * len(yb)
        gradients = backward(layers, acts, cross_entropy_gradient(logits, yb))
        layers = frozen_step(layers, gradients, learning_rate, frozen)
    losses.append(total / len(y))
"""
OTHERS = [
    ("accuracy", "return 0", "Your result is 0 in every case."),
    (
        "activates",
        "return bool(1 / (1 + np.exp(-(inputs @ weights + bias))) > 0)",
        "Your result is True in every case.",
    ),
    (
        "dense_gradient",
        "return grad_output @ weights.T, grad_output.T @ x, grad_output.sum(axis=0)",
        "In every case tried, your `grad_weights` is what was expected, transposed.",
    ),
    (
        "cross_entropy",
        "return np.mean(np.log(softmax(logits)[np.arange(len(labels)), labels]))",
        "In every case tried in which a finite result came back, it is what was expected, with its sign flipped.",
    ),
    (
        "relu",
        "return np.where(x >= 0, x, 0.5)",
        "In the cases tried, your result is wrong exactly in the entries where `x` is negative.",
    ),
    (
        "softmax",
        "powers = np.exp(logits)\nreturn powers / powers.sum(axis=1, keepdims=True)",
        "In the cases tried, your result is right except where `logits` holds large numbers (80 or more in magnitude "
        "here; the limit in your code may differ).",
    ),
    (
        "relu",
        "x[x < 0] = 0\nreturn x",
        "All your results are right, but the call changes the caller's own `x`.",
    ),
    (
        "mean_squared_error",
        "return float(np.mean((predictions - targets) ** 2)) if predictions.shape == targets.shape else 0.0",
        "All your results are right, but none of the invalid inputs raised a ValueError.",
    ),
    (
        "dense",
        "return x @ (weights * 1.1) + bias",
        "In the 5 cases that are wrong, your result is what was expected, plus `x @ weights` divided by 10. In the "
        "other case, it is right.",
    ),
    (
        "lora_merge",
        "down, up = adapter\nscale = alpha / down.shape[1]\nreturn (1 - scale) * weights + scale * down @ up",
        "In every case tried, your result is what was expected, minus `weights` times (`alpha` / the rank of "
        "`adapter`).",
    ),
    (
        "relu_gradient",
        "return grad_output + (activations > 0)",
        "In every case tried, your result is `grad_output` + (`activations` > 0), entry by entry.",
    ),
    (
        "cross_entropy_gradient",
        "p = softmax(logits)\nreturn (p - one_hot(labels, logits.shape[1])) * p / len(labels)",
        "In every case tried, your result is what was expected, but multiplied by `softmax(logits)`.",
    ),
    (
        "relu_gradient",
        "return grad_output * activations * (1 - activations)",
        "In every case tried, your result is `grad_output` * (`activations` · (1 - `activations`)), entry by entry.",
    ),
    (
        "cross_entropy_gradient",
        "return softmax(logits) - labels[:, None]",
        "In every case tried, your result is `softmax(logits)` - (`labels` as a column), entry by entry.",
    ),
    (
        "gradient_step",
        "return [(w - learning_rate * a.mean(), b - learning_rate * c.mean()) "
        "for (w, b), (a, c) in zip(layers, gradients)]",
        "In every case tried, your result differs from `layers` by the same number in all entries, but the required "
        "changes are not all the same.",
    ),
    (
        "backward_unfrozen",
        "every = backward(layers, activations, grad_logits)\n"
        "return [one for k, one in enumerate(every) if k not in frozen]",
        "In every wrong case tried, your answer holds only the items that are not None; keep each None at its "
        "position.",
    ),
    (
        "weighted_sums",
        "out = np.zeros((len(inputs), weights.shape[1]), dtype=inputs.dtype)\nout[...] = inputs @ weights\nreturn out",
        "In the cases tried, your result is right except where `inputs` holds whole numbers; there it is what was "
        "expected, without its decimals, as when integers are stored.",
    ),
    (
        "distinct_neurons",
        "return int(np.linalg.matrix_rank(weights, tol=1e-4 * np.abs(weights).max()))",
        "In every case tried, your result is the rank of `weights`.",
    ),
    (
        "count_weights",
        "return sum(layer_sizes) * (len(layer_sizes) - 1)",
        "In every case tried, your result is the sum of `layer_sizes` times one less than the number of items in "
        "`layer_sizes`.",
    ),
    (
        "count_trainable",
        "return sum(w.size * b.size for k, (w, b) in enumerate(layers) if k not in frozen)",
        "In every case tried, your result is the sum, over layers that are not frozen, of the number of weights times "
        "the number of biases.",
    ),
    (
        "count_parameters",
        "return sum(len(name) for name in shapes)",
        "In every case tried, your result is the number of letters in all names.",
    ),
    (
        "zero_bias",
        "return np.zeros((fan_out, fan_out))",
        "In every case tried, your result has two axes; an array with one axis is required.",
    ),
    (
        "one_hot",
        "for one in labels:\n    if not 0 <= one < n_classes: raise ValueError(f'label {one}')\n"
        "return 0.9 * np.eye(n_classes)[labels] + 0.1 / n_classes",
        "In every case tried, your result is one number wherever 0 is expected, and another number wherever 1 is "
        "expected.",
    ),
    (
        "activates",
        "return bool(inputs @ weights > abs(bias))",
        "In the 4 cases that are wrong, your result is False instead of True.",
    ),
    (
        "he_normal",
        "return rng.normal(0, 2 / fan_in, (fan_in, fan_out))",
        "The standard deviation of your weights is 2 / fan_in, which is not the required one.",
    ),
    (
        "he_normal",
        "w = rng.normal(0, 1, (fan_in, fan_out))\nreturn w / w.std() * np.sqrt(2 / fan_in)",
        "The standard deviation of your weights is the required one to the last digit, as if the weights had been "
        "rescaled after they were drawn.",
    ),
    (
        "he_normal",
        "return np.sort(rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)), axis=1)",
        "Your weights are sorted along each row; random weights have no order.",
    ),
    (
        "gradient_step",
        "return [(w - 1.37 * learning_rate * a, b - 1.37 * learning_rate * c) "
        "for (w, b), (a, c) in zip(layers, gradients)]",
        "In every case tried, each array in your result differs from `layers` by a multiple of the required change.",
    ),
    (
        "zero_bias",
        "return np.arange(fan_out, dtype=float)",
        "In the 2 cases that are wrong, your result has entries other than 0, where 0 is expected everywhere. In the "
        "other case, it is right.",
    ),
    (
        "apply_weight",
        "return signal * weight if np.ndim(signal) else signal + weight + 0.3",
        "In the cases tried, your result is right except where `signal` is a single number.",
    ),
    (
        "backward_unfrozen",
        "every = backward(layers, activations, grad_logits)\n"
        "return [None if k in frozen or not k else one for k, one in enumerate(every)]",
        "In every wrong case tried, the first item of your answer is None; the others are right.",
    ),
    (
        "backward_unfrozen",
        "every = backward(layers, activations, grad_logits)\n"
        "return [None if k in frozen or k % 2 else one for k, one in enumerate(every)]",
        "In every wrong case tried, some items of your answer are None where a value is expected; the other "
        "items are right.",
    ),
    (
        "backward_unfrozen",
        "return backward(layers, activations, grad_logits)",
        "In every wrong case tried, your answer has a value where None is expected; the other items are right.",
    ),
    # What holds only for wrong answers is said only about them.
    (
        "dense",
        "out = x @ weights + bias\nreturn out if len(x) in (2, 4, 6) else np.sin(out[:, 0])",
        "In every wrong case tried, your result has only the first axis of the required shape.",
    ),
    (
        "dense",
        "out = x @ weights + bias\nreturn out if len(x) in (1, 4, 5) else np.sin(out[:, :1] * np.ones((1, 4)))",
        "In every wrong case tried, your result has more columns than required.",
    ),
    (
        "dense",
        "out = x @ weights + bias\nreturn out if len(x) in (1, 4, 5) else np.sin(out[None, None])",
        "In every wrong case tried, your result has 4 axes; an array with two axes is required.",
    ),
    (
        "dense",
        "out = x @ weights + bias\nif x[0, 0] < 0: raise KeyError\nreturn np.sin(out[:, 0])",
        "In every case tried in which a result came back, your result has only the first axis of the required shape.",
    ),
    (
        "dense",
        "out = x @ weights + bias\nif x[0, 0] < 0: raise KeyError\nreturn out + np.abs(np.sin(out))",
        "In the cases tried, the wrong part of your result is too large.",
    ),
    # A case that looks at a part of the answer says nothing about the other parts.
    (
        "backward",
        "zeros = [(np.zeros_like(w), np.zeros_like(b)) for w, b in layers]\n"
        "return zeros[:-1] + [dense_gradient(grad_logits, activations[-1], layers[-1][0])[1:]]",
        "In the 4 cases that are wrong, the wrong part of your result is 0.",
    ),
    (
        "lora_fine_tune",
        "losses, merged = [], [(lora_merge(w, a, alpha), b) for (w, b), a in zip(layers, adapters)]\n"
        "for _ in range(epochs):\n"
        "    parts = [(cross_entropy(forward(merged, xb)[0], yb), len(yb))\n"
        "             for xb, yb in minibatches(x, y, batch_size, rng)]\n"
        "    losses.append(sum(loss * n for loss, n in parts) / len(y))\n"
        "return adapters, losses",
        "In every wrong case tried, each array in your `adapters` is unchanged from the argument `adapters`.",
    ),
    (
        "fine_tune",
        FINE_TUNED + "return layers, losses[:1]",
        "In the 4 cases that are wrong, your `losses` is what was expected, but entries at the end are missing.",
    ),
    ("fine_tune", FINE_TUNED + "return layers, every", None),
    # With no epochs nothing can be wrong, and with a learning rate of zero hardly anything.
    ("train", TRAINED + "return layers, ended", None),
    (
        "backward_unfrozen",
        "learns = [k for k in range(len(layers)) if k not in frozen]\n"
        "pairs, grad = [None] * len(layers), grad_logits\n"
        "for k in range(len(layers) - 1, min(learns, default=len(layers)) - 1, -1):\n"
        "    pairs[k] = None if k in frozen else (activations[k].T @ grad, grad.sum(axis=0))\n"
        "    grad = np.abs(grad @ layers[k][0].T) if k > learns[0] else grad\n"
        "return pairs",
        "In the cases tried, the wrong part of the second item of each pair is never negative, though a negative "
        "number is expected somewhere.",
    ),
    ("init_layers", "return np.array([])", None),
]


@pytest.mark.parametrize(("name", "body", "words"), IN_EVERY_CASE)
def test_what_holds_in_every_case_is_said(name, body, words):
    verdict = verdict_on_body(name, body)
    assert verdict.score < verdict.points
    assert verdict.finding == f"In every case tried, your result {words}."
    assert verdict.as_json()["finding"] == verdict.finding


@pytest.mark.parametrize(("name", "body", "words"), OTHERS)
def test_what_the_answers_show_otherwise_is_said(name, body, words):
    assert verdict_on_body(name, body).finding == words


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("predict", "raise ValueError('no')"),
        ("fold_bias", "raise ValueError('no')"),
        ("accuracy", "return 0"),
        ("accuracy", "return np.mean(logits == labels)"),
        ("activates", "return bool(1 / (1 + np.exp(-(inputs @ weights + bias))) > 0)"),
    ],
)
def test_an_error_or_one_number_for_everything_proves_no_misconception(name, body):
    verdict = verdict_on_body(name, body)
    assert verdict.score < verdict.points and verdict.misconception is None


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("cross_entropy_gradient", "return softmax(logits) - labels"),
        ("mean_squared_error", "return np.mean(np.arcsinh(np.abs(predictions - targets)))"),
        ("dense", "return x @ np.arcsinh(weights) + bias"),
    ],
)
def test_a_condition_that_parts_the_cases_by_chance_is_not_told(name, body):
    assert verdict_on_body(name, body).finding is None


def test_a_right_answer_has_no_finding():
    verdict = verdict_on_body("dense", "return x @ weights + bias")
    assert (verdict.score, verdict.finding, verdict.misconception) == (verdict.points, None, None)


def test_a_finding_on_secret_inputs_quotes_no_number_of_the_students_own():
    body = "return 3.217 * (x @ weights + bias)"
    assert verdict_on_body("dense", body).finding == (
        "In every case tried, your result is 3.217 times what was expected."
    )
    secret = verdict_on_body("dense", body, seed=11, quote=False)
    assert secret.finding is None and "3.217" not in secret.message
    twice = verdict_on_body("dense", "return 2 * (x @ weights + bias)", seed=11, quote=False)
    assert twice.finding == "In every case tried, your result is 2 times what was expected."


@pytest.mark.parametrize("word", ["shape", "x", "changed its input", "item"])
def test_a_secret_case_answered_with_a_text_is_told_the_same_whatever_the_text(word):
    told = verdict_on_body("dense", f"return {word!r}", seed=11, quote=False).message
    assert told == verdict_on_body("dense", "return 'something else'", seed=11, quote=False).message


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("gradient_step", "return zip(*layers)"),
        ("frozen_step", "return (layer for layer in frozen_step.__globals__['gradient_step'](layers, gradients, 0.1))"),
        ("relu", "return map(float, np.maximum(x, 0).ravel())"),
    ],
)
def test_an_iterator_is_not_a_result(name, body):
    verdict = verdict_on_body(name, body)
    assert verdict.score == 0
    assert any("iterator" in aspect.message for aspect in verdict.aspects) or "iterator" in verdict.message


def test_batches_may_be_yielded():
    body = (
        "if batch_size < 1: raise ValueError(f'{batch_size}')\n"
        "order = rng.permutation(len(x))\n"
        "return ((x[rows], y[rows]) for rows in np.split(order, range(batch_size, len(x), batch_size)))"
    )
    verdict = verdict_on_body("minibatches", body)
    assert verdict.score == verdict.points, verdict.message


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            "count_trainable",
            "return sum(np.count_nonzero(p) for k, pair in enumerate(layers) if k not in frozen for p in pair)",
        ),
        (
            "count_trainable",
            "return sum(np.unique(p).size for k, pair in enumerate(layers) if k not in frozen for p in pair)",
        ),
        (
            "count_parameters",
            "sizes = np.array([math.prod(shape) for shape in shapes.values()], dtype=np.int32)\n"
            "return int(sizes.sum(dtype=np.int32))",
        ),
        (
            "softmax",
            "powers = np.exp(logits - logits.max(axis=1, keepdims=True))\n"
            "return np.clip(powers / powers.sum(axis=1, keepdims=True), 1e-7, 1 - 1e-7)",
        ),
        ("dense", "return (x @ weights + bias).astype(np.float16)"),
    ],
)
def test_what_once_passed_passes_no_more(name, body):
    verdict = verdict_on_body(name, body)
    assert verdict.score < verdict.points


def test_a_softmax_in_long_double_is_right():
    body = (
        "powers = np.exp(logits.astype(np.longdouble) - logits.max(axis=1, keepdims=True))\n"
        "return powers / powers.sum(axis=1, keepdims=True)"
    )
    assert verdict_on_body("softmax", body).score == EXERCISES["softmax"].points


def test_right_decisions_in_another_type_keep_what_is_right_about_them():
    assert verdict_on_body("activates", "return int(inputs @ weights + bias > 0)").score == 1
    body = (
        "for label in labels:\n"
        "    if not 0 <= label < n_classes: raise ValueError(f'label {label}')\n"
        "return labels[:, np.newaxis] == np.arange(n_classes)"
    )
    verdict = verdict_on_body("one_hot", body)
    assert [aspect.passed for aspect in verdict.aspects] == [False, True]


def test_the_cases_of_a_secret_seed_come_in_an_order_of_its_own():
    exercise = EXERCISES["count_trainable"]
    written = [case.note for case in exercise.cases(11)]
    assert [case.note for case in key_of("count_trainable", 11).cases] != written
    assert sorted(case.note for case in key_of("count_trainable", 11).cases) == sorted(written)


def test_lists_for_arrays_pass_with_a_word_on_what_later_cells_need():
    verdict = verdict_on_body("dense", "return (x @ weights + bias).tolist()")
    assert verdict.score == verdict.points and "return np.array(...)" in verdict.message
    assert "np.array" not in verdict_on_body("dense", "return x @ weights + bias").message


def test_a_list_within_an_answer_is_told_as_well():
    body = "return grad_output @ weights.T, x.T @ grad_output, grad_output.sum(axis=0).tolist()"
    verdict = verdict_on_body("dense_gradient", body)
    assert (
        verdict.score == verdict.points
        and "Part of your result is a list, but an array is expected there." in verdict.message
    )


def random_in_place_of(value, rng):
    """Return random data of the form of an answer."""
    if isinstance(value, (list, tuple)):
        return type(value)(random_in_place_of(item, rng) for item in value)
    if isinstance(value, (bool, np.bool_)):
        return bool(rng.random() < 0.5)
    if isinstance(value, (int, np.integer)):
        return int(rng.integers(1_000, 9_000))
    if isinstance(value, float):
        return float(rng.normal())
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return rng.normal(size=value.shape).astype(value.dtype)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return rng.integers(0, 9, value.shape)
    return value


OF_RANDOM_WEIGHTS = (
    "Your weights follow a normal distribution; a uniform distribution is required.",
    "The standard deviation of your weights is 1, which is not the required one.",
    "The standard deviation of the weights in the first array is 1, which is not the required one.",
    "In every case tried, your result has entries other than 0, where 0 is expected everywhere.",
)
"""Sentences that are true of all weights and biases that `random_in_place_of` draws."""
BY_RANDOM_WEIGHTS = ("unscaled", "xavier_unscaled")
"""Misconceptions that draw as `random_in_place_of` does: their standard deviation is 1."""
SIDES = {
    "is too large": lambda wanted, got: (got > wanted).all(),
    "is too small": lambda wanted, got: (got < wanted).all(),
    "is never negative, though a negative number is expected somewhere": lambda wanted, got: (
        (got >= 0).all() and (wanted < 0).any()
    ),
    "is never positive, though a positive number is expected somewhere": lambda wanted, got: (
        (got <= 0).all() and (wanted > 0).any()
    ),
    "is True instead of False": lambda wanted, got: (got == 1).all() and (wanted == 0).all(),
    "is False instead of True": lambda wanted, got: (got == 0).all() and (wanted == 1).all(),
}
"""Sentences that may happen to be true of random numbers, each with a test of whether it is."""


def numbers_in(value):
    """Return all numbers of an answer as one array."""
    if isinstance(value, (list, tuple)):
        return np.concatenate([np.zeros(0), *map(numbers_in, value)])
    return np.zeros(0) if value is None else np.asarray(value, dtype=float).ravel()


def is_on_that_side(words, exercise, answers, observed):
    """Return whether it is true that all wrong numbers are on the side that a sentence names, such as too large."""
    begin = (
        r"(?:In the (?:cases tried|\d+ cases that are wrong)|Wherever a wrong result came back),(?: the wrong part of)?"
    )
    said = re.fullmatch(begin + r" your (?:result|`(\w+)`) (is [^.]*)\.", words)
    if not said or said[2] not in SIDES:
        return False

    taken_out = said[1] is not None and said[1] not in exercise.parts  # by a view of that name

    def named(value):
        return value[exercise.parts.index(said[1])] if said[1] and not taken_out else value

    pairs = [
        (numbers_in(named(wanted)), numbers_in(named(one.value)))
        for case, wanted, one in zip(answers.cases, answers.expected, observed, strict=True)
        if not (case.raises or isinstance(wanted, dict))
        and (case.view == said[1] if taken_out else not (said[1] and (case.aspect or case.view)))
        and not (one.raised or one.rejected)
    ]
    wanted, got = (np.concatenate([pair[n] for pair in pairs]) for n in (0, 1))
    wrong = ~np.isclose(wanted, got)
    return wrong.any() and SIDES[said[2]](wanted[wrong], got[wrong])


def test_a_false_sentence_on_random_numbers_is_noticed():
    exercise, answers = EXERCISES["mean_squared_error"], key_of("mean_squared_error")
    above = [
        Observation(None if case.raises else wanted + 1)
        for case, wanted in zip(answers.cases, answers.expected, strict=True)
    ]
    assert is_on_that_side("In the 9 cases that are wrong, your result is too large.", exercise, answers, above)
    assert not is_on_that_side("In the 9 cases that are wrong, your result is too small.", exercise, answers, above)
    assert not is_on_that_side("In the cases tried, your result is 0.", exercise, answers, above)


@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items() if not exercise.scored])
def test_nothing_is_said_of_random_answers(name):
    exercise, answers = EXERCISES[name], key_of(name)
    right = getattr(reference.module(exercise.module), name)
    for seed in range(3):
        rng, cases = np.random.default_rng([seed, *name.encode()]), []
        for case in answers.cases:
            generators: dict = {}
            outcomes = [call_function(right, one.args, dict(one.kwargs), generators, "own") for one in case.calls]
            cases.append(
                [one | {"value": random_in_place_of(one["value"], rng)} if "value" in one else one for one in outcomes]
            )
        verdict = judge(exercise, answers, Reply(cases=cases), "own.py")
        assert verdict.misconception in (None, *BY_RANDOM_WEIGHTS), verdict.advice
        observed = [observe(exercise, case, outcomes) for case, outcomes in zip(answers.cases, cases, strict=True)]
        assert verdict.finding in (None, *OF_RANDOM_WEIGHTS) or is_on_that_side(
            verdict.finding, exercise, answers, observed
        ), verdict.finding


def test_rows_in_place_of_a_number_are_an_argument_unchanged():
    verdict = verdict_on_body("cross_entropy", "return logits")
    assert verdict.status == "failed" and "is the argument `logits`, unchanged" in verdict.finding


def test_a_finding_that_fails_costs_no_points_and_says_nothing(monkeypatch):
    def fails(*_):
        raise IndexError("tuple index out of range")

    told = verdict_on_body("relu", "return 2 * x")
    monkeypatch.setattr(findings, "_find_one", fails)
    with pytest.raises(IndexError):
        verdict_on_body("relu", "return 2 * x")
    monkeypatch.setattr(guard, "STRICT", False)
    silent = verdict_on_body("relu", "return 2 * x")
    assert (silent.status, silent.score) == (told.status, told.score) and told.finding
