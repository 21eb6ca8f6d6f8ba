"""Points in a plane, of two classes that no straight line separates."""

from __future__ import annotations

import numpy as np


def moons(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two half-circles that reach into each other."""
    labels = np.arange(n) % 2
    angles = rng.uniform(0, np.pi, n) + np.pi * labels
    points = np.column_stack([np.cos(angles) + labels - 0.5, np.sin(angles) + 0.5 * labels - 0.25])
    return points + rng.normal(0, 0.1, points.shape), labels


def rings(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a disk and a ring around it."""
    labels, angles = np.arange(n) % 2, rng.uniform(0, 2 * np.pi, n)
    radii = np.where(labels == 1, rng.uniform(0, 0.6, n), rng.uniform(1.1, 1.6, n))
    return np.column_stack([radii * np.cos(angles), radii * np.sin(angles)]), labels


def xor(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points whose class is the sign of the product of their coordinates."""
    points = rng.uniform(-1.6, 1.6, (n, 2))
    points += 0.15 * np.sign(points)
    return points, (points.prod(axis=1) > 0).astype(int)


def none(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return no points, for a plane on which the learner adds their own."""
    return np.empty((0, 2)), np.empty(0, dtype=int)


POINTS = {"moons": moons, "rings": rings, "XOR": xor, "none": none}
