"""Weights: one number on each connection, and the effect of many together.

No function may change its inputs. Arrays hold floats unless the text says int. A
number or bool that you return may be Python's or NumPy's.
"""

from collections.abc import Sequence

import numpy as np


def apply_weight(signal: float | np.ndarray, weight: float) -> float | np.ndarray:
    """Return the signal after it has crossed one connection.

    Parameters
    ----------
    signal : float or int, or ndarray of float or int, of any shape
        The signal that enters the connection.
    weight : float
        The connection's weight. A magnitude above one amplifies; the nearer to zero,
        the more it suppresses; a weight below zero flips the sign.

    Returns
    -------
    float or ndarray
        The weighted signal, of the same shape.

    Notes
    -----
    ``weight * signal``.

    Examples
    --------
    >>> apply_weight(6.0, -0.5)
    -3.0
    """
    ### BEGIN SOLUTION
    return weight * signal
    ### END SOLUTION


def weighted_sum(inputs: np.ndarray, weights: np.ndarray) -> float:
    """Return the number that reaches a neuron through all its connections.

    Parameters
    ----------
    inputs : ndarray of shape (n,)
        One signal for each connection.
    weights : ndarray of shape (n,)
        One weight for each connection.

    Returns
    -------
    float
        All weighted inputs together, as one number.

    Raises
    ------
    ValueError
        If the lengths differ or either array is not one-dimensional (for example
        ``np.array(2.0)``); the message must contain both shapes.

    Notes
    -----
    ``inputs[0] * weights[0] + inputs[1] * weights[1] + ...``, which is
    ``inputs @ weights``.

    Examples
    --------
    >>> weighted_sum(np.array([10.0, 1.0]), np.array([0.25, -2.0]))
    0.5
    """
    ### BEGIN SOLUTION
    if inputs.ndim != 1 or inputs.shape != weights.shape:
        raise ValueError(
            "inputs and weights must be of one length: got shapes "
            f"{inputs.shape} and {weights.shape}"
        )
    return float(inputs @ weights)
    ### END SOLUTION


def weighted_sums(inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sums of a whole layer for a whole batch.

    Parameters
    ----------
    inputs : ndarray of float or int, shape (batch, fan_in)
        One example per row.
    weights : ndarray of shape (fan_in, fan_out)
        One neuron per column: ``weights[i, j]`` is on the connection from input i to
        neuron j.

    Returns
    -------
    ndarray of shape (batch, fan_out)
        Entry ``[b, j]`` is the weighted sum of example b in neuron j.

    Notes
    -----
    ``inputs @ weights``.

    Examples
    --------
    >>> weights = np.array([[3.0, 0.0, -1.0], [4.0, 5.0, 0.5]])
    >>> weighted_sums(np.array([[1.0, 2.0], [2.0, 0.0]]), weights)
    array([[11., 10.,  0.],
           [ 6.,  0., -2.]])
    """
    ### BEGIN SOLUTION
    return inputs @ weights
    ### END SOLUTION


def count_weights(layer_sizes: Sequence[int]) -> int:
    """Return the number of connections in a network of fully connected layers.

    Parameters
    ----------
    layer_sizes : sequence of at least one int
        The number of inputs, then the number of neurons in each layer.

    Returns
    -------
    int
        The number of weights, without biases; 0 for a single size, because there is
        nothing to connect to.

    Notes
    -----
    ``layer_sizes[0] * layer_sizes[1] + layer_sizes[1] * layer_sizes[2] + ...``.

    Examples
    --------
    >>> count_weights([64, 32, 10])
    2368
    """
    ### BEGIN SOLUTION
    return sum(layer_sizes[i] * layer_sizes[i + 1] for i in range(len(layer_sizes) - 1))
    ### END SOLUTION


def template_weights(
    images: np.ndarray, labels: np.ndarray, n_classes: int
) -> np.ndarray:
    """Return the weights of one neuron per class, made from averages of the images.

    A weight says how much more ink its pixel has in the average image of the class than
    in the average of all images. Every image counts once in the average of all images,
    so a class with more images counts more.

    Parameters
    ----------
    images : ndarray of float or int, shape (n, pixels)
        One image per row.
    labels : ndarray of int, shape (n,)
        The class of each image, 0 to ``n_classes - 1``; every class occurs.
    n_classes : int
        The number of classes.

    Returns
    -------
    ndarray of shape (pixels, n_classes)
        Column c is the neuron of class c: positive where the class has more ink than
        the average image, negative where it has less.

    Notes
    -----
    Column c is the mean image of class c minus the mean of all n images,
    ``images[labels == c].mean(axis=0) - images.mean(axis=0)``.

    Examples
    --------
    >>> images = np.array([[3.0, 0.0], [5.0, 0.0], [1.0, 9.0]])
    >>> template_weights(images, np.array([0, 0, 1]), 2)
    array([[ 1., -2.],
           [-3.,  6.]])
    """
    ### BEGIN SOLUTION
    class_means = np.stack(
        [images[labels == c].mean(axis=0) for c in range(n_classes)], axis=1
    )
    return class_means - images.mean(axis=0)[:, np.newaxis]
    ### END SOLUTION
