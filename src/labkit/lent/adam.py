"""Adam, the optimizer that chapter 7 shows beside plain descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..arrays import takes_lists


@takes_lists
def given_adam(
    slopes: Callable[[np.ndarray], np.ndarray], start: Sequence[float], *, rate: float, steps: int
) -> np.ndarray:
    """Return the places that Adam visits, with its usual settings: 0.9, 0.999 and 1e-8.

    Parameters
    ----------
    slopes : function
        The gradient of the loss at an array of weights.
    start : sequence of n float
        The weights before the first step.
    rate : float
        The learning rate.
    steps : int
        How many steps to take.

    Returns
    -------
    ndarray of shape (steps + 1, n)
        The weights at the start and after each step.
    """
    places = [1.0 * np.asarray(start)]
    mean = mean_square = np.zeros_like(places[0])
    for step in range(1, steps + 1):
        gradient = np.asarray(slopes(places[-1]))
        # Two running means. Both begin at zero, and the divisions below correct for that.
        mean = 0.9 * mean + 0.1 * gradient
        mean_square = 0.999 * mean_square + 0.001 * gradient**2
        magnitude = np.sqrt(mean_square / (1 - 0.999**step))
        places.append(places[-1] - rate * mean / (1 - 0.9**step) / (magnitude + 1e-8))
    return np.array(places)
