"""Freezing: train a network further while some of its layers stay unchanged.

No function may change its inputs; drawing from rng is allowed. Arrays hold floats
unless the text says int. A number or bool that you return may be Python's or NumPy's.
"""

from collections.abc import Collection, Sequence

import numpy as np

from .backprop import cross_entropy_gradient, dense_gradient, relu_gradient
from .descent import gradient_step, minibatches
from .forward import forward
from .loss import cross_entropy

Layers = Sequence[tuple[np.ndarray, np.ndarray]]


def count_trainable(layers: Layers, frozen: Collection[int]) -> int:
    """Return how many parameters training may still update.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    frozen : set of int
        Indices of the frozen layers, counted from 0; each index is that of a layer.

    Returns
    -------
    int
        The number of trainable parameters, weights and biases together.

    Examples
    --------
    Layers of 6 + 2 and of 4 + 2 parameters.

    >>> layers = [(np.zeros((3, 2)), np.zeros(2)), (np.zeros((2, 2)), np.zeros(2))]
    >>> count_trainable(layers, {1})
    8
    """
    # Your code replaces the next line.
    raise NotImplementedError("count_trainable is not written yet")


def frozen_step(
    layers: Layers,
    gradients: Sequence[tuple[np.ndarray, np.ndarray] | None],
    learning_rate: float,
    frozen: Collection[int],
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the network after one step that skips the frozen layers.

    A frozen layer comes back bit for bit as it was, whatever its entry in
    ``gradients`` is.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    gradients : list of (grad_weights, grad_bias) or None
        One entry per layer; the entry of a frozen layer may be None, or hold NaN.
    learning_rate : float
        As for `gradient_step`.
    frozen : set of int
        Indices of the frozen layers.

    Returns
    -------
    list of (weights, bias)
        The network after the step. A frozen layer may be the same pair of arrays.

    Raises
    ------
    ValueError
        If ``frozen`` holds an index that no layer has, such as -1; the message must
        contain that index.

    Examples
    --------
    Three layers of one connection; the first and the last are frozen.

    >>> layers = [(np.array([[weight]]), np.zeros(1)) for weight in (1.0, 5.0, 2.0)]
    >>> gradient = (np.array([[10.0]]), np.zeros(1))
    >>> stepped = frozen_step(layers, [None, gradient, gradient], 0.1, {0, 2})
    >>> [float(weights[0, 0]) for weights, _ in stepped]
    [1.0, 4.0, 2.0]
    """
    # Your code replaces the next line.
    raise NotImplementedError("frozen_step is not written yet")


def backward_unfrozen(
    layers: Layers,
    activations: Sequence[np.ndarray],
    grad_logits: np.ndarray,
    frozen: Collection[int],
) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """Return the gradients of the layers that learn, going back no further than needed.

    A frozen layer still passes the gradient on if a layer before it learns. No gradient
    is needed before the first layer that learns: do not use the weights, biases or
    inputs of the layers before it. They may hold NaN, or have shapes that do not fit.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network, with ReLU after each layer except the output layer.
    activations : list of ndarray of shape (batch, fan_in)
        The input of each layer, as `forward` returns them.
    grad_logits : ndarray of shape (batch, n_classes)
        The loss's gradient with respect to the logits.
    frozen : set of int
        As for `count_trainable`.

    Returns
    -------
    list, each item (grad_weights, grad_bias) or None
        One item per layer, None for a frozen one; if all layers are frozen, every item
        of the list is None.

    Examples
    --------
    Three layers of one connection; the one in the middle is frozen.

    >>> layers = [(np.array([[weight]]), np.zeros(1)) for weight in (2.0, 3.0, 4.0)]
    >>> activations = [np.array([[signal]]) for signal in (1.0, 2.0, 6.0)]
    >>> gradients = backward_unfrozen(layers, activations, np.array([[10.0]]), {1})
    >>> gradients[0][0].item(), gradients[1], gradients[2][0].item()
    (120.0, None, 60.0)
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
    """Return a network trained further with some of its layers frozen, and its losses.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network as trained so far.
    x : ndarray of shape (n, fan_in)
        The new examples, at least one.
    y : ndarray of int, shape (n,)
        Their labels.
    frozen : set of int
        As for `count_trainable`; these layers stay unchanged bit for bit.
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
        One number per epoch, as `train` returns them.

    Examples
    --------
    Three identical examples, as in the example of `train`; the output layer is frozen.

    >>> layers = [(np.eye(2), np.zeros(2)), (np.eye(2), np.zeros(2))]
    >>> x, y = np.array([[1.0, -0.5]] * 3), np.array([1, 1, 1])
    >>> tuned, losses = fine_tune(layers, x, y, frozen={1}, epochs=2, batch_size=2,
    ...                           learning_rate=0.3, rng=np.random.default_rng(0))
    >>> [round(loss, 3) for loss in losses]
    [1.202, 0.722]
    >>> [np.array_equal(weights, np.eye(2)) for weights, _ in tuned]
    [False, True]
    """
    # Your code replaces the next line.
    raise NotImplementedError("fine_tune is not written yet")


def interpolate_layers(
    layers: Layers, tuned: Layers, share: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return a network between two networks of the same shapes.

    Every weight and bias goes the same fraction of the way from its value in ``layers``
    to its value in ``tuned``.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network before fine-tuning.
    tuned : list of (weights, bias)
        The network afterwards, of the same shapes.
    share : float
        The fraction of the way: 0 gives the values of ``layers``, 1 those of ``tuned``,
        0.5 is halfway.

    Returns
    -------
    list of (weights, bias)
        The network in between, in new arrays.

    Raises
    ------
    ValueError
        If the networks differ in depth, or if two arrays differ in shape; in the second
        case the message must contain both shapes.

    References
    ----------
    M. Wortsman et al., "Robust Fine-Tuning of Zero-Shot Models", 2022.

    Examples
    --------
    >>> old = [(np.array([[2.0]]), np.array([0.0]))]
    >>> new = [(np.array([[4.0]]), np.array([8.0]))]
    >>> ((weights, bias),) = interpolate_layers(old, new, 0.25)
    >>> float(weights[0, 0]), float(bias[0])
    (2.5, 2.0)
    """
    # Your code replaces the next line.
    raise NotImplementedError("interpolate_layers is not written yet")
