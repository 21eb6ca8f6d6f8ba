"""Plays trainings while they go on and afterwards: every frame shows the weights that ``train`` had reached by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from ..arrays import takes_lists
from ..display import interactive
from ..figures.style import limit_of
from ..lent.given_training import given_relu, share_correct
from .panels import chart, images, line
from .tool import Layers, Tool

_NEURONS = 16
"""More neurons of a layer than these are trained but not drawn."""
_EXAMPLES = 300
"""So many training images decide for how many of them each neuron is active."""
_MESSAGES = 40
"""While training goes on, the browser hears of new frames at most so often."""


class Player(Tool):
    """Shows trainings side by side, from several starts; each frame is one ``by``, an epoch or a step, of all of them.

    ``examples`` and ``test`` are pairs of images and labels; ``count`` is how many frames follow the first.
    """

    script = "player.js"
    title = "Watch weights take shape"
    makes = "labkit.watch_training"

    def __init__(
        self, starts: Mapping[str, Layers], examples: tuple, test: tuple, *, by: str, count: int, seed: int
    ) -> None:
        self.starts, self.by, self._count, self._seed = dict(starts), by, count, seed
        self._examples, self._test = examples, test
        self.frames = [[self._drawn(layers) for layers in self.starts.values()]]
        pixels = len(next(iter(self.starts.values()))[0][0])
        self._side = {64: 8, 196: 14}.get(pixels, 0)

    def run(self, train: Callable, **settings: float) -> Iterator[None]:
        """Train all networks in lockstep with the learner's function, one frame after the other."""
        x, y = self._examples
        generators = [np.random.default_rng(self._seed) for _ in self.starts]
        order, waiting = np.random.default_rng(self._seed), np.empty(0, dtype=int)
        chosen: slice | np.ndarray = slice(None)
        for _ in range(self._count):
            if self.by == "step":
                waiting = waiting if len(waiting) else order.permutation(len(x))
                chosen, waiting = np.split(waiting, [settings["batch_size"]])
            frame = []
            for before, rng in zip(self.frames[-1], generators, strict=True):
                layers, (loss,) = train(before["layers"], x[chosen], y[chosen], epochs=1, rng=rng, **settings)
                frame.append(self._drawn(layers, float(loss)))
            self.frames.append(frame)
            yield

    def _drawn(self, layers: Layers, loss: float | None = None) -> dict:
        """Return a network and what is shown of it: weights as int8, relative to the largest magnitude of a matrix."""
        signal, active = self._examples[0][:_EXAMPLES], []
        for weights, bias in layers[:-1]:
            signal = given_relu(signal @ weights + bias)
            active.append(np.round(255 * np.mean(signal > 0, axis=0)[:_NEURONS]).astype(np.uint8))
        inputs = [None, *(_NEURONS for _ in layers[1:])]
        shown = [np.nan_to_num(weights[:most, :_NEURONS]) for most, (weights, _) in zip(inputs, layers, strict=True)]
        limits = [limit_of(weights) for weights in shown]
        parts = [np.round(127 * weights / limit).astype(np.int8) for weights, limit in zip(shown, limits, strict=True)]
        found = {"layers": layers, "weights": parts, "limits": limits, "active": active}
        return found | {"loss": loss, "accuracy": share_correct(layers, *self._test)}

    def draw(self, question: dict, sent: bytes) -> dict:
        """Return all frames so far; the browser plays them without asking again."""
        frames = [[{key: one[key] for key in one if key != "layers"} for one in frame] for frame in self.frames]
        answer = {"starts": list(self.starts), "unit": self.by, "side": self._side, "frames": frames}
        going, examples = len(frames) <= self._count, min(_EXAMPLES, len(self._examples[0]))
        return answer | {"total": self._count, "going": going, "examples": examples}

    def still_rows(self) -> tuple[list[list[dict]], str]:
        """Return the first network's weights at three moments, and the losses of all of them."""
        last, rows = len(self.frames) - 1, []
        name = next(iter(self.starts))
        for moment in sorted({0, last // 2, last}):
            weights = np.asarray(self.frames[moment][0]["layers"][0][0])[:, :10]
            if self._side:
                rows.append([images(f"{name}, {self.by} {moment}", {str(k): w for k, w in enumerate(weights.T)})])
        losses = [[frame[k]["loss"] for frame in self.frames[1:]] for k in range(len(self.starts))]
        high = float(np.nanmax(np.clip(losses, 0.1, 5))) if last else 1.0
        lines = [line(range(1, last + 1), one, start) for start, one in zip(self.starts, losses, strict=True)]
        rows.append([chart("Loss", (self.by, "loss"), (0, max(last, 1)), (0, high), lines)])
        ends = [
            f"{start}: loss {one['loss'] or 0:.2f}, accuracy {one['accuracy']:.0%}"
            for start, one in zip(self.starts, self.frames[-1], strict=True)
        ]
        return (
            rows,
            f"Weights of the first neurons at {len(rows) - 1} moments of a training. At the end: {'; '.join(ends)}.",
        )

    def play(self, train: Callable, **settings: float) -> None:
        """Show the player, then train; where nobody can play, train and show a still figure."""
        if not interactive():
            for _ in self.run(train, **settings):
                pass
        handle = self.show()
        if self.widget:
            every = -(-self._count // _MESSAGES)
            for frame, _ in enumerate(self.run(train, **settings), 1):
                if frame % every == 0 or frame == self._count:
                    self.widget.tell(self.draw({}, b""))
            handle.update(self.bundle(), raw=True)  # its still figure now shows what came of the training


@takes_lists
def watch_training(
    train: Callable,
    starts: Mapping[str, Layers],
    x: np.ndarray,
    y: np.ndarray,
    *,
    test: tuple[np.ndarray, np.ndarray] | None = None,
    epochs: int = 30,
    batch_size: int = 32,
    learning_rate: float = 0.1,
    seed: int = 0,
    by: str = "epoch",
) -> None:
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
    if by not in ("epoch", "step"):
        raise ValueError(f'by is "epoch" or "step", not {by!r}')
    player = Player(starts, (x, y), test or (x, y), by=by, count=epochs, seed=seed)
    player.play(train, batch_size=batch_size, learning_rate=learning_rate)
