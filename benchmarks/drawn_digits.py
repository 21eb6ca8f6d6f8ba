"""Draws digits by program: 26 ways of writing them, each with a different hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np


def arc(x, y, width, height, start, stop):
    """Return points of an ellipse's arc; angles in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(start, stop, 24))
    return np.column_stack([x + width * np.cos(angles), y + height * np.sin(angles)])


def line(*points):
    """Return points along straight pieces."""
    points = np.array(points, dtype=float)
    pieces = [np.linspace(a, b, 8) for a, b in pairwise(points)]
    return np.concatenate(pieces)


def join(*parts):
    """Return one stroke made of parts that follow each other."""
    return np.concatenate(parts)


TOP, RISE = arc(0.5, 0.25, 0.28, 0.25, -60, -270), arc(0.5, 0.25, 0.28, 0.25, 90, -60)
STYLES = [
    (0, [arc(0.5, 0.5, 0.35, 0.5, -90, 270)]),
    (0, [arc(0.5, 0.5, 0.25, 0.5, -60, 300)]),
    (1, [line((0.5, 0), (0.5, 1))]),
    (1, [line((0.25, 0.25), (0.5, 0), (0.5, 1))]),
    (1, [line((0.25, 0.25), (0.5, 0), (0.5, 1)), line((0.2, 1), (0.8, 1))]),
    (2, [join(arc(0.5, 0.28, 0.32, 0.28, 190, 390), line((0.77, 0.42), (0.15, 1), (0.85, 1)))]),
    (2, [join(arc(0.5, 0.25, 0.3, 0.25, 180, 400), line((0.7, 0.45), (0.2, 0.98)), line((0.2, 0.98), (0.9, 0.95)))]),
    (2, [join(arc(0.5, 0.28, 0.32, 0.28, 200, 420), arc(0.3, 0.85, 0.15, 0.13, 0, -260), line((0.3, 0.9), (0.9, 1)))]),
    (3, [join(arc(0.45, 0.25, 0.33, 0.25, 200, 440), arc(0.45, 0.74, 0.37, 0.26, -80, 160))]),
    (3, [join(line((0.15, 0), (0.8, 0), (0.45, 0.4)), arc(0.45, 0.7, 0.35, 0.3, -90, 150))]),
    (3, [join(arc(0.4, 0.23, 0.35, 0.23, 210, 450), arc(0.4, 0.73, 0.4, 0.27, -90, 140))]),
    (4, [line((0.3, 0), (0.15, 0.6), (0.85, 0.6)), line((0.7, 0.1), (0.7, 1))]),
    (4, [line((0.65, 0), (0.1, 0.65), (0.9, 0.65)), line((0.65, 0), (0.65, 1))]),
    (4, [line((0.2, 0), (0.2, 0.5), (0.75, 0.5)), line((0.75, 0), (0.75, 1))]),
    (5, [line((0.25, 0), (0.2, 0.45)), arc(0.42, 0.68, 0.36, 0.32, -130, 140), line((0.25, 0), (0.8, 0))]),
    (5, [join(line((0.8, 0), (0.25, 0), (0.22, 0.42)), arc(0.45, 0.68, 0.35, 0.31, -120, 150))]),
    (6, [join(arc(0.75, 0.65, 0.55, 0.65, -90, -180), arc(0.5, 0.7, 0.3, 0.3, 180, -180))]),
    (6, [join(line((0.65, 0), (0.25, 0.6)), arc(0.5, 0.72, 0.28, 0.28, 200, -160))]),
    (7, [line((0.1, 0), (0.85, 0), (0.4, 1))]),
    (7, [line((0.1, 0), (0.85, 0), (0.4, 1)), line((0.3, 0.5), (0.8, 0.5))]),
    (7, [line((0.12, 0.15), (0.12, 0), (0.85, 0), (0.5, 0.5), (0.4, 1))]),
    (8, [join(TOP, arc(0.5, 0.75, 0.33, 0.25, -90, 270), RISE)]),
    (8, [arc(0.5, 0.25, 0.26, 0.25, 90, 450), arc(0.5, 0.75, 0.32, 0.25, -90, 270)]),
    (9, [arc(0.48, 0.3, 0.3, 0.3, 0, 360), line((0.78, 0.3), (0.72, 1))]),
    (9, [join(arc(0.48, 0.28, 0.3, 0.28, 0, -360), line((0.78, 0.28), (0.75, 0.7)), arc(0.5, 0.7, 0.25, 0.3, 0, 140))]),
    (9, [join(arc(0.5, 0.28, 0.3, 0.28, -30, -360), line((0.8, 0.28), (0.55, 1)))]),
]  # fmt: skip
"""Pairs of a digit and the strokes of one way to write it, in a frame from 0 to 1."""


def drawn(count=360, seed=0):
    """Return drawings (lists of strokes) and the digits that they show, each as a different hand would write it."""
    rng = np.random.default_rng(seed)
    drawings, digits = [], []
    for k in range(count):
        digit, strokes = STYLES[k % len(STYLES)]
        slant, turn = rng.normal(0.1, 0.12), rng.normal(0, 0.07)
        stretch = rng.uniform(0.75, 1.1)
        change = np.array([[stretch * np.cos(turn), np.sin(turn)], [-np.sin(turn) * stretch - slant, np.cos(turn)]])
        size, place = rng.uniform(0.35, 0.8), rng.uniform(0.1, 0.2, 2)
        bend, phase = rng.normal(0, 0.025, 2), rng.uniform(0, 6, 2)
        hand = []
        for stroke in strokes:
            wobbly = stroke + bend * np.sin(6 * stroke[:, ::-1] + phase) + rng.normal(0, 0.006, stroke.shape)
            hand.append((wobbly + rng.normal(0, 0.02, 2)) @ change * size + place)
        drawings.append(hand)
        digits.append(digit)
    return drawings, np.array(digits)
