"""A plane to divide: a small network between two classes of points, with the learner's own forward pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from ..arrays import takes_lists
from ..figures.style import NEGATIVE, POSITIVE, WEIGHTS, figure
from ..lent.given_training import given_train
from .tool import Tool

EDGE = 2.0
"""The plane reaches from minus this to this on both axes."""
_GRID, _SMALL = 61, 25
_LIMIT = 8.0
"""A difference of logits of this magnitude is drawn in the strongest color."""


def moons(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two half-circles that reach into each other."""
    labels = np.arange(n) % 2
    angles = rng.uniform(0, np.pi, n) + np.pi * labels
    points = np.column_stack([np.cos(angles) + labels - 0.5, np.sin(angles) + 0.5 * labels - 0.25])
    return points + rng.normal(0, 0.1, points.shape), labels


def rings(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a disk and a ring around it."""
    labels, angles = np.arange(n) % 2, rng.uniform(0, 2 * np.pi, n)
    radii = np.where(labels == 1, rng.uniform(0, 0.6, n), rng.uniform(1.1, 1.6, n))
    return np.column_stack([radii * np.cos(angles), radii * np.sin(angles)]), labels


def xor(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points whose class is told by the product of their coordinates."""
    points = rng.uniform(-1.6, 1.6, (n, 2))
    points += 0.15 * np.sign(points)
    return points, (points.prod(axis=1) > 0).astype(int)


POINTS = {"moons": moons, "rings": rings, "XOR": xor}


class Plane(Tool):
    """Divides a plane with the learner's functions.

    Parameters
    ----------
    forward, train : function
        The learner's own.
    hidden : int
        Hidden neurons.
    points : str
        A name in `POINTS`.
    seed : int
        Draws points, the first weights and the order of training.
    """

    script = "plane.js"
    title = "A plane to divide"

    def __init__(self, forward: Callable, train: Callable, hidden: int, points: str, seed: int) -> None:
        if points not in POINTS:
            raise ValueError(f"points is one of {', '.join(POINTS)}, not {points!r}")
        self._forward, self._train, self._hidden = forward, train, hidden
        self._rng, self._epochs = np.random.default_rng(seed), 0
        self.points, self.labels = POINTS[points](self._rng, 120)
        self.begin()

    def begin(self) -> None:
        """Draw new weights by He's rule; the biases are small random values, so that no two lines meet in one point."""
        rng, hidden = self._rng, self._hidden
        first = rng.normal(0, 1, (2, hidden)), rng.normal(0, 0.5, hidden)
        self.layers, self._epochs = [first, (rng.normal(0, np.sqrt(2 / hidden), (hidden, 2)), np.zeros(2))], 0

    def answer(self, question: dict, sent: bytes) -> dict:
        """Return the plane as the network divides it.

        ``kind`` is points (with ``name``), add (``at``, ``label``), clear, begin, train (``epochs``, ``rate``) or
        weights (``neuron`` and its ``values``: two weights, a bias and an output weight).
        """
        kind = question.get("kind")
        if kind == "points":
            self.points, self.labels = POINTS[question["name"]](self._rng, 120)
        elif kind == "add":
            self.points = np.concatenate([self.points, [np.clip(question["at"], -EDGE, EDGE)]])
            self.labels = np.append(self.labels, int(question["label"]))
        elif kind == "clear":
            self.points, self.labels = np.empty((0, 2)), np.empty(0, dtype=int)
        elif kind == "begin":
            self.begin()
        elif kind == "train" and len(self.points):
            self.train(int(question["epochs"]), question["rate"])
        elif kind == "weights":
            self._set(int(question["neuron"]), *question["values"])
        return self._drawn()

    def train(self, epochs: int, rate: float) -> None:
        """Train with the learner's function, in batches of 20."""
        settings = {"epochs": epochs, "batch_size": 20, "learning_rate": rate, "rng": self._rng}
        self.layers, _ = self._train(self.layers, self.points, self.labels, **settings)
        self._epochs += epochs

    def _set(self, neuron: int, first: float, second: float, bias: float, out: float) -> None:
        (weights, biases), (outputs, last) = ((np.array(w, float), np.array(b, float)) for w, b in self.layers)
        weights[:, neuron], biases[neuron], outputs[neuron] = (first, second), bias, (-out / 2, out / 2)
        self.layers = [(weights, biases), (outputs, last)]

    def differences(self, points: np.ndarray) -> np.ndarray:
        """Return how much the logit of the blue class exceeds the other, for each point of shape (n, 2)."""
        logits = np.asarray(self._forward(self.layers, points)[0])
        return logits[:, 1] - logits[:, 0]

    def _drawn(self) -> dict:
        (weights, biases), (outputs, _) = self.layers
        neurons = np.asarray(self._forward(self.layers, _grid(_SMALL))[1][1])
        neurons = neurons * np.sign(outputs[:, 1] - outputs[:, 0])
        return {
            "edge": EDGE,
            "sets": list(POINTS),
            "map": self.differences(_grid(_GRID)).reshape(_GRID, _GRID),
            "limit": _LIMIT,
            "points": self.points,
            "labels": self.labels.astype(np.uint8),
            "neurons": neurons.T.reshape(-1, _SMALL, _SMALL),
            "weights": [[*weights[:, k], biases[k], outputs[k, 1] - outputs[k, 0]] for k in range(weights.shape[1])],
            "said": self._in_words(),
        }

    def _in_words(self) -> str:
        if not len(self.points):
            return "No points: add some of both classes."
        right = int(np.sum((self.differences(self.points) > 0) == self.labels))
        return f"{self._epochs} epochs: {right} of {len(self.points)} points are on their side of the boundary."

    def still(self) -> tuple[Figure, str]:
        """Return the plane before and after a training; the network itself stays untrained."""
        fig, axes = figure(1, 2, (7.8, 3.9))
        layers, said = self.layers, []
        for ax, title in zip(axes, ("before training", "after 200 epochs"), strict=True):
            if ax is axes[1]:
                self.train(200, 0.1)
            heights = self.differences(_grid(_GRID)).reshape(_GRID, _GRID)
            shown = {"cmap": WEIGHTS, "vmin": -_LIMIT, "vmax": _LIMIT, "alpha": 0.7}
            ax.imshow(heights, extent=(-EDGE, EDGE) * 2, **shown)
            for label, color, marker in ((1, POSITIVE, "o"), (0, NEGATIVE, "s")):
                ax.plot(
                    *self.points[self.labels == label].T, marker, color=color, markeredgecolor="white", markersize=5
                )
            (weights, biases), _ = self.layers
            reach = np.array([-9.0, 9.0])
            for (first, second), bias in zip(np.asarray(weights).T, biases, strict=True):
                foot, along = -bias * np.array([first, second]) / (first**2 + second**2), np.array([-second, first])
                ax.plot(*(foot[:, None] + np.outer(along / np.hypot(*along), reach)), color="#17171a", linewidth=1)
            ax.set(title=title, xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE))
            said.append(f"{title.capitalize()}: {self._in_words()}")
        self.layers, self._epochs = layers, 0
        return fig, f"Points of two classes, divided by a network; the lines are its hidden neurons. {' '.join(said)}"


def _grid(count: int) -> np.ndarray:
    """Return places row by row from the top left, as an image has its pixels."""
    along = np.linspace(-EDGE, EDGE, count)
    return np.column_stack([np.tile(along, count), np.repeat(along[::-1], count)])


@takes_lists
def divide_plane(
    forward: Callable, train: Callable | None = None, hidden: int = 4, points: str = "moons", seed: int = 0
) -> None:
    """Show a plane that a small network divides, whose weights the learner moves or trains.

    Parameters
    ----------
    forward : function
        The learner's own.
    train : function, optional
        The learner's own; the given trainer without it.
    hidden : int
        Hidden neurons.
    points : str
        ``"moons"``, ``"rings"`` or ``"XOR"``.
    seed : int
        Draws points and weights.
    """
    Plane(forward, train or given_train, hidden, points, seed).show()
