"""How fast the reference library trains, compared with PyTorch and scikit-learn doing the same on one thread."""

from __future__ import annotations

import time
import warnings
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from autograder.judging import reference
from benchmarks.rounds import Spent, spread, take_turns

SETTINGS = (
    # layer sizes, batch size, dtype, examples, epochs
    ((64, 64, 10), 32, "float32", 1200, 10),
    ((64, 64, 10), 32, "float64", 1200, 10),
    ((784, 128, 10), 64, "float32", 1920, 3),
    ((784, 512, 512, 10), 64, "float32", 1280, 1),
)
LEARNING_RATE = 0.05
ROUNDS = 11
OURS, ALONE = "the reference", "the products alone"


def ours(layers: list, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int) -> list:
    """Train with the reference library."""
    rng = np.random.default_rng(1)
    train = reference.module("descent").train
    return train(layers, x, y, epochs=epochs, batch_size=batch_size, learning_rate=LEARNING_RATE, rng=rng)[0]


def pytorch(layers: list, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int) -> list:
    """Train with PyTorch's own layers, loss and optimizer, on the same batches in the same order."""
    import torch

    modules = []
    for weights, bias in layers:
        dense = torch.nn.Linear(*weights.shape, dtype=getattr(torch, weights.dtype.name))
        with torch.no_grad():
            dense.weight.copy_(torch.from_numpy(weights.T))
            dense.bias.copy_(torch.from_numpy(bias))
        modules += [dense, torch.nn.ReLU()]
    network = torch.nn.Sequential(*modules[:-1])
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE)
    x, y, rng = torch.from_numpy(x), torch.from_numpy(y), np.random.default_rng(1)
    losses = []
    for _ in range(epochs):
        order, total = torch.from_numpy(rng.permutation(len(x))), 0.0
        for rows in order.split(batch_size):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return [(dense.weight.detach().numpy().T, dense.bias.detach().numpy()) for dense in modules[::2]]


def scikit_learn(layers: list, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int) -> list:
    """Train scikit-learn's classifier of the same shape with the same steps, from its own random weights."""
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(
        [len(bias) for _, bias in layers[:-1]],
        solver="sgd",
        alpha=0.0,
        batch_size=batch_size,
        momentum=0.0,
        nesterovs_momentum=False,
        learning_rate_init=LEARNING_RATE,
        max_iter=epochs,
        n_iter_no_change=epochs,
        tol=0.0,
        random_state=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it does not converge in so few epochs, which does not matter here
        network.fit(x, y)
    return list(zip(network.coefs_, network.intercepts_, strict=True))


def products(layers: list, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int) -> list:
    """Do nothing but a training step's matrix products, into existing arrays: the machine's own limit."""
    weights = [pair[0] for pair in layers]
    inputs = [np.ones((batch_size, len(w)), x.dtype) for w in weights]
    outputs = [np.ones((batch_size, w.shape[1]), x.dtype) for w in weights]
    gradients, below = [np.empty_like(w) for w in weights], [np.empty_like(one) for one in inputs]
    for _ in range(epochs * -(-len(x) // batch_size)):
        for k, w in enumerate(weights):
            np.matmul(inputs[k], w, out=outputs[k])
        for k in reversed(range(len(weights))):
            np.matmul(inputs[k].T, outputs[k], out=gradients[k])
            if k:
                np.matmul(outputs[k], weights[k].T, out=below[k])
    return layers


CONTENDERS = {OURS: ours, "PyTorch": pytorch, "scikit-learn": scikit_learn, ALONE: products}


def measure() -> dict:
    """Return microseconds per step, and how many times as fast as each peer that is.

    All contenders take turns in one process on one thread, so that seconds by the clock are processor seconds.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            return {"rounds": ROUNDS, **{_title(setting): _compare(*setting) for setting in SETTINGS}}
    finally:
        torch.set_num_threads(threads)


def _title(setting: tuple) -> str:
    sizes, batch_size, dtype, *_ = setting
    return f"{'-'.join(map(str, sizes))}, batch {batch_size}, {dtype}"


def _compare(sizes: tuple, batch_size: int, dtype: str, examples: int, epochs: int) -> dict:
    rng = np.random.default_rng(0)
    x, y = rng.random((examples, sizes[0])).astype(dtype), rng.integers(0, sizes[-1], examples)
    layers = [
        (weights.astype(dtype), bias.astype(dtype))
        for weights, bias in reference.module("initialization").init_layers(list(sizes), rng)
    ]
    ends: dict[str, list] = {}

    def turn(name: str) -> Spent:
        began, cpu = time.perf_counter(), time.process_time()
        ends[name] = CONTENDERS[name](layers, x, y, epochs, batch_size)
        return Spent(time.perf_counter() - began, time.process_time() - cpu)

    for name in CONTENDERS:
        turn(name)  # untimed: the first training of a process also loads and prepares what it needs
    spent = take_turns({name: partial(turn, name) for name in CONTENDERS}, ROUNDS)
    for (weights, bias), (torch_weights, torch_bias) in zip(ends[OURS], ends["PyTorch"], strict=True):
        # Both end with the same network, so the training was the same.
        np.testing.assert_allclose(weights, torch_weights, atol=1e-3 if dtype == "float32" else 1e-9)
        np.testing.assert_allclose(bias, torch_bias, atol=1e-3 if dtype == "float32" else 1e-9)
    steps = epochs * -(-examples // batch_size)
    each = {name: [one.cpu / steps * 1e6 for one in runs] for name, runs in spent.items()}
    return {
        "µs a step": {name: spread(values, 1) for name, values in each.items()},
        "times as fast as": {
            peer: spread((b / a for a, b in zip(each[OURS], each[peer], strict=True)), 2)
            for peer in ("PyTorch", "scikit-learn")
        },
        "share of the products": spread((b / a for a, b in zip(each[OURS], each[ALONE], strict=True)), 2),
    }


if __name__ == "__main__":
    print(measure())
