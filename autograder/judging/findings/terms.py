"""Finds a term that an answer lacks or contains too often, and a factor that is missing or superfluous."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from ..key import Key
from .expressions import change_operand, find_operands
from .relations import Relation
from .samples import Sample, is_close
from .scales import SizeWords, find_bases, find_common_factor, name_factor, name_ratio, name_sizes


def find_terms(sample: Sample, key: Key) -> Iterator[Relation]:
    """Yield each quantity that is missing from a sum, added too often or with a factor, or wrongly multiplied in."""
    got, expected = sample.got, sample.expected
    if got is None or got.shape != expected.shape or got.dtype.kind not in "iuf" or not got.size or not expected.ndim:
        return
    if not np.isfinite(got).all() or not np.isfinite(expected).all():
        return
    single = np.float32 in (got.dtype, expected.dtype)
    terms = dict([*find_bases(sample, key), *find_operands(sample, key), *_find_products(sample), *_find_ends(sample)])
    terms = {quoted: term for quoted, term in terms.items() if np.isfinite(term).all()}
    for quoted, term in terms.items():
        if term.shape not in (expected.shape, expected.shape[1:]):
            continue
        if sample.equals(expected - term):
            yield ("lacks", quoted)
        if sample.equals(expected + term):
            yield ("adds twice", quoted)
        if expected.size > 1:
            yield from _find_multiples(sample, quoted, term, 1e-3 if single else 1e-5)
        if term.shape == expected.shape and _differs(term):
            product = got.astype(float) * term
            if np.isfinite(product).all() and is_close(product, expected):
                yield ("lacks factor", quoted)
    for quoted, term in terms.items():
        for words, factor in ((quoted, term), *change_operand(quoted, term)):
            if factor.shape == expected.shape and _differs(factor) and sample.equals(expected * factor):
                yield ("factor too many", words)


def _differs(array: np.ndarray) -> bool:
    return bool(array.size > 1 and (array != array.flat[0]).any())


def _find_multiples(sample: Sample, quoted: str, term: np.ndarray, tolerance: float) -> Iterator[Relation]:
    """Yield how many times a term is added to an answer, if that explains the whole difference."""
    difference = sample.got.astype(float) - sample.expected
    term = np.broadcast_to(term, difference.shape)
    # Within rounding, a tiny difference may be a multiple of anything, and a single number a multiple of any constant.
    if not _differs(term) or np.abs(difference).max() < 1e-4 * np.abs(sample.expected).max():
        return
    factor = find_common_factor(term, difference, tolerance)
    if factor is None:
        return
    sign = "plus" if factor > 0 else "minus"
    named = name_sizes(sample.arguments)
    for kind, *data in name_factor(abs(factor), named, tolerance):
        if kind in ("times", "divided by"):
            yield (f"term {kind}", sign, quoted, *data)
        elif kind == "times over":
            yield ("term times", sign, quoted, name_ratio(data[1], data[2]))
    # If the whole sum is scaled, each of its terms appears too often by the same factor.
    factors = [(SizeWords(f"({one} - 1)", one), size - 1) for one, size in named.items()]
    factors += [(SizeWords(f"(1 / {one} - 1)", one, odd=True), 1 / size - 1) for one, size in named.items()]
    factors += [
        (SizeWords(f"({one} / {other} - 1)", one, other, odd=True), named[one] / named[other] - 1)
        for one, other in itertools.permutations(named, 2)
    ]
    for words, number in factors:
        if abs(factor - number) <= tolerance * max(abs(factor), 1e-3):
            yield ("term times", "plus", quoted, words)
    yield ("differs by multiple", quoted)


def _find_ends(sample: Sample) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arrays of the first and of the last pair in a list of pairs, such as the layers of a network."""
    expected = sample.expected
    if sample.label.item is not None:
        return  # the pair at the same position says more
    for name, items in sample.arguments.items():
        if not (isinstance(items, list) and items and all(isinstance(item, tuple) for item in items)):
            continue
        for end in (0, -1):
            for k, array in enumerate(items[end]):
                fits = isinstance(array, np.ndarray) and array.shape in (expected.shape, expected.shape[1:])
                if fits and array.size and array.dtype.kind in "iuf":
                    yield f"`{name}[{end}][{k}]`", array.astype(float)


def _find_products(sample: Sample) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the matrix products of two arguments that have the shape of an answer."""
    matrices = {
        name: value
        for name, value in sample.arguments.items()
        if isinstance(value, np.ndarray) and value.ndim == 2 and value.dtype.kind in "iuf"
    }
    for one, first in matrices.items():
        for other, second in matrices.items():
            fits = first.shape[1] == len(second) and (len(first), second.shape[1]) == sample.expected.shape
            if fits and one != other:
                yield f"`{one} @ {other}`", first.astype(float) @ second
