"""What a training step costs: multiply-adds by counting, seconds by the clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from time import perf_counter

__all__ = ["fastest", "multiply_adds"]


def multiply_adds(sizes: Sequence[int], frozen: Collection[int] = (), rank: int = 0) -> int:
    """Count the multiply-adds that one image needs in one training step, forward and backward.

    Only the matrix products that are needed are counted: no gradient with respect to the input of the first layer
    that learns, and none with respect to a frozen weight.

    Parameters
    ----------
    sizes : sequence of int
        Layer sizes of the network.
    frozen : set of int
        Indices of the frozen layers; without adapters only.
    rank : int
        The rank of one adapter per layer, whose weights are then all frozen; 0 for no adapters.

    Returns
    -------
    int
    """
    matrices = [fan_in * fan_out for fan_in, fan_out in pairwise(sizes)]
    if rank:
        adapters = [rank * (fan_in + fan_out) for fan_in, fan_out in pairwise(sizes)]
        back_to_rank = [rank * fan_out for fan_out in sizes[1:]]
        back_to_input = [rank * fan_in for fan_in in sizes[1:-1]]
        return sum(matrices) + sum(matrices[1:]) + 2 * sum(adapters) + sum(back_to_rank) + sum(back_to_input)
    learning = [k for k in range(len(matrices)) if k not in frozen]
    if not learning:
        return sum(matrices)
    return sum(matrices) + sum(matrices[k] for k in learning) + sum(matrices[learning[0] + 1 :])


def fastest(run: Callable[[], object], times: int = 3) -> float:
    """Return how many seconds the fastest of a few runs took.

    Parameters
    ----------
    run : callable
        Called without arguments.
    times : int
        The number of runs.

    Returns
    -------
    float
    """
    seconds = []
    for _ in range(times):
        start = perf_counter()
        run()
        seconds.append(perf_counter() - start)
    return min(seconds)
