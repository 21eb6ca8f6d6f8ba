"""The figures of chapter 11: the letters that a model of names expects next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .. import data
from ..arrays import takes_lists
from ..beyond import LETTERS, windows
from ..lent.given_training import given_training
from ..lent.signals import probabilities_of, signals_of
from .style import FAINT, FRACTION, MARK, TEXT, bare, figure, show

__all__ = ["next_letters", "opening"]


def opening(seed: int = 49) -> None:
    """Show how a small model of names writes one name: the probabilities of each next letter, and the letter drawn.

    Parameters
    ----------
    seed : int
        Of the generator that draws the letters.
    """
    layers, rng = _small_model(), np.random.default_rng(seed)
    text, steps = "", []
    while len(text) < 8 and not text.endswith("."):
        probabilities = _expected(layers, text)
        drawn = int(rng.choice(27, p=probabilities))
        steps.append((text, probabilities, drawn))
        text += LETTERS[drawn]
    fig, ax = figure(1, 1, (7.8, 0.62 * len(steps) + 0.55))
    highest, names = max(probabilities.max() for _, probabilities, _ in steps), [*LETTERS[1:], "end"]
    said = []
    for k, (written, probabilities, drawn) in enumerate(steps):
        bars, at = np.roll(probabilities, -1) / highest * 0.72, (drawn - 1) % 27
        ax.axhline(-k, color=FAINT, linewidth=1, linestyle="-")
        ax.bar(range(27), bars, bottom=-k, width=0.75, color=[MARK if n == at else FRACTION for n in range(27)])
        ax.text(at, bars[at] - k + 0.05, names[at], color=MARK, ha="center", fontsize=12, fontweight="bold")
        ax.text(29.4, 0.06 - k, f"{probabilities[drawn]:.0%}", color=MARK, ha="right", fontsize=11)
        ax.text(-1.3, 0.06 - k, f"{written} …" if written else "start", ha="right", fontsize=12, color=TEXT)
        said.append(f"{names[at]}, {probabilities[drawn]:.0%}")
    bare(ax).set_xticks(range(27), names)
    ax.tick_params(length=0)
    ax.set(xlim=(-4.8, 29.5), ylim=(-len(steps) + 0.9, 1))
    show(
        fig,
        alt="A small network writes a name, letter by letter: bars show the probability of each next letter, and one "
        "letter is chosen at random, not always the most probable. The chosen letters, with their probabilities: "
        f"{'; '.join(said)}. The name is “{text.rstrip('.')}”.",
    )


def _small_model() -> list[tuple[np.ndarray, np.ndarray]]:
    """Train 81-64-27 on first names for one epoch: three letters in, the probabilities of the next one out."""
    before, following = windows(data.names()[0][500:])
    x = np.eye(27, dtype=np.float32)[before].reshape(len(before), 81)
    rng = np.random.default_rng(0)
    layers = [(rng.normal(0, np.sqrt(2 / 3), (81, 64)), np.zeros(64)), (rng.normal(0, 1 / 8, (64, 27)), np.zeros(27))]
    [trained] = given_training([data.in_float32(layers)], x, following, epochs=1, batch_size=64, learning_rate=0.5)
    return trained


def _expected(layers: list[tuple[np.ndarray, np.ndarray]], text: str) -> np.ndarray:
    """Return the probabilities of the dot and the letters a to z after a text."""
    x = np.eye(27)[[LETTERS.index(letter) for letter in f"...{text}"[-3:]]].reshape(81)
    return probabilities_of(signals_of(layers, x)[-1])


@takes_lists
def next_letters(expected: Mapping[str, np.ndarray]) -> None:
    """Show the probability of each next letter after a few beginnings.

    Parameters
    ----------
    expected : mapping of str to ndarray of shape (27,)
        For each beginning, the probabilities of the dot and the letters a to z.
    """
    fig, axes = figure(len(expected), 1, (7.8, 1.25 * len(expected) + 0.8), sharex=True, sharey=True, squeeze=False)
    fig.suptitle("Predicted probability of the next letter")
    said, names = [], [*LETTERS[1:], "end"]
    for ax, (beginning, probabilities) in zip(axes[:, 0], expected.items(), strict=True):
        probabilities = np.roll(probabilities, -1)
        ax.bar(range(27), probabilities, color=FRACTION)
        ax.set_title(f"{beginning} …" if beginning else "start", loc="left", fontsize=11.5, pad=2)
        ax.set_yticks([0, 0.5], ["0%", "50%"])
        best = np.argsort(-probabilities, kind="stable")[:3]
        spoken = [f"{names[k]} {probabilities[k]:.0%}" for k in best]
        said.append(f"{f'after {beginning}' if beginning else 'at the start'}: {', '.join(spoken)}")
        # Above the highest bar there is no other bar that the words could cover.
        place = (best[0], probabilities[best[0]])
        ax.annotate(spoken[0], place, xytext=(0, 3), textcoords="offset points", ha="center")
    axes[-1, 0].set_xticks(range(27), names)
    axes[0, 0].set_ylim(0, 1.3 * max(probabilities.max() for probabilities in expected.values()))
    show(fig, alt=f"Predicted probabilities of the next letter; the three highest are: {'; '.join(said)}.")
