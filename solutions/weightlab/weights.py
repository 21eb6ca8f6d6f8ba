"""Weights: one number on each connection, and what many of them do together."""

from collections.abc import Sequence

import numpy as np


def apply_weight(signal: float | np.ndarray, weight: float) -> float | np.ndarray:
    """Return the signal after it has crossed one connection: ``weight * signal``.

    Parameters
    ----------
    signal : float or ndarray of any shape
        What flows into the connection.
    weight : float
        The connection's weight: above one it amplifies, near zero it suppresses, below
        zero it flips the sign.

    Returns
    -------
    float or ndarray
        The weighted signal, of the same shape.
    """
    ### BEGIN SOLUTION
    return weight * signal
    ### END SOLUTION


def weighted_sum(inputs: np.ndarray, weights: np.ndarray) -> float:
    """Return what reaches a neuron: the sum of its inputs, each times its weight.

    ``inputs[0] * weights[0] + inputs[1] * weights[1] + ...``.

    Parameters
    ----------
    inputs : ndarray of shape (n,)
        One signal for each connection.
    weights : ndarray of shape (n,)
        One weight for each connection.

    Returns
    -------
    float
        The sum of the weighted inputs.

    Raises
    ------
    ValueError
        If the lengths differ or either is not one-dimensional; the message names both
        shapes.
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
    """Return the weighted sums of a whole layer for a batch: ``inputs @ weights``.

    Parameters
    ----------
    inputs : ndarray of shape (batch, fan_in)
        One example a row.
    weights : ndarray of shape (fan_in, fan_out)
        One neuron a column: ``weights[i, j]`` lies on the connection from input i to
        neuron j.

    Returns
    -------
    ndarray of shape (batch, fan_out)
        Entry ``[b, j]`` is the weighted sum of example b in neuron j.
    """
    ### BEGIN SOLUTION
    return inputs @ weights
    ### END SOLUTION


def count_weights(layer_sizes: Sequence[int]) -> int:
    """Return how many connections a network of fully connected layers has.

    Parameters
    ----------
    layer_sizes : sequence of int
        How many neurons each layer has, the inputs first: ``[64, 32, 10]``.

    Returns
    -------
    int
        The number of weights, biases not counted; 0 for a single layer, which connects
        to nothing.
    """
    ### BEGIN SOLUTION
    return sum(layer_sizes[i] * layer_sizes[i + 1] for i in range(len(layer_sizes) - 1))
    ### END SOLUTION


def template_weights(
    images: np.ndarray, labels: np.ndarray, n_classes: int
) -> np.ndarray:
    """Return weights made without training: each class's mean image minus that of all.

    Parameters
    ----------
    images : ndarray of shape (n, pixels)
        One image a row.
    labels : ndarray of shape (n,)
        The class of each image, 0 to ``n_classes - 1``; every class occurs.
    n_classes : int
        How many classes there are.

    Returns
    -------
    ndarray of shape (pixels, n_classes)
        Column c is the neuron of class c: positive where the class has more ink than
        the average image, negative where it has less.
    """
    ### BEGIN SOLUTION
    class_means = np.stack(
        [images[labels == c].mean(axis=0) for c in range(n_classes)], axis=1
    )
    return class_means - images.mean(axis=0)[:, np.newaxis]
    ### END SOLUTION
