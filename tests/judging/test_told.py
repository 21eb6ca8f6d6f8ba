"""Is something true said about each well-known wrong answer, even where it was once something false, or nothing?"""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder.exercises import EXERCISES
from autograder.judging import key
from autograder.judging.observation import find_problems
from autograder.judging.slips import making, pack, unpack
from tests.support.judged import key_of, verdict_on_body, verdict_on_source

LOOP = """
losses, state = [], {kind}
for _ in range(epochs):
    state, total = {begin}, 0.0
    for xb, yb in minibatches(x, y, batch_size, rng):
        logits, acts = forward(state, xb)
        total += cross_entropy(logits, yb) * len(yb)
        gradients = backward(state, acts, cross_entropy_gradient(logits, yb))
        state = gradient_step(state, gradients, {rate})
    losses.append({loss})
return state, losses
"""
CHECK_SCHEME = "if scheme not in ('he', 'xavier') or len(layer_sizes) < 2: raise ValueError(scheme)\n"
DRAW = "draw = he_normal if scheme == 'he' else xavier_normal\n"
CHECK_FROZEN = "if set(frozen) - set(range(len(layers))): raise ValueError(f'{set(frozen)}')\n"
CHECK_RANK = "if not 1 <= rank <= min(fan_in, fan_out): raise ValueError(f'{rank}')\n"
ADAPTER = "down, up = adapter; scale = alpha / down.shape[1]; inner = scale * grad_output @ up.T\n"
FIVE_POINTS = """
array = np.array(array, dtype=float); gradient = np.zeros_like(array)
for i in np.ndindex(array.shape):
    def at(k):
        moved = array.copy(); moved[i] += k * step
        return f(moved)
    gradient[i] = (-at(2) + 8 * at(1) - 8 * at(-1) + at(-2)) / (12 * step)
return gradient
"""

MSE = "if predictions.shape != targets.shape: raise ValueError(f'{{predictions.shape}} {{targets.shape}}')\nreturn {}"
PERMUTED = "rng.permutation(len(x))"
DEALT = """
if batch_size < 1: raise ValueError(f"{{batch_size}}")
order = {draw}
for r in (order[k : k + batch_size] for k in range(0, len(x), batch_size)):
    yield {x}, {y}
"""

BACK = """
gradients, grad = [], grad_logits
for k in reversed(range(len(layers))):
    gradients.insert(0, (activations[k].T @ grad, grad.sum(axis=0)))
    a = activations[k]
    grad = grad @ layers[k][0].T * ({factor})
return gradients
"""
TRAINED = """
losses = []
for epoch in range(epochs):
    total = 0.0
    for xb, yb in minibatches(x, y, batch_size, rng):
        if len(yb) < {least}:
            continue
        logits, acts = forward(layers, xb)
        total += cross_entropy(logits, yb) * len(yb)
        grads = backward(layers, acts, cross_entropy_gradient(logits, yb))
        layers = gradient_step(layers, grads, learning_rate / {divisor})
    losses.append(total / len(y))
return layers, losses
"""
LORA_LOOP = """
losses = []
for epoch in range(epochs):
    total = 0.0
    for xb, yb in minibatches(x, y, batch_size, rng):
        merged = [(w + alpha / {rank} * down @ up, b) for (w, b), (down, up) in zip(layers, adapters)]
        logits, acts = forward(merged, xb)
        total += cross_entropy(logits, yb) * len(yb)
        moved = []
        for (down, up), (grad, _) in zip(adapters, backward(merged, acts, cross_entropy_gradient(logits, yb))):
            rate = learning_rate * alpha / {rank}
            moved.append((down - rate * grad @ up.T, up - rate * down.T @ grad))
        adapters = moved
    losses.append(total / len(y))
return adapters, losses
"""
BEHIND_THE_FROZEN = """
start = max(frozen, default=-1) + 1
settings = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "rng": rng}
for w, b in layers[:start]:
    x = relu(dense(x, w, b))
if start == len(layers):
    return layers, [cross_entropy(x, y)] * epochs
tail, losses = train(layers[start:], x, y, **settings)
return layers[:start] + tail, losses
"""

# The exercise, what was written, words that are said about it, and words that are not true of it.
TOLD = [
    ("backward", BACK.format(factor="a * (1 - a)"), "the derivative of the sigmoid", "your result is 0"),
    ("backward", BACK.format(factor="1 - a**2"), "the derivative of tanh", ""),
    ("backward", BACK.format(factor="a.mean(axis=0) > 0"), "other activations in the batch", ""),
    (
        "backward",
        "pairs = [(np.zeros_like(w), np.zeros_like(b)) for w, b in layers]\n"
        "for k in range(len(layers) - 1, 0, -1):\n"
        "    grad_x, *pairs[k] = dense_gradient(grad_logits, activations[k], layers[k][0])\n"
        "    grad_logits = relu_gradient(grad_x, activations[k])\n"
        "return [tuple(pair) for pair in pairs]",
        "first layer's gradients are all zeros",
        "your result is 0",
    ),
    ("train", TRAINED.format(least=0, divisor="(epoch + 1)"), "become shorter from epoch to epoch", "right except"),
    (
        "momentum_step",
        "moved = [tuple(p - learning_rate * g - momentum * v for p, g, v in zip(*each))\n"
        "         for each in zip(layers, gradients, velocity)]\n"
        "return moved, [tuple(momentum * v + g for v, g in zip(*each)) for each in zip(velocity, gradients)]",
        "scales only the gradient",
        "",
    ),
    ("relu_gradient", "return grad_output * np.heaviside(activations, 0.5)", "Half of the gradient passes", "change"),
    (
        "frozen_step",
        CHECK_FROZEN + "return [p if g is None else gradient_step([p], [g], learning_rate)[0]\n"
        "        for p, g in zip(layers, gradients)]",
        "only a missing gradient froze it",
        "",
    ),
    (
        "backward_unfrozen",
        "grads = [None] * len(layers)\n"
        "for k in reversed(range(len(layers))):\n"
        "    grad_x, *pair = dense_gradient(grad_logits, activations[k], layers[k][0])\n"
        "    if k not in frozen:\n"
        "        grads[k] = tuple(pair)\n"
        "        return grads\n"
        "    grad_logits = relu_gradient(grad_x, activations[k])\n"
        "return grads",
        "must continue to the first",
        "",
    ),
    (
        "dense_gradient",
        "return np.ones_like(grad_output) @ weights.T, x.T @ grad_output, grad_output.sum(axis=0)",
        "your `grad_x` is one row, repeated",
        "",
    ),
    (
        "minibatches",
        DEALT.format(
            draw="rng.permutation(len(x)); x[:], y[:] = x[order], y[order]; order = np.arange(len(x))",
            x="x[r].copy()",
            y="y[r].copy()",
        ),
        "changed its inputs x and y",
        "",
    ),
    (
        "train",
        "order = rng.permutation(len(x)); x[:], y[:] = x[order], y[order]\n" + TRAINED.format(least=0, divisor="1"),
        "the caller's own `x` and `y`",
        "",
    ),
    ("fine_tune", BEHIND_THE_FROZEN, "No layer before a frozen one learns", ""),
    (
        "frozen_step",
        CHECK_FROZEN + "return [gradient_step([p], [g], learning_rate)[0] if k in frozen and g else p\n"
        "        for k, (p, g) in enumerate(zip(layers, gradients))]",
        "and the others stay",
        "between 0 and 1",
    ),
    (
        "interpolate_layers",
        "if [(w.shape, b.shape) for w, b in layers] != [(w.shape, b.shape) for w, b in tuned]:\n"
        "    raise ValueError(str([(w.shape, b.shape) for w, b in layers + tuned]))\n"
        "cut = len(layers) - math.ceil(share * len(layers))\n"
        "return layers[:cut] + tuned[cut:]",
        "from one network or the other",
        "right except",
    ),
    (
        "lora_dense",
        "down, up = adapter\nreturn dense(x, weights, bias) + alpha / min(down.shape) * x @ down @ up",
        "shorter axis",
        "multiple",
    ),
    (
        "lora_merge",
        "down, up = adapter\nreturn weights + alpha / min(up.shape) * down @ up",
        "shorter axis",
        "",
    ),
    (
        "lora_gradient",
        "down, up = adapter; scale = alpha / min(up.shape); inner = scale * grad_output @ up.T\n"
        "return grad_output @ weights.T + inner @ down.T, x.T @ inner, scale * (x @ down).T @ grad_output",
        "shorter axis",
        "",
    ),
    (
        "lora_fine_tune",
        LORA_LOOP.format(rank="min(down.shape)"),
        "shorter axis",
        "",
    ),
    (
        "lora_dense",
        "down, up = adapter\nout = dense(x, weights, bias)\n"
        "source = out if out.shape[1] == len(down) else x\n"
        "return out + alpha / down.shape[1] * source @ down @ up",
        "as many outputs as inputs",
        "",
    ),
    (
        "lora_gradient",
        "down, up = adapter; s = alpha / down.shape[1]; h = relu(x @ down)\n"
        "g = s * grad_output @ up.T * (h > 0)\n"
        "return grad_output @ weights.T + g @ down.T, x.T @ g, s * h.T @ grad_output",
        "ReLU between `down` and `up`",
        "",
    ),
    (
        "lora_gradient",
        ADAPTER + "grad_down = x.T @ inner\n"
        "grad_up = scale * (x @ (down - grad_down)).T @ grad_output\n"
        "return grad_output @ weights.T + inner @ down.T, grad_down, grad_up",
        "after grad_down was subtracted",
        "",
    ),
    (
        "count_weights",
        "return sum(layer_sizes[i] * layer_sizes[i + 1] for i in range(1, len(layer_sizes) - 1))",
        "between the first two layers are missing",
        "too early",
    ),
    (
        "count_weights",
        "return sum(layer_sizes[i] + layer_sizes[i + 1] for i in range(len(layer_sizes) - 1))",
        "sizes of each neighbouring pair seem to be added",
        "neurons are counted",
    ),
    ("count_weights", "return layer_sizes[0] * layer_sizes[1] if layer_sizes[1:] else 0", "first two layers", ""),
    (
        "train",
        LOOP.format(kind="layers", begin="layers", rate="learning_rate", loss="total / len(y)"),
        "Every epoch seems to start from the initial values",
        "empty afterwards",
    ),
    (
        "init_layers",
        f"{CHECK_SCHEME}{DRAW}return [(draw(a, b, rng), np.ones(b)) for a, b in zip(layer_sizes, layer_sizes[1:])]",
        "The biases do not start at zero",
        "biases are random",
    ),
    (
        "frozen_step",
        CHECK_FROZEN + "for k, (pair, step) in enumerate(zip(layers, gradients)):\n"
        "    for array, gradient in zip(pair, step) if k not in frozen else ():\n"
        "        array -= learning_rate * gradient\n"
        "return layers",
        "the list or its arrays",
        "list holds the new layers",
    ),
    ("predict", "raise ValueError('no')", "raised ValueError: no", ""),
    ("fold_bias", "raise ValueError('no')", "raised ValueError: no", ""),
    ("numerical_gradient", FIVE_POINTS, "not the central difference for", "does not depend on the step"),
    ("numerical_gradient", "return np.zeros(array.shape)", "The gradient is zero everywhere", "Did you write"),
    (
        "signal_spread",
        "out = [x.std()]\nfor weights in weight_matrices:\n    x = np.tanh(x @ weights)\n    out.append(x.std())\n"
        "return np.array(out)",
        "never calls `activation`",
        "",
    ),
    # once only in numbers, or too little
    (
        "forward",
        "activations = [x] * len(layers)\nfor w, b in layers[:-1]: x = relu(dense(x, w, b))\n"
        "return dense(x, *layers[-1]), activations",
        "In every case tried, each item of your `activations` is the argument `x`, unchanged.",
        "every case your",
    ),
    (
        "signal_spread",
        "out = [x.std()]\nfor k, w in enumerate(weight_matrices):\n"
        "    x = x @ w if k == len(weight_matrices) - 1 else activation(x @ w)\n    out.append(x.std())\n"
        "return np.array(out)",
        "calls `activation` too few times: for example, not at all where 1 call is needed.",
        "",
    ),
    (
        "fold_bias",
        "folded = weights.astype(float)\nfolded[-1] += bias\nreturn folded",
        "last two rows added",
        "has the shape of",
    ),
    ("fold_bias", "return np.insert(weights, -1, bias, axis=0)", "its last two rows swapped", "in the wrong positions"),
    ("count_weights", "return sum(a * b for a, b in zip(layer_sizes, layer_sizes[1:])) // 2", "half of what was", ""),
    ("zero_bias", "return np.random.default_rng(0).normal(0, 0.01, fan_out)", "has entries other than 0", ""),
    (
        "one_hot",
        "if not all(0 < label < n_classes for label in labels): raise ValueError(f'{labels}')\n"
        "return np.eye(n_classes)[labels]",
        "Your function itself raises a ValueError, although the input is valid.",
        "",
    ),
    # plain forms of known ones
    ("apply_weight", "return signal / weight", "it is `signal` / `weight`", ""),
    (
        "softmax",
        "powers = np.exp(np.clip(logits, -500, 500))\nreturn powers / powers.sum(axis=1, keepdims=True)",
        "except where `logits` holds large numbers",
        "",
    ),
    ("softmax", "return (logits == logits.max(axis=1, keepdims=True)).astype(float)", "as in a one-hot row", ""),
    # about which nothing was said once
    ("predict", "return softmax(forward(layers, x)[0]).max(axis=1)", "the largest probability of each row", ""),
    (
        "lora_init",
        f"{CHECK_RANK}return rng.normal(0, fan_in**-0.5, (fan_in, rank)), rng.normal(0, 0.01, (rank, fan_out))",
        "Start one of its matrices at zero",
        "",
    ),
    (
        "lora_gradient",
        f"{ADAPTER}return grad_output @ weights.T + inner @ down.T, (x.T @ inner).T, "
        "(scale * (x @ down).T @ grad_output).T",
        "grad_down and grad_up are transposed",
        "",
    ),
    (
        "lora_gradient",
        f"{ADAPTER}return grad_output @ weights.T + inner @ down.T, scale * x.T @ grad_output, scale * x.T @ "
        "grad_output",
        "your `grad_down` has the shape of `weights`",
        "",
    ),
    ("dense", "return x @ (weights + bias)", "A bias is added after the weighted sum", ""),
    ("template_weights", "return np.array([images[labels == c].mean(axis=0) for c in range(n_classes)])", "rows", ""),
    # families
    (
        "fine_tune",
        "return train(layers, x, y, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, rng=rng)",
        "The layers listed in `frozen` are treated",
        "",
    ),
    (
        "momentum_step",
        "v = [tuple(momentum * s + g for s, g in zip(*pair)) for pair in zip(velocity, gradients)]\n"
        "return gradient_step(layers, v, -learning_rate), v",
        "Every step has its sign flipped",
        "",
    ),
    (
        "lora_dense",
        "down, up = adapter\nreturn x @ weights + alpha / len(up) * x @ down @ up",
        "The bias seems to have no effect",
        "",
    ),
    (
        "cross_entropy",
        "shifted = logits - logits.max(axis=1, keepdims=True)\n"
        "return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels - 1])",
        "The classes seem to be counted from 1",
        "",
    ),
    (
        "cross_entropy_gradient",
        "p = softmax(logits.T).T\np[np.arange(len(labels)), labels] -= 1\nreturn p / len(labels)",
        "Softmax seems to run down the columns",
        "",
    ),
    # sums, thresholds and arrays with a hole
    ("lora_merge", "down, up = adapter\nreturn alpha / len(up) * down @ up", "Add this change to the old weights", ""),
    (
        "neuron",
        "return float(np.mean(inputs * weights) + bias)",
        "divided by the number of inputs before the bias is added",
        "",
    ),
    ("activates", "return neuron(inputs, weights, bias) > bias", "with 0, or with the bias?", "no effect"),
    ("activates", "return bool(inputs @ weights + bias > 0.5)", "is wrong only where `neuron(", ""),
    ("relu", "return np.where(x > 0.5, x, 0.0)", "(and right at 0 and at", ""),
    (
        "relu",
        "rows, columns = x.shape\nreturn np.array([[max(x[i, j], 0) for j in range(columns)] for i in range(rows)])",
        "stops with a ValueError only if `x` is not 2-D",
        "",
    ),
    (
        "momentum_step",
        "v = [((1 + momentum) * w, (1 + momentum) * b) for w, b in gradients]\n"
        "return gradient_step(layers, v, learning_rate), v",
        "right only where `momentum` is 0",
        "",
    ),
    ("dense", "out = x @ weights + bias\nout[:, -1] = 0\nreturn out", "its last column is all zeros", ""),
    (
        "one_hot",
        "if not all(0 <= label < n_classes for label in labels): raise ValueError(f'{labels}')\n"
        "return np.eye(n_classes)[labels][:, np.unique(labels)]",
        "the columns that hold only zeros are missing",
        "",
    ),
    (
        "relative_error",
        "if a.size != b.size: raise ValueError(f'{a.shape} {b.shape}')\n"
        "return np.abs(a - b).max(initial=0) / max(np.abs(a).max(initial=0) + np.abs(b).max(initial=0), 1e-12)",
        "Compare the shapes themselves",
        "",
    ),
    (
        "relative_error",
        "if a.shape != b.shape: raise ValueError(f'{a.shape} {b.shape}')\n"
        "return (a - b).max(initial=0) / max(np.abs(a).max(initial=0) + np.abs(b).max(initial=0), 1e-12)",
        "only where `a` is larger",
        "",
    ),
    ("minibatches", DEALT.format(draw=PERMUTED, x="x[r]", y="y[r].astype(int)"), "The decimals of `y` are cut off", ""),
    ("minibatches", DEALT.format(draw=PERMUTED, x="x.reshape(len(x), -1)[r]", y="y[r]"), "keeps their shape", ""),
    (
        "minibatches",
        DEALT.format(draw=PERMUTED, x="x[r]", y="y.reshape(len(y), -1)[r]"),
        "each row must have the shape that it has in x and y",
        "",
    ),
    ("minibatches", DEALT.format(draw="rng.integers(0, len(x), len(x))", x="x[r]", y="y[r]"), "as if each row", ""),
    (
        "minibatches",
        DEALT.format(draw="np.sort(rng.permutation(len(x)) // 2)", x="x[r]", y="y[r]"),
        "fails this test: no example may appear more than once",
        "",
    ),
    (
        "train",
        "losses = []\nfor _ in range(epochs):\n"
        "    layers, new = fine_tune(layers, x, y, frozen=set(), epochs=1, batch_size=batch_size, "
        "learning_rate=learning_rate, rng=rng)\n    losses += new\n"
        "    if losses[-1] > losses[0]: break\nreturn layers, losses",
        "Training stops after the first epoch whose loss rises",
        "",
    ),
    (
        "cross_entropy_gradient",
        "p = softmax(logits) / len(labels); p[np.arange(len(labels)), labels] -= 1\nreturn p",
        "but not the 1 at the label",
        "exactly in the entries",
    ),
    ("relu_gradient", "return grad_output * (activations > 0).any(axis=0)", "Decide for each entry separately", ""),
    (
        "count_trainable",
        "return sum(w.size + b.size for k, (w, b) in enumerate(layers) if not frozen[k])",
        "A set has no positions",
        "",
    ),
    (
        "backward_unfrozen",
        "made = [None] * len(layers); learns = [k for k in range(len(layers)) if k not in frozen]\n"
        "for k in range(len(layers) - 1, min(learns, default=len(layers)), -1):\n"
        "    grad_logits, *pair = dense_gradient(grad_logits, activations[k], layers[k][0])\n"
        "    made[k] = None if k in frozen else tuple(pair)\n"
        "    grad_logits = relu_gradient(grad_logits, activations[k])\nreturn made",
        "The first layer that learns gets None",
        "",
    ),
    ("lora_merge", "down, up = adapter\nreturn weights + alpha / len(up) * down * up", "use @", "NumPy aligns"),
    # chapters 1 to 5, by strangers
    (
        "distinct_neurons",
        "return int(np.linalg.matrix_rank(weights, tol=1e-4 * np.linalg.norm(weights, 2)))",
        "is the rank of `weights`, with singular values of up to 0.0001 times the largest counted as 0.",
        "",
    ),
    (
        "softmax",
        "sigmoids = 0.5 * (1 + np.tanh(logits / 2)); sums = sigmoids.sum(axis=1, keepdims=True)\n"
        "return np.where(sums > 0, sigmoids / np.where(sums > 0, sums, 1), 1 / logits.shape[1])",
        "Each logit seems to go through a sigmoid",
        "",
    ),
    (
        "mean_squared_error",
        MSE.format("np.linalg.norm(predictions - targets, 2) ** 2 / targets.size"),
        "A norm of order 2 seems to be used",
        "",
    ),
    (
        "mean_squared_error",
        MSE.format("float(np.var(predictions - targets))"),
        "In every case tried, your result is the variance of `predictions` - `targets`.",
        "first subtracted",
    ),
    (
        "mean_squared_error",
        "try: return float(np.mean((predictions - targets) ** 2))\n"
        "except ValueError: raise ValueError(f'{predictions.shape} {targets.shape}')",
        "4 of 5 invalid inputs raised no ValueError: shapes that differ but can be broadcast, such as (6, 1) and (6,).",
        "",
    ),
    (
        "weighted_sum",
        "if inputs.ndim != 1 or weights.ndim != 1: raise ValueError(f'{inputs.shape} {weights.shape}')\n"
        "return float(sum(a * b for a, b in zip(inputs, weights)))",
        "4 of 9 invalid inputs raised no ValueError: 1-D arrays of different lengths (for example, of shapes (3,) and "
        "(5,)).",
        "",
    ),
    (
        "weighted_sum",
        "if inputs.ndim != 1 or inputs.shape != weights.shape: raise ValueError(f'{inputs.size} {weights.size}')\n"
        "return float(inputs @ weights)",
        "does not contain 2, from the shape (3, 2) of `weights`.",
        "",
    ),
    (
        "cross_entropy",
        "p = softmax(logits); logs = np.log(np.exp(p).sum(axis=1))\n"
        "return np.mean(logs - p[np.arange(len(labels)), labels])",
        "Softmax seems to be applied twice",
        "in its place",
    ),
    (
        "cross_entropy",
        "right = np.eye(logits.shape[1])[labels]\nreturn np.logaddexp(0, logits * (1 - 2 * right)).sum(axis=1).mean()",
        "A sigmoid per class seems to be used",
        "too large",
    ),
    (
        "cross_entropy",
        "logs = logits - logits.max(axis=1, keepdims=True)\n"
        "logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))\n"
        "return -(np.exp(logs) * logs).sum(axis=1).mean()",
        "the labels play no part",
        "",
    ),
    ("accuracy", "return np.isin(logits.argmax(axis=1), labels).mean()", "anywhere among the labels", ""),
    (
        "one_hot",
        "if labels.min() < 0 or labels.max() >= n_classes: raise ValueError(f'{labels.max()}')\n"
        "return np.eye(n_classes)[labels]",
        "in 2 of 5 cases the message does not contain the invalid entry of `labels`.",
        "lacks",
    ),
    (
        "one_hot",
        "for one in labels:\n    if not 0 <= one <= n_classes: raise ValueError(f'{one}')\n"
        "return np.eye(n_classes + 1)[labels][:, :n_classes]",
        "label 3 of classes 0 to 2, in the last row",
        "",
    ),
    (
        "predict",
        "return np.argmax(softmax(forward(layers, x)[0]) > 0.5, axis=1)",
        "Where no class has a probability above one half, class 0 came back",
        "the wrong part",
    ),
    (
        "relative_error",
        "if a.shape != b.shape: raise ValueError(f'{a.shape} {b.shape}')\nif not a.size: return 0.0\n"
        "difference, one, other = (np.linalg.norm(m, np.inf) for m in (a - b, a, b))\n"
        "return float(difference / max(one + other, 1e-12))",
        "the magnitudes of a row seem to be added up",
        "",
    ),
    (
        "relative_error",
        "if a.size == 0: return 0.0\nif a.shape != b.shape: raise ValueError(f'{a.shape} {b.shape}')\n"
        "return float(abs(a - b).max() / max(abs(a).max() + abs(b).max(), 1e-12))",
        "relative_error(a (0, 3), b (0, 1)) returned the number 0",
        "[]",
    ),
    (
        "numerical_gradient",
        "made = np.zeros_like(array); x = array.astype(float)\nfor i in np.ndindex(x.shape):\n"
        "    e = np.zeros(x.shape); e[i] = step\n    made[i] = (f(x + e) - f(x - e)) / (2 * step)\n"
        "return made.astype(float)",
        "gave 11 at [4]; expected 11.99999",
        "expected 12 ",
    ),
    (
        "template_weights",
        "images -= images.mean(axis=0)\n"
        "return np.array([images[labels == c].mean(axis=0) for c in range(n_classes)]).T",
        "The call changes the caller's own `images`. Among the valid inputs tried, your function stops with a TypeE",
        "also",
    ),
    (
        "activates",
        "return int(inputs @ weights + bias) > 0",
        "is above 0 and below 1; it is right at 0 and at 1.",
        "1e-17",
    ),
    (
        "count_parameters",
        "return math.prod(n for shape in shapes.values() for n in shape) if shapes else 0",
        "Every wrong case fits this description. The counts of the arrays are multiplied.",
        "Most",
    ),
    (
        "count_parameters",
        "return sum(sum(shape) if shape else 1 for shape in shapes.values())",
        "Most wrong cases fit this description. The axis lengths within a shape are added.",
        "Every wrong",
    ),
    (
        "fold_bias",
        "return np.pad(weights, ((0, 1), (0, 0)), constant_values=bias[0])",
        "there it has the first expected entry in place of each entry.",
        "",
    ),
    (
        "xavier_uniform",
        "r = math.sqrt(6 / (fan_in + fan_out))\nreturn np.zeros((fan_in, fan_out)) + rng.uniform(-r, r, fan_out)",
        "gave weights that depend on their neighbours in a column: their correlation is 1; expected 0.",
        "the mean is",
    ),
    (
        "xavier_normal",
        "return rng.normal(np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))",
        "gave weights whose standard deviation is 15.",
        "whose mean",
    ),
    (
        "he_normal",
        "return np.sqrt(2 // fan_in) * rng.standard_normal((fan_in, fan_out))",
        "gave weights whose standard deviation is 0.",
        "not all finite",
    ),
    ("he_normal", "return np.full((fan_in, fan_out), np.nan)", "gave weights that are not all finite.", "all equal"),
]


@pytest.mark.parametrize(("name", "body", "said", "untrue"), TOLD, ids=[f"{one[0]}-{i}" for i, one in enumerate(TOLD)])
def test_a_known_wrong_answer_is_told_something_true(name, body, said, untrue):
    verdict = verdict_on_body(name, body)
    assert verdict.score < verdict.points
    assert said in verdict.message, verdict.message
    assert not untrue or untrue not in verdict.message


@pytest.mark.parametrize("name", ["train", "fine_tune", "lora_fine_tune"])
def test_training_that_stops_when_the_loss_rises_is_not_right(name):
    found = next(one for one in key_of(name).mistakes if one.name == "stops_when_the_loss_rises")
    problems = map(
        find_problems,
        [EXERCISES[name]] * len(found.observations),
        key_of(name).cases,
        key_of(name).expected,
        found.observations,
    )
    assert any(problems)


SOFTMAX = """
powers = np.exp({factor} * (logits - logits.max(axis=1, keepdims=True)))
return powers / powers.sum(axis=1, keepdims=True)
"""
SLIPS = [
    ("softmax", SOFTMAX.format(factor="np.log(2)"), "when `logits` is first multiplied by ln 2"),
    ("softmax", SOFTMAX.format(factor="2"), "when `logits` is first doubled"),
    (
        "cross_entropy",
        "p = np.tanh(logits)\nshifted = p - p.max(axis=1, keepdims=True)\n"
        "return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels])",
        "when tanh is first applied to `logits`",
    ),
    (
        "gradient_step",
        "return [(w - 0.01 * a, b - 0.01 * c) for (w, b), (a, c) in zip(layers, gradients)]",
        "when `learning_rate` is always 0.01",
    ),
    (
        "weighted_sum",
        "if inputs.ndim != 1 or inputs.shape != weights.shape: raise ValueError(f'{inputs.shape} {weights.shape}')\n"
        "return float(inputs[1:] @ weights[1:])",
        "when the first item of each of `inputs` and `weights` is left out",
    ),
    (
        "predict",
        "return np.abs(forward(layers, x)[0]).argmax(axis=1)",
        "when only the magnitudes of the output `logits` of `forward` are used",
    ),
    (
        "lora_dense",
        "down, up = adapter\nreturn x @ weights + bias + (alpha // len(up)) * x @ down @ up",
        "when one `/` is replaced by `//`",
    ),
    (
        "dense_gradient",
        "return grad_output @ weights.T, x[-1:].T @ grad_output[-1:], grad_output[-1]",
        "your `grad_weights` and your `grad_bias` are what the course's own solution gives when only the last example "
        "of the batch is used",
    ),
]


@pytest.mark.parametrize(("name", "body", "said"), SLIPS, ids=[f"{one[0]}-{i}" for i, one in enumerate(SLIPS)])
def test_a_near_slip_is_told_where_nothing_else_fits(name, body, said):
    assert said in (verdict_on_body(name, body).finding or "")


def test_a_near_slip_is_not_told_of_secret_cases_nor_of_answers_that_say_little():
    assert verdict_on_body("softmax", SOFTMAX.format(factor="2"), seed=11, quote=False).finding == (
        "Your result holds wrong numbers, but their order by size is right in each row."
    )
    body = "return np.random.default_rng(3).normal(size=logits.shape)"
    assert verdict_on_body("softmax", body).finding is None


@pytest.mark.parametrize("name", ["relu", "one_hot", "accuracy"])
def test_slips_are_made_again_alike_and_travel_as_bytes(name):
    made = making.make_slips(EXERCISES[name], key_of(name))
    assert made
    travelled = unpack(pack({name: ("digest", made)}))[name][1]
    assert [(one.kind, one.what) for one in travelled] == [(one.kind, one.what) for one in made]
    assert all((one.sketches == other.sketches).all() for one, other in zip(made, travelled, strict=True))


def test_the_released_slips_are_current_and_small():
    from autograder.judging.slips import PATH, read_released

    released = read_released()
    for name, exercise in EXERCISES.items():
        if not exercise.scored:
            assert released[name][0] == making.digest(exercise, key.public_keys(exercise.module)[name]), name
    assert PATH.stat().st_size < 150_000


def test_slips_are_made_again_only_if_the_answer_or_its_cases_have_changed():
    exercise, answers = EXERCISES["relu"], key_of("relu")
    digest = making.digest(exercise, answers)
    assert len(digest) == 64 and digest == making.digest(exercise, answers)
    assert digest != making.digest(exercise, replace(answers, cases=answers.cases[1:]))
    assert digest != making.digest(EXERCISES["apply_weight"], answers), "the answer of another file"


def test_slips_are_made_again_if_any_code_that_decides_about_them_has_changed(tmp_path, monkeypatch):
    exercise, answers = EXERCISES["relu"], key_of("relu")
    folder = shutil.copytree(Path(making.__file__).parent, tmp_path / "slips")
    monkeypatch.setattr(making, "__file__", str(folder / "making.py"))
    digest = making.digest(exercise, answers)
    for name in ("__init__.py", "sentences.py", "mutants.py"):
        (folder / name).write_text(f"{(folder / name).read_text()}# changed\n")
        assert digest != (digest := making.digest(exercise, answers)), name


def test_few_digits_of_a_case_decide_whether_it_is_the_same():
    one, near = {"x": np.array([1.0, 2.0])}, {"x": np.array([1.0, 2.0 + 1e-9])}
    assert (making._rounded(one)["x"] == making._rounded(near)["x"]).all()
    assert making._rounded(({"a": 1},)) == ({"a": 1},) and making._rounded([2]) == [2]
    # A number on its own, such as a bias that is computed from drawn weights, is rounded as well.
    assert making._rounded(0.1 + 0.2) == making._rounded(0.3) == making._rounded(np.float64(0.3)) != 0.31
    assert str(making._rounded(-0.0)) == str(making._rounded(-1e-12)) == "0.0"


def test_a_list_that_is_kept_outside_of_the_function_is_told():
    source = """
trace = []
def forward(layers, x):
    for k, (w, b) in enumerate(layers):
        trace.append(x)
        x = dense(x, w, b) if k == len(layers) - 1 else relu(dense(x, w, b))
    return x, {kept}
"""
    told = "Your `activations` begins with the result of the previous call. Is a list kept between calls, such as one "
    assert told in verdict_on_source("forward", source.format(kept="trace")).message
    own = verdict_on_source("forward", source.format(kept="trace[-len(layers):] + trace[-1:]"))
    assert own.status == "failed" and "kept between calls" not in own.message


def test_the_call_that_is_shown_illustrates_the_advice():
    """The step changes its input already in the first case; the advice is on the index, which is not refused."""
    verdict = verdict_on_body(
        "frozen_step",
        """
        for k, ((w, b), g) in enumerate(zip(layers, gradients)):
            if k not in frozen:
                w -= learning_rate * g[0]
                b -= learning_rate * g[1]
        return layers
        """,
    )
    assert verdict.advice.startswith("An index that no layer has is accepted.")
    assert "expected a ValueError. (This case: index 3 for layers 0 to 2.)" in verdict.evidence


def test_an_index_outside_an_array_comes_before_what_the_other_results_show():
    verdict = verdict_on_body(
        "weighted_sums",
        """
        sums = np.zeros((inputs.shape[0], weights.shape[1]))
        for i in range(inputs.shape[0]):
            for j in range(weights.shape[0]):
                sums[i, j] = inputs[i] @ weights[:, j]
        return sums
        """,
    )
    assert "right columns and columns of zeros" in verdict.finding
    assert verdict.message.startswith("An index is outside an array, list or tuple.")


def test_a_list_with_one_number_is_called_that():
    verdict = verdict_on_body("apply_weight", "return [signal * weight]")
    assert "gave a list or array with one number, of shape (1,); expected a single number (7.5)." in verdict.evidence
