"""The figure of chapter 10's look back: how certain the learner was, and how often that was right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from .style import COLORS, FAINT, TEXT, figure


def draw_calibration(outcomes: Mapping[float, Sequence[bool]], names: Sequence[str]) -> Figure:
    """Draw the fraction of predictions that came true against the confidence that was stated.

    Parameters
    ----------
    outcomes : mapping of float to sequence of bool
        For each stated chance of being right, which predictions came true.
    names : sequence of str
        What each confidence is called, in the same order.

    Returns
    -------
    Figure
        For `show`.
    """
    fig, ax = figure(size=(5.4, 4.2))
    ax.plot([0, 1], [0, 1], color=TEXT, linewidth=1.2, linestyle="--", label="right as often as you thought")
    for stated, came in outcomes.items():
        if came:
            share = sum(came) / len(came)
            size = 60 + 28 * len(came)
            side = 1 if share < 0.15 else -1  # below a low dot, the words would reach the axis
            ax.scatter(stated, share, s=size, color=COLORS[0], zorder=3, clip_on=False)
            ax.annotate(
                f"{sum(came)} of {len(came)}",
                (stated, share),
                xytext=(0, side * (size**0.5 / 2 + 5)),
                textcoords="offset points",
                ha="center",
                va="bottom" if side > 0 else "top",
            )
    ax.set_xticks(list(outcomes), [f"{name}\n{stated:.0%}" for stated, name in zip(outcomes, names, strict=True)])
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.grid(axis="y", color=FAINT, linewidth=0.8)
    ax.set_xlim(0.15, 1.05)
    ax.set_ylim(-0.12, 1.06)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0)
    ax.set_xlabel("your stated confidence")
    ax.set_ylabel("predictions that came true")
    return fig
