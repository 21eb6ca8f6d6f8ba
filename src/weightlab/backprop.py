"""Backpropagation: how fast the loss would change if one weight alone moved."""

from collections.abc import Callable

import numpy as np

from .forward import softmax


def numerical_gradient(
    f: Callable[[np.ndarray], float], array: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """Return the gradient of ``f``, measured by moving each entry of ``array`` in turn.

    Each entry is moved up and down by ``step`` while all others stay where they are.

    Parameters
    ----------
    f : function of an array
        Returns one number. It reads nothing but its argument.
    array : ndarray of any shape and dtype
        Where the gradient is measured. It is left as it was, to the last bit.
    step : float
        How far each entry is moved, up and down.

    Returns
    -------
    ndarray of float64, shape of ``array``
        For each entry, how fast ``f`` changes if that entry alone moves.

    Examples
    --------
    >>> def f(array):
    ...     return array[0] ** 2 + 10 * array[1]
    >>> numerical_gradient(f, np.array([3.0, 5.0])).round(6)
    array([ 6., 10.])
    """
    # Your code replaces the next line.
    raise NotImplementedError("numerical_gradient is not written yet")


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """Return how far two arrays are apart, compared with their largest entries.

    The largest difference is divided by the sum of the two largest magnitudes; each of
    the three is taken over a whole array. The divisor is at least 1e-12.

    Parameters
    ----------
    a, b : ndarray of the same shape
        For example a gradient by backpropagation and the same one by
        `numerical_gradient`.

    Returns
    -------
    float
        0.0 for equal arrays and for empty ones, at most 1 for any others.

    Raises
    ------
    ValueError
        If the shapes differ; the message names both.

    Examples
    --------
    >>> relative_error(np.array([3.0, 1.0]), np.array([5.0, 1.0]))
    0.25
    """
    # Your code replaces the next line.
    raise NotImplementedError("relative_error is not written yet")


def mean_squared_error_gradient(
    predictions: np.ndarray, targets: np.ndarray
) -> np.ndarray:
    """Return how the mean squared error changes with each prediction.

    Parameters
    ----------
    predictions, targets : ndarray of the same shape
        What the network predicted and what it should have predicted.

    Returns
    -------
    ndarray, shape of ``predictions``
        For each entry, the partial derivative of the mean over all entries.

    Raises
    ------
    ValueError
        If the shapes differ; the message names both.

    Examples
    --------
    >>> mean_squared_error_gradient(np.array([6.0, 1.0]), np.array([1.0, 1.0]))
    array([5., 0.])
    """
    # Your code replaces the next line.
    raise NotImplementedError("mean_squared_error_gradient is not written yet")


def cross_entropy_gradient(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how the mean cross-entropy changes with each logit.

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes)
        The network's outputs, before softmax.
    labels : ndarray of int, shape (batch,)
        The right classes.

    Returns
    -------
    ndarray of shape (batch, n_classes)
        For each logit, the partial derivative of the mean over the batch. Each row sums
        to zero.

    Examples
    --------
    >>> cross_entropy_gradient(np.array([[0.0, np.log(3)]]), np.array([0]))
    array([[-0.75,  0.75]])
    """
    # Your code replaces the next line.
    raise NotImplementedError("cross_entropy_gradient is not written yet")


def relu_gradient(grad_output: np.ndarray, activations: np.ndarray) -> np.ndarray:
    """Return the gradient at the inputs of a ReLU, from the gradient at its outputs.

    Parameters
    ----------
    grad_output : ndarray of any shape
        How the loss changes with each output of the ReLU.
    activations : ndarray, shape of ``grad_output``
        Those outputs themselves, as `forward` kept them. They say which neurons were
        active.

    Returns
    -------
    ndarray, shape of ``grad_output``
        How the loss changes with each input of the ReLU.

    Examples
    --------
    >>> relu_gradient(np.array([7.0, 9.0]), np.array([0.3, 0.0]))
    array([7., 0.])
    """
    # Your code replaces the next line.
    raise NotImplementedError("relu_gradient is not written yet")


def dense_gradient(
    grad_output: np.ndarray, x: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of a dense layer: for its inputs, its weights and its bias.

    The layer is `dense` of chapter 2. Each of the three gradients has the shape of what
    it belongs to.

    Parameters
    ----------
    grad_output : ndarray of shape (batch, fan_out)
        How the loss changes with each output of the layer.
    x : ndarray of shape (batch, fan_in)
        What entered the layer.
    weights : ndarray of shape (fan_in, fan_out)
        The layer's weights.

    Returns
    -------
    grad_x : ndarray of shape (batch, fan_in)
        How the loss changes with each entry of x, for the layer before this one.
    grad_weights : ndarray of shape (fan_in, fan_out)
        How the loss changes with each weight.
    grad_bias : ndarray of shape (fan_out,)
        How the loss changes with each entry of the bias.

    Examples
    --------
    >>> grad_x, grad_weights, grad_bias = dense_gradient(
    ...     np.array([[10.0], [1.0]]), np.array([[3.0], [4.0]]), np.array([[2.0]])
    ... )
    >>> grad_x
    array([[20.],
           [ 2.]])
    >>> grad_weights
    array([[34.]])
    >>> grad_bias
    array([11.])
    """
    # Your code replaces the next line.
    raise NotImplementedError("dense_gradient is not written yet")


def backward(
    layers: list[tuple[np.ndarray, np.ndarray]],
    activations: list[np.ndarray],
    grad_logits: np.ndarray,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the gradient of every weight and bias of a network.

    The gradient of the loss enters at the output layer. Layer by layer, from the last
    to the first, it is turned into the gradients of that layer's weights and bias, and
    into what the layer before needs.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network, with ReLU after each layer except the output layer.
    activations : list of ndarray
        The layer inputs, as `forward` returns them: entry k has shape
        (batch, fan_in of layer k).
    grad_logits : ndarray of shape (batch, n_classes)
        How the loss changes with each logit.

    Returns
    -------
    list of (grad_weights, grad_bias)
        In the order and shapes of ``layers``.

    References
    ----------
    D. Rumelhart, G. Hinton and R. Williams, "Learning representations by
    back-propagating errors", Nature 323, 1986.

    Examples
    --------
    >>> layers = [(np.array([[2.0]]), np.array([1.0]))]
    >>> backward(layers, [np.array([[3.0]])], np.array([[10.0]]))
    [(array([[30.]]), array([10.]))]
    """
    # Your code replaces the next line.
    raise NotImplementedError("backward is not written yet")
