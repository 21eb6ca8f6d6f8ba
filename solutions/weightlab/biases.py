"""Biases: the number that each neuron adds by itself; and all parameters, counted."""

import math
from collections.abc import Mapping

import numpy as np

from .weights import weighted_sum, weighted_sums


def neuron(inputs: np.ndarray, weights: np.ndarray, bias: float) -> float:
    """Return what one neuron computes: ``weighted_sum(inputs, weights) + bias``.

    Parameters
    ----------
    inputs : ndarray of shape (n,)
        One signal for each connection.
    weights : ndarray of shape (n,)
        One weight for each connection.
    bias : float
        What the neuron adds, whatever comes in.

    Returns
    -------
    float
        The weighted sum, shifted by the bias.
    """
    ### BEGIN SOLUTION
    return weighted_sum(inputs, weights) + bias
    ### END SOLUTION


def activates(inputs: np.ndarray, weights: np.ndarray, bias: float) -> bool:
    """Return whether the neuron activates: ``neuron(inputs, weights, bias) > 0``.

    Parameters
    ----------
    inputs : ndarray of shape (n,)
        One signal for each connection.
    weights : ndarray of shape (n,)
        One weight for each connection.
    bias : float
        What the neuron adds, whatever comes in.

    Returns
    -------
    bool
        True where the weighted sum plus the bias is strictly above zero.
    """
    ### BEGIN SOLUTION
    return neuron(inputs, weights, bias) > 0
    ### END SOLUTION


def dense(x: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return the outputs of a whole layer for a whole batch: ``x @ weights + bias``.

    Parameters
    ----------
    x : ndarray of shape (batch, fan_in)
        One example a row.
    weights : ndarray of shape (fan_in, fan_out)
        One neuron a column.
    bias : ndarray of shape (fan_out,)
        One bias for each neuron.

    Returns
    -------
    ndarray of shape (batch, fan_out)
        Entry ``[b, j]`` is what neuron j computes for example b.
    """
    ### BEGIN SOLUTION
    return weighted_sums(x, weights) + bias
    ### END SOLUTION


def fold_bias(weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return one array that holds a layer's weights and its bias.

    ``[x, 1] @ folded`` is the layer.

    A bias is the weight of a connection whose input is always one.

    Parameters
    ----------
    weights : ndarray of shape (fan_in, fan_out)
        One neuron a column.
    bias : ndarray of shape (fan_out,)
        One bias for each neuron.

    Returns
    -------
    ndarray of shape (fan_in + 1, fan_out)
        The weights, with the bias as one more row below them.
    """
    ### BEGIN SOLUTION
    return np.vstack([weights, bias])
    ### END SOLUTION


def count_parameters(shapes: Mapping[str, tuple[int, ...]]) -> int:
    """Return how many numbers a model has learned, from the shapes of its arrays.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        The shape of each array by its name: ``{"weights": (64, 10), "bias": (10,)}``
        counts 650.

    Returns
    -------
    int
        The number of entries of all arrays together. The shape ``()`` is a single
        number and counts one; a mapping with nothing in it counts 0.
    """
    ### BEGIN SOLUTION
    return sum(math.prod(shape) for shape in shapes.values())
    ### END SOLUTION
