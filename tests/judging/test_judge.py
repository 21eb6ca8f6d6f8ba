"""Does a learner read what is wrong, and advice about that only?"""

import pytest

from autograder.exercises import EXERCISES
from autograder.judging import judge as judging
from autograder.sandbox.process import Runner
from tests.support.judged import verdict_on_body
from tests.support.quoted import learner, verdict_on


@pytest.fixture(scope="module")
def runner():
    with Runner() as started:
        yield started


BACK = (
    "grad, gradients = grad_logits, []",
    "for k in reversed(range(len(layers))):",
    "    grad, *pair = dense_gradient(grad, activations[k], layers[k][0])",
    "    gradients.insert(0, tuple(pair))",
)
TUNED = (
    "from .descent import gradient_step",
    "losses = []",
    "for _ in range(epochs):",
    "    total = 0.0",
    "    for x_batch, y_batch in minibatches(x, y, batch_size, rng):",
    "        logits, activations = forward(layers, x_batch)",
    "        total += cross_entropy(logits, y_batch) * len(y_batch)",
    "        grad = cross_entropy_gradient(logits, y_batch)",
    "        gradients = backward_unfrozen(layers, activations, grad, frozen)",
)
STEP = "[(w - learning_rate * gw, b - learning_rate * gb) for (w, b), (gw, gb) in zip(layers, gradients)]"
NEIGHBOURS = learner(
    "margin = 1e-4 * np.abs(weights).max()",
    "ordered = weights[:, np.lexsort({})]",
    "return 1 + int(np.sum(np.abs(np.diff(ordered, axis=1)).max(axis=0) > margin))",
)


@pytest.mark.parametrize(
    ("name", "body", "misconception"),
    [
        (
            "softmax",
            learner("powers = np.exp(logits - np.max(logits, axis=1))", "return powers / powers.sum(axis=1)"),
            "maxima_and_sums_lie_flat",
        ),
        ("dense", "return weights @ x + bias", "order_swapped"),
        (
            "cross_entropy",
            learner("from .forward import softmax", "return -np.mean(np.log(softmax(logits)))"),
            "surprise_at_every_class",
        ),
        ("accuracy", "return np.mean(np.argmax(logits, axis=0) == labels)", "columns_for_rows"),
        ("gradient_step", f"return [pair[0] for pair in {STEP}]", "weights_without_biases"),
        (
            "gradient_step",
            learner(
                "for (w, b), (gw, gb) in zip(layers, gradients):",
                "    w = w - learning_rate * gw",
                "    b = b - learning_rate * gb",
                "return layers",
            ),
            "moves_only_the_names",
        ),
        (
            "fine_tune",
            learner(
                *TUNED,
                "        layers = gradient_step(layers, gradients, learning_rate)",
                "    losses.append(total / len(x))",
                "return layers, losses",
            ),
            "plain_step_for_the_frozen_one",
        ),
        ("distinct_neurons", "return len(np.unique(weights, axis=0))", "rows_counted_exactly"),
        ("distinct_neurons", NEIGHBOURS.format("weights[::-1]"), "neighbours_after_sorting"),
        ("distinct_neurons", NEIGHBOURS.format("weights"), "neighbours_after_sorting"),
        (
            "lora_merge",
            learner("down, up = adapter", "return weights + alpha / down.shape[1] * (up @ down)"),
            "factors_exchanged_in_the_product",
        ),
        (
            "backward",
            learner(*BACK, "    grad = relu_gradient(grad, grad)", "return gradients"),
            "gate_from_the_gradient",
        ),
        # Besides another slip: inputs changed in place, or bad input not refused.
        (
            "gradient_step",
            learner(
                "for (w, b), (gw, gb) in zip(layers, gradients):",
                "    w += learning_rate * gw",
                "    b += learning_rate * gb",
                "return layers",
            ),
            "adds_the_gradient",
        ),
        ("weighted_sum", "return float(np.sum(inputs) * np.sum(weights))", "adds_up_before_multiplying"),
        # What comes back instead of a refusal depends on the writer's style; the misconception does not.
        (
            "lora_init",
            learner(
                "if rank < 1: raise ValueError(rank)",
                "return [rng.normal(0, fan_in**-0.5, (fan_in, rank)), np.zeros((rank, fan_out))]",
            ),
            "no_upper_limit",
        ),
    ],
)
def test_a_slip_is_named_and_advised_on(name, body, misconception, runner):
    verdict = verdict_on(name, body, runner)
    assert verdict.score < verdict.points and verdict.misconception == misconception
    assert verdict.advice and verdict.message.startswith(verdict.advice)


@pytest.mark.parametrize("margin", ["1e-4 * np.abs(weights).max()", "1e-4 * np.linalg.norm(weights)"])
def test_a_length_is_no_largest_difference(margin, runner):
    body = learner(
        f"margin, kept = {margin}, []",
        "for column in weights.T:",
        "    if all(np.linalg.norm(column - other) > margin for other in kept):",
        "        kept.append(column)",
        "return len(kept)",
    )
    verdict = verdict_on("distinct_neurons", body, runner)
    assert verdict.score < verdict.points and "20,000 inputs" in verdict.message


@pytest.mark.parametrize(
    ("name", "body"),
    [
        # The same kind of exception as a misconception raises, in the same cases, but for another reason.
        (
            "count_parameters",
            learner(
                "import functools",
                "times = lambda a, b: a * b",
                "return sum(functools.reduce(times, shape) for shape in shapes.values())",
            ),
        ),
        ("dense", "return np.vstack([x, weights]) + bias"),
    ],
)
def test_an_exception_alone_names_no_misconception(name, body, runner):
    verdict = verdict_on(name, body, runner)
    assert verdict.score < verdict.points and "raised " in verdict.message and verdict.misconception is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "assert inputs.ndim == 9",
            "raised AssertionError (a failed assert) on line {line} of {file}: assert inputs.ndim == 9.",
        ),
        ("assert inputs.ndim == 9, 'nine!'", "raised AssertionError: nine! on line {line} of {file}: assert"),
        ("raise KeyError", "raised KeyError on line {line} of {file}: raise KeyError."),
    ],
)
def test_an_exception_without_a_message_is_told_in_words(line, words, runner):
    verdict = verdict_on("weighted_sum", line, runner)
    file = f"src/weightlab/{EXERCISES['weighted_sum'].module}.py"
    number = verdict.message.partition(" on line ")[2].partition(" ")[0]
    assert number.isdigit() and words.format(line=number, file=file) in verdict.message


def test_an_empty_matrix_of_weights_is_refused_with_its_shape():
    verdict = verdict_on_body("lora_init", "return np.zeros((0, rank)), np.zeros((rank, fan_out))")
    assert verdict.status == "failed"
    assert "gave an empty array, of shape (0, 100), instead of weights" in verdict.message


def test_an_error_returned_is_told_from_one_raised(runner):
    body = learner(
        "if predictions.shape != targets.shape: return ValueError('unlike')",
        "return np.mean((predictions - targets) ** 2)",
    )
    assert "returned a ValueError as its result; expected it to be raised" in (
        verdict_on("mean_squared_error", body, runner).message
    )


@pytest.mark.parametrize(
    "body", ["return inputs.sum()", "return weights / 0 * inputs", "raise KeyError", "return 'no'"]
)
def test_points_and_status_need_no_explanation(body, runner, monkeypatch):
    told = verdict_on("weighted_sum", body, runner)
    real = judging.judge

    def without(*args, **kwargs):
        return real(*args, **kwargs, explains=False)

    monkeypatch.setattr("autograder.examine.judge", without)
    bare = verdict_on("weighted_sum", body, runner)
    assert (bare.status, bare.score) == (told.status, told.score) and bare.score < bare.points
    assert [(one.name, one.score) for one in bare.aspects] == [(one.name, one.score) for one in told.aspects]
    assert told.message and not bare.message and bare.misconception is None and bare.finding is None
