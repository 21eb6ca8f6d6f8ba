"""Chapter 02 asks: what does a neuron add by itself, and how many numbers has a model learned?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..exercise import PURE, Case, Chapter

CHAPTER = Chapter("02_biases", "What a neuron adds by itself")


@CHAPTER.exercise(
    aspects={"the weighted sum": 1, "and the bias, once": 1},
    hints=(
        "You wrote the first half in chapter 1. What is still missing between a weighted sum and a neuron?",
        "With all inputs zero, the weighted sum is zero. The neuron then gives exactly its bias.",
        "Return weighted_sum(inputs, weights) plus bias: one bias for the neuron, not one for each connection.",
    ),
    why="The inputs are weighed first, then the bias shifts the sum by the same amount whatever the inputs were.",
    prerequisites=("weighted_sum",),
)
def neuron(rng: np.random.Generator) -> Iterator[Case]:
    """What one neuron computes: the weighted sum of its inputs, shifted by its bias."""
    total, bias = "the weighted sum", "and the bias, once"
    yield Case.of(bias, np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0]), 0.75, note="it fits on paper")
    yield Case.of(bias, np.zeros(4), rng.normal(size=4), -0.6, note="no input at all: only the bias is left")
    yield Case.of(bias, rng.normal(size=5), rng.normal(size=5), -float(rng.uniform(1, 2)), note="a negative bias")
    yield Case.of(total, rng.normal(size=6), rng.normal(size=6) + 0.3, 0.0, note="a bias of zero shifts nothing")
    yield Case.of(total, np.array([1.7]), np.array([-2.2]), 0.0, note="a single connection")
    yield Case.of(bias, rng.normal(size=7).astype(np.float32), rng.normal(size=7).astype(np.float32), 0.3)


@CHAPTER.exercise(
    aspects={"above zero or not": 1, "exactly zero stays silent": 1},
    hints=(
        "Ask the neuron for its number first. Then there is only one question left.",
        "A comparison is itself a value in Python: 3 > 2 is True. No if is needed. Which comparison leaves exactly "
        "zero silent?",
        "Return neuron(inputs, weights, bias) > 0. The bias is already inside, so it is not compared with anything.",
    ),
    why="Weighted sum plus bias above zero means: the weighted sum is above minus the bias. The bias is the bar that "
    "the inputs must clear, with its sign turned.",
    prerequisites=("neuron",),
)
def activates(rng: np.random.Generator) -> Iterator[Case]:
    """Whether the neuron activates: its weighted sum plus its bias is strictly above zero. True or False."""
    aspect, edge = "above zero or not", "exactly zero stays silent"
    x, w = np.array([1.0, 0.5, 2.0]), np.array([2.0, -1.0, 0.25])  # the weighted sum is exactly 2
    yield Case.of(aspect, x, w, 0.5, note="a sum of 2 and a bias of 0.5")
    yield Case.of(aspect, x, w, -3.0, note="a sum of 2 and a bias of -3: the inputs do not clear the bar")
    yield Case.of(aspect, x, w, 3.0, note="a sum of 2 and a bias of 3")
    yield Case.of(aspect, -x, w, 3.0, note="a sum of -2, lifted above zero by a bias of 3")
    yield Case.of(aspect, -x, w, -0.5, note="a sum of -2 and a bias of -0.5")
    yield Case.of(aspect, -x, w, 1.0, note="a sum of -2 and a bias of 1: lifted, but not enough")
    yield Case.of(aspect, np.zeros(3), w, 0.25, note="a blank input and a positive bias")
    yield Case.of(aspect, np.zeros(3), w, -0.25, note="a blank input and a negative bias")
    yield Case.of(edge, x, w, -2.0, note="a sum of 2 and a bias of -2 make exactly zero")
    yield Case.of(edge, np.zeros(3), w, 0.0, note="a blank input and no bias make exactly zero")
    inputs, weights = rng.normal(size=5), rng.normal(size=5)
    middle = float(inputs @ weights)
    yield Case.of(aspect, inputs, weights, 0.4 - middle, note="just above zero")
    yield Case.of(aspect, inputs, weights, -0.4 - middle, note="just below zero")


@CHAPTER.exercise(
    aspects={"weighted sums plus each neuron's bias": 2, PURE: 1},
    hints=(
        "A dense layer is many neurons side by side. Which function of chapter 1 gives all their weighted sums?",
        "The sums have shape (batch, fan_out) and the bias (fan_out,): one bias for each column. NumPy lines shapes up "
        "from the right, so a plain + does the right thing.",
        "Return weighted_sums(x, weights) + bias. Avoid += where the left side is an array that the caller gave you.",
    ),
    why="Each neuron is a column and has one bias, so the bias is added to every row: NumPy stretches (fan_out,) over "
    "the batch by itself.",
    prerequisites=("weighted_sums",),
)
def dense(rng: np.random.Generator) -> Iterator[Case]:
    """The outputs of a whole layer of neurons for a whole batch: the weighted sums, and to each neuron's its bias."""
    aspect = "weighted sums plus each neuron's bias"
    yield Case.of(aspect, rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), np.array([2.25, -1.5]), note="four by two")
    yield Case.of(
        aspect,
        rng.normal(size=(3, 3)),
        rng.normal(size=(3, 3)),
        np.array([1.5, -2.5, 0.5]),
        note="three of everything: the bias still belongs to the columns",
    )
    yield Case.of(
        aspect,
        np.zeros((2, 4)),
        rng.normal(size=(4, 3)),
        rng.normal(size=3),
        note="blank inputs: only the biases are left, the same in each row",
    )
    yield Case.of(aspect, rng.normal(size=(1, 5)), rng.normal(size=(5, 4)), rng.normal(size=4), note="a batch of one")
    yield Case.of(aspect, rng.normal(size=(6, 2)), rng.normal(size=(2, 1)), np.array([0.7]), note="one neuron")
    yield Case.of(
        aspect, *(rng.normal(size=size).astype(np.float32) for size in [(5, 7), (7, 2), (2,)]), note="float32 arrays"
    )


@CHAPTER.exercise(
    aspects={"the bias as one more row of weights": 2, PURE: 1},
    hints=(
        "A bias is a weight whose input is always 1. If one more input comes in, how many more rows has weights?",
        "The constant 1 is the last input, so the bias is the last row. np.vstack stacks rows on top of each other.",
        "Return np.vstack([weights, bias]): a one-dimensional bias counts as one row there.",
    ),
    why="With one more input that is always 1, its weights are added in full whatever the other inputs are: exactly "
    "what a bias does. So a bias is a weight, learned in the same way.",
)
def fold_bias(rng: np.random.Generator) -> Iterator[Case]:
    """One array that holds weights and bias, the bias as the last row, so that [x, 1] @ folded is the dense layer."""
    aspect = "the bias as one more row of weights"
    weights = np.array([[1.5, -2.0], [0.5, 3.0], [2.5, 1.0]])
    yield Case.of(aspect, weights, np.array([0.1, -0.2]), note="three inputs, two neurons")
    yield Case.of(aspect, rng.normal(size=(4, 4)), rng.normal(size=4), note="four inputs, four neurons: row or column?")
    yield Case.of(aspect, rng.normal(size=(1, 6)), rng.normal(size=6), note="a single input")
    yield Case.of(aspect, rng.normal(size=(5, 1)), rng.normal(size=1), note="a single neuron")
    yield Case.of(aspect, *(rng.normal(size=size).astype(np.float32) for size in [(3, 7), (7,)]), note="float32 arrays")


@CHAPTER.exercise(
    aspects={"weights and biases": 1, "arrays of any number of axes": 1, "single numbers and nothing": 1},
    hints=(
        "How many numbers does an array of shape (64, 10) hold? And two such arrays together?",
        "Within a shape the sizes multiply, math.prod(shape); from array to array the counts add. shapes.values() "
        "gives the shapes without their names.",
        "Return the sum of math.prod(shape) for shape in shapes.values(). The product of no sizes is 1, and the sum of "
        "no arrays is 0: just what the special cases ask for.",
    ),
    why="An array holds the product of its sizes, a model the sum over its arrays. Weights and biases are counted "
    "alike: both are learned, and both are parameters.",
)
def count_parameters(rng: np.random.Generator) -> Iterator[Case]:
    """How many numbers a model has learned, from the shapes of its arrays by name."""
    plain, axes, special = "weights and biases", "arrays of any number of axes", "single numbers and nothing"
    n, m, k = (int(i) for i in rng.integers(5, 60, size=3))
    yield Case.of(plain, {"weights": (64, 10), "bias": (10,)}, note="one dense layer")
    yield Case.of(plain, {"b1": (m,), "w1": (n, m), "b2": (k,), "w2": (m, k)}, note="two dense layers")
    yield Case.of(plain, {"w1": (m, m), "b1": (m,), "w2": (m, m), "b2": (m,)}, note="two layers of the same size")
    yield Case.of(plain, {"embedding": (50257, 768), "norm": (768,)}, note="an array of 38 million numbers")
    yield Case.of(axes, {"convolution": (16, 3, 5, 5), "bias": (16,)}, note="four axes")
    yield Case.of(axes, {"cube": (n, 4, 3), "table": (m, 2), "line": (k,)}, note="three axes, two, one")
    yield Case.of(special, {"scale": (), "weights": (7, 3)}, note="the shape () is a single number")
    yield Case.of(special, {"temperature": ()}, note="nothing but a single number")
    yield Case.of(special, {}, note="no arrays, no parameters")


CHAPTER.question(
    "gpt2_parameters",
    task="How many parameters GPT-2 small has, its tied embedding counted once.",
    value=124_439_808,
    points=2,
    hints=(
        "count_parameters(gpt2_block) counts one block. How many blocks are there, and what is not in a block?",
        "Twelve times one block, plus what stands outside the blocks: count_parameters(gpt2_rest), where the embedding "
        "is listed once.",
    ),
    mistakes={
        "counts_the_tied_embedding_twice": (
            163_037_184,
            "You count the embedding twice. GPT-2 reads and writes with the same array: it is stored once, and learned "
            "once, so it counts once.",
        ),
        "counts_one_block_only": (
            46_473_216,
            "You count one block. The model has twelve, all of the same shapes, each with numbers of its own.",
        ),
        "leaves_out_what_is_outside_the_blocks": (
            85_054_464,
            "These are the blocks alone. The embeddings and the last normalization stand outside them, and are learned "
            "too.",
        ),
        "leaves_out_one_dimensional_arrays": (
            124_318_464,
            "You count the matrices only. Biases and normalizations have one axis; they are parameters as well.",
        ),
        "multiplies_the_rest_by_the_blocks": (
            12 * 46_473_216,
            "You take everything twelve times. Only the block repeats; the embeddings stand outside and exist once.",
        ),
    },
    rtol=1e-12,
)

CHAPTER.question(
    "llama_parameters",
    task="How many parameters LLaMA-7B has.",
    value=6_738_415_616,
    points=2,
    hints=(
        "As for GPT-2, from llama_block and llama_rest. How many blocks are there here?",
        "32 * count_parameters(llama_block) + count_parameters(llama_rest).",
    ),
    mistakes={
        "counts_one_block_only": (
            464_531_456,
            "You count one block. The model has 32, all of the same shapes, each with numbers of its own.",
        ),
        "counts_twelve_blocks": (
            2_690_748_416,
            "You take twelve blocks, as in GPT-2. LLaMA-7B has 32.",
        ),
        "ties_the_embedding": (
            6_607_343_616,
            "You count one of the two vocabulary arrays. LLaMA reads with one and writes with another: both count.",
        ),
        "leaves_out_what_is_outside_the_blocks": (
            6_476_267_520,
            "These are the blocks alone. The embedding, the output and the last normalization stand outside them.",
        ),
        "multiplies_the_rest_by_the_blocks": (
            32 * 464_531_456,
            "You take everything 32 times. Only the block repeats; what stands outside exists once.",
        ),
    },
    rtol=1e-12,
)

CHAPTER.question(
    "gpt2_bytes_32_bit",
    task="How many bytes GPT-2 small takes at 32 bits a parameter.",
    value=497_759_232,
    hints=("A byte is 8 bits. How many bytes does a number of 32 bits take?",),
    mistakes={
        "counts_bits": (3_982_073_856, "These are the bits. A byte is 8 bits."),
        "divides_the_bytes": (
            31_109_952,
            "You divide by 4. A number of 32 bits takes four bytes, so there are more bytes than parameters.",
        ),
    },
    rtol=1e-12,
)

CHAPTER.question(
    "llama_bytes_16_bit",
    task="How many bytes LLaMA-7B takes at 16 bits a parameter.",
    value=13_476_831_232,
    hints=("How many bytes does a number of 16 bits take? A byte is 8 bits.",),
    mistakes={
        "counts_bits": (107_814_649_856, "These are the bits. A byte is 8 bits."),
        "takes_32_bits": (26_953_662_464, "These are the bytes at 32 bits. A number of 16 bits takes half as many."),
        "one_byte_each": (6_738_415_616, "You take one byte for each parameter: that would be 8 bits."),
    },
    rtol=1e-12,
)

CHAPTER.question(
    "llama_bytes_4_bit",
    task="How many bytes LLaMA-7B takes at 4 bits a parameter.",
    value=3_369_207_808,
    hints=("Two numbers of 4 bits fit into one byte.",),
    mistakes={
        "takes_bits_for_bytes": (
            26_953_662_464,
            "You multiply by 4, which gives bits, or takes 4 bytes for each parameter. A byte is 8 bits: two such "
            "numbers share one.",
        ),
        "two_bytes_each": (
            13_476_831_232,
            "You take two bytes for each parameter. It is the other way round: two parameters share one byte.",
        ),
    },
    rtol=1e-12,
)

CHAPTER.written_answer("why_a_bias", points=3)
CHAPTER.written_answer("what_7b_counts", points=3)
