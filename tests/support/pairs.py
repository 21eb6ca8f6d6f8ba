"""Libraries that people might write, each with an exercise, which all carriers must judge alike."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.exercise import Exercise
from autograder.exercises import EXERCISES
from autograder.judging import reference
from tests.alternatives import load
from tests.support.classroom import REFERENCE, STUBS, can_be_written, library_with

UNREADABLE = b"def"


def pairs_of(name: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield the label and modules of libraries: right in several styles, unwritten, unreadable, and misunderstood."""
    module = EXERCISES[name].module
    yield "the reference", REFERENCE
    yield "not written", REFERENCE | {module: STUBS[module]}
    yield "not Python", REFERENCE | {module: REFERENCE[module] + UNREADABLE}
    for function in load().get(name, []):
        yield f"another style, {function.__name__}", library_with({name: function})
    for wrong in reference.misconceptions(module).get(name, []):
        if can_be_written(wrong.function):
            yield f"misunderstood, {wrong.name}", library_with({name: wrong.function})


def exercises(*, scored: bool) -> list[Exercise]:
    """Return the exercises whose functions train for seconds (``scored``), or all others."""
    return [exercise for exercise in EXERCISES.values() if bool(exercise.scored) is scored]
