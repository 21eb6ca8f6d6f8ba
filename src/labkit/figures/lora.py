"""Figures of chapter 09: a change of few numbers, and what each way of training costs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .. import data
from ..arrays import takes_lists
from ..lent.given_training import given_training
from ..tasks import Task
from .style import COLORS, SHEET, TEXT, WEIGHTS, bare, figure, mosaic, show

__all__ = ["costs", "opening"]

_BEHIND = {"facecolor": SHEET, "edgecolor": "none", "pad": 1}
"""What keeps a line from crossing a number."""


def opening() -> None:
    """Show how training on rotated digits changed a layer, beside the nearest product of one column and one row."""
    reader, (images, labels) = data.pretrained_reader(), data.digits14_train()
    rotated = Task(90).apply(images[2000:].astype(np.float32))
    [tuned] = given_training([reader], rotated, labels[2000:], epochs=6)
    change = (tuned[0][0] - reader[0][0]).astype(float)
    left, sizes, right = np.linalg.svd(change, full_matrices=False)
    column, row = left[:, 0] * np.sqrt(sizes[0]), right[0] * np.sqrt(sizes[0])
    panels = {
        "one column": column.reshape(14, 14),
        "one row": row.reshape(8, 8),
        "column times row": mosaic(np.outer(row, column), 8),
        "what training changed": mosaic(change.T, 8),
    }
    numbers = (column.size, row.size, change.size, change.size)
    fig, axes = figure(1, 7, (7.8, 2.7), width_ratios=(1.4, 0.16, 1.4, 0.16, 2.5, 0.6, 2.5))
    for ax, (name, values), count in zip(axes[::2], panels.items(), numbers, strict=True):
        limit = np.nanquantile(np.abs(values), 0.99)  # the few stronger ones have the full colour as well
        bare(ax).imshow(values, cmap=WEIGHTS, vmin=-limit, vmax=limit, interpolation="nearest")
        ax.set_title(f"{name}\n{count:,} numbers", fontsize=10.5)
    for ax, sign in zip(axes[1::2], ("×", "=", "+ … ="), strict=True):
        bare(ax).text(0.5, 0.5, sign, transform=ax.transAxes, ha="center", va="center", fontsize=15)
    show(
        fig,
        alt=f"What training changed in the weights of {row.size} neurons, as an image per neuron: the images differ, "
        "and some are too faint to see. Beside them is the nearest product of one column and one row. The product "
        f"has the same shape, but its {change.size:,} numbers are made of {column.size + row.size}: it repeats the "
        "image of the column for each neuron, strong, faint or too faint to see, and with its signs flipped where the "
        "row is negative.",
    )


@takes_lists
def costs(tables: Mapping[str, Mapping[str, tuple[float, float, float]]]) -> None:
    """Show what each way of training costs, as fractions of the cost of training everything, in three columns.

    Parameters
    ----------
    tables : mapping of str to mapping of str to triple of float
        For each network and each way, its multiply-adds, bytes and seconds; the first way is
        the one that the others are compared with.
    """
    columns = ("multiply-adds", "bytes stored", "seconds")
    ways = list(next(iter(tables.values())))
    fig, axes = figure(1, 3, (7.8, 0.55 * len(ways) + 1.4), sharex=True, sharey=True)
    said = []
    for network, (name, table) in enumerate(tables.items()):
        shares = np.array([table[way] for way in ways]) / np.array(table[ways[0]])
        place = np.arange(len(ways)) + 0.22 * (network - (len(tables) - 1) / 2) * 2
        for ax, column in zip(axes, shares.T, strict=True):
            bars = ax.barh(
                place,
                column,
                height=0.36,
                color=COLORS[network],
                alpha=0.85 if network else 0.55,
                hatch="//" if network else None,
                edgecolor=COLORS[network],
                label=name,
            )
            ax.bar_label(bars, [f"{share:.2g}" for share in column], padding=3, fontsize=10, color=TEXT, bbox=_BEHIND)
        said.append(
            f"{name}: "
            + "; ".join(
                f"{way} takes "
                + ", ".join(f"{share:.2g} of the {what}" for what, share in zip(columns, row, strict=True))
                for way, row in zip(ways[1:], shares[1:], strict=True)
            )
        )
    for ax, title in zip(axes, columns, strict=True):
        ax.axvline(1, color=TEXT, linewidth=1, linestyle=":")
        ax.set_title(title, fontsize=11)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
    axes[0].set_xlim(0, 1.25 * max(1.0, max(bar.get_width() for ax in axes for bar in ax.patches)))
    axes[0].set_yticks(range(len(ways)), ways)
    axes[0].set_ylim(len(ways) - 0.5, -0.5)
    axes[1].set_xlabel(f"relative to “{ways[0]}”")
    handles, names = axes[0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside upper center", ncols=len(tables))
    show(fig, alt=f"The cost of each way of training, compared with “{ways[0]}”. {'. '.join(said)}.")
