"""A plane to divide: a small network between two classes of points, with the learner's own forward pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..figures.panels import chart, images, line
from ..lent.given_training import given_train
from ..points import POINTS
from ..results import Layers, run_forward, run_train
from .tool import Tool, choice, control, shown, slider

EDGE = 2.0
"""The plane reaches from minus this to this on both axes."""
_GRID = 41
_LIMIT = 8.0
"""A difference of logits of this magnitude is drawn in the strongest color."""
WEIGHTS = ("weight of input 1", "weight of input 2", "bias", "output weight")
"""The numbers of a hidden neuron."""
_HANDS = ("moves the line", "adds a blue point", "adds an orange point")


@dataclass(eq=False)
class Plane(Tool):
    """Show a plane that a small network divides, whose weights the learner moves or trains.

    Parameters
    ----------
    forward, train : function
        The learner's own; the given trainer without ``train``.
    hidden : int
        Hidden neurons.
    points : str
        ``"moons"``, ``"rings"`` or ``"XOR"``.
    """

    forward: Callable
    train: Callable = given_train
    hidden: int = 4
    points: str = "moons"
    title = "A plane to divide"
    note = (
        "Each line is where a hidden neuron's weighted sum plus bias is zero; its arrow points to the side where the "
        "neuron is active. Dashed: its output weight is negative. Choose a neuron by its image, then drag its line."
    )
    stills = ({}, {"event": "long"})

    def __post_init__(self) -> None:
        if self.points not in POINTS:
            raise ValueError(f"points is one of {', '.join(POINTS)}, not {self.points!r}")
        self.controls = [
            control("button", "train", "Train", pause=60),
            control("button", "begin", "New weights"),
            slider("rate", "learning rate", -2.0, 0.0, 0.1, 20, exponent=True),
            choice("points", "points", [*POINTS, "none"], self.points),
            choice("hand", "a click", _HANDS),
            *(slider(name, name, -4.0, 4.0, 0.0, 160, beside=True) for name in WEIGHTS),
        ]

    @property
    def layers(self) -> Layers:
        """The network. Only the difference of its two logits counts, so each output weight is shared between them."""
        *weights, biases, outputs = self.neurons
        halves = np.array([-0.5, 0.5])
        return [(np.array(weights), biases), (np.outer(outputs, halves), self._last_bias * halves)]

    @layers.setter
    def layers(self, layers: Layers) -> None:
        (weights, biases), (outputs, last) = layers
        self.neurons = np.vstack([weights, biases, np.diff(outputs)[:, 0]])  # a row for each of `WEIGHTS`
        self._last_bias = float(last[1] - last[0])

    def _begin(self) -> None:
        """Draw new weights by He's rule; the biases are small random values, so that no two lines meet in one point."""
        rng, hidden = self._rng, self.hidden
        first = rng.normal(0, 1, (2, hidden)), rng.normal(0, 0.5, hidden)
        self.layers, self._epochs = [first, (rng.normal(0, np.sqrt(2 / hidden), (hidden, 2)), np.zeros(2))], 0

    def _set_points(self, name: str) -> None:
        empty = np.empty((0, 2)), np.empty(0, dtype=int)
        self.places, self.labels = empty if name == "none" else POINTS[name](self._rng, 120)

    def _train_for(self, epochs: int, rate: float) -> None:
        """Train with the learner's function, in batches of 20."""
        settings = {"epochs": epochs, "batch_size": 20, "learning_rate": rate, "rng": self._rng}
        if len(self.places):
            self.layers, _ = run_train(self.train, self.layers, self.places, self.labels, **settings)
            self._epochs += epochs

    def draw(self, question: dict, rate: float, points: str, hand: str, **weights: float) -> dict:
        """Return the plane as the network divides it, and each hidden neuron's part of it."""
        event = question.get("event")
        if event is None:  # the figure opens
            self._rng, self._chosen = np.random.default_rng(0), 0
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
        elif event in WEIGHTS:  # only this one: the others may still be those of a neuron chosen before
            self.neurons[WEIGHTS.index(event), self._chosen] = weights[event]
        elif event == "place":
            self._touch(np.clip(question["at"], -EDGE, EDGE), _HANDS.index(hand), question.get("passing", False))
        said = self._in_words()
        values = dict(zip(WEIGHTS, self.neurons[:, self._chosen].tolist(), strict=True))
        return {"panels": self._panels(hand, said), "said": said, "values": values, "ended": not len(self.places)}

    def _touch(self, at: np.ndarray, hand: int, passing: bool) -> None:
        """Move the chosen neuron's line to a place, or add a point there unless the hand only passes it."""
        if not hand:
            self.neurons[2, self._chosen] = -at @ self.neurons[:2, self._chosen]
        elif not passing:  # a key pressed before the page has heard that clicks add points
            self.places, self.labels = np.concatenate([self.places, [at]]), np.append(self.labels, 2 - hand)

    def differences(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how much the logit of the blue class exceeds the other, and the outputs of the hidden layer."""
        logits, (_, hidden) = run_forward(self.forward, self.layers, places, finite=False)
        return logits[:, 1] - logits[:, 0], hidden

    def _panels(self, hand: str, said: str) -> list[dict]:
        along = np.linspace(-EDGE, EDGE, _GRID)
        # row by row from the top left, as an image has its pixels
        behind, hidden = self.differences(np.column_stack([np.tile(along, _GRID), np.repeat(along[::-1], _GRID)]))
        pairs = zip(self.places.tolist(), self.labels, strict=True)
        dots = [(*place, "positive" if label else "negative", 4.5) for place, label in pairs]
        lines, arrows = zip(*map(self._half_plane, range(self.hidden)), strict=True)
        colors = {"values": np.nan_to_num(behind).reshape(_GRID, _GRID), "scale": "plane"}
        place = {"name": "place", "drag": hand == _HANDS[0], "help": f"Arrow keys move a cursor; Enter {hand} there."}
        more = {"pointer": place, "said": said, "width": 420, "height": 410}
        more |= {"map": colors | {"low": -_LIMIT, "high": _LIMIT}}
        axes = [(name, -EDGE, EDGE) for name in ("input 1", "input 2")]
        plane = chart("The plane", *axes, lines, dots, arrows, **more)
        parts = hidden.T * np.sign(self.neurons[3])[:, None]
        return [plane, images("Hidden neuron", parts, width=58, pick="pick", marked=self._chosen, beside=True)]

    def _half_plane(self, k: int) -> tuple[dict, tuple]:
        """Return the line where a hidden neuron's sum is zero, and an arrow to the side where it is active."""
        first, second, bias, out = self.neurons[:, k]
        norm, chosen = np.hypot(first, second) or 1e-9, k == self._chosen
        toward = np.array([first, second]) / norm
        foot = -bias / norm * toward
        ends = foot + np.outer([-4 * EDGE, 4 * EDGE], [-toward[1], toward[0]])
        border = line(*ends.T, color="black", style=int(out < 0), width=2.5 if chosen else 1)
        return border, (*foot, *(foot + (0.5 if chosen else 0.25) * toward), "black")

    def _in_words(self) -> str:
        if not len(self.places):
            return "No points: add some of both classes."
        if not np.isfinite(self.neurons).all():
            return (
                "Training diverged: some weights are no longer finite. Lower the learning rate, then take new weights."
            )
        right = int(np.sum((self.differences(self.places)[0] > 0) == self.labels))
        return f"{self._epochs} epochs: {right} of {len(self.places)} points are on their side of the boundary."


divide_plane = shown(Plane, "divide_plane")
