"""A plane to divide: a small network between two classes of points, with the learner's own forward pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..figures.panels import chart, grid, heights, images, line
from ..half_planes import NUMBERS, HalfPlanes
from ..lent.given_training import given_train
from ..points import POINTS
from ..results import run_train
from .tool import Tool, choice, control, shown, slider

EDGE = 2.0
"""The plane reaches from minus this to this on both axes."""
_GRID = 41
_LIMIT = 8.0
"""A difference of logits of this magnitude is drawn in the strongest colour."""
_HANDS = ("moves the line", "adds a blue point", "adds an orange point")


@dataclass(eq=False)
class Plane(Tool):
    """Show a plane that a small network divides, whose weights the learner moves or trains.

    Parameters
    ----------
    forward, train : function
        The learner's own; without ``train``, `labkit.lent.given_training.given_train`.
    hidden : int
        Hidden neurons.
    points : str
        ``"moons"``, ``"rings"``, ``"XOR"`` or ``"none"``.
    """

    forward: Callable
    train: Callable = given_train
    hidden: int = 4
    points: str = "moons"
    title = "A plane to divide"
    note = (
        "On each line a hidden neuron's weighted sum plus bias is zero; the arrow points to the side where the neuron "
        "is active. A dashed line means a negative output weight. The thick line belongs to the neuron whose image is "
        "framed."
    )
    when_live = "Choose a neuron by its image, then drag its line."
    stills = ({}, {"event": "long"})

    def __post_init__(self) -> None:
        if self.points not in POINTS:
            raise ValueError(f"points must be one of {', '.join(POINTS)}, not {self.points!r}")
        self.controls = [
            control("button", "train", "Train", pause=60),
            control("button", "begin", "New weights"),
            slider("rate", "learning rate", -2.0, 0.0, 0.1, 20, exponent=True),
            choice("points", "points", POINTS, self.points),
            choice("hand", "a click", _HANDS),
            *(slider(name, name, -4.0, 4.0, 0.0, 160, beside=True) for name in NUMBERS),
        ]

    def draw(self, question: dict, rate: float, points: str, hand: str, **weights: float) -> dict:
        """Return the plane as the network divides it, and each hidden neuron's part of it."""
        event = question.get("event")
        if event is None:  # the figure has just opened
            self._rng, self._chosen = np.random.default_rng(0), 0
        if event in (None, "points"):
            self.places, self.labels = POINTS[points](self._rng, 120)
        if event in (None, "begin"):
            self.network, self._epochs = HalfPlanes(self.hidden, self._rng), 0
        if event in ("train", "long") and len(self.places):
            settings = {"epochs": 2 if event == "train" else 200, "batch_size": 20, "learning_rate": rate}
            examples = self.places, self.labels
            self.network.layers, _ = run_train(self.train, self.network.layers, *examples, rng=self._rng, **settings)
            self._epochs += settings["epochs"]
        elif event == "pick":
            self._chosen = question["index"]
        elif event in NUMBERS:  # only this value: the others may still belong to a neuron chosen before
            self.network.neurons[NUMBERS.index(event), self._chosen] = weights[event]
        elif event == "place" and hand == _HANDS[0]:
            self.network.move(self._chosen, np.clip(question["at"], -EDGE, EDGE))
        elif event == "place" and not question.get("passing"):  # dragging must not leave a trail of points
            self.places = np.concatenate([self.places, [np.clip(question["at"], -EDGE, EDGE)]])
            self.labels = np.append(self.labels, 2 - _HANDS.index(hand))
        said = self._in_words()
        values = dict(zip(NUMBERS, self.network.neurons[:, self._chosen].tolist(), strict=True))
        return {"panels": self._panels(hand, said), "said": said, "values": values, "ended": not len(self.places)}

    def _panels(self, hand: str, said: str) -> list[dict]:
        ends = (-EDGE, EDGE)
        behind, hidden = self.network.differences(self.forward, grid(ends, ends, _GRID))
        pairs = zip(self.places.tolist(), self.labels, strict=True)
        dots = [(*place, "positive" if label else "negative", 4.5) for place, label in pairs]
        borders, arrows = zip(*map(self._half_plane, range(self.hidden)), strict=True)
        drag = hand == _HANDS[0]
        keys = "Arrow keys move the line." if drag else f"Arrow keys move a cursor; Enter {hand} there."
        place = {"name": "place", "drag": drag, "help": keys}
        more = {"map": heights(behind, "plane", -_LIMIT, _LIMIT), "pointer": place, "width": 420, "height": 410}
        axes, lines = (("first input", *ends), ("second input", *ends)), [*borders, *arrows]
        plane = chart(f"The plane after {self._epochs} epochs", *axes, lines, dots, said=said, **more)
        parts = hidden.T * np.sign(self.network.neurons[3])[:, None]
        return [plane, images("Hidden neuron", parts, width=58, pick="pick", marked=self._chosen, beside=True)]

    def _half_plane(self, k: int) -> tuple[dict, dict]:
        """Return the line where a hidden neuron's sum is zero, and an arrow to the side where it is active."""
        (foot, toward), chosen = self.network.border(k), k == self._chosen
        ends = foot + np.outer([-4 * EDGE, 4 * EDGE], [-toward[1], toward[0]])
        border = line(*ends.T, color="black", style=int(self.network.neurons[3, k] < 0), width=2.5 if chosen else 1)
        arrow = [foot, foot + (0.5 if chosen else 0.25) * toward]
        return border, line(*np.transpose(arrow), color="black", arrow=True)

    def _in_words(self) -> str:
        if not len(self.places):
            return "No points: add some of both classes."
        if not np.isfinite(self.network.neurons).all():
            return (
                "Training diverged: some weights are no longer finite. Lower the learning rate, then press New weights."
            )
        right = int(np.sum((self.network.differences(self.forward, self.places)[0] > 0) == self.labels))
        points = "point is" if len(self.places) == 1 else "points are"
        return f"{self._epochs} epochs: {right} of {len(self.places)} {points} classified correctly."


divide_plane = shown(Plane, "divide_plane")
