"""A learner's results as arrays that a figure can draw, or one sentence that says why they cannot be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .arrays import UnusableResultError

Layers = Sequence[tuple[np.ndarray, np.ndarray]]


def as_numbers(value: Any, shape: tuple[int, ...], function: Callable, *, finite: bool = True) -> np.ndarray:
    """Return what ``function`` returned, if it is numbers of this shape; infinity and NaN only if not ``finite``."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        array = None
    if array is None or array.shape != shape:
        raise _unusable(function, describe(value), f"an array of shape {shape}" if shape else "a number")
    if finite and not np.isfinite(array).all():
        worst = "NaN (not a number)" if np.isnan(array).any() else "infinity"
        found = f"an array of shape {shape} that contains {worst}" if shape else worst
        raise _unusable(function, found, "finite numbers" if shape else "a finite number")
    return array


def as_layers(value: Any, like: Layers, function: Callable) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return what ``function`` returned, if it is layers of the same shapes as ``like``."""
    if not isinstance(value, list | tuple) or len(value) != len(like):
        count = "1 pair" if len(like) == 1 else f"{len(like)} pairs"
        raise _unusable(function, describe(value), f"{count} of weights and biases")
    pairs = zip((as_pair(pair, function, "pairs of weights and biases") for pair in value), like, strict=True)
    return [
        tuple(as_numbers(new, np.shape(old), function, finite=False) for new, old in zip(*pair, strict=True))
        for pair in pairs
    ]


def as_pair(value: Any, function: Callable, names: str) -> tuple[Any, Any]:
    """Return what ``function`` returned, if it is a pair; ``names`` is what the sentence calls the two items."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _unusable(function, describe(value), names)
    return tuple(value)


def run_forward(
    forward: Callable, layers: Layers, x: np.ndarray, *, finite: bool = True
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the logits and the layer inputs that a learner's ``forward`` computes."""
    logits, entered = as_pair(forward(layers, x), forward, "logits and activations")
    widths = [len(weights) for weights, _ in layers]
    if not isinstance(entered, Sequence) or len(entered) != len(layers):
        arrays = "1 array" if len(layers) == 1 else f"{len(layers)} arrays"
        raise _unusable(forward, f"activations that are {describe(entered)}", f"a list of {arrays}")
    activations = [
        as_numbers(one, (len(x), width), forward, finite=finite) for one, width in zip(entered, widths, strict=True)
    ]
    return as_numbers(logits, (len(x), layers[-1][0].shape[1]), forward, finite=finite), activations


def run_train(
    train: Callable, layers: Layers, x: np.ndarray, y: np.ndarray, **settings: Any
) -> tuple[list[tuple[np.ndarray, np.ndarray]], Any]:
    """Return the trained layers and the losses that a learner's ``train`` returns."""
    trained, losses = as_pair(train(layers, x, y, **settings), train, "layers and losses")
    return as_layers(trained, layers, train), losses


def accuracy(forward: Callable, layers: Layers, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the fraction of images that a network reads correctly with the learner's ``forward``."""
    return float(np.mean(run_forward(forward, layers, images)[0].argmax(axis=1) == labels))


def accuracies(
    forward: Callable, layers: Layers, sets: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> dict[str, float]:
    """Return the accuracy on each of several sets of images and labels, by name."""
    return {name: accuracy(forward, layers, *examples) for name, examples in sets.items()}


def effective_weights(layers: Layers, activations: Sequence[np.ndarray]) -> np.ndarray:
    """Return the one weight matrix, of shape (pixels, n_classes), that does what a ReLU network does with one input.

    For one input each hidden neuron is either active and ReLU changes nothing, or inactive and it adds nothing. So
    the product of the matrices, without the inactive neurons, gives the logits, except for the biases.
    ``activations`` are the layer inputs, from the learner's ``forward``, each of shape (1, fan_in).
    """
    product = np.asarray(layers[0][0], dtype=float)
    for (weights, _), entered in zip(layers[1:], activations[1:], strict=True):
        product = product * (np.asarray(entered)[0] > 0) @ weights
    return product


def logits_and_weights(
    read: Callable, network: np.ndarray | Layers, image: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the logits of one image, and weights of shape (pixels, n_classes) that give them, except for the biases.

    ``read`` is the learner's ``weighted_sums`` for a weight matrix, and ``forward`` for layers.
    """
    if isinstance(network, np.ndarray):
        return as_numbers(read(image[None], network), (1, network.shape[1]), read)[0], network
    logits, activations = run_forward(read, network, image[None])
    return logits[0], effective_weights(network, activations)


def describe(value: Any) -> str:
    """Say what a value is: its shape if it is an array or a number, otherwise its type."""
    if value is None:
        return "None"
    try:
        shape = np.asarray(value, dtype=float).shape
    except (TypeError, ValueError):
        length = f" of length {len(value)}" if isinstance(value, list | tuple) else ""
        return f"a {type(value).__name__}{length}"
    return f"an array of shape {shape}" if shape else f"the number {value}"


def _unusable(function: Callable, found: str, wanted: str) -> UnusableResultError:
    name = getattr(function, "__name__", "the function")
    return UnusableResultError(f"{name} returned {found}; this figure needs {wanted}.")
