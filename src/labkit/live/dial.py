"""Dials: sliders, choices and text that a learner changes, and figures that follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..figures.style import COLORS, LINE_STYLES, NEGATIVE, POSITIVE, WEIGHTS, bare, figure, limit_of
from .tool import Tool


class Dial(Tool):
    """Figures that follow controls.

    Parameters
    ----------
    title : str
        What screen readers call it.
    controls : sequence of dict
        From `slider`, `choice`, `switch` and `text`, each with a ``name``.
    draw : function
        ``draw(**values)`` returns a dict with ``panels``, from `curves`, `bars` and `images`, and ``said``, a sentence.
    stills : sequence of dict
        Values to show where nobody can change them.
    note : str
        A sentence below.
    """

    script = "dials.js"

    def __init__(
        self, title: str, controls: Sequence[dict], draw: Callable[..., dict], stills: Sequence[dict], note: str = ""
    ) -> None:
        self.title, self._controls, self._draw, self._stills, self._note = title, controls, draw, stills, note

    def answer(self, question: dict, sent: bytes) -> dict:
        """Return what the learner's functions make of the question's ``values``; missing ones are as at first."""
        values = {control["name"]: control["value"] for control in self._controls} | question.get("values", {})
        return {"controls": self._controls, "note": self._note} | self._draw(**values)

    def still(self) -> tuple[Figure, str]:
        """Return one row of figures for each of the values to show."""
        answers = [self.answer({"values": values}, b"") for values in self._stills]
        columns = len(answers[0]["panels"])
        fig, axes = figure(len(answers), columns, (7.8, 2.5 * len(answers)), squeeze=False)
        fig.suptitle(self.title)
        for row, answer in zip(axes, answers, strict=True):
            for ax, panel in zip(row, answer["panels"], strict=True):
                _STILL[panel["kind"]](ax, panel)
        return fig, f"{self.title}, for {len(answers)} settings. {' '.join(answer['said'] for answer in answers)}"


def slider(
    name: str, label: str, low: float, high: float, value: float, *, steps: int = 100, exponent: bool = False
) -> dict:
    """Return a slider; with ``exponent`` the bounds are powers of ten."""
    step = (high - low) / steps
    return {"kind": "slider", "name": name, "label": label, "min": low, "max": high, "step": step, "value": value} | {
        "exponent": exponent,
        "digits": 0 if step == int(step) else 2,
    }


def choice(name: str, label: str, options: Sequence[str], value: str | None = None) -> dict:
    """Return a choice among names."""
    return {"kind": "choice", "name": name, "label": label, "options": list(options), "value": value or options[0]}


def switch(name: str, label: str, value: bool = True) -> dict:
    """Return something to turn on and off."""
    return {"kind": "switch", "name": name, "label": label, "value": value}


def text(name: str, label: str, value: str = "") -> dict:
    """Return a line to type into."""
    return {"kind": "text", "name": name, "label": label, "value": value}


def curves(
    title: str,
    names: tuple[str, str],
    x: tuple[float, float],
    y: tuple[float, float],
    *lines: dict,
    dots: Sequence = (),
) -> dict:
    """Return a chart of lines from `line`, with dots at ``(x, y)``."""
    return {
        "kind": "curves",
        "title": title,
        "names": list(names),
        "x": list(x),
        "y": list(y),
        "lines": list(lines),
    } | {"dots": [[float(a), float(b)] for a, b in dots]}


def line(x: np.ndarray, y: np.ndarray, name: str = "", faint: bool = False) -> dict:
    """Return one line of a chart."""
    return {"x": np.asarray(x, dtype=float), "y": np.asarray(y, dtype=float), "name": name, "faint": faint}


def bars(title: str, names: Sequence[str], values: np.ndarray, *, percent: bool = False, high: float = 1.0) -> dict:
    """Return bars with names; the longest is marked."""
    marked = int(np.argmax(values))
    return {"kind": "bars", "title": title, "names": list(names), "values": np.asarray(values, dtype=float)} | {
        "percent": percent,
        "high": high,
        "marked": marked,
    }


def images(title: str, named: dict[str, np.ndarray], columns: int, limit: float | None = None) -> dict:
    """Return images of weights on one scale."""
    limit = limit or max(map(limit_of, named.values()))
    return {"kind": "images", "title": title, "columns": columns, "limit": limit} | {
        "images": [{"name": name, "values": np.asarray(values, dtype=float).ravel()} for name, values in named.items()]
    }


def _still_curves(ax: Any, panel: dict) -> None:
    bold = 0
    for one in panel["lines"]:
        style = {"color": "#00000033", "linewidth": 1, "linestyle": "-"}
        if not one["faint"]:
            color = (POSITIVE, NEGATIVE, *COLORS)[bold % 8]
            style = {"color": color, "linestyle": LINE_STYLES[bold % len(LINE_STYLES)]}
            bold += 1
        ax.plot(one["x"], one["y"], label=one["name"] or None, **style)
    for x, y in panel["dots"]:
        ax.plot(x, y, "o", color=NEGATIVE)
    ax.set(title=panel["title"], xlabel=panel["names"][0], ylabel=panel["names"][1], xlim=panel["x"], ylim=panel["y"])
    if any(one["name"] for one in panel["lines"]):
        ax.legend()


def _still_bars(ax: Any, panel: dict) -> None:
    values = panel["values"]
    ax.bar(range(len(values)), values, color=[POSITIVE if value >= 0 else NEGATIVE for value in values])
    ax.set_xticks(range(len(values)), panel["names"])
    ax.set(title=panel["title"], ylim=(min(0, values.min()), panel["high"]))


def _still_images(ax: Any, panel: dict) -> None:
    tiles = [image["values"].reshape(-1, panel["columns"]) for image in panel["images"]]
    gap = np.full((len(tiles[0]), 1), np.nan)
    joined = np.concatenate([part for tile in tiles for part in (tile, gap)][:-1], axis=1)
    bare(ax).imshow(joined, cmap=WEIGHTS, vmin=-panel["limit"], vmax=panel["limit"])
    ax.set_title(panel["title"])


_STILL = {"curves": _still_curves, "bars": _still_bars, "images": _still_images}
