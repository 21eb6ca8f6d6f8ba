"""Your own library, checked exercise by exercise: ``pytest autograder -k "[dense-"``."""

from __future__ import annotations

import functools

import pytest

from .exercises import EXERCISES
from .judging.verdict import Status, Verdict
from .learner.check import check_exercise


@functools.cache
def verdict_of(name: str) -> Verdict:
    """Check an exercise once, for all of its aspects."""
    return check_exercise(EXERCISES[name])


@pytest.mark.parametrize(
    ("name", "aspect"),
    [
        pytest.param(name, aspect, id=f"{name}-{aspect}".replace(" ", "_"))
        for name, exercise in EXERCISES.items()
        for aspect in exercise.aspects
    ],
)
def test_exercise(name: str, aspect: str) -> None:
    """Does this aspect of the exercise earn its points?"""
    verdict = verdict_of(name)
    if verdict.status == Status.NOT_STARTED:
        pytest.skip(verdict.message)
    assert verdict.status != Status.UNJUDGED, verdict.message
    found = next(item for item in verdict.aspects if item.name == aspect)
    if not found.passed:
        pytest.fail(f"{verdict.message}\n{aspect}: {found.message}", pytrace=False)
