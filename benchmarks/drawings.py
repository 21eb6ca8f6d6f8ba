"""How many digits drawn by a program each network of the course reads, and what one stroke costs.

The way in which strokes become images was chosen by looking at the first set of drawings; the second is drawn by the
same program with another seed. No person drew any of them.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.drawn_digits import drawn
from labkit import data
from labkit.drawings import RECIPES, to_image
from labkit.live.pad import Pad
from labkit.live.widget import pack
from solutions.weightlab.descent import train
from solutions.weightlab.forward import forward, predict, softmax
from solutions.weightlab.initialization import init_layers
from solutions.weightlab.weights import template_weights, weighted_sums

SEEDS = range(5)


def _trained(sizes: list[int], digits: data.Digits, epochs: int, seed: int) -> list:
    rng = np.random.default_rng(seed)
    settings = {"epochs": epochs, "batch_size": 32, "learning_rate": 0.2, "rng": rng}
    return train(init_layers(sizes, rng), digits.train_images, digits.train_labels, **settings)[0]


def _milliseconds_per_point(drawings: list, network: list) -> float:
    """Return the median CPU time of one new point: strokes to image, forward pass, votes, and the answer's bytes."""
    tool, times = Pad(forward, network, softmax), []
    for strokes in drawings[:40]:
        sent = np.concatenate(strokes).astype(np.float32).tobytes()
        start = time.process_time()
        pack(tool.answer({"event": "draw", "lengths": [len(stroke) for stroke in strokes]}, sent))
        times.append(1000 * (time.process_time() - start))
    return round(float(np.median(times)), 2)


def measure() -> dict:
    """Return, for two sets of 360 drawings, the fraction that each network reads; five seeds where it is trained."""
    small, large, both = data.digits8(), data.digits14(), data.both_digits()
    templates = template_weights(small.train_images, small.train_labels, 10)
    networks = {
        "8x8, 64-32-10": (8, [_trained([64, 32, 10], small, 30, seed) for seed in SEEDS]),
        "14x14, the course's reader": (14, [data.pretrained_reader()]),
        "14x14, 196-64-10": (14, [_trained([196, 64, 10], large, 15, seed) for seed in SEEDS]),
        "both sets at 14x14, 196-64-10": (14, [_trained([196, 64, 10], both, 15, seed) for seed in SEEDS]),
    }
    found: dict = {}
    for name, seed in (("drawings", 0), ("other drawings", 1)):
        hands, digits = drawn(seed=seed)
        images = {side: np.array([to_image(strokes, side) for strokes in hands]) for side in RECIPES}
        found[name] = {"8x8, templates": [_read(weighted_sums(images[8], templates).argmax(axis=1), digits)]}
        for kind, (side, trained) in networks.items():
            found[name][kind] = [_read(predict(layers, images[side]), digits) for layers in trained]
    hands, _ = drawn()
    points = {kind: _milliseconds_per_point(hands, trained[0]) for kind, (_, trained) in networks.items()}
    return found | {"CPU milliseconds per point, in Python": points}


def _read(predicted: np.ndarray, digits: np.ndarray) -> float:
    return round(float(np.mean(predicted == digits)), 3)
