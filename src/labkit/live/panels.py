"""Controls and panels of live figures, as plain data that the browser and `labkit.figures.panels` draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..figures.style import limit_of

Axis = tuple[str, float, float]
"""What an axis of a chart shows, and its ends."""


def control(kind: str, name: str, label: str, **more: Any) -> dict:
    """Return a ``switch`` or ``text`` with its ``value``, or a ``button``; ``pause`` (in ms) makes that one repeat.

    A control of any kind may have ``stills``, values that the still figure of a `labkit.live.tool.Dial` shows.
    """
    return {"kind": kind, "name": name, "label": label} | more


def slider(name: str, label: str, low: float, high: float, value: float, steps: int = 100, **more: Any) -> dict:
    """Return a slider; with ``exponent=True`` the bounds are powers of ten."""
    step = (high - low) / steps
    digits = 0 if step == int(step) else 2
    return control("slider", name, label, min=low, max=high, step=step, value=value, digits=digits, **more)


def choice(name: str, label: str, options: Iterable[str], value: str | None = None, **more: Any) -> dict:
    """Return a choice among names, the first one unless ``value`` is another."""
    options = list(options)
    return control("choice", name, label, options=options, value=value or options[0], **more)


def chart(
    title: str, x: Axis, y: Axis, lines: Sequence[dict], dots: Iterable = (), arrows: Iterable = (), **more: Any
) -> dict:
    """Return a chart of lines from `line`, dots ``(x, y, color, radius)``, arrows ``(x, y, to_x, to_y, color)``.

    Dots outside are left out. ``more`` may hold ``width`` and ``height`` in pixels; a ``map`` behind the lines, of
    ``values`` with the highest row first, colored by a ``scale`` of `PALETTE` from ``low`` to ``high``; and a
    ``pointer``: what choosing a place is called, ``drag`` or not, and ``help`` in words.
    """
    (across, *x), (upward, *y) = x, y
    dots = [dot for dot in dots if x[0] <= dot[0] <= x[1] and y[0] <= dot[1] <= y[1]]
    arrows = [arrow for arrow in arrows if np.isfinite(arrow[:4]).all()]
    drawn = {"lines": lines, "dots": dots, "arrows": arrows}
    return {"kind": "chart", "title": title, "names": (across, upward), "x": x, "y": y} | drawn | more


def line(x: Sequence, y: Sequence, name: str = "", color: str = "", **more: bool) -> dict:
    """Return one line of a chart; without a color it gets the next one of those that have no sign."""
    return {"x": np.asarray(x, dtype=float), "y": np.asarray(y, dtype=float), "name": name, "color": color} | more


def bars(title: str, names: Sequence[str], values: np.ndarray, high: float = 1.0, **more: Any) -> dict:
    """Return bars with names, the longest marked; ``percent=True`` for fractions."""
    found = {"values": np.asarray(values, dtype=float), "high": high, "marked": int(np.argmax(values))}
    return {"kind": "bars", "title": title, "names": list(names), "percent": False} | found | more


def images(title: str, rows: Sequence, names: Iterable = (), limit: float | None = None, **more: Any) -> dict:
    """Return rows of pixels as square images on one scale, with names or, without them, with numbers.

    ``pick`` makes them buttons, ``scale="paper"`` shows ink instead of weights.
    """
    values = np.nan_to_num(rows)
    names = [str(name) for name in names or range(len(values))]
    found = {"limit": limit or limit_of(values), "columns": round(values.shape[1] ** 0.5), "values": values}
    return {"kind": "images", "title": title, "names": names, "scale": "weights", "width": 84} | found | more
