"""Is a misconception named where it is proved, and a finding told where it says more?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercise import Case, Chapter
from autograder.judging import judge
from autograder.judging.key import Key, Mistake
from autograder.judging.observation import Observation
from autograder.judging.slips import Slip
from autograder.judging.slips.sentences import tell_slip
from autograder.judging.verdict import Reply
from tests.judging.test_proof import CASES, DOUBLED, EDGE, EXERCISE, REFUSED, RIGHT, SHIFTED, VALUE, key_with, small

REFUSAL = {"raised": REFUSED.raised | {"message": "no"}, "changed": []}
TWICE = "In every case tried, your result is 2 times what was expected."


def verdict_on(key, values, last=REFUSAL, **options):
    outcomes = [[{"value": one, "changed": []}] for one in values]
    return judge.judge(EXERCISE, key, Reply(cases=[*outcomes, [last]]), "own.py", **options)


def said(key, values, **options):
    verdict = verdict_on(key, values, **options)
    return verdict.misconception, verdict.finding


def test_a_proved_misconception_is_named_beside_the_finding():
    key = key_with(doubled=(DOUBLED,))
    assert said(key, DOUBLED) == ("doubled", TWICE)
    assert verdict_on(key, DOUBLED).message.startswith("doubled!\nsmall(0) gave 3; expected 1.5.")
    assert said(key_with(), DOUBLED) == (None, TWICE)
    assert verdict_on(key_with(), DOUBLED).message.startswith(TWICE)


def test_what_prevails_is_described_but_not_named_if_no_finding_holds_everywhere():
    most = (*DOUBLED[:4], 0.875)
    assert said(key_with(nearly=(most,)), DOUBLED) == (None, TWICE)
    key = key_with(nearly=((*DOUBLED[:4], 0.375),))
    fits = "Most wrong cases fit this description. nearly!"
    assert said(key, most) == said(key, most, quote=False) == (None, fits)
    assert verdict_on(key, most).message.startswith(f"{fits}\nsmall(0) gave 3")


@pytest.mark.parametrize(("edge", "name"), [(7.5, "constant"), (9.0, None)])
def test_of_one_number_for_everything_only_the_same_mistake_is_named(edge, name):
    cases = (Case.of(VALUE, 1), Case.of(EDGE, 2), CASES[-1])
    mistake = Mistake("constant", "constant!", (Observation(7.5), Observation(edge), REFUSED))
    key = Key("small", ("x",), cases, (1.5, 7.5, None), (mistake,))
    assert said(key, (7.5, 7.5)) == (name, "Your result is 7.5 in every case.")


def test_a_number_of_the_students_own_is_not_quoted_of_secret_inputs():
    times = tuple(3.217 * one for one in RIGHT)
    assert said(key_with(), times) == (None, "In every case tried, your result is 3.217 times what was expected.")
    assert said(key_with(), times, quote=False) == (None, None)
    assert said(key_with(), DOUBLED, quote=False) == (None, TWICE)
    assert said(key_with(doubled=(DOUBLED,)), DOUBLED, quote=False) == ("doubled", TWICE)


def test_a_secret_case_is_described_in_general_and_another_with_its_numbers():
    shown, secret = (verdict_on(key_with(), SHIFTED, quote=quote) for quote in (True, False))
    assert shown.evidence == "small(0) gave 2.5; expected 1.5."
    assert secret.evidence == "small fails on this point: is right."
    assert [one.message for one in shown.aspects][:2] == ["gave 2.5; expected 1.5", "gave 1.25; expected 0.25"]
    assert [one.message for one in secret.aspects][:2] == ["is not right", "is not right"]
    assert verdict_on(key_with(), SHIFTED, explains=False).message == ""


def test_a_note_on_the_case_is_told():
    case = Case.of(VALUE, 1, note="a negative number")
    key = Key("small", ("x",), (case, CASES[-1]), (1.5, None))
    assert verdict_on(key, (2.0,)).evidence == "small(1) gave 2; expected 1.5. (This case: a negative number.)"
    assert (
        verdict_on(key, (2.0,), quote=False).evidence
        == "small fails on this point: is right. (This case: a negative number.)"
    )


def test_an_error_is_explained_if_nothing_else_is_said():
    error = {"type": "NameError", "kinds": ["NameError"], "message": "", "name": "np", "own": False}
    key = Key("small", ("x",), CASES[:1], (1.5,))

    def message(**more):
        verdict = judge.judge(EXERCISE, key, Reply(cases=[[{"raised": error | more, "changed": []}]]), "own.py")
        return verdict.message.partition("\n")[0]

    assert message() == "NumPy is not imported. Write `import numpy as np` at the top of the file."
    own = {"own": True, "function": "small", "type": "KeyError", "kinds": ["KeyError"]}
    assert message(**own) == "Your function itself raises a KeyError, although the input is valid."
    assert message(**own | {"function": "other"}) == "small(0) raised KeyError."


TABLES = (
    np.array([[1.5, -2.0, 4.0], [3.0, 7.0, -5.0]]),
    np.array([[2.5, 1.0, -3.0], [0.5, -6.0, 2.0]]),
    np.array([[0.5, 9.0, 3.0], [-1.5, 2.0, 8.0]]),
)
FLAT = (np.sin(np.arange(4.0)), np.cos(np.arange(7.0)), np.exp(np.arange(5.0)))
SOMEHOW = (0.7 * TABLES[0] + 0.3, 1.9 * TABLES[1] - 4.1, 1.3 * TABLES[2] + 1.7)


def of_tables(*mistakes):
    cases = tuple(Case.of(VALUE, k) for k in range(3))
    made = tuple(Mistake("known", "known!", (*map(Observation, one), REFUSED)) for one in mistakes)
    return Key("small", ("x",), (*cases, CASES[-1]), (*TABLES, None), made)


def test_the_form_of_an_answer_is_told_if_nothing_else_is():
    assert said(of_tables(), FLAT) == (
        None,
        "In every case tried, your result has one axis; an array with two axes is required.",
    )
    assert said(of_tables(FLAT), FLAT) == ("known", None)


@pytest.mark.parametrize(
    ("answers", "finding", "told"),
    [
        (FLAT, None, True),
        (
            SOMEHOW,
            "In every case tried, your result is what was expected times one number, with another number added",
            True,
        ),
        (tuple(2 * one for one in TABLES), TWICE, False),
    ],
)
def test_a_slip_is_told_where_no_finding_says_much(answers, finding, told, monkeypatch):
    before = said(of_tables(), answers)[1]
    assert finding is None or before.startswith(finding)
    slip = Slip("argument", ("doubled", "x"), np.zeros((0, 3)))
    monkeypatch.setattr(judge, "find_slip", lambda *_: (slip, ()))
    words = tell_slip(slip.kind, slip.what)
    assert said(of_tables(), answers) == (None, words if told else before)
    assert said(of_tables(), answers, quote=False) == (None, before)
    monkeypatch.setattr(judge, "find_slip", lambda *_: (slip, ("a",)))
    assert (said(of_tables(), answers)[1] == tell_slip(slip.kind, slip.what, ("a",))) is told


def test_a_score_is_told_where_there_is_one_and_the_error_where_there_is_none():
    scored = Chapter("02_small", "small").exercise(
        aspects={VALUE: 2}, hints=("a", "b", "c"), scored=lambda answers, calls: (answers[0], "half of it", "weak")
    )(small)
    key = Key("small", ("x",), (Case.of(VALUE, 1, note="the whole set"),), (None,))

    def evidence(outcome, **options):
        return judge.judge(scored, key, Reply(cases=[[outcome | {"changed": []}]]), "own.py", **options).evidence

    half, stopped = {"value": 0.5}, {"raised": {"type": "KeyError", "kinds": ["KeyError"]}}
    assert evidence(half) == evidence(half, quote=False) == "the whole set: half of it"
    assert evidence(stopped) == "small(1) raised KeyError. (This case: the whole set.)"
    assert evidence(stopped, quote=False) == "small raised KeyError. (This case: the whole set.)"
