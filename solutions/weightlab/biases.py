"""Biases: the number that each neuron adds to its sum; and how to count parameters.

No function may change its inputs. Arrays hold floats unless the text says int. A
number or bool that you return may be Python's or NumPy's.
"""

import math
from collections.abc import Mapping

import numpy as np

from .weights import weighted_sum, weighted_sums


def neuron(inputs: np.ndarray, weights: np.ndarray, bias: float) -> float:
    """Return the output of one neuron.

    Parameters
    ----------
    inputs : ndarray of shape (n,)
        One signal for each connection.
    weights : ndarray of shape (n,)
        One weight for each connection.
    bias : float
        The neuron's own number, added whatever the inputs are.

    Returns
    -------
    float
        The weighted sum, shifted by the bias.

    Notes
    -----
    ``weighted_sum(inputs, weights) + bias``.

    Examples
    --------
    >>> neuron(np.array([10.0, 1.0]), np.array([0.5, -2.0]), -3.25)
    -0.25
    """
    ### BEGIN SOLUTION
    return weighted_sum(inputs, weights) + bias
    ### END SOLUTION


def activates(inputs: np.ndarray, weights: np.ndarray, bias: float) -> bool:
    """Return whether the neuron activates.

    Parameters
    ----------
    inputs : ndarray of shape (n,)
        One signal for each connection.
    weights : ndarray of shape (n,)
        One weight for each connection.
    bias : float
        The neuron's own number, added whatever the inputs are.

    Returns
    -------
    bool
        True if the neuron's output is strictly above zero.

    Notes
    -----
    ``neuron(inputs, weights, bias) > 0``.

    Examples
    --------
    >>> inputs, weights = np.array([10.0, 1.0]), np.array([0.5, -2.0])
    >>> activates(inputs, weights, -2.75), activates(inputs, weights, -3.0)
    (True, False)
    """
    ### BEGIN SOLUTION
    return neuron(inputs, weights, bias) > 0
    ### END SOLUTION


def dense(x: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return the outputs of a whole layer of neurons for a whole batch.

    Parameters
    ----------
    x : ndarray of shape (batch, fan_in)
        One example per row.
    weights : ndarray of shape (fan_in, fan_out)
        One neuron per column.
    bias : ndarray of shape (fan_out,)
        One bias for each neuron.

    Returns
    -------
    ndarray of shape (batch, fan_out)
        Entry ``[b, j]`` is the output of neuron j for example b.

    Notes
    -----
    ``x @ weights + bias``, which is ``weighted_sums(x, weights) + bias``.

    Examples
    --------
    >>> weights = np.array([[3.0, 0.0, -1.0], [4.0, 5.0, 0.5]])
    >>> x = np.array([[1.0, 2.0], [0.0, 0.0]])
    >>> dense(x, weights, np.array([0.5, -10.0, 0.0]))
    array([[ 11.5,   0. ,   0. ],
           [  0.5, -10. ,   0. ]])
    """
    ### BEGIN SOLUTION
    return weighted_sums(x, weights) + bias
    ### END SOLUTION


def fold_bias(weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return one array that holds a layer's weights and its bias.

    A bias acts as the weight of one more connection, whose input is always 1. If a
    1 is appended to each row of ``x``, `weighted_sums` of ``x`` and the new array gives
    the layer's outputs.

    Parameters
    ----------
    weights : ndarray of shape (fan_in, fan_out)
        One neuron per column.
    bias : ndarray of shape (fan_out,)
        One bias for each neuron.

    Returns
    -------
    ndarray of shape (fan_in + 1, fan_out)
        One neuron per column, as in ``weights``.

    Notes
    -----
    ``np.vstack([weights, bias])``, so ``[x, 1] @ folded`` gives the layer's outputs.

    Examples
    --------
    A layer with the weights 1 and 3 and the bias 9, for the inputs 5 and 6.

    >>> folded = fold_bias(np.array([[1.0], [3.0]]), np.array([9.0]))
    >>> folded.shape, (np.array([[5.0, 6.0, 1.0]]) @ folded).tolist()
    ((3, 1), [[32.0]])
    """
    ### BEGIN SOLUTION
    return np.vstack([weights, bias])
    ### END SOLUTION


def count_parameters(shapes: Mapping[str, tuple[int, ...]]) -> int:
    """Return the number of parameters of a model, from the shapes of its arrays.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        The shape of each array by its name, with any number of axes.

    Returns
    -------
    int
        The number of entries of all arrays together. The shape ``()`` is a single
        number and counts as 1; an empty mapping counts as 0.

    Notes
    -----
    ``sum(math.prod(shape) for shape in shapes.values())``.

    Examples
    --------
    >>> count_parameters({"weights": (64, 10), "bias": (10,), "scale": ()})
    651
    """
    ### BEGIN SOLUTION
    return sum(math.prod(shape) for shape in shapes.values())
    ### END SOLUTION
