"""Panels of live figures, as plain data: charts, bars and images, which the browser draws, and matplotlib elsewhere."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .style import (
    COLORS,
    FRACTION,
    LINE_STYLES,
    LOSS,
    MARK,
    NEGATIVE,
    PAPER,
    POSITIVE,
    TEXT,
    WEIGHTS,
    are_known,
    bare,
    color_of,
    figure,
    limit_of,
    looks,
)

_SHORTEST = 0.02
"""The length of an arrow, as a fraction of its axes, below which a still figure leaves it out: all head, no step."""
Axis = tuple[str, float, float]
"""What an axis of a chart shows, and its ends."""


def _scale(colors: Colormap, strength: float = 1.0) -> list[list[int]]:
    rows = np.array(colors(np.linspace(0, 1, 129)))[:, :3]
    return np.round(255 * (1 - strength * (1 - rows))).astype(int).tolist()


PALETTE = {
    "weights": _scale(WEIGHTS),
    "paper": _scale(PAPER),
    "plane": _scale(WEIGHTS, 0.6),
    "loss": _scale(mpl.colormaps[LOSS], 0.55),
}
"""The colour scales of the figures, for the browser, as red, green and blue. The last two are pale, so that lines on
them can be seen.
"""
_NAMED = {"positive": POSITIVE, "negative": NEGATIVE, "black": "#17171a", "faint": "#c8c7c3", "text": TEXT}
_NAMED |= {f"series-{k}": color for k, color in enumerate(COLORS)}


def chart(
    title: str,
    x: Axis,
    y: Axis,
    lines: Sequence[dict],
    dots: Iterable = (),
    percent: bool = False,
    **more: Any,
) -> dict:
    """Return a chart of lines from `line` and dots ``(x, y, color, radius)``.

    Dots outside are left out; ``percent`` is for fractions on the vertical axis. ``more`` may hold ``width`` and
    ``height`` in pixels; a ``map`` behind the lines, from `heights` or `bands`; and a ``pointer``: what choosing a
    place is called, ``drag`` or not, and ``help`` in words.
    """
    (across, *x), (upward, *y) = x, y
    styles = iter(series(one["name"] for one in lines if not one["color"]))
    lines = [one if one["color"] else one | next(styles) for one in lines]
    dots = [dot for dot in dots if x[0] <= dot[0] <= x[1] and y[0] <= dot[1] <= y[1]]
    drawn = {"lines": lines, "dots": dots, "ticks": (_ticks(*x), _ticks(*y, percent=percent))}
    return {"kind": "chart", "title": title, "names": (across, upward), "x": x, "y": y} | drawn | more


def series(names: Iterable[str]) -> list[dict]:
    """Return colour and line style of each of the named series of a chart, as the browser knows them."""
    return [{"color": f"series-{look.hue}", "style": look.dash} for look in looks(names)]


@functools.lru_cache(256)  # a hand moves through many charts with the same axes
def _ticks(low: float, high: float, percent: bool = False) -> list[tuple[float, str]]:
    """Return a few round numbers between two others, each with its words."""
    values = MaxNLocator(5, steps=(1, 2, 5, 10)).tick_values(low, high)
    slack = 1e-9 * (high - low)
    inside = values[(values >= low - slack) & (values <= high + slack)].tolist()
    return [(value, f"{value:.0%}" if percent else f"{value:.10g}".replace("-", "−")) for value in inside]


def line(x: Sequence, y: Sequence, name: str = "", color: str = "", **more: float) -> dict:
    """Return one line of a chart; without a colour it gets that of its name, and its style.

    ``more`` may hold ``width``; ``style`` (0 for a solid line, 1 for a dashed one); and ``arrow=True``, which adds a
    head at the line's end.
    """
    places = {"x": np.asarray(x, dtype=float), "y": np.asarray(y, dtype=float)}
    return places | {"name": name, "color": color, "style": 0, "width": 1 if color == "faint" else 2.5} | more


def grid(x: Sequence[float], y: Sequence[float], count: int) -> np.ndarray:
    """Return the places of a map's pixels, row by row from the top left, of shape (count * count, 2)."""
    across, upward = np.meshgrid(np.linspace(*x, count), np.linspace(*y, count)[::-1])
    return np.column_stack([across.ravel(), upward.ravel()])


def heights(values: np.ndarray, scale: str, low: float, high: float) -> dict:
    """Return the map behind a chart, from values at the places of a `grid`, coloured by a scale of `PALETTE`."""
    side = round(len(values) ** 0.5)
    return {"values": np.nan_to_num(values).reshape(side, side), "scale": scale, "low": low, "high": high}


def bands(loss: Callable, x: Sequence[float], y: Sequence[float], count: int = 61, levels: int = 14) -> dict:
    """Return the map of a loss of two numbers, in bands of equal area, whose edges are contour lines."""
    losses = np.array([loss(place) for place in grid(x, y, count)])
    edges = np.quantile(losses, np.linspace(0, 1, levels + 1)[1:-1])
    return heights(np.searchsorted(edges, losses).astype(np.uint8), "loss", 0, levels - 1)


def bars(
    title: str, names: Sequence[str], values: Sequence[float], percent: bool = False, high: float = 0.0, **more: Any
) -> dict:
    """Return bars with names, the longest marked; ``percent=True`` for fractions.

    Names that have a colour of their own keep it. The longest bar possible is ``high``; without it, the largest
    magnitude or, for fractions, 1. ``more`` may hold what the names are, as ``across``, for the still figure.
    """
    values = np.asarray(values, dtype=float)
    words = [f"{value:.0%}" if percent else f"{value:z.1f}".replace("-", "−") for value in values]
    said = ", ".join(f"{names[k]} {words[k]}" for k in np.argsort(-values, kind="stable")[:3])
    high = high or (1.0 if percent else limit_of(values))
    found = {"values": values, "high": high, "marked": int(np.argmax(values)), "words": words, "said": said}
    found["colors"] = [one["color"] for one in series(names)] if are_known(names) else []
    return {"kind": "bars", "title": title, "names": list(names), "percent": percent} | found | more


def images(title: str, rows: Sequence, names: Iterable = (), limit: float | None = None, **more: Any) -> dict:
    """Return rows of pixels as square images on one scale, with names or, without them, with numbers.

    ``pick`` makes them buttons, ``scale="paper"`` shows ink instead of weights.
    """
    values = np.nan_to_num(rows)
    names = [str(name) for name in names or range(len(values))]
    found = {"limit": limit or limit_of(values), "columns": round(values.shape[1] ** 0.5), "values": values}
    return {"kind": "images", "title": title, "names": names, "scale": "weights", "width": 84} | found | more


def history(
    title: str, steps: Axis, what: str, named: Mapping[str, Sequence[float]], low: float, high: float, **more: Any
) -> dict:
    """Return a chart of what was measured after each step.

    It ends at the largest finite value, but not below ``low`` or above ``high``. What is higher, or not finite, is
    drawn at its upper edge; if something is above ``high``, the axis says so.
    """
    values = np.array(list(named.values()))
    top = float(np.clip(np.max(values, initial=0, where=np.isfinite(values)), low, high))
    what += f", cut at {high:,.0f}" if np.any(values > high) else ""
    values = np.nan_to_num(values, nan=top, posinf=top).clip(0, top)
    # a curve that others hide is drawn wider than they are
    hiding = [
        sum(np.allclose(each, other, atol=0.01 * top) for other in values[k + 1 :]) for k, each in enumerate(values)
    ]
    lines = [
        line(range(len(each)), each, name, width=2.5 + 3 * count)
        for name, each, count in zip(named, values, hiding, strict=True)
    ]
    return chart(title, steps, (what, 0, top), lines, **more)


def draw_still(title: str, rows: Sequence[Sequence[dict]]) -> Figure:
    """Draw the panels that can be shown without a pointer, one row of them for each answer."""
    rows = [[panel for panel in row if panel["kind"] in _STILL] for row in rows]
    tall = [1.5 if all(panel["kind"] == "images" for panel in row) else 2.6 for row in rows]
    fig, axes = figure(len(rows), len(rows[0]), (7.8, sum(tall)), squeeze=False, height_ratios=tall)
    fig.suptitle(title)
    for row, panels in zip(axes, rows, strict=True):
        for ax, panel in zip(row, panels, strict=True):
            _STILL[panel["kind"]](ax, panel)
    for column, panels in zip(axes.T, zip(*rows, strict=True), strict=True):
        if all(panel["kind"] == "bars" for panel in panels):  # on one scale: they are there to be compared
            lows, highs = zip(*(ax.get_ylim() for ax in column), strict=True)
            for ax in column:
                ax.set_ylim(min(lows), max(highs))
    if named := {name: one for ax in axes.flat for one, name in zip(*ax.get_legend_handles_labels(), strict=True)}:
        # below the panels, where no curve crosses it; a name looks the same in all of them
        fig.legend(named.values(), named, loc="outside lower center", ncols=5, handlelength=3)
    return fig


def _still_chart(ax: Axes, panel: dict) -> None:
    if behind := panel.get("map"):
        colors = LinearSegmentedColormap.from_list("map", np.divide(PALETTE[behind["scale"]], 255))
        extent, limits = (*panel["x"], *panel["y"]), {"vmin": behind["low"], "vmax": behind["high"]}
        ax.imshow(behind["values"], cmap=colors, extent=extent, aspect="auto", **limits)
    for one in panel["lines"]:
        style = {"color": _NAMED[one["color"]], "linestyle": LINE_STYLES[one["style"]], "linewidth": 0.8 * one["width"]}
        if one.get("arrow"):
            style = {"arrowstyle": "->", "color": _NAMED[one["color"]], "linewidth": 2}
            start, end = zip(one["x"], one["y"], strict=True)
            if np.hypot(*(np.subtract(end, start) / np.ptp([panel["x"], panel["y"]], axis=1))) > _SHORTEST:
                ax.annotate("", end, start, arrowprops=style)
        else:
            ax.plot(one["x"], one["y"], label=one["name"] or None, **style)
    for x, y, color, radius in panel["dots"]:
        square = {"marker": "s" if color == "negative" else "o", "markersize": 1.6 * radius}
        square["markeredgewidth"] = 0.5 if radius > 3 else 0  # edges of small dots side by side would hide the dots
        ax.plot(x, y, color=_NAMED[color], markeredgecolor="white", clip_on=False, **square)
    ax.set(title=panel["title"], xlabel=panel["names"][0], ylabel=panel["names"][1], xlim=panel["x"], ylim=panel["y"])
    for set_ticks, ticks in zip((ax.set_xticks, ax.set_yticks), panel["ticks"], strict=True):
        set_ticks([value for value, _ in ticks], [words for _, words in ticks])


def _still_bars(ax: Axes, panel: dict) -> None:
    values, percent = panel["values"], panel["percent"]
    by_value = [FRACTION if percent else color_of(value) for value in values]
    colors = [_NAMED[color] for color in panel["colors"]] or by_value
    ax.bar(range(len(values)), values, color=colors)
    ax.set_xticks(range(len(values)), panel["names"])
    low, room = min(0, values.min()), 1 if percent else 1.06
    ax.set(xlabel=panel.get("across", ""), ylim=(room * low, room * panel["high"]))
    ax.set_title(panel["title"], fontsize=11)
    if low < 0:
        ax.axhline(0, color=TEXT, linewidth=0.8, linestyle="-")
    if percent:
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def _still_images(ax: Axes, panel: dict) -> None:
    side, count = panel["columns"], len(panel["values"])
    tiles = np.full((side, count, side + 1), np.nan)
    tiles[:, :, :side] = panel["values"].reshape(count, side, side).swapaxes(0, 1)
    weights, limit = panel["scale"] == "weights", panel["limit"]
    colors, low = (WEIGHTS, -limit) if weights else (PAPER, 0)
    bare(ax).imshow(tiles.reshape(side, -1)[:, :-1], cmap=colors, vmin=low, vmax=limit)
    ax.set_xticks([(side + 1) * k + (side - 1) / 2 for k in range(count)], panel["names"])
    ax.tick_params(length=0)
    if (marked := panel.get("marked", -1)) >= 0:
        place = ((side + 1) * marked - 0.5, -0.5)
        ax.add_patch(Rectangle(place, side, side, fill=False, edgecolor=MARK, linewidth=2.5, clip_on=False))
    ax.set_title(panel["title"], fontsize=11)


_STILL = {"chart": _still_chart, "bars": _still_bars, "images": _still_images}
