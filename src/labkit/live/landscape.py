"""A landscape to walk in: the learner's own descent over a loss of two weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..figures.panels import bands, chart, history, line
from ..walk import FAR, SURFACES, Surface, Walk
from .tool import Tool, choice, control, shown, slider


@dataclass(eq=False)
class Landscape(Tool):
    """Show losses of two weights, with a ball that the learner's own descent moves.

    Parameters
    ----------
    momentum_step, numerical_gradient : function
        The learner's own, ``momentum_step(layers, gradients, velocity, learning_rate, momentum)`` and
        ``numerical_gradient(f, array)``.
    surfaces : mapping of str to (loss, (low, high), (low, high)), optional
        Losses of an array of two weights, with the range of each weight; by default two examples.
    """

    momentum_step: Callable
    numerical_gradient: Callable
    surfaces: Mapping[str, Surface] = field(default_factory=lambda: SURFACES)
    title = "A landscape to walk in"
    note = "Bright means a high loss."
    when_live = "The arrow is the next step without momentum. Drag the ball anywhere, or move it with the arrow keys."

    def __post_init__(self) -> None:
        self._maps = {name: bands(*surface) for name, surface in self.surfaces.items()}
        self._start: Sequence[float] | None = None
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
        event, (loss, *ranges) = question.get("event"), self.surfaces[surface]
        if event in (None, "surface", "back", "walk", "place"):  # the browser's first question has no event
            corner = [low + share * (high - low) for (low, high), share in zip(ranges, (0.08, 0.75), strict=True)]
            if event != "back" or self._start is None:
                self._start = question.get("at", corner)
            self.walk = Walk(self.momentum_step, self.numerical_gradient, loss, self._start)
        for _ in range({"step": 1, "run": 1, "walk": 40}.get(event, 0)):
            self.walk.step(rate, momentum)
        path, losses, count = self.walk.path, self.walk.losses, len(self.walk.path) - 1
        steps, (first, second) = "1 step" if count == 1 else f"{count} steps", path[-1]
        said = f"After {steps}: weights {first:z.2f} and {second:z.2f}, loss {losses[-1]:.4g}.".replace("-", "−")
        if self.walk.diverged:
            said = f"After {steps} the loss has passed {FAR:,.0f}: the descent diverged."
        if event == "walk":  # the still figure shows several surfaces
            said = f"{surface[0].upper()}{surface[1:]}. {said}"
        lines = [line(*np.transpose(path), color="black")]
        if not self.walk.diverged:
            arrow = [path[-1], path[-1] - rate * self.walk.gradient()]
            lines.append(line(*np.transpose(arrow), color="black", arrow=True))
        dots = [*((*place, "black", 2.5) for place in path[:-1]), (first, second, "series-4", 8)]
        place = {"name": "place", "drag": True, "at": (first, second), "help": "Arrow keys move the ball."}
        more = {"map": self._maps[surface], "pointer": place, "said": said, "width": 410, "height": 390}
        axes = [(name, *ends) for name, ends in zip(("first weight", "second weight"), ranges, strict=True)]
        fall = ("step", 0, max(20, count)), "loss", {"": losses}, 1e-3, FAR
        panels = [chart(surface, *axes, lines, dots, **more), history("loss by step", *fall, width=300)]
        return {"panels": panels, "said": said, "ended": self.walk.diverged}


walk_landscape = shown(Landscape, "walk_landscape")
