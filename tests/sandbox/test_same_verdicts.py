"""Does every carrier give the same verdict on every known library? This takes minutes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.candidate import wire
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


class Patient(InPlace):
    """Waits longer: in place, the clock counts, and with it the time without a processor; in a process it does not."""

    def run(self, job, seconds):
        return replace(super().run(job, 10 * seconds), limit=seconds)


def reply_by(carrier, exercise, sources):
    return run_exercise(exercise, public_keys(exercise.module)[exercise.name], sources, FOLDER, carrier)


def verdict_on(exercise, reply):
    """Return the verdict and whether the stack ran out: at which depth it does depends on the function's callers."""
    raised = [seen["raised"]["type"] for case in reply.cases or [] for seen in case if "raised" in seen]
    key = public_keys(exercise.module)[exercise.name]
    return judge(exercise, key, reply, f"{FOLDER}/{exercise.module}.py"), "RecursionError" in raised


def written(reply):
    """Return a whole reply as bytes."""
    return wire.encode([str(reply.status), reply.words, reply.cases, reply.printed, reply.error])


@pytest.mark.parametrize("name", [exercise.name for exercise in exercises(scored=False)])
def test_a_library_gets_the_same_verdict_in_place_as_by_a_process(name, process):
    exercise, tried = EXERCISES[name], 0
    for what, sources in pairs_of(name):
        tried += 1
        replies = [reply_by(carrier, exercise, sources) for carrier in (process, Patient())]
        if written(replies[0]) == written(replies[1]):
            continue  # the same verdict; judging both would take several times as long as all the rest
        (by_process, too_deep), (in_place, also) = (verdict_on(exercise, reply) for reply in replies)
        assert too_deep == also, what
        if too_deep:
            in_place.message = by_process.message
            in_place.evidence = by_process.evidence
            for one, other in zip(in_place.aspects, by_process.aspects, strict=True):
                one.message = other.message
        assert in_place == by_process, what
    assert tried >= 6


@pytest.mark.slow
@pytest.mark.parametrize("name", [exercise.name for exercise in exercises(scored=True)])
def test_what_trains_for_seconds_gets_the_same_verdict(name, process):
    _, sources = next(pairs_of(name))
    in_place, by_process = (reply_by(carrier, EXERCISES[name], sources) for carrier in (Patient(), process))
    assert verdict_on(EXERCISES[name], in_place) == verdict_on(EXERCISES[name], by_process)
