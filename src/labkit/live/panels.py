"""Controls and panels of live figures, as plain data that the browser and `labkit.figures.panels` draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..figures.style import limit_of


def slider(name: str, label: str, low: float, high: float, value: float, steps: int = 100, **more: Any) -> dict:
    """Return a slider; with ``exponent=True`` the bounds are powers of ten."""
    step = (high - low) / steps
    more = {"digits": 0 if step == int(step) else 2} | more
    return {
        "kind": "slider",
        "name": name,
        "label": label,
        "min": low,
        "max": high,
        "step": step,
        "value": value,
    } | more


def choice(name: str, label: str, options: Iterable[str], value: str | None = None) -> dict:
    """Return a choice among names."""
    options = list(options)
    return {"kind": "choice", "name": name, "label": label, "options": options, "value": value or options[0]}


def control(kind: str, name: str, label: str, **more: Any) -> dict:
    """Return a ``switch`` or ``text`` with its ``value``, or a ``button``; ``pause`` (in ms) makes that one repeat."""
    return {"kind": kind, "name": name, "label": label} | more


def chart(
    title: str,
    names: tuple[str, str],
    x: Sequence[float],
    y: Sequence[float],
    lines: Sequence[dict] = (),
    dots: Sequence[tuple] = (),
    **more: Any,
) -> dict:
    """Return a chart of lines from `line` and dots ``(x, y, color, radius)``.

    ``more`` may hold ``arrows`` ``(from_x, from_y, to_x, to_y, color)``, a ``map`` from `heights`, ``width`` and
    ``height`` in pixels, and a ``pointer``: what choosing a place is called, ``drag`` or not, and ``help`` in words.
    """
    return {"kind": "chart", "title": title, "names": names, "x": x, "y": y, "lines": lines, "dots": dots} | more


def line(x: Sequence, y: Sequence, name: str = "", color: str = "") -> dict:
    """Return one line of a chart; without a color it gets the next one of those that have no sign."""
    return {"x": np.asarray(x, dtype=float), "y": np.asarray(y, dtype=float), "name": name, "color": color}


def heights(values: np.ndarray, scale: str, low: float, high: float) -> dict:
    """Return the map behind a chart, its highest row first, colored by a scale of `PALETTE`."""
    return {"values": values, "scale": scale, "low": low, "high": high}


def bars(title: str, names: Sequence[str], values: np.ndarray, high: float = 1.0, **more: Any) -> dict:
    """Return bars with names, the longest marked; ``percent=True`` for fractions."""
    values = np.asarray(values, dtype=float)
    bars = {"kind": "bars", "title": title, "names": list(names), "values": values, "high": high, "percent": False}
    return bars | {"marked": int(np.argmax(values))} | more


def images(title: str, named: Mapping[str, np.ndarray], limit: float | None = None, **more: Any) -> dict:
    """Return square images on one scale; ``pick`` makes them buttons, ``scale="paper"`` ink instead of weights."""
    values = np.array([np.ravel(image) for image in named.values()], dtype=float)
    found = {"limit": limit or limit_of(values), "columns": round(values.shape[1] ** 0.5), "values": values}
    return {"kind": "images", "title": title, "names": list(named), "scale": "weights", "width": 84} | found | more
