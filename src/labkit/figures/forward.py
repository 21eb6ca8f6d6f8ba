"""Figures of chapter 04: bends, probabilities, and one image on its way through a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from ..arrays import takes_lists
from .style import (
    FAINT,
    FRACTION,
    NEGATIVE,
    PAPER,
    POSITIVE,
    TEXT,
    WEIGHTS,
    Look,
    bare,
    figure,
    limit_of,
    looks,
    show,
)
from .weights import signed

__all__ = ["covered", "lines", "logits_and_probabilities", "pass_of_image", "predicted"]

_ACTIVE = "Blues"


@takes_lists
def lines(panels: Mapping[str, Mapping[str, np.ndarray]], x: np.ndarray, xlabel: str, ylabel: str) -> None:
    """Show functions of one number, panel by panel.

    Parameters
    ----------
    panels : mapping of str to mapping of str to ndarray of shape (n,)
        For each panel, its curves by name; an empty name gets no legend.
    x : ndarray of shape (n,)
        Where the curves were computed.
    xlabel, ylabel : str
        What the axes mean.
    """
    height = 3.5 if any(map(any, panels.values())) else 3.2
    fig, axes = figure(1, len(panels), (4.1 * len(panels) + 0.4, height), sharey=True, squeeze=False)
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves if name))
    *of_names, unnamed = looks([*names, ""])
    look_of = dict(zip(names, of_names, strict=True)) | {"": Look(unnamed.hue, 0)}
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        ax.axhline(0, color=TEXT, linewidth=0.8, linestyle="-")
        for name, y in curves.items():
            ax.plot(x, y, **look_of[name].line, label=name or None)
        ax.grid(color=FAINT, linewidth=0.6)
        ax.set_title(title, fontsize=11.5)
        ax.set_xlabel(xlabel)
    axes[0, 0].set_ylabel(ylabel)
    named = {name: line for ax in axes[0] for line, name in zip(*ax.get_legend_handles_labels(), strict=True)}
    if named:  # below the panels, where no curve crosses it; a name looks the same in all panels
        fig.legend(named.values(), named, loc="outside lower center", ncols=4 + (len(named) == 5), handlelength=2.6)
    said = []
    for title, curves in panels.items():
        bent = any(map(_is_bent, curves.values()))
        courses = ", ".join(map(_course, curves.values()))
        said.append(f"{title}: {'bent' if bent else 'straight'}, {courses}")
    show(fig, alt=f"{ylabel.capitalize()} against the {xlabel}, {signed(x[0])} to {signed(x[-1])}: {'; '.join(said)}.")


def _rounding(y: np.ndarray) -> float:
    return 1e-12 * float(np.abs(y).max())


def _is_bent(y: np.ndarray) -> bool:
    return np.ptp(np.diff(y)) > 1e-6 * np.ptp(y) + _rounding(y)


def _course(y: np.ndarray) -> str:
    """Return where a curve begins and ends, and its extremes if clearly beyond both ends, or the middle of a bend."""
    low, high = sorted((y[0], y[-1]))
    beyond = 0.1 * np.ptp(y) + _rounding(y)
    extremes = [f"a maximum of {signed(y.max())}"] if y.max() - high > beyond else []
    extremes += [f"a minimum of {signed(y.min())}"] if low - y.min() > beyond else []
    words = f"from {signed(y[0])} to {signed(y[-1])}"
    if extremes:
        return f"{words} with {' and '.join(extremes)}"
    return f"{words} with {signed(y[len(y) // 2])} in the middle" if _is_bent(y) else words


def _bars(ax: Axes, values: np.ndarray, colors: np.ndarray | str) -> None:
    bars = ax.bar(range(len(values)), values, color=colors, alpha=0.55)
    bars[int(np.argmax(values))].set(alpha=1, edgecolor=TEXT, linewidth=1.6)
    ax.axhline(0, color=TEXT, linewidth=0.8, linestyle="-")
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks(range(len(values)))
    ax.tick_params(axis="x", length=0)


@takes_lists
def logits_and_probabilities(rows: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Show logits, and beside them the probabilities that softmax makes of them.

    Parameters
    ----------
    rows : mapping of str to pair of ndarray of shape (n_classes,)
        For each name, the logits and the probabilities.
    """
    fig, axes = figure(len(rows), 2, (7.0, 1.45 * len(rows) + 0.5), squeeze=False, sharex=True)
    fig.get_layout_engine().set(h_pad=0.07)
    first = limit_of(next(iter(rows.values()))[0])
    comparable = [logits for logits, _ in rows.values() if limit_of(logits) <= 10 * first]  # these share one scale
    limits = min(0.0, *map(np.min, comparable)) * 1.1, max(0.0, *map(np.max, comparable)) * 1.1 or 1.0
    for row, (name, (logits, probabilities)) in enumerate(rows.items()):
        _bars(axes[row, 0], logits, np.where(logits < 0, NEGATIVE, POSITIVE))
        _bars(axes[row, 1], probabilities, FRACTION)
        axes[row, 0].set_ylabel(name, rotation=0, ha="right", va="center")
        axes[row, 0].yaxis.set_label_coords(-0.2, 0.5)
        axes[row, 0].locator_params(axis="y", nbins=4)
        if limit_of(logits) <= 10 * first:
            axes[row, 0].set_ylim(limits)
        axes[row, 1].set(ylim=(0, 1), yticks=(0, 0.5, 1))
        for k, share in enumerate(probabilities):
            axes[row, 1].annotate(
                f"{share:.0%}", (k, share), (0, 2), textcoords="offset points", ha="center", fontsize=10
            )
    axes[0, 0].set_title("logits", fontsize=11.5)
    axes[0, 1].set_title("probabilities", fontsize=11.5)
    for ax in axes[-1]:
        ax.set_xlabel("class")
    said = [
        f"{name}: logits {', '.join(signed(z, 4) for z in logits)} become {', '.join(f'{p:.0%}' for p in shares)}"
        for name, (logits, shares) in rows.items()
    ]
    show(fig, alt=f"Logits and their probabilities: {'; '.join(said)}.")


def _square(
    ax: Axes,
    values: np.ndarray,
    colors: object,
    low: float,
    high: float,
    extent: tuple[float, float, float, float] | None = None,
) -> None:
    bare(ax)
    side = int(np.sqrt(np.size(values)))
    ax.imshow(
        np.reshape(values, (side, side)), cmap=colors, vmin=low, vmax=high, interpolation="nearest", extent=extent
    )


@takes_lists
def pass_of_image(steps: Sequence[tuple[Sequence[np.ndarray], np.ndarray, np.ndarray, str]]) -> None:
    """Show images on their way through a network: activations layer by layer, logits, probabilities.

    Parameters
    ----------
    steps : sequence of (activations, logits, probabilities, name)
        One image each. ``activations[0]`` is the image; the others are drawn as squares of neurons, so each holds a
        square number of values.
    """
    hidden = len(steps[0][0]) - 1
    fig, axes = figure(
        len(steps),
        hidden + 3,
        (1.05 * (hidden + 1) + 4.9, 1.45 * len(steps) + 0.3),
        squeeze=False,
        sharex="col",
        width_ratios=[1] * (hidden + 1) + [1.25, 1.25],
    )
    fig.get_layout_engine().set(h_pad=0.09)
    most = [max(limit_of(step[0][k]) for step in steps) for k in range(hidden + 1)]
    logits_limits = [min(step[1].min() for step in steps) - 1, max(step[1].max() for step in steps) + 1]
    for row, (activations, logits, probabilities, name) in enumerate(steps):
        _square(axes[row, 0], activations[0], PAPER, 0, 1)
        axes[row, 0].set_ylabel(name, rotation=0, ha="right", va="center")
        for k in range(1, hidden + 1):
            _square(axes[row, k], activations[k], _ACTIVE, 0, most[k])
            active = int(np.sum(activations[k] > 0))
            axes[row, k].set_xlabel(f"{active} of {np.size(activations[k])}\nactive", fontsize=10)
        _bars(axes[row, -2], logits, np.where(logits < 0, NEGATIVE, POSITIVE))
        _bars(axes[row, -1], probabilities, FRACTION)
        for ax in axes[row, -2:]:
            ax.set_xticks(range(0, len(logits), 3))
        if row == len(steps) - 1:
            axes[row, -2].set_xlabel("class")
            axes[row, -1].set_xlabel("class")
        axes[row, -2].set(ylim=logits_limits, yticks=(-10, 0, 10))
        axes[row, -1].set(ylim=(0, 1), yticks=(0, 0.5, 1))
    titles = ["activations[0]", *(f"activations[{k}]" for k in range(1, hidden + 1)), "logits", "probabilities"]
    for ax, title in zip(axes[0], titles, strict=True):
        ax.set_title(title.replace("[", "\n["), fontsize=10.5, pad=4)
    said = []
    for activations, _, probabilities, name in steps:
        active = " and ".join(f"{np.sum(a > 0)} of {np.size(a)}" for a in activations[1:])
        most_probable = f"class {np.argmax(probabilities)} predicted with {np.max(probabilities):.0%}"
        said.append(f"{', '.join(name.split(chr(10)))}: {active} neurons active, {most_probable}")
    show(fig, alt=f"Images on their way through a network. {'; '.join(said)}.")


@takes_lists
def predicted(images: np.ndarray, probabilities: np.ndarray, titles: Sequence[str]) -> None:
    """Show images, and below each the probabilities that a network predicts.

    Parameters
    ----------
    images : ndarray of shape (n, height * width)
        One image per row.
    probabilities : ndarray of shape (n, n_classes)
        Of the same images.
    titles : sequence of str
        One per image.
    """
    # All on one Axes, one unit per inch: a dozen Axes with their ticks would take a second to draw.
    n, classes = probabilities.shape
    side, tall, pitch = 1.05, 0.9, 1.2
    ground, one = side + 0.2 + tall, side + 0.2
    fig, ax = figure(1, 1, (pitch * n + 0.6, ground + 1.04))
    bare(ax)
    for k in range(n):
        left = k * pitch
        _square(ax, images[k], PAPER, 0, 1, (left, left + side, side, 0))
        ax.text(left + side / 2, -0.06, titles[k], ha="center", va="bottom", fontsize=10, fontweight="bold")
        places = left + side * (np.arange(classes) + 0.5) / classes
        colors = [to_rgba(FRACTION, 1 if share == probabilities[k].max() else 0.5) for share in probabilities[k]]
        ax.vlines(places, ground, ground - tall * probabilities[k], colors=colors, linewidth=5)
        lower = False
        for c in np.flatnonzero(probabilities[k] >= 0.1):  # labels on two lines: side by side, 8 and 9 read as 89
            lower = not lower and c > 0 and probabilities[k, c - 1] >= 0.1
            ax.text(places[c], ground + (0.19 if lower else 0.05), f"{c}", ha="center", va="top", fontsize=10)
    ax.hlines([one, ground], -0.06, n * pitch - (pitch - side), colors=[FAINT, TEXT], linewidth=0.8)
    for y, share in ((one, "1"), (ground, "0")):
        ax.text(-0.1, y, share, ha="right", va="center", fontsize=10)
    ax.text(-0.1, ground + 0.05, "class", ha="right", va="top", fontsize=10)
    ax.text(-0.28, (one + ground) / 2, "probability", rotation=90, ha="right", va="center", fontsize=10)
    ax.set(xlim=(-0.5, n * pitch), ylim=(ground + 0.42, -0.45))
    said = [
        f"{' '.join(title.split())}: {np.max(p):.0%} for class {np.argmax(p)}"
        for title, p in zip(titles, probabilities, strict=True)
    ]
    show(fig, alt=f"Images, and the network's highest probability: {'; '.join(said)}.")


@takes_lists
def covered(rows: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> None:
    """Show images, and how much each position matters: what is lost when a patch covers it.

    Parameters
    ----------
    rows : sequence of (name, image, change)
        The image, of shape (height * width,), and for each of its pixels the change that a patch centred on it makes.
    """
    fig, axes = figure(2, len(rows), (1.9 * len(rows) + 1.0, 3.1), squeeze=False)
    limit = max(limit_of(change) for _, _, change in rows)
    for column, (name, image, change) in enumerate(rows):
        _square(axes[0, column], image, PAPER, 0, 1)
        axes[0, column].set_title(name, fontsize=10.5, pad=4)
        _square(axes[1, column], change, WEIGHTS, -limit, limit)
    bar = fig.colorbar(axes[1, -1].images[0], ax=axes, shrink=0.6, aspect=16, pad=0.02, label="change in the lead")
    bar.outline.set_visible(False)
    side = int(np.sqrt(np.size(rows[0][1])))
    said = [
        f"{name}: from {signed(np.min(change), 2)} (row {np.argmin(change) // side}, column "
        f"{np.argmin(change) % side}) to {signed(np.max(change), 2)}"
        for name, _, change in rows
    ]
    show(fig, alt=f"Images, and the change in the lead when a patch covers each position. {'; '.join(said)}.")
