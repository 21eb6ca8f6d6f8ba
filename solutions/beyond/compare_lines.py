"""Runs each line of ``pytorch_lines.py`` and the reference's function on the same numbers, and compares both."""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import ConcatDataset, DataLoader, TensorDataset

from solutions.beyond.pytorch_lines import LINES, Line

__all__ = ["compare"]

TOPICS = [chapter.partition("_")[2] for chapter in LINES]


def functions() -> dict[str, Any]:
    """Return every function of the reference library by its name."""
    modules = [importlib.import_module(f"solutions.weightlab.{topic}") for topic in TOPICS]
    return {name: value for module in modules for name, value in vars(module).items() if callable(value)}


def numbers() -> dict[str, Any]:
    """Return what the names in the lines stand for, as arrays and plain numbers."""
    rng, own = np.random.default_rng(0), functions()
    x, y = rng.normal(size=(8, 5)), rng.integers(0, 3, 8)
    sizes = [(5, 4), (4, 3)]
    layers = [(rng.normal(size=size), rng.normal(size=size[1])) for size in sizes]
    tuned = [(weights + rng.normal(size=weights.shape), bias + 1) for weights, bias in layers]
    adapters = [(rng.normal(size=(size[0], 2)), rng.normal(size=(2, size[1]))) for size in sizes]
    logits, activations = own["forward"](layers, x)
    grad_logits = own["cross_entropy_gradient"](logits, y)
    (weights, bias), sums = layers[0], rng.normal(size=(8, 4))
    return {
        "x": x,
        "y": y,
        "signal": x,
        "weight": -0.5,
        "inputs": x[0],
        "one_neuron": weights[:, 0],
        "one_bias": bias[0],
        "weights": weights,
        "bias": bias,
        "copies": weights[:, [0, 1, 0, 2]],
        "matrices": [weights for weights, _ in layers],
        "shapes": {"0.weight": (4, 5), "0.bias": (4,), "2.weight": (3, 4), "2.bias": (3,)},
        "predictions": x,
        "targets": rng.normal(size=x.shape),
        "a": x,
        "b": x + 0.1,
        "sums": sums,
        "grad_output": rng.normal(size=sums.shape),
        "down": adapters[0][0],
        "up": adapters[0][1],
        "layers": layers,
        "tuned": tuned,
        "adapters": adapters,
        "logits": logits,
        "grad_logits": grad_logits,
        "gradients": own["backward"](layers, activations, grad_logits),
        "old_x": rng.normal(size=(20, 5)),
        "old_y": rng.integers(0, 3, 20),
    }


def cube_sum(a: Any) -> Any:
    """Return one number, of an array or a tensor."""
    return (a**3).sum()


def left() -> dict[str, Any]:
    """Return the names of the left column."""
    own, names = functions(), numbers()

    def gradients_at(layers: list) -> list:
        logits, activations = own["forward"](layers, names["x"])
        return own["backward"](layers, activations, own["cross_entropy_gradient"](logits, names["y"]))

    return own | names | {
        "rng": np.random.default_rng(0),
        "f": cube_sum,
        "gradients_at": gradients_at,
        "velocity": [(0 * weights, 0 * bias) for weights, bias in names["layers"]],
        # For a single function the sums before ReLU are given, and in a network the inputs of its layers.
        "activations": own["forward"](names["layers"], names["x"])[1],
        "outputs": own["relu"](names["sums"]),
    }  # fmt: skip


def as_tensors(value: Any) -> Any:
    """Return arrays as tensors, with gradients where they are floats, also within lists and tuples."""
    if isinstance(value, list | tuple):
        return type(value)(as_tensors(item) for item in value)
    if isinstance(value, np.ndarray | np.floating):
        tensor = torch.tensor(value)
        return tensor.requires_grad_() if tensor.is_floating_point() else tensor
    return value


class Batches:
    """The batches that the reference's `minibatches` draws, as tensors; each loop over them is an epoch."""

    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        self.x, self.y, self.rng = x, y, np.random.default_rng(0)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for x, y in functions()["minibatches"](self.x, self.y, 3, self.rng):
            yield torch.tensor(x), torch.tensor(y)


def right() -> dict[str, Any]:
    """Return the names of the right column: the same numbers as tensors, and a model with these layers."""
    names = numbers()
    model = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)).double()
    with torch.no_grad():
        for module, (weights, bias) in zip((model[0], model[2]), names["layers"], strict=True):
            module.weight.copy_(torch.tensor(weights).T)
            module.bias.copy_(torch.tensor(bias))
    torch.manual_seed(0)
    given = {"torch": torch, "nn": nn, "F": functional, "model": model, "f": cube_sum}
    given |= {"TensorDataset": TensorDataset, "ConcatDataset": ConcatDataset, "DataLoader": DataLoader}
    given |= {"loader": Batches(names["x"], names["y"]), "lora_dense": functions()["lora_dense"]}
    return {name: as_tensors(value) for name, value in names.items()} | given


def run(source: str, names: dict[str, Any]) -> Any:
    """Run some lines, and return the value of the last one, or None if it has no value."""
    *before, last = ast.parse(source).body
    has_value = isinstance(last, ast.Expr)
    exec(compile(ast.Module(before if has_value else [*before, last], []), "line", "exec"), names)
    return eval(compile(ast.Expression(last.value), "line", "eval"), names) if has_value else None


def of_model(model: nn.Sequential, what: str) -> list:
    """Return the model's parameters or their gradients as pairs, weights as (fan_in, fan_out)."""
    pairs = [(module.weight, module.bias) for module in (model[0], model[2])]
    if what == "gradients":
        pairs = [(weights.grad, bias.grad) for weights, bias in pairs]
    return [None if weights is None else (weights.T, bias) for weights, bias in pairs]


def flat(value: Any) -> list[np.ndarray | None]:
    """Return all arrays in nested lists and tuples, in their order."""
    if isinstance(value, list | tuple):
        return [array for item in value for array in flat(item)]
    if value is None:
        return [None]
    return [value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)]


def difference(ours: list, theirs: list) -> float:
    """Return the largest difference between arrays of the same shapes; infinity if they do not fit."""
    if [getattr(array, "shape", None) for array in ours] != [getattr(array, "shape", None) for array in theirs]:
        return np.inf
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a is not None]
    return max(float(np.abs(np.subtract(a, b, dtype=float)).max()) for a, b in pairs)


def same_weights(ours: list, theirs: list) -> str:
    """Return both standard deviations of random weights, if both have the same shapes and distributions."""
    pairs, words = sorted(zip(ours, theirs, strict=True), key=lambda pair: -pair[0].size), []
    for a, b in pairs:
        assert sorted(a.shape) == sorted(b.shape)
        if not a.any():
            assert not b.any()
            continue
        within = [np.mean(np.abs(array) < array.std()) for array in (a, b)]
        assert abs(a.std() / b.std() - 1) < 0.02 and abs(within[0] - within[1]) < 0.02
        assert max(abs(a.mean()), abs(b.mean())) < 4 * a.std() / a.size**0.5
        words.append(f"{a.std():.4f} and {b.std():.4f}")
    return "same distribution; standard deviations " + ", ".join(words)


def same_batches(ours: list, theirs: list) -> str:
    """Return how many batches there are, if both have the same sizes and hold the same examples."""
    assert [len(x) for x, _ in ours] == [len(x) for x, _ in theirs]
    rows = [
        sorted(np.column_stack([np.concatenate(part) for part in zip(*batches, strict=True)]).tolist())
        for batches in (ours, [tuple(part.detach().numpy() for part in batch) for batch in theirs])
    ]
    assert rows[0] == rows[1]
    return f"the same examples in {len(ours)} batches; the order is drawn"


def compare(line: Line) -> str:
    """Run both sides of a line, and return in words how far apart they are.

    Raises
    ------
    AssertionError
        If they differ by more than rounding.
    """
    names = right()
    theirs = run(line.pytorch, names)
    if line.as_drawn == "recipe":
        assert len(theirs.dataset) == len(names["x"]) + len(names["old_x"])
        return "not compared"
    own = left()
    ours = run(line.yours, own)
    if line.as_drawn == "batches":
        return same_batches(list(ours), list(theirs))
    if line.read:
        ours = own[line.read]
        theirs = names["adapters"] if line.read == "adapters" else of_model(names["model"], line.read)
    ours, theirs = flat(ours), flat(theirs)
    if line.as_drawn == "weights":
        return same_weights(ours, theirs)
    largest = difference(ours, theirs)
    assert largest <= line.tolerance, f"{line.yours}: {largest}"
    return f"{largest:.0e}" if largest else "equal"


if __name__ == "__main__":
    compared = {chapter: {name: compare(line) for name, line in lines.items()} for chapter, lines in LINES.items()}
    print(json.dumps(compared))
