"""Draws the weights of new networks by He's rule, for figures and for the clinic's patients."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Layers = list[tuple[np.ndarray, np.ndarray]]


def he_weights(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Return weights of a new layer: normal, with a variance of 2 divided by fan_in."""
    return rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))


def newborn(sizes: Sequence[int], rng: np.random.Generator) -> Layers:
    """Return a new network with biases of zero, from its number of inputs and of neurons in each layer."""
    return [(he_weights(fan_in, fan_out, rng), np.zeros(fan_out)) for fan_in, fan_out in pairwise(sizes)]
