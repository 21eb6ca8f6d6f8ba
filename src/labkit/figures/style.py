"""How all figures of the course look, and how they reach the page: `figure` makes one, `show` displays it.

Every figure has its own background, so that it is equally readable on light and dark pages: no
colour of text has enough contrast with both. Blue is positive and orange is negative everywhere:
colour-blind readers tell these two apart, and wherever connections are drawn negative ones are dashed.
Whatever has no sign, such as one of several curves, has one of `COLORS`, which hold neither blue nor orange.
`looks` gives a name that several chapters draw, such as “reader”, the same colour in all of them.
"""

from __future__ import annotations

import base64
import html
import io
import itertools
import re
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image, ImageChops, ImageOps

from ..display import show_message

SHEET = "#fdfcfa"
"""The background of every figure."""
POSITIVE = "#1f6fc2"
NEGATIVE = "#b95800"
TEXT = "#4a4a4c"
FAINT = "#4a4a4c33"
COLORS = ("#0c7a62", "#a34a9f", "#2b2b2e", "#7d6c14", "#b8325e", "#6a6a6c")
"""For curves, bars and words beside them that have no sign, in order."""
FRACTION = COLORS[0]
"""For bars of fractions, such as predicted probabilities and accuracies."""
MARK = "#a34a9f"
"""For frames and arrows that point something out."""
LINE_STYLES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (1, 2)))
"""One per colour, so that no curve is distinguished by its colour alone."""
MARKERS = "osD^vP"
"""One per colour, for the points of a curve."""

_PLACE_OF = {
    # starts
    "σ = 0.01": 3,
    "σ = 1": 1,
    "Xavier": 2,
    "He": 0,
    # networks
    "reader": 0,
    "the reader": 0,
    "newborn": 1,
    "from scratch": 1,
    # images
    "rotated": 0,
    "upright": 1,
    # ways to adapt a network
    "everything": 0,
    "head only": 1,
    "everything + old images": 2,
    "mixture": 3,
    "everything, turned down": 3,  # a mixture as well
    "LoRA": 4,
    "LoRA, rank 1": 1,
    "LoRA, rank 4": 2,
    "LoRA, alpha turned down": 5,
    "a second head": 5,
    "nothing changed": 5,
    # functions of one number
    "the network": 0,
    "output of the network": 0,
    "the curve": 2,
}
"""The place in `COLORS` of each name that figures of several cells or chapters draw. What a figure may show at once has
different places; a name that goes on after these words, or after a comma before them, is of the same kind.
"""

_DASH_OF = {"Xavier, ReLU": 3, "Xavier, sigmoid": 4, "He, ReLU, normalized": 5}
"""The places in `LINE_STYLES` and `MARKERS` of names that share a colour with others of their kind."""

PAPER = LinearSegmentedColormap.from_list("paper", ["#fbfaf7", "#17171a"])
"""For images: 0 is paper, 1 is ink."""
WEIGHTS = LinearSegmentedColormap.from_list(
    "weights", ["#6d2c00", "#d9730d", "#f7c891", "#f6f4f0", "#a3cbf0", "#2f7fd0", "#0a3568"]
)
"""For weights: orange below zero, pale at zero, blue above."""
LOSS = "viridis"
"""For losses, in every chapter: dark is low, bright is high."""

_HYPHEN = re.compile(r"(?<![\w.])-(?=[\d.])|(?<=\de)-(?=\d)")
"""A hyphen that stands for a minus sign, of a number or of its exponent."""

PIXELS_PER_INCH = 96
WIDEST = 7.8
"""Inches that fit beside the library in JupyterLab; a wider figure is shrunk there, including its text."""
SHARPNESS = 1.6
_MARGIN = 14

mpl.rcParams.update(
    {
        "figure.facecolor": SHEET,
        "axes.facecolor": "none",
        "legend.facecolor": "none",
        "legend.frameon": False,
        "text.color": TEXT,
        "axes.labelcolor": TEXT,
        "axes.titlecolor": TEXT,
        "axes.edgecolor": TEXT,
        "xtick.color": TEXT,
        "ytick.color": TEXT,
        "grid.color": FAINT,
        "axes.grid": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "figure.titlesize": 13,
        "figure.titleweight": "bold",
        "axes.labelsize": 11.5,
        "xtick.labelsize": 10.5,
        "ytick.labelsize": 10.5,
        "legend.fontsize": 10.5,
        "lines.linewidth": 2,
        "font.size": 11,
        "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=LINE_STYLES),
    }
)


def figure(
    rows: int = 1, columns: int = 1, size: tuple[float, float] | None = None, **kwargs: Any
) -> tuple[Figure, Any]:
    """Make a figure and its axes, as ``plt.subplots`` does, in the course's style.

    It belongs only to the caller: pyplot does not know of it, so nothing is shown twice
    and nothing stays in memory.

    Parameters
    ----------
    rows, columns : int
        How many axes.
    size : pair of float, optional
        Width and height in inches; an inch is 96 pixels on the page. The width is at most `WIDEST`.
    **kwargs
        Handed to ``Figure.subplots``, such as ``sharex=True`` or ``width_ratios=[1, 2]``.

    Returns
    -------
    fig : Figure
        The figure, for `show`.
    axes : Axes or ndarray of Axes
        One Axes, or an array of them, without dimensions of length one.
    """
    width, height = size or (4.5 * columns + 1, 3.2 * rows)
    fig = Figure(figsize=(min(width, WIDEST), height), layout="constrained")
    return fig, fig.subplots(rows, columns, **kwargs)


def to_png(fig: Figure) -> bytes:
    """Draw a figure as PNG, cropped to its content, sharp on screens of high resolution."""
    fig.set_dpi(PIXELS_PER_INCH * SHARPNESS)
    canvas, buffer = FigureCanvasAgg(fig), io.BytesIO()
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    drawn = ImageChops.difference(picture, Image.new("RGB", picture.size, SHEET)).getbbox()
    if drawn and min(drawn[:2]) > 0 and drawn[2] < picture.width and drawn[3] < picture.height:
        ImageOps.expand(picture.crop(drawn), _MARGIN, SHEET).save(buffer, "png")
    else:  # something may reach beyond the figure: savefig finds out, but draws twice and measures every word again
        fig.savefig(buffer, format="png", dpi=fig.dpi, bbox_inches="tight", pad_inches=_MARGIN / fig.dpi)
    return buffer.getvalue()


def as_html(png: bytes, alt: str, width: float) -> str:
    """Return a figure as HTML with a given width in pixels, or narrower if there is less room."""
    return (
        f'<img alt="{html.escape(alt)}" width="{width:.0f}" style="max-width: 100%; height: auto; border-radius: 6px" '
        f'src="data:image/png;base64,{base64.b64encode(png).decode()}">'
    )


def as_output(fig: Figure, alt: str, note: str = "") -> dict[str, str]:
    """Return a figure as a notebook's output: an image that has a text alternative, which is also the plain text.

    A note on what is drawn follows the image.
    """
    png = to_png(fig)
    width = int.from_bytes(png[16:20], "big") / SHARPNESS  # a PNG states its width there
    alt = _HYPHEN.sub("−", alt)
    below = f"<p>{html.escape(note)}</p>" if note else ""
    return {
        "text/html": as_html(png, alt, width) + below,
        "text/plain": " ".join(filter(None, ("[figure]", alt, note))),
    }


def show(fig: Figure, alt: str) -> None:
    """Display a figure with a text alternative, and close it.

    JupyterLab gives an ``image/png`` output no alternative text, whatever its metadata say, so the
    figure is sent inside an HTML image, which has one. As plain text the alternative itself is shown.

    Parameters
    ----------
    fig : Figure
        From `figure`, or from pyplot.
    alt : str
        What the figure shows, in a sentence or two, for those who do not see it: the finding, not
        the axes.
    """
    if not alt.strip():
        raise ValueError("Every figure needs a text alternative: say in a sentence what it shows.")
    output = as_output(fig, alt)
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(fig)
    show_message(output["text/html"], output["text/plain"])


class Look(NamedTuple):
    """How one of several series is drawn: its places in `COLORS`, and in `LINE_STYLES` and `MARKERS`."""

    hue: int
    dash: int

    @property
    def color(self) -> str:
        """The colour."""
        return COLORS[self.hue]

    @property
    def line(self) -> dict[str, Any]:
        """Colour and line style, for Matplotlib."""
        return {"color": self.color, "linestyle": LINE_STYLES[self.dash]}

    @property
    def marker(self) -> str:
        """The marker of its points."""
        return MARKERS[self.dash]


def looks(names: Iterable[str]) -> list[Look]:
    """Return how each of the series of one figure is drawn.

    A known name has the same colour in every figure. The other names get the colours that are left, in order. Names of
    one kind, such as “He, tanh” and “He, ReLU”, share a colour and differ in line style and marker.

    Parameters
    ----------
    names : iterable of str
        The names of all series of the figure.

    Returns
    -------
    list of Look
        One per name.
    """
    names = [str(name) for name in names]
    kinds, dashes = [_kind_of(name) for name in names], [_DASH_OF.get(name) for name in names]
    owners: dict[int, str] = {}
    known = [bool(kind) and owners.setdefault(_PLACE_OF[kind], kind) == kind for kind in kinds]
    places = range(len(COLORS))
    free = itertools.cycle([*(place for place in places if place not in owners), *places])
    hues = [_PLACE_OF[kind] if fixed else next(free) for kind, fixed in zip(kinds, known, strict=True)]
    spare = itertools.cycle([place for place in places if place not in (*hues, *dashes)] or [*places[1:], 0])
    own = zip(hues, dashes, strict=True)
    return [
        Look(hue, dash if dash is not None else next(spare) if hue in hues[:k] else hue)
        for k, (hue, dash) in enumerate(own)
    ]


def are_known(names: Iterable[str]) -> bool:
    """Return whether each of the names has a colour of its own, the same in all figures."""
    return all(map(_kind_of, names))


def _kind_of(name: str) -> str:
    """Return the longest known name with which a name, or its part after a comma, begins; an empty one if none does."""
    parts = (name, *name.split(", "))
    found = [known for known in _PLACE_OF for part in parts if f"{part} ".startswith(f"{known} ")]
    return max(found, key=len, default="")


def color_of(number: float) -> str:
    """Return the colour of a number's sign: 0 has none and is neither blue nor orange."""
    return POSITIVE if number > 0 else NEGATIVE if number < 0 else TEXT


def limit_of(values: np.ndarray) -> float:
    """Return the largest finite magnitude in `values`, for a scale that is symmetric about zero."""
    finite = np.abs(np.asarray(values, dtype=float))
    finite = finite[np.isfinite(finite)]
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def mosaic(images: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Return square images as one, row by row, with a line of NaN between neighbours, which no figure draws.

    Parameters
    ----------
    images : ndarray of shape (n, pixels)
        One image per row.
    columns : int, optional
        Images in a row; by default all of them. The places after the last image are NaN as well.

    Returns
    -------
    ndarray of shape (rows * (side + 1) - 1, columns * (side + 1) - 1)
        The images are of shape (side, side).
    """
    n, pixels = images.shape
    side, columns = round(pixels**0.5), columns or n
    rows = -(-n // columns)
    tiles = np.full((rows * columns, side + 1, side + 1), np.nan)
    tiles[:n, :side, :side] = images.reshape(n, side, side)
    grid = tiles.reshape(rows, columns, side + 1, side + 1).swapaxes(1, 2)
    return grid.reshape(rows * (side + 1), -1)[:-1, :-1]


def bare(ax: Axes) -> Axes:
    """Remove ticks and frame from axes that hold an image or a diagram."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    return ax
