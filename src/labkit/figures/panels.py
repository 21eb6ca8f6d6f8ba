"""Draws the panels of live figures where there is no browser: charts, bars and images, and their colors for both."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure

from .style import COLORS, LINE_STYLES, LOSS, NEGATIVE, PAPER, POSITIVE, TEXT, WEIGHTS, bare, figure


def _scale(colors: Colormap, strength: float = 1.0) -> list[list[int]]:
    rows = np.array(colors(np.linspace(0, 1, 129)))[:, :3]
    return np.round(255 * (1 - strength * (1 - rows))).astype(int).tolist()


PALETTE = {
    "weights": _scale(WEIGHTS),
    "paper": _scale(PAPER),
    "plane": _scale(WEIGHTS, 0.6),
    "loss": _scale(mpl.colormaps[LOSS], 0.55),
}
"""Scales of the figures' colors for the browser, as red, green and blue; the last two are pale, so that lines on them
can be seen.
"""
_NAMED = {"positive": POSITIVE, "negative": NEGATIVE, "black": "#17171a", "faint": "#00000033", "text": TEXT}
_NAMED |= {f"series-{k}": color for k, color in enumerate(COLORS)}


def draw_still(title: str, rows: Sequence[Sequence[dict]]) -> Figure:
    """Return the panels that do not need a hand, one row of them for each answer."""
    rows = [[panel for panel in row if panel["kind"] in _STILL] for row in rows]
    tall = [1.5 if all(panel["kind"] == "images" for panel in row) else 2.6 for row in rows]
    fig, axes = figure(len(rows), len(rows[0]), (7.8, sum(tall)), squeeze=False, height_ratios=tall)
    fig.suptitle(title)
    for row, panels in zip(axes, rows, strict=True):
        for ax, panel in zip(row, panels, strict=True):
            _STILL[panel["kind"]](ax, panel)
    return fig


def _still_chart(ax: Axes, panel: dict) -> None:
    if behind := panel.get("map"):
        colors = LinearSegmentedColormap.from_list("map", np.divide(PALETTE[behind["scale"]], 255))
        extent, limits = (*panel["x"], *panel["y"]), {"vmin": behind["low"], "vmax": behind["high"]}
        ax.imshow(behind["values"], cmap=colors, extent=extent, aspect="auto", **limits)
    unnamed = iter(range(99))
    for one in panel["lines"]:
        k = 0 if one["color"] else next(unnamed) % len(COLORS)
        style = {"color": _NAMED[one["color"] or f"series-{k}"], "linestyle": LINE_STYLES[k]}
        ax.plot(one["x"], one["y"], label=one["name"] or None, linewidth=1 if one["color"] == "faint" else 2, **style)
    for x, y, color, radius in panel["dots"]:
        square = {"marker": "s" if color == "negative" else "o", "markersize": 1.6 * radius}
        ax.plot(x, y, color=_NAMED[color], markeredgecolor="white", markeredgewidth=0.5, **square)
    for x, y, to_x, to_y, color in panel.get("arrows", ()):
        ax.annotate("", (to_x, to_y), (x, y), arrowprops={"arrowstyle": "->", "color": _NAMED[color], "linewidth": 2})
    ax.set(title=panel["title"], xlabel=panel["names"][0], ylabel=panel["names"][1], xlim=panel["x"], ylim=panel["y"])
    if any(one["name"] for one in panel["lines"]):
        ax.legend()


def _still_bars(ax: Axes, panel: dict) -> None:
    values, percent = panel["values"], panel["percent"]
    colors = [COLORS[0] if percent else POSITIVE if value >= 0 else NEGATIVE for value in values]
    ax.bar(range(len(values)), values, color=colors)
    ax.set_xticks(range(len(values)), panel["names"])
    ax.set(title=panel["title"], ylim=(min(0, values.min()), panel["high"]))


def _still_images(ax: Axes, panel: dict) -> None:
    side, count = panel["columns"], len(panel["values"])
    tiles = np.full((side, count, side + 1), np.nan)
    tiles[:, :, :side] = panel["values"].reshape(count, side, side).swapaxes(0, 1)
    weights, limit = panel["scale"] == "weights", panel["limit"]
    colors, low = (WEIGHTS, -limit) if weights else (PAPER, 0)
    bare(ax).imshow(tiles.reshape(side, -1)[:, :-1], cmap=colors, vmin=low, vmax=limit)
    ax.set_xticks([(side + 1) * k + (side - 1) / 2 for k in range(count)], panel["names"])
    ax.tick_params(length=0)
    ax.set_title(panel["title"], fontsize=11)


_STILL = {"chart": _still_chart, "bars": _still_bars, "images": _still_images}
