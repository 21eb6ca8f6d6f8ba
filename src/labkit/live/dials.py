"""Dials for single ideas: the learner turns a number, and sees what their own function makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..figures.panels import bars, chart, line
from ..figures.style import limit_of
from ..lent.given_training import given_corrections, given_relu
from ..results import as_numbers, run_forward
from .tool import Dial, choice, shown, slider


@shown
def drag_secant(
    numerical_gradient: Callable, f: Callable[[float], float] = lambda w: 0.5 * w**3 - w + 1, name: str = "f(w)"
) -> Dial:
    """Show a secant whose step the learner drags until the secant becomes the tangent.

    Parameters
    ----------
    numerical_gradient : function
        The learner's own, ``numerical_gradient(f, array, step)``.
    f : function
        A function of one float, shown from -2 to 2; by default a cubic.
    name : str
        What ``f`` computes.
    """
    places = np.linspace(-2, 2, 200)
    values = np.array([float(f(place)) for place in places])
    room = 0.08 * float(np.ptp(values)) or 1.0

    def slope(at: float, step: float) -> float:
        found = numerical_gradient(lambda array: float(f(float(array[0]))), np.array([at]), step)
        return float(as_numbers(found, (1,), numerical_gradient)[0])

    def draw(at: float, step: float, pointer: Sequence[float] = ()) -> dict:
        if pointer:
            step = float(np.clip(abs(pointer[0] - at), 0.001, 1))
        secant, tangent = slope(at, step), slope(at, 1e-5)
        left, middle, right = (float(f(place)) for place in (at - step, at, at + step))
        ends = np.array([-2, 2]) - at
        lines = [
            line(places, values, name),
            line(at + ends, (left + right) / 2 + secant * ends, "secant"),
            line(at + ends, middle + tangent * ends, "tangent", "series-2", style=2, width=2),
        ]
        dots = [(at - step, left, "series-1", 7), (at + step, right, "series-1", 7), (at, middle, "text", 3)]
        slopes = f"the secant's slope is {secant:.5f}; with a step of 0.00001 it is {tangent:.5f}."
        said = f"At w = {at:.3g}, step {step:.3g}: {slopes}"
        axes = ("w", -2, 2), (name, values.min() - room, values.max() + room)
        end = {"name": "end", "at": (at + step, right), "drag": True, "help": "Left and right arrow keys move the end."}
        panel = chart(f"{name} and a secant", *axes, lines, dots, pointer=end, said=said, width=480, height=300)
        return {"panels": [panel], "said": said.replace("-", "−"), "values": {"step": step}}

    widths = slider("step", "step", -3.0, 0.0, 1.0, exponent=True, stills=(1.0, 0.1))
    when_live = "Drag an end of the secant towards the middle."
    return Dial(
        "From the secant to the tangent", draw, [slider("at", "w", -2.0, 2.0, 0.8), widths], when_live=when_live
    )


@shown
def set_temperature(softmax: Callable, logits: np.ndarray | None = None, names: Sequence[str] | None = None) -> Dial:
    """Show how dividing logits by a temperature changes the predicted probabilities.

    Parameters
    ----------
    softmax : function
        The learner's own.
    logits : ndarray of shape (n,), optional
        By default ten logits of a digit.
    names : sequence of str, optional
        Names of the classes.
    """
    logits = np.array([0.2, -1.5, 1.0, 4.1, -2.0, 1.8, -1.0, 0.5, 2.9, 1.2]) if logits is None else np.ravel(logits)
    names = list(names or map(str, range(len(logits))))
    stills = coldest, *_ = (0.3, 1.0, 5.0)

    def draw(temperature: float) -> dict:
        divided = logits / temperature
        probabilities = as_numbers(softmax(divided[None]), (1, len(divided)), softmax)[0]
        best = int(probabilities.argmax())
        high = max(limit_of(logits) / coldest, limit_of(divided))  # one scale for all but even lower temperatures
        scaled = bars(f"logits / {temperature:.2g}", names, divided, high=high, across="class")
        panels = [scaled, bars("predicted probabilities", names, probabilities, percent=True, across="class")]
        said = f"Temperature {temperature:.2g}: the most probable class, {names[best]}, has {probabilities[best]:.0%}."
        return {"panels": panels, "said": said}

    controls = [slider("temperature", "temperature", -1.0, 1.5, 1.0, exponent=True, stills=stills)]
    return Dial("Temperature of softmax", draw, controls, "The temperature never changes the order of the classes.")


@shown
def scale_weights(signal_spread: Callable, width: int = 64, depth: int = 50) -> Dial:
    """Show signal and gradient through many layers while the learner scales the weights.

    Parameters
    ----------
    signal_spread : function
        The learner's own, ``signal_spread(x, weight_matrices, activation)``.
    width, depth : int
        Neurons per layer, and number of layers. Weights and inputs are the same for every scale.
    """
    rng = np.random.default_rng(0)
    x, matrices = rng.normal(size=(32, width)), rng.normal(size=(depth, width, width)) / np.sqrt(width)
    activations = {"ReLU": given_relu, "tanh": np.tanh}

    def draw(scale: float, activation: str) -> dict:
        weights = list(scale * matrices)
        signals = as_numbers(signal_spread(x, weights, activations[activation]), (depth + 1,), signal_spread)
        gradients = given_corrections(x, weights, activation)
        signal, gradient = (np.log10(np.clip(values, 1e-300, None)) for values in (signals, gradients))
        layer = np.arange(depth + 1)
        lines = [line(layer, signal, "signal (standard deviation)"), line(layer[1:], gradient, "gradient (RMS)")]
        title = f"{activation}, standard deviation of the weights {scale:.2f}/√fan_in"
        panel = chart(title, ("layer", 0, depth), ("magnitude (log10)", -20, 20), lines)
        said = (
            f"{title}: the standard deviation of the signal is {signals[-1]:.1e} at layer {depth}, the RMS of the "
            f"gradient is {gradients[0]:.1e} at layer 1."
        )
        return {"panels": [panel], "said": said.replace("e-", "e−")}

    controls = [
        slider("scale", "standard deviation times √fan_in", 0.5, 3.0, 1.0, 125, stills=(1.0, 2**0.5, 2.0)),
        choice("activation", "activation function", activations),
    ]
    note = "He's rule gives 1.41 (for ReLU), and Xavier's gives 1.00 (for tanh, when fan_in equals fan_out)."
    return Dial(f"Scale of the weights, number of layers: {depth}", draw, controls, note)


_TARGETS: dict[str, Callable] = {
    "wave": lambda x: np.sin(3 * x),
    "step": lambda x: np.where(x > 0, 1.0, -1.0),
    "hill": lambda x: 2 * np.exp(-4 * x**2) - 1,
}


@shown
def bend_line(forward: Callable) -> Dial:
    """Show how a network with one hidden layer of ReLU neurons fits a curve with straight pieces.

    Parameters
    ----------
    forward : function
        The learner's own, ``forward(layers, x)``.
    """
    x = np.linspace(-2, 2, 241)

    def draw(neurons: float, target: str) -> dict:
        wanted = _TARGETS[target](x)
        # evenly spaced bends, and the output weights that fit best
        bends = np.linspace(-2, 2, int(neurons), endpoint=False)
        hidden = given_relu(x[:, None] - bends)
        (*outputs, bias), *_ = np.linalg.lstsq(np.column_stack([hidden, np.ones(len(x))]), wanted, rcond=None)
        layers = [(np.ones((1, len(bends))), -bends), (np.reshape(outputs, (-1, 1)), np.array([bias]))]
        logits, (_, entered) = run_forward(forward, layers, x[:, None])
        fit, added = logits[:, 0], entered * outputs
        lines = [line(x, wanted, "the curve"), line(x, fit, "output of the network")]
        lines += [line(x, np.clip(column, -4, 4), color="faint") for column in added.T]
        error = float(np.mean((fit - wanted) ** 2))
        said = f"Hidden neurons: {len(bends)}. Mean squared error of the fit: {error:.4f}."
        title = f"A curve and its fit, hidden neurons: {len(bends)}"
        return {"panels": [chart(title, ("input", -2, 2), ("output", -2, 2), lines)], "said": said}

    controls = [
        slider("neurons", "hidden neurons", 1, 25, 4, 24, stills=(2, 5, 15)),
        choice("target", "curve", _TARGETS),
    ]
    note = (
        "The grey lines are the contributions of the hidden neurons. Each neuron can bend the sum in one place. The "
        "place of the first neuron is the left end."
    )
    return Dial("ReLU bends fit a curve", draw, controls, note)
