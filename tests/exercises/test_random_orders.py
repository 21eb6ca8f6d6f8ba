"""Do checks of functions that draw, or that put examples into a random order, judge alike whatever the seed?"""

from __future__ import annotations

import os

import numpy as np
import pytest

from autograder.exercises import EXERCISES
from autograder.judging import reference
from tests.exercises.test_random_laws import expectation, fails

RANDOM = [EXERCISES[name] for name in ("minibatches", "train", "fine_tune", "lora_init", "lora_fine_tune")]
SEEDS = range(int(os.environ.get("WEIGHTLAB_SEEDS", "40")))
"""A thousand, tried by hand, take about ten minutes."""
TOLD = {"orders", "places", "many epochs", "new orders", "draws"}
"""Views that return, as true or false, what a generator must show."""


@pytest.mark.parametrize("exercise", RANDOM, ids=lambda exercise: exercise.name)
def test_the_reference_is_never_failed(exercise):
    function = getattr(reference.module(exercise.module), exercise.name)
    assert [seed for seed in SEEDS if fails(exercise, function, seed)] == []


@pytest.mark.parametrize("name", ["train", "fine_tune", "lora_fine_tune"])
def test_the_loss_rises_in_a_case_that_compares_all_losses(name):
    exercise = EXERCISES[name]
    function, falling = getattr(reference.module(exercise.module), name), []
    for seed in SEEDS:
        cases = [case for case in exercise.cases(seed) if case.view in (None, "losses")]
        found = [case for case in cases if case.calls[0].kwargs["learning_rate"] > 1]
        (call,) = found[0].calls
        _, losses = function(*call.args, **call.kwargs | {"rng": np.random.default_rng(0)})
        falling += [seed] * (not losses[0] < losses[1] or len(losses) < 3)
    assert len(found) == 1
    assert len(falling) <= 0.01 * len(SEEDS), falling


@pytest.mark.parametrize("exercise", [e for e in RANDOM if TOLD & set(e.views)], ids=lambda exercise: exercise.name)
def test_order_matters_in_every_case_about_order(exercise):
    for seed in SEEDS:
        for number, case in enumerate(exercise.cases(seed)):
            if case.view in TOLD:
                assert all(expectation(exercise.name, number, seed).values()), seed


@pytest.mark.parametrize(
    ("exercise", "wrong"),
    [(e, wrong) for e in RANDOM for wrong in reference.misconceptions(e.module)[e.name] if not wrong.general],
    ids=lambda item: item.name,
)
def test_a_misconception_never_passes(exercise, wrong):
    assert [seed for seed in SEEDS if not fails(exercise, wrong.function, seed)] == []
