"""Figures of chapter 02: what a bias shifts, which images exceed a threshold, and where parameters are.

Each function takes what the learner's code computed and shows it, with a text alternative that is made from the same
numbers; only `outputs` returns its figure, for a slider.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from ..arrays import takes_lists
from .style import COLORS, FAINT, LINE_STYLES, MARK, PAPER, TEXT, bare, figure, limit_of, show
from .weights import frame, number_table, signed

__all__ = ["counts", "folded_layer", "mistakes_by_bias", "outputs", "sensitivity", "storage", "two_knobs"]


@takes_lists
def two_knobs(x: np.ndarray, by_weight: Mapping[float, np.ndarray], by_bias: Mapping[float, np.ndarray]) -> None:
    """Show a neuron with one input as a line, once for several weights and once for several biases.

    Parameters
    ----------
    x : ndarray of shape (n,)
        The input.
    by_weight : mapping of float to ndarray of shape (n,)
        For each weight, the neuron's outputs with a bias of zero.
    by_bias : mapping of float to ndarray of shape (n,)
        For each bias, the neuron's outputs with a weight of one.
    """
    fig, axes = figure(1, 2, (7.8, 3.4), sharey=True)
    for ax, name, lines in ((axes[0], "weight", by_weight), (axes[1], "bias", by_bias)):
        ax.axhline(0, color=TEXT, linewidth=1, linestyle="-")
        ax.axvline(0, color=TEXT, linewidth=1, linestyle="-")
        for k, (value, outputs) in enumerate(lines.items()):
            ax.plot(x, outputs, color=COLORS[k], linestyle=LINE_STYLES[k], label=f"{name} {signed(value)}")
            if x[0] <= 0 <= x[-1]:
                ax.plot([0], [np.interp(0, x, outputs)], marker="o", color=COLORS[k], markersize=7)
        ax.legend(handlelength=3, fontsize=10, loc="upper left")
        ax.set_xlabel("input")
        ax.grid(color=FAINT, linewidth=0.6)
    axes[0].set_title("several weights, bias 0", fontsize=11.5)
    axes[1].set_title("several biases, weight 1", fontsize=11.5)
    axes[0].set_ylabel("output of the neuron")
    left, right = (
        ", ".join(
            f"with {name} {signed(value)} from {signed(line[0])} to {signed(line[-1])}" for value, line in lines.items()
        )
        for name, lines in (("weight", by_weight), ("bias", by_bias))
    )
    crossing = [float(np.interp(0, x, line)) for line in by_weight.values()]
    shifts = [np.subtract(line, next(iter(by_bias.values()))) for line in by_bias.values()]
    one_point = " All go through one point." if np.allclose(crossing, crossing[0]) else ""
    parallel = " All are parallel." if all(np.allclose(shift, shift[0]) for shift in shifts) else ""
    show(
        fig,
        alt=f"The outputs of a neuron with one input, for inputs from {signed(x[0])} to {signed(x[-1])}. "
        f"Left, {left}.{one_point} Right, {right}.{parallel}",
    )


@takes_lists
def sensitivity(
    faded: Sequence[np.ndarray], columns: Sequence[str], tables: Mapping[str, np.ndarray], biases: Sequence[float]
) -> None:
    """Show the fraction of images that activate a neuron, for every brightness and several biases.

    Parameters
    ----------
    faded : sequence of ndarray of shape (n_brightness, height * width)
        For each group an image at every brightness, shown above the columns.
    columns : sequence of str
        The text above each column.
    tables : mapping of str to array of shape (n_biases, n_brightness)
        For each group of images, the fractions in [0, 1].
    biases : sequence of float
        One per row.
    """
    n_rows, n_columns = len(biases), len(columns)
    fig, axes = figure(
        2,
        len(tables),
        (0.62 * n_columns * len(tables) + 1.6, 0.45 * n_rows + 1.8),
        height_ratios=[0.9, 0.52 * n_rows],
        squeeze=False,
    )
    side = int(np.sqrt(np.shape(faded[0])[1]))
    for k, (name, shares) in enumerate(tables.items()):
        strip = np.full((side, n_columns * (side + 2)), np.nan)
        for c, image in enumerate(faded[k]):
            strip[:, c * (side + 2) + 1 : c * (side + 2) + 1 + side] = image.reshape(side, side)
        bare(axes[0, k]).imshow(strip, cmap=PAPER, vmin=0, vmax=1, interpolation="nearest", aspect="equal")
        axes[0, k].set_title(name, fontsize=11.5, pad=5)
        ax = bare(axes[1, k])
        shares = np.asarray(shares)
        ax.imshow(shares, cmap="Greens", vmin=0, vmax=1.25, aspect="auto")
        for (r, c), share in np.ndenumerate(shares):
            ax.text(c, r, f"{100 * share:.0f}%", ha="center", va="center", color="white" if share > 0.9 else "#1d1d20")
        ax.set_xticks(range(n_columns), columns)
        ax.tick_params(length=0)
        ax.set_xlabel("fraction of the ink left")
        if k == 0:
            ax.set_yticks(range(n_rows), [f"bias {signed(bias)}" for bias in biases])
    said = ". ".join(
        f"{name[:1].upper()}{name[1:]}, bias {signed(bias)}: " + ", ".join(f"{share:.0%}" for share in row)
        for name, shares in tables.items()
        for bias, row in zip(biases, shares, strict=True)
    )
    show(
        fig,
        alt=f"The fraction of images that activate the neuron, with the ink reduced to {', '.join(columns)}. {said}.",
    )


@takes_lists
def outputs(by_bias: Mapping[float, Mapping[str, np.ndarray]]) -> Figure:
    """Draw a neuron's outputs for many images, once for each bias; a mark right of zero is an image that activates it.

    Parameters
    ----------
    by_bias : mapping of float to mapping of str to ndarray of shape (n,)
        For each bias and each group of images, the neuron's outputs.

    Returns
    -------
    Figure
        One axes per bias, all on one scale, for `show`.
    """
    most = max(len(groups) for groups in by_bias.values())
    fig, axes = figure(len(by_bias), 1, (7.4, (0.5 * most + 0.75) * len(by_bias) + 0.3), sharex=True, squeeze=False)
    for ax, (bias, groups) in zip(axes[:, 0], by_bias.items(), strict=True):
        rng = np.random.default_rng(0)  # an image is equally high for every bias
        for row, numbers in enumerate(groups.values()):
            heights = row + rng.uniform(-0.3, 0.3, size=len(numbers))
            color = COLORS[row % 2]
            ax.plot(
                numbers,
                heights,
                linestyle="",
                marker="os"[row % 2],
                markersize=3,
                alpha=0.5,
                color=color,
                markeredgewidth=0,
            )
            active = int(np.sum(np.asarray(numbers) > 0))
            ax.annotate(
                f"{active:,} of {len(numbers):,}\nactivate",
                (1.02, row),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=10,
                annotation_clip=False,
            )
        ax.axvline(0, color=TEXT, linewidth=1.8, linestyle="-")
        ax.set_title(f"bias {signed(bias, 10)}", fontsize=11, loc="left", pad=3)
        ax.set_yticks(range(len(groups)), groups)
        ax.set_ylim(len(groups) - 0.5, -0.5)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
    axes[-1, 0].set_xlabel("the neuron's output (one mark per image; to the right of the line the neuron is active)")
    return fig


@takes_lists
def mistakes_by_bias(biases: np.ndarray, missed: np.ndarray, false_alarms: np.ndarray) -> None:
    """Show how many mistakes a neuron makes with each bias, of both kinds.

    Parameters
    ----------
    biases : ndarray of shape (n,)
        From low to high.
    missed : ndarray of shape (n,)
        How many of the images that it should report leave it inactive.
    false_alarms : ndarray of shape (n,)
        How many other images it reports.
    """
    fig, ax = figure(1, 1, (7.4, 3.3))
    total = np.add(missed, false_alarms)
    best = int(np.argmin(total))
    # In the colours of the images that are mistaken: those to be reported, and all others.
    ax.plot(biases, missed, color=COLORS[0], linestyle="-", marker="o", markersize=4, label="missed")
    ax.plot(biases, false_alarms, color=COLORS[1], linestyle="--", marker="s", markersize=4, label="false alarms")
    ax.axvline(biases[best], color=TEXT, linewidth=1.4, linestyle=":")
    words = f"bias {signed(biases[best])}: {total[best]:,} mistakes in all"
    ax.annotate(
        words,
        (biases[best], 1.0),
        (0, 3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="center",
        fontweight="bold",
    )
    ax.set_yscale("symlog", linthresh=10)  # both zero and a thousand must be visible
    ax.set_yticks([0, 5, 10, 100, 1000], ["0", "5", "10", "100", "1,000"])
    ax.set_ylim(-0.8, 2000)
    ax.legend(handlelength=3, loc="upper left")
    ax.grid(axis="y", color=FAINT, linewidth=0.8)
    ax.set_xlabel("bias")
    ax.set_ylabel("images (finer scale below 10)")
    where = ", ".join(signed(bias) for bias in biases[total == total[best]])
    none = "".join(f"; without a bias there are {number:,}" for number in total[np.isclose(biases, 0)])
    kinds = ", ".join(
        f"{missed[k]:,} missed images and {false_alarms[k]:,} false alarms at bias {signed(biases[k])}" for k in (0, -1)
    )
    show(
        fig,
        alt=f"The number of mistakes against the bias: {kinds}. The fewest mistakes in all, {total[best]:,}, are at "
        f"bias {where}{none}.",
    )


@takes_lists
def folded_layer(weights: np.ndarray, bias: np.ndarray, folded: np.ndarray) -> None:
    """Show a layer as weights and bias, and as one array.

    Parameters
    ----------
    weights : ndarray of shape (fan_in, fan_out)
        One neuron per column.
    bias : ndarray of shape (fan_out,)
        One number per neuron.
    folded : ndarray of shape (fan_in + 1, fan_out)
        Weights and bias in one array.
    """
    fan_in, fan_out = np.shape(weights)
    tables = {"weights": weights, "bias": np.reshape(bias, (1, -1)), "folded": folded}
    fig, axes = figure(1, 3, (0.8 * 3 * fan_out + 1.6, 0.6 * (fan_in + 1) + 0.8))
    limit = limit_of(np.asarray(folded))
    for ax, (name, table) in zip(axes, tables.items(), strict=True):
        number_table(ax, np.asarray(table), limit)
        ax.set_ylim(fan_in + 0.5, -0.5)  # all three at one scale, from the top
        ax.set_title(f"{name} {np.shape(bias) if name == 'bias' else np.shape(table)}", fontsize=11, pad=6)
    axes[2].set_yticks(range(fan_in + 1), [*(f"input {i}" for i in range(fan_in)), "always 1"])
    axes[2].yaxis.tick_right()
    axes[2].tick_params(length=0)
    frame(axes[1], np.reshape(bias, (1, -1)), (0, slice(None)))
    frame(axes[2], np.asarray(folded), (-1, slice(None)))
    show(
        fig,
        alt=f"Tables of numbers: weights of shape {np.shape(weights)}, a bias of shape {np.shape(bias)}, and an array "
        f"of shape {np.shape(folded)} that holds both. Frames mark the bias and the last row of that array: "
        f"{np.asarray(folded)[-1].tolist()}.",
    )


@takes_lists
def counts(groups: Mapping[str, int]) -> None:
    """Show how many parameters each part of a model has.

    Parameters
    ----------
    groups : mapping of str to int
        The count of each part.
    """
    total = sum(groups.values())
    fig, ax = figure(1, 1, (7.6, 0.42 * len(groups) + 0.9))
    ax.barh(range(len(groups)), groups.values(), color=COLORS[0], height=0.65)
    for row, number in enumerate(groups.values()):
        words = f"{number:,}  ({number / total:.2%})"
        ax.annotate(words, (number, row), (6, 0), textcoords="offset points", va="center")
    ax.set_yticks(range(len(groups)), groups)
    ax.invert_yaxis()
    ax.margins(x=0.35)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value / 1e6:g} M")
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("parameters")
    said = ", ".join(f"{name} {number:,} ({number / total:.2%})" for name, number in groups.items())
    show(fig, alt=f"The number of parameters of each part: {said}.")


@takes_lists
def storage(models: Mapping[str, Mapping[int, float]], marks: Mapping[str, float]) -> None:
    """Show how many bytes models take at several precisions.

    Parameters
    ----------
    models : mapping of str to mapping of int to float
        For each model and each number of bits per parameter, the bytes.
    marks : mapping of str to float
        The name and the bytes of lines to compare with, such as the memory of a graphics card.
    """
    rows = [(f"{name}, {bits} bits", size) for name, sizes in models.items() for bits, size in sizes.items()]
    fig, ax = figure(1, 1, (7.8, 0.42 * len(rows) + 1.2))
    for row, (_, size) in enumerate(rows):
        ax.barh(row, size, color=COLORS[0], height=0.65)
        ax.annotate(f"{size / 1e9:.2f} GB", (size, row), (6, 0), textcoords="offset points", va="center")
    for name, size in marks.items():
        ax.axvline(size, color=MARK, linewidth=1.8, linestyle="--")
        ax.annotate(
            name, (size, 1.0), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points", ha="center"
        )
    ax.margins(x=0.15)
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value / 1e9:g} GB")
    ax.set_xlabel("stored size (1 GB is 1,000,000,000 bytes)")
    said = "; ".join(f"{name}: {size / 1e9:.2f} gigabytes" for name, size in rows)
    lines = " ".join(f"A line marks {name}." for name in marks)
    show(fig, alt=f"Stored sizes: {said}. {lines}")
