"""Figures of chapters 08 and 09: what is learned and what is forgotten, epoch by epoch and method by method.

Each function takes what the learner's code computed and shows it, with a text alternative that is made from the same
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import PercentFormatter

from ..arrays import takes_lists
from .style import FAINT, Look, figure, looks, show

__all__ = ["frontier", "over", "while_learning"]


def _percent(runs: Sequence[float]) -> str:
    low, high = (f"{100 * value:.0f}" for value in (np.min(runs), np.max(runs)))
    return f"{low}%" if low == high else f"{low} to {high}%"


@takes_lists
def while_learning(new: np.ndarray, old: np.ndarray, names: tuple[str, str]) -> None:
    """Show how well both tasks are done after each epoch of further training.

    Parameters
    ----------
    new, old : ndarray of shape (n_runs, epochs + 1)
        The fraction of test images of the new and of the old task read correctly, before training and after each epoch.
    names : pair of str
        What the new and the old images are called.
    """
    fig, ax = figure(1, 1, (6.8, 3.2))
    said = []
    for name, runs, look in zip(names, (new, old), looks(names), strict=True):
        epochs = np.arange(runs.shape[1])
        ax.fill_between(epochs, runs.min(axis=0), runs.max(axis=0), color=look.color, alpha=0.22, linewidth=0)
        ax.plot(epochs, runs.mean(axis=0), **look.line, marker=look.marker, markersize=5, label=name)
        said.append(
            f"{name}: {_percent(runs[:, 0])} before training, {_percent(runs[:, 1])} after one epoch, "
            f"{_percent(runs[:, -1])} at the end"
        )
    _shares(ax, "y")
    ax.set_xlabel("epoch")
    ax.set_ylabel("read correctly")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, handlelength=3)
    show(fig, alt=f"The fraction of each task's images read correctly, epoch by epoch. {'; '.join(said)}.")


@takes_lists
def frontier(panels: Mapping[str, Mapping[str, Sequence[np.ndarray]]], enlarged: bool = False) -> None:
    """Show each method's accuracy on the old images against its accuracy on the new ones.

    Parameters
    ----------
    panels : mapping of str to mapping of str to list of ndarray of shape (n, 2)
        For each panel and each method, its curves. A curve's rows are points on the way, such as epochs: the
        fraction of new images read, and of old ones. A curve that never moves is a single point.
    enlarged : bool
        Whether the axes end where the curves do; otherwise they reach from 0 to 100%.
    """
    fig, axes = figure(1, len(panels), (max(3.9 * len(panels), 7.4), 4.1), sharey=True, squeeze=False)
    fig.get_layout_engine().set(wspace=0.06)  # "100%" of one panel does not touch "0%" of the next one
    said, shown, look_of = [], {}, _looks(panels)
    for ax, (title, methods) in zip(axes[0], panels.items(), strict=True):
        for name, curves in methods.items():
            look = look_of[name]
            for curve in curves:
                place = not np.ptp(curve, axis=0).any()  # larger and in front: other curves may begin there
                (shown[name],) = ax.plot(
                    *np.transpose(curve),
                    **look.line | ({"linestyle": ""} if place else {}),
                    linewidth=1.5,
                    marker=look.marker,
                    markersize=9 if place else 4.5,
                    zorder=2.5 if place else 2,
                )
            ends = [f"{new:.0%} of the new with {old:.0%} of the old" for new, old in (curve[-1] for curve in curves)]
            said.append(f"{title}, “{name}”: " + ", ".join(ends))
        ax.set_title(title, fontsize=11)
        for axis in "xy":
            _shares(ax, axis, enlarged)
        ax.grid(axis="both", color=FAINT, linewidth=0.8)
    axes[0, 0].set_ylabel("old images still read")
    fig.supxlabel("new images read", fontsize=11)
    fig.legend(shown.values(), shown, loc="outside upper center", ncols=3, handlelength=3)
    show(
        fig,
        alt="The fraction of old images still read against the fraction of new images read; up and to the right is "
        f"better. At each curve's end: {'; '.join(said)}.",
    )


@takes_lists
def over(
    places: Sequence[float], panels: Mapping[str, Mapping[str, np.ndarray]], label: str, *, doubling: bool = False
) -> None:
    """Show how accuracies change with one quantity: the mean as a line, each run as a mark.

    Parameters
    ----------
    places : sequence of float
        The quantity's values.
    panels : mapping of str to mapping of str to ndarray of shape (n_places, n_runs)
        For each panel and each curve, its accuracies.
    label : str
        What the quantity is.
    doubling : bool
        Whether equal distances on the axis are equal factors, for values that double from one to the next.
    """
    fig, axes = figure(1, len(panels), (max(6.2, 3.9 * len(panels)), 3.4), sharey=True, squeeze=False)
    said, look_of = [], _looks(panels)
    for ax, (title, results) in zip(axes[0], panels.items(), strict=True):
        for name, runs in results.items():
            look = look_of[name]
            ax.plot(places, runs.mean(axis=1), **look.line, label=name)
            for column in runs.T:
                ax.plot(places, column, linestyle="", marker=look.marker, markersize=4, color=look.color, alpha=0.7)
            spoken = ", ".join(f"{_percent(row)} at {place:g}" for place, row in zip(places, runs, strict=True))
            said.append(f"{title}, “{name}”: {spoken}")
        _shares(ax, "y")
        if doubling:
            ax.set_xscale("log", base=2)
            ax.minorticks_off()
        ax.set_xticks(places, [f"{place:g}" for place in places], fontsize=8)  # neighbours may be close
        ax.set_title(title, fontsize=11)
        ax.set_xlabel(label if len(panels) < 3 else "")
    if len(panels) > 2:  # labels side by side would overlap
        fig.supxlabel(label, fontsize=11)
    axes[0, 0].set_ylabel("read correctly")
    handles, names = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside upper center", ncols=min(len(names), 4), handlelength=3)
    show(fig, alt=f"The fraction of images read correctly against the {label}. {'; '.join(said)}.")


def _looks(panels: Mapping[str, Mapping[str, Sequence]]) -> dict[str, Look]:
    """Return how each name is drawn, in all panels."""
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    return dict(zip(names, looks(names), strict=True))


def _shares(ax: object, axis: str, enlarged: bool = False) -> None:
    """Scale an axis in percent, from 0 to 100% unless it is enlarged."""
    if not enlarged:
        getattr(ax, f"set_{axis}lim")(-0.02, 1.02)
    getattr(ax, f"{axis}axis").set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(axis=axis, color=FAINT, linewidth=0.8)
