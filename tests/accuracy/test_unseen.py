"""Are the answers of independent writers judged as they were written?"""

from __future__ import annotations

import ast
import random
from collections import Counter

import pytest

from autograder.exercises import EXERCISES
from autograder.sandbox.process import Runner
from tests.accuracy import unseen

ANSWERS = [answer for path in sorted(unseen.FOLDER.glob("*.txt")) for answer in unseen.read_answers(path)]
WRONG, RIGHT = 40, 20
"""Answers that are judged here; `python -m tests.accuracy` judges all."""


@pytest.fixture(scope="module")
def runner():
    with Runner() as started:
        yield started


def test_a_sample_of_wrong_answers_is_caught_and_nearly_all_are_told_what_they_show(runner):
    wrong = [one for one in ANSWERS if not one.right and one.recognisable and one.words not in unseen.ACCEPTED]
    tried = random.Random(15).sample(wrong, WRONG)
    verdicts = [unseen.judge(answer, runner) for answer in tried]
    assert [answer.words for answer, verdict in zip(tried, verdicts, strict=True) if verdict.status == "passed"] == []
    told = [verdict for verdict in verdicts if unseen.is_told(verdict)]
    assert len(told) >= 0.9 * WRONG


def test_a_sample_of_right_answers_gets_full_marks(runner):
    for answer in random.Random(15).sample([answer for answer in ANSWERS if answer.right], RIGHT):
        verdict = unseen.judge(answer, runner)
        assert verdict.score == verdict.points, f"{answer.exercise}, {answer.words}: {verdict.message}"


def test_every_block_holds_the_function_that_it_names():
    for answer in ANSWERS:
        names = [node.name for node in ast.parse(answer.source).body if isinstance(node, ast.FunctionDef)]
        assert answer.exercise in EXERCISES and answer.exercise in names, answer.words


def test_every_exercise_but_the_capstone_has_wrong_and_right_answers():
    counts = Counter((answer.exercise, answer.right) for answer in ANSWERS)
    asked = [name for name, exercise in EXERCISES.items() if not exercise.scored]
    assert min(counts[name, False] for name in asked) >= 8
    assert min(counts[name, True] for name in asked) >= 3
