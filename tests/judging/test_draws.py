"""Is each property of drawn weights told exactly from where it begins?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercise import Case
from autograder.judging import laws
from autograder.judging.findings.draws import (
    _describe,
    _find_empty_line,
    _find_form,
    _is_matrix,
    _is_measured,
    _is_usual,
    _matrices,
    _sizes,
    find_in_draws,
)
from autograder.judging.key import Key
from autograder.judging.observation import Observation

SHAPE = (50, 40)
DRAWN = np.random.default_rng(3).normal(0, 0.2, SHAPE)


def kinds(weights, wanted=None, required=None, sizes=None):
    return [one[0] for one in _describe(weights, sizes or {"fan_in": 50.0, "fan_out": 40.0}, wanted or {}, required)]


def with_first(count, number):
    """Return drawn weights of which the first ones are replaced."""
    weights = DRAWN.copy().ravel()
    weights[:count] = number
    return weights.reshape(SHAPE)


def told(weights, kind, **given):
    return kind in kinds(weights, **given)


def test_five_per_cent_of_zeros_are_not_told_and_a_few_more_are():
    assert not told(with_first(100, 0.0), "draws zeros")
    assert told(with_first(101, 0.0), "draws zeros")
    tenth, half = (DRAWN * (np.arange(2000).reshape(SHAPE) % n > 0) for n in (11, 3))
    assert find(tenth, half) == ("draws zeros", "(50, 40)", "9%"), "the number is that of the first call that fails"


def test_six_weights_at_the_largest_magnitude_are_clipped_and_five_are_not():
    assert not told(with_first(5, 9.0), "draws clipped")
    assert told(with_first(6, 9.0), "draws clipped") and told(with_first(6, -9.0), "draws clipped")


def test_a_tenth_of_the_magnitudes_may_repeat():
    tenth, more = DRAWN.copy().ravel(), DRAWN.copy().ravel()
    tenth[:200], more[:201] = -tenth[200:400], more[201:402]
    assert not told(tenth.reshape(SHAPE), "draws repeat") and told(more.reshape(SHAPE), "draws repeat")


@pytest.mark.parametrize(("values", "few"), [(2, True), (3, True), (4, False)])
def test_three_values_are_few(values, few):
    assert told(np.floor(DRAWN * 10) % values + 0.5, "draws few values") is few


@pytest.mark.parametrize(("shift", "side"), [(0.12, "above"), (-0.12, "below"), (0.08, None), (-0.08, None)])
def test_a_mean_is_told_if_it_is_a_tenth_of_the_deviation_away(shift, side):
    weights = (DRAWN - DRAWN.mean()) / DRAWN.std() + shift
    found = [one[1] for one in _describe(weights, {"fan_in": 50.0}, {}, None) if one[0] == "draws mean"]
    assert found == ([side] if side else [])


def test_a_uniform_law_is_told_where_a_normal_one_is_required_and_the_other_way_round():
    uniform = np.random.default_rng(5).uniform(-1, 1, SHAPE)
    assert told(uniform, "draws uniform for normal", wanted=laws.NORMAL)
    assert not told(uniform, "draws uniform for normal", wanted=laws.UNIFORM)
    assert not told(DRAWN, "draws uniform for normal", wanted=laws.NORMAL)
    assert told(DRAWN, "draws normal for uniform", wanted=laws.UNIFORM)
    assert not told(DRAWN, "draws normal for uniform", wanted=laws.NORMAL)
    assert not told(uniform, "draws normal for uniform", wanted=laws.UNIFORM)
    assert not told(uniform, "draws uniform for normal") and not told(DRAWN, "draws normal for uniform")
    outlier = uniform.copy()
    outlier[0, 0] = 1.2  # about two standard deviations
    assert not told(outlier, "draws uniform for normal", wanted=laws.NORMAL)


def test_a_mean_of_exactly_a_tenth_of_the_deviation_is_not_told():
    weights = np.tile([11.0, -9.0], 1000).reshape(SHAPE)
    assert (weights.mean(), weights.std()) == (1.0, 10.0)
    assert not told(weights, "draws mean") and told(weights + 1, "draws mean")


@pytest.mark.parametrize(("sign", "kind"), [(1, "draws never negative"), (-1, "draws never positive")])
def test_zero_is_neither_negative_nor_positive(sign, kind):
    weights = sign * np.abs(DRAWN)
    weights[0, 0] = 0
    assert told(weights, kind) and not told(-weights, kind)
    weights[0, 1] = -sign * 1e-9
    assert not told(weights, kind)


def bricks(near):
    """Return weights of which this fraction is within one standard deviation, and none beyond 1.8 of them."""
    number = np.arange(2000)
    magnitudes = np.where(number < round(2000 * near), 0.5, 1.0) * (1 + number / 1e6)
    return (magnitudes * (-1.0) ** number).reshape(SHAPE)


@pytest.mark.parametrize(
    ("law", "other", "kind"),
    [
        (laws.UNIFORM, laws.NORMAL, "draws uniform for normal"),
        (laws.NORMAL, laws.UNIFORM, "draws normal for uniform"),
    ],
)
def test_a_law_is_recognised_within_one_and_a_half_per_cent(law, other, kind):
    for off, same in ((-0.013, True), (0.013, True), (-0.017, False), (0.017, False)):
        assert told(bricks(law[laws.NEAR] + off), kind, wanted=other) is same


@pytest.mark.parametrize(
    ("largest", "words"),
    [(1.79, None), (1.81, "2"), (1.99, "2"), (2.01, "2.5"), (3.19, "3.5"), (3.21, None)],
)
def test_cut_off_tails_are_told_between_two_and_three_deviations(largest, words):
    weights = bricks(0.6)
    for _ in range(20):  # two more weights change the deviation a little
        weights[0, :2] = largest * weights.std(), -largest * weights.std()
    found = [one[1] for one in _describe(weights, {"fan_in": 50.0}, laws.NORMAL, None) if one[0] == "draws truncated"]
    assert found == ([words] if words else [])
    assert not told(weights, "draws truncated", wanted=laws.UNIFORM)


@pytest.mark.parametrize(
    ("times", "kind"),
    [
        (1.03, "draws deviation number"),
        (0.97, "draws deviation number"),
        (1.019, None),
        (0.981, None),
        (1.0, "draws rescaled"),
        (1 + 2e-9, None),
    ],
)
def test_a_deviation_is_wrong_beyond_two_per_cent_and_none_is_exact(times, kind):
    required = float(DRAWN.std())
    found = {"draws deviation number", "draws rescaled"} & {*kinds(DRAWN * times, required=required)}
    assert found == ({kind} if kind else set())
    assert not {"draws deviation number", "draws deviation", "draws rescaled"} & {*kinds(DRAWN * times)}


def test_a_deviation_is_named_within_one_and_a_half_per_cent():
    for times, named in ((1.014, True), (0.986, True), (1.016, False), (0.984, False)):
        found = [*_describe(DRAWN / DRAWN.std() * 0.1 * times, {"fan_in": 50.0}, {}, 1.0)]
        assert (("draws deviation", "0.1") in found) is named


@pytest.mark.parametrize(
    ("factor", "usual"),
    [
        *[(one, True) for one in (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 100.0)],
        *[(one, True) for one in (0.5, 0.33, 0.25, 0.2, 0.17, 0.12, 0.1, 0.083, 0.01)],
        *[(one, True) for one in (1.4, 1.7, 2.2, 2.4, 2.8, 3.2, 3.5)],
        *[(one, True) for one in (0.71, 0.58, 0.45, 0.41, 0.35, 0.32, 0.29)],
        *[(one, False) for one in (7.0, 1.1, 0.4, 9.0, 11.0, 36.0, 16.0)],
    ],
)
def test_a_usual_factor_is_a_small_number_or_a_root(factor, usual):
    assert _is_usual(factor) is usual


@pytest.mark.parametrize(
    ("value", "matrix"),
    [
        (np.zeros((25, 40)), True),
        (np.zeros((27, 37)), False),
        (np.zeros((25, 40), int), True),
        (np.zeros((25, 40), bool), True),
        (np.zeros((25, 40), complex), False),
        (np.zeros(1000), False),
        (np.zeros((10, 10, 10)), False),
        ([[0.0] * 40] * 25, False),
    ],
)
def test_a_matrix_of_a_thousand_weights_is_measured(value, matrix):
    assert _is_matrix(value) is matrix


def test_lines_that_are_all_zero_are_alike_in_the_same_way_as_others():
    assert kinds(np.zeros(SHAPE)) == ["draws all zeros"]
    assert kinds(np.full(SHAPE, 0.3)) == ["draws constant"]
    assert kinds(np.where(DRAWN > 0.7, np.inf, DRAWN)) == ["draws not finite"]


@pytest.mark.parametrize(
    ("weights", "found"),
    [
        (np.hstack([DRAWN[:, :20], DRAWN[:, :20]]), ("draws halves repeat", "columns")),
        (np.hstack([DRAWN[:, :20], -DRAWN[:, :20]]), ("draws halves repeat", "columns")),
        (np.hstack([DRAWN[:, :20], DRAWN[:, 19::-1]]), ("draws halves mirrored", "columns")),
        (np.vstack([DRAWN[:25], -DRAWN[:25]]), ("draws halves repeat", "rows")),
        (np.vstack([DRAWN[:25], DRAWN[24::-1]]), ("draws halves mirrored", "rows")),
        (np.sort(DRAWN, axis=0), ("draws sorted", "column")),
        (np.sort(DRAWN, axis=0)[::-1], ("draws sorted", "column")),
        (np.sort(DRAWN, axis=1), ("draws sorted", "row")),
        (np.sort(DRAWN, axis=1)[:, ::-1], ("draws sorted", "row")),
    ],
)
def test_halves_and_order_are_told_with_their_axis_and_odd_matrices_have_no_halves(weights, found):
    told = [one for one in _describe(weights, {"fan_in": 50.0}, {}, None) if "halves" in one[0] or "sorted" in one[0]]
    assert told == [found]
    odd = [one for one in _describe(weights[:-1, :-1], {"fan_in": 50.0}, {}, None) if "halves" in one[0]]
    assert odd == []


ARGUMENTS = ("fan_in", "fan_out")


def find(*answers, required=0.2, expected=laws.NORMAL, failing=None, arguments=ARGUMENTS, sizes=SHAPE):
    """Return what the answers to several cases have in common."""
    needs = required if isinstance(required, tuple) else (required,) * len(answers)
    cases = tuple(Case.of("is right", *sizes) for _ in answers)
    key = Key("own", arguments, cases, (expected,) * len(answers))
    seen = [
        Observation(laws.measure(one, need, laws.NORMAL) if one.ndim == 2 else None)
        for one, need in zip(answers, needs, strict=True)
    ]
    failing = list(range(len(answers))) if failing is None else failing
    return find_in_draws(key, seen, [[{"value": one}] for one in answers], failing)


OTHER = np.random.default_rng(4).normal(0, 0.2, SHAPE)


def test_what_all_failing_draws_have_in_common_is_told():
    assert find(np.abs(DRAWN), np.abs(OTHER)) == ("draws never negative",)
    assert find(np.abs(DRAWN), -np.abs(OTHER) * 3) == ("draws one sign",)
    assert find(np.abs(DRAWN), OTHER, failing=[0]) == ("where it is wrong", ("draws never negative",))
    assert find(np.abs(DRAWN), np.abs(OTHER), failing=[]) is None
    assert find(DRAWN.astype(np.float32) * 0, OTHER * 0) == ("draws all zeros",)
    assert find((DRAWN * 99).astype(int), (OTHER * 99).astype(int)) == ("draws integers",)
    assert find(DRAWN, OTHER, expected={"other": 1.0}) is None


@pytest.mark.parametrize(
    ("times", "required", "told"),
    [
        ((1.3, 1.3), (0.2, 0.2), False),  # all cases ask for the same
        ((1.3, 1.3), (0.2, 0.2029), False),
        ((1.3, 1.3), (0.2, 0.2031), True),
        ((1.3, 1.3), (0.2031, 0.2), True),
        ((1.3, 1.3), (0.2, 0.3), True),
        ((1.3,), (0.2,), True),
        ((1.7, 1.7), (0.2, 0.2), True),  # the root of 3 is usual
    ],
)
def test_an_unusual_factor_is_told_only_of_different_requirements(times, required, told):
    standard = [one / one.std() for one in (DRAWN, OTHER)]
    answers = [one * factor * need for one, factor, need in zip(standard, times, required, strict=False)]
    found = find(*answers, required=required, sizes=(7, 11))
    assert found == (("draws deviation number", f"{times[0]}") if told else None)


@pytest.mark.parametrize(
    ("shape", "sizes", "found"),
    [
        ((50, 40), (50, 40), None),
        ((2000,), (50, 40), ("draws flat",)),
        ((1999,), (50, 40), None),
        ((40, 50), (50, 40), ("draws shape", "fan_out, fan_in")),
        ((50, 50), (50, 40), ("draws shape", "fan_in, fan_in")),
        ((50, 41), (50, 40), None),
        ((50, 40, 50), (50, 40), None),
        ((40, 40), (50, 50), None),
        ((50, 50), (50, 0), None),
    ],
)
def test_the_form_of_drawn_weights_is_told_by_the_names_of_sizes(shape, sizes, found):
    assert _find_form(np.ones(shape), dict(zip(ARGUMENTS, sizes, strict=True))) == found


def test_a_form_is_told_only_of_arrays_and_of_what_is_required():
    assert _find_form([1.0] * 2000, {"fan_in": 50, "fan_out": 40}) is None
    assert _find_form(np.ones(2000), {"fan_in": 50}) is None
    flat = np.ones(2000)
    assert find(flat, flat) == ("draws flat",) and find(flat, np.abs(OTHER)) is None
    assert find(np.abs(OTHER), flat) is None


@pytest.mark.parametrize(
    ("line", "empty"),
    [
        ("first row", np.s_[:1]),
        ("last row", np.s_[-1:]),
        ("first column", np.s_[:, :1]),
        ("last column", np.s_[:, -1:]),
    ],
)
def test_a_line_is_empty_in_all_answers_or_in_none(line, empty):
    without = DRAWN.copy()
    without[empty] = 0
    assert _find_empty_line([without]) == _find_empty_line([without, without]) == ("draws line empty", line)
    assert _find_empty_line([without, DRAWN]) is _find_empty_line([DRAWN, without]) is None


def test_a_line_is_empty_only_beside_other_numbers():
    zeros, half = np.zeros((3, 3)), np.array([[0.0, 0.0], [1.0, 2.0]])
    assert _find_empty_line([half]) == ("draws line empty", "first row")
    assert _find_empty_line([half, np.zeros((1, 3))]) == ("draws line empty", "first row"), "its only row"
    assert _find_empty_line([half, np.zeros((3, 1))]) == ("draws line empty", "first row"), "its only column"
    assert _find_empty_line([half, np.zeros((2, 2))]) is None
    assert _find_empty_line([zeros]) is _find_empty_line([np.zeros((1, 3))]) is _find_empty_line([]) is None
    assert _find_empty_line([half, half[0]]) is _find_empty_line([half, half.tolist()]) is None
    assert _find_empty_line([half, np.zeros((0, 2))]) is None


def test_the_matrices_of_an_answer_are_its_layers_or_its_first_array():
    one, wanted = DRAWN, dict(laws.NORMAL)

    def matrices(answer, expected):
        own = {"layer 0": {laws.DEVIATION: 3.0}, "layer 1": {laws.DEVIATION: 4.0}, laws.DEVIATION: 2.0}
        return [
            (weights is one, law, got.get(laws.DEVIATION)) for weights, law, got in _matrices(answer, expected, own)
        ]

    layers = {"layer 0": wanted, "layer 1": wanted, "biases": True}
    assert matrices(one, wanted) == [(True, wanted, 2.0)]
    assert matrices([one, one[0]], wanted) == matrices((one, one[0]), wanted) == [(True, wanted, 2.0)]
    assert matrices([], wanted) == matrices([one[0]], wanted) == matrices(None, wanted) == matrices(one, None) == []
    assert matrices([(one, one[0]), (one, one[0])], layers) == [(True, wanted, 3.0), (True, wanted, 4.0)]
    assert matrices([(one, one[0]), (one[0], one)], layers) == [(True, wanted, 3.0)]
    assert matrices([(one, one[0]), ()], layers) == matrices([(one, one[0]), one], layers) == [(True, wanted, 3.0)]
    assert matrices([(one, one[0])], layers) == matrices(one, layers) == matrices(one, {"other": 1.0}) == []
    assert [got for _, _, got in _matrices(one, wanted, None)] == [{}]
    assert _is_measured(layers) and _is_measured(wanted) and not _is_measured({"biases": True, "other": {"a": 1}})


def test_the_sizes_of_weights_are_the_arguments_or_their_own():
    assert _sizes(DRAWN, {"fan_in": 7, "fan_out": 5, "rng": None, "gain": 2.0}) == {"fan_in": 7.0, "fan_out": 5.0}
    assert _sizes(DRAWN, {"fan_out": 5}) == {"fan_in": 50.0, "fan_out": 40.0}
