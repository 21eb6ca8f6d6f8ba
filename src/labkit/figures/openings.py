"""The figure that a chapter opens with: the learner's own result at the chapter's end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.ticker import MaxNLocator

from ..lent.newborn import newborn
from ..lent.signals import carried_and_gradients, probabilities_of, signals_of
from ..tasks import turn
from . import weight_images
from .biases import outputs
from .style import COLORS, FAINT, LOSS, MARK, NEGATIVE, PAPER, POSITIVE, SHEET, TEXT, bare, figure, limit_of, show
from .weights import signed

__all__ = [
    "birth_and_after",
    "forwards_and_backwards",
    "many_small_steps",
    "one_threshold",
    "ten_neurons",
    "turning_digits",
]

Layers = Sequence[tuple[np.ndarray, np.ndarray]]


def ten_neurons(images: np.ndarray, labels: np.ndarray) -> None:
    """Show ten neurons as images of weights: for each pixel, how much its ink speaks for each digit.

    Parameters
    ----------
    images : ndarray of shape (n, height * width)
        One image per row.
    labels : ndarray of int, shape (n,)
        The digit that each image shows.
    """
    shows = labels[:, np.newaxis] == np.arange(10)
    weights = images.T @ (shows / shows.sum(axis=0)) - images.mean(axis=0)[:, np.newaxis]
    fig = weight_images(weights, titles=range(10), columns=5, size=1.25)
    show(
        fig,
        alt="Ten neurons, one for each digit, as images of their weights: blue where the digit has more ink than the "
        "average image, orange where it has less.",
    )


def one_threshold(images: np.ndarray, labels: np.ndarray, bias: float = -1.0) -> None:
    """Show the outputs of a neuron that looks for zeros, for many images, without its bias and with it.

    Parameters
    ----------
    images : ndarray of shape (n, height * width)
        One image per row.
    labels : ndarray of int, shape (n,)
        The digit that each image shows.
    bias : float
        The neuron's bias in the second row.
    """
    is_zero = labels == 0
    sums = images @ (images.T @ (is_zero - is_zero.mean()) / is_zero.sum())
    rows = {b: {"zeros": sums[is_zero] + b, "others": sums[~is_zero] + b} for b in (0.0, bias)}
    mistakes = {b: int(np.sum(groups["zeros"] <= 0) + np.sum(groups["others"] > 0)) for b, groups in rows.items()}
    show(
        outputs(rows),
        alt=f"The outputs of one neuron for {len(images):,} images of zeros and of other digits. Without a bias the "
        f"output is on the wrong side of zero for {mistakes[0.0]} of the images, with a bias of {signed(bias)} for "
        f"{mistakes[bias]}.",
    )


def birth_and_after(images: np.ndarray, labels: np.ndarray) -> None:
    """Show six hidden neurons as images of their weights, at birth and after training.

    Parameters
    ----------
    images : ndarray of shape (n, height * width)
        One image per row.
    labels : ndarray of int, shape (n,)
        The digit that each image shows.
    """
    from ..lent.given_training import given_training  # the trainer is needed only if something is trained

    rng = np.random.default_rng(0)
    born = newborn([images.shape[1], 6, 10], rng)
    (trained, _), _ = given_training([born], images, labels, epochs=60)[0]
    both = np.hstack([born[0][0], trained])
    fig = weight_images(both, columns=6, titles=["at birth"] * 6 + ["trained"] * 6, size=1.1)
    show(fig, alt="Six neurons as images of their weights: noise at birth, darker patches after training.")


def forwards_and_backwards(images: np.ndarray, labels: np.ndarray) -> None:
    """Show what each connection of a network carries for one digit, and how much the loss depends on its weight.

    The connections from the pixels are left out.

    Parameters
    ----------
    images : ndarray of shape (n, height * width)
        One image per row.
    labels : ndarray of int, shape (n,)
        The digit that each image shows.
    """
    from ..lent.given_training import given_training  # the trainer is needed only if something is trained

    rng = np.random.default_rng(5)
    (layers,) = given_training([newborn([images.shape[1], 14, 12, 10], rng)], images, labels, epochs=3)
    signals = signals_of(layers, images)
    of_the_label = probabilities_of(signals[-1])[np.arange(len(labels)), labels]
    chosen = int(np.abs(of_the_label - 0.3).argmin())  # an image that the network is unsure about

    x = images[chosen]
    carried, gradients = carried_and_gradients(layers, x, labels[chosen])
    fig, axes = figure(2, 1, (7.8, 5.0))
    for ax, numbers, title in zip(
        axes,
        (carried, [np.abs(gradient) for gradient in gradients]),
        ("forwards: signal times weight", "backwards: how fast the loss changes with each weight"),
        strict=True,
    ):
        _connections(ax, numbers, has_sign=ax is axes[0])
        ax.set_title(title, fontsize=12, loc="left", pad=3)
    side = int(np.sqrt(len(x)))
    middle, bottom, right = -0.68, 0.0, len(gradients) + 0.62
    place = (middle - 0.3, middle + 0.3, bottom - 0.42, bottom + 0.42)
    axes[0].imshow(x.reshape(side, side), cmap=PAPER, vmin=0, vmax=1, extent=place, aspect="auto")
    arrow = {"arrowstyle": "-|>,head_width=0.35,head_length=0.6", "color": TEXT, "linewidth": 1.6}
    axes[0].annotate("", (-0.1, 0), (-0.33, 0), arrowprops=arrow)
    axes[1].annotate("", (right - 0.42, 0), (right - 0.15, 0), arrowprops=arrow)
    axes[1].text(right, 0, "loss", ha="center", va="center", fontsize=13, fontweight="bold")
    missing = "the connections from the pixels and the weakest lines are left out"
    fig.supxlabel(f"Each layer has its own scale of widths; {missing}.", fontsize=10.5)
    reached = int(np.abs(gradients[1]).max(axis=0).argmax())
    show(
        fig,
        alt=f"A digit, {labels[chosen]}, in a small network, drawn twice: a line for each connection between neurons. "
        "Each layer has a scale of its own, and the weakest lines are left out. Forwards: the wider a line, the larger "
        "the magnitude of signal times weight; solid blue is positive, dashed orange negative. Backwards: the "
        "wider a line, the faster the loss changes with the weight, whichever way. "
        f"The widest line of the last layer leads to the class {reached}.",
    )


def many_small_steps() -> None:
    """Show descents from many starts on the loss of the smallest network with two layers, as a surface and as a map."""
    line = np.linspace(-2, 2, 81)
    losses = (np.multiply.outer(line, line) - 1) ** 2
    # Pairs of neighbours on both sides of the diagonal, some close to it and some further away.
    across, aside = np.meshgrid(np.linspace(-1.2, 1.2, 7), (0.05, 0.3, 0.7))
    starts = np.column_stack([(across + aside).ravel(), (aside - across).ravel()])
    starts = [start for start in [*starts, *-starts, (1.7, 1.7), (-1.7, -1.7)] if abs(start[0] * start[1] - 1) < 2.5]
    paths = np.array([_descent(start) for start in starts])
    heights = (paths[:, :, 0] * paths[:, :, 1] - 1) ** 2
    there = paths[:, -1].sum(axis=1) > 0

    fig, ax = figure(1, 1, (7.8, 3.9))
    ax.remove()
    surface = fig.add_subplot(1, 2, 1, projection="3d", computed_zorder=False)
    flat = fig.add_subplot(1, 2, 2)
    shown = np.minimum(losses, 6.5)
    x, y = np.meshgrid(line, line, indexing="ij")
    surface.plot_surface(x, y, shown, cmap=LOSS, alpha=0.8, linewidth=0, rcount=40, ccount=40, zorder=1)
    levels = 6.5 * np.linspace(0, 1, 15) ** 2
    flat.contourf(x, y, losses, levels=levels, cmap=LOSS, alpha=0.55, extend="max")
    flat.contour(x, y, losses, levels=levels, colors="white", linewidths=0.6, alpha=0.8)
    for path, height, far in zip(paths, heights, there, strict=True):
        look = {"color": COLORS[2] if far else COLORS[4], "linestyle": "-", "linewidth": 0.9, "zorder": 5}
        surface.plot(*path.T, height + 0.06, **look)
        flat.plot(*path.T, marker="o" if far else "s", markersize=1.9, **look)
        flat.plot(*path[0], marker="o" if far else "s", markersize=5, color=look["color"], zorder=6)
    for axes in (surface, flat):
        axes.set(xlabel="first weight", ylabel="second weight", xlim=(-2, 2), ylim=(-2, 2))
    surface.set_title("loss, cut at 6.5", fontsize=11)
    surface.view_init(elev=36, azim=-108)
    surface.set_box_aspect((4, 4, 3), zoom=0.95)
    for axis in (surface.xaxis, surface.yaxis, surface.zaxis):
        axis.set_pane_color((0, 0, 0, 0))
        axis._axinfo["grid"]["color"] = FAINT
        axis.set_major_locator(MaxNLocator(4))
    show(
        fig,
        alt="The loss of a network with two weights, one after the other, as a surface and as a map: two valleys and a "
        f"saddle. Dark is low. Small steps lead downhill from {len(paths)} starts: {there.sum()} times into one "
        f"valley, {(~there).sum()} times into the other, to a loss of at most {heights[:, -1].max():.1g}. Some starts "
        "are side by side and end in different valleys.",
    )


def _descent(start: tuple[float, float], rate: float = 0.04, steps: int = 60) -> list[np.ndarray]:
    """Return the two weights at the start and after each step downhill on (first · second − 1)²."""
    path = [np.array(start)]
    for _ in range(steps):
        path.append(path[-1] - rate * 2 * (path[-1].prod() - 1) * path[-1][::-1])
    return path


def turning_digits(reader: Layers, images: np.ndarray, labels: np.ndarray) -> None:
    """Show digits as they are rotated, and what a network takes them for.

    Parameters
    ----------
    reader : list of (weights, bias)
        The network.
    images : ndarray of shape (n, height * width)
        One upright image per row.
    labels : ndarray of int, shape (n,)
        The digit that each image shows.
    """
    degrees, digits, side = range(0, 91, 10), (7, 3, 4, 5, 2), int(np.sqrt(images.shape[1]))
    right = signals_of(reader, images)[-1].argmax(axis=1) == labels
    rows = images[[np.flatnonzero(right & (labels == digit))[0] for digit in digits]]
    turned = np.stack([turn(rows, angle) for angle in degrees], axis=1)
    answers = signals_of(reader, turned)[-1].argmax(axis=-1)

    fig, ax = figure(1, 1, (7.8, 4.7))
    bare(ax)
    for (row, column), answer in np.ndenumerate(answers):
        x, y = 1.12 * column, 1.4 * row
        image = turned[row, column].reshape(side, side)
        ax.imshow(image, cmap=PAPER, vmin=0, vmax=1, extent=(x, x + 1, y + 1, y), interpolation="nearest")
        wrong = answer != digits[row]
        look = {"color": MARK if wrong else TEXT, "fontweight": "bold" if wrong else "normal"}
        ax.text(x + 0.5, y + 1.17, answer, ha="center", va="center", fontsize=11.5, **look)
    for column, angle in enumerate(degrees):
        ax.text(1.12 * column + 0.5, -0.2, f"{angle}°", ha="center", va="center", fontsize=11)
    ax.set(xlim=(-0.05, 1.12 * len(degrees) - 0.07), ylim=(1.4 * len(rows) - 0.05, -0.4), aspect="equal")
    said = []
    for digit, row in zip(digits, answers, strict=True):
        wrong = [angle for angle, answer in zip(degrees, row, strict=True) if answer != digit]
        on = wrong == list(degrees)[-len(wrong) :]  # at all larger angles as well
        at = f"from {wrong[0]}° on" if wrong and on else "at " + ", ".join(f"{angle}°" for angle in wrong)
        said.append(f"the {digit} {at}, first as {row[row != digit][0]}" if wrong else f"the {digit} nowhere")
    show(
        fig,
        alt=f"{len(digits)} digits, rotated step by step up to {degrees[-1]}°, each with a network's answer. "
        f"Upright, all are read correctly. Misread: {'; '.join(said)}.",
    )


def _connections(ax: Axes, matrices: Sequence[np.ndarray], *, has_sign: bool) -> None:
    """Draw one line per connection, wider the larger its number is; without signs in a colour that has none."""
    heights = [np.linspace(0.5, -0.5, n) for n in (len(matrices[0]), *(matrix.shape[1] for matrix in matrices))]
    for k, matrix in enumerate(matrices):
        strength = np.abs(matrix) / limit_of(matrix)
        seen = [at for at in sorted(np.ndindex(matrix.shape), key=lambda at: strength[at]) if strength[at] > 0.03]
        colors = [(POSITIVE if matrix[at] > 0 else NEGATIVE) if has_sign else COLORS[1] for at in seen]
        ax.add_collection(
            LineCollection(
                [[(k, heights[k][i]), (k + 1, heights[k + 1][j])] for i, j in seen],
                linewidths=[0.6 + 4.6 * strength[at] for at in seen],
                colors=[to_rgba(color, 0.15 + 0.8 * strength[at]) for color, at in zip(colors, seen, strict=True)],
                linestyles=[(0, (2.2, 0.9)) if matrix[at] < 0 else "solid" for at in seen],
            )
        )
    for k, column in enumerate(heights):
        ax.scatter([k] * len(column), column, s=44, color=SHEET, edgecolor=TEXT, linewidth=1.2, zorder=3)
    for digit, y in enumerate(heights[-1]):
        ax.text(len(matrices) + 0.07, y, digit, ha="left", va="center", fontsize=10.5)
    bare(ax)
    ax.set(xlim=(-1, len(matrices) + 0.8), ylim=(-0.56, 0.56))
