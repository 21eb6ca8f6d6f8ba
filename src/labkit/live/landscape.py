"""A landscape to walk in: the learner's own descent over a loss of two weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.figure import Figure

from ..arrays import takes_lists
from ..figures.style import NEGATIVE, POSITIVE, figure
from .tool import Tool

Surface = tuple[Callable[[np.ndarray], float], tuple[float, float], tuple[float, float]]
_GRID = 61
_BANDS = 14
"""Heights are drawn in so many bands, whose edges are contour lines."""
_FAR = 1e6
"""A loss above this is called divergence."""


def long_valley(weights: np.ndarray) -> float:
    """Return a convex loss: 20 times as steep along the second weight as along the first."""
    return 0.05 * weights[0] ** 2 + 1.0 * weights[1] ** 2


def two_layers(weights: np.ndarray) -> float:
    """Return the squared error of two layers with one weight each, which should turn a 1 into a 1."""
    return (weights[0] * weights[1] - 1.0) ** 2


SURFACES: dict[str, Surface] = {
    "a long valley, convex": (long_valley, (-4, 4), (-4, 4)),
    "two layers, not convex": (two_layers, (-3, 3), (-3, 3)),
}


class Landscape(Tool):
    """Walks over losses with the learner's functions.

    Parameters
    ----------
    momentum_step, numerical_gradient : function
        The learner's own.
    surfaces : mapping of str to (loss, (low, high), (low, high))
        Losses of an array of two weights, with the range of each weight.
    """

    script = "landscape.js"
    title = "A landscape to walk in"

    def __init__(
        self, momentum_step: Callable, numerical_gradient: Callable, surfaces: Mapping[str, Surface] | None = None
    ) -> None:
        self._step, self._gradient = momentum_step, numerical_gradient
        self.surfaces = dict(surfaces or SURFACES)
        self._name = next(iter(self.surfaces))
        self._heights = {name: self._sampled(*surface) for name, surface in self.surfaces.items()}
        self.place(None)

    def place(self, at: np.ndarray | None) -> None:
        """Put the ball somewhere, at rest; None is near a corner."""
        loss, *ranges = self.surfaces[self._name]
        if at is None:
            at = [low + share * (high - low) for (low, high), share in zip(ranges, (0.08, 0.75), strict=True)]
        self._weights = np.array(at, dtype=float)
        self._velocity = [(np.zeros((2, 1)), np.zeros(1))]
        self._path, self._losses = [self._weights], [float(loss(self._weights))]

    def step(self, rate: float, momentum: float) -> None:
        """Move the ball by one step of the learner's descent."""
        loss, *_ = self.surfaces[self._name]
        layers, gradients = [[(array.reshape(2, 1), np.zeros(1))] for array in (self._weights, self._slope())]
        layers, self._velocity = self._step(layers, gradients, self._velocity, rate, momentum)
        self._weights = np.asarray(layers[0][0], dtype=float).ravel()
        self._path.append(self._weights)
        self._losses.append(float(loss(self._weights)))

    def answer(self, question: dict, sent: bytes) -> dict:
        """Return the path, its losses and the gradient.

        ``kind`` is place (with ``surface`` and ``at``) or step (with ``rate`` and ``momentum``).
        """
        if question.get("kind") == "place":
            self._name = question.get("surface", self._name)
            self.place(question.get("at"))
        elif question.get("kind") == "step" and self._losses[-1] < _FAR:
            self.step(question["rate"], question["momentum"])
        far = not self._losses[-1] < _FAR
        _, x, y = self.surfaces[self._name]
        return {
            "surfaces": list(self.surfaces),
            "name": self._name,
            "x": list(x),
            "y": list(y),
            "heights": self._heights[self._name],
            "bands": _BANDS,
            "path": np.array(self._path),
            "losses": np.array(self._losses),
            "gradient": np.zeros(2) if far else self._slope(),
            "far": far,
            "said": self._in_words(far),
        }

    def _slope(self) -> np.ndarray:
        return np.asarray(self._gradient(self.surfaces[self._name][0], self._weights))

    def _in_words(self, far: bool) -> str:
        steps = len(self._path) - 1
        if far:
            return f"After {steps} steps the loss has passed {_FAR:,.0f}: the descent diverged."
        first, second = (f"{weight:.2f}".replace("-", "−") for weight in self._weights)
        return f"After {steps} steps: weights {first} and {second}, loss {self._losses[-1]:.4g}."

    @staticmethod
    def _sampled(loss: Callable, x: tuple[float, float], y: tuple[float, float]) -> np.ndarray:
        """Return the band of each height; rows begin at the highest second weight."""
        heights = np.array([[loss(np.array([a, b])) for a in np.linspace(*x, _GRID)] for b in np.linspace(*y, _GRID)])
        edges = np.quantile(heights, np.linspace(0, 1, _BANDS + 1)[1:-1])
        return np.searchsorted(edges, heights[::-1]).astype(np.uint8)

    def still(self) -> tuple[Figure, str]:
        """Return each surface with a walk at two learning rates."""
        fig, axes = figure(1, len(self.surfaces), (7.8, 4.0 if len(self.surfaces) > 1 else 5.0), squeeze=False)
        said = []
        for ax, (name, (_, x, y)) in zip(axes[0], self.surfaces.items(), strict=True):
            ax.imshow(self._heights[name], extent=(*x, *y), cmap="Blues", alpha=0.6, aspect="auto")
            for rate, color in ((0.05, NEGATIVE), (0.2, POSITIVE)):
                self._name = name
                self.place(None)
                while len(self._path) <= 40 and self._losses[-1] < _FAR:
                    self.step(rate, 0.0)
                ax.plot(*np.array(self._path).T, "o-", color=color, markersize=3, linewidth=1, label=f"rate {rate}")
                said.append(f"{name}, rate {rate}: loss {self._losses[0]:.3g} to {self._losses[-1]:.3g}")
            ax.set(xlim=x, ylim=y, xlabel="first weight", ylabel="second weight", title=name)
            ax.legend(loc="lower right")
        self._name = next(iter(self.surfaces))
        self.place(None)
        return fig, f"Gradient descent over the loss of two weights, 40 steps. {'; '.join(said)}."


@takes_lists
def walk_landscape(
    momentum_step: Callable, numerical_gradient: Callable, surfaces: Mapping[str, Surface] | None = None
) -> None:
    """Show losses of two weights, with a ball that the learner's own descent moves.

    Parameters
    ----------
    momentum_step : function
        The learner's own, ``momentum_step(layers, gradients, velocity, learning_rate, momentum)``.
    numerical_gradient : function
        The learner's own, ``numerical_gradient(f, array)``.
    surfaces : mapping of str to (loss, (low, high), (low, high)), optional
        Losses of an array of two weights, with the range of each weight; two examples without it.
    """
    Landscape(momentum_step, numerical_gradient, surfaces).show()
