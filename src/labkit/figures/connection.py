"""The course's first figure: one signal, one connection with its weight, and the weighted signal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.figure import Figure

from ..arrays import takes_lists
from .style import WEIGHTS, bare, color_of, figure
from .weights import signed

STRONGEST = 2.0
"""The signal and the weight that get the full colour and the widest line."""


@takes_lists
def connection(apply_weight: Callable, signal: np.ndarray, weights: Sequence[float]) -> Figure:
    """Draw a signal before and after it crosses a connection, once for each weight.

    Parameters
    ----------
    apply_weight : function
        The learner's own.
    signal : ndarray of shape (pixels,)
        A square image.
    weights : sequence of float
        One connection each.

    Returns
    -------
    Figure
        One row per weight: the signal, the connection as a line whose width and colour are its
        weight, and the weighted signal. Blue is positive, orange negative.
    """
    signal = np.asarray(signal, dtype=float)
    side = int(np.sqrt(signal.size))
    fig, axes = figure(len(weights), 3, (5.6, 1.45 * len(weights) + 0.25), squeeze=False, width_ratios=[1, 1.5, 1])
    for row, weight in zip(axes, weights, strict=True):
        arrived = np.broadcast_to(np.asarray(apply_weight(signal, weight), dtype=float), signal.shape)
        for ax, values in ((row[0], signal), (row[2], arrived)):
            bare(ax).imshow(values.reshape(side, side), cmap=WEIGHTS, vmin=-STRONGEST, vmax=STRONGEST)
        line = bare(row[1])
        line.set_xlim(0, 1)
        line.set_ylim(-1, 1)
        line.plot(
            [0.04, 0.96],
            [0, 0],
            color=color_of(weight),
            linestyle="-" if weight >= 0 else (0, (2, 0.8)),
            linewidth=0.8 + 9 * min(1, abs(weight) / STRONGEST),
        )
        line.text(0.5, 0.3, f"weight {in_digits(weight)}", ha="center", va="bottom")
    axes[0][0].set_title("signal")
    axes[0][2].set_title("weighted signal")
    return fig


def in_digits(weight: float) -> str:
    """Write a weight with its sign and two decimals, or with all its decimals if it has more."""
    return f"{weight + 0.0:{'+.2f' if round(weight, 2) == weight else '+.10g'}}".replace("-", "−")


@takes_lists
def in_words(weight: float, signal: np.ndarray, arrived: np.ndarray) -> str:
    """Say what a weight does to a signal; if something else arrived, say only what."""
    if not np.allclose(arrived, weight * signal):
        return f"signals from {signed(np.min(arrived))} to {signed(np.max(arrived))} arrive"
    size, flips = abs(weight), ", with every sign flipped" if weight < 0 else ""
    if size < 0.05:
        return "almost nothing arrives" if size else "nothing arrives"
    change = "as strong as it was" if abs(size - 1) < 1e-9 else "stronger" if size > 1 else "weaker"
    return f"the digit arrives {change}{flips}"
