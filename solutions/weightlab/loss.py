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
    ### BEGIN SOLUTION
    # Shapes such as (4,) and (4, 1) would broadcast to (4, 4), whose mean means
    # nothing.
    if np.shape(predictions) != np.shape(targets):
        raise ValueError(
            f"shapes differ: predictions {np.shape(predictions)}, "
            f"targets {np.shape(targets)}"
        )
    return float(np.mean((predictions - targets) ** 2))
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    for label in labels:
        if not 0 <= label < n_classes:
            raise ValueError(
                f"label {label} is not one of the classes 0 to {n_classes - 1}"
            )
    return np.eye(n_classes)[labels]
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    # -log(softmax) = log(sum(exp(shifted))) - shifted: no probability is formed, so
    # none can become zero. One class a row, because NumPy reduces a few long rows much
    # faster than many short ones.
    scores = logits.T.copy()
    shifted = scores - scores.max(axis=0)
    surprise = (
        np.log(np.exp(shifted).sum(axis=0)) - shifted[labels, np.arange(len(labels))]
    )
    return float(surprise.mean())
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return float(np.mean(np.argmax(logits, axis=1) == labels))
    ### END SOLUTION
