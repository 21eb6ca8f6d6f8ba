"""A pad to draw digits on: the learner's own network reads them while they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.figure import Figure

from .. import data, store
from ..arrays import takes_lists
from ..figures.style import PAPER, WEIGHTS, bare, figure, limit_of
from .drawings import RECIPES, to_image
from .tool import Tool, effective_weights

Layers = Sequence[tuple[np.ndarray, np.ndarray]]
_RECORD = "drawings"
"""Strokes and their digit are kept with the learner's records: they serve later chapters, and both sizes of images."""


def _kept() -> list[dict]:
    return store.load(_RECORD).get("kept", [])


def _keep(strokes: Sequence[np.ndarray], digit: int) -> None:
    drawing = {"digit": digit, "strokes": [np.round(stroke, 3).tolist() for stroke in strokes]}
    store.update(_RECORD, lambda record: {"kept": [*record.get("kept", []), drawing]})


class Drawings:
    """The digits that the learner kept for training.

    Parameters
    ----------
    side : int
        Pixels along each axis of an image, 8 or 14.
    """

    def __init__(self, side: int) -> None:
        self._side = side

    @property
    def images(self) -> np.ndarray:
        """The drawings as images, of shape (n, pixels)."""
        images = [to_image(drawing["strokes"], self._side) for drawing in _kept()]
        return np.array(images).reshape(len(images), self._side**2)

    @property
    def labels(self) -> np.ndarray:
        """The digits that they show, of shape (n,)."""
        return np.array([drawing["digit"] for drawing in _kept()], dtype=np.int64)

    def added_to(self, images: np.ndarray, labels: np.ndarray, copies: int = 10) -> tuple[np.ndarray, np.ndarray]:
        """Return a training set that also holds the kept drawings.

        Parameters
        ----------
        images : ndarray of shape (n, pixels)
            A training set.
        labels : ndarray of int, shape (n,)
            Its digits.
        copies : int
            How often to add each drawing: a single one among a thousand images changes little.

        Returns
        -------
        images : ndarray of shape (n + copies * drawings, pixels)
            The images, then the drawings.
        labels : ndarray of int
            Their digits.
        """
        drawn = np.tile(self.images, (copies, 1)).astype(images.dtype)
        return np.concatenate([images, drawn]), np.concatenate([labels, np.tile(self.labels, copies)])


class Pad(Tool):
    """Reads drawings with the learner's function.

    Parameters
    ----------
    read : function
        ``weighted_sums`` for a weight matrix, ``forward`` for layers.
    network : ndarray or sequence of (weights, bias)
        What it reads with.
    softmax : function, optional
        Turns logits into predicted probabilities.
    """

    script = "pad.js"
    title = "Draw a digit"

    def __init__(self, read: Callable, network: np.ndarray | Layers, softmax: Callable | None = None) -> None:
        self._read, self._network, self._softmax = read, network, softmax
        self._one_layer = isinstance(network, np.ndarray)
        pixels = len(network if self._one_layer else network[0][0])
        sides = {side * side: side for side in RECIPES}
        if pixels not in sides:
            raise ValueError(f"A drawing becomes an image of 64 or 196 pixels; this network has {pixels} inputs.")
        self.side = sides[pixels]

    def logits_and_weights(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what the network computes for one image, and the weights that act on this image.

        Parameters
        ----------
        image : ndarray of shape (pixels,)
            0 is paper, 1 is ink.

        Returns
        -------
        logits : ndarray of shape (10,)
            The learner's function's.
        weights : ndarray of shape (pixels, 10)
            ``image @ weights`` gives the logits, except for the biases.
        """
        if self._one_layer:
            return np.asarray(self._read(image[None], self._network))[0], self._network
        logits, activations = self._read(self._network, image[None])
        return np.asarray(logits)[0], effective_weights(self._network, activations)

    def answer(self, question: dict, sent: bytes) -> dict:
        """Return the network's reading of what is drawn, and the votes of its pixels.

        ``kind`` is draw, keep (with ``digit``) or forget; ``lengths`` holds the number of points per stroke, and
        ``sent`` the points, x and y in turn.
        """
        ends = np.cumsum(question.get("lengths", []), dtype=int)
        points = np.frombuffer(sent if len(ends) else b"", np.float32).reshape(-1, 2)
        strokes = np.split(points, ends[:-1]) if len(points) else []
        if question.get("kind") == "keep" and strokes:
            _keep([stroke.astype(float) for stroke in strokes], int(question["digit"]))
        elif question.get("kind") == "forget":
            store.update(_RECORD, lambda record: {"kept": []})
        image = to_image(strokes, self.side)
        logits, weights = self.logits_and_weights(image)
        values = logits if self._softmax is None else np.asarray(self._softmax(logits[None]))[0]
        winner = int(values.argmax())
        return {
            "side": self.side,
            "image": image,
            "values": values,
            "percent": self._softmax is not None,
            "winner": winner if strokes else None,
            "votes": image * weights[:, winner],
            "caption": f"votes for {winner} (blue) and against it (orange)" if strokes else "votes: nothing drawn yet",
            "kept": len(_kept()),
            "said": self._in_words(values) if strokes else "Draw a digit from 0 to 9.",
        }

    def _in_words(self, values: np.ndarray) -> str:
        first, second = np.argsort(-values, kind="stable")[:2]
        if self._softmax is None:
            return f"Read as {first} with {values[first]:.1f}; next is {second} with {values[second]:.1f}."
        return f"Read as {first} with {values[first]:.0%}; next is {second} with {values[second]:.0%}."

    def still(self) -> tuple[Figure, str]:
        """Return one test image of each digit with its votes."""
        digits = data.digits8() if self.side == 8 else data.digits14()
        fig, axes = figure(2, 10, (7.8, 1.9))
        fig.suptitle("Pixels that vote for what is read (blue) and against it (orange)")
        read_as = []
        for digit, (above, below) in enumerate(axes.T):
            image = digits.test_images[digits.test_labels == digit][0]
            logits, weights = self.logits_and_weights(image)
            read_as.append(int(logits.argmax()))
            votes = (image * weights[:, read_as[-1]]).reshape(self.side, -1)
            bare(above).imshow(image.reshape(self.side, -1), cmap=PAPER, vmin=0, vmax=1)
            bare(below).imshow(votes, cmap=WEIGHTS, vmin=-limit_of(votes), vmax=limit_of(votes))
            below.set_xlabel(f"read as {read_as[-1]}", fontsize=9.5)
        right = sum(digit == read for digit, read in enumerate(read_as))
        return fig, (
            f"One test image for each digit from 0 to 9, and below it the pixels that voted for and against what the "
            f"network reads; {right} of 10 are read correctly. In a running notebook you can draw digits here."
        )


@takes_lists
def draw_digit(read: Callable, network: np.ndarray | Layers, softmax: Callable | None = None) -> Drawings:
    """Show a pad to draw digits on, which the learner's network reads while they are drawn.

    Parameters
    ----------
    read : function
        The learner's own: ``weighted_sums`` for a weight matrix, ``forward`` for layers.
    network : ndarray of shape (pixels, 10), or sequence of (weights, bias)
        A network with 64 or 196 inputs.
    softmax : function, optional
        The learner's own; with it the bars are predicted probabilities, without it they are weighted sums.

    Returns
    -------
    Drawings
        What the learner keeps for training.
    """
    pad = Pad(read, network, softmax)
    pad.show()
    return Drawings(pad.side)
