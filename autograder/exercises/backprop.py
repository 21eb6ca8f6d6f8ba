"""Chapter 06 asks for every step of backpropagation, and for the instrument that checks them."""

from __future__ import annotations

import numpy as np

from ..exercise import PURE, Case, Chapter, Given, Unusable
from ..judging.compare import as_array
from ..judging.words import counted, describe
from .shared import inputs_of_layers, random_layers

CHAPTER = Chapter("06_backprop", "Backpropagation")


def _in_float64(answers: list, calls: tuple) -> np.ndarray:
    array = as_array(answers[0])
    if array is None:
        raise Unusable("type", f"{describe(answers[0])}; expected an array of numbers")
    if array.dtype != np.float64:
        raise Unusable("dtype", f"a gradient in {array.dtype}; differences this small need float64", array.dtype.name)
    return array


def _pairs(answers: list, calls: tuple) -> list:
    """Return a list of gradients, one pair a layer, or say why it is none."""
    gradients, n = answers[0], len(calls[0].args[0])
    if not isinstance(gradients, (list, tuple)):
        raise Unusable("type", f"{describe(gradients)}; expected a list of gradients")
    if len(gradients) != n:
        found, wanted = counted(len(gradients), "item"), counted(n, "pair")
        raise Unusable(
            "length", f"{found}; expected {wanted} (grad_weights, grad_bias), one for each layer", len(gradients) - n
        )
    return list(gradients)


@CHAPTER.exercise(
    aspects={"measures the slope of each entry": 2, "works in float64 whatever it is given": 1, PURE: 1},
    hints=(
        "A gradient has one number for each entry. To measure one of them, move that entry alone: a little up, a "
        "little down, and see how far f moves.",
        "Make a float64 copy to move about in. Go through np.ndindex(array.shape): set the entry to its value plus "
        "step and call f, set it to its value minus step and call f, put the value back.",
        "Between the two calls the entry has travelled 2 * step: gradient[index] = (above - below) / (2 * step). Keep "
        "the entry's own value in a variable before you move it, and put that back: adding and taking away rounds.",
    ),
    views={"in float64": _in_float64},
    why="The two points lie on either side, so that the curvature cancels and an error of the order of step squared "
    "is left. The copy keeps the caller's array as it was, and in float64 a step of 1e-5 is still far above rounding.",
)
def numerical_gradient(rng):
    """The gradient of a function, measured: move each entry a little up and a little down, and see what happens."""
    aspect = "measures the slope of each entry"
    yield Case.of(aspect, Given("sine_sum"), rng.normal(size=(3, 2)), note="every entry has a slope of its own")
    yield Case.of(aspect, Given("sum_of_cubes"), rng.uniform(0.5, 1.5, 4), 0.25, note="a step as large as 0.25")
    yield Case.of(aspect, Given("product"), rng.uniform(0.5, 1.5, (2, 2, 3)), step=0.5, note="three axes")
    yield Case.of(
        aspect,
        Given("product_of_row_sums"),
        rng.uniform(0.5, 1.5, (3, 2)),
        note="a function to which the array's shape matters",
    )
    yield Case.of(aspect, Given("sum_of_squares"), -rng.uniform(1, 2, (1, 4)), note="a single row")
    aspect = "works in float64 whatever it is given"
    small = rng.uniform(0.5, 1.5, (2, 3)).astype(np.float32)
    yield Case.of(aspect, Given("product"), small, view="in float64", rtol=1e-6, note="a float32 array")
    whole = rng.integers(2, 5, 5)
    yield Case.of(aspect, Given("sum_of_cubes"), whole, view="in float64", rtol=1e-6, note="an array of whole numbers")


@CHAPTER.exercise(
    aspects={"measures against the largest entries": 1, "holds at the edges: zeros, nothing, unlike shapes": 1},
    hints=(
        "A difference of 0.001 is much beside 0.002 and little beside 1000. Find the largest difference and the size "
        "that it is to be measured against.",
        "Take np.abs first and the maximum then, three times: of a - b, of a, of b. The size is the sum of the last "
        "two, but never less than 1e-12, so that zeros divide by something.",
        "np.abs(a - b).max(initial=0.0) is 0 for empty arrays too. Compare a.shape with b.shape before anything else: "
        "NumPy would stretch (3,) and (2, 3) to fit without a word.",
    ),
    why="One scale for the whole array: entries near zero, where rounding is all there is, are not blown up. The "
    "floor of 1e-12 makes two arrays of zeros agree.",
)
def relative_error(rng):
    """How far two arrays are apart, measured against their largest entries."""
    aspect = "measures against the largest entries"
    a = rng.normal(size=(4, 3)) + 2
    yield Case.of(aspect, a, a + rng.normal(0, 0.1, (4, 3)), note="two arrays that nearly agree")
    yield Case.of(aspect, np.array([0.5, -3.0, 1.0]), np.array([0.75, -2.0, -1.5]), note="the largest is negative")
    b = rng.uniform(1, 2, 5)
    yield Case.of(aspect, b, -3 * b, note="opposite signs and unlike sizes")
    near = np.append(rng.uniform(1, 2, 3), 1e-9)
    yield Case.of(aspect, near, near + np.array([0, 1e-7, 0, 1e-9]), atol=1e-12, note="one entry is all but zero")
    aspect = "holds at the edges: zeros, nothing, unlike shapes"
    yield Case.of(aspect, np.zeros((2, 3)), np.zeros((2, 3)), note="both are zero everywhere")
    yield Case.of(aspect, np.zeros((0, 4)), np.zeros((0, 4)), note="no entries at all")
    yield Case.of(aspect, np.array([2e-14, 0.0]), np.zeros(2), note="less than anything that matters")
    for shapes in [((5, 3), (3,)), ((4, 1), (4, 7))]:
        yield Case.of(
            aspect,
            rng.normal(size=shapes[0]),
            rng.normal(size=shapes[1]),
            raises=ValueError,
            mentions=(*shapes[0], *shapes[1]),
            note="shapes that differ",
        )


@CHAPTER.exercise(
    aspects={"is the slope of the mean squared error": 1, "refuses shapes that differ": 1},
    hints=(
        "Take one prediction p with target t, alone: how does (p - t)**2 change when p moves? Then remember that the "
        "error is a mean.",
        "The slope of (p - t)**2 is 2 * (p - t). In a mean over many entries each one counts only for its share.",
        "Divide by predictions.size, the number of all entries, rows times columns. And compare the two shapes first.",
    ),
    why="Every prediction stands in exactly one of the squares that the mean adds up, so that its slope is that "
    "square's slope divided by how many there are.",
)
def mean_squared_error_gradient(rng):
    """How the mean squared error changes with each prediction."""
    aspect = "is the slope of the mean squared error"
    yield Case.of(aspect, rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), note="four rows of three")
    yield Case.of(aspect, rng.normal(size=7), rng.normal(size=7), note="one axis only")
    aspect = "refuses shapes that differ"
    yield Case.of(
        aspect,
        rng.normal(size=(5, 3)),
        rng.normal(size=(5, 1)),
        raises=ValueError,
        mentions=(5, 3, 1),
        note="targets that NumPy would stretch to fit",
    )
    yield Case.of(
        aspect,
        rng.normal(size=(6, 4)),
        rng.normal(size=4),
        raises=ValueError,
        mentions=(6, 4),
        note="one target a column",
    )


@CHAPTER.exercise(
    aspects={"is the slope of the mean cross-entropy": 2, "stays finite for large logits": 1, PURE: 1},
    hints=(
        "For one example the loss pulls every logit: the true class's up, all others' down, each as hard as the "
        "network is wrong about it. What does the network believe, and what should it believe?",
        "It believes softmax(logits). It should believe 1 for the true class and 0 for the others. The difference is "
        "the gradient of one example's loss; the mean over the batch gives each example its share.",
        "gradient = softmax(logits); take 1 away at [np.arange(len(labels)), labels], one entry in each row; divide "
        "by len(labels).",
    ),
    why="The logarithm of the loss and the exponential of softmax cancel: what is left of both is belief minus truth. "
    "Each row sums to zero, since raising all logits together changes no probability.",
    prerequisites=("softmax", "one_hot"),
)
def cross_entropy_gradient(rng):
    """How the mean cross-entropy of a batch changes with each logit."""
    aspect = "is the slope of the mean cross-entropy"
    labels = np.array([4, 0, 4, 2, 1, 0])
    yield Case.of(aspect, rng.normal(0, 2, (6, 5)), labels, note="six examples, five classes")
    yield Case.of(aspect, rng.normal(0, 1, (1, 3)), np.array([1]), note="a single example")
    narrow = rng.normal(0, 1, (4, 3)).astype(np.float32)
    yield Case.of(aspect, narrow, np.array([2, 2, 0, 2]), note="one class three times, in float32")
    aspect = "stays finite for large logits"
    large = np.array([[1e4, -1e4, 0.0, 3.0], [-9000.0, -9001.0, -9003.0, -9002.0], [0.0, 800.0, 801.0, -800.0]])
    yield Case.of(aspect, large, np.array([1, 0, 2]), note="logits up to 10,000")


@CHAPTER.exercise(
    aspects={"passes where the neuron is active": 1, "stops where the activation is exactly zero": 1},
    hints=(
        "A ReLU hands its input on or holds it back. Where it handed on, a small change comes through whole; where it "
        "held back, a small change changes nothing.",
        "The activations tell which is which: above zero the neuron was active.",
        "(activations > 0) is an array of truth values, and in a product True counts as one and False as zero.",
    ),
    why="The slope of a ReLU is one where it is active and zero where it is not. At zero itself there is no single "
    "slope; this library, as others do, takes zero, so that a silent neuron stays silent.",
)
def relu_gradient(rng):
    """The gradient on its way back through a ReLU."""
    aspect = "passes where the neuron is active"
    sure = rng.choice([-1.5, 0.7, 2.5], (5, 4))
    yield Case.of(aspect, rng.normal(size=(5, 4)) + 0.1, np.abs(sure), note="all neurons active")
    aspect = "stops where the activation is exactly zero"
    mixed = np.maximum(rng.permutation(np.linspace(-1.9, 2.2, 24)), 0).reshape(6, 4)
    yield Case.of(aspect, rng.normal(size=(6, 4)) * 2, mixed, note="about half of the neurons silent")
    yield Case.of(aspect, rng.normal(size=(2, 3, 2)), np.zeros((2, 3, 2)), note="all neurons silent")


@CHAPTER.exercise(
    aspects={"grad_x": 2, "grad_weights": 2, "grad_bias": 1, PURE: 1},
    parts=("grad_x", "grad_weights", "grad_bias"),
    hints=(
        "Each gradient has the shape of the thing it belongs to. Write the three shapes beside grad_output's, and see "
        "which products can give them.",
        "A weight [i, j] carries x[n, i] to output j in every example n, so that its gradient adds up x[n, i] * "
        "grad_output[n, j] over n. A bias j is added in every example: it adds up grad_output[n, j] over n. An input "
        "i reaches every output j, through the weight [i, j].",
        "A sum over the index that two arrays share is a matrix product, one of the two turned by .T if need be: "
        "(fan_in, batch) @ (batch, fan_out) for the weights, (batch, fan_out) @ (fan_out, fan_in) for the inputs. For "
        "the bias, sum over axis 0.",
    ),
    why="On the way there a signal is multiplied by the weight; on the way back the gradient crosses the same "
    "connection and is multiplied by the same weight. What one weight does to the loss is the signal that came in, "
    "times how much the loss cares about what went out, added up over the batch.",
)
def dense_gradient(rng):
    """The gradients of a dense layer: for its inputs, its weights and its bias."""
    for batch, fan_in, fan_out, note in [
        (4, 3, 2, "a batch of four"),
        (1, 2, 5, "a single example"),
        (3, 4, 1, "a single neuron"),
        (3, 3, 3, "three of everything, where a product the wrong way round fits as well"),
        (7, 9, 6, "float32"),
    ]:
        shapes = [(batch, fan_out), (batch, fan_in), (fan_in, fan_out)]
        dtype = np.float32 if note == "float32" else np.float64
        yield Case.of(None, *(rng.normal(size=shape).astype(dtype) for shape in shapes), note=note)


def _backward_case(rng: np.random.Generator, sizes: tuple[int, ...], batch: int, dtype: type = float) -> tuple:
    layers = random_layers(rng, sizes, dtype)
    activations = inputs_of_layers(layers, rng.normal(size=(batch, sizes[0])).astype(dtype))
    return layers, activations, rng.normal(size=(batch, sizes[-1])).astype(dtype)


@CHAPTER.exercise(
    aspects={"the last layer": 1, "the layers below it": 4, PURE: 1},
    hints=(
        "Begin at the top. dense_gradient of the last layer, given grad_logits and what that layer was fed, returns "
        "three things: two are that layer's gradients, the third is for the layer below.",
        "Go through the layers from last to first. The grad_x of layer k is how the loss changes with activations[k]; "
        "those came out of a ReLU, so take it through relu_gradient with activations[k], and it is the grad_output of "
        "layer k - 1.",
        "for k in reversed(range(len(layers))): grad_x, grad_weights, grad_bias = dense_gradient(grad_output, "
        "activations[k], layers[k][0]); keep the pair; grad_output = relu_gradient(grad_x, activations[k]). You "
        "collected from last to first: turn the list round at the end.",
    ),
    views={
        "the last layer": lambda answers, calls: _pairs(answers, calls)[-1],
        "the layers below it": lambda answers, calls: _pairs(answers, calls)[:-1],
    },
    why="Every layer needs only three things: what it was fed, its own weights, and what comes from above. The "
    "gradient of the first layer's inputs is of no use to anybody, so that the reference leaves out that product.",
    prerequisites=("dense_gradient", "relu_gradient"),
)
def backward(rng):
    """The gradient of every weight and bias of a network, from the last layer to the first."""
    last, below = "the last layer", "the layers below it"
    one = _backward_case(rng, (4, 3), 5)
    yield Case.of(last, *one, view=last, note="a network of one layer")
    two = _backward_case(rng, (5, 7, 3), 4)
    yield Case.of(last, *two, view=last, note="two layers")
    yield Case.of(below, *two, view=below, note="two layers")
    square = _backward_case(rng, (4, 4, 4, 4), 6)
    yield Case.of(last, *square, view=last, note="three layers, all equally wide")
    yield Case.of(below, *square, view=below, note="three layers, all equally wide")
    yield Case.of(below, *_backward_case(rng, (3, 6, 5, 8, 2), 7), view=below, note="four layers")
    yield Case.of(below, *_backward_case(rng, (4, 9, 6), 3, np.float32), view=below, note="float32")


CHAPTER.question(
    "forward_passes",
    task="How many times the loss of a network 64-32-10 must be computed to measure all its gradients.",
    value=4820,
    hints=(
        "How many weights and biases has the network? Each of them is moved on its own.",
        "Each one is moved twice, up and down: twice the number that count_parameters gives.",
    ),
    mistakes={
        "one_loss_each": (2410, "That is how many parameters there are. How many losses does each of them need?"),
        "weights_only": (4736, "Biases have gradients as well: 32 in the hidden layer and 10 in the last."),
        "one_loss_a_weight": (2368, "That is how many weights there are. Biases count too, and each moves twice."),
        "only_ahead": (2411, "One loss more than parameters is enough to look ahead only; yours looks both ways."),
    },
)
CHAPTER.question(
    "faulty_passes",
    task="How many of the six backward passes of the clinic are wrong.",
    value=3,
    hints=(
        "Look for the largest error in each row of the table. What is rounding, and what is a bug?",
        "Errors of about 1e-7 are what float32 can do. Errors of 1e-3 and more are no rounding.",
    ),
    mistakes={
        "float32_is_no_bug": (4, "Is pass 6 among them? float32 has about seven digits: rough, but not wrong."),
        "a_hundredth_is_a_bug": (2, "Did you let pass 5 go? Some thousandths are far more than rounding makes."),
    },
)
CHAPTER.question(
    "faulty_layer",
    task="The only layer in which pass 3 is wrong: 0, 1 or 2.",
    value=0,
    hints=(
        "In the row of pass 3, which columns hold errors that are no rounding?",
        "The number behind weights and bias in the column's name is the layer's.",
    ),
    mistakes={
        "counts_from_one": (1, "Layers are counted from 0 here: the first layer is layer 0."),
        "counts_from_the_top": (2, "The names of the columns count from the first layer upwards."),
    },
)
CHAPTER.written_answer("signal_times_blame", points=3)
CHAPTER.written_answer("slow_and_fast", points=2)
