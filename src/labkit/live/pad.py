"""A pad to draw digits on: the learner's own network reads them while they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import data
from ..arrays import takes_lists
from ..drawings import RECIPES, Drawings, to_image
from .panels import bars, choice, control, images
from .tool import Layers, Tool


class Pad(Tool):
    """Reads drawings with the learner's function, ``weighted_sums`` for a weight matrix or ``forward`` for layers."""

    title = "Draw a digit"
    makes = "labkit.draw_digit"

    def __init__(
        self,
        read: Callable,
        network: np.ndarray | Layers,
        softmax: Callable | None = None,
        train: Callable | None = None,
    ) -> None:
        self._read, self._network, self._softmax, self._train = read, network, softmax, train
        self._begun, self._one_layer = network, isinstance(network, np.ndarray)
        pixels = len(network if self._one_layer else network[0][0])
        sides = {side * side: side for side in RECIPES}
        if pixels not in sides:
            raise ValueError(f"A drawing becomes an image of 64 or 196 pixels; this network has {pixels} inputs.")
        self.side, self._strokes = sides[pixels], []
        self.drawings = Drawings(self.side)
        self.controls = [
            choice("digit", "I drew a", map(str, range(10))),
            control("button", "keep", "Keep for training"),
            control("button", "again", "Train with my drawings"),
            control("button", "forget", "Forget them"),
        ]

    def logits_and_weights(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the logits of one image, and weights of shape (pixels, 10) that give them, except for the biases."""
        if self._one_layer:
            return np.asarray(self._read(image[None], self._network))[0], self._network
        logits, activations = self._read(self._network, image[None])
        return np.asarray(logits)[0], effective_weights(self._network, activations)

    def draw(self, question: dict, sent: bytes, digit: str, **_: Any) -> dict:
        """Return the network's reading of what is drawn, and the votes of its pixels."""
        event, said = question.get("event"), ""
        if event == "draw":
            ends = np.cumsum(question["lengths"], dtype=int)
            self._strokes = np.split(np.frombuffer(sent, np.float32).reshape(-1, 2), ends[:-1]) if len(ends) else []
        elif event == "keep" and self._strokes:
            self.drawings.keep(self._strokes, int(digit))
        elif event == "again":
            said = self._train_again() + " "
        elif event == "forget":
            self.drawings.forget()
            self._network = self._begun
        image = to_image(self._strokes, self.side)
        logits, weights = self.logits_and_weights(image)
        values = logits if self._softmax is None else np.asarray(self._softmax(logits[None]))[0]
        winner, kept = int(values.argmax()), len(self.drawings.labels)
        fractions = self._softmax is not None
        title, high = "Predicted probabilities", 1.0
        if not fractions:
            title, high = "Weighted sums", float(np.abs(values).max()) or 1.0
        caption = f"for {winner} (blue) and against it (orange)" if self._strokes else "nothing drawn yet"
        said += self._in_words(values, fractions) if self._strokes else "Draw a digit from 0 to 9."
        marked = winner if self._strokes else -1
        panels = [
            {"kind": "pad", "title": "Your digit"},
            bars(title, [str(k) for k in range(10)], values, high, percent=fractions, marked=marked),
            images("The network sees", {"": image}, 1.0, scale="paper", width=112, beside=True),
            images("Votes of the pixels", {caption: image * weights[:, winner]}, width=112, beside=True),
        ]
        buttons = {"forget": bool(kept), "again": bool(kept and self._train)}
        return {"panels": panels, "said": f"{said} {kept} kept." if kept else said, "values": buttons}

    @staticmethod
    def _in_words(values: np.ndarray, fractions: bool) -> str:
        best = np.argsort(-values, kind="stable")[:2]
        first, second = (f"{k} with {values[k]:.0%}" if fractions else f"{k} with {values[k]:.1f}" for k in best)
        return f"Read as {first}; next is {second}."

    def _train_again(self) -> str:
        """Train the network for ten epochs on its data and the kept drawings; return what that changed."""
        digits = data.digits8() if self.side == 8 else data.digits14()
        tests = {"your drawings": (self.drawings.images, self.drawings.labels), "the test images": digits[2:]}

        def measured() -> list[float]:
            read = (np.asarray(self._read(self._network, images)[0]).argmax(axis=1) for images, _ in tests.values())
            return [float(np.mean(found == labels)) for found, (_, labels) in zip(read, tests.values(), strict=True)]

        before = measured()
        settings = {"epochs": 10, "batch_size": 32, "learning_rate": 0.1, "rng": np.random.default_rng(1)}
        self._network, _ = self._train(self._network, *self.drawings.added_to(*digits[:2]), **settings)
        pairs = zip(tests, before, measured(), strict=True)
        changes = [f"{after:.0%} of {name}, {old:.0%} before" for name, old, after in pairs]
        return f"After 10 epochs with your drawings it reads {'; '.join(changes)}."

    def still_rows(self) -> tuple[list[list[dict]], str]:
        """Return one test image of each digit, and the votes of its pixels."""
        digits = data.digits8() if self.side == 8 else data.digits14()
        shown = {str(digit): digits.test_images[digits.test_labels == digit][0] for digit in range(10)}
        read = [self.logits_and_weights(image) for image in shown.values()]
        winners = [int(logits.argmax()) for logits, _ in read]
        votes = {name: shown[name] * weights[:, k] for name, (_, weights), k in zip(shown, read, winners, strict=True)}
        names = [f"read as {k}" for k in winners]
        rows = [
            [images("A test image of each digit", shown, 1.0, scale="paper")],
            [images("Pixels that vote for what is read (blue) and against it (orange)", votes, names=names)],
        ]
        right = sum(int(name) == k for name, k in zip(shown, winners, strict=True))
        return rows, (
            "One test image for each digit from 0 to 9, and below it the pixels that voted for and against what the "
            f"network reads; {right} of 10 are read correctly. In a running notebook you can draw digits here."
        )


def effective_weights(layers: Layers, activations: Sequence[np.ndarray]) -> np.ndarray:
    """Return the one weight matrix, of shape (pixels, n_classes), that does what a ReLU network does with one input.

    For one input each hidden neuron is either active, then ReLU changes nothing, or inactive, then it adds nothing. So
    the product of the matrices, without the inactive neurons, gives the logits, except for the biases.
    ``activations`` are the layer inputs, from the learner's ``forward``, each of shape (1, fan_in).
    """
    product = np.asarray(layers[0][0], dtype=float)
    for (weights, _), entered in zip(layers[1:], activations[1:], strict=True):
        product = product * (np.asarray(entered)[0] > 0) @ weights
    return product


@takes_lists
def draw_digit(
    read: Callable, network: np.ndarray | Layers, softmax: Callable | None = None, train: Callable | None = None
) -> Drawings:
    """Show a pad to draw digits on, which the learner's network reads while they are drawn.

    Parameters
    ----------
    read : function
        The learner's own: ``weighted_sums`` for a weight matrix, ``forward`` for layers.
    network : ndarray of shape (pixels, 10), or sequence of (weights, bias)
        A network with 64 or 196 inputs.
    softmax : function, optional
        The learner's own; with it the bars are predicted probabilities, without it they are weighted sums.
    train : function, optional
        The learner's own; with it the network can be trained again with the kept drawings.

    Returns
    -------
    Drawings
        What the learner keeps for training.
    """
    pad = Pad(read, network, softmax, train)
    pad.show()
    return pad.drawings
