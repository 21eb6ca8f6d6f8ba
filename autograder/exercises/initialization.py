"""Chapter 03 asks: what values do weights start with, and what becomes of a signal that passes through them?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..exercise import PURE, Call, Case, Chapter, Given, Rng, Unusable
from ..judging.compare import as_array
from ..judging.laws import CLOSE, NORMAL, UNIFORM, measure
from ..judging.words import counted, describe

CHAPTER = Chapter("03_initialization", "Random at birth")

LAW, OWN_RNG = "draws from the right distribution", "draws from the rng argument only"

SHAPES = ((100, 400), (400, 100))
"""Shapes of the matrices whose distribution is measured; see `laws.CLOSE`."""


def matrix_of(answer: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return an answer as a float array of the given shape."""
    array = as_array(answer, shape)
    if array is None:
        raise Unusable("type", f"{describe(answer)}; expected an array of shape {shape}")
    if array.shape != shape:
        if not array.ndim:
            raise Unusable("shape", f"a single number; expected an array of shape {shape}", ())
        raise Unusable("shape", f"an array of shape {array.shape}; expected {shape}", array.shape)
    return array.astype(float)


def _law_view(deviation: Callable[[int, int], float], wanted: dict) -> Callable:
    def view(answers: list, calls: tuple[Call, ...]) -> dict:
        fan_in, fan_out, _ = calls[0].args
        return measure(matrix_of(answers[0], (fan_in, fan_out)), deviation(fan_in, fan_out), wanted)

    return view


def _small_view(deviation: Callable[[int, int], float]) -> Callable:
    """Return a view for layers so small that an axis length off by one makes a difference."""

    def view(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
        fan_in, fan_out, _ = calls[0].args
        drawn = np.concatenate([matrix_of(answer, (fan_in, fan_out)) for answer in answers])
        spread = float(np.sqrt(np.mean(drawn**2))) / deviation(fan_in, fan_out)
        layers = counted(len(calls), "layer")
        told = f"in {layers} of shape ({fan_in}, {fan_out}), the standard deviation must be the required one"
        return {told: abs(spread - 1) < 1 / 8}

    return view


def _same(one: Any, other: Any) -> bool:
    """Return whether two answers, however nested, hold the same numbers."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)) and as_array(one) is None:
        return len(one) == len(other) and all(map(_same, one, other))
    first, second = as_array(one), as_array(other)
    if first is None or second is None:
        raise Unusable("type", f"{describe(one if first is None else other)}; expected numbers")
    return first.shape == second.shape and bool(np.array_equal(first, second))


def rng_view(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """Compare answers from two generators in the same state, the second one used again, and one in another state."""
    one, twin, later, other = answers
    return {
        "generators in the same state must give the same weights": _same(one, twin),
        "calling it again with the same generator must give new weights": not _same(twin, later),
        "a generator in another state must give other weights": not _same(one, other),
    }


def _rng_case(rng: np.random.Generator, *args: Any) -> Case:
    seed = int(rng.integers(2**31))
    generators = Rng(seed), Rng(seed, stream=1), Rng(seed, stream=1), Rng(seed + 1)
    return Case.of(
        OWN_RNG,
        calls=[Call((*args, generator)) for generator in generators],
        view="rng",
        note="four calls: two generators in the same state, the second one again, and a different one",
    )


def _random_cases(rng: np.random.Generator, expected: dict[str, float]) -> Iterator[Case]:
    for (fan_in, fan_out), note in zip(SHAPES, ("more neurons than inputs", "more inputs than neurons"), strict=True):
        yield Case.of(
            LAW, fan_in, fan_out, Rng(int(rng.integers(2**31))), view="law", expected=expected, note=note, **CLOSE
        )
    yield _rng_case(rng, 6, 6)


def _small_case(rng: np.random.Generator, shape: tuple[int, int], n_layers: int) -> Case:
    """Return a case of small layers; the standard deviation of right answers is off by an eighth once in 10⁸ tries.

    The case comes last, because a fixed seed also fails here, where the message would say less.
    """
    calls = [Call((*shape, Rng(int(rng.integers(2**31)))))] * n_layers
    return Case.of(LAW, calls=calls, view="small", note=f"{counted(n_layers, 'layer')} of shape {shape}")


def xavier_deviation(fan_in: int, fan_out: int) -> float:
    """Return the standard deviation of Xavier's distributions."""
    return math.sqrt(2 / (fan_in + fan_out))


def he_deviation(fan_in: int, fan_out: int) -> float:
    """Return the standard deviation of He's distribution."""
    return math.sqrt(2 / fan_in)


@CHAPTER.exercise(
    aspects={
        "counts different columns": 1,
        "ignores rounding": 1,
        "scales the margin with the largest weight": 1,
    },
    hints=(
        "A neuron is a column. Go through the columns and keep only those that you have not seen before.",
        "A column has been seen if its largest difference from some kept column is at most the margin. The margin is "
        "one number for the whole array: 1e-4 times the largest magnitude.",
        "First compute margin = 1e-4 * np.max(np.abs(weights)). Then, for each column in weights.T, append it to a "
        "list if np.max(np.abs(column - kept)) > margin for every kept column in the list. Return the length of the "
        "list.",
    ),
    why="Each column is compared with all those kept, so identical neurons are found wherever they are. The margin is "
    "a fraction of the largest magnitude, so it means the same for tiny weights and for huge ones.",
)
def distinct_neurons(rng: np.random.Generator) -> Iterator[Case]:
    """Count the different neurons (columns) of a layer; columns that are equal up to rounding count as the same."""
    count, rounding, scale = (
        "counts different columns",
        "ignores rounding",
        "scales the margin with the largest weight",
    )
    yield Case.of(count, rng.normal(size=(5, 3)), note="three random neurons")
    weights = rng.normal(size=(4, 3))
    yield Case.of(count, weights[:, [0, 1, 0, 2, 1, 0]], note="six neurons, identical ones not side by side")
    yield Case.of(count, rng.normal(size=(6, 2))[[0, 1, 1, 2, 0]], note="rows repeat, columns do not")
    column = np.arange(1.0, 6.0) + rng.uniform(0.1, 0.4, size=5)
    multiples = np.stack([column, 2 * column, -column, column], axis=1)
    yield Case.of(count, multiples, note="multiples are different neurons")
    sharing = np.stack([column, np.concatenate([column[:1], 3 * column[1:]]), 0 * column], axis=1)
    yield Case.of(count, sharing, note="two neurons with one weight in common, and one whose weights are zero")
    yield Case.of(count, np.full((4, 6), 0.5), note="all weights are the same number")
    yield Case.of(count, np.zeros((3, 4)), note="all weights are zero")
    turned = np.stack([np.roll(column, shift) for shift in (0, 2, 3)], axis=1)
    yield Case.of(count, turned, note="the same numbers in a different order are a different neuron")
    almost = np.repeat(rng.uniform(0.5, 1, size=(5, 1)), 3, axis=1)
    almost[2, 1] += 0.2
    yield Case.of(count, almost, note="a single weight makes the difference")
    yield Case.of(count, almost[[0, 1, 3, 4, 2]], note="only the last weight differs")
    yield Case.of(count, rng.normal(size=(1, 1)), note="one weight")
    wide = np.repeat(rng.uniform(-1, 1, size=(300, 1)), 2, axis=1)
    wide[17, 1] += 0.02
    yield Case.of(count, wide, note="a single weight among 300 makes the difference")

    # Copies on both sides of rounding boundaries, then copies with a weight near zero.
    rounded = 2e-7 * np.array([1, -1, 0, 1, -1, 0])
    edges = np.array([0.31245, 0.2345, 0.123455, 0.45])[:, np.newaxis] + rounded
    yield Case.of(rounding, np.vstack([np.ones(6), edges]), note="six copies of one neuron that differ by rounding")
    near_zero = np.array([0.7, -2e-5, 0.3])[:, np.newaxis] + rounded
    yield Case.of(rounding, near_zero, note="copies with a weight near zero")
    trained = rng.normal(size=(8, 3))[:, rng.permutation([0, 0, 0, 1, 1, 2])]
    trained += 1e-7 * rng.uniform(-1, 1, size=trained.shape) * np.abs(trained).max()
    yield Case.of(rounding, trained, note="three neurons, some with copies that differ by rounding")
    negative = -rng.uniform(0.5, 1, size=(4, 2))[:, [0, 1, 0]]
    negative[1] = -1e-5
    note = "all weights are negative, some of them nearly zero"
    yield Case.of(rounding, negative + 2e-7 * rng.uniform(-1, 1, size=(4, 3)), note=note)
    lone = 1e-3 * rng.uniform(-1, 1, size=(600, 1))
    lone[5] = 1
    yield Case.of(
        rounding,
        lone + 5e-7 * rng.uniform(-1, 1, size=(600, 3)),
        note="three copies of a neuron with one large weight among 600, each rounded differently",
    )

    # However neurons are sorted (by first or last weight, sum or norm), a different one comes between identical ones.
    between = np.array([[1.0, 1, 1], [5, -3, 5], [-3, 5, -3], [1, 1, 1]])
    between[[0, 3]] += np.array([0, 1e-7, 2e-7])
    yield Case.of(rounding, between, note="a third neuron between two that differ by rounding only")
    # Each weight may differ by a ten-thousandth: a hundredth of that in all of them gives a large norm, and a
    # hundred times that in a single one of so many gives a small norm.
    many = np.ones((20_000, 3))
    many[:, 1] += 9e-7 * (-1.0) ** np.arange(20_000)
    many[11, 2] += 0.012
    yield Case.of(rounding, many, note="20,000 inputs: rounding in every weight, and a single weight that differs")

    small, large = 1e-6 * np.array([[1, -2, 0.5, 3]]), 1e5 * rng.normal(size=(5, 3))[:, [0, 1, 2, 0, 1]]
    large += 1e-7 * rng.uniform(-1, 1, size=large.shape) * np.abs(large).max()
    yield Case.of(scale, small, note="four neurons with one input, and weights around a millionth")
    yield Case.of(scale, large, note="weights around a hundred thousand, with identical neurons")
    beside = np.column_stack([column, 1e-6 * rng.uniform(-1, 1, size=(5, 3))])
    yield Case.of(scale, beside, note="one neuron with large weights beside three whose weights are nearly zero")


@CHAPTER.exercise(
    aspects={"gives one zero for each neuron": 1},
    hints=(
        "How many biases does a layer have, and what value do they all start with?",
        "The result is a 1-D array with one entry for each neuron.",
        "NumPy makes an array of n zeros with np.zeros(n). Here n is the number of neurons, fan_out.",
    ),
    why="Biases may all start at zero, because the random weights already make the neurons differ.",
)
def zero_bias(rng: np.random.Generator) -> Iterator[Case]:
    """Make the biases of a new layer: one zero for each of its fan_out neurons."""
    for fan_out in (3, 1, int(rng.integers(20, 90))):
        yield Case.of("gives one zero for each neuron", fan_out)


@CHAPTER.exercise(
    aspects={LAW: 2, OWN_RNG: 1},
    hints=(
        "A uniform distribution between -a and a has the variance a² / 3. Set this equal to Xavier's variance, which "
        "is on the page: what is a?",
        "rng.uniform(low, high, size=...) draws uniformly between two numbers. Which value of low makes the mean zero? "
        "What shape do the weights have?",
        "a is the square root of 6 / (fan_in + fan_out). Draw with rng.uniform from -a to a, with "
        "size=(fan_in, fan_out).",
    ),
    why="A uniform distribution on (-a, a) has the variance a² / 3, so a = √(6 / (fan_in + fan_out)) gives Xavier's "
    "variance, 2 / (fan_in + fan_out). This variance is a compromise between the signals that go forwards and the "
    "corrections that go backwards.",
    views={"law": _law_view(xavier_deviation, UNIFORM), "small": _small_view(xavier_deviation), "rng": rng_view},
)
def xavier_uniform(rng: np.random.Generator) -> Iterator[Case]:
    """Draw weights of shape (fan_in, fan_out) from a uniform distribution around 0 with Xavier's variance."""
    yield from _random_cases(rng, UNIFORM)
    yield _small_case(rng, (1, 2), 240)


@CHAPTER.exercise(
    aspects={LAW: 1, OWN_RNG: 1},
    hints=(
        "A normal distribution has a mean and a standard deviation. What mean must the starting weights have?",
        "rng.normal(mean, deviation, size=...) takes the standard deviation σ, not the variance σ². How do you get one "
        "from the other?",
        "The mean is 0, the standard deviation is np.sqrt(2 / (fan_in + fan_out)), and the size is (fan_in, fan_out).",
    ),
    why="These weights have the same mean and variance as those of xavier_uniform; only the shape of the distribution "
    "differs.",
    views={"law": _law_view(xavier_deviation, NORMAL), "rng": rng_view},
)
def xavier_normal(rng: np.random.Generator) -> Iterator[Case]:
    """Draw weights of shape (fan_in, fan_out) from a normal distribution around 0 with Xavier's variance."""
    yield from _random_cases(rng, NORMAL)


@CHAPTER.exercise(
    aspects={LAW: 2, OWN_RNG: 1},
    hints=(
        "Without ReLU a variance of 1 / fan_in leaves the mean square of a signal about the same. ReLU halves the mean "
        "square. Which variance makes up for ReLU?",
        "The variance must be twice as large. rng.normal takes its square root, the standard deviation.",
        "Draw with rng.normal: mean 0, standard deviation np.sqrt(2 / fan_in), size (fan_in, fan_out).",
    ),
    why="A sum of fan_in products has fan_in times the variance of one product, so a variance of 1 / fan_in leaves the "
    "RMS of the signal about the same. The 2 makes up for ReLU, which removes half of the mean square.",
    views={"law": _law_view(he_deviation, NORMAL), "small": _small_view(he_deviation), "rng": rng_view},
)
def he_normal(rng: np.random.Generator) -> Iterator[Case]:
    """Draw weights of shape (fan_in, fan_out) from a normal distribution around 0 with He's variance."""
    yield from _random_cases(rng, NORMAL)
    yield _small_case(rng, (1, 1200), 1)


@CHAPTER.exercise(
    aspects={"starts with the standard deviation of x": 1, "continues with one value per layer": 1, PURE: 1},
    hints=(
        "Follow the signal: measure it, send it through one layer, measure it again, and so on.",
        "Keep two variables in a loop over the weight matrices: the signal, which each layer replaces, and a list of "
        "standard deviations, which starts with that of x.",
        "In each iteration compute activation(signal @ weights), make it the new signal, and append its np.std to the "
        "list. Return the list as an array.",
    ),
    why="Each layer receives the output of the layer before it, so even a factor slightly below or above 1 compounds "
    "over many layers.",
    prerequisites=("weighted_sums",),
)
def signal_spread(rng: np.random.Generator) -> Iterator[Case]:
    """Compute the standard deviation of x, then of the signal after each layer and its activation function."""
    first, after = "starts with the standard deviation of x", "continues with one value per layer"
    yield Case.of(first, 0.5 + rng.normal(size=(6, 4)), [], Given("tanh"), note="no layers")
    x = 0.3 + rng.normal(size=(7, 5))
    yield Case.of(after, x, [rng.normal(size=(5, 3))], Given("leaky"), note="one layer, with a function much like ReLU")
    yield Case.of(
        after,
        x,
        [rng.normal(size=(5, 4)), rng.normal(size=(4, 6)), rng.normal(size=(6, 2))[:, :1]],
        Given("tanh"),
        note="three layers with tanh, the last one a single neuron",
    )
    square = [rng.normal(size=(5, 5)) for _ in range(12)]
    yield Case.of(after, x, [weights / 2 for weights in square], Given("leaky"), note="twelve square layers")
    silent = [np.where(np.arange(5) == 1, 0, weights) for weights in square[:3]]
    note = "an activation function that changes nothing, and a neuron in each layer whose weights are all 0"
    yield Case.of(after, x, silent, Given("identity"), note=note)
    dying = [*square[:2], np.zeros((5, 5)), square[2]]
    note = "an activation function that halves, and a layer whose weights are all 0"
    yield Case.of(after, x, dying, Given("half"), note=note)
    single = [weights.astype(np.float32) for weights in (x[:1], square[0])]
    yield Case.of(after, single[0], single[1:], Given("abs"), note="one example, in float32")


def _layers_of(answer: Any, sizes: list[int]) -> list[tuple[Any, Any]]:
    if not isinstance(answer, (list, tuple)):
        raise Unusable("type", f"{describe(answer)}; expected a list of pairs (weights, bias)")
    if len(answer) != len(sizes) - 1:
        first = as_array(answer[0][0]) if answer and isinstance(answer[0], (list, tuple)) and answer[0] else None
        begins = "" if first is None else f", the first with weights of shape {first.shape}"
        count = counted(len(answer), "item")
        raise Unusable(
            "length",
            f"{count} for {len(sizes)} sizes{begins}; expected {counted(len(sizes) - 1, 'layer')}",
            len(answer),
            begins,
        )
    for layer in answer:
        if not isinstance(layer, (list, tuple)) or len(layer) != 2:
            raise Unusable("pair", f"a layer that is {describe(layer)}; expected a pair (weights, bias)")
    return list(answer)


def shapes_view(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """Check the shapes of every layer, and tell whether all biases are zero."""
    sizes, found = list(calls[0].args[0]), {}
    for k, (layer, fan_in, fan_out) in enumerate(zip(_layers_of(answers[0], sizes), sizes, sizes[1:], strict=False)):
        for part, value, shape in zip(("weights", "a bias"), layer, ((fan_in, fan_out), (fan_out,)), strict=True):
            array = as_array(value)
            if array is None or array.shape != shape:
                got = describe(value) if array is None else f"shape {array.shape}" if array.ndim else "a single number"
                raise Unusable("shape", f"{part} in layer {k}: {got}; expected shape {shape}", part, k, got)
        found[f"all biases of layer {k} must be zero"] = not np.any(as_array(layer[1]) != 0)
    return found


def layers_law_view(answers: list, calls: tuple[Call, ...]) -> dict[str, dict]:
    """Measure the distribution of every layer's weights."""
    sizes, scheme = list(calls[0].args[0]), calls[0].kwargs.get("scheme", "he")
    deviation = {"he": he_deviation, "xavier": xavier_deviation}[scheme]
    layers = _layers_of(answers[0], sizes)
    return {
        f"layer {k}": measure(matrix_of(weights, (fan_in, fan_out)), deviation(fan_in, fan_out), NORMAL)
        for k, ((weights, _), fan_in, fan_out) in enumerate(zip(layers, sizes, sizes[1:], strict=False))
    }


def network_rng_view(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """Compare the answers as `rng_view` does, and the first two layers of the first one, which have the same shape."""
    try:
        (first, _), (second, _), *_ = _layers_of(answers[0], list(calls[0].args[0]))
    except Unusable:
        first, second = 0, 1  # another aspect is about the form of the answer
    found = rng_view(answers, calls)
    return found | {"two layers of the same shape must get different weights": not _same(first, second)}


@CHAPTER.exercise(
    aspects={
        "returns one (weights, zero biases) pair per layer": 1,
        "draws each layer's weights by the scheme": 1,
        OWN_RNG: 1,
        "refuses unknown schemes and fewer than two sizes": 1,
    },
    hints=(
        "The sizes [64, 32, 10] make two layers, 64 → 32 and 32 → 10. Pair each size with the next one.",
        "A dictionary can hold the two functions: {'he': he_normal, 'xavier': xavier_normal}. First check that scheme "
        "is one of its keys and that there are at least two sizes; otherwise raise a ValueError with a message.",
        "For each pair of neighbouring sizes append one pair to a list: the weights, drawn by the chosen function from "
        "(fan_in, fan_out, rng), and zero_bias(fan_out). Pass the same rng to every layer.",
    ),
    why="A network is plain data, a list of pairs. One generator serves all layers, so the same seed gives the same "
    "network again, and no two layers repeat each other's numbers.",
    prerequisites=("zero_bias", "xavier_normal", "he_normal"),
    views={"shapes": shapes_view, "law": layers_law_view, "rng": network_rng_view},
)
def init_layers(rng: np.random.Generator) -> Iterator[Case]:
    """Make the layers of a new network: weights drawn by He's or Xavier's normal rule, and zero biases."""
    pairs, by_scheme, refuses = (
        "returns one (weights, zero biases) pair per layer",
        "draws each layer's weights by the scheme",
        "refuses unknown schemes and fewer than two sizes",
    )

    both = {"layer 0": NORMAL, "layer 1": NORMAL}

    def seed() -> Rng:
        return Rng(int(rng.integers(2**31)))

    yield Case.of(pairs, [6, 5, 4, 3], seed(), view="shapes", note="three layers")
    yield Case.of(pairs, [5, 5], seed(), scheme="xavier", view="shapes", note="a single layer, a square one")
    yield Case.of(
        by_scheme, [100, 400, 110], seed(), view="law", expected=both, note="no scheme given, so He's", **CLOSE
    )
    yield Case.of(
        by_scheme, [100, 400, 110], seed(), scheme="xavier", view="law", expected=both, note="Xavier's scheme", **CLOSE
    )
    yield _rng_case(rng, [4, 4, 4])
    yield Case.of(refuses, [4, 3], seed(), scheme="hee", raises=ValueError, mentions=("hee",), note="a misspelt scheme")
    yield Case.of(
        refuses,
        [4, 3],
        seed(),
        scheme="e",
        raises=ValueError,
        mentions=("e",),
        note="a letter that both schemes contain",
    )
    yield Case.of(refuses, [4], seed(), raises=ValueError, note="one size makes no layer")
    yield Case.of(refuses, [], seed(), scheme="xavier", raises=ValueError, note="no layer sizes")


CHAPTER.question(
    "xavier_limit",
    task="Compute the limit a of xavier_uniform for a layer with 64 inputs and 32 neurons.",
    value=0.25,
    mistakes={
        "looks_at_inputs_only": (
            math.sqrt(6 / 64),
            "This uses the inputs alone. Xavier's rule uses the number of inputs and the number of neurons.",
        ),
        "deviation_for_limit": (
            math.sqrt(2 / 96),
            "This is the standard deviation of these weights. The limit of the uniform distribution is √3 times as "
            "large.",
        ),
        "forgets_the_root": (6 / 96, "This is a², the number under the square root. Take its square root."),
    },
    hints=(
        "Set a² / 3 equal to Xavier's variance and solve for a.",
        "a is √(6 / (fan_in + fan_out)), with 64 and 32.",
    ),
)

CHAPTER.question(
    "xavier_relu_after_50",
    task="Compute the factor by which 50 layers multiply a signal's RMS if each layer halves the signal's mean square.",
    value=0.5**25,
    mistakes={
        "halves_the_size": (
            0.5**50,
            "This halves the RMS itself 50 times. The mean square is halved, and the RMS is its square root.",
        ),
        "reciprocal": (
            2.0**25,
            "This is the reciprocal: how many times smaller the signal becomes. The question asks for the factor.",
        ),
        "divides_by_depth": (
            0.5 / 50,
            "This divides by the number of layers. Each layer multiplies the RMS of the layer before it.",
        ),
        "one_layer": (math.sqrt(0.5), "This is the factor of one layer. There are 50 layers, one after another."),
    },
    hints=(
        "If the mean square is halved, by what factor does its square root change?",
        "The RMS is multiplied by √½ in each of 50 layers.",
    ),
)

CHAPTER.written_answer("why_random", points=3)
CHAPTER.written_answer("deep_and_silent", points=3)
