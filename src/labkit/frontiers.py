"""Reads values off the curves of a frontier, the accuracy on a new task against that on an old one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import takes_lists


@takes_lists
def old_at(curves: Sequence[np.ndarray], new: float) -> float:
    """Return the best old accuracy of a method's curves at the points where they first reach a new accuracy.

    Parameters
    ----------
    curves : sequence of ndarray of shape (n, 2)
        The method's curves. A row is a point on the way, such as an epoch: the accuracy on the new images, and that on
        the old ones. Between two points a curve is a straight line.
    new : float
        The accuracy on the new images.

    Returns
    -------
    float
        The accuracy on the old images; NaN if no curve reaches the new accuracy.
    """
    return max((_where_reached(curve, new) for curve in curves if np.max(curve[:, 0]) >= new), default=np.nan)


def _where_reached(curve: np.ndarray, new: float) -> float:
    reached = int(np.argmax(curve[:, 0] >= new))
    last = curve[max(reached - 1, 0) : reached + 1]  # the point before, and the one there
    return float(np.interp(new, last[:, 0], last[:, 1]))
