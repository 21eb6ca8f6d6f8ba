"""Is what a verdict says of secret cases free of their numbers, and what it says of numbers true?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercise import Call, Case, Chapter
from autograder.judging import words
from autograder.judging.compare import Difference, Kind
from autograder.judging.observation import Problem, ProblemKind, Rejected, find_refusal_problem
from autograder.judging.question import judge_answer

SECRET = 8128.5
CHAPTER = Chapter("02_small", "small")
CHAPTER.question(
    "share", task="Which fraction?", value=200.0, rtol=1e-3, mistakes={"twice": (201.0, "You count twice.")}
)
SHARE = CHAPTER.questions["share"]
CALL = Call((np.full(3, SECRET), SECRET))


def raised(kind, message=SECRET):
    return Problem(ProblemKind.RAISED, error={"type": kind, "message": str(message)})


def differs(kind):
    return Problem(ProblemKind.DIFFERS, difference=Difference(kind, SECRET, np.float64(SECRET)))


GENERAL = {
    "Python's error": (raised("IndexError"), "raised IndexError"),
    "NumPy's error": (raised("AxisError"), "raised AxisError"),
    "its own error": (raised(f"E{SECRET}"), "raised its own error"),
    "no exception": (raised("print"), "raised its own error"),
    "not written": (raised("NotImplementedError"), "calls a function that is not written yet"),
    "a length": (differs(Kind.LENGTH), "came back in the wrong shape"),
    "a shape": (differs(Kind.SHAPE), "came back in the wrong shape"),
    "transposed": (differs(Kind.TRANSPOSED), "came back in the wrong shape"),
    "a view of a shape": (
        Problem(ProblemKind.UNUSABLE, rejected=Rejected(Kind.SHAPE, (), str(SECRET))),
        "came back in the wrong shape",
    ),
    "a view of something else": (
        Problem(ProblemKind.UNUSABLE, rejected=Rejected(Kind.TYPE, (), str(SECRET))),
        "is not right in this respect: is right",
    ),
    "a value": (differs(Kind.VALUE), "is not right in this respect: is right"),
    "a type": (differs(Kind.TYPE), "is not right in this respect: is right"),
    "parts": (Problem(ProblemKind.PARTS, SECRET, parts=("a",)), "is not right in this respect: is right"),
    "a changed input": (
        Problem(ProblemKind.CHANGED, changed=(1,)),
        "gave the right answer but changed its input scale. Work on a copy",
    ),
    "an iterator": (
        Problem(ProblemKind.ITERATOR, np.zeros(3)),
        "gave an iterator (from iter, yield, zip, map or a generator expression), which can be read only once; return "
        "the items in a list or an array",
    ),
    "an iterator for a number": (
        Problem(ProblemKind.ITERATOR, 3.0, part="grad_x"),
        "gave grad_x as an iterator (from iter, yield, zip, map or a generator expression), which can be read only "
        "once; return one number",
    ),
}


@pytest.mark.parametrize(("problem", "said"), GENERAL.values(), ids=GENERAL)
def test_of_a_secret_case_each_way_to_fail_is_told_without_its_numbers(problem, said):
    told = words.tell_in_general(problem, "is right", Case.of("is right", calls=[CALL]), ("x", "scale"))
    assert told == said and str(SECRET) not in told


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (None, "is not right in this respect: refuses bad input"),
        ({"type": "TypeError", "kinds": ["TypeError"]}, "raised TypeError; expected a ValueError"),
        (
            {"type": "ValueError", "kinds": ["ValueError"], "message": str(SECRET)},
            "raised a ValueError whose message does not contain a required value",
        ),
    ],
)
def test_of_a_secret_case_that_is_to_be_refused(raised, said):
    asked = Case.of("refuses bad input", calls=[CALL], raises=ValueError, mentions=(3,))
    problem = find_refusal_problem(asked, raised, SECRET)
    assert words.tell_in_general(problem, "refuses bad input", asked, ("x", "scale")) == said


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("there are 3 rows", True),
        ("shape (3, 4)", True),
        ("3", True),
        ("rows=-3", True),
        ("13 rows", False),
        ("30 rows", False),
        ("0.3", False),
        ("x3", False),
        ("3x", False),
        ("", False),
    ],
)
def test_a_number_is_named_only_by_itself(message, named):
    asked = Case.of("refuses bad input", calls=[CALL], raises=ValueError, mentions=(3,))
    raised = {"type": "ValueError", "kinds": ["ValueError"], "message": message}
    problem = find_refusal_problem(asked, raised)
    assert (problem is None) is named
    assert named or (problem.kind, problem.value) == (ProblemKind.NOT_NAMED, 3)


def test_every_mention_is_asked_for():
    asked = Case.of("refuses bad input", calls=[CALL], raises=ValueError, mentions=("rank", 3))
    raised = {"type": "ValueError", "kinds": ["ValueError"], "message": "a rank of 4"}
    assert find_refusal_problem(asked, raised).value == 3
    assert find_refusal_problem(asked, raised | {"message": "3"}).value == "rank"
    assert find_refusal_problem(asked, raised | {"message": "a rank of 3"}) is None


@pytest.mark.parametrize(
    ("given", "right", "close"),
    [
        (200.0, True, False),
        (200.2, True, False),
        (199.8, True, False),
        (200.3, False, True),
        (198.1, False, True),
        (201.9, False, True),
        (202.1, False, False),
        (197.9, False, False),
        (-200.0, False, False),
        (0.0, False, False),
        (True, False, False),
        ("200", False, False),
    ],
)
def test_a_number_is_called_close_within_a_hundredth_and_never_else(given, right, close):
    verdict = judge_answer(SHARE, given)
    assert (verdict.status == "passed", verdict.score) == (right, float(right))
    assert ("It is close" in verdict.message) is close


def test_a_known_mistake_is_advised_on_though_it_is_close():
    verdict = judge_answer(SHARE, 201.0)
    assert (verdict.misconception, verdict.advice) == ("twice", "You count twice.")
    assert verdict.message.endswith("You count twice.")
    assert judge_answer(SHARE, 210.0).misconception is None


@pytest.mark.parametrize("nothing", [None, ...])
def test_a_question_without_a_value_is_not_started(nothing):
    verdict = judge_answer(SHARE, nothing)
    assert (verdict.status, verdict.score, verdict.points) == ("not_started", 0, 1)
    assert "has no answer yet" in verdict.message


def test_zero_is_an_answer():
    CHAPTER.question("zero", task="How many?", value=0.0)
    assert judge_answer(CHAPTER.questions["zero"], 0).status == "passed"
    assert judge_answer(SHARE, 0).status == "failed"
