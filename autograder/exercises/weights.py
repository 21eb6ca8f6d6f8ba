"""Chapter 01 asks: what does one weight do, and what do many weights do together?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..exercise import PURE, Call, Case, Chapter, Unusable
from ..judging.compare import as_array
from ..judging.words import describe
from .shared import refused_shapes

CHAPTER = Chapter("01_weights", "One number on one connection")


@CHAPTER.exercise(
    aspects={"one signal": 1, "signals of any shape": 1},
    hints=(
        "A weight of 1 leaves every signal as it was, and a weight of 0 blocks it. Which operation does that?",
        "A weight of 2 turns 3 into 6, and a weight of -3 turns 3 into -9. The same operation works for every weight.",
        "Multiply the two: weight * signal. NumPy multiplies a whole array by a number at once, so no loop is needed.",
    ),
    why="One multiplication does everything that a connection does: a magnitude above 1 amplifies, one near 0 "
    "suppresses, and a negative weight flips the sign.",
)
def apply_weight(rng: np.random.Generator) -> Iterator[Case]:
    """Compute the signal after it has crossed one connection of the given weight."""
    yield Case.of("one signal", 3.0, 2.5, note="a weight above one amplifies")
    yield Case.of("one signal", float(rng.uniform(1, 3)), 0.0, note="a weight of zero lets nothing through")
    yield Case.of("one signal", 3, 1e-9, note="a whole number; a weight near zero lets only a little through")
    yield Case.of("one signal", float(rng.uniform(1, 3)), -1.5, note="a negative weight flips the sign")
    yield Case.of("one signal", -2.5, -0.8, note="a negative signal through a negative weight comes out positive")
    yield Case.of("signals of any shape", rng.normal(size=5), 1.75, note="five signals at once")
    yield Case.of("signals of any shape", rng.normal(size=(2, 3, 4)), -0.5, note="three dimensions")
    yield Case.of("signals of any shape", rng.normal(size=(3, 4)).astype(np.float32), 0.25, note="float32 signals")
    yield Case.of("signals of any shape", np.array([2.5, -1.5]), 0.0, note="two signals and a weight of zero")
    yield Case.of("signals of any shape", np.zeros((2, 3)), 1.5, note="six signals, all zero")
    whole = rng.permutation([1, 5, 9, -4])
    yield Case.of("signals of any shape", whole, 0.3, note="whole numbers; the result is not a whole number")


@CHAPTER.exercise(
    aspects={"multiplies and adds up": 1, "refuses arrays of unsuitable shapes": 1, PURE: 1},
    hints=(
        "Each input crosses its own connection, as in apply_weight. Then the neuron receives all of them at once. "
        "Which operation turns many numbers into one?",
        "Compare inputs.shape with weights.shape before you compute anything, and check that there is only one axis "
        '(inputs.ndim). An f-string puts a shape into a message: raise ValueError(f"... {inputs.shape} ...").',
        "First: if inputs.ndim != 1 or inputs.shape != weights.shape, raise the ValueError with both shapes in its "
        "message. Then the result is inputs @ weights, or np.sum(inputs * weights), as one number.",
    ),
    why="Each input votes with its own weight, and the votes are added. The shapes are compared because `*` would "
    "silently broadcast a single input.",
)
def weighted_sum(rng: np.random.Generator) -> Iterator[Case]:
    """Compute the number that reaches one neuron when each input crosses its own connection.

    If the lengths differ or either array is not one-dimensional, raise a ValueError whose message contains both shapes.
    """
    values, refuses = "multiplies and adds up", "refuses arrays of unsuitable shapes"
    yield Case.of(values, np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0]), note="small enough to check by hand")
    yield Case.of(values, rng.normal(size=6), rng.normal(size=6) + 0.3)
    yield Case.of(values, np.array([-1.7e-9]), np.array([-2.2]), note="a single connection, and hardly any input")
    yield Case.of(values, rng.normal(size=9).astype(np.float32), rng.normal(size=9).astype(np.float32))
    pairs = [
        ((3,), (5,), "fewer inputs than weights"),
        ((6,), (4,), "more inputs than weights"),
        ((1,), (5,), "one input, five weights: NumPy's * would broadcast it"),
        ((3, 3), (3,), "a 2-D array of inputs, as in the next exercise"),
        ((3,), (3, 2), "a 2-D array of weights, as in the next exercise"),
        ((4, 4), (4, 4), "equal shapes, but not one-dimensional"),
        ((), (), "two single numbers: arrays without an axis"),
        ((2, 3), (6,), "a 2-D array with as many inputs as there are weights"),
        ((0,), (4,), "no inputs, four weights"),
    ]
    yield from refused_shapes(refuses, rng, pairs)


@CHAPTER.exercise(
    aspects={"computes each example's sum in each neuron": 2, PURE: 1},
    hints=(
        "Take one example (a row of inputs) and one neuron (a column of weights). Their weighted sum is one number. "
        "Where in the result does it belong?",
        "Entry [b, j] is the weighted sum of inputs[b] and weights[:, j], so the result has a row per example and a "
        "column per neuron. Two loops compute it; NumPy has one operator for exactly this.",
        "The operator is @, the matrix product: (batch, fan_in) @ (fan_in, fan_out) gives (batch, fan_out). Return "
        "inputs @ weights.",
    ),
    why="A matrix product is many weighted sums at once: row b of the left array and column j of the right one give "
    "entry [b, j].",
    prerequisites=("weighted_sum",),
)
def weighted_sums(rng: np.random.Generator) -> Iterator[Case]:
    """Compute the weighted sums of a whole layer for a whole batch: one example per row, one neuron per column."""
    aspect = "computes each example's sum in each neuron"
    blank = np.where(np.arange(4)[:, np.newaxis] == 2, 0, rng.normal(size=(4, 3)))
    yield Case.of(aspect, blank, rng.normal(size=(3, 2)), note="four examples, one of them blank; two neurons")
    yield Case.of(
        aspect,
        rng.normal(size=(3, 3)),
        rng.normal(size=(3, 3)),
        note="all shapes are (3, 3): the product exists in either order, but only one order is right",
    )
    off = np.where(np.arange(4) == 1, 0, rng.normal(size=(5, 4)))
    yield Case.of(
        aspect, rng.normal(size=(1, 5)), off, note="a batch of one keeps its row; one neuron's weights are all 0"
    )
    yield Case.of(aspect, rng.normal(size=(6, 2)), rng.normal(size=(2, 1)), note="one neuron keeps its column")
    single = [rng.normal(size=size).astype(np.float32) for size in [(5, 1), (1, 2)]]
    yield Case.of(aspect, *single, note="a single input, in float32")
    whole = rng.integers(-9, 9, size=(4, 3))
    yield Case.of(aspect, whole, rng.normal(size=(3, 2)), note="inputs that are whole numbers; the sums are not")


@CHAPTER.exercise(
    aspects={"counts between two layers": 1, "counts any number of layers": 1},
    hints=(
        "Draw three inputs and two neurons, and count the lines between them. Which operation on 3 and 2 gives that "
        "number?",
        "Only neighbouring layers are connected. For [64, 32, 10] there are lines from 64 to 32 and from 32 to 10, but "
        "none from 64 to 10. How many pairs of neighbours are there?",
        "Add up layer_sizes[i] * layer_sizes[i + 1] for i in range(len(layer_sizes) - 1). A single size has no "
        "neighbour, and an empty sum is 0.",
    ),
    why="A neuron has one weight for each input, or for each neuron of the layer before. Two neighbouring layers "
    "therefore contribute the product of their sizes.",
)
def count_weights(rng: np.random.Generator) -> Iterator[Case]:
    """Count the weights of a network in which each layer is fully connected to the next; leave out the biases."""
    several = "counts any number of layers"
    yield Case.of("counts between two layers", [3, 2], note="three inputs, two neurons: small enough to draw")
    yield Case.of("counts between two layers", [50_257, 65_537], note="more than a signed 32-bit integer can hold")
    yield Case.of("counts between two layers", [int(n) for n in rng.integers(5, 40, size=2)])
    yield Case.of(several, [64, 32, 10], note="one layer in between")
    yield Case.of(several, [32, 32, 32, 10], note="layers of the same size, one after the other")
    sizes = [int(n) for n in rng.integers(3, 30, size=5)]
    yield Case.of(several, [*sizes[:2], 1, *sizes[3:]], note="five layers, one of them a single neuron")
    yield Case.of(several, [int(rng.integers(5, 50))], note="a single layer is connected to nothing")


def _differences(answers: list, calls: tuple[Call, ...]) -> np.ndarray:
    """Return each template minus that of class 0, which removes whatever was subtracted from all of them."""
    array = as_array(answers[0])
    if array is None or array.dtype.kind not in "iuf":
        raise Unusable("type", f"{describe(answers[0])}; expected an array of numbers")
    images, _, n_classes = calls[0].args
    if array.shape == (images.shape[1], n_classes):
        return array - array[:, :1]
    return (array.T - array.T[:, :1]).T if array.shape == (n_classes, images.shape[1]) else array


@CHAPTER.exercise(
    aspects={"averages each class": 2, "subtracts the mean of all images": 1, PURE: 1},
    hints=(
        "images[labels == 3] selects the rows that show a 3. What would an average 3 look like?",
        "mean(axis=0) averages over the rows, so it gives one number per pixel. Compute such a mean for each class, "
        "and one for all images together. Collect one column per class in a list.",
        "For each c in range(n_classes) a column is images[labels == c].mean(axis=0) - images.mean(axis=0). "
        "np.stack(columns, axis=1) puts the columns side by side.",
    ),
    why="Subtracting the mean of all images leaves the differences: positive where the class has more ink than the "
    "average image, negative where it has less.",
    views={"differences": _differences},
)
def template_weights(rng: np.random.Generator) -> Iterator[Case]:
    """Compute one neuron per class: column c is the mean image of class c minus the mean of all images."""
    small = np.array([[1.0, 0.0], [3.0, 0.0], [0.0, 6.0]])
    for images, labels, n_classes, note in [
        (small, np.array([0, 0, 1]), 2, "three images of two pixels, small enough to check by hand"),
        (
            rng.uniform(0, 16, size=(12, 7))[[0, 1, 0, *range(3, 12)]] * (np.arange(7) != 4),
            np.array([2, 0, 2, 1, 2, 0, 2, 2, 1, 2, 0, 2]),
            3,
            "classes of different sizes, one image twice, a pixel without ink, a first image that is not of class 0",
        ),
        (
            np.where(np.arange(9)[:, np.newaxis] == 4, 0, rng.uniform(0, 16, size=(9, 5))),
            np.insert(rng.permutation([0, 1, 1, 2, 2, 3, 3, 3]), 4, 2),
            4,
            "one image is blank",
        ),
        (
            rng.uniform(0, 1, size=(8, 6)).astype(np.float32),
            rng.permutation([0, 0, 0, 1, 1, 1, 1, 1]),
            2,
            "float32 images",
        ),
        (
            rng.integers(0, 16, size=(7, 5)),
            rng.permutation([0, 0, 1, 1, 1, 2, 2]),
            3,
            "images of whole numbers; many of their means are not",
        ),
    ]:
        yield Case.of("subtracts the mean of all images", images, labels, n_classes, note=note)
        if images.dtype.kind == "i":
            continue  # a wrong type for whole-number images costs only the small aspect
        yield Case.of(
            "averages each class",
            images,
            labels,
            n_classes,
            view="differences",
            note="how the templates differ from that of class 0" + (f"; {note}" if note else ""),
        )


CHAPTER.question(
    "after_three_connections",
    task="Compute the result when a signal of 3 passes through three connections in a row, with the weights 2, -0.5 "
    "and 0.1.",
    value=-0.3,
    hints=(
        "The signal that leaves the first connection enters the second.",
        "apply_weight(apply_weight(3.0, 2.0), -0.5) is the signal after two of the three connections.",
    ),
    mistakes={
        "adds_the_weights": (
            4.8,
            "This is 3 times the sum of the weights, as for parallel connections. In a chain, each connection "
            "multiplies the output of the one before it.",
        ),
        "adds_instead_of_multiplying": (4.6, "This is the signal plus all weights. A connection multiplies."),
        "loses_the_sign": (0.3, "The magnitude is right, but one of the weights is negative and flips the sign."),
        "leaves_out_the_signal": (
            -0.1,
            "This is the product of the three weights alone. The signal that enters is 3.",
        ),
    },
    rtol=1e-6,
)

CHAPTER.question(
    "share_that_flips",
    task="Compute the fraction of the trained network's learned weights that are negative, as a number between "
    "0 and 1.",
    value=120_125 / 242_176,
    hints=(
        "If you compare an array with a number, you get an array with True or False for each entry. How can you count "
        "the True ones?",
        "learned < 0 says which weights are negative, and np.mean of True and False is the fraction that is True.",
    ),
    mistakes={
        "counts_the_positive_ones": (
            122_051 / 242_176,
            "This is the fraction of positive weights. Which weights flip the sign?",
        ),
        "gives_the_number": (
            120_125,
            "This is the number of negative weights. Divide that number by the total number of weights.",
        ),
        "gives_per_cent": (12_012_500 / 242_176, "This is a percentage. Give the fraction, a number between 0 and 1."),
    },
    rtol=1e-3,
)

CHAPTER.written_answer("zero_or_negative", points=2)
CHAPTER.written_answer("where_is_the_knowledge", points=3)
