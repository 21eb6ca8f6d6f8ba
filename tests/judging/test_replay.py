"""Do answers remembered from the public key, and given in its order, earn next to nothing with a secret key?"""

import itertools
from functools import cache

import pytest

from autograder.candidate import wire
from autograder.candidate.call import call_function
from autograder.exercises import EXERCISES
from autograder.judging import judge, reference
from autograder.judging.key import PUBLIC_SEED
from autograder.judging.verdict import Reply
from tests.support.judged import key_for_points

UNSCORED = [name for name, exercise in EXERCISES.items() if not exercise.scored]
SEEDS = (11, 12, 13)


@cache
def replayed(name, seed):
    """Return the score of the reference's outcomes on the public calls, replayed one after another."""
    exercise, public, secret = EXERCISES[name], key_for_points(name, PUBLIC_SEED), key_for_points(name, seed)
    function = getattr(reference.module(exercise.module), name)
    outcomes = []
    for case in public.cases:
        generators: dict = {}
        outcomes += [call_function(function, one.args, dict(one.kwargs), generators, "own") for one in case.calls]
    outcomes = itertools.cycle(wire.decode(wire.encode(outcomes)))
    cases = [[next(outcomes) | {"changed": []} for _ in case.calls] for case in secret.cases]
    return judge.judge(exercise, secret, Reply(cases=cases), explains=False).score


@pytest.mark.parametrize("name", UNSCORED)
def test_no_exercise_is_passed(name):
    assert any(replayed(name, seed) < EXERCISES[name].points for seed in SEEDS)


def test_all_exercises_together_earn_what_chance_gives():
    earned = sum(replayed(name, seed) for name in UNSCORED for seed in SEEDS) / len(SEEDS)
    assert earned < 0.04 * sum(EXERCISES[name].points for name in UNSCORED)
