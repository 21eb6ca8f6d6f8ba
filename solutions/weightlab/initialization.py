"""Initialization: the random values that weights are born with, and their scale."""

from collections.abc import Callable, Sequence

import numpy as np

from .weights import weighted_sums


def zero_bias(fan_out: int) -> np.ndarray:
    """Return the biases of a new layer: all zero.

    Parameters
    ----------
    fan_out : int
        Number of neurons in the layer.

    Returns
    -------
    ndarray of shape (fan_out,)
        Zeros.
    """
    ### BEGIN SOLUTION
    return np.zeros(fan_out)
    ### END SOLUTION


def distinct_neurons(weights: np.ndarray) -> int:
    """Return how many different neurons a layer has.

    Neurons a and b are the same neuron when no entry of their columns differs by more
    than a ten-thousandth of the layer's largest weight:
    ``max|weights[:, a] - weights[:, b]| <= 1e-4 * max|weights|``. The margin is for
    rounding, which alone makes twins differ in their last digits.

    Parameters
    ----------
    weights : ndarray of shape (fan_in, fan_out)
        Column j holds the weights of neuron j.

    Returns
    -------
    int
        Number of different columns, from 1 (all neurons are the same one) to fan_out.
    """
    ### BEGIN SOLUTION
    margin = 1e-4 * np.max(np.abs(weights))
    seen = []
    for column in weights.T:
        if all(np.max(np.abs(column - other)) > margin for other in seen):
            seen.append(column)
    return len(seen)
    ### END SOLUTION


def xavier_uniform(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw weights from U(-a, a) with ``a = sqrt(6 / (fan_in + fan_out))``.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and of neurons.
    rng : numpy.random.Generator
        Where all the randomness comes from.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        Weights with mean 0 and standard deviation ``sqrt(2 / (fan_in + fan_out))``.

    References
    ----------
    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
    neural networks", AISTATS 2010, equation 16.
    """
    ### BEGIN SOLUTION
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))
    ### END SOLUTION


def xavier_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw weights from N(0, s²) with ``s = sqrt(2 / (fan_in + fan_out))``.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and of neurons.
    rng : numpy.random.Generator
        Where all the randomness comes from.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        Weights with mean 0 and standard deviation s.

    References
    ----------
    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
    neural networks", AISTATS 2010, equation 12.
    """
    ### BEGIN SOLUTION
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))
    ### END SOLUTION


def he_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw weights from N(0, s²) with ``s = sqrt(2 / fan_in)``, for layers with ReLU.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and of neurons.
    rng : numpy.random.Generator
        Where all the randomness comes from.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        Weights with mean 0 and standard deviation s.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers: surpassing
    human-level performance on ImageNet classification", ICCV 2015, equation 10.
    """
    ### BEGIN SOLUTION
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))
    ### END SOLUTION


def signal_spread(
    x: np.ndarray,
    weight_matrices: Sequence[np.ndarray],
    activation: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Return the standard deviation of a signal as it passes layers without biases.

    Each layer computes ``signal = activation(signal @ weights)``.

    Parameters
    ----------
    x : ndarray of shape (batch, fan_in)
        The signal that enters the first layer.
    weight_matrices : sequence of n ndarray
        One weight matrix a layer, each with as many rows as the one before has columns.
    activation : callable
        Function of an array that returns an array of the same shape.

    Returns
    -------
    ndarray of shape (1 + n,)
        Standard deviation over all entries (``np.std``) of x, then of the signal after
        each layer.
    """
    ### BEGIN SOLUTION
    signal, spreads = x, [np.std(x)]
    for weights in weight_matrices:
        signal = activation(weighted_sums(signal, weights))
        spreads.append(np.std(signal))
    return np.array(spreads)
    ### END SOLUTION


def init_layers(
    layer_sizes: Sequence[int], rng: np.random.Generator, scheme: str = "he"
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the layers of a new network: random weights and zero biases.

    Parameters
    ----------
    layer_sizes : sequence of at least two int
        Number of inputs, then of neurons in each layer: ``[64, 32, 10]`` makes two.
    rng : numpy.random.Generator
        Where all the randomness comes from.
    scheme : {"he", "xavier"}
        Draws every layer by `he_normal` or by `xavier_normal`.

    Returns
    -------
    list of (weights, bias)
        One pair a layer, of shapes (fan_in, fan_out) and (fan_out,).

    Raises
    ------
    ValueError
        For an unknown scheme, which the message names, and for fewer than two sizes.
    """
    ### BEGIN SOLUTION
    schemes = {"he": he_normal, "xavier": xavier_normal}
    if scheme not in schemes:
        raise ValueError(
            f"unknown scheme {scheme!r}: choose one of {', '.join(schemes)}"
        )
    if len(layer_sizes) < 2:
        raise ValueError(f"a network needs at least two sizes, not {list(layer_sizes)}")
    layers = []
    for k in range(len(layer_sizes) - 1):
        fan_in, fan_out = layer_sizes[k], layer_sizes[k + 1]
        layers.append((schemes[scheme](fan_in, fan_out, rng), zero_bias(fan_out)))
    return layers
    ### END SOLUTION
