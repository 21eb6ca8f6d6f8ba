"""Figures of chapter 04 that show what bends are good for: following curves and dividing planes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby, pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from ..arrays import takes_lists
from ..lent.given_training import given_training, share_correct
from ..lent.newborn import he_weights
from ..lent.signals import signals_of
from .style import FAINT, NEGATIVE, POSITIVE, SHEET, TEXT, figure, looks, show
from .weights import signed

__all__ = ["corners", "fits", "opening", "spirals"]

_FIELDS = ListedColormap(["#f6dcc0", "#cfe2f6"])
_CLASSES = ((NEGATIVE, "s"), (POSITIVE, "o"))
"""Orange squares and blue circles, as on `labkit.live.plane`, so that the classes differ not only in colour."""


def spirals(n: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return points of two classes that wind around each other, which no straight line divides.

    Parameters
    ----------
    n : int
        Points per class.
    seed : int
        The seed of the noise.

    Returns
    -------
    points : ndarray of shape (2 * n, 2)
        Within about -1 to 1.
    labels : ndarray of int, shape (2 * n,)
        0 and 1.
    """
    rng = np.random.default_rng(seed)
    turn = np.sqrt(np.linspace(0.01, 1, n)) * 2 * np.pi
    arm = np.column_stack([np.cos(turn), np.sin(turn)]) * turn[:, np.newaxis] / (2 * np.pi)
    points = np.concatenate([arm, -arm]) + rng.normal(0, 0.03, (2 * n, 2))
    return points, np.repeat([0, 1], n)


def opening() -> None:
    """Show how networks with 0, 4 and 32 hidden neurons divide two spirals, trained by the course's own trainer."""
    points, labels = spirals()
    rng = np.random.default_rng(1)
    panels = {}
    for hidden in (0, 4, 32):
        sizes = [2, hidden, 2] if hidden else [2, 2]
        layers = [
            (he_weights(fan_in, fan_out, rng), rng.normal(0, 0.3, fan_out)) for fan_in, fan_out in pairwise(sizes)
        ]
        [layers] = given_training([layers], points, labels, epochs=500, batch_size=30, learning_rate=0.4)
        name = f"{hidden} hidden neurons" if hidden else "no hidden layer"
        panels[name] = (
            lambda grid, layers=layers: signals_of(layers, grid)[-1].argmax(axis=1),
            share_correct(layers, points, labels),
        )
    fig, axes = figure(1, 3, (7.8, 2.9), sharey=True)
    for ax, (name, (decide, right)) in zip(axes, panels.items(), strict=True):
        _divided(ax, decide, points, labels, (-1.25, 1.25))
        ax.set_title(f"{name}\n{right:.0%} of the points correct", fontsize=11)
        ax.set_xlabel("first input")
    axes[0].set_ylabel("second input")
    said = ", ".join(
        f"with {name} {right:.0%} of the points are classified correctly" for name, (_, right) in panels.items()
    )
    show(
        fig,
        alt=f"Two classes of points, wound around each other as spirals, and how networks divide the plane: {said}.",
    )


def _divided(ax: Axes, decide: Callable, points: np.ndarray, labels: np.ndarray, span: tuple[float, float]) -> None:
    """Colour the plane by the decision at each place, and draw the points on it."""
    line = np.linspace(*span, 300)
    grid = np.stack(np.meshgrid(line, line), axis=-1)
    decided = decide(grid.reshape(-1, 2)).reshape(grid.shape[:2])
    ax.imshow(
        decided, cmap=_FIELDS, vmin=0, vmax=1, origin="lower", extent=(*span, *span), interpolation="nearest", zorder=0
    )
    if decided.any() and not decided.all():
        ax.contour(line, line, decided, levels=[0.5], colors=TEXT, linewidths=1.2)
    many = len(points) > 20
    for value, (color, marker) in enumerate(_CLASSES):
        here = points[labels == value]
        ax.plot(
            *here.T,
            marker=marker,
            linestyle="",
            color=color,
            markersize=4 if many else 13,
            markeredgecolor=SHEET,
            markeredgewidth=0.4 if many else 1.2,
        )
    ax.set(xlim=span, ylim=span, aspect="equal")


@takes_lists
def corners(
    points: np.ndarray, labels: np.ndarray, hidden: np.ndarray, decide: Callable, decide_hidden: Callable
) -> None:
    """Show a few points and the plane that a network divides, as its inputs and as its hidden neurons see them.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        The inputs.
    labels : ndarray of int, shape (n,)
        0 and 1.
    hidden : ndarray of shape (n, 2)
        The outputs of two hidden neurons at these points.
    decide, decide_hidden : function of an array of shape (m, 2)
        The class, 0 or 1, at points of the input plane and at points of the hidden neurons' plane.
    """
    fig, axes = figure(1, 2, (7.2, 3.5))
    for ax, where, rule, span in (
        (axes[0], points, decide, (-0.6, 1.6)),
        (axes[1], hidden, decide_hidden, (-0.6, 2.6)),
    ):
        _divided(ax, rule, where, labels, span)
        ax.set_xticks([0, 1, 2][: 2 if ax is axes[0] else 3])
        ax.set_yticks([0, 1, 2][: 2 if ax is axes[0] else 3])
    axes[0].set(title="the inputs", xlabel="first input", ylabel="second input")
    axes[1].set(title="the hidden neurons", xlabel="first hidden neuron", ylabel="second hidden neuron")
    hidden = hidden + 0.0  # a ReLU that multiplies by 0 makes -0
    moved = "; ".join(f"({x:g}, {y:g}) becomes ({h:g}, {k:g})" for (x, y), (h, k) in zip(points, hidden, strict=True))
    right = int(np.sum(decide(points) == labels))
    along = [int(value) for value in decide(np.linspace([-0.6, -0.6], [1.6, 1.6], 300))]
    met = ", then ".join(f"{value}" for value, _ in groupby(along))
    show(
        fig,
        alt=f"Points in the plane of the inputs and in the plane of the hidden neurons: {moved}. From the lower left "
        f"of the first plane to the upper right the class is {met}. {right} of {len(points)} points are classified "
        "correctly.",
    )


@takes_lists
def fits(
    x: np.ndarray, target: np.ndarray, fitted: Mapping[str, tuple[np.ndarray, np.ndarray]], span: tuple[float, float]
) -> None:
    """Show a curve and the bent lines that follow it, with a mark where each hidden neuron's sum is 0.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Where the curve and the lines were computed.
    target : ndarray of shape (n,)
        The curve.
    fitted : mapping of str to pair of ndarray
        For each panel, the line, of shape (n,), and where the neurons' sums are 0.
    span : pair of float
        The part of x in which the line was made to follow the curve.
    """
    fig, axes = figure(1, len(fitted), (7.8, 3.0), sharey=True, squeeze=False)
    curve, network = looks(["the curve", "the network"])
    inside = (x >= span[0]) & (x <= span[1])
    said = []
    for ax, (title, (line, bends)) in zip(axes[0], fitted.items(), strict=True):
        ax.axvspan(*span, color=TEXT, alpha=0.08, linewidth=0, label="fitted here")
        ax.plot(x, target, **curve.line, linewidth=1.5, label="the curve")
        ax.plot(x, line, **network.line, label="the network")
        at = np.interp(bends, x, line)
        ax.plot(
            bends, at, marker="o", markersize=5, color=network.color, linestyle="", label="where a neuron's sum is 0"
        )
        ax.set_title(title, fontsize=11.5)
        ax.set_xlabel("input")
        ax.grid(color=FAINT, linewidth=0.6)
        ax.set_ylim(target.min() - 1.5, target.max() + 1.5)
        gap = np.abs(line - target)
        leaves = (
            ", partly outside the figure" if (np.abs(line - target.mean()) > np.ptp(target) / 2 + 1.5).any() else ""
        )
        rest = "" if inside.all() else f", and by at most {gap[~inside].max():.1f} in the rest{leaves}"
        said.append(f"{title}: off by at most {gap[inside].max():.2f} in this range{rest}")
    axes[0, 0].set_ylabel("output")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4, handlelength=2.2)
    ends = f"{signed(span[0])} and {signed(span[1])}"
    show(fig, alt=f"A curve and bent lines that follow the curve between {ends}. {'; '.join(said)}.")
