"""Figures of weights, each drawn from the learner's own arrays; one module per topic builds on these.

`figure`, `show` and the colours are in `style`. The functions here draw on given axes, or make a
figure and return it for `show`, which also takes a text that says what to look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ..arrays import takes_lists
from .style import (
    COLORS,
    FAINT,
    LINE_STYLES,
    NEGATIVE,
    PAPER,
    POSITIVE,
    TEXT,
    WEIGHTS,
    bare,
    color_of,
    figure,
    limit_of,
    looks,
    show,
)

__all__ = [
    "COLORS",
    "LINE_STYLES",
    "NEGATIVE",
    "PAPER",
    "POSITIVE",
    "TEXT",
    "WEIGHTS",
    "bare",
    "curves",
    "draw_network",
    "figure",
    "images",
    "limit_of",
    "network",
    "show",
    "weight_images",
]


def _grid(n: int, columns: int | None) -> tuple[int, int]:
    columns = columns or min(n, 10 if n >= 10 else 5)
    return -(-n // columns), columns


@takes_lists
def images(
    pixels: np.ndarray,
    shape: tuple[int, int] | None = None,
    *,
    titles: Sequence[object] | None = None,
    columns: int | None = None,
    size: float | None = None,
) -> Figure:
    """Draw images side by side, ink on paper.

    Parameters
    ----------
    pixels : ndarray of shape (n, height * width)
        One image per row, 0 for paper and 1 for ink. A single image may be one-dimensional.
    shape : pair of int, optional
        Height and width; square by default.
    titles : sequence, optional
        One per image, written above it.
    columns : int, optional
        Images in a row.
    size : float, optional
        Width of an image in inches.

    Returns
    -------
    Figure
        For `show`.
    """
    return _tiles(np.atleast_2d(pixels), shape, titles, columns, size, PAPER, 0.0, 1.0)[0]


@takes_lists
def weight_images(
    weights: np.ndarray,
    shape: tuple[int, int] | None = None,
    *,
    titles: Sequence[object] | None = None,
    columns: int | None = None,
    size: float | None = None,
    limit: float | None = None,
    label: str = "weight",
) -> Figure:
    """Draw the weights into each neuron as an image over the inputs: blue above zero, orange below.

    Parameters
    ----------
    weights : ndarray of shape (fan_in, fan_out)
        One neuron per column. A single neuron may be one-dimensional.
    shape : pair of int, optional
        Height and width of the input image, ``fan_in = height * width``; square by default.
    titles : sequence, optional
        One per neuron.
    columns : int, optional
        Images in a row.
    size : float, optional
        Width of an image in inches.
    limit : float, optional
        The weight that gets the full colour; by default the largest of all, so that images of
        one figure can be compared. Give it to compare figures.
    label : str
        What the colours show.

    Returns
    -------
    Figure
        For `show`.
    """
    weights = np.asarray(weights, dtype=float)
    rows = weights[None] if weights.ndim == 1 else weights.T
    limit = limit or limit_of(weights)
    fig, ax, drawn = _tiles(rows, shape, titles, columns, size, WEIGHTS, -limit, limit)
    bar = fig.colorbar(drawn, ax=ax, shrink=0.9, aspect=22, pad=0.02, label=label)
    bar.outline.set_visible(False)
    return fig


def _tiles(rows, shape, titles, columns, size, colors, low, high):
    """Draw images on one Axes, one unit per inch: with one Axes each, twenty images would take most of a second."""
    n, pixels = rows.shape
    side = int(np.sqrt(pixels))
    height, width = shape or (side, side)
    if height * width != pixels:
        raise ValueError(
            f"{n} times {pixels} numbers are not images of {height}×{width}. Weights have one column per neuron, "
            "(pixels, neurons); images have one row each."
        )
    n_rows, columns = _grid(n, columns)
    size = size or (0.95 if n > 5 else 1.6)
    gap, title_room = 0.1, 0.22 if titles is not None else 0.0
    inner = size - gap
    step = inner * height / width + gap + title_room
    fig, ax = figure(1, 1, (columns * size + 0.2, n_rows * step + 0.1))
    bare(ax)
    for k in range(n):
        top, left = (k // columns) * step, (k % columns) * size
        drawn = ax.imshow(
            rows[k].reshape(height, width),
            cmap=colors,
            vmin=low,
            vmax=high,
            interpolation="nearest",
            extent=(left, left + inner, top + inner * height / width, top),
        )
        if titles is not None:
            title = str(titles[k])
            ax.text(
                left + inner / 2,
                top - 0.04,
                title,
                ha="center",
                va="bottom",
                fontweight="bold",
                fontsize=min(11.5, 105 * size / max(1, len(title))),
            )
    ax.set(xlim=(0, columns * size - gap), ylim=(n_rows * step - gap - title_room, -title_room))
    return fig, ax, drawn


@takes_lists
def network(
    matrices: Sequence[np.ndarray],
    *,
    labels: Mapping[int, Sequence[str]] | None = None,
    size: tuple[float, float] | None = None,
    limit: float | None = None,
    most: int = 16,
) -> Figure:
    """Draw a network: each weight is a line whose width and colour show its value; negative ones are dashed.

    Parameters
    ----------
    matrices : sequence of ndarray of shape (fan_in, fan_out)
        The weight matrices from input to output.
    labels : mapping of int to sequence of str, optional
        For each column of neurons (0 is the inputs), the names written beside the neurons.
    size : pair of float, optional
        In inches.
    limit : float, optional
        The weight that gets the widest line; by default the largest of all.
    most : int
        The maximum number of neurons drawn in a column; a note says how many there are.

    Returns
    -------
    Figure
        For `show`.
    """
    fig, ax = figure(1, 1, size or (2.2 * len(matrices) + 1.6, 3.6))
    draw_network(ax, matrices, labels=labels, limit=limit, most=most)
    return fig


@takes_lists
def draw_network(
    ax: Axes,
    matrices: Sequence[np.ndarray],
    *,
    labels: Mapping[int, Sequence[str]] | None = None,
    limit: float | None = None,
    most: int = 16,
) -> None:
    """Draw a network on axes; see `network`.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    matrices : sequence of ndarray of shape (fan_in, fan_out)
        The weight matrices from input to output.
    labels : mapping of int to sequence of str, optional
        As for `network`.
    limit : float, optional
        As for `network`.
    most : int
        As for `network`.
    """
    matrices = [np.asarray(matrix, dtype=float) for matrix in matrices]
    limit = limit or max(limit_of(matrix) for matrix in matrices)
    sizes = [matrices[0].shape[0], *(matrix.shape[1] for matrix in matrices)]
    shown = [np.arange(n) if n <= most else np.linspace(0, n - 1, most).round().astype(int) for n in sizes]
    heights = [np.linspace(0.5, -0.5, n + 2)[1:-1] * (1 + 1.6 / n) if n > 1 else np.zeros(1) for n in map(len, shown)]

    for k, matrix in enumerate(matrices):
        drawn = matrix[np.ix_(shown[k], shown[k + 1])]
        strength = np.clip(np.abs(np.nan_to_num(drawn)) / limit, 0, 1)
        for (i, j), weight in sorted(np.ndenumerate(drawn), key=lambda item: abs(item[1])):
            line = LineCollection(
                [[(k, heights[k][i]), (k + 1, heights[k + 1][j])]],
                linewidths=0.9 + 4.5 * strength[i, j],
                colors=color_of(weight),
                linestyles="solid" if weight >= 0 else (0, (2.2, 0.9)),
                alpha=0.75 + 0.25 * float(strength[i, j]),
            )
            ax.add_collection(line)
    floor = min(float(np.min(column)) for column in heights)
    area = 480 * min(1.0, 6 / max(map(len, heights)))
    for k, column in enumerate(heights):
        ax.scatter([k] * len(column), column, s=area, color="#fbfaf7", edgecolor=TEXT, linewidth=1.4, zorder=3)
        if sizes[k] > most:
            ax.text(k, floor - 0.07, f"{most} of {sizes[k]} shown", ha="center", va="top", fontsize=9.5)
        for name, y in zip((labels or {}).get(k, ()), column, strict=False):
            side = -1 if k == 0 else 1
            inner = 0 < k < len(matrices)
            ax.text(
                k + (0 if inner else 0.13 * side),
                y + (0.1 if inner else 0),
                name,
                ha="center" if inner else ("right" if k == 0 else "left"),
                va="center",
            )
    bare(ax)
    ax.set_xlim(-0.25, len(matrices) + 0.25)
    ax.set_ylim(floor - (0.15 if max(sizes) > most else 0.08), 0.08 - floor)


@takes_lists
def curves(
    ax: Axes,
    series: Mapping[str, Sequence[float]],
    *,
    x: Sequence[float] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    log: bool = False,
) -> None:
    """Draw curves that are distinguished by colour, line style and a name at their end.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    series : mapping of str to sequence of float
        For each name, the values.
    x : sequence of float, optional
        The positions of the values; by default 0, 1, 2 ….
    xlabel, ylabel : str
        What the axes mean, with units.
    log : bool
        Whether the vertical scale is logarithmic.
    """
    for (name, values), look in zip(series.items(), looks(series), strict=True):
        at = range(len(values)) if x is None else x
        ax.plot(at, values, label=name, **look.line)
    if log:
        ax.set_yscale("log")
    ax.grid(axis="y", color=FAINT, linewidth=0.8)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    if len(series) > 1:
        ax.legend(handlelength=3)
