"""Dials for single ideas: the learner turns a number, and sees what their own function makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..arrays import takes_lists
from ..lent.given_training import given_corrections, given_relu
from ..results import Layers, as_numbers, run_forward
from .panels import bars, chart, choice, line, slider
from .tool import Dial


@takes_lists
def drag_secant(
    numerical_gradient: Callable,
    f: Callable[[float], float] | None = None,
    name: str = "f(w)",
    interval: tuple[float, float] = (-2.0, 2.0),
) -> None:
    """Show a secant whose step the learner drags until it is the tangent.

    Parameters
    ----------
    numerical_gradient : function
        The learner's own, ``numerical_gradient(f, array, step)``.
    f : function, optional
        A function of one float; a cubic without it.
    name : str
        What ``f`` computes.
    interval : pair of float
        The range of its argument.
    """
    f = f or (lambda w: 0.5 * w**3 - w + 1)
    low, high = interval
    places = np.linspace(low, high, 200)
    values = np.array([float(f(place)) for place in places])
    room, widest = 0.08 * float(np.ptp(values)) or 1.0, (high - low) / 4

    def slope(at: float, step: float) -> float:
        found = numerical_gradient(lambda array: float(f(float(array[0]))), np.array([at]), step)
        return float(as_numbers(found, (1,), numerical_gradient)[0])

    def draw(at: float, step: float, pointer: Sequence[float] = ()) -> dict:
        if pointer:
            step = float(np.clip(abs(pointer[0] - at), 0.001, widest))
        secant, tangent = slope(at, step), slope(at, 1e-5)
        (left, right), ends = (float(f(at - step)), float(f(at + step))), np.array([low, high]) - at
        lines = [
            line(places, values, name),
            line(interval, float(f(at)) + tangent * ends, color="faint"),
            line(interval, (left + right) / 2 + secant * ends, "secant"),
        ]
        dots = [(at - step, left, "series-1", 7), (at + step, right, "series-1", 7), (at, float(f(at)), "text", 3)]
        handle = {"at": (at + step, right), "drag": True, "help": "Left and right arrow keys move its end."}
        said = f"Step {step:.3g}: the secant's slope is {secant:.5f}; with a step of 0.00001 it is {tangent:.5f}."
        axes = (("w", name), interval, (values.min() - room, values.max() + room))
        more = {"pointer": {"name": "end"} | handle, "said": said, "width": 480, "height": 300}
        panel = chart(f"{name} and a secant", *axes, lines, dots, **more)
        return {"panels": [panel], "said": said.replace("-", "−"), "values": {"step": step}}

    start = low + 0.7 * (high - low)
    controls = [
        slider("at", "w", low, high, start),
        slider("step", "step", -3.0, np.log10(widest), widest, exponent=True),
    ]
    note = "Drag an end of the secant towards the middle. The gray line is the tangent."
    stills = [{"step": step} for step in (widest, widest / 10)]
    Dial("labkit.drag_secant", "From the secant to the tangent", controls, draw, stills, note).show()


@takes_lists
def set_temperature(softmax: Callable, logits: np.ndarray | None = None, names: Sequence[str] | None = None) -> None:
    """Show how dividing logits by a temperature changes the predicted probabilities.

    Parameters
    ----------
    softmax : function
        The learner's own.
    logits : ndarray of shape (n,), optional
        Ten logits of a digit without it.
    names : sequence of str, optional
        Names of the classes.
    """
    logits = np.array([0.2, -1.5, 1.0, 4.1, -2.0, 1.8, -1.0, 0.5, 2.9, 1.2]) if logits is None else np.ravel(logits)
    names = list(names or map(str, range(len(logits))))

    def draw(temperature: float) -> dict:
        divided = logits / temperature
        probabilities = as_numbers(softmax(divided[None]), (1, len(divided)), softmax)[0]
        entropy = -float(np.sum(probabilities * np.log(np.maximum(probabilities, 1e-300))))
        best = int(probabilities.argmax())
        panels = [
            bars("logits / temperature", names, divided, high=float(np.abs(divided).max())),
            bars("predicted probabilities", names, probabilities, percent=True),
        ]
        said = f"Temperature {temperature:.2g}: {names[best]} has {probabilities[best]:.0%}; entropy {entropy:.2f}."
        return {"panels": panels, "said": said}

    controls = [slider("temperature", "temperature", -1.0, 1.5, 1.0, exponent=True)]
    stills = [{"temperature": value} for value in (0.3, 1.0, 5.0)]
    note = "The order of the classes never changes."
    Dial("labkit.set_temperature", "Temperature of softmax", controls, draw, stills, note).show()


@takes_lists
def scale_weights(signal_spread: Callable, width: int = 64, depth: int = 50, seed: int = 0) -> None:
    """Show signal and gradient through many layers while the learner scales the weights.

    Parameters
    ----------
    signal_spread : function
        The learner's own, ``signal_spread(x, weight_matrices, activation)``.
    width, depth : int
        Neurons per layer, and number of layers.
    seed : int
        Draws weights and inputs; the same for every scale.
    """
    rng = np.random.default_rng(seed)
    x, matrices = rng.normal(size=(32, width)), [rng.normal(size=(width, width)) for _ in range(depth)]
    activations = {"ReLU": given_relu, "tanh": np.tanh}

    def draw(scale: float, activation: str) -> dict:
        weights = [scale * matrix / np.sqrt(width) for matrix in matrices]
        signals = as_numbers(signal_spread(x, weights, activations[activation]), (depth + 1,), signal_spread)
        gradients = given_corrections(x, weights, activation)
        signal, gradient = (np.log10(np.clip(values, 1e-20, 1e20)) for values in (signals, gradients))
        layer = np.arange(depth + 1)
        lines = [line(layer, signal, "signal (standard deviation)"), line(layer[1:], gradient, "gradient (RMS)")]
        panel = chart("Magnitude, as a power of ten", ("layer", "log10"), (0, depth), (-20, 20), lines)
        said = (
            f"{activation}, weights with standard deviation {scale:.2f}/√fan_in: the signal has {signals[-1]:.1e} "
            f"at layer {depth}, the gradient {gradients[0]:.1e} at layer 1."
        )
        return {"panels": [panel], "said": said.replace("e-", "e−")}

    controls = [
        slider("scale", "standard deviation times √fan_in", 0.5, 3.0, 1.0, 125),
        choice("activation", "activation function", activations),
    ]
    stills = [{"scale": scale} for scale in (1.0, 2**0.5, 2.0)]
    note = "He is 1.41 (for ReLU), Xavier is 1.00 (for tanh, when fan_in equals fan_out)."
    Dial("labkit.scale_weights", f"Scale of the weights, {depth} layers", controls, draw, stills, note).show()


_TARGETS: dict[str, Callable] = {
    "wave": lambda x: np.sin(3 * x),
    "step": lambda x: np.where(x > 0, 1.0, -1.0),
    "hill": lambda x: 2 * np.exp(-4 * x**2) - 1,
}


@takes_lists
def bend_line(forward: Callable) -> None:
    """Show how a network with one hidden layer of ReLU neurons fits a curve with straight pieces.

    Parameters
    ----------
    forward : function
        The learner's own, ``forward(layers, x)``.
    """
    x = np.linspace(-2, 2, 241)[:, None]

    def fitted(neurons: int, target: np.ndarray) -> Layers:
        """Return layers: bends at even distances, and the output weights that fit best."""
        bends = np.linspace(-2, 2, neurons, endpoint=False)
        columns = np.column_stack([given_relu(x - bends), np.ones(len(x))])
        best, *_ = np.linalg.lstsq(columns, target, rcond=None)
        return [(np.ones((1, neurons)), -bends), (best[:-1, None], best[-1:])]

    def draw(neurons: float, target: str) -> dict:
        wanted = _TARGETS[target](x)[:, 0]
        layers = fitted(int(neurons), wanted)
        logits, activations = run_forward(forward, layers, x)
        fit, added = logits[:, 0], activations[1] * layers[1][0].T
        lines = [line(x[:, 0], wanted, "the curve"), line(x[:, 0], fit, "output of the network")]
        lines += [line(x[:, 0], np.clip(column, -4, 4), color="faint") for column in added.T]
        panel = chart("A curve and its fit", ("input", "output"), (-2, 2), (-2, 2), lines)
        error = float(np.mean((fit - wanted) ** 2))
        said = f"Hidden neurons and so bends at most: {int(neurons)}. Mean squared error: {error:.4f}."
        return {"panels": [panel], "said": said}

    controls = [slider("neurons", "hidden neurons", 1, 25, 4, 24), choice("target", "curve", _TARGETS)]
    stills = [{"neurons": count} for count in (2, 5, 15)]
    note = "Gray: what each hidden neuron adds. Each one bends the sum in one place."
    Dial("labkit.bend_line", "ReLU bends fit a curve", controls, draw, stills, note).show()
