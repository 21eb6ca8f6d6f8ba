"""Are the multiply-adds of chapter 9 those of the matrix products that a step needs?"""

from itertools import pairwise

import numpy as np
import pytest

from labkit.costs import fastest, multiply_adds

SIZES = (196, 64, 64, 10)


class Counted(np.ndarray):
    """An array of one row that counts the multiply-adds of its matrix products."""

    total = 0

    def __matmul__(self, other):
        Counted.total += self.size * np.shape(other)[-1]
        return (np.asarray(self) @ np.asarray(other)).view(Counted)


def counted(size):
    return np.ones((1, size)).view(Counted)


def test_a_step_of_everything_takes_what_its_products_take():
    Counted.total = 0
    shapes = list(pairwise(SIZES))
    for fan_in, fan_out in shapes:
        counted(fan_in) @ np.ones((fan_in, fan_out))
    for k in reversed(range(len(shapes))):
        fan_in, fan_out = shapes[k]
        Counted.total += fan_in * fan_out  # the weights' gradient, an outer product
        if k:
            counted(fan_out) @ np.ones((fan_out, fan_in))
    assert multiply_adds(SIZES) == Counted.total == 39_296


def test_a_step_of_adapters_takes_what_its_products_take():
    Counted.total, rank = 0, 4
    for k, (fan_in, fan_out) in enumerate(pairwise(SIZES)):
        counted(fan_in) @ np.ones((fan_in, fan_out))
        counted(fan_in) @ np.ones((fan_in, rank)) @ np.ones((rank, fan_out))
        inner = counted(fan_out) @ np.ones((fan_out, rank))
        Counted.total += fan_in * rank + rank * fan_out  # the gradients of down and up
        if k:
            counted(fan_out) @ np.ones((fan_out, fan_in))
            inner @ np.ones((rank, fan_in))
    assert multiply_adds(SIZES, rank=4) == Counted.total


@pytest.mark.parametrize(("frozen", "backward"), [({0, 1}, 640), ({0}, 640 + 4096 + 640), ({0, 1, 2}, 0)])
def test_frozen_layers_save_their_gradients_and_the_way_before_the_first_that_learns(frozen, backward):
    assert multiply_adds(SIZES, frozen) == 17_280 + backward


def test_the_fastest_run_is_kept():
    runs = []
    assert fastest(lambda: runs.append(1), times=4) >= 0
    assert len(runs) == 4
