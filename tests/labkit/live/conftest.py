"""What the tests of live figures share: data, and networks that the reference has trained."""

from __future__ import annotations

import numpy as np
import pytest

from labkit import data
from solutions.weightlab.descent import train
from solutions.weightlab.initialization import init_layers


@pytest.fixture(scope="session")
def digits():
    return data.digits8()


@pytest.fixture(scope="session")
def layers(digits):
    """A 64-32-10 network, trained as in chapter 7."""
    rng = np.random.default_rng(0)
    settings = {"epochs": 30, "batch_size": 32, "learning_rate": 0.2, "rng": rng}
    return train(init_layers([64, 32, 10], rng), digits.train_images, digits.train_labels, **settings)[0]
