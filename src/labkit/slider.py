"""Sliders for one weight and for one bias: the learner's own functions at work on real digits."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from . import data
from .arrays import UnusableResultError, takes_lists
from .display import interactive
from .figures.biases import outputs
from .figures.connection import connection, in_digits, in_words
from .figures.style import as_html, show, to_png
from .figures.weights import signed
from .reload import describe_error

WEIGHTS = (1.8, 0.15, -1.0)
"""The weights that are shown if nobody can move a slider: one amplifies, one suppresses, one flips."""
BIASES = (1.0, 0.0, -1.0)
"""The biases that are shown if nobody can move a slider."""


@takes_lists
def weight_slider(apply_weight: Callable, digit: int = 3) -> None:
    """Show a digit before and after one connection, with a slider for the connection's weight.

    If no person is at the notebook, the figure is shown for three weights.

    Parameters
    ----------
    apply_weight : function
        The learner's own, ``apply_weight(signal, weight)``.
    digit : int
        The digit to send.
    """
    digits = data.digits8()
    signal = digits.train_images[digits.train_labels == digit][0]

    def cross(weights: Sequence[float]) -> tuple[Figure, list[str]]:
        arrived = {weight: _send(apply_weight, signal, weight) for weight in weights}
        fig = connection(lambda _, weight: arrived[weight], signal, weights)
        return fig, [in_words(weight, signal, arrived[weight]) for weight in weights]

    def draw(weight: float) -> str:
        fig, (what,) = cross([weight])
        return _with_caption(fig, f"With weight {in_digits(weight)} {what}.", 540)

    if interactive():
        _show_slider(draw, value=1.0, min=-2.0, max=2.0, step=0.05, description="weight", layout={"width": "440px"})
    else:
        fig, said = cross(WEIGHTS)
        alt = "; ".join(f"with weight {signed(weight)} {what}" for weight, what in zip(WEIGHTS, said, strict=True))
        show(fig, alt=f"A handwritten {digit} sent over three connections: {alt}.")


@takes_lists
def bias_slider(neuron: Callable, weights: np.ndarray, groups: Mapping[str, np.ndarray]) -> None:
    """Show a neuron's outputs for groups of images, with a slider for its bias.

    If no person is at the notebook, the figure is shown for three biases.

    Parameters
    ----------
    neuron : function
        The learner's own, ``neuron(inputs, weights, bias)``.
    weights : ndarray of shape (pixels,)
        The neuron's weights, which stay as they are.
    groups : mapping of str to ndarray of shape (n, pixels)
        The images of each group.
    """

    def outputs_of(bias: float) -> dict[str, np.ndarray]:
        return {name: np.array([neuron(image, weights, bias) for image in images]) for name, images in groups.items()}

    def describe(bias: float) -> str:
        counts = [
            f"{int(np.sum(numbers > 0)):,} of {len(numbers):,} {name}" for name, numbers in outputs_of(bias).items()
        ]
        return f"With bias {signed(bias, 10)} the neuron activates for {' and '.join(counts)}."

    def draw(bias: float) -> str:
        return _with_caption(outputs({bias: outputs_of(bias)}), describe(bias), 720)

    if interactive():
        _show_slider(draw, value=0.0, min=-4.0, max=2.0, step=0.05, description="bias", continuous_update=False)
    else:
        show(outputs({bias: outputs_of(bias) for bias in BIASES}), alt=" ".join(map(describe, BIASES)))


def _send(apply_weight: Callable, signal: np.ndarray, weight: float) -> np.ndarray:
    """Return the signal after a connection.

    Raises
    ------
    UnusableResultError
        If the learner's function returns None.
    """
    arrived = apply_weight(signal, weight)
    if arrived is None:
        raise UnusableResultError("apply_weight returned None. Is there a return?")
    return np.asarray(arrived, dtype=float)


def _show_slider(draw: Callable[[float], str], **options: Any) -> None:
    """Display a slider, a box with its number, and below them the HTML that ``draw`` makes of the number."""
    import ipywidgets as widgets
    from IPython.display import display

    slider = widgets.FloatSlider(readout=False, **options)
    shown = widgets.HTML(draw(slider.value))

    def redraw(change: dict) -> None:
        try:
            shown.value = draw(_to_step(change["new"]))
        except Exception as error:
            shown.value = html.escape(describe_error(error))

    slider.observe(redraw, "value")
    display(widgets.VBox([_with_number(slider), shown]))


def _with_number(slider: Any) -> Any:
    """Put a box with the number beside a slider, because a slider's handle has no name for a screen reader."""
    import ipywidgets as widgets

    number = widgets.BoundedFloatText(
        value=slider.value,
        min=slider.min,
        max=slider.max,
        step=slider.step,
        layout={"width": "170px"},
        description=f"{slider.description} is",
    )
    # A browser adds steps up, and 0.7999999999999998 fits no box.
    widgets.link((slider, "value"), (number, "value"), (_to_step, _to_step))
    return widgets.HBox([slider, number])


def _to_step(value: float) -> float:
    """Return a slider's number without the error that its many small steps have added up to."""
    return round(value, 10)


def _with_caption(fig: Any, words: str, width: int) -> str:
    return f'{as_html(to_png(fig), words, width)}<p aria-live="polite">{html.escape(words)}</p>'
