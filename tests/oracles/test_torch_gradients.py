"""Are all gradients those of PyTorch, and those that central differences measure?"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from autograder.judging import reference

torch = pytest.importorskip("torch", reason="PyTorch is not installed: its gradients are not compared with ours")

backprop, descent, forward, loss = (reference.module(name) for name in ("backprop", "descent", "forward", "loss"))
NETWORKS = range(24)


def a_network(seed: int, dtype: type = np.float64) -> tuple:
    """Draw a network of one to six layers, a batch for it, and labels."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 12, 2 + seed % 6)
    layers = [
        (rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)).astype(dtype), rng.normal(0, 0.3, fan_out).astype(dtype))
        for fan_in, fan_out in pairwise(sizes)
    ]
    batch = rng.integers(1, 9)
    x = rng.normal(size=(batch, sizes[0])).astype(dtype)
    return layers, x, rng.integers(0, sizes[-1], batch)


def our_gradients(layers: list, x: np.ndarray, labels: np.ndarray) -> list:
    logits, activations = forward.forward(layers, x)
    return backprop.backward(layers, activations, backprop.cross_entropy_gradient(logits, labels))


def torch_parameters(layers: list) -> list:
    return [tuple(torch.tensor(part, requires_grad=True) for part in pair) for pair in layers]


def torch_loss(parameters: list, x: np.ndarray, labels: np.ndarray):
    signal = torch.tensor(x)
    for weights, bias in parameters[:-1]:
        signal = torch.relu(signal @ weights + bias)
    weights, bias = parameters[-1]
    return torch.nn.functional.cross_entropy(signal @ weights + bias, torch.tensor(labels))


def assert_equal(ours: list, theirs: list, atol: float = 1e-12) -> None:
    assert len(ours) == len(theirs)
    for our_pair, their_pair in zip(ours, theirs, strict=True):
        for our, their in zip(our_pair, their_pair, strict=True):
            np.testing.assert_allclose(our, their, rtol=atol, atol=atol, strict=True)


@pytest.mark.parametrize("seed", NETWORKS)
def test_every_gradient_of_a_network_is_pytorchs(seed):
    layers, x, labels = a_network(seed)
    parameters = torch_parameters(layers)
    torch_loss(parameters, x, labels).backward()
    theirs = [tuple(part.grad.numpy() for part in pair) for pair in parameters]
    assert_equal(our_gradients(layers, x, labels), theirs)


@pytest.mark.parametrize("seed", NETWORKS)
def test_every_gradient_of_a_network_is_what_central_differences_measure(seed):
    layers, x, labels = a_network(seed)
    gradients = our_gradients(layers, x, labels)
    for k, pair in enumerate(layers):
        for place, part in enumerate(pair):

            def loss_with(moved, k=k, place=place, pair=pair):
                changed = [*layers[:k], (moved, pair[1]) if place == 0 else (pair[0], moved), *layers[k + 1 :]]
                return loss.cross_entropy(forward.forward(changed, x)[0], labels)

            measured = backprop.numerical_gradient(loss_with, part)
            assert backprop.relative_error(gradients[k][place], measured) < 1e-6


@pytest.mark.parametrize("seed", NETWORKS)
def test_a_dense_layer_hands_back_pytorchs_gradients(seed):
    rng = np.random.default_rng(seed)
    batch, fan_in, fan_out = rng.integers(1, 10, 3)
    x, weights, bias = rng.normal(size=(batch, fan_in)), rng.normal(size=(fan_in, fan_out)), rng.normal(size=fan_out)
    above = rng.normal(size=(batch, fan_out))
    tensors = [torch.tensor(part, requires_grad=True) for part in (x, weights, bias)]
    (tensors[0] @ tensors[1] + tensors[2]).backward(torch.tensor(above))
    assert_equal([backprop.dense_gradient(above, x, weights)], [[tensor.grad.numpy() for tensor in tensors]])


def test_the_losses_hand_back_pytorchs_gradients():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 3, (7, 5)), rng.integers(0, 5, 7)
    tensor = torch.tensor(logits, requires_grad=True)
    torch.nn.functional.cross_entropy(tensor, torch.tensor(labels)).backward()
    predictions, targets = rng.normal(size=(2, 6, 4))
    guesses = torch.tensor(predictions, requires_grad=True)
    torch.nn.functional.mse_loss(guesses, torch.tensor(targets)).backward()
    ours = backprop.cross_entropy_gradient(logits, labels), backprop.mean_squared_error_gradient(predictions, targets)
    assert_equal([ours], [(tensor.grad.numpy(), guesses.grad.numpy())])


def test_a_relu_hands_back_pytorchs_gradient_also_at_zero():
    before = np.array([[-1.5, 0.0, 2.0], [0.5, -0.0, -3.0]])
    above = np.arange(1.0, 7.0).reshape(2, 3)
    tensor = torch.tensor(before, requires_grad=True)
    torch.relu(tensor).backward(torch.tensor(above))
    np.testing.assert_array_equal(backprop.relu_gradient(above, np.maximum(before, 0)), tensor.grad.numpy())


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_ten_steps_with_momentum_lead_where_pytorchs_do(momentum):
    layers, x, labels = a_network(3)
    parameters = torch_parameters(layers)
    optimizer = torch.optim.SGD([part for pair in parameters for part in pair], lr=0.1, momentum=momentum)
    velocity = [tuple(np.zeros_like(part) for part in pair) for pair in layers]
    for _ in range(10):
        optimizer.zero_grad()
        torch_loss(parameters, x, labels).backward()
        optimizer.step()
        layers, velocity = descent.momentum_step(layers, our_gradients(layers, x, labels), velocity, 0.1, momentum)
    assert_equal(layers, [tuple(part.detach().numpy() for part in pair) for pair in parameters])


@pytest.mark.parametrize("seed", range(6))
def test_float32_stays_float32(seed):
    layers, x, labels = a_network(seed, np.float32)
    gradients = our_gradients(layers, x, labels)
    stepped, velocity = descent.momentum_step(layers, gradients, gradients, 0.1, 0.9)
    trained, losses = descent.train(
        layers, x, labels, epochs=2, batch_size=3, learning_rate=0.1, rng=np.random.default_rng(0)
    )
    found = {part.dtype for network in (gradients, stepped, velocity, trained) for pair in network for part in pair}
    assert found == {np.dtype(np.float32)}
    assert backprop.mean_squared_error_gradient(x, x).dtype == np.float32
    assert {type(value) for value in losses} == {float}
