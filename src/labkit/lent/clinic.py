"""The clinic: networks that may not have learned as they should, and networks that colleagues adapted.

Nothing here says what was done to which network. Learners find it out from weights and losses alone.
"""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple

import numpy as np

from ..arrays import as_arrays, takes_lists
from ..data import FILES
from ..results import as_layers, as_numbers, run_forward, run_train
from .newborn import newborn

Layers = list[tuple[np.ndarray, np.ndarray]]


CAUSES = {
    1: "every weight started at zero",
    2: "in each layer, all weights started at the same number, not zero",
    3: "the weights started ten times too large",
    4: "the learning rate was far too small",
    5: "the learning rate was far too large",
    6: "the images were shuffled, but their labels were not",
    7: "the biases were never updated",
    8: "nothing: it is healthy",
}
"""What can have happened to a patient, by number. Not every cause need have a patient."""


class Patient(NamedTuple):
    """A trained network, and the known facts about its training.

    Parameters
    ----------
    name : str
        ``"a"``, ``"b"`` and so on.
    before, after : list of (weights, bias)
        Its layers when training began and when it ended.
    losses : list of float
        The loss of each epoch.
    """

    name: str
    before: Layers
    after: Layers
    losses: list[float]


@cache
def _records() -> dict[str, dict]:
    """Read what was done to each patient (a number of `CAUSES`) and by each colleague."""
    return json.loads((FILES / "clinic.json").read_text(encoding="utf-8"))


_SIZES, _EPOCHS, _BATCH_SIZE, _LEARNING_RATE = (64, 32, 10), 20, 32, 0.3


def admit(x: np.ndarray, y: np.ndarray) -> list[Patient]:
    """Train six networks with your library, not all of them well, and return them.

    Parameters
    ----------
    x : ndarray of shape (n, 64)
        The images to train on.
    y : ndarray of int, shape (n,)
        Their labels.

    Returns
    -------
    list of Patient
        64-32-10 networks after 20 epochs in batches of 32.
    """
    return [_admitted(name, cause, x, y) for name, cause in _records()["patients"].items()]


def _admitted(name: str, cause: int, x: np.ndarray, y: np.ndarray) -> Patient:
    rng = np.random.default_rng(ord(name))
    layers = newborn(_SIZES, rng)
    learning_rate = _LEARNING_RATE
    if cause == 1:
        layers = [(np.zeros_like(weights), bias) for weights, bias in layers]
    elif cause == 2:
        layers = [(np.full_like(weights, 0.1), bias) for weights, bias in layers]
    elif cause == 4:
        learning_rate = 0.0003
    elif cause == 5:
        learning_rate = 5.0
    elif cause == 6:
        y = rng.permutation(y)
    trained = _trained_without_biases if cause == 7 else _trained
    return Patient(name, layers, *trained(layers, x, y, learning_rate, rng))


def _trained(
    layers: Layers, x: np.ndarray, y: np.ndarray, learning_rate: float, rng: np.random.Generator
) -> tuple[Layers, list[float]]:
    from weightlab.descent import train

    how = {"epochs": _EPOCHS, "batch_size": _BATCH_SIZE, "learning_rate": learning_rate}
    trained, losses = run_train(as_arrays(train), layers, x, y, rng=rng, **how)
    return trained, as_numbers(losses, (_EPOCHS,), train, finite=False).tolist()


def _trained_without_biases(
    layers: Layers, x: np.ndarray, y: np.ndarray, learning_rate: float, rng: np.random.Generator
) -> tuple[Layers, list[float]]:
    """Train with the learner's functions, as `train` does, but without updating the biases."""
    from weightlab.backprop import backward, cross_entropy_gradient
    from weightlab.descent import gradient_step, minibatches
    from weightlab.forward import forward
    from weightlab.loss import cross_entropy

    forward, backward, gradient_step = map(as_arrays, (forward, backward, gradient_step))
    cross_entropy, cross_entropy_gradient = as_arrays(cross_entropy), as_arrays(cross_entropy_gradient)
    losses = []
    for _ in range(_EPOCHS):
        total = 0.0
        for x_batch, y_batch in as_arrays(minibatches)(x, y, _BATCH_SIZE, rng):
            logits, activations = run_forward(forward, layers, x_batch, finite=False)
            total += len(y_batch) * cross_entropy(logits, y_batch)
            gradients = backward(layers, activations, cross_entropy_gradient(logits, y_batch))
            gradients = [(grad_weights, 0 * grad_bias) for grad_weights, grad_bias in gradients]
            layers = as_layers(gradient_step(layers, gradients, learning_rate), layers, gradient_step)
        losses.append(total / len(x))
    return layers, losses


_ADAPTING, _ADAPTING_SEED, _ALPHA = {"epochs": 30, "batch_size": 20, "learning_rate": 0.05}, 9, 8


@takes_lists
def adapted(layers: Layers, x: np.ndarray, y: np.ndarray) -> dict[str, Layers]:
    """Adapt a network with your library in three ways, and return the three results.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    x : ndarray of shape (n, fan_in)
        New images.
    y : ndarray of int, shape (n,)
        Their labels.

    Returns
    -------
    dict of str to list of (weights, bias)
        The layers from each colleague, ``"p"``, ``"q"`` and ``"r"``.
    """
    rng = np.random.default_rng(_ADAPTING_SEED)
    layers = _in_float64(layers)
    return {name: _by(method, layers, x, y, rng) for name, method in _records()["colleagues"].items()}


def _by(method: str, layers: Layers, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Layers:
    """Adapt a network with the learner's functions, and return the layers that come out."""
    from weightlab.freezing import fine_tune
    from weightlab.lora import lora_merge

    if method == "adapters":
        adapters = _adapters(layers, x, y, rng)
        return [
            (as_arrays(lora_merge)(weights, adapter, _ALPHA), bias)
            for (weights, bias), adapter in zip(layers, adapters, strict=True)
        ]
    frozen = set(range(len(layers) - 1)) if method == "output layer" else set()
    return as_arrays(fine_tune)(layers, x, y, frozen=frozen, rng=rng, **_ADAPTING)[0]


@takes_lists
def adapters_of_p(layers: Layers, x: np.ndarray, y: np.ndarray) -> tuple[Layers, int]:
    """Return the adapters that colleague p merged, trained again from the same seed.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network that `adapted` was given.
    x : ndarray of shape (n, fan_in)
        The images that `adapted` was given.
    y : ndarray of int, shape (n,)
        Their labels.

    Returns
    -------
    adapters : list of (down, up)
        One for each layer: arrays of shape (fan_in, rank) and (rank, fan_out).
    alpha : int
        The alpha with which they were merged.
    """
    return _adapters(_in_float64(layers), x, y, np.random.default_rng(_ADAPTING_SEED)), _ALPHA


def _in_float64(layers: Layers) -> Layers:
    return [(np.asarray(weights, dtype=float), np.asarray(bias, dtype=float)) for weights, bias in layers]


def _adapters(layers: Layers, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Layers:
    """Train a LoRA adapter of rank 4 for each matrix with the learner's functions."""
    from weightlab.lora import lora_fine_tune, lora_init

    fresh = [as_arrays(lora_init)(*weights.shape, 4, rng) for weights, _ in layers]
    return as_arrays(lora_fine_tune)(layers, fresh, x, y, alpha=_ALPHA, rng=rng, **_ADAPTING)[0]
