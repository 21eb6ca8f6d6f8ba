"""The forward pass: from an input through every layer to a prediction.

No function may change its inputs; drawing from rng is allowed. Arrays hold floats
unless the text says int. A number or bool that you return may be Python's or NumPy's.
"""

import numpy as np

from .biases import dense


def relu(x: np.ndarray) -> np.ndarray:
    """Return each positive entry of x unchanged, and zero in place of all others.

    Parameters
    ----------
    x : ndarray of any shape
        The neurons' sums, before the activation function.

    Returns
    -------
    ndarray of the same shape
        The neurons' outputs, none of them below zero.

    Notes
    -----
    ``np.maximum(x, 0)``, entry by entry.

    References
    ----------
    V. Nair and G. Hinton, "Rectified linear units improve restricted Boltzmann
    machines", ICML 2010.

    Examples
    --------
    >>> relu(np.array([-4.0, 0.5]))
    array([0. , 0.5])
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of the classes, row by row.

    Each row is turned into numbers from 0 to 1 that add up to one. Only the differences
    between the logits of a row matter: a class whose logit is larger by 1 is e = 2.718…
    times as probable.

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes)
        One logit for each class; of any magnitude, 10,000 included.

    Returns
    -------
    ndarray of shape (batch, n_classes)
        Probabilities from 0 to 1; each row sums to 1.

    Notes
    -----
    ``exp(logits) / exp(logits).sum(axis=1, keepdims=True)``. A number subtracted from a
    whole row cancels in this ratio; with the row's largest logit, no exponential is
    above one.

    Examples
    --------
    >>> softmax(np.array([[0.0, np.log(3)], [10_000.0, 10_000.0]]))
    array([[0.25, 0.75],
           [0.5 , 0.5 ]])
    """
    ### BEGIN SOLUTION
    # A number subtracted from a whole row cancels in the ratio; subtracting the largest
    # keeps exp from growing above one.
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    ### END SOLUTION


def forward(
    layers: list[tuple[np.ndarray, np.ndarray]], x: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Send a batch through a network, and keep the input of each layer.

    Each layer computes its weighted sums and adds its bias. ReLU follows each layer
    except the output layer.

    Parameters
    ----------
    layers : list of (weights, bias)
        At least one pair of arrays of shape (fan_in, fan_out) and (fan_out,), from the
        first layer to the output layer.
    x : ndarray of shape (batch, fan_in)
        The inputs, one example per row.

    Returns
    -------
    logits : ndarray of shape (batch, n_classes)
        The outputs of the output layer.
    activations : list of ndarray
        The layer inputs: entry k is the input of layer k. The first entry is x, there
        is one entry per layer, and the logits are not included.

    Notes
    -----
    ``activations[k + 1] = relu(activations[k] @ weights + bias)`` with the weights and
    the bias of layer k; the output layer's ``activations[-1] @ weights + bias`` are the
    logits.

    Examples
    --------
    >>> hidden = (np.array([[1.0, -1.0]]), np.array([0.0, 1.0]))
    >>> output = (np.array([[2.0], [-3.0]]), np.array([0.5]))
    >>> logits, activations = forward([hidden, output], np.array([[-4.0]]))
    >>> logits
    array([[-14.5]])
    >>> activations
    [array([[-4.]]), array([[0., 5.]])]
    """
    ### BEGIN SOLUTION
    activations = [x]
    for weights, bias in layers[:-1]:
        activations.append(relu(dense(activations[-1], weights, bias)))
    return dense(activations[-1], *layers[-1]), activations
    ### END SOLUTION


def predict(layers: list[tuple[np.ndarray, np.ndarray]], x: np.ndarray) -> np.ndarray:
    """Return the predicted class of each row: the class with the largest logit.

    Parameters
    ----------
    layers : list of (weights, bias)
        A network, as for `forward`.
    x : ndarray of shape (batch, fan_in)
        The inputs, one example per row.

    Returns
    -------
    ndarray of int, shape (batch,)
        The classes; where logits tie, the lowest of the tied classes.

    Notes
    -----
    ``np.argmax(logits, axis=1)``, with the logits of `forward`.

    Examples
    --------
    >>> layer = (np.array([[1.0, 0.0, -1.0]]), np.zeros(3))
    >>> predict([layer], np.array([[5.0], [-5.0], [0.0]]))
    array([0, 2, 0])
    """
    ### BEGIN SOLUTION
    logits, _ = forward(layers, x)
    return np.argmax(logits, axis=1)
    ### END SOLUTION
