"""Figures of chapter 03: neurons alike and different, starting distributions, and signals in deep networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from ..arrays import takes_lists
from .style import FAINT, LINE_STYLES, NEGATIVE, POSITIVE, TEXT, figure, limit_of, looks, show
from .weights import histogram, signed

__all__ = ["both_ways", "distributions", "fractions_by_layer", "layer_outputs", "signals", "spreads"]


@takes_lists
def layer_outputs(by_start: Mapping[str, np.ndarray]) -> None:
    """Show the output of each neuron of a layer for one input, for several starting values.

    Parameters
    ----------
    by_start : mapping of str to ndarray of shape (fan_out,)
        For each start, the outputs of the layer's neurons.
    """
    fig, axes = figure(1, len(by_start), (2.6 * len(by_start), 2.6), sharey=True, squeeze=False)
    for ax, (name, outputs) in zip(axes[0], by_start.items(), strict=True):
        ax.vlines(range(len(outputs)), 0, outputs, colors=np.where(outputs < 0, NEGATIVE, POSITIVE), linewidth=3)
        ax.axhline(0, color=TEXT, linewidth=1, linestyle="-")
        ax.set_title(name, fontsize=11.5)
        ax.set_xlabel("neuron")
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="x", length=0)
    axes[0, 0].set_ylabel("output of the neuron")
    said = []
    for name, outputs in by_start.items():
        different = len(np.unique(np.round(outputs / limit_of(outputs), 9)))  # rounding may differ by computer
        low, high = signed(np.min(outputs)), signed(np.max(outputs))
        values = f"{high} for every neuron" if different == 1 else f"{different} different values, from {low} to {high}"
        said.append(f"“{name}” gives {values}")
    show(fig, alt=f"The outputs of {len(outputs)} neurons for one input, by initialization: {'; '.join(said)}.")


@takes_lists
def distributions(drawn: Mapping[str, np.ndarray], marks: Mapping[str, Mapping[str, float]] | None = None) -> None:
    """Show histograms of starting weights, one below the other, on one scale.

    Parameters
    ----------
    drawn : mapping of str to ndarray of any shape
        For each name, the weights.
    marks : mapping of str to mapping of str to float, optional
        For the same names, the values to mark on both sides of zero, each under its own name.
    """
    limit = max(limit_of(weights) for weights in drawn.values())
    # Bars end at the outermost mark of the first name, so that a distribution that stops there visibly stops there: a
    # hair beyond it, because the mark may be the largest weight.
    outermost = max([0.0, *next(iter((marks or {}).values()), {}).values()])
    width = 1.000001 * outermost / 15 or limit / 45
    edges = width * np.arange(-np.ceil(limit / width), np.ceil(limit / width) + 1)
    fig, axes = figure(len(drawn), 1, (7.2, 1.5 * len(drawn) + 0.5), sharex=True, sharey=True, squeeze=False)
    highest = 0
    for ax, (name, weights) in zip(axes[:, 0], drawn.items(), strict=True):
        highest = max(highest, histogram(ax, weights, edges).max())
        for k, (words, value) in enumerate((marks or {}).get(name, {}).items()):
            for side in (-value, value):
                ax.axvline(side, color=TEXT, linewidth=1.6, linestyle=LINE_STYLES[1 + k])
            side = (-1) ** k  # each is written beside its own line, the second on the left, with a pointer to it
            ax.annotate(
                f"{words} = {value:.3f}",
                (side * value, 0.9),
                (46 * side, 0),
                va="center",
                fontsize=10,
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="left" if side > 0 else "right",
                arrowprops={"arrowstyle": "-", "color": TEXT, "linewidth": 1},
            )
        ax.set_title(name, loc="left", fontsize=11, pad=3)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
    axes[0, 0].set_ylim(0, 1.3 * highest)
    axes[-1, 0].set_xlabel("weight")
    said = [
        f"{name} from {signed(np.min(w))} to {signed(np.max(w))}, standard deviation {np.std(w):.3f}, with "
        f"{np.mean(np.abs(w) < np.std(w)):.0%} of the weights within one standard deviation of zero"
        for name, w in drawn.items()
    ]
    show(fig, alt=f"Histograms of starting weights: {'; '.join(said)}.")


@takes_lists
def spreads(panels: Mapping[str, Mapping[str, Sequence[np.ndarray]]], low: float = 1e-12, high: float = 1e6) -> None:
    """Show how the standard deviation of a signal changes from layer to layer, on a logarithmic scale.

    Parameters
    ----------
    panels : mapping of str to mapping of str to sequence of ndarray of shape (1 + n_layers,)
        For each panel, its curves by name, one array per run.
    low, high : float
        Ends of the scale; a curve that leaves it is cut there.
    """
    fig, axes = figure(1, len(panels), (3.9 * len(panels), 4.3), sharey=True, squeeze=False)
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        ax.axhspan(0.05, 2, color=FAINT, linewidth=0, label="0.05 to 2")
        _curves_by_layer(ax, title, curves, low, high)
    named = {name: line for ax in axes[0] for line, name in zip(*ax.get_legend_handles_labels(), strict=True)}
    fig.legend(named.values(), named, loc="outside lower center", ncols=len(named), handlelength=2.8)
    axes[0, 0].set_ylabel("standard deviation of the signal")
    layers = max(len(run) for curves in panels.values() for runs in curves.values() for run in runs) - 1
    said = "; ".join(f"{title}: {_last_values(curves)}" for title, curves in panels.items())
    show(fig, alt=f"The standard deviation of a signal, layer by layer. After {layers} layers: {said}.")


def _curves_by_layer(
    ax: Axes, title: str, curves: Mapping[str, Sequence[np.ndarray]], low: float, high: float, first: int = 0
) -> None:
    for k, ((name, runs), look) in enumerate(zip(curves.items(), looks(curves), strict=True)):
        for run in runs:
            layers = range(first, first + len(run))
            line = ax.plot(layers, run, **look.line, linewidth=1.6, alpha=0.85, zorder=3 - k / len(curves))
        line[0].set_label(name)
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    ax.yaxis.set_major_locator(LogLocator(numticks=7))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.grid(axis="y", color=FAINT, linewidth=0.7)
    ax.set_title(title)
    ax.set_xlabel("layer")


def _last_values(curves: Mapping[str, Sequence[np.ndarray]], place: int = -1) -> str:
    ends = {name: [run[place] for run in runs] for name, runs in curves.items()}
    return ", ".join(f"{signed(min(e), 2)} to {signed(max(e), 2)} with “{name}”" for name, e in ends.items())


@takes_lists
def both_ways(forwards: Mapping[str, Sequence[np.ndarray]], backwards: Mapping[str, Sequence[np.ndarray]]) -> None:
    """Show the standard deviation of the signals layer by layer, and beside it the RMS of the gradients.

    Parameters
    ----------
    forwards : mapping of str to sequence of ndarray of shape (1 + n_layers,)
        For each start, the standard deviation of its signals, one array per run.
    backwards : mapping of str to sequence of ndarray of shape (n_layers,)
        For the same starts, the RMS of the gradients, from layer 1 to the last one.
    """
    fig, axes = figure(1, 2, (7.8, 4.2))
    _curves_by_layer(axes[0], "forwards: signals", forwards, 1e-9, 1e21)
    _curves_by_layer(axes[1], "backwards: corrections", backwards, 1e-9, 1e21, first=1)
    for ax, measure in zip(axes, ("standard deviation", "RMS"), strict=True):
        ax.set_yticks([1e-6, 1, 1e6, 1e12, 1e18])
        ax.set_ylabel(measure)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, handlelength=3)
    said = f"Signals after the last layer: {_last_values(forwards)}. Corrections in layer 1: "
    show(fig, alt=f"Magnitudes by layer, forwards and backwards. {said}{_last_values(backwards, 0)}.")


@takes_lists
def fractions_by_layer(curves: Mapping[str, Sequence[np.ndarray]]) -> None:
    """Show the fraction of a signal that differs between examples, layer by layer.

    Parameters
    ----------
    curves : mapping of str to sequence of ndarray of shape (1 + n_layers,)
        For each name, the fractions in [0, 1], one array per run.
    """
    fig, ax = figure(1, 1, (7.4, 3.5))
    for k, ((name, runs), look) in enumerate(zip(curves.items(), looks(curves), strict=True)):
        for run in runs:
            line = ax.plot(run, **look.line, linewidth=max(1.5, 2.6 - 0.5 * k), alpha=0.85)
        line[0].set_label(name)
    ax.set_ylim(0, 1.05)
    ax.grid(axis="y", color=FAINT, linewidth=0.7)
    ax.set_xlabel("layer")
    ax.set_ylabel("fraction that differs")
    ax.legend(handlelength=3.2, loc="upper left", bbox_to_anchor=(1.01, 1))
    said = ", ".join(
        f"from {_range([run[0] for run in runs])} to {_range([run[-1] for run in runs])} with “{name}”"
        for name, runs in curves.items()
    )
    show(
        fig,
        alt="The fraction of the signal that differs between examples, before the first layer and after the last: "
        f"{said}.",
    )


def _range(values: Sequence[float]) -> str:
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return low if low == high else f"{low}–{high}"


@takes_lists
def signals(rows: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Show histograms of the signal after several layers of a network with tanh.

    Parameters
    ----------
    rows : mapping of str to mapping of str to ndarray
        For each start and each place in the network, the signal there (values from -1 to 1).
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
    fig.supxlabel("signal after tanh (each panel has its own height)", fontsize=11, color=TEXT)
    said = [
        f"{name}: "
        + ", ".join(f"{np.std(signal):.2g} after {place}" for place, signal in signal_at.items())
        + f", where {np.mean(np.abs(signal_at[places[-1]]) > 0.99):.0%} of the magnitudes are above 0.99"
        for name, signal_at in rows.items()
    ]
    show(
        fig,
        alt=f"Histograms of signals after tanh. Standard deviations by initialization: {'; '.join(said)}.",
    )
