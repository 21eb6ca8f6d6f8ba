"""Do checks of random functions accept every way of drawing, and reject every wrong distribution, whatever the seed?"""

from __future__ import annotations

import os
import sys
from functools import cache
from types import FunctionType

import numpy as np
import pytest

from autograder.candidate.call import call_function
from autograder.exercises import EXERCISES
from autograder.judging import reference
from autograder.judging.observation import find_problems, observe
from tests.alternatives import load

RANDOM = [EXERCISES[name] for name in ("xavier_uniform", "xavier_normal", "he_normal", "init_layers")]
MODULE = reference.module("initialization")
ALTERNATIVES = load()
SEEDS = range(300)
FEWER = int(os.environ.get("WEIGHTLAB_SEEDS", "100"))
"""Seeds for each misconception: there are many of these, each as slow as the reference. The variable asks for more."""


def fails(exercise, function, seed):
    """Return whether a function fails some case of a seed; judged as a candidate's answers are, in this process."""
    # What takes many calls comes last: most misconceptions have failed before.
    for number, case in sorted(enumerate(cases_of(exercise.name, seed)), key=lambda item: len(item[1].calls)):
        expected = case.expected
        if expected is None and not case.raises:
            # A law is the same for every seed, so it is made once; that it holds with every other seed is tried, too.
            expected = expectation(exercise.name, number, SEEDS[0] if exercise in RANDOM else seed)
        if find_problems(exercise, case, expected, outcome(exercise, case, function)):
            return True
    return False


@cache
def cases_of(name, seed):
    return EXERCISES[name].cases(seed)


def outcome(exercise, case, function):
    generators = {}
    return observe(
        exercise,
        case,
        [call_function(function, call.args, dict(call.kwargs), generators, "tests") for call in case.calls],
    )


@cache
def expectation(name, number, seed):
    """Return what the reference gives in a case."""
    exercise, case = EXERCISES[name], cases_of(name, seed)[number]
    assert case.view or exercise not in RANDOM, "the answers to a case without a view differ from seed to seed"
    return outcome(exercise, case, getattr(reference.module(exercise.module), name)).value


def standing_in(function, name):
    """Return an alternative as the function it answers, with the reference module's names around it."""
    return FunctionType(
        function.__code__, vars(MODULE) | {"np": np, "math": sys.modules["math"]}, name, function.__defaults__
    )


@pytest.mark.parametrize("exercise", RANDOM, ids=lambda exercise: exercise.name)
def test_the_reference_is_never_failed(exercise):
    function = getattr(MODULE, exercise.name)
    assert [seed for seed in SEEDS if fails(exercise, function, seed)] == []


@pytest.mark.parametrize(
    ("exercise", "wrong"),
    [(e, wrong) for e in RANDOM for wrong in reference.misconceptions("initialization")[e.name]],
    ids=lambda item: item.name,
)
def test_a_misconception_never_passes(exercise, wrong):
    assert [seed for seed in SEEDS[:FEWER] if not fails(exercise, wrong.function, seed)] == []


@pytest.mark.parametrize(
    ("exercise", "function"),
    [(e, function) for e in RANDOM for function in ALTERNATIVES[e.name]],
    ids=lambda item: getattr(item, "__name__", getattr(item, "name", "")),
)
def test_another_way_of_drawing_is_never_failed(exercise, function):
    drawing = standing_in(function, exercise.name)
    seeds = SEEDS[:5] if "one_by_one" in function.__name__ else SEEDS[:100]
    assert [seed for seed in seeds if fails(exercise, drawing, seed)] == []


SLIPS_IN_SMALL_LAYERS = [
    ("xavier_uniform", lambda m, n, rng: rng.uniform(-1, 1, (m, n)) * np.sqrt(3 / ((m + n) // 2))),
    ("he_normal", lambda m, n, rng: rng.normal(0, np.sqrt(2 / (m + 1)), (m, n))),
]


@pytest.mark.parametrize(("name", "function"), SLIPS_IN_SMALL_LAYERS)
def test_a_bias_counted_as_an_input_and_a_rounded_mean_are_caught(name, function):
    """They hardly matter in large layers; for xavier_normal, too many small layers would be needed to tell."""
    assert [seed for seed in SEEDS[:100] if not fails(EXERCISES[name], function, seed)] == []
