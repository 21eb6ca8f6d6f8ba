"""Loss: one number that says how wrong the predictions are."""

import numpy as np


def mean_squared_error(predictions: np.ndarray, targets: np.ndarray) -> float:
    """Return the mean of ``(predictions - targets) ** 2`` over all elements.

    Parameters
    ----------
    predictions, targets : ndarray of the same shape
        What the network said, and what it should have said.

    Returns
    -------
    float
        Zero only if every prediction is exact.

    Raises
    ------
    ValueError
        If the shapes differ; the message names both.
    """
    # Your code replaces the next line.
    raise NotImplementedError("mean_squared_error is not written yet")


def one_hot(labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Return one row a label: a one in the label's column, zeros elsewhere.

    Parameters
    ----------
    labels : ndarray of int, shape (batch,)
        Classes from 0 to n_classes - 1.
    n_classes : int
        Number of columns.

    Returns
    -------
    ndarray of shape (batch, n_classes)
        The labels as target probabilities.

    Raises
    ------
    ValueError
        If a label is out of range; the message names one.
    """
    # Your code replaces the next line.
    raise NotImplementedError("one_hot is not written yet")


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean over the batch of ``-log(softmax(logits)[label])``, natural log.

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes)
        Scores before softmax; any size, also 10,000.
    labels : ndarray of int, shape (batch,)
        The right classes.

    Returns
    -------
    float
        Near zero when every right class has nearly all the probability; log(n_classes)
        for a blind guess.
    """
    # Your code replaces the next line.
    raise NotImplementedError("cross_entropy is not written yet")


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of rows whose largest logit is the label's.

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes)
        Scores; where they tie, the lowest class is the prediction.
    labels : ndarray of int, shape (batch,)
        The right classes.

    Returns
    -------
    float
        From 0 (all wrong) to 1 (all right).
    """
    # Your code replaces the next line.
    raise NotImplementedError("accuracy is not written yet")
