"""Is each expected array paired with what came back for it, under its name, and is what cannot be paired left out?"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from autograder.exercise import Call, Case
from autograder.judging.findings import samples
from autograder.judging.findings.samples import Label, collect_samples, find_unanswered
from autograder.judging.key import Key
from autograder.judging.observation import Observation, Rejected
from tests.support.samples import sample

A, B, C, D = (np.array([k, k + 0.5]) for k in range(1, 5))
WHOLE = SimpleNamespace(parts=())
PARTED = SimpleNamespace(parts=("a", "b"))
REFUSES = Case.of("refuses", 0, raises=ValueError)


def collect(exercise, expected, got, cases=None, raw=None):
    """Return the samples of one case for each expected value; what came back is what a view made of it."""
    cases = cases or [Case.of("is right" if not exercise.parts else None, x, 2) for x, _ in enumerate(expected)]
    observed = [one if isinstance(one, Observation) else Observation(one) for one in got]
    outcomes = [[{"value": one}] for one in (raw or [one.value for one in observed])]
    key = Key("own", ("x", "n"), tuple(cases), tuple(expected))
    return collect_samples(exercise, key, observed, outcomes)


def told(found):
    return [(one.index, one.label, one.expected.tolist(), one.value, one.right) for one in found]


@pytest.mark.parametrize(
    ("exercise", "expected", "got", "found"),
    [
        (WHOLE, 2.0, 3.0, [(Label(), 2.0, 3.0, False)]),
        (WHOLE, True, True, [(Label(), True, True, True)]),
        (WHOLE, [1.0, 2.0], [1.0, 2.0], [(Label(), [1.0, 2.0], [1.0, 2.0], True)]),
        (WHOLE, None, 3.0, []),
        (WHOLE, "text", "text", []),
        (WHOLE, [2.0, None], [3.0, 4.0], [(Label(), 2.0, 3.0, False)]),
        (
            WHOLE,
            [(2.0, None), (4.0, None)],
            [(2.0, 1), (5.0, 1)],
            [(Label("", 0), 2.0, 2.0, True), (Label("", 0), 4.0, 5.0, False)],
        ),
        (PARTED, (2.0, [3.0, None]), [2.0, [4.0, 1]], [(Label("a"), 2.0, 2.0, True), (Label("b"), 3.0, 4.0, False)]),
        (
            WHOLE,
            ([1.0, 2.0], [3.0, None]),
            ([1.0, 2.0], [4.0, 1]),
            [(Label("", 0), [1.0, 2.0], [1.0, 2.0], True), (Label(), 3.0, 4.0, False)],
        ),
        (
            PARTED,
            (2.0, [(3.0, None)]),
            (2.0, [(4.0, 1)]),
            [(Label("a"), 2.0, 2.0, True), (Label("b", 0), 3.0, 4.0, False)],
        ),
    ],
)
def test_an_answer_is_taken_apart_with_its_names(exercise, expected, got, found):
    assert told(collect(exercise, [expected], [got])) == [(0, *one) for one in found]


def test_an_answer_of_another_structure_ends_the_comparison():
    assert collect(WHOLE, [[A, B]], [[A]]) is None and collect(WHOLE, [[A, B]], [3.0]) is None
    assert collect(PARTED, [(A, B)], [(A, B, C)]) is None and collect(WHOLE, [[(A, B)]], [[A]]) is None


def test_cases_without_an_answer_are_left_out_and_known():
    stopped, rejected = Observation(raised={"type": "KeyError"}), Observation(rejected=Rejected("shape"))
    iterator = Observation(A, iterator=True)
    cases = [*(Case.of("is right", k) for k in range(5)), REFUSES]
    got = [A, stopped, rejected, iterator, {"a": 1}, B]
    found = collect(WHOLE, [A, A, A, A, {"a": 2}, None], got, cases)
    assert [one.index for one in found] == [0]
    key = Key("own", ("x",), tuple(cases), (A,) * 6)
    observed = [one if isinstance(one, Observation) else Observation(one) for one in got]
    assert find_unanswered(key, observed) == [1, 2, 3]
    assert find_unanswered(key, [Observation(A)] * 5 + [stopped]) == []


def test_a_sample_knows_its_call_and_what_lies_at_its_place():
    pairs = [(A, 1.0), (B, 2.0)]
    case = Case.of("is right", calls=[Call((pairs, A), {"other": A.astype(int), "short": [A]})])
    key = Key("own", ("layers", "x"), (case,), ([(C, 3.0), (D, 4.0)],))
    found = collect_samples(WHOLE, key, [Observation([(C, 3.0), (D, 4.0)])], [[{"value": None}]])
    assert [one.label for one in found] == [Label("", 0), Label("", 1)] * 2
    assert set(found[0].arguments) == {"layers", "x", "other", "short"}
    assert [[name for name, _ in one.bases] for one in found] == [["layers"], [], ["layers"], []]
    assert (found[2].bases[0][1] == B).all()
    key = Key("own", ("layers", "x"), (case,), (C,))
    (whole,) = collect_samples(WHOLE, key, [Observation(D)], [[{"value": D}]])
    assert [name for name, _ in whole.bases] == ["x", "other"] and whole.bases[1][1].dtype == float
    key = Key("own", ("layers", "x"), (Case.of(None, pairs, A),), ((C, D),))
    first, second = collect_samples(PARTED, key, [Observation((C, D))], [[{"value": None}]])
    assert [name for name, _ in first.bases] == ["x"] == [name for name, _ in second.bases]


def test_what_a_view_made_equal_is_left_out_or_looked_at_as_it_came():
    viewed = [Case.of("is right", 0, view="first")]
    assert told(collect(WHOLE, [2.0], [2.0], viewed, [2.0])) == [(0, Label(), 2.0, 2.0, True)]
    (altered,) = collect(WHOLE, [2.0], [2.0], viewed, [3.0])
    assert (altered.value, altered.right, altered.altered) == (3.0, True, True)
    (wrong,) = collect(WHOLE, [2.0], [5.0], viewed, [3.0])
    assert (wrong.value, wrong.right, wrong.altered) == (5.0, False, False)
    assert collect(WHOLE, [A], [A], viewed, [B]) == [] and collect(WHOLE, [2.0], [2.0], viewed, ["x"]) == []
    assert collect(WHOLE, [[2.0, None]], [[2.0, 1]], viewed, [3.0]) == []
    plain = [Case.of("is right", 0)]
    assert [one.altered for one in collect(WHOLE, [2.0], [2.0], plain, [3.0])] == [False]


def test_a_cases_tolerances_decide_what_is_right():
    loose = [Case.of("is right", 0, rtol=0.1, atol=0.0)]
    (near,), (far,) = (collect(WHOLE, [A], [A * factor], loose) for factor in (1.05, 1.2))
    assert near.right and not far.right
    assert not near.wrong_entries.any() and far.wrong_entries.all()
    absolute = [Case.of("is right", 0, atol=0.5)]
    assert collect(WHOLE, [A], [A + 0.4], absolute)[0].right and not collect(WHOLE, [A], [A + 0.6], absolute)[0].right


def test_what_has_another_shape_or_is_no_number_has_no_wrong_entries():
    assert sample(A, B).wrong_entries.all() and sample(A, np.ones(3)).wrong_entries is None
    assert sample(A, "text").wrong_entries is None and sample(A, "text").got is None
    assert sample(A, A + 0j).wrong_entries is None
    single = A.astype(np.float32)
    assert not sample(single, single * (1 + 1e-4)).wrong_entries.any() and sample(A, A * (1 + 1e-4)).wrong_entries.all()
    large = np.zeros(samples.MAX_ENTRIES)
    assert sample(large, large).got is not None and sample(large, np.append(large, 0)).got is None
    assert not sample(A, B).equals(np.array(["a", "b"])) and not sample(A, "text").equals(A)
    assert sample(A, B).equals(B) and not sample(A, B).equals(B[:1])


def test_the_lists_in_what_a_view_made_are_compared_if_their_length_varies():
    wanted = [{"sizes": [4, 4, 1], "shape": [2, 3], "all": True}, {"sizes": [6], "shape": [3, 2], "all": True}]
    given = [{"sizes": [4, 4], "shape": [3, 2], "all": False}, {"sizes": [6], "shape": [2, 3], "all": True}]
    sizes = Label(view="sizes")
    assert told(collect(WHOLE, wanted, given)) == [
        (0, sizes, [4, 4, 1], [4, 4], False),
        (1, sizes, [6], [6], True),
    ]
    assert collect(WHOLE, wanted[:1], given[:1]) == collect(WHOLE, wanted, [3.0, {}]) == []
