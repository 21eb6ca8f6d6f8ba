"""If a result cannot be drawn, does one sentence say why?"""

from __future__ import annotations

import numpy as np
import pytest

from labkit.arrays import UnusableResultError
from labkit.reload import describe_error, explain
from labkit.results import accuracy, as_layers, as_numbers, as_pair, run_forward
from solutions.weightlab.forward import forward

NAN = np.array([[1.0, np.nan]])


def softmax():
    """Serve as the function that the sentences name."""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None; this figure needs an array of shape (1, 2)"),
        ("words", "a str; this figure needs an array of shape (1, 2)"),
        (np.zeros(2), "an array of shape (2,); this figure needs an array of shape (1, 2)"),
        (0.5, "the number 0.5; this figure needs an array of shape (1, 2)"),
        ([[1.0], [2.0, 3.0]], "a list of length 2; this figure needs an array of shape (1, 2)"),
        (NAN, "an array of shape (1, 2) that contains NaN (not a number); this figure needs finite numbers"),
        ([[np.inf, 0]], "an array of shape (1, 2) that contains infinity; this figure needs finite numbers"),
    ],
)
def test_what_is_no_use_is_described(value, said):
    with pytest.raises(UnusableResultError) as caught:
        as_numbers(value, (1, 2), softmax)
    assert str(caught.value) == f"softmax returned {said}."
    assert explain(caught.value) == describe_error(caught.value) == str(caught.value)


def test_lists_are_as_good_as_arrays_and_nan_may_be_wanted():
    assert as_numbers([[1, 2]], (1, 2), softmax).dtype == float
    assert np.isnan(as_numbers(NAN, (1, 2), softmax, finite=False)).any()


@pytest.mark.parametrize("value", [None, 3, [], [1, 2], [(np.zeros((3, 2)),)], [(np.zeros((2, 3)), np.zeros(2))]])
def test_layers_keep_their_shapes(value):
    like = [(np.zeros((3, 2)), np.zeros(2))]
    assert len(as_layers(like, like, softmax)) == 1
    with pytest.raises(UnusableResultError, match=r"^softmax returned "):
        as_layers(value, like, softmax)


def test_a_pair_is_two_things():
    assert as_pair([1, 2], softmax, "layers and losses") == (1, 2)
    with pytest.raises(UnusableResultError, match=r"^softmax returned None; this figure needs layers and losses\.$"):
        as_pair(None, softmax, "layers and losses")


def test_a_forward_pass_gives_logits_and_what_enters_each_layer(layers, digits):
    logits, entered = run_forward(forward, layers, digits.test_images[:5])
    assert logits.shape == (5, 10)
    assert [len(one[0]) for one in entered] == [len(weights) for weights, _ in layers]
    assert accuracy(forward, layers, *digits[2:]) > 0.9
    for wrong in (lambda *_: logits, lambda *_: (logits, None), lambda *_: (logits, entered[:1])):
        with pytest.raises(UnusableResultError, match=r"returned .*; this figure needs "):
            run_forward(wrong, layers, digits.test_images[:5])
