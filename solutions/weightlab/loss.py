"""Loss: one number that says how wrong the predictions are.

No function may change its inputs; drawing from rng is allowed. Arrays hold floats
unless the text says int. A number or bool that you return may be Python's or NumPy's.
"""

import numpy as np


def mean_squared_error(predictions: np.ndarray, targets: np.ndarray) -> float:
    """Return the average cost of the errors, where errors of 3 and -3 both cost 9.

    Parameters
    ----------
    predictions, targets : ndarray of the same shape
        The network's predictions, and the values that it should have predicted.

    Returns
    -------
    float
        The average over all entries. Zero or more; zero if every prediction is exact.

    Raises
    ------
    ValueError
        If the shapes differ; the message must contain both shapes.

    Notes
    -----
    ``np.mean((predictions - targets) ** 2)``.

    Examples
    --------
    Two predictions are exact, one is off by 3 and one by 1.

    >>> predictions = np.array([[1.0, 5.0], [2.0, 3.0]])
    >>> mean_squared_error(predictions, np.array([[1.0, 2.0], [2.0, 2.0]]))
    2.5
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
    """Return one row per label: 1 in the label's column, 0 elsewhere.

    Parameters
    ----------
    labels : ndarray of int, shape (batch,)
        Classes from 0 to n_classes - 1.
    n_classes : int
        The number of columns.

    Returns
    -------
    ndarray of float, shape (batch, n_classes)
        The labels as target probabilities.

    Raises
    ------
    ValueError
        If a label is out of range; the message must contain such a label.

    Notes
    -----
    ``np.eye(n_classes)[labels]``: row c of the identity matrix is the target for
    class c.

    Examples
    --------
    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
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
    """Return how surprised the network is by the right classes, on average.

    An example costs 0 if softmax gives its right class all the probability, 0.693 (the
    natural logarithm of 2) if it gives one half, and 2.303 (that of 10) if it gives one
    tenth. The result is exact even where the probability is too small for the computer
    to store.

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes)
        The outputs of the network before softmax; magnitudes of 10,000 included.
    labels : ndarray of int, shape (batch,)
        The right classes, always from 0 to n_classes - 1.

    Returns
    -------
    float
        The mean over the batch. Zero or more; near zero if every right class has nearly
        all the probability.

    Notes
    -----
    For each row, ``log(sum(exp(shifted))) - shifted[label]``, where ``shifted`` is the
    row minus its largest logit. This is ``-log(softmax(row)[label])`` written without
    forming the probability.

    Examples
    --------
    Two examples; in each, the classes have the probabilities 0.1 and 0.9.

    >>> logits = np.array([[0.0, np.log(9)], [0.0, np.log(9)]])
    >>> round(cross_entropy(logits, np.array([0, 1])), 4)
    1.204
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
    """Return the fraction of rows whose predicted class is the label.

    Parameters
    ----------
    logits : ndarray of shape (batch, n_classes)
        The outputs of the network; the largest logit of a row is its prediction. Where
        logits tie, the lowest class is predicted.
    labels : ndarray of int, shape (batch,)
        The right classes, always from 0 to n_classes - 1.

    Returns
    -------
    float
        From 0 (all wrong) to 1 (all right).

    Notes
    -----
    ``np.mean(np.argmax(logits, axis=1) == labels)``.

    Examples
    --------
    >>> logits = np.array([[3.0, 1.0], [0.0, 2.0], [2.0, 2.0], [4.0, 0.0]])
    >>> accuracy(logits, np.array([0, 1, 1, 0]))
    0.75
    """
    ### BEGIN SOLUTION
    return float(np.mean(np.argmax(logits, axis=1) == labels))
    ### END SOLUTION
