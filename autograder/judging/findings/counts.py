"""Finds the formula by which a count was made: sums, products and numbers of items among the arguments."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..compare import is_numeric
from .relations import Relation
from .samples import Sample

EXPECTED = "what was expected"
_MOST = 100_000
"""The largest number of entries of a matrix that is examined as a whole."""
_ENOUGH = 4
"""Number of different counts that a formula must give before it means anything."""


def find_formula(samples: Sequence[Sample]) -> Relation | None:
    """Return the formula that gives what came back in every case, right or wrong, or None."""
    got = [_as_count(sample.got) for sample in samples]
    if None in got or any(sample.expected.ndim or sample.expected.dtype.kind not in "iu" for sample in samples):
        return None
    if len(set(got)) < _ENOUGH:
        return None
    each = [dict(find_quantities(one.arguments)) | {EXPECTED: int(one.expected)} for one in samples]
    shared = [name for name in each[0] if all(name in one for one in each)]
    columns = {name: [one[name] for one in each] for name in shared}
    for name, values in columns.items():
        if values == got:
            return ("count", name)
    if any(isinstance(value, dict) for value in samples[0].arguments.values()):
        return None
    varied = [name for name in columns if len(set(columns[name])) > 1]
    for i, one in enumerate(varied):
        for other in varied[i:]:
            pairs = list(zip(columns[one], columns[other], got, strict=True))
            if all(a * b == n for a, b, n in pairs):
                return ("count product", one, other)
            if one != other and all(a + b == n for a, b, n in pairs):
                return ("count sum", one, other)
            if one != other and all(a - b == n for a, b, n in pairs):
                return ("count difference", one, other)
            if one != other and all(b - a == n for a, b, n in pairs):
                return ("count difference", other, one)
    return None


def _as_count(got: np.ndarray | None) -> int | None:
    if got is None or got.ndim or got.dtype.kind not in "iuf" or not np.isfinite(got) or got != np.rint(got):
        return None
    return int(got)


def find_quantities(arguments: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the numbers that can be counted in a call's arguments, each with words for it."""
    for name, value in arguments.items():
        quoted = f"`{name}`"
        if isinstance(value, dict) and all(isinstance(shape, tuple) for shape in value.values()):
            yield from _count_shapes(quoted, value)
        elif isinstance(value, (list, tuple)) and all(type(item) is int for item in value):
            yield from _count_numbers(quoted, list(value))
        elif isinstance(value, (list, tuple)) and not is_numeric(value):
            frozen = arguments.get("frozen", frozenset())
            yield from _count_layers(value, frozen if isinstance(frozen, (set, frozenset)) else frozenset())
        elif isinstance(value, np.ndarray):
            for k, length in enumerate(value.shape):
                yield f"the length of axis {k} of {quoted}", length
            yield f"the number of entries of {quoted}", value.size
            if value.ndim == 2 and 0 < value.size <= _MOST and value.dtype.kind == "f":
                yield from _count_columns(quoted, value)
        elif isinstance(value, (set, frozenset)):
            yield f"the number of items in {quoted}", len(value)


def _count_columns(quoted: str, matrix: np.ndarray) -> Iterator[tuple[str, int]]:
    yield f"the rank of {quoted}", int(np.linalg.matrix_rank(matrix, tol=1e-4 * np.abs(matrix).max()))
    values = np.linalg.svd(matrix, compute_uv=False) if np.isfinite(matrix).all() else np.zeros(0)
    for part in ("0.0001", "0.001", "0.00001", "0.000001"):
        rank = int((values > float(part) * values.max(initial=0.0)).sum())
        yield f"the rank of {quoted}, with singular values of up to {part} times the largest counted as 0", rank
    # Rounding and a fixed margin often give the same count; then only what they have in common is certain.
    for digits in (4, 3, 2, 5, 6):
        margin = f"{10**-digits:.{digits}f}"
        apart = f"the number of columns of {quoted} that differ by more than a fixed amount, such as {margin}"
        yield apart, _count_apart(matrix, float(margin))
    for digits in (4, 3, 2, 5, 6):
        columns = (np.round(matrix, digits) + 0.0).T  # -0.0 becomes 0.0
        distinct = len({column.tobytes() for column in columns})
        yield f"the number of distinct columns of {quoted}, rounded to {digits} decimals", distinct


def _count_apart(matrix: np.ndarray, margin: float) -> int:
    """Return how many columns differ from all columns counted before them by more than a margin in some entry."""
    counted: list[np.ndarray] = []
    for column in matrix.T:
        if all(np.abs(column - other).max() > margin for other in counted):
            counted.append(column)
    return len(counted)


def _count_numbers(quoted: str, items: list[int]) -> Iterator[tuple[str, int]]:
    yield f"the sum of {quoted}", sum(items)
    yield f"the product of {quoted}", math.prod(items)
    yield f"the number of items in {quoted}", len(items)
    yield f"one less than the number of items in {quoted}", len(items) - 1
    yield f"the sum of {quoted} without the first item", sum(items[1:])
    yield f"the sum of {quoted} without the last item", sum(items[:-1])
    yield f"the sum of the squares of {quoted}", sum(item * item for item in items)
    if items:
        yield f"the first item of {quoted}", items[0]
        yield f"the last item of {quoted}", items[-1]
        yield f"the largest item of {quoted}", max(items)
    pairs = list(itertools.pairwise(items))
    yield "the sum of the products of neighbours", sum(a * b for a, b in pairs)
    different = sum(a * b for a, b in set(pairs))
    yield "the sum of the products of neighbours, with each distinct pair counted once", different
    ends = pairs[:1] + pairs[1:][-1:]
    yield "the sum of the products of the first pair and the last pair of neighbours", sum(a * b for a, b in ends)
    yield "the sum of the products of every other pair of neighbours", sum(a * b for a, b in pairs[::2])
    yield (
        "the sum of the products of all pairs, neighbours or not",
        sum(a * b for i, a in enumerate(items) for b in items[i + 1 :]),
    )
    yield "the product of the sums of neighbours", math.prod(a + b for a, b in pairs)


def _count_shapes(quoted: str, shapes: Mapping[Any, tuple]) -> Iterator[tuple[str, int]]:
    lengths = [length for shape in shapes.values() for length in shape]
    yield f"the number of arrays in {quoted}", len(shapes)
    yield "the number of letters in all names", sum(len(str(name)) for name in shapes)
    yield "the sum of all axis lengths", sum(lengths)
    yield "the product of all axis lengths", math.prod(lengths)
    yield "the number of axes of all arrays together", len(lengths)
    yield "the sum of all first axis lengths", sum(shape[0] for shape in shapes.values() if shape)
    yield "the sum of all last axis lengths", sum(shape[-1] for shape in shapes.values() if shape)
    sizes = [math.prod(shape) for shape in shapes.values()]
    for n in (1, 2):
        of = [size for size, shape in zip(sizes, shapes.values(), strict=True) if len(shape) == n]
        yield f"the number of entries of all {n}-D arrays", sum(of)
    yield "the number of entries, with each distinct shape counted once", sum(map(math.prod, set(shapes.values())))
    yield (
        "the number of entries, with an array of shape () counted as 0",
        sum(size for size, shape in zip(sizes, shapes.values(), strict=True) if shape),
    )
    later = [math.prod(shape[1:] if len(shape) > 2 else shape) for shape in shapes.values()]
    yield "the number of entries, with the first axis left out of arrays with more than two axes", sum(later)
    ends = [shape[0] * shape[-1] for shape in shapes.values() if shape]
    yield "the sum, over all arrays, of the first axis length times the last", sum(ends)
    for word in ("weight", "bias", "w", "b"):
        named = [size for size, name in zip(sizes, shapes, strict=True) if word in str(name)]
        yield f"the number of entries of the arrays with “{word}” in their name", sum(named)
    for one, other in (("weights", "bias"), ("w", "b"), ("weight", "bias")):
        of = [size for size, name in zip(sizes, shapes, strict=True) if name in (one, other)]
        yield f"the number of entries of the arrays named “{one}” and “{other}”", sum(of)
    yield "the number of entries of the largest array", max(sizes, default=0)
    yield "the number of entries of the first array", sizes[0] if sizes else 0
    yield "the number of entries of the last array", sizes[-1] if sizes else 0


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def _count_layers(layers: Sequence[Any], frozen: frozenset) -> Iterator[tuple[str, int]]:
    if not all(isinstance(one, tuple) and one and all(map(_is_array, one)) for one in layers):
        return
    learning = [one for k, one in enumerate(layers) if k not in frozen]
    still = [one for k, one in enumerate(layers) if k in frozen]
    total = sum(part.size for one in layers for part in one)
    for word, left_out in (("first", still[:1]), ("last", still[-1:])):
        less = sum(part.size for one in left_out for part in one)
        yield f"the number of all weights and biases, minus those of only the {word} frozen layer", total - less
    for words, group in (("all layers", layers), ("layers that are not frozen", learning), ("frozen layers", still)):
        yield f"the number of {words.removeprefix('all ')}", len(group)
        yield f"the number of weights in {words}", sum(one[0].size for one in group)
        yield f"the number of biases in {words}", sum(one[1].size for one in group if len(one) > 1)
        filled = sum(int(np.count_nonzero(part)) for one in group for part in one)
        yield f"the number of weights and biases other than 0 in {words}", filled
        yield f"the number of rows of the weights in {words}", sum(len(one[0]) for one in group)
        lengths = sum(length for one in group for part in one for length in part.shape)
        yield f"the sum of all axis lengths of the weights and biases in {words}", lengths
        products = [one[0].size * one[1].size for one in group if len(one) > 1]
        yield f"the sum, over {words}, of the number of weights times the number of biases", sum(products)
