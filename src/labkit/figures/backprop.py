"""Pictures of chapter 06: slopes, the way back through a small network, and what a gradient checker finds.

Each function takes what the learner's code computed and shows it, with words for those who do not
see it that are made from the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from .style import FAINT, MARK, NEGATIVE, POSITIVE, SHEET, TEXT, bare, figure, show

__all__ = ["belief_and_gradient", "check_of_passes", "error_by_step", "loss_along_weights", "way_back"]

BACK = MARK
"""The colour of everything that travels backwards."""
_DARK_TEXT = "#1d1d20"
_ERRORS = LinearSegmentedColormap.from_list("errors", ["#2f7fd0", "#a3cbf0", "#f6f4f0", "#f7c891", "#d9730d"])


def _signed(value: float, digits: int = 3) -> str:
    return f"{value + 0.0:.{digits}g}".replace("-", "−")


def loss_along_weights(
    moves: np.ndarray, losses: Mapping[str, np.ndarray], slopes: Mapping[str, float] | None = None
) -> None:
    """Show how the loss changes when one weight alone is moved, for several weights.

    Parameters
    ----------
    moves : ndarray of shape (n,)
        How far the weight is moved from where it is; 0 among them.
    losses : mapping of str to ndarray of shape (n,)
        A weight's name to the loss after each move.
    slopes : mapping of str to float, optional
        How fast the loss changes where the weight is; drawn as a straight line.
    """
    fig, axes = figure(1, len(losses), (2.4 * len(losses) + 0.6, 3.0), sharey=True, squeeze=False)
    here = int(np.argmin(np.abs(moves)))
    for ax, (name, values) in zip(axes[0], losses.items(), strict=True):
        ax.plot(moves, values, color=POSITIVE)
        if slopes:
            reach = np.abs(moves) <= 0.6 * np.abs(moves).max()
            ax.plot(moves[reach], values[here] + slopes[name] * moves[reach], color=NEGATIVE, linestyle="--")
            ax.set_title(f"{name}\nslope {_signed(slopes[name])}")
        else:
            ax.set_title(name)
        ax.plot(moves[here], values[here], marker="o", markersize=8, color=TEXT, linestyle="")
        ax.set_xlabel("this weight moved by")
        ax.grid(axis="y", color=FAINT, linewidth=0.8)
    axes[0, 0].set_ylabel("loss")
    said = "; ".join(
        f"{name}: between {values.min():.3f} and {values.max():.3f}, {values[here]:.3f} where the weight is"
        + (f", where its slope is {_signed(slopes[name])}" if slopes else "")
        for name, values in losses.items()
    )
    show(fig, alt=f"Curves of the loss over the move of one weight alone. {said}.")


def error_by_step(steps: np.ndarray, errors: Sequence[float], marked: int) -> None:
    """Show how good a measured slope is with steps of different sizes.

    Parameters
    ----------
    steps : ndarray of shape (n,)
        The sizes of the steps.
    errors : sequence of float
        The relative error with each.
    marked : int
        The index of the step to mark.
    """
    fig, ax = figure(1, 1, (6.4, 3.2))
    ax.loglog(steps, errors, color=POSITIVE)
    ax.minorticks_off()
    ax.plot(steps[marked], errors[marked], marker="o", markersize=9, color=TEXT)
    ax.grid(axis="y", color=FAINT, linewidth=0.8)
    ax.set_xlabel("step")
    ax.set_ylabel("relative error")
    best = int(np.argmin(errors))
    said = [f"{errors[k]:.0e} at a step of {steps[k]:.0e}" for k in (0, best, len(steps) - 1, marked)]
    show(
        fig,
        alt="The error of a measured slope over the size of the step, on logarithmic axes: a valley. "
        f"{said[0]}, lowest with {said[1]}, then rising to {said[2]}. Marked: {said[3]}.",
    )


def way_back(
    values: Sequence[np.ndarray],
    matrices: Sequence[np.ndarray],
    *,
    grad_values: Sequence[np.ndarray] | None = None,
    grad_matrices: Sequence[np.ndarray] | None = None,
    names: Sequence[str] = (),
) -> None:
    """Show a small network with all its numbers: forwards in grey, backwards in purple.

    Parameters
    ----------
    values : sequence of ndarray of shape (batch, n_neurons)
        What flows: the inputs, then the outputs of each layer.
    matrices : sequence of ndarray of shape (fan_in, fan_out)
        The weights between them.
    grad_values : sequence of ndarray, optional
        How the loss changes with each of ``values``; None for those that are not shown.
    grad_matrices : sequence of ndarray, optional
        How the loss changes with each weight.
    names : sequence of str
        One a column, written below it.
    """
    fig, ax = figure(1, 1, (2.6 * len(values), 4.4))
    places = [np.linspace(1, -1, n) if n > 1 else np.zeros(1) for n in (column.shape[1] for column in values)]
    for k, matrix in enumerate(matrices):
        for (i, j), weight in np.ndenumerate(matrix):
            _connection(
                ax,
                (k, places[k][i]),
                (k + 1, places[k + 1][j]),
                weight,
                None if grad_matrices is None else grad_matrices[k][i, j],
                near_end=i != j,
            )
    for k, column in enumerate(values):
        back = None if grad_values is None else grad_values[k]
        for i, y in enumerate(places[k]):
            words = ",  ".join(map(_signed, column[:, i]))
            ax.text(
                k,
                y + (0.09 if back is not None else 0),
                words,
                ha="center",
                va="center",
                fontsize=13,
                fontweight="bold",
                color=_DARK_TEXT,
                zorder=5,
            )
            ax.scatter(k, y, s=4200, color=SHEET, edgecolor=TEXT, linewidth=1.5, zorder=4)
            if back is not None:
                ax.text(
                    k,
                    y - 0.13,
                    "← " + ",  ".join(map(_signed, back[:, i])),
                    ha="center",
                    va="center",
                    fontsize=11.5,
                    color="#8a3a88",
                    zorder=5,
                )
        if k < len(names):
            ax.text(k, -1.62, names[k], ha="center", va="center", fontsize=11)
    bare(ax)
    ax.set_xlim(-0.4, len(values) - 0.6)
    ax.set_ylim(-1.75, 1.5)
    show(fig, alt=_in_words(values, matrices, grad_values, grad_matrices, names))


def _in_words(values: Sequence, matrices: Sequence, grad_values: Any, grad_matrices: Any, names: Sequence[str]) -> str:
    said = []
    for k, column in enumerate(values):
        name = names[k] if k < len(names) else f"column {k}"
        said.append(f"{name}, a list an example: {column.tolist()}")
        if grad_values is not None and grad_values[k] is not None:
            said.append(f"their gradients: {grad_values[k].tolist()}")
        if k < len(matrices):
            said.append(f"weights from there on: {matrices[k].tolist()}")
            if grad_matrices is not None:
                said.append(f"their gradients: {grad_matrices[k].tolist()}")
    return f"A small network with all its numbers. {'; '.join(said)}."


def _connection(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    weight: float,
    gradient: float | None,
    near_end: bool,
) -> None:
    negative = weight < 0
    ax.plot(
        [start[0], end[0]],
        [start[1], end[1]],
        color=NEGATIVE if negative else POSITIVE,
        linestyle="--" if negative else "-",
        linewidth=1 + 1.2 * abs(weight),
        zorder=1,
    )
    share = 0.66 if near_end else 0.42
    x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
    words = f"× {_signed(weight)}"
    if gradient is not None:
        words += f"\n← {_signed(gradient)}"
    paper = {"facecolor": "#eeeeea" if gradient is None else "#efe6f0", "edgecolor": "none", "pad": 2.5}
    ax.text(x, y, words, ha="center", va="center", fontsize=10.5, color=_DARK_TEXT, zorder=3, bbox=paper)


def belief_and_gradient(probabilities: np.ndarray, gradient: np.ndarray, labels: Sequence[int]) -> None:
    """Show, for each example, what the network believes and how the loss pulls at its logits.

    Parameters
    ----------
    probabilities, gradient : ndarray of shape (n, n_classes)
        The softmax of the logits, and the gradient of each example's own loss.
    labels : sequence of int
        The true classes.
    """
    n, classes = probabilities.shape
    fig, axes = figure(n, 2, (8.4, 1.55 * n + 0.7), squeeze=False, sharex=True)
    for row, label in enumerate(labels):
        ax = axes[row, 0]
        bars = ax.bar(range(classes), probabilities[row], color=TEXT)
        bars[label].set(edgecolor=POSITIVE, linewidth=2.5)
        ax.set_ylim(0, 1.05)
        ax.set_title(f"{label}: believed with {probabilities[row, label]:.0%}", fontsize=11, loc="left", pad=3)
        ax = axes[row, 1]
        ax.bar(range(classes), gradient[row], color=np.where(gradient[row] >= 0, POSITIVE, NEGATIVE))
        ax.axhline(0, color=TEXT, linewidth=1)
        ax.set_ylim(-1.4, 1.05)
        ax.spines["bottom"].set_visible(False)
        ax.annotate(
            _signed(gradient[row, label], 2),
            (label, gradient[row, label]),
            (0, -3),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=10,
        )
    axes[0, 1].set_title("the gradient of its loss", fontsize=11, loc="left", pad=3)
    for ax in axes[-1]:
        ax.set_xticks(range(classes))
        ax.set_xlabel("class")
    said = " ".join(
        f"A {label}, believed with {believed[label]:.0%}: gradient {_signed(pull[label], 2)} for its own logit, up to "
        f"{_signed(np.delete(pull, label).max(), 2)} for the others."
        for label, believed, pull in zip(labels, probabilities, gradient, strict=True)
    )
    show(fig, alt=f"For each digit ten probabilities and ten gradients. {said}")


def check_of_passes(errors: Mapping[str, Sequence[float]], parameters: Sequence[str]) -> None:
    """Show the relative error of each gradient of each backward pass, as a table.

    Parameters
    ----------
    errors : mapping of str to sequence of float
        A pass's name to the error of each parameter's gradient.
    parameters : sequence of str
        Their names.
    """
    table = np.array([list(row) for row in errors.values()])
    exponents = np.log10(np.maximum(table, 1e-12))
    fig, ax = figure(1, 1, (1.15 * len(parameters) + 1.6, 0.5 * len(errors) + 0.9))
    ax.imshow(exponents, cmap=_ERRORS, vmin=-11, vmax=0, aspect="auto")
    for (row, column), error in np.ndenumerate(table):
        ax.text(column, row, f"{error:.0e}".replace("-", "−"), ha="center", va="center", color=_DARK_TEXT)
    ax.set_xticks(range(len(parameters)), parameters)
    ax.set_yticks(range(len(errors)), errors)
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)
    said = " ".join(
        f"{name}: {', '.join(f'{parameter} {error:.0e}' for parameter, error in zip(parameters, row, strict=True))}."
        for name, row in errors.items()
    )
    show(fig, alt=f"A table of relative errors. {said}")
