"""Freezing: train a network further while some of its layers keep every bit."""

from collections.abc import Collection, Sequence

import numpy as np

from .backprop import cross_entropy_gradient, dense_gradient, relu_gradient
from .descent import gradient_step, minibatches
from .forward import forward
from .loss import cross_entropy

Layers = Sequence[tuple[np.ndarray, np.ndarray]]


def count_trainable(layers: Layers, frozen: Collection[int]) -> int:
    """Return how many weights and biases descent may move, frozen layers left out.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    frozen : set of int
        Indices of the frozen layers; 0 is the first layer.

    Returns
    -------
    int
        The number of trainable parameters.
    """
    # Your code replaces the next line.
    raise NotImplementedError("count_trainable is not written yet")


def frozen_step(
    layers: Layers,
    gradients: Sequence[tuple[np.ndarray, np.ndarray] | None],
    learning_rate: float,
    frozen: Collection[int],
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Take one step of descent with every layer but the frozen ones.

    For a layer that is not frozen: ``parameter - learning_rate * gradient``. A frozen
    layer comes back bit for bit as it was, whatever stands in its place among the
    gradients.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    gradients : list of (grad_weights, grad_bias) or None
        One entry a layer; that of a frozen layer may be None, or hold NaN.
    learning_rate : float
        The size of the step.
    frozen : set of int
        Indices of the frozen layers.

    Returns
    -------
    list of (weights, bias)
        The network after the step.

    Raises
    ------
    ValueError
        If ``frozen`` names an index that no layer has; the message says which.
    """
    # Your code replaces the next line.
    raise NotImplementedError("frozen_step is not written yet")


def backward_unfrozen(
    layers: Layers,
    activations: Sequence[np.ndarray],
    grad_logits: np.ndarray,
    frozen: Collection[int],
) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """Return the gradients of the layers not frozen, going no further down than needed.

    A frozen layer passes the gradient on to what lies below it,
    ``grad_x = grad_output @ weights.T``. Below the lowest layer that still learns
    nobody needs it: nothing there is computed or looked at.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    activations : list of ndarray of shape (batch, fan_in)
        The input of each layer, as `forward` returns them.
    grad_logits : ndarray of shape (batch, n_classes)
        The loss's gradient at the logits.
    frozen : set of int
        Indices of the frozen layers.

    Returns
    -------
    list of (grad_weights, grad_bias) or None
        One entry a layer, None for a frozen one.
    """
    # Your code replaces the next line.
    raise NotImplementedError("backward_unfrozen is not written yet")


def fine_tune(
    layers: Layers,
    x: np.ndarray,
    y: np.ndarray,
    *,
    frozen: Collection[int],
    epochs: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[float]]:
    """Train a network further by minibatch descent, with some layers frozen.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network as it was trained so far.
    x : ndarray of shape (n, fan_in)
        The new examples.
    y : ndarray of int, shape (n,)
        Their labels.
    frozen : set of int
        Indices of the layers that keep every bit.
    epochs, batch_size : int
        As for `train`.
    learning_rate : float
        As for `train`.
    rng : numpy.random.Generator
        As for `train`.

    Returns
    -------
    layers : list of (weights, bias)
        The network afterwards.
    losses : list of float
        One number an epoch: the mean over its batches of the loss before each step,
        weighted by batch size.
    """
    # Your code replaces the next line.
    raise NotImplementedError("fine_tune is not written yet")


def interpolate_layers(
    layers: Layers, tuned: Layers, share: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return a network between two networks of the same shapes.

    Every weight and bias is moved a fraction of the way from its value in ``layers`` to
    its value in ``tuned``: ``(1 - share) * old + share * new``. Both ends are exact: 0
    gives the values of ``layers``, 1 those of ``tuned``.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network before fine-tuning.
    tuned : list of (weights, bias)
        The network afterwards, of the same shapes.
    share : float
        How far to go; 0.5 is half-way.

    Returns
    -------
    list of (weights, bias)
        The network in between.

    Raises
    ------
    ValueError
        If the networks differ in depth, or a weight matrix or bias in its shape; the
        message names the depths or the two shapes.
    """
    # Your code replaces the next line.
    raise NotImplementedError("interpolate_layers is not written yet")
