"""Does each relation hold exactly from where it says something, and not for what is too small or too alike?"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judging.findings.relations import find_relations
from tests.support.samples import sample

ROW = [1.5, -2.0, 4.0, 0.25]
SQUARE = [[1.5, -2.0], [4.0, 0.25]]
NAN, E = np.nan, np.e
# What was expected, what came back, a relation, and whether it holds.
EDGES = [
    # nothing came back where one line is expected: it is both the first and the last
    ([[1.0, 2.0]], np.zeros((0, 2)), ("without the first", 0, 2), True),
    ([[1.0, 2.0]], np.zeros((0, 2)), ("without the last", 0, 2), True),
    ([[1.0], [2.0]], np.zeros((2, 0)), ("without the last", 1, 2), True),
    ([[1.0, 2.0]], np.zeros((1, 0)), ("without the last", 1, 2), False),
    ([[1.0, 2.0], [3.0, 4.0]], np.zeros((0, 2)), ("without the first", 0, 2), False),
    ([1.0], np.zeros((0, 2)), ("without the first", 0, 2), False),
    # different numbers in place of one
    ([2.0, 2.0], [1.0, 3.0], ("all different",), True),
    ([2.0, 2.0], [1.0, 1.0], ("all different",), False),
    ([2.0, 2.0], [[1.0, 3.0]], ("all different",), False),
    ([2.0, 2.5], [1.0, 3.0], ("all different",), False),
    ([2.0], [1.0], ("all different",), True),
    ([2.0], [2.0], ("all different",), False),
    (2.0, 1.0, ("all different",), False),
    ([2.0], [[1.0]], ("all different",), False),
    # constants
    (ROW, [0.0] * 4, ("all zeros",), True),
    (ROW, [1.0] * 4, ("all ones",), True),
    (ROW, [2.0] * 4, ("all one number",), True),
    (ROW, [2.0] * 3, ("all one number",), True),
    (ROW, [2.0], ("all one number",), False),
    (2.0, 0.0, ("all zeros",), True),
    (2.0, 1.0, ("all ones",), True),
    (2.0, 3.0, ("all one number",), False),
    (ROW, [NAN] * 4, ("all NaN",), True),
    (ROW, [NAN, NAN, NAN, 1.0], ("all NaN",), False),
    # single numbers have no order, and an axis of one line no other line
    (2.0, 4.0, ("square",), True),
    (2.0, 2.0, ("sorted",), False),
    ([2.0, 1.0], [1.0, 2.0], ("sorted",), True),
    ([[2.0, 1.0]], [[1.0, 2.0]], ("flipped", 1, 2), True),
    ([[2.0, 1.0]], [[2.0, 1.0]], ("flipped", 0, 2), False),
    ([[2.0, 1.0]], [[0.0, 0.0]], ("first is zero", 0, 2), True),
    ([[2.0, 1.0]], [[0.0, 0.0]], ("last is zero", 0, 2), True),
    ([[2.0, 1.0]], [2.0, 1.0], ("only the first", 0, 2), True),
    ([[2.0, 1.0]], [2.0, 1.0], ("only the last", 0, 2), True),
    ([[2.0, 1.0]], [2.0, 1.0], ("sums", 0, 2), False),
    ([[2.0, 1.0], [3.0, 4.0]], [5.0, 5.0], ("sums", 0, 2), True),
    # numbers whose powers are too large
    ([1000.0, 999.0, 0.5], [1 / (1 + E), 1 / (E + 1) / E, 0.0], ("softmax over all",), False),
    ([1000.0, 999.0, 0.5], [E / (E + 1), 1 / (E + 1), 0.0], ("softmax over all",), True),
    ([[1000.0, 999.0, 0.5]], [[E / (E + 1), 1 / (E + 1), 0.0]], ("softmax", 1, 2), True),
    # decimals
    ([0.123456, 2.0], [0.1, 2.0], ("rounded",), True),
    ([0.123456, 2.0], [0.12, 2.0], ("rounded",), True),
    ([0.123456, 2.0], [0.123, 2.0], ("rounded",), True),
    ([0.123456, 2.0], [0.1235, 2.0], ("rounded",), True),
    ([0.123456, 2.0], [0.12346, 2.0], ("rounded",), False),
    # lines that are all the same
    (SQUARE, [[1.0, 2.0], [1.0, 2.0]], ("lines alike", 0, 2), True),
    (SQUARE, [[1.0, 1.0], [2.0, 2.0]], ("lines alike", 1, 2), True),
    (SQUARE, [[1.0, 2.0], [1.0, 3.0]], ("lines alike", 0, 2), False),
    ([[1.5, -2.0]], [[3.0, 5.0]], ("lines alike", 0, 2), True),
    ([[1.5, -2.0]], [[3.0, 5.0]], ("lines alike", 1, 2), False),
    (ROW, [3.0] * 4, ("lines alike", 0, 2), False),
    # the wrong order
    ([[1.0], [2.0], [3.5]], [[2.0], [3.5], [1.0]], ("permuted", 0, 2), True),
    ([[1.0], [2.0]], [[2.0], [1.0]], ("permuted", 0, 2), False),
    ([1.0, 2.0, 3.5], [2.0, 3.5, 1.0], ("permuted", 0, 1), True),
    ([[[1.0, 2.0, 3.5]]], [[[2.0, 3.5, 1.0]]], ("permuted", 2, 3), False),
    (SQUARE, [[4.0, 1.5], [0.25, -2.0]], ("entries permuted",), True),
    ([[1.5], [-2.0], [4.0]], [[4.0], [1.5], [-2.0]], ("entries permuted",), False),
    (ROW, [4.0, 1.5, 0.25, -2.0], ("entries permuted",), False),
    # limits
    ([1.0, 5.0, 7.0], [1.0, 4.5, 4.5], ("never above", "4.5"), True),
    ([2.0, 5.0, 7.0], [2.0, 2.0, 2.0], ("never above", "2"), False),
    ([0.5, 5.0, 7.0], [0.5, 1.0, 1.0], ("never above", "1"), False),
    ([-5.0, 5.0, 7.0], [-5.0, 0.0, 0.0], ("never above", "0"), False),
    ([-5.0, 5.0, 7.0], [-5.0, -1.0, -1.0], ("never above", "-1"), False),
    ([1.0, 5.0, 7.0], [1.0, 5.0, 7.0], ("never above", "7"), False),
    ([1.0, 5.0, 7.0], [3.5, 5.0, 7.0], ("never below", "3.5"), True),
    ([-5.0, 0.0, 7.0], [-1.0, 0.0, 7.0], ("never below", "-1"), False),
    # one number for each of two
    ([1.0, 4.0, 1.0, 4.0], [0.3, 0.7, 0.3, 0.7], ("two values", "1", "4"), True),
    ([1.0, 4.0, 1.0, 4.0], [0.3, 0.7, 0.3, 0.8], ("two values", "1", "4"), False),
    ([1.0, 4.0, 1.0, 4.0], [0.3, 0.3, 0.3, 0.3], ("two values", "1", "4"), False),
    ([1.0, 4.0, 5.0, 4.0], [0.3, 0.7, 0.3, 0.7], ("two values", "1", "4"), False),
    ([1.0, 4.0, 1.0, 4.0], [0.0, 0.7, 1e-9, 0.7], ("two values", "1", "4"), True),
    ([1.0, 4.0, 1.0, 4.0], [0.0, 0.7, 2e-9, 0.7], ("two values", "1", "4"), False),
    # lines by which numbers are shifted or scaled
    ([[1.0, 1.0], [2.0, 2.0]], [[3.0, 3.0], [7.0, 7.0]], ("lines shifted", 0, 2), False),
    ([[1.0, 1.0], [2.0, 2.5]], [[3.0, 3.0], [7.0, 7.5]], ("lines shifted", 0, 2), True),
    ([[1.0, 1.0], [2.0, 2.0]], [[3.0, 3.0], [7.0, 7.0]], ("lines scaled", 0, 2), True),
    ([[0.0, 0.0], [2.0, 2.5]], [[0.0, 0.0], [4.0, 5.0]], ("lines scaled", 0, 2), False),
    ([[1.0, 1.0], [2.0, 2.5]], [[0.0, 0.0], [4.0, 5.0]], ("lines scaled", 0, 2), False),
    ([[[1.0, 2.0], [2.0, 2.5]]], [[[2.0, 4.0], [6.0, 7.5]]], ("lines scaled", 0, 2), False),
    # scales and shifts need three different numbers among four
    ([1.0, 2.0, 4.0, 4.0], [3.5, 5.5, 9.5, 9.5], ("scaled and shifted", "2"), True),
    ([1.0, 2.0, 2.0, 1.0], [3.5, 5.5, 5.5, 3.5], ("scaled and shifted", "2"), False),
    ([1.0, 2.0, 4.0], [3.5, 5.5, 9.5], ("scaled and shifted", "2"), False),
    ([1.0, 2.0, 4.0, 8.0], [2.0, 3.0, 5.0, 9.0], ("shifted",), True),
    ([1.0, 2.0, 4.0, 8.0], [2.0, 3.0, 5.0, 9.0], ("scaled",), False),
    ([1.0, 2.0, 4.0, 8.0], [3.0, 6.0, 12.0, 24.0], ("scaled",), True),
    ([1.0, 2.0, 4.0, 8.0], [3.0, 6.0, 12.0, 24.0], ("shifted",), False),
    ([1.0, 2.0, 4.0, 8.0], [3.5, 6.5, 12.5, 24.5], ("scaled",), False),
    ([1.0, 2.0, 4.0, 8.0], [5.0, 5.0, 5.0, 5.0], ("scaled and shifted somehow",), False),
    ([1.0, 2.0, 4.0, 8.0], [3.0, 6.0, 12.0, 25.0], ("scaled and shifted somehow",), False),
    ([1.0, 2.0, 4.0, 8.0], [3.0, 6.0, 12.0, NAN], ("scaled and shifted somehow",), False),
    ([1.0, 2.0, 4.0, NAN], [3.0, 6.0, 12.0, NAN], ("scaled and shifted somehow",), False),
    # the last step is missing
    (SQUARE, [1.5, -2.0, 4.0, 0.25], ("flat not reshaped",), True),
    (SQUARE, [1.5, -2.0, 4.0, 0.5], ("flat not reshaped",), False),
    (SQUARE, [[1.5], [-2.0], [4.0], [0.25]], ("flat not reshaped",), False),
    (ROW, [[1.5, -2.0, 4.0, 0.25]], ("flat not reshaped",), False),
    (7.0, [3.0, 4.0], ("sum not taken",), True),
    ([7.0], [3.0, 4.0], ("sum not taken",), False),
    ([1.5, 0.25], SQUARE, ("diagonal not taken",), True),
    ([[1.5], [0.25]], [[[1.5], [-2.0]], [[4.0], [0.25]]], ("diagonal not taken",), False),
    ([3.0, 4.0], [[1.0, 1.0], [2.0, 3.0]], ("axis not summed", 0, 2), True),
    ([3.0, 4.0], [[1.0, 1.0], [2.0, 3.0]], ("axis not summed", 1, 2), False),
    ([3.0, 4.0], [[3.0, 4.0]], ("axis not summed", 0, 2), False),
    ([3.0, 4.0], [3.0, 4.0, 5.0], ("one too many at the end", 0, 1), True),
    (3.0, [3.0], ("one too many at the end", 0, 1), False),
    # another shape
    (SQUARE, [1.5, -2.0, 4.0, 0.25], ("flat",), True),
    ([1.5], [[1.5]], ("one axis more",), True),
    ([[2.0, 1.0]], [[[2.0, 1.0]]], ("one axis more",), True),
    ([2.0, 1.0], [[2.0], [1.0]], ("one axis more",), True),
    ([2.0, 1.0], [[[2.0], [1.0]]], ("one axis more",), False),
]


@pytest.mark.parametrize(("expected", "got", "relation", "holds"), EDGES)
def test_a_relation_holds_from_its_edge_on(expected, got, relation, holds):
    one = sample(np.array(expected), np.array(got))
    assert (relation in find_relations(one, even_constant=False)) is holds


def test_of_one_repeated_number_nothing_is_told_unless_it_is_asked_for():
    twos = sample(np.array([2.0, 2.0]), np.array([4.0, 4.0]))
    assert [*find_relations(twos)] == []
    assert ("square",) in find_relations(twos, even_constant=True)
    assert ("square",) in find_relations(sample(np.array([2.0]), np.array([4.0])))
    assert [*find_relations(sample(np.zeros(0), np.zeros(2)))] == [] == [*find_relations(sample(np.ones(2), "text"))]
