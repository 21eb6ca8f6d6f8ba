"""Chapter 02 asks: what does a neuron add on its own, and how many numbers has a model learned?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..exercise import PURE, Call, Case, Chapter
from ..judging.compare import as_array

CHAPTER = Chapter("02_biases", "What a neuron adds on its own")


@CHAPTER.exercise(
    aspects={"computes the weighted sum": 1, "adds the bias once": 1},
    hints=(
        "With all inputs zero the weighted sum is zero, and the neuron must give exactly its bias. Which "
        "operation on the two does that?",
        "You wrote the first part in chapter 1: weighted_sum gives one number. The bias changes that number by the "
        "same amount for all inputs.",
        "Return weighted_sum(inputs, weights) + bias: one bias for the neuron, not one for each connection.",
    ),
    why="First the inputs are weighted and added up. Then the bias shifts the sum by the same amount whatever the "
    "inputs are.",
    prerequisites=("weighted_sum",),
)
def neuron(rng: np.random.Generator) -> Iterator[Case]:
    """Compute the output of one neuron: the weighted sum of its inputs, shifted by its bias."""
    total, bias = "computes the weighted sum", "adds the bias once"
    yield Case.of(
        bias, np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0]), 0.75, note="small enough to check by hand"
    )
    yield Case.of(
        bias, np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0]), -4.1, note="a negative bias, a positive result"
    )
    yield Case.of(bias, np.zeros(4), rng.normal(size=4), -0.6, note="all inputs are zero: only the bias is left")
    yield Case.of(bias, rng.normal(size=5), rng.normal(size=5), -float(rng.uniform(1, 2)), note="a negative bias")
    yield Case.of(total, rng.normal(size=6), rng.normal(size=6) + 0.3, 0.0, note="a bias of zero shifts nothing")
    yield Case.of(total, np.array([-1.7e-9]), np.array([-2.2]), 0.0, note="a single connection, and hardly any input")
    yield Case.of(bias, rng.normal(size=7).astype(np.float32), rng.normal(size=7).astype(np.float32), 0.3)


def _decision(answers: list, calls: tuple[Call, ...]) -> object:
    """Return the decision, whether given as a truth value or as 1 and 0; another aspect is about the type."""
    number = as_array(answers[0])
    if number is not None and not number.ndim and number.dtype.kind in "iuf" and number in (0, 1):
        return bool(number)
    return answers[0]


@CHAPTER.exercise(
    aspects={"tells sums above zero from sums below it": 1, "treats exactly zero as inactive": 1},
    hints=(
        "First compute the neuron's output. Then only one question about this number is left.",
        "A comparison is itself a value in Python: 3 > 2 is True, so no if is needed. Which comparison is False for "
        "exactly zero?",
        "Return neuron(inputs, weights, bias) > 0. That number already includes the bias, so compare it with 0.",
    ),
    why="Adding the bias and comparing with zero is the same as comparing the sum with minus the bias: minus the bias "
    "is the threshold.",
    prerequisites=("neuron",),
    views={"decision": _decision},
)
def activates(rng: np.random.Generator) -> Iterator[Case]:
    """Decide whether the neuron activates: True if its weighted sum plus its bias is strictly above zero."""
    aspect, edge = "tells sums above zero from sums below it", "treats exactly zero as inactive"
    x, w = np.array([1.0, 0.5, 2.0]), np.array([2.0, -1.0, 0.25])  # the weighted sum is exactly 2

    def decide(*args: object, note: str) -> Case:
        return Case.of(aspect, *args, view="decision", note=note)

    yield decide(x, w, 0.5, note="a sum of 2 and a bias of 0.5")
    yield decide(x, w, -3.0, note="a sum of 2 and a bias of -3")
    yield decide(x, w, 3.0, note="a sum of 2 and a bias of 3")
    yield decide(-x, w, 3.0, note="a sum of -2, lifted above zero by a bias of 3")
    yield decide(-x, w, -0.5, note="a sum of -2 and a bias of -0.5")
    yield decide(-x, w, 1.0, note="a sum of -2 and a bias of 1: lifted, but not enough")
    yield decide(x, w, -2 + 1e-9, note="a sum of 2 and a bias just above -2 make a number just above zero")
    yield decide(x, w, -1.6, note="a sum of 2 and a bias of -1.6 make a number below one half")
    yield decide(x, w, -1.3, note="a sum of 2 and a bias of -1.3 make a number below one")
    yield decide(np.zeros(3), w, 1e-17, note="inputs of zero and a positive bias, however small")
    yield decide(np.zeros(3), w, -1e-17, note="inputs of zero and a negative bias, however small")
    yield Case.of(edge, x, w, -2.0, note="a sum of 2 and a bias of -2 make exactly zero")
    yield Case.of(edge, np.zeros(3), w, 0.0, note="inputs of zero and a bias of zero make exactly zero")
    # Decisions drawn at random: answers remembered from another seed are right only by chance.
    for above in rng.permutation([True, True, True, False, False, False]):
        inputs, weights = rng.normal(size=5), rng.normal(size=5)
        bias = float(rng.uniform(0.3, 2)) * (1 if above else -1) - float(inputs @ weights)
        yield decide(inputs, weights, bias, note=f"a total {'above' if above else 'below'} zero")


@CHAPTER.exercise(
    aspects={"adds each neuron's bias to its sum": 2, PURE: 1},
    hints=(
        "A dense layer is many neurons side by side. Which function of chapter 1 gives all their weighted sums?",
        "The sums have shape (batch, fan_out) and the bias has shape (fan_out,), so there is one bias for each column. "
        "NumPy compares shapes from the right: does a plain + do the right thing?",
        "Return weighted_sums(x, weights) + bias. Do not use += on an array that belongs to the caller.",
    ),
    why="Each neuron is a column and has one bias, so the bias is added to every row: NumPy broadcasts (fan_out,) over "
    "the batch automatically.",
    prerequisites=("weighted_sums",),
)
def dense(rng: np.random.Generator) -> Iterator[Case]:
    """Compute the outputs of a whole layer for a whole batch: the weighted sums, plus each neuron's bias."""
    aspect = "adds each neuron's bias to its sum"
    yield Case.of(
        aspect,
        rng.normal(size=(4, 3)),
        rng.normal(size=(3, 2)),
        np.array([2.25, -1.5]),
        note="four examples, two neurons",
    )
    yield Case.of(
        aspect,
        rng.normal(size=(3, 3)),
        rng.normal(size=(3, 3)),
        np.array([1.5, -2.5, 0.5]),
        note="three examples, three inputs, three neurons: the bias still belongs to the columns",
    )
    yield Case.of(
        aspect,
        np.zeros((2, 4)),
        rng.normal(size=(4, 3)),
        rng.normal(size=3),
        note="all inputs are zero: only the biases are left, the same in each row",
    )
    yield Case.of(aspect, rng.normal(size=(1, 5)), rng.normal(size=(5, 4)), rng.normal(size=4), note="a batch of one")
    yield Case.of(aspect, rng.normal(size=(6, 2)), rng.normal(size=(2, 1)), np.array([0.7]), note="one neuron")
    yield Case.of(
        aspect,
        *(rng.normal(size=size).astype(np.float32) for size in [(5, 1), (1, 2), (2,)]),
        note="a single input, in float32",
    )


@CHAPTER.exercise(
    aspects={"adds the bias as the last row": 2, PURE: 1},
    hints=(
        "A bias acts like the weight of an input that is always 1. With one more input, does the array of weights get "
        "one more row or one more column?",
        "Each input has one row, and the constant 1 is the last input. NumPy has a function that stacks arrays as "
        "rows: look up np.vstack.",
        "Return np.vstack([weights, bias]). np.vstack treats the 1-D bias as one row.",
    ),
    why="The weights of an input that is always 1 are added unchanged, as biases are. So a bias can be stored like a "
    "weight.",
)
def fold_bias(rng: np.random.Generator) -> Iterator[Case]:
    """Join weights and bias in one array, so that [x, 1] @ folded gives the outputs of the dense layer."""
    aspect = "adds the bias as the last row"
    weights = np.array([[1.5, -2.0], [0.5, 3.0], [2.5, 1.0]])
    yield Case.of(aspect, weights, np.array([0.1, -0.2]), note="three inputs, two neurons")
    yield Case.of(aspect, rng.normal(size=(4, 4)), rng.normal(size=4), note="four inputs, four neurons: row or column?")
    yield Case.of(aspect, rng.normal(size=(1, 6)), rng.normal(size=6), note="a single input")
    yield Case.of(aspect, rng.normal(size=(5, 1)), rng.normal(size=1), note="a single neuron")
    single = rng.normal(size=(3, 7)).astype(np.float32)
    yield Case.of(aspect, single, np.zeros(7, np.float32), note="float32 arrays; all biases are zero")


@CHAPTER.exercise(
    aspects={
        "counts weights and biases": 1,
        "handles any number of axes": 1,
        "handles edge cases (single numbers, no arrays)": 1,
    },
    hints=(
        "How many numbers does an array of shape (64, 10) hold? How many do two such arrays hold together?",
        "Multiply the axis lengths of each array, and add up the products. shapes.values() gives the shapes without "
        "their names, and math.prod multiplies the axis lengths of one shape.",
        "Return sum(math.prod(shape) for shape in shapes.values()). An empty product is 1 and an empty sum is 0, as "
        "the special cases require.",
    ),
    why="The product of an array's axis lengths is its number of entries. Add up the entries of all arrays: weights "
    "and biases count alike.",
)
def count_parameters(rng: np.random.Generator) -> Iterator[Case]:
    """Count the parameters of a model, given the shape of each of its arrays by name."""
    plain, axes, special = (
        "counts weights and biases",
        "handles any number of axes",
        "handles edge cases (single numbers, no arrays)",
    )
    n, m, k = (int(i) for i in rng.integers(5, 60, size=3))
    yield Case.of(plain, {"weights": (64, 10), "bias": (10,)}, note="one dense layer")
    yield Case.of(plain, {"b1": (m,), "w1": (n, m), "b2": (k,), "w2": (m, k)}, note="two dense layers")
    yield Case.of(plain, {"w1": (m, m), "b1": (m,), "w2": (m, m), "b2": (m,)}, note="two layers of the same size")
    yield Case.of(plain, {"embedding": (50257, 768), "norm": (768,)}, note="an array of 39 million numbers")
    blocks = int(rng.integers(50, 64))
    large = {f"block {i}": (4096, 11008) for i in range(blocks)}
    yield Case.of(plain, large, note="more numbers in total than a signed 32-bit integer can hold")
    odd = {"weights": (4097, 8193), "bias": (8193,), "more": (3, 7)}
    yield Case.of(plain, odd, rtol=0, atol=0, note="more than 2²⁴ numbers, which 32-bit floats cannot count exactly")
    yield Case.of(axes, {"convolution": (16, 3, 5, 5), "bias": (16,)}, note="four axes")
    yield Case.of(axes, {"cube": (n, 4, 3), "table": (m, 1), "line": (1,)}, note="arrays with 3, 2 and 1 axes")
    yield Case.of(special, {"scale": (), "weights": (7, 3)}, note="the shape () is a single number")
    yield Case.of(special, {"temperature": ()}, note="nothing but a single number")
    yield Case.of(special, {"none left": (0, 6), "bias": (6,)}, note="an array without entries")
    yield Case.of(special, {}, note="no arrays, no parameters")


CHAPTER.question(
    "gpt2_parameters",
    task="Compute the number of parameters of GPT-2 small; count the embedding once, although it is used twice.",
    value=124_439_808,
    points=2,
    hints=(
        "count_parameters(gpt2_block) counts one block. How many blocks are there, and which arrays are outside them?",
        "Multiply one block by 12, then add the arrays outside the blocks, count_parameters(gpt2_rest). gpt2_rest "
        "lists the embedding once.",
    ),
    mistakes={
        "counts_the_tied_embedding_twice": (
            163_037_184,
            "The embedding is counted twice. GPT-2 reads and writes with the same array, which is stored and learned "
            "once.",
        ),
        "counts_one_block_only": (
            46_473_216,
            "Only one block is counted. The model has twelve blocks of the same shapes, each with its own parameters.",
        ),
        "leaves_out_what_is_outside_the_blocks": (
            85_054_464,
            "These are the blocks alone. The embeddings and the last normalization, which are outside them, are also "
            "learned.",
        ),
        "leaves_out_one_dimensional_arrays": (
            124_318_464,
            "Only the 2-D arrays are counted. Biases and normalizations, which have one axis, are also parameters.",
        ),
        "multiplies_the_rest_by_the_blocks": (
            12 * 46_473_216,
            "Everything is multiplied by twelve. Only the block repeats; the embeddings are outside and exist once.",
        ),
    },
    rtol=1e-12,
)

CHAPTER.question(
    "llama_parameters",
    task="Compute the number of parameters of LLaMA-7B.",
    value=6_738_415_616,
    points=2,
    hints=(
        "Proceed as for GPT-2, with llama_block and llama_rest. How many blocks does this model have?",
        "Compute 32 * count_parameters(llama_block) + count_parameters(llama_rest).",
    ),
    mistakes={
        "counts_one_block_only": (
            464_531_456,
            "Only one block is counted. The model has 32 blocks of the same shapes, each with its own parameters.",
        ),
        "counts_twelve_blocks": (
            2_690_748_416,
            "This is the count for twelve blocks, as in GPT-2. LLaMA-7B has 32.",
        ),
        "ties_the_embedding": (
            6_607_343_616,
            "Either tok_embeddings or output is missing. LLaMA reads with the first and writes with the second: both "
            "count.",
        ),
        "leaves_out_what_is_outside_the_blocks": (
            6_476_267_520,
            "These are the blocks alone. The embedding, the output and the last normalization are outside them.",
        ),
        "leaves_out_the_normalizations": (
            6_738_149_376,
            "The scales of the normalizations are missing. Each block has two such arrays, and llama_rest has one.",
        ),
        "multiplies_the_rest_by_the_blocks": (
            32 * 464_531_456,
            "Everything is multiplied by 32. Only the block repeats; the arrays outside exist once.",
        ),
    },
    rtol=1e-12,
)

CHAPTER.question(
    "gpt2_bytes_32_bit",
    task="Compute the number of bytes that GPT-2 small takes at 32 bits per parameter.",
    value=497_759_232,
    hints=("A byte is 8 bits. How many bytes does a number of 32 bits take?",),
    mistakes={
        "counts_bits": (3_982_073_856, "This is the number of bits. A byte is 8 bits."),
        "divides_the_bytes": (
            31_109_952,
            "This is a quarter of the number of parameters. A number of 32 bits takes four bytes, so there are more "
            "bytes than parameters.",
        ),
    },
    rtol=1e-12,
    computed_from="gpt2_parameters",
)

CHAPTER.question(
    "llama_bytes_16_bit",
    task="Compute the number of bytes that LLaMA-7B takes at 16 bits per parameter.",
    value=13_476_831_232,
    hints=("How many bytes does a number of 16 bits take? A byte is 8 bits.",),
    mistakes={
        "counts_bits": (107_814_649_856, "This is the number of bits. A byte is 8 bits."),
        "takes_32_bits": (26_953_662_464, "This is the size at 32 bits. A number of 16 bits takes half as many bytes."),
        "one_byte_each": (6_738_415_616, "This is one byte per parameter, which would be 8 bits."),
        "counts_gpt2": (248_879_616, "This is the size of GPT-2 small. Use the parameters of LLaMA-7B."),
    },
    rtol=1e-12,
    computed_from="llama_parameters",
)

CHAPTER.question(
    "llama_bytes_4_bit",
    task="Compute the number of bytes that LLaMA-7B takes at exactly 4 bits per parameter.",
    value=3_369_207_808,
    hints=("Two numbers of 4 bits fit into one byte.",),
    mistakes={
        "takes_bits_for_bytes": (
            26_953_662_464,
            "This is four times the number of parameters. A byte is 8 bits, so two numbers of 4 bits share a byte.",
        ),
        "two_bytes_each": (
            13_476_831_232,
            "This is two bytes per parameter. At 4 bits each, two parameters share one byte.",
        ),
        "counts_gpt2": (62_219_904, "This is the size of GPT-2 small. Use the parameters of LLaMA-7B."),
    },
    rtol=1e-12,
    computed_from="llama_parameters",
)

CHAPTER.written_answer("why_a_bias", points=3)
CHAPTER.written_answer("what_7b_counts", points=3)
