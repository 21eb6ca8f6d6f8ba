"""The figure that a chapter opens with: the learner's own result at the chapter's end."""

from __future__ import annotations

import numpy as np

from . import weight_images
from .biases import outputs
from .style import show
from .weights import signed

__all__ = ["birth_and_after", "one_threshold", "ten_neurons"]


def ten_neurons(images: np.ndarray, labels: np.ndarray) -> None:
    """Show ten neurons as images of weights: for each pixel, how much its ink speaks for each digit.

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
    show(
        fig,
        alt="Ten neurons, one for each digit, as images of their weights: blue where the digit has more ink than the "
        "average image, orange where it has less.",
    )


def one_threshold(images: np.ndarray, labels: np.ndarray, bias: float = -1.75) -> None:
    """Show the outputs of a neuron that looks for zeros, for many images, without its bias and with it.

    Parameters
    ----------
    images : ndarray of shape (n, height * width)
        One image per row.
    labels : ndarray of int, shape (n,)
        The digit that each image shows.
    bias : float
        The neuron's bias in the second row.
    """
    is_zero = labels == 0
    sums = images @ (images.T @ (is_zero - is_zero.mean()) / is_zero.sum())
    rows = {b: {"zeros": sums[is_zero] + b, "others": sums[~is_zero] + b} for b in (0.0, bias)}
    mistakes = {b: int(np.sum(groups["zeros"] <= 0) + np.sum(groups["others"] > 0)) for b, groups in rows.items()}
    show(
        outputs(rows),
        alt=f"The outputs of one neuron for {len(images):,} images of zeros and of other digits. Without a bias the "
        f"output is on the wrong side of zero for {mistakes[0.0]} of the images, with a bias of {signed(bias)} for "
        f"{mistakes[bias]}.",
    )


def birth_and_after(images: np.ndarray, labels: np.ndarray) -> None:
    """Show six hidden neurons as images of their weights, at birth and after training.

    Parameters
    ----------
    images : ndarray of shape (n, height * width)
        One image per row.
    labels : ndarray of int, shape (n,)
        The digit that each image shows.
    """
    from ..lent.given_training import given_training  # the trainer is needed only if something is trained

    rng = np.random.default_rng(0)
    first = rng.normal(scale=np.sqrt(2 / images.shape[1]), size=(images.shape[1], 6))  # by He's rule
    born = [(first, np.zeros(6)), (rng.normal(scale=np.sqrt(2 / 6), size=(6, 10)), np.zeros(10))]
    (trained, _), _ = given_training([born], images, labels, epochs=60)[0]
    fig = weight_images(np.hstack([first, trained]), columns=6, titles=["at birth"] * 6 + ["trained"] * 6, size=1.1)
    show(fig, alt="Six neurons as images of their weights: noise at birth, darker patches after training.")
