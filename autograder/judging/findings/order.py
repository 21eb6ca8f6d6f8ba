"""Which relation says most, and the properties of each kind that a verdict depends on, as data."""

from __future__ import annotations

from .relations import Relation

FREE = frozenset(
    {
        "draws zeros",
        "draws rounded",
        "times number",
        "off by number",
        "scaled and shifted",
        "never above",
        "never below",
        "two values",
        "draws deviation number",
        "draws truncated",
        "always the same",
        "always one number",
        "called with",
        "called too seldom",
    }
)
"""Kinds that quote a value from the student's answer or from the inputs."""
WEAK = (
    "differs by multiple",
    "two values",
    "shifted",
    "scaled",
    "scaled and shifted",
    "scaled and shifted somehow",
    "lines alike",
    "first axis alike",
    "lines scaled",
    "lines shifted",
    "lines scaled and shifted",
    "change scaled",
    "whole rows",
    "nearly",
)
"""Kinds that are used only if no other says more."""
LAST = ("times number", "off by number", "entries permuted", *WEAK, "all one number")
ZERO_LINES = ("rows zero", "columns zero")
"""Kinds that say which lines of an array are right."""
_FIRST = (
    "all NaN",
    "all zeros",
    "all ones",
    "input",
    "opposite",
    "negated",
    "transposed",
    "quotient of",
    "times",
    "divided by",
    "off by",
    "related",
    "related part",
)
CERTAIN = frozenset(
    {
        "truth value",
        "number for truth",
        "text",
        "text for truth",
        "floats for integers",
        "32-bit integers",
        "32-bit floats",
    }
)
"""Kinds for which a single case is proof: they say that the numbers came back as another type."""
DEGENERATE = frozenset(
    {
        "draws not finite",
        "draws integers",
        "draws all zeros",
        "draws constant",
        "draws few values",
        "draws line empty",
        "draws shape",
        "always the same",
        "always one number",
    }
)
"""Kinds that say more than a misconception that gives the same answers only in some cases."""
VAGUE = frozenset({"where", "some", "part", "all one number", "stops where"})
"""Kinds that say where an answer is wrong, but little about how."""
_SIMPLE = frozenset({"2", "½", "minus 2"})


def rank(relation: Relation) -> tuple[int, ...]:
    """Return numbers by which relations are sorted, the most telling first."""
    kind = relation[0].removeprefix("change ")
    if kind in LAST:
        return 2, LAST.index(kind)
    if kind in _FIRST:
        # An axis length of the arguments says more than its value.
        plain = kind in ("times", "divided by", "off by") and "`" not in relation[-1] and relation[-1] not in _SIMPLE
        return 0, _FIRST.index(kind), plain
    return (1,)
