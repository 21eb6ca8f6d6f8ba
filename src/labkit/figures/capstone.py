"""The figures of chapter 10: new tasks, how answers compare, and one network's life."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .. import data
from ..arrays import takes_lists
from ..lent.given_training import share_correct
from ..lent.newborn import he_weights
from ..tasks import Task
from .descent import rows_of_weights
from .style import FAINT, PAPER, TEXT, WEIGHTS, bare, figure, looks, mosaic, show


def opening() -> None:
    """Show the reader's first layer at birth and trained, what each of the two reads, and a blank for the adapted one.

    The reader was drawn by He's rule from seed 2024, as ``solutions/data/train_reader.py`` says.
    """
    reader, digits, rng = data.pretrained_reader(), data.digits14(), np.random.default_rng(2024)
    born = [(he_weights(*weights.shape, rng), 0 * bias) for weights, bias in reader]
    kinds = {"upright": digits.test_images, "rotated": Task(90).apply(digits.test_images)}
    stages = {"at birth": born, "trained": reader, "adapted, by you": None}
    right = {
        (kind, stage): share_correct(layers, images, digits.test_labels)
        for kind, images in kinds.items()
        for stage, layers in stages.items()
        if layers
    }
    fig, axes = figure(3, 4, (7.8, 3.5), width_ratios=(1.3, 2, 2, 2), height_ratios=(2, 0.36, 0.36))
    moved = np.linalg.norm(reader[0][0] - born[0][0], axis=0)
    chosen = np.argsort(-moved)[:16]
    bare(axes[0, 0]).text(
        *(0.5, 0.5, f"{len(chosen)} of the\n{len(moved)} neurons in\nthe first layer,\nas images of\ntheir weights"),
        **{"transform": axes[0, 0].transAxes, "ha": "center", "va": "center", "fontsize": 10.5, "linespacing": 1.4},
    )
    for ax, (stage, layers) in zip(axes[0, 1:], stages.items(), strict=True):
        weights = layers[0][0][:, chosen] if layers else np.zeros((len(reader[0][0]), len(chosen)))
        bare(ax).imshow(mosaic(weights.T, 4), cmap=WEIGHTS, vmin=-0.5, vmax=0.5, interpolation="nearest")
        ax.set_title(stage)
        if not layers:
            ax.text(0.5, 0.47, "?", transform=ax.transAxes, ha="center", va="center", fontsize=64)
    examples = [int(np.flatnonzero(digits.test_labels == k)[0]) for k in (2, 3, 4, 5, 7)]
    for row, (kind, images), look in zip(axes[1:], kinds.items(), looks(kinds), strict=True):
        strip = np.hstack([image.reshape(14, 14) for image in images[examples]])
        bare(row[0]).imshow(strip, cmap=PAPER, vmin=0, vmax=1, interpolation="nearest")
        row[0].set_xlabel(f"{kind} digits read", fontsize=10.5, labelpad=2)
        for ax, stage in zip(row[1:], stages, strict=True):
            share = right.get((kind, stage))
            bare(ax).set(xlim=(0, 1.3), ylim=(-0.8, 0.8))
            ax.barh(0, 1, height=0.9, color="none", edgecolor=FAINT if share else TEXT, linestyle="-" if share else ":")
            ax.barh(0, share or 0, height=0.9, color=look.color)
            ax.text(1.04, 0, f"{share:.0%}" if share else "?", va="center", fontsize=12)
    said = "; ".join(
        f"{stage} it reads " + " and ".join(f"{right[kind, stage]:.0%} of the {kind} digits" for kind in kinds)
        for stage in ("at birth", "trained")
    )
    show(
        fig,
        alt=f"One network, with {len(chosen)} neurons of its first layer as images of their weights: noise at birth, "
        f"and patterns in the middle once it is trained. {said[0].upper()}{said[1:]}. The adapted network is a blank "
        "with question marks: you will make it.",
    )


@takes_lists
def tasks(rows: Mapping[str, np.ndarray]) -> None:
    """Show images of each task in a row.

    Parameters
    ----------
    rows : mapping of str to ndarray of shape (n, pixels)
        For each task, some of its images.
    """
    n = len(next(iter(rows.values())))
    fig, axes = figure(len(rows), 1, (0.75 * n + 2.2, 0.85 * len(rows) + 0.2), squeeze=False)
    for ax, (name, images) in zip(axes[:, 0], rows.items(), strict=True):
        bare(ax).imshow(mosaic(images), cmap=PAPER, vmin=0, vmax=1)
        ax.set_ylabel(name.replace(", ", ",\n"), rotation=0, ha="right", va="center", fontsize=10.5)
    show(fig, alt=f"{n} digits of each task, one row per task: {'; '.join(rows)}.")


@takes_lists
def life(rows: Mapping[str, np.ndarray]) -> None:
    """Show the weights into some neurons at each stage of a network's life, as images over the pixels.

    Parameters
    ----------
    rows : mapping of str to ndarray of shape (pixels, n)
        For each stage, the weights into n neurons.
    """
    rows_of_weights(rows, said="At first noise, then patterns in the middle of some neurons, and noise in the corners.")
