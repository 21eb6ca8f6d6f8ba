"""Inputs and cases that exercises of several chapters draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from ..exercise import Case


def random_layers(rng: np.random.Generator, sizes: tuple[int, ...], dtype: type = float) -> list[tuple]:
    """Draw a network most of whose weights and biases are well away from zero."""
    return [
        (rng.normal(0, 0.8, (fan_in, fan_out)).astype(dtype), rng.normal(0, 0.5, fan_out).astype(dtype))
        for fan_in, fan_out in pairwise(sizes)
    ]


def inputs_of_layers(layers: list[tuple], x: np.ndarray) -> list[np.ndarray]:
    """Return the input of each layer of a ReLU network."""
    inputs = [x]
    for weights, bias in layers[:-1]:
        inputs.append(np.maximum(inputs[-1] @ weights + bias, 0))
    return inputs


def refused_shapes(
    aspect: str, rng: np.random.Generator, pairs: Iterable[tuple[tuple[int, ...], tuple[int, ...], str]]
) -> Iterator[Case]:
    """Yield a case for each pair of shapes and its note: arrays that must be refused in a message with both shapes."""
    for one, other, note in pairs:
        yield Case.of(
            aspect,
            np.asarray(rng.normal(size=one)),
            np.asarray(rng.normal(size=other)),
            raises=ValueError,
            mentions=tuple(dict.fromkeys((*one, *other))),
            note=note,
        )
