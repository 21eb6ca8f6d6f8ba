"""Chapter 08 asks: how does a trained network learn something new while most of its numbers stay?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, permutations

import numpy as np

from ..exercise import PURE, Call, Case, Chapter, Rng, Unusable
from ..judging.compare import as_array, compare

CHAPTER = Chapter("08_freezing", "Move a few numbers, keep the rest")


def _layers(rng: np.random.Generator, sizes: tuple[int, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Draw a network whose every number is well away from zero effect."""
    return [
        (rng.normal(size=(fan_in, fan_out)) / np.sqrt(fan_in), rng.normal(scale=0.3, size=fan_out))
        for fan_in, fan_out in pairwise(sizes)
    ]


def _like(rng: np.random.Generator, layers: list) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(rng.normal(size=weights.shape), rng.normal(size=bias.shape)) for weights, bias in layers]


def _activations(rng: np.random.Generator, sizes: tuple[int, ...], batch: int) -> list[np.ndarray]:
    """Draw inputs for each layer: any numbers for the first, then what a ReLU lets through."""
    drawn = [rng.normal(size=(batch, fan_in)) for fan_in in sizes[:-1]]
    return [drawn[0], *(np.maximum(array, 0) for array in drawn[1:])]


def _adapters(rng: np.random.Generator, sizes: tuple[int, ...], rank: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return [
        (rng.normal(size=(fan_in, rank)) / np.sqrt(fan_in), rng.normal(scale=0.4, size=(rank, fan_out)))
        for fan_in, fan_out in pairwise(sizes)
    ]


def _awake(layers: list) -> list[tuple[np.ndarray, np.ndarray]]:
    """Raise the biases: where most neurons are silent for most examples, no order of them would matter."""
    return [(weights, bias + 1) for weights, bias in layers]


def _same_bits(one: np.ndarray, other: object) -> bool:
    other = as_array(other)
    return other is not None and other.shape == one.shape and one.astype(other.dtype).tobytes() == other.tobytes()


def _network(answer: object, n_layers: int) -> list:
    """Return what claims to be a network as a list of pairs."""
    if not isinstance(answer, (list, tuple)) or len(answer) != n_layers:
        raise Unusable(f"something that is no list of {n_layers} layers, each a pair of weights and bias")
    if not all(isinstance(layer, (list, tuple)) and len(layer) == 2 for layer in answer):
        raise Unusable("a layer that is no pair of weights and bias")
    return list(answer)


def _kept_bits(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """View: for each frozen layer in order, whether it came back bit for bit."""
    layers, frozen = calls[0].args[0], calls[0].kwargs.get("frozen", calls[0].args[-1])
    answer = answers[0]
    if "rng" in calls[0].kwargs:
        answer = _first_of_two(answer, "layers, losses")
    returned = _network(answer, len(layers))
    return {
        f"layer {k} kept every bit": all(_same_bits(a, b) for a, b in zip(layers[k], returned[k], strict=True))
        for k in sorted(frozen)
    }


def _first_of_two(answer: object, names: str) -> object:
    if not isinstance(answer, (list, tuple)) or len(answer) != 2:
        raise Unusable(f"something other than the two things {names}")
    return answer[0]


def _frozen_entries(answers: list, calls: tuple[Call, ...]) -> dict:
    """View: how many entries came back, and whether None stands for each frozen layer."""
    answer = answers[0]
    if not isinstance(answer, (list, tuple)):
        raise Unusable("something that is no list of gradients, one entry a layer")
    frozen = calls[0].args[3]
    if len(answer) != len(calls[0].args[0]):
        return {"entries": len(answer)}
    return {"entries": len(answer)} | {f"None for layer {k}": answer[k] is None for k in sorted(frozen)}


def _losses(answers: list, calls: tuple[Call, ...]) -> object:
    """View: the losses alone."""
    _first_of_two(answers[0], "what was trained, losses")
    return answers[0][1]


def _trained(answers: list, calls: tuple[Call, ...]) -> object:
    """View: what was trained, without the losses."""
    return _first_of_two(answers[0], "what was trained, losses")


def _orders(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """View: does the same generator state give the same result, and another state another one?"""
    first, twin, other = (_first_of_two(answer, "what was trained, losses") for answer in answers)
    return {
        "the same generator state, the same result": compare(first, twin, rtol=1e-9) is None,
        "another generator state, another order": compare(first, other, rtol=1e-9) is not None,
    }


def _new_orders(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """View: does a network of one layer end where no single order, the same in every epoch, leads?"""
    pair = _network(_first_of_two(answers[0], "what was trained, losses"), 1)[0]
    arrays = [as_array(part) for part in pair]
    if any(array is None for array in arrays):
        raise Unusable("something other than arrays of numbers")
    ends = (_trained_in_one_order(calls[0], order) for order in permutations(range(len(calls[0].args[-1]))))
    return {"the order changes from epoch to epoch": all(compare(end, arrays, rtol=1e-7) is not None for end in ends)}


def _trained_in_one_order(call: Call, order: tuple[int, ...]) -> list[np.ndarray]:
    """Train a layer, or its adapter where it has one, example by example in the same order each epoch."""
    ((weights, bias),), *adapters, x, y = call.args
    rate = call.kwargs["learning_rate"]
    for row in order * call.kwargs["epochs"]:
        signal = x[row : row + 1]
        logits = signal @ weights + bias
        if adapters:
            down, up = adapters[0][0]
            scale = call.kwargs["alpha"] / len(up)
            logits = logits + scale * signal @ down @ up
        grad = np.exp(logits - logits.max())
        grad /= grad.sum()
        grad[0, y[row]] -= 1
        change = rate * signal.T @ grad
        if adapters:
            adapters = [[(down - scale * change @ up.T, up - scale * down.T @ change)]]
        else:
            weights, bias = weights - change, bias - rate * grad[0]
    return list(adapters[0][0]) if adapters else [weights, bias]


def _three_examples(rng: np.random.Generator) -> dict:
    """Draw one layer and three examples, and say how to train it so that their order shows."""
    return {
        "layers": _layers(rng, (2, 3)),
        "adapters": _adapters(rng, (2, 3), 1),
        "x": rng.normal(size=(3, 2)),
        "y": np.array([0, 2, 1]),
        "how": {"epochs": 12, "batch_size": 1, "learning_rate": 0.5, "rng": Rng(5)},
    }


def _one_batch(rng: np.random.Generator, fan_in: int, n_classes: int) -> dict:
    """Draw examples that are all alike, so that no order and no batch can matter."""
    row, label = rng.normal(size=fan_in), int(rng.integers(n_classes))
    return {"x": np.tile(row, (6, 1)), "y": np.full(6, label)}


@CHAPTER.exercise(
    aspects={"some layers frozen": 1, "none or all frozen": 1},
    hints=(
        "Go through the layers with their index: for k, (weights, bias) in enumerate(layers).",
        "A layer whose index is in frozen counts nothing. Every other one counts its weights and its bias.",
        "Add up weights.size + bias.size over the layers with k not in frozen.",
    ),
    why="A frozen number still takes part in every prediction; it only has no say in what descent may move.",
)
def count_trainable(rng: np.random.Generator) -> Iterator[Case]:
    """How many numbers descent may move when some layers are frozen: their weights and their biases."""
    layers = _layers(rng, (7, 5, 4, 3))
    yield Case.of("some layers frozen", layers, {0, 1}, note="only the head learns")
    yield Case.of("some layers frozen", layers, {1}, note="the middle layer is frozen")
    yield Case.of("some layers frozen", layers, {0, 2}, note="only the middle layer learns")
    yield Case.of("some layers frozen", layers, {2}, note="the head is frozen")
    yield Case.of("none or all frozen", layers, set(), note="nothing is frozen")
    yield Case.of("none or all frozen", layers, {0, 1, 2}, note="everything is frozen")


@CHAPTER.exercise(
    aspects={
        "the others take their step": 1,
        "frozen layers stay bit for bit": 1,
        "an index that no layer has": 1,
        PURE: 1,
    },
    hints=(
        "For each layer decide once: is its index in frozen? Then it goes into the result as it is.",
        "Do not touch the gradient of a frozen layer at all: it may be None, and 0 times NaN is NaN.",
        "First raise ValueError if some index in frozen is not one of range(len(layers)). Then build the new list: the "
        "same layer where k in frozen, else gradient_step([layer], [gradient], learning_rate)[0].",
    ),
    why="Frozen means skipped. A step of size zero looks the same until a gradient is NaN, or an optimiser adds "
    "something of its own, such as momentum.",
    prerequisites=("gradient_step",),
    views={"kept": _kept_bits},
)
def frozen_step(rng: np.random.Generator) -> Iterator[Case]:
    """One step of descent with every layer but the frozen ones, which come back bit for bit."""
    layers = _layers(rng, (6, 5, 4, 3))
    gradients = _like(rng, layers)
    rate = float(rng.uniform(0.1, 0.5))
    yield Case.of("the others take their step", layers, gradients, rate, {0}, note="the first layer is frozen")
    yield Case.of("the others take their step", layers, gradients, rate, {1, 2}, note="only the first layer learns")
    yield Case.of("the others take their step", layers, gradients, rate, set(), note="nothing is frozen")
    single = [(w.astype(np.float32), b.astype(np.float32)) for w, b in layers]
    yield Case.of(
        "the others take their step",
        single,
        [(w.astype(np.float32), b.astype(np.float32)) for w, b in gradients],
        rate,
        {2},
        note="float32",
    )
    broken = [gradients[0], tuple(np.full_like(array, np.nan) for array in gradients[1]), gradients[2]]
    yield Case.of("frozen layers stay bit for bit", layers, gradients, rate, {0, 2}, view="kept")
    yield Case.of(
        "frozen layers stay bit for bit",
        layers,
        [None, gradients[1], None],
        rate,
        {0, 2},
        view="kept",
        note="the frozen layers have no gradients",
    )
    yield Case.of(
        "frozen layers stay bit for bit",
        layers,
        broken,
        rate,
        {1},
        view="kept",
        note="the frozen layer's gradient is NaN",
    )
    yield Case.of("frozen layers stay bit for bit", layers, gradients, rate, {0, 1, 2}, note="everything is frozen")
    yield Case.of(
        "an index that no layer has",
        layers,
        gradients,
        rate,
        {1, 3},
        raises=ValueError,
        mentions=(3,),
        note="there are three layers, 0 to 2",
    )
    yield Case.of("an index that no layer has", layers, gradients, rate, {17}, raises=ValueError, mentions=(17,))
    yield Case.of(
        "an index that no layer has",
        layers,
        gradients,
        rate,
        {-1},
        raises=ValueError,
        mentions=(-1,),
        note="layers are counted from 0, not from the end",
    )


@CHAPTER.exercise(
    aspects={"gradients of the others": 2, "None for a frozen layer": 1, "nothing below is touched": 2, PURE: 1},
    hints=(
        "Start from backward. Before the loop find the lowest layer that learns; where may the loop stop?",
        "A frozen layer above it still passes the gradient on: back through its weights, then through the ReLU "
        "before it. It only needs no gradients of its own.",
        "gradients = [None] * len(layers); for k from the top down to the lowest trainable layer: if k is frozen, "
        "grad = grad @ weights.T, else dense_gradient fills gradients[k]; and where k is above the lowest, "
        "relu_gradient(grad, activations[k]).",
    ),
    why="This is where freezing saves work: what lies below the lowest trainable layer costs no backward pass. A "
    "frozen layer in the middle saves only its own gradients, as the ones below still need what flows through it.",
    prerequisites=("dense_gradient", "relu_gradient"),
    views={"frozen": _frozen_entries},
)
def backward_unfrozen(rng: np.random.Generator) -> Iterator[Case]:
    """The gradients of the layers that are not frozen, computed no further down than they need."""
    sizes = (6, 5, 5, 5, 3)
    layers, activations = _layers(rng, sizes), _activations(rng, sizes, 8)
    grad = rng.normal(size=(8, 3))
    learns, none, spared = "gradients of the others", "None for a frozen layer", "nothing below is touched"
    yield Case.of(learns, layers, activations, grad, set(), note="nothing is frozen")
    yield Case.of(learns, layers, activations, grad, {2}, note="a frozen layer between two that learn")
    yield Case.of(learns, layers, activations, grad, {1, 3}, note="every second layer is frozen")
    yield Case.of(learns, layers, activations, grad, {0}, note="the first layer is frozen")
    yield Case.of(
        learns,
        layers,
        [a[:2] for a in activations],
        grad[:2],
        {0, 1},
        note="only two examples, fewer than there are layers",
    )
    single = [(w.astype(np.float32), b.astype(np.float32)) for w, b in layers]
    yield Case.of(
        learns, single, [a.astype(np.float32) for a in activations], grad.astype(np.float32), {1}, note="float32"
    )
    yield Case.of(none, layers, activations, grad, {0, 1}, view="frozen")
    yield Case.of(none, layers, activations, grad, {3}, view="frozen", note="the head is frozen")
    yield Case.of(none, layers, activations, grad, {0, 1, 2, 3}, view="frozen", note="everything is frozen")
    impossible = (np.full((2, 9), np.nan), np.full(7, np.nan))
    nowhere = np.full((1, 11), np.nan)
    yield Case.of(
        spared,
        [impossible, impossible, *layers[2:]],
        [nowhere, nowhere, *activations[2:]],
        grad,
        {0, 1},
        note="below the trainable layers stand NaN and impossible shapes",
    )
    yield Case.of(
        spared,
        [impossible, layers[1], *layers[2:]],
        [nowhere, *activations[1:]],
        grad,
        {0, 2},
        note="below layer 1 stands what cannot be computed with; layer 2 is frozen too",
    )
    yield Case.of(
        spared,
        [impossible] * 4,
        [nowhere] * 4,
        grad[:2],
        {0, 1, 2, 3},
        note="everything is frozen, and nothing can be computed with",
    )


@CHAPTER.exercise(
    aspects={
        "the others learn": 2,
        "frozen layers stay bit for bit": 1,
        "losses": 1,
        "draws its order from rng": 1,
        PURE: 1,
    },
    hints=(
        "It is train from chapter 7 with two lines changed. Which two?",
        "backward becomes backward_unfrozen, gradient_step becomes frozen_step; both are told what is frozen.",
        "For each epoch, for each batch of minibatches(x, y, batch_size, rng): forward, cross_entropy times the "
        "batch's length, cross_entropy_gradient, backward_unfrozen, frozen_step. After the epoch append the sum "
        "divided by len(x).",
    ),
    why="The whole difference between training and fine-tuning part of a network is which numbers the step may move.",
    prerequisites=(
        "minibatches",
        "forward",
        "cross_entropy",
        "cross_entropy_gradient",
        "backward_unfrozen",
        "frozen_step",
    ),
    views={"kept": _kept_bits, "losses": _losses, "trained": _trained, "orders": _orders, "new orders": _new_orders},
)
def fine_tune(rng: np.random.Generator) -> Iterator[Case]:
    """Minibatch descent on new examples in which the frozen layers keep every bit."""
    sizes = (6, 5, 4, 3)
    layers = _layers(rng, sizes)
    x, y = rng.normal(size=(12, 6)), rng.integers(3, size=12)
    whole = {"epochs": 3, "batch_size": 12, "learning_rate": 0.3, "rng": Rng(1)}
    alike = {"epochs": 2, "batch_size": 2, "learning_rate": 0.1, "rng": Rng(2)}
    one = _one_batch(rng, 6, 3)
    learn, keep, losses = "the others learn", "frozen layers stay bit for bit", "losses"
    yield Case.of(
        learn, layers, x, y, frozen={0, 1}, **whole, view="trained", note="one full batch, only the head learns"
    )
    yield Case.of(learn, layers, x, y, frozen={1}, **whole, view="trained", note="one full batch, the middle is frozen")
    yield Case.of(learn, layers, *one.values(), frozen={0}, **alike, view="trained", note="all examples are alike")
    yield Case.of(learn, layers, x, y, frozen=set(), **whole, view="trained", note="one full batch, nothing is frozen")
    yield Case.of(learn, layers, x, y, frozen=set(), **whole | {"epochs": 0}, view="trained", note="no epochs")
    yield Case.of(keep, layers, x, y, frozen={0, 2}, **whole | {"batch_size": 5}, view="kept")
    yield Case.of(keep, layers, x, y, frozen={0, 1, 2}, **whole, view="kept", note="everything is frozen")
    yield Case.of(losses, layers, x, y, frozen={0}, **whole, view="losses", note="one full batch")
    yield Case.of(losses, layers, *one.values(), frozen={1}, **alike, view="losses", note="three batches, all alike")
    yield Case.of(
        losses,
        layers,
        x,
        y,
        frozen={0, 1, 2},
        **whole | {"batch_size": 5},
        view="losses",
        note="everything is frozen; the last batch is smaller",
    )
    yield Case.of(losses, layers, x, y, frozen={0}, **whole | {"epochs": 0}, view="losses", note="no epochs")
    (*below, (weights, bias)), sure = layers, np.array([0.0, 0.0, 1e6])
    yield Case.of(
        losses,
        [*below, (weights, bias + sure)],
        x,
        np.full(12, 2),
        frozen={1},
        **whole,
        view="losses",
        note="nothing left to learn: the losses are zero",
    )
    how = {"frozen": {0}, "epochs": 2, "batch_size": 4, "learning_rate": 0.3}
    several = [
        Call((_awake(layers), x, y), how | {"rng": generator}) for generator in (Rng(3), Rng(3, stream=1), Rng(4))
    ]
    yield Case.of(
        "draws its order from rng", calls=several, view="orders", note="twin generators, then a different one"
    )
    few = _three_examples(rng)
    yield Case.of(
        "draws its order from rng",
        few["layers"],
        few["x"],
        few["y"],
        frozen=set(),
        **few["how"],
        view="new orders",
        note="three examples one by one, twelve epochs",
    )


_MEAN = "down's mean times the square root of fan_in"
_DEVIATION = "down's standard deviation times the square root of fan_in"
_BEYOND = "down's share beyond two standard deviations"


def _law(answers: list, calls: tuple[Call, ...]) -> dict:
    """View: the shapes, and the law of ``down`` in numbers that do not depend on the size."""
    fan_in = calls[0].args[0]
    down, up = _adapter(answers[0])
    values = down.astype(float).ravel() * np.sqrt(fan_in)
    beyond = np.abs(values) > 2 * values.std()
    shapes = {"down's shape": list(down.shape), "up's shape": list(up.shape)}
    return shapes | {_MEAN: values.mean(), _DEVIATION: values.std(), _BEYOND: beyond.mean()}


def _normal_law(fan_in: int, fan_out: int, rank: int) -> dict:
    """Return what `_law` sees of N(0, 1 / fan_in), by theory."""
    shapes = {"down's shape": [fan_in, rank], "up's shape": [rank, fan_out]}
    return shapes | {_MEAN: 0.0, _DEVIATION: 1.0, _BEYOND: 0.0455}


def _adapter(answer: object) -> tuple[np.ndarray, np.ndarray]:
    arrays = [as_array(item) for item in answer] if isinstance(answer, (list, tuple)) else []
    if len(arrays) != 2 or any(array is None or array.ndim != 2 for array in arrays):
        raise Unusable("something that is no pair of two matrices, down and up")
    return arrays[0], arrays[1]


def _no_change(answers: list, calls: tuple[Call, ...]) -> dict:
    """View: how much the adapter changes, and whether both matrices could ever learn."""
    down, up = _adapter(answers[0])
    if down.shape[1:] != up.shape[:1]:
        raise Unusable(f"down of shape {down.shape} and up of shape {up.shape}, which cannot be multiplied")
    return {
        "the largest entry of down @ up": float(np.abs(down @ up).max()),
        "down is all zeros": not down.any(),
        "up is all zeros": not up.any(),
    }


def _draws(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """View: does the same generator state give the same ``down``, and another state another one?"""
    first, twin, other = (_adapter(answer)[0] for answer in answers)
    return {
        "the same generator state, the same down": _same_bits(first, twin),
        "another generator state, another down": not _same_bits(first, other),
    }


@CHAPTER.exercise(
    aspects={"down's law, from rng": 1, "starts as no change": 1, "refuses impossible ranks": 1},
    hints=(
        "Two matrices: down leads from fan_in numbers down to rank, up leads back up to fan_out. Which of the two can "
        "be zero, so that their product is?",
        "down is drawn with rng.normal and standard deviation sqrt(1 / fan_in); up is np.zeros. The rank must be at "
        "least 1 and at most the smaller of the layer's two sizes.",
        "Raise ValueError unless 1 <= rank <= min(fan_in, fan_out); return "
        "rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, rank)) and np.zeros((rank, fan_out)).",
    ),
    why="With up at zero the adapted network is the old one, to the bit, and still up has a gradient, as down is not "
    "zero. Two zero matrices would hold each other at zero for ever.",
    views={"law": _law, "change": _no_change, "draws": _draws},
)
def lora_init(rng: np.random.Generator) -> Iterator[Case]:
    """A new adapter: a random down, an up of zeros, together no change at all."""
    seeds = [int(seed) for seed in rng.integers(2**32, size=4)]
    law = "down's law, from rng"
    yield Case.of(
        law,
        400,
        150,
        100,
        Rng(seeds[0]),
        view="law",
        rtol=0,
        atol=0.03,
        expected=_normal_law(400, 150, 100),
        note="400 inputs, rank 100",
    )
    yield Case.of(
        law,
        90,
        700,
        80,
        Rng(seeds[1]),
        view="law",
        rtol=0,
        atol=0.08,
        expected=_normal_law(90, 700, 80),
        note="90 inputs, rank 80",
    )
    yield Case.of(
        law,
        calls=[Call((9, 8, 3, r)) for r in (Rng(seeds[2]), Rng(seeds[2], stream=1), Rng(seeds[3]))],
        view="draws",
        note="twin generators, then a different one",
    )
    yield Case.of("starts as no change", 12, 7, 3, Rng(seeds[2]), view="change")
    yield Case.of("starts as no change", 5, 9, 5, Rng(seeds[3]), view="change", note="the largest rank there is")
    refuses = "refuses impossible ranks"
    yield Case.of(refuses, 6, 4, 0, Rng(1), raises=ValueError, mentions=(0,), note="a rank of 0")
    yield Case.of(refuses, 6, 4, 5, Rng(1), raises=ValueError, mentions=(5,), note="more than there are neurons")
    yield Case.of(refuses, 3, 8, 4, Rng(1), raises=ValueError, mentions=(4,), note="more than there are inputs")
    yield Case.of(refuses, 5, 4, 9, Rng(1), raises=ValueError, mentions=(9,), note="more than there are of either")
    yield Case.of("starts as no change", 6, 4, 1, Rng(1), view="change", note="rank 1")


@CHAPTER.exercise(
    aspects={"adds the adapter's part": 2, "a new adapter changes nothing": 1, PURE: 1},
    hints=(
        "First the layer as it was: dense(x, weights, bias). Then something is added.",
        "The side path goes through two matrices, first down, then up, and is scaled by alpha divided by the rank. The "
        "rank can be read from the shape of down.",
        "rank = down.shape[1]; return dense(x, weights, bias) + (alpha / rank) * (x @ down) @ up.",
    ),
    why="The brackets matter for the cost: (x @ down) @ up never builds the big matrix down @ up.",
    prerequisites=("dense", "lora_init"),
)
def lora_dense(rng: np.random.Generator) -> Iterator[Case]:
    """The outputs of a layer with its adapter switched on."""
    part, nothing = "adds the adapter's part", "a new adapter changes nothing"

    def drawn(batch: int, fan_in: int, fan_out: int, rank: int) -> tuple:
        weights, bias = _layers(rng, (fan_in, fan_out))[0]
        return rng.normal(size=(batch, fan_in)), weights, bias, _adapters(rng, (fan_in, fan_out), rank)[0]

    yield Case.of(part, *drawn(5, 7, 4, 2), 3.0, note="rank 2")
    yield Case.of(part, *drawn(4, 5, 6, 3), 0.5, note="rank 3")
    yield Case.of(part, *drawn(3, 6, 5, 1), 2.0, note="rank 1")
    yield Case.of(part, *drawn(1, 4, 7, 4), 8, note="one row, a whole-number alpha")
    x, weights, bias, adapter = drawn(6, 5, 3, 2)
    small = [array.astype(np.float32) for array in (x, weights, bias)]
    yield Case.of(part, *small, tuple(a.astype(np.float32) for a in adapter), 4.0, note="float32")
    yield Case.of(nothing, x, weights, bias, (adapter[0], np.zeros((2, 3))), 4.0, note="up is zero")
    yield Case.of(nothing, x, weights, bias, adapter, 0.0, note="alpha is zero: switched off")
    yield Case.of(part, *drawn(3, 3, 3, 3), 2.0, note="three of everything: the factors fit in any order")


@CHAPTER.exercise(
    aspects={"grad_x": 1, "grad_down": 2, "grad_up": 1, PURE: 1},
    parts=("grad_x", "grad_down", "grad_up"),
    hints=(
        "The adapter is two small layers in a row, without biases: inner = x @ down, then inner @ up, scaled. You know "
        "a layer's gradients from dense_gradient.",
        "Behind up the gradient is (alpha / rank) * grad_output @ up.T; that is what down answers for. up answers with "
        "inner.T @ grad_output, scaled as well.",
        "s = alpha / rank; grad_inner = s * grad_output @ up.T; grad_down = x.T @ grad_inner; "
        "grad_up = s * (x @ down).T @ grad_output; grad_x = grad_output @ weights.T + grad_inner @ down.T.",
    ),
    why="down's gradient carries a factor up, and up's a factor down. So while up is zero down cannot move, but up "
    "can: the first step moves up alone.",
    prerequisites=("dense_gradient", "lora_dense"),
)
def lora_gradient(rng: np.random.Generator) -> Iterator[Case]:
    """The gradients of a layer with an adapter: for its input, for down and for up."""

    def drawn(batch: int, fan_in: int, fan_out: int, rank: int) -> tuple:
        weights, _ = _layers(rng, (fan_in, fan_out))[0]
        x, grad = rng.normal(size=(batch, fan_in)), rng.normal(size=(batch, fan_out))
        return grad, x, weights, _adapters(rng, (fan_in, fan_out), rank)[0]

    yield Case.of(None, *drawn(6, 5, 4, 2), 3.0, note="rank 2")
    yield Case.of(None, *drawn(3, 4, 7, 3), 1.5, note="rank 3")
    yield Case.of(None, *drawn(5, 6, 3, 1), 2.0, note="rank 1")
    grad, x, weights, adapter = drawn(4, 6, 5, 2)
    yield Case.of(None, grad, x, weights, (adapter[0], np.zeros((2, 5))), 4.0, note="up is still zero")
    small = [array.astype(np.float32) for array in (grad, x, weights)]
    yield Case.of(None, *small, tuple(a.astype(np.float32) for a in adapter), 4.0, note="float32")


@CHAPTER.exercise(
    aspects={"the adapters learn": 3, "losses": 1, "draws its order from rng": 1, PURE: 1},
    hints=(
        "The loop is train's. What goes forward now are layers with their adapters, and what is stepped are the "
        "adapters.",
        "Forward: lora_dense for each layer, relu between them, keeping each layer's input. Backward: from the last "
        "layer down, lora_gradient, then relu_gradient before the next. An adapter is a pair, as a layer is: "
        "gradient_step can step it.",
        "Compute all gradients of a batch before stepping, or step an adapter only after its own lora_gradient was "
        "taken: grad_x, grad_down, grad_up = lora_gradient(grad, activations[k], weights, adapters[k], alpha).",
    ),
    why="The big matrices are read and never written: what was learned lies in the adapters, in a few numbers that can "
    "be switched off, stored apart, or folded in.",
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
    views={"losses": _losses, "trained": _trained, "orders": _orders, "new orders": _new_orders},
)
def lora_fine_tune(rng: np.random.Generator) -> Iterator[Case]:
    """Minibatch descent on the adapters alone; every weight and bias stays as it is."""
    sizes = (6, 5, 4, 3)
    layers, adapters = _layers(rng, sizes), _adapters(rng, sizes, 2)
    fresh = [(down, np.zeros_like(up)) for down, up in adapters]
    x, y = rng.normal(size=(12, 6)), rng.integers(3, size=12)
    one = _one_batch(rng, 6, 3)
    whole = {"alpha": 3.0, "epochs": 3, "batch_size": 12, "learning_rate": 0.2, "rng": Rng(1)}
    alike = {"alpha": 4.0, "epochs": 2, "batch_size": 2, "learning_rate": 0.05, "rng": Rng(2)}
    learn, losses = "the adapters learn", "losses"
    yield Case.of(learn, layers, adapters, x, y, **whole, view="trained", note="one full batch")
    yield Case.of(learn, layers, fresh, x, y, **whole, view="trained", note="one full batch, new adapters")
    yield Case.of(learn, layers, fresh, x, y, **whole | {"epochs": 1}, view="trained", note="the very first step")
    yield Case.of(learn, layers, adapters, *one.values(), **alike, view="trained", note="all examples are alike")
    yield Case.of(learn, layers, adapters, x, y, **whole | {"epochs": 0}, view="trained", note="no epochs")
    yield Case.of(losses, layers, adapters, x, y, **whole, view="losses", note="one full batch")
    yield Case.of(losses, layers, adapters, *one.values(), **alike, view="losses", note="three batches, all alike")
    yield Case.of(
        losses,
        layers,
        adapters,
        x,
        y,
        **whole | {"batch_size": 5, "learning_rate": 0.0},
        view="losses",
        note="a step of zero; the last batch is smaller",
    )
    several = [
        Call(
            (_awake(layers), adapters, x, y),
            {"alpha": 2.0, "epochs": 2, "batch_size": 4, "learning_rate": 0.2, "rng": generator},
        )
        for generator in (Rng(3), Rng(3, stream=1), Rng(4))
    ]
    yield Case.of(
        "draws its order from rng", calls=several, view="orders", note="twin generators, then a different one"
    )
    few = _three_examples(rng)
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


@CHAPTER.exercise(
    aspects={"folds the adapter in": 2, PURE: 1},
    hints=(
        "lora_dense adds (alpha / rank) * (x @ down) @ up to x @ weights. Take the x out of both.",
        "x @ weights + x @ something is x @ (weights + something).",
        "rank = down.shape[1]; return weights + (alpha / rank) * (down @ up).",
    ),
    why="Merged, an adapted layer costs exactly what the old one cost. Switching off again then needs the adapter, to "
    "be taken away, or a copy of the old weights.",
    prerequisites=("lora_init", "lora_dense"),
)
def lora_merge(rng: np.random.Generator) -> Iterator[Case]:
    """The weights with an adapter folded in, so that an ordinary layer gives the same outputs."""
    aspect = "folds the adapter in"
    for fan_in, fan_out, rank, alpha in [(7, 4, 2, 3.0), (5, 6, 3, 0.5), (6, 3, 1, 2.0)]:
        weights, _ = _layers(rng, (fan_in, fan_out))[0]
        yield Case.of(aspect, weights, _adapters(rng, (fan_in, fan_out), rank)[0], alpha, note=f"rank {rank}")
    weights, _ = _layers(rng, (4, 7))[0]
    down, up = _adapters(rng, (4, 7), 2)[0]
    yield Case.of(aspect, weights, (down, np.zeros_like(up)), 4.0, note="a new adapter changes nothing")
    yield Case.of(
        aspect,
        weights.astype(np.float32),
        (down.astype(np.float32), up.astype(np.float32)),
        4,
        note="float32, a whole-number alpha",
    )
    weights, _ = _layers(rng, (3, 3))[0]
    yield Case.of(
        aspect, weights, _adapters(rng, (3, 3), 3)[0], 2.0, note="three of everything: the factors fit in any order"
    )


CHAPTER.question(
    "coasting_distance",
    task="How far a weight still moves in all when its velocity is 3, momentum 0.8, the learning rate 0.1, and its "
    "gradient is zero from now on.",
    value=1.2,
    mistakes={
        "first_step_only": (0.24, "That is the first step. The velocity that is left makes the next one, and so on."),
        "undamped_first_step": (1.5, "The velocity is damped before it is used: the first step is made with 0.8 · 3."),
        "forgets_the_rate": (12.0, "That is the sum of the velocities. Each step is the learning rate times one."),
        "zero_gradient_no_step": (0.0, "The gradient is zero, the velocity is not."),
        "minus_sign": (-1.2, "A distance was asked for: give it without its direction."),
    },
    hints=(
        "The velocities are 0.8 · 3, then 0.8 · 0.8 · 3, and so on.",
        "1 + 0.8 + 0.8² + … is 1 / (1 - 0.8). Where does the series begin?",
    ),
)
CHAPTER.question(
    "lora_numbers",
    task="How many numbers adapters of rank 4 hold for all three layers of a 196-64-64-10 network.",
    value=1848,
    mistakes={
        "down_alone": (1296, "You counted down alone: 4 numbers for each input. up holds 4 for each neuron as well."),
        "up_alone": (552, "You counted up alone: 4 numbers for each neuron. down holds 4 for each input as well."),
        "rank_one": (462, "That is rank 1: each matrix's fan_in + fan_out. Rank 4 needs four of them."),
        "product": (69120, "You multiplied each full matrix by the rank. An adapter holds rank · (fan_in + fan_out)."),
        "with_biases": (1986, "You added the biases. They are frozen, and an adapter has none of its own."),
        "full": (17418, "That is every number of the network. Count the adapters alone."),
    },
    hints=(
        "One adapter holds fan_in · rank numbers in down and rank · fan_out in up.",
        "4 · (196 + 64) for the first layer. And the other two?",
    ),
)
CHAPTER.question(
    "llama_head",
    task="How many numbers are trained in LLaMA-7B if everything is frozen but its last matrix, called output.",
    value=131_072_000,
    mistakes={
        "with_the_embedding": (262_144_000, "You counted tok_embeddings as well. It reads, and it stays frozen."),
        "with_the_norm": (131_076_096, "You counted norm as well. Only output is trained."),
    },
    hints=("Its shape stands in llama_rest.", "count_parameters of a mapping with that one entry."),
)
CHAPTER.question(
    "llama_lora",
    task="How many numbers LoRA of rank 8 trains on wq, wk, wv and wo of all blocks of LLaMA-7B.",
    value=8_388_608,
    points=2,
    mistakes={
        "one_block": (262_144, "That is one block. There are 32."),
        "one_matrix_a_block": (2_097_152, "That is one matrix a block. There are four: wq, wk, wv and wo."),
        "half": (4_194_304, "That is half. Each adapter has two matrices, down and up, and each block four adapters."),
        "full_matrices": (2_147_483_648, "Those are the attention matrices. They stay frozen; count their adapters."),
        "all_matrices": (19_988_480, "You adapted the feed-forward matrices too. Only attention has adapters."),
    },
    hints=(
        "One adapter: down of shape (4096, 8), up of shape (8, 4096).",
        "count_parameters gives one adapter; four a block, 32 blocks.",
    ),
)
CHAPTER.question(
    "llama_lora_bytes",
    task="How many bytes these adapters take at 16 bits a number.",
    value=16_777_216,
    mistakes={
        "bits": (134_217_728, "Those are bits. A byte has 8 of them."),
        "numbers": (8_388_608, "That is how many numbers there are. Each takes 16 bits, two bytes."),
        "single_precision": (33_554_432, "That is 32 bits a number."),
    },
    hints=("Numbers times bits, divided by 8.",),
)

CHAPTER.written_answer("frozen_and_forgotten", points=3)
CHAPTER.written_answer("adapter_claim", points=3)
