"""Figures of chapter 06: slopes, the backward pass through a small network, and what a gradient checker finds.

Each function takes what the learner's code computed and shows it, with a text alternative that is made from the same
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from ..arrays import takes_lists
from .style import COLORS, FAINT, FRACTION, TEXT, color_of, figure, looks, show
from .weights import signed

__all__ = [
    "check_of_passes",
    "error_by_step",
    "loss_along_weights",
    "probability_and_gradient",
    "signal_and_gradient",
]

_DARK_TEXT = "#1d1d20"
_WRONG = 1e-4
"""Relative errors above this are more than the rounding errors of a check in float64."""
_ERRORS = LinearSegmentedColormap.from_list("errors", ["#f6f4f0", "#efe2ee", "#d9b3d7", "#c98fc6"])


@takes_lists
def loss_along_weights(
    moves: np.ndarray, losses: Mapping[str, np.ndarray], slopes: Mapping[str, float] | None = None
) -> None:
    """Show how the loss changes when one weight alone is moved, for several weights.

    Parameters
    ----------
    moves : ndarray of shape (n,)
        How far the weight is moved from its value; 0 is one of them.
    losses : mapping of str to ndarray of shape (n,)
        For each weight, the loss after each move.
    slopes : mapping of str to float, optional
        How fast the loss changes at the weight's own value; drawn as a straight line.
    """
    fig, axes = figure(1, len(losses), (2.4 * len(losses) + 0.6, 3.0), sharey=True, squeeze=False)
    here = int(np.argmin(np.abs(moves)))
    for ax, (name, values) in zip(axes[0], losses.items(), strict=True):
        ax.plot(moves, values, color=COLORS[0], linestyle="-")
        if slopes:
            reach = np.abs(moves) <= 0.6 * np.abs(moves).max()
            ax.plot(moves[reach], values[here] + slopes[name] * moves[reach], color=COLORS[2], linestyle="-.")
            ax.set_title(f"{name}\nslope {signed(slopes[name])}")
        else:
            ax.set_title(name)
        ax.plot(moves[here], values[here], marker="o", markersize=8, color=TEXT, linestyle="")
        ax.set_xlabel("this weight moved by")
        ax.grid(axis="y", color=FAINT, linewidth=0.8)
    axes[0, 0].set_ylabel("loss")
    said = ". ".join(
        f"“{name}”: {values[0]:.3f} at a move of {signed(moves[0])}, {values[here]:.3f} at 0"
        + (f" with a slope of {signed(slopes[name])}" if slopes else "")
        + f", {values[-1]:.3f} at {signed(moves[-1])}, lowest {values.min():.3f}"
        for name, values in losses.items()
    )
    show(fig, alt=f"Curves of the loss as one weight alone moves. {said}.")


@takes_lists
def error_by_step(steps: np.ndarray, errors: Sequence[float], marked: int) -> None:
    """Show how accurate a measured slope is with steps of different sizes.

    Parameters
    ----------
    steps : ndarray of shape (n,)
        The sizes of the steps.
    errors : sequence of float
        The relative error with each step.
    marked : int
        The index of the step to mark.
    """
    fig, ax = figure(1, 1, (6.4, 3.2))
    ax.loglog(steps, errors, color=COLORS[0], linestyle="-")
    ax.minorticks_off()
    ax.plot(steps[marked], errors[marked], marker="o", markersize=9, color=TEXT)
    ax.grid(axis="y", color=FAINT, linewidth=0.8)
    ax.set_xlabel("step")
    ax.set_ylabel("relative error")
    best = int(np.argmin(errors))
    said = [f"{errors[k]:.0e} with a step of {steps[k]:.0e}" for k in (0, best, len(steps) - 1, marked)]
    show(
        fig,
        alt="The error of a measured slope against the size of the step, on logarithmic axes. "
        f"The error begins at {said[0]}, is lowest at {said[1]} and ends at {said[2]}. Marked: {said[3]}.",
    )


@takes_lists
def signal_and_gradient(journeys: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> None:
    """Show the RMS of the signal on its way forwards and of the gradient on its way back, layer by layer.

    Parameters
    ----------
    journeys : mapping of str to pair of sequence of float
        For each network, the RMS of the signal and of the gradient before layer 0, 1 and so on, and after the last.
    """
    fig, axes = figure(1, 2, (7.8, 3.7), sharey=True)
    for (name, both), look in zip(journeys.items(), looks(journeys), strict=True):
        for ax, values in zip(axes, both, strict=True):
            ax.plot(values, **look.line, label=name)
    axes[0].set(title="signal, forwards →", ylabel="RMS", yscale="log")
    axes[1].set(title="← gradient, backwards", yscale="log")
    for ax in axes:
        ax.set_xlabel("layer, counted from the input")
        ax.grid(color=FAINT, linewidth=0.6)
        ax.minorticks_off()
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, handlelength=2.6)
    said = "; ".join(
        f"{name}: the signal ends with RMS {signals[-1]:.1g}, the gradient with {gradients[0]:.1g}"
        for name, (signals, gradients) in journeys.items()
    )
    show(fig, alt=f"The RMS of signals and of gradients that start at 1, layer by layer: {said}.")


@takes_lists
def probability_and_gradient(probabilities: np.ndarray, gradient: np.ndarray, labels: Sequence[int]) -> None:
    """Show, for each example, the predicted probabilities and the gradient of the loss with respect to its logits.

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
        bars = ax.bar(range(classes), probabilities[row], color=FRACTION, alpha=0.55)
        bars[label].set(alpha=1, edgecolor=TEXT, linewidth=1.6)
        ax.axhline(0, color=TEXT, linewidth=1)
        ax.set_ylim(-1.4, 1.05)  # as on the right: a probability and the gradient's bar are equally long
        ax.set_yticks([0, 0.5, 1])
        ax.spines["bottom"].set_visible(False)
        ax.set_title(f"label {label}: probability {probabilities[row, label]:.0%}", fontsize=11, loc="left", pad=3)
        ax = axes[row, 1]
        ax.bar(range(classes), gradient[row], color=[color_of(value) for value in gradient[row]])
        ax.axhline(0, color=TEXT, linewidth=1)
        ax.set_ylim(-1.4, 1.05)
        ax.spines["bottom"].set_visible(False)
        ax.annotate(
            signed(gradient[row, label], 2),
            (label, gradient[row, label]),
            (0, -3),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=10,
        )
    axes[0, 1].set_title("the gradient of the loss", fontsize=11, loc="left", pad=3)
    for ax in axes[-1]:
        ax.set_xticks(range(classes))
        ax.set_xlabel("class")
    said = " ".join(
        f"The label {label} has the probability {believed[label]:.0%}. The gradient is {signed(pull[label], 2)} for "
        f"the label's logit and at most {signed(np.delete(pull, label).max(), 2)} for the others."
        for label, believed, pull in zip(labels, probabilities, gradient, strict=True)
    )
    show(fig, alt=f"Bar charts of each example's predicted probabilities and of its gradient. {said}")


@takes_lists
def check_of_passes(errors: Mapping[str, Sequence[float]], parameters: Sequence[str]) -> None:
    """Show the relative error of each gradient of each backward pass, as a table.

    Parameters
    ----------
    errors : mapping of str to sequence of float
        For each pass, the error of each parameter's gradient.
    parameters : sequence of str
        The parameters' names.
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
        f"{name}: {', '.join(f'{error:.0e} for {what}' for what, error in zip(parameters, row, strict=True))}."
        for name, row in errors.items()
    )
    show(fig, alt=f"A table of relative errors. {said}")
    if (table.max(axis=1) > _WRONG).all():
        print(
            "No pass agrees with the measured gradients, yet some of the passes are right. Perhaps the measurement is "
            "too imprecise: does forward, cross_entropy or numerical_gradient round to float32? If not, check these "
            "functions and cross_entropy_gradient, and whether a neuron's sum is 0, where ReLU bends."
        )
