"""The picture that a chapter opens with: what its learner will have made at its end."""

from __future__ import annotations

import numpy as np

from . import weight_images
from .style import show

__all__ = ["ten_neurons"]


def ten_neurons(images: np.ndarray, labels: np.ndarray) -> None:
    """Show ten neurons as images of weights: for each pixel, how its ink goes together with each digit.

    Parameters
    ----------
    images : ndarray of shape (n, height * width)
        One image per row.
    labels : ndarray of int, shape (n,)
        The digit that each image shows.
    """
    wanted = (labels[:, np.newaxis] == np.arange(10)) - 0.1
    weights = images.T @ wanted
    fig = weight_images(weights / np.abs(weights).max(), titles=range(10), columns=5, size=1.25)
    show(fig, alt="Ten neurons as images of their weights: in each, a digit from 0 to 9 is seen in blue strokes.")
