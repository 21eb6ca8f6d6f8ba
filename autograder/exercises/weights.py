"""Chapter 01 asks: what does one weight do, and what do many weights do together?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..exercise import PURE, Call, Case, Chapter, Unusable
from ..judging.compare import as_array
from ..judging.words import describe

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
    yield Case.of("one signal", 3.0, 2.5, note="a weight above one amplifies")
    yield Case.of("one signal", float(rng.uniform(1, 3)), 0.0, note="a weight of zero silences")
    yield Case.of("one signal", float(rng.uniform(1, 3)), -1.5, note="a negative weight flips the sign")
    yield Case.of("one signal", -2.5, -0.8, note="a negative signal through a negative weight comes out positive")
    yield Case.of("signals of any shape", rng.normal(size=5), 1.75, note="five signals at once")
    yield Case.of("signals of any shape", rng.normal(size=(2, 3, 4)), -0.5, note="three dimensions")
    yield Case.of("signals of any shape", rng.normal(size=(3, 4)).astype(np.float32), 0.25, note="float32 signals")


@CHAPTER.exercise(
    aspects={"multiplies and adds up": 1, "refuses what does not fit together": 1, PURE: 1},
    hints=(
        "Every input crosses its own connection, as in apply_weight. Then the neuron receives all of them at once: "
        "what single number is that?",
        "Before you compute anything, compare inputs.shape with weights.shape, and make sure that there is only one "
        'axis (ndim). raise ValueError(f"... {inputs.shape} ...") puts a shape into a message.',
        "Two steps: if inputs.ndim is not 1, or the two shapes differ, raise the ValueError with both shapes in its "
        "message; then return the sum of inputs * weights, or inputs @ weights, as one number.",
    ),
    why="A neuron has one output: each input votes with its own weight, and the votes are added. The shapes are "
    "compared first because NumPy would otherwise stretch a single number over all the weights without a word.",
)
def weighted_sum(rng: np.random.Generator) -> Iterator[Case]:
    """What reaches one neuron: every input times its own weight, all added up.

    A ValueError that names both shapes when the lengths differ or either is not one-dimensional.
    """
    values, refuses = "multiplies and adds up", "refuses what does not fit together"
    yield Case.of(values, np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0]), note="it fits on paper")
    yield Case.of(values, rng.normal(size=6), rng.normal(size=6) + 0.3)
    yield Case.of(values, np.array([1.7]), np.array([-2.2]), note="a single connection")
    yield Case.of(values, rng.normal(size=9).astype(np.float32), rng.normal(size=9).astype(np.float32))
    for shape, other, note in [
        ((3,), (5,), "fewer inputs than weights"),
        ((6,), (4,), "more inputs than weights"),
        ((1,), (5,), "one input, five weights: NumPy alone would stretch it"),
        ((3, 3), (3,), "a table of inputs: that is the next exercise"),
        ((3,), (3, 2), "a table of weights: that, too, is the next exercise"),
        ((4, 4), (4, 4), "equal shapes, but not one-dimensional"),
        ((), (), "two single numbers: arrays without an axis"),
    ]:
        sizes = tuple(dict.fromkeys((*shape, *other)))
        yield Case.of(
            refuses,
            np.asarray(rng.normal(size=shape)),
            np.asarray(rng.normal(size=other)),
            raises=ValueError,
            mentions=sizes,
            note=note,
        )


@CHAPTER.exercise(
    aspects={"every example in every neuron": 2, PURE: 1},
    hints=(
        "Take one example (a row of inputs) and one neuron (a column of weights): their weighted sum is one number. "
        "Where in the result does it belong?",
        "The result has one row for each example and one column for each neuron: entry [b, j] is the weighted sum of "
        "inputs[b] and weights[:, j]. Two loops do it; NumPy has one operator for exactly this.",
        "The operator is @, the matrix product. (batch, fan_in) @ (fan_in, fan_out) gives (batch, fan_out): the inner "
        "sizes meet and vanish. Which of the two arguments must stand on the left?",
    ),
    why="A matrix product is nothing but many weighted sums: row b of the left with column j of the right gives entry "
    "[b, j]. That is why the weights of a layer are kept as one array, one neuron a column.",
    prerequisites=("weighted_sum",),
)
def weighted_sums(rng: np.random.Generator) -> Iterator[Case]:
    """The weighted sums of a whole layer for a whole batch: one example a row, one neuron a column."""
    aspect = "every example in every neuron"
    yield Case.of(aspect, rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), note="four examples, two neurons")
    yield Case.of(
        aspect,
        rng.normal(size=(3, 3)),
        rng.normal(size=(3, 3)),
        note="three of everything: the factors fit in any order, and one order is right",
    )
    yield Case.of(aspect, rng.normal(size=(1, 5)), rng.normal(size=(5, 4)), note="a batch of one keeps its row")
    yield Case.of(aspect, rng.normal(size=(6, 2)), rng.normal(size=(2, 1)), note="one neuron keeps its column")
    yield Case.of(aspect, rng.normal(size=(5, 7)).astype(np.float32), rng.normal(size=(7, 2)).astype(np.float32))


@CHAPTER.exercise(
    aspects={"two layers": 1, "any number of layers": 1},
    hints=(
        "Draw three inputs and two neurons and count the lines between them. Which operation on 3 and 2 gives that?",
        "Only neighbouring layers are connected: for [64, 32, 10] there are lines from 64 to 32, and from 32 to 10.",
        "Go through the neighbouring pairs, layer_sizes[i] and layer_sizes[i + 1], multiply each pair, and add the "
        "products. A single layer has no neighbour, and the sum of nothing is 0.",
    ),
    why="Every neuron of a layer has one weight for each neuron of the layer before: a product for each neighbouring "
    "pair, added up.",
)
def count_weights(rng: np.random.Generator) -> Iterator[Case]:
    """How many weights a network has in which each layer is fully connected to the next; biases are not counted."""
    several = "any number of layers"
    yield Case.of("two layers", [3, 2], note="three inputs, two neurons: small enough to draw")
    yield Case.of("two layers", [64, 10])
    yield Case.of("two layers", [int(n) for n in rng.integers(5, 40, size=2)])
    yield Case.of(several, [64, 32, 10], note="one layer in between")
    yield Case.of(several, [int(n) for n in rng.integers(3, 30, size=5)], note="five layers")
    yield Case.of(several, [int(rng.integers(5, 50))], note="a single layer is connected to nothing")


def _differences(answers: list, calls: tuple[Call, ...]) -> np.ndarray:
    """Return each template minus that of class 0, in which whatever was taken from all of them is gone."""
    array = as_array(answers[0])
    if array is None or array.dtype.kind not in "iuf":
        raise Unusable("type", f"{describe(answers[0])}; expected an array of numbers")
    images, _, n_classes = calls[0].args
    if array.shape == (images.shape[1], n_classes):
        return array - array[:, :1]
    return (array.T - array.T[:, :1]).T if array.shape == (n_classes, images.shape[1]) else array


@CHAPTER.exercise(
    aspects={"the mean image of each class": 2, "minus the mean of all images": 1, PURE: 1},
    hints=(
        "images[labels == 3] picks out the rows that show a 3. What would an average 3 look like?",
        "mean(axis=0) averages over the rows, so it gives one number a pixel. Do that for each class, and once for all "
        "images together.",
        "For c in range(n_classes): images[labels == c].mean(axis=0) - images.mean(axis=0). These are the columns of "
        "the result: np.stack(columns, axis=1) puts them side by side.",
    ),
    why="A class's mean image says where its ink usually is. Taking the mean of all images away leaves what is "
    "special: positive where this class has more ink than the average image, negative where it has less.",
    views={"differences": _differences},
)
def template_weights(rng: np.random.Generator) -> Iterator[Case]:
    """Weights made without training: column c is the mean image of class c minus the mean image of all images."""
    small = np.array([[1.0, 0.0], [3.0, 0.0], [0.0, 6.0]])
    for images, labels, n_classes, note in [
        (small, np.array([0, 0, 1]), 2, "three images of two pixels: it fits on paper"),
        (
            rng.uniform(0, 16, size=(12, 7)),
            np.array([2, 0, 2, 1, 2, 0, 2, 2, 1, 2, 0, 2]),
            3,
            "classes of different sizes, and the first image is not of class 0",
        ),
        (rng.uniform(0, 16, size=(9, 5)), rng.permutation([0, 1, 1, 2, 2, 2, 3, 3, 3]), 4, ""),
        (
            rng.uniform(0, 1, size=(8, 6)).astype(np.float32),
            rng.permutation([0, 0, 0, 1, 1, 1, 1, 1]),
            2,
            "float32 images",
        ),
    ]:
        yield Case.of("minus the mean of all images", images, labels, n_classes, note=note)
        yield Case.of(
            "the mean image of each class",
            images,
            labels,
            n_classes,
            view="differences",
            note="how the templates differ from that of class 0" + (f"; {note}" if note else ""),
        )


CHAPTER.question(
    "after_three_connections",
    task="What is left of a signal of 3 that crosses three connections, of weights 2, -0.5 and 0.1, one after another.",
    value=-0.3,
    hints=(
        "What leaves the first connection enters the second.",
        "apply_weight(apply_weight(3.0, 2.0), -0.5) is the signal after two of them.",
    ),
    mistakes={
        "adds_the_weights": (
            4.8,
            "You add the three weights before you apply them. That is three connections side by side; here they come "
            "one after another, so each multiplies what the one before let through.",
        ),
        "adds_instead_of_multiplying": (4.6, "You add the weights to the signal. Each connection multiplies."),
        "loses_the_sign": (0.3, "The size is right, but one of the weights is negative and turns the signal round."),
        "leaves_out_the_signal": (
            -0.1,
            "This is the product of the weights, what the three connections do together. The signal that enters is 3.",
        ),
    },
    rtol=1e-6,
)

CHAPTER.question(
    "share_that_flips",
    task="Which share of the trained network's learned weights is negative, as a number between 0 and 1.",
    value=120_125 / 242_176,
    hints=(
        "learned < 0 is an array of truth values, one for each weight. How does one count the True among them?",
        "np.mean of truth values is the share that is True.",
    ),
    mistakes={
        "counts_the_positive_ones": (122_051 / 242_176, "This is the share that keeps the sign. Which ones flip it?"),
        "gives_the_number": (120_125, "This is how many there are. Which share of all weights is it?"),
        "gives_per_cent": (12_012_500 / 242_176, "This is in per cent. The share is a number between 0 and 1."),
    },
    rtol=1e-3,
)

CHAPTER.written_answer("zero_or_negative", points=2)
CHAPTER.written_answer("where_is_the_knowledge", points=3)
