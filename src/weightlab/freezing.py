"""Freezing: teach a trained network something new by moving few of its numbers."""

from collections.abc import Collection, Sequence

import numpy as np

from .backprop import cross_entropy_gradient, dense_gradient, relu_gradient
from .biases import dense
from .descent import gradient_step, minibatches
from .forward import forward, relu
from .loss import cross_entropy

Layers = Sequence[tuple[np.ndarray, np.ndarray]]
Adapter = tuple[np.ndarray, np.ndarray]


def count_trainable(layers: Layers, frozen: Collection[int]) -> int:
    """Return how many weights and biases descent may move, frozen layers left out.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    frozen : set of int
        Indices of the frozen layers; 0 is the first layer.

    Returns
    -------
    int
        The number of trainable parameters.
    """
    # Your code replaces the next line.
    raise NotImplementedError("count_trainable is not written yet")


def frozen_step(
    layers: Layers,
    gradients: Sequence[tuple[np.ndarray, np.ndarray] | None],
    learning_rate: float,
    frozen: Collection[int],
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Take one step of descent with every layer but the frozen ones.

    For a layer that is not frozen: ``parameter - learning_rate * gradient``. A frozen
    layer comes back bit for bit as it was, whatever stands in its place among the
    gradients.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    gradients : list of (grad_weights, grad_bias) or None
        One entry a layer; that of a frozen layer may be None, or hold NaN.
    learning_rate : float
        The size of the step.
    frozen : set of int
        Indices of the frozen layers.

    Returns
    -------
    list of (weights, bias)
        The network after the step.

    Raises
    ------
    ValueError
        If ``frozen`` names an index that no layer has; the message says which.
    """
    # Your code replaces the next line.
    raise NotImplementedError("frozen_step is not written yet")


def backward_unfrozen(
    layers: Layers,
    activations: Sequence[np.ndarray],
    grad_logits: np.ndarray,
    frozen: Collection[int],
) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """Return the gradients of the layers not frozen, going no further down than needed.

    A frozen layer passes the gradient on to what lies below it,
    ``grad_x = grad_output @ weights.T``. Below the lowest layer that still learns
    nobody needs it: nothing there is computed or looked at.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network.
    activations : list of ndarray of shape (batch, fan_in)
        The input of each layer, as `forward` returns them.
    grad_logits : ndarray of shape (batch, n_classes)
        The loss's gradient at the logits.
    frozen : set of int
        Indices of the frozen layers.

    Returns
    -------
    list of (grad_weights, grad_bias) or None
        One entry a layer, None for a frozen one.
    """
    # Your code replaces the next line.
    raise NotImplementedError("backward_unfrozen is not written yet")


def fine_tune(
    layers: Layers,
    x: np.ndarray,
    y: np.ndarray,
    *,
    frozen: Collection[int],
    epochs: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[float]]:
    """Train a network further by minibatch descent, with some layers frozen.

    Parameters
    ----------
    layers : list of (weights, bias)
        The network as it was trained so far.
    x : ndarray of shape (n, fan_in)
        The new examples.
    y : ndarray of int, shape (n,)
        Their labels.
    frozen : set of int
        Indices of the layers that keep every bit.
    epochs, batch_size : int
        As for `train`.
    learning_rate : float
        As for `train`.
    rng : numpy.random.Generator
        As for `train`.

    Returns
    -------
    layers : list of (weights, bias)
        The network afterwards.
    losses : list of float
        One number an epoch: the mean over its batches of the loss before each step,
        weighted by batch size.
    """
    # Your code replaces the next line.
    raise NotImplementedError("fine_tune is not written yet")


def lora_init(
    fan_in: int, fan_out: int, rank: int, rng: np.random.Generator
) -> Adapter:
    """Return a new LoRA adapter: ``down`` random, ``up`` zeros, together no change.

    ``down`` is drawn from N(0, 1 / fan_in): the variance is ``1 / fan_in``.

    Parameters
    ----------
    fan_in, fan_out : int
        The size of the layer that it adapts.
    rank : int
        How many directions the change may have.
    rng : numpy.random.Generator
        Where ``down`` is drawn from.

    Returns
    -------
    down : ndarray of shape (fan_in, rank)
        Random, so that it has something to say once ``up`` listens.
    up : ndarray of shape (rank, fan_out)
        Zeros, so that the adapter starts as no change at all.

    Raises
    ------
    ValueError
        If ``rank`` is below 1 or above ``min(fan_in, fan_out)``; the message names it.

    References
    ----------
    E. J. Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021.
    """
    # Your code replaces the next line.
    raise NotImplementedError("lora_init is not written yet")


def lora_dense(
    x: np.ndarray, weights: np.ndarray, bias: np.ndarray, adapter: Adapter, alpha: float
) -> np.ndarray:
    """Return the outputs of a layer with its adapter switched on.

    ``outputs = x @ weights + bias + (alpha / rank) * (x @ down) @ up``

    Parameters
    ----------
    x : ndarray of shape (batch, fan_in)
        The layer's inputs.
    weights : ndarray of shape (fan_in, fan_out)
        The frozen weights.
    bias : ndarray of shape (fan_out,)
        The frozen bias.
    adapter : pair (down, up)
        Of shapes (fan_in, rank) and (rank, fan_out).
    alpha : float
        How loudly the adapter speaks; divided by the rank, so that ranks compare.

    Returns
    -------
    ndarray of shape (batch, fan_out)
        What the layer gives together with its adapter.
    """
    # Your code replaces the next line.
    raise NotImplementedError("lora_dense is not written yet")


def lora_gradient(
    grad_output: np.ndarray,
    x: np.ndarray,
    weights: np.ndarray,
    adapter: Adapter,
    alpha: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of a layer with a LoRA adapter; its own weights are frozen.

    ``grad_x = grad_output @ (weights + (alpha / rank) * down @ up).T``, and, by the
    chain rule through the two small matrices, what ``down`` and ``up`` have to answer
    for.

    Parameters
    ----------
    grad_output : ndarray of shape (batch, fan_out)
        The loss's gradient at the layer's outputs.
    x : ndarray of shape (batch, fan_in)
        The layer's inputs.
    weights : ndarray of shape (fan_in, fan_out)
        The frozen weights.
    adapter : pair (down, up)
        Of shapes (fan_in, rank) and (rank, fan_out).
    alpha : float
        As for `lora_dense`.

    Returns
    -------
    grad_x : ndarray of shape (batch, fan_in)
        The loss's gradient at the layer's inputs.
    grad_down : ndarray of shape (fan_in, rank)
        The loss's gradient at ``down``.
    grad_up : ndarray of shape (rank, fan_out)
        The loss's gradient at ``up``.
    """
    # Your code replaces the next line.
    raise NotImplementedError("lora_gradient is not written yet")


def lora_fine_tune(
    layers: Layers,
    adapters: Sequence[Adapter],
    x: np.ndarray,
    y: np.ndarray,
    *,
    alpha: float,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
) -> tuple[list[Adapter], list[float]]:
    """Train one adapter a layer by minibatch descent; weights and biases stay frozen.

    Parameters
    ----------
    layers : list of (weights, bias)
        The frozen network.
    adapters : list of (down, up)
        One adapter a layer, as from `lora_init`.
    x : ndarray of shape (n, fan_in)
        The new examples.
    y : ndarray of int, shape (n,)
        Their labels.
    alpha : float
        As for `lora_dense`.
    epochs, batch_size : int
        As for `train`.
    learning_rate : float
        As for `train`.
    rng : numpy.random.Generator
        As for `train`.

    Returns
    -------
    adapters : list of (down, up)
        The trained adapters.
    losses : list of float
        As from `fine_tune`.
    """
    # Your code replaces the next line.
    raise NotImplementedError("lora_fine_tune is not written yet")


def lora_merge(weights: np.ndarray, adapter: Adapter, alpha: float) -> np.ndarray:
    """Return the weights with the adapter folded in.

    ``weights + (alpha / rank) * down @ up``.

    Parameters
    ----------
    weights : ndarray of shape (fan_in, fan_out)
        The frozen weights.
    adapter : pair (down, up)
        Of shapes (fan_in, rank) and (rank, fan_out).
    alpha : float
        As for `lora_dense`.

    Returns
    -------
    ndarray of shape (fan_in, fan_out)
        With these in place of the old weights the layer needs no adapter any more.
    """
    # Your code replaces the next line.
    raise NotImplementedError("lora_merge is not written yet")
