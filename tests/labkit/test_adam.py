"""Does the Adam that the lab lends take the steps that Adam takes?"""

import numpy as np
import pytest

from labkit.lent.adam import given_adam


@pytest.mark.parametrize("scale", [1e-3, 1, 1e3])
def test_equal_gradients_give_steps_as_long_as_the_rate_whatever_their_scale(scale):
    places = given_adam(lambda place: scale * np.array([1.0, -50.0]), [0, 0], rate=0.1, steps=5)
    assert np.allclose(places, 0.1 * np.outer(range(6), [-1, 1]), atol=1e-4)


def test_later_steps_follow_the_two_running_means():
    gradients = [2.0, -1.0]
    places = given_adam(lambda place: np.array([gradients.pop(0)]), [3.0], rate=0.5, steps=2)
    mean = (0.09 * 2 - 0.1) / (1 - 0.81)
    square = (0.999 * 0.001 * 4 + 0.001) / (1 - 0.999**2)
    assert np.allclose(places[:, 0], [3, 2.5, 2.5 - 0.5 * mean / (square**0.5 + 1e-8)], atol=1e-7)


def test_nothing_moves_without_a_gradient_and_the_start_stays_as_it_is():
    start = np.array([1.0, 2.0])
    assert np.array_equal(given_adam(np.zeros_like, start, rate=1, steps=3), np.tile(start, (4, 1)))
    given_adam(lambda place: place, start, rate=1, steps=3)
    assert start.tolist() == [1, 2]
