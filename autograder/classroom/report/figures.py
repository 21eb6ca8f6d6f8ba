"""Draws the figures of the report on a class."""

from __future__ import annotations

from math import ceil
from statistics import median

from labkit.figures.style import FAINT, NEGATIVE, POSITIVE, TEXT, figure, to_png

from ...exercises import CHAPTERS
from .tally import KINDS, Summary

_SHOWN = 20
"""The largest number of exercises or misconceptions in a figure."""


def draw_figures(summary: Summary) -> dict[str, tuple[bytes, str]]:
    """Return each figure for which there is data, as PNG with its text alternative."""
    there = {"scores": any(summary.scores.values()), "exercises": summary.items, "misconceptions": summary.beliefs()}
    return {name: draw(summary) for name, draw in FIGURES.items() if there[name]}


def _scores(summary: Summary) -> tuple[bytes, str]:
    rows = summary.chapters
    fig, axes = figure(len(rows), 1, (8, 0.6 + 0.75 * len(rows)), sharex=True, squeeze=False)
    for ax, name in zip(axes[:, 0], rows, strict=True):
        shares = [100 * share for share in summary.scores[name]]
        # Bars are whole points wide; otherwise some would always be empty.
        width = 100 * ceil(CHAPTERS[name].points / _SHOWN) / CHAPTERS[name].points
        ax.hist(shares, bins=[width * (k - 0.5) for k in range(ceil(100 / width) + 2)], color=POSITIVE, rwidth=0.9)
        if shares:
            ax.axvline(median(shares), color=NEGATIVE, linestyle="--", linewidth=1.5)
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
        ax.set_yticks([])
        ax.set_xlim(-5, 105)
    axes[-1, 0].set_xlabel("automatic points, % of the chapter (dashed: median)")
    middles = ", ".join(f"{name} {median(shares):.0%}" for name, shares in summary.scores.items() if shares)
    return to_png(fig), f"Histograms of the scores by chapter. Medians: {middles}."


def _exercises(summary: Summary) -> tuple[bytes, str]:
    items = summary.items[:_SHOWN]
    fig, ax = figure(1, 1, (8, 1.3 + 0.27 * len(items)))
    colours, hatches = (POSITIVE, "#a3cbf0", NEGATIVE, "#f7c891", FAINT), ("", "", "", "//", "")
    left = [0.0] * len(items)
    for kind, colour, hatch in zip(KINDS, colours, hatches, strict=True):
        widths = [100 * item.kinds[kind] / max(1, item.kinds.total()) for item in items]
        look = {"color": colour, "hatch": hatch, "edgecolor": TEXT, "linewidth": 0.3}
        ax.barh(range(len(items)), widths, left=left, label=kind, **look)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    ax.set_yticks(range(len(items)), [f"{item.chapter[:2]}  {item.name}" for item in items])
    ax.set_ylim(len(items) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.set_xlabel("% of those who submitted (the hardest first, with the chapter's number)")
    fig.legend(loc="outside upper center", ncols=len(KINDS), fontsize=9)
    worst = ", ".join(f"{item.name} ({item.share:.0%} of its points)" for item in items[:3])
    return to_png(fig), f"Exercises by difficulty. The hardest: {worst}."


def _misconceptions(summary: Summary) -> tuple[bytes, str]:
    beliefs = summary.beliefs()[:_SHOWN]
    fig, ax = figure(1, 1, (8, 1.0 + 0.27 * len(beliefs)))
    ax.barh(range(len(beliefs)), [len(who) for _, _, who in beliefs], color=NEGATIVE)
    ax.set_yticks(range(len(beliefs)), [f"{item.name}: {spell_out(name)}" for item, name, _ in beliefs])
    ax.set_ylim(len(beliefs) - 0.5, -0.5)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_xlabel("students")
    most = "; ".join(f"{spell_out(name)} in {item.name}, {len(who)}" for item, name, who in beliefs[:3])
    return to_png(fig), f"The most frequent misconceptions: {most}."


FIGURES = {"scores": _scores, "exercises": _exercises, "misconceptions": _misconceptions}


def spell_out(name: str) -> str:
    """Return a misconception's name as words."""
    return name.replace("_", " ")
