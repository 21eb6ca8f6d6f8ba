"""Do the clinic's passes and patients have the faults that the chapters' questions assume?"""

from __future__ import annotations

import json
import sys
import types
from itertools import pairwise

import numpy as np
import pytest

from autograder.exercises import CHAPTERS
from autograder.judging import reference
from labkit import data
from labkit.arrays import UnusableResultError
from labkit.figures import descent as pictures
from labkit.lent import clinic, passes

CAUSES = json.loads((data.FILES / "clinic.json").read_text(encoding="utf-8"))["patients"]
backprop, descent, forward, loss = (reference.module(name) for name in ("backprop", "descent", "forward", "loss"))


@pytest.fixture(autouse=True)
def reference_library(monkeypatch):
    """Let the clinic train with the reference in place of the learner's library."""
    for name in ("backprop", "descent", "forward", "freezing", "lora", "loss"):
        monkeypatch.setitem(sys.modules, f"weightlab.{name}", reference.module(name))


@pytest.fixture
def patients():
    digits = data.digits8()
    return {patient.name: patient for patient in clinic.admit(digits.train_images, digits.train_labels)}


def errors_of_passes(seed: int) -> np.ndarray:
    """Return the relative error of each gradient (columns) by each pass (rows)."""
    rng = np.random.default_rng(seed)
    layers = [(rng.normal(0, 0.5, sizes), rng.normal(0, 0.3, sizes[1])) for sizes in pairwise((9, 12, 8, 5))]
    logits, activations = forward.forward(layers, rng.normal(size=(20, 9)))
    grad_logits = backprop.cross_entropy_gradient(logits, rng.integers(0, 5, 20))
    truth = backprop.backward(layers, activations, grad_logits)
    return np.array(
        [
            [
                backprop.relative_error(a, b)
                for pairs in zip(found, truth, strict=True)
                for a, b in zip(*pairs, strict=True)
            ]
            for found in (one(layers, activations, grad_logits) for one in passes.PASSES)
        ]
    )


@pytest.mark.parametrize("seed", range(5))
def test_passes_are_wrong_where_the_questions_say(seed):
    wrong = errors_of_passes(seed) > 1e-4
    faulty = "".join(str(n + 1) for n in np.flatnonzero(wrong.any(axis=1)))
    assert int(faulty) == CHAPTERS["06_backprop"].questions["faulty_passes"].value
    assert wrong[1].tolist() == [False, True] * 3
    assert wrong[2].reshape(3, 2).tolist() == [[True] * 2, [False] * 2, [False] * 2]
    assert wrong[4].tolist() == [True] * 4 + [False] * 2


def test_the_questions_know_what_happened_to_the_patients():
    asked = CHAPTERS["07_descent"].questions["diagnoses"]
    assert str(asked.value) == "".join(map(str, CAUSES.values()))
    assert asked.digits == tuple(f"patient {name}" for name in CAUSES)
    assert {digit for digit, _ in asked.mistakes.values()} == set(clinic.CAUSES)


def test_patients_show_their_symptoms_and_nobody_elses(patients):
    digits = data.digits8()
    distinct = reference.module("initialization").distinct_neurons
    for patient, cause in zip(patients.values(), CAUSES.values(), strict=True):
        (weights, bias), (last_weights, last_bias) = patient.after
        hidden = forward.forward(patient.after, digits.train_images)[1][1]
        assert (not weights.any() and not last_weights.any()) == (cause == 1)
        assert (distinct(weights) == 1 and weights.any()) == (cause == 2)
        assert (0 < np.abs(weights - patient.before[0][0]).max() < 0.05) == (cause == 4)
        assert (not hidden.any() and weights.any()) == (cause == 5)
        assert (not bias.any() and not last_bias.any()) == (cause == 7)
        fits = loss.accuracy(forward.forward(patient.after, digits.train_images)[0], digits.train_labels)
        assert (fits > 0.9) == (cause == 7)


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        (
            "train",
            lambda layers, x, y, **_: ([(weights.T, bias) for weights, bias in layers], [2.3] * 20),
            r"^train returned an array of shape \(32, 64\); this figure needs an array of shape \(64, 32\)\.$",
        ),
        (
            "train",
            lambda layers, x, y, **_: (layers, [2.3] * 760),
            r"^train returned an array of shape \(760,\); this figure needs an array of shape \(20,\)\.$",
        ),
        (
            "gradient_step",
            lambda layers, gradients, rate: [(weights, bias[np.newaxis]) for weights, bias in layers],
            r"^gradient_step returned an array of shape \(1, 32\); this figure needs an array of shape \(32,\)\.$",
        ),
    ],
)
def test_a_wrong_shape_is_told_in_words(monkeypatch, name, wrong, said):
    wrong.__name__ = name
    of_the_learner = types.SimpleNamespace(**vars(descent) | {name: wrong})
    monkeypatch.setitem(sys.modules, "weightlab.descent", of_the_learner)
    digits = data.digits8()
    with pytest.raises(UnusableResultError, match=said):
        clinic.admit(digits.train_images[:100], digits.train_labels[:100])


def test_training_on_helps_exactly_those_with_a_gradient(patients):
    x, y, x_test, y_test = data.digits8()
    helped = ""
    for patient in patients.values():
        layers, _ = descent.train(
            patient.after, x, y, epochs=10, batch_size=32, learning_rate=0.3, rng=np.random.default_rng(1)
        )
        helped += patient.name * (loss.accuracy(forward.forward(layers, x_test)[0], y_test) > 0.9)
    assert helped == "ace"


def test_colleague_ps_adapters_are_the_way_back_to_the_old_weights():
    rng = np.random.default_rng(0)
    layers = [(rng.normal(0, 0.3, sizes), rng.normal(0, 0.1, sizes[1])) for sizes in pairwise((9, 12, 8, 5))]
    x, y = rng.normal(size=(40, 9)), rng.integers(0, 5, 40)
    merged = clinic.adapted(layers, x, y)["p"]
    adapters, alpha = clinic.adapters_of_p(layers, x, y)
    for (weights, bias), (after, bias_after), (down, up) in zip(layers, merged, adapters, strict=True):
        assert np.abs(after - weights).max() > 0.01
        np.testing.assert_allclose(after - alpha / down.shape[1] * down @ up, weights, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(bias_after, bias)


def test_the_picture_of_the_ward_says_what_it_shows(patients, capsys):
    pictures.ward(list(patients.values()))
    said = capsys.readouterr().out
    assert all(f"{name}: loss from" in said for name in patients)
