"""Looks for a simple expression of two quantities, arguments or results of other functions, that gives the answer."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from ..compare import as_array
from ..key import Key
from .relations import Relation
from .samples import MAX_ENTRIES, Sample
from .sources import name_arrays

_MOST = 5_000
"""The largest number of entries of an operand for which changed forms are tried."""


def _equality(a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    """Return where two arrays are equal, or nothing if that is everywhere or nowhere, which is no evidence."""
    equal = np.asarray(a == b)
    return equal.astype(float) if equal.any() and not equal.all() else None


Operation = Callable[[np.ndarray, np.ndarray], Any]
ARITHMETIC: tuple[tuple[str, Operation], ...] = (
    ("product of", lambda a, b: a * b),
    ("sum of", lambda a, b: a + b),
    ("difference of", lambda a, b: a - b),
    ("quotient of", lambda a, b: a / b),
)
PAIRS: tuple[tuple[str, Operation], ...] = (
    *ARITHMETIC,
    ("power of", np.power),
    ("matrix product of", lambda a, b: a @ b),
    ("matrix product transposed left", lambda a, b: a.T @ b),
    ("matrix product transposed right", lambda a, b: a @ b.T),
    ("matrix product reshaped left", lambda a, b: a.reshape(a.shape[::-1]) @ b),
    ("matrix product reshaped right", lambda a, b: a @ b.reshape(b.shape[::-1])),
    ("outer product of", np.outer),
    ("equality of", _equality),
    ("squared difference of", lambda a, b: (a - b) ** 2),
    ("absolute difference of", lambda a, b: np.abs(a - b)),
    ("concatenation of", lambda a, b: np.concatenate([a, b])),
)
"""Functions of two arguments that are tried; for other quantities only arithmetic is tried."""
_KINDS = frozenset(kind for kind, _ in PAIRS)

Shape = tuple[int, ...]


def _stack_shapes(a: Shape, b: Shape) -> Shape | None:
    return (a[0] + b[0], *a[1:]) if a and b and a[1:] == b[1:] else None


def _match_inner(a: Shape, b: Shape) -> Shape | None:
    """Return the shape of a matrix product of arrays with one or two axes."""
    fits = 1 <= len(a) <= 2 and 1 <= len(b) <= 2 and a[-1] == b[0]
    return (*a[:-1], *b[1:]) if fits else None


_SHAPES: dict[str, Callable[[Shape, Shape], Shape | None]] = {
    "matrix product of": _match_inner,
    "matrix product transposed left": lambda a, b: _match_inner(a[::-1], b),
    "matrix product transposed right": lambda a, b: _match_inner(a, b[::-1]),
    "matrix product reshaped left": lambda a, b: _match_inner(a[::-1], b),
    "matrix product reshaped right": lambda a, b: _match_inner(a, b[::-1]),
    "outer product of": lambda a, b: (math.prod(a), math.prod(b)),
    "concatenation of": _stack_shapes,
}
"""The shape of a result by kind of operation; all other operations work entry by entry."""


@lru_cache(maxsize=10_000)
def _find_shape(kind: str, a: Shape, b: Shape) -> Shape | None:
    """Return the shape that an operation gives for operands of these shapes, or None if they do not fit."""
    try:
        return _SHAPES.get(kind, np.broadcast_shapes)(a, b)
    except ValueError:
        return None


def find_operands(sample: Sample, key: Key) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the quantities that an answer may be made from, by name: arguments, and other functions' results."""
    for name, array in name_arrays(sample.arguments):
        if array.size:
            yield f"`{name}`", array
    for related in key.related:
        value = related.values[sample.index]
        array = None if value is None else as_array(value)
        if array is not None and array.size and array.ndim and array.dtype.kind in "iuf":
            yield related.told, array.astype(float)


def change_operand(words: str, array: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield simple forms of a quantity, each with the words that quote it."""
    if array.size > _MOST or not array.ndim:
        return
    if array.ndim == 1:
        yield f"({words} as a column)", array[:, np.newaxis]
    yield f"(1 - {words})", 1 - array
    yield f"({words} · (1 - {words}))", array * (1 - array)
    yield f"{words}²", array**2
    yield f"(the magnitude of {words})", np.abs(array)
    yield f"({words} > 0)", (array > 0).astype(float)
    if array.ndim == 2:
        for name, sums in (("row", array.sum(axis=1, keepdims=True)), ("column", array.sum(axis=0))):
            if np.ptp(sums) > 1e-9:  # the row sums of probabilities are all 1
                yield f"(the {name} sums of {words})", sums
                if name == "row":
                    yield f"(the row sums of {words}, as a row)", sums[:, 0]


def find_expressions(sample: Sample, key: Key, among: Collection[Relation] | None = None) -> Iterator[Relation]:
    """Yield the operations on two quantities that give what came back.

    Parameters
    ----------
    among : collection of tuple, optional
        The relations that are looked for; all if None.
    """
    got = sample.got
    if got is None or not got.size or got.dtype.kind == "b":
        return
    wanted = None if among is None else {one for one in among if one[0] in _KINDS}
    if wanted is not None and not wanted:
        return
    operands = dict(find_operands(sample, key))
    own = operands.keys() - {related.told for related in key.related}
    forms, origin = {}, {}
    for name, operand in operands.items():
        for words, array in change_operand(name, operand):
            forms[words], origin[words] = array, name
    everything = operands | forms
    if wanted is None:
        # Plain quantities first, and never two changed ones.
        plain = list(itertools.permutations(operands, 2))
        pairs = plain + [
            (a, b)
            for a in everything
            for b in everything
            if (a in forms) != (b in forms) and origin.get(a, a) != origin.get(b, b)
        ]
    else:
        pairs = list(dict.fromkeys(one[1:] for one in wanted if everything.keys() >= {*one[1:]}))
    with np.errstate(all="ignore"):
        for one, other in pairs:
            first, second = everything[one], everything[other]
            both_own = one in own and other in own
            if max(first.size, second.size) > MAX_ENTRIES:
                continue
            for kind, operation in PAIRS if both_own else ARITHMETIC:
                relation = (kind, one, other)
                if wanted is not None and relation not in wanted:
                    continue
                # Two large operands of other shapes may give an array that is far too large to be made.
                if _find_shape(kind, first.shape, second.shape) != got.shape:
                    continue
                made = operation(first, second)
                if made is not None and sample.equals(made):
                    yield relation


def find_reduced(sample: Sample) -> Iterator[Relation]:
    """Yield the number that sums up the difference of two arrays of the same shape, if that is the answer."""
    got = sample.got
    if got is None or got.ndim or got.dtype.kind != "f" or not np.isfinite(got):
        return
    arrays = [(name, array) for name, array in name_arrays(sample.arguments) if array.size]
    for (one, first), (other, second) in itertools.combinations(arrays, 2):
        if first.shape != second.shape or not first.ndim:
            continue
        sums = _sum_up(f"`{one}` - `{other}`", first - second)
        measures = _measure(f"`{one}`", f"`{other}`", first, second)
        made = [(words, value) for words, value in sums]
        made += [(f"the square of {words}", value**2) for words, value in sums]
        made += [(f"the square root of {words}", np.sqrt(value)) for words, value in sums if value > 0]
        made += [
            (f"{words}, divided by {size}", value / by) for words, value in sums[:3] for size, by in measures if by > 0
        ]
        for words, value in made:
            if sample.equals(value):
                yield ("reduced", words)


def _sum_up(words: str, array: np.ndarray) -> list[tuple[str, float]]:
    sizes = np.abs(array)
    return [
        (f"the largest magnitude of {words}", sizes.max()),
        (f"the mean of the magnitudes of {words}", sizes.mean()),
        (f"the norm of {words}", np.sqrt((array**2).sum())),
        (f"the sum of the magnitudes of {words}", sizes.sum()),
        (f"the mean of {words}", array.mean()),
        (f"the sum of {words}", array.sum()),
        (f"the sum of the squares of {words}", (array**2).sum()),
        (f"the variance of {words}", array.var()),
    ]


def _measure(one: str, other: str, first: np.ndarray, second: np.ndarray) -> list[tuple[str, float]]:
    """Return numbers for the magnitude of two arrays together, each with words for it."""
    a, b = np.abs(first), np.abs(second)
    return [
        (f"the largest magnitude of {one}", a.max()),
        (f"the largest magnitude of {other}", b.max()),
        (f"the larger of the largest magnitudes of {one} and {other}", max(a.max(), b.max())),
        (f"the sum of the largest magnitudes of {one} and {other}", a.max() + b.max()),
        (f"the magnitude of {one}.max() plus that of {other}.max()", abs(first.max()) + abs(second.max())),
        (f"{one}.max() + {other}.max()", first.max() + second.max()),
        (f"the largest sum of two magnitudes at the same index of {one} and {other}", (a + b).max()),
        (f"the largest magnitude of {one} + {other}", np.abs(first + second).max()),
        (f"the sum of the mean magnitudes of {one} and {other}", a.mean() + b.mean()),
        (f"the sum of the norms of {one} and {other}", np.sqrt((a**2).sum()) + np.sqrt((b**2).sum())),
    ]
