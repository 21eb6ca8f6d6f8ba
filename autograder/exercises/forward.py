"""Chapter 04 asks: how does an input become a prediction?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ..exercise import PURE, Case, Chapter

CHAPTER = Chapter("04_forward", "From picture to prediction")


def network(rng: np.random.Generator, sizes: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw a network with biases that matter."""
    return [(rng.normal(size=(fan_in, fan_out)), rng.normal(size=fan_out)) for fan_in, fan_out in pairwise(sizes)]


@CHAPTER.exercise(
    aspects={"positive stays, negative becomes zero": 1, PURE: 1},
    hints=(
        "Each number is looked at by itself: a positive one stays as it is. What becomes of a negative one?",
        "You want the larger of two numbers, x and 0, in every place of the array at once.",
        "np.maximum(x, 0) compares entry by entry. (np.max(x) is another function: it finds one largest entry.)",
    ),
    why="ReLU lets a positive signal through and silences a negative one. Without such a bend between them, two layers "
    "would compute no more than one layer can.",
)
def relu(rng: np.random.Generator) -> Iterator[Case]:
    """The positive part of x, entry by entry: positive numbers stay, all others become 0."""
    aspect = "positive stays, negative becomes zero"
    yield Case.of(aspect, np.array([-2.0, -0.5, 0.0, 0.5, 2.0, 7.5]), note="from negative to positive")
    yield Case.of(aspect, rng.normal(size=(3, 4)))
    yield Case.of(aspect, 3 * rng.normal(size=(2, 3, 2)), note="three dimensions")
    yield Case.of(aspect, -1 - rng.random(size=(2, 3)), note="all negative")
    yield Case.of(aspect, np.array(-1.5), note="an array without dimensions, a single number")


@CHAPTER.exercise(
    aspects={"each row becomes probabilities": 2, "stays finite for large logits": 1, PURE: 1},
    hints=(
        "Two steps: make every number positive with np.exp, then divide each row by its own sum.",
        "np.sum(..., axis=1, keepdims=True) keeps the sums as a column, which then divides row by row. And exp(1000) "
        "is too large for the computer: what happens to the ratio if you take the same number off a whole row first?",
        "shifted = logits - logits.max(axis=1, keepdims=True); then powers = np.exp(shifted), and powers divided by "
        "powers.sum(axis=1, keepdims=True).",
    ),
    why="exp(a - m) / sum(exp(b - m)) is exp(a) / sum(exp(b)): the factor exp(-m) cancels. With m the row's largest "
    "logit, no exponential is above one, and the sum is at least one.",
)
def softmax(rng: np.random.Generator) -> Iterator[Case]:
    """Probabilities row by row: exp(logits) divided by its row's sum, finite for any logits."""
    rows, large = "each row becomes probabilities", "stays finite for large logits"
    yield Case.of(rows, np.array([[1.0, 2.0, 3.0]]), note="one row")
    yield Case.of(rows, rng.normal(size=(4, 3)), note="four rows, three classes")
    yield Case.of(rows, 2 * rng.normal(size=(3, 3)), note="as many rows as classes")
    yield Case.of(rows, np.full((2, 5), -0.7), note="all classes alike")
    yield Case.of(rows, rng.normal(size=(3, 1)), note="one class")
    yield Case.of(
        large,
        np.array([[10_000.0, 9_998.5, -10_000.0], [-10_000.0, -9_999.0, -9_998.0]]),
        note="rows around 10,000 and around -10,000",
    )
    yield Case.of(large, 800 + rng.normal(size=(2, 4)), note="logits around 800")
    yield Case.of(large, (100 + rng.normal(size=(3, 4))).astype(np.float32), note="float32 logits around 100")


@CHAPTER.exercise(
    aspects={"logits": 3, "activations": 2, PURE: 1},
    parts=("logits", "activations"),
    hints=(
        "Send x through the layers one by one: what a layer gives is what the next one takes. Before each layer, note "
        "down what goes into it.",
        "Treat the last layer by itself: every other layer is relu(dense(...)), the last one is dense(...) alone. The "
        "list begins with x, so that it has as many items as there are layers.",
        "activations = [x]; for every layer in layers[:-1], append relu(dense(activations[-1], weights, bias)). At the "
        "end logits = dense(activations[-1], ...) with the last layer. Return both: logits, activations.",
    ),
    why="activations[k] is what enters layer k. Backpropagation will need exactly these: a weight's gradient "
    "is made of what entered its layer.",
    prerequisites=("relu", "dense"),
)
def forward(rng: np.random.Generator) -> Iterator[Case]:
    """The logits of a batch, and the list of what entered each layer: x first, as many as there are layers."""
    yield Case.of(None, network(rng, [4, 5, 3]), rng.normal(size=(2, 4)), note="two layers")
    yield Case.of(None, network(rng, [3, 6, 5, 4, 2]), rng.normal(size=(5, 3)), note="four layers")
    yield Case.of(
        None, network(rng, [4, 4, 4, 4]), rng.normal(size=(4, 4)), note="square layers, as many rows as neurons"
    )
    yield Case.of(None, network(rng, [4, 3]), rng.normal(size=(6, 4)), note="a single layer, which is the last one")
    yield Case.of(None, network(rng, [2, 3, 2]), rng.normal(size=(1, 2)), note="a batch of one")
    single = [(weights.astype(np.float32), bias.astype(np.float32)) for weights, bias in network(rng, [3, 4, 2])]
    yield Case.of(None, single, rng.normal(size=(3, 3)).astype(np.float32), note="float32")


@CHAPTER.exercise(
    aspects={"the class with the largest logit": 1, "ties go to the lowest class": 1},
    hints=(
        "The largest logit wins. Not its value is asked for, but its place in the row.",
        "np.argmax finds the place of the largest entry; axis=1 lets it look along each row.",
        "forward(layers, x) returns two things: take the logits, and return np.argmax(logits, axis=1).",
    ),
    why="Softmax keeps the order of the logits, so the most probable class is the one with the largest logit: no "
    "probability needs to be computed. np.argmax takes the first of equals.",
    prerequisites=("forward",),
)
def predict(rng: np.random.Generator) -> Iterator[Case]:
    """The predicted class of each row: the place of its largest logit, the lowest place where logits tie."""
    largest, ties = "the class with the largest logit", "ties go to the lowest class"
    # Every class is the answer of one row, by a clear margin; a network of one layer hands its inputs on.
    order = rng.permutation(5)
    identity = [(np.eye(5), np.zeros(5))]
    yield Case.of(largest, identity, 3 * np.eye(5)[order] + rng.uniform(-1, 1, size=(5, 5)), note="each class once")
    yield Case.of(largest, identity, 3 * np.eye(5)[order[1:4]] - 8, note="all logits negative")
    layers = network(rng, [3, 8, 4])
    yield Case.of(largest, layers, 2 * rng.normal(size=(7, 3)), note="two layers")
    yield Case.of(largest, network(rng, [4, 6, 5, 3]), 2 * rng.normal(size=(1, 4)), note="a batch of one")
    yield Case.of(largest, network(rng, [3, 8, 6, 4]), rng.normal(size=(60, 3)), note="sixty examples, three layers")
    # Small whole numbers add up exactly in any order, so these ties are ties for everybody.
    equal = np.array([[4.0, 2, 4, 4, 1], [0, 3, 1, 3, 3], [-2, -2, -2, -2, -2], [-7, -5, -6, -7, -5]])
    yield Case.of(ties, identity, equal, note="equal logits")
    twins = [(np.eye(2), np.zeros(2)), (np.array([[1.0, 1, 0], [0, 0, 1]]), np.zeros(3))]
    yield Case.of(ties, twins, np.array([[2.0, 1], [1, 1], [1, 2]]), note="two output neurons alike")


CHAPTER.question(
    "products_per_picture",
    task="How many multiplications one picture costs on its way through a 64-64-10 network.",
    value=4736,
    mistakes={
        "counts_neurons": (
            74,
            "You counted neurons. Each weight is one multiplication, and every neuron has as many "
            "weights as its layer has inputs.",
        ),
        "counts_biases": (4810, "You counted the biases too. They are added, not multiplied."),
        "multiplies_layers": (
            64 * 64 * 64 * 10,
            "You multiplied the layers' counts. They work one after the other: their costs add.",
        ),
    },
    hints=("One multiplication for each weight. How many weights have the two layers?",),
)

CHAPTER.question(
    "lead_of_two",
    task="The probability of the first of two classes whose logits are 2 and 0.",
    value=1 / (1 + math.exp(-2)),
    mistakes={
        "share_without_exp": (
            1.0,
            "You left out an exp. Softmax divides exp(2) by exp(2) + exp(0), and exp(0) is 1: "
            "a logit of zero still has its share.",
        ),
        "the_other_class": (1 / (1 + math.exp(2)), "That is the other class's probability."),
    },
    hints=("softmax of [2, 0]: exp(2) divided by exp(2) + exp(0).",),
    rtol=1e-3,
)

CHAPTER.written_answer("why_relu_between", points=3)
CHAPTER.written_answer("sure_of_nonsense", points=3)
