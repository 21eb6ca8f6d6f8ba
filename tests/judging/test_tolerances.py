"""Does each tolerance of the judge stand where it is meant to: is a little less enough, and a little more too much?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.judging import laws, slips
from autograder.judging.compare import compare
from autograder.judging.findings import draws
from autograder.judging.findings.expressions import change_operand
from autograder.judging.findings.scales import find_changes, find_common_factor, find_scales
from autograder.judging.findings.sides import find_side
from autograder.judging.findings.terms import _find_products, find_terms
from tests.support.samples import KEY, sample

WANTED = np.array([1.0, 2.0, 4.0])
ONE = np.array([1.0, 0.0, 0.0])


def kinds(relations):
    return {one[0] for one in relations}


@pytest.mark.parametrize(
    ("expected", "near", "far"),
    [
        (np.zeros(2), 0.9e-9, 2e-9),
        (np.ones(2, np.longdouble), 1.9e-6, 2.1e-6),
        (np.ones(2), 1.9e-6, 2.1e-6),
    ],
)
def test_numbers_agree_up_to_rounding(expected, near, far):
    assert compare(expected, expected + np.array([0, near])) is None
    assert compare(expected, expected + np.array([0, far])) is not None


@pytest.mark.parametrize(("single", "rtol"), [(False, 1e-6), (True, 2e-4)])
def test_an_answer_equals_another_array_up_to_rounding_of_its_type(single, rtol):
    expected = WANTED.astype(np.float32) if single else WANTED
    answer = sample(expected, expected)
    # The tolerance of a number and that of the largest number add up.
    assert answer.equals(expected + 4 * 1.9 * rtol * np.array([0.0, 0.0, 1.0]))
    assert not answer.equals(expected + 4 * 2.2 * rtol * np.array([0.0, 0.0, 1.0]))


@pytest.mark.parametrize(("dtype", "near", "far"), [(float, 1.5e-6, 4e-6), (np.float32, 2.5e-4, 5e-4)])
def test_a_factor_may_be_off_by_rounding(dtype, near, far):
    expected = WANTED.astype(dtype)
    for off, found in ((near, True), (far, False)):
        got = (2 * WANTED + off * 8 * ONE).astype(dtype)
        assert (("times", "2") in find_scales(sample(expected, got))) is found


def test_a_factor_is_found_for_the_smallest_numbers_and_never_for_zeros():
    assert find_common_factor(WANTED * 1e-305, WANTED * 2e-305, 1e-6) == pytest.approx(2)
    assert find_common_factor(WANTED * 1e-305, (2 * WANTED + ONE) * 1e-305, 1e-6) is None
    assert find_common_factor(np.zeros(3), WANTED, 1e-6) is None
    assert find_common_factor(WANTED, np.zeros(3), 1e-6) is None


def test_an_offset_must_be_larger_than_rounding():
    assert "off by number" in kinds(find_scales(sample(WANTED, WANTED + 1.5e-4 * 4)))
    assert "off by number" not in kinds(find_scales(sample(WANTED, WANTED + 0.9e-4 * 4)))
    assert kinds(find_scales(sample(np.zeros(2), np.zeros(2)))) == set()
    assert kinds(find_scales(sample(np.zeros(2), np.full(2, 5e-12)))) == {"off by number"}


def test_an_argument_that_came_back_is_unchanged_up_to_rounding():
    def changes(off, size=1.0):
        base = np.full(3, size)
        return kinds(find_changes(sample(base + 1, base + off, bases=(("x", base),)), KEY))

    assert "change missing" in changes(0.9e-9) and "change missing" not in changes(2e-9)
    assert "change missing" in changes(0.9e-6, 1e3) and "change missing" not in changes(2e-6, 1e3)
    assert "change missing" in changes(0.9e-9, 1e-3), "small numbers are compared as if they were 1"


@pytest.mark.parametrize(("dtype", "near", "far"), [(float, 0.8e-5, 2.5e-5), (np.float32, 0.8e-3, 2.5e-3)])
def test_a_change_may_be_off_by_rounding(dtype, near, far):
    base = np.array([3.0, 1.0, 2.0])
    expected = base + WANTED
    for off, found in ((near, True), (far, False)):
        got = base + 3 * WANTED + 12 * off * ONE
        changes = find_changes(sample(expected.astype(dtype), got.astype(dtype), bases=(("x", base),)), KEY)
        assert ("change scaled" in kinds(changes)) is found
        got = base + 0.5 + 0.5 * off * ONE
        changes = find_changes(sample(expected.astype(dtype), got.astype(dtype), bases=(("x", base),)), KEY)
        assert ("change constant" in kinds(changes)) is found


def test_a_product_in_place_of_a_change_may_miss_zero_by_rounding_only():
    base = np.array([3.0, 1.0, 0.0])
    for off, found in ((0.9e-12, True), (2e-12, False)):
        got = base * WANTED + np.array([0.0, 0.0, off])
        changes = find_changes(sample(base + WANTED, got, bases=(("x", base),)), KEY)
        assert ("change multiplied" in kinds(changes)) is found


@pytest.mark.parametrize(("dtype", "near", "far"), [(float, 0.8e-5, 2.5e-5), (np.float32, 0.8e-3, 2.5e-3)])
def test_a_term_too_many_may_be_off_by_rounding(dtype, near, far):
    term = np.array([3.0, 1.0, 2.0])
    for off, found in ((near, True), (far, False)):
        got = WANTED + 5 * term + 15 * off * np.array([0.0, 1.0, 0.0])
        terms = find_terms(sample(WANTED.astype(dtype), got.astype(dtype), x=term), KEY)
        assert ("differs by multiple" in kinds(terms)) is found


def test_a_tiny_difference_is_no_multiple_of_a_term():
    term = np.array([3.0, 1.0, 2.0])
    for size, found in ((2e-4, True), (0.8e-4, False)):
        terms = find_terms(sample(WANTED, WANTED + size * 4 * term / 3, x=term), KEY)
        assert ("differs by multiple" in kinds(terms)) is found


def test_sums_that_differ_by_rounding_alone_are_no_quantity():
    for off, found in ((0.9e-9, False), (2e-9, True)):
        forms = dict(change_operand("`p`", np.array([[0.5, 0.5], [0.25, 0.75 + off]])))
        assert ("(the row sums of `p`)" in forms) is found


def drawn(weights, wanted=laws.NORMAL, required=None):
    return kinds(draws._describe(weights, {"fan_in": 40.0, "fan_out": 30.0}, wanted, required))


def test_draws_are_called_what_they_are_from_so_much_on():
    normal = np.random.default_rng(3).normal(0, 0.2, (200, 200))
    normal -= normal.mean()
    assert "draws mean" in drawn(normal + 0.022) and "draws mean" not in drawn(normal + 0.018)
    far = np.abs(normal).argsort(axis=None)[::-1]
    for fraction, found in ((0.055, True), (0.045, False)):
        some = normal.copy()
        some.flat[: int(fraction * some.size)] = 0
        assert ("draws zeros" in drawn(some)) is found
        most = normal.copy()
        most.flat[far[: 5 if found else 6]] = 9.0
        assert ("draws clipped" in drawn(most)) is not found
    for factor, found in ((1.03, {"draws deviation number"}), (1.01, set()), (1.0, {"draws rescaled"})):
        seen = drawn(normal, laws.NORMAL, normal.std() / factor)
        assert seen & {"draws deviation number", "draws rescaled"} == found
    assert "draws rescaled" in drawn(normal, laws.NORMAL, normal.std() * (1 + 0.9e-9))
    assert "draws rescaled" not in drawn(normal, laws.NORMAL, normal.std() * (1 + 2e-9))


def test_statistics_of_right_draws_agree_with_their_law_and_those_of_others_do_not():
    rng = np.random.default_rng(4)
    normal, uniform = rng.normal(0, 0.2, (200, 200)), rng.uniform(-0.2, 0.2, (200, 200))
    for weights, law, other in ((normal, laws.NORMAL, laws.UNIFORM), (uniform, laws.UNIFORM, laws.NORMAL)):
        spread = weights.std() * 1.001  # the draws are not rescaled
        assert compare(law, laws.measure(weights, spread, law), **laws.CLOSE) is None
        assert compare(other, laws.measure(weights, spread, other), **laws.CLOSE) is not None


@pytest.mark.parametrize(("statistic", "limit"), [(laws.DEVIATION, 0.05), (laws.MEAN, 0.03), (laws.DIFFERENT, 0.05)])
def test_a_statistic_may_be_off_by_so_much(statistic, limit):
    for sign in (-1, 1):
        near, far = (laws.NORMAL[statistic] + sign * (limit + off) for off in (-0.001, 0.001))
        assert compare(laws.NORMAL, laws.NORMAL | {statistic: near}, **laws.CLOSE) is None
        assert compare(laws.NORMAL, laws.NORMAL | {statistic: far}, **laws.CLOSE).path == (statistic,)


def test_tails_and_rescaling_are_measured():
    weights = np.random.default_rng(5).choice([-1.0, 1.0], (100, 100))
    weights[0, 0] = 3.4
    assert laws.measure(weights, 1.0, laws.UNIFORM)[laws.NO_TAIL] is True
    weights[0, 0] = 3.7
    assert laws.measure(weights, 1.0, laws.UNIFORM)[laws.NO_TAIL] is False
    assert laws.measure(weights, 1.0, laws.NORMAL)[laws.TAIL] is True
    spread = weights.std()
    for off, found in ((2e-9, True), (0.9e-9, False)):
        assert laws.measure(weights, spread * (1 + off), laws.NORMAL)[laws.AS_DRAWN] is found
        assert laws.measure(weights, spread * (1 - off), laws.NORMAL)[laws.AS_DRAWN] is found


def test_what_stands_for_an_error_is_no_form_of_an_answer():
    assert len({slips.ERROR, slips.NOTHING, slips.UNUSABLE}) == 3
    assert max(slips.ERROR, slips.NOTHING, slips.UNUSABLE) < 3 <= slips._sketch(1.0)[0]
    assert slips._count_different([1.0, 2.0], [1.0, 2.0, 3.0]) == 2, "all of an answer in another form"
    assert slips._count_different([1.0, 2.0], [1.0, 2.0]) == 0 and slips._count_different([1.0, 2.0], [1.0, 2.5]) == 1


def aside(*sizes, by=1.0):
    """Return answers that are all too large or too small, so many numbers in each case."""
    made = [sample(np.arange(1.0, size + 1), np.arange(1.0, size + 1) + by) for size in sizes]
    return [replace(one, index=k) for k, one in enumerate(made)]


@pytest.mark.parametrize(
    ("sizes", "found"), [((3, 3, 2), True), ((3, 2, 2), False), ((4, 4), False), ((8,), False), ((3, 3, 3), True)]
)
def test_too_large_means_something_for_so_many_numbers_and_cases(sizes, found):
    assert find_side(aside(*sizes)) == (("too large",) if found else None)
    assert find_side(aside(*sizes, by=-0.5)) == (("too small",) if found else None)


def test_four_wrong_numbers_on_one_side_mean_something():
    for size, found in ((4, True), (3, False)):
        expected = -np.arange(1.0, size + 1)
        assert find_side([sample(expected, -expected)]) == (("never negative",) if found else None)
        assert find_side([sample(-expected, expected)]) == (("never positive",) if found else None)
        assert find_side([sample(expected, 0 * expected)]) == (("always zero",) if found else None)


def test_a_matrix_times_itself_is_no_term():
    x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.5, 1.5], [2.5, 0.25]])
    found = dict(_find_products(sample(np.ones((2, 2)), np.ones((2, 2)), x=x, y=y)))
    assert found.keys() == {"`x @ y`", "`y @ x`"} and (found["`x @ y`"] == x @ y).all()


def test_lines_are_rescaled_if_they_are_equal_in_single_precision():
    rng = np.random.default_rng(6)
    drawn = rng.normal(0, 0.1, (40, 50))
    assert laws.find_adjustment(drawn, 0.1) is None and laws.find_adjustment(drawn, None) is None
    for axis, line in ((0, "column"), (1, "row")):
        lines = drawn / np.linalg.norm(drawn, axis=axis, keepdims=True)
        assert laws.find_adjustment(lines.astype(np.float32).astype(float), 0.1)[:2] == ("rescaled lines", line)
        one = np.ones_like(lines)
        one[0 if axis else slice(None), slice(None) if axis else 0] = 1 + 1e-4
        assert laws.find_adjustment(lines * one, 0.1) is None
    assert laws.find_adjustment(drawn[:1] - drawn[:1].mean(), 0.1) == ("centred",), "one row is like itself"
    assert laws.find_adjustment(drawn - drawn.mean() + 1e-11, 0.1) is None
