"""Six backward passes by six authors, to be examined with a gradient checker in chapter 6.

Measure first, then read: the code of each pass is short, and the measurement says where to look.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Layers = list[tuple[np.ndarray, np.ndarray]]


def pass_1(layers: Layers, activations: list[np.ndarray], grad_logits: np.ndarray) -> Layers:
    """Work back through the layers, one after another."""
    gradients, grad = [], grad_logits
    for (weights, _), activation in zip(reversed(layers), reversed(activations), strict=True):
        gradients.append((activation.T @ grad, grad.sum(axis=0)))
        grad = np.where(activation > 0, grad @ weights.T, 0)
    return gradients[::-1]


def pass_2(layers: Layers, activations: list[np.ndarray], grad_logits: np.ndarray) -> Layers:
    """Work back through the layers, counting them down."""
    gradients, grad = [None] * len(layers), grad_logits
    for k in range(len(layers) - 1, -1, -1):
        gradients[k] = (activations[k].T @ grad, grad.mean(axis=0))
        grad = (grad @ layers[k][0].T) * (activations[k] > 0)
    return gradients


def pass_3(layers: Layers, activations: list[np.ndarray], grad_logits: np.ndarray) -> Layers:
    """Work back through the layers, the output layer first and separately."""
    last = len(layers) - 1
    gradients, grad = [(activations[last].T @ grad_logits, grad_logits.sum(axis=0))], grad_logits
    for k in range(last, 0, -1):
        grad = grad @ layers[k][0].T
        if k > 1:
            grad = grad * (activations[k] > 0)
        gradients.insert(0, (activations[k - 1].T @ grad, grad.sum(axis=0)))
    return gradients


def pass_4(layers: Layers, activations: list[np.ndarray], grad_logits: np.ndarray) -> Layers:
    """Work back through the layers, with sums written out by their indices."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        gradients.insert(0, (np.einsum("ni,nj->ij", activations[k], grad), np.einsum("nj->j", grad)))
        grad = np.einsum("nj,ij->ni", grad, layers[k][0]) * np.sign(activations[k])
    return gradients


def pass_5(layers: Layers, activations: list[np.ndarray], grad_logits: np.ndarray) -> Layers:
    """Work back through the layers, with the derivative of the activation written out."""
    gradients, grad = [], grad_logits
    for k in reversed(range(len(layers))):
        gradients.insert(0, (activations[k].T @ grad, grad.sum(axis=0)))
        slope = np.where(activations[k] > 0, 1.0, 0.01)
        grad = (grad @ layers[k][0].T) * slope
    return gradients


def pass_6(layers: Layers, activations: list[np.ndarray], grad_logits: np.ndarray) -> Layers:
    """Work back through the layers in float32."""
    gradients, grad = [], np.float32(grad_logits)
    for k in reversed(range(len(layers))):
        activation = np.float32(activations[k])
        gradients.insert(0, (activation.T @ grad, grad.sum(axis=0)))
        grad = (grad @ np.float32(layers[k][0]).T) * (activation > 0)
    return gradients


PASSES: tuple[Callable, ...] = (pass_1, pass_2, pass_3, pass_4, pass_5, pass_6)
"""Six backward passes, each ``backward(layers, activations, grad_logits)``; some are right."""
