"""Gradient descent: nudge every weight a small step against its gradient, and repeat.

No function may change its inputs; drawing from rng is allowed. Arrays hold floats
unless the text says int. A number or bool that you return may be Python's or NumPy's.
"""

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
    """Return the network after one step against its gradients.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    gradients : list of (grad_weights, grad_bias)
        As `backward` returns them.
    learning_rate : float
        The size of the step, as a multiple of the gradient.

    Returns
    -------
    list of (weights, bias)
        The new layers.

    Examples
    --------
    A network of one connection: the weight is 2 and its gradient 4, the bias is 0 and
    its gradient -1.

    >>> layers = [(np.array([[2.0]]), np.array([0.0]))]
    >>> gradients = [(np.array([[4.0]]), np.array([-1.0]))]
    >>> ((weights, bias),) = gradient_step(layers, gradients, 0.5)
    >>> float(weights[0, 0]), float(bias[0])
    (0.0, 0.5)
    """
    # Your code replaces the next line.
    raise NotImplementedError("gradient_step is not written yet")


def minibatches(
    x: np.ndarray, y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield all examples once, a few at a time, in an order drawn from ``rng``.

    Parameters
    ----------
    x : ndarray of shape (n, ...)
        The examples, at least one.
    y : ndarray of float or int, shape (n, ...)
        One row for each example, such as its label.
    batch_size : int
        How many examples are in a batch; the last batch may hold fewer.
    rng : numpy.random.Generator
        The only source of the order: each call draws a new order from it.

    Yields
    ------
    x_batch, y_batch : ndarray
        Rows of ``x`` and the rows of ``y`` that belong to them.

    Raises
    ------
    ValueError
        If ``batch_size`` is below 1; the message must contain the batch size that was
        given, such as -3. The error may be raised at the call, or when the first batch
        is requested.

    Examples
    --------
    >>> x, y = np.arange(5) + 10.0, np.arange(5)
    >>> batches = list(minibatches(x, y, 2, np.random.default_rng(0)))
    >>> [len(x_batch) for x_batch, _ in batches]
    [2, 2, 1]
    >>> sorted(int(label) for _, y_batch in batches for label in y_batch)
    [0, 1, 2, 3, 4]
    >>> all((x_batch == y_batch + 10).all() for x_batch, y_batch in batches)
    True
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
    """Return the network trained by stochastic gradient descent, and each epoch's loss.

    An epoch goes once through all examples, in batches and in a new order; each batch
    makes one step, against the gradient of its mean cross-entropy.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network to begin with.
    x : ndarray of shape (n, fan_in)
        The examples, at least one.
    y : ndarray of int, shape (n,)
        Their labels, from 0 to n_classes - 1.
    epochs : int
        How many times to go through all examples; with 0, return the layers as they are
        and an empty list of losses.
    batch_size : int
        How many examples make one step, at least 1; the last batch may hold fewer.
    learning_rate : float
        As for `gradient_step`.
    rng : numpy.random.Generator
        Draws the order of the examples.

    Returns
    -------
    layers : list of (weights, bias)
        The trained network.
    losses : list of float
        For each epoch the mean loss over its batches, where the loss of a batch is
        measured before the step and weighted by the batch's size.

    References
    ----------
    H. Robbins and S. Monro, "A Stochastic Approximation Method", 1951.

    Examples
    --------
    Three identical examples, in batches of two and of one: their order does not matter.

    >>> x, y = np.array([[1.0, -0.5]] * 3), np.array([0, 0, 0])
    >>> zeros = [(np.zeros((2, 2)), np.zeros(2))]
    >>> layers, losses = train(zeros, x, y, epochs=2, batch_size=2, learning_rate=0.3,
    ...                        rng=np.random.default_rng(0))
    >>> [round(loss, 3) for loss in losses]
    [0.599, 0.256]
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
    """Return the network after a step that keeps a fraction of the previous velocity.

    The velocity adds up the gradients of all steps so far; older ones fade with each
    step. The new velocity is used in place of the gradient.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    gradients : list of (grad_weights, grad_bias)
        As `backward` returns them.
    velocity : list of (velocity of weights, velocity of bias)
        From the step before; at the start, zeros in the shapes of the gradients.
    learning_rate : float
        The size of the step, as a multiple of the new velocity.
    momentum : float
        The fraction of the velocity that is kept, from 0 (plain descent) to just below
        1.

    Returns
    -------
    layers : list of (weights, bias)
        New layers.
    velocity : list of (velocity of weights, velocity of bias)
        The new velocity, for the next step.

    References
    ----------
    B. T. Polyak, "Some Methods of Speeding Up the Convergence of Iteration Methods",
    1964.

    Examples
    --------
    One connection: weight 1, gradient 2, velocity 6; the bias is at rest.

    >>> layers = [(np.array([[1.0]]), np.zeros(1))]
    >>> gradients = [(np.array([[2.0]]), np.zeros(1))]
    >>> velocity = [(np.array([[6.0]]), np.zeros(1))]
    >>> layers, velocity = momentum_step(layers, gradients, velocity, 0.25, 0.5)
    >>> float(velocity[0][0][0, 0]), float(layers[0][0][0, 0])
    (5.0, -0.25)
    """
    # Your code replaces the next line.
    raise NotImplementedError("momentum_step is not written yet")
