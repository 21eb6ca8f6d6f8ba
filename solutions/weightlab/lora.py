"""LoRA: adapt a trained network with two thin matrices beside each large one."""

from collections.abc import Sequence

import numpy as np

from .backprop import cross_entropy_gradient, relu_gradient
from .biases import dense
from .descent import gradient_step, minibatches
from .forward import relu
from .loss import cross_entropy

Adapter = tuple[np.ndarray, np.ndarray]


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
    ### BEGIN SOLUTION
    if not 1 <= rank <= min(fan_in, fan_out):
        raise ValueError(
            f"a rank of {rank} does not fit a layer of {fan_in} inputs "
            f"and {fan_out} neurons"
        )
    return (
        rng.normal(0.0, np.sqrt(1 / fan_in), size=(fan_in, rank)),
        np.zeros((rank, fan_out)),
    )
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    down, up = adapter
    _, rank = down.shape
    return dense(x, weights, bias) + (alpha / rank) * (x @ down) @ up
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    down, up = adapter
    _, rank = down.shape
    grad_inner = (alpha / rank) * grad_output @ up.T
    grad_x = grad_output @ weights.T + grad_inner @ down.T
    grad_down = x.T @ grad_inner
    grad_up = (alpha / rank) * (x @ down).T @ grad_output
    return grad_x, grad_down, grad_up
    ### END SOLUTION


### BEGIN SOLUTION
def _lora_forward(
    layers: Sequence[tuple[np.ndarray, np.ndarray]],
    adapters: Sequence[Adapter],
    x: np.ndarray,
    alpha: float,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the logits with all adapters on, and the input of each layer."""
    activations = []
    for (weights, bias), adapter in zip(layers, adapters, strict=True):
        activations.append(relu(x) if activations else x)
        x = lora_dense(activations[-1], weights, bias, adapter, alpha)
    return x, activations


### END SOLUTION
def lora_fine_tune(
    layers: Sequence[tuple[np.ndarray, np.ndarray]],
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
    ### BEGIN SOLUTION
    adapters, losses = list(adapters), []
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = _lora_forward(layers, adapters, x_batch, alpha)
            total += cross_entropy(logits, y_batch) * len(y_batch)
            grad = cross_entropy_gradient(logits, y_batch)
            for k in reversed(range(len(layers))):
                weights, _ = layers[k]
                grad_x, *gradient = lora_gradient(
                    grad, activations[k], weights, adapters[k], alpha
                )
                adapters[k] = gradient_step([adapters[k]], [gradient], learning_rate)[0]
                grad = relu_gradient(grad_x, activations[k])
        losses.append(total / len(y))
    return adapters, losses
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    down, up = adapter
    _, rank = down.shape
    return weights + (alpha / rank) * (down @ up)
    ### END SOLUTION
