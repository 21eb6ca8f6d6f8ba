"""What chapter 3 borrows to show the effect of starting values: a trainer, ReLU, and ways to make networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..arrays import takes_lists

Layers = list[tuple[np.ndarray, np.ndarray]]


def given_relu(x: np.ndarray) -> np.ndarray:
    """Return x with zeros in place of negative numbers; you write your own in chapter 4.

    Parameters
    ----------
    x : ndarray of any shape
        The weighted sums of neurons, with their biases.

    Returns
    -------
    ndarray of the same shape
        No entry is below zero.
    """
    return (x + np.abs(x)) / 2


@takes_lists
def given_network(matrices: Sequence[np.ndarray]) -> Layers:
    """Return a network that has these weights, and biases that are all zero.

    Parameters
    ----------
    matrices : sequence of ndarray of shape (fan_in, fan_out)
        The weights of each layer.

    Returns
    -------
    list of (weights, bias)
        One pair per matrix.
    """
    return [(weights, np.zeros(weights.shape[1])) for weights in matrices]


def given_right_angles(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Return random weights whose columns have the length 1 and are at right angles to each other.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and of neurons; not more neurons than inputs.
    rng : numpy.random.Generator
        The only source of random numbers.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        Each column is one neuron.
    """
    if fan_out > fan_in:
        raise ValueError(f"with {fan_in} inputs, at most {fan_in} columns are at right angles, not {fan_out}")
    columns, _ = np.linalg.qr(rng.normal(size=(fan_in, fan_out)))
    return columns


@takes_lists
def given_training(
    networks: Sequence[Layers],
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int = 20,
    batch_size: int = 32,
    learning_rate: float = 0.1,
) -> list[Layers]:
    """Return new networks, trained by gradient descent with ReLU between layers and softmax at the end.

    They learn side by side and independently: network k sees the examples in an order drawn from
    seed k, whatever the others are.

    Parameters
    ----------
    networks : sequence of list of (weights, bias)
        Where training starts; all of the same shapes. They are left as they are.
    x : ndarray of shape (n, fan_in)
        Inputs.
    y : ndarray of int, shape (n,)
        Their classes.
    epochs : int
        How often every example is shown.
    batch_size : int
        Examples per step.
    learning_rate : float
        Factor of each step.

    Returns
    -------
    list of list of (weights, bias)
        Of the same shapes.
    """
    *_, last = _stages(networks, x, y, epochs, batch_size, learning_rate)
    return _one_by_one(last)


@takes_lists
def given_epochs(
    networks: Sequence[Layers],
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int = 20,
    batch_size: int = 32,
    learning_rate: float = 0.1,
) -> list[list[Layers]]:
    """Return the networks as they begin, and as `given_training` leaves them after each epoch.

    Parameters
    ----------
    networks : sequence of list of (weights, bias)
        Where training starts.
    x, y : ndarray
        Inputs and their classes.
    epochs, batch_size, learning_rate : int or float
        As for `given_training`.

    Returns
    -------
    list of list of list of (weights, bias)
        One list of networks for the start, and one per epoch.
    """
    return [_one_by_one(stacked) for stacked in _stages(networks, x, y, epochs, batch_size, learning_rate)]


def _stages(
    networks: Sequence[Layers], x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, learning_rate: float
) -> Iterator[Layers]:
    """Yield all networks in the same arrays, which each further epoch changes: at the start, and after each epoch."""
    # One array holds a layer of all networks: NumPy's work for a step is then shared by all of them.
    # Times 1.0, so that a start of integers, such as biases made by np.full(50, -1), can be moved by fractions.
    stacked = [
        (1.0 * np.stack([weights for weights, _ in layer]), 1.0 * np.stack([bias[np.newaxis] for _, bias in layer]))
        for layer in zip(*networks, strict=True)
    ]
    generators = [np.random.default_rng(seed) for seed in range(len(networks))]
    targets = 1.0 * (np.asarray(y)[:, np.newaxis] == np.arange(stacked[-1][0].shape[-1]))
    yield stacked
    for _ in range(epochs):
        orders = np.stack([rng.permutation(len(x)) for rng in generators])
        images, wanted = x[orders], targets[orders]
        # A start that is too large leads to numbers that are not finite. The accuracy shows that; no warning has to.
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(x), batch_size):
                batch = slice(start, start + batch_size)
                _step(stacked, images[:, batch], wanted[:, batch], learning_rate)
        yield stacked


def _one_by_one(stacked: Layers) -> list[Layers]:
    """Return copies of the networks that these arrays hold, which count networks along the first axis."""
    return [[(weights[k].copy(), bias[k, 0].copy()) for weights, bias in stacked] for k in range(len(stacked[0][0]))]


@takes_lists
def given_train(
    layers: Layers,
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> tuple[Layers, list[float]]:
    """Return a trained network and its losses; you write your own in chapter 7.

    Parameters
    ----------
    layers : list of (weights, bias)
        The start.
    x : ndarray of shape (n, fan_in)
        Inputs.
    y : ndarray of int, shape (n,)
        Their classes.
    epochs : int
        How often every example is shown.
    batch_size : int
        Examples per step.
    learning_rate : float
        Factor of each step.
    rng : numpy.random.Generator
        Draws the order of the examples.

    Returns
    -------
    layers : list of (weights, bias)
        The trained network.
    losses : list of float
        The mean cross-entropy loss after each epoch.
    """
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        settings = {"epochs": 1, "batch_size": batch_size, "learning_rate": learning_rate}
        (layers,) = given_training([layers], x[order], y[order], **settings)
        losses.append(mean_loss(layers, x, y))
    return layers, losses


def _step(layers: Layers, x: np.ndarray, targets: np.ndarray, learning_rate: float) -> None:
    """Move every weight and bias a little, in place; the first axis of all arrays counts networks."""
    signals, last = [x], len(layers) - 1
    for k, (weights, bias) in enumerate(layers):
        sums = signals[-1] @ weights
        sums += bias
        signals.append(np.maximum(sums, 0.0, out=sums) if k < last else sums)
    blame = signals.pop()
    blame -= blame.max(axis=-1, keepdims=True)
    np.exp(blame, out=blame)
    blame /= blame.sum(axis=-1, keepdims=True)
    blame -= targets
    blame *= learning_rate / x.shape[1]
    for k in range(last, -1, -1):
        weights, bias = layers[k]
        if k:
            below = blame @ weights.swapaxes(1, 2)
            below *= signals[k] > 0
        weights -= signals[k].swapaxes(1, 2) @ blame
        bias -= blame.sum(axis=1, keepdims=True)
        if k:
            blame = below


@np.errstate(over="ignore", invalid="ignore")
def _logits(layers: Layers, x: np.ndarray) -> np.ndarray:
    for weights, bias in layers[:-1]:
        x = given_relu(x @ weights + bias)
    weights, bias = layers[-1]
    return x @ weights + bias


@takes_lists
@np.errstate(over="ignore", invalid="ignore")
def mean_loss(layers: Layers, x: np.ndarray, y: np.ndarray) -> float:
    """Return the mean cross-entropy loss; you write your own in chapter 5.

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
        Zero or above.
    """
    logits = _logits(layers, x)
    logits = logits - logits.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]))


@takes_lists
def share_correct(layers: Layers, x: np.ndarray, y: np.ndarray) -> float:
    """Return the fraction of examples whose class has the highest output.

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
    return float(np.mean(_logits(layers, x).argmax(axis=1) == y))


@takes_lists
def given_corrections(x: np.ndarray, weight_matrices: Sequence[np.ndarray], activation: str) -> np.ndarray:
    """Return the RMS of random corrections on their way back through layers without biases.

    Corrections are what training sends back from the outputs; chapter 6 calls them gradients.

    Parameters
    ----------
    x : ndarray of shape (batch, fan_in)
        The signal that enters the first layer.
    weight_matrices : sequence of n ndarray
        One weight matrix per layer.
    activation : {"tanh", "ReLU"}
        What follows each layer.

    Returns
    -------
    ndarray of shape (n,)
        Entry k is the RMS of the corrections at the sums of layer k, counted from 0.
    """
    signals = [x]
    for weights in weight_matrices:
        sums = signals[-1] @ weights
        signals.append(np.tanh(sums) if activation == "tanh" else given_relu(sums))
    correction = np.random.default_rng(0).normal(size=signals[-1].shape)
    sizes = []
    for weights, signal in zip(reversed(weight_matrices), reversed(signals), strict=False):
        correction = correction * (1 - signal**2 if activation == "tanh" else signal > 0)
        sizes.append(np.sqrt(np.mean(correction**2)))
        correction = correction @ weights.T
    return np.array(sizes[::-1])
