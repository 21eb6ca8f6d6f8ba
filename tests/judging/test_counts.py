"""Is a count's formula told only where enough different counts agree with it, and are quantities counted right?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judging.findings.counts import EXPECTED, find_formula, find_quantities
from tests.support.samples import sample

SIZES = [[3, 4], [5, 2, 7], [6, 1, 1, 2], [9, 3, 4], [4, 4, 8, 16]]
SUM, ITEMS, LARGEST = "the sum of `n`", "the number of items in `n`", "the largest item of `n`"


def formula(got, lists=None, expected=None):
    lists = SIZES if lists is None else lists
    wanted = [100 + 17 * i * i for i, _ in enumerate(got)] if expected is None else expected
    return find_formula([sample(np.array(wanted[i]), n, n=lists[i]) for i, n in enumerate(got)])


@pytest.mark.parametrize(
    ("count", "found"),
    [
        (sum, ("count", SUM)),
        (lambda n: float(sum(n)), ("count", SUM)),
        (lambda n: sum(n) ** 2, ("count product", SUM, SUM)),
        (lambda n: sum(n) * len(n), ("count product", SUM, ITEMS)),
        (lambda n: sum(n) + len(n), ("count sum", SUM, ITEMS)),
        (lambda n: sum(n) - len(n), ("count difference", SUM, ITEMS)),
        (lambda n: len(n) - sum(n), ("count difference", ITEMS, SUM)),
        (lambda n: max(n) - len(n), ("count difference", LARGEST, ITEMS)),
        (lambda n: sum(n) + 0.5, None),
        (lambda n: [sum(n)], None),
        (lambda n: "many", None),
        (lambda n: np.inf, None),
        (lambda n: True, None),
        (lambda n: 1000 * sum(n) + 7 * len(n), None),
    ],
)
def test_a_count_is_a_quantity_or_made_of_two(count, found):
    assert formula([count(one) for one in SIZES]) == found


def test_twice_a_quantity_is_no_sum_and_what_never_varies_no_part():
    assert formula([2 * sum(one) for one in SIZES]) is None
    pairs = [[3, 4], [5, 2], [6, 1], [9, 3], [4, 8]]
    assert formula([1000 * 2 + one[0] for one in pairs], pairs) is None
    assert formula([sum(one) * 2 for one in pairs], pairs) is None, "the number of items is always 2"


def test_what_was_expected_may_be_a_part():
    assert formula([7 * n for n in (1, 2, 3, 5)], expected=[1, 2, 3, 5]) is None
    assert formula([n + len(SIZES[i]) for i, n in enumerate((50, 60, 80, 90))], expected=[50, 60, 80, 90]) == (
        *("count sum", ITEMS),
        EXPECTED,
    )


def test_four_different_counts_are_enough():
    assert formula([sum(one) for one in SIZES[:4]]) == ("count", "the sum of `n`")
    assert formula([sum(one) for one in SIZES[:3]]) is None
    again = [*SIZES[:3], SIZES[0]]
    assert formula([sum(one) for one in again], again) is None, "three different ones"


def test_a_count_is_whole_and_so_is_what_was_expected():
    counts = [sum(one) for one in SIZES]
    assert formula(counts, expected=[1.0, 2.0, 3.0, 4.0, 5.0]) is None
    assert formula(counts, expected=[[1], [2], [3], [4], [5]]) is None
    assert formula(counts, expected=[True, False, True, False, True]) is None


def test_of_arrays_by_name_only_single_quantities_are_told():
    named = [{f"w{k}": (k + 2, k) for k in range(n)} for n in (1, 2, 3, 4, 5)]
    letters = [2 * n for n in (1, 2, 3, 4, 5)]
    assert formula(letters, named) == ("count", "the number of letters in all names")
    assert formula([3 * n * n for n in (1, 2, 3, 4, 5)], named) is None


def test_a_quantity_is_in_the_arguments_of_all_cases():
    mixed = [*SIZES[:4], "text"]
    assert formula([*[sum(one) for one in SIZES[:4]], 77], mixed) is None


@pytest.mark.parametrize(
    ("given", "words", "number"),
    [
        ({"n": [3, 4, 2]}, "the sum of the products of neighbours", 20),
        ({"n": [3, 4, 2, 5]}, "the sum of the products of every other pair of neighbours", 22),
        ({"n": [3, 4, 2]}, "the sum of the products of all pairs, neighbours or not", 26),
        ({"n": [3, 4, 2]}, "the product of the sums of neighbours", 42),
        ({"n": [3, 4, 2]}, "the sum of `n` without the first item", 6),
        ({"n": [3, 4, 2]}, "the sum of `n` without the last item", 7),
        ({"n": [3, 4, 2]}, "one less than the number of items in `n`", 2),
        ({"n": [3, 4, 2]}, "the first item of `n`", 3),
        ({"n": [3, 4, 2]}, "the last item of `n`", 2),
        ({"n": [3, 4, 2.0]}, "the sum of `n`", None),
        ({"n": []}, "the sum of `n`", 0),
        ({"n": []}, "the first item of `n`", None),
        ({"frozen": {0, 2}}, "the number of items in `frozen`", 2),
        ({"w": np.ones((2, 3))}, "the length of axis 1 of `w`", 3),
        ({"w": np.ones((2, 3))}, "the number of entries of `w`", 6),
        ({"w": np.ones((2, 3))}, "the rank of `w`", 1),
        ({"w": np.eye(3)[:2]}, "the rank of `w`", 2),
        ({"w": np.ones((2, 3), int)}, "the rank of `w`", None),
        ({"w": np.ones(3)}, "the rank of `w`", None),
        ({"w": np.ones((0, 3))}, "the rank of `w`", None),
        ({"w": np.ones((2, 1))}, "the number of distinct columns of `w`, rounded to 4 decimals", 1),
        (
            {"w": np.array([[1.0, 1.00004, 1.00006]])},
            "the number of distinct columns of `w`, rounded to 4 decimals",
            2,
        ),
        (
            {"w": np.array([[1.0, 1.00004, 1.00006]])},
            "the number of distinct columns of `w`, rounded to 5 decimals",
            3,
        ),
        ({"w": np.array([[0.0, -0.0]])}, "the number of distinct columns of `w`, rounded to 4 decimals", 1),
    ],
)
def test_what_can_be_counted_in_arguments(given, words, number):
    assert dict(find_quantities(given)).get(words) == number


def test_columns_are_apart_if_some_entry_differs_by_more_than_the_margin():
    words = "the number of columns of `w` that differ by more than a fixed amount, such as {}"
    matrix = np.array([[0.0, 0.25, 0.0, 0.0], [0.0, 0.0, 0.005, 0.02]])
    found = dict(find_quantities({"w": matrix}))
    assert [found[words.format(margin)] for margin in ("0.01", "0.001", "0.0001")] == [3, 4, 4]
    assert {words.format(f"{10**-k:.{k}f}") for k in (2, 3, 4, 5, 6)} <= found.keys()


def test_the_entries_of_arrays_by_name():
    shapes = {"weights": (2, 3), "bias": (3,), "w": (4,), "b": (), "weight": (5, 1, 2)}
    found = dict(find_quantities({"shapes": shapes}))
    assert {name: number for name, number in found.items() if "entries" in name} == {
        "the number of entries of all 1-D arrays": 7,
        "the number of entries of all 2-D arrays": 6,
        "the number of entries, with each distinct shape counted once": 24,
        "the number of entries, with an array of shape () counted as 0": 23,
        "the number of entries, with the first axis left out of arrays with more than two axes": 16,
        "the number of entries of the arrays with “weight” in their name": 16,
        "the number of entries of the arrays with “bias” in their name": 3,
        "the number of entries of the arrays with “w” in their name": 20,
        "the number of entries of the arrays with “b” in their name": 4,
        "the number of entries of the arrays named “weights” and “bias”": 9,
        "the number of entries of the arrays named “w” and “b”": 5,
        "the number of entries of the arrays named “weight” and “bias”": 13,
        "the number of entries of the largest array": 10,
        "the number of entries of the first array": 6,
        "the number of entries of the last array": 10,
    }
    assert found["the sum, over all arrays, of the first axis length times the last"] == 6 + 9 + 16 + 10
    assert (
        found["the product of all axis lengths"] == 6 * 3 * 4 * 10
        and found["the number of axes of all arrays together"] == 7
    )
    assert found["the sum of all first axis lengths"] == 14 and found["the sum of all last axis lengths"] == 12


def test_the_weights_and_biases_of_layers():
    layers = [(np.ones((2, 3)), np.array([0.0, 1, 2])), (np.eye(3)[:, :2],)]
    found = dict(find_quantities({"layers": layers, "frozen": {1}}))
    counts = {"all layers": (2, 12, 3, 10, 5, 18), "layers that are not frozen": (1, 6, 3, 8, 2, 18)}
    for group, numbers in counts.items():
        names = ("weights", "biases", "weights and biases other than 0", "rows of the weights")
        words = [f"the number of {group.removeprefix('all ')}", *(f"the number of {name} in {group}" for name in names)]
        words.append(f"the sum, over {group}, of the number of weights times the number of biases")
        assert tuple(found[one] for one in words) == numbers
    assert found["the number of frozen layers"] == 1
    assert dict(find_quantities({"layers": layers, "frozen": [1]}))["the number of frozen layers"] == 0
    assert [*find_quantities({"layers": [(np.ones(2), 3.0)]})] == [*find_quantities({"layers": [np.ones(2)]})] == []
    assert [*find_quantities({"layers": [(np.ones(2), np.array(3.0))]})] == []


def test_the_layers_that_are_frozen_may_be_left_out_one_at_a_time():
    layers = [(np.ones((4, 3)), np.ones(3)), (np.ones((3, 5)), np.ones(5)), (np.ones((5, 2)), np.ones(2))]
    found = dict(find_quantities({"layers": layers, "frozen": frozenset({0, 1})}))
    less = "the number of all weights and biases, minus those of only the {} frozen layer"
    assert (found[less.format("first")], found[less.format("last")]) == (47 - 15, 47 - 20)
    assert found["the sum of all axis lengths of the weights and biases in layers that are not frozen"] == 5 + 2 + 2
    assert dict(find_quantities({"layers": layers, "frozen": frozenset()}))[less.format("last")] == 47
