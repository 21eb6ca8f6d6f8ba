"""The figures of chapter 10: new tasks, how answers compare, and one network's life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import takes_lists
from .descent import rows_of_weights
from .style import COLORS, FAINT, PAPER, TEXT, bare, figure, show


@takes_lists
def tasks(rows: Mapping[str, np.ndarray]) -> None:
    """Show images of each task in a row.

    Parameters
    ----------
    rows : mapping of str to ndarray of shape (n, pixels)
        For each task, some of its images.
    """
    n, pixels = next(iter(rows.values())).shape
    side = int(np.sqrt(pixels))
    fig, axes = figure(len(rows), 1, (0.75 * n + 2.2, 0.85 * len(rows) + 0.2), squeeze=False)
    for ax, (name, images) in zip(axes[:, 0], rows.items(), strict=True):
        strip = np.full((side, n * (side + 1) - 1), np.nan)
        for k, image in enumerate(images):
            strip[:, k * (side + 1) : k * (side + 1) + side] = image.reshape(side, side)
        bare(ax).imshow(strip, cmap=PAPER, vmin=0, vmax=1)
        ax.set_ylabel(name.replace(", ", ",\n"), rotation=0, ha="right", va="center", fontsize=10.5)
    show(fig, alt=f"{n} digits of each task, one row per task: {'; '.join(rows)}.")


@takes_lists
def plane(answers: Mapping[str, Sequence[Any]]) -> None:
    """Show how much each answer gained and kept, one mark per task.

    Parameters
    ----------
    answers : mapping of str to sequence of Standing
        For each way of adapting, its result on each task.
    """
    fig, ax = figure(size=(6.4, 4.6))
    for share in (0.25, 0.5, 0.75):
        gain = np.linspace(share, 1, 200)
        ax.plot(gain, share / gain, color=FAINT, linewidth=1, linestyle="-")
        ax.text(1.015, share, f"{share:.0%} of the points", color=TEXT, fontsize=9.5, va="center")
    for (name, found), color, marker in zip(answers.items(), COLORS, "sX^o", strict=False):
        ax.plot(
            [s.gain for s in found],
            [s.kept for s in found],
            marker,
            color=color,
            markersize=10,
            alpha=0.8,
            linestyle="",
            label=name,
            clip_on=False,
        )
    ax.set(xlim=(-0.03, 1.03), ylim=(-0.05, 1.06), xlabel="gain on new digits", ylabel="old digits kept")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=4)
    words = "; ".join(
        f"{name}: gain {np.mean([s.gain for s in found]):.2f}, kept {np.mean([s.kept for s in found]):.2f}"
        for name, found in answers.items()
    )
    show(
        fig,
        alt="Gain on new digits against old digits kept, both from 0 to 1, for each way of adapting. On average, "
        f"{words}.",
    )


@takes_lists
def life(rows: Mapping[str, np.ndarray]) -> None:
    """Show the weights into some neurons at each stage of a network's life, as images over the pixels.

    Parameters
    ----------
    rows : mapping of str to ndarray of shape (pixels, n)
        For each stage, the weights into n neurons.
    """
    rows_of_weights(rows, said="At first noise, then patterns in the middle of some neurons, and noise in the corners.")
