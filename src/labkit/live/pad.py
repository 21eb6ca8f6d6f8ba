"""A pad to draw digits on: the learner's own network reads them while they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .. import data
from ..drawings import RECIPES, Drawings, to_image
from ..figures.panels import bars, images
from ..results import Layers, accuracy, as_numbers, effective_weights, run_forward, run_train
from .tool import Tool, choice, control, shown


@dataclass(eq=False)
class Pad(Tool):
    """Show a pad to draw digits on, which the learner's network reads while they are drawn.

    The drawings that the learner keeps for training are returned.

    Parameters
    ----------
    read : function
        The learner's own: ``weighted_sums`` for a weight matrix, ``forward`` for layers.
    network : ndarray of shape (pixels, 10), or sequence of (weights, bias)
        A network with 64 or 196 inputs.
    softmax, train : function, optional
        The learner's own. Without ``softmax`` the bars are weighted sums, with it they are predicted probabilities.
        With ``train`` the network can be trained again with the kept drawings.
    """

    read: Callable
    network: np.ndarray | Layers
    softmax: Callable | None = None
    train: Callable | None = None
    title = "Draw a digit"
    controls = (
        choice("digit", "I drew a", map(str, range(10))),
        control("button", "keep", "Keep for training"),
        control("button", "again", "Train with my drawings"),
        control("button", "forget", "Forget them"),
    )

    def __post_init__(self) -> None:
        pixels = len(self.network if isinstance(self.network, np.ndarray) else self.network[0][0])
        sides = {side * side: side for side in RECIPES}
        if pixels not in sides:
            raise ValueError(f"A drawing becomes an image of 64 or 196 pixels; this network has {pixels} inputs.")
        self.side, self._strokes, self._begun = sides[pixels], [], self.network
        self.drawings = Drawings(self.side)

    def logits_and_weights(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the logits of one image, and weights of shape (pixels, 10) that give them, except for the biases."""
        if isinstance(self.network, np.ndarray):
            sums = as_numbers(self.read(image[None], self.network), (1, self.network.shape[1]), self.read)
            return sums[0], self.network
        logits, activations = run_forward(self.read, self.network, image[None])
        return logits[0], effective_weights(self.network, activations)

    def draw(self, question: dict, digit: str, **_: bool) -> dict:
        """Return the network's reading of what is drawn, and the votes of its pixels."""
        event, said = question.get("event"), ""
        if event == "draw":
            self._strokes = question["strokes"]
        elif event == "keep" and self._strokes:
            self.drawings.keep(self._strokes, int(digit))
        elif event == "again":
            said = self._train_again()
        elif event == "forget":
            self.drawings.forget()
            self.network = self._begun
        image = to_image(self._strokes, self.side)
        values, weights = self.logits_and_weights(image)
        title, unit, high = "Weighted sums", ".1f", float(np.abs(values).max()) or 1.0
        if self.softmax:
            title, unit, high = "Predicted probabilities", ".0%", 1.0
            values = as_numbers(self.softmax(values[None]), (1, len(values)), self.softmax)[0]
        kept, (winner, second) = len(self.drawings.labels), np.argsort(-values, kind="stable")[:2]
        marked, caption, reading = -1, "nothing drawn yet", "Draw a digit from 0 to 9."
        if self._strokes:
            marked, caption = int(winner), f"for {winner} (blue) and against it (orange)"
            reading = f"Read as {winner} with {values[winner]:{unit}}; next is {second} with {values[second]:{unit}}."
        panels = [
            {"kind": "pad", "title": "Your digit", "strokes": self._strokes},
            bars(title, list(map(str, range(10))), values, high, percent=bool(self.softmax), marked=marked),
            images("The network sees", [image], [""], 1.0, scale="paper", width=112, beside=True),
            images("Votes of the pixels", [image * weights[:, winner]], [caption], width=112, beside=True),
        ]
        said = " ".join(filter(None, (said, reading, f"{kept} kept." if kept else "")))
        return {"panels": panels, "said": said, "values": {"forget": bool(kept), "again": bool(kept and self.train)}}

    def _train_again(self) -> str:
        """Train the network for ten epochs on its data and the kept drawings; return what that changed."""
        train_images, train_labels, *test = data.digits_of(self.side)
        tests = {"your drawings": (self.drawings.images, self.drawings.labels), "the test images": test}
        before = [accuracy(self.read, self.network, *examples) for examples in tests.values()]
        examples = self.drawings.added_to(train_images, train_labels)
        settings = {"epochs": 10, "batch_size": 32, "learning_rate": 0.1, "rng": np.random.default_rng(1)}
        self.network, _ = run_train(self.train, self.network, *examples, **settings)
        changes = [
            f"{accuracy(self.read, self.network, *examples):.0%} of {name}, {old:.0%} before"
            for (name, examples), old in zip(tests.items(), before, strict=True)
        ]
        return f"After 10 epochs with your drawings it reads {'; '.join(changes)}."

    def still_rows(self) -> tuple[list[list[dict]], str]:
        """Return one test image of each digit, and the votes of its pixels."""
        _, _, test_images, labels = data.digits_of(self.side)
        shown_images = [test_images[labels == digit][0] for digit in range(10)]
        logits, weights = zip(*map(self.logits_and_weights, shown_images), strict=True)
        winners = np.argmax(logits, axis=1)
        votes = [image * each[:, k] for image, each, k in zip(shown_images, weights, winners, strict=True)]
        captions = [f"read as {k}" for k in winners]
        rows = [
            [images("A test image of each digit", shown_images, limit=1.0, scale="paper")],
            [images("Pixels that vote for what is read (blue) and against it (orange)", votes, captions)],
        ]
        return rows, (
            "One test image for each digit from 0 to 9, and below it the pixels that voted for and against what the "
            f"network reads; {np.sum(winners == range(10))} of 10 are read correctly. In a running notebook you can "
            "draw digits here."
        )


draw_digit = shown(Pad, "draw_digit")
