"""Is each form of a whole answer reported: drawn weights, parts and lists, refusals, errors and calls?"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.candidate.wire import Given, Opaque
from autograder.exercise import Call, Case
from autograder.judging.compare import Difference, Kind
from autograder.judging.findings import forms, refusals, sentences
from autograder.judging.key import Key
from autograder.judging.observation import Observation, Problem, ProblemKind, Rejected
from tests.support.judged import verdict_on_body

W = "w = rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))\n"
HALF = "half = rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out // 2))\n"
TOP = "half = rng.normal(0, np.sqrt(2 / fan_in), (fan_in // 2, fan_out))\n"
# The kind, what is written in place of `he_normal`, and what is said about it.
DRAWN = [
    ("draws not finite", W + "w[0, 0] = np.nan\nreturn w", "NaN or infinity"),
    ("draws flat", "return rng.normal(0, np.sqrt(2 / fan_in), fan_in * fan_out)", "in one 1-D array; one row per"),
    ("draws shape", "return rng.normal(0, np.sqrt(2 / fan_in), (fan_out, fan_out))", "have shape (fan_out, fan_out)"),
    ("draws integers", W + "return w.astype(int)", "stored as integers"),
    ("draws all zeros", "return np.zeros((fan_in, fan_out))", "All your weights are 0."),
    ("draws all zeros", W + "return w * (2 // fan_in)", "In every wrong case tried, all your weights are 0."),
    ("draws line empty", W + "w[-1] = 0\nreturn w", "The last row of your weights holds only zeros."),
    ("draws constant", "return np.full((fan_in, fan_out), np.sqrt(2 / fan_in))", "the same number"),
    ("draws few values", W + "return np.sign(w) * np.sqrt(2 / fan_in)", "only 2 different values"),
    ("draws rows alike", W + "return np.tile(w[:1], (fan_in, 1))", "All rows of your weights are the same"),
    ("draws columns alike", W + "return np.tile(w[:, :1], (1, fan_out))", "All columns of your weights are the same"),
    ("draws halves repeat", HALF + "return np.hstack([half, -half])", "The second half of the columns repeats"),
    ("draws halves repeat", TOP + "return np.vstack([half, half])", "The second half of the rows repeats"),
    ("draws halves mirrored", HALF + "return np.hstack([half, half[:, ::-1]])", "of the columns mirrors"),
    ("draws halves mirrored", TOP + "return np.vstack([half, half[::-1]])", "of the rows mirrors"),
    ("draws sorted", W + "return np.sort(w, axis=0)", "sorted along each column"),
    (
        "draws repeat",
        W + "return rng.permutation(np.repeat(w.ravel(), 2)[: w.size]).reshape(w.shape)",
        "same magnitude",
    ),
    (
        "draws zeros",
        W + "return w * (rng.random(w.shape) < 0.7)",
        "In a layer of shape (100, 400), 30% of your weights are exactly 0",
    ),
    (
        "draws lines repeat",
        W + "return w[:, rng.integers(8, size=fan_out)]",
        "Some columns of your weights are the same, number for number",
    ),
    ("draws rounded", W + "return np.round(w, 2)", "none has more than 2 decimals"),
    (
        "draws one sign",
        W + "return np.abs(w) * (1 if fan_in > fan_out else -1)",
        "In each call, all weights have the same sign",
    ),
    ("draws clipped", W + "return np.clip(w, -2.5 * w.std(), 2.5 * w.std())", "as if they had been clipped"),
    ("draws never negative", W + "return np.abs(w)", "none of your weights is negative"),
    ("draws never positive", W + "return -np.abs(w)", "none of your weights is positive"),
    ("draws mean", W + "return w + w.std()", "clearly above 0"),
    ("draws mean", W + "return w - w.std()", "clearly below 0"),
    (
        "draws uniform for normal",
        "return rng.uniform(-1, 1, (fan_in, fan_out)) * np.sqrt(6 / fan_in)",
        "Your weights follow a uniform distribution; a normal distribution is required.",
    ),
    (
        "draws truncated",
        W + "s = np.sqrt(2 / fan_in)\nfar = np.abs(w) > 2 * s\n"
        "while far.any():\n    w[far] = rng.normal(0, s, far.sum())\n    far = np.abs(w) > 2 * s\nreturn w",
        "the tails are cut off",
    ),
    ("draws deviation", W + "return w / np.sqrt(2)", "is √(1 / fan_in)"),
    (
        "draws peaked",
        "return rng.laplace(0, np.sqrt(1 / fan_in), (fan_in, fan_out))",
        "too many of them are near the mean",
    ),
    ("draws deviation number", W + "return w * 1.7", "1.7 times the required one"),
    ("draws rescaled", W + "return w / w.std() * np.sqrt(2 / fan_in)", "is the required one to the last digit"),
    (
        "draws rescaled lines",
        W + "return np.sqrt(2) * w / np.linalg.norm(w, axis=0)",
        "All columns of your weights have exactly the same norm",
    ),
    (
        "draws rescaled lines",
        W + "return (w - w.mean(axis=1, keepdims=True)) / w.std(axis=1, keepdims=True) * np.sqrt(2 / fan_in)",
        "All rows of your weights have exactly the same norm",
    ),
    ("draws centred", W + "return w - w.mean()", "The mean of your weights is 0 to the last digit"),
]

FORWARD = (
    "acts = [x]\n"
    "for k, (w, b) in enumerate(layers):\n"
    "    x = x @ w + b\n"
    "    if k < len(layers) - 1:\n        x = np.maximum(x, 0)\n        acts.append(x)\n"
)
LAYERS = "new = [(w - learning_rate * a, b - learning_rate * c) for (w, b), (a, c) in zip(layers, gradients)]\n"
GRADIENTS = "a, b, c = x.T @ grad_output, grad_output.sum(axis=0), grad_output @ weights.T\n"
SHAPES = "if inputs.shape != weights.shape or inputs.ndim != 1: raise {}\nreturn float(inputs @ weights)"
REFUSED = "if ((labels < 0) | (labels >= n_classes)).any(): raise ValueError\nreturn np.eye(n_classes)[labels]"
DIFFERENCES = (
    "out = np.zeros(array.shape)\n"
    "for i in np.ndindex(array.shape):\n"
    "    up = array.astype(float)\n    down = up.copy()\n    up[i] += step\n    down[i] -= step\n"
    "    out[i] = {}\n"
    "return out"
)
FINE_TUNE = (
    "losses = []\n"
    "for _ in range(epochs):\n"
    "    total = 0.0\n"
    "    for a_x, a_y in minibatches(x, y, batch_size, rng):\n"
    "        logits, acts = forward(layers, a_x)\n"
    "        total += cross_entropy(logits, a_y) * len(a_y)\n"
    "        grads = backward(layers, acts, cross_entropy_gradient(logits, a_y))\n"
    "        layers = [({}) for k, ((w, b), (a, c)) in enumerate(zip(layers, grads))]\n"
    "    losses.append(total / len(y))\n"
    "return layers, losses"
)
# The kind, the exercise, what is written in its place, and what is said about it.
FORMS = [
    (
        "draws deviation root",
        "xavier_uniform",
        "limit = np.sqrt(12 / (fan_in + fan_out)); return rng.uniform(-limit, limit, (fan_in, fan_out))",
        "about √2 times the required one: the variance is twice the required one",
    ),
    (
        "draws normal for uniform",
        "xavier_uniform",
        "return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out))",
        "Your weights follow a normal distribution; a uniform distribution is required.",
    ),
    (
        "none at the end",
        "backward_unfrozen",
        "every = backward(layers, activations, grad_logits)\n"
        "return [None if k in frozen or one is every[-1] else one for k, one in enumerate(every)]",
        "the last item of your answer is None; the others are right",
    ),
    ("iterator", "gradient_step", "return iter(layers)", "Your function returns an iterator"),
    ("iterator inside", "dense_gradient", GRADIENTS + "return c, a, iter(b)", "Your answer holds an iterator"),
    ("nothing returned", "dense", "x @ weights + bias", "returned None in every case"),
    ("same array", "zero_bias", "return np.zeros(3)", "Your result is the same array in every case."),
    (
        "kept",
        "signal_spread",
        "kept = signal_spread.__dict__.setdefault('kept', [])\n"
        "kept.append(np.std(x))\n"
        "for weights in weight_matrices:\n"
        "    x = activation(x @ weights)\n"
        "    kept.append(np.std(x))\n"
        "return np.array(kept)",
        "begins with the result of the previous call",
    ),
    ("always one number", "zero_bias", "return 0.0", "is the single number 0.0 in every case; an array is required"),
    ("array of", "zero_bias", "return np.zeros(fan_out, dtype=complex)", "Your results are arrays of complex128"),
    ("always the same", "accuracy", "return 0.5", "is 0.5 in every case"),
    ("changes its input", "relu", "return np.maximum(x, 0, out=x)", "the call changes the caller's own `x`"),
    (
        "fails test",
        "he_normal",
        "return np.random.default_rng(1).normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))",
        "test",
    ),
    (
        "parts swapped",
        "forward",
        FORWARD + "return acts, x",
        "logits and activations, but in the wrong order",
    ),
    ("part alone", "dense_gradient", GRADIENTS + "return a", "returned only grad_weights"),
    ("part missing", "dense_gradient", GRADIENTS + "return 2 * a, b", "2 of 3 parts"),
    (
        "parts and more",
        "dense_gradient",
        GRADIENTS + "return c, a, b, x",
        "more than 3 items; the first 3 are right",
    ),
    ("list reversed", "gradient_step", LAYERS + "return new[::-1]", "are right, but in reverse order"),
    ("item missing at the end", "gradient_step", LAYERS + "return new[:-1]", "The last item of your answer is missing"),
    ("item missing at the start", "gradient_step", LAYERS + "return new[1:]", "The first item of your answer is miss"),
    ("item too many at the end", "gradient_step", LAYERS + "return [*new, new[0]]", "one item too many at the end"),
    (
        "item too many at the start",
        "gradient_step",
        LAYERS + "return [new[-1], *new]",
        "one item too many at the start",
    ),
    ("pairs swapped", "gradient_step", LAYERS + "return [(b, w) for w, b in new]", "items of each pair are swapped"),
    ("pairs in two lists", "gradient_step", LAYERS + "return [w for w, b in new], [b for w, b in new]", "two lists"),
    ("dictionary", "gradient_step", LAYERS + "return dict(enumerate(new))", "returned a dictionary"),
    ("items missing", "gradient_step", LAYERS + "return new[::2]", "some items of your answer are missing"),
    (
        "parts in another order",
        "lora_gradient",
        "down, up = adapter; s = alpha / down.shape[1]; inner = s * grad_output @ up.T\n"
        "return x.T @ inner, s * (x @ down).T @ grad_output, grad_output @ weights.T + inner @ down.T",
        "the right parts in the wrong order: grad_down, grad_up, grad_x.",
    ),
    (
        "in a part where wrong",
        "forward",
        "hidden = np.maximum(dense(x, *layers[0]), 0)\nreturn dense(hidden, *layers[-1]), [x, hidden]",
        "In every case tried in which your `activations` is wrong, its last item is missing",
    ),
    ("in a part", "forward", FORWARD + "return x, acts[:-1]", "The last item of your `activations` is missing"),
    (
        "where something came back",
        "gradient_step",
        LAYERS + "if len(layers) == 1: raise KeyError\nreturn [(b, w) for w, b in new]",
        "In every case tried in which a result came back, the items of each pair are swapped",
    ),
    (
        "where it is wrong",
        "he_normal",
        W + "return w if fan_in < fan_out else w * np.sqrt(fan_in)",
        "In every wrong case tried, the standard deviation",
    ),
    (
        "never refuses",
        "one_hot",
        "return (labels[:, None] == np.arange(n_classes)).astype(float)",
        "none of the invalid",
    ),
    ("refuses some", "weighted_sum", "return float(np.sum(inputs * weights))", "4 of 9 invalid inputs raised no"),
    (
        "refuses badly",
        "weighted_sum",
        "return float(sum(a * b for a, b in zip(inputs, weights)))",
        "All your results are right, but none of the 9 invalid inputs raises a ValueError with the required values in "
        "its message.",
    ),
    ("refuses otherwise", "weighted_sum", SHAPES.format("IndexError"), "raise an IndexError instead of a ValueError"),
    (
        "refuses some otherwise",
        "interpolate_layers",
        "assert len(layers) == len(tuned)\nnew = []\nfor pair in zip(layers, tuned):\n"
        "    for old, other in zip(*pair):\n"
        "        if old.shape != other.shape: raise ValueError(f'{old.shape} {other.shape}')\n"
        "    new.append(tuple((1 - share) * old + share * other for old, other in zip(*pair)))\nreturn new",
        "in 2 of 6 cases invalid input raises an AssertionError instead of a ValueError",
    ),
    (
        "part too many",
        "lora_gradient",
        "down, up = adapter; scale = alpha / len(up); inner = scale * grad_output @ up.T\n"
        "grad_x = grad_output @ weights.T + inner @ down.T\n"
        "return grad_x, x.T @ grad_output, x.T @ inner, scale * (x @ down).T @ grad_output",
        "one part too many, the item at index 1; the other parts are right",
    ),
    (
        "refuses by chance",
        "minibatches",
        "if batch_size < 0: raise ValueError(f'{batch_size}')\norder = rng.permutation(len(x))\n"
        "return [(x[order[k:k + batch_size]], y[order[k:k + batch_size]]) for k in range(0, len(x), batch_size)]",
        "in 1 of 2 cases the ValueError comes from Python or NumPy, not from your function",
    ),
    (
        "changes as well",
        "dense",
        "bias += 1\nreturn np.sin(x @ weights) + bias",
        "The call also changes the caller's own `bias`.",
    ),
    ("refuses without naming", "one_hot", REFUSED, "message does not contain the invalid entry of `labels`."),
    ("names some", "weighted_sum", SHAPES.format("ValueError(f'{inputs.shape}')"), "does not contain the shape of `w"),
    ("unusable", "minibatches", "return 3", "Your function gave the number 3"),
    ("never called", "numerical_gradient", "return np.sin(array) + 3", "never calls `f`"),
    ("called once", "numerical_gradient", "return np.full(array.shape, f(array))", "never calls `f` more than once"),
    ("called with", "numerical_gradient", DIFFERENCES.format("f(up[0] + 0) / step"), "an array of shape"),
    (
        "called too seldom",
        "numerical_gradient",
        DIFFERENCES.format("f(up) * (i[-1] % 2)"),
        "too few times: for example, ",
    ),
    (
        "right except where",
        "relu",
        "out = x * 0.0\n"
        "for i in range(x.shape[0]):\n"
        "    for j in range(x.shape[1]):\n        out[i, j] = max(x[i, j], 0)\n"
        "return out",
        "Among the valid inputs tried, your function is right except where `x` is not 2-D.",
    ),
    (
        "frozen moved",
        "fine_tune",
        FINE_TUNE.format("w if k in frozen else w - learning_rate * a, b - learning_rate * c"),
        "Your function is right where nothing is frozen, but in 8 cases the biases of frozen layers change.",
    ),
    (
        "items alike",
        "backward",
        "grads = [[None, None]] * len(layers)\n"
        "for k in reversed(range(len(layers))):\n"
        "    grad_logits, grads[k][0], grads[k][1] = dense_gradient(grad_logits, activations[k], layers[k][0])\n"
        "return grads",
        "In every case tried in which your answer has several items, they are all the same.",
    ),
    (
        "changes an argument",
        "dense",
        "weights += 0.5; x[1]; weights -= 0.5; bias += 1\nreturn x @ weights + bias - 1",
        "The call changes the caller's own `bias`. Among the valid inputs tried, your function stops",
    ),
    ("stops where", "dense", "x[1]\nreturn x @ weights + bias", "an IndexError only if `x` has length 1"),
]


@pytest.mark.parametrize(("kind", "body", "words"), DRAWN, ids=[one[0] for one in DRAWN])
def test_what_drawn_weights_show_is_told(kind, body, words):
    assert words in verdict_on_body("he_normal", body).finding


@pytest.mark.parametrize(("kind", "name", "body", "words"), FORMS, ids=[one[0] for one in FORMS])
def test_the_form_of_an_answer_is_told(kind, name, body, words):
    assert words in verdict_on_body(name, body).finding


ELSEWHERE = {
    "nones missing",
    "none at the start",
    "none for some",
    "not none",
}
"""Kinds that `test_findings` tries."""


def test_every_form_is_tried():
    tried = {one[0] for one in (*DRAWN, *FORMS)}
    assert {
        *sentences.DRAWS,
        *sentences.FORMS,
        *sentences.BEGINNINGS,
        "in a part",
        "in a part where wrong",
    } - tried == ELSEWHERE


def key_of(*expected, arguments=("x",), asked=(), refused=0):
    """Return a key with cases for these values, followed by ``refused`` cases that must be refused."""
    cases = [Case.of("is right", calls=[Call((Given("square"), k))]) for k, _ in enumerate(expected)]
    cases += [Case.of("refuses", calls=[Call((k,))], raises=ValueError) for k in range(refused)]
    return Key("own", arguments, tuple(cases), (*expected, *[None] * refused), (), (), asked)


STOPPED = Observation(raised={"type": "TypeError", "kinds": ["TypeError"]})
UNUSABLE = Observation(rejected=Rejected("shape", (), "an empty array"))


def observed(*values):
    return [value if isinstance(value, Observation) else Observation(value) for value in values]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ((None, None), ("nothing returned",)),
        ((None, 2.0), None),
        ((None, STOPPED), None),
        ((None, UNUSABLE), None),
        ((Observation(1, iterator=True), Observation(1, iterator=True)), ("iterator",)),
        ((Observation(1, iterator=True), Observation(1, iterator=True, part=0)), ("iterator inside",)),
        ((Observation(1, iterator=True), 2.0), None),
    ],
)
def test_nothing_is_said_to_be_returned_only_if_that_is_so_in_every_case(values, found):
    assert forms.find_nothing(key_of(1.0, 2.0), observed(*values)) == found


def test_nothing_is_not_said_where_nothing_is_expected_or_asked():
    assert forms.find_nothing(key_of(None, None), observed(None, None)) is None
    assert forms.find_nothing(key_of(None, 1.0), observed(None, None)) == ("nothing returned",)
    assert forms.find_nothing(key_of(refused=2), observed(None, None)) is None


@pytest.mark.parametrize(
    ("expected", "values", "found"),
    [
        ((1.0, 2.0), (3.0, 3.0), ("always the same", "3.0")),
        ((1.0, 2.0), (np.float64(3), np.float64(3)), ("always the same", "3.0")),
        ((1.0, 2.0), ("a" * 50, "a" * 50), ("always the same", repr("a" * 50)[:40])),
        ((np.ones(2), np.ones(3)), (3.0, 3.0), ("always one number", "3.0")),
        ((np.ones(2), 1.0), (3.0, 3.0), ("always the same", "3.0")),
        ((1.0, 2.0), (3.0, 3.5), None),
        ((1.0, 2.0), (3.0, STOPPED), None),
        ((1.0, 2.0), (3.0, UNUSABLE), None),
        ((1.0, 1.0), (3.0, 3.0), None),
        ((1.0,), (3.0,), None),
        ((1.0, 2.0), ([3.0], [3.0]), None),
    ],
)
def test_an_answer_is_always_the_same_only_where_several_are_expected(expected, values, found):
    assert forms.find_constant(key_of(*expected), observed(*values)) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ((UNUSABLE, UNUSABLE), ("unusable", "an empty array")),
        ((UNUSABLE, 2.0), None),
        ((UNUSABLE, Observation(rejected=Rejected("type", (), "a text"))), None),
        ((1.0, 2.0), None),
    ],
)
def test_what_no_view_can_use_is_told_only_of_all_answers(values, found):
    assert forms.find_unusable(key_of(1.0, 2.0), observed(*values)) == found


SHAPE, OTHER = (2, 3), (3,)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ((0, ()), ("never called", "`f`")),
        ((1, (SHAPE,)), ("called once", "`f`")),
        ((4, (OTHER,)), ("called with", "`f`", "(3,)", "(2, 3)")),
        ((3, (SHAPE,)), ("called too seldom", "`f`", "3 times", "4 calls are")),
        ((4, (SHAPE, OTHER)), None),
        ((5, (SHAPE,)), None),
    ],
)
def test_how_often_and_with_what_a_function_is_called_is_told(asked, found):
    key = key_of(1.0, 2.0, arguments=("f", "x"), asked=((4, (SHAPE,)), (4, (SHAPE,))))
    assert forms.find_in_calls(key, [Observation(1.0, asked=asked)] * 2) == found
    assert forms.find_in_calls(key, [Observation(1.0, asked=asked), Observation(1.0)]) is None
    sometimes = key_of(1.0, 2.0, arguments=("f", "x"), asked=((1, (SHAPE,)), (4, (SHAPE,))))
    found = forms.find_in_calls(sometimes, [Observation(1.0, asked=(1, (SHAPE,)))] * 2)
    assert found == ("called once", "`f`"), "in one case it is called more than once"
    numbers = key_of(1.0, 2.0, arguments=("f", "x"), asked=((4, ()), (4, ())))
    assert forms.find_in_calls(numbers, [Observation(1.0, asked=(0, ()))] * 2) == ("never called", "`f`")
    never = key_of(1.0, 2.0, arguments=("f", "x"), asked=((0, ()), (0, ())))
    assert forms.find_in_calls(never, [Observation(1.0, asked=asked)] * 2) is None
    once = key_of(1.0, 2.0, arguments=("f", "x"), asked=((1, (SHAPE,)), (1, (SHAPE,))))
    if asked[0] == 1:
        assert forms.find_in_calls(once, [Observation(1.0, asked=asked)] * 2) is None


def test_what_a_call_changes_besides_is_told_if_most_calls_do():
    key = key_of(1.0, 2.0, 3.0, arguments=("f", "x"))
    change, both = Observation(1.0, changed=(1,)), Observation(1.0, changed=(0, 1))
    assert forms.find_also_changed(key, [change, both, Observation(1.0)]) == ("changes as well", "x")
    assert forms.find_also_changed(key, [change, Observation(1.0), Observation(1.0)]) is None
    assert forms.find_also_changed(key, [change, Observation(1.0, changed=(0,)), Observation(1.0)]) is None
    assert forms.find_also_changed(key, [change, both, STOPPED]) == ("changes as well", "x")
    assert forms.find_also_changed(key_of(1.0), [change]) is None
    four = key_of(1.0, 2.0, 3.0, 4.0, arguments=("f", "x"))
    assert forms.find_also_changed(four, [change, both, Observation(1.0), Observation(1.0)]) is None
    named = Observation(1.0, changed=("rate",))
    assert forms.find_also_changed(key, [named, named, named]) == ("changes as well", "rate")


def test_where_a_function_stops_is_told_only_of_one_kind_of_error():
    cases = tuple(Case.of("is right", calls=[Call((np.ones(n),))]) for n in (1, 1, 3, 4))
    key = Key("own", ("x",), cases, (1.0, 2.0, 3.0, 4.0))
    found = forms.find_in_errors(key, observed(STOPPED, STOPPED, 1.0, 1.0))
    assert found == ("stops where", "a TypeError", ("where one row", "`x`"))
    other = Observation(raised={"type": "KeyError", "kinds": ["KeyError"]})
    assert forms.find_in_errors(key, observed(STOPPED, other, 1.0, 1.0)) is None
    assert forms.find_in_errors(key, observed(STOPPED, STOPPED, STOPPED, STOPPED)) is None
    own = Observation(raised={"type": "Odd", "kinds": ["Odd", "ArithmeticError", "Exception", "BaseException"]})
    assert forms.find_in_errors(key, observed(own, own, 1.0, 1.0))[1] == "an ArithmeticError"
    bare = Observation(raised={"type": "Odd", "kinds": ["Odd", "Exception", "BaseException"]})
    assert forms.find_in_errors(key, observed(bare, bare, 1.0, 1.0))[1] == "another error"


A, B, C, D, E, F = (np.array([k, k + 0.5]) for k in range(1, 7))
PAIRS = [(A, B), (C, D), (E, F)]
AB, ABC = ("a", "b"), ("a", "b", "c")


@pytest.mark.parametrize(
    ("parts", "expected", "got", "found"),
    [
        (AB, (A, B), A, [("part alone", "a", "a and b")]),
        (AB, (A, B), B, [("part alone", "b", "a and b")]),
        ((), [A, B], A, []),
        (AB, (A, B), (B, A), [("parts swapped", "a", "b"), ("list reversed",)]),
        (ABC, (A, B, C), (C, A, B), [("parts in another order", "c, a, b")]),
        (ABC, (A, B, C), (A, C, B), [("parts swapped", "b", "c"), ("parts in another order", "a, c, b")]),
        (ABC, (A, B, C), (A, B, C), []),
        ((), [A, B, C], [C, B, A], [("list reversed",)]),
        ((), [A, B, C], [A, C, B], []),
        ((), [A], [A], []),
        ((), [A, B, C], [A, B], [("item missing at the end",), ("items missing",)]),
        ((), [A, B, C], [B, C], [("item missing at the start",), ("items missing",)]),
        ((), [A, B, C], [A, C], [("items missing",)]),
        ((), [A, B, C], [C, A], []),
        ((), [A, B, C], [A, D], []),
        (ABC, (A, B, C), (A, B), [("item missing at the end",), ("part missing", "2", "3")]),
        ((), [A, B], [A, B, C], [("item too many at the end",)]),
        ((), [A, B], [C, A, B], [("item too many at the start",)]),
        ((), [A, B], [A, C, B], []),
        ((), [A, B], [A, B, C, D], []),
        (AB, (A, B), (A, B, C), [("parts and more", "2")]),
        (AB, (A, B), (A, C, B), [("part too many", "the item at index 1")]),
        (ABC, (A, B, C), (A, B, D, C), [("part too many", "the item at index 2")]),
        (AB, (A, B), (D, A, B), [("item too many at the start",)]),
        ((), PAIRS, [(B, A), (D, C), (F, E)], [("pairs swapped",)]),
        ((), PAIRS, ([A, C, E], [B, D, F]), [("pairs in two lists",)]),
        ((), PAIRS, ([B, D, F], [A, C, E]), []),
        ((), PAIRS[:2], [A, D], []),
        ((), [A, B, C], [None, B, C], [("none at the start",), ("none for some",)]),
        ((), [A, B, C], [A, B, None], [("none at the end",), ("none for some",)]),
        ((), [A, B, C], [A, None, None], [("none for some",)]),
        ((), [A, B, C], [None, D, C], []),
        ((), [A, None, C], [A, B, C], [("not none",)]),
        ((), [A, None, C], [A, B, D], []),
        ((), [A, None, C, B], [A, C, B], [("nones missing",), ("items missing",)]),
    ],
)
def test_how_two_lists_differ_is_found_and_nothing_else(parts, expected, got, found):
    assert list(forms._compare_lists(parts, expected, got)) == found


REVERSED = ("list reversed",)


@pytest.mark.parametrize(
    ("expected", "values", "found"),
    [
        (([A, B], [C, D]), ([B, A], [D, C]), REVERSED),
        (([A, B], [C, D]), ([B, A], (D, C)), REVERSED),
        (([A, B],), ([B, A],), REVERSED),
        (([A, B], [C, D]), ([B, A], STOPPED), None),
        (([A, B], [C, D], [E, F]), ([B, A], [D, C], STOPPED), ("where something came back", REVERSED)),
        (([A, B], [C, D], [E, F]), ([B, A], [D, C], UNUSABLE), ("where something came back", REVERSED)),
        (([A, B], [C, D]), ([A, B], [D, C]), ("where it is wrong", REVERSED)),
        (([A, B], [C, D], [E, F]), ([A, B], [D, C], STOPPED), ("where it is wrong", REVERSED)),
        (([A, B], [C, D]), ([B, A], [D, E]), None),
        (([A, B], [1.5, 2.5]), ([B, A], [1.5, 3.5]), REVERSED),
        (([1.5, 2.5], [3.5, 4.5]), ([2.5, 1.5], [4.5, 3.5]), None),
        (([A, B], [C, D]), ({0: A}, {}), ("dictionary",)),
        (([A, B], [C, D]), ({0: A}, [C, D]), None),
        (({0: A}, {0: B}), ({0: B}, {0: A}), None),
        ((A, B), (B, A), None),
    ],
)
def test_what_the_forms_of_all_answers_have_in_common(expected, values, found):
    assert forms.find_in_form(SimpleNamespace(parts=()), key_of(*expected), observed(*values)) == found
    refusing = [*observed(*values), Observation([A, B])]
    assert forms.find_in_form(SimpleNamespace(parts=()), key_of(*expected, refused=1), refusing) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (((A, [C, B]), (D, [F, E])), ("in a part", "b", REVERSED)),
        (((A, [C, B]), (D, [E, F])), ("in a part where wrong", "b", REVERSED)),
        (((A, [C, B]), (D, [F, E], A)), None),
        (((A, [C, B]), D), None),
        (((B, [C, A]), (E, [F, D])), None),
    ],
)
def test_the_form_of_a_part_is_told_with_its_name(values, found):
    key = key_of((A, [B, C]), (D, [E, F]))
    assert forms.find_in_form(SimpleNamespace(parts=AB), key, observed(*values)) == found


NOT_REFUSED, OTHER_ERROR, NOT_NAMED = ProblemKind.NOT_REFUSED, ProblemKind.OTHER_ERROR, ProblemKind.NOT_NAMED
OWN = Observation(raised={"type": "KeyError", "kinds": ["KeyError"], "own": True})
REQUIRED = "a required value"
CHANCE = Observation(raised={"type": "ValueError", "kinds": ["ValueError"], "own": False})


@pytest.mark.parametrize(
    ("kinds", "values", "found"),
    [
        ([NOT_REFUSED] * 3, [1.0] * 3, ("never refuses", "a ValueError", "")),
        ([NOT_REFUSED, None, NOT_REFUSED], [1.0, OWN, 1.0], ("refuses some", "2", "3", "ValueError", "")),
        ([NOT_NAMED] * 3, [OWN] * 3, ("refuses without naming", REQUIRED)),
        ([NOT_NAMED] * 3, [STOPPED] * 3, ("refuses without naming", REQUIRED)),
        ([NOT_NAMED] * 3, [CHANCE, CHANCE, OWN], ("refuses without naming", REQUIRED)),
        ([NOT_NAMED, NOT_NAMED, None], [OWN] * 3, ("names some", "2 of 3", REQUIRED)),
        ([NOT_NAMED, NOT_NAMED, None], [CHANCE, CHANCE, OWN], ("refuses by chance", "2", "3", "ValueError")),
        ([OTHER_ERROR] * 3, [OWN] * 3, ("refuses otherwise", "a ValueError", "a KeyError")),
        (
            [OTHER_ERROR, None, OTHER_ERROR],
            [OWN] * 3,
            ("refuses some otherwise", "2", "3", "a ValueError", "a KeyError"),
        ),
        ([OTHER_ERROR] * 3, [OWN, OWN, STOPPED], None),
        ([OTHER_ERROR, NOT_REFUSED, None], [OWN, 1.0, OWN], ("refuses badly", "2", "3", "a ValueError")),
        ([OTHER_ERROR, NOT_REFUSED, NOT_NAMED], [OWN, 1.0, OWN], ("refuses badly", "3", "3", "a ValueError")),
        ([ProblemKind.ERROR_RETURNED] * 3, [1.0] * 3, None),
        ([ProblemKind.ERROR_RETURNED, NOT_REFUSED, None], [1.0] * 3, None),
        ([None] * 3, [OWN] * 3, None),
    ],
)
def test_how_invalid_input_is_handled_is_told_if_all_else_is_right(kinds, values, found):
    key = key_of(1.0, refused=3)
    wrong = [{"refuses": Problem(kind)} if kind else {} for kind in kinds]
    seen = observed(1.0, *values)
    assert refusals.find_in_refusals(key, seen, [{}, *wrong]) == found
    assert refusals.find_in_refusals(key, seen, [{"is right": Problem(ProblemKind.DIFFERS)}, *wrong]) is None


@pytest.mark.parametrize(
    ("notes", "wrong", "listed"),
    [
        (["a rank of 0", "-1: a negative rank", "a rank above 5"], 2, ": a rank of 0; -1"),
        (["a rank of 0", "", "a rank above 5"], 2, ", among them: a rank of 0"),
        (["", "", "a rank above 5"], 2, ""),
        (["one: first", "two", "three", "four", "five"], 4, ", among them: one; two; three"),
        (["one", "two", "three"], 3, ": one; two; three"),
        (["one", "two", "three", "four"], 4, ""),
    ],
)
def test_a_few_inputs_that_are_not_refused_are_listed_by_their_notes(notes, wrong, listed):
    key = key_of(1.0, refused=len(notes))
    cases = [key.cases[0], *(replace(case, note=note) for case, note in zip(key.cases[1:], notes, strict=True))]
    problems = [{"refuses": Problem(NOT_REFUSED)}] * wrong + [{}] * (len(notes) - wrong)
    seen = observed(1.0, *[2.0] * wrong, *[OWN] * (len(notes) - wrong))
    assert refusals.find_in_refusals(replace(key, cases=tuple(cases)), seen, [{}, *problems])[-1] == listed


ROWS, LABELS = np.ones((4, 3)), np.array([0, 7, 2])


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        ([((ROWS, "hee"), ("hee",), "no")], "the value of `b`"),
        ([((LABELS, 7), (7,), "no")], "the invalid entry of `a`"),
        ([(({1, 7}, 7), (7,), "no")], "the invalid entry of `a`"),
        ([((ROWS, ROWS[:2]), (4, 3, 2), "4 and 3")], "the shape of `b`"),
        ([((ROWS, ROWS[:2]), (4, 3, 2), "no")], "the shape of `a` or that of `b`"),
        ([((ROWS, ROWS[:2]), (2,), "no"), ((ROWS, ROWS[:, :2]), (2,), "no")], "the shape of `b`"),
        ([((ROWS, ROWS[:2]), (2,), "no"), ((ROWS[:1], ROWS), (1,), "no")], "the shape of `a` or that of `b`"),
        ([((ROWS, 7), (7,), "no"), ((ROWS, 7), (3,), "no")], REQUIRED),
        ([((ROWS, 7), (8,), "no")], REQUIRED),
    ],
)
def test_where_the_values_are_that_messages_lack_is_told_if_it_is_certain(cases, told):
    made = [Case.of("refuses", calls=[Call(args)], raises=ValueError, mentions=lacking) for args, lacking, _ in cases]
    key = Key("own", ("a", "b"), (Case.of("is right", calls=[Call((1, 2))]), *made), (1.0, *[None] * len(cases)))
    seen = [Observation(raised=OWN.raised | {"message": message}) for _, _, message in cases]
    found = refusals.find_in_refusals(
        key, [Observation(1.0), *seen], [{}, *[{"refuses": Problem(NOT_NAMED)}] * len(cases)]
    )
    assert found == ("refuses without naming", told)


@pytest.mark.parametrize(
    ("accepted", "refused", "told"),
    [
        (
            [((3,), (5,))] * 4,
            [((3, 3), (3,))],
            ": 1-D arrays of different lengths (for example, of shapes (3,) and (5,))",
        ),
        (
            [((6, 1), (6,))] * 4,
            [((2, 5), (5, 2))],
            ": shapes that differ but can be broadcast, such as (6, 1) and (6,)",
        ),
        ([((6, 2), (6,))] * 4, [((2, 5), (5, 2))], ": shapes with different numbers of axes, such as (6, 2) and (6,)"),
        ([((2, 5), (5, 2))] * 4, [((6, 2), (6,))], ": shapes with the same number of axes, such as (2, 5) and (5, 2)"),
        ([((2, 5), (5, 2)), *[((6, 2), (6,))] * 3], [((3,), (4,))], ": arrays that are not both 1-D (for example, of "),
        (
            [((2, 5), (5, 2)), *[((6, 2), (12,))] * 3],
            [((3, 2), (4,))],
            ": arrays with the same number of entries (for ",
        ),
        ([((2, 5), (5, 2)), *[((6, 2), (6,))] * 3], [((3, 2), (4,))], ", among them: a; a; a"),
        ([((2, 5), (5, 2), ()), *[((6, 2), (6,))] * 3], [((3, 2), (4,))], ", among them: a; a; a"),
    ],
)
def test_many_inputs_that_are_accepted_are_told_by_what_sets_their_shapes_apart(accepted, refused, told):
    made = [
        Case.of("refuses", *map(np.ones, shapes), raises=ValueError, note="a: b") for shapes in (*accepted, *refused)
    ]
    key = Key("own", ("a", "b"), (Case.of("is right", 1, 2), *made), (1.0, *[None] * len(made)))
    problems = [{"refuses": Problem(NOT_REFUSED)}] * len(accepted) + [{}] * len(refused)
    seen = observed(1.0, *[2.0] * len(accepted), *[OWN] * len(refused))
    found = refusals.find_in_refusals(key, seen, [{}, *problems])
    assert found[0] == "refuses some" and found[-1].startswith(told)


def test_nothing_is_told_of_refusals_where_none_is_asked_for():
    assert refusals.find_in_refusals(key_of(1.0), observed(2.0), [{"is right": Problem(ProblemKind.DIFFERS)}]) is None


def test_the_only_test_that_fails_is_named():
    def failed(name, expected=True):
        return Problem(ProblemKind.DIFFERS, difference=Difference(Kind.VALUE, expected, not expected, (name,)))

    new, other = failed("it is new"), failed("it is long")
    assert forms.find_failed_test([{"a": new}, {}, {"a": new}]) == ("fails test", "it is new")
    assert forms.find_failed_test([{"a": new}, {"a": other}]) is None
    assert forms.find_failed_test([{"a": new}, {"a": Problem(ProblemKind.RAISED)}]) is None
    assert forms.find_failed_test([{"a": failed("it is new", expected=False)}]) is None
    assert forms.find_failed_test([{}]) is None


def test_a_changed_argument_is_all_that_is_wrong_or_is_not_told():
    key, change = key_of(1.0, 2.0, arguments=("f", "x")), Problem(ProblemKind.CHANGED, changed=(1, 0))
    assert forms.find_changed(key, [{"a": change}, {}]) == ("changes its input", "x` and `f")
    assert forms.find_changed(key, [{"a": change, "b": Problem(ProblemKind.DIFFERS)}, {}]) is None
    assert forms.find_changed(key, [{}, {}]) is None
    beyond = Problem(ProblemKind.CHANGED, changed=(2,))
    assert forms.find_changed(key, [{"a": beyond}]) == ("changes its input", "2")


def case_of(x, view=None, calls=1):
    return Case.of("is right", calls=[Call((x,))] * calls, view=view)


def wrong_cases(cases, wrong, kind=ProblemKind.RAISED):
    key = Key("own", ("x",), tuple(cases), (0.0,) * len(cases))
    return forms.find_wrong_cases(key, [{"is right": Problem(kind)} if k in wrong else {} for k, _ in enumerate(cases)])


def test_the_wrong_cases_are_told_from_the_right_ones_by_a_condition():
    zero, other, third = np.zeros((2, 3)), np.eye(3) - 0.5, np.array([[1.5, -2.0]])
    found = ("right except where", ("where all zero", "`x`"))
    cases = [case_of(zero), case_of(other), case_of(third)]
    assert wrong_cases(cases, {0}) == found
    assert wrong_cases(cases[:2], {0}) is None, "one right case is not enough"
    assert wrong_cases([*cases, case_of(zero)], {0}) is None, "a right case is all zeros"
    assert wrong_cases([*cases, case_of(zero, view="half")], {0}) == found, "another view of the same answer"
    assert wrong_cases([case_of(zero, calls=2), *cases[1:]], {0}) is None, "calls are compared with each other"
    for kind in (ProblemKind.CHANGED, ProblemKind.ITERATOR):
        assert wrong_cases(cases, {0}, kind) is None
    assert wrong_cases(cases, set()) is wrong_cases(cases, {0, 1, 2}) is None


LAYER = (np.eye(2), np.ones(2))


def moved(*answers, right=True, epochs=2):
    """Look at the answers, each with layer 0 frozen, beside one with nothing frozen."""
    arguments = ([LAYER, LAYER], frozenset({0}), epochs)
    cases = [Case.of("is right", *arguments) for _ in answers]
    cases.append(Case.of("is right", [LAYER, LAYER], frozenset(), epochs))
    key = Key("own", ("layers", "frozen", "epochs"), tuple(cases), (0.0,) * len(cases))
    problems = [{"is right": None}] * len(answers) + [{} if right else {"is right": None}]
    outcomes = [[{"value": (answer, [0.5])}] for answer in (*answers, [LAYER, LAYER])]
    return forms.find_moved(key, problems, outcomes)


def test_what_changes_in_frozen_layers_is_told():
    weights, biases, both = (2 * LAYER[0], LAYER[1]), (LAYER[0], 2 * LAYER[1]), (2 * LAYER[0], 2 * LAYER[1])
    for layer, what in ((weights, "weights"), (biases, "biases"), (both, "weights and biases")):
        assert moved([layer, LAYER], [layer, both], [LAYER, both]) == ("frozen moved", "2", what)
    assert moved([both, LAYER], [LAYER, LAYER]) is None, "one case is not enough"
    assert moved([weights, LAYER], [biases, LAYER]) is None
    assert moved([both, LAYER], [both, LAYER], right=False) is None, "everything is wrong"
    assert moved([both, LAYER], [both, LAYER], epochs=0) is None, "nothing is learned where nothing is frozen"
    assert moved([both, LAYER], [both]) is moved([both, LAYER], [None, None]) is None


def test_items_are_alike_only_if_all_are_in_several_answers():
    def alike(*answers):
        key = Key("own", ("x",), tuple(case_of(0) for _ in answers), (0.0,) * len(answers))
        return forms.find_items_alike(key, [[{"value": one}] for one in answers])

    assert alike([LAYER, LAYER], [LAYER] * 3) == alike([LAYER, LAYER], [LAYER] * 3, [LAYER]) == ("items alike",)
    assert alike([LAYER, LAYER]) is None, "one answer is not enough"
    assert alike([LAYER, LAYER], [LAYER, (LAYER[0], 2 * LAYER[1])]) is None
    assert alike([LAYER, LAYER], [np.zeros(2)] * 2) is None, "zeros may be right"
    assert alike([LAYER, LAYER], [1.5, 1.5]) is alike([LAYER, LAYER], None) is None


def test_of_what_the_arrays_are_is_told_only_if_all_are_alike_and_unusual():
    complex_numbers, text = (Observation(Opaque(f"array of {kind}")) for kind in ("complex128", "<U3"))
    key = key_of(1.0, 2.0, refused=1)
    found = [
        forms.find_unusable(key, [*pair, Observation(3.0)])
        for pair in ([complex_numbers] * 2, [complex_numbers, text], [complex_numbers, Observation(1.0)])
    ]
    assert found == [("array of", "complex128"), None, None]
    assert forms.find_unusable(key, [Observation(Opaque("Tensor"))] * 3) is None
