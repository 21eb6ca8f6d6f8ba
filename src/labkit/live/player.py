"""Plays a training: every frame shows the weights that the learner's own ``train`` had reached by then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from ..arrays import takes_lists
from ..figures.style import WEIGHTS, bare, figure, limit_of
from ..lent.given_training import given_relu, share_correct
from .tool import Tool

Layers = Sequence[tuple[np.ndarray, np.ndarray]]
_NEURONS = 16
"""More neurons of a layer than these are trained but not drawn."""
_EXAMPLES = 300
"""So many training images decide how many of them each neuron is active for."""


class Run(NamedTuple):
    """One training, frame by frame; frame 0 shows the start.

    Parameters
    ----------
    frames : list of list of (weights, bias)
        The network.
    losses : list of float
        What ``train`` returned for the way to each frame; NaN for the first.
    accuracies : list of float
        On the test images.
    active : list of list of ndarray
        For each frame and hidden layer, the fraction of images for which each neuron is active.
    examples : int
        How many training images were tried for that.
    """

    frames: list[Layers]
    losses: list[float]
    accuracies: list[float]
    active: list[list[np.ndarray]]
    examples: int


def followed(
    train: Callable,
    layers: Layers,
    examples: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    *,
    by: str,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> Run:
    """Train a network with the learner's function and keep what it was on the way.

    Parameters
    ----------
    train : function
        The learner's own.
    layers : sequence of (weights, bias)
        The start.
    examples, test : pair of ndarray
        Images and labels.
    by : str
        ``"epoch"``, or ``"step"`` for one frame per batch.
    epochs : int
        Number of frames after the first.
    batch_size : int
        Examples per step.
    learning_rate : float
        For ``train``.
    seed : int
        Of the order of the examples.

    Returns
    -------
    Run
        With ``epochs + 1`` frames.
    """
    rng, (x, y) = np.random.default_rng(seed), examples
    run = Run([], [], [], [], min(_EXAMPLES, len(x)))
    waiting = np.empty(0, dtype=int)
    loss = float("nan")
    for frame in range(epochs + 1):
        if frame:
            chosen = slice(None)
            if by == "step":
                waiting = waiting if len(waiting) else rng.permutation(len(x))
                chosen, waiting = waiting[:batch_size], waiting[batch_size:]
            settings = {"epochs": 1, "batch_size": batch_size, "learning_rate": learning_rate, "rng": rng}
            layers, (loss,) = train(layers, x[chosen], y[chosen], **settings)
        run.frames.append(layers)
        run.losses.append(float(loss))
        run.accuracies.append(share_correct(layers, *test))
        signal, active = x[:_EXAMPLES], []
        for weights, bias in layers[:-1]:
            signal = given_relu(signal @ weights + bias)
            active.append(np.mean(signal > 0, axis=0))
        run.active.append(active)
    return run


class Player(Tool):
    """Shows trainings that have been run.

    Parameters
    ----------
    runs : mapping of str to Run
        The name of each start, and what became of it.
    by : str
        What a frame is, ``"epoch"`` or ``"step"``.
    """

    script = "player.js"
    title = "Watch weights take shape"

    def __init__(self, runs: Mapping[str, Run], by: str) -> None:
        self.runs, self.by = runs, by
        pixels = len(next(iter(runs.values())).frames[0][0][0])
        self.side = {64: 8, 196: 14}.get(pixels, 0)

    def answer(self, question: dict, sent: bytes) -> dict:
        """Return all runs; the browser plays them without asking again."""
        runs = [{"name": name} | self._drawn(run) for name, run in self.runs.items()]
        examples = next(iter(self.runs.values())).examples
        return {"side": self.side, "unit": self.by, "runs": runs, "examples": examples}

    def _drawn(self, run: Run) -> dict:
        """Return the drawn part of a run's weights as int8, each matrix relative to its largest magnitude."""
        matrices, limits = [], []
        for k in range(len(run.frames[0])):
            weights = np.stack([layers[k][0] for layers in run.frames])
            fan_in = weights.shape[1] if k == 0 else min(weights.shape[1], _NEURONS)
            weights = weights[:, :fan_in, :_NEURONS]
            limits.append(limit_of(weights))
            matrices.append(np.round(np.nan_to_num(weights) / limits[-1] * 127).astype(np.int8))
        active = [
            np.stack([np.round(255 * fractions[k][:_NEURONS]) for fractions in run.active]).astype(np.uint8)
            for k in range(len(matrices) - 1)
        ]
        losses = np.array([run.losses[1] if len(run.losses) > 1 else 0.0, *run.losses[1:]])
        accuracies = np.array(run.accuracies)
        return {"weights": matrices, "limits": limits, "active": active, "losses": losses, "accuracies": accuracies}

    def still(self) -> tuple[Figure, str]:
        """Return the first run's weights at three moments, and the losses of all runs."""
        (name, run), last = next(iter(self.runs.items())), len(next(iter(self.runs.values())).frames) - 1
        moments = sorted({0, last // 2, last})
        fig, axes = figure(len(moments) + 1, 1, (7.8, len(moments) + 3), height_ratios=[1] * len(moments) + [2.6])
        fig.suptitle(f"Weights while training, from the start “{name}”")
        for ax, moment in zip(axes, moments, strict=False):
            weights = run.frames[moment][0][0][:, :10]
            if self.side:
                tiles = np.full((self.side, weights.shape[1], self.side + 1), np.nan)
                tiles[:, :, :-1] = weights.T.reshape(-1, self.side, self.side).swapaxes(0, 1)
                weights = tiles.reshape(self.side, -1)[:, :-1]
            limit = limit_of(weights)
            bare(ax).imshow(weights, cmap=WEIGHTS, vmin=-limit, vmax=limit, aspect="equal")
            ax.set_ylabel(f"{self.by} {moment}", rotation=0, ha="right", va="center")
        for start, other in self.runs.items():
            axes[-1].plot(other.losses, label=start)
        axes[-1].set(xlabel=self.by, ylabel="loss")
        axes[-1].legend()
        ends = "; ".join(
            f"{start}: loss {other.losses[-1]:.2f}, accuracy {other.accuracies[-1]:.0%}"
            for start, other in self.runs.items()
        )
        return fig, f"Weights of the first neurons at {len(moments)} moments of a training. At the end: {ends}."


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
    """Train networks with the learner's function, and show a player of their weights.

    Parameters
    ----------
    train : function
        The learner's own, or `labkit.lent.given_training.given_train`.
    starts : mapping of str to list of (weights, bias)
        Networks of the same shapes to begin with.
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
    settings = {"by": by, "epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "seed": seed}
    runs = {name: followed(train, layers, (x, y), test or (x, y), **settings) for name, layers in starts.items()}
    Player(runs, by).show()
