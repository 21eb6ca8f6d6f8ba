"""Chapter 01 asks: what does one weight do, and what do many weights do together?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..exercise import PURE, Case, Chapter

CHAPTER = Chapter("01_weights", "One number on one connection")


@CHAPTER.exercise(
    aspects={"one signal": 1, "signals of any shape": 1},
    hints=(
        "A connection does one thing to the signal that crosses it. Which of + - * / lets one number amplify, "
        "silence and flip?",
        "A weight of 2 turns 3 into 6, a weight of 0 turns it into 0, a weight of -1 turns it into -3.",
        "It is one line: return the product of the two arguments. NumPy multiplies a whole array by a number at once.",
    ),
    why="Multiplying is what lets one number amplify (above 1), suppress (near 0) and flip (below 0).",
)
def apply_weight(rng: np.random.Generator) -> Iterator[Case]:
    """The signal after crossing one connection of the given weight."""
    yield Case.of("one signal", 3.0, 2.0, note="a weight above one amplifies")
    yield Case.of("one signal", float(rng.normal()), 0.0, note="a weight of zero silences")
    yield Case.of("one signal", float(rng.normal()), -1.5, note="a negative weight flips the sign")
    yield Case.of("signals of any shape", rng.normal(size=5), float(rng.normal()))
    yield Case.of("signals of any shape", rng.normal(size=(2, 3, 4)), -0.5, note="three dimensions")
    yield Case.of("signals of any shape", rng.normal(size=(3, 4)), 0.25)
