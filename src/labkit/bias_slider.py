"""A slider for one bias: the learner's `neuron` looks at a few hundred digits."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping

import numpy as np

from .display import interactive
from .figures.biases import outputs
from .figures.style import as_html, show, to_png
from .figures.weights import signed
from .reload import explain
from .slider import with_number

STILL = (1.0, 0.0, -1.0)
"""The biases shown where nobody can move a slider."""


def bias_slider(neuron: Callable, weights: np.ndarray, groups: Mapping[str, np.ndarray]) -> None:
    """Show what a neuron says to groups of images, with a slider for its bias.

    Where nobody sits at the notebook the same picture is shown for three biases.

    Parameters
    ----------
    neuron : function
        The learner's own, ``neuron(inputs, weights, bias)``.
    weights : ndarray of shape (pixels,)
        The neuron's weights, which stay as they are.
    groups : mapping of str to ndarray of shape (n, pixels)
        Name to images.
    """

    def said(bias: float) -> dict[str, np.ndarray]:
        return {name: np.array([neuron(image, weights, bias) for image in images]) for name, images in groups.items()}

    if not interactive():
        show(outputs({bias: said(bias) for bias in STILL}), alt=" ".join(_words(bias, said(bias)) for bias in STILL))
        return

    import ipywidgets as widgets
    from IPython.display import display

    def picture(bias: float) -> str:
        numbers = said(bias)
        words = _words(bias, numbers)
        drawn = as_html(to_png(outputs({bias: numbers})), words, 720)
        return f'{drawn}<p aria-live="polite">{html.escape(words)}</p>'

    def moved(change: dict) -> None:
        try:
            shown.value = picture(change["new"])
        except Exception as error:
            shown.value = html.escape(explain(error) or f"{type(error).__name__}: {error}")

    slider = widgets.FloatSlider(
        value=0.0, min=-4.0, max=2.0, step=0.05, description="bias", readout=False, continuous_update=False
    )
    shown = widgets.HTML(picture(slider.value))
    slider.observe(moved, "value")
    display(widgets.VBox([with_number(slider), shown]))


def _words(bias: float, numbers: Mapping[str, np.ndarray]) -> str:
    groups = ", ".join(f"{int(np.sum(said > 0))} of {len(said)} {name}" for name, said in numbers.items())
    return f"With bias {signed(bias)} the neuron activates for {groups}."
