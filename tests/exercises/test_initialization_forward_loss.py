"""Are the numbers and claims of chapters 03 to 05 true, and do learners really get the messages that they explain?"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import reference
from autograder.judging.question import judge_answer
from labkit import data
from labkit.lent.given_training import (
    given_epochs,
    given_network,
    given_relu,
    given_right_angles,
    given_training,
    share_correct,
)
from tests.support.quoted import learner, quotes, rows, says, verdict_on

INITIALIZATION, FORWARD, LOSS = map(reference.module, ("initialization", "forward", "loss"))
NAMES = ("03_initialization", "04_forward", "05_loss")
QUESTIONS = {name: question for chapter in NAMES for name, question in CHAPTERS[chapter].questions.items()}


@pytest.fixture(scope="module")
def digits():
    return data.digits8()


@pytest.fixture(scope="module")
def reader():
    """The given reader in float64, its test images and their labels."""
    digits = data.digits14()
    layers = [(weights.astype(float), bias.astype(float)) for weights, bias in data.pretrained_reader()]
    return layers, digits.test_images, digits.test_labels


def trained(digits, layers, **how):
    (layers,) = given_training([layers], digits.train_images, digits.train_labels, **how)
    return layers, share_correct(layers, digits.test_images, digits.test_labels)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_mistake_at_a_number_is_named_and_none_is_the_answer(name):
    question = QUESTIONS[name]
    assert judge_answer(question, question.value).status == "passed"
    for mistake, (value, advice) in question.mistakes.items():
        verdict = judge_answer(question, value)
        assert (verdict.status, verdict.misconception) == ("failed", mistake)
        assert len(advice) > 20


def test_the_given_trainer_leaves_what_it_is_given_and_repeats_itself(digits):
    begun = INITIALIZATION.init_layers([64, 8, 10], np.random.default_rng(0))
    kept = [(weights.copy(), bias.copy()) for weights, bias in begun]
    one, other = (trained(digits, begun, epochs=2)[0] for _ in range(2))
    for layer, copy, first, second in zip(begun, kept, one, other, strict=True):
        for k in (0, 1):
            assert np.array_equal(layer[k], copy[k])
            assert np.array_equal(first[k], second[k])


def test_networks_trained_side_by_side_know_nothing_of_each_other(digits):
    networks = [INITIALIZATION.init_layers([64, 8, 10], np.random.default_rng(seed)) for seed in range(2)]
    together = given_training(networks, digits.train_images, digits.train_labels, epochs=1)
    alone, _ = trained(digits, networks[0], epochs=1)
    other, _ = trained(digits, networks[1], epochs=1)
    for layer, by_itself, in_another_order in zip(together[0], alone, together[1], strict=True):
        assert np.allclose(layer[0], by_itself[0]) and not np.allclose(layer[0], in_another_order[0])
    assert not np.allclose(together[1][0][0], other[0][0])  # the seed of its order is its place, 1


def test_the_networks_of_every_epoch_are_those_of_a_shorter_training(digits):
    networks = [INITIALIZATION.init_layers([64, 8, 10], np.random.default_rng(seed)) for seed in range(2)]
    stages = given_epochs(networks, digits.train_images, digits.train_labels, epochs=2)
    assert len(stages) == 3
    for epochs, reached in enumerate(stages):
        again = given_training(networks, digits.train_images, digits.train_labels, epochs=epochs)
        for one, other in zip(reached, again, strict=True):
            for layer, same in zip(one, other, strict=True):
                assert all(map(np.array_equal, layer, same))
    assert not np.array_equal(stages[1][0][0][0], stages[2][0][0][0])


def test_a_start_of_integers_is_trained_as_the_same_start_of_floats(digits):
    whole = [(np.eye(64, 8, dtype=int), np.full(8, 1)), (np.eye(8, 10, dtype=int), np.full(10, -1))]
    from_integers, _ = trained(digits, whole, epochs=1)
    from_floats, _ = trained(digits, [(weights.astype(float), bias.astype(float)) for weights, bias in whole], epochs=1)
    for layer, same in zip(from_integers, from_floats, strict=True):
        assert all(map(np.array_equal, layer, same))
        assert layer[1].dtype == np.float64 and np.any(layer[1] % 1)
    assert np.array_equal(whole[0][1], np.full(8, 1)), "what was given is left as it was"


def test_a_start_that_is_far_too_large_is_trained_without_a_warning(digits):
    layers = INITIALIZATION.init_layers([64, *[32] * 20, 10], np.random.default_rng(0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (ended, *_), share = trained(digits, [(10 * weights, bias) for weights, bias in layers], epochs=2)
    assert not np.isfinite(ended[0]).all()
    assert share < 0.12


def test_from_zeros_only_the_last_bias_moves(digits):
    zeros = [(np.zeros((64, 50)), np.zeros(50)), (np.zeros((50, 10)), np.zeros(10))]
    (first, second), share = trained(digits, zeros)
    assert not any(array.any() for array in (*first, second[0]))
    assert second[1].any()
    assert share < 0.12


@pytest.mark.parametrize("copies", [1, 2])
def test_equal_neurons_stay_equal_and_random_ones_learn(digits, copies):
    rng = np.random.default_rng(copies)
    few = np.tile(rng.normal(scale=0.18, size=(64, copies)), 50 // copies)
    (first, _), share = trained(digits, [(few, np.zeros(50)), (np.full((50, 10), 0.1), np.zeros(10))])
    assert INITIALIZATION.distinct_neurons(first[0]) == copies
    (first, _), best = trained(digits, INITIALIZATION.init_layers([64, 50, 10], rng))
    assert INITIALIZATION.distinct_neurons(first[0]) == 50
    assert best > 0.94 > 0.65 > share


@pytest.mark.parametrize("outgoing_copied", [True, False])
def test_copies_part_in_the_first_step_only_if_their_outgoing_weights_differ(digits, outgoing_copied):
    rng = np.random.default_rng(0)
    first, last = rng.normal(scale=0.18, size=(64, 50)), rng.normal(scale=0.2, size=(50, 10))
    copied = np.tile(first[:, :2], 25)
    begun = [(copied, np.zeros(50)), (np.tile(last[:2], (25, 1)) if outgoing_copied else last, np.zeros(10))]
    (step,) = given_training([begun], digits.train_images[:32], digits.train_labels[:32], epochs=1)
    moved = step[0][0] - copied
    assert np.any(moved[:, 0])
    assert np.allclose(moved[:, 0], moved[:, 2]) == outgoing_copied
    (after, _), _ = trained(digits, begun)
    assert INITIALIZATION.distinct_neurons(after[0]) == (2 if outgoing_copied else 50)


def test_columns_at_right_angles_have_the_length_one_and_come_from_the_generator():
    columns = given_right_angles(7, 4, np.random.default_rng(0))
    assert columns.shape == (7, 4) and np.allclose(columns.T @ columns, np.eye(4))
    assert not np.allclose(columns, given_right_angles(7, 4, np.random.default_rng(1)))
    with pytest.raises(ValueError, match="at most 3 columns are at right angles, not 4"):
        given_right_angles(3, 4, np.random.default_rng(0))


def test_a_network_of_given_weights_has_a_zero_bias_for_each_neuron():
    (_, first), (weights, second) = given_network([np.ones((4, 3)), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]])
    assert first.tolist() == [0, 0, 0] and second.tolist() == [0, 0]
    assert np.array_equal(weights, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def test_without_a_middle_layer_zeros_learn_well(digits):
    assert trained(digits, [(np.zeros((64, 10)), np.zeros(10))])[1] > 0.93


def test_spreads_after_fifty_layers_are_as_the_notebook_says():
    def last(draw, activation):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(200, 100))
        return INITIALIZATION.signal_spread(x, [draw(100, 100, rng) for _ in range(50)], activation)[-1]

    assert 0.03 < last(INITIALIZATION.xavier_normal, np.tanh) < 0.3
    assert 0.1 < last(INITIALIZATION.he_normal, given_relu) < 3
    assert 1e-9 < last(INITIALIZATION.xavier_normal, given_relu) < 1e-6
    assert last(lambda i, o, rng: rng.normal(size=(i, o)), given_relu) > 1e30
    for activation in (np.tanh, given_relu):
        assert last(lambda i, o, rng: 0.01 * rng.normal(size=(i, o)), activation) < 1e-30


def test_skip_connections_keep_a_signal_where_layers_add_little_and_most_neurons_are_saturated_with_large_weights():
    rng = np.random.default_rng(0)
    x, matrices = rng.normal(size=(200, 100)), [rng.normal(size=(100, 100)) for _ in range(50)]
    small = large = saturated = x
    for weights in matrices:
        small = small + given_relu(small @ (0.01 * weights))
        large = large + given_relu(large @ (0.1 * weights))
        saturated = np.tanh(saturated @ weights)
    assert 0.5 < np.std(small) < 2 and np.std(large) > 1e6
    assert np.mean(np.abs(saturated) > 0.99) > 0.7


def test_one_moved_weight_flips_a_third_of_the_outputs_of_a_saturated_network():
    rng = np.random.default_rng(0)
    x, matrices = rng.normal(size=(200, 100)), [rng.normal(size=(100, 100)) for _ in range(50)]
    moved = [weights.copy() for weights in matrices]
    moved[0][0, 0] += 1e-6
    one = other = x
    for weights, changed in zip(matrices, moved, strict=True):
        one, other = np.tanh(one @ weights), np.tanh(other @ changed)
    assert 0.25 < np.mean(one * other < 0) < 0.42
    assert 0.15 < np.mean(np.all(one == other, axis=1)) < 0.35


def test_the_reader_reads_nine_of_ten_and_is_sure_of_noise(reader):
    layers, images, labels = reader
    logits, _ = FORWARD.forward(layers, images)
    assert 0.88 < LOSS.accuracy(logits, labels) < 0.95
    noise = FORWARD.softmax(FORWARD.forward(layers, np.random.default_rng(0).random((500, 196)))[0])
    assert np.mean(noise.max(axis=1) > 0.9) > 0.3


def test_two_hidden_neurons_can_do_xor_and_training_seldom_finds_how():
    corners, classes = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
    solved = {}
    for n in (2, 8):
        begun = [INITIALIZATION.init_layers([2, n, 2], np.random.default_rng(seed)) for seed in range(20)]
        ended = given_training(begun, corners, classes, epochs=1000, batch_size=4, learning_rate=0.3)
        solved[n] = sum(share_correct(layers, corners, classes) == 1 for layers in ended)
    assert 1 <= solved[2] <= 6 < 16 <= solved[8]


def test_neurons_in_opposite_pairs_lose_no_difference_through_relu():
    rng = np.random.default_rng(0)
    x, fractions = rng.normal(size=(200, 100)), []
    for k in range(50):
        columns, _ = np.linalg.qr(rng.normal(size=(50 if k else 100, 50)))
        weights = np.hstack([columns, -columns])
        x = given_relu(x @ (np.vstack([weights, -weights]) if k else weights))
        fractions.append(np.sqrt(np.mean((x - x.mean(axis=0)) ** 2) / np.mean(x**2)))
    assert fractions[-1] > 0.98 * fractions[0] > 0.7


def test_a_newborn_networks_loss_is_near_that_of_a_blind_guess(reader):
    _, images, labels = reader
    for seed in range(5):
        newborn = INITIALIZATION.init_layers([196, 64, 64, 10], np.random.default_rng(seed))
        assert np.log(10) < LOSS.cross_entropy(FORWARD.forward(newborn, images)[0], labels) < 1.2 * np.log(10)


def test_loss_feels_small_steps_and_accuracy_hardly_ever(reader):
    layers, images, labels = reader
    logits, activations = FORWARD.forward(layers, images)
    losses, shares = [], []
    for change in np.linspace(-0.6, 0.6, 241):
        moved = logits.copy()
        moved[:, 9] += change * activations[-1][:, 39]
        losses.append(LOSS.cross_entropy(moved, labels))
        shares.append(LOSS.accuracy(moved, labels))
    assert np.all(np.diff(losses) != 0)
    assert np.mean(np.diff(shares) != 0) < 0.25


_LAYERS = ("a = [x]", "for w, b in layers[:-1]: a.append(relu(dense(a[-1], w, b)))")
_STABLE = ("p = np.exp(logits - logits.max(axis=1, keepdims=True))", "p /= p.sum(axis=1, keepdims=True)")
_A = "a = (6 / (fan_in + fan_out)) ** 0.5"
QUOTED = {  # what a learner wrote, and what the notebook's table says they will read
    "distinct_neurons": [
        ("return np.linalg.matrix_rank(weights)", "gave 1; expected 3. (This case: multiples are different neurons.)"),
        (
            "return np.unique(weights, axis=1).shape[1]",
            "gave 3; expected 1. (This case: six copies of one neuron that differ by rounding.)",
        ),
        (
            learner(
                "m = 1e-4 * np.abs(weights).max() or 1.0", "return np.unique(np.round(weights / m), axis=1).shape[1]"
            ),
            "gave 2; expected 1. (This case: six copies of one neuron that differ by rounding.)",
        ),
    ],
    "xavier_uniform": [
        (
            learner(_A, "return rng.uniform(-a, a, size=(fan_out, fan_in))"),
            "gave an array of shape (400, 100); expected (100, 400)",
        ),
        (
            learner("a = (2 / (fan_in + fan_out)) ** 0.5", "return rng.uniform(-a, a, size=(fan_in, fan_out))"),
            "gave weights whose standard deviation is 0.57",
        ),
        (
            learner(_A, "return rng.uniform(0, a, size=(fan_in, fan_out))"),
            "gave weights whose mean is 1.73",
        ),
        (
            learner(_A, "return np.random.uniform(-a, a, size=(fan_in, fan_out))"),
            "fails this test: generators in the same state must give the same weights",
        ),
        (
            learner(_A, "rng = np.random.default_rng(0)", "return rng.uniform(-a, a, size=(fan_in, fan_out))"),
            "fails this test: calling it again with the same generator must give new weights",
        ),
    ],
    "xavier_normal": [
        (
            "return rng.normal(0, 2 / (fan_in + fan_out), size=(fan_in, fan_out))",
            "gave weights whose standard deviation is 0.06",
        )
    ],
    "signal_spread": [
        (
            learner(
                "spreads = []",
                "for w in weight_matrices:",
                "    x = activation(x @ w)",
                "    spreads.append(np.std(x))",
                "return spreads",
            ),
            "gave []; expected [",
        ),
    ],
    "init_layers": [
        (
            learner(
                "draw = {'he': he_normal, 'xavier': xavier_normal}[scheme]",
                "if len(layer_sizes) < 2: raise ValueError('too few')",
                "return [(draw(i, o, rng), zero_bias(o)) for i, o in zip(layer_sizes, layer_sizes[1:])]",
            ),
            "raised KeyError: 'hee'",
        ),
        (
            learner(
                "if scheme not in ('he', 'xavier') or len(layer_sizes) < 2: raise ValueError(scheme)",
                "return [(he_normal(rng, i, o), zero_bias(o)) for i, o in zip(layer_sizes, layer_sizes[1:])]",
            ),
            "raised AttributeError: 'int' object has no attribute 'normal'",
        ),
    ],
    "relu": [
        (learner("x[x < 0] = 0", "return x"), "gave the right answer but changed its input x"),
        ("return max(x, 0)", "raised ValueError: The truth value of an array with more than one element is ambiguous"),
        ("return np.max(x, 0)", "gave a single number (7.5); expected shape (6,)"),
    ],
    "softmax": [
        (learner("p = np.exp(logits)", "return p / p.sum(axis=1, keepdims=True)"), "gave nan at [0, 0]; expected"),
        (
            learner(_STABLE[0], "return p / p.sum(axis=1)"),
            "raised ValueError: operands could not be broadcast together with shapes (4,3) (4,)",
        ),
    ],
    "forward": [
        (
            learner(*_LAYERS, "z = dense(a[-1], *layers[-1])", "return z, [*a, z]"),
            "gave activations: 3 items; expected 2",
        ),
        (
            learner(*_LAYERS, "return dense(a[-1], *layers[-1])"),
            "gave an array of numbers of shape (2, 3); expected 2 parts: logits, activations",
        ),
        (learner(*_LAYERS, "return relu(dense(a[-1], *layers[-1])), a"), "gave logits: 0 at [0, 0]; expected"),
    ],
    "predict": [
        ("return np.argmax(forward(layers, x)[0])", "expected shape (5,)"),
        ("return np.argmax(forward(layers, x), axis=1)", "raised ValueError: setting an array element with a sequence"),
    ],
    "accuracy": [("return 100 * np.mean(np.argmax(logits, axis=1) == labels)", "gave 100; expected 1")],
    "mean_squared_error": [
        (
            "return np.mean((predictions - targets) ** 2)",
            "expected a ValueError. (This case: shapes (6, 1) and (6,), which NumPy would broadcast to (6, 6).)",
        ),
        (
            learner(
                "if predictions.shape != targets.shape: raise ValueError('no')",
                "return np.mean((predictions - targets) ** 2)",
            ),
            "raised a ValueError whose message does not contain 6",
        ),
    ],
    "one_hot": [
        (
            learner("if labels.max() >= n_classes: raise ValueError(labels.max())", "return np.eye(n_classes)[labels]"),
            "returned an array of numbers of shape (3, 3); expected a ValueError",
        ),
        ("return np.eye(n_classes)[labels]", "raised IndexError: index 4 is out of bounds for axis 0 with size 4"),
        (
            learner("o = np.zeros((len(labels), n_classes))", "o[:, labels] = 1", "return o"),
            "gave 1 at [0, 0]; expected 0 there",
        ),
    ],
    "cross_entropy": [
        (learner(*_STABLE, "return -np.log(p[np.arange(len(labels)), labels]).mean()"), "gave inf; expected 10000.2"),
        (
            learner("p = np.exp(logits)", _STABLE[1], "return -np.log(p[np.arange(len(labels)), labels]).mean()"),
            "gave nan; expected 10000.2",
        ),
        (
            learner(*_STABLE, "return -np.log(p[np.arange(len(labels)), labels] + 1e-12).mean()"),
            "gave 14.0193; expected 10000.2",
        ),
        (
            learner(
                "s = logits - logits.max(axis=1)",
                "return (np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(labels)), labels]).mean()",
            ),
            "raised ValueError: operands could not be broadcast together with shapes (5,3) (5,)",
        ),
    ],
}
NAMELESS = {"raised a ValueError whose message does not contain 6", "raised AttributeError: 'int' object has no"}


@pytest.mark.parametrize(("name", "body", "quoted"), rows(QUOTED))
def test_the_notebook_explains_messages_that_learners_really_get(name, body, quoted, runner):
    verdict = verdict_on(name, body, runner)
    assert quoted in verdict.message
    assert verdict.misconception or verdict.finding or any(quoted.startswith(words) for words in NAMELESS)
    whole = [quote for quote in quotes(EXERCISES[name].chapter) if quoted in quote]
    assert any(says(quote, verdict.message) for quote in whole)
