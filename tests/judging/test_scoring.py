"""Does each aspect earn its points, and is a wrong answer told from one that stops and one that is not started?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercise import PURE, Case, Chapter
from autograder.judging import judge, words
from autograder.judging.compare import compare
from autograder.judging.errors import ONE_PROCESS
from autograder.judging.key import Key
from autograder.judging.observation import Observation, Problem, ProblemKind
from autograder.judging.verdict import Aspect, Reply, Status, Verdict

VALUE, EDGE, REFUSES = "is right", "handles edges", "refuses"
POINTS = {VALUE: 2, EDGE: 1.5, REFUSES: 1, PURE: 0.5}


def small(rng):
    """A task."""
    yield from ()


def made(**options):
    return Chapter("02_small", "small").exercise(aspects=POINTS, hints=("a", "b", "c"), **options)(small)


EXERCISE = made()
CASES = (Case.of(VALUE, 1.0), Case.of(EDGE, 2.0), Case.of(REFUSES, -1.0, raises=ValueError))
KEY = Key("small", ("x",), CASES, (1.0, 2.0, None))
WRONG = Problem(ProblemKind.DIFFERS, difference=compare(1.0, 2.0))
AS_TRUTH = Problem(ProblemKind.DIFFERS, difference=compare(1, True))


def scores(*found, exercise=EXERCISE, key=KEY, observed=()):
    """Return the points of each aspect, which of them wait, and the sum."""
    verdict = Verdict("small", "02_small", Status.FAILED, 0.0, 5.0, aspects=[Aspect(*one) for one in POINTS.items()])
    judge._score(exercise, key, verdict, list(observed), list(found))
    for aspect in verdict.aspects:
        assert (aspect.message == words.WAITS) == aspect.waits and not (aspect.waits and aspect.score)
    return [one.score for one in verdict.aspects], [one.name for one in verdict.aspects if one.waits], verdict.score


@pytest.mark.parametrize(
    ("found", "points", "waiting", "total"),
    [
        (({}, {}, {}), [2, 1.5, 1, 0.5], [], 5),
        (({VALUE: WRONG}, {}, {}), [0, 1.5, 1, 0.5], [], 3),
        (({}, {EDGE: WRONG}, {REFUSES: WRONG}), [2, 0, 0, 0.5], [], 2.5),
        (({VALUE: WRONG}, {EDGE: WRONG}, {}), [0, 0, 0, 0], [REFUSES, PURE], 0),
        (({VALUE: WRONG, PURE: WRONG}, {EDGE: WRONG}, {}), [0, 0, 0, 0], [REFUSES], 0),
        (({VALUE: AS_TRUTH}, {EDGE: AS_TRUTH}, {}), [0, 0, 1, 0.5], [], 1.5),
        (({VALUE: AS_TRUTH}, {EDGE: WRONG}, {}), [0, 0, 0, 0], [REFUSES, PURE], 0),
        (({VALUE: Problem(ProblemKind.RAISED)}, {EDGE: AS_TRUTH}, {}), [0, 0, 0, 0], [REFUSES, PURE], 0),
    ],
)
def test_refusals_and_unchanged_inputs_count_once_a_value_is_right(found, points, waiting, total):
    assert scores(*found) == (points, waiting, total)


def test_an_aspect_with_values_and_refusals_is_one_of_values():
    both = (*CASES, Case.of(REFUSES, 3.0))
    key = Key("small", ("x",), both, (1.0, 2.0, None, 3.0))
    found = ({VALUE: WRONG}, {EDGE: WRONG}, {}, {})
    assert scores(*found, key=key) == ([0, 0, 1, 0.5], [], 1.5)


def test_what_is_scored_earns_a_share():
    cases = (Case.of(VALUE, 1), Case.of(VALUE, 2), Case.of(EDGE, 3), Case.of(EDGE, 4))
    key = Key("small", ("x",), cases, (None,) * 4)
    seen = [Observation((share, "")) for share in (1.0, 1 / 3)] + [Observation((0.5, "")), Observation()]
    scored = made(scored=lambda *_: (1.0, "", ""))
    found = ({}, {VALUE: WRONG}, {EDGE: WRONG}, {EDGE: WRONG})
    assert scores(*found, exercise=scored, key=key, observed=seen) == ([1.3333, 0.375, 1, 0.5], [], 3.2083)


def stopped(kind="NotImplementedError", function="small"):
    return Observation(raised={"type": kind, "function": function})


@pytest.mark.parametrize(
    ("observed", "status"),
    [
        ((stopped(), stopped()), Status.NOT_STARTED),
        ((stopped(), stopped(function="other")), Status.ERROR),
        ((stopped(), stopped("KeyError")), Status.ERROR),
        ((stopped("KeyError"), stopped("KeyError")), Status.ERROR),
        ((stopped(), Observation(1.0)), Status.FAILED),
        ((Observation(1.0), Observation(1.0)), Status.FAILED),
    ],
)
def test_an_answer_that_always_stops_is_an_error_or_not_started(observed, status):
    for last in (Observation(1.0), stopped("ValueError")):
        assert judge._find_status(EXERCISE, KEY, [*observed, last]) is status


A = np.ones(2)


@pytest.mark.parametrize(
    ("expected", "value", "is_list"),
    [
        (A, [1.0, 1.0], True),
        (A, (1.0, 1.0), True),
        (A, A, False),
        (np.array(1.0), [1.0], False),
        (1.0, [1.0], False),
        ([A, 1.0], [A, 1.0], False),
        ([A, 1.0], (A, [1.0]), False),
        ([1.0, A], [1.0, [1.0, 1.0]], True),
        ([1.0, A], 1.0, False),
        ({"a": A}, {"a": [1.0, 1.0]}, True),
        ({"a": A, "b": 1}, {"b": [1]}, False),
        ({"a": A}, [1.0, 1.0], False),
    ],
)
def test_a_list_in_place_of_an_array_is_seen(expected, value, is_list):
    assert judge._is_list_for_array(expected, value) is is_list


@pytest.mark.parametrize(
    ("cases", "expected", "value", "said"),
    [
        ([Case.of(VALUE, 1)], A, [1.0, 1.0], words.NEEDS_ARRAY),
        ([Case.of(VALUE, 1)], [1.0, A], [1.0, [1.0, 1.0]], words.PART_NEEDS_ARRAY),
        ([Case.of(VALUE, 1)], A, A, ""),
        ([Case.of(VALUE, 1, view="first")], A, [1.0, 1.0], ""),
        ([Case.of(REFUSES, 1, raises=ValueError)], A, [1.0, 1.0], ""),
    ],
)
def test_a_right_answer_is_told_what_later_cells_need(cases, expected, value, said):
    key = Key("small", ("x",), tuple(cases), (expected,))
    assert judge._tell_lists_for_arrays(key, [Observation(value)]) == said


def outcomes(*values):
    return [[{"value": value, "changed": []}] for value in values]


REFUSED = [[{"raised": {"type": "ValueError", "kinds": ["ValueError"], "message": "no"}, "changed": []}]]


def test_a_verdict_follows_from_the_reply():
    def verdict(reply, **options):
        return judge.judge(EXERCISE, KEY, reply, "small.py", **options)

    right = verdict(Reply(cases=outcomes(1.0, 2.0) + REFUSED, printed="hello"))
    assert (right.status, right.score, right.message, right.printed) == (Status.PASSED, 5, words.PASSED, "hello")
    wrong = verdict(Reply(cases=outcomes(1.0, 2.5) + REFUSED))
    assert (wrong.status, wrong.score, wrong.file) == (Status.FAILED, 3.5, "small.py")
    assert "expected 2" in wrong.message and "expected 2" in wrong.aspects[1].message
    secret = verdict(Reply(cases=outcomes(1.0, 2.5) + REFUSED), quote=False)
    assert secret.aspects[1].message == words.NOT_RIGHT and "2.5" not in secret.message
    bare = verdict(Reply(cases=outcomes(1.0, 2.5) + REFUSED), explains=False)
    assert (bare.score, bare.message) == (3.5, "")
    unjudged = verdict(Reply(Status.UNJUDGED, "no"))
    assert (unjudged.status, unjudged.score, unjudged.message) == (Status.UNJUDGED, None, "no")
    late = verdict(Reply(Status.TIMEOUT, "slow"))
    assert (late.status, late.score, late.message, late.loaded) == (Status.TIMEOUT, 0, "slow", True)
    error = {"type": "KeyError", "kinds": ["KeyError"]}
    torn = Reply(Status.ERROR, "own words", error=error)
    assert (verdict(torn).message, verdict(torn).loaded) == ("own words", False)
    assert verdict(torn, quote=False).message == words.not_loaded("small", "small.py", error)
    crowded = {"type": "BlockingIOError", "kinds": ["BlockingIOError", "OSError"], "message": "[Errno 11] secret"}
    forks = Reply(cases=[[{"raised": crowded, "changed": []}]] * 3)
    assert verdict(forks, quote=False).message == f"{ONE_PROCESS}\nsmall raised BlockingIOError."
    assert verdict(forks).message.startswith(f"{ONE_PROCESS}\nsmall(")
    assert verdict(Reply(cases=[[{"no": 1}]] * 3)).status is Status.MALFORMED
    stub = {"type": "NotImplementedError", "function": "small", "kinds": ["NotImplementedError"]}
    stubs = Reply(cases=[[{"raised": stub, "changed": []}]] * 3)
    assert (verdict(stubs).status, verdict(stubs).message) == (
        Status.NOT_STARTED,
        words.not_written("small", "small.py"),
    )


def test_a_reply_without_cases_counts_as_wrong_unless_it_says_why():
    for status, then in ((None, Status.FAILED), (Status.TIMEOUT, Status.TIMEOUT), (Status.ERROR, Status.ERROR)):
        verdict = judge.judge(EXERCISE, KEY, Reply(status, "It took too long."))
        assert (verdict.status, verdict.score, verdict.message) == (then, 0.0, "It took too long.")
        assert verdict.loaded is (status is not Status.ERROR)


ARRAY, LIST = np.ones(2), [1.0, 1.0]


@pytest.mark.parametrize(
    ("expected", "got", "listed"),
    [
        (ARRAY, LIST, True),
        (ARRAY, tuple(LIST), True),
        (ARRAY, ARRAY, False),
        (ARRAY, None, False),
        (np.array(1.0), [1.0], False),
        (LIST, LIST, False),
        ({"a": ARRAY, "b": 1.0}, {"a": LIST, "b": 1.0}, True),
        ({"a": ARRAY, "b": 1.0}, {"a": ARRAY, "b": 1.0}, False),
        ({"a": ARRAY}, {}, False),
        ({"a": ARRAY}, LIST, False),
        ((1.0, ARRAY), (1.0, LIST), True),
        ((1.0, ARRAY), [1.0, LIST], True),
        ([1.0, ARRAY], (1.0, ARRAY), False),
        ([(ARRAY, 1.0)], [(LIST, 1.0)], True),
        ([ARRAY], None, False),
    ],
)
def test_a_list_in_place_of_an_array_is_seen_wherever_it_is(expected, got, listed):
    assert judge._is_list_for_array(expected, got) is listed


def test_lists_in_place_of_arrays_are_told_only_where_nothing_else_makes_them():
    def told(case, expected, got):
        key = Key("small", ("x",), (CASES[0], case), (1.0, expected))
        return judge._tell_lists_for_arrays(key, [Observation(1.0), Observation(got)])

    assert told(CASES[1], ARRAY, LIST) == words.NEEDS_ARRAY
    assert told(CASES[1], (ARRAY, 1.0), (LIST, 1.0)) == words.PART_NEEDS_ARRAY
    assert told(CASES[2], ARRAY, LIST) == told(Case.of(VALUE, 1.0, view="first"), ARRAY, LIST) == ""
    assert told(CASES[1], ARRAY, ARRAY) == ""
