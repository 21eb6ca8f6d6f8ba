"""Fixtures that the tests of the lab's equipment share."""

from __future__ import annotations

import numpy as np
import pytest

from labkit import data, store
from solutions.weightlab.descent import train
from solutions.weightlab.initialization import init_layers


@pytest.fixture(autouse=True)
def records(tmp_path, monkeypatch):
    """An empty folder in place of the learner's own records."""
    folder = tmp_path / "records"
    monkeypatch.setattr(store, "FOLDER", folder)
    return folder


@pytest.fixture(scope="session")
def digits():
    return data.digits8()


@pytest.fixture(scope="session")
def layers(digits):
    """A 64-32-10 network, trained as in chapter 7."""
    rng = np.random.default_rng(0)
    settings = {"epochs": 30, "batch_size": 32, "learning_rate": 0.2, "rng": rng}
    return train(init_layers([64, 32, 10], rng), digits.train_images, digits.train_labels, **settings)[0]
