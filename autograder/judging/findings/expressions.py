"""Looks for a simple expression of two quantities, arguments or results of other functions, that gives the answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
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
    ("outer product of", lambda a, b: np.outer(a, b) if a.size * b.size <= MAX_ENTRIES else None),
    ("equality of", _equality),
    ("squared difference of", lambda a, b: (a - b) ** 2),
    ("absolute difference of", lambda a, b: np.abs(a - b)),
    ("concatenation of", lambda a, b: np.concatenate([a, b])),
)
"""Functions of two arguments that are tried; for other quantities only arithmetic is tried."""


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
    operands = dict(find_operands(sample, key))
    own = operands.keys() - {related.told for related in key.related}
    forms, origin = {}, {}
    for name, operand in operands.items():
        for words, array in change_operand(name, operand):
            forms[words], origin[words] = array, name
    everything = operands | forms
    pairs = [(a, b) for a in everything for b in everything if origin.get(a, a) != origin.get(b, b)]
    # Plain quantities first, and never two changed ones.
    pairs = [pair for n in (0, 1) for pair in pairs if sum(word in forms for word in pair) == n]
    with np.errstate(all="ignore"):
        for one, other in pairs:
            first, second = everything[one], everything[other]
            both_own = one in own and other in own
            if max(first.size, second.size) > MAX_ENTRIES:
                continue
            for kind, operation in PAIRS if both_own else ARITHMETIC:
                relation = (kind, one, other)
                if (among is None or relation in among) and _gives(sample, operation, first, second):
                    yield relation


def _gives(sample: Sample, operation: Operation, first: np.ndarray, second: np.ndarray) -> bool:
    try:
        made = operation(first, second)
    except (ValueError, IndexError, TypeError, MemoryError):
        return False
    return made is not None and np.shape(made) == sample.got.shape and sample.equals(made)
