"""Do the cases hold the values that a hasty answer sets apart, such as zeros, equal sizes and tiny numbers?"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from autograder.exercises import EXERCISES
from autograder.judging import reference
from autograder.judging.key import PUBLIC_SEED
from tests.exercises.test_random_laws import fails

SEEDS = (PUBLIC_SEED, 7, 11)


def by_shape(layers, gradients):
    """Give each layer the last gradient of its shape."""
    found = {pair[0].shape: pair for pair in gradients}
    return [found[weights.shape] for weights, _ in layers]


def each_image_once(right, images, labels, n_classes):
    _, first = np.unique(images, axis=0, return_index=True)
    return right(images[first], labels[first], n_classes)


def ends_with_the_signal(right, x, matrices, activation):
    alive = [matrix.any() for matrix in matrices]
    return right(x, matrices[: [*alive, False].index(False)], activation)


def rounded_logits(right, layers, x):
    return right([*layers[:-1], [array.round(5) for array in layers[-1]]], x.round(5))


def only_what_occurs(right, labels, n_classes):
    if labels.min() >= 0 and labels.max() < n_classes <= len(labels):
        labels = np.unique(labels, return_inverse=True)[1]
    return right(labels, n_classes)


def no_gradient_for_an_input_of_zero(right, grad_output, x, weights):
    grad_x, *others = right(grad_output, x, weights)
    return (grad_x * (x != 0), *others)


def no_gradient_for_a_weight_of_zero(right, grad_output, x, weights):
    grad_x, grad_weights, grad_bias = right(grad_output, x, weights)
    return grad_x, grad_weights * (weights != 0), grad_bias


def no_gradients_for_weights_of_zero(right, layers, *others):
    gradients = right(layers, *others)
    return [(grad * (w != 0), grad_b) for (grad, grad_b), (w, _) in zip(gradients, layers, strict=True)]


def moves_layers_with_a_gradient(right, layers, gradients, rate):
    pairs = [(layer, pair) for layer, pair in zip(layers, gradients, strict=True) if pair[0].any()]
    return [right([layer], [pair], rate)[0] for layer, pair in pairs]


def zeros_stay(right, layers, *others):
    moved = zip(layers, right(layers, *others), strict=True)
    return [tuple(new * (old != 0) for old, new in zip(*pairs, strict=True)) for pairs in moved]


def zeros_are_reached_at_once(right, layers, tuned, share):
    moved = zip(tuned, right(layers, tuned, share), strict=True)
    return [tuple(new if not share else new * (end != 0) for end, new in zip(*pairs, strict=True)) for pairs in moved]


def no_batch_of_one(right, x, y, size, rng):
    return iter([batch for batch in right(x, y, size, rng) if len(batch[0]) > 1 or size == 1])


def nothing_happens_without(right, what, *args, **settings):
    return right(*args, **settings | {"epochs": settings["epochs"] if settings[what] else 0})


def one_example_is_too_few(right, layers, x, y, **settings):
    return right(layers, x, y, **settings | {"epochs": settings["epochs"] if len(x) > 1 else 0})


def counts_shapes(right, layers, frozen):
    return right(layers, frozen) if frozen else right(list({w.shape: (w, b) for w, b in layers}.values()), frozen)


def drops_gradients_of_zero(right, layers, gradients, rate, frozen):
    moved = zip(right(layers, gradients, rate, frozen), gradients, strict=True)
    return [layer for layer, pair in moved if pair is None or pair[0].any()]


def one_row_for_one_example(right, grad_output, *others):
    grad_x, *parts = right(grad_output, *others)
    return (grad_x if len(grad_x) > 1 else grad_x[0], *parts)


HASTY = {
    "apply_weight": {
        "takes floats and arrays only": lambda right, s, w: None if isinstance(s, int) else right(s, w),
        "one zero for a weight of zero": lambda right, s, w: 0.0 if w == 0 else right(s, w),
        "one zero for signals of zero": lambda right, s, w: right(s, w) if np.any(s) else 0.0,
        "a tiny weight is none": lambda right, s, w: right(s, 0 if abs(w) < 1e-8 else w),
    },
    "weighted_sum": {
        "zero for no inputs": lambda right, x, w: right(x, w) if x.size else 0.0,
        "zero for a tiny sum": lambda right, x, w: 0.0 if abs(right(x, w)) < 1e-8 else right(x, w),
    },
    "weighted_sums": {
        "no row for a blank example": lambda right, x, w: right(x[x.any(axis=1)], w),
        "no column for weights of zero": lambda right, x, w: right(x, w[:, w.any(axis=0)]),
    },
    "count_weights": {"32 bits": lambda right, sizes: int(np.int64(right(sizes)).astype(np.int32))},
    "template_weights": {
        "no row for a pixel without ink": lambda right, x, y, n: right(x, y, n)[x.any(axis=0)],
        "each image once": each_image_once,
    },
    "activates": {"by the sigmoid": lambda right, x, w, b: 1 / (1 + np.exp(-x @ w - b)) > 0.5},
    "fold_bias": {"no row for biases of zero": lambda right, w, b: right(w, b) if b.any() else w},
    "distinct_neurons": {"zeros are no neuron": lambda right, w: right(w[:, w.any(axis=0)] if w.any() else w)},
    "signal_spread": {
        "ends with the signal": ends_with_the_signal,
        "one example has no spread": lambda right, x, *others: right(x, *others) * (len(x) > 1),
    },
    "init_layers": {"sizes must differ": lambda right, n, *a, **k: right(n if len(set(n)) > 1 else [], *a, **k)},
    "relu": {"nothing tiny": lambda right, x: right(np.where(abs(x) > 1e-12, x, 0))},
    "softmax": {"no shift far below zero": lambda right, z: right(z) if z.max() > -800 else 0 * z},
    "predict": {"nearly equal is equal": rounded_logits},
    "mean_squared_error": {
        "zero for tiny errors": lambda right, p, t: 0.0 if p.shape == t.shape and np.allclose(p, t) else right(p, t),
        "zero for no predictions": lambda right, p, t: right(p, t) if p.size else 0.0,
    },
    "one_hot": {"only what occurs": only_what_occurs},
    "accuracy": {"nearly the largest": lambda right, z, y: right(np.round(z, 5), y)},
    "relative_error": {"zero for no entries": lambda right, a, b: right(a, b) if a.size and b.size else 0.0},
    "numerical_gradient": {
        "six decimals": lambda right, *a, **k: right(*a, **k).round(6),
        "nothing passes a zero": lambda right, f, a, *rest, **k: right(f, a, *rest, **k) * (a != 0),
    },
    "mean_squared_error_gradient": {
        "from -1 to 1": lambda right, p, t: np.clip(right(p, t), -1, 1),
        "zero for tiny errors": lambda right, p, t: right(p, t) * (not np.allclose(p, t)),
        "zero for no predictions": lambda right, p, t: right(p, t) if p.size else p,
    },
    "cross_entropy_gradient": {
        "nothing to learn": lambda right, z, y: right(z, y) * (z.argmax(axis=1) != y).any(),
    },
    "relu_gradient": {"hardly active is inactive": lambda right, g, a: right(g, np.where(a > 1e-12, a, 0))},
    "dense_gradient": {
        "no gradient for an input of zero": no_gradient_for_an_input_of_zero,
        "no gradient for a weight of zero": no_gradient_for_a_weight_of_zero,
    },
    "backward": {
        "ends with the gradient": lambda right, layers, a, g: right(layers, a, g) if g.any() else [],
        "no gradient for a weight of zero": no_gradients_for_weights_of_zero,
    },
    "gradient_step": {
        "gradients by shape": lambda right, layers, g, rate: right(layers, by_shape(layers, g), rate),
        "no layer for a gradient of zero": moves_layers_with_a_gradient,
        "zeros stay": zeros_stay,
    },
    "minibatches": {"no batch of one": no_batch_of_one},
    "train": {
        "no losses at a rate of zero": lambda right, *a, **k: nothing_happens_without(right, "learning_rate", *a, **k),
        "one example is too few": one_example_is_too_few,
    },
    "momentum_step": {
        "the old velocity at a rate of zero": lambda right, *a: right(*a) if a[3] else (a[0], a[2]),
        "gradients by shape": lambda right, layers, g, *rest: right(layers, by_shape(layers, g), *rest),
    },
    "count_trainable": {"layers by shape": counts_shapes},
    "frozen_step": {"no layer for a gradient of zero": drops_gradients_of_zero},
    "backward_unfrozen": {
        "None for a gradient of zero": lambda right, *a: [p if p and p[0].any() else None for p in right(*a)],
    },
    "fine_tune": {
        "no losses at a rate of zero": lambda right, *a, **k: nothing_happens_without(right, "learning_rate", *a, **k),
    },
    "interpolate_layers": {"zeros stay": zeros_stay, "zeros are reached at once": zeros_are_reached_at_once},
    "lora_gradient": {"one row for one example": one_row_for_one_example},
    "lora_fine_tune": {
        "no losses at an alpha of zero": lambda right, *a, **k: nothing_happens_without(right, "alpha", *a, **k),
    },
}


@pytest.mark.parametrize(("name", "what"), [(name, what) for name in HASTY for what in HASTY[name]])
def test_a_value_that_is_set_apart_is_in_some_case(name, what):
    right = getattr(reference.module(EXERCISES[name].module), name)
    with np.errstate(all="ignore"):
        assert [seed for seed in SEEDS if not fails(EXERCISES[name], partial(HASTY[name][what], right), seed)] == []
