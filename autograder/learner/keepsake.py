"""A figure to keep: the learner's own network through its life, with what was solved and when."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from labkit.display import show_message
from labkit.figures.style import WEIGHTS, bare, figure, limit_of, show

from ..paths import ROOT, shown
from . import progress

FOLDER = ROOT
"""Where the figure is kept: in the learner's folder of the course."""
_NEURONS = 8


def keepsake(stages: Mapping[str, Sequence[tuple[np.ndarray, np.ndarray]]]) -> None:
    """Draw a network's life from its own weights, show it, and save it as ``my-network-DATE.png``.

    A figure of the same day is drawn again; those of other days stay.

    Parameters
    ----------
    stages : mapping of str to list of (weights, bias)
        A stage of its life, as ``"at birth"``, to the layers that the network had then.
    """
    rows, today = progress.board(), time.strftime("%Y-%m-%d")
    fig = draw({name: np.asarray(layers[0][0], dtype=float) for name, layers in stages.items()}, rows)
    alt = _in_words(stages, rows)
    path = FOLDER / f"my-network-{today}.png"
    try:
        fig.savefig(path, dpi=200, metadata={"Title": "One network's life", "Description": alt})
        said = f"Kept as {shown(path)}."
    except OSError as error:
        said = f"It could not be kept: {shown(path)} cannot be written ({error.strerror})."
    show(fig, alt)
    show_message(f"<p>{html.escape(said)}</p>", said)


def draw(stages: Mapping[str, np.ndarray], rows: Sequence[Mapping]) -> Figure:
    """Draw each stage's first weights as images over the pixels, and the chapters below them.

    Parameters
    ----------
    stages : mapping of str to ndarray of shape (pixels, n)
        A stage's name to the weights into the first layer's neurons.
    rows : sequence of mapping
        The progress board's rows.

    Returns
    -------
    Figure
        For `show`.
    """
    lines = -(-len(rows) // 2)
    heights = [0.85] * len(stages) + [0.28 * lines + 0.1]
    fig, axes = figure(len(heights), 1, (7.8, sum(heights) + 0.6), height_ratios=heights, squeeze=False)
    fig.suptitle("One network's life, in weights: blue above zero, orange below", x=0.01, ha="left")
    for ax, (name, weights) in zip(axes[:-1, 0], stages.items(), strict=True):
        weights = weights[:, :_NEURONS]
        side, limit = int(np.sqrt(len(weights))), limit_of(weights)
        tiles = np.full((side, weights.shape[1], side + 1), np.nan)
        tiles[:, :, :side] = weights.T.reshape(-1, side, side).swapaxes(0, 1)
        bare(ax).imshow(tiles.reshape(side, -1)[:, :-1], cmap=WEIGHTS, vmin=-limit, vmax=limit, interpolation="nearest")
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
    chapters = bare(axes[-1, 0])
    for k, row in enumerate(rows):
        x, y = 0.66 * (k // lines) - 0.26, 1 - (k % lines + 0.5) / lines  # from below the stages' names on
        chapters.text(x, y, _title(row), va="center")
        chapters.text(x + 0.33, y, f"{row['score']:g} of {row['points']:g}", va="center", ha="right")
        chapters.text(x + 0.37, y, _when(row), va="center")
    return fig


def _title(row: Mapping) -> str:
    return row["chapter"].replace("_", " ")


def _when(row: Mapping) -> str:
    if row["finished"]:
        return time.strftime("%Y-%m-%d", time.localtime(row["finished"]))
    return "under way" if row["begun"] else "not begun"


def _in_words(stages: Mapping, rows: Sequence[Mapping]) -> str:
    chapters = "; ".join(f"{_title(row)}: {row['score']:g} of {row['points']:g} points, {_when(row)}" for row in rows)
    return (
        f"The weights into {_NEURONS} neurons of your network as images over the pixels, one row per stage: "
        f"{', '.join(' '.join(name.split()) for name in stages)}. Below them your chapters. {chapters}."
    )
