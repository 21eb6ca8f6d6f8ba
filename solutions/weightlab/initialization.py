"""Initialization: the random values that weights start with, and their scale.

No function may change its inputs; drawing from rng is allowed. Arrays hold floats
unless the text says int. A number or bool that you return may be Python's or NumPy's.
"""

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

    Notes
    -----
    ``np.zeros(fan_out)``.

    Examples
    --------
    >>> zero_bias(3)
    array([0., 0., 0.])
    """
    ### BEGIN SOLUTION
    return np.zeros(fan_out)
    ### END SOLUTION


def distinct_neurons(weights: np.ndarray) -> int:
    """Return how many neurons of a layer have different incoming weights.

    Two neurons count as the same if no weight of one differs from the same weight of
    the other by more than a ten-thousandth (1e-4) of the largest magnitude in the whole
    array. The margin is for rounding errors: they can make identical neurons differ in
    their last digits. In every test case, two neurons differ either by far less than
    the margin or by far more.

    Parameters
    ----------
    weights : ndarray of shape (fan_in, fan_out)
        Column j holds the weights of neuron j.

    Returns
    -------
    int
        Number of different columns, from 1 (all columns are equal) to fan_out.

    Notes
    -----
    Columns a and b are the same neuron when
    ``max|weights[:, a] - weights[:, b]| <= 1e-4 * max|weights|``. Keep each column that
    differs from all columns kept before it, and count the kept columns.

    Examples
    --------
    The margin is 0.0009, and the first and the third neuron differ by only 0.0002.

    >>> distinct_neurons(np.array([[-9.0, 0.1, -9.0, 0.0], [0.1, -9.0, 0.1002, 1.0]]))
    3
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
    """Draw weights from Xavier's uniform distribution, symmetric around zero.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and of neurons.
    rng : numpy.random.Generator
        The only source of random numbers.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        Weights with mean 0. Their variance is 2 divided by the sum of fan_in and
        fan_out.

    Notes
    -----
    U(-a, a) with ``a = sqrt(6 / (fan_in + fan_out))``: a uniform distribution on
    (-a, a) has the variance a² / 3.

    References
    ----------
    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
    neural networks", AISTATS 2010, equation 16.

    Examples
    --------
    >>> weights = xavier_uniform(400, 200, np.random.default_rng(0))
    >>> weights.shape, round(float(weights.min()), 2), round(float(weights.max()), 2)
    ((400, 200), -0.1, 0.1)
    """
    ### BEGIN SOLUTION
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))
    ### END SOLUTION


def xavier_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw weights from Xavier's normal distribution.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and of neurons.
    rng : numpy.random.Generator
        The only source of random numbers.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        Weights with mean 0. Their variance is 2 divided by the sum of fan_in and
        fan_out.

    Notes
    -----
    N(0, s²) with ``s = sqrt(2 / (fan_in + fan_out))``.

    References
    ----------
    X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
    neural networks", AISTATS 2010, equation 12.

    Examples
    --------
    >>> weights = xavier_normal(100, 300, np.random.default_rng(0))
    >>> weights.shape, round(float(np.std(weights)), 2)
    ((100, 300), 0.07)
    """
    ### BEGIN SOLUTION
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))
    ### END SOLUTION


def he_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw weights from He's normal distribution, made for layers with ReLU.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and of neurons.
    rng : numpy.random.Generator
        The only source of random numbers.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        Weights with mean 0. Their variance depends on fan_in alone. With this variance,
        weighted sums after ReLU have, on average, the same mean square as the inputs.

    Notes
    -----
    N(0, s²) with ``s = sqrt(2 / fan_in)``.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers: surpassing
    human-level performance on ImageNet classification", ICCV 2015, equation 10.

    Examples
    --------
    >>> weights = he_normal(200, 300, np.random.default_rng(0))
    >>> weights.shape, round(float(np.std(weights)), 2)
    ((200, 300), 0.1)
    """
    ### BEGIN SOLUTION
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))
    ### END SOLUTION


def signal_spread(
    x: np.ndarray,
    weight_matrices: Sequence[np.ndarray],
    activation: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Return the standard deviations of a signal that crosses layers without biases.

    In each layer, the last one included, the signal is first weighted, then passed to
    the activation function.

    Parameters
    ----------
    x : ndarray of shape (batch, fan_in)
        The signal that enters the first layer.
    weight_matrices : sequence of n ndarray
        One weight matrix per layer, each with as many rows as the one before has
        columns; n may be 0.
    activation : callable
        Function of an array that returns an array of the same shape.

    Returns
    -------
    ndarray of shape (1 + n,)
        Standard deviation over all entries (``np.std``) of x, then of the signal after
        each layer.

    Notes
    -----
    In each layer ``signal = activation(signal @ weights)``.

    Examples
    --------
    >>> matrices = [np.array([[1.0]]), np.array([[0.25]])]
    >>> signal_spread(np.array([[0.0], [2.0]]), matrices, np.square)
    array([1. , 2. , 0.5])
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
        Number of inputs, then number of neurons in each layer.
    rng : numpy.random.Generator
        The only source of random numbers.
    scheme : {"he", "xavier"}
        Whether to draw every layer with `he_normal` or with `xavier_normal`.

    Returns
    -------
    list of (weights, bias)
        One pair per layer, of shapes (fan_in, fan_out) and (fan_out,).

    Raises
    ------
    ValueError
        If the scheme is unknown, or if there are fewer than two sizes. For an unknown
        scheme, the message must contain the scheme.

    Notes
    -----
    For each k: ``he_normal(layer_sizes[k], layer_sizes[k + 1], rng)`` or
    `xavier_normal`, with ``zero_bias(layer_sizes[k + 1])``.

    Examples
    --------
    >>> layers = init_layers([5, 3, 2], np.random.default_rng(0))
    >>> [(weights.shape, bias.tolist()) for weights, bias in layers]
    [((5, 3), [0.0, 0.0, 0.0]), ((3, 2), [0.0, 0.0])]
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
