"""Pictures of chapter 08: what training leaves behind, what is learned and forgotten, and what it costs.

Each function takes what the learner's code computed and shows it, with words for those who do not
see it that are made from the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import PercentFormatter

from .style import COLORS, FAINT, LINE_STYLES, NEGATIVE, POSITIVE, TEXT, figure, show

__all__ = ["both_tasks", "costs", "few_labels", "tails", "while_learning"]

_MARKERS = "osD^v"


def _percent(runs: Sequence[float]) -> str:
    low, high = (f"{100 * value:.0f}" for value in (np.min(runs), np.max(runs)))
    return f"{low} %" if low == high else f"{low} to {high} %"


def tails(pairs: Mapping[str, tuple[np.ndarray, np.ndarray]], limit: float = 8.0) -> None:
    """Show the weights of trained layers beside as many random ones, in standard deviations.

    Parameters
    ----------
    pairs : mapping of str to pair of ndarray
        A layer's name to its trained weights and to random starting weights of the same shape.
    limit : float
        Where the picture ends, in standard deviations; what lies outside is counted in its last bars.
    """
    fig, axes = figure(1, len(pairs), (2.6 * len(pairs), 3.1), sharex=True, squeeze=False)
    edges = np.linspace(-limit, limit, 65)
    said = []
    for ax, (name, (trained, random)) in zip(axes[0], pairs.items(), strict=True):
        scaled = [np.ravel(weights) / np.std(weights) for weights in (trained, random)]
        heights = [np.histogram(np.clip(values, -limit, limit), edges)[0] for values in scaled]
        ax.stairs(heights[0], edges, fill=True, color=POSITIVE, alpha=0.45, label="trained")
        ax.stairs(heights[1], edges, color=NEGATIVE, linewidth=1.8, linestyle="--", label="random")
        ax.set_yscale("log")
        ax.minorticks_off()
        ax.set_ylim(0.7, 2.5 * max(height.max() for height in heights))
        ax.set_title(name, fontsize=11)
        beyond = [np.mean(np.abs(values) > 3) for values in scaled]
        said.append(
            f"{name}: {beyond[0]:.1%} of the trained weights lie beyond three standard deviations, "
            f"{beyond[1]:.1%} of the random ones"
        )
    axes[0, 0].set_ylabel("how many")
    axes[0, len(pairs) // 2].set_xlabel("weight, in standard deviations of its layer")
    handles, names = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside upper center", ncols=2, handlelength=2.4)
    show(fig, alt=f"Histograms of trained and random weights, counts on a logarithmic scale. {'; '.join(said)}.")


def while_learning(new: np.ndarray, old: np.ndarray, names: tuple[str, str]) -> None:
    """Show how well both tasks are done after each epoch of further training.

    Parameters
    ----------
    new, old : ndarray of shape (n_runs, epochs + 1)
        The share of test images of the new and of the old task read correctly, before training and after each epoch.
    names : pair of str
        What the new and the old images are called.
    """
    fig, ax = figure(1, 1, (6.8, 3.2))
    said = []
    for k, (name, runs) in enumerate(zip(names, (new, old), strict=True)):
        epochs = np.arange(runs.shape[1])
        ax.fill_between(epochs, runs.min(axis=0), runs.max(axis=0), color=COLORS[k], alpha=0.22, linewidth=0)
        ax.plot(
            epochs,
            runs.mean(axis=0),
            color=COLORS[k],
            linestyle=LINE_STYLES[k],
            marker=_MARKERS[k],
            markersize=5,
            label=name,
        )
        said.append(
            f"{name}: before {_percent(runs[:, 0])}, after one epoch {_percent(runs[:, 1])}, at the end "
            f"{_percent(runs[:, -1])}"
        )
    _shares(ax, "y")
    ax.set_xlabel("epoch")
    ax.set_ylabel("read correctly")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, handlelength=3)
    show(fig, alt=f"The share of new images read correctly, epoch by epoch. {'; '.join(said)}.")


def both_tasks(results: Mapping[str, tuple[Sequence[float], Sequence[float]]], names: tuple[str, str]) -> None:
    """Show for each way of adapting how well the new and the old task are done: a mark a run.

    Parameters
    ----------
    results : mapping of str to pair of sequence of float
        A way's name to its accuracies in [0, 1], one a run, on the new and on the old task.
    names : pair of str
        What the new and the old images are called.
    """
    fig, ax = figure(1, 1, (8.2, 0.46 * len(results) + 1.3))
    said = []
    for row, (name, pair) in enumerate(results.items()):
        ax.plot([np.mean(runs) for runs in pair], [row, row], color=TEXT, linewidth=1, linestyle="-", alpha=0.6)
        for k, runs in enumerate(pair):
            filled = {"markerfacecolor": "none", "markeredgewidth": 1.6} if k else {}
            ax.plot(
                runs,
                [row] * len(runs),
                linestyle="",
                marker=_MARKERS[2 * k],
                markersize=6.5,
                color=COLORS[k],
                label=None if row else names[k],
                **filled,
            )
            ax.annotate(
                _percent(runs).replace(" to ", "–"),
                (1.13 + 0.18 * k, row),
                va="center",
                ha="right",
                xycoords=("axes fraction", "data"),
                color=COLORS[k],
                annotation_clip=False,
            )
        said.append(f"{name}: {names[0]} {_percent(pair[0])}, {names[1]} {_percent(pair[1])}")
    ax.set_yticks(range(len(results)), results)
    ax.set_ylim(len(results) - 0.5, -0.5)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _shares(ax, "x")
    ax.set_xlabel("read correctly, of images never seen before")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    show(fig, alt=f"How well each network reads the new and the old images. {'; '.join(said)}.")


def few_labels(degrees: Sequence[float], results: Mapping[str, np.ndarray]) -> None:
    """Show how well turned digits are read after training on a few, over how far they are turned.

    Parameters
    ----------
    degrees : sequence of float
        How far the digits are turned.
    results : mapping of str to ndarray of shape (n_degrees, n_runs)
        A way's name to the share of turned test images read correctly.
    """
    fig, ax = figure(1, 1, (7.2, 3.4))
    said = []
    for k, (name, runs) in enumerate(results.items()):
        ax.plot(degrees, runs.mean(axis=1), color=COLORS[k], linestyle=LINE_STYLES[k], label=name)
        for column in runs.T:
            ax.plot(degrees, column, linestyle="", marker=_MARKERS[k], markersize=4.5, color=COLORS[k], alpha=0.7)
        said.append(
            name + ": " + ", ".join(f"{_percent(row)} at {angle:g}°" for angle, row in zip(degrees, runs, strict=True))
        )
    _shares(ax, "y")
    ax.set_xticks(degrees, [f"{angle:g}°" for angle in degrees])
    ax.set_xlabel("turned by")
    ax.set_ylabel("read correctly")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(results), handlelength=3)
    show(fig, alt=f"Turned digits read correctly, over how far they are turned. {'; '.join(said)}.")


def costs(tables: Mapping[str, Mapping[str, tuple[float, float, float]]]) -> None:
    """Show what each way of training costs, in shares of training everything, in three columns.

    Parameters
    ----------
    tables : mapping of str to mapping of str to triple of float
        A network's name to a way's name to its multiply-adds, bytes and seconds; the first way is
        the one that the others are compared with.
    """
    columns = ("multiply-adds", "bytes stored", "seconds")
    ways = list(next(iter(tables.values())))
    fig, axes = figure(1, 3, (7.8, 0.55 * len(ways) + 1.4), sharey=True)
    said = []
    for network, (name, table) in enumerate(tables.items()):
        shares = np.array([table[way] for way in ways]) / np.array(table[ways[0]])
        place = np.arange(len(ways)) + 0.22 * (network - (len(tables) - 1) / 2) * 2
        for ax, column in zip(axes, shares.T, strict=True):
            bars = ax.barh(
                place,
                column,
                height=0.36,
                color=COLORS[network],
                alpha=0.85 if network else 0.55,
                hatch="//" if network else None,
                edgecolor=COLORS[network],
                label=name,
            )
            ax.bar_label(bars, [f"{share:.2g}" for share in column], padding=3, fontsize=10, color=TEXT)
        said.append(
            f"{name}: "
            + "; ".join(
                f"{way} " + ", ".join(f"{share:.2g} of the {what}" for what, share in zip(columns, row, strict=True))
                for way, row in zip(ways[1:], shares[1:], strict=True)
            )
        )
    for ax, title in zip(axes, columns, strict=True):
        ax.axvline(1, color=TEXT, linewidth=1, linestyle=":")
        ax.set_title(title, fontsize=11)
        ax.set_xlim(0, 1.25 * max(1.0, max(bar.get_width() for bar in ax.patches)))
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
    axes[0].set_yticks(range(len(ways)), ways)
    axes[0].set_ylim(len(ways) - 0.5, -0.5)
    axes[1].set_xlabel(f"in shares of “{ways[0]}”")
    handles, names = axes[0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside upper center", ncols=len(tables))
    show(fig, alt=f"What training costs, compared with {ways[0]}. {'. '.join(said)}.")


def _shares(ax: object, axis: str) -> None:
    """Scale an axis from nothing to all, in percent."""
    getattr(ax, f"set_{axis}lim")(-0.02, 1.02)
    getattr(ax, f"{axis}axis").set_major_formatter(PercentFormatter(1))
    ax.grid(axis=axis, color=FAINT, linewidth=0.8)
