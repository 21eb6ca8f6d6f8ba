"""Do the help tables quote messages that learners really get, and does a test get each of them?

For most rows of chapters 01 to 05, the learners' code is in the modules that prove the chapters' claims.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.examine import SELF_CHECK, examine
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import reference
from autograder.judging.question import judge_answer
from autograder.library import read_library
from autograder.paths import SOLUTIONS
from labkit import data
from labkit.reload import LIBRARY, explain
from tests.exercises import test_initialization_forward_loss, test_weights_and_biases
from tests.support.quoted import help_table, learner, quotes, rows, says, verdict_in_a_second, verdict_on

CHANGED = "… gave the right answer but changed its input "
NO_PAIR = "… gave a batch that is not a pair (x_batch, y_batch) of arrays"
BATCHES = "for x_batch, y_batch in minibatches(x, y, batch_size, rng):"
FORWARD = "    logits, activations = forward(layers, x_batch)"
ADD_LOSS = "    total += len(y_batch) * cross_entropy(logits, y_batch)"
GRADIENTS = "    gradients = backward(layers, activations, cross_entropy_gradient(logits, y_batch))"
STEP = "    layers = gradient_step(layers, gradients, learning_rate)"
CHECK_BATCH = "if batch_size < 1: raise ValueError(batch_size)"
CHECK_RANK = "if not 1 <= rank <= min(fan_in, fan_out): raise ValueError(rank)"


def measured(start, *, put_back="moved[i] = here"):
    """Write a numerical gradient that begins with ``start``."""
    loop = (
        "here = moved[i]",
        "moved[i] += step",
        "above = f(moved)",
        "moved[i] -= 2 * step",
        "gradient[i] = (above - f(moved)) / (2 * step)",
        put_back,
    )
    return learner(start, "for i in np.ndindex(array.shape):", *(f"    {line}" for line in loop), "return gradient")


def walked_back(start, *loop, end="return gradients"):
    """Write a backward pass through the layers."""
    return learner(start, "for k in reversed(range(len(layers))):", *(f"    {line}" for line in loop), end)


def dealt(*loop, start=CHECK_BATCH, end=""):
    """Write minibatches that go through the rows in some order."""
    walk = ("for start in range(0, len(x), batch_size):", "    rows = order[start : start + batch_size]")
    return learner(start, "order = rng.permutation(len(x))", *walk, *(f"    {line}" for line in loop), end)


def trained(*epoch, end="losses.append(total / len(x))", answer="return layers, losses"):
    """Write a training loop with this in each epoch."""
    lines = ("total, met = 0.0, []", *epoch, end)
    return learner("losses = []", "for _ in range(epochs):", *(f"    {line}" for line in lines), answer)


ENDLESS = "order, start, batches = rng.permutation(len(x)), 0, []"
ONE_BACK = "grad_logits, *gradient = dense_gradient(grad_logits, activations[k], layers[k][0])"
THROUGH_RELU = "grad_logits = relu_gradient(grad_logits, activations[k])"
SKIPS = learner(
    "return [layer if k in frozen else gradient_step([layer], [gradient], learning_rate)[0]",
    "        for k, (layer, gradient) in enumerate(zip(layers, gradients))]",
)
QUOTED = {  # what a learner wrote, and what the notebook's table says they will read, … for anything
    "numerical_gradient": [
        (
            measured("gradient, moved = np.zeros(array.shape), array.copy()"),
            "… gave … at [0, 0]; expected 0.409291 there … (This case: a float32 array.)",
        ),
        (
            measured(
                "gradient, moved = np.zeros(array.shape), np.asarray(array, dtype=np.float64)",
                put_back="moved[i] += step",
            ),
            "… gave the right answer but changed its input array …",
        ),
        (
            measured("gradient, moved = np.zeros_like(array), np.array(array, dtype=np.float64)"),
            "… gave a gradient in float32; differences this small need float64",
        ),
    ],
    "relative_error": [
        (
            "return np.abs(a - b).max(initial=0) / max(np.abs(a).max(initial=0) + np.abs(b).max(initial=0), 1e-12)",
            "… returned …; expected a ValueError",
        ),
    ],
    "mean_squared_error_gradient": [
        ("return 2 * (predictions - targets) / predictions.size", "… returned …; expected a ValueError")
    ],
    "cross_entropy_gradient": [
        (
            learner(
                "p = np.exp(logits)",
                "p /= p.sum(axis=1, keepdims=True)",
                "p[np.arange(len(labels)), labels] -= 1",
                "return p / len(labels)",
            ),
            "… gave nan at …",
        ),
    ],
    "dense_gradient": [
        (
            "return grad_output @ weights.T, grad_output.T @ x, grad_output.sum(axis=0)",
            "… gave grad_weights: shape (2, 3); expected shape (3, 2) (the numbers are right, but transposed)",
        ),
        (
            "return grad_output @ weights, x.T @ grad_output, grad_output.sum(axis=0)",
            "… raised ValueError: matmul: Input operand 1 has a mismatch in its core dimension …",
        ),
        (
            "return grad_output @ weights.T, x.T @ grad_output, grad_output.sum(axis=1)",
            "… gave grad_bias: […]; expected […]. …",
        ),
    ],
    "backward": [
        (
            walked_back(
                "",
                "gradients = dense_gradient(grad_logits, activations[k], layers[k][0])",
                "grad_logits = relu_gradient(gradients[0], activations[k])",
            ),
            "… gave 3 items; expected 1 pair (grad_weights, grad_bias) for 1 layer …",
        ),
        (
            walked_back("gradients = {}", ONE_BACK, "gradients[k] = gradient", THROUGH_RELU),
            "… gave a dictionary with 1 key; expected a list of gradients …",
        ),
        (
            walked_back(
                "gradients = []",
                "grad_logits = relu_gradient(grad_logits, activations[k + 1])",
                ONE_BACK,
                "gradients.insert(0, tuple(gradient))",
            ),
            "… raised IndexError: list index out of range …",
        ),
    ],
    "gradient_step": [
        (
            learner(
                "for (w, b), (grad_w, grad_b) in zip(layers, gradients):",
                "    w -= learning_rate * grad_w",
                "    b -= learning_rate * grad_b",
                "return layers",
            ),
            CHANGED + "layers …",
        ),
        (
            learner(
                "for k in range(len(layers)):",
                "    layers[k] = [part - learning_rate * grad for part, grad in zip(layers[k], gradients[k])]",
                "return layers",
            ),
            CHANGED + "layers …",
        ),
    ],
    "minibatches": [
        (dealt("yield x[rows]"), NO_PAIR),
        (dealt("return x[rows], y[rows]"), NO_PAIR),
        (dealt("batches = [(x[rows], y[rows])]"), "… gave None; expected batches (x_batch, y_batch)"),
        (
            dealt("yield x[rows], y[rows]", start=""),
            "minibatches … raised a ValueError whose message does not contain 0 …",
        ),
        (
            learner(
                "order, start = rng.permutation(len(x)), 0",
                "while start < len(x):",
                "    rows = order[start : start + batch_size]",
                "    start += max(batch_size, 1)",
                "    yield x[rows], y[rows]",
            ),
            "minibatches … returned …; expected a ValueError",
        ),
        (
            learner(CHECK_BATCH, ENDLESS, "while start < len(x):", "    yield x[:batch_size], y[:batch_size]"),
            "… gave more batches than the data have …",
        ),
        (
            learner(
                CHECK_BATCH,
                ENDLESS,
                "while start < len(x):",
                "    batches.append((x[:batch_size], y[:batch_size]))",
                "return batches",
            ),
            "… did not finish within 10 seconds of computing time and was stopped.",
        ),
    ],
    "train": [
        (
            trained(
                BATCHES,
                FORWARD,
                ADD_LOSS,
                GRADIENTS,
                "    new = gradient_step(layers, gradients, learning_rate)",
                answer="return new, losses",
            ),
            "train … gave layers: … (This case: all examples in one batch, three epochs.)",
        ),
        (
            trained(BATCHES, FORWARD, ADD_LOSS, GRADIENTS, STEP.replace("learning_rate", "-learning_rate")),
            "train … gave layers: … (This case: all examples in one batch, three epochs.)",
        ),
        (
            trained(
                "for start in range(0, max(len(x) - batch_size, 0) + 1, batch_size):",
                "    x_batch, y_batch = x[start : start + batch_size], y[start : start + batch_size]",
                FORWARD,
                ADD_LOSS,
                GRADIENTS,
                STEP,
            ),
            "train … gave layers: … (This case: the same example ten times, in batches of 4, 4 and 2.)",
        ),
        (
            trained(
                "for start in range(0, len(x), batch_size):",
                "    rows = rng.permutation(len(x))[start : start + batch_size]",
                "    x_batch, y_batch = x[rows], y[rows]",
                FORWARD,
                ADD_LOSS,
                GRADIENTS,
                STEP,
            ),
            "… gave layers that no order of the examples gives …",
        ),
        (
            trained(BATCHES, FORWARD, "    losses.append(cross_entropy(logits, y_batch))", GRADIENTS, STEP, end=""),
            "… gave losses: […]; expected […]. …",
        ),
        (
            trained(BATCHES, FORWARD, GRADIENTS, STEP, "    logits, _ = forward(layers, x_batch)", ADD_LOSS),
            "… gave losses: … expected …",
        ),
        (
            trained(
                BATCHES,
                FORWARD,
                "    met.append(cross_entropy(logits, y_batch))",
                GRADIENTS,
                STEP,
                end="losses.append(np.mean(met))",
            ),
            "… gave losses: … expected …",
        ),
    ],
    "frozen_step": [
        (
            learner(
                "if max(frozen, default=0) >= len(layers): raise ValueError(max(frozen))",
                "return [(w, b) if k in frozen else (w - learning_rate * grad_w, b - learning_rate * grad_b)",
                "        for k, ((w, b), (grad_w, grad_b)) in enumerate(zip(layers, gradients))]",
            ),
            "frozen_step … raised TypeError: cannot unpack non-iterable NoneType object",
        ),
        (SKIPS, "frozen_step … returned a list of 3 items; expected a ValueError"),
        (
            learner("if max(frozen, default=0) >= len(layers): raise ValueError('no such layer')", SKIPS),
            "… raised a ValueError whose message does not contain …",
        ),
    ],
    "backward_unfrozen": [
        (
            walked_back(
                "gradients = [None] * len(layers)",
                ONE_BACK,
                THROUGH_RELU,
                "if k not in frozen: gradients[k] = gradient",
            ),
            "backward_unfrozen … raised ValueError: matmul: Input operand 1 has a mismatch … "
            "(This case: NaN and impossible shapes before the trainable layers.)",
        ),
        (
            walked_back(
                "gradients = []", "if k in frozen: break", ONE_BACK, THROUGH_RELU, "gradients.insert(0, gradient)"
            ),
            "backward_unfrozen … gave 1 item; expected 4",
        ),
    ],
    "fine_tune": [
        (
            trained(
                BATCHES,
                FORWARD,
                ADD_LOSS,
                GRADIENTS.replace("backward(", "backward_unfrozen(")[:-1] + ", frozen)",
                STEP.replace("gradient_step", "frozen_step")[:-1] + ", frozen)",
                answer="return layers",
            ),
            "fine_tune … gave something other than the pair (what was trained, losses)",
        ),
    ],
    "interpolate_layers": [
        (
            learner(
                "if len(layers) != len(tuned): raise ValueError('depths')",
                "return [tuple((1 - share) * a + share * b for a, b in zip(*pair)) for pair in zip(layers, tuned)]",
            ),
            "interpolate_layers … returned a list of 3 items; expected a ValueError",
        ),
    ],
    "lora_init": [
        (
            learner(CHECK_RANK, "return rng.normal(0, 1 / fan_in, size=(fan_in, rank)), np.zeros((rank, fan_out))"),
            "lora_init … gave weights whose standard deviation is 0.04999 times the required one",
        ),
        (
            "return rng.normal(0, fan_in**-0.5, size=(fan_in, rank)), np.zeros((rank, fan_out))",
            "lora_init … returned a tuple of 2 items; expected a ValueError",
        ),
        (
            learner(
                CHECK_RANK.replace("(rank)", "('no such rank')"),
                "return rng.normal(0, fan_in**-0.5, size=(fan_in, rank)), np.zeros((rank, fan_out))",
            ),
            "… raised a ValueError whose message does not contain …",
        ),
    ],
    "lora_gradient": [
        (
            learner(
                "down, up = adapter",
                "scale = alpha / down.shape[1]",
                "grad_x = grad_output @ (weights + scale * down @ up).T",
                "return grad_x, scale * x.T @ grad_output, scale * (x @ down).T @ grad_output",
            ),
            "lora_gradient … gave grad_down: shape (5, 4); expected shape (5, 2)",
        ),
    ],
    "lora_merge": [
        (
            learner("down, up = adapter", "return weights + alpha / down.shape[1] * (down * up)"),
            "lora_merge … raised ValueError: operands could not be broadcast together with shapes (7,2) (2,4)",
        ),
        (
            learner("down, up = adapter", "weights += alpha / down.shape[1] * (down @ up)", "return weights"),
            CHANGED + "…",
        ),
    ],
    "lora_fine_tune": [
        (
            trained(
                BATCHES,
                "    signals = [x_batch]",
                "    for k in range(len(layers)):",
                "        logits = lora_dense(signals[k], *layers[k], adapters[k], alpha)",
                "        signals.append(relu(logits))",
                ADD_LOSS,
                "    grad = cross_entropy_gradient(logits, y_batch)",
                "    for k in reversed(range(len(layers))):",
                "        grad, *gradient = lora_gradient(grad, signals[k], layers[k][0], adapters[k], alpha)",
                "        adapters[k] = gradient_step([adapters[k]], [gradient], learning_rate)[0]",
                "        grad = relu_gradient(grad, signals[k])",
                answer="return adapters, losses",
            ),
            CHANGED + "…",
        ),
    ],
    "adapt": [  # each takes most of a second: the tasks are drawn and judged on a thousand images
        (
            learner(
                "from .lora import lora_fine_tune, lora_init, lora_merge",
                "adapters = [lora_init(*w.shape, min(w.shape), rng) for w, _ in layers]",
                "adapters, _ = lora_fine_tune(layers, adapters, x, y, alpha=16, epochs=1, batch_size=50,",
                "                             learning_rate=0.03, rng=rng)",
                "return [(lora_merge(w, adapter, 16), b) for (w, b), adapter in zip(layers, adapters)]",
            ),
            "… numbers stored, and the budget is 4,000; this earns nothing",
        ),
        (
            learner(
                "from .lora import lora_init",
                "return [lora_init(*w.shape, 8, rng) for w, _ in layers]",
            ),
            "layer 0 came back with shapes other than …",
        ),
    ],
}
UNWRITTEN = [  # the exercise, the missing function that it builds on, and the quote
    (
        "neuron",
        "weighted_sum",
        "neuron builds on weighted_sum, which does not pass its own check yet. Fix weighted_sum first.",
    ),
    ("forward", "dense", "forward builds on dense, which does not pass its own check yet. Fix dense first."),
    ("backward", "relu_gradient", "backward builds on …, which does not pass its own check yet …"),
    ("train", "forward", "train builds on …, which does not pass its own check yet …"),
    ("fine_tune", "minibatches", "… builds on …, which does not pass its own check yet …"),
    ("lora_fine_tune", "lora_dense", "… builds on …, which does not pass its own check yet …"),
]
BROKEN = {  # what became of the file, as old text and new, and the quote
    "unreadable": (
        b"def weighted_sums(",
        b"def weighted_sums((",
        "Python cannot read line … of src/weightlab/weights.py …",
    ),
    "renamed": (
        b"def weighted_sum(",
        b"def weighed_sum(",
        "src/weightlab/weights.py has no function called weighted_sum. Was it renamed or deleted? …",
    ),
    "without NumPy": (b"import numpy as np\n", b"", "… NameError: name 'np' is not defined …"),
}
ANSWERS = [  # chapter, question, a learner's number, and the quote
    (
        "02_biases",
        "gpt2_parameters",
        163_037_184,
        "gpt2_parameters is 163,037,184, which is not the number asked for …",
    ),
    ("02_biases", "gpt2_parameters", None, "gpt2_parameters has no answer yet …"),
    ("05_loss", "blind_loss", 1.431, "blind_loss is 1.431, which is not the number asked for …"),
]
IN_A_CELL = "weighted_sum is not written yet. Write it in src/weightlab/weights.py, save, and run this cell again."
RAN_AWAY = ["RuntimeWarning: overflow encountered …", "nan"]


@pytest.mark.parametrize(("name", "body", "quote"), rows(QUOTED))
def test_the_notebook_explains_messages_that_learners_really_get(name, body, quote, runner):
    endless = "did not finish" in quote
    verdict = verdict_in_a_second(name, body) if endless else verdict_on(name, body, runner)
    assert says(quote, verdict.message)
    assert quote in help_table(EXERCISES[name].chapter)


@pytest.mark.parametrize(("name", "unwritten", "quote"), UNWRITTEN)
def test_the_notebook_explains_what_is_said_where_something_is_not_written_yet(name, unwritten, quote, runner):
    stub = f"raise NotImplementedError('{unwritten} is not written yet')"
    message = verdict_on(unwritten, stub, runner, examined=name).message
    assert says(quote, message) and f"Fix {unwritten} first" in message
    assert quote in help_table(EXERCISES[name].chapter)


@pytest.mark.parametrize(("old", "new", "quote"), BROKEN.values(), ids=BROKEN)
def test_the_notebook_explains_what_is_said_of_a_broken_file(old, new, quote, runner):
    library = read_library(SOLUTIONS / "weightlab")
    library["weights"] = library["weights"].replace(old, new)
    said = examine(EXERCISES["weighted_sum"], library, "src/weightlab", runner, SELF_CHECK)
    assert says(quote, said.message)


@pytest.mark.parametrize(("chapter", "name", "given", "quote"), ANSWERS)
def test_the_notebook_explains_what_is_said_of_a_number(chapter, name, given, quote):
    assert says(quote, judge_answer(CHAPTERS[chapter].questions[name], given).message)


def test_the_notebook_explains_what_a_cell_says_that_calls_an_unwritten_function():
    names = {}
    exec(compile("def weighted_sum(): raise NotImplementedError", LIBRARY / "weights.py", "exec"), names)
    with pytest.raises(NotImplementedError) as raised:
        names["weighted_sum"]()
    assert explain(raised.value) == IN_A_CELL


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_steps_uphill_end_in_the_warning_and_in_nan():
    digits, rng = data.digits8(), np.random.default_rng(0)
    layers = reference.module("initialization").init_layers([64, 16, 10], rng)
    with pytest.warns(RuntimeWarning, match="overflow encountered"):
        _, losses = reference.module("descent").train(
            layers,
            digits.train_images[:200],
            digits.train_labels[:200],
            epochs=30,
            batch_size=20,
            learning_rate=-1.0,
            rng=rng,
        )
    assert np.isnan(losses[-1])


@pytest.mark.parametrize("chapter", ["01_weights", "02_biases", "03_initialization", "04_forward", "05_loss"])
def test_every_message_that_an_early_table_quotes_was_got_in_some_test(chapter):
    """These tables quote more of a message than their proofs require, so a proof is looked for within a quote."""
    got = [
        quote
        for one in (test_weights_and_biases, test_initialization_forward_loss)
        for name, _, quote in rows(one.QUOTED)
        if EXERCISES[name].chapter == chapter
    ]
    got += [quote for name, _, quote in UNWRITTEN if EXERCISES[name].chapter == chapter]
    got += [quote for where, _, _, quote in ANSWERS if where == chapter]
    got += [IN_A_CELL, *(quote for *_, quote in BROKEN.values())] if chapter == "01_weights" else []
    messages = quotes(chapter)
    assert len(messages) > 10 and [one for one in messages if not any(quote in one for quote in got)] == []


@pytest.mark.parametrize("chapter", ["06_backprop", "07_descent", "08_freezing", "09_lora"])
def test_every_message_that_a_table_quotes_was_got_above(chapter):
    got = {quote for name, _, quote in rows(QUOTED) + UNWRITTEN if EXERCISES[name].chapter == chapter}
    got |= set(RAN_AWAY) if chapter == "07_descent" else set()
    messages = quotes(chapter)
    assert len(messages) > 5 and set(messages) == got
