"""New tasks for a digit reader: the same digits rotated, with thinner strokes, or with inverted ink.

Images are rows of pixels in [0, 1], as everywhere in the course, and square. Results are rounded to
the 256 shades that the digits themselves have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def _as_squares(images: np.ndarray) -> np.ndarray:
    side = round(images.shape[1] ** 0.5)
    if side * side != images.shape[1]:
        raise ValueError(f"images of {images.shape[1]} pixels are not square")
    return images.reshape(-1, side, side)


def _as_rows(squares: np.ndarray, images: np.ndarray) -> np.ndarray:
    # In the order "C" an image is one piece of memory: a batch of 32 of them is then copied quickly.
    return (np.rint(squares * 255) / 255).reshape(len(images), -1).astype(images.dtype, order="C")


def turn(images: np.ndarray, degrees: float) -> np.ndarray:
    """Return the images rotated counterclockwise about their middle; whatever comes in from outside is paper.

    Each new pixel is interpolated between the four old ones around the place that it comes from.

    Parameters
    ----------
    images : ndarray of shape (n, pixels)
        Square images with values in [0, 1].
    degrees : float
        The angle; a negative one rotates clockwise.

    Returns
    -------
    ndarray of shape (n, pixels)
    """
    squares = _as_squares(images)
    side = squares.shape[1]
    middle, angle = (side - 1) / 2, np.deg2rad(degrees)
    row, column = np.mgrid[:side, :side] - middle
    # One row and column of paper on every side, so that every place has four neighbours.
    padded = np.pad(squares, ((0, 0), (1, 1), (1, 1)))
    from_row = np.clip(np.cos(angle) * row + np.sin(angle) * column + middle + 1, 0, side + 1)
    from_column = np.clip(np.cos(angle) * column - np.sin(angle) * row + middle + 1, 0, side + 1)
    r, c = np.minimum(from_row.astype(int), side), np.minimum(from_column.astype(int), side)
    down, right = from_row - r, from_column - c
    turned = (
        (1 - down) * (1 - right) * padded[:, r, c]
        + (1 - down) * right * padded[:, r, c + 1]
        + down * (1 - right) * padded[:, r + 1, c]
        + down * right * padded[:, r + 1, c + 1]
    )
    return _as_rows(turned, images)


def thin(images: np.ndarray) -> np.ndarray:
    """Return the images with thinner strokes: a pixel gets the least ink of itself and those above and to the left.

    Parameters
    ----------
    images : ndarray of shape (n, pixels)
        Square images with values in [0, 1].

    Returns
    -------
    ndarray of shape (n, pixels)
    """
    squares = np.pad(_as_squares(images), ((0, 0), (1, 0), (1, 0)))
    thinned = np.minimum(np.minimum(squares[:, 1:, 1:], squares[:, :-1, 1:]), squares[:, 1:, :-1])
    return _as_rows(thinned, images)


def invert(images: np.ndarray) -> np.ndarray:
    """Return the images with paper and ink swapped: ``1 - images``.

    Parameters
    ----------
    images : ndarray of shape (n, pixels)
        Images with values in [0, 1].

    Returns
    -------
    ndarray of shape (n, pixels)
    """
    return _as_rows(1 - images, images)


@dataclass(frozen=True)
class Task:
    """One way in which digits may look different from those that the reader knows.

    Parameters
    ----------
    degrees : int
        How far they are rotated counterclockwise.
    thinner : bool
        Whether strokes are thinner.
    inverted : bool
        Whether ink and paper are swapped.
    """

    degrees: int = 0
    thinner: bool = False
    inverted: bool = False

    @property
    def kind(self) -> str:
        """The kinds of change, without the angle, such as ``"turned, inverted ink"``."""
        words = {"turned": self.degrees, "thinner strokes": self.thinner, "inverted ink": self.inverted}
        return ", ".join(word for word, done in words.items() if done) or "as they are"

    def __str__(self) -> str:
        return self.kind.replace("turned", f"rotated by {self.degrees}°".replace("-", "−"))

    def apply(self, images: np.ndarray) -> np.ndarray:
        """Return the images as this task shows them."""
        images = thin(images) if self.thinner else images
        images = turn(images, self.degrees) if self.degrees else images
        return invert(images) if self.inverted else images
