"""Backpropagation: how fast the loss would change if one weight alone moved.

No function may change its inputs; drawing from rng is allowed. Arrays hold floats
unless the text says int. A number or bool that you return may be Python's or NumPy's.
"""

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
        Returns one number, which depends on nothing but the array that you pass to f.
    array : ndarray of any shape and dtype
        Where the gradient is measured, in float64 whatever the dtype. The array is left
        unchanged, bit for bit.
    step : float
        How far each entry is moved, up and down.

    Returns
    -------
    ndarray of float64, shape of ``array``
        For each entry, how fast ``f`` changes if that entry alone moves.

    Examples
    --------
    >>> def f(array):
    ...     return array[0, 0] ** 2 * array[0, 1]
    >>> numerical_gradient(f, np.array([[3, 5]])).round(6)
    array([[30.,  9.]])
    """
    # Your code replaces the next line.
    raise NotImplementedError("numerical_gradient is not written yet")


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """Return how far apart two arrays are, as a number from 0 to 1.

    One wrong entry can be enough for a large result. The largest difference is divided
    by a number that depends on the largest magnitudes of both arrays, wherever they
    are, and is at least 1e-12.

    Parameters
    ----------
    a, b : ndarray of the same shape
        For example a gradient by backpropagation and the same one by
        `numerical_gradient`.

    Returns
    -------
    float
        0.0 for equal arrays and for arrays without entries, at most 1 for all others.

    Raises
    ------
    ValueError
        If the shapes differ; the message must contain both shapes.

    Examples
    --------
    The arrays differ by at most 2; their largest magnitudes are 3 and 5.

    >>> relative_error(np.array([-3.0, 1.0]), np.array([-5.0, 0.0]))
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
        The network's predictions, and the values that it should have predicted.

    Returns
    -------
    ndarray, shape of ``predictions``
        For each entry, the partial derivative of the mean over all entries.

    Raises
    ------
    ValueError
        If the shapes differ; the message must contain both shapes.

    Examples
    --------
    >>> predictions = np.array([[6.0, 1.0], [1.0, 1.0]])
    >>> mean_squared_error_gradient(predictions, np.array([[1.0, 1.0], [1.0, 3.0]]))
    array([[ 2.5,  0. ],
           [ 0. , -1. ]])
    """
    # Your code replaces the next line.
    raise NotImplementedError("mean_squared_error_gradient is not written yet")


def cross_entropy_gradient(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how the mean cross-entropy changes with each logit.

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes)
        The network's outputs, before softmax; of any magnitude, 10,000 included.
    labels : ndarray of int, shape (batch,)
        The right classes, always from 0 to n_classes - 1.

    Returns
    -------
    ndarray of shape (batch, n_classes)
        For each logit, the partial derivative of the mean over the batch. Each row sums
        to zero, up to rounding.

    Examples
    --------
    >>> logits = np.array([[0.0, np.log(3)], [0.0, np.log(3)]])
    >>> cross_entropy_gradient(logits, np.array([0, 1]))
    array([[-0.375,  0.375],
           [ 0.125, -0.125]])
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
        Those outputs themselves, as `forward` kept them. A neuron was active if its
        output is above 0, and inactive if it is 0.

    Returns
    -------
    ndarray, shape of ``grad_output``
        How the loss changes with each input of the ReLU.

    Examples
    --------
    >>> relu_gradient(np.array([-7.0, 9.0]), np.array([0.05, 0.0]))
    array([-7.,  0.])
    """
    # Your code replaces the next line.
    raise NotImplementedError("relu_gradient is not written yet")


def dense_gradient(
    grad_output: np.ndarray, x: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of a dense layer: for its inputs, its weights and its bias.

    The layer is `dense` of chapter 2. Each of the three gradients has the shape of
    the array it belongs to.

    Parameters
    ----------
    grad_output : ndarray of shape (batch, fan_out)
        How the loss changes with each output of the layer.
    x : ndarray of shape (batch, fan_in)
        The layer's inputs.
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
    >>> grad_output, x = np.array([[10.0], [1.0]]), np.array([[3.0, 5.0], [4.0, 6.0]])
    >>> weights = np.array([[2.0], [-1.0]])
    >>> grad_x, grad_weights, grad_bias = dense_gradient(grad_output, x, weights)
    >>> grad_x
    array([[ 20., -10.],
           [  2.,  -1.]])
    >>> grad_weights
    array([[34.],
           [56.]])
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
    to the first, the gradient is turned into the gradients of that layer's weights and
    bias, and into the gradient that the layer before needs.

    Parameters
    ----------
    layers : list of (weights, bias)
        A network of at least one layer, with ReLU after each layer except the output
        layer.
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
    One input, two hidden neurons, of which the second is inactive, and one output.

    >>> hidden = (np.array([[2.0, -2.0]]), np.array([1.0, 1.0]))
    >>> output = (np.array([[3.0], [4.0]]), np.array([0.0]))
    >>> activations = [np.array([[3.0]]), np.array([[7.0, 0.0]])]
    >>> gradients = backward([hidden, output], activations, np.array([[10.0]]))
    >>> gradients[0]
    (array([[90.,  0.]]), array([30.,  0.]))
    """
    # Your code replaces the next line.
    raise NotImplementedError("backward is not written yet")
