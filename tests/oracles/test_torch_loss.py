"""Do the losses have PyTorch's values?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judging import reference

torch = pytest.importorskip("torch", reason="without torch the losses are not compared with independent ones")

library = reference.module("loss")
functional = torch.nn.functional
SHAPES = [(1, 2), (7, 3), (64, 10), (5, 1)]


@pytest.mark.parametrize("scale", [0.1, 1, 30, 10_000])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cross_entropy_is_torchs(shape, scale):
    rng = np.random.default_rng(shape)
    logits, labels = scale * rng.normal(size=shape), rng.integers(0, shape[1], size=shape[0])
    expected = functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels)).item()
    assert library.cross_entropy(logits, labels) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("shape", [*SHAPES, (4,), (2, 3, 4)], ids=str)
def test_mean_squared_error_is_torchs(shape):
    predictions, targets = np.random.default_rng(shape).normal(size=(2, *shape))
    expected = functional.mse_loss(torch.from_numpy(predictions), torch.from_numpy(targets)).item()
    assert library.mean_squared_error(predictions, targets) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_one_hot_and_accuracy_are_torchs(shape):
    batch, n_classes = shape
    rng = np.random.default_rng(shape)
    logits, labels = rng.normal(size=shape), rng.integers(0, n_classes, size=batch)
    np.testing.assert_array_equal(
        library.one_hot(labels, n_classes), functional.one_hot(torch.from_numpy(labels), n_classes).numpy()
    )
    agreeing = torch.from_numpy(logits).argmax(dim=1) == torch.from_numpy(labels)
    assert library.accuracy(logits, labels) == agreeing.double().mean().item()


def test_a_loss_is_a_plain_number_in_any_precision():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(8, 3)).astype(np.float32), rng.integers(0, 3, size=8)
    found = [library.cross_entropy(logits, labels), library.mean_squared_error(logits, logits[::-1])]
    found.append(library.accuracy(logits, labels))
    assert [type(value) for value in found] == [float] * 3
