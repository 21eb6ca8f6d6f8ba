"""Is a misconception named exactly where the answers prove it, and by answers that say enough?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.candidate import wire
from autograder.exercise import PURE, Call, Case, Chapter
from autograder.judging import misconception
from autograder.judging.key import Key, Mistake
from autograder.judging.misconception import find_prevailing, find_proved
from autograder.judging.observation import Observation, Rejected

VALUE, EDGE, REFUSES = "is right", "handles edges", "refuses"


def small(rng):
    """A task."""
    yield from ()


EXERCISE = Chapter("02_small", "small").exercise(
    aspects={VALUE: 2, EDGE: 1, REFUSES: 1, PURE: 1}, hints=("a", "b", "c")
)(small)
CASES = (
    *(Case.of(VALUE, calls=[Call((k,))]) for k in range(3)),
    *(Case.of(EDGE, calls=[Call((k,))]) for k in range(2)),
    Case.of(REFUSES, calls=[Call((9,))], raises=ValueError),
)
RIGHT = (1.5, 2.5, 3.5, 0.25, 0.75)
REFUSED = Observation(raised={"type": "ValueError", "kinds": ["ValueError"]}, refused=True)
STOPPED = Observation(raised={"type": "TypeError", "kinds": ["TypeError"], "message": "x", "own": True})
DOUBLED, SHIFTED = tuple(2 * n for n in RIGHT), tuple(n + 1 for n in RIGHT)


def seen(values, last=REFUSED):
    return [one if isinstance(one, Observation) else Observation(one) for one in (*values, last)]


def key_with(**mistakes):
    made = tuple(Mistake(name, f"{name}!", tuple(seen(*given))) for name, given in mistakes.items())
    return Key("small", ("x",), CASES, (*RIGHT, None), made)


def find_any(*answers):
    prevailing = find_prevailing(*answers)
    return find_proved(*answers) or (prevailing and prevailing[0])


def named(key, values, last=REFUSED, find=find_any):
    found = find(EXERCISE, key, seen(values, last))
    return found and found.name


def test_the_same_answers_everywhere_prove_it_and_right_ones_prove_nothing():
    key = key_with(doubled=(DOUBLED,), shifted=(SHIFTED,))
    assert named(key, DOUBLED) == "doubled" and named(key, SHIFTED) == "shifted"
    assert named(key, RIGHT) is None
    assert named(key, (9.5, 8.5, 7.5, 0.25, 0.75)) is None


def test_the_values_that_fail_decide():
    key = key_with(doubled=((*DOUBLED[:3], 0.25, 0.75),))
    assert named(key, (*DOUBLED[:3], 0.25, 0.75), Observation(4.0), find_proved) == "doubled", "it does not refuse, too"
    both = key_with(doubled=((*DOUBLED[:3], 0.25, 0.75),), again=((*DOUBLED[:3], 0.25, 0.75),))
    assert named(both, (*DOUBLED[:3], 0.25, 0.75), Observation(4.0), find_proved) is None, "two give the same"
    assert named(key_with(doubled=(DOUBLED,)), (*DOUBLED[:3], 0.25, 0.75), REFUSED, find_proved) is None


def test_if_all_values_are_right_the_refusals_decide():
    key = key_with(careless=(RIGHT, Observation(wire.Opaque("Thing"))))
    assert named(key, RIGHT, Observation(wire.Opaque("Thing"))) == "careless"
    assert named(key, RIGHT, Observation(wire.Opaque("Other"))) is None
    assert named(key, RIGHT, STOPPED) is None


def test_one_prevails_that_explains_three_quarters_of_the_wrong_cases_and_one_aspect():
    key = key_with(doubled=(DOUBLED,))
    most = (*DOUBLED[:4], 0.875)
    assert named(key, most, find=find_proved) is None
    assert named(key, most) == "doubled"
    assert named(key, (*DOUBLED[:3], 0.875, 0.125)) is None, "three of five"
    assert named(key, (9.0, *DOUBLED[1:])) == "doubled", "the edges are explained entirely"
    assert named(key, (9.0, *DOUBLED[1:4], 9.0)) is None
    two = key_with(doubled=(DOUBLED,), also=((*DOUBLED[:4], 7.5),))
    assert named(two, most) is None, "two explain as many"


def test_what_prevails_may_explain_every_wrong_case():
    key = key_with(doubled=(DOUBLED,))
    assert find_prevailing(EXERCISE, key, seen((*DOUBLED[:3], 0.25, 1.5)))[1]
    assert not find_prevailing(EXERCISE, key, seen((*DOUBLED[:4], 0.875)))[1]


def test_whoever_prevails_fails_nothing_that_is_right():
    key = key_with(doubled=(DOUBLED,))
    assert find_prevailing(EXERCISE, key, seen((*DOUBLED[:3], 0.25, 0.75))) is None


def test_three_quarters_are_enough_and_what_is_right_counts_against_it():
    key = key_with(doubled=((*DOUBLED[:4], 0.75),), shifted=(SHIFTED,))
    assert named(key, (*DOUBLED[:3], 0.875, 0.75)) == "doubled", "three of four"
    key = key_with(doubled=(DOUBLED,))
    assert named(key, (DOUBLED[0], *RIGHT[1:3], *DOUBLED[3:])) is None, "three of five"


def test_of_two_with_the_same_values_the_one_that_is_the_same_everywhere_is_named():
    values = (*DOUBLED[:3], 0.25, 0.75)
    key = key_with(other=(values, Observation(4.0)), same=(values,))
    assert named(key, values, REFUSED, find_proved) == "same"
    assert named(key_with(ones=((1.5,) * 5,)), (1.5,) * 5) is None, "that says too little"


CHANGING = (*DOUBLED[:3], Observation(0.25, changed=(0,)), 0.75)
"""As doubled, beside a changed input, so that it is not the same everywhere."""


def test_a_changed_input_hides_no_misconception():
    key = key_with(doubled=((*DOUBLED[:3], 0.25, 0.75),))
    assert named(key, CHANGING, REFUSED, find_proved) == "doubled"
    careless = key_with(careless=(RIGHT, Observation(wire.Opaque("Thing"))))
    changing = (*RIGHT[:3], Observation(0.25, changed=(0,)), 0.75)
    assert named(careless, changing, Observation(wire.Opaque("Thing")), find_proved) == "careless"


def test_only_cases_with_a_value_can_be_wrong():
    key = key_with()
    assert misconception._wrong_cases(EXERCISE, key, seen((9.0, *RIGHT[1:4], 9.0), Observation(4.0))) == {0, 4}
    assert misconception._wrong_cases(EXERCISE, key, seen(RIGHT)) == set()


PARTED = Chapter("02_small", "small").exercise(
    aspects={"a": 1, "b": 1, REFUSES: 1}, parts=("a", "b"), hints=("a", "b", "c")
)(small)


def test_the_part_that_is_wrong_decides():
    cases = (*(Case.of(None, k) for k in range(3)), Case.of("b", 3))
    good = ((1.5, 2.5), (3.5, 4.5), (5.5, 6.5), 7.5)
    wrong = ((1.5, 5.0), (3.5, 9.0), (5.5, 13.0), 15.0)
    made = Mistake("doubled", "doubled!", tuple(map(Observation, (*wrong[:3], 15.0))))
    other = Mistake("other", "other!", tuple(map(Observation, ((1.5, 5.0), (3.5, 9.0), (5.5, 13.0), 8.0))))
    key = Key("small", ("x",), cases, good, (other, made))
    theirs = [Observation([1.5, 5.0], iterator=False), *map(Observation, wrong[1:])]
    assert find_proved(PARTED, key, theirs).name == "doubled"
    in_a_list = [Observation(one.value, changed=(k,)) for k, one in enumerate(theirs)]
    assert find_proved(PARTED, key, in_a_list) is None, "changed inputs have no aspect of their own here"
    assert find_proved(PARTED, key, list(map(Observation, ((9.0, 5.0), (9.5, 9.0), (8.0, 13.0), 15.0)))) is None


RANDOM = Case.of(REFUSES, wire.Rng(1), raises=ValueError)


@pytest.mark.parametrize(
    ("exercise", "case", "observation", "aspect", "narrowed"),
    [
        (EXERCISE, CASES[0], Observation(1.5, changed=(0,)), VALUE, Observation(1.5)),
        (PARTED, Case.of("b", 1), Observation(1.5, changed=(0,)), "b", Observation(1.5, changed=(0,))),
        (PARTED, Case.of(None, 1), Observation((1.5, 2.5)), "a", Observation(1.5)),
        (PARTED, Case.of(None, 1), Observation([1.5, 2.5]), "b", Observation(2.5)),
        (PARTED, Case.of(None, 1), Observation((1.5, 2.5, 3.5)), "b", Observation((1.5, 2.5, 3.5))),
        (PARTED, Case.of(None, 1), Observation(1.5), "b", Observation(1.5)),
        (PARTED, Case.of("b", 1), Observation([1.5, 2.5]), "b", Observation([1.5, 2.5])),
        (PARTED, Case.of(None, wire.Rng(1)), Observation((1.5, 2.5)), "a", Observation(1.5)),
        (PARTED, CASES[-1], Observation(1.5), REFUSES, Observation(1.5)),
        (PARTED, RANDOM, Observation(1.5), REFUSES, Observation("something")),
        (PARTED, RANDOM, Observation(None), REFUSES, Observation("nothing")),
        (PARTED, RANDOM, Observation(wire.Opaque("Thing")), REFUSES, Observation("Thing")),
        (PARTED, RANDOM, STOPPED, REFUSES, STOPPED),
        (
            PARTED,
            Case.of(REFUSES, 1, rng=wire.Rng(1), raises=ValueError),
            Observation(1.5, rejected=Rejected("shape")),
            REFUSES,
            Observation("something"),
        ),
    ],
)
def test_an_observation_is_narrowed_to_what_decides_an_aspect(exercise, case, observation, aspect, narrowed):
    assert misconception._narrow(exercise, case, observation, aspect) == narrowed


@pytest.mark.parametrize(
    ("values", "tells"),
    [
        ((1.5, 2.5), True),
        ((1.5, 1.5), False),
        ((1.5,), True),
        ((True, True), False),
        ((True, False), True),
        (([1.5], [1.5]), True),
        ((1.5, [1.5]), True),
        ((STOPPED, STOPPED), False),
        ((STOPPED, 1.5), True),
        ((STOPPED, 1.0), False),
        ((STOPPED, None), False),
        ((STOPPED, "text"), False),
        ((STOPPED, [1.5, 2.0]), True),
        ((STOPPED, {"a": 1.5}), True),
        ((STOPPED, wire.Opaque("Thing")), True),
        ((Observation(rejected=Rejected("shape")), 1.5, 1.5), True),
        ((STOPPED, np.array([1.0, 0.0])), False),
        ((), True),
    ],
)
def test_answers_that_many_programs_give_tell_nothing(values, tells):
    cases = CASES[: len(values)]
    assert misconception._tells(cases, seen(values)[:-1]) is tells


def test_an_error_of_a_telling_kind_tells():
    named = Observation(raised={"type": "NameError", "kinds": ["NameError"], "name": "y"})
    assert misconception._tells(CASES[:2], [named, named])
    assert not misconception._tells(CASES[:2], [STOPPED, named])


@pytest.mark.parametrize(
    ("exercise", "case", "aspect", "decides"),
    [
        (PARTED, Case.of(None, 1), "a", True),
        (PARTED, Case.of(None, 1), REFUSES, False),
        (PARTED, Case.of("b", 1), "a", False),
        (EXERCISE, Case.of(None, 1), VALUE, False),
    ],
)
def test_a_whole_answer_decides_all_its_parts(exercise, case, aspect, decides):
    assert misconception._decides(exercise, case, aspect) is decides


def test_a_misconception_about_a_part_gives_that_part_of_whole_answers_too():
    key = Key("small", ("x",), (Case.of(None, 0), Case.of(None, 1), Case.of("b", 3)), ((1.5, 2.5), (3.5, 4.5), 7.5))
    wrong = ((1.5, 5.0), (3.5, 9.0), 15.0)
    for whole, name in (((3.5, 9.0), "doubled"), ((3.5, 8.0), None)):
        made = Mistake("doubled", "doubled!", tuple(map(Observation, (wrong[0], whole, wrong[2]))))
        key = Key("small", ("x",), key.cases, key.expected, (made,))
        found = find_proved(PARTED, key, list(map(Observation, wrong)))
        assert (found and found.name) == name
