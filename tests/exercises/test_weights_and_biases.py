"""Are the numbers and claims of chapters 01 and 02 true, and do learners really get the messages that they explain?"""

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
from tests.support.quoted import help_table, learner, rows, verdict_in_a_second, verdict_on

WEIGHTS, BIASES = reference.module("weights"), reference.module("biases")
QUESTIONS = CHAPTERS["01_weights"].questions | CHAPTERS["02_biases"].questions


@pytest.fixture(scope="module")
def digits():
    return data.digits8()


@pytest.fixture(scope="module")
def templates(digits):
    return WEIGHTS.template_weights(digits.train_images, digits.train_labels, 10)


def share_read(digits, weights, bias=0.0):
    return np.mean((digits.test_images @ weights + bias).argmax(axis=1) == digits.test_labels)


def test_gpt2_small_is_counted_as_its_paper_builds_it():
    width, blocks, words, positions = 768, 12, 50257, 1024
    attention = 4 * width * width + 4 * width
    mlp = 8 * width * width + 5 * width
    total = words * width + positions * width + blocks * (attention + mlp + 4 * width) + 2 * width
    assert QUESTIONS["gpt2_parameters"].value == total
    assert QUESTIONS["gpt2_bytes_32_bit"].value == 4 * total


def test_llama_7b_is_counted_as_its_paper_builds_it():
    width, blocks, words, hidden = 4096, 32, 32000, 11008
    total = 2 * words * width + blocks * (4 * width * width + 3 * width * hidden + 2 * width) + width
    assert QUESTIONS["llama_parameters"].value == total
    assert QUESTIONS["llama_bytes_16_bit"].value == 2 * total
    assert QUESTIONS["llama_bytes_4_bit"].value * 2 == total


def test_half_of_the_real_weights_flip_and_the_first_array_is_a_fourier_transform():
    arrays = data.silero()
    learned = np.concatenate([a.ravel() for name, a in arrays.items() if a.ndim > 1 and name != "stft_conv.weight"])
    assert QUESTIONS["share_that_flips"].value == pytest.approx(np.mean(learned < 0), rel=1e-12)
    wave = np.cos(2 * np.pi * np.outer(np.arange(129), np.arange(256)) / 256) * np.hanning(257)[:-1]
    assert np.abs(arrays["stft_conv.weight"][:129, 0] - wave).max() < 1e-6


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_mistake_at_a_number_is_named_and_none_is_the_answer(name):
    question = QUESTIONS[name]
    assert judge_answer(question, question.value).status == "passed"
    for mistake, (value, advice) in question.mistakes.items():
        verdict = judge_answer(question, value)
        assert (verdict.status, verdict.misconception) == ("failed", mistake)
        assert len(advice) > 20


def test_templates_read_nine_of_ten_digits_untrained(digits, templates):
    assert 0.87 <= share_read(digits, templates) <= 0.90


def test_subtracting_the_mean_image_changes_no_answer(digits, templates):
    plain = templates + digits.train_images.mean(axis=0)[:, np.newaxis]
    assert np.array_equal((digits.test_images @ plain).argmax(1), (digits.test_images @ templates).argmax(1))


def test_small_weights_matter_less_than_random_ones_and_shuffled_ones_know_nothing(digits, templates):
    small = share_read(digits, templates * (np.abs(templates) > np.median(np.abs(templates))))
    assert small > share_read(digits, templates) - 0.03
    for seed in range(5):
        rng = np.random.default_rng(seed)
        assert share_read(digits, templates * (rng.permutation(640).reshape(64, 10) < 320)) < small - 0.1
        assert share_read(digits, rng.permuted(templates, axis=0)) < 0.2


def test_one_bias_turns_a_bad_detector_into_a_good_one(digits, templates):
    scores, zero = digits.train_images @ templates[:, 0], digits.train_labels == 0
    assert np.sum((scores > 0) != zero) > 200
    assert np.sum((scores - 1.75 > 0) != zero) < 20


def test_the_mean_image_nearest_to_a_blank_page_is_not_the_one_with_the_least_ink(digits, templates):
    means = templates + digits.train_images.mean(axis=0)[:, np.newaxis]
    assert (np.sum(means**2, axis=0).argmin(), np.sum(means, axis=0).argmin()) == (5, 7)


def test_a_layer_without_biases_is_blind_to_one_factor_on_all_pixels_only(digits, templates):
    def read(images):
        return (images @ templates).argmax(axis=1)

    images = digits.test_images
    assert np.array_equal(read(0.1 * images), read(images))
    assert np.sum(read(images - 0.5) != read(images)) == 56
    assert np.sum(read(np.maximum(images - 0.5, 0)) != read(images)) == 44


def test_fair_biases_help_most_digits_and_cost_one(digits, templates):
    means = templates + digits.train_images.mean(axis=0)[:, np.newaxis]
    assert share_read(digits, templates, -0.5 * np.sum(means**2, axis=0)) > share_read(digits, templates) + 0.01


QUOTED = {  # what a learner wrote, and what the notebook's table says they will read
    "weighted_sum": [
        (
            learner("raise NotImplementedError('weighted_sum is not written yet')", "return inputs @ weights"),
            "weighted_sum still counts as not written.",
        ),
        ("inputs * weights", "gave None (is there a return?)"),
        ("return sum(inputs * weights)", "returned the number 2.6624; expected a ValueError"),
        (
            "if inputs.ndim != 1 or inputs.shape != weights.shape: raise ValueError\n    return inputs @ weights",
            "raised a ValueError whose message does not contain",
        ),
        ("return np.sum(inpts * weights)", "NameError: name "),
        ("while True: pass", "did not finish within 10 seconds of computing time and was stopped."),
    ],
    "weighted_sums": [
        (
            "return (inputs @ weights).T",
            "gave shape (2, 4); expected shape (4, 2) (the numbers are right, but transposed)",
        ),
        ("return weights @ inputs", "raised ValueError: matmul: Input operand 1 has a mismatch in its core dimension"),
    ],
    "apply_weight": [("signal *= weight\n    return signal", "gave the right answer but changed its input signal")],
    "template_weights": [
        (
            "return np.stack([images[labels == c].mean(axis=0) for c in range(n_classes)], axis=1)",
            "gave 2 at [0, 0]; expected 0.666667 there",
        ),
    ],
    "neuron": [
        (
            "return float(np.sum(inputs * weights + bias))",
            "neuron([1.0, 2.0, 3.0], [0.5, -1.0, 2.0], 0.75) gave 6.75; expected 5.25",
        )
    ],
    "activates": [
        ("return neuron(inputs, weights, bias)", "gave the number 2.5; expected the truth value True"),
        (
            "return neuron(inputs, weights, bias) >= 0",
            "gave True; expected False. (This case: a sum of 2 and a bias of -2 make exactly zero.)",
        ),
    ],
    "dense": [
        (
            "return x @ weights + bias[:, None]",
            "raised ValueError: operands could not be broadcast together with shapes (4,2) (2,1)",
        ),
        (
            "bias += x.mean() - x.mean() + 1\n    return x @ weights + bias - 1",
            "gave the right answer but changed its input bias",
        ),
    ],
    "fold_bias": [
        ("return np.append(weights, bias)", "gave shape (8,); expected shape (4, 2)"),
        ("return np.concatenate([weights, bias])", "all the input arrays must have same number of dimensions"),
    ],
    "count_parameters": [
        ("return sum(shape[0] * shape[1] for shape in shapes.values())", "raised IndexError: tuple index out of range")
    ],
}


@pytest.mark.parametrize(("name", "body", "quoted"), rows(QUOTED))
def test_the_notebook_explains_messages_that_learners_really_get(name, body, quoted, runner):
    endless = "did not finish" in quoted
    verdict = verdict_in_a_second(name, body) if endless else verdict_on(name, body, runner)
    assert quoted in verdict.message
    assert quoted in help_table(EXERCISES[name].chapter)


def test_an_import_alone_does_not_blame_the_prerequisite(runner):
    """A stub imports weighted_sum; whoever writes inputs @ weights does not use it, so their mistake is reported."""
    library = read_library(SOLUTIONS / "weightlab")
    stub = b"\ndef weighted_sum(inputs, weights):\n    raise NotImplementedError('weighted_sum is not written yet')\n"
    answer = (
        b"from .weights import weighted_sum\n\n\n"
        b"def neuron(inputs, weights, bias):\n    return inputs @ weights - bias\n"
    )
    library |= {"weights": library["weights"] + stub, "biases": answer}
    verdict = examine(EXERCISES["neuron"], library, "weightlab", runner, SELF_CHECK)
    assert verdict.misconception == "bias_as_threshold" and "weighted_sum," not in verdict.message


def test_a_small_weight_is_not_taken_for_zero(runner):
    verdict = verdict_on("apply_weight", "return signal * weight if abs(weight) >= 0.1 else 0.0 * signal", runner)
    assert {aspect.name: aspect.score for aspect in verdict.aspects}["one signal"] == 0
