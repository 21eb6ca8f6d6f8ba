"""Are the answers of independent writers read as they were written?"""

from __future__ import annotations

import ast
from collections import Counter

from autograder.exercises import EXERCISES
from tests.accuracy import unseen

ANSWERS = [answer for path in sorted(unseen.FOLDER.glob("*.txt")) for answer in unseen.read_answers(path)]


def test_every_block_holds_the_function_that_it_names():
    for answer in ANSWERS:
        names = [node.name for node in ast.parse(answer.source).body if isinstance(node, ast.FunctionDef)]
        assert answer.exercise in EXERCISES and answer.exercise in names, answer.words


def test_every_exercise_but_the_capstone_has_wrong_and_right_answers():
    counts = Counter((answer.exercise, answer.right) for answer in ANSWERS)
    asked = [name for name, exercise in EXERCISES.items() if not exercise.scored]
    assert min(counts[name, False] for name in asked) >= 8
    assert min(counts[name, True] for name in asked) >= 3
