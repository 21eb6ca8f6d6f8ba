"""A slider for one weight: the learner's `apply_weight` at work on a real digit."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from . import data
from .display import interactive
from .figures.connection import connection, in_words
from .figures.style import as_html, show, to_png
from .reload import explain

STILL = (1.8, 0.15, -1.0)
"""The weights shown where nobody can move a slider: one amplifies, one suppresses, one flips."""


def weight_slider(apply_weight: Callable, digit: int = 3) -> None:
    """Show a digit before and after one connection, with a slider for the connection's weight.

    Where nobody sits at the notebook the same picture is shown for three weights.

    Parameters
    ----------
    apply_weight : function
        The learner's own, ``apply_weight(signal, weight)``.
    digit : int
        Which digit to send.
    """
    digits = data.digits8()
    signal = digits.train_images[digits.train_labels == digit][0]
    if interactive():
        _slide(apply_weight, signal)
    else:
        said = "; ".join(f"with weight {weight:g} {in_words(weight)}" for weight in STILL)
        show(connection(apply_weight, signal, STILL), alt=f"A handwritten {digit} sent over three connections: {said}.")


def _slide(apply_weight: Callable, signal: object) -> None:
    import ipywidgets as widgets
    from IPython.display import display

    slider = widgets.FloatSlider(
        value=1.0, min=-2.0, max=2.0, step=0.05, description="weight", readout=False, layout={"width": "440px"}
    )
    picture = widgets.HTML(_picture(apply_weight, signal, slider.value))

    def moved(change: dict) -> None:
        try:
            picture.value = _picture(apply_weight, signal, change["new"])
        except Exception as error:
            picture.value = html.escape(explain(error) or f"{type(error).__name__}: {error}")

    slider.observe(moved, "value")
    display(widgets.VBox([with_number(slider), picture]))


def with_number(slider: Any) -> Any:
    """Return a slider beside a box with its number: the slider's handle has no name that a screen reader could say.

    Parameters
    ----------
    slider : ipywidgets.FloatSlider
        The box takes its range, its steps and its description over.

    Returns
    -------
    ipywidgets.HBox
        Slider and box, which follow each other.
    """
    import ipywidgets as widgets

    number = widgets.BoundedFloatText(
        value=slider.value,
        min=slider.min,
        max=slider.max,
        step=slider.step,
        layout={"width": "170px"},
        description=f"{slider.description} is",
    )
    widgets.link((slider, "value"), (number, "value"))
    return widgets.HBox([slider, number])


def _picture(apply_weight: Callable, signal: object, weight: float) -> str:
    words = f"With weight {weight:+.2f} {in_words(weight)}.".replace("-", "−")
    picture = as_html(to_png(connection(apply_weight, signal, [weight])), words, 540)
    return f'{picture}<p aria-live="polite">{html.escape(words)}</p>'
