"""Pictures of chapter 03: neurons alike and different, starting distributions, and signals in deep networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import LogLocator, NullLocator

from .style import COLORS, FAINT, LINE_STYLES, NEGATIVE, POSITIVE, TEXT, figure, limit_of, show
from .weights import histogram, signed

__all__ = ["distributions", "layer_outputs", "signals", "spreads"]


def layer_outputs(by_start: Mapping[str, np.ndarray]) -> None:
    """Show what each neuron of a layer says to one input, for several starting values.

    Parameters
    ----------
    by_start : mapping of str to ndarray of shape (fan_out,)
        Name of the start to the outputs of the layer's neurons.
    """
    fig, axes = figure(1, len(by_start), (2.6 * len(by_start), 2.6), sharey=True, squeeze=False)
    for ax, (name, outputs) in zip(axes[0], by_start.items(), strict=True):
        ax.vlines(range(len(outputs)), 0, outputs, colors=np.where(outputs < 0, NEGATIVE, POSITIVE), linewidth=3)
        ax.axhline(0, color=TEXT, linewidth=1, linestyle="-")
        ax.set_title(name, fontsize=11.5)
        ax.set_xlabel("neuron")
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="x", length=0)
    axes[0, 0].set_ylabel("what it says")
    said = []
    for name, outputs in by_start.items():
        different = len(np.unique(np.round(outputs, 9)))
        low, high = signed(np.min(outputs)), signed(np.max(outputs))
        said.append(f"{name}, {f'all {high}' if different == 1 else f'{different} different, from {low} to {high}'}")
    show(fig, alt=f"What {len(outputs)} neurons say to one input, by their start: {'; '.join(said)}.")


def distributions(drawn: Mapping[str, np.ndarray], marks: Mapping[str, Mapping[str, float]] | None = None) -> None:
    """Show histograms of starting weights below each other, on one scale.

    Parameters
    ----------
    drawn : mapping of str to ndarray of any shape
        Name to weights.
    marks : mapping of str to mapping of str to float, optional
        By the same names: values to mark on both sides of zero, each with what it is called.
    """
    limit = max(limit_of(weights) for weights in drawn.values())
    # Bars end at the first mark, so that a distribution which stops there is seen to stop there.
    marked = [value for values in (marks or {}).values() for value in values.values()]
    width = marked[0] / 9 if marked else limit / 45
    edges = width * np.arange(-np.ceil(limit / width), np.ceil(limit / width) + 1)
    fig, axes = figure(len(drawn), 1, (7.2, 1.5 * len(drawn) + 0.5), sharex=True, squeeze=False)
    for ax, (name, weights) in zip(axes[:, 0], drawn.items(), strict=True):
        counts = histogram(ax, weights, edges)
        for k, (words, value) in enumerate((marks or {}).get(name, {}).items()):
            for side in (-value, value):
                ax.axvline(side, color=TEXT, linewidth=1.6, linestyle=LINE_STYLES[1 + k])
            # Both are written outside the outermost mark, the second one on the other side.
            side, outermost = (-1) ** k, max(marks[name].values())
            ax.annotate(
                f"±{words} = ±{value:.3f}",
                (side * outermost, 1.0),
                (5 * side, -2),
                va="top",
                fontsize=10,
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="left" if side > 0 else "right",
            )
        ax.set_ylim(0, 1.12 * counts.max())
        ax.set_title(name, loc="left", fontsize=11, pad=3)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
    axes[-1, 0].set_xlabel("weight")
    said = [
        f"{name} from {signed(np.min(w))} to {signed(np.max(w))}, standard deviation {np.std(w):.3f}, with "
        f"{np.mean(np.abs(w) < np.std(w)):.0%} of the weights within it"
        for name, w in drawn.items()
    ]
    show(fig, alt=f"Histograms of starting weights: {'; '.join(said)}.")


def spreads(panels: Mapping[str, Mapping[str, Sequence[np.ndarray]]], low: float = 1e-12, high: float = 1e6) -> None:
    """Show how the spread of a signal changes from layer to layer, on a logarithmic scale.

    Parameters
    ----------
    panels : mapping of str to mapping of str to sequence of ndarray of shape (1 + n_layers,)
        Title of a panel to its curves by name, one array a run.
    low, high : float
        Ends of the scale; a curve that leaves it is cut there.
    """
    fig, axes = figure(1, len(panels), (3.9 * len(panels), 4.3), sharey=True, squeeze=False)
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        ax.axhspan(0.05, 2, color=COLORS[2], alpha=0.12, linewidth=0)
        for k, (name, runs) in enumerate(curves.items()):
            for spread in runs:
                line = ax.plot(spread, color=COLORS[k], linestyle=LINE_STYLES[k], linewidth=1.6, alpha=0.85)
            line[0].set_label(name)
        ax.set_yscale("log")
        ax.set_ylim(low, high)
        ax.yaxis.set_major_locator(LogLocator(numticks=7))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.grid(axis="y", color=FAINT, linewidth=0.7)
        ax.set_title(title)
        ax.set_xlabel("layer")
        ax.legend(handlelength=3.2, loc="upper center", bbox_to_anchor=(0.5, -0.2))
    axes[0, 0].set_ylabel("spread of the signal")
    said = []
    for title, curves in panels.items():
        ends = {name: [spread[-1] for spread in runs] for name, runs in curves.items()}
        said.append(f"{title}, " + ", ".join(f"{name} {min(e):.1e} to {max(e):.1e}" for name, e in ends.items()))
    layers = max(len(spread) for curves in panels.values() for runs in curves.values() for spread in runs) - 1
    show(fig, alt=f"The spread of a signal, layer by layer. After {layers} layers it is: {'; '.join(said)}.")


def signals(rows: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Show histograms of the signal at several places in a network with tanh.

    Parameters
    ----------
    rows : mapping of str to mapping of str to ndarray
        Name of the start to the signal (values from -1 to 1) by where it was taken.
    """
    places = list(next(iter(rows.values())))
    fig, axes = figure(
        len(rows), len(places), (1.7 * len(places) + 1.0, 1.35 * len(rows) + 0.7), sharex=True, squeeze=False
    )
    edges = np.linspace(-1, 1, 41)
    for row, (name, signal_at) in enumerate(rows.items()):
        for column, (place, signal) in enumerate(signal_at.items()):
            ax = axes[row, column]
            histogram(ax, signal, edges)
            ax.set(xlim=(-1.05, 1.05), xticks=(-1, 0, 1), yticks=())
            ax.spines["left"].set_visible(False)
            if row == 0:
                ax.set_title(place, fontsize=11)
            if column == 0:
                ax.set_ylabel(name, rotation=0, ha="right", va="center")
    fig.supxlabel("signal after tanh", fontsize=11, color=TEXT)
    said = [
        f"{name}, "
        + ", ".join(f"{place} {np.std(signal):.2g}" for place, signal in signal_at.items())
        + f", with {np.mean(np.abs(signal_at[places[-1]]) > 0.99):.0%} of the values beyond 0.99 at last"
        for name, signal_at in rows.items()
    ]
    show(fig, alt=f"Histograms of the signal on its way through a network. Its spread, by start: {'; '.join(said)}.")
