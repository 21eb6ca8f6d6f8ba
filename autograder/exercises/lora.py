"""Chapter 09 asks for LoRA: two thin matrices beside each large one, trained, switched off, and merged."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ..exercise import PURE, Call, Case, Chapter, Rng, Unusable
from ..judging import laws
from ..judging.compare import as_array
from .tuning import (
    awake,
    draw_adapters,
    draw_layers,
    examples_alike,
    losses_alone,
    new_orders,
    orders,
    same_bits,
    three_examples,
    trained_alone,
)

CHAPTER = Chapter("09_lora", "LoRA: thin matrices beside large ones")


def _law(answers: list, calls: tuple[Call, ...]) -> dict:
    """Measure the shapes, and the distribution of ``down``."""
    fan_in = calls[0].args[0]
    down, up = _adapter(answers[0])
    shapes = {"down's shape": list(down.shape), "up's shape": list(up.shape)}
    return shapes | laws.measure(down.astype(float), 1 / math.sqrt(fan_in), laws.NORMAL)


def _normal_law(fan_in: int, fan_out: int, rank: int) -> dict:
    """Return the theoretical results of `_law` for N(0, 1 / fan_in)."""
    return {"down's shape": [fan_in, rank], "up's shape": [rank, fan_out]} | laws.NORMAL


def _adapter(answer: object) -> tuple[np.ndarray, np.ndarray]:
    arrays = [as_array(item) for item in answer] if isinstance(answer, (list, tuple)) else []
    if len(arrays) != 2 or any(array is None or array.ndim != 2 for array in arrays):
        raise Unusable("pair", "something other than a pair of matrices, down and up")
    return arrays[0], arrays[1]


def _no_change(answers: list, calls: tuple[Call, ...]) -> dict:
    """Tell whether the adapter changes anything, and whether both matrices could ever learn."""
    down, up = _adapter(answers[0])
    if down.shape[1:] != up.shape[:1]:
        raise Unusable(
            "shape",
            f"down of shape {down.shape} and up of shape {up.shape}, which cannot be multiplied",
            down.shape,
            up.shape,
        )
    return {
        "the product down @ up must be zero": not (down @ up).any(),
        "down is all zeros": not down.any(),
        "up is all zeros": not up.any(),
    }


def _draws(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """Tell whether the same generator state gives the same ``down``, and a different state a different one."""
    first, twin, other = (_adapter(answer)[0] for answer in answers)
    return {
        "a generator in the same state must give the same down": same_bits(first, twin),
        "a generator in another state must give another down": not same_bits(first, other),
    }


@CHAPTER.exercise(
    aspects={
        "draws `down` from the right distribution, using rng": 1,
        "changes nothing at the start": 1,
        "refuses impossible ranks": 1,
    },
    hints=(
        "There are two matrices: down maps fan_in numbers to rank numbers, and up maps these to fan_out numbers. "
        "If one of the two is zero, their product is zero. Which one is zero, according to the docstring?",
        "rng.normal takes a standard deviation, but the docstring gives a variance. Before you draw, compare the rank "
        "with the docstring's two limits.",
        "Unless 1 <= rank <= min(fan_in, fan_out), raise a ValueError with the rank in its message; return "
        "rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, rank)) and np.zeros((rank, fan_out)).",
    ),
    why="While `up` is zero, the adapted network gives the outputs of the old one, bit for bit if all dtypes are the "
    "same. Yet `up` can learn, because `down` is not zero. If both matrices were zero, neither would ever learn.",
    views={"law": _law, "change": _no_change, "draws": _draws},
)
def lora_init(rng: np.random.Generator) -> Iterator[Case]:
    """Create a new adapter that changes nothing yet: `down` is random, and `up` is all zeros."""
    seeds = [int(seed) for seed in rng.integers(2**32, size=4)]
    law = "draws `down` from the right distribution, using rng"
    yield Case.of(
        law,
        400,
        150,
        100,
        Rng(seeds[0]),
        view="law",
        **laws.CLOSE,
        expected=_normal_law(400, 150, 100),
        note="400 inputs, rank 100",
    )
    yield Case.of(
        law,
        250,
        700,
        170,
        Rng(seeds[1]),
        view="law",
        **laws.CLOSE,
        expected=_normal_law(250, 700, 170),
        note="250 inputs, rank 170",
    )
    yield Case.of(
        law,
        calls=[Call((9, 8, 3, r)) for r in (Rng(seeds[2]), Rng(seeds[2], stream=1), Rng(seeds[3]))],
        view="draws",
        note="two generators in the same state, then a different one",
    )
    yield Case.of("changes nothing at the start", 12, 7, 3, Rng(seeds[2]), view="change")
    yield Case.of(
        "changes nothing at the start", 5, 9, 5, Rng(seeds[3]), view="change", note="the largest possible rank"
    )
    refuses = "refuses impossible ranks"
    yield Case.of(refuses, 6, 4, 0, Rng(1), raises=ValueError, mentions=(0,), note="a rank of 0")
    yield Case.of(refuses, 6, 4, 5, Rng(1), raises=ValueError, mentions=(5,), note="a rank above the number of neurons")
    yield Case.of(refuses, 3, 8, 4, Rng(1), raises=ValueError, mentions=(4,), note="a rank above the number of inputs")
    yield Case.of(
        refuses,
        5,
        4,
        9,
        Rng(1),
        raises=ValueError,
        mentions=(9,),
        note="a rank above the number of inputs and of neurons",
    )
    yield Case.of(refuses, 5, 4, -2, Rng(1), raises=ValueError, mentions=(-2,), note="a negative rank")
    yield Case.of("changes nothing at the start", 6, 4, 1, Rng(1), view="change", note="rank 1")


@CHAPTER.exercise(
    aspects={"adds the adapter's scaled output": 2, "changes nothing with a new adapter": 1, PURE: 1},
    hints=(
        "dense gives the output of the unchanged layer. What does the adapter add to it?",
        "The adapter path goes through two matrices, first down, then up, and is scaled by alpha divided by the "
        "rank. The shape of down contains the rank.",
        "rank = down.shape[1]; return dense(x, weights, bias) + (alpha / rank) * (x @ down) @ up.",
    ),
    why="The order matters for the cost: with x @ down first, the large matrix down @ up is never built.",
    prerequisites=("dense", "lora_init"),
)
def lora_dense(rng: np.random.Generator) -> Iterator[Case]:
    """Compute the outputs of a layer with its adapter switched on."""
    part, nothing = "adds the adapter's scaled output", "changes nothing with a new adapter"

    def drawn(batch: int, fan_in: int, fan_out: int, rank: int) -> tuple:
        weights, bias = draw_layers(rng, (fan_in, fan_out))[0]
        return rng.normal(size=(batch, fan_in)), weights, bias, draw_adapters(rng, (fan_in, fan_out), rank)[0]

    yield Case.of(part, *drawn(5, 7, 4, 2), 3.0, note="rank 2")
    yield Case.of(part, *drawn(4, 5, 6, 3), 0.5, note="rank 3")
    yield Case.of(part, *drawn(3, 6, 5, 1), 2.0, note="rank 1")
    yield Case.of(part, *drawn(1, 4, 7, 4), 8, note="one row, a whole-number alpha")
    x, weights, bias, adapter = drawn(6, 5, 3, 2)
    small = [array.astype(np.float32) for array in (x, weights, bias)]
    yield Case.of(part, *small, tuple(a.astype(np.float32) for a in adapter), 4.0, note="float32")
    yield Case.of(nothing, x, weights, bias, (adapter[0], np.zeros((2, 3))), 4.0, note="up is zero")
    yield Case.of(nothing, x, weights, bias, adapter, 0.0, note="alpha is zero: switched off")
    yield Case.of(part, *drawn(3, 3, 3, 3), 2.0, note="all matrices are square: the factors fit in any order")
    x, weights, bias, (down, up) = drawn(4, 6, 5, 3)
    down[:, 2] = down[:, 0] + down[:, 1]
    yield Case.of(part, x, weights, bias, (down, up), 1.0, note="rank 3: a column of down is the sum of the other two")
    yield Case.of(part, *drawn(2, 3, 3, 5), 2.5, note="rank 5, above the number of inputs and of neurons")


@CHAPTER.exercise(
    aspects={"grad_x": 1, "grad_down": 2, "grad_up": 1, PURE: 1},
    parts=("grad_x", "grad_down", "grad_up"),
    hints=(
        "The adapter is two small layers in a row, without biases: x goes through down, the result goes through up, "
        "and the output of up is scaled. You know a layer's gradients from dense_gradient.",
        "Begin with up, as backpropagation does. The input of up is the output of down. The scale multiplies the "
        "output of up: what does the scale do to the gradient? Then continue with down. x reaches the output in two "
        "ways, so grad_x is a sum.",
        "s = alpha / rank; grad_inner = s * grad_output @ up.T; grad_down = x.T @ grad_inner; "
        "grad_up = s * (x @ down).T @ grad_output; grad_x = grad_output @ weights.T + grad_inner @ down.T.",
    ),
    why="The gradient of `down` has `up` as a factor, and the gradient of `up` has `down`. So while `up` is zero, "
    "`down` has a gradient of zero: the first descent step moves only `up`.",
    prerequisites=("dense_gradient", "lora_dense"),
)
def lora_gradient(rng: np.random.Generator) -> Iterator[Case]:
    """Compute the gradients of a layer with an adapter: for its input, for down and for up."""

    def drawn(batch: int, fan_in: int, fan_out: int, rank: int) -> tuple:
        weights, _ = draw_layers(rng, (fan_in, fan_out))[0]
        x, grad = rng.normal(size=(batch, fan_in)), rng.normal(size=(batch, fan_out))
        return grad, x, weights, draw_adapters(rng, (fan_in, fan_out), rank)[0]

    yield Case.of(None, *drawn(6, 5, 4, 2), 3.0, note="rank 2")
    yield Case.of(None, *drawn(3, 4, 7, 3), 1.5, note="rank 3")
    yield Case.of(None, *drawn(1, 6, 3, 1), 2.0, note="one row, rank 1")
    grad, x, weights, adapter = drawn(4, 6, 5, 2)
    yield Case.of(None, grad, x, weights, (adapter[0], np.zeros((2, 5))), 4.0, note="up is still zero")
    small = [array.astype(np.float32) for array in (grad, x, weights)]
    yield Case.of(None, *small, tuple(a.astype(np.float32) for a in adapter), 4.0, note="float32")
    grad, x, weights, (down, up) = drawn(3, 5, 6, 3)
    down[:, 2] = down[:, 0] + down[:, 1]
    note = "rank 3: a column of down is the sum of the other two"
    yield Case.of(None, grad, x, weights, (down, up), 0.75, note=note)
    yield Case.of(None, *drawn(4, 3, 3, 5), 2.5, note="rank 5, above the number of inputs and of neurons")


@CHAPTER.exercise(
    aspects={"trains the adapters": 3, "losses": 1, "draws its order from rng": 1, PURE: 1},
    hints=(
        "The loop is the same as in train. Now the forward pass uses layers with their adapters, and the step moves "
        "only the adapters.",
        "Forward pass: lora_dense for each layer, relu between them; keep each layer's input. Backward pass: "
        "lora_gradient for each layer, from the last to the first, with relu_gradient between them. An adapter is a "
        "pair, as a layer is, so gradient_step can move it.",
        "Compute all gradients of a batch before you take a step, or move an adapter only after its own "
        "lora_gradient: grad_x, grad_down, grad_up = lora_gradient(grad, activations[k], weights, adapters[k], "
        "alpha).",
    ),
    why="The large matrices are never changed. Everything learned is in the few parameters of the adapters, which can "
    "be switched off, stored separately, or merged.",
    prerequisites=(
        "minibatches",
        "relu",
        "cross_entropy",
        "cross_entropy_gradient",
        "relu_gradient",
        "gradient_step",
        "lora_dense",
        "lora_gradient",
    ),
    views={"losses": losses_alone, "adapters": trained_alone, "orders": orders, "new orders": new_orders},
)
def lora_fine_tune(rng: np.random.Generator) -> Iterator[Case]:
    """Train only the adapters, on minibatches; every weight and bias must stay as it is."""
    sizes = (6, 5, 4, 3)
    layers, adapters = draw_layers(rng, sizes), draw_adapters(rng, sizes, 2)
    fresh = [(down, np.zeros_like(up)) for down, up in adapters]
    x, y = rng.normal(size=(12, 6)), rng.integers(3, size=12)
    one = examples_alike(rng, 6, 3)
    whole = {"alpha": 3.0, "epochs": 3, "batch_size": 12, "learning_rate": 0.2, "rng": Rng(1)}
    alike = {"alpha": 4.0, "epochs": 2, "batch_size": 2, "learning_rate": 0.05, "rng": Rng(2)}
    learn, losses = "trains the adapters", "losses"
    yield Case.of(learn, layers, adapters, x, y, **whole, view="adapters", note="one full batch")
    large, note = whole | {"batch_size": 50}, "a batch size larger than the data, new adapters"
    yield Case.of(learn, layers, fresh, x, y, **large, view="adapters", note=note)
    yield Case.of(learn, layers, fresh, x, y, **whole | {"epochs": 1}, view="adapters", note="the first step")
    yield Case.of(learn, layers, adapters, *one.values(), **alike, view="adapters", note="all examples are identical")
    yield Case.of(losses, layers, adapters, x, y, **whole | {"epochs": 0}, view="losses", note="no epochs")
    yield Case.of(
        losses,
        layers[:1],
        adapters[:1],
        x,
        y,
        **whole | {"learning_rate": 15.0},
        view="losses",
        note="one layer, one full batch; the steps are so long that the loss rises",
    )
    yield Case.of(losses, layers, adapters, *one.values(), **alike, view="losses", note="three identical batches")
    yield Case.of(
        losses,
        layers,
        adapters,
        x,
        y,
        **whole | {"batch_size": 11, "learning_rate": 0.0, "alpha": 0.0},
        view="losses",
        note="a learning rate and an alpha of zero; the last batch holds one example",
    )
    several = [
        Call(
            (awake(layers), adapters, x, y),
            {"alpha": 2.0, "epochs": 2, "batch_size": 4, "learning_rate": 0.2, "rng": generator},
        )
        for generator in (Rng(3), Rng(3, stream=1), Rng(4))
    ]
    yield Case.of(
        "draws its order from rng",
        calls=several,
        view="orders",
        note="two generators in the same state, then a different one",
    )
    few = three_examples(rng)
    yield Case.of(
        "draws its order from rng",
        few["layers"],
        few["adapters"],
        few["x"],
        few["y"],
        alpha=2.0,
        **few["how"],
        view="new orders",
        note="three examples one by one, twelve epochs",
    )
    square, large = draw_layers(rng, (3, 3)), draw_adapters(rng, (3, 3), 5)
    note = "one layer, and rank 5, above the number of inputs and of neurons"
    yield Case.of(learn, square, large, x[:, :3], y, **whole, view="adapters", note=note)


@CHAPTER.exercise(
    aspects={"adds the adapter to the weights": 2, PURE: 1},
    hints=(
        "lora_dense multiplies x by the weights and, in the adapter, by two other matrices. Factor out x.",
        "x @ weights + x @ something is x @ (weights + something).",
        "rank = down.shape[1]; return weights + (alpha / rank) * (down @ up).",
    ),
    why="A merged layer needs as many multiply-adds as the old one. To switch the adapter off again, subtract it, or "
    "restore a copy of the old weights.",
    prerequisites=("lora_init", "lora_dense"),
)
def lora_merge(rng: np.random.Generator) -> Iterator[Case]:
    """Merge an adapter into the weights, so that an ordinary layer gives the same outputs."""
    aspect = "adds the adapter to the weights"
    for fan_in, fan_out, rank, alpha in [(7, 4, 2, 3.0), (5, 6, 3, 0.5), (6, 3, 1, 2.0)]:
        weights, _ = draw_layers(rng, (fan_in, fan_out))[0]
        yield Case.of(aspect, weights, draw_adapters(rng, (fan_in, fan_out), rank)[0], alpha, note=f"rank {rank}")
    weights, _ = draw_layers(rng, (4, 7))[0]
    down, up = draw_adapters(rng, (4, 7), 2)[0]
    yield Case.of(aspect, weights, (down, np.zeros_like(up)), 4.0, note="a new adapter changes nothing")
    yield Case.of(
        aspect,
        weights.astype(np.float32),
        (down.astype(np.float32), up.astype(np.float32)),
        4,
        note="float32, a whole-number alpha",
    )
    weights, _ = draw_layers(rng, (3, 3))[0]
    yield Case.of(
        aspect,
        weights,
        draw_adapters(rng, (3, 3), 3)[0],
        2.0,
        note="all matrices are square: the factors fit in any order",
    )
    weights, _ = draw_layers(rng, (6, 5))[0]
    down, up = draw_adapters(rng, (6, 5), 3)[0]
    down[:, 2] = down[:, 0] + down[:, 1]
    yield Case.of(aspect, weights, (down, up), 1.0, note="rank 3: a column of down is the sum of the other two")
    weights, _ = draw_layers(rng, (3, 3))[0]
    large = draw_adapters(rng, (3, 3), 5)[0]
    yield Case.of(aspect, weights, large, 2.5, note="rank 5, above the number of inputs and of neurons")


CHAPTER.question(
    "lora_numbers",
    task="Compute how many parameters adapters of rank 4 hold for all three layers of a 196-64-64-10 network.",
    value=1848,
    mistakes={
        "down_alone": (1296, "That is `down` alone: 4 numbers for each input. `up` also has 4 for each neuron."),
        "up_alone": (552, "That is `up` alone: 4 numbers for each neuron. `down` also has 4 for each input."),
        "without_the_head": (1552, "That leaves out the adapter of the output layer. All three layers have one."),
        "first_layer_alone": (1040, "That is the adapter of the first layer alone. All three layers have one."),
        "middle_layer_alone": (512, "That is the adapter of the middle layer alone. All three layers have one."),
        "output_layer_alone": (296, "That is the adapter of the output layer alone. All three layers have one."),
        "rank_one": (
            462,
            "That is the number for rank 1, fan_in + fan_out for each matrix. Rank 4 needs four times as many.",
        ),
        "product": (
            69120,
            "That is the number of all matrix entries, times the rank. An adapter has rank · (fan_in + fan_out) "
            "parameters.",
        ),
        "with_biases": (1986, "That includes the biases. All biases are frozen, and an adapter has none of its own."),
        "full": (17418, "That is the number of all parameters of the network. Count only those of the adapters."),
    },
    hints=(
        "One adapter has fan_in · rank parameters in down and rank · fan_out in up.",
        "The first layer's adapter has 4 · (196 + 64) parameters. How many do the other two have?",
    ),
)
CHAPTER.question(
    "llama_head",
    task="Compute how many parameters are trained in LLaMA-7B if only its last matrix, called output, is not frozen.",
    value=131_072_000,
    mistakes={
        "with_the_embedding": (
            262_144_000,
            "That includes `tok_embeddings`, the model's first array, which stays frozen.",
        ),
        "with_the_norm": (131_076_096, "That includes `norm`. Only `output` is trained."),
    },
    hints=("Find the shape of `output` in `llama_rest`.", "Pass count_parameters a mapping with that one entry."),
)
CHAPTER.question(
    "llama_lora",
    task="Compute how many parameters LoRA trains if wq, wk, wv and wo in all blocks of LLaMA-7B get adapters of "
    "rank 8.",
    value=8_388_608,
    points=2,
    mistakes={
        "one_block": (262_144, "Only one block is counted. There are 32 blocks."),
        "one_matrix_a_block": (2_097_152, "That is one matrix per block. Each block has four: wq, wk, wv and wo."),
        "half": (
            4_194_304,
            "That is half. Did you count `down` and `up` of all four matrices in all 32 blocks, at rank 8?",
        ),
        "full_matrices": (2_147_483_648, "Those are the attention matrices, which stay frozen. Count their adapters."),
        "all_matrices": (19_988_480, "That includes the feed-forward matrices. Only attention has adapters."),
    },
    hints=(
        "One adapter consists of down, of shape (4096, 8), and up, of shape (8, 4096).",
        "Use count_parameters for one adapter. There are four adapters per block, and 32 blocks.",
    ),
)
CHAPTER.question(
    "llama_lora_bytes",
    task="Compute how many bytes the adapters of rank 8 for LLaMA-7B take at 16 bits per number.",
    value=16_777_216,
    mistakes={
        "bits": (134_217_728, "This is the number of bits. A byte is 8 bits."),
        "numbers": (8_388_608, "That is the number of parameters. Each takes 16 bits, which is two bytes."),
        "single_precision": (33_554_432, "That is the size at 32 bits per number."),
    },
    hints=("Multiply the number of parameters by the bits, then divide by 8.",),
)

CHAPTER.written_answer("adapter_claim", points=3)
