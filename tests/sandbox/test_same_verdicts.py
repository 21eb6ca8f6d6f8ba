"""Does every carrier give the same verdict on every known library? This takes minutes."""

from __future__ import annotations

import pytest

from autograder.examine import run_exercise
from autograder.exercises import EXERCISES
from autograder.judging.judge import judge
from autograder.judging.key import public_keys
from autograder.sandbox.in_place import InPlace
from autograder.sandbox.process import Runner
from tests.support.pairs import exercises, pairs_of

FOLDER = "weightlab"


@pytest.fixture(scope="module")
def process():
    with Runner() as started:
        yield started


def verdict_by(carrier, exercise, sources):
    """Return the verdict and whether the stack ran out: at which depth it does depends on the function's callers."""
    key = public_keys(exercise.module)[exercise.name]
    reply = run_exercise(exercise, key, sources, FOLDER, carrier)
    raised = [seen["raised"]["type"] for case in reply.cases or [] for seen in case if "raised" in seen]
    return judge(exercise, key, reply, f"{FOLDER}/{exercise.module}.py"), "RecursionError" in raised


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises(scored=False)])
def test_a_library_gets_the_same_verdict_in_place_as_by_a_process(name, process):
    exercise, tried = EXERCISES[name], 0
    for what, sources in pairs_of(name):
        by_process, too_deep = verdict_by(process, exercise, sources)
        in_place, also = verdict_by(InPlace(), exercise, sources)
        assert too_deep == also, what
        if too_deep:
            in_place.message = by_process.message
            in_place.evidence = by_process.evidence
            for one, other in zip(in_place.aspects, by_process.aspects, strict=True):
                one.message = other.message
        assert in_place == by_process, what
        tried += 1
    assert tried >= 6


@pytest.mark.slow
@pytest.mark.parametrize("name", [exercise.name for exercise in exercises(scored=True)])
def test_what_trains_for_seconds_gets_the_same_verdict(name, process):
    _, sources = next(pairs_of(name))
    assert verdict_by(InPlace(), EXERCISES[name], sources) == verdict_by(process, EXERCISES[name], sources)
