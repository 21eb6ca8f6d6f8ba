"""Figures of chapter 09: what each way of training costs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..arrays import takes_lists
from .style import COLORS, TEXT, figure, show

__all__ = ["costs"]


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
    fig, axes = figure(1, 3, (7.8, 0.55 * len(ways) + 1.4), sharey=True)
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
            ax.bar_label(bars, [f"{share:.2g}" for share in column], padding=3, fontsize=10, color=TEXT)
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
        ax.set_xlim(0, 1.25 * max(1.0, max(bar.get_width() for bar in ax.patches)))
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
    axes[0].set_yticks(range(len(ways)), ways)
    axes[0].set_ylim(len(ways) - 0.5, -0.5)
    axes[1].set_xlabel(f"relative to “{ways[0]}”")
    handles, names = axes[0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside upper center", ncols=len(tables))
    show(fig, alt=f"The cost of each way of training, compared with “{ways[0]}”. {'. '.join(said)}.")
