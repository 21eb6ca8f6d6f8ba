"""Is each property of drawn weights told exactly from where it begins?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judging import laws
from autograder.judging.findings.draws import _describe, _is_matrix, _is_usual

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
    for count, share in ((101, "10"), (299, "10"), (301, "20"), (1901, "100")):
        assert ("draws zeros", share) in [*_describe(with_first(count, 0.0), {"fan_in": 50.0}, {}, None)]


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
        *[(one, True) for one in (0.5, 2.0, 1.4, 0.71, 0.33, 3.5, 100.0, 0.01, 1.7)],
        *[(one, False) for one in (7.0, 1.1, 0.4, 9.0, 11.0)],
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
