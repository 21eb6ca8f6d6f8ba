"""The sentences of near slips: what was replaced by what, without showing the line."""

from __future__ import annotations

from .arguments import NUMBERS

SLIPS = {
    ("operator", 2): "one `{0}` is replaced by `{1}`",
    ("operand dropped", 2): "only the {1} operand of one `{0}` is kept",
    ("operand dropped", 1): "one `{0}` is left out",
    ("operand dropped", 0): "one part of a condition is left out",
    ("operands swapped", 1): "the two sides of one `{0}` are swapped",
    ("comparison", 2): "one `{0}` is replaced by `{1}`",
    ("constant", 2): "one `{0}` is replaced by `{1}`",
    ("name", 2): "`{1}` is used once instead of `{0}`",
    ("name", 0): "one variable is used instead of another",
    ("function", 2): "one `{0}` is replaced by `{1}`",
    ("axis", 1): "one transposition (.T) is left out",
    ("axis", 0): "one `axis` argument is left out",
    ("index", 1): "one end of a slice, or a pair of indices, is wrong",
    ("index", 0): "one index is left out",
    ("order", 0): "two neighbouring items of a tuple, list or dictionary are swapped",
    ("arguments swapped", 1): "two arguments of `{0}` are swapped",
    ("argument dropped", 2): "the argument `{0}` of `{1}` is left out",
    ("call dropped", 1): "one call to `{0}` is left out",
    ("condition", 0): "one condition is always true, or always false",
    ("loop", 1): "one loop {0}",
    ("statement dropped", 0): "one line is left out",
    ("inputs swapped", 2): "`{0}` and `{1}` are swapped",
    ("shared only first", 2): "only the first column of `{0}` and the first row of `{1}` are used",
    ("shared only last", 2): "only the last column of `{0}` and the last row of `{1}` are used",
    ("shared without first", 2): "the first column of `{0}` and the first row of `{1}` are left out",
    ("shared without last", 2): "the last column of `{0}` and the last row of `{1}` are left out",
    ("one batch", 1): "all examples are in one batch, whatever `{0}` is",
    ("examples only first", 0): "only the first example of the batch is used",
    ("examples only last", 0): "only the last example of the batch is used",
    ("examples without first", 0): "the first example of the batch is left out",
    ("examples without last", 0): "the last example of the batch is left out",
}
"""By the kind of a slip, and by the number of words that describe its change."""
LOOPS = {
    "reversed": "runs from the last item to the first",
    "without first": "leaves out its first item",
    "without last": "leaves out its last item",
    "only first": "stops after its first item",
}
CHANGES = {
    "zeros": "{0} is replaced by zeros",
    "negated": "{0} is first negated",
    "magnitude": "only the magnitudes of {0} are used",
    "squared": "{0} is first squared",
    "exp": "exp is first applied to every number in {0}",
    "softmax": "softmax is first applied to {0}",
    "positive part": "every negative number in {0} is first replaced by 0",
    "is positive": "{0} is first replaced by 1 where it is positive and by 0 elsewhere",
    "transposed": "{0} is first transposed",
    "rows reversed": "the order of the rows of {0} is first reversed",
    "columns reversed": "the order of the columns of {0} is first reversed",
    "reversed": "{0} is first reversed",
    "truncated": "the decimals of {0} are first cut off",
    "clipped to 0 and 1": "{0} is first clipped to the range from 0 to 1",
    "clipped to -1 and 1": "{0} is first clipped to the range from -1 to 1",
    "mean subtracted": "the mean of {0} is first subtracted from it",
    "divided by largest": "{0} is first divided by its largest magnitude",
    "doubled": "{0} is first doubled",
    "halved": "{0} is first halved",
    "rounded": "{0} is first rounded to whole numbers",
    "sigmoid": "the sigmoid is first applied to {0}",
    "tanh": "tanh is first applied to {0}",
    "divided by root of columns": "{0} is first divided by the square root of its number of columns",
    "standardised": "each column of {0} is first shifted and scaled to mean 0 and standard deviation 1",
    "times ln 2": "{0} is first multiplied by ln 2, as if powers of 2 were used instead of exp",
    "reciprocal": "1 divided by {0} is used instead of {0}",
    "root": "the square root of {0} is used instead of {0}",
    "one minus": "1 minus {0} is used instead of {0}",
    "is one more": "{0} is 1 larger than it should be",
    "is one less": "{0} is 1 smaller than it should be",
    "sorted": "{0} is first sorted",
    "without first": "the first item of {0} is left out",
    "without last": "the last item of {0} is left out",
    "without weights": "the weights in {0} have no effect",
    "without biases": "the biases in {0} have no effect",
    "only first": "only the first entry or row of {0} is used",
    "only last": "only the last entry or row of {0} is used",
    "pairs swapped": "the items of each pair in {0} are swapped",
    **{f"always {number}": f"{{0}} is always {number}" for number in NUMBERS},
}
"""Clauses that say how an argument, or the result of a function, is changed."""
_OF_ADAPTERS = {
    "without weights": "every `down` in `adapters` is first set to zero",
    "without biases": "every `up` in `adapters` is first set to zero",
}
"""Such clauses for a list of pairs (down, up), which has the same form as a network."""


def tell_slip(kind: str, what: tuple[str, ...], parts: tuple[str, ...] = ()) -> str:
    """Name the one slip in the course's own answer that gives what came back."""
    named = " and ".join(f"your `{part}`" for part in parts) or "your result"
    are = "are" if len(parts) > 1 else "is"
    return f"In every case tried, {named} {are} what the course's own solution gives when {_tell_change(kind, what)}."


def can_be_told(kind: str, what: tuple[str, ...]) -> bool:
    """Return whether there is a sentence for a slip."""
    return kind in ("argument", "result") or (kind, len(what)) in SLIPS


def _tell_change(kind: str, what: tuple[str, ...]) -> str:
    if kind == "argument":
        change, *names = what
        if names == ["adapters"] and change in _OF_ADAPTERS:
            return _OF_ADAPTERS[change]
        told = "each of " * (len(names) > 1) + " and ".join(f"`{name}`" for name in names)
        return CHANGES[change].format(told)
    if kind == "result":
        change, function, part = what
        told = f"the output `{part}` of `{function}`" if part else f"the result of `{function}`"
        return CHANGES[change].format(told)
    return SLIPS[kind, len(what)].format(*(LOOPS.get(word, word) for word in what))
