"""Are LoRA's outputs, gradients and merged weights those of PyTorch, and is its change of low rank?"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from autograder.judging import reference

torch = pytest.importorskip("torch", reason="PyTorch is not installed: LoRA's gradients are not compared with its own")

freezing, lora, forward, loss = (reference.module(name) for name in ("freezing", "lora", "forward", "loss"))
LAYERS = range(24)


def an_adapted_layer(seed: int, dtype: type = np.float64) -> tuple:
    """Draw a layer with an adapter, a batch for it, and the gradient that comes back."""
    rng = np.random.default_rng(seed)
    batch, fan_in, fan_out = (int(size) for size in rng.integers(2, 12, 3))
    rank = 1 + seed % min(fan_in, fan_out)
    shapes = [(batch, fan_out), (batch, fan_in), (fan_in, fan_out), (fan_out,), (fan_in, rank), (rank, fan_out)]
    grad, x, weights, bias, down, up = (rng.normal(size=shape).astype(dtype) for shape in shapes)
    return grad, x, weights, bias, (down, up), float(rng.uniform(0.5, 16))


def torch_outputs(x, weights, bias, down, up, alpha):
    return x @ weights + bias + alpha / down.shape[1] * (x @ down) @ up


@pytest.mark.parametrize("seed", LAYERS)
def test_outputs_and_gradients_of_an_adapted_layer_are_pytorchs(seed):
    grad, x, weights, bias, adapter, alpha = an_adapted_layer(seed)
    leaves = [torch.tensor(array, requires_grad=True) for array in (x, *adapter)]
    outputs = torch_outputs(leaves[0], torch.tensor(weights), torch.tensor(bias), *leaves[1:], alpha)
    outputs.backward(torch.tensor(grad))
    ours = lora.lora_dense(x, weights, bias, adapter, alpha)
    np.testing.assert_allclose(ours, outputs.detach(), rtol=1e-12, atol=1e-12)
    for our, leaf in zip(lora.lora_gradient(grad, x, weights, adapter, alpha), leaves, strict=True):
        np.testing.assert_allclose(our, leaf.grad, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_training_adapters_takes_the_steps_that_pytorch_takes(seed):
    """Each step takes one full batch, so that no order can matter."""
    rng = np.random.default_rng(seed)
    sizes, alpha, rate = [7, 6, 5, 4][: 3 + seed % 2], 6.0, 0.1
    pairs = list(pairwise(sizes))
    layers = [(rng.normal(size=pair) / 2, rng.normal(size=pair[1])) for pair in pairs]
    adapters = [lora.lora_init(*pair, 3, rng) for pair in pairs]
    x, y = rng.normal(size=(9, sizes[0])), rng.integers(sizes[-1], size=9)

    theirs = [tuple(torch.tensor(part, requires_grad=True) for part in adapter) for adapter in adapters]
    optimizer = torch.optim.SGD([part for adapter in theirs for part in adapter], lr=rate)
    losses = []
    for _ in range(5):
        signal = torch.tensor(x)
        for k, ((weights, bias), adapter) in enumerate(zip(layers, theirs, strict=True)):
            signal = torch.relu(signal) if k else signal
            signal = torch_outputs(signal, torch.tensor(weights), torch.tensor(bias), *adapter, alpha)
        value = torch.nn.functional.cross_entropy(signal, torch.tensor(y))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())

    ours, our_losses = lora.lora_fine_tune(
        layers, adapters, x, y, alpha=alpha, epochs=5, batch_size=9, learning_rate=rate, rng=rng
    )
    np.testing.assert_allclose(our_losses, losses, rtol=1e-11)
    for our, their in zip(ours, theirs, strict=True):
        for our_part, their_part in zip(our, their, strict=True):
            np.testing.assert_allclose(our_part, their_part.detach(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_freezing_a_layer_gives_the_gradients_of_requires_grad_false(seed):
    rng = np.random.default_rng(seed)
    layers = [(rng.normal(size=pair) / 2, rng.normal(size=pair[1])) for pair in [(6, 5), (5, 5), (5, 4), (4, 3)]]
    frozen = {int(k) for k in rng.choice(4, size=1 + seed % 3, replace=False)}
    x, y = rng.normal(size=(8, 6)), rng.integers(3, size=8)

    theirs = [
        tuple(torch.tensor(part, requires_grad=k not in frozen) for part in pair) for k, pair in enumerate(layers)
    ]
    signal = torch.tensor(x)
    for k, (weights, bias) in enumerate(theirs):
        signal = (torch.relu(signal) if k else signal) @ weights + bias
    torch.nn.functional.cross_entropy(signal, torch.tensor(y)).backward()

    logits, activations = forward.forward(layers, x)
    grad = reference.module("backprop").cross_entropy_gradient(logits, y)
    for k, gradient in enumerate(freezing.backward_unfrozen(layers, activations, grad, frozen)):
        if k in frozen:
            assert gradient is None and theirs[k][0].grad is None
        else:
            for our, their in zip(gradient, theirs[k], strict=True):
                np.testing.assert_allclose(our, their.grad, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", LAYERS)
def test_a_merged_layer_says_what_the_adapted_one_says(seed):
    _, x, weights, bias, adapter, alpha = an_adapted_layer(seed)
    merged = lora.lora_merge(weights, adapter, alpha)
    np.testing.assert_allclose(x @ merged + bias, lora.lora_dense(x, weights, bias, adapter, alpha), rtol=1e-11)


@pytest.mark.parametrize("seed", LAYERS)
def test_the_change_has_no_higher_rank_than_the_adapter(seed):
    _, _, weights, _, adapter, alpha = an_adapted_layer(seed)
    change = lora.lora_merge(weights, adapter, alpha) - weights
    assert np.linalg.matrix_rank(change, tol=1e-9) <= adapter[0].shape[1]


def test_a_new_adapter_is_exactly_no_change():
    rng = np.random.default_rng(0)
    x, weights, bias = rng.normal(size=(5, 7)), rng.normal(size=(7, 4)), rng.normal(size=4)
    adapter = lora.lora_init(7, 4, 3, rng)
    assert lora.lora_merge(weights, adapter, 6.0).tobytes() == weights.tobytes()
    assert lora.lora_dense(x, weights, bias, adapter, 6.0).tobytes() == (x @ weights + bias).tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_single_precision_stays_single(dtype):
    grad, x, weights, bias, adapter, alpha = an_adapted_layer(1, dtype)
    results = [
        lora.lora_dense(x, weights, bias, adapter, alpha),
        *lora.lora_gradient(grad, x, weights, adapter, alpha),
        lora.lora_merge(weights, adapter, alpha),
    ]
    assert {result.dtype for result in results} == {np.dtype(dtype)}
