"""A walk downhill over a loss of two weights, step by step, with the learner's own functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .results import as_layers, as_numbers, as_pair

FAR = 1e6
"""A loss above this is called divergence; the walk ends there."""
Surface = tuple[Callable[[np.ndarray], float], tuple[float, float], tuple[float, float]]
SURFACES: dict[str, Surface] = {
    "a long valley, convex": (lambda weights: 0.05 * weights[0] ** 2 + weights[1] ** 2, (-4, 4), (-4, 4)),
    # the squared error of two layers with one weight each, which should turn a 1 into a 1
    "two layers, not convex": (lambda weights: (weights[0] * weights[1] - 1.0) ** 2, (-3, 3), (-3, 3)),
}
"""Losses to walk on, each with the ranges of both weights."""


class Walk:
    """The places that a descent has reached, and their losses.

    Parameters
    ----------
    momentum_step, numerical_gradient : function
        The learner's own.
    loss : function
        A function of an array of two weights.
    start : sequence of float
        The starting point of the walk, which begins at rest.
    """

    def __init__(
        self, momentum_step: Callable, numerical_gradient: Callable, loss: Callable, start: Sequence[float]
    ) -> None:
        self._momentum_step, self._numerical_gradient, self._loss = momentum_step, numerical_gradient, loss
        self.path, self.losses = [np.array(start, dtype=float)], [float(loss(np.array(start, dtype=float)))]
        self._velocity = [(np.zeros((2, 1)), np.zeros(1))]

    @property
    def diverged(self) -> bool:
        """Whether the loss is too large to go on, or not a number."""
        return not self.losses[-1] < FAR

    def gradient(self) -> np.ndarray:
        """Return the gradient at the place that was reached last."""
        return as_numbers(self._numerical_gradient(self._loss, self.path[-1]), (2,), self._numerical_gradient)

    def step(self, rate: float, momentum: float) -> None:
        """Go one step further, unless the walk has diverged.

        Parameters
        ----------
        rate, momentum : float
            The learning rate and the momentum for the learner's ``momentum_step``.
        """
        if self.diverged:
            return
        # one layer with two weights, as momentum_step takes layers
        layers, gradients = [[(array.reshape(2, 1), np.zeros(1))] for array in (self.path[-1], self.gradient())]
        moved = self._momentum_step(layers, gradients, self._velocity, rate, momentum)
        after, velocity = as_pair(moved, self._momentum_step, "layers and velocity")
        (((weights, _),), self._velocity) = (as_layers(one, layers, self._momentum_step) for one in (after, velocity))
        self.path.append(weights.ravel())
        self.losses.append(float(self._loss(self.path[-1])))
