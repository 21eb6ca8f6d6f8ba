"""A plane to divide: a small network between two classes of points, with the learner's own forward pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import takes_lists
from ..lent.given_training import given_train
from .panels import chart, choice, control, heights, images, line, slider
from .tool import Tool

EDGE = 2.0
"""The plane reaches from minus this to this on both axes."""
_GRID, _SMALL = 61, 25
_LIMIT = 8.0
"""A difference of logits of this magnitude is drawn in the strongest color."""
_WEIGHTS = ("weight of input 1", "weight of input 2", "bias", "output weight")
_HANDS = ("moves the line", "adds a blue point", "adds an orange point")


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
    """Divides a plane with the learner's functions; ``seed`` draws points, first weights and the order of training."""

    title = "A plane to divide"
    makes = "labkit.divide_plane"
    note = (
        "Each line is where a hidden neuron's weighted sum plus bias is zero; its arrow points to the side where the "
        "neuron is active. Dashed: its output weight is negative. Choose a neuron by its image, then drag its line."
    )
    stills = ({}, {"event": "long"})

    def __init__(self, forward: Callable, train: Callable, hidden: int, points: str, seed: int) -> None:
        if points not in POINTS:
            raise ValueError(f"points is one of {', '.join(POINTS)}, not {points!r}")
        self._forward, self._train, self._hidden, self._seed = forward, train, hidden, seed
        self.controls = [
            control("button", "train", "Train", pause=60),
            control("button", "begin", "New weights"),
            slider("rate", "learning rate", -2.0, 0.0, 0.1, 20, exponent=True),
            choice("points", "points", [*POINTS, "none"], points),
            choice("hand", "a click", _HANDS),
            *(slider(name, name, -4.0, 4.0, 0.0, 160, beside=True) for name in _WEIGHTS),
        ]

    def _begin(self) -> None:
        """Draw new weights by He's rule; the biases are small random values, so that no two lines meet in one point."""
        rng, hidden = self._rng, self._hidden
        first = rng.normal(0, 1, (2, hidden)), rng.normal(0, 0.5, hidden)
        self.layers, self._epochs = [first, (rng.normal(0, np.sqrt(2 / hidden), (hidden, 2)), np.zeros(2))], 0

    def _set_points(self, name: str) -> None:
        empty = np.empty((0, 2)), np.empty(0, dtype=int)
        self.points, self.labels = empty if name == "none" else POINTS[name](self._rng, 120)

    def _train_for(self, epochs: int, rate: float) -> None:
        """Train with the learner's function, in batches of 20."""
        settings = {"epochs": epochs, "batch_size": 20, "learning_rate": rate, "rng": self._rng}
        if len(self.points):
            self.layers, _ = self._train(self.layers, self.points, self.labels, **settings)
            self._epochs += epochs

    def neuron(self, k: int) -> list[float]:
        """Return the numbers that `_WEIGHTS` names, of one hidden neuron."""
        (weights, biases), (outputs, _) = self.layers
        return [*map(float, weights[:, k]), float(biases[k]), float(outputs[k, 1] - outputs[k, 0])]

    def _set_neuron(self, k: int, first: float, second: float, bias: float, out: float) -> None:
        (weights, biases), (outputs, last) = ((np.array(w, float), np.array(b, float)) for w, b in self.layers)
        weights[:, k], biases[k], outputs[k] = (first, second), bias, (-out / 2, out / 2)
        self.layers = [(weights, biases), (outputs, last)]

    def draw(self, question: dict, sent: bytes, rate: float, points: str, hand: str, **weights: float) -> dict:
        """Return the plane as the network divides it, and each hidden neuron's part of it."""
        event = question.get("event")
        if event is None:  # the figure opens
            self._rng, self._chosen = np.random.default_rng(self._seed), 0
            self._set_points(points)
            self._begin()
        elif event == "points":
            self._set_points(points)
        elif event == "begin":
            self._begin()
        elif event in ("train", "long"):
            self._train_for(2 if event == "train" else 200, rate)
        elif event == "pick":
            self._chosen = question["index"]
        elif event in _WEIGHTS:
            self._set_neuron(self._chosen, *(weights[name] for name in _WEIGHTS))
        elif event == "place":
            self._touch(np.clip(question["at"], -EDGE, EDGE), _HANDS.index(hand), question.get("passing", False))
        said = self._in_words()
        values = dict(zip(_WEIGHTS, self.neuron(self._chosen), strict=True))
        panels = [self._map(hand, said), self._neurons()]
        return {"panels": panels, "said": said, "values": values, "ended": not len(self.points)}

    def _touch(self, at: np.ndarray, hand: int, passing: bool) -> None:
        """Move the chosen neuron's line to a place, or add a point there unless the hand only passes it."""
        if hand:
            if not passing:  # a key pressed before the page has heard that clicks add points
                self.points, self.labels = np.concatenate([self.points, [at]]), np.append(self.labels, 2 - hand)
            return
        first, second, _, out = self.neuron(self._chosen)
        self._set_neuron(self._chosen, first, second, -(first * at[0] + second * at[1]), out)

    def differences(self, points: np.ndarray) -> np.ndarray:
        """Return how much the logit of the blue class exceeds the other, for each point of shape (n, 2)."""
        logits = np.asarray(self._forward(self.layers, points)[0])
        return logits[:, 1] - logits[:, 0]

    def _map(self, hand: str, said: str) -> dict:
        dots = [
            (x, y, "positive" if label else "negative", 4.5)
            for (x, y), label in zip(self.points, self.labels, strict=True)
        ]
        lines, arrows = [], []
        for k in range(self._hidden):
            first, second, bias, out = self.neuron(k)
            norm = np.hypot(first, second)
            if norm > 1e-6:
                foot, toward = np.array([[first], [second]]) * (-bias / norm**2), np.array([first, second]) / norm
                x, y = foot + np.outer([-toward[1], toward[0]], [-9.0, 9.0])
                lines.append(line(x, y, color="black") | {"dashed": out < 0, "strong": k == self._chosen})
                end = foot[:, 0] + (0.5 if k == self._chosen else 0.25) * toward
                arrows.append((*foot[:, 0], *end, "black"))
        where = {"name": "place", "drag": hand == _HANDS[0], "help": f"Arrow keys move a cursor; Enter {hand} there."}
        extent, size = (-EDGE, EDGE), {"width": 420, "height": 410}
        behind = heights(self.differences(_grid(_GRID)).reshape(_GRID, _GRID), "plane", -_LIMIT, _LIMIT)
        more = size | {"map": behind, "arrows": arrows, "pointer": where, "said": said}
        return chart("The plane", ("input 1", "input 2"), extent, extent, lines, dots, **more)

    def _neurons(self) -> dict:
        """Return what each hidden neuron adds, over the plane."""
        active = np.asarray(self._forward(self.layers, _grid(_SMALL))[1][1])
        signed = active.T * np.sign([[self.neuron(k)[3]] for k in range(self._hidden)])
        named = {str(k): one for k, one in enumerate(signed)}
        return images("Hidden neuron", named, width=58, pick="pick", marked=self._chosen, beside=True)

    def _in_words(self) -> str:
        if not len(self.points):
            return "No points: add some of both classes."
        right = int(np.sum((self.differences(self.points) > 0) == self.labels))
        return f"{self._epochs} epochs: {right} of {len(self.points)} points are on their side of the boundary."


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
