"""Backpropagation: how fast the loss would change if one weight alone moved."""

from collections.abc import Callable

import numpy as np

from .forward import softmax


def numerical_gradient(
    f: Callable[[np.ndarray], float], array: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """Return the gradient of ``f`` at ``array``, measured by moving each entry in turn.

    ``gradient[i] = (f(up) - f(down)) / (2 * step)``, where ``up`` is the array with the
    step added at i, and ``down`` the array with the step taken away at i.

    Parameters
    ----------
    f : function of an array
        Returns one number. It reads nothing but its argument.
    array : ndarray of any shape and dtype
        Where the gradient is measured.
    step : float
        How far each entry is moved, up and down.

    Returns
    -------
    ndarray of float64, shape of ``array``
        How fast ``f`` changes when that entry alone moves (the central difference).
    """
    # Your code replaces the next line.
    raise NotImplementedError("numerical_gradient is not written yet")


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """Return how far two arrays are apart, measured against their largest entries.

    ``max|a - b| / max(max|a| + max|b|, 1e-12)``, each maximum over the whole array.

    Parameters
    ----------
    a, b : ndarray of one shape
        For example a gradient by backpropagation and the same one by
        `numerical_gradient`.

    Returns
    -------
    float
        0.0 for equal arrays and for empty ones. Two gradients that agree differ by
        about 1e-7 or less.

    Raises
    ------
    ValueError
        If the shapes differ; the message names both.
    """
    # Your code replaces the next line.
    raise NotImplementedError("relative_error is not written yet")


def mean_squared_error_gradient(
    predictions: np.ndarray, targets: np.ndarray
) -> np.ndarray:
    """Return how the mean squared error changes with each prediction.

    The error is ``mean((predictions - targets) ** 2)``.

    Parameters
    ----------
    predictions, targets : ndarray of one shape
        What the network said and what it should have said.

    Returns
    -------
    ndarray, shape of ``predictions``
        The derivative of the mean over all entries with respect to each of them.

    Raises
    ------
    ValueError
        If the shapes differ; the message names both.
    """
    # Your code replaces the next line.
    raise NotImplementedError("mean_squared_error_gradient is not written yet")


def cross_entropy_gradient(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how the mean cross-entropy changes with each logit.

    ``(softmax(logits) - one_hot(labels, n_classes)) / batch``

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes)
        The network's outputs, before softmax.
    labels : ndarray of int, shape (batch,)
        The true classes.

    Returns
    -------
    ndarray of shape (batch, n_classes)
        The gradient; each row sums to zero.
    """
    # Your code replaces the next line.
    raise NotImplementedError("cross_entropy_gradient is not written yet")


def relu_gradient(grad_output: np.ndarray, activations: np.ndarray) -> np.ndarray:
    """Return the gradient below a ReLU.

    It passes where the activation is above zero, and stops elsewhere.

    Parameters
    ----------
    grad_output : ndarray of any shape
        How the loss changes with each output of the ReLU.
    activations : ndarray, shape of ``grad_output``
        Those outputs themselves, as `forward` kept them.

    Returns
    -------
    ndarray, shape of ``grad_output``
        How the loss changes with each input of the ReLU.
    """
    # Your code replaces the next line.
    raise NotImplementedError("relu_gradient is not written yet")


def dense_gradient(
    grad_output: np.ndarray, x: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of a dense layer, ``outputs = x @ weights + bias``.

    Written with sums, of which matrix products make short work: ``grad_x[n, i]`` is the
    sum over j of ``grad_output[n, j] * weights[i, j]``, ``grad_weights[i, j]`` the sum
    over n of ``x[n, i] * grad_output[n, j]``, ``grad_bias[j]`` the sum over n of
    ``grad_output[n, j]``.

    Parameters
    ----------
    grad_output : ndarray of shape (batch, fan_out)
        How the loss changes with each output of the layer.
    x : ndarray of shape (batch, fan_in)
        The inputs that the layer was given.
    weights : ndarray of shape (fan_in, fan_out)
        The layer's weights.

    Returns
    -------
    grad_x : ndarray of shape (batch, fan_in)
        How the loss changes with each input, for the layer below.
    grad_weights : ndarray of shape (fan_in, fan_out)
        How the loss changes with each weight.
    grad_bias : ndarray of shape (fan_out,)
        How the loss changes with each bias.
    """
    # Your code replaces the next line.
    raise NotImplementedError("dense_gradient is not written yet")


def backward(
    layers: list[tuple[np.ndarray, np.ndarray]],
    activations: list[np.ndarray],
    grad_logits: np.ndarray,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the gradient of every weight and bias, working back from the loss.

    The loss's gradient enters at the top; each layer turns it into the gradients of its
    own weights and bias, and hands on, through the ReLU below it, what the layer below
    needs (Rumelhart, Hinton & Williams, 1986, "Learning representations by
    back-propagating errors").

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    activations : list of ndarray
        The input of each layer, as `forward` returns them: ``activations[k]`` of shape
        (batch, fan_in of layer k).
    grad_logits : ndarray of shape (batch, n_classes)
        How the loss changes with each logit.

    Returns
    -------
    list of (grad_weights, grad_bias)
        In the order and shapes of ``layers``.
    """
    # Your code replaces the next line.
    raise NotImplementedError("backward is not written yet")
