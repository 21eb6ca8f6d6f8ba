"""What opening figures compute from a network, forwards and backwards; learners write their own in chapters 4 and 6."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Layers = Sequence[tuple[np.ndarray, np.ndarray]]


def signals_of(layers: Layers, x: np.ndarray) -> list[np.ndarray]:
    """Return the inputs of each layer of a network with ReLU between its layers, and then its logits."""
    signals = [x]
    for k, (weights, bias) in enumerate(layers):
        sums = signals[-1] @ weights + bias
        signals.append(np.maximum(sums, 0) if k < len(layers) - 1 else sums)
    return signals


def probabilities_of(logits: np.ndarray) -> np.ndarray:
    """Return the softmax of the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def carried_and_gradients(layers: Layers, x: np.ndarray, label: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return signal times weight and the gradient of each weight, for one image and all layers but the first."""
    _, *hidden, logits = signals_of(layers, x)
    gradient = probabilities_of(logits) - (np.arange(len(logits)) == label)
    carried, gradients = [], []
    for signal, (weights, _) in zip(reversed(hidden), reversed(layers[1:]), strict=True):
        carried.insert(0, signal[:, np.newaxis] * weights)
        gradients.insert(0, np.outer(signal, gradient))
        gradient = (weights @ gradient) * (signal > 0)
    return carried, gradients
