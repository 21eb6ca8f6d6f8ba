"""Plays trainings while they run and afterwards: every frame shows the weights that ``train`` had reached by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from ..display import interactive
from ..figures.panels import history, images
from ..figures.style import limit_of
from ..lockstep import EXAMPLES, Frame, Trainings
from ..results import Layers
from .tool import Tool, choice, control, shown, slider

_NEURONS = 16
"""The largest number of neurons of a layer that are drawn; the others are trained all the same."""
_MESSAGES = 40
"""The largest number of times that the browser gets new frames during one training."""


@dataclass(eq=False)
class Player(Tool):
    """Train networks with the learner's function, and show a player of their weights while they learn.

    Parameters
    ----------
    train : function
        The learner's own, or `labkit.lent.given_training.given_train`.
    starts : mapping of str to list of (weights, bias)
        Networks of the same shapes to begin with; any two of them are shown together.
    x : ndarray of shape (n, fan_in)
        Training images; each network sees them in the same order.
    y : ndarray of int, shape (n,)
        Their labels.
    test : pair of ndarray, optional
        Images and labels for the accuracy; by default the training set.
    epochs, batch_size : int
        Number of epochs, or of steps, and examples per step.
    learning_rate : float
        The learning rate for ``train``.
    by : str
        ``"epoch"`` or ``"step"``: what one frame shows.
    """

    train: Callable
    starts: Mapping[str, Layers]
    x: np.ndarray
    y: np.ndarray
    _: KW_ONLY
    test: tuple[np.ndarray, np.ndarray] | None = None
    epochs: int = 30
    batch_size: int = 32
    learning_rate: float = 0.1
    by: str = "epoch"
    title = "Watch weights take shape"
    note = "Blue is positive, and orange is negative. Each image holds the weights into one neuron."
    when_live = (
        "A dashed line is negative as well. A darkened image, or a grey circle, marks a neuron that is inactive for "
        "all images tried."
    )

    def __post_init__(self) -> None:
        if self.by not in ("epoch", "step"):
            raise ValueError(f'by must be "epoch" or "step", not {self.by!r}')
        self._trainings = Trainings(self.starts, (self.x, self.y), self.test or (self.x, self.y))
        self.frames = self._trainings.frames
        names = list(self.starts)
        places = zip(("first", "second"), names, strict=False) if len(names) > 1 else ()
        self.controls = [
            *(choice(place, f"{place} start", names, name) for place, name in places),
            control("button", "play", "Play", pause=200),
            control("button", "back", "Back"),
            control("button", "step", "Step"),
            slider("frame", self.by, 0, self.epochs, 0, max(self.epochs, 1)),
            choice("speed", "frames per second", ("1", "2", "5", "10", "20"), "5"),
        ]

    def run(self) -> Iterator[None]:
        """Train all networks in lockstep, one frame after the other."""
        rate = self.learning_rate
        return self._trainings.run(self.train, self.epochs, self.batch_size, by=self.by, learning_rate=rate)

    def _charts(self) -> list[dict]:
        """Return loss and accuracy of all trainings."""
        losses = {name: [frame.loss for frame in frames] for name, frames in self.frames.items()}
        accuracies = {name: [frame.accuracy for frame in frames] for name, frames in self.frames.items()}
        steps, size = (self.by, 0, max(self.epochs, 1)), {"width": 330, "height": 170}
        return [
            history(f"loss by {self.by}", steps, "loss", losses, 0.1, 5, **size),
            history(f"accuracy by {self.by}", steps, "accuracy", accuracies, 1, 1, percent=True, **size),
        ]

    def _in_words(self, name: str, frame: Frame) -> str:
        dead = sum(int(np.sum(counts == 0)) for counts in frame.active)
        tried = min(EXAMPLES, len(self.x))
        images_tried = f"all {tried} images tried" if tried > 1 else "the image tried"
        inactive = f", neurons inactive for {images_tried}: {dead}" if dead else ""
        accuracy = "test accuracy" if self.test else "accuracy"
        return f"{name}: loss {frame.loss:.2f}, {accuracy} {frame.accuracy:.0%}{inactive}."

    def draw(self, question: dict, **_: Any) -> dict:
        """Return all frames so far; the browser plays them without asking again."""
        every = [frame for frames in self.frames.values() for frame in frames]
        limits = [limit_of(layer) for layer in zip(*map(_matrices, every), strict=True)]
        played = {name: [self._network(name, one, limits) for one in frames] for name, frames in self.frames.items()}
        going = len(every) <= self.epochs * len(self.frames)
        return {"frames": played, "charts": self._charts(), "unit": self.by, "going": going}

    def _network(self, name: str, frame: Frame, limits: list[float]) -> dict:
        """Return a network as the browser draws it; its weights, from -127 to 127, are on one scale in all frames."""
        shares = [weights / limit for weights, limit in zip(_matrices(frame), limits, strict=True)]
        weights = [np.round(127 * np.nan_to_num(share).clip(-1, 1)).astype(np.int8) for share in shares]
        active = [(counts[:_NEURONS] > 0).tolist() for counts in frame.active]
        side = {64: 8, 196: 14}.get(self.x.shape[1], 0)
        panel = {"kind": "network", "title": name, "said": self._in_words(name, frame), "side": side}
        return panel | {"weights": weights, "active": active}

    def still_rows(self) -> tuple[list[list[dict]], str]:
        """Return the first network's weights at three moments, and the losses of all of them."""
        name, frames = next(iter(self.frames.items()))
        moments, rows, alike = sorted({0, (len(frames) - 1) // 2, len(frames) - 1}), [], ""
        if self.x.shape[1] in (64, 196):
            weights = [_matrices(frames[moment])[0].T[:10] for moment in moments]
            limit = max(map(limit_of, weights))  # one scale, as in the player
            for moment, one in zip(moments, weights, strict=True):
                rows.append([images(f"{name}, {self.by} {moment}", one, limit=limit)])
            first, last = weights[0].ravel(), weights[-1].ravel()
            if np.ptp(first) > 0 and np.ptp(last) > 0 and len(moments) > 1:
                agreement = np.corrcoef(first, last)[0, 1]
                alike = f"The last of these weights have a correlation of {agreement:.2f} with the first. "
        ends = " ".join(self._in_words(start, every[-1]) for start, every in self.frames.items())
        when = f"at {len(rows)} moments" if len(rows) > 1 else "at the start"
        drawn = f"Weights into the first neurons of “{name}” {when}, and the" if rows else "The"
        said = f"{drawn} loss of each network by {self.by}. {alike}At the end: {ends}"
        return [*rows, self._charts()[:1]], said

    def show(self) -> None:
        """Show the player, then train; if nobody can play, train and show a still figure."""
        if not interactive():
            list(self.run())
        handle = super().show()
        if self.widget:
            every = -(-self.epochs // _MESSAGES)
            for frame, _ in enumerate(self.run(), 1):
                if frame % every == 0 or frame == self.epochs:
                    self.widget.tell(self.answer({}))
            # its still figure now shows the result of the training
            handle.update(self.widget.view() | self.still(), raw=True)


def _matrices(frame: Frame) -> list[np.ndarray]:
    """Return the part of each weight matrix that is drawn."""
    return [np.asarray(weights)[: _NEURONS if k else None, :_NEURONS] for k, (weights, _) in enumerate(frame.layers)]


watch_training = shown(Player, "watch_training")
