"""Is whatever a learner's cell holds read as the one number that it is, or as none?"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograder.exercise import Chapter
from autograder.exercises import CHAPTERS
from autograder.judging.question import as_one_number, judge_answer, record_number
from autograder.judging.words import describe

ITSELF: list = []
ITSELF.append(ITSELF)


def nested(depth, value=3):
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        (np.int8(-3), -3),
        (2.5, 2.5),
        (np.float32(2.5), 2.5),
        (Fraction(5, 2), 2.5),
        (Decimal("2.5"), 2.5),
        (2.5 + 0j, 2.5),
        (np.complex64(3), 3.0),
        (2.5 + 1j, None),
        (np.array([[2.5]]), 2.5),
        (np.array(7), 7),
        ((np.array([2.5]),), 2.5),
        (np.array([1, 2]), None),
        (np.zeros(0), None),
        (np.ma.masked_array([2.5], mask=[True]), None),
        (np.ma.masked_array([2.5], mask=[False]), 2.5),
        ([], None),
        ([1, 2], None),
        ([None], None),
        (nested(32), 3),
        (nested(33), None),
        (ITSELF, None),
        (True, None),
        (np.bool_(True), None),
        (np.array(True), None),
        ("3", None),
        (b"3", None),
        (np.datetime64("2026-03-02"), None),
        (np.timedelta64(3), None),
        ({"a": 3}, None),
        (2**63 - 1, 2**63 - 1),
        (2**63, float(2**63)),
        (-(2**63), -float(2**63)),
        (10**400, None),
    ],
    ids=repr,
)
def test_one_number_is_found_in_what_a_cell_holds(value, number):
    found = as_one_number(value)
    assert found == number and type(found) is type(number)


@pytest.mark.parametrize(
    ("value", "record"),
    [(3, {"value": 3}), ([2.5], {"value": 2.5}), (np.inf, {}), (float("nan"), {}), ("3", {}), (0, {"value": 0})],
)
def test_what_was_judged_is_recorded_if_it_is_a_finite_number(value, record):
    assert record_number("share", value) == {"name": "share"} | record


def test_a_verdict_holds_its_points_and_words():
    chapter = Chapter("02_small", "small")
    mistakes = {"twice": (400.0, "You count twice."), "again": (400.0, "You count again.")}
    chapter.question("share", task="Which?", value=200.0, points=3, rtol=1e-3, mistakes=mistakes)
    asked = chapter.questions["share"]
    right, wrong, none = (judge_answer(asked, value) for value in (200, 400, "x"))
    assert (right.score, right.points, right.message, right.aspects[0].passed) == (3, 3, "200 is right.", True)
    assert wrong.message == "share is 400, which is not the number asked for.\nYou count twice."
    assert (wrong.misconception, wrong.score, wrong.aspects[0].score) == ("twice", 0, 0)
    assert none.message == f"share is {describe('x')}; expected one number." and none.misconception is None


@pytest.mark.parametrize(("read", "passed"), [(549, False), (550, True), (597, True)])
def test_the_patients_are_healed_from_92_percent_of_597_images_on(read, passed):
    asked = CHAPTERS["07_descent"].questions["healed"]
    assert judge_answer(asked, read / 597).aspects[0].passed == passed


def digits():
    chapter = Chapter("02_small", "small")
    mistakes = {"eights": (8, "That is too much."), "threes": (3, "That is too little.")}
    chapter.question("causes", task="Which?", value=512, points=6, digits=("red", "green", "blue"), mistakes=mistakes)
    return chapter.questions["causes"]


@pytest.mark.parametrize(
    ("value", "scores", "misconception", "message"),
    [
        (512, [2, 2, 2], None, "512 is right."),
        (np.float64(512), [2, 2, 2], None, "512 is right."),
        (582, [2, 0, 2], "eights", "2 of the 3 digits of 582 are right.\nGreen: That is too much."),
        (938, [0, 0, 0], "threes", "0 of the 3 digits of 938 are right.\nGreen: That is too little."),
        (549, [2, 0, 0], None, "1 of the 3 digits of 549 is right."),
        (511, [2, 2, 0], None, "2 of the 3 digits of 511 are right."),
        (51, [0, 0, 0], None, "causes is 51; expected 3 digits, one for each answer."),
        (5123, [0, 0, 0], None, "causes is 5,123; expected 3 digits, one for each answer."),
        (-51, [0, 0, 0], None, "causes is -51; expected 3 digits, one for each answer."),
        (5.1, [0, 0, 0], None, "causes is 5.1; expected 3 digits, one for each answer."),
        (float("nan"), [0, 0, 0], None, "causes is nan; expected 3 digits, one for each answer."),
    ],
)
def test_each_digit_earns_its_part_and_the_first_known_mistake_gets_advice(value, scores, misconception, message):
    verdict = judge_answer(digits(), value)
    assert [(aspect.name, aspect.points) for aspect in verdict.aspects] == [("red", 2), ("green", 2), ("blue", 2)]
    assert [aspect.score for aspect in verdict.aspects] == scores
    assert (verdict.score, verdict.status) == (sum(scores), "passed" if sum(scores) == 6 else "failed")
    assert (verdict.misconception, verdict.message) == (misconception, message)


def test_a_number_without_a_digit_for_each_name_is_refused():
    with pytest.raises(ValueError, match="causes: 51 does not have 3 digits"):
        Chapter("02_small", "small").question("causes", task="Which?", value=51, digits=("red", "green", "blue"))
