"""Judges the capstone: how well an adapted reader reads new and old digits, and how many numbers the change needs.

For the trusted side only: it looks at held-out images, which the student's process never sees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from labkit import data
from labkit.tasks import Task

from ..exercise import Call
from ..judging.compare import as_array

BUDGET = 4_000
N_EXAMPLES = 100
SEEN_BY_READER = 2_000
"""The reader was trained on this many of the first training images; tasks use later ones."""
MOST_UNTOUCHED = 0.60
FREE_LOSS, WORST_LOSS = 0.02, 0.15
_LARGEST = 1e9
LEVELS = {
    "turned": 0.57,
    "turned, thinner strokes": 0.49,
    "turned, inverted ink": 0.62,
    "inverted ink": 0.60,
}
"""For each kind of task, the accuracy on new digits that earns the full gain: the reference answer's mean, less
ten percentage points, so that one lucky or unlucky run decides nothing. ``benchmarks/capstone.py``
measures them again."""

Layers = list[tuple[np.ndarray, np.ndarray]]


@cache
def _held_out() -> tuple[np.ndarray, np.ndarray]:
    digits = data.digits14()
    return digits.test_images.astype(np.float32), digits.test_labels


def read_share(layers: Layers, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the fraction of images that a network classifies correctly."""
    signal = images.astype(float, copy=False)
    for k, (weights, bias) in enumerate(layers):
        signal = (np.maximum(signal, 0) if k else signal) @ weights + bias
    return float(np.mean(signal.argmax(axis=1) == labels))


@cache
def draw_task(number: int) -> Task:
    """Draw the task with this number; the unchanged reader classifies less than 60% of its images correctly."""
    rng = np.random.default_rng([number, 0])
    images, labels = _held_out()
    while True:
        degrees = int(rng.integers(45, 181) * rng.choice([-1, 1])) if rng.random() < 0.75 else 0
        ink = rng.choice(["as it is", "thinner", "inverted"], p=[0.4, 0.3, 0.3])
        task = Task(degrees, thinner=bool(ink == "thinner"), inverted=bool(ink == "inverted"))
        if read_share(data.pretrained_reader(), task.apply(images), labels) < MOST_UNTOUCHED:
            return task


@lru_cache(maxsize=8)
def _new_images(number: int) -> np.ndarray:
    """Return the held-out images, changed as in a task; cached because a class's submissions have the same tasks."""
    return draw_task(number).apply(_held_out()[0]).astype(float)


def examples(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the 100 labelled images (float32) that the student gets for a task, from the training file."""
    images, labels = data.digits14_train()
    rows = np.random.default_rng([number, 1]).choice(np.arange(SEEN_BY_READER, len(images)), N_EXAMPLES, replace=False)
    return draw_task(number).apply(images[rows].astype(np.float32)), labels[rows]


@lru_cache(maxsize=64)
def _largest_size(content: bytes, dtype: str, shape: tuple[int, ...]) -> float:
    """Return a matrix's largest singular value, cached because every submission starts from the same matrices."""
    return float(np.linalg.norm(np.frombuffer(content, dtype).reshape(shape), 2))


@lru_cache(maxsize=64)
def _beforehand(number: int, content: tuple[bytes, ...], kinds: tuple[tuple, ...]) -> tuple[float, float]:
    """Return a network's accuracy on a task's digits and on the old ones."""
    arrays = [np.frombuffer(one, dtype).reshape(shape) for one, (dtype, shape) in zip(content, kinds, strict=True)]
    layers = list(zip(arrays[::2], arrays[1::2], strict=True))
    images, labels = _held_out()
    return read_share(layers, _new_images(number), labels), read_share(layers, images, labels)


def stored_numbers(before: Layers, after: Layers) -> int:
    """Return how many numbers must be stored to make ``after`` out of ``before``.

    A matrix costs the number of its changed entries or ``rank * (fan_in + fan_out)``, whichever is smaller; a bias
    costs its changed entries. The stub of ``adapt`` says what counts as changed and what the rank is.
    """
    total = 0
    for (old_weights, old_bias), (weights, bias) in zip(before, after, strict=True):
        change = np.asarray(weights, dtype=float) - old_weights
        if np.abs(change).max() > 1e-6 * np.abs(old_weights).max():
            sizes = np.linalg.svd(change, compute_uv=False)
            # A huge change in one direction must not hide ordinary ones.
            largest = min(sizes[0], _largest_size(old_weights.tobytes(), old_weights.dtype.str, old_weights.shape))
            total += min(np.count_nonzero(change), int((sizes > 1e-4 * largest).sum()) * sum(change.shape))
        total += np.count_nonzero(np.asarray(bias, dtype=float) - old_bias)
    return int(total)


def _cut(share: float) -> str:
    """Write a share with two digits that are never rounded up: 1.00 is all of it."""
    return f"{math.floor(share * 100) / 100:.2f}"


@dataclass(frozen=True)
class Standing:
    """How an adapted reader does on one task."""

    task: Task
    untouched: float
    new: float
    old: float
    old_before: float
    stored: int
    head_only: bool
    parameters: int

    @property
    def gain(self) -> float:
        """Return how much of the reference's improvement on the new digits was reached, from 0 to 1."""
        level = LEVELS[self.task.kind]
        return float(np.clip((self.new - self.untouched) / (level - self.untouched), 0, 1))

    @property
    def kept(self) -> float:
        """Return how much accuracy on old digits was kept: 1 for a loss of at most 2 percentage points, 0 for 15."""
        lost = self.old_before - self.old
        return float(np.clip((WORST_LOSS - lost) / (WORST_LOSS - FREE_LOSS), 0, 1))

    @property
    def share(self) -> float:
        """Return the fraction of the task's points that the answer earns."""
        return self.gain * self.kept if self.stored <= BUDGET else 0.0

    @property
    def open_score(self) -> float:
        """Return the open score, which is not marked: the accuracy on new digits times `kept`, from 0 to 100."""
        return 100 * self.new * self.kept if self.stored <= BUDGET else 0.0

    @property
    def diagnosis(self) -> str:
        """Return the kind of this answer."""
        if self.stored == 0:
            return "nothing changed"
        if self.stored > BUDGET:
            return "everything retrained" if self.stored > self.parameters / 2 else "over the budget"
        if self.head_only:
            return "head only"
        return "old digits forgotten" if self.kept < 0.5 else "adapted"

    def __str__(self) -> str:
        stored = f"{self.stored:,} numbers stored"
        if self.stored > BUDGET:
            return f"{stored}, and the budget is {BUDGET:,}; this earns nothing."
        return (
            f"new digits {self.untouched:.0%} → {self.new:.0%} (gain {_cut(self.gain)} of 1), "
            f"old digits {self.old_before:.0%} → {self.old:.0%} (kept {_cut(self.kept)} of 1), {stored}."
        )


class NoNetwork(ValueError):
    """The answer cannot replace the reader; ``diagnosis`` is the kind of answer."""

    def __init__(self, words: str, diagnosis: str) -> None:
        super().__init__(words)
        self.diagnosis = diagnosis


def _network(before: Layers, answer: Any) -> Layers:
    """Return the answer as layers of the given shapes."""
    if not isinstance(answer, (list, tuple)) or len(answer) != len(before):
        raise NoNetwork(f"the result is not a list of {len(before)} layers.", "other shapes")
    after = []
    for k, (layer, (weights, bias)) in enumerate(zip(answer, before, strict=True)):
        arrays = [as_array(item) for item in layer] if isinstance(layer, (list, tuple)) else []
        if [None if array is None else array.shape for array in arrays] != [weights.shape, bias.shape]:
            wanted = f"weights {weights.shape} and bias {bias.shape}"
            raise NoNetwork(f"layer {k} came back with shapes other than {wanted}.", "other shapes")
        after.append(tuple(array.astype(float) for array in arrays))
        if not all((np.abs(array) < _LARGEST).all() for array in after[-1]):
            raise NoNetwork(f"layer {k} holds NaN or huge numbers.", "ran away")
    return after


def standing(number: int, before: Layers, answer: Any) -> Standing:
    """Return how an answer does on the task with this number.

    Raises
    ------
    NoNetwork
        If the answer is not a network of the given shapes, or holds NaN or huge numbers.
    """
    after = _network(before, answer)
    task, (images, labels) = draw_task(number), _held_out()
    arrays = [array for layer in before for array in layer]
    kinds = tuple((array.dtype.str, array.shape) for array in arrays)
    untouched, old_before = _beforehand(number, tuple(array.tobytes() for array in arrays), kinds)
    return Standing(
        task,
        untouched=untouched,
        new=read_share(after, _new_images(number), labels),
        old_before=old_before,
        old=read_share(after, images, labels),
        stored=stored_numbers(before, after),
        head_only=stored_numbers(before[:-1], after[:-1]) == 0,
        parameters=sum(weights.size + bias.size for weights, bias in before),
    )


def score(answers: list, calls: tuple[Call, ...]) -> tuple[float, str, str]:
    """Return an answer's fraction of a task's points, a sentence and a diagnosis.

    The task's number is passed as the stream of the call's `Rng`: the generator that the student gets
    does not depend on it.
    """
    layers, _, _, rng = calls[0].args
    try:
        found = standing(rng.stream, layers, answers[0])
    except NoNetwork as error:
        return 0.0, str(error), error.diagnosis
    return found.share, str(found), found.diagnosis
