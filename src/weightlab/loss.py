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

    Examples
    --------
    Two predictions are exact, one is off by 3 and one by 1.

    >>> predictions = np.array([[1.0, 5.0], [2.0, 3.0]])
    >>> mean_squared_error(predictions, np.array([[1.0, 2.0], [2.0, 2.0]]))
    2.5
    """
    # Your code replaces the next line.
    raise NotImplementedError("mean_squared_error is not written yet")


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

    Examples
    --------
    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    # Your code replaces the next line.
    raise NotImplementedError("one_hot is not written yet")


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

    Examples
    --------
    Two examples; in each, the classes have the probabilities 0.1 and 0.9.

    >>> logits = np.array([[0.0, np.log(9)], [0.0, np.log(9)]])
    >>> round(cross_entropy(logits, np.array([0, 1])), 4)
    1.204
    """
    # Your code replaces the next line.
    raise NotImplementedError("cross_entropy is not written yet")


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

    Examples
    --------
    >>> logits = np.array([[3.0, 1.0], [0.0, 2.0], [2.0, 2.0], [4.0, 0.0]])
    >>> accuracy(logits, np.array([0, 1, 1, 0]))
    0.75
    """
    # Your code replaces the next line.
    raise NotImplementedError("accuracy is not written yet")
