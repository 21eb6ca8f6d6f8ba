"""Is the outcome of a case reduced to what counts, and is what is wrong with it found under the right aspect?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.candidate.wire import Opaque
from autograder.exercise import PURE, Case, Chapter, Unusable
from autograder.judging.compare import Kind
from autograder.judging.observation import (
    Observation,
    Problem,
    ProblemKind,
    Rejected,
    find_problems,
    find_refusal_problem,
    observe,
)

VALUE, REFUSES = "is right", "refuses"


def small(rng):
    """A task."""
    yield from ()


def first_of(answers, calls):
    if not np.size(answers[0]):
        raise Unusable("shape", "an empty array", (0,))
    return (answers[0], len(calls))


def made(aspects=(VALUE, REFUSES, PURE), **options):
    chapter = Chapter("02_small", "small")
    return chapter.exercise(aspects=dict.fromkeys(aspects, 1), hints=("a", "b", "c"), **options)(small)


EXERCISE = made(views={"first": first_of})
PLAIN = made((VALUE, REFUSES))
PARTED = made(("a", "b", PURE), parts=("a", "b"))
YIELDING = made(yields=True)
SCORED = made((VALUE,), scored=lambda answers, calls: (answers[0], f"{len(calls)} calls", "kept"))
ASKED, VIEWED = Case.of(VALUE, 1.0), Case.of(VALUE, 1.0, view="first")
REFUSED = Case.of(REFUSES, -1, raises=ValueError, mentions=(3, "a.b"))
WHOLE = Case.of(None, 1.0)
ERROR = {"type": "KeyError", "kinds": ["KeyError"], "message": "3 a.b"}
RIGHT_ERROR = ERROR | {"type": "Odd", "kinds": ["Odd", "ValueError"]}


def gave(value, changed=(), **more):
    return {"value": value, "changed": list(changed), **more}


@pytest.mark.parametrize(
    ("exercise", "case", "outcomes", "seen"),
    [
        (EXERCISE, ASKED, [gave(2.0)], Observation(2.0)),
        (EXERCISE, ASKED, [gave(2.0, [1, 0], asked=(2, ()))], Observation(2.0, changed=(1, 0), asked=(2, ()))),
        (EXERCISE, ASKED, [gave(1.0, [1]), gave(2.0, [0, 1])], Observation([1.0, 2.0], changed=(1, 0))),
        (EXERCISE, ASKED, [gave(1.0), {"raised": ERROR, "changed": [0]}], Observation(raised=ERROR, changed=(0,))),
        (EXERCISE, ASKED, [{"raised": RIGHT_ERROR, "changed": []}], Observation(raised=RIGHT_ERROR)),
        (EXERCISE, REFUSED, [{"raised": ERROR, "changed": []}], Observation(raised=ERROR)),
        (EXERCISE, REFUSED, [{"raised": RIGHT_ERROR, "changed": []}], Observation(raised=RIGHT_ERROR, refused=True)),
        (EXERCISE, ASKED, [gave([1.0], iterator=True, part=1)], Observation([1.0], iterator=True, part=1)),
        (EXERCISE, ASKED, [gave(1.0), gave([], iterator=True)], Observation([1.0, []], iterator=True)),
        (YIELDING, ASKED, [gave([1.0], iterator=True, part=1)], Observation([1.0])),
        (EXERCISE, VIEWED, [gave(2.0, [0], asked=(1, ()))], Observation((2.0, 1), changed=(0,), asked=(1, ()))),
        (EXERCISE, VIEWED, [gave([2.0], iterator=True)], Observation(([2.0], 1), iterator=True)),
        (
            EXERCISE,
            VIEWED,
            [gave([], [0], iterator=True)],
            Observation(rejected=Rejected("shape", ((0,),), "an empty array"), changed=(0,), iterator=True),
        ),
        (SCORED, ASKED, [gave(0.5, [0])], Observation((0.5, "1 calls"), diagnosis="kept")),
    ],
)
def test_the_outcomes_of_a_case_become_what_is_compared(exercise, case, outcomes, seen):
    assert observe(exercise, case, outcomes) == seen


@pytest.mark.parametrize(
    ("raised", "value", "kind", "told"),
    [
        (RIGHT_ERROR, None, None, None),
        (RIGHT_ERROR | {"message": "a.b -3"}, None, None, None),
        (RIGHT_ERROR | {"message": "a.b"}, None, ProblemKind.NOT_NAMED, 3),
        (RIGHT_ERROR | {"message": "3 axb"}, None, ProblemKind.NOT_NAMED, "a.b"),
        (RIGHT_ERROR | {"message": None}, None, ProblemKind.NOT_NAMED, 3),
        (ERROR, None, ProblemKind.OTHER_ERROR, None),
        ({"message": "3 a.b"}, None, ProblemKind.OTHER_ERROR, None),
        (None, 2.5, ProblemKind.NOT_REFUSED, 2.5),
        (None, Opaque("ValueError"), ProblemKind.ERROR_RETURNED, None),
        (None, Opaque("KeyError"), ProblemKind.NOT_REFUSED, Opaque("KeyError")),
    ],
)
def test_how_bad_input_is_refused_has_a_kind(raised, value, kind, told):
    found = find_refusal_problem(REFUSED, raised, value)
    assert (found and found.kind, found and found.value) == (kind, told)
    assert not found or found.error == (raised if kind in (ProblemKind.OTHER_ERROR, ProblemKind.NOT_NAMED) else None)


def kinds(exercise, case, expected, observation):
    return {name: problem.kind for name, problem in find_problems(exercise, case, expected, observation).items()}


STOPPED, EMPTY = Observation(raised=ERROR), Observation(rejected=Rejected("shape"))
DIFFERS, CHANGED = ProblemKind.DIFFERS, ProblemKind.CHANGED


@pytest.mark.parametrize(
    ("exercise", "case", "expected", "observation", "found"),
    [
        (EXERCISE, ASKED, 2.0, Observation(2.0), {}),
        (EXERCISE, ASKED, 2.0, Observation(2.5), {VALUE: DIFFERS}),
        (EXERCISE, ASKED, 2.0, Observation(2.0, changed=(0,)), {PURE: CHANGED}),
        (EXERCISE, ASKED, 2.0, Observation(2.5, changed=(0,)), {VALUE: DIFFERS, PURE: CHANGED}),
        (PLAIN, ASKED, 2.0, Observation(2.0, changed=(0,)), {VALUE: CHANGED}),
        (PLAIN, ASKED, 2.0, Observation(2.5, changed=(0,)), {VALUE: DIFFERS}),
        (EXERCISE, ASKED, 2.0, STOPPED, {VALUE: ProblemKind.RAISED}),
        (EXERCISE, ASKED, 2.0, EMPTY, {VALUE: ProblemKind.UNUSABLE}),
        (EXERCISE, ASKED, 2.0, Observation(2.0, iterator=True), {VALUE: ProblemKind.ITERATOR}),
        (EXERCISE, REFUSED, None, Observation(raised=RIGHT_ERROR, refused=True), {}),
        (EXERCISE, REFUSED, None, Observation(2.0), {REFUSES: ProblemKind.NOT_REFUSED}),
        (EXERCISE, REFUSED, None, STOPPED, {REFUSES: ProblemKind.OTHER_ERROR}),
        (SCORED, ASKED, None, Observation((1.0, "")), {}),
        (SCORED, ASKED, None, Observation((0.999, "")), {VALUE: ProblemKind.SCORED}),
        (PARTED, WHOLE, (1.0, 2.0), Observation((1.0, 2.0)), {}),
        (PARTED, WHOLE, (1.0, 2.0), Observation([1.0, 2.0]), {}),
        (PARTED, WHOLE, (1.0, 2.0), Observation((1.0, 2.5)), {"b": DIFFERS}),
        (PARTED, WHOLE, (1.0, 2.0), Observation((1.5, 2.5)), {"a": DIFFERS, "b": DIFFERS}),
        (PARTED, WHOLE, (1.0, 2.0), Observation(1.0), dict.fromkeys("ab", ProblemKind.PARTS)),
        (PARTED, WHOLE, (1.0, 2.0), Observation((1.0,)), dict.fromkeys("ab", ProblemKind.PARTS)),
        (PARTED, WHOLE, (1.0, 2.0), STOPPED, dict.fromkeys("ab", ProblemKind.RAISED)),
        (PARTED, WHOLE, (1.0, 2.0), EMPTY, dict.fromkeys("ab", ProblemKind.UNUSABLE)),
        (PARTED, Case.of("b", 1.0), 2.0, Observation(2.5), {"b": DIFFERS}),
    ],
)
def test_what_is_wrong_is_found_under_its_aspect(exercise, case, expected, observation, found):
    assert kinds(exercise, case, expected, observation) == found


@pytest.mark.parametrize(("part", "named"), [(None, ""), (0, "a"), (1, "b"), (2, "")])
def test_an_iterator_is_told_with_the_part_that_it_is(part, named):
    seen = Observation((1.0, 2.0), iterator=True, part=part)
    found = find_problems(PARTED, WHOLE, (1.0, 2.0), seen)
    assert {name: problem.part for name, problem in found.items()} == {"a": named, "b": named}
    assert find_problems(PARTED, Case.of("b", 1.0), 2.0, seen)["b"].part == ""


def test_a_problem_comes_with_its_data():
    differs = find_problems(PARTED, WHOLE, (1.0, 2.0), Observation((1.0, 2.5), changed=(0,)))
    assert differs["b"].part == "b" and differs["b"].difference.kind is Kind.VALUE
    assert differs[PURE] == Problem(CHANGED, changed=(0,))
    parts = find_problems(PARTED, WHOLE, (1.0, 2.0), Observation(1.0))["a"]
    assert (parts.value, parts.parts) == (1.0, ("a", "b"))
    assert find_problems(EXERCISE, ASKED, 2.0, STOPPED)[VALUE].error == ERROR
    assert find_problems(EXERCISE, ASKED, 2.0, EMPTY)[VALUE].rejected == Rejected("shape")
    assert find_problems(SCORED, ASKED, None, Observation((0.5, "half")))[VALUE].value == "half"


def test_a_cases_own_tolerances_count():
    loose = Case.of(VALUE, 1.0, rtol=0.1, atol=0.0)
    assert kinds(EXERCISE, loose, 2.0, Observation(2.1)) == {} and kinds(EXERCISE, loose, 2.0, Observation(2.3)) != {}
    assert kinds(EXERCISE, Case.of(VALUE, 1.0, atol=0.5), 2.0, Observation(2.4)) == {}
    parts = Case.of(None, 1.0, rtol=0.1, atol=0.0)
    assert kinds(PARTED, parts, (1.0, 2.0), Observation((1.0, 2.1))) == {}
    assert kinds(PARTED, Case.of(None, 1.0, atol=0.5), (1.0, 2.0), Observation((1.0, 2.4))) == {}
