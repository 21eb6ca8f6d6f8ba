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
    ### BEGIN SOLUTION
    return sum(
        weights.size + bias.size
        for k, (weights, bias) in enumerate(layers)
        if k not in frozen
    )
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    unknown = sorted(set(frozen) - set(range(len(layers))))
    if unknown:
        raise ValueError(
            f"cannot freeze {unknown}: the layers are 0 to {len(layers) - 1}"
        )
    return [
        layer if k in frozen else gradient_step([layer], [gradient], learning_rate)[0]
        for k, (layer, gradient) in enumerate(zip(layers, gradients, strict=True))
    ]
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    gradients = [None] * len(layers)
    lowest = min(set(range(len(layers))) - set(frozen), default=len(layers))
    grad = grad_logits
    for k in range(len(layers) - 1, lowest - 1, -1):
        weights, _ = layers[k]
        if k in frozen:
            grad = grad @ weights.T
        else:
            grad, grad_weights, grad_bias = dense_gradient(
                grad, activations[k], weights
            )
            gradients[k] = (grad_weights, grad_bias)
        if k > lowest:
            grad = relu_gradient(grad, activations[k])
    return gradients
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    layers, losses = list(layers), []
    for _ in range(epochs):
        total = 0.0
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = forward(layers, x_batch)
            total += cross_entropy(logits, y_batch) * len(y_batch)
            grad_logits = cross_entropy_gradient(logits, y_batch)
            gradients = backward_unfrozen(layers, activations, grad_logits, frozen)
            layers = frozen_step(layers, gradients, learning_rate, frozen)
        losses.append(total / len(y))
    return layers, losses
    ### END SOLUTION


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
    layers: Layers, adapters: Sequence[Adapter], x: np.ndarray, alpha: float
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the logits with all adapters on, and the input of each layer."""
    activations = []
    for (weights, bias), adapter in zip(layers, adapters, strict=True):
        activations.append(relu(x) if activations else x)
        x = lora_dense(activations[-1], weights, bias, adapter, alpha)
    return x, activations


### END SOLUTION
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
