"""Dials for trained networks: a mixture of two, an adapter on or off, and the next letters of a model of names."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..figures.panels import bars, chart, images, line, series
from ..figures.style import limit_of
from ..results import Layers, accuracies, as_layers, as_numbers
from .tool import Dial, choice, control, shown, slider

Sets = Mapping[str, tuple[np.ndarray, np.ndarray]]


@shown
def mix_weights(interpolate_layers: Callable, forward: Callable, layers: Layers, tuned: Layers, sets: Sets) -> Dial:
    """Show the networks between two others, and how well each of them reads several test sets.

    Parameters
    ----------
    interpolate_layers, forward : function
        The learner's own, ``interpolate_layers(layers, tuned, share)`` and ``forward(layers, x)``.
    layers, tuned : sequence of (weights, bias)
        Before and after fine-tuning; their inputs are the pixels of square images.
    sets : mapping of str to (images, labels)
        Test sets, such as ``{"old task": ..., "new task": ...}``.
    """
    shares = np.linspace(0, 1, 21)
    limit = max(limit_of(np.asarray(weights)[:, :4]) for (weights, _), *_ in (layers, tuned))  # one scale all the way

    def measured(share: float) -> tuple[Layers, dict[str, float]]:
        mixed = as_layers(interpolate_layers(layers, tuned, share), layers, interpolate_layers)
        return mixed, accuracies(forward, mixed, sets)

    table = [measured(share)[1] for share in shares]

    def draw(share: float) -> dict:
        ((weights, _), *_), now = measured(share)
        lines = [line(shares, [row[name] for row in table], name) for name in sets]
        dots = [(share, one, look["color"], 6) for one, look in zip(now.values(), series(sets), strict=True)]
        axes = ("fraction of the way", 0, 1), ("accuracy", 0, 1)
        curves = chart("Accuracy", *axes, lines, dots, percent=True)
        panels = [curves, images("Weights into four neurons", weights.T[:4], limit=limit)]
        return {"panels": panels, "said": f"{share:.0%} of the way to the tuned weights. {_in_words(now)}"}

    controls = [slider("share", "fraction of the way", 0.0, 1.0, 0.5, stills=(0.0, 0.5, 1.0))]
    return Dial("Between two networks", draw, controls)


def _in_words(measured: Mapping[str, float]) -> str:
    return "Accuracy: " + ", ".join(f"{name} {one:.1%}" for name, one in measured.items()) + "."


@shown
def switch_adapter(
    lora_merge: Callable, forward: Callable, layers: Layers, adapters: Mapping[int, Sequence], sets: Sets
) -> Dial:
    """Show a network with a LoRA adapter that the learner turns on, off, up and down.

    Parameters
    ----------
    lora_merge, forward : function
        The learner's own, ``lora_merge(weights, adapter, alpha)`` and ``forward(layers, x)``.
    layers : sequence of (weights, bias)
        The frozen network; its inputs are the pixels of square images.
    adapters : mapping of int to list of (down, up)
        For each rank, one trained adapter per layer.
    sets : mapping of str to (images, labels)
        Test sets.
    """
    frozen = layers[0][0]
    neurons = np.linspace(0, frozen.shape[1] - 1, 3).astype(int)
    limit = float(np.abs(frozen[:, neurons]).max())

    def draw(rank: str, alpha: float, adapter: bool) -> dict:
        factor, merged = alpha * int(rank), layers
        if adapter:
            pairs = zip(layers, adapters[int(rank)], strict=True)
            sums = [(lora_merge(weights, pair, factor), bias) for (weights, bias), pair in pairs]
            merged = as_layers(sums, layers, lora_merge)
        found = accuracies(forward, merged, sets)
        total = np.asarray(merged[0][0])
        matrices = {"Frozen weights": frozen, "Adapter's change": total - frozen, "Sum": total}
        panels = [bars("Accuracy", list(found), list(found.values()), percent=True, marked=-1)]
        for title, weights in matrices.items():
            panels.append(images(title, weights.T[neurons], neurons.tolist(), limit, width=62, beside=True))
        state = f"rank {rank}, alpha {factor:.3g}" if adapter else "off"
        said = f"Adapter {state}. {_in_words(found)}"
        return {"panels": panels, "said": said}

    ranks = [str(rank) for rank in adapters]
    controls = [
        choice("rank", "rank", ranks, ranks[-1]),
        slider("alpha", "alpha / rank", 0.0, 4.0, 2.0, 80),
        control("switch", "adapter", "adapter on", value=True, stills=(False, True)),
    ]
    return Dial("A LoRA adapter", draw, controls, "With the adapter off, the network is as it was, bit for bit.")


@shown
def type_name(next_letter: Callable[[str], np.ndarray]) -> Dial:
    """Show which letter a model of names expects after what the learner types.

    Parameters
    ----------
    next_letter : function
        ``next_letter(text)`` returns 27 predicted probabilities: of the end of the name, and of the letters a to z.
    """
    names = [*string.ascii_lowercase, "end"]

    def draw(typed: str) -> dict:
        typed = "".join(letter for letter in typed.lower() if letter in names)
        probabilities = np.roll(as_numbers(next_letter(typed), (len(names),), next_letter), -1)
        where = f"after “{typed}”" if typed else "at the start"
        panel = bars(f"Predicted probability of each letter {where}", names, probabilities, percent=True)
        return {"panels": [panel], "said": f"{where[0].upper()}{where[1:]}: {panel['said']}."}

    return Dial("Type a name", draw, [control("text", "typed", "name", value="ma", stills=("", "ma", "mari"))])
