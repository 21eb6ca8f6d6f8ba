"""A landscape to walk in: the learner's own descent over a loss of two weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..figures.panels import chart, history, line
from ..results import as_layers, as_numbers, as_pair
from .tool import Tool, choice, control, shown, slider

Surface = tuple[Callable[[np.ndarray], float], tuple[float, float], tuple[float, float]]
_GRID = 61
_BANDS = 14
"""Heights are drawn in so many bands, whose edges are contour lines."""
_FAR = 1e6
"""A loss above this is called divergence."""
SURFACES: dict[str, Surface] = {
    "a long valley, convex": (lambda weights: 0.05 * weights[0] ** 2 + weights[1] ** 2, (-4, 4), (-4, 4)),
    # the squared error of two layers with one weight each, which should turn a 1 into a 1
    "two layers, not convex": (lambda weights: (weights[0] * weights[1] - 1.0) ** 2, (-3, 3), (-3, 3)),
}


@dataclass(eq=False)
class Landscape(Tool):
    """Show losses of two weights, with a ball that the learner's own descent moves.

    Parameters
    ----------
    momentum_step, numerical_gradient : function
        The learner's own, ``momentum_step(layers, gradients, velocity, learning_rate, momentum)`` and
        ``numerical_gradient(f, array)``.
    surfaces : mapping of str to (loss, (low, high), (low, high)), optional
        Losses of an array of two weights, with the range of each weight; two examples without it.
    """

    momentum_step: Callable
    numerical_gradient: Callable
    surfaces: Mapping[str, Surface] | None = None
    title = "A landscape to walk in"
    note = (
        "Bright is high. Drag the ball anywhere, or move it with the arrow keys. The arrow is the next step without "
        "momentum: learning rate times gradient, downhill."
    )

    def __post_init__(self) -> None:
        self.surfaces = self.surfaces or SURFACES
        self._bands = {name: _sampled(*surface) for name, surface in self.surfaces.items()}
        self.controls = [
            choice("surface", "loss", self.surfaces),
            control("button", "step", "Step"),
            control("button", "run", "Run", pause=130),
            control("button", "back", "Back to the start"),
            slider("rate", "learning rate", -2.5, 0.5, 0.1, 60, exponent=True),
            slider("momentum", "momentum", 0.0, 0.95, 0.0, 19),
        ]
        self.stills = [{"event": "walk", "values": {"surface": name, "rate": 0.05}} for name in self.surfaces]

    def draw(self, question: dict, surface: str, rate: float, momentum: float) -> dict:
        """Return the map with the path, and the losses."""
        event, (self._loss, x, y) = question.get("event"), self.surfaces[surface]
        if event in (None, "surface", "back", "walk"):  # the first question has no event; the ball is near a corner
            self._place([low + share * (high - low) for (low, high), share in zip((x, y), (0.08, 0.75), strict=True)])
        elif event == "place":
            self._place(question["at"])
        for _ in range({"step": 1, "run": 1, "walk": 40}.get(event, 0)):
            self._move(rate, momentum)
        count, (first, second), loss = len(self.path) - 1, self.path[-1], self.losses[-1]
        steps, far = "1 step" if count == 1 else f"{count} steps", not loss < _FAR
        said = f"After {steps}: weights {first:.2f} and {second:.2f}, loss {loss:.4g}.".replace("-", "−")
        if far:
            said = f"After {steps} the loss has passed {_FAR:,.0f}: the descent diverged."
        dots = [*((*place, "black", 2.5) for place in self.path[:-1]), (first, second, "series-4", 8)]
        arrows = [] if far else [(first, second, *(self.path[-1] - rate * self._gradient()), "black")]
        bands = {"values": self._bands[surface], "scale": "loss", "low": 0, "high": _BANDS - 1}
        place = {"name": "place", "drag": True, "at": (first, second), "help": "Arrow keys move the ball."}
        more = {"map": bands, "pointer": place, "said": said, "width": 410, "height": 390}
        axes, path = (("first weight", *x), ("second weight", *y)), line(*np.transpose(self.path), color="black")
        steps = ("step", 0, max(20, count))
        fall = history("loss per step", steps, "loss", {"": self.losses}, 1e-3, _FAR, width=300)
        panels = [chart(surface, *axes, [path], dots, arrows, **more), fall]
        return {"panels": panels, "said": said, "ended": far}

    def _place(self, at: np.ndarray) -> None:
        """Put the ball somewhere, at rest."""
        self.path, self._velocity = [np.array(at, dtype=float)], [(np.zeros((2, 1)), np.zeros(1))]
        self.losses = [float(self._loss(self.path[0]))]

    def _gradient(self) -> np.ndarray:
        return as_numbers(self.numerical_gradient(self._loss, self.path[-1]), (2,), self.numerical_gradient)

    def _move(self, rate: float, momentum: float) -> None:
        """Move the ball by one step of the learner's descent, unless it is too far away."""
        if not self.losses[-1] < _FAR:
            return
        layers, gradients = [[(array.reshape(2, 1), np.zeros(1))] for array in (self.path[-1], self._gradient())]
        moved = self.momentum_step(layers, gradients, self._velocity, rate, momentum)
        after, velocity = as_pair(moved, self.momentum_step, "layers and velocity")
        (((weights, _),), self._velocity) = (as_layers(one, layers, self.momentum_step) for one in (after, velocity))
        self.path.append(weights.ravel())
        self.losses.append(float(self._loss(self.path[-1])))


def _sampled(loss: Callable, x: tuple[float, float], y: tuple[float, float]) -> np.ndarray:
    """Return the band of each height; rows begin at the highest second weight."""
    found = np.array([[loss(np.array([a, b])) for a in np.linspace(*x, _GRID)] for b in np.linspace(*y, _GRID)])
    edges = np.quantile(found, np.linspace(0, 1, _BANDS + 1)[1:-1])
    return np.searchsorted(edges, found[::-1]).astype(np.uint8)


walk_landscape = shown(Landscape, "walk_landscape")
