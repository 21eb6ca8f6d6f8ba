"""Does a network of half-planes agree with its numbers, in a forward pass and in training?"""

from __future__ import annotations

import numpy as np
import pytest

from labkit.half_planes import NUMBERS, HalfPlanes
from solutions.weightlab.forward import forward


@pytest.fixture
def network():
    return HalfPlanes(3, np.random.default_rng(0))


def test_layers_that_were_set_give_the_same_differences(network):
    rng = np.random.default_rng(1)
    layers = [tuple(rng.normal(size=shape) for shape in shapes) for shapes in (((2, 3), 3), ((3, 2), 2))]
    network.layers = layers
    places = rng.normal(size=(9, 2))
    differences, hidden = network.differences(forward, places)
    logits, (_, entered) = forward(layers, places)
    np.testing.assert_allclose(differences, logits[:, 1] - logits[:, 0])
    np.testing.assert_array_equal(hidden, entered)
    assert network.neurons.shape == (len(NUMBERS), 3)


def test_a_border_is_where_the_neuron_begins_to_be_active(network):
    network.move(1, np.array([0.7, -0.3]))
    foot, toward = network.border(1)
    weights, bias = network.neurons[:2, 1], network.neurons[2, 1]
    assert weights @ np.array([0.7, -0.3]) + bias == pytest.approx(0)
    assert weights @ foot + bias == pytest.approx(0)
    assert np.linalg.norm(toward) == pytest.approx(1)
    assert weights @ (foot + 0.1 * toward) + bias > 0
