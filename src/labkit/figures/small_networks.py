"""Figures of chapter 06 that show small networks with all their numbers, forwards and backwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..arrays import UnusableResultError, takes_lists
from .style import SHEET, TEXT, bare, color_of, figure, show
from .weights import signed

__all__ = ["both_passes", "chain"]

_BACKWARDS = "#8a3a88"
"""The colour of everything that flows backwards."""
_DARK_TEXT = "#1d1d20"


@takes_lists
def chain(signals: np.ndarray, weight: float, bias: float, targets: np.ndarray, grad_outputs: np.ndarray) -> None:
    """Show how one weight affects the loss through each example's output, and the rates of change on the way.

    Parameters
    ----------
    signals : ndarray of shape (n,)
        What each example sends over the connection.
    weight, bias : float
        The connection's weight, and the bias added after it.
    targets : ndarray of shape (n,)
        What the outputs should be.
    grad_outputs : ndarray of shape (n,)
        How the loss changes with each output.
    """
    outputs = signals * weight + bias
    loss = float(np.mean((outputs - targets) ** 2))
    fig, ax = figure(1, 1, (7.6, 3.3))
    heights = np.linspace(0.8, -0.8, len(outputs)).tolist()
    circles = {"weight": ((0, 0), weight), "loss": ((3.2, 0), loss)}
    for n, y in enumerate(heights):
        circles[f"output {n + 1}"] = (1.6, y), outputs[n]
    for name, ((x, y), value) in circles.items():
        ax.scatter(x, y, s=2600, color=SHEET, edgecolor=TEXT, linewidth=1.5, zorder=4)
        ax.text(
            x, y, signed(value), ha="center", va="center", fontsize=13, fontweight="bold", color=_DARK_TEXT, zorder=5
        )
        ax.text(x, y + (0.5 if y >= 0 else -0.5), name, ha="center", va="center", fontsize=11)
    for n, y in enumerate(heights):
        for start, end, rate, what in (
            ((0, 0), (1.6, y), signals[n], "output per weight"),
            ((1.6, y), (3.2, 0), grad_outputs[n], "loss per output"),
        ):
            ax.plot(*zip(start, end, strict=True), color=TEXT, linewidth=1.4, linestyle="-", zorder=1)
            middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + (0.28 if y > 0 else -0.28))
            ax.text(*middle, f"{signed(rate)} {what}", ha="center", va="center", fontsize=10.5)
        product = f"← {signed(grad_outputs[n])} · {signed(signals[n])} = {signed(grad_outputs[n] * signals[n])}"
        ax.text(0.62, 0.2125 * y, product, ha="left", va="center", fontsize=11, color=_BACKWARDS, zorder=5)
    total = float(np.sum(grad_outputs * signals))
    ax.text(0, -0.5, f"← {signed(total)}", ha="center", va="center", fontsize=12.5, color=_BACKWARDS)
    bare(ax)
    ax.set_xlim(-0.6, 3.8)
    ax.set_ylim(-1.45, 1.45)
    said = "; ".join(
        f"output {n + 1} changes by {signed(signals[n])} per unit of the weight, and the loss by "
        f"{signed(grad_outputs[n])} per unit of that output; the product is {signed(grad_outputs[n] * signals[n])}"
        for n in range(len(outputs))
    )
    show(
        fig,
        alt=f"A weight of {signed(weight)} affects the loss, {signed(loss)}, through its outputs: {said}. The sum, "
        f"{signed(total)}, is the weight's gradient.",
    )


@takes_lists
def both_passes(
    values: Sequence[np.ndarray],
    matrices: Sequence[np.ndarray],
    *,
    grad_values: Sequence[np.ndarray] | None = None,
    grad_matrices: Sequence[np.ndarray] | None = None,
    names: Sequence[str] = (),
) -> None:
    """Show a small network with its signals and weights; gradients follow ←.

    Parameters
    ----------
    values : sequence of ndarray of shape (batch, n_neurons)
        What flows: the inputs, then the outputs of each layer.
    matrices : sequence of ndarray of shape (fan_in, fan_out)
        The weights between them.
    grad_values : sequence of ndarray, optional
        Gradients to write below ``values``; None for those without.
    grad_matrices : sequence of ndarray, optional
        How the loss changes with each weight.
    names : sequence of str
        One per column, written below it.
    """
    for arrays, gradients in ((values, grad_values), (matrices, grad_matrices)):
        for array, gradient in zip(arrays, gradients or (), strict=False):
            if gradient is not None and np.shape(gradient) != np.shape(array):
                raise UnusableResultError(
                    f"This figure needs a gradient of shape {np.shape(array)}, but it was given shape "
                    f"{np.shape(gradient)}: each gradient has the shape of the array that it belongs to."
                )
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
            words = ",  ".join(map(signed, column[:, i]))
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
                    "← " + ",  ".join(map(signed, back[:, i])),
                    ha="center",
                    va="center",
                    fontsize=11.5,
                    color=_BACKWARDS,
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
        said.append(f"{name}, one list per example: {column.tolist()}")
        if grad_values is not None and grad_values[k] is not None:
            said.append(f"gradients: {grad_values[k].tolist()}")
        if k < len(matrices):
            said.append(f"weights to the next column: {matrices[k].tolist()}")
            if grad_matrices is not None:
                said.append(f"their gradients: {grad_matrices[k].tolist()}")
    return f"A small network with its signals and weights. {'; '.join(said)}."


def _connection(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    weight: float,
    gradient: float | None,
    near_end: bool,
) -> None:
    ax.plot(
        [start[0], end[0]],
        [start[1], end[1]],
        color=color_of(weight),
        linestyle="--" if weight < 0 else "-",
        linewidth=1 + 1.2 * abs(weight),
        zorder=1,
    )
    share = 0.66 if near_end else 0.42
    x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
    words = f"× {signed(weight)}"
    if gradient is not None:
        words += f"\n← {signed(gradient)}"
    paper = {"facecolor": "#eeeeea" if gradient is None else "#efe6f0", "edgecolor": "none", "pad": 2.5}
    ax.text(x, y, words, ha="center", va="center", fontsize=10.5, color=_DARK_TEXT, zorder=3, bbox=paper)
