"""Trains the course's own digit reader with the reference library: 2,000 upright digits, plain descent.

    python solutions/data/train_reader.py

Every draw comes from one seed. Running it again on the same kind of processor gives the same file;
on another, matrix products differ in their last bits, and accuracy by less than two points.
"""

from __future__ import annotations

import numpy as np
from safetensors.numpy import save

from autograder.judging import reference
from labkit import data

SEED = 2024
SIZES = [196, 64, 64, 10]
N_IMAGES = 2000
"""How many of the 4,000 training images the reader has seen; chapter 10 draws its tasks from the others."""


def train_reader() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the trained layers of the 196-64-64-10 reader, float32."""
    rng = np.random.default_rng(SEED)
    images, labels = data.digits14_train()
    layers = reference.module("initialization").init_layers(SIZES, rng)
    layers, _ = reference.module("descent").train(
        layers, images[:N_IMAGES], labels[:N_IMAGES], epochs=20, batch_size=32, learning_rate=0.1, rng=rng
    )
    return [(weights.astype(np.float32), bias.astype(np.float32)) for weights, bias in layers]


def as_bytes(layers: list[tuple[np.ndarray, np.ndarray]]) -> bytes:
    """Write layers in the safetensors format, as ``0.weights``, ``0.bias``, ``1.weights`` and so on."""
    tensors = {}
    for k, (weights, bias) in enumerate(layers):
        tensors |= {f"{k}.weights": np.ascontiguousarray(weights), f"{k}.bias": bias}
    return save(tensors)


if __name__ == "__main__":
    data.READER.write_bytes(as_bytes(train_reader()))
    print(f"wrote {data.READER}")
