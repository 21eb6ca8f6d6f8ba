"""Weights: one number on each connection, and what a layer of them computes."""

from collections.abc import Sequence

import numpy as np


def apply_weight(signal: float | np.ndarray, weight: float) -> float | np.ndarray:
    """Return the signal after it has crossed one connection: ``weight * signal``.

    Parameters
    ----------
    signal : float or ndarray of any shape
        What flows into the connection.
    weight : float
        The connection's weight: above one it amplifies, near zero it suppresses, below zero it
        flips the sign.

    Returns
    -------
    float or ndarray
        The weighted signal, of the same shape.
    """
    ### BEGIN SOLUTION
    return weight * signal
    ### END SOLUTION
