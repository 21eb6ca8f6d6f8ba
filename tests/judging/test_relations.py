"""Is each relation found where it holds and nowhere else, and told in a sentence that is true for the answer?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.exercise import Unusable
from autograder.judging import laws
from autograder.judging.compare import compare
from autograder.judging.findings import _find_order, _find_part, draws, sentences
from autograder.judging.findings.common import common_relations
from autograder.judging.findings.counts import find_quantities
from autograder.judging.findings.expressions import change_operand
from autograder.judging.findings.proof import is_proved
from autograder.judging.findings.relations import find_relations
from autograder.judging.findings.samples import Label
from autograder.judging.findings.scales import name_factor
from autograder.judging.findings.sides import find_order, find_side
from autograder.judging.findings.thresholds import find_shape, find_threshold
from autograder.judging.slips import arguments
from autograder.judging.slips.sentences import CHANGES, SLIPS, can_be_told, tell_slip
from tests.support.samples import KEY, sample

TABLE = np.array([[1.0, -2.0, 4.0], [3.0, 7.0, -5.0], [0.5, 6.0, 9.0], [2.0, -8.0, 2.5]])
EACH = np.array([[1.3], [2.1], [0.7], [3.4]])


def relations(expected, got):
    return [*find_relations(sample(expected, got))]


def told(*samples):
    """Say what holds for all answers together, the most telling first."""
    return [sentences.tell_relation(one, "it") for one in common_relations(KEY, list(samples), {})]


def test_a_shift_a_scale_and_both_are_three_things():
    assert relations(TABLE, TABLE + 3.3)[0] == ("shifted",)
    assert relations(TABLE, TABLE * 3.3)[0] == ("scaled and shifted", "3.3")
    assert told(sample(TABLE, TABLE + 0.7), sample(TABLE, TABLE + 1.9))[0] == (
        "it is what was expected, with one number added to all entries"
    )
    assert told(sample(TABLE, TABLE * 0.7), sample(TABLE, TABLE * 1.9))[0] == (
        "it is what was expected, with all entries multiplied by one number"
    )
    assert told(sample(TABLE, TABLE * 0.7 + 0.3), sample(TABLE, TABLE * 0.7 - 4.1))[0] == (
        "it is what was expected times 0.7, with one number added to all entries"
    )
    assert told(sample(TABLE, TABLE * 0.7 + 0.3), sample(TABLE, TABLE * 1.9 - 4.1))[0] == (
        "it is what was expected times one number, with another number added to all entries"
    )


def test_different_numbers_in_place_of_one_are_found_and_told():
    ones, found = np.ones(4), ("all different",)
    assert relations(ones, np.array([0.1, 0.4, -0.3, 0.2])) == [found]
    assert relations(ones, np.array([0.1, 0.4, 0.1, 0.2])) == []
    assert sentences.tell_relation(found, "it") == (
        "it holds different numbers where the same number is expected everywhere"
    )


def test_numbers_in_place_of_zeros_are_found_and_told():
    zeros = np.zeros(4)
    assert relations(zeros, np.array([0.0, 0.4, 0.4, 0.2])) == [("nonzero",)]
    assert relations(zeros, zeros * np.nan) == [("nonzero",), ("all NaN",)]
    assert relations(np.zeros(1), np.array([0.3]))[0] == ("nonzero",)
    assert sentences.tell_relation(("nonzero",), "it") == "it has entries other than 0, where 0 is expected everywhere"


def test_two_entries_can_always_be_scaled_and_shifted_to_two_others():
    short, long = sample(TABLE[:, :2], np.sin(TABLE[:, 1:])), sample(TABLE, TABLE * EACH + EACH[::-1])
    kind = ("lines scaled and shifted", 0, 2)
    assert kind in find_relations(short)
    assert kind not in common_relations(KEY, [short], {})
    assert kind in common_relations(KEY, [short, long], {})


def test_lines_with_ties_are_in_the_expected_order_only_where_the_answer_has_them_too():
    rows = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])
    found = find_order([sample(rows, rows**3)])
    assert sentences.tell_relation(found, "It") == (
        "It holds wrong numbers, but their order by size is right in each row"
    )
    tied = np.array([[1.0, 2.0, 2.0], [5.0, 5.0, 5.0]])
    assert find_order([sample(rows, tied)]) is None
    assert find_order([sample(tied, rows)]) is None
    assert find_order([sample(np.ones((2, 3)), np.zeros((2, 3)))]) is None
    assert find_order([sample(rows.T, np.exp(rows).T)]) == ("order kept", 0, 2)
    assert find_order([sample(rows[:1], np.array([[1.0, 2.0, np.inf]]))]) is None
    assert find_order([sample(rows[:, :2], rows[:, :2] * 2)]) is None, "two numbers are in order half of the time"


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        (TABLE, np.abs(np.sin(TABLE)), "is never negative, though a negative number is expected somewhere"),
        (TABLE, -np.abs(np.sin(TABLE)), "is never positive, though a positive number is expected somewhere"),
        (TABLE, TABLE * 0, "is 0"),
    ],
)
def test_the_side_of_all_wrong_entries_is_told(expected, got, words):
    assert sentences.tell_relation(find_side([sample(expected, got)]), "it") == f"it {words}"
    got = got.copy()
    got[0, 0], got[1, 1], got[0, 1] = 100, -100, 0.25
    assert find_side([sample(expected, got)]) is None


@pytest.mark.parametrize(("sign", "words"), [(1, "is too large"), (-1, "is too small")])
def test_too_large_or_too_small_is_told_of_many_entries_in_several_cases_only(sign, words):
    def told(*tables):
        samples = [sample(one, one + sign * np.abs(np.sin(one))) for one in tables]
        return find_side([replace(one, index=i) for i, one in enumerate(samples)])

    assert sentences.tell_relation(told(TABLE, TABLE, TABLE[:1]), "it") == f"it {words}"
    assert told(TABLE, TABLE) is None  # two cases
    assert told(*(np.array(float(n)) for n in (1, 2, 4, 5, 7, 8, 10))) is None  # seven numbers
    assert sentences.tell_relation(told(*(np.array(float(n)) for n in range(1, 9))), "it") == f"it {words}"


def test_what_is_a_wrong_entry_is_decided_once():
    near = TABLE * (1 + 1e-4)
    near[0, 0] = TABLE[0, 0] * (1 + 1e-9)
    wrong = sample(TABLE, near, x=TABLE)
    assert wrong.wrong_entries.sum() == TABLE.size - 1 and not wrong.wrong_entries[0, 0]
    assert not sample(TABLE.astype(np.float32), near.astype(np.float32)).wrong_entries.any()
    assert sample(TABLE, TABLE[:2]).wrong_entries is None
    counts = np.array([10_000_000, 3, 4])
    assert sample(counts, np.array([10_000_000, 4, 4])).wrong_entries.tolist() == [False, True, False]
    grid = np.linspace(-3, 3, 12).reshape(3, 4)
    moved = np.where(np.abs(grid) < 1, grid * (1 + 1e-4), grid)
    assert find_threshold(KEY, [sample(grid, moved, x=grid)])[:2] == ("wrong between", "`x`")


def test_the_shape_of_an_argument_is_told_as_far_as_it_is_wrong():
    square, wide = np.ones((2, 2)), np.ones((2, 3))
    some = find_shape([sample(square, square + 1, x=square), sample(square, wide, x=wide)])
    assert sentences.tell_relation(some, "It") == ("It has the shape of `x`, which is not always the required one")
    every = find_shape([sample(np.ones(5), square, x=square), sample(np.ones(4), wide, x=wide)])
    assert sentences.tell_relation(every, "It") == "It has the shape of `x`, which is not the required one"


def test_a_changed_quantity_reads_the_same_within_every_formula():
    forms = [words for words, _ in change_operand("`a`", np.array([[1.0, 2.0], [3.0, 5.0]]))]
    forms += [words for words, _ in change_operand("`a`", np.array([1.0, 2.0]))]
    assert {"(`a` · (1 - `a`))", "(`a` as a column)", "(1 - `a`)"} <= {*forms}
    assert all(words.startswith("(") or words == "`a`²" for words in forms)
    assert ("times", "(1 - `b`)") in name_factor(0.63, {"`b`": 0.37}, 1e-9)


def test_layers_that_are_empty_are_not_counted():
    assert [*find_quantities({"layers": [(), (np.ones(3),)]})] == []
    assert ("the number of layers", 1) in find_quantities({"layers": [(np.ones((2, 3)), np.ones(3))]})


@pytest.mark.parametrize(
    ("kind", "what", "words"),
    [
        ("argument", ("zeros", "x"), "`x` is replaced by zeros"),
        ("argument", ("doubled", "x", "w"), "each of `x` and `w` is first doubled"),
        ("argument", ("always 0.5", "alpha"), "`alpha` is always 0.5"),
        ("result", ("negated", "dense", ""), "the result of `dense` is first negated"),
        ("result", ("reversed", "forward", "acts"), "the output `acts` of `forward` is first reversed"),
        ("inputs swapped", ("x", "y"), "`x` and `y` are swapped"),
        ("one batch", ("batch_size",), "all examples are in one batch, whatever `batch_size` is"),
        ("examples only first", (), "only the first example of the batch is used"),
        ("shared only first", ("x", "w"), "only the first column of `x` and the first row of `w` are used"),
        ("shared only last", ("x", "w"), "only the last column of `x` and the last row of `w` are used"),
        ("shared without first", ("x", "w"), "the first column of `x` and the first row of `w` are left out"),
        ("shared without last", ("x", "w"), "the last column of `x` and the last row of `w` are left out"),
        ("loop", ("without last",), "one loop leaves out its last item"),
    ],
)
def test_a_slip_is_told(kind, what, words):
    assert can_be_told(kind, what)
    assert tell_slip(kind, what) == (
        f"In every case tried, your result is what the course's own solution gives when {words}."
    )
    assert not can_be_told("loop", ())


def test_every_change_that_a_slip_makes_has_words():
    assert {word for word, _, _ in arguments.CHANGES} <= {*CHANGES}


def test_what_one_entry_cannot_show_is_not_told():
    cut = np.minimum(TABLE, 8.0)
    assert ("never above", "8") in relations(TABLE, cut)
    assert ("never above", "8") not in common_relations(KEY, [sample(TABLE, cut)], {})
    assert told(sample(TABLE, np.minimum(TABLE, 2.25)))[0] == "it is what was expected, but never above 2.25"


def test_a_part_of_one_answer_alone_is_not_told():
    whole, part = np.abs(TABLE), np.maximum(TABLE, 0)
    wholly_wrong, partly_wrong = sample(whole, whole + 1), sample(part, np.where(part > 0, part + 1, 0))
    assert _find_part(KEY, [wholly_wrong, partly_wrong, wholly_wrong], "your result", [], {}) is None
    found = _find_part(KEY, [wholly_wrong, partly_wrong, partly_wrong], "your result", [], {})
    assert (
        found.words
        == "In the cases tried, your result is wrong exactly in the entries where a positive number is expected."
    )


def test_the_limits_of_a_range_are_true_of_the_numbers():
    x = np.array([0.0, 0.2, 0.5006, 0.9996, 1.0004, 2.0, 3.0, 4.0])
    found = find_threshold(KEY, [sample(x, np.where((x > 0.3) & (x < 1), x + 1, x), x=x)])
    assert sentences.tell_relation(found, "it") == (
        "it is wrong only where `x` is between 0.5 and 1 (and right at 0.2 and at 1.01)"
    )
    x[1] = 0.5002
    assert find_threshold(KEY, [sample(x, np.where((x > 0.5005) & (x < 1), x + 1, x), x=x)])[2:] == (
        *("0.5006", "0.9996"),
        *("0.5002", "1.001"),
    )


def test_an_order_is_told_only_if_every_case_was_answered_and_of_no_pairs():
    rows = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])
    kept = sample(rows, rows**3)
    told = _find_order(KEY, [kept], "your result", [], {})
    assert told.startswith("Your result holds wrong numbers")
    assert _find_order(KEY, [kept], "your result", [1], {}) is None
    assert _find_order(KEY, [replace(kept, label=Label("", 0))], "your result", [], {}) is None


def test_one_line_of_weights_has_no_neighbours():
    row = np.array([[0.1, -0.2, 0.3, 0.05]])
    found = laws.measure(row, 0.2, laws.NORMAL)
    assert found[laws.ALONG_COLUMNS] == 0.0 and found[laws.ALONG_ROWS] != 0.0
    found = laws.measure(row.T, 0.2, laws.NORMAL)
    assert found[laws.ALONG_ROWS] == 0.0 and found[laws.ALONG_COLUMNS] != 0.0
    with pytest.raises(Unusable, match="an empty array, of shape"):
        laws.measure(np.zeros((0, 3)), 0.2, laws.NORMAL)


@pytest.mark.parametrize(
    ("statistic", "got", "expected", "said"),
    [
        (laws.MEAN, 0.5, 0.0, "weights whose mean is 0.5 standard deviations above 0"),
        (laws.NEAR, 0.5, 0.683, "weights of which 50.0% are within one standard deviation; expected 68.3%"),
        (laws.DEVIATION, np.nan, 1.0, "weights that are not all finite"),
        (laws.DEVIATION, 0.0, 1.0, "weights whose standard deviation is 0"),
        (laws.DIFFERENT, 3 / 40_000, 1.0, "weights with hardly any different magnitudes"),
        (laws.DIFFERENT, 0.01, 1.0, "weights of which only 1.0% have a magnitude that occurs once"),
        (laws.MEAN, np.nan, 0.0, "weights that are all equal, or not all finite"),
    ],
)
def test_a_statistic_of_weights_is_told(statistic, got, expected, said):
    assert laws.tell(statistic, got, expected) == said


def test_the_tolerances_of_weights_are_those_of_forty_thousand_draws():
    weights = np.random.default_rng(4).normal(0, 0.1, (200, 200))
    expected = dict(laws.NORMAL)
    assert compare(expected, laws.measure(weights, 0.1, expected), **laws.CLOSE) is None
    assert compare(expected, laws.measure(weights, 0.1 * 1.08, expected), **laws.CLOSE).path == (laws.DEVIATION,)
    assert compare(expected, laws.measure(weights + 0.008, 0.1, expected), **laws.CLOSE).path == (laws.MEAN,)


def test_of_several_statistics_the_one_that_is_furthest_off_is_told():
    expected = dict(laws.NORMAL)
    for weights, worst in (
        (np.full((200, 200), 0.3), laws.DEVIATION),
        (np.full((200, 200), np.nan), laws.DEVIATION),
        (np.random.default_rng(5).normal(0.08, 1, (200, 200)), laws.DEVIATION),
        (np.repeat(np.random.default_rng(6).normal(0.01, 0.1, (1, 200)), 200, axis=0), laws.ALONG_COLUMNS),
    ):
        found = laws.measure(weights, 0.1, expected)
        assert compare(expected, found, **laws.CLOSE).path == (worst,)
        assert compare({"layer": expected}, {"layer": found}, **laws.CLOSE).path == ("layer", worst)
    near = expected | {laws.MEAN: 0.031, laws.DEVIATION: 1.049}
    assert compare(expected, near, **laws.CLOSE).path == (laws.MEAN,), "the other is close enough"
    assert laws.find_worst(expected, expected | {laws.MEAN: np.nan}, [laws.MEAN]) == laws.MEAN


def test_limits_that_are_0_or_1_are_told_as_they_are():
    x = np.array([0.0, 1e-17, 0.2, 0.7, 1.0, 2.0, 3.0, 4.0])
    found = find_threshold(KEY, [sample(x, np.where((x > 0) & (x < 1), x + 1, x), x=x)])
    assert sentences.tell_relation(found, "it") == (
        "it is wrong only where `x` is above 0 and below 1; it is right at 0 and at 1"
    )
    found = find_threshold(KEY, [sample(x, np.where((x > 1) & (x < 4), x + 1, x), x=x)])
    assert found[0] == "wrong between"


def test_three_wrong_entries_show_a_limit_and_two_do_not():
    for limit, proved in ((5.0, True), (6.5, False)):
        assert (limit < TABLE).sum() == 2 + proved
        assert is_proved([sample(TABLE, np.minimum(TABLE, limit))], ("never above", f"{limit:g}")) is proved


def test_clipped_weights_are_told_of_a_few_and_not_of_nearly_all():
    rng = np.random.default_rng(3)
    for part, told in ((0.0, False), (0.01, True), (0.89, True), (0.9, False)):
        weights = rng.uniform(-1, 1, 2000)
        weights[: int(2000 * part)] = 2.0
        found = [*draws._describe(weights.reshape(50, 40), {"fan_in": 50.0}, {}, None)]
        assert (("draws clipped",) in found) is told, part


def test_every_slip_that_is_made_in_the_reference_and_has_words_is_told_by_their_number():
    """A kind with a different number of words has no sentence, so such a slip would never be named."""
    numbers = {
        *{("operator", 2), ("operand dropped", 2), ("operand dropped", 1), ("operand dropped", 0)},
        *{("operands swapped", 1), ("comparison", 2), ("constant", 2), ("name", 2), ("name", 0), ("function", 2)},
        *{("axis", 1), ("axis", 0), ("index", 1), ("index", 0), ("order", 0), ("arguments swapped", 1)},
        *{("argument dropped", 2), ("call dropped", 1), ("condition", 0), ("loop", 1), ("statement dropped", 0)},
        *{("inputs swapped", 2), ("one batch", 1)},
        *{(f"shared {rows}", 2) for rows, _ in arguments.ROWS},
        *{(f"examples {rows}", 0) for rows, _ in arguments.ROWS},
    }
    assert numbers == {*SLIPS}
    for kind, number in numbers:
        assert can_be_told(kind, ("a",) * number) and not can_be_told(kind, ("a",) * (number + 3))
    assert can_be_told("result", ()) and can_be_told("argument", ())


def test_lines_need_two_entries_to_be_scaled_or_shifted():
    square = np.array([[1.0, 2.0], [3.0, 5.0]])
    by = np.array([[2.0], [7.0]])
    scaled, shifted = ("lines scaled", 0, 2), ("lines shifted", 0, 2)
    assert scaled in relations(square, square * by) and shifted not in relations(square, square * by)
    assert shifted in relations(square, square + by) and scaled not in relations(square, square + by)
    assert ("lines scaled", 1, 2) in relations(square, square * by.T)
    assert ("lines shifted", 1, 2) in relations(square, square + by.T)
    assert not {scaled, shifted} & {*relations(square[:, :1], square[:, :1] * by)}
    assert not {scaled, shifted} & {*relations(square[:, :1], square[:, :1] + by)}
    zero = np.array([[0.0, 0.0], [3.0, 5.0]])
    assert scaled not in relations(zero, zero * by), "nothing is known of a line of zeros"
    more = np.array([[0.0, 0.0], [3.0, 5.0], [1.0, 2.0]])
    assert scaled in relations(more, more * np.array([[9.0], [7.0], [2.0]]))
    assert scaled not in relations(square, square * np.array([[0.0], [7.0]]))
    assert shifted not in relations(square, np.array([[4.0, 4.0], [6.0, 6.0]]))
    assert ("lines scaled and shifted", 0, 2) in relations(square, square * by + by)
