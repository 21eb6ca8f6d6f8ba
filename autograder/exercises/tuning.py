"""What chapters 08 and 09 share: networks to draw, and views of a training run's results."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np

from ..exercise import Call, Rng, Unusable
from ..judging.compare import as_array, compare
from ..judging.words import counted


def draw_layers(rng: np.random.Generator, sizes: tuple[int, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw a network in which no number is so near zero that it has no effect."""
    return [
        (rng.normal(size=(fan_in, fan_out)) / np.sqrt(fan_in), rng.normal(scale=0.3, size=fan_out))
        for fan_in, fan_out in pairwise(sizes)
    ]


def draw_adapters(rng: np.random.Generator, sizes: tuple[int, ...], rank: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw an adapter for each layer of a network of these sizes; none of its matrices is zero."""
    return [
        (rng.normal(size=(fan_in, rank)) / np.sqrt(fan_in), rng.normal(scale=0.4, size=(rank, fan_out)))
        for fan_in, fan_out in pairwise(sizes)
    ]


def awake(layers: list) -> list[tuple[np.ndarray, np.ndarray]]:
    """Raise the biases: if most neurons were inactive for most examples, the order of the examples would not matter."""
    return [(weights, bias + 1) for weights, bias in layers]


def same_bits(one: np.ndarray, other: object) -> bool:
    """Return whether an answer holds an array's values, bit for bit."""
    other = as_array(other)
    return other is not None and other.shape == one.shape and one.astype(other.dtype).tobytes() == other.tobytes()


def first_of_two(answer: object, names: str) -> object:
    """Return the first of the two results of a training function, or say which two were expected."""
    if not isinstance(answer, (list, tuple)) or len(answer) != 2:
        raise Unusable("pair", f"something other than the pair ({names})")
    return answer[0]


def losses_alone(answers: list, calls: tuple[Call, ...]) -> object:
    """Return only the losses."""
    first_of_two(answers[0], "what was trained, losses")
    return answers[0][1]


def trained_alone(answers: list, calls: tuple[Call, ...]) -> object:
    """Return only the trained layers or adapters."""
    return first_of_two(answers[0], "what was trained, losses")


def orders(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """Tell whether the same generator state gives the same result, and a different state a different one."""
    first, twin, other = (first_of_two(answer, "what was trained, losses") for answer in answers)
    return {
        "a generator in the same state must give the same result": compare(first, twin, rtol=1e-9) is None,
        "a generator in another state must give another order": compare(first, other, rtol=1e-9) is not None,
    }


def new_orders(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """Tell whether no order of the examples, used unchanged in every epoch, gives the layer that came back."""
    pair = network(first_of_two(answers[0], "what was trained, losses"), 1)[0]
    arrays = [as_array(part) for part in pair]
    if any(array is None for array in arrays):
        raise Unusable("type", "something other than arrays of numbers")
    ends = (_trained_in_one_order(calls[0], order) for order in permutations(range(len(calls[0].args[-1]))))
    return {
        "the order must change from epoch to epoch": all(compare(end, arrays, rtol=1e-7) is not None for end in ends)
    }


def _trained_in_one_order(call: Call, order: tuple[int, ...]) -> list[np.ndarray]:
    """Train a layer, or its adapter if it has one, example by example, in the same order in every epoch."""
    ((weights, bias),), *adapters, x, y = call.args
    rate = call.kwargs["learning_rate"]
    for row in order * call.kwargs["epochs"]:
        signal = x[row : row + 1]
        logits = signal @ weights + bias
        if adapters:
            down, up = adapters[0][0]
            scale = call.kwargs["alpha"] / len(up)
            logits = logits + scale * signal @ down @ up
        grad = np.exp(logits - logits.max())
        grad /= grad.sum()
        grad[0, y[row]] -= 1
        change = rate * signal.T @ grad
        if adapters:
            adapters = [[(down - scale * change @ up.T, up - scale * down.T @ change)]]
        else:
            weights, bias = weights - change, bias - rate * grad[0]
    return list(adapters[0][0]) if adapters else [weights, bias]


def three_examples(rng: np.random.Generator) -> dict:
    """Draw a layer, three examples, and settings with which the order of the examples affects the trained layer."""
    return {
        "layers": draw_layers(rng, (2, 3)),
        "adapters": draw_adapters(rng, (2, 3), 1),
        "x": rng.normal(size=(3, 2)),
        "y": np.array([0, 2, 1]),
        "how": {"epochs": 12, "batch_size": 1, "learning_rate": 0.5, "rng": Rng(5)},
    }


def examples_alike(rng: np.random.Generator, fan_in: int, n_classes: int) -> dict:
    """Draw examples that are all alike, so that no order and no batch can matter."""
    row, label = rng.normal(size=fan_in), int(rng.integers(n_classes))
    return {"x": np.tile(row, (6, 1)), "y": np.full(6, label)}


def network(answer: object, n_layers: int) -> list:
    """Return an answer as a list of pairs, or say why it is not a network."""
    if not isinstance(answer, (list, tuple)) or len(answer) != n_layers:
        raise Unusable(
            "type", f"something other than a list of {counted(n_layers, 'layer')}, each a pair (weights, bias)"
        )
    if not all(isinstance(layer, (list, tuple)) and len(layer) == 2 for layer in answer):
        raise Unusable("pair", "a layer that is not a pair (weights, bias)")
    return list(answer)
