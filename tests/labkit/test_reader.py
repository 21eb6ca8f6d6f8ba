"""Is the pre-trained reader the one that its script makes, and as good as the course says?"""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from autograder.judging import reference
from autograder.paths import SOLUTIONS
from labkit import data
from labkit.tasks import turn


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("train_reader", SOLUTIONS / "data" / "train_reader.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def trained(script):
    return script.train_reader()


def read(layers, images, labels):
    return reference.module("loss").accuracy(reference.module("forward").forward(layers, images)[0], labels)


def test_training_again_gives_the_same_file_or_the_same_accuracy(script, trained):
    """The last bits of matrix products differ between processors; then a difference of two points is allowed."""
    if script.as_bytes(trained) == data.READER.read_bytes():
        return
    digits = data.digits14()
    again = read(trained, digits.test_images, digits.test_labels)
    assert again == pytest.approx(read(data.pretrained_reader(), digits.test_images, digits.test_labels), abs=0.02)


def test_the_file_holds_float32_layers_of_the_stated_sizes(script):
    layers = data.pretrained_reader()
    assert [weights.shape for weights, _ in layers] == list(zip(script.SIZES[:-1], script.SIZES[1:], strict=True))
    assert {array.dtype for layer in layers for array in layer} == {np.dtype(np.float32)}
    assert sum(array.size for layer in layers for array in layer) == 17_418


def test_other_readers_of_safetensors_read_the_same():
    from safetensors.numpy import load_file

    stored = load_file(data.READER)
    for k, (weights, bias) in enumerate(data.pretrained_reader()):
        assert np.array_equal(stored[f"{k}.weights"], weights)
        assert np.array_equal(stored[f"{k}.bias"], bias)


def test_it_reads_upright_digits_and_not_turned_ones():
    digits = data.digits14()
    layers = data.pretrained_reader()
    assert 0.88 < read(layers, digits.test_images, digits.test_labels) < 0.93
    assert read(layers, turn(digits.test_images, 90), digits.test_labels) < 0.15
