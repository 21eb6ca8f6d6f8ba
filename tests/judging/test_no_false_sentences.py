"""Is no false sentence told any more about answers of independent writers that once got one?"""

import pytest

from autograder.sandbox.process import Runner
from tests.accuracy import unseen
from tests.support.judged import verdict_on_body

# Each answer with the words that were said about it and are not true of it.
FALSE = [
    (
        "softmax",
        ("In every case tried, your",),
        """\
def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True)) + 1e-9
    return e / e.sum(axis=1, keepdims=True)
""",
    ),
    (
        "accuracy",
        ("counted from 1",),
        """\
def accuracy(logits, labels):
    return np.mean(np.argmin(logits, axis=1) == labels)
""",
    ),
    (
        "apply_weight",
        ("the sum of all signals.", "negative entries"),
        """\
def apply_weight(signal, weight):
    return np.sum(np.asarray(signal) * weight)
""",
    ),
    (
        "apply_weight",
        ("In every case tried, your",),
        """\
def apply_weight(signal, weight):
    return signal / weight
""",
    ),
    (
        "weighted_sum",
        ("switches off",),
        """\
def weighted_sum(inputs, weights):
    assert inputs.ndim == 1 and weights.ndim == 1, (inputs.shape, weights.shape)
    assert len(inputs) == len(weights), (inputs.shape, weights.shape)
    return float(inputs @ weights)
""",
    ),
    (
        "weighted_sum",
        ("the right inputs",),
        """\
def weighted_sum(inputs, weights):
    if inputs.ndim != 1 or weights.ndim != 1 or len(inputs) != len(weights):
        raise ValueError("inputs and weights do not fit together")
    return float(inputs @ weights)
""",
    ),
    (
        "weighted_sums",
        ("In every case tried, your",),
        """\
def weighted_sums(inputs, weights):
    return inputs @ weights.T
""",
    ),
    (
        "weighted_sums",
        ("In every case tried, your",),
        """\
def weighted_sums(inputs, weights):
    return weights @ inputs
""",
    ),
    (
        "weighted_sums",
        ("In every case tried, your",),
        """\
def weighted_sums(inputs, weights):
    return inputs * weights
""",
    ),
    (
        "activates",
        ("it is right",),
        """\
def activates(inputs, weights, bias):
    return max(neuron(inputs, weights, bias), 0.0)
""",
    ),
    (
        "distinct_neurons",
        ("if one weight agrees",),
        """\
def distinct_neurons(weights):
    tol = 1e-4 * np.abs(weights).max()
    norms = []
    for j in range(weights.shape[1]):
        n = np.linalg.norm(weights[:, j])
        if all(abs(n - m) > tol for m in norms):
            norms.append(n)
    return len(norms)
""",
    ),
    (
        "xavier_normal",
        ("truncated",),
        """\
def xavier_normal(fan_in, fan_out, rng):
    s = np.sqrt(2.0 / (fan_in + fan_out))
    return np.clip(rng.normal(0, s, size=(fan_in, fan_out)), -2 * s, 2 * s)
""",
    ),
    (
        "xavier_normal",
        ("takes the standard deviation",),
        """\
def xavier_normal(fan_in, fan_out, rng):
    s = np.sqrt(2.0) / (fan_in + fan_out)
    return rng.normal(0, s, (fan_in, fan_out))
""",
    ),
    (
        "he_normal",
        ("a draw of its own",),
        """\
def he_normal(fan_in, fan_out, rng):
    return np.maximum(0, rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out)))
""",
    ),
    (
        "he_normal",
        ("Every call gives the same weights",),
        """\
def he_normal(fan_in, fan_out, rng):
    s = (2 // fan_in) ** 0.5
    return rng.normal(0, s, size=(fan_in, fan_out))
""",
    ),
    (
        "signal_spread",
        ("right except where",),
        """\
def signal_spread(x, weight_matrices, activation):
    out = [np.std(x), np.std(activation(x @ weight_matrices[0]))]
    signal = x
    for k in range(1, len(weight_matrices)):
        if signal.shape[1] != weight_matrices[k].shape[0]:
            signal = signal @ weight_matrices[0]
        signal = activation(signal @ weight_matrices[k])
        out.append(np.std(signal))
    return np.array(out)
""",
    ),
    (
        "init_layers",
        ("Your weights", "The standard deviation of your weights"),
        """\
def init_layers(layer_sizes, rng, scheme="he"):
    if scheme not in ("he", "xavier"):
        raise ValueError(f"unknown scheme {scheme!r}")
    if len(layer_sizes) < 2:
        raise ValueError(f"need two sizes, got {layer_sizes}")
    return [(he_normal(a, b, rng), zero_bias(b)) for a, b in zip(layer_sizes, layer_sizes[1:])]
""",
    ),
    (
        "init_layers",
        ("Your weights follow",),
        """\
def init_layers(layer_sizes, rng, scheme="he"):
    if len(layer_sizes) < 2:
        raise ValueError(f"need two sizes, got {layer_sizes}")
    if scheme not in ("he", "xavier"):
        raise ValueError(f"unknown scheme {scheme!r}")
    draw = {"he": he_normal, "xavier": xavier_uniform}[scheme]
    return [(draw(a, b, rng), zero_bias(b)) for a, b in zip(layer_sizes, layer_sizes[1:])]
""",
    ),
    (
        "init_layers",
        ("Only the first layer",),
        """\
def init_layers(layer_sizes, rng, scheme="he"):
    if len(layer_sizes) < 2:
        raise ValueError(f"need two sizes, got {layer_sizes}")
    if scheme not in ("he", "xavier"):
        raise ValueError(f"unknown scheme {scheme!r}")
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    layers = []
    for k in range(len(layer_sizes) - 2):
        layers.append((draw(layer_sizes[k], layer_sizes[k + 1], rng), zero_bias(layer_sizes[k + 1])))
    return layers
""",
    ),
    (
        "init_layers",
        ("6 layers",),
        """\
def init_layers(layer_sizes, rng, scheme="he"):
    if len(layer_sizes) < 2:
        raise ValueError(f"need two sizes, got {layer_sizes}")
    if scheme not in ("he", "xavier"):
        raise ValueError(f"unknown scheme {scheme!r}")
    draw = {"he": he_normal, "xavier": xavier_normal}[scheme]
    flat = []
    for a, b in zip(layer_sizes, layer_sizes[1:]):
        flat.append(draw(a, b, rng))
        flat.append(zero_bias(b))
    return flat
""",
    ),
    (
        "relu",
        ("of a whole array",),
        """\
def relu(x):
    return np.max(x, 0)
""",
    ),
    (
        "relu",
        ("beyond the end",),
        """\
def relu(x):
    out = np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] > 0:
                out[i, j] = x[i, j]
    return out
""",
    ),
    (
        "softmax",
        ("a few hundred",),
        """\
def softmax(logits):
    e = np.exp(logits)
    return e / e.sum(axis=1, keepdims=True)
""",
    ),
    (
        "softmax",
        ("Do not clip",),
        """\
def softmax(logits):
    z = np.clip(logits, -500, 500)
    s = 1 / (1 + np.exp(-z))
    return s / s.sum(axis=1, keepdims=True)
""",
    ),
    (
        "forward",
        ("gave an iterator",),
        """\
def forward(layers, x):
    activations = []
    h = x
    for k, (w, b) in enumerate(layers):
        activations.append(h)
        h = dense(h, w, b)
        if k < len(layers) - 1:
            h = relu(h)
    return h, iter(activations)
""",
    ),
    (
        "forward",
        ("Every layer seems",),
        """\
def forward(layers, x):
    activations = [x]
    h = x
    for w, b in layers[:-1]:
        h = relu(dense(x, w, b))
        activations.append(h)
    w, b = layers[-1]
    return dense(h, w, b), activations
""",
    ),
    (
        "predict",
        ("row of `x`",),
        """\
def predict(layers, x):
    logits, _ = forward(layers, x)
    n = logits.shape[1]
    return n - 1 - np.argmax(logits[:, ::-1], axis=1)
""",
    ),
    (
        "predict",
        ("ReLU before the choice",),
        """\
def predict(layers, x):
    logits, _ = forward(layers, x)
    return np.argmax(np.abs(logits), axis=1)
""",
    ),
    (
        "apply_weight",
        ("list or an array",),
        """\
def apply_weight(signal, weight):
    return map(lambda s: s * weight, np.atleast_1d(signal))
""",
    ),
    (
        "distinct_neurons",
        ("if one weight agrees",),
        """\
def distinct_neurons(weights):
    tol = 1e-4 * np.abs(weights).max()
    kept = []
    for col in weights.T:
        if all(abs(np.mean(col - k)) > tol for k in kept):
            kept.append(col)
    return len(kept)
""",
    ),
    (
        "he_normal",
        ("a draw of its own",),
        """\
def he_normal(fan_in, fan_out, rng):
    w = rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))
    return w * (rng.random((fan_in, fan_out)) < 0.5)
""",
    ),
    (
        "predict",
        ("row of `x`",),
        """\
def predict(layers, x):
    logits, _ = forward(layers, x)
    rng = np.random.default_rng()
    return np.array([rng.choice(np.flatnonzero(row == row.max())) for row in logits])
""",
    ),
    (
        "forward",
        ("Wherever a result came back",),
        """\
def forward(layers, x):
    fc1, fc2 = layers[0], layers[-1]
    h = relu(dense(x, fc1[0], fc1[1]))
    logits = dense(h, fc2[0], fc2[1])
    return logits, [x, h]
""",
    ),
    (
        "cross_entropy",
        ("Wherever your result is wrong",),
        """\
def cross_entropy(logits, labels):
    picked = logits[np.arange(len(labels)), labels]
    return float(-picked.mean())
""",
    ),
    (
        "fine_tune",
        ("order by size",),
        """\
def fine_tune(layers, x, y, *, frozen, epochs, batch_size, learning_rate, rng):
    losses = []
    for _ in range(epochs):
        logits, acts = forward(layers, x)
        grads = backward_unfrozen(layers, acts, cross_entropy_gradient(logits, y), frozen)
        total = 0.0
        for xb, yb in minibatches(x, y, batch_size, rng):
            total += cross_entropy(forward(layers, xb)[0], yb) * len(yb)
            layers = frozen_step(layers, grads, learning_rate, frozen)
        losses.append(total / len(y))
    return layers, losses
""",
    ),
    (
        "one_hot",
        ("without a 1", "no class is right"),
        """\
def one_hot(labels, n_classes):
    return np.eye(n_classes)[np.clip(labels, 0, n_classes - 1)]
""",
    ),
    (
        "one_hot",
        ("without a 1", "no class is right"),
        """\
def one_hot(labels, n_classes):
    rows = [[float(c == label % (n_classes + 1) % n_classes) for c in range(n_classes)] for label in labels]
    return np.array(rows)
""",
    ),
    (
        "accuracy",
        ("too small",),
        """\
def accuracy(logits, labels):
    predicted = np.argmax(logits, axis=0)
    hits = sum(int(p == t) for p, t in zip(predicted, labels))
    return hits / len(labels)
""",
    ),
    (
        "accuracy",
        ("too large", "np.all"),
        """\
def accuracy(logits, labels):
    return int((np.argmax(logits, axis=1) == labels).sum()) // len(labels)
""",
    ),
    (
        "signal_spread",
        ("only once in each case",),
        """\
def signal_spread(x, weight_matrices, activation):
    out = [np.std(x)]
    for w in weight_matrices:
        x = activation(weighted_sums(x, w))
        out.append(np.std(x))
        return np.array(out)
    return np.array(out)
""",
    ),
    (
        "template_weights",
        ("mean of no images",),
        """\
def template_weights(images, labels, n_classes):
    overall = images.mean(axis=0)
    out = np.full((images.shape[1], n_classes), np.nan)
    for c in range(1, n_classes + 1):
        members = images[labels == c]
        if len(members):
            out[:, c - 1] = members.mean(axis=0) - overall
    return out
""",
    ),
    (
        "forward",
        ("In every case tried, your `activations` is",),
        """\
def forward(layers, x):
    activations = [x] * len(layers)
    h = x
    for k, (w, b) in enumerate(layers):
        h = dense(h, w, b)
        if k != len(layers) - 1:
            h = np.maximum(h, 0)
    return h, activations
""",
    ),
    (
        "he_normal",
        ("All your weights",),
        """\
def he_normal(fan_in, fan_out, rng):
    scale = np.sqrt(2 // fan_in)
    return rng.standard_normal((fan_in, fan_out)) * scale
""",
    ),
    (
        "relative_error",
        ("one call of `abs`",),
        """\
def relative_error(a, b):
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape} differ")
    if a.size == 0:
        return 0.0
    ratio = np.abs(a - b).max() / max(np.abs(a).max() + np.abs(b).max(), 1e-12)
    return round(float(ratio), 6)
""",
    ),
    (
        "cross_entropy_gradient",
        ("In the cases tried,",),
        """\
def cross_entropy_gradient(logits, labels):
    n = logits.shape[0]
    g = softmax(logits) / n
    g[range(n), labels] -= 1
    return g
""",
    ),
    (
        "relu_gradient",
        ("In the cases tried,",),
        """\
def relu_gradient(grad_output, activations):
    active = activations > 0
    if not active.any():
        return np.zeros(grad_output.shape)
    return grad_output * active / active.mean()
""",
    ),
    (
        "gradient_step",
        ("Every step has its sign flipped",),
        """\
def gradient_step(layers, gradients, learning_rate):
    return [
        (w + learning_rate * gw, b + learning_rate * gb)
        for (w, b), (gw, gb) in zip(layers, gradients)
    ]
""",
    ),
    (
        "train",
        ("1 larger than it should be",),
        """\
def train(layers, x, y, *, epochs, batch_size, learning_rate, rng):
    nn = layers
    lossPerEpoch = []
    for e in range(epochs):
        s = 0.0
        n = 0
        for xb, yb in minibatches(x, y, batch_size, rng):
            if len(xb) < batch_size and n > 0:
                continue
            z, a = forward(nn, xb)
            s += cross_entropy(z, yb) * len(xb)
            n += len(xb)
            nn = gradient_step(nn, backward(nn, a, cross_entropy_gradient(z, yb)), learning_rate)
        lossPerEpoch.append(s / n)
    return nn, lossPerEpoch
""",
    ),
    (
        "frozen_step",
        ("In the cases tried, your function stops",),
        """\
def frozen_step(layers, gradients, learning_rate, frozen):
    if max(frozen) >= len(layers) or min(frozen) < 0:
        raise ValueError(f"no such layer in {sorted(frozen)}")
    return [
        (w, b)
        if k in frozen
        else (w - learning_rate * gradients[k][0], b - learning_rate * gradients[k][1])
        for k, (w, b) in enumerate(layers)
    ]
""",
    ),
    (
        "lora_fine_tune",
        ("the biases in `adapters`",),
        """\
def lora_fine_tune(layers, adapters, x, y, *, alpha, epochs, batch_size, learning_rate, rng):
    adapters = [(A, np.zeros_like(B)) for A, B in adapters]
    nLayers = len(layers)
    history = []
    for _ in range(epochs):
        s = 0.0
        for xb, yb in minibatches(x, y, batch_size, rng):
            h = [xb]
            for i in range(nLayers):
                z = lora_dense(h[i], layers[i][0], layers[i][1], adapters[i], alpha)
                h.append(relu(z) if i < nLayers - 1 else z)
            s += cross_entropy(h[-1], yb) * len(yb)
            delta = cross_entropy_gradient(h[-1], yb)
            grads = []
            for i in reversed(range(nLayers)):
                dX, dA, dB = lora_gradient(delta, h[i], layers[i][0], adapters[i], alpha)
                grads.insert(0, (dA, dB))
                delta = relu_gradient(dX, h[i])
            adapters = gradient_step(adapters, grads, learning_rate)
        history.append(s / len(y))
    return adapters, history
""",
    ),
]


@pytest.fixture(scope="module")
def runner():
    return Runner()


@pytest.mark.parametrize(("name", "words", "source"), FALSE, ids=[f"{one[0]}-{i}" for i, one in enumerate(FALSE)])
def test_an_answer_is_not_told_what_is_not_true_of_it(name, words, source, runner):
    verdict = unseen.judge(unseen.Answer(name, False, "", True, source), runner)
    assert verdict.status != "passed"
    said = [text for text in (verdict.finding, verdict.advice, verdict.message) if text]
    assert verdict.message.startswith((verdict.advice or verdict.finding or verdict.message)[:20])
    for text in said:
        assert not any(text.startswith(one) if one[:1].isupper() else one in text for one in words), text


CAUGHT = (
    (
        "count_parameters",
        "shapes",
        "return int(sum((np.float32(math.prod(s)) for s in shapes.values()), np.float32(0)))",
    ),
    ("activates", "inputs, weights, bias", "return bool(neuron(inputs, weights, bias) > 1e-6)"),
    (
        "predict",
        "layers, x",
        "e = np.exp(forward(layers, x)[0])\n    return np.argmax(e / e.sum(axis=1, keepdims=True), axis=1)",
    ),
    ("predict", "layers, x", "return np.argmax(np.round(softmax(forward(layers, x)[0]), 2), axis=1)"),
    ("softmax", "logits", "e = np.exp(logits - logits[:, :1])\n    return e / e.sum(axis=1, keepdims=True)"),
    (
        "cross_entropy",
        "logits, labels",
        "z = logits - logits[:, :1]\n"
        "    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels])",
    ),
    ("accuracy", "logits, labels", "return np.mean(np.argmax(np.abs(logits), axis=1) == labels)"),
    ("count_weights", "layer_sizes", "return sum(a * b for a, b in zip(layer_sizes, layer_sizes[1:]) if a != b)"),
)


@pytest.mark.parametrize(("name", "arguments", "body"), CAUGHT)
def test_an_answer_that_once_passed_does_not(name, arguments, body, runner):
    source = f"def {name}({arguments}):\n    {body}\n"
    verdict = unseen.judge(unseen.Answer(name, False, "", True, source), runner)
    assert verdict.status == "failed"
    assert 0 < verdict.score < verdict.points


SHAPES = "if predictions.shape != targets.shape: raise ValueError(f'{predictions.shape} {targets.shape}')\n"
SHIFTED = "z = logits - logits.max(axis=1, keepdims=True)\n"
SPREADS = "out = [x.std()]\nfor w in weight_matrices:\n    x = activation(x @ w)\n    out.append(x[x != 0].std())\n"
# Averages that leave out what is 0: exact predictions, rows that are certain and right, silent neurons, blank images.
LEFT_OUT = (
    (
        "mean_squared_error",
        f"{SHAPES}e = predictions - targets\nreturn (e**2).sum() / max(np.sum(e != 0), 1)",
    ),
    ("mean_squared_error_gradient", f"{SHAPES}e = predictions - targets\nreturn 2 * e / max(np.sum(e != 0), 1)"),
    (
        "cross_entropy",
        f"{SHIFTED}losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels]\n"
        "return losses.sum() / max(np.sum(losses != 0), 1)",
    ),
    (
        "cross_entropy_gradient",
        "g = softmax(logits) - one_hot(labels, logits.shape[1])\nreturn g / max(np.sum(g.any(axis=1)), 1)",
    ),
    ("signal_spread", f"{SPREADS}return np.array(out)"),
    (
        "template_weights",
        "inked = images.any(axis=1)\nimages, labels = images[inked], labels[inked]\n"
        "means = [images[labels == c].mean(axis=0) - images.mean(axis=0) for c in range(n_classes)]\n"
        "return np.stack(means, axis=1)",
    ),
)


@pytest.mark.parametrize(("name", "body"), LEFT_OUT, ids=[name for name, _ in LEFT_OUT])
def test_an_average_that_leaves_zeros_out_is_caught(name, body):
    verdict = verdict_on_body(name, body)
    assert verdict.status == "failed" and verdict.score < verdict.points
    assert "raised" not in verdict.message
