"""How fast the reference library trains, beside PyTorch and scikit-learn doing the same on one thread."""

from __future__ import annotations

import time
import warnings

import numpy as np
from threadpoolctl import threadpool_limits

from autograder.judging import reference

SETTINGS = (
    # layer sizes, batch size, dtype, examples, epochs, who takes part
    ((64, 64, 10), 32, "float32", 1200, 10, ("PyTorch", "scikit-learn")),
    ((64, 64, 10), 32, "float64", 1200, 10, ("PyTorch", "scikit-learn")),
    ((784, 128, 10), 64, "float32", 1920, 3, ("PyTorch",)),
)
LEARNING_RATE = 0.05
ROUNDS = 31


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
    """Train scikit-learn's classifier of the same shape with the same steps, from random weights of its own."""
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
        warnings.simplefilter("ignore")  # it did not converge in so few epochs, which is not the question
        network.fit(x, y)
    return list(zip(network.coefs_, network.intercepts_, strict=True))


CONTENDERS = {"ours": ours, "PyTorch": pytorch, "scikit-learn": scikit_learn}


def measure() -> dict:
    """Return microseconds a step and how many times faster than each peer, and print them as a table.

    All contenders take turns in one process on one thread; the best of the rounds counts.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            results = {_title(setting): _compare(*setting) for setting in SETTINGS}
    finally:
        torch.set_num_threads(threads)
    width = max(map(len, results))
    for title, result in results.items():
        print(f"{title:<{width}}  " + "  ".join(f"{key} {value}" for key, value in result.items()))
    return results


def _title(setting: tuple) -> str:
    sizes, batch_size, dtype, *_ = setting
    return f"{'-'.join(map(str, sizes))}, batch {batch_size}, {dtype}"


def _compare(sizes: tuple, batch_size: int, dtype: str, examples: int, epochs: int, peers: tuple) -> dict:
    rng = np.random.default_rng(0)
    x, y = rng.random((examples, sizes[0])).astype(dtype), rng.integers(0, sizes[-1], examples)
    layers = [
        (weights.astype(dtype), bias.astype(dtype))
        for weights, bias in reference.module("initialization").init_layers(list(sizes), rng)
    ]
    best = dict.fromkeys(("ours", *peers), float("inf"))
    ends = {}
    for _ in range(ROUNDS):
        for name in best:
            start = time.perf_counter()
            ends[name] = CONTENDERS[name](layers, x, y, epochs, batch_size)
            best[name] = min(best[name], time.perf_counter() - start)
    for (weights, bias), (torch_weights, torch_bias) in zip(ends["ours"], ends["PyTorch"], strict=True):
        # Both end at the same network: it was the same training.
        np.testing.assert_allclose(weights, torch_weights, atol=1e-3 if dtype == "float32" else 1e-9)
        np.testing.assert_allclose(bias, torch_bias, atol=1e-3 if dtype == "float32" else 1e-9)
    steps = epochs * -(-examples // batch_size)
    return {
        **{f"{name}, µs a step": round(seconds / steps * 1e6, 1) for name, seconds in best.items()},
        **{f"times as fast as {peer}": round(best[peer] / best["ours"], 2) for peer in peers},
    }


if __name__ == "__main__":
    measure()
