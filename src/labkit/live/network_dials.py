"""Dials for trained networks: between two of them, with an adapter on or off, and what a model of names expects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..arrays import takes_lists
from .dial import Dial, bars, choice, curves, images, line, slider, switch, text

Layers = Sequence[tuple[np.ndarray, np.ndarray]]
Sets = Mapping[str, tuple[np.ndarray, np.ndarray]]


@takes_lists
def mix_weights(
    interpolate_layers: Callable, forward: Callable, layers: Layers, tuned: Layers, sets: Sets, columns: int = 14
) -> None:
    """Show networks between two, and how well each of them reads several test sets.

    Parameters
    ----------
    interpolate_layers : function
        The learner's own, ``interpolate_layers(layers, tuned, share)``.
    forward : function
        The learner's own.
    layers, tuned : sequence of (weights, bias)
        Before and after fine-tuning.
    sets : mapping of str to (images, labels)
        Test sets, such as ``{"old task": ..., "new task": ...}``.
    columns : int
        Pixels along a side of an image.
    """
    shares = np.linspace(0, 1, 21)

    def accuracies(share: float) -> list[float]:
        mixed = interpolate_layers(layers, tuned, share)
        return [_accuracy(forward, mixed, *examples) for examples in sets.values()]

    table = np.array([accuracies(share) for share in shares])

    def draw(share: float) -> dict:
        now = accuracies(share)
        mixed = np.asarray(interpolate_layers(layers, tuned, share)[0][0])
        lines = [line(shares, table[:, k], name) for k, name in enumerate(sets)]
        axes, dots = ("fraction of the tuned weights", "accuracy"), [(share, one) for one in now]
        neurons = {str(k): mixed[:, k] for k in range(4)}
        panels = [
            curves("Accuracy", axes, (0, 1), (0, 1), *lines, dots=dots),
            images("Weights into four neurons", neurons, columns),
        ]
        said = "; ".join(f"{name}: {one:.1%}" for name, one in zip(sets, now, strict=True))
        return {"panels": panels, "said": f"{share:.0%} of the way to the tuned weights. {said}."}

    controls = [slider("share", "fraction of the tuned weights", 0.0, 1.0, 0.5)]
    Dial("Between two networks", controls, draw, [{"share": 0.0}, {"share": 0.5}, {"share": 1.0}]).show()


@takes_lists
def switch_adapter(
    lora_merge: Callable, forward: Callable, layers: Layers, adapters: Mapping[int, Sequence], sets: Sets
) -> None:
    """Show a network with a LoRA adapter that the learner turns on, off, up and down.

    Parameters
    ----------
    lora_merge : function
        The learner's own, ``lora_merge(weights, adapter, alpha)``.
    forward : function
        The learner's own.
    layers : sequence of (weights, bias)
        The frozen network.
    adapters : mapping of int to list of (down, up)
        For each rank, one trained adapter per layer.
    sets : mapping of str to (images, labels)
        Test sets.
    """
    side = int(np.sqrt(len(layers[0][0])))
    shown = np.linspace(0, layers[0][0].shape[1] - 1, 3).astype(int)

    def draw(rank: str, alpha: float, adapter: bool) -> dict:
        chosen = adapters[int(rank)]
        factor = alpha * int(rank)
        merged = layers
        if adapter:
            merged = [
                (lora_merge(weights, pair, factor), bias) for (weights, bias), pair in zip(layers, chosen, strict=True)
            ]
        found = np.array([_accuracy(forward, merged, *examples) for examples in sets.values()])
        change = np.asarray(merged[0][0]) - layers[0][0]
        panels = [bars("Accuracy", list(sets), found, percent=True)]
        for title, weights in (
            ("Frozen weights", layers[0][0]),
            ("Change by the adapter", change),
            ("Sum", merged[0][0]),
        ):
            panels.append(
                images(
                    title,
                    {str(k): np.asarray(weights)[:, k] for k in shown},
                    side,
                    float(np.abs(layers[0][0][:, shown]).max()),
                )
            )
        state = f"rank {rank}, alpha {factor:.3g}" if adapter else "off"
        said = "; ".join(f"{name}: {one:.1%}" for name, one in zip(sets, found, strict=True))
        stored = sum(down.size + up.size for down, up in chosen)
        return {"panels": panels, "said": f"Adapter {state}. {said}. The adapter has {stored:,} parameters."}

    ranks = [str(rank) for rank in adapters]
    controls = [
        choice("rank", "rank", ranks, ranks[-1]),
        slider("alpha", "alpha / rank", 0.0, 4.0, 2.0, steps=80),
        switch("adapter", "adapter on"),
    ]
    stills = [{"adapter": False}, {"adapter": True}]
    Dial("A LoRA adapter", controls, draw, stills, "Off, the network is what it was, bit for bit.").show()


@takes_lists
def type_name(next_letter: Callable[[str], np.ndarray], letters: str = ".abcdefghijklmnopqrstuvwxyz") -> None:
    """Show which letter a model of names expects after what the learner types.

    Parameters
    ----------
    next_letter : function
        ``next_letter(text)`` returns one predicted probability per letter.
    letters : str
        What the probabilities belong to; the first one ends a name.
    """
    names = ["end", *letters[1:]]

    def draw(typed: str) -> dict:
        typed = "".join(letter for letter in typed.lower() if letter in letters[1:])
        probabilities = np.ravel(next_letter(typed))
        best = np.argsort(-probabilities)[:3]
        said = ", ".join(f"{names[k]} {probabilities[k]:.0%}" for k in best)
        high = max(float(probabilities.max()), 0.2)
        panel = bars("Predicted probability of the next letter", names, probabilities, percent=True, high=high)
        return {"panels": [panel], "said": f"After “{typed}”: {said}."}

    stills = [{"typed": ""}, {"typed": "ma"}, {"typed": "mari"}]
    Dial("Type a name", [text("typed", "name", "ma")], draw, stills).show()


def _accuracy(forward: Callable, layers: Layers, images: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(np.asarray(forward(layers, images)[0]).argmax(axis=1) == labels))
