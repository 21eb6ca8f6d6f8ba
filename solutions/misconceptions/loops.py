"""What wrong training loops of two chapters share: orders that are not drawn, and means that are none."""

import itertools

import numpy as np

SEEDS = itertools.count()  # another generator at each call, and the same ones when a key is made again


class Unshuffled:
    """A generator that draws no order at all."""

    def permutation(self, n):
        return np.arange(n) if np.ndim(n) == 0 else np.asarray(n)


class OneOrder:
    """A generator that repeats its first order."""

    def __init__(self, rng):
        self.rng, self.order = rng, None

    def permutation(self, n):
        if self.order is None:
            self.order = self.rng.permutation(n)
        return self.order


def weighted_mean(met, n):
    """Return the mean over an epoch of its batches' (size, loss), as it should be."""
    return sum(size * loss for size, loss in met) / n


NO_MEANS = (
    lambda met, n: sum(size * loss for size, loss in met),
    lambda met, n: sum(loss for _, loss in met) / n,
    lambda met, n: sum(loss for _, loss in met),
)
"""The division forgotten, the batches' sizes forgotten, and both."""
