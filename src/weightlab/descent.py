"""Gradient descent: nudge every weight a small step against its gradient, and again."""

from collections.abc import Iterator

import numpy as np

from .backprop import backward, cross_entropy_gradient
from .forward import forward
from .loss import cross_entropy


def gradient_step(
    layers: list[tuple[np.ndarray, np.ndarray]],
    gradients: list[tuple[np.ndarray, np.ndarray]],
    learning_rate: float,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the network after one step downhill.

    Each parameter becomes ``parameter - learning_rate * gradient``.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    gradients : list of (grad_weights, grad_bias)
        As `backward` returns them.
    learning_rate : float
        The size of the step.

    Returns
    -------
    list of (weights, bias)
        New layers; the given ones are left as they were.
    """
    # Your code replaces the next line.
    raise NotImplementedError("gradient_step is not written yet")


def minibatches(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Deal out all examples once, a few at a time, in an order drawn from ``rng``.

    Parameters
    ----------
    x : ndarray of shape (n, ...)
        The examples.
    y : ndarray of shape (n, ...)
        What belongs to each of them, such as its label.
    batch_size : int
        How many examples a batch has; the last may have fewer.
    rng : numpy.random.Generator
        Draws the order.

    Yields
    ------
    x_batch, y_batch : ndarray
        Rows of ``x`` and the rows of ``y`` that belong to them.

    Raises
    ------
    ValueError
        If ``batch_size`` is below 1; the message names it.
    """
    # Your code replaces the next line.
    raise NotImplementedError("minibatches is not written yet")


def train(
    layers: list[tuple[np.ndarray, np.ndarray]],
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[float]]:
    """Return the network trained by stochastic gradient descent, and how its loss fell.

    An epoch goes once through all examples, in batches and in a new order; each batch
    takes one step down the gradient of its mean cross-entropy (after Robbins & Monro,
    1951, "A stochastic approximation method").

    Parameters
    ----------
    layers : list of (weights, bias)
        The network to begin with; it is left as it was.
    x : ndarray of shape (n, fan_in)
        The examples.
    y : ndarray of int, shape (n,)
        Their labels.
    epochs : int
        How often to go through all examples; with none, the layers come back unchanged.
    batch_size : int
        How many examples make one step.
    learning_rate : float
        The size of each step.
    rng : numpy.random.Generator
        Draws the order of the examples.

    Returns
    -------
    layers : list of (weights, bias)
        The trained network.
    losses : list of float
        For each epoch the mean loss over its batches, each measured before its step and
        weighted by its size.
    """
    # Your code replaces the next line.
    raise NotImplementedError("train is not written yet")


def momentum_step(
    layers: list[tuple[np.ndarray, np.ndarray]],
    gradients: list[tuple[np.ndarray, np.ndarray]],
    velocity: list[tuple[np.ndarray, np.ndarray]],
    learning_rate: float,
    momentum: float,
) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[tuple[np.ndarray, np.ndarray]]]:
    """Return the network after a step that keeps some of the speed of those before it.

    ``velocity = momentum * velocity + gradient``, then
    ``parameter - learning_rate * velocity`` (after Polyak, 1964, "Some methods of
    speeding up the convergence of iteration methods").

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    gradients : list of (grad_weights, grad_bias)
        As `backward` returns them.
    velocity : list of (velocity of weights, velocity of bias)
        From the step before; zeros in the shapes of the gradients to begin with.
    learning_rate : float
        The size of the step.
    momentum : float
        The share of the velocity that is kept, from 0 (plain descent) to just below 1.

    Returns
    -------
    layers : list of (weights, bias)
        New layers.
    velocity : list of (velocity of weights, velocity of bias)
        The new velocity, for the next step.
    """
    # Your code replaces the next line.
    raise NotImplementedError("momentum_step is not written yet")
