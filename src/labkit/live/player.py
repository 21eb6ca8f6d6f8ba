"""Plays trainings while they go on and afterwards: every frame shows the weights that ``train`` had reached by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from ..display import interactive
from ..figures.style import limit_of
from ..lockstep import EXAMPLES, Frame, Trainings
from ..results import Layers
from .panels import chart, choice, control, images, line, slider
from .tool import Tool, function_of

_NEURONS = 16
"""More neurons of a layer than these are trained but not drawn."""
_MESSAGES = 40
"""While training goes on, the browser hears of new frames at most so often."""


@dataclass(eq=False)
class Player(Tool):
    """Train networks with the learner's function, and show a player of their weights while they learn.

    Parameters
    ----------
    train : function
        The learner's own, or `labkit.lent.given_training.given_train`.
    starts : mapping of str to list of (weights, bias)
        Networks of the same shapes to begin with; any two of them are shown side by side.
    x : ndarray of shape (n, fan_in)
        Training images.
    y : ndarray of int, shape (n,)
        Their labels.
    test : pair of ndarray, optional
        Images and labels for the accuracy; the training set without it.
    epochs : int
        Number of epochs, or of steps.
    batch_size : int
        Examples per step.
    learning_rate : float
        For ``train``.
    seed : int
        Each network sees the examples in the same order, drawn from this seed.
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
    seed: int = 0
    by: str = "epoch"
    title = "Watch weights take shape"
    makes = "labkit.watch_training"
    note = (
        "Blue is positive; orange, or a dashed line, is negative. Each image holds the weights into one neuron. A "
        "darkened image, or a gray circle, is a neuron that is inactive for all of the images tried."
    )

    def __post_init__(self) -> None:
        if self.by not in ("epoch", "step"):
            raise ValueError(f'by is "epoch" or "step", not {self.by!r}')
        self._trainings = Trainings(self.starts, (self.x, self.y), self.test or (self.x, self.y), self.seed)
        self.frames = self._trainings.frames
        names, sides = list(self.starts), ("left", "right") if len(self.starts) > 1 else ("left",)
        self.controls = [
            *(
                choice(side, f"{side} start", names, name)
                for side, name in zip(sides, names, strict=False)
                if names[1:]
            ),
            control("button", "play", "Play", pause=200),
            control("button", "back", "Back"),
            control("button", "step", "Step"),
            slider("frame", self.by, 0, self.epochs, 0, self.epochs),
            choice("speed", "frames per second", ("1", "2", "5", "10", "20"), "5"),
        ]

    def run(self) -> Iterator[None]:
        """Train all networks in lockstep, one frame after the other."""
        rate = self.learning_rate
        return self._trainings.run(self.train, self.epochs, self.batch_size, by=self.by, learning_rate=rate)

    def _charts(self) -> list[dict]:
        """Return loss and accuracy of all trainings."""
        losses = np.array([[frame.loss for frame in frames] for frames in self.frames.values()])
        high = float(np.clip(np.max(losses, initial=0.1, where=np.isfinite(losses)), 0.1, 5))
        accuracies = [[frame.accuracy for frame in frames] for frames in self.frames.values()]
        drawn = {"loss": (np.nan_to_num(losses, nan=high).clip(0, high), high), "accuracy": (accuracies, 1.0)}
        charts = []
        for name, (values, most) in drawn.items():
            lines = [line(range(len(one)), one, start) for start, one in zip(self.starts, values, strict=True)]
            axes, more = ((0, max(self.epochs, 1)), (0, most)), {"percent": name == "accuracy", "width": 330}
            charts.append(chart(f"{name} by {self.by}", (self.by, name), *axes, lines, height=170, **more))
        return charts

    def _in_words(self, name: str, frame: Frame) -> str:
        dead = sum(int(np.sum(counts[:_NEURONS] == 0)) for counts in frame.active)
        inactive = f", neurons inactive for all of {min(EXAMPLES, len(self.x))} images: {dead}" if dead else ""
        return f"{name}: loss {frame.loss:.2f}, accuracy {frame.accuracy:.0%}{inactive}."

    def draw(self, question: dict, **_: Any) -> dict:
        """Return all frames so far; the browser plays them without asking again."""
        drawn = {name: _stacked(frames) for name, frames in self.frames.items()}
        limits = [limit_of(of_all) for of_all in zip(*drawn.values(), strict=True)]
        played = {}
        for name, frames in self.frames.items():
            shares = [np.nan_to_num(weights / limit) for weights, limit in zip(drawn[name], limits, strict=True)]
            played[name] = {
                "weights": [np.round(127 * share.clip(-1, 1)).astype(np.int8) for share in shares],
                "active": [
                    np.stack(counts)[:, :_NEURONS] for counts in zip(*(frame.active for frame in frames), strict=True)
                ],
                "said": [self._in_words(name, frame) for frame in frames],
            }
        side, going = {64: 8, 196: 14}.get(self.x.shape[1], 0), len(frames) <= self.epochs
        return {"frames": played, "charts": self._charts(), "unit": self.by, "side": side, "going": going}

    def still_rows(self) -> tuple[list[list[dict]], str]:
        """Return the first network's weights at three moments, and the losses of all of them."""
        name, frames = next(iter(self.frames.items()))
        last, rows = len(frames) - 1, []
        for moment in sorted({0, last // 2, last}):
            weights = np.asarray(frames[moment].layers[0][0])[:, :10]
            if len(weights) in (64, 196):
                rows.append([images(f"{name}, {self.by} {moment}", {str(k): w for k, w in enumerate(weights.T)})])
        ends = " ".join(self._in_words(start, every[-1]) for start, every in self.frames.items())
        said = f"Weights of the first neurons at {len(rows)} moments of a training. At the end: {ends}"
        return [*rows, self._charts()[:1]], said

    def show(self) -> None:
        """Show the player, then train; where nobody can play, train and show a still figure."""
        if not interactive():
            for _ in self.run():
                pass
        handle = super().show()
        if self.widget:
            every = -(-self.epochs // _MESSAGES)
            for frame, _ in enumerate(self.run(), 1):
                if frame % every == 0 or frame == self.epochs:
                    self.widget.tell(self.answer({}))
            handle.update(self.bundle(), raw=True)  # its still figure now shows what came of the training


def _stacked(frames: list[Frame]) -> list[np.ndarray]:
    """Return, for each layer, the weights that are drawn, of shape (frames, fan_in, fan_out)."""
    layers = zip(*([weights for weights, _ in frame.layers] for frame in frames), strict=True)
    inputs = [None, *(_NEURONS for _ in frames[0].layers[1:])]
    return [np.stack(weights)[:, :most, :_NEURONS] for most, weights in zip(inputs, layers, strict=True)]


watch_training = function_of(Player)
