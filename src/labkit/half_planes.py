"""A small network that divides a plane: each hidden neuron is a line with an active side, and has four numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .lent.newborn import he_weights
from .results import Layers, run_forward

NUMBERS = ("weight of the first input", "weight of the second input", "bias", "output weight")
"""The meaning of the rows of `HalfPlanes.neurons`."""


class HalfPlanes:
    """A network with two inputs, one hidden layer, and two logits, of which only the difference counts.

    Parameters
    ----------
    hidden : int
        Hidden neurons.
    rng : numpy.random.Generator
        Draws the weights by He's rule; the biases are random, so that not all lines go through the origin.
    """

    def __init__(self, hidden: int, rng: np.random.Generator) -> None:
        first = rng.normal(0, 1, (2, hidden)), rng.normal(0, 0.5, hidden)
        self.layers = [first, (he_weights(hidden, 2, rng), np.zeros(2))]

    @property
    def layers(self) -> Layers:
        """The network, as the learner's functions take it; each output weight is shared between the two logits."""
        *weights, biases, outputs = self.neurons
        halves = np.array([-0.5, 0.5])
        return [(np.array(weights), biases), (np.outer(outputs, halves), self._last_bias * halves)]

    @layers.setter
    def layers(self, layers: Layers) -> None:
        (weights, biases), (outputs, last) = layers
        self.neurons = np.vstack([weights, biases, np.diff(outputs)[:, 0]])
        self._last_bias = float(last[1] - last[0])

    def differences(self, forward: Callable, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how much the second logit exceeds the first, and the outputs of the hidden layer.

        Parameters
        ----------
        forward : function
            The learner's own.
        places : ndarray of shape (n, 2)
            Points of the plane.

        Returns
        -------
        differences : ndarray of shape (n,)
            Positive where the network chooses the second class.
        hidden : ndarray of shape (n, hidden)
            Each hidden neuron's output at these points.
        """
        logits, (_, hidden) = run_forward(forward, self.layers, places, finite=False)
        return logits[:, 1] - logits[:, 0], hidden

    def border(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return where hidden neuron ``k`` begins to be active.

        Parameters
        ----------
        k : int
            Which neuron.

        Returns
        -------
        foot : ndarray of shape (2,)
            The point of its line that is nearest to the origin.
        toward : ndarray of shape (2,)
            The direction, of length 1, from the line to its active side.
        """
        first, second, bias, _ = self.neurons[:, k]
        norm = np.hypot(first, second) or 1e-9
        toward = np.array([first, second]) / norm
        return -bias / norm * toward, toward

    def move(self, k: int, at: np.ndarray) -> None:
        """Move the line of a hidden neuron to a point, by changing the neuron's bias.

        Parameters
        ----------
        k : int
            Which neuron.
        at : ndarray of shape (2,)
            The point.
        """
        self.neurons[2, k] = -at @ self.neurons[:2, k]
