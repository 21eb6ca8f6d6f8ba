"""The forward pass: from an input through every layer to a prediction."""

import numpy as np

from .biases import dense


def relu(x: np.ndarray) -> np.ndarray:
    """Return the positive part of x, entry by entry: ``max(x, 0)``.

    Parameters
    ----------
    x : ndarray of any shape
        What the neurons computed.

    Returns
    -------
    ndarray of the same shape
        Positive entries as they are, zero in place of the others.

    References
    ----------
    V. Nair and G. Hinton, "Rectified linear units improve restricted Boltzmann
    machines", ICML 2010.
    """
    # Your code replaces the next line.
    raise NotImplementedError("relu is not written yet")


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities, row by row: ``exp(logits) / sum(exp(logits))``.

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes)
        One score for each class; any size, also 10,000.

    Returns
    -------
    ndarray of shape (batch, n_classes)
        Positive numbers that sum to one in every row.
    """
    # Your code replaces the next line.
    raise NotImplementedError("softmax is not written yet")


def forward(
    layers: list[tuple[np.ndarray, np.ndarray]], x: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Send a batch through a network and keep what entered each layer.

    Every layer computes ``x @ weights + bias``; ReLU follows every layer but the last.

    Parameters
    ----------
    layers : list of (weights, bias)
        Shapes (fan_in, fan_out) and (fan_out,).
    x : ndarray of shape (batch, fan_in)
        The inputs.

    Returns
    -------
    logits : ndarray of shape (batch, n_classes)
        The outputs of the last layer.
    activations : list of ndarray
        ``activations[k]`` is the input of layer k: x first, as many as layers.
    """
    # Your code replaces the next line.
    raise NotImplementedError("forward is not written yet")


def predict(layers: list[tuple[np.ndarray, np.ndarray]], x: np.ndarray) -> np.ndarray:
    """Return the class with the largest logit for each row of x.

    Parameters
    ----------
    layers : list of (weights, bias)
        A network, as for `forward`.
    x : ndarray of shape (batch, fan_in)
        The inputs.

    Returns
    -------
    ndarray of int, shape (batch,)
        Predicted classes; where logits tie, the lowest class.
    """
    # Your code replaces the next line.
    raise NotImplementedError("predict is not written yet")
