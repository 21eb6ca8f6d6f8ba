"""Does the forward pass give PyTorch's numbers?"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from autograder.judging import reference

torch = pytest.importorskip("torch", reason="without torch the forward pass is not compared with an independent one")

library = reference.module("forward")


def random_network(rng, depth, dtype=np.float64):
    sizes = rng.integers(1, 12, size=depth + 1).tolist()
    layers = [
        (rng.normal(size=shape).astype(dtype), rng.normal(size=shape[1]).astype(dtype)) for shape in pairwise(sizes)
    ]
    return layers, rng.normal(size=(int(rng.integers(1, 9)), sizes[0])).astype(dtype)


def torch_forward(layers, x):
    """Build the network from PyTorch's own modules; return its logits and what entered each Linear."""
    entered = []
    modules = []
    for weights, bias in layers:
        linear = torch.nn.Linear(*weights.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.from_numpy(weights.T.copy()), torch.from_numpy(bias)
        linear.register_forward_pre_hook(lambda _, args: entered.append(args[0].detach().numpy().copy()))
        modules += [linear, torch.nn.ReLU()]
    with torch.no_grad():
        return torch.nn.Sequential(*modules[:-1])(torch.from_numpy(x)).numpy(), entered


@pytest.mark.parametrize("depth", range(1, 7))
def test_logits_and_activations_are_torchs(depth):
    rng = np.random.default_rng(depth)
    for _ in range(20):
        layers, x = random_network(rng, depth)
        logits, activations = library.forward(layers, x)
        expected, entered = torch_forward(layers, x)
        np.testing.assert_allclose(logits, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())
        assert len(activations) == len(entered) == depth
        for ours, theirs in zip(activations, entered, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * np.abs(theirs).max())
        np.testing.assert_array_equal(library.predict(layers, x), expected.argmax(axis=1))


@pytest.mark.parametrize("scale", [1, 30, 10_000])
def test_softmax_is_torchs(scale):
    logits = scale * np.random.default_rng(scale).normal(size=(50, 7))
    expected = torch.softmax(torch.from_numpy(logits), dim=1).numpy()
    np.testing.assert_allclose(library.softmax(logits), expected, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("depth", range(1, 7))
def test_single_precision_stays_single(depth):
    layers, x = random_network(np.random.default_rng(depth), depth, np.float32)
    logits, activations = library.forward(layers, x)
    found = [logits, *activations, library.softmax(logits), library.relu(x)]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}
    expected, _ = torch_forward([(w.astype(float), b.astype(float)) for w, b in layers], x.astype(float))
    np.testing.assert_allclose(logits, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
