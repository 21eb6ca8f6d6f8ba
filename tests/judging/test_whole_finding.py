"""Is what answers show told only as far as it goes: of all cases or some, of a part or the whole, and if proved?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.exercise import Case
from autograder.judging import findings
from autograder.judging.findings import sentences
from autograder.judging.findings.common import agrees, compare_all
from autograder.judging.findings.order import VAGUE
from autograder.judging.findings.proof import is_proved, is_rich
from autograder.judging.findings.samples import Label
from autograder.judging.findings.scales import SizeWords
from autograder.judging.key import Key
from tests.support.samples import KEY, sample

X = np.array([[1.5, -2.0, 4.0], [3.0, 7.0, -5.0]])
Y = np.array([[2.5, 1.0, -3.0], [0.5, -6.0, 2.0]])
SMALL = np.array([1.5, -2.0, 4.0])


def key_of(count, refused=0):
    cases = [Case.of("is right", k) for k in range(count)]
    cases += [Case.of("refuses", k, raises=ValueError) for k in range(refused)]
    return Key("own", ("x",), tuple(cases), (0.0,) * count + (None,) * refused)


def numbered(*samples):
    return [replace(one, index=k) for k, one in enumerate(samples)]


ROWS = SizeWords("the number of rows of `x`", "the number of rows of `x`")


def right(expected, **arguments):
    return sample(expected, expected, right=True, **arguments)


@pytest.mark.parametrize(
    ("relation", "expected", "arguments", "holds"),
    [
        (("times", "2"), np.zeros(3), {}, True),
        (("divided by", "2"), np.zeros(3), {}, True),
        (("times number", "3.3"), np.zeros(3), {}, True),
        (("off by", "1", "more"), np.zeros(3), {}, False),
        (("times", "2"), SMALL, {}, False),
        (("times", ROWS), SMALL, {"x": X[:1]}, True),
        (("times", ROWS), SMALL, {"x": X}, False),
        (("times", ROWS), SMALL, {"x": SMALL}, True),
        (("divided by", ROWS), SMALL, {"x": X}, False),
        (("sum of all",), np.array([4.0]), {}, True),
        (("mean of all",), np.array(4.0), {}, True),
        (("largest of all",), np.array([[4.0]]), {}, True),
        (("sum of all",), np.array([4.0, 5.0]), {}, False),
        (("without the last", 0, 1), np.array([4.0]), {}, False),
        (("flipped", 0, 1), np.array([4.0]), {}, True),
        (("never above", "4"), SMALL, {}, True),
        (("never above", "3.9"), SMALL, {}, False),
        (("never above", "9"), SMALL, {}, True),
        (("never below", "-2"), SMALL, {}, True),
        (("never below", "-1.9"), SMALL, {}, False),
        (("never below", "-9"), SMALL, {}, True),
        (("input", "`x`"), SMALL, {"x": SMALL}, True),
        (("input", "`x`"), SMALL, {"x": -SMALL}, False),
        (("flipped", 0, 2), X[:1], {}, True),
        (("flipped", 1, 2), X[:1], {}, False),
        (("flipped", 0, 2), X, {}, False),
        (("flipped", 0, 1), np.array([[4.0, 5.0]]), {}, False),
    ],
)
def test_a_relation_agrees_with_what_is_right_if_it_holds_or_says_nothing_there(relation, expected, arguments, holds):
    assert bool(agrees(KEY, right(expected, **arguments), relation)) is holds


def test_a_wrong_change_agrees_with_a_case_that_needs_none():
    for base, holds in ((SMALL, True), (SMALL + 1, False)):
        one = right(SMALL, x=base)
        one = replace(one, bases=(("x", base),))
        assert agrees(KEY, one, ("change negated", "`x`")) is holds
        assert agrees(KEY, one, ("negated", "`x`")) is False


@pytest.mark.parametrize(
    ("samples", "rich"),
    [
        ([np.arange(4.0)], True),
        ([np.arange(3.0)], False),
        ([np.arange(3.0), np.arange(3.0)], False),
        ([np.arange(2.0), np.arange(2.0) + 1], True),
        ([np.array(1.0), np.arange(4.0)], True),
    ],
)
def test_few_equal_numbers_are_not_rich(samples, rich):
    assert is_rich([sample(one, one) for one in samples]) is rich


def test_relations_that_hold_by_chance_need_more():
    lines = ("lines scaled and shifted", 0, 2)
    assert is_proved([sample(X, 2 * X)], lines) and not is_proved([sample(X.T, 2 * X.T)], lines)
    assert is_proved([sample(X.T, 2 * X.T)], ("lines scaled and shifted", 1, 2))
    assert not is_proved([sample(SMALL, SMALL)], lines)
    assert is_proved([sample(np.array(1.0), 2.0), sample(SMALL, SMALL)], ("all different",))
    assert is_proved([sample(np.ones(2), np.zeros(2))], ("all different",))
    assert not is_proved([sample(np.array(1.0), 2.0)], ("all different",))
    low = ("never below", "0")
    assert is_proved([sample(X, np.maximum(X, 0))], ("square",))
    assert not is_proved([sample(X, np.maximum(X, 0))], low)
    assert is_proved([sample(X, np.maximum(X, 0)), sample(Y, np.maximum(Y, 0))], low)
    assert is_proved([sample(X, SMALL)], low), "another shape is wrong everywhere"


def test_the_items_of_one_list_are_called_items():
    one, two = numbered(sample(X, Y), sample(Y, X))
    again = replace(two, index=0)
    assert findings._are_items([one, again]) and not findings._are_items([one, two])
    assert not findings._are_items([one, replace(again, label=Label("other"))])
    pairs = [replace(each, label=Label("", 0)) for each in (one, again)]
    assert not findings._are_items(pairs)


def general(samples, unanswered=(), key=None, subject="your result", **options):
    count = len({one.index for one in samples}) + len(unanswered)
    found = findings._find_general(key or key_of(count), samples, subject, list(unanswered), {}, **options)
    return found and found.words


TWICE = numbered(sample(X, 2 * X), sample(Y, 2 * Y))
THRICE = numbered(sample(X, 2 * X), sample(Y, 2 * Y), sample(X + 1, 2 * X + 2))
FINITE = numbered(sample(X, 2 * X), sample(Y, np.where(Y > 0, 2 * Y, np.nan)))


def test_what_holds_in_every_case_is_told_of_every_case():
    assert general(THRICE) == "In every case tried, your result is 2 times what was expected."
    answered = "In every case tried in which a result came back, it is 2 times what was expected."
    assert general(THRICE, [3]) == general(THRICE, [3], key_of(4, refused=1)) == answered
    assert general(THRICE, [], key_of(4)) == "In every wrong case tried, your result is 2 times what was expected."
    assert general(THRICE, [], key_of(3, refused=1)) == "In every case tried, your result is 2 times what was expected."
    assert general(THRICE, subject="your `a`") == "In every case tried, your `a` is 2 times what was expected."
    assert general(THRICE, [3], subject="your `a`") == (
        "In every case tried in which a result came back, your `a` is 2 times what was expected."
    )
    items = [*THRICE, replace(THRICE[0], index=1)]
    assert general(items, subject="your `a`") == (
        "In every case tried, each item of your `a` is 2 times what was expected."
    )


def test_a_right_case_must_agree():
    zero = replace(right(np.zeros((2, 3))), index=2)
    other = replace(right(X), index=2)
    assert general([*TWICE, zero]) == "In every case tried, your result is 2 times what was expected."
    assert general([*TWICE, other]) is None


def test_what_holds_of_finite_answers_is_told_of_them():
    infinite = replace(sample(Y, Y * np.nan), index=3)
    finite = "In every case tried in which a finite result came back, it is 2 times what was expected."
    assert general([*THRICE, infinite]) == finite


def test_a_single_short_answer_shows_nothing_general():
    assert general([sample(SMALL, 2 * SMALL)]) is None
    assert general([sample(np.array(3), np.array(3.0) + 2**32)], key=key_of(1)) is None


def where(samples, unanswered=(), key=None):
    count = len({one.index for one in samples}) + len(unanswered)
    found = findings._find_where(key or key_of(count), samples, "your result", list(unanswered), {})
    return found and found.words


ONES = np.ones((2, 3))
SOME = numbered(
    sample(X, 2 * X, x=ONES),
    sample(Y, 2 * Y, x=ONES),
    right(X + 1, x=ONES),
    right(Y + 1, x=ONES),
)


def test_what_holds_in_some_cases_is_told_with_their_number():
    assert where(SOME) == (
        "In the 2 cases that are wrong, your result is 2 times what was expected. In the other 2 cases, it is right."
    )
    assert where(SOME[:3]) == (
        "In the 2 cases that are wrong, your result is 2 times what was expected. In the other case, it is right."
    )
    assert where(SOME, key=key_of(5)) == "In the 2 cases that are wrong, your result is 2 times what was expected."
    assert where(SOME, key=key_of(4, refused=2)).endswith("In the other 2 cases, it is right.")
    assert where([replace(SOME[0], altered=True), *SOME[1:]]).endswith("is 2 times what was expected.")
    assert where(SOME, [4]) is None and where(SOME[:2]) is None and where(SOME[2:]) is None


LARGE = numbered(
    sample(X, 2 * X, x=100 * ONES),
    right(X + 1, x=ONES),
    right(Y + 1, x=2 * ONES),
)


def test_the_condition_that_parts_the_cases_is_told_with_what_came_back():
    assert where(LARGE) == (
        "In the cases tried, your result is right except where `x` holds large numbers (80 or more in magnitude here; "
        "the limit in your code may differ); there it is 2 times what was expected."
    )
    odd = [replace(sample(X, np.sin(X), x=100 * ONES), index=0), *LARGE[1:]]
    assert where(odd) == (
        "In the cases tried, your result is right except where `x` holds large numbers (80 or more in magnitude here; "
        "the limit in your code may differ)."
    )
    assert where(odd[:2]) is None, "one right case is not enough"
    assert "there it is 2 times" in where(LARGE[:2])


def test_in_a_case_that_is_partly_right_what_is_wrong_is_meant():
    part = replace(right(Y, x=100 * ONES), label=Label("b"))
    found = where([LARGE[0], part, *LARGE[1:]])
    assert found.endswith("there the wrong part of your result is 2 times what was expected.")


def test_a_number_below_one_may_mean_any_number_but_zero():
    def rate(number, ok):
        return (right if ok else lambda e, **given: sample(e, np.sin(e), **given))(X, rate=number)

    assert where(numbered(rate(0.5, False), rate(0.25, False), rate(0.0, True), rate(0.0, True))) == (
        "In the cases tried, your result is right only where `rate` is 0."
    )
    assert where(numbered(rate(0.5, False), rate(0.25, False), rate(0.0, True), rate(2.0, True))).startswith(
        "In the cases tried, your result is right except where"
    )


def test_a_finding_is_weak_or_quotes_numbers():
    found = findings._find_general(key_of(2), TWICE, "your result", [], {})
    assert not found.weak and found.kind == "times" and not found.free
    odd = numbered(sample(X, 3.217 * X), sample(Y, 3.217 * Y))
    assert findings._find_general(key_of(2), odd, "your result", [], {}).free
    assert findings._find_where(key_of(4), SOME, "your result", [], {}).kind in VAGUE


def part(samples, unanswered=()):
    found = findings._find_part(KEY, samples, "your result", list(unanswered), {})
    return found and found.words


def partly(expected):
    return sample(expected, np.where(expected > 0, np.sin(expected) + 9, expected))


def test_where_the_wrong_entries_are_is_told_if_there_are_enough():
    words = "your result is wrong exactly in the entries where a positive number is expected."
    assert part(numbered(partly(X), partly(Y))) == f"In the cases tried, {words}"
    assert part(numbered(partly(X), partly(Y)), [2]) is None
    negative = replace(right(-np.abs(X)), index=2)
    assert part([*numbered(partly(X), partly(Y)), negative]) == f"In the cases tried, {words}"
    positive = replace(right(np.abs(X)), index=2)
    assert part([*numbered(partly(X), partly(Y)), positive]) == f"In the 2 cases that are wrong, {words}"
    assert part([partly(X), positive]) == f"In the one case that is wrong, {words}"
    two = np.array([[1.5, -2.0], [3.0, -5.0]])
    assert part([partly(two)]) is None, "two wrong entries say nothing"
    assert part([sample(X, X + 1)]) is None, "all are wrong"


def test_each_item_of_pairs_and_each_part_has_a_name():
    names = [
        (Label(), "your result"),
        (Label("a"), "your `a`"),
        (Label("", 0), "the first item of each pair"),
        (Label("", 1), "the second item of each pair"),
        (Label("a", 1), "the second item of each pair in your `a`"),
    ]
    for label, name in names:
        assert sentences.name_subject(label) == name
    assert sentences.capital("your result is") == "Your result is" and sentences.capital("") == ""


def test_what_holds_only_of_wrong_answers_is_told_of_them():
    relation = ("axes", "has one axis", "an array with two axes")
    told = findings._tell_of_wrong(relation, numbered(sample(X, SMALL)), "your result", [])
    assert told == "In every case tried, your result has one axis; an array with two axes is required."
    assert findings._tell_of_wrong(relation, numbered(sample(X, SMALL)), "your result", [1]) == (
        "In the one case in which a wrong result came back, your result has one axis; an array with two axes is "
        "required."
    )
    assert findings._tell_of_wrong(relation, numbered(sample(X, SMALL), sample(Y, SMALL)), "your result", [2]) == (
        "In every case tried in which a result came back, your result has one axis; an array with two axes is required."
    )
    assert findings._tell_of_wrong(relation, numbered(sample(X, SMALL), right(X)), "your result", []) == (
        "In every wrong case tried, your result has one axis; an array with two axes is required."
    )


def test_of_one_short_answer_only_zeros_or_an_argument_are_told():
    here, beside = {"x": np.full(3, 100.0)}, [right(SMALL + 1, x=np.ones(3)), right(SMALL + 2, x=np.ones(3))]
    for got, told in ((SMALL * 0, "there it is 0."), (here["x"], "there it is the argument `x`, unchanged.")):
        assert where(numbered(sample(SMALL, got, **here), *beside)).endswith(told)
    assert "there it" not in where(numbered(sample(SMALL, 2 * SMALL, **here), *beside))


def part_of(one, part, item=None):
    return replace(one, label=Label(part, item))


def looked_at(samples):
    found = findings._look(key_of(len({one.index for one in samples})), samples, [], (findings._find_general,))
    return found and found.words


DOUBLED, ODD = sample(X, 2 * X), sample(Y, np.sin(Y) + 9)


def test_a_part_is_named_if_it_alone_is_wrong_and_the_whole_if_all_is():
    a, b = part_of(right(Y * 0), "a"), part_of(DOUBLED, "b")
    assert looked_at([a, b]) == looked_at([b]) == "In every case tried, your `b` is 2 times what was expected."
    both = [part_of(TWICE[0], "a"), part_of(TWICE[1], "b")]
    assert looked_at(both) == "In every case tried, your result is 2 times what was expected."
    assert (
        looked_at([part_of(DOUBLED, "a"), part_of(ODD, "b")])
        == "In every case tried, your `a` is 2 times what was expected."
    )


def test_an_unnamed_part_is_the_result_only_if_no_named_one_is_wrong():
    assert looked_at([DOUBLED]) == "In every case tried, your result is 2 times what was expected."
    assert looked_at([DOUBLED, part_of(ODD, "b")]) is None
    assert looked_at([ODD, part_of(DOUBLED, "b")]) == "In every case tried, your `b` is 2 times what was expected."


def test_the_items_of_pairs_have_no_order_even_beside_other_samples():
    rows = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])
    kept = sample(rows, rows**3)
    assert findings._find_order(KEY, [kept, kept], "your result", [], {})
    assert findings._find_order(KEY, [kept, part_of(kept, "", 0)], "your result", [], {}) is None


def test_infinite_answers_alone_show_nothing_about_finite_ones():
    assert (
        general([sample(X, X * np.nan + 1)], key=key_of(1)) == "In every case tried, your result is NaN (not a number)."
    )
    infinite = np.where(X > 0, np.inf, np.nan)
    assert general([sample(X, infinite)], key=key_of(1)) is None


def first_row_wrong(expected):
    got = expected.copy()
    got[0] = np.sin(got[0]) + 9
    return sample(expected, got)


def test_at_which_end_the_wrong_entries_are_is_told_of_several_answers_only():
    assert part([first_row_wrong(X)]) is None
    told = part(numbered(first_row_wrong(X), first_row_wrong(Y)))
    assert told == "In the cases tried, your result is wrong only in its first row."
    assert part(numbered(first_row_wrong(X), first_row_wrong(Y), right(X))) == told
    assert part(numbered(first_row_wrong(X), partly(Y))) is None


def test_a_part_is_told_if_half_of_the_wrong_answers_are_partly_right():
    whole = np.abs(X) + 0.5
    half = numbered(partly(X), sample(whole, whole + 9))
    words = "your result is wrong exactly in the entries where a positive number is expected."
    assert part(half) == f"In the cases tried, {words}"
    assert part([*half, replace(sample(whole, whole + 8), index=2)]) is None
    three, two = (np.array([[1.5, -2.0], [3.0, last]]) for last in (4.0, -4.0))
    assert part([partly(three)]) == f"In the cases tried, {words}" and part([partly(two)]) is None
    assert part(numbered(sample(np.array(1.5), 2.5), sample(np.array(2.5), 7.5))) is None, (
        "single numbers have no parts"
    )


def test_a_wrong_truth_value_is_the_opposite_which_need_not_be_said():
    truth = np.array([[True, False], [False, False]])
    here, there = {"x": np.full(3, 100.0)}, {"x": np.ones(3)}
    samples = numbered(sample(truth, ~truth, **here), right(truth, **there), right(~truth, **there))
    assert where(samples).endswith(
        "your result is right except where `x` holds large numbers (80 or more in magnitude here; the limit in your "
        "code may differ)."
    )


GRID = np.arange(8.0)
MOVED = np.where((GRID > 2) & (GRID < 5), 99.0, GRID)


@pytest.mark.parametrize(
    ("find", "samples", "told", "unanswered"),
    [
        (
            findings._find_range,
            [sample(GRID, MOVED, x=GRID)],
            "In the cases tried, it is wrong only where `x` is between 3 and 4 (and right at 2 and at 5).",
            None,
        ),
        (
            findings._find_count,
            [sample(np.array(9), n, n=list(range(n))) for n in (2, 3, 4, 5)],
            "In every case tried, it is the number of items in `n`.",
            "In every case tried in which a result came back, it is the number of items in `n`.",
        ),
        (
            findings._find_axes,
            [sample(X, SMALL)],
            "In every case tried, it has one axis; an array with two axes is required.",
            "In the one case in which a wrong result came back, it has one axis; an array with two axes is required.",
        ),
        (
            findings._find_order,
            [sample(X, X**3)],
            "It holds wrong numbers, but their order by size is right in each row.",
            None,
        ),
        (
            findings._find_one_side,
            [sample(X, np.abs(X) + 1)],
            "In the cases tried, the wrong part of it is never negative, though a negative number is expected "
            "somewhere.",
            "In the cases tried, the wrong part of it is never negative, though a negative number is expected "
            "somewhere.",
        ),
        (
            findings._find_one_side,
            numbered(*(sample(np.array(n), 9.0) for n in (-1.0, 2.0, 3.0, 4.0))),
            "In the 4 cases that are wrong, it is never negative, though a negative number is expected somewhere.",
            "In every case tried in which a wrong result came back, it is never negative, though a negative number is "
            "expected somewhere.",
        ),
        (
            findings._find_form,
            numbered(sample(X, np.ones(2)), sample(Y.T, np.ones(3))),
            "In every case tried, it has only the first axis of the required shape.",
            "In every case tried in which a result came back, it has only the first axis of the required shape.",
        ),
    ],
)
def test_each_look_says_how_far_it_reaches(find, samples, told, unanswered):
    def words(cases):
        found = find(KEY, samples, "it", cases, {})
        return getattr(found, "words", found)

    assert words([]) == told and words([7]) == unanswered


def test_a_shape_is_told_of_one_part_at_a_time():
    flat = [sample(X, np.ones(2)), part_of(sample(Y.T, np.ones(3)), "b")]
    assert findings._find_form(KEY, flat, "your result", [], {}) is None


def test_a_side_is_that_of_what_is_wrong_as_soon_as_one_answer_is_an_array():
    mixed = numbered(sample(np.array(-1.0), 9.0), sample(X, np.abs(X) + 1))
    for samples in (mixed, mixed[::-1]):
        told = findings._find_one_side(KEY, samples, "it", [], {})
        assert told.startswith("In the cases tried, the wrong part of it is never negative")


def test_a_single_wrong_entry_says_something_if_only_there_an_argument_is_zero():
    zeros = np.array([[1.5, 0.0, 4.0], [3.0, 7.0, -5.0]])
    wrong = sample(Y, np.where(zeros == 0, 0, Y), x=zeros)
    others = [right(Y, x=X), right(Y, x=X + 1)]
    told = "In the cases tried, your result is wrong exactly in the entries where `x` is zero; each wrong entry is 0."
    assert part(numbered(wrong, *others)) == told
    assert part(numbered(wrong, others[0])) is None, "one right case is not enough"
    assert part(numbered(wrong, others[0], right(Y, x=zeros))) is None, "here it is right where `x` is zero"
    two = np.where(X == 7, 0, zeros)
    assert part(numbered(sample(Y, np.where(zeros == 0, 0, Y), x=two), *others)) is None
    odd = sample(Y, np.where(zeros == 0, 0.7, Y), x=zeros)
    assert part(numbered(odd, *others)) == told.replace("; each wrong entry is 0", "")


def test_a_list_that_a_view_made_is_named():
    sizes = Label(view="batch sizes")
    pairs = [([4, 4, 1], [4, 4]), ([5, 2, 2, 1], [5, 2, 2]), ([6, 3], [6])]
    samples = numbered(*(replace(sample(np.array(e), g), label=sizes) for e, g in pairs))
    found = findings._find_in_samples(key_of(3), samples, [])
    assert (
        found.words
        == "In every case tried, the list “batch sizes” is what was expected, but the last entry is missing."
    )


def test_a_case_in_which_one_number_is_expected_everywhere_disproves_nothing():
    samples = numbered(*(sample(one, one.ravel()) for one in (X, Y, np.zeros((2, 3)))))
    assert compare_all(KEY, samples)[0] == ("flat",)
    assert compare_all(KEY, samples[2:]) == []
