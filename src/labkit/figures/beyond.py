"""The figure of chapter 11: the letters that a model of names expects next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..arrays import takes_lists
from ..beyond import LETTERS
from .style import COLORS, figure, show

__all__ = ["next_letters"]


@takes_lists
def next_letters(expected: Mapping[str, np.ndarray]) -> None:
    """Show the probability of each next letter after a few beginnings.

    Parameters
    ----------
    expected : mapping of str to ndarray of shape (27,)
        For each beginning, the probabilities of the dot and the letters a to z.
    """
    fig, axes = figure(len(expected), 1, (7.8, 1.25 * len(expected) + 0.5), sharex=True, sharey=True, squeeze=False)
    said, names = [], ["end", *LETTERS[1:]]
    for ax, (beginning, probabilities) in zip(axes[:, 0], expected.items(), strict=True):
        ax.bar(range(27), probabilities, color=COLORS[0])
        ax.set_ylabel(f"{beginning} …", rotation=0, ha="right", va="center")
        ax.set_yticks([])
        best = np.argsort(probabilities)[::-1][:3]
        spoken = [f"{names[k]} {probabilities[k]:.0%}" for k in best]
        said.append(f"after {beginning}: " + ", ".join(spoken))
        ax.annotate(spoken[0], (best[0] + 0.6, probabilities[best[0]] * 0.85))
    axes[-1, 0].set_xticks(range(27), names)
    show(fig, alt=f"Predicted probabilities of the next letter; the three highest are: {'; '.join(said)}.")
