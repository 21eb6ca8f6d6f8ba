"""Chapter 07 asks for descent: one step, batches, training, and momentum."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np

from ..candidate.wire import ENDLESS, Opaque
from ..exercise import PURE, Call, Case, Chapter, Rng, Unusable
from ..judging.compare import as_array
from ..judging.words import counted, describe
from .shared import inputs_of_layers, random_layers

CHAPTER = Chapter("07_descent", "Gradient descent")


def _random_gradients(rng: np.random.Generator, layers: list[tuple], dtype: type = float) -> list[tuple]:
    """Draw something in the shapes of a network: gradients, or a velocity."""
    return [tuple(rng.normal(size=part.shape).astype(dtype) for part in pair) for pair in layers]


@CHAPTER.exercise(
    aspects={"steps against the gradient": 3, PURE: 1},
    hints=(
        "The gradient points in the direction in which the loss grows fastest. Which way do you go, and how far?",
        "Build a new list with a loop over zip(layers, gradients). In every layer, both weights and biases take the "
        "step. Test your rule with the docstring's example: 2 becomes 0 where the gradient is 4 and the rate is 0.5.",
        "[(weights - learning_rate * grad_weights, bias - learning_rate * grad_bias) for (weights, bias), "
        "(grad_weights, grad_bias) in zip(layers, gradients)]. This expression changes nothing in place.",
    ),
    why="Near a point the loss is almost linear, and the gradient says how fast it grows in each direction. So a small "
    "step against the gradient lowers the loss, unless the gradient is zero. New arrays are returned so that the "
    "network before the step can be compared with the new one.",
)
def gradient_step(rng):
    """Compute the network after one gradient descent step."""
    aspect = "steps against the gradient"
    layers = random_layers(rng, (4, 3))
    yield Case.of(aspect, layers, _random_gradients(rng, layers), 0.1, note="one layer")
    layers = random_layers(rng, (5, 7, 3))
    layers[0][1][:] = 0
    yield Case.of(aspect, layers, _random_gradients(rng, layers), 0.5, note="two layers; some biases are still zero")
    layers = random_layers(rng, (4, 4, 4, 4), np.float32)
    gradients = [tuple(10 * part for part in pair) for pair in _random_gradients(rng, layers, np.float32)]
    gradients[1] = tuple(0 * part for part in gradients[1])
    note = "three layers of the same shape in float32, a long step; one layer's gradient is zero"
    yield Case.of(aspect, layers, gradients, 2.0, note=note)
    yield Case.of(aspect, layers, gradients, 0.0, note="a learning rate of zero")


def _batches(answer: object) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return a list of (x_batch, y_batch), or say why the answer is not one."""
    if isinstance(answer, Opaque) and answer.type_name == ENDLESS:
        raise Unusable("endless", "more batches than the data have: the loop over the batches does not end")
    if not isinstance(answer, (list, tuple)):
        raise Unusable("type", f"{describe(answer)}; expected batches (x_batch, y_batch)")
    batches = []
    for item in answer:
        pair = [as_array(part) for part in item] if isinstance(item, (list, tuple)) else []
        if len(pair) != 2 or any(part is None or not part.ndim for part in pair):
            raise Unusable("pair", "a batch that is not a pair (x_batch, y_batch) of arrays")
        if len(pair[0]) != len(pair[1]):
            raise Unusable(
                "lengths", f"a batch of {counted(len(pair[0]), 'example')} and {counted(len(pair[1]), 'label')}"
            )
        batches.append((pair[0], pair[1]))
    return batches


def _dealt(answers: list, calls: tuple[Call, ...]) -> dict:
    """Return the sizes of the batches, facts about their rows, and all rows (with labels) in sorted order."""
    batches = _batches(answers[0])
    if len({x.shape[1:] for x, _ in batches}) > 1:
        raise Unusable("rows", "batches whose rows differ in shape")
    given_x, given_y, *_ = calls[0].args
    labels = {tuple(np.ravel(x)): tuple(np.ravel(y)) for x, y in zip(given_x, given_y, strict=True)}
    pairs = [(tuple(np.ravel(x)), tuple(np.ravel(y))) for batch in batches for x, y in zip(*batch, strict=True)]
    dealt = [x for x, _ in pairs]
    return {
        "batch sizes": [len(x) for x, _ in batches],
        "each row of x_batch must be a row of x": set(dealt) <= set(labels),
        "each row must have the shape that it has in x and y": all(
            (x.shape[1:], y.shape[1:]) == (given_x.shape[1:], given_y.shape[1:]) for x, y in batches
        ),
        "no example may appear more than once": len(set(dealt)) == len(dealt),
        "every example must appear": set(dealt) >= set(labels),
        "each row of y_batch must belong to its row of x_batch": all(labels.get(x, y) == y for x, y in pairs),
        "rows and labels, sorted": np.array(sorted([*x, *y] for x, y in pairs)),
    }


def _orders(answers: list, calls: tuple[Call, ...]) -> dict:
    """Tell whether the order follows from the generator, and whether it mixes the examples thoroughly."""
    orders = [[float(label) for _, y in _batches(answer) for label in np.ravel(y)] for answer in answers]
    first, again, other, twin = orders
    neighbours = sum(after == before + 1 for before, after in pairwise(first))
    _, in_file, batch_size, _ = calls[0].args
    travelled = np.abs(np.subtract(first, in_file)).mean() if len(first) == len(in_file) else 0.0
    return {
        "a generator in the same state must give the same order": first == twin,
        "the same generator, used again, must give a new order": first != again,
        "a generator in another state must give another order": first != other,
        "most neighbouring examples must be separated": neighbours < len(first) / 3,
        "examples must move by more than batch_size positions on average": bool(travelled > batch_size),
    }


def _places(answers: list, calls: tuple[Call, ...]) -> dict:
    """Tell whether each example appears at least once in each position, as in fair shuffles."""
    orders = [tuple(float(label) for _, y in _batches(answer) for label in np.ravel(y)) for answer in answers]
    _, labels, *_ = calls[0].args
    seen = {(place, label) for order in orders for place, label in enumerate(order)}
    wanted = {(place, float(label)) for place in range(len(labels)) for label in labels}
    orders_and_examples = f"in {len(calls)} orders, each of {len(labels)} examples"
    return {f"{orders_and_examples} must appear at least once in each position": seen >= wanted}


@CHAPTER.exercise(
    aspects={
        "yields every example exactly once, with its label": 1,
        "draws its order from rng": 1,
        "refuses a batch size below 1": 1,
        PURE: 1,
    },
    hints=(
        "Do not shuffle the examples: shuffle their row numbers. One list of row numbers can then index both x and y.",
        "The generator has a method, permutation, that returns the numbers from 0 in random order. Cut these into "
        "slices of batch_size; a slice that reaches beyond the end is shorter.",
        "First, if batch_size is below 1, raise a ValueError with the value of batch_size in its message. Then order = "
        "rng.permutation(len(x)); for start in range(0, len(x), batch_size): rows = order[start : start + batch_size], "
        "and yield x[rows], y[rows].",
    ),
    views={"dealt": _dealt, "orders": _orders, "places": _places},
    yields=True,
    why="One permutation indexes both arrays, so no label can lose its example. Only row numbers are shuffled, "
    "so the caller's data keep their order.",
)
def minibatches(rng):
    """Yield all examples once, in batches, in an order drawn from rng."""
    aspect = "yields every example exactly once, with its label"
    for n, size, of_x, of_y, note in [
        (9, 4, (2,), (), "nine examples in batches of four: the last batch holds one example"),
        (6, 6, (), (2,), "six examples of one number each, with two numbers to predict, in a single batch"),
        (3, 8, (2,), (), "a batch size larger than the data"),
        (5, 1, (2, 2), (), "one example at a time; each has two axes"),
    ]:
        labels = n + 0.25 + rng.permutation(n)  # these labels are neither row numbers nor whole numbers
        labels[-1] = labels[0]
        x, y = rng.normal(size=(n, *of_x)), np.stack([labels, -labels], axis=1) if of_y else labels
        x[1] = 0  # a blank example
        yield Case.of(aspect, x, y, size, Rng(int(rng.integers(2**31))), view="dealt", note=note)
    x, y = rng.normal(size=(40, 3)).astype(np.float32), np.arange(40)
    seed = int(rng.integers(2**31))
    generators = [Rng(seed), Rng(seed), Rng(seed + 1), Rng(seed, stream=1)]
    calls = [Call((x, y, 5, generator)) for generator in generators]
    drawn = "draws its order from rng"
    yield Case.of(drawn, calls=calls, view="orders", note="forty examples, in four calls")
    calls = [Call((x[:4], y[:4], 2, Rng(seed)))] * 80  # a fair shuffle fails once in 600 million tries
    yield Case.of(drawn, calls=calls, view="places", note="four examples, in 80 calls with the same generator")
    for size in (0, -3):
        yield Case.of(
            "refuses a batch size below 1",
            x,
            y,
            size,
            Rng(seed),
            raises=ValueError,
            mentions=(size,),
            note=f"a batch size of {size}",
        )


def _softmax_regression(layer: tuple, x: np.ndarray, y: np.ndarray, orders: list, size: int, rate: float) -> tuple:
    """Train a single layer on the examples in the given orders, one order per epoch."""
    weights, bias = (part.astype(float) for part in layer)
    for order in orders:
        for start in range(0, len(order), size):
            rows = list(order[start : start + size])
            logits = x[rows] @ weights + bias
            grad = np.exp(logits - logits.max(axis=1, keepdims=True))
            grad /= grad.sum(axis=1, keepdims=True)
            grad[np.arange(len(rows)), y[rows]] -= 1
            grad /= len(rows)
            weights, bias = weights - rate * x[rows].T @ grad, bias - rate * grad.sum(axis=0)
    return weights, bias


def _trained_layer(answer: object) -> np.ndarray:
    """Return all numbers of a trained network of one layer, or say why the answer is not one."""
    try:
        layers, _ = answer
        ((weights, bias),) = layers
        return np.concatenate([np.ravel(as_array(weights)), np.ravel(as_array(bias))]).astype(float)
    except (TypeError, ValueError):
        raise Unusable("pair", "something other than a pair (layers, losses) with one layer") from None


def _same(layer: tuple, flat: np.ndarray) -> bool:
    wanted = np.concatenate([part.ravel() for part in layer])
    return wanted.shape == flat.shape and np.allclose(wanted, flat, rtol=1e-7, atol=1e-9)


def _one_epoch(answers: list, calls: tuple[Call, ...]) -> str:
    """Tell whether some order of the examples gives the layer that came back after one epoch."""
    ((layer,), x, y), how = calls[0].args, calls[0].kwargs
    flat = _trained_layer(answers[0])
    for order in permutations(range(len(x))):
        if _same(_softmax_regression(layer, x, y, [order], how["batch_size"], how["learning_rate"]), flat):
            return "where an order of the examples leads"
    raise Unusable("order", "layers that no order of the examples gives, if each is used once with its own label")


def _many_epochs(answers: list, calls: tuple[Call, ...]) -> dict:
    """Tell whether the order of the examples follows from the generator and changes from epoch to epoch."""
    ((layer,), x, y), how = calls[0].args, calls[0].kwargs
    first, twin, *others = [_trained_layer(answer) for answer in answers]
    fixed = [
        _softmax_regression(layer, x, y, [order] * how["epochs"], how["batch_size"], how["learning_rate"])
        for order in permutations(range(len(x)))
    ]
    return {
        "a generator in the same state must give the same network": np.array_equal(first, twin),
        "a generator in another state must give another network": not all(
            np.array_equal(first, other) for other in others
        ),
        "the order must change from epoch to epoch": not any(_same(end, first) for end in fixed),
    }


@CHAPTER.exercise(
    aspects={"layers": 3, "losses": 2, "takes the examples in a new order each epoch": 2, PURE: 1},
    parts=("layers", "losses"),
    hints=(
        "You already have all the functions. For each batch, forward gives logits and activations. The logits give the "
        "loss and its gradient, from which backward computes the gradients. gradient_step then makes new layers.",
        "Write two loops: one over the epochs, and inside it one over the batches of minibatches, which you call "
        "again in each epoch. Assign the result of gradient_step to layers, so that the next batch starts from it.",
        "The inner loop: for x_batch, y_batch in minibatches(x, y, batch_size, rng). For the losses, add len(y_batch) "
        "* cross_entropy(logits, y_batch) over the batches of an epoch, with the logits from before the step. At the "
        "end of the epoch divide by len(x). Return layers, losses.",
    ),
    views={"one epoch": _one_epoch, "many epochs": _many_epochs},
    why="The gradient needs the logits anyway, and they also give the loss before the step. An epoch's loss is "
    "the mean over all its examples. It equals the mean of the batches' losses, each weighted by its batch size.",
    prerequisites=("forward", "cross_entropy", "cross_entropy_gradient", "backward", "gradient_step", "minibatches"),
)
def train(rng):
    """Train a network on minibatches, and record the mean loss of each epoch."""

    def how(epochs: int, batch_size: int, seed: int, learning_rate: float = 0.3) -> dict:
        return {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "rng": Rng(seed)}

    seed = int(rng.integers(2**31))
    layers = random_layers(rng, (4, 6, 3))
    x, y = rng.normal(size=(9, 4)), rng.integers(0, 3, 9)
    steep = how(3, 9, seed, 40.0)  # the steps are so long that the loss rises
    yield Case.of(None, layers, x, y, **steep, note="all examples in one batch, three epochs")
    alike = np.repeat(rng.normal(size=(1, 4)), 10, axis=0)
    (weights, bias), inputs = layers[-1], inputs_of_layers(layers, alike)
    unlikely = (inputs[-1] @ weights + bias).argmin(axis=1)  # a loss that takes many steps to fall
    yield Case.of(
        None,
        layers,
        alike,
        unlikely,
        **how(2, 4, seed, 0.05),
        note="the same example ten times, in batches of 4, 4 and 2",
    )
    yield Case.of(
        None,
        random_layers(rng, (4, 5, 5, 3), np.float32),
        x.astype(np.float32),
        y,
        **how(2, 50, seed, 0.1),
        note="a batch size larger than the data, float32",
    )
    yield Case.of(None, layers, x, y, **how(0, 4, seed), note="no epochs")
    sure = [(np.eye(2), np.zeros(2))], np.array([[12.0, 0.0]]), np.array([0])
    yield Case.of(None, *sure, **how(3, 4, seed), note="one example, predicted correctly and with confidence")
    yield Case.of(None, *sure, **how(1, 1, seed, 0.0), note="one example, and a learning rate of zero")
    layers = random_layers(rng, (2, 3))
    x, y = rng.normal(size=(5, 2)), np.array([0, 2, 1, 1, 0])
    yield Case.of(
        "layers",
        layers,
        x,
        y,
        **how(1, 2, seed, 0.5),
        view="one epoch",
        note="one epoch over five examples in batches of two",
    )
    calls = [
        Call((layers, x[:3], y[:3]), how(12, 1, seed + i, 0.5) | {"rng": Rng(seed + i, stream)})
        for i, stream in [(0, 0), (0, 1), *((i, 0) for i in range(1, 9))]
    ]
    yield Case.of(
        "takes the examples in a new order each epoch",
        calls=calls,
        view="many epochs",
        note="three examples one by one, twelve epochs, with several generators",
    )


@CHAPTER.exercise(
    aspects={"layers": 2, "velocity": 1, PURE: 1},
    parts=("layers", "velocity"),
    hints=(
        "The network is like a rolling ball: the gradient changes its velocity, and the velocity changes its "
        "position. How much of the old velocity remains, and what is added?",
        "In the docstring's example the momentum is 0.5, and a velocity of 6 becomes 5 where the gradient is 2. First "
        "compute all new velocities, for weights and biases. Which function then takes a step with them?",
        "The new velocity is momentum times the old one plus the gradient, for every weight and every bias. With the "
        "new velocities in a list of pairs, the step is gradient_step(layers, velocity, learning_rate). Return both, "
        "layers first.",
    ),
    why="If all gradients are equal, the velocity approaches 1 / (1 - momentum) times the gradient. If only their sign "
    "alternates, the velocity approaches 1 / (1 + momentum) times the latest gradient. With momentum 0 the step is "
    "plain gradient descent.",
    prerequisites=("gradient_step",),
)
def momentum_step(rng):
    """Take one gradient descent step with momentum; return the new layers and the new velocity."""
    layers = random_layers(rng, (4, 4, 4, 3))
    rest = [tuple(np.zeros_like(part) for part in pair) for pair in layers]
    gradients, velocity = _random_gradients(rng, layers), _random_gradients(rng, layers)
    yield Case.of(None, layers, gradients, rest, 0.1, 0.9, note="the first step, from rest")
    yield Case.of(None, layers, gradients, velocity, 0.2, 0.9, note="already moving")
    still = [tuple(np.zeros_like(part) for part in pair) for pair in layers]
    yield Case.of(None, layers, still, velocity, 0.5, 0.75, note="no gradient, only the velocity that is left")
    yield Case.of(None, layers, gradients, velocity, 0.3, 0.0, note="no momentum: plain descent")
    yield Case.of(None, layers, gradients, velocity, 0.0, 0.0, note="no momentum, and a learning rate of zero")
    layers = random_layers(rng, (3, 7, 4), np.float32)
    gradients, velocity = (_random_gradients(rng, layers, np.float32) for _ in range(2))
    yield Case.of(None, layers, gradients, velocity, 0.05, 0.5, note="two layers in float32")


CHAPTER.question(
    "rate_limit",
    task="Compute the learning rate above which gradient descent on the loss 3w², with the gradient 6w, diverges.",
    value=1 / 3,
    rtol=1e-3,
    hints=(
        "Write down where one step leads: w - rate * 6w. By what number has w been multiplied?",
        "Each step multiplies w by 1 - 6 * rate. The weight approaches the minimum as long as the magnitude of this "
        "factor is below 1. When is the factor exactly -1?",
    ),
    mistakes={
        "arrives_at_once": (1 / 6, "At this rate one step reaches the minimum. Somewhat larger rates still converge."),
        "the_other_bowl": (1.0, "That was the limit for (w - 3)². This bowl is steeper."),
        "forgets_the_two": (2 / 3, "Use the gradient, 6w: each step subtracts 6 * rate times w."),
    },
)
CHAPTER.question(
    "steady_speed",
    task="Compute the velocity that descent approaches with momentum 0.9 and a constant gradient of 2.",
    value=20,
    rtol=1e-3,
    hints=(
        "When the velocity no longer changes, the new one equals the old one: v = 0.9 * v + 2.",
        "Solve 0.1 * v = 2, or let a loop find the velocity: start at 0 and take 200 steps.",
    ),
    mistakes={
        "damped": (
            2,
            "That would be right if the gradient were multiplied by 1 - momentum. Here the whole gradient is added.",
        ),
        "momentum_times_gradient": (
            1.8,
            "That is 0.9 times a single gradient. Each step adds the gradient again.",
        ),
        "two_steps_only": (
            3.8,
            "That is the velocity after two steps. The velocity continues to grow: up to what value?",
        ),
    },
)

CHAPTER.question(
    "diagnoses",
    task="For each of the patients a to f, give the number of the cause in the list: six digits in all.",
    value=614_275,
    points=6,
    digits=tuple(f"patient {name}" for name in "abcdef"),
    mistakes={
        "all_zero": (1, "Are all its weights zero, before and after training? This patient's are not."),
        "twins": (
            2,
            "If each layer had started with equal weights other than zero, the images before training would be "
            "equal, but not blank. Are they?",
        ),
        "large_start": (3, "Compare the largest magnitude of its weights before training with the others'."),
        "too_small": (
            4,
            "If the learning rate had been far too small, the weights would have moved only slightly. How far did "
            "they move?",
        ),
        "too_large": (
            5,
            "If the learning rate had been far too large, the weights would have moved far, and no hidden neuron would "
            "activate. Look at forward(...)[1][1].",
        ),
        "mixed_labels": (
            6,
            "With only the images shuffled, hidden neurons would be active and clearly changed, yet the network would "
            "guess. Is all of that the case?",
        ),
        "no_biases": (
            7,
            "If the biases had never been updated, those of both layers would still be exactly zero. Are they?",
        ),
        "healthy": (
            8,
            "Check how well it reads the training images, and look at all its parameters, including the biases.",
        ),
    },
    hints=(
        "Begin with the weights of b, c and d. What is the largest weight of b, how far did those of c move, and how "
        "do the neurons of d compare with each other?",
        "distinct_neurons(d.after[0][0]) counts the neurons that have different incoming weights. For f, "
        "forward(f.after, x)[1][1].max(axis=0) shows the largest output of each hidden neuron.",
        "Patient a's loss falls only slightly: the network can only learn its labels by heart. Patient e reads well, "
        "but something in it never learned: look at the last column of the figure.",
    ),
)
CHAPTER.question(
    "healed",
    task="Give the lowest accuracy, from 0 to 1, that any of the six patients reaches on the test images after your "
    "treatment.",
    value=0.96,
    rtol=0.042,  # 0.92 to 1
    hints=(
        "Further training helps a network whose neurons get different gradients. Which patients have no such neurons?",
        "For networks with zero weights, identical neurons or dead neurons, draw new weights with init_layers; train "
        "the other networks further, from patient.after.",
    ),
    mistakes={
        "counts_the_healed": (
            6,
            "That is the number of networks that were healed. Give the lowest of their accuracies, from 0 to 1.",
        ),
        "in_percent": (96, "That is in percent. Give the accuracy as a fraction, from 0 to 1."),
    },
)
CHAPTER.written_answer("small_steps", points=2)
CHAPTER.written_answer("dead_or_diverged", points=3)
