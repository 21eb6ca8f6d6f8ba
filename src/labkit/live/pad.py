"""A pad to draw digits on: the learner's own network reads them while they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .. import data
from ..drawings import RECIPES, Drawings, to_image
from ..figures.panels import bars, images
from ..results import Layers, accuracies, as_numbers, logits_and_weights, run_train
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
    when_live = (
        "Before the network sees your drawing, the pad centres and scales it, as the makers of the data set did, and "
        "removes part of its slant. So it hardly matters where or how large you draw."
    )
    controls = (
        choice("digit", "I drew a", map(str, range(10))),
        control("button", "keep", "Keep for training"),
        control("button", "again", "Train with my drawings"),
        control("button", "forget", "Forget my drawings"),
    )

    def __post_init__(self) -> None:
        pixels = len(self.network if isinstance(self.network, np.ndarray) else self.network[0][0])
        sides = {side * side: side for side in RECIPES}
        if pixels not in sides:
            raise ValueError(f"A drawing becomes an image of 64 or 196 pixels; this network has {pixels} inputs.")
        self.side, self._strokes, self._begun = sides[pixels], [], self.network
        self.drawings = Drawings(self.side)
        if isinstance(self.network, np.ndarray):  # a template is computed from its images, never trained
            self.controls = ()

    def draw(self, question: dict, digit: str = "0", **_: bool) -> dict:
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
        values, weights = logits_and_weights(self.read, self.network, image)
        title, unit = "Weighted sums", "z.1f"
        if self.softmax:
            title, unit = "Predicted probabilities", ".0%"
            values = as_numbers(self.softmax(values[None]), (1, len(values)), self.softmax)[0]
        kept, (winner, second) = len(self.drawings.labels), np.argsort(-values, kind="stable")[:2]
        marked, caption, reading = -1, "nothing drawn yet", "Draw a digit from 0 to 9."
        if self._strokes:
            marked, caption = int(winner), f"raise output {winner} (blue) or lower it (orange)"
            best, other = float(values[winner]), float(values[second])
            reading = f"Read as {winner} with {best:{unit}}; next is {second} with {other:{unit}}."
        panels = [
            {"kind": "pad", "title": "Your digit", "strokes": self._strokes},
            bars(title, list(map(str, range(10))), values, percent=bool(self.softmax), marked=marked),
            images("The network sees", [image], [""], 1.0, scale="paper", width=112, beside=True),
            images("Votes of the pixels", [image * weights[:, winner]], [caption], width=112, beside=True),
        ]
        said = " ".join(filter(None, (said, reading, f"{kept} kept." if kept and self.controls else "")))
        shown_buttons = {"forget": bool(kept), "again": bool(kept and self.train)} if self.controls else {}
        return {"panels": panels, "said": said, "values": shown_buttons}

    def _train_again(self) -> str:
        """Train the network for ten epochs on its data and the kept drawings; return what that changed."""
        images, labels, *test = data.digits_of(self.side)
        name = f"digits{self.side}"
        tests = {"your drawings": (self.drawings.images, self.drawings.labels), f"the test images of {name}": test}
        before, examples = accuracies(self.read, self.network, tests), self.drawings.added_to(images, labels)
        settings = {"epochs": 10, "batch_size": 32, "learning_rate": 0.1, "rng": np.random.default_rng(1)}
        self.network, _ = run_train(self.train, self.network, *examples, **settings)
        after = accuracies(self.read, self.network, tests)
        changes = [f"{after[what]:.0%} of {what}, {before[what]:.0%} before" for what in tests]
        return f"After 10 epochs on {name} and your drawings the network reads {'; '.join(changes)}."

    def still_rows(self) -> tuple[list[list[dict]], str]:
        """Return one test image of each digit, and the votes of its pixels."""
        _, _, test_images, labels = data.digits_of(self.side)
        shown_images = [test_images[labels == digit][0] for digit in range(10)]
        read = [logits_and_weights(self.read, self.network, image) for image in shown_images]
        logits, weights = zip(*read, strict=True)
        winners = np.argmax(logits, axis=1)
        votes = [image * each[:, k] for image, each, k in zip(shown_images, weights, winners, strict=True)]
        captions = [f"read as {k}" for k in winners]
        result = "logit" if self.softmax else "sum"
        rows = [
            [images("A test image of each digit", shown_images, limit=1.0, scale="paper")],
            [images(f"Pixels that raise the answer's {result} (blue) and that lower it (orange)", votes, captions)],
        ]
        return rows, (
            f"One test image for each digit from 0 to 9, and below it the pixels that raise and lower the {result} of "
            f"the network's answer; {np.sum(winners == range(10))} of 10 are read correctly. "
            "In a running notebook you can draw digits here."
        )


draw_digit = shown(Pad, "draw_digit")
