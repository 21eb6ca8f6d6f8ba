"""Chapter 04 asks: how does an input become a prediction?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ..exercise import PURE, Case, Chapter

CHAPTER = Chapter("04_forward", "From image to prediction")


def network(rng: np.random.Generator, sizes: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw a network with biases that matter."""
    return [(rng.normal(size=(fan_in, fan_out)), rng.normal(size=fan_out)) for fan_in, fan_out in pairwise(sizes)]


@CHAPTER.exercise(
    aspects={"keeps positive entries and replaces the others by zero": 1, PURE: 1},
    hints=(
        "Look at each number on its own. What should come out for 7, and what for -7? What should come out for 0?",
        "For each entry you need the larger of two numbers. NumPy has a function that compares two arrays entry by "
        "entry; one of the two may be a single number.",
        "Return np.maximum(x, 0). (np.max is a different function: it finds the largest entry of an array or along an "
        "axis.)",
    ),
    why="ReLU passes a positive sum unchanged and replaces any other by zero. Without such a nonlinear step, two "
    "layers could do no more than one.",
)
def relu(rng: np.random.Generator) -> Iterator[Case]:
    """Return the positive part of x, entry by entry: positive numbers unchanged, zero in place of all others."""
    aspect = "keeps positive entries and replaces the others by zero"
    yield Case.of(aspect, np.array([-2.0, -0.5, 0.0, 0.5, 2.0, 7.5]), note="from negative to positive")
    yield Case.of(aspect, rng.normal(size=(3, 4)))
    yield Case.of(aspect, 3 * rng.normal(size=(2, 3, 2)), note="three dimensions")
    yield Case.of(aspect, -1 - rng.random(size=(2, 3)), note="all negative")
    yield Case.of(aspect, np.array(-1.5), note="an array without dimensions, a single number")
    yield Case.of(aspect, np.array([1e-17, -3e-17]), note="tiny numbers")
    yield Case.of(aspect, np.array([-300.0, 12.5, 250.0, 40.0, -8.0]) * rng.uniform(1, 2), note="large numbers")


@CHAPTER.exercise(
    aspects={"turns each row into probabilities": 2, "stays finite for large logits": 1, PURE: 1},
    hints=(
        "There are two steps: exp makes every number positive, then a second step makes each row add up to 1. How did "
        "you do the second step on paper?",
        "Apply np.exp, then divide each row by its own sum; np.sum(..., axis=1, keepdims=True) keeps the sums as a "
        "column. exp(1000) overflows, but what happens to the ratios if you subtract the same number from a whole row "
        "first?",
        "shifted = logits - logits.max(axis=1, keepdims=True); powers = np.exp(shifted); return powers / "
        "powers.sum(axis=1, keepdims=True).",
    ),
    why="exp(a - m) / sum(exp(b - m)) equals exp(a) / sum(exp(b)), because the factor exp(-m) cancels. If m is the "
    "row's largest logit, no exponential is above one and the sum is at least one.",
)
def softmax(rng: np.random.Generator) -> Iterator[Case]:
    """Return the probabilities of the classes for each row of logits; stay finite for logits of any magnitude."""
    rows, large = "turns each row into probabilities", "stays finite for large logits"
    yield Case.of(rows, np.array([[1.0, 2.0, 3.0]]), note="one row")
    yield Case.of(rows, rng.normal(size=(4, 3)), note="four rows, three classes")
    yield Case.of(rows, 2 * rng.normal(size=(3, 3)), note="as many rows as classes")
    yield Case.of(rows, np.full((2, 5), -0.7), note="all logits equal")
    yield Case.of(rows, rng.normal(size=(3, 1)), note="one class")
    far = np.array([[0.0, -20.0, -45.0], [-60.0, -25.0, 0.5]]) + rng.uniform(-1, 1, size=(2, 3))
    yield Case.of(rows, far, rtol=1e-5, atol=1e-40, note="probabilities far below a millionth")
    yield Case.of(
        large,
        np.array([[10_000.0, 9_998.5, -10_000.0], [-10_000.0, -9_999.0, -9_998.0]]),
        note="logits around 10,000 and around -10,000",
    )
    yield Case.of(large, 800 + rng.normal(size=(2, 4)), note="logits around 800")
    yield Case.of(large, np.array([[-1_620.0, -900.0, -901.5, -1_620.0]]), note="no logit above -900")
    yield Case.of(large, (100 + rng.normal(size=(3, 4))).astype(np.float32), note="float32 logits around 100")


@CHAPTER.exercise(
    aspects={"logits": 3, "activations": 2, PURE: 1},
    parts=("logits", "activations"),
    hints=(
        "The output of each layer is the input of the next one. Before each layer, write down what enters it. How does "
        "the output layer differ from the others?",
        "Treat the output layer separately: each layer before it is relu(dense(...)), and the output layer is "
        "dense(...) alone. Begin the list with x, so that it has as many entries as there are layers.",
        "activations = [x]; for weights, bias in layers[:-1], append relu(dense(activations[-1], weights, bias)). "
        "Then logits = dense(activations[-1], *layers[-1]). Return logits, activations.",
    ),
    why="activations[k] is the input of layer k. Backpropagation needs these arrays, because a weight's gradient "
    "contains the signals that came in through it.",
    prerequisites=("relu", "dense"),
)
def forward(rng: np.random.Generator) -> Iterator[Case]:
    """Return the logits of a batch, and the list of layer inputs: x first, one entry per layer."""
    yield Case.of(None, network(rng, [4, 5, 3]), rng.normal(size=(2, 4)), note="two layers")
    yield Case.of(None, network(rng, [3, 6, 5, 4, 2]), rng.normal(size=(5, 3)), note="four layers")
    yield Case.of(
        None, network(rng, [4, 4, 4, 4]), rng.normal(size=(4, 4)), note="square layers, as many rows as neurons"
    )
    yield Case.of(None, network(rng, [4, 3]), rng.normal(size=(6, 4)), note="a single layer, which is the output layer")
    (weights, bias), output = network(rng, [2, 3, 2])
    asleep = [(weights, bias - 20), output]
    yield Case.of(None, asleep, rng.normal(size=(1, 2)), note="a batch of one, for which no hidden neuron is active")
    single = [(weights.astype(np.float32), bias.astype(np.float32)) for weights, bias in network(rng, [3, 4, 2])]
    yield Case.of(None, single, rng.normal(size=(3, 3)).astype(np.float32), note="float32")


@CHAPTER.exercise(
    aspects={"finds the class with the largest logit": 1, "resolves ties in favour of the lowest class": 1},
    hints=(
        "Which of a row's logits decides the prediction? You need the position of that logit in the row, not its "
        "value.",
        "np.argmax finds the position of the largest entry. With axis=1 it does so in each row, and it returns the "
        "first of equal entries. What does forward return?",
        "logits, _ = forward(layers, x); return np.argmax(logits, axis=1).",
    ),
    why="The class with the largest logit has the largest probability, so no probability is needed. "
    "np.argmax returns the first of equal entries.",
    prerequisites=("forward",),
)
def predict(rng: np.random.Generator) -> Iterator[Case]:
    """Return the predicted class of each row: the position of the row's largest logit.

    Where logits tie, the lowest of their positions is the class.
    """
    largest, ties = "finds the class with the largest logit", "resolves ties in favour of the lowest class"
    # Every class is the answer for one row, by a clear margin; the only layer returns its inputs unchanged.
    order = rng.permutation(5)
    identity = [(np.eye(5), np.zeros(5))]
    yield Case.of(largest, identity, 3 * np.eye(5)[order] + rng.uniform(-1, 1, size=(5, 5)), note="each class once")
    yield Case.of(largest, identity, 3 * np.eye(5)[order[1:4]] - 8, note="all logits negative")
    steep = np.array([[1000.0, 1500, -1000, 2000, 0], [-1000, 900, 0, 1200, 1300]])
    yield Case.of(largest, identity, steep, note="logits up to 2,000")
    close = np.array([[2.0, -1, 2.000002, 1, 0], [3, 3.0005, 2, 1, 3], [0.5, 0, 1, -1, 1.000002]])
    yield Case.of(largest, identity, close, note="logits that nearly tie")
    layers = network(rng, [3, 8, 4])
    yield Case.of(largest, layers, 2 * rng.normal(size=(7, 3)), note="two layers")
    yield Case.of(largest, network(rng, [4, 6, 5, 3]), 2 * rng.normal(size=(1, 4)), note="a batch of one")
    yield Case.of(largest, network(rng, [3, 8, 6, 4]), rng.normal(size=(60, 3)), note="sixty examples, three layers")
    # Small whole numbers add up exactly in any order, so these logits tie in every correct implementation.
    equal = np.array([[4.0, 2, 4, 4, 1], [0, 3, 1, 3, 3], [-2, -2, -2, -2, -2], [-7, -5, -6, -7, -5]])
    yield Case.of(ties, identity, equal, note="equal logits")
    alike = [(np.eye(2), np.zeros(2)), (np.array([[1.0, 1, 0], [0, 0, 1]]), np.zeros(3))]
    yield Case.of(ties, alike, np.array([[2.0, 1], [3, 1], [1, 2]]), note="two identical output neurons")
    # Somebody who chooses among equal logits by chance must not pass by chance.
    yield Case.of(ties, identity, rng.integers(3, size=(60, 5)).astype(float), note="sixty rows, most with a tie")


CHAPTER.question(
    "products_per_image",
    task="Count the multiplications for one image that passes through a 64-64-10 network.",
    value=4736,
    mistakes={
        "counts_neurons": (
            74,
            "This is the number of neurons. Each weight needs one multiplication: how many weights does a neuron have?",
        ),
        "counts_biases": (4810, "This includes the biases, which are added, not multiplied."),
        "multiplies_layers": (
            64 * 64 * 64 * 10,
            "The layers' counts were multiplied. The layers work one after the other, so their counts are added.",
        ),
        "multiplies_sizes": (
            64 * 64 * 10,
            "The three sizes were multiplied. There are two weight matrices, one after the other: count each of them.",
        ),
    },
    hints=("There is one multiplication per weight. How many weights do the two matrices hold?",),
)

CHAPTER.question(
    "lead_of_two",
    task="Compute the probability of the first of two classes whose logits are 2 and 0.",
    value=1 / (1 + math.exp(-2)),
    mistakes={
        "share_without_exp": (
            1.0,
            "Was an exp left out? exp(0) is 1, so a class whose logit is zero has a probability above zero.",
        ),
        "the_other_class": (1 / (1 + math.exp(2)), "This is the probability of the other class."),
    },
    hints=("For the softmax of [2, 0], divide exp(2) by exp(2) + exp(0).",),
    rtol=1e-3,
)

CHAPTER.written_answer("why_relu_between", points=3)
CHAPTER.written_answer("sure_of_nonsense", points=3)
