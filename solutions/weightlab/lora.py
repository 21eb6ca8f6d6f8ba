"""LoRA: adapt a trained network with two thin matrices beside each large one.

No function may change its inputs; drawing from rng is allowed. Arrays hold floats
unless the text says int. A number or bool that you return may be Python's or NumPy's.
"""

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
    """Return a new adapter, which changes nothing yet: random ``down``, zero ``up``.

    Parameters
    ----------
    fan_in, fan_out : int
        The numbers of inputs and of neurons of the layer to adapt.
    rank : int
        How many columns ``down`` has, and how many rows ``up`` has.
    rng : numpy.random.Generator
        The only source of random numbers.

    Returns
    -------
    down : ndarray of shape (fan_in, rank)
        Drawn from a normal distribution with mean 0; its variance is one divided by
        the number of inputs.
    up : ndarray of shape (rank, fan_out)
        Zeros, so that the adapter changes nothing at first.

    Raises
    ------
    ValueError
        If ``rank`` is below 1 or above ``min(fan_in, fan_out)``; the message must
        contain the rank that was given.

    Notes
    -----
    ``rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, rank))`` and
    ``np.zeros((rank, fan_out))``. The paper writes A for the transposed ``down``, B for
    the transposed ``up``, and r for the rank.

    References
    ----------
    E. J. Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021.

    Examples
    --------
    >>> down, up = lora_init(400, 50, 20, np.random.default_rng(0))
    >>> down.shape, up.shape, round(float(np.std(down)), 2), bool(up.any())
    ((400, 20), (20, 50), 0.05, False)
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

    The inputs also go through the adapter, first ``down`` and then ``up``. The
    result is added to the layer's own output.

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
        The adapter's strength: its output is multiplied by alpha divided by the rank.

    Returns
    -------
    ndarray of shape (batch, fan_out)
        The outputs of the layer and its adapter together.

    Notes
    -----
    ``x @ weights + bias + (alpha / rank) * (x @ down) @ up``.

    Examples
    --------
    One input of 3, a weight of 1, a bias of 5, an adapter of rank 3, alpha 1.5.

    >>> x, weights, bias = np.array([[3.0]]), np.array([[1.0]]), np.array([5.0])
    >>> adapter = np.array([[0.5, 1.0, -2.0]]), np.array([[4.0], [2.0], [-1.0]])
    >>> lora_dense(x, weights, bias, adapter, 1.5).tolist()
    [[17.0]]
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

    The layer's outputs are those of `lora_dense`: the input reaches them through the
    weights and through the adapter.

    Parameters
    ----------
    grad_output : ndarray of shape (batch, fan_out)
        The loss's gradient with respect to the layer's outputs.
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
        The loss's gradient with respect to the layer's inputs.
    grad_down : ndarray of shape (fan_in, rank)
        The loss's gradient with respect to ``down``.
    grad_up : ndarray of shape (rank, fan_out)
        The loss's gradient with respect to ``up``.

    Notes
    -----
    With ``scale = alpha / rank`` and ``grad_inner = scale * grad_output @ up.T``:
    ``grad_down = x.T @ grad_inner``, ``grad_up = scale * (x @ down).T @ grad_output``
    and ``grad_x = grad_output @ weights.T + grad_inner @ down.T``.

    Examples
    --------
    The same layer as in the example of `lora_dense`, with a gradient of 1.

    >>> x, weights = np.array([[3.0]]), np.array([[1.0]])
    >>> adapter = np.array([[0.5, 1.0, -2.0]]), np.array([[4.0], [2.0], [-1.0]])
    >>> grads = lora_gradient(np.array([[1.0]]), x, weights, adapter, 1.5)
    >>> [grad.tolist() for grad in grads]
    [[[4.0]], [[6.0, 3.0, -1.5]], [[0.75], [1.5], [-3.0]]]
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
    """Return one trained adapter per layer, and the losses; the layers stay frozen.

    Parameters
    ----------
    layers : list of (weights, bias)
        The frozen network, with ReLU after each layer except the output layer.
    adapters : list of (down, up)
        One adapter per layer, new or already trained.
    x : ndarray of shape (n, fan_in)
        The new examples, at least one.
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
        One number per epoch, as `train` returns them.

    Notes
    -----
    `train`, but forward through `lora_dense` (and `relu` between the layers), backward
    through `lora_gradient` (and `relu_gradient`), and `gradient_step` for the adapters,
    which are pairs of arrays as layers are.

    Examples
    --------
    Three identical examples, as in the example of `train`, and adapters of rank 2.

    >>> layers = [(np.eye(2), np.zeros(2)), (np.eye(2), np.array([0.0, -1.0]))]
    >>> adapters = [(np.eye(2), 0.1 * np.eye(2)), (np.eye(2), 0.1 * np.eye(2))]
    >>> x, y = np.array([[1.0, -0.5]] * 3), np.array([1, 1, 1])
    >>> trained, losses = lora_fine_tune(layers, adapters, x, y, alpha=3, epochs=2,
    ...                                  batch_size=2, learning_rate=0.3,
    ...                                  rng=np.random.default_rng(0))
    >>> [round(loss, 3) for loss in losses]
    [2.033, 0.988]
    >>> trained[1][0].round(3).tolist()
    [[1.393, 0.093], [0.0, 1.0]]
    """
    ### BEGIN SOLUTION
    adapters, losses = list(adapters), []
    for _ in range(epochs):
        answers, truths = [], []
        for x_batch, y_batch in minibatches(x, y, batch_size, rng):
            logits, activations = _lora_forward(layers, adapters, x_batch, alpha)
            grad = cross_entropy_gradient(logits, y_batch)
            for k in reversed(range(len(layers))):
                weights, _ = layers[k]
                grad_x, *gradient = lora_gradient(
                    grad, activations[k], weights, adapters[k], alpha
                )
                adapters[k] = gradient_step([adapters[k]], [gradient], learning_rate)[0]
                grad = relu_gradient(grad_x, activations[k])
            answers.append(logits)
            truths.append(y_batch)
        # Every example counts once, as in `train`.
        losses.append(cross_entropy(np.concatenate(answers), np.concatenate(truths)))
    return adapters, losses
    ### END SOLUTION


def lora_merge(weights: np.ndarray, adapter: Adapter, alpha: float) -> np.ndarray:
    """Return the weights with the adapter merged into them.

    A plain layer with these weights and the same bias gives the outputs of
    `lora_dense`, up to rounding.

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
        The merged weights.

    Notes
    -----
    ``weights + (alpha / rank) * (down @ up)``.

    Examples
    --------
    >>> adapter = np.array([[0.5, 1.0, -2.0]]), np.array([[4.0], [2.0], [-1.0]])
    >>> lora_merge(np.array([[1.0]]), adapter, 1.5).tolist()
    [[4.0]]
    """
    ### BEGIN SOLUTION
    down, up = adapter
    _, rank = down.shape
    return weights + (alpha / rank) * (down @ up)
    ### END SOLUTION
