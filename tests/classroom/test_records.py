"""Is a remembered verdict used only if it is whole, and made again otherwise?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.classroom.records import _is_whole
from autograder.exercises import CHAPTERS
from autograder.judging.verdict import Aspect, Status, Verdict

WEIGHTS = CHAPTERS["01_weights"]
POINTS = float(WEIGHTS.exercises["apply_weight"].points)
WHOLE = Verdict("apply_weight", WEIGHTS.name, Status.FAILED, 0.5, POINTS, aspects=[Aspect("one signal", 1.0, 0.5, "x")])


@pytest.mark.parametrize("score", [0.0, 0.5, POINTS])
def test_a_verdict_that_was_written_whole_is_used(score):
    assert _is_whole(replace(WHOLE, score=score), WEIGHTS)


@pytest.mark.parametrize(
    "changes",
    [
        {"score": None},
        {"score": "1"},
        {"score": -0.5},
        {"score": POINTS + 0.5},
        {"points": POINTS + 1},
        {"message": None},
        {"aspects": [Aspect("one signal", 1.0, 0.5, 3)]},
        {"aspects": [Aspect(3, 1.0, 0.5, "x")]},
        {"aspects": [Aspect("one signal", "1", 0.5, "x")]},
        {"aspects": [Aspect("one signal", 1.0, None, "x")]},
    ],
    ids=str,
)
def test_a_verdict_that_is_not_is_made_again(changes):
    assert not _is_whole(replace(WHOLE, **changes), WEIGHTS)
