"""What chapter 3 borrows from later chapters to show what becomes of starting values: a trainer, and ReLU."""

from __future__ import annotations

import numpy as np

Layers = list[tuple[np.ndarray, np.ndarray]]


def given_relu(x: np.ndarray) -> np.ndarray:
    """Return x with zeros in place of negative numbers; you write your own in chapter 4.

    Parameters
    ----------
    x : ndarray of any shape
        What neurons summed up.

    Returns
    -------
    ndarray of the same shape
        Nothing below zero.
    """
    return (x + np.abs(x)) / 2


def given_training(
    layers: Layers, x: np.ndarray, y: np.ndarray, *, epochs: int = 20, batch_size: int = 32,
    learning_rate: float = 0.1, seed: int = 0,
) -> Layers:  # fmt: skip
    """Return new layers, trained by gradient descent with ReLU between layers and softmax at the end.

    Parameters
    ----------
    layers : list of (weights, bias)
        Where training starts; left as they are.
    x : ndarray of shape (n, fan_in)
        Inputs.
    y : ndarray of int, shape (n,)
        Their classes.
    epochs : int
        How often every example is shown.
    batch_size : int
        Examples a step.
    learning_rate : float
        Size of a step.
    seed : int
        Of the order in which examples are shown.

    Returns
    -------
    list of (weights, bias)
        Of the same shapes.
    """
    rng = np.random.default_rng(seed)
    layers = [(weights.copy(), bias.copy()) for weights, bias in layers]
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            _step(layers, x[order[start : start + batch_size]], y[order[start : start + batch_size]], learning_rate)
    return layers


def _step(layers: Layers, x: np.ndarray, y: np.ndarray, learning_rate: float) -> None:
    """Move every weight and bias a little, in place."""
    signals = [x]
    for k, (weights, bias) in enumerate(layers):
        sums = signals[-1] @ weights + bias
        signals.append(given_relu(sums) if k < len(layers) - 1 else sums)
    blame = np.exp(signals[-1] - signals[-1].max(axis=1, keepdims=True))
    blame /= blame.sum(axis=1, keepdims=True)
    blame[np.arange(len(y)), y] -= 1
    blame /= len(y)
    for k in reversed(range(len(layers))):
        weights, bias = layers[k]
        below = (blame @ weights.T) * (signals[k] > 0)
        weights -= learning_rate * signals[k].T @ blame
        bias -= learning_rate * blame.sum(axis=0)
        blame = below


def share_correct(layers: Layers, x: np.ndarray, y: np.ndarray) -> float:
    """Return the share of examples whose class has the highest output.

    Parameters
    ----------
    layers : list of (weights, bias)
        A network with ReLU between its layers.
    x : ndarray of shape (n, fan_in)
        Inputs.
    y : ndarray of int, shape (n,)
        Their classes.

    Returns
    -------
    float
        From 0 to 1.
    """
    for weights, bias in layers[:-1]:
        x = given_relu(x @ weights + bias)
    weights, bias = layers[-1]
    return float(np.mean((x @ weights + bias).argmax(axis=1) == y))
