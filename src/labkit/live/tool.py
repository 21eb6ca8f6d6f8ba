"""What every live figure is made of: answers for a browser, and a still figure for pages without interaction."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from ..display import interactive
from ..figures.style import COLORS, NEGATIVE, PAPER, POSITIVE, WEIGHTS, as_html, show, to_png

HERE = Path(__file__).parent
PALETTE = {
    "weights": [to_hex(WEIGHTS(step / 6)) for step in range(7)],
    "paper": [to_hex(PAPER(0.0)), to_hex(PAPER(1.0))],
    "positive": POSITIVE,
    "negative": NEGATIVE,
    "series": list(COLORS),
}
"""The figures' colors for the browser: blue is positive and orange is negative there as well."""


class Tool:
    """A live figure: Python answers the browser's questions with the learner's functions.

    A subclass names its ``script``, a file beside this one, and its ``title``, which screen readers say.
    """

    script: ClassVar[str]
    title: ClassVar[str]
    widget: Any = None

    def answer(self, question: dict, sent: bytes) -> dict:
        """Return what the browser draws next.

        Parameters
        ----------
        question : dict
            What the learner did; empty when the figure opens.
        sent : bytes
            Numbers that belong to the question, float32.

        Returns
        -------
        dict
            Numbers, words, lists and arrays, for `pack`.
        """
        raise NotImplementedError

    def still(self) -> tuple[Figure, str]:
        """Return a figure for pages without a running kernel, with its text alternative."""
        raise NotImplementedError

    def show(self) -> None:
        """Show the live figure, or the still one if no person is at the notebook."""
        fig, alt = self.still()
        if not interactive():
            show(fig, alt)
            return
        from IPython.display import display

        from .widget import LiveFigure

        self.widget = LiveFigure(self)
        still = {"text/html": as_html(to_png(fig), alt, fig.get_figwidth() * 96), "text/plain": f"[figure] {alt}"}
        display(self.widget.view() | still, raw=True)


def pack(answer: dict) -> tuple[dict, bytes]:
    """Move an answer's arrays into bytes.

    Parameters
    ----------
    answer : dict
        May hold arrays at any depth. Floating arrays are sent as float32, others as uint8 or int8.

    Returns
    -------
    answer : dict
        With ``{"dtype", "shape", "start"}`` in place of each array.
    numbers : bytes
        All arrays, each beginning at a multiple of four bytes.
    """
    parts, start = [], 0

    def packed(value: Any) -> Any:
        nonlocal start
        if isinstance(value, dict):
            return {key: packed(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [packed(item) for item in value]
        if isinstance(value, np.generic):
            return value.item()
        if not isinstance(value, np.ndarray):
            return value
        if value.dtype not in (np.uint8, np.int8):
            value = value.astype("<f4")
        content = value.tobytes()
        content += bytes(-len(content) % 4)
        found = {"dtype": value.dtype.name, "shape": list(value.shape), "start": start}
        parts.append(content)
        start += len(content)
        return found

    return packed(answer), b"".join(parts)


def effective_weights(layers: Sequence[tuple[np.ndarray, np.ndarray]], activations: Sequence[np.ndarray]) -> np.ndarray:
    """Return the one weight matrix that does what a ReLU network does with this one input.

    For one input each hidden neuron is either active, then ReLU changes nothing, or inactive, then it adds nothing. So
    the product of the matrices, without the inactive neurons, gives the logits, except for the biases.

    Parameters
    ----------
    layers : sequence of (weights, bias)
        The network.
    activations : sequence of ndarray of shape (1, fan_in)
        The layer inputs, from the learner's ``forward``.

    Returns
    -------
    ndarray of shape (pixels, n_classes)
        Effective weights.
    """
    product = np.asarray(layers[0][0], dtype=float)
    for (weights, _), entered in zip(layers[1:], activations[1:], strict=True):
        product = product * (np.asarray(entered)[0] > 0) @ weights
    return product
