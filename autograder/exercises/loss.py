"""Chapter 05 asks: how wrong are the predictions, as one number?"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ..exercise import PURE, Case, Chapter
from .shared import refused_shapes

CHAPTER = Chapter("05_loss", "How wrong, as one number")


@CHAPTER.exercise(
    aspects={"computes the fraction of right answers": 1, "resolves ties in favour of the lowest class": 1},
    hints=(
        "First find the predicted class of each row, as in predict. Which of these classes are equal to the labels?",
        "Comparing two arrays gives an array of True and False. In a mean, True counts as 1 and False as 0.",
        "Return np.mean(np.argmax(logits, axis=1) == labels).",
    ),
    why="The mean of an array of True and False is the fraction of entries that are True.",
)
def accuracy(rng: np.random.Generator) -> Iterator[Case]:
    """Return the fraction, from 0 to 1, of rows whose largest logit is the label's.

    Where logits tie, the lowest class is predicted.
    """
    share, ties = "computes the fraction of right answers", "resolves ties in favour of the lowest class"
    labels = np.array([3, 0, 2, 1, 0, 3, 2])
    logits = 4 * np.eye(4)[labels] + rng.uniform(-1, 1, size=(7, 4))
    yield Case.of(share, logits, labels, note="all right")
    most = np.where(np.arange(7) < 5, labels, (labels + 1) % 4)
    yield Case.of(share, logits - 9, most, note="five of seven right, all logits negative")
    # The other labels are second best: the logits of largest magnitude belong to none of the labels.
    second = np.argsort(logits, axis=1)[:, -2]
    answers = np.where(np.arange(7) % 4 == 1, labels, second)
    yield Case.of(share, logits - 9, answers, note="two of seven right, all logits negative")
    nearly = logits.copy()
    nearly[0, 0] = nearly[0, 3] - 1e-6
    yield Case.of(share, nearly, (labels + 1) % 4, note="none right, and one of them only just wrong")
    hits = int(rng.integers(3, 11))
    drawn = rng.integers(0, 4, size=13)
    wrong = np.where(rng.permutation(13) < hits, drawn, (drawn + rng.integers(1, 4, size=13)) % 4)
    yield Case.of(share, 4 * np.eye(4)[drawn] + rng.uniform(-1, 1, size=(13, 4)), wrong, note="some of thirteen right")
    yield Case.of(
        share,
        4 * np.eye(3)[[2, 0, 1]] + rng.uniform(-1, 1, size=(3, 3)),
        np.array([1, 0, 1]),
        note="as many rows as classes",
    )
    equal = np.array([[1.0, 5, 5], [2, 2, 2], [-1, -3, -1], [0, -1, 0], [4, 4, 1]])
    yield Case.of(ties, equal, np.array([1, 0, 2, 2, 1]), note="equal logits")
    many = rng.integers(0, 4, size=(60, 20)).astype(float)
    yield Case.of(ties, many, many.argmax(axis=1), note="twenty classes, several of them tied in every row")


@CHAPTER.exercise(
    aspects={"computes the mean squared error": 1, "refuses different shapes": 1},
    hints=(
        "What is the error of one prediction, and what should an error of -3 cost compared with an error of 3? Then "
        "take the average over all entries.",
        "np.mean without an axis averages over all entries. Before you subtract, compare the two shapes: NumPy would "
        "broadcast many shapes that differ.",
        "if predictions.shape != targets.shape: raise a ValueError with both shapes in its message. Otherwise return "
        "np.mean((predictions - targets) ** 2).",
    ),
    why="Squaring makes errors in both directions count, and makes one large error cost more than several small "
    "ones whose magnitudes have the same sum. "
    "NumPy would broadcast (4,) and (4, 1) to (4, 4) and silently average sixteen squares.",
)
def mean_squared_error(rng: np.random.Generator) -> Iterator[Case]:
    """Return the mean squared error over all entries, as one number; raise a ValueError if the shapes differ."""
    mean, refuses = "computes the mean squared error", "refuses different shapes"
    yield Case.of(mean, np.array([1.0, -2.0, 4.5]), np.array([1.5, 1.0, 4.5]), note="three numbers, the last one exact")
    yield Case.of(mean, rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), note="a batch with three outputs per example")
    yield Case.of(mean, *(1e-9 * rng.normal(size=(2, 2, 3, 4))), note="three dimensions, and tiny numbers")
    yield Case.of(mean, np.full((2, 3), 0.5), np.full((2, 3), 0.5), note="every prediction exact")
    single = [rng.normal(size=(6, 2)).astype(np.float32) for _ in range(2)]
    yield Case.of(mean, *single, note="float32", rtol=2e-4)
    pairs = [
        ((6, 1), (6,), "shapes (6, 1) and (6,), which NumPy would broadcast to (6, 6)"),
        ((4,), (1,), "a single target, which NumPy would repeat"),
        ((2, 5), (5, 2), "one array is transposed"),
        ((0, 3), (3,), "no predictions, three targets"),
        ((5, 2), (1, 2), "the same number of axes, but a single row, which NumPy would repeat"),
    ]
    yield from refused_shapes(refuses, rng, pairs)


@CHAPTER.exercise(
    aspects={"puts a 1 into each label's column": 1, "refuses labels out of range": 1},
    hints=(
        "Start from zeros of shape (batch, n_classes). Where is the 1 of the first row? Which labels have no column?",
        "Row i has its 1 in column labels[i]; a loop over the rows is fine. Look at the labels before you use them as "
        "indices, because NumPy accepts negative indices.",
        "For each label: if it is below 0 or at least n_classes, raise a ValueError with the label in the message. "
        "Then set rows[i, label] = 1.0 for each row i, or return np.eye(n_classes)[labels].",
    ),
    why="NumPy counts negative indices from the end: as an index, label -1 would silently mean the last class.",
)
def one_hot(rng: np.random.Generator) -> Iterator[Case]:
    """Return one row per label, with 1.0 in the label's column and 0.0 elsewhere.

    If a label is out of range, raise a ValueError whose message contains that label.
    """
    ones, refuses = "puts a 1 into each label's column", "refuses labels out of range"
    yield Case.of(ones, np.array([2, 0, 1, 2]), 3, note="four labels of three classes")
    yield Case.of(ones, np.array([3, 1, 4, 0, 2])[rng.permutation(5)], 5, note="as many labels as classes")
    yield Case.of(ones, rng.choice([1, 3, 4, 8], size=12), 10, note="twelve labels, and classes that do not occur")
    yield Case.of(ones, np.array([0]), 2, note="a single label")
    yield Case.of(refuses, np.array([0, 4, 2]), 4, raises=ValueError, mentions=(4,), note="label 4 of classes 0 to 3")
    yield Case.of(
        refuses, np.array([1, 17, 0]), 5, raises=ValueError, mentions=(17,), note="label 17 of classes 0 to 4"
    )
    yield Case.of(
        refuses, np.array([1, -2, 0]), 3, raises=ValueError, mentions=(-2,), note="label -2 of classes 0 to 2"
    )
    yield Case.of(
        refuses,
        np.array([-1, 2, 0]),
        4,
        raises=ValueError,
        mentions=(-1,),
        note="label -1 of classes 0 to 3, in the first row",
    )
    yield Case.of(
        refuses,
        np.array([2, 0, 3]),
        3,
        raises=ValueError,
        mentions=(3,),
        note="label 3 of classes 0 to 2, in the last row",
    )


@CHAPTER.exercise(
    aspects={"averages the loss over the batch": 3, "stays exact for very large logits": 1, PURE: 1},
    hints=(
        "For one row: what probability does softmax give to the right class, and what is minus its natural "
        "logarithm? The result is the mean over the rows.",
        "A probability that has become 0 has no logarithm, so take the logarithm on paper first. Softmax is a "
        "fraction, the logarithm of a fraction is a difference, and log(exp(a)) is a. To take the label's entry from "
        "each row of an array, index the array with two arrays at once: the row numbers, then the labels.",
        "shifted = logits - logits.max(axis=1, keepdims=True). The loss of each row is "
        "np.log(np.exp(shifted).sum(axis=1)) minus shifted[np.arange(len(labels)), labels]. Return the mean of these "
        "losses.",
    ),
    why="No probability is computed, so none can become 0. The loss of a confident mistake is nearly the lead of the "
    "wrong class: 20,000 in one test case.",
)
def cross_entropy(rng: np.random.Generator) -> Iterator[Case]:
    """Return the mean cross-entropy of a batch, even where a probability is too small for the computer to store."""
    mean, large = "averages the loss over the batch", "stays exact for very large logits"
    yield Case.of(mean, np.array([[2.0, 0.5, -1.0]]), np.array([1]), note="one row")
    yield Case.of(mean, rng.normal(size=(5, 3)), np.array([2, 0, 1, 1, 2]), note="five rows, three classes")
    yield Case.of(mean, 2 * rng.normal(size=(4, 4)), np.array([1, 3, 0, 0]), note="as many rows as classes")
    yield Case.of(mean, np.zeros((3, 10)), np.array([7, 7, 7]), note="a blind guess among ten")
    yield Case.of(
        mean, (3 * rng.normal(size=(6, 4))).astype(np.float32), rng.integers(0, 4, size=6), note="float32", rtol=2e-4
    )
    certain = np.array([[10_000.0, -10_000.0, 0.0], [-9_999.0, -10_000.0, -9_998.0]])
    yield Case.of(large, certain, np.array([1, 2]), note="one confident mistake, with a lead of 20,000")
    note = "one row certain and right, the other less certain; all logits are far below zero"
    yield Case.of(large, certain - 15_000, np.array([0, 2]), note=note, atol=1e-9)
    near = 900 + rng.normal(size=(3, 4))
    near[0, 0] = near[0].max() + 0.5
    near[1] = 901, 901, 899, 100
    near[2, 0] = 100  # the only first logit that is far below the largest of its row
    yield Case.of(
        large,
        near,
        np.array([0, 3, 1]),
        note="logits up to about 900; in one row, two wrong classes tie",
    )


CHAPTER.question(
    "blind_loss",
    task="Compute the cross-entropy of a network that gives each of 27 classes the same probability.",
    value=math.log(27),
    mistakes={
        "ten_classes": (
            math.log(10),
            "This is the loss of a blind guess among ten classes. This network has 27 classes.",
        ),
        "probability_itself": (1 / 27, "This is the probability. The loss is minus the logarithm of that probability."),
        "decimal_logarithm": (math.log10(27), "Is this a logarithm to base 10? The loss uses the natural one, np.log."),
        "binary_logarithm": (math.log2(27), "Is this a logarithm to base 2? The loss uses the natural one, np.log."),
        "forgets_the_minus": (
            -math.log(27),
            "The sign is wrong: this is the logarithm of the probability, and the loss is minus that logarithm.",
        ),
    },
    hints=("What probability does each class get? Take minus the natural logarithm of that probability.",),
    rtol=1e-3,
)

CHAPTER.question(
    "probability_behind_loss",
    task="Compute the probability that a network gave to the right class of an image whose loss is 0.5.",
    value=math.exp(-0.5),
    mistakes={
        "loss_for_missing_probability": (
            0.5,
            "The loss is not 1 minus the probability but minus its logarithm. Undo the logarithm.",
        ),
        "forgets_the_minus": (
            math.exp(0.5),
            "A probability cannot be above one. The loss is minus the logarithm, so the exponent is negative.",
        ),
        "decimal_power": (
            10**-0.5,
            "Is this the inverse of a logarithm to base 10? The loss uses the natural one, whose inverse is exp.",
        ),
    },
    hints=("loss = -log(p). Solve for p.",),
    rtol=1e-3,
)

CHAPTER.written_answer("loss_or_accuracy", points=3)
CHAPTER.written_answer("which_reader", points=3)
