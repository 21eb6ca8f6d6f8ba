"""Trains networks side by side with the learner's function and keeps what they reached after each epoch or step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from .lent.given_training import given_relu, mean_loss, share_correct
from .results import Layers, as_numbers, run_train

EXAMPLES = 300
"""The number of training images for which each neuron is tested, active or not."""


class Frame(NamedTuple):
    """The state of a training at one moment; ``active`` counts images for each hidden neuron, layer by layer.

    ``loss`` is what ``train`` returned; before it has returned anything, ``loss`` is that of all examples.
    """

    layers: Layers
    loss: float
    accuracy: float
    active: list[np.ndarray]


class Trainings:
    """Trainings from several starts, which see the same examples in the same order.

    Parameters
    ----------
    starts : mapping of str to list of (weights, bias)
        Networks of the same shapes.
    examples, test : pair of images and labels
        The data that they learn from, and the data on which their accuracy is measured.
    """

    def __init__(self, starts: Mapping[str, Layers], examples: tuple, test: tuple) -> None:
        self._examples, self._test = examples, test
        self.frames = {name: [self._frame(layers, mean_loss(layers, *examples))] for name, layers in starts.items()}

    def _frame(self, layers: Layers, loss: float) -> Frame:
        signal, active = self._examples[0][:EXAMPLES], []
        for weights, bias in layers[:-1]:
            signal = given_relu(signal @ weights + bias)
            active.append(np.count_nonzero(signal > 0, axis=0))
        return Frame(layers, float(loss), share_correct(layers, *self._test), active)

    def run(self, train: Callable, count: int, batch_size: int, *, by: str, **settings: float) -> Iterator[None]:
        """Train all networks with the learner's function, and add ``count`` frames to each, one after the other."""
        x, y = self._examples
        generators = [np.random.default_rng(0) for _ in self.frames]
        order, waiting = np.random.default_rng(0), np.empty(0, dtype=int)
        chosen: slice | np.ndarray = slice(None)
        for _ in range(count):
            if by == "step":
                waiting = waiting if len(waiting) else order.permutation(len(x))
                chosen, waiting = np.split(waiting, [batch_size])
            for frames, rng in zip(self.frames.values(), generators, strict=True):
                each = {"epochs": 1, "batch_size": batch_size, "rng": rng} | settings
                layers, losses = run_train(train, frames[-1].layers, x[chosen], y[chosen], **each)
                (loss,) = as_numbers(losses, (1,), train, finite=False)
                frames.append(self._frame(layers, loss))
            yield
