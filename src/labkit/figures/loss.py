"""Figures of chapter 05: squared errors, what surprise costs, and the loss as a landscape."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ..arrays import takes_lists
from .style import COLORS, FAINT, LINE_STYLES, LOSS, TEXT, figure, looks, show
from .weights import signed

__all__ = ["cost_of_probability", "landscape", "loss_and_accuracy", "opening", "pulls", "sorted_losses", "squares"]


def opening() -> None:
    """Show the loss of the smallest network with two layers: one weight each, input 1, target 1, squared error."""
    line = np.linspace(-1.8, 1.8, 49)
    first, second = np.meshgrid(line, line, indexing="ij")
    landscape(line, line, (first * second - 1) ** 2, ("first weight", "second weight"), (-1.3, 0.7))


@takes_lists
def squares(predictions: np.ndarray, targets: np.ndarray, mean: float | None = None) -> None:
    """Show each error as the square that it costs, and beside these squares a square of their mean area.

    Parameters
    ----------
    predictions, targets : ndarray of shape (n,)
        What was predicted and what was right.
    mean : float, optional
        The mean squared error; without it the last square is left out.
    """
    n = len(targets)
    fig, ax = figure(1, 1, (1.45 * n + 2.2, 3.6))
    at = 2.2 * np.arange(n)
    for x, said, so in zip(at, predictions, targets, strict=True):
        side = abs(said - so)
        ax.add_patch(Rectangle((x, min(said, so)), side, side, facecolor=(COLORS[1], 0.18), edgecolor=COLORS[1]))
        inside = side > 0.8
        at_label = (x + side / 2 if inside else x + side, (said + so) / 2)
        ax.annotate(
            f"{side**2:.2f}",
            at_label,
            (0 if inside else 14, 0),
            textcoords="offset points",
            va="center",
            ha="center" if inside else "left",
            fontsize=10,
        )
    ax.plot(at, targets, linestyle="", marker="_", markersize=26, markeredgewidth=2.5, color=TEXT, label="target")
    ax.plot(at, predictions, "o", markersize=8, color=COLORS[1], label="prediction", clip_on=False)
    if mean is not None and mean >= 0:
        side = float(np.sqrt(mean))
        middle = float(np.mean(targets))
        ax.add_patch(Rectangle((at[-1] + 2.4, middle), side, side, facecolor=(COLORS[0], 0.3), edgecolor=COLORS[0]))
        ax.annotate(
            f"mean {mean:.2f}",
            (at[-1] + 2.4 + side / 2, middle),
            (0, -6),
            textcoords="offset points",
            ha="center",
            va="top",
        )
    ax.set_aspect("equal")
    ax.set_xlim(-0.8, at[-1] + (2.0 if mean is None else 4.2))
    ax.set_xticks(at, range(n))
    ax.set_xlabel("example")
    ax.set_ylabel("value")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    sides = ", ".join(f"{abs(said - so):.4g}" for said, so in zip(predictions, targets, strict=True))
    costs = ", ".join(f"{(said - so) ** 2:.2f}" for said, so in zip(predictions, targets, strict=True))
    average = "" if mean is None else f" The mean cost is drawn as a square of area {mean:.2f}."
    if mean is not None and not mean >= 0:
        average = f" The mean cost, {signed(mean)}, is not drawn, because no square has this area."
    show(fig, alt=f"Each error is drawn as a square: errors of {sides} cost {costs}.{average}")


@takes_lists
def cost_of_probability(marks: Mapping[str, float]) -> None:
    """Show what a probability costs as cross-entropy and as squared error.

    Parameters
    ----------
    marks : mapping of str to float
        Probabilities of the right class to point out, each under a name that says what it means.
    """
    fig, ax = figure(1, 1, (7.2, 3.9))
    least = min([1e-4, *(value for value in marks.values() if value > 0)])
    p = np.concatenate([np.geomspace(least, 0.05, 80), np.linspace(0.05, 1, 100)])
    ax.plot(p, -np.log(p), color=COLORS[0], linestyle=LINE_STYLES[0], label="cross-entropy, −log p")
    ax.plot(p, (1 - p) ** 2, color=COLORS[1], linestyle=LINE_STYLES[1], label="squared error of that class, (1 − p)²")
    costs = {words: -np.log(value) + 0.0 if value > 0 else np.inf for words, value in marks.items()}
    for words, cost in costs.items():
        if np.isfinite(cost):
            ax.plot([marks[words]], [cost], marker="o", color=COLORS[0], markersize=7)
            ax.annotate(f"{words}: {cost:.2f}", (marks[words], cost), (9, 3), textcoords="offset points")
    ax.grid(color=FAINT, linewidth=0.6)
    ax.set_ylim(-0.15, max([7.5, *(1.1 * cost for cost in costs.values() if np.isfinite(cost))]))
    ax.set_xlabel("p, the probability given to the right class")
    ax.set_ylabel("cost")
    ax.legend(loc="center right", bbox_to_anchor=(1.0, 0.5), handlelength=3)
    said = ", ".join(
        f"“{words}” {f'costs {cost:.2f}' if np.isfinite(cost) else 'has an infinite cost'}"
        for words, cost in costs.items()
    )
    show(
        fig,
        alt=f"The cost of a probability p of the right class. Cross-entropy grows without limit as p nears zero: "
        f"{said}. The squared error of that class never exceeds 1.",
    )


@takes_lists
def pulls(lead: np.ndarray, losses: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Show losses over the lead of the wrong class, and how fast each falls if the right logit rises.

    Parameters
    ----------
    lead : ndarray of shape (n,)
        By how much the wrong class's logit is ahead.
    losses : mapping of str to pair of ndarray of shape (n,)
        For each loss, its values and the rates at which it falls.
    """
    fig, axes = figure(1, 2, (7.8, 3.3))
    for (name, both), look in zip(losses.items(), looks(losses), strict=True):
        for ax, values in zip(axes, both, strict=True):
            ax.plot(lead, values, **look.line, label=name)
    axes[0].set(title="the loss", ylabel="loss")
    axes[1].set(title="how fast the loss falls", ylabel="fall per unit of the right logit", yscale="log")
    axes[1].minorticks_off()
    for ax in axes:
        ax.axvline(0, color=TEXT, linewidth=0.8)
        ax.set_xlabel("lead of the wrong class")
        ax.grid(color=FAINT, linewidth=0.6)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, handlelength=3)
    said = "; ".join(
        f"{name}: {values[-1]:.3g} at a lead of {signed(lead[-1])}, where it falls by {signed(falls[-1], 2)} per unit"
        for name, (values, falls) in losses.items()
    )
    show(
        fig,
        alt=f"Two losses against the lead of the wrong class, and how fast they fall as the right logit rises: {said}.",
    )


@takes_lists
def sorted_losses(groups: Mapping[str, np.ndarray]) -> None:
    """Show the losses of single images from the largest to the smallest.

    Parameters
    ----------
    groups : mapping of str to ndarray of shape (n,)
        For each name, the losses.
    """
    fig, ax = figure(1, 1, (7.2, 3.4))
    for (name, losses), look in zip(groups.items(), looks(groups), strict=True):
        share = (np.arange(len(losses)) + 0.5) / len(losses)
        ax.plot(share, np.sort(losses)[::-1], **look.line, label=name)
        ax.axhline(np.mean(losses), **look.line, linewidth=1)
        mean = np.mean(losses)
        ax.annotate(f"mean {mean:.2f}", (1.0, mean), (0, 3), textcoords="offset points", ha="right")
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.grid(color=FAINT, linewidth=0.6)
    ax.set_xlabel("images, from the largest loss to the smallest")
    ax.set_ylabel("loss of the image")
    ax.legend(handlelength=3)
    said = [
        f"{name} from {np.max(losses):.1f} to {np.min(losses):.2f}, half of them {np.median(losses):.2f} or more, "
        f"mean {np.mean(losses):.2f}"
        for name, losses in groups.items()
    ]
    show(fig, alt=f"Losses of single images from the largest to the smallest: {'; '.join(said)}.")


def _digits(values: np.ndarray) -> int:
    """Return how many decimals tell values apart that differ by a tenth of their range."""
    return int(np.clip(np.ceil(1 - np.log10(np.ptp(values) or 1)), 0, 9))


@takes_lists
def loss_and_accuracy(
    x: np.ndarray,
    losses: np.ndarray,
    accuracies: np.ndarray,
    xlabel: str,
    *,
    log: bool = False,
    here: float | None = None,
) -> None:
    """Show loss and accuracy side by side over something that is being changed.

    Parameters
    ----------
    x : ndarray of shape (n,)
        What is changed.
    losses, accuracies : ndarray of shape (n,)
        The results.
    xlabel : str
        What x means.
    log : bool
        Whether x is drawn on a logarithmic scale.
    here : float, optional
        A value of x to mark.
    """
    fig, axes = figure(1, 2, (7.8, 3.2))
    for ax, y, name, k in ((axes[0], losses, "loss", 0), (axes[1], accuracies, "accuracy", 1)):
        ax.plot(x, y, color=COLORS[k], linestyle="-", drawstyle=("default", "steps-mid")[k])
        ax.set_title(name, fontsize=11.5)
        ax.set_xlabel(xlabel)
        ax.grid(color=FAINT, linewidth=0.6)
        if log:
            ax.set_xscale("log")
        if here is not None:
            ax.axvline(here, color=TEXT, linewidth=1.2, linestyle=":")
    axes[1].yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes[1].yaxis.set_major_formatter(PercentFormatter(1, decimals=1 if 0 < np.ptp(accuracies) < 0.05 else 0))
    digits = max(3, _digits(losses))
    begin, low, end = (f"{loss:.{digits}f}" for loss in (losses[0], min(losses), losses[-1]))
    lowest = f"{low} at {signed(x[np.argmin(losses)], 2)}"
    course = f"a smooth curve from {begin} down to {lowest} and up to {end}"
    if begin == end == low and np.ptp(losses) < 0.5 * 10.0**-digits:
        course = f"flat at {low}"
    elif end == low:
        course = f"a smooth curve from {begin} down to {lowest}"
    elif begin == low:
        course = f"a smooth curve from {lowest} up to {end}"
    levels = len(np.unique(accuracies))
    shape = f"a staircase of {levels} levels from {min(accuracies):.1%} to {max(accuracies):.1%}"
    show(
        fig,
        alt=f"Loss and accuracy against the {xlabel}. The loss is {course}. The accuracy is "
        f"{shape if levels > 1 else f'a flat line at {accuracies[0]:.1%}'}.",
    )


@takes_lists
def landscape(
    first: np.ndarray, second: np.ndarray, losses: np.ndarray, labels: tuple[str, str], here: tuple[float, float]
) -> None:
    """Show the loss over two weights, as a surface and as a map with lines of equal loss.

    Parameters
    ----------
    first, second : ndarray of shape (n,) and (m,)
        Values of the two weights.
    losses : ndarray of shape (n, m)
        The loss for each pair.
    labels : pair of str
        Names of the weights.
    here : pair of float
        Values of the two weights to mark.
    """
    fig, _ = figure(1, 1, (7.8, 3.9))
    fig.clear()
    solid = fig.add_subplot(1, 2, 1, projection="3d")
    chart = fig.add_subplot(1, 2, 2)
    x, y = np.meshgrid(first, second, indexing="ij")
    # Contour lines are closer where the loss is low: there the ground decides which way training goes.
    most = max(np.quantile(losses, 0.97) - losses.min(), 1e-12)
    levels = losses.min() + most * np.linspace(0, 1, 13) ** 1.5
    shared = {"cmap": LOSS, "vmin": levels[0], "vmax": levels[-1]}  # a loss has one colour in both pictures
    solid.plot_surface(x, y, losses, linewidth=0, antialiased=True, alpha=0.95, **shared)
    solid.set_title("loss", fontsize=11)
    for axis in (solid.xaxis, solid.yaxis, solid.zaxis):
        axis.set_pane_color((0, 0, 0, 0))
        axis.line.set_color(TEXT)
        axis._axinfo["grid"]["color"] = FAINT
    solid.view_init(elev=32, azim=-125)
    digits = max(2, _digits(losses))
    drawn = chart.contourf(x, y, losses, levels=levels, extend="max", **shared)
    chart.contour(x, y, losses, levels=levels, colors="white", linewidths=0.6, alpha=0.7)
    chart.plot(
        *here, marker="o", markersize=9, color="white", markeredgecolor="#1d1d20", markeredgewidth=1.6, linestyle=""
    )
    chart.set_aspect("auto")
    bar = fig.colorbar(drawn, ax=chart, shrink=0.9, aspect=20, label="loss", format=f"%.{digits}f")
    bar.outline.set_visible(False)
    for ax in (solid, chart):
        ax.set_xlabel(labels[0])
        ax.set_ylabel(labels[1])
    solid.xaxis.labelpad = solid.yaxis.labelpad = 7
    lowest = np.unravel_index(np.argmin(losses), losses.shape)
    heights = f"between {losses.min():.{max(3, digits)}f} and {losses.max():.{max(3, digits)}f}"
    places = (float(x[lowest]), float(y[lowest])), here
    low, dot = (f"{signed(one, 2)} and {signed(other, 2)}" for one, other in places)
    rows, columns = (np.linspace(0, n - 1, 5).astype(int) for n in losses.shape)
    both = (", ".join(signed(loss, digits) for loss in losses[rows, along]) for along in (columns, columns[::-1]))
    rising, falling = both
    show(
        fig,
        alt=f"The loss over “{labels[0]}” and “{labels[1]}”, as a surface and as a map. The loss is {heights}, and "
        f"lowest at {low}. At five places along one diagonal, where both weights rise, it is {rising}. Along the other "
        f"diagonal, where the second weight falls, it is {falling}. The dot is at {dot}.",
    )
