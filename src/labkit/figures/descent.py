"""Figures of chapter 07: paths downhill, weights while they learn, and networks in the clinic.

Each function takes what the learner's code computed and shows it, with a text alternative that is made from the same
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from ..arrays import UnusableResultError, takes_lists
from ..results import describe
from .style import (
    COLORS,
    FAINT,
    LINE_STYLES,
    LOSS,
    MARKERS,
    SHEET,
    TEXT,
    WEIGHTS,
    bare,
    color_of,
    figure,
    limit_of,
    looks,
    mosaic,
    show,
)

__all__ = ["bowls", "gap", "landscape", "learning_rates", "loss_curves", "rows_of_weights", "two_scales", "ward"]


@takes_lists
def bowls(paths: Mapping[str, Sequence[float]], loss: Callable[[np.ndarray], np.ndarray], limit: float) -> None:
    """Show the loss over one weight, and on it the places that descent visited, for several runs.

    Parameters
    ----------
    paths : mapping of str to sequence of float
        For each run, the weight at the start and after each step.
    loss : function
        The loss at an array of weights.
    limit : float
        The largest loss to show.
    """
    fig, axes = figure(1, len(paths), (2.0 * len(paths) + 0.6, 2.9), sharey=True, squeeze=False)
    middle = np.linspace(-20, 20, 4001)
    shown, leaves = middle[loss(middle) <= limit], {}
    for ax, (name, path) in zip(axes[0], paths.items(), strict=True):
        path = np.asarray(path)
        ax.plot(shown, loss(shown), color=TEXT, linewidth=1.5, linestyle="-")
        beyond = np.flatnonzero(loss(path) > limit)
        seen = path[: beyond[0] + 1] if beyond.size else path  # the last step leads out of the figure
        ax.plot(seen, loss(seen), color=COLORS[0], linewidth=1, linestyle="-", marker="o", markersize=4)
        ax.plot(seen[0], loss(seen[:1]), marker="o", markersize=9, color=TEXT)
        ax.set_title(name, fontsize=11)
        ax.set_xlabel("weight")
        ax.set_xlim(shown[0] - 0.5, shown[-1] + 0.5)
        ax.set_ylim(-0.04 * limit, limit)
        leaves[name] = f" It leaves the figure in step {beyond[0]}." if beyond.size else ""
    axes[0, 0].set_ylabel("loss")
    said = " ".join(
        f"{name}: {path[0]:.2f}, {path[1]:.2f}, {path[2]:.2f}, and at the end {path[-1]:.2f}.{leaves[name]}"
        for name, path in paths.items()
    )
    show(
        fig,
        alt=f"The loss as a function of one weight: a bowl, with the positions through which descent passed. {said}",
    )


@takes_lists
def loss_curves(losses: Mapping[str, Sequence[float]], highest: float | None = None, n_classes: int = 10) -> None:
    """Show how the loss fell, epoch by epoch, beside the loss of guessing among all classes.

    Parameters
    ----------
    losses : mapping of str to sequence of float
        For each run, the loss of each epoch.
    highest : float, optional
        Where the figure ends; what is above it is cut off.
    n_classes : int
        The number of classes.
    """
    guessing = np.log(n_classes)
    fig, ax = figure(1, 1, (6.8, 3.1))
    for (name, values), look in zip(losses.items(), looks(losses), strict=True):
        ax.plot(range(1, len(values) + 1), values, **look.line, label=name)
    ax.axhline(guessing, color=TEXT, linewidth=1, linestyle=":")
    where = {"xycoords": ("axes fraction", "data"), "va": "center", "annotation_clip": False}
    ax.annotate(f"log {n_classes}", (1.01, guessing), **where)
    ax.set_ylim(0, highest)
    ax.grid(axis="y", color=FAINT, linewidth=0.8)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("epoch")
    cut = highest is not None and any(max(values) > highest for values in losses.values())
    ax.set_ylabel(f"loss, cut at {highest:g}" if cut else "loss")
    if len(losses) > 1:
        ax.legend(handlelength=3)
    said = []
    for name, values in losses.items():
        steps = [f"first {values[0]:.2f}", *(f"then {value:.2f}" for value in values[1:2])]
        steps += [f"and {value:.3g} in the last epoch" for value in values[2:][-1:]]
        said.append(f"{name}: {', '.join(steps)}.")
    show(fig, alt=f"The loss by epoch; a dotted line marks log {n_classes}, about {guessing:.1f}. {' '.join(said)}")


@takes_lists
def gap(epochs: Sequence[int], seen: np.ndarray, unseen: np.ndarray) -> None:
    """Show the loss on training and on validation images, the gap between them, and where the second loss is lowest.

    Parameters
    ----------
    epochs : sequence of int
        When the losses were measured.
    seen, unseen : ndarray of shape (n_runs, n_epochs)
        The loss on the training images, and on the validation images, which are not trained on.
    """
    fig, ax = figure(1, 1, (6.8, 3.3))
    low, high = seen.mean(axis=0), unseen.mean(axis=0)
    ax.fill_between(epochs, low, high, color=FAINT, linewidth=0)
    for k, (name, runs) in enumerate({"training images": seen, "validation images": unseen}.items()):
        single = ax.plot(epochs, runs.T, color=COLORS[k], linestyle=LINE_STYLES[k], linewidth=0.7, alpha=0.6)
        ax.plot(epochs, runs.mean(axis=0), color=COLORS[k], linestyle=LINE_STYLES[k], label=f"{name}, mean")
    single[0].set_label("single runs")
    best = int(high.argmin())
    ax.axvline(epochs[best], color=TEXT, linewidth=1.4, linestyle=":")
    ax.annotate(
        f"mean lowest: epoch {epochs[best]}",
        (epochs[best], ax.get_ylim()[1]),
        (4, -2),
        textcoords="offset points",
        va="top",
    )
    ax.annotate("the gap", (epochs[-1], (low[-1] + high[-1]) / 2), ha="right", va="center")
    ax.set_ylim(0, None)
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, handlelength=2.6)
    show(
        fig,
        alt=f"The mean loss of {len(seen)} runs: on training images it goes from {low[0]:.2f} to {low[-1]:.3f}; on "
        f"validation images it is lowest, {high.min():.2f}, after {epochs[best]} epochs, at a dotted line, and is "
        f"{high[-1]:.2f} at the end.",
    )


@takes_lists
def rows_of_weights(
    rows: Mapping[str, np.ndarray],
    titles: Sequence[object] | None = None,
    said: str = "",
    shown: str = "Weights",
    one_scale: bool = True,
) -> None:
    """Show weights as images over the inputs, one row of images per state of the network.

    Parameters
    ----------
    rows : mapping of str to ndarray of shape (height * width, n)
        For each state, the weights into n neurons. The largest magnitude of each row is written beside it.
    titles : sequence, optional
        One per neuron, written above the first row.
    said : str
        What the images show, for those who do not see them.
    shown : str
        What the numbers are, for the same readers.
    one_scale : bool
        Whether all rows share one colour scale; otherwise each row has its own.
    """
    shape = next(iter(rows.values())).shape
    for name, weights in rows.items():
        if np.shape(weights) != shape:
            found = f"The weights “{name}” are {describe(weights)}"
            raise UnusableResultError(f"{found}; this figure needs an array of shape {shape}.")
    n = shape[1]
    fig, axes = figure(len(rows), 1, (0.7 * n + 2.1, 0.78 * len(rows) + 0.35), squeeze=False)
    fig.get_layout_engine().set(w_pad=0.15, h_pad=0.08)  # room at the edges: nothing has to be measured twice
    for ax, (name, weights) in zip(axes[:, 0], rows.items(), strict=True):
        limit = limit_of(np.array(list(rows.values())) if one_scale else weights)
        bare(ax).imshow(mosaic(weights.T), cmap=WEIGHTS, vmin=-limit, vmax=limit, interpolation="nearest")
        ax.set_ylabel(name.replace(", ", ",\n"), rotation=0, ha="right", va="center", fontsize=11)
        words = f"magnitude\nup to {np.abs(weights).max():.2f}"
        ax.text(1.01, 0.5, words, transform=ax.transAxes, va="center", fontsize=10)
    side = int(np.sqrt(len(weights)))
    axes[0, 0].set_xticks([k * (side + 1) + (side - 1) / 2 for k in range(len(titles or ()))], titles or ())
    axes[0, 0].tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False, labelsize=10)
    largest = ", ".join(f"“{name}” {np.abs(weights).max():.2f}" for name, weights in rows.items())
    scales = ""
    if not one_scale:
        scales = " Each row has its own colour scale."
        fig.supxlabel(scales.strip(" ."), fontsize=10.5)
    show(
        fig,
        alt=f"{shown} into {n} neurons as images over the pixels. {said}{scales} Largest magnitude by row: {largest}.",
    )


@takes_lists
def landscape(
    first: np.ndarray,
    second: np.ndarray,
    losses: np.ndarray,
    paths: Mapping[str, np.ndarray],
    names: tuple[str, str] = ("first weight", "second weight"),
) -> None:
    """Show the loss over two weights, as a surface and as a map, with the paths of descent.

    Parameters
    ----------
    first, second : ndarray of shape (n,), (m,)
        Values of the two weights.
    losses : ndarray of shape (m, n)
        The loss at each pair of values.
    paths : mapping of str to ndarray of shape (steps + 1, 3)
        For each run, the two weights and the loss at its start and after each step.
    names : pair of str
        What the two weights are.
    """
    fig, ax = figure(1, 1, (7.8, 4.0))
    ax.remove()
    fig.get_layout_engine().set(wspace=0.1)
    surface = fig.add_subplot(1, 2, 1, projection="3d", computed_zorder=False)
    surface.plot_surface(
        *np.meshgrid(first, second), losses, cmap=LOSS, alpha=0.75, linewidth=0, rcount=33, ccount=33, zorder=1
    )
    flat = fig.add_subplot(1, 2, 2)
    levels = losses.min() + np.ptp(losses) * np.linspace(0.06, 1, 14) ** 2  # closer in the valley, none on its floor
    flat.contourf(first, second, losses, levels=[losses.min(), *levels], cmap=LOSS, alpha=0.45)
    lines = flat.contour(first, second, losses, levels=levels, colors="white", linewidths=0.9)
    for words in flat.clabel(lines, levels[::2], fmt="%.2g", fontsize=9, colors=[TEXT]):
        words.set(zorder=12, bbox={"facecolor": SHEET, "alpha": 0.75, "edgecolor": "none", "pad": 0.5})
    for k, (name, path) in enumerate(paths.items()):
        # The first path is on top: a path that jumps must not hide one that crawls.
        look = {
            "color": COLORS[(2, 4, 0, 3)[k % 4]],
            "linewidth": 0.9,
            "linestyle": LINE_STYLES[0],
            "label": name,
            "zorder": 10 - k,
            "marker": MARKERS[k % len(MARKERS)],
            "markersize": 3,
        }
        surface.plot(path[:, 0], path[:, 1], path[:, 2] + 0.05, **look)
        flat.plot(path[:, 0], path[:, 1], **look)
    start = next(iter(paths.values()))[0]
    flat.plot(start[0], start[1], marker="o", markersize=9, color=TEXT, zorder=11)
    flat.set_xlim(first.min(), first.max())
    flat.set_ylim(second.min(), second.max())
    for ax in (surface, flat):
        ax.set_xlabel(names[0])
        ax.set_ylabel(names[1])
    surface.xaxis.labelpad = surface.yaxis.labelpad = 8
    surface.set_box_aspect((4, 4, 3), zoom=0.92)
    surface.set_title("loss", fontsize=11)
    surface.set_xlim(first.min(), first.max())
    surface.set_ylim(second.min(), second.max())
    for axis in (surface.xaxis, surface.yaxis, surface.zaxis):
        axis.set_pane_color((0, 0, 0, 0))
        axis._axinfo["grid"]["color"] = FAINT
        axis.set_major_locator(MaxNLocator(4))
    surface.view_init(elev=34, azim=-62)
    flat.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(paths), fontsize=10, handlelength=1.8)
    said = " ".join(
        f"{name}: from a loss of {path[0, 2]:.3f} to {path[-1, 2]:.3f} in {len(path) - 1} steps."
        for name, path in paths.items()
    )
    show(
        fig,
        alt=f"The loss over two weights, as a surface and as a map: a long valley, down to {losses.min():.3f}, "
        f"beside slopes up to {losses.max():.2f}. Paths of descent: {said}",
    )


@takes_lists
def two_scales(paths: Mapping[str, np.ndarray], steepness: tuple[float, float]) -> None:
    """Show a map of a valley that is parallel to an axis, with the paths of several optimizers.

    Parameters
    ----------
    paths : mapping of str to ndarray of shape (steps + 1, 2)
        For each run, the two weights at its start and after each step.
    steepness : pair of float
        The loss is the first number times the square of the first weight, plus the second times that of the second.
    """
    first, second = np.linspace(-1.6, 1.6, 65), np.linspace(-4, 1.2, 105)
    losses = steepness[0] * first**2 + steepness[1] * second[:, np.newaxis] ** 2
    fig, ax = figure(1, 1, (6.2, 4.2))
    levels = losses.max() * np.linspace(0, 1, 12) ** 3
    ax.contourf(first, second, losses, levels=levels, cmap=LOSS, alpha=0.45)
    ax.contour(first, second, losses, levels=levels, colors="white", linewidths=0.9)
    for k, (name, path) in enumerate(paths.items()):
        color = COLORS[(2, 4, 0, 3)[k % 4]]
        line = {"color": color, "linewidth": 0.9, "linestyle": LINE_STYLES[0], "label": name}
        ax.plot(*np.transpose(path), **line, marker=MARKERS[k % len(MARKERS)], markersize=4)
    start = next(iter(paths.values()))[0]
    ax.plot(*start, marker="o", markersize=9, color=TEXT, zorder=11)
    ax.set(xlabel="first weight", ylabel="second weight", aspect="equal")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(paths), fontsize=10)
    said = []
    for name, path in paths.items():
        step, turns = np.subtract(path[1], path[0]), np.diff(np.sign(np.asarray(path)[:, 0]))
        said.append(
            f"{name}: the first step changes the weights by {step[0]:.2f} and {step[1]:.2f}, the path crosses the "
            f"valley {np.count_nonzero(turns)} times and ends at {path[-1][0]:.2f} and {path[-1][1]:.2f}."
        )
    show(fig, alt=f"A map of the loss over two weights: a valley, steep along the first weight. {' '.join(said)}")


@takes_lists
def learning_rates(rates: Sequence[float], accuracies: np.ndarray, silent: np.ndarray) -> None:
    """Show what became of networks trained at different learning rates.

    Parameters
    ----------
    rates : sequence of float
        The learning rates.
    accuracies : ndarray of shape (n_rates, n_runs)
        The fraction of test images read correctly.
    silent : ndarray of shape (n_rates, n_runs)
        The fraction of hidden neurons that are dead.
    """
    fig, ax = figure(1, 1, (7.2, 3.3))
    for k, (name, runs) in enumerate(
        [("read correctly", accuracies), ("hidden neurons inactive for all training images", silent)]
    ):
        color = COLORS[k]
        ax.plot(rates, runs.mean(axis=1), color=color, linestyle=LINE_STYLES[k], label=name)
        for column in runs.T:
            ax.plot(rates, column, linestyle="", marker=MARKERS[k], color=color, markersize=5, alpha=0.6)
    ax.set_xscale("log")
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.minorticks_off()
    ax.set_ylim(-0.03, 1.03)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ax.grid(axis="y", color=FAINT, linewidth=0.8)
    ax.set_xlabel("learning rate")
    ax.set_ylabel("fraction")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, handlelength=3)
    said = " ".join(
        f"Rate {rate:g}: {100 * good.min():.0f} to {100 * good.max():.0f}% of the images read correctly, "
        f"{dead.mean():.0%} of the neurons inactive on average."
        for rate, good, dead in zip(rates, accuracies, silent, strict=True)
    )
    show(fig, alt=f"Test accuracy and inactive hidden neurons for each learning rate. {said}")


@takes_lists
def ward(patients: Sequence[Any], neurons: int = 5) -> None:
    """Show what is known about each patient: its losses, weights before and after, and biases.

    Parameters
    ----------
    patients : sequence of Patient
        From `labkit.clinic`: ``name``, ``before``, ``after``, ``losses``.
    neurons : int
        The number of hidden neurons whose weights are drawn.
    """
    # As tall as the images are at this width: in a taller row they would not grow, and everything else would shrink.
    fig, axes = figure(
        len(patients), 3, (7.8, 0.95 * len(patients) + 0.6), width_ratios=[1.15, 3.9, 1.05], squeeze=False
    )
    highest = max(2.9, *(1.05 * max(patient.losses) for patient in patients))
    for (curve, gallery, bars), patient in zip(axes, patients, strict=True):
        curve.plot(range(1, len(patient.losses) + 1), patient.losses, color=COLORS[0])
        curve.axhline(np.log(10), color=TEXT, linewidth=1, linestyle=":")
        curve.set_ylim(0, highest)
        curve.set_ylabel(patient.name, rotation=0, fontsize=15, fontweight="bold", labelpad=14, va="center")
        bare(gallery)
        for left, layers, title in ((0, patient.before, "weights before"), (1.1, patient.after, "weights after")):
            weights = layers[0][0][:, :neurons]
            tiles, limit = mosaic(weights.T), limit_of(np.percentile(np.abs(weights), 99))
            gallery.imshow(
                tiles,
                cmap=WEIGHTS,
                vmin=-limit,
                vmax=limit,
                interpolation="nearest",
                extent=(left, left + 1, 0, tiles.shape[0] / tiles.shape[1]),
            )
            gallery.text(
                left + 0.5, -0.01, f"largest magnitude {np.abs(weights).max():.3g}", ha="center", va="top", fontsize=10
            )
            if patient is patients[0]:
                gallery.text(left + 0.5, 0.22, title, ha="center", va="bottom", fontsize=11, fontweight="bold")
        gallery.set(xlim=(0, 2.1), ylim=(-0.08, 0.3))
        biases = patient.after[0][1]
        bars.vlines(range(len(biases)), 0, biases, colors=[color_of(bias) for bias in biases], linewidth=2)
        bars.axhline(0, color=TEXT, linewidth=0.8)
        bare(bars).set_ylim(-1.05 * limit_of(biases), 1.05 * limit_of(biases))
        words = f"largest\nmagnitude\n{np.abs(biases).max():.3g}"
        bars.text(1.04, 0.5, words, transform=bars.transAxes, va="center", fontsize=10)
    for ax, title in zip(axes[0, [0, 2]], ("loss by epoch", "hidden biases\nafter"), strict=True):
        ax.set_title(title, fontsize=11)
    for curve in axes[:-1, 0]:
        curve.tick_params(labelbottom=False)
    axes[-1, 0].set_xlabel("epoch")
    largest = [
        [f"{np.abs(layers[0][0][:, :neurons]).max():.3g}" for layers in (patient.before, patient.after)]
        for patient in patients
    ]
    said = " ".join(
        f"{patient.name}: loss from {patient.losses[0]:.2f} to {patient.losses[-1]:.2f}, weights with magnitudes up to "
        f"{before} before and {after} after, biases of "
        f"the hidden layer from {patient.after[0][1].min():.3g} to {patient.after[0][1].max():.3g}."
        for patient, (before, after) in zip(patients, largest, strict=True)
    )
    drawn = f"loss by epoch, with a dotted line at log 10, weights of {neurons} neurons before and after, and biases"
    show(fig, alt=f"Patients: {drawn}. {said}")
