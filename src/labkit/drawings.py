"""Digits that the learner draws: strokes become images like the data's, and can join a training set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import store

_RECORD = "drawings"


class Recipe(NamedTuple):
    """How drawings become images of one size that look like the images of that size's data set.

    Parameters
    ----------
    fine : int
        Pixels along each axis before blocks of them are averaged.
    extent : float
        Length of the drawing's longer side, as a fraction of the frame.
    pen : float
        Width of the pen, as a fraction of the frame.
    by_mass : bool
        Put the centre of the ink, instead of the centre of the bounding box, in the middle.
    """

    fine: int
    extent: float
    pen: float
    by_mass: bool


RECIPES = {8: Recipe(32, 1.0, 0.16, False), 14: Recipe(28, 20 / 28, 0.09, True)}
"""The recipes for 8×8 and for 14×14 pixels. With these pens, drawings have as much ink as the data's images."""
UPRIGHT = 0.8
"""The fraction of a drawing's slant that is removed: people write more slanted on a pad than on paper."""


def to_image(strokes: Sequence[np.ndarray], side: int) -> np.ndarray:
    """Return a drawing as the image that a network with ``side * side`` inputs expects.

    The image is drawn again from the strokes, not scaled down from the pad's pixels, so the width of the pen does not
    depend on how large somebody writes.

    Parameters
    ----------
    strokes : sequence of ndarray of shape (n, 2)
        Points of each stroke, x to the right and y down, in any unit.
    side : int
        8 or 14.

    Returns
    -------
    ndarray of shape (side * side,)
        0 is paper, 1 is ink; all paper if nothing was drawn.
    """
    strokes = [np.asarray(stroke, dtype=float).reshape(-1, 2) for stroke in strokes if len(stroke)]
    if not strokes:
        return np.zeros(side * side)
    recipe, strokes = RECIPES[side], _straightened(strokes)
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    # The pen reaches beyond the points by half of its width.
    scale = (recipe.extent - recipe.pen) / max((high - low).max(), 1e-9)
    placed = [(stroke - (low + high) / 2) * scale + 0.5 for stroke in strokes]
    image = _drawn(placed, recipe)
    if recipe.by_mass:
        grid = (np.arange(recipe.fine) + 0.5) / recipe.fine
        center = np.array([image.sum(axis=0) @ grid, image.sum(axis=1) @ grid]) / image.sum()
        image = _drawn([stroke + (0.5 - center) for stroke in placed], recipe)
    block = recipe.fine // side
    return image.reshape(side, block, side, block).mean(axis=(1, 3)).ravel()


def _straightened(strokes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the strokes with a part of their slant removed."""
    x, y = (np.concatenate(strokes) - np.concatenate(strokes).mean(axis=0)).T
    height = y @ y
    slant = np.clip(UPRIGHT * (x @ y) / height, -0.5, 0.5) if height > 1e-12 else 0.0
    return [stroke - np.outer(stroke[:, 1], [slant, 0]) for stroke in strokes]


def _drawn(strokes: Sequence[np.ndarray], recipe: Recipe) -> np.ndarray:
    """Return the fine image: ink wherever a stroke is nearer than half the pen's width."""
    starts = np.concatenate([stroke[:-1] if len(stroke) > 1 else stroke for stroke in strokes])
    steps = np.concatenate([np.diff(stroke, axis=0) if len(stroke) > 1 else np.zeros((1, 2)) for stroke in strokes])
    grid = (np.arange(recipe.fine) + 0.5) / recipe.fine
    across, down = grid[:, None] - starts[:, 0], grid[:, None] - starts[:, 1]  # (fine, segments)
    squares = np.maximum((steps**2).sum(axis=1), 1e-18)
    # How far along its segment the nearest point is, for every pixel: (rows, columns, segments).
    along = (down * steps[:, 1])[:, None] + (across * steps[:, 0])[None]
    along = np.clip(along / squares, 0, 1)
    distance = (across[None] - along * steps[:, 0]) ** 2 + (down[:, None] - along * steps[:, 1]) ** 2
    # The edge is softened over one pixel, as a scanned line is.
    nearest = np.sqrt(distance.min(axis=2)) * recipe.fine
    return np.clip(recipe.pen * recipe.fine / 2 - nearest + 0.5, 0, 1)


class Drawings:
    """The digits that the learner drew and kept for training.

    The learner's records keep strokes, not images: strokes serve later chapters, and images of both sizes.

    Parameters
    ----------
    side : int
        Pixels along each axis of an image, 8 or 14.
    """

    def __init__(self, side: int) -> None:
        self._side = side

    def __repr__(self) -> str:
        count = len(self._kept())
        return "1 kept drawing" if count == 1 else f"{count} kept drawings"

    def _ipython_display_(self) -> None:
        """Show nothing at the end of a notebook's cell: the pad itself says how many drawings are kept."""

    @property
    def strokes(self) -> list[list[np.ndarray]]:
        """The strokes of each drawing, as `to_image` takes them."""
        return [[np.array(stroke, dtype=float) for stroke in drawing["strokes"]] for drawing in self._kept()]

    @property
    def images(self) -> np.ndarray:
        """The drawings as images, of shape (n, pixels)."""
        return np.array([to_image(strokes, self._side) for strokes in self.strokes]).reshape(-1, self._side**2)

    @property
    def labels(self) -> np.ndarray:
        """The digits that they show, of shape (n,)."""
        return np.array([drawing["digit"] for drawing in self._kept()], dtype=np.int64)

    @staticmethod
    def _kept() -> list[dict]:
        return store.load(_RECORD).get("kept", [])

    def keep(self, strokes: Sequence[np.ndarray], digit: int) -> None:
        """Keep one more drawing.

        Parameters
        ----------
        strokes : sequence of ndarray of shape (n, 2)
            As for `to_image`.
        digit : int
            What it shows.
        """
        drawing = {"digit": digit, "strokes": [np.round(np.asarray(stroke, float), 3).tolist() for stroke in strokes]}
        store.update(_RECORD, lambda record: {"kept": [*record.get("kept", []), drawing]})

    def forget(self) -> None:
        """Forget all drawings."""
        store.update(_RECORD, lambda record: {"kept": []})

    def added_to(self, images: np.ndarray, labels: np.ndarray, copies: int = 10) -> tuple[np.ndarray, np.ndarray]:
        """Return a training set that also holds the kept drawings.

        Parameters
        ----------
        images : ndarray of shape (n, pixels)
            A training set.
        labels : ndarray of int, shape (n,)
            Its digits.
        copies : int
            How many times to add each drawing: a single one among a thousand images changes little.

        Returns
        -------
        images : ndarray of shape (n + copies * drawings, pixels)
            The images, then the drawings.
        labels : ndarray of int
            Their digits.
        """
        drawn = np.tile(self.images, (copies, 1)).astype(images.dtype)
        return np.concatenate([images, drawn]), np.concatenate([labels, np.tile(self.labels, copies)])
