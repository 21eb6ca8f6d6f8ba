"""Does a key hold everything that judging needs, and is it the same after being written and read?"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.candidate import wire
from autograder.exercise import Call, Case, Chapter
from autograder.exercises import EXERCISES
from autograder.judging import key as keys
from autograder.judging.key import Key, Mistake
from autograder.judging.observation import Observation, ProblemKind, Rejected, agree
from autograder.judging.reference import BrokenReference, Misconception
from autograder.judging.related import Related
from tests.support.judged import key_of

CASE = Case.of("is right", calls=[Call((np.arange(3.0), wire.Rng(3)), {"rate": 0.5})], note="small")
SEEN = (
    Observation(2.5, changed=(0,)),
    Observation(raised={"type": "KeyError", "kind": None}),
    Observation(rejected=Rejected("shape", (2, 3))),
    Observation(1, iterator=True, part=0),
    Observation((1.0, ""), diagnosis="kept"),
)


def test_a_key_is_read_as_it_was_written():
    made = Key(
        "small",
        ("x", "rng", "rate"),
        (CASE,) * 5,
        (1.0, None, (2.0, "a"), [3.0], {"b": 4}),
        (Mistake("wrong", "Why it is wrong.", SEEN),),
        (Related("square(x)", "half", (1.0, None, 2.0, 3.0, 4.0)),),
        ((), (3, ((2, 2),)), (), (), ()),
        "def small(): ...",
    )
    read = keys.unpack(keys.pack([made, replace(made, exercise="other")]))
    assert list(read) == ["small", "other"]
    again = read["small"]
    assert (again.exercise, again.arguments, again.expected, again.stub) == (
        *("small", ("x", "rng", "rate"), made.expected, made.stub),
    )
    assert again.related == made.related and again.asked == made.asked
    (mistake,) = again.mistakes
    assert (mistake.name, mistake.advice, mistake.observations) == ("wrong", "Why it is wrong.", SEEN)
    (call,) = again.cases[0].calls
    assert (call.args[0] == np.arange(3.0)).all() and call.args[1] == wire.Rng(3) and dict(call.kwargs) == {"rate": 0.5}
    assert (again.cases[0].aspect, again.cases[0].note) == ("is right", "small")


def test_an_observation_is_written_without_what_it_does_not_say():
    assert keys._packed_observation(Observation()) == {}
    assert keys._packed_observation(Observation(2.5)) == {"value": 2.5}
    assert keys._packed_observation(SEEN[2]) == {"rejected": ("shape", (2, 3))}


def test_only_what_identifies_an_answer_is_kept():
    told = {"type": "NameError", "kinds": ["NameError"], "message": "name 'y' is not defined", "name": "y"}
    assert keys._strip(Observation(raised=told)).raised == {"type": "NameError", "kind": "name"}
    assert keys._strip(Observation(rejected=Rejected("shape", (2,), "words"))).rejected == Rejected("shape", (2,), "")
    assert keys._strip(Observation((0.93, "93%"), diagnosis="kept")).value == (0.0, "")
    assert keys._strip(Observation((1.0, "100%"), diagnosis="kept")).value == (1.0, "")
    assert keys._strip(Observation(2.5, asked=(3, ()))) == Observation(2.5)


def test_the_cases_of_a_secret_seed_are_in_another_order_and_the_public_ones_as_they_are_written():
    public, one, again, other = (key_of("relu", seed) for seed in (keys.PUBLIC_SEED, 5, 5, 6))
    written = [case.note for case in EXERCISES["relu"].cases(keys.PUBLIC_SEED)]
    assert [case.note for case in public.cases] == written
    orders = [[case.note for case in made.cases] for made in (one, other)]
    assert all(sorted(order) == sorted(written) for order in orders)
    assert orders[0] != orders[1] or orders[0] != written
    assert [case.note for case in again.cases] == orders[0]
    assert public.arguments == ("x",) and public.stub == ""


def test_a_missing_key_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "KEYS", tmp_path)
    with pytest.raises(RuntimeError, match=r"absent\.key is missing; `weightlab release` writes it"):
        keys.public_keys.__wrapped__("absent")


def stopped(kind, **more):
    return Observation(raised={"type": kind, "kinds": [kind], **more})


LAW = "the standard deviation, in multiples of the required one"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Observation(2.0), Observation(2.0 + 1e-9), True),
        (Observation(2.0), Observation(2.1), False),
        (Observation(2.0), Observation(2.0, changed=(0,)), False),
        (Observation(2.0), Observation(2.0, iterator=True), False),
        (Observation(2.0), stopped("KeyError"), False),
        (stopped("KeyError"), stopped("KeyError"), True),
        (stopped("KeyError"), stopped("IndexError"), False),
        (stopped("ValueError"), replace(stopped("ValueError"), refused=True), False),
        (stopped("NameError"), stopped("NameError", own=True), False),
        (Observation(rejected=Rejected("shape", (2,))), Observation(rejected=Rejected("shape", (2,), "x")), True),
        (Observation(rejected=Rejected("shape", (2,))), Observation(rejected=Rejected("shape", (3,))), False),
        (Observation(rejected=Rejected("shape")), Observation(rejected=Rejected("type")), False),
        (Observation(rejected=Rejected("shape")), Observation(2.0), False),
        (Observation(rejected=Rejected("shape")), Observation(None), False),
        (Observation((0.5, ""), diagnosis="kept"), Observation((0.5, "")), False),
        (Observation((0.5, ""), diagnosis="kept"), Observation((0.6, ""), diagnosis="kept"), True),
        (Observation((0.5, ""), diagnosis="kept"), Observation((0.5, ""), diagnosis="lost"), False),
        (Observation({LAW: 0.001}), Observation({LAW: 0.00101}), True),
        (Observation({LAW: 0.001}), Observation({LAW: 0.00103}), False),
        (Observation({"a": {LAW: 0.001}}), Observation({"a": {LAW: 0.00103}}), False),
        (Observation({LAW: np.nan}), Observation({LAW: np.nan}), True),
    ],
)
def test_two_answers_are_the_same_if_a_judge_sees_no_difference(one, other, same):
    asked = replace(CASE, rtol=0.02, atol=0.03) if isinstance(one.value, dict) else CASE
    assert agree(asked, one, other) is same and agree(asked, other, one) is same


VALUE = Case.of("is right", 2.0, note="two")
REFUSES = Case.of("refuses", -1.0, raises=ValueError)


def small(rng):
    """A task."""
    yield VALUE
    yield REFUSES


SMALL = Chapter("02_small", "small").exercise(aspects={"is right": 1, "refuses": 1}, hints=("a", "b", "c"))(small)


def doubled(x):
    if x < 0:
        raise ValueError("negative")
    return 2 * x


def misconception(name, function, general=False):
    return Misconception(name, "small", f"{name}!", function, general)


@pytest.fixture
def made_with(monkeypatch):
    """Make the key of a small exercise from a reference and misconceptions of the test's own."""

    def made_with(function, *wrong):
        monkeypatch.setattr(keys.reference, "module", lambda _: SimpleNamespace(small=function))
        monkeypatch.setattr(keys.reference, "misconceptions", lambda _: {"small": list(wrong)})
        return keys.make_key(SMALL, keys.PUBLIC_SEED)

    return made_with


def change(x):
    x = 0 if x < 0 else x
    raise KeyError("other")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: 2 * x, "small returned the number -2; expected a ValueError (its case: refuses)."),
        (change, "small raised KeyError: 'other'"),
        (lambda x: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_reference_that_breaks_a_rule_is_told_with_its_case(made_with, function, words):
    with pytest.raises(BrokenReference) as caught:
        made_with(function)
    assert str(caught.value).startswith("solutions/weightlab/small.py: small ") and words in str(caught.value)


def test_what_a_reference_may_not_do_is_found():
    fault = keys._find_fault
    refused = {"type": "ValueError", "kinds": ["ValueError"]}
    assert fault(VALUE, Observation(2.0)) is fault(REFUSES, Observation(raised=refused)) is None
    for observation, kind in (
        (Observation(raised=refused), ProblemKind.RAISED),
        (Observation(rejected=Rejected("shape")), ProblemKind.UNUSABLE),
        (Observation(2.0, changed=(0,)), ProblemKind.CHANGED),
    ):
        assert fault(VALUE, observation).kind is kind
    assert fault(REFUSES, Observation(2.0)).kind is ProblemKind.NOT_REFUSED


def test_one_of_a_family_is_left_out_if_it_is_right_or_another_says_the_same(made_with):
    tripled = misconception("tripled", lambda x: 3 * x)
    key = made_with(
        doubled,
        tripled,
        misconception("tripled_again", lambda x: 3 * x),
        misconception("family_right", doubled, general=True),
        misconception("family_the_same", lambda x: 3 * x, general=True),
        misconception("family_own", lambda x: 4 * x, general=True),
        misconception("family_refusing", lambda x: 1.5 * doubled(x), general=True),
    )
    names = ["tripled", "tripled_again", "family_own", "family_refusing"]
    assert [one.name for one in key.mistakes] == names, "what is wrong in some cases is wrong"
    assert key.mistakes[0].advice == "tripled!" and key.mistakes[0].observations[0] == Observation(6.0)
    assert (key.arguments, key.expected, key.exercise) == (("x",), (4.0, None), "small")
