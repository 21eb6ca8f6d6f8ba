"""Chapter 08 asks: how does a trained network learn something new while some of its layers keep every bit?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..exercise import PURE, Call, Case, Chapter, Rng, Unusable
from .tuning import (
    awake,
    draw_layers,
    examples_alike,
    first_of_two,
    losses_alone,
    network,
    new_orders,
    orders,
    same_bits,
    three_examples,
    trained_alone,
)

CHAPTER = Chapter("08_freezing", "Move a few numbers, keep the rest")


def _like(rng: np.random.Generator, layers: list) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(rng.normal(size=weights.shape), rng.normal(size=bias.shape)) for weights, bias in layers]


def _activations(rng: np.random.Generator, sizes: tuple[int, ...], batch: int) -> list[np.ndarray]:
    """Draw inputs for each layer: any numbers for the first, then the outputs of a ReLU."""
    drawn = [rng.normal(size=(batch, fan_in)) for fan_in in sizes[:-1]]
    return [drawn[0], *(np.maximum(array, 0) for array in drawn[1:])]


def _kept_bits(answers: list, calls: tuple[Call, ...]) -> dict[str, bool]:
    """Tell for each frozen layer, in order, whether it came back unchanged, bit for bit."""
    layers, frozen = calls[0].args[0], calls[0].kwargs.get("frozen", calls[0].args[-1])
    answer = answers[0]
    if "rng" in calls[0].kwargs:
        answer = first_of_two(answer, "layers, losses")
    returned = network(answer, len(layers))
    return {
        f"layer {k} must come back unchanged, bit for bit": all(
            same_bits(a, b) for a, b in zip(layers[k], returned[k], strict=True)
        )
        for k in sorted(frozen)
    }


def _frozen_entries(answers: list, calls: tuple[Call, ...]) -> dict:
    """Return how many entries came back, and whether there is None for each frozen layer."""
    answer = answers[0]
    if not isinstance(answer, (list, tuple)):
        raise Unusable("type", "something other than a list of gradients, one entry per layer")
    frozen = calls[0].args[3]
    if len(answer) != len(calls[0].args[0]):
        return {"entries": len(answer)}
    return {"entries": len(answer)} | {f"None for layer {k}": answer[k] is None for k in sorted(frozen)}


@CHAPTER.exercise(
    aspects={"counts with some layers frozen": 1, "counts with none or all frozen": 1},
    hints=(
        "Go through the layers with their index: for k, (weights, bias) in enumerate(layers).",
        "A layer whose index is in frozen contributes nothing. Count the weights and the biases of all others.",
        "Add up weights.size + bias.size over the layers with k not in frozen.",
    ),
    why="A frozen parameter takes part in every prediction; training never updates it.",
)
def count_trainable(rng: np.random.Generator) -> Iterator[Case]:
    """Count the parameters (weights and biases) that are trainable when some layers are frozen."""

    def layers() -> list[tuple[np.ndarray, np.ndarray]]:
        """Draw layers of new sizes, with zeros and equal numbers in them: every entry counts, whatever its value."""
        drawn = draw_layers(rng, tuple(int(n) for n in rng.choice(np.arange(3, 12), size=4, replace=False)))
        for weights, bias in drawn:
            weights[:2], bias[:2] = 0.0, 0.5
        return drawn

    yield Case.of("counts with some layers frozen", layers(), {0, 1}, note="only the head learns")
    yield Case.of("counts with some layers frozen", layers(), {1}, note="the middle layer is frozen")
    yield Case.of("counts with some layers frozen", layers(), {0, 2}, note="only the middle layer learns")
    yield Case.of("counts with some layers frozen", layers(), {2}, note="the head is frozen")
    alike = draw_layers(rng, (5, 5, 5, 1))
    yield Case.of("counts with none or all frozen", alike, set(), note="nothing is frozen, and two layers are alike")
    yield Case.of("counts with none or all frozen", layers(), {0, 1, 2}, note="everything is frozen")


@CHAPTER.exercise(
    aspects={
        "moves the layers that are not frozen": 1,
        "leaves frozen layers unchanged, bit for bit": 1,
        "refuses an index that no layer has": 1,
        PURE: 1,
    },
    hints=(
        "For each layer, first check whether its index is in frozen. If so, put the layer into the result unchanged.",
        "Do not use the gradient of a frozen layer: it may be None or NaN, and 0 times NaN is NaN.",
        "First raise a ValueError if any index in frozen is not in range(len(layers)). Then build the new list: the "
        "same layer if k is in frozen, otherwise gradient_step([layer], [gradient], learning_rate)[0].",
    ),
    why="A frozen layer is skipped. A step of length zero gives the same numbers unless a gradient is None, NaN or "
    "infinite.",
    prerequisites=("gradient_step",),
    views={"kept": _kept_bits},
)
def frozen_step(rng: np.random.Generator) -> Iterator[Case]:
    """Take one gradient descent step in all layers except the frozen ones, which come back unchanged, bit for bit."""
    layers = draw_layers(rng, (5, 5, 5, 3))
    gradients = _like(rng, layers)
    rate = float(rng.uniform(0.1, 0.5))
    yield Case.of(
        "moves the layers that are not frozen", layers, gradients, rate, {0}, note="the first layer is frozen"
    )
    yield Case.of(
        "moves the layers that are not frozen", layers, gradients, rate, {1, 2}, note="only the first layer learns"
    )
    flat = [gradients[0], tuple(np.zeros_like(array) for array in gradients[1]), gradients[2]]
    note = "nothing is frozen, and the middle layer's gradient is zero"
    yield Case.of("moves the layers that are not frozen", layers, flat, rate, set(), note=note)
    single = [(w.astype(np.float32), b.astype(np.float32)) for w, b in layers]
    yield Case.of(
        "moves the layers that are not frozen",
        single,
        [(w.astype(np.float32), b.astype(np.float32)) for w, b in gradients],
        rate,
        {2},
        note="float32",
    )
    broken = [gradients[0], tuple(np.full_like(array, np.nan) for array in gradients[1]), gradients[2]]
    yield Case.of("leaves frozen layers unchanged, bit for bit", layers, gradients, rate, {0, 2}, view="kept")
    yield Case.of(
        "leaves frozen layers unchanged, bit for bit",
        layers,
        [None, gradients[1], None],
        rate,
        {0, 2},
        view="kept",
        note="the frozen layers have no gradients",
    )
    yield Case.of(
        "leaves frozen layers unchanged, bit for bit",
        layers,
        broken,
        rate,
        {1},
        view="kept",
        note="the frozen layer's gradient is NaN",
    )
    note = "everything is frozen, and the learning rate is zero"
    yield Case.of("leaves frozen layers unchanged, bit for bit", layers, gradients, 0.0, {0, 1, 2}, note=note)
    yield Case.of(
        "refuses an index that no layer has",
        layers,
        gradients,
        rate,
        {1, 3},
        raises=ValueError,
        mentions=(3,),
        note="index 3 for layers 0 to 2",
    )
    yield Case.of(
        "refuses an index that no layer has",
        layers,
        gradients,
        rate,
        {17},
        raises=ValueError,
        mentions=(17,),
        note="index 17 for layers 0 to 2",
    )
    yield Case.of(
        "refuses an index that no layer has",
        layers,
        gradients,
        rate,
        {-1},
        raises=ValueError,
        mentions=(-1,),
        note="index -1: layers are counted from 0, not from the end",
    )


@CHAPTER.exercise(
    aspects={
        "computes the trainable layers' gradients": 2,
        "returns None for a frozen layer": 1,
        "uses no layer before the first trainable one": 2,
        PURE: 1,
    },
    hints=(
        "Start from backward. Before the loop, find the first trainable layer. Where may the loop stop?",
        "A frozen layer after the first trainable one still passes the gradient back through its weights and through "
        "the ReLU before it. Only the gradients of its own weights and bias are not needed.",
        "Start with gradients = [None] * len(layers), and let k run from the last layer back to the first trainable "
        "one. If k is frozen, grad = grad @ weights.T. Otherwise dense_gradient gives the new grad, and gradients[k]. "
        "Then, except at the first trainable layer, grad = relu_gradient(grad, activations[k]).",
    ),
    why="Freezing saves work here: layers before the first trainable one need no backward pass. A frozen layer "
    "after that one saves only the computation of its own gradients, because earlier layers need the gradient that "
    "passes through it.",
    prerequisites=("dense_gradient", "relu_gradient"),
    views={"frozen": _frozen_entries},
)
def backward_unfrozen(rng: np.random.Generator) -> Iterator[Case]:
    """Go back through the layers and compute the gradients of the trainable ones, up to the first trainable layer."""
    sizes = (6, 5, 5, 5, 3)
    layers, activations = draw_layers(rng, sizes), _activations(rng, sizes, 8)
    grad = rng.normal(size=(8, 3))
    learns, none, spared = (
        "computes the trainable layers' gradients",
        "returns None for a frozen layer",
        "uses no layer before the first trainable one",
    )
    yield Case.of(learns, layers, activations, grad, set(), note="nothing is frozen")
    yield Case.of(learns, layers, activations, grad, {2}, note="a frozen layer between two that learn")
    yield Case.of(learns, layers, activations, grad, {1, 3}, note="every other layer is frozen")
    yield Case.of(learns, layers, activations, grad, {0}, note="the first layer is frozen")
    yield Case.of(learns, layers, activations, 0 * grad, {2}, note="no logit changes the loss")
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
        note="NaN and impossible shapes before the trainable layers",
    )
    yield Case.of(
        spared,
        [impossible, layers[1], *layers[2:]],
        [nowhere, *activations[1:]],
        grad,
        {0, 2},
        note="impossible values before layer 1; layer 2 is also frozen",
    )
    yield Case.of(
        spared,
        [impossible] * 4,
        [nowhere] * 4,
        grad[:2],
        {0, 1, 2, 3},
        note="everything is frozen; all layers and their inputs are impossible",
    )


@CHAPTER.exercise(
    aspects={
        "trains the layers that are not frozen": 2,
        "leaves frozen layers unchanged, bit for bit": 1,
        "losses": 1,
        "draws its order from rng": 1,
        PURE: 1,
    },
    hints=(
        "Think of train from chapter 7. Which of its steps would move a frozen layer, and which would compute that "
        "layer's gradient?",
        "The loops, the forward pass and the loss stay as they are in train. For the rest of a step, you have two "
        "functions that take `frozen`.",
        "For each batch of minibatches(x, y, batch_size, rng) in each epoch: forward, cross_entropy times the "
        "number of examples, cross_entropy_gradient, backward_unfrozen, frozen_step. After the epoch, append the "
        "sum divided by len(x).",
    ),
    why="With nothing frozen, `fine_tune` takes the same steps as `train`.",
    prerequisites=(
        "minibatches",
        "forward",
        "cross_entropy",
        "cross_entropy_gradient",
        "backward_unfrozen",
        "frozen_step",
    ),
    views={
        "kept": _kept_bits,
        "losses": losses_alone,
        "layers": trained_alone,
        "orders": orders,
        "new orders": new_orders,
    },
)
def fine_tune(rng: np.random.Generator) -> Iterator[Case]:
    """Train on minibatches of new examples; the frozen layers must stay bit for bit the same."""
    sizes = (6, 5, 4, 3)
    layers = draw_layers(rng, sizes)
    x, y = rng.normal(size=(12, 6)), rng.integers(3, size=12)
    whole = {"epochs": 3, "batch_size": 12, "learning_rate": 0.3, "rng": Rng(1)}
    alike = {"epochs": 2, "batch_size": 2, "learning_rate": 0.1, "rng": Rng(2)}
    one = examples_alike(rng, 6, 3)
    learn, keep, losses = (
        "trains the layers that are not frozen",
        "leaves frozen layers unchanged, bit for bit",
        "losses",
    )
    yield Case.of(
        learn, layers, x, y, frozen={0, 1}, **whole, view="layers", note="one full batch, only the head learns"
    )
    yield Case.of(learn, layers, x, y, frozen={1}, **whole, view="layers", note="one full batch, the middle is frozen")
    yield Case.of(
        learn, awake(layers), *one.values(), frozen={0}, **alike, view="layers", note="all examples are identical"
    )
    large = whole | {"batch_size": 50}
    note = "a batch size larger than the data, nothing is frozen"
    yield Case.of(learn, layers, x, y, frozen=set(), **large, view="layers", note=note)
    yield Case.of(learn, layers, x, y, frozen=set(), **whole | {"epochs": 0}, view="layers", note="no epochs")
    yield Case.of(keep, layers, x, y, frozen={0, 2}, **whole | {"batch_size": 5}, view="kept")
    yield Case.of(keep, layers, x, y, frozen={0, 1, 2}, **whole, view="kept", note="everything is frozen")
    yield Case.of(
        losses,
        layers,
        x,
        y,
        frozen={0},
        **whole | {"learning_rate": 40.0},
        view="losses",
        note="one full batch; the steps are so long that the loss rises",
    )
    yield Case.of(losses, layers, *one.values(), frozen={1}, **alike, view="losses", note="three identical batches")
    yield Case.of(
        losses,
        layers,
        x,
        y,
        frozen={0, 1, 2},
        **whole | {"batch_size": 11, "learning_rate": 0.0},
        view="losses",
        note="everything is frozen, and the learning rate is zero; the last batch holds one example",
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
        Call((awake(layers), x, y), how | {"rng": generator}) for generator in (Rng(3), Rng(3, stream=1), Rng(4))
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
        few["x"],
        few["y"],
        frozen=set(),
        **few["how"],
        view="new orders",
        note="three examples one by one, twelve epochs",
    )


@CHAPTER.exercise(
    aspects={
        "mixes every weight and bias of the two networks": 1,
        "refuses networks of different shapes": 0.5,
        PURE: 0.5,
    },
    hints=(
        "Think of one weight: 2.0 before and 3.0 after fine-tuning. What is its value at shares 0, 1 and 0.25?",
        "Each new number is a weighted mean of the old and the tuned one, with fractions that add up to 1. Do this for "
        "the weights and the bias of every layer. Compare the shapes before you mix: NumPy broadcasts silently.",
        "First raise a ValueError if the lists differ in length or two arrays differ in shape. Then, for each pair of "
        "layers, compute ((1 - share) * w + share * v, (1 - share) * b + share * c), where w and b are old, and v and "
        "c are tuned.",
    ),
    why="The two fractions add up to 1, so a number that is equal in both networks stays as it is, apart from "
    "rounding. NumPy would broadcast some arrays that do not fit, so their shapes are compared first.",
)
def interpolate_layers(rng: np.random.Generator) -> Iterator[Case]:
    """Move every weight and bias a fraction of the way from its old to its tuned value."""
    layers, tuned = draw_layers(rng, (6, 5, 5, 3)), draw_layers(rng, (6, 5, 5, 3))
    layers[0][1][:], layers[1][0][0], tuned[1][0][1] = 0, 0, 0  # some numbers become zero, others were zero
    between, refuses = "mixes every weight and bias of the two networks", "refuses networks of different shapes"
    yield Case.of(between, layers, tuned, 0.25, note="a quarter of the way")
    yield Case.of(between, layers, tuned, 0.5, note="halfway")
    yield Case.of(between, layers[:1], tuned[:1], 0.8, note="one layer")
    yield Case.of(between, layers, tuned, 0, note="share 0 is the first network")
    yield Case.of(between, layers, tuned, 1, note="share 1 is the tuned network")
    single = [[(w.astype(np.float32), b.astype(np.float32)) for w, b in network] for network in (layers, tuned)]
    yield Case.of(between, *single, 0.3, note="float32")
    frozen = [layers[0], *tuned[1:]]
    yield Case.of(between, layers, frozen, 0.6, note="a frozen layer, which is the same in both networks")
    (weights, bias), *rest = tuned
    yield Case.of(refuses, layers, tuned[:2], 0.5, raises=ValueError, note="networks of three and of two layers")
    yield Case.of(refuses, layers[:2], tuned, 0.5, raises=ValueError, note="networks of two and of three layers")
    yield Case.of(
        refuses,
        layers,
        [(weights[:, :4], bias[:4]), *rest],
        0.5,
        raises=ValueError,
        mentions=(6, 5, 4),  # 6 is in the shapes of the weights alone: the biases do not fit either
        note="weights of shapes (6, 5) and (6, 4)",
    )
    yield Case.of(
        refuses,
        layers,
        [(weights, bias[:1]), *rest],
        0.5,
        raises=ValueError,
        mentions=(5, 1),
        note="biases of shapes (5,) and (1,), which NumPy would broadcast",
    )
    yield Case.of(
        refuses,
        layers,
        [(weights, bias[:, np.newaxis]), *rest],
        0.5,
        raises=ValueError,
        mentions=(5, 1),
        note="biases of shapes (5,) and (5, 1), with the same number of entries",
    )
    *before, (weights, bias) = tuned
    yield Case.of(
        refuses,
        layers,
        [*before, (weights, bias[:1])],
        0.5,
        raises=ValueError,
        mentions=(3, 1),
        note="biases of shapes (3,) and (1,) in the last layer",
    )


CHAPTER.question(
    "coasting_distance",
    task="Compute how far a weight still moves in total if its velocity is 3, the momentum is 0.8, the learning rate "
    "is 0.1, and its gradient is zero from now on.",
    value=1.2,
    rtol=1e-3,
    mistakes={
        "first_step_only": (0.24, "That is only the first step. The remaining velocity makes the next one, and so on."),
        "undamped_first_step": (
            1.5,
            "The velocity is multiplied by momentum before it is used: the first step uses 0.8 · 3.",
        ),
        "forgets_the_rate": (
            12.0,
            "That is the sum of the velocities. Each step is the learning rate times a velocity.",
        ),
        "zero_gradient_no_step": (0.0, "The gradient is zero, but the velocity is not."),
        "minus_sign": (-1.2, "Give the distance, without its direction."),
    },
    hints=(
        "The velocities are 0.8 · 3, then 0.8 · 0.8 · 3, and so on.",
        "1 + 0.8 + 0.8² + … is 1 / (1 - 0.8). Where does the series begin?",
    ),
)
CHAPTER.written_answer("frozen_and_forgotten", points=3)
