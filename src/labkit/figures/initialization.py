"""Pictures of chapter 03: neurons alike and different, starting distributions, and signals in deep networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from .style import COLORS, FAINT, LINE_STYLES, NEGATIVE, POSITIVE, TEXT, figure, limit_of

__all__ = ["distributions", "layer_outputs", "signals", "spreads"]


def layer_outputs(by_start: Mapping[str, np.ndarray]) -> Figure:
    """Draw what each neuron of a layer says to one input, for several starting values.

    Parameters
    ----------
    by_start : mapping of str to ndarray of shape (fan_out,)
        Name of the start to the outputs of the layer's neurons.

    Returns
    -------
    Figure
        One axes a start, all on one scale, for `show`.
    """
    fig, axes = figure(1, len(by_start), (3.0 * len(by_start), 2.6), sharey=True, squeeze=False)
    for ax, (name, outputs) in zip(axes[0], by_start.items(), strict=True):
        ax.bar(range(len(outputs)), outputs, color=np.where(outputs < 0, NEGATIVE, POSITIVE), width=0.8)
        ax.axhline(0, color=TEXT, linewidth=1, linestyle="-")
        ax.set_title(name, fontsize=11.5)
        ax.set_xlabel("neuron")
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="x", length=0)
    axes[0, 0].set_ylabel("what it says")
    return fig


def distributions(drawn: Mapping[str, np.ndarray], marks: Mapping[str, Mapping[str, float]] | None = None) -> Figure:
    """Draw histograms of starting weights below each other, on one scale.

    Parameters
    ----------
    drawn : mapping of str to ndarray of any shape
        Name to weights.
    marks : mapping of str to mapping of str to float, optional
        By the same names: values to mark on both sides of zero, each with what it is called.

    Returns
    -------
    Figure
        One axes a name, for `show`.
    """
    limit = max(limit_of(weights) for weights in drawn.values())
    # Bars end at the first mark, so that a distribution which stops there is seen to stop there.
    marked = [value for values in (marks or {}).values() for value in values.values()]
    width = marked[0] / 9 if marked else limit / 45
    edges = width * np.arange(-np.ceil(limit / width), np.ceil(limit / width) + 1)
    fig, axes = figure(len(drawn), 1, (7.2, 1.5 * len(drawn) + 0.5), sharex=True, squeeze=False)
    for ax, (name, weights) in zip(axes[:, 0], drawn.items(), strict=True):
        counts, _, bars = ax.hist(np.ravel(weights), bins=edges, linewidth=0, alpha=0.85)
        for left, bar in zip(edges, bars, strict=False):
            bar.set_facecolor(NEGATIVE if left < -1e-12 else POSITIVE)
        for k, (words, value) in enumerate((marks or {}).get(name, {}).items()):
            for side in (-value, value):
                ax.axvline(side, color=TEXT, linewidth=1.6, linestyle=LINE_STYLES[1 + k])
            # Both are written outside the outermost mark, the second one on the other side.
            side, outermost = (-1) ** k, max(marks[name].values())
            ax.annotate(f"±{words} = ±{value:.3f}", (side * outermost, 1.0), (5 * side, -2), va="top", fontsize=9.5,
                        xycoords=("data", "axes fraction"), textcoords="offset points",
                        ha="left" if side > 0 else "right")  # fmt: skip
        ax.set_ylim(0, 1.12 * counts.max())
        ax.set_title(name, loc="left", fontsize=11, pad=3)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
    axes[-1, 0].set_xlabel("weight")
    return fig


def spreads(panels: Mapping[str, Mapping[str, Sequence[np.ndarray]]], low: float = 1e-12, high: float = 1e6) -> Figure:
    """Draw how the spread of a signal changes from layer to layer, on a logarithmic scale.

    Parameters
    ----------
    panels : mapping of str to mapping of str to sequence of ndarray of shape (1 + n_layers,)
        Title of a panel to its curves by name, one array a run.
    low, high : float
        Ends of the scale; a curve that leaves it is cut there.

    Returns
    -------
    Figure
        One axes a panel, for `show`.
    """
    fig, axes = figure(1, len(panels), (4.5 * len(panels), 4.3), sharey=True, squeeze=False)
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        ax.axhspan(0.05, 2, color=COLORS[2], alpha=0.12, linewidth=0)
        for k, (name, runs) in enumerate(curves.items()):
            for spread in runs:
                line = ax.plot(spread, color=COLORS[k], linestyle=LINE_STYLES[k], linewidth=1.6, alpha=0.85)
            line[0].set_label(name)
        ax.set_yscale("log")
        ax.set_ylim(low, high)
        ax.yaxis.set_major_locator(LogLocator(numticks=7))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.grid(axis="y", color=FAINT, linewidth=0.7)
        ax.set_title(title)
        ax.set_xlabel("layer")
        ax.legend(handlelength=3.2, loc="upper center", bbox_to_anchor=(0.5, -0.2))
    axes[0, 0].set_ylabel("spread of the signal")
    return fig


def signals(rows: Mapping[str, Mapping[str, np.ndarray]]) -> Figure:
    """Draw histograms of the signal at several places in a network with tanh.

    Parameters
    ----------
    rows : mapping of str to mapping of str to ndarray
        Name of the start to the signal (values from -1 to 1) by where it was taken.

    Returns
    -------
    Figure
        One row a start and one column a place, for `show`.
    """
    places = list(next(iter(rows.values())))
    fig, axes = figure(len(rows), len(places), (2.4 * len(places) + 1.0, 1.35 * len(rows) + 0.7), sharex=True,
                       squeeze=False)  # fmt: skip
    edges = np.linspace(-1, 1, 42)
    for row, (name, signal_at) in enumerate(rows.items()):
        for column, (place, signal) in enumerate(signal_at.items()):
            ax = axes[row, column]
            ax.hist(np.ravel(signal), bins=edges, color=POSITIVE, linewidth=0)
            ax.set_xlim(-1.05, 1.05)
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            if row == 0:
                ax.set_title(place, fontsize=11)
            if column == 0:
                ax.set_ylabel(name, rotation=0, ha="right", va="center")
    fig.supxlabel("signal after tanh", fontsize=11, color=TEXT)
    return fig
