"""Chapter 06 asks for every step of backpropagation, and for the tools that check them."""

from __future__ import annotations

import numpy as np

from ..exercise import PURE, Case, Chapter, Given, Unusable
from ..judging.compare import as_array
from ..judging.words import counted, describe
from .shared import inputs_of_layers, random_layers, refused_shapes

CHAPTER = Chapter("06_backprop", "Backpropagation")


def _in_float64(answers: list, calls: tuple) -> np.ndarray:
    array = as_array(answers[0])
    if array is None:
        raise Unusable("type", f"{describe(answers[0])}; expected an array of numbers")
    if array.dtype != np.float64:
        raise Unusable("dtype", f"a gradient in {array.dtype}; differences this small need float64", array.dtype.name)
    return array


def _pairs(answers: list, calls: tuple) -> list:
    """Return a list of gradients, one pair per layer, or say why it is not one."""
    gradients, n = answers[0], len(calls[0].args[0])
    if not isinstance(gradients, (list, tuple)):
        raise Unusable("type", f"{describe(gradients)}; expected a list of gradients")
    if len(gradients) != n:
        found, wanted = counted(len(gradients), "item"), counted(n, "pair")
        raise Unusable(
            "length",
            f"{found}; expected {wanted} (grad_weights, grad_bias) for {counted(n, 'layer')}",
            len(gradients) - n,
        )
    return list(gradients)


@CHAPTER.exercise(
    aspects={"measures the gradient for each entry": 2, "computes in float64 for every dtype": 1, PURE: 1},
    hints=(
        "The gradient has one number for each entry. To measure one of these numbers, move its entry alone, a little "
        "up and a little down. How much does f change?",
        "Work on a float64 copy. Go through np.ndindex(array.shape): set the entry to its value plus step and call f, "
        "set it to its value minus step and call f, then put the value back.",
        "gradient[index] = (above - below) / (2 * step), because between the two calls the entry has moved by 2 * "
        "step. Keep the entry's value in a variable and put that back: adding and then subtracting causes rounding "
        "errors.",
    ),
    views={"in float64": _in_float64},
    why="With a point on either side, the effects of a smooth curve's curvature cancel. The result still contains "
    "rounding errors and an error proportional to the square of step. In float64 a step of 1e-5 is far above the "
    "rounding errors of numbers near 1.",
)
def numerical_gradient(rng):
    """Measure the gradient of f at array: move each entry up and down by step, and compute how fast f changes."""
    aspect = "measures the gradient for each entry"
    mixed = rng.normal(size=(3, 2))
    mixed[1, 0], mixed[2, 1] = 0.0, mixed[0, 0]
    yield Case.of(
        aspect, Given("sine_sum"), mixed, note="every entry has its own derivative; one entry is 0, two are equal"
    )
    yield Case.of(aspect, Given("sum_of_cubes"), rng.uniform(0.5, 1.5, 4), 0.25, note="a step as large as 0.25")
    yield Case.of(aspect, Given("product"), rng.uniform(0.5, 1.5, (2, 2, 3)), step=0.5, note="three axes")
    yield Case.of(
        aspect,
        Given("product_of_row_sums"),
        rng.uniform(0.5, 1.5, (3, 2)),
        note="a function that depends on the array's shape",
    )
    yield Case.of(aspect, Given("sum_of_squares"), -1e-6 * rng.uniform(1, 2, (1, 4)), note="a row of tiny numbers")
    aspect = "computes in float64 for every dtype"
    small = rng.uniform(0.5, 1.5, (2, 3)).astype(np.float32)
    yield Case.of(aspect, Given("product"), small, view="in float64", rtol=1e-6, note="a float32 array")
    whole = rng.integers(2, 5, 5)
    yield Case.of(aspect, Given("sum_of_cubes"), whole, view="in float64", rtol=1e-6, note="an array of whole numbers")


@CHAPTER.exercise(
    aspects={
        "compares the difference with the largest entries": 1,
        "handles edge cases (zeros, empty arrays, shapes that differ)": 1,
    },
    hints=(
        "A difference of 0.001 is large compared with 0.002 and small compared with 1000. Which difference counts, "
        "and what should it be compared with?",
        "Use np.abs before you look for a maximum: -5 has a larger magnitude than 3. In the docstring's example the "
        "numbers are 2, 3 and 5. How do these three give 0.25?",
        "First: if the shapes differ, raise a ValueError with both in its message. Then divide "
        "np.abs(a - b).max(initial=0.0) by max(np.abs(a).max(initial=0.0) + np.abs(b).max(initial=0.0), 1e-12); "
        "initial=0.0 handles empty arrays.",
    ),
    why="The whole array has one scale, so entries near zero, which may be mere rounding, count little. "
    "The floor of 1e-12 makes two arrays of zeros agree.",
)
def relative_error(rng):
    """Return how far apart two arrays are, as a number from 0 to 1; raise a ValueError if the shapes differ."""
    aspect = "compares the difference with the largest entries"
    a = rng.normal(size=(4, 3)) + 2
    yield Case.of(aspect, a, a + rng.normal(0, 0.1, (4, 3)), note="two arrays that differ a little")
    yield Case.of(aspect, np.array([0.5, -3.0, 1.0]), np.array([0.75, -2.0, -1.5]), note="the largest is negative")
    apart = (np.array([2.0, 1.5, -6.0]), np.array([4.0, 1.0, -0.5]))
    yield Case.of(aspect, *apart, note="the largest entries at different positions")
    b = rng.uniform(1, 2, 5)
    yield Case.of(aspect, b, -3 * b, note="opposite signs and different magnitudes")
    near = np.append(rng.uniform(1, 2, 3), 1e-9)
    yield Case.of(aspect, near, near + np.array([0, 1e-7, 0, 1e-9]), atol=1e-12, note="one entry is nearly zero")
    aspect = "handles edge cases (zeros, empty arrays, shapes that differ)"
    yield Case.of(aspect, np.zeros((2, 3)), np.zeros((2, 3)), note="both arrays are zero everywhere")
    yield Case.of(aspect, np.zeros((0, 4)), np.zeros((0, 4)), note="no entries")
    yield Case.of(aspect, np.array([2e-14, 0.0]), np.zeros(2), note="a difference far below 1e-12")
    pairs = [
        ((0, 3), (0, 1), "no entries, but shapes that differ"),
        ((4, 1), (4, 7), "shapes that differ"),
        ((1, 3), (3, 1), "as many entries, in a different shape"),
    ]
    yield from refused_shapes(aspect, rng, pairs)


@CHAPTER.exercise(
    aspects={"computes the gradient of the mean squared error": 1, "refuses shapes that differ": 1},
    hints=(
        "Take a single prediction p with its target t. How does (p - t)**2 change if p moves a little? Then remember "
        "that the loss is a mean.",
        "Draw the error as the side of a square. If the side grows a little, two thin strips are added, each as long "
        "as the side. The loss is a mean over all entries: by what number is each square divided?",
        "First: if the shapes differ, raise a ValueError with both in its message. The gradient is 2 * (predictions - "
        "targets) / predictions.size, where size is the number of entries.",
    ),
    why="Each prediction is in exactly one of the squares that the mean adds up. So its partial derivative is that "
    "square's derivative, divided by the number of squares.",
)
def mean_squared_error_gradient(rng):
    """Return how the mean squared error changes with each prediction; raise a ValueError if the shapes differ."""
    aspect = "computes the gradient of the mean squared error"
    yield Case.of(aspect, rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), note="four rows of three")
    row = 40 * rng.normal(size=7)
    target = np.where(np.arange(7) == 2, row, rng.normal(size=7))
    yield Case.of(aspect, row, target, note="one axis only, large errors, and one prediction exact")
    yield Case.of(aspect, np.array([[5e-9, 2e-9]]), np.array([[4e-9, -1e-9]]), note="tiny numbers")
    pairs = [
        ((5, 3), (5, 1), "targets that NumPy would broadcast"),
        ((4, 1), (4,), "as many targets as predictions, in a different shape"),
        ((0, 4), (4,), "no predictions, four targets"),
    ]
    yield from refused_shapes("refuses shapes that differ", rng, pairs)


@CHAPTER.exercise(
    aspects={"grad_x": 2, "grad_weights": 2, "grad_bias": 1, PURE: 1},
    parts=("grad_x", "grad_weights", "grad_bias"),
    hints=(
        "Each gradient has the shape of the array that it belongs to. Write the shapes of grad_output, x and weights "
        "on paper. Begin with one weight: which signal does it multiply, in each example?",
        "Weight [i, j] multiplies x[n, i] in every example n, and reaches output j there: what does each example "
        "contribute? Bias j is added in every example. Input i reaches every output j through weight [i, j].",
        "Sums over a shared index are matrix products: x.T @ grad_output for the weights, grad_output @ weights.T for "
        "the inputs, grad_output.sum(axis=0) for the bias. Return grad_x, grad_weights, grad_bias.",
    ),
    why="In the forward pass a signal is multiplied by the weight; in the backward pass the gradient is multiplied by "
    "the same weight. A weight's own gradient is the signal that came in, times the gradient of the output, added "
    "up over the batch.",
)
def dense_gradient(rng):
    """Return the gradients of a dense layer: for its inputs, its weights and its bias."""
    for batch, fan_in, fan_out, note in [
        (4, 3, 2, "a batch of four"),
        (1, 2, 5, "a single example"),
        (3, 4, 1, "a single neuron"),
        (3, 3, 3, "three examples, inputs and neurons: factors fit in either order"),
    ]:
        shapes = [(batch, fan_out), (batch, fan_in), (fan_in, fan_out)]
        yield Case.of(None, *(rng.normal(size=shape) for shape in shapes), note=note)
    grad, x, weights = (rng.normal(size=shape).astype(np.float32) for shape in [(7, 6), (7, 9), (9, 6)])
    grad[2], x[4], weights[5], x[0, 1], weights[2, 3] = 0, 0, 0, 0, 0
    yield Case.of(None, 100 * grad, x, weights, note="float32; large gradients, and zeros among all the numbers")


@CHAPTER.exercise(
    aspects={
        "passes the gradient where the neuron is active": 1,
        "blocks the gradient where the activation is zero": 1,
    },
    hints=(
        "Where a neuron was active, ReLU passed its sum unchanged. Where a neuron was inactive, 0 came out. What does "
        "a small change in the sum do in each case?",
        "The gradient passes unchanged where the activation is above zero, and is zero elsewhere. A comparison gives "
        "an array of True and False.",
        "Return grad_output * (activations > 0): in a product, True counts as one and False as zero.",
    ),
    why="The derivative of ReLU is one where the neuron is active and zero where it is not. At zero itself there is "
    "no single derivative; this library uses zero, as PyTorch and others do.",
)
def relu_gradient(rng):
    """Return the gradient at the inputs of a ReLU."""
    aspect = "passes the gradient where the neuron is active"
    sure = rng.choice([-1.5, 0.7, 2.5], (5, 4))
    yield Case.of(aspect, rng.normal(size=(5, 4)) + 0.1, np.abs(sure), note="all neurons active")
    aspect = "blocks the gradient where the activation is zero"
    mixed = np.maximum(rng.permutation(np.linspace(-1.9, 2.2, 24)), 0).reshape(6, 4)
    yield Case.of(aspect, rng.normal(size=(6, 4)) * 2, mixed, note="about half of the neurons inactive")
    yield Case.of(aspect, rng.normal(size=(2, 3, 2)), np.zeros((2, 3, 2)), note="all neurons inactive")
    weak = rng.permutation(np.repeat([0.0, 1e-17, 0.003, 0.04, 0.2, 0.6], 3)).reshape(3, 3, 2)
    yield Case.of(
        aspect, rng.normal(size=(3, 3, 2)), weak, note="neurons that are hardly active pass the whole gradient"
    )


def _backward_case(rng: np.random.Generator, sizes: tuple[int, ...], batch: int, dtype: type = float) -> tuple:
    layers = random_layers(rng, sizes, dtype)
    for weights, _ in layers:
        weights[0, 0] = 0  # such a weight has a gradient, too
    activations = inputs_of_layers(layers, rng.normal(size=(batch, sizes[0])).astype(dtype))
    return layers, activations, rng.normal(size=(batch, sizes[-1])).astype(dtype)


@CHAPTER.exercise(
    aspects={"computes the output layer's gradients": 1, "computes the earlier layers' gradients": 4, PURE: 1},
    hints=(
        "Begin at the output layer. dense_gradient, given grad_logits and that layer's input and weights, returns "
        "three arrays. Which two are kept, and which layer needs the third?",
        "The grad_x of layer k says how the loss changes with activations[k]. For k > 0 that array came out of a ReLU, "
        "so relu_gradient with activations[k] gives the grad_output of layer k - 1.",
        "for k in reversed(range(len(layers))): grad_x, grad_weights, grad_bias = dense_gradient(grad_output, "
        "activations[k], layers[k][0]); keep the pair; grad_output = relu_gradient(grad_x, activations[k]). Reverse "
        "the list at the end.",
    ),
    views={
        "computes the output layer's gradients": lambda answers, calls: _pairs(answers, calls)[-1],
        "computes the earlier layers' gradients": lambda answers, calls: _pairs(answers, calls)[:-1],
    },
    why="Each layer needs only three things: its inputs, its weights, and the gradient of its outputs. The gradient "
    "of the first layer's inputs is not needed, so the reference does not compute it.",
    prerequisites=("dense_gradient", "relu_gradient"),
)
def backward(rng):
    """Return the gradient of every weight and bias of a network, in the order of its layers."""
    last, below = "computes the output layer's gradients", "computes the earlier layers' gradients"
    one = _backward_case(rng, (4, 3), 5)
    yield Case.of(last, *one, view=last, note="a network of one layer")
    two = _backward_case(rng, (5, 7, 3), 4)
    yield Case.of(last, *two, view=last, note="two layers")
    yield Case.of(below, *two, view=below, note="two layers")
    square = _backward_case(rng, (4, 4, 4, 4), 6)
    yield Case.of(last, *square, view=last, note="three layers of equal width")
    yield Case.of(below, *square, view=below, note="three layers of equal width")
    yield Case.of(below, *_backward_case(rng, (3, 6, 5, 8, 2), 7), view=below, note="four layers")
    layers, activations, grad = _backward_case(rng, (4, 9, 6), 3, np.float32)
    yield Case.of(below, layers, activations, 100 * grad, view=below, note="float32, large gradients")
    layers, activations, grad = _backward_case(rng, (3, 2, 2), 2)
    yield Case.of(below, layers, activations, 0 * grad, view=below, note="no logit changes the loss")


@CHAPTER.exercise(
    aspects={"computes the gradient of the mean cross-entropy": 2, "stays finite for large logits": 1, PURE: 1},
    hints=(
        "Which probabilities does the network predict, and which would be right? One of the two is a row of zeros "
        "with a single 1.",
        "Compare the gradient that you measured for one example with its probabilities: where do they differ, and by "
        "how much? The loss is a mean over the batch, so each of n examples contributes only one nth of its gradient.",
        "gradient = softmax(logits); subtract 1 at [np.arange(len(labels)), labels], one entry in each row; divide by "
        "len(labels).",
    ),
    why="The logarithm in the loss and the exponential in softmax cancel. The predicted probability minus the "
    "target remains. Each row sums to zero, because raising all logits together changes no probability.",
    prerequisites=("softmax", "one_hot"),
)
def cross_entropy_gradient(rng):
    """Return how the mean cross-entropy of a batch changes with each logit."""
    aspect = "computes the gradient of the mean cross-entropy"
    labels = np.array([4, 0, 4, 2, 1, 0])
    yield Case.of(aspect, rng.normal(0, 2, (6, 5)), labels, note="six examples, five classes")
    one = rng.normal(0, 1, (1, 3))
    one[0, 1] = one.max() + 0.5
    yield Case.of(aspect, one, np.array([1]), note="a single example, which is predicted correctly")
    narrow = rng.normal(0, 1, (4, 3)).astype(np.float32)
    yield Case.of(aspect, narrow, np.array([2, 2, 0, 2]), note="one class three times, in float32")
    aspect = "stays finite for large logits"
    large = np.array([[1e4, -1e4, 0.0, 3.0], [-9000.0, -9001.0, -9003.0, -9002.0], [0.0, 800.0, 801.0, -800.0]])
    large = large[[0, 1, 2, 0, 1]]
    yield Case.of(aspect, large, np.array([1, 0, 2, 0, 2]), note="logits up to 10,000; one row is certain and right")


CHAPTER.question(
    "forward_passes",
    task="Count how many times numerical_gradient computes the loss to measure all gradients of a 64-32-10 network.",
    value=4820,
    hints=(
        "How many weights and biases does the network have? Each parameter is moved alone.",
        "Each parameter is moved twice, up and down, so double the number that count_parameters returns.",
    ),
    mistakes={
        "one_loss_each": (2410, "This is the number of parameters. How many losses does each of them need?"),
        "weights_only": (4736, "Biases also have gradients: 32 in the hidden layer and 10 in the output layer."),
        "one_loss_a_weight": (
            2368,
            "This is the number of weights. Biases count too, and each parameter is moved twice.",
        ),
        "only_ahead": (
            2411,
            "This is one more than the number of parameters. That many losses are enough if each parameter is moved "
            "only up. Your function also moves each one down.",
        ),
    },
)
CHAPTER.question(
    "one_weight",
    task="Compute the gradient of one connection's weight for a batch of two examples.",
    value=6,
    hints=(
        "The outputs are 6 and -3, the targets 5 and 1. What does mean_squared_error_gradient give for these?",
        "The gradient is [1, -4]. If the weight moves by a little, each output moves by that amount times its own "
        "signal, 2 or -1.",
    ),
    mistakes={
        "mean_over_the_batch": (
            3,
            "This is half of the gradient. Was the mean taken twice, or the 2 of the square's derivative forgotten?",
        ),
        "first_example_only": (2, "This is the first example's part. The second example uses the same weight."),
        "second_example_only": (4, "This is the second example's part. The first example uses the same weight."),
        "the_bias": (
            -3,
            "This is the gradient of the bias. A change in the weight reaches each output multiplied by its signal.",
        ),
        "sign_of_the_signal": (
            -2,
            "The second signal is -1 and the gradient of its output is -4. What is the product of the two?",
        ),
        "uphill_and_downhill": (-6, "The sign is wrong: predictions minus targets, not targets minus predictions."),
    },
)
CHAPTER.question(
    "faulty_passes",
    task="Find the backward passes that are wrong; write their numbers one after the other (14 for passes 1 and 4).",
    value=235,
    hints=(
        "Look for the largest error in each row of the table. Which errors are rounding, and which are bugs?",
        "In this table, errors of about 1e-7 come from the precision of float32, and errors of 1e-3 and more are not "
        "rounding errors.",
    ),
    mistakes={
        "float32_is_no_bug": (
            2356,
            "Pass 6 computes in float32, with about seven digits, so it is imprecise but not wrong.",
        ),
        "a_hundredth_is_a_bug": (
            23,
            "Look at pass 5 again. An error of a few thousandths is too large to be rounding.",
        ),
        "both_slips": (
            236,
            "Compare passes 5 and 6 again. How precise is float32, and which error is too large to be rounding?",
        ),
        "how_many": (3, "This says how many passes are wrong. Write the numbers of these passes one after the other."),
    },
)
CHAPTER.written_answer("signal_times_gradient", points=3)
CHAPTER.written_answer("slow_and_fast", points=2)
