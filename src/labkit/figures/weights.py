"""Figures of chapter 01: signals on one connection, sums of many, and weights that hold knowledge.

Each function takes what the learner's code computed and shows it, with a text alternative that is made from the same
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator, PercentFormatter

from ..arrays import takes_lists
from . import curves, network
from .style import COLORS, FAINT, MARK, NEGATIVE, PAPER, POSITIVE, TEXT, WEIGHTS, bare, color_of, figure, limit_of, show

__all__ = [
    "average_sums",
    "connections",
    "crossings",
    "distribution",
    "frame",
    "histogram",
    "matrix_product",
    "number_table",
    "outcomes",
    "pixel_votes",
    "scores_of_images",
    "signed",
    "steps_of_a_sum",
    "strongest_connections",
    "waves",
]

_DARK_TEXT, _LIGHT_TEXT = "#1d1d20", "#fbfaf7"


def signed(value: float, digits: int = 3) -> str:
    """Write a number in a short form, with a true minus sign.

    Parameters
    ----------
    value : float
        The number.
    digits : int
        How many significant digits.

    Returns
    -------
    str
        The number's text, such as ``"−1.5"``.
    """
    return f"{value + 0.0:.{digits}g}".replace("-", "−")


@takes_lists
def connections(weights: np.ndarray, senders: Sequence[str], receivers: Sequence[str]) -> None:
    """Show the connections from some neurons to others as lines.

    Parameters
    ----------
    weights : ndarray of shape (fan_in, fan_out)
        The weight of each connection.
    senders, receivers : sequence of str
        The neurons' names, one per row and one per column of the weights.
    """
    said = ", ".join(
        f"from {senders[i]} to {receivers[j]} {signed(weight)}" for (i, j), weight in np.ndenumerate(weights)
    )
    show(
        network([weights], labels={0: senders, 1: receivers}),
        alt=f"Neurons {', '.join(senders)}, each of them joined to {', '.join(receivers)}. The weights: {said}.",
    )


@takes_lists
def waves(signals: Mapping[str, np.ndarray]) -> None:
    """Show signals over time, such as one signal before and after it has crossed connections.

    Parameters
    ----------
    signals : mapping of str to ndarray of shape (n,)
        For each name, the signal.
    """
    fig, ax = figure(1, 1, (7.4, 3.2))
    curves(ax, signals, xlabel="time, in samples", ylabel="signal")
    said = "; ".join(f"{name}, from {signed(min(wave))} to {signed(max(wave))}" for name, wave in signals.items())
    show(fig, alt=f"Signals over time: {said}.")


@takes_lists
def crossings(crossed: Mapping[float, np.ndarray], limit: float | None = None) -> None:
    """Show one image after it has crossed connections of several weights, on one scale.

    Parameters
    ----------
    crossed : mapping of float to ndarray of shape (height * width,)
        For each weight, the image after the connection.
    limit : float, optional
        The signal that gets the full colour; by default the largest.
    """
    tiles = list(crossed.items())
    limit = limit or max(limit_of(signal) for _, signal in tiles)
    fig, axes = figure(1, len(tiles), (1.25 * len(tiles) + 0.8, 1.75), squeeze=False)
    for ax, (weight, signal) in zip(axes[0], tiles, strict=True):
        _tile(ax, signal, WEIGHTS, -limit, limit)
        ax.set_title(f"× {signed(weight)}", pad=4)
        ax.set_xlabel(f"max {signed(np.max(signal))}\nmin {signed(np.min(signal))}", fontsize=10)
    bar = fig.colorbar(axes[0, -1].images[0], ax=axes, shrink=0.8, aspect=14, pad=0.015, label="signal")
    bar.outline.set_visible(False)
    said = "; ".join(
        f"with weight {signed(weight)}, signals from {signed(np.min(signal))} to {signed(np.max(signal))}"
        for weight, signal in tiles
    )
    show(
        fig,
        alt="The same image after connections of different weights, blue where the signal is positive and orange "
        f"where it is negative: {said}.",
    )


def _tile(ax: Axes, pixels: np.ndarray, colors: object, low: float, high: float) -> None:
    bare(ax)
    side = int(np.sqrt(np.size(pixels)))
    ax.imshow(np.reshape(pixels, (side, side)), cmap=colors, vmin=low, vmax=high, interpolation="nearest")


@takes_lists
def steps_of_a_sum(inputs: np.ndarray, weights: np.ndarray, total: float, bias: float | None = None) -> None:
    """Show how a weighted sum builds up, one connection after another.

    Parameters
    ----------
    inputs, weights : ndarray of shape (n,)
        The signals and the weights; few enough to read.
    total : float
        The neuron's output.
    bias : float, optional
        Drawn as one more step.
    """
    steps = np.multiply(inputs, weights).tolist()
    names = [f"{signed(x)} × {signed(w)}" for x, w in zip(inputs, weights, strict=True)]
    if bias is not None:
        steps, names = [*steps, bias], [*names, f"bias {signed(bias)}"]
    ends = np.cumsum(steps)
    starts = np.concatenate([[0.0], ends[:-1]])
    fig, ax = figure(1, 1, (6.4, 0.46 * len(steps) + 1.5))
    for row, (start, end, step) in enumerate(zip(starts, ends, steps, strict=True)):
        color = color_of(step)
        ax.barh(
            row,
            end - start,
            left=start,
            height=0.6,
            color=color,
            hatch=None if step >= 0 else "///",
            edgecolor=_LIGHT_TEXT,
            linewidth=0,
        )
        ax.plot([end, end], [row - 0.3, row + 1.3], color=TEXT, linewidth=1, linestyle="-")
        ax.annotate(
            f"{'+' if step >= 0 else '−'}{abs(step):.3g}",
            (max(start, end), row),
            (6, 0),
            textcoords="offset points",
            va="center",
            color=color,
            fontweight="bold",
        )
    ax.barh(len(steps), total, height=0.6, color="none", edgecolor=TEXT, linewidth=1.8)
    ax.annotate(
        signed(total), (max(total, 0), len(steps)), (6, 0), textcoords="offset points", va="center", fontweight="bold"
    )
    right = bool(np.isclose(total, ends[-1]))
    ax.set_yticks(range(len(steps) + 1), [*names, "the sum" if right else "returned"])
    ax.invert_yaxis()
    ax.axvline(0, color=TEXT, linewidth=1)
    ax.use_sticky_edges = False
    ax.margins(x=0.12)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("the sum so far")
    said = ", then ".join(f"{name} adds {signed(step)}" for name, step in zip(names, steps, strict=True))
    other = "" if right else f"The bars add up to {signed(ends[-1])}, but {signed(total)} came back."
    show(fig, alt=f"A sum that builds up bar by bar: {said}. {other or f'The sum is {signed(total)}.'}")


@takes_lists
def average_sums(averages: Sequence[float], weights: np.ndarray) -> None:
    """Show one neuron's weights, and beside them the average sum that each digit gets from it.

    Parameters
    ----------
    averages : sequence of 10 float
        The average sum for each digit.
    weights : ndarray of shape (height, width)
        The neuron's weights.
    """
    fig, axes = figure(1, 2, (7.2, 2.4), width_ratios=[1, 2.6])
    limit = limit_of(weights)
    _tile(axes[0], weights, WEIGHTS, -limit, limit)
    axes[0].set_title("the weights", fontsize=11)
    low, high = signed(np.min(weights)), signed(np.max(weights))
    axes[0].set_xlabel(f"max {high}\nmin {low}", fontsize=10)
    ax, digits = axes[1], range(len(averages))
    ax.bar(digits, averages, color=[color_of(value) for value in averages])
    ax.axhline(0, color=TEXT, linewidth=0.8)
    for place, words, edge in ((np.argmax(averages), "highest", "bottom"), (np.argmin(averages), "lowest", "top")):
        if np.sum(np.equal(averages, averages[place])) > 1:
            continue
        shift = 3 if edge == "bottom" else -3
        ax.annotate(
            words,
            (place, averages[place]),
            (0, shift if averages[place] * shift > 0 else -shift),
            textcoords="offset points",
            ha="center",
            va=edge if averages[place] * shift > 0 else ("top" if edge == "bottom" else "bottom"),
            fontsize=10,
            fontweight="bold",
        )
    ax.margins(y=0.18)
    ax.set_xticks(digits)
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(axis="x", length=0)
    ax.set_xlabel("digit")
    ax.set_ylabel("average sum")
    said = ", ".join(f"{signed(value)} for {digit}" for digit, value in enumerate(averages))
    negative = f"{np.mean(np.less(weights, 0)):.0%} of them negative"
    show(
        fig,
        alt=f"The weights of one neuron, from {low} to {high}, {negative}, and its average sum over the images of each "
        f"digit: {said}.",
    )


@takes_lists
def pixel_votes(rows: Sequence[tuple[str, np.ndarray, np.ndarray, np.ndarray, float]]) -> None:
    """Show how one neuron looks at images: pixels, its weights, their products, and the sum.

    Parameters
    ----------
    rows : sequence of (name, image, weights, products, total)
        One row of the figure each; the arrays have shape (height * width,).
    """
    fig, axes = figure(len(rows), 3, (6.2, 1.55 * len(rows) + 0.3), squeeze=False)
    limit = max(limit_of(weights) for _, _, weights, _, _ in rows)
    for k, (name, image, weights, products, total) in enumerate(rows):
        _tile(axes[k, 0], image, PAPER, 0, 1)
        _tile(axes[k, 1], weights, WEIGHTS, -limit, limit)
        _tile(axes[k, 2], products, WEIGHTS, -limit, limit)
        axes[k, 0].set_ylabel(name, rotation=0, ha="right", va="center", fontweight="bold")
        for ax, sign in ((axes[k, 0], "×"), (axes[k, 1], "=")):
            ax.text(1.16, 0.5, sign, transform=ax.transAxes, ha="center", va="center", fontsize=17)
        axes[k, 2].text(
            1.1,
            0.5,
            f"adds up to\n{total:+.2f}".replace("-", "−"),
            transform=axes[k, 2].transAxes,
            va="center",
            fontweight="bold",
            color=color_of(total),
        )
    for ax, title in zip(axes[0], ("the image", "the weights", "each pixel's vote"), strict=True):
        ax.set_title(title, pad=5, fontsize=11)
    said = " ".join(
        f"For {name}, pixels with positive weights add {signed(products[weights > 0].sum())}, pixels with negative "
        f"weights add {signed(products[weights < 0].sum())}, and the sum is {signed(total)}."
        for name, _, weights, products, total in rows
    )
    show(fig, alt=f"Images, a neuron's weights, and their products pixel by pixel. {said}")


@takes_lists
def matrix_product(inputs: np.ndarray, weights: np.ndarray, sums: np.ndarray, row: int, column: int) -> None:
    """Show the product of a batch and a layer with all numbers; mark one row, one column and their entry.

    Parameters
    ----------
    inputs : ndarray of shape (batch, fan_in)
        One example per row.
    weights : ndarray of shape (fan_in, fan_out)
        One neuron per column.
    sums : ndarray of shape (batch, fan_out)
        Their weighted sums.
    row, column : int
        The example and the neuron to mark.
    """
    widths = [inputs.shape[1], weights.shape[1], sums.shape[1]]
    tallest = max(inputs.shape[0], weights.shape[0])
    fig, axes = figure(1, 3, (0.72 * sum(widths) + 2.2, 0.62 * tallest + 1.3), width_ratios=widths)
    limit = max(limit_of(array) for array in (inputs, weights, sums))
    marks = [(slice(row, row + 1), slice(None)), (slice(None), slice(column, column + 1)), (row, column)]
    titles = [f"inputs {inputs.shape}", f"weights {weights.shape}", f"sums {sums.shape}"]
    names = [("example", "input"), ("input", "neuron"), ("example", "neuron")]
    for ax, array, mark, title, (down, across) in zip(axes, (inputs, weights, sums), marks, titles, names, strict=True):
        number_table(ax, np.asarray(array), limit)
        room = (tallest - len(array)) / 2  # all three at one scale
        ax.set_ylim(len(array) - 0.5 + room, -0.5 - room)
        ax.set_title(title, fontsize=11, pad=6)
        ax.set_ylabel(f"{down} ↓", fontsize=10)
        ax.set_xlabel(f"{across} →", fontsize=10)
        frame(ax, np.asarray(array), mark)
    for ax, sign in ((axes[0], "@"), (axes[1], "=")):
        ax.annotate(
            sign,
            (1, 0.5),
            (16, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=17,
            ha="center",
            va="center",
        )
    show(
        fig,
        alt=f"Tables of numbers: inputs {inputs.shape} times weights {weights.shape} make sums {sums.shape}. Frames "
        f"mark a row of the inputs, {inputs[row].tolist()}, a column of the weights, {weights[:, column].tolist()}, "
        f"and their entry in the result, {signed(sums[row, column])}.",
    )


def frame(ax: Axes, array: np.ndarray, index: object) -> None:
    """Frame the entries ``array[index]`` of a table of numbers.

    Parameters
    ----------
    ax : Axes
        Where `number_table` drew it.
    array : ndarray of shape (rows, columns)
        The table.
    index : tuple of int or slice
        Which entries; they form a rectangle.
    """
    inside = np.zeros(array.shape, dtype=bool)
    inside[index] = True
    (top, left), (bottom, right) = np.argwhere(inside).min(0) - 0.5, np.argwhere(inside).max(0) + 0.5
    ax.plot(
        [left, right, right, left, left],
        [top, top, bottom, bottom, top],
        color=MARK,
        linewidth=3.5,
        linestyle="-",
        clip_on=False,
    )


def number_table(ax: Axes, array: np.ndarray, limit: float) -> None:
    """Draw an array as a table of coloured numbers.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    array : ndarray of shape (rows, columns)
        The numbers.
    limit : float
        The magnitude that gets the full colour.
    """
    bare(ax)
    ax.imshow(array, cmap=WEIGHTS, vmin=-limit, vmax=limit)
    for (r, c), value in np.ndenumerate(array):
        color = _LIGHT_TEXT if abs(value) > 0.62 * limit else _DARK_TEXT
        ax.text(c, r, f"{value:.4g}".replace("-", "−"), ha="center", va="center", color=color, fontsize=11)


@takes_lists
def scores_of_images(images: np.ndarray, scores: np.ndarray, labels: Sequence[int]) -> None:
    """Show images, and beside each image its sum in every neuron of a layer.

    Parameters
    ----------
    images : ndarray of shape (n, height * width)
        One image per row.
    scores : ndarray of shape (n, n_classes)
        One neuron per column; the highest of a row wins.
    labels : sequence of int
        What each image shows.
    """
    n, classes = scores.shape
    fig, axes = figure(n, 2, (6.4, 1.3 * n + 0.4), width_ratios=[1, 4], squeeze=False, sharex="col", sharey="col")
    for k in range(n):
        _tile(axes[k, 0], images[k], PAPER, 0, 1)
        ax, best = axes[k, 1], int(np.argmax(scores[k]))
        colors = [color_of(score) for score in scores[k]]
        bars = ax.bar(range(classes), scores[k], color=colors, alpha=0.45)
        bars[best].set(alpha=1.0, edgecolor=TEXT, linewidth=1.8)
        right = best == labels[k]
        ax.set_title(f"the digit {labels[k]}, read as {best} {'✓' if right else '✗'}", fontsize=11, loc="left", pad=3)
        ax.axhline(0, color=TEXT, linewidth=0.8)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="x", length=0)
        ax.locator_params(axis="y", nbins=4)
        ax.set_ylabel("sum")
    axes[-1, 1].set_xticks(range(classes))
    axes[-1, 1].set_xlabel("neuron")
    said = ", ".join(
        f"the digit {label} is read as {np.argmax(row)}" for label, row in zip(labels, scores, strict=True)
    )
    show(fig, alt=f"Images, each with {classes} bars for its sums in the neurons; the highest sum wins: {said}.")


@takes_lists
def outcomes(results: Mapping[str, Sequence[float]], chance: float | None = None) -> None:
    """Show how accurate each variant was: one dot per run, a line from the worst to the best.

    Parameters
    ----------
    results : mapping of str to sequence of float
        For each variant, the accuracies in [0, 1], one per run.
    chance : float, optional
        The accuracy of guessing, drawn as a line.
    """
    fig, ax = figure(1, 1, (7.2, 0.48 * len(results) + 1.1))
    for row, numbers in enumerate(results.values()):
        ax.plot(
            [min(numbers), max(numbers)],
            [row, row],
            color=COLORS[0],
            linewidth=5,
            alpha=0.3,
            linestyle="-",
            solid_capstyle="round",
        )
        ax.plot(numbers, [row] * len(numbers), linestyle="", marker="o", markersize=6, color=COLORS[0])
        low, high = (f"{100 * value:.0f}" for value in (min(numbers), max(numbers)))
        ax.annotate(
            f"{low}%" if low == high else f"{low}–{high}%",
            (1.02, row),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
        )
    if chance is not None:
        ax.axvline(chance, color=TEXT, linewidth=1.4, linestyle="--")
        ax.annotate(
            "guessing",
            (chance, 1.0),
            (4, 0),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="bottom",
        )
    ax.set_yticks(range(len(results)), results)
    ax.set_ylim(len(results) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=FAINT, linewidth=0.8)
    ax.set_xlabel("fraction of unseen images read correctly (one dot per run)")
    said = ", ".join(
        f"“{name}” {min(runs):.0%}" + (f" to {max(runs):.0%}" if f"{min(runs):.0%}" != f"{max(runs):.0%}" else "")
        for name, runs in results.items()
    )
    show(fig, alt=f"The fraction of unseen images read correctly: {said}.")


@takes_lists
def strongest_connections(weights: np.ndarray, marked: Sequence[int]) -> None:
    """Show the weights of one neuron from the lowest to the highest, and say what some of them do to a signal.

    Parameters
    ----------
    weights : ndarray of shape (n,)
        The neuron's weights.
    marked : sequence of int
        The indices in `weights` of those weights.
    """
    named = {index: _effect(weights[index]) for index in marked}
    order = np.argsort(weights)
    fig, ax = figure(1, 1, (7.4, 3.3))
    colors = [color_of(value) for value in weights[order]]
    ax.vlines(range(len(order)), 0, weights[order], colors=colors, linewidth=380 / len(order))
    for index, words in named.items():
        place = int(np.flatnonzero(order == index)[0])
        left = place < len(order) / 2
        height = weights[index]
        lift = 30 if abs(height) < 0.5 else 4
        ax.annotate(
            f"{words}: {signed(height)}",
            (place, height),
            (22 if left else -22, lift),
            textcoords="offset points",
            ha="left" if left else "right",
            va="center",
            fontweight="bold",
            arrowprops={"arrowstyle": "-", "color": TEXT, "linewidth": 1.2},
        )
    ax.axhline(0, color=TEXT, linewidth=1)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    ax.set_xlabel(f"the {len(order)} connections into this neuron, from the lowest weight to the highest")
    ax.set_ylabel("weight")
    said = ", ".join(f"a weight that {words}, {signed(weights[index])}" for index, words in named.items())
    show(
        fig,
        alt=f"The {len(order)} weights of one neuron in order, from {signed(weights.min())} to "
        f"{signed(weights.max())}; half of them are within {signed(np.median(np.abs(weights)))} of zero. These "
        f"are marked: {said}.",
    )


def _effect(weight: float) -> str:
    """Return what a connection with this weight does to its signal."""
    size = "amplifies" if abs(weight) > 1 else "suppresses" if abs(weight) < 1 else "passes on"
    return f"flips and {size}" if weight < 0 else size


@takes_lists
def histogram(ax: Axes, values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Draw a histogram of numbers, orange below zero and blue above.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    values : ndarray of any shape
        The numbers.
    edges : ndarray of shape (bins + 1,)
        Where the bars begin and end; one edge is at zero.

    Returns
    -------
    ndarray of shape (bins,)
        How many numbers each bar holds.
    """
    # Two outlines, because one patch per bar would take many times as long to draw.
    heights, below = np.histogram(values, bins=edges)[0], int(np.argmin(np.abs(edges)))
    ax.stairs(heights[:below], edges[: below + 1], fill=True, color=NEGATIVE)
    ax.stairs(heights[below:], edges[below:], fill=True, color=POSITIVE)
    return heights


@takes_lists
def distribution(weights: np.ndarray, limit: float = 2.0) -> float:
    """Show a histogram of weights, on a linear and on a logarithmic scale.

    Parameters
    ----------
    weights : ndarray of any shape
        The weights.
    limit : float
        Where the linear figure ends; the other one shows all.

    Returns
    -------
    float
        The fraction of the weights that are negative.
    """
    weights = np.ravel(weights)
    fig, axes = figure(1, 2, (7.8, 3.1))
    for ax, edges in ((axes[0], np.linspace(-limit, limit, 81)), (axes[1], _edges_of_all(weights))):
        histogram(ax, weights, edges)
        ax.axvline(0, color=TEXT, linewidth=1)
        ax.set_xlabel("weight")
    axes[0].set_ylabel("number of weights")
    axes[0].set_title(f"from −{limit:g} to {limit:g}", fontsize=11)
    axes[1].set_yscale("log")
    axes[1].set_ylim(bottom=0.6)
    axes[1].set_title("all weights; counts on a logarithmic scale", fontsize=11)
    axes[1].grid(axis="y", color=FAINT, linewidth=0.8)
    for ax in axes:  # plain numbers: for powers matplotlib would load its formula renderer, which takes a second
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        ax.yaxis.set_minor_locator(NullLocator())
    show(
        fig,
        alt=f"Histograms of {weights.size:,} weights: of those from −{limit:g} to {limit:g}, and of all. "
        f"{np.mean(weights < 0):.0%} are negative, half are within {signed(np.median(np.abs(weights)))} of zero, the "
        f"lowest is {signed(weights.min())} and the highest {signed(weights.max())}.",
    )
    return float(np.mean(weights < 0))


def _edges_of_all(weights: np.ndarray) -> np.ndarray:
    """Return bin edges over all weights, one of them at zero."""
    step = (weights.max() - weights.min()) / 80
    return np.arange(np.floor(weights.min() / step), np.ceil(weights.max() / step) + 1) * step
