"""Of several relations that hold, does the one come first that says most?"""

from __future__ import annotations

import pytest

from autograder.judging.findings.order import FREE, LAST, WEAK, rank


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("all zeros",), ("all ones",)),
        (("all ones",), ("input", "`x`")),
        (("related", "f(x)"), ("square",)),
        (("times", "2"), ("times", "10")),
        (("times", "½"), ("times", "0.1")),
        (("times", "minus 2"), ("times", "minus 3")),
        (("times", "the length of `x`"), ("times", "10")),
        (("times", "10"), ("divided by", "2")),
        (("divided by", "2"), ("divided by", "10")),
        (("divided by", "10"), ("off by", "1", "more")),
        (("off by", "1", "more"), ("related", "f(x)")),
        (("quotient of", "`x`", "`y`"), ("times", "2")),
        (("change times", "`x`", "2"), ("change times", "`x`", "10")),
        (("change negated", "`x`"), ("change times", "`x`", "2")),
        (("square",), ("times number", "7")),
        (("times number", "7"), ("off by number", "7", "more")),
        (("entries permuted",), ("differs by multiple", "`x`")),
        (("change scaled", "`x`"), ("lines scaled", 0, 2)),
        (("lines scaled", 0, 2), ("all one number",)),
    ],
)
def test_what_says_more_comes_first(first, then):
    assert rank(first) < rank(then)


def test_what_says_as_much_keeps_its_place():
    assert rank(("square",)) == rank(("exp",)) and rank(("times", "2")) == rank(("times", "the length of `x`"))
    assert rank(("change times", "`x`", "2")) == rank(("times", "2"))


def test_what_is_weak_comes_last_and_what_quotes_a_number_is_not_first():
    assert all(rank(("square",)) < rank((kind, "3")) for kind in {*WEAK, *LAST})
    assert all(rank(("negated",)) < rank((kind, "3")) for kind in FREE)
