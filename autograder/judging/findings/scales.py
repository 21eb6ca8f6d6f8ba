"""Finds the one number by which an answer is multiplied or shifted, and where that number comes from."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..compare import as_array, is_numeric
from ..key import Key
from .relations import Relation
from .samples import Sample

CONSTANTS = {
    "2": 2.0,
    "3": 3.0,
    "4": 4.0,
    "10": 10.0,
    "100": 100.0,
    "1,000": 1000.0,
    "ln 2": math.log(2),
    "ln 10": math.log(10),
    "π": math.pi,
    "2π": 2 * math.pi,
    "e": math.e,
    "√2": math.sqrt(2),
    "√3": math.sqrt(3),
    "√6": math.sqrt(6),
    "½": 0.5,
    "0.05": 0.05,
    "0.1": 0.1,
    "0.01": 0.01,
}
OFFSETS = ("2", "3", "10", "½", "0.1", "0.01")
_CLOSE = 2e-6
_AXES = {1: ("the length of {}",), 2: ("the number of rows of {}", "the number of columns of {}")}


class SizeWords(str):
    """The words for a number that is made of sizes of a call's arguments, with the names of these sizes."""

    sizes: tuple[str, ...]
    odd: bool
    """Whether the number is made in one of so many ways that a single case fits some of them."""

    def __new__(cls, words: str, *sizes: str, odd: bool = False) -> SizeWords:
        """Make the words for a number that is made of these sizes."""
        made = super().__new__(cls, words)
        made.sizes, made.odd = sizes, odd
        return made


def name_ratio(one: str, other: str, sign: str = "") -> SizeWords:
    """Return the words for one size divided by another."""
    return SizeWords(f"{sign}({one} / {other})", one, other, odd=True)


def name_sizes(arguments: dict[str, Any]) -> dict[str, float]:
    """Return the numbers in a call's arguments, by name: axis lengths of arrays, lengths of lists, plain numbers."""
    sizes: dict[str, float] = {}
    for name, value in arguments.items():
        if isinstance(value, (bool, str)) or value is None:
            continue
        if isinstance(value, (int, float, np.number)):
            sizes[f"`{name}`"] = float(value)
            continue
        if isinstance(value, (list, tuple)) and value and not is_numeric(value):
            sizes[f"the number of items in `{name}`"] = float(len(value))
            first = value[0]
            if isinstance(first, np.ndarray) and isinstance(value, tuple):
                told = _sizes_of(f"`{name}[0]`", first)
                rank = f"the number of columns of `{name}[0]`" if name == "adapter" else ""
                sizes |= {"the rank of `adapter`" if words == rank else words: size for words, size in told.items()}
            continue
        array = as_array(value)
        if array is not None:
            sizes |= _sizes_of(f"`{name}`", array)
    return {name: size for name, size in sizes.items() if size}


def _sizes_of(name: str, array: np.ndarray) -> dict[str, float]:
    words = _AXES.get(array.ndim, tuple(f"the length of axis {k} of {{}}" for k in range(array.ndim)))
    sizes = {word.format(name): float(n) for word, n in zip(words, array.shape, strict=True)}
    return sizes | ({f"the number of entries of {name}": float(array.size)} if array.ndim else {})


def find_scales(sample: Sample) -> Iterator[Relation]:
    """Yield the factor, divisor or offset of an answer, as a constant or as an axis length of an argument."""
    got = sample.got
    if got is None or got.shape != sample.expected.shape or got.dtype.kind not in "iuf" or not got.size:
        return
    expected, got = sample.expected.astype(float), got.astype(float)
    if not (np.isfinite(expected).all() and np.isfinite(got).all()):
        return
    named = name_sizes(sample.arguments)
    tolerance = 3e-4 if np.float32 in (sample.expected.dtype, sample.got.dtype) else _CLOSE
    factor = find_common_factor(expected, got, tolerance)
    if factor is not None:
        yield from name_factor(factor, named, tolerance)
        if got.ndim and math.isclose(got.flat[0], 1, rel_tol=tolerance):
            yield ("divided by its first",)
    difference = got - expected
    scale = max(np.abs(expected).max(), np.abs(got).max())
    if got.size == 1 and sample.expected.dtype.kind in "iu" and sample.got.dtype.kind in "iu":
        scale = 1.0  # a count is exact, however large it is
    if np.abs(difference - difference.flat[0]).max() <= tolerance * scale and abs(difference.flat[0]) > 1e-4 * scale:
        yield from _name_offset(float(difference.flat[0]), named, tolerance * max(scale, 1))


def find_common_factor(expected: np.ndarray, got: np.ndarray, tolerance: float) -> float | None:
    """Return the factor that turns every expected entry into the one that came back, or None."""
    at = np.unravel_index(np.abs(expected).argmax(), expected.shape)
    if not expected[at]:
        return None
    factor = float(got[at] / expected[at])
    if not factor:
        return None
    near = np.abs(got - factor * expected) <= tolerance * np.abs(got).max()
    return factor if near.all() else None


def name_factor(factor: float, named: dict[str, float], tolerance: float) -> Iterator[Relation]:
    """Yield where a factor comes from: constants, and what `name_sizes` names."""
    sign, magnitude = ("minus " if factor < 0 else ""), abs(factor)

    def near(other: float) -> bool:
        return math.isclose(magnitude, other, rel_tol=tolerance)

    def either(words: SizeWords, number: float) -> Iterator[Relation]:
        if near(number):
            yield ("times", words)
        if near(1 / number):
            yield ("divided by", words)

    for word, value in CONSTANTS.items():
        if near(value):
            yield ("times", sign + word)
        elif near(1 / value) and word not in ("½", "0.05", "0.1", "0.01"):
            yield ("divided by", sign + word)
    for name, size in named.items():
        yield from either(SizeWords(sign + name, name), size)
        if size > 0:
            yield from either(SizeWords(f"{sign}the square root of {name}", name, odd=True), math.sqrt(size))
        yield from either(SizeWords(f"{sign}the square of {name}", name, odd=True), size**2)
        if size > 1 and near((size - 1) / size):
            yield ("fraction less one", name)
        if size > 1 and near(size / (size - 1)):
            yield ("fraction more one", name)
        yield from either(SizeWords(f"{sign}half {name}", name, odd=True), size / 2)
        if near(1 - size):
            yield ("times", SizeWords(f"{sign}(1 - {name})", name))
    for one, other in itertools.permutations(named, 2):
        if near(named[one] / named[other]):
            yield ("times over", sign, SizeWords(one, one, odd=True), SizeWords(other, other, odd=True))
    if not near(1):
        yield ("times number", f"{factor:.6g}")


def _name_offset(offset: float, named: dict[str, float], tolerance: float) -> Iterator[Relation]:
    sign, magnitude = ("more" if offset > 0 else "less"), abs(offset)
    if abs(magnitude - 1) <= tolerance:
        yield ("off by", "1", sign)
    for word in OFFSETS:
        if abs(magnitude - CONSTANTS[word]) <= tolerance:
            yield ("off by", word, sign)
    for name, size in named.items():
        if abs(magnitude - abs(size)) <= tolerance:
            yield ("off by", name, sign)
    yield ("off by number", f"{magnitude:.6g}", sign)


def find_bases(sample: Sample, key: Key) -> Iterator[tuple[str, np.ndarray]]:
    """Yield, by name, arguments and other functions' results to which an answer may add a change."""
    yield from ((f"`{name}`", base) for name, base in sample.bases)
    if not sample.expected.ndim:
        numbers = [(name, value) for name, value in sample.arguments.items() if isinstance(value, (float, np.floating))]
        yield from ((f"`{name}`", np.asarray(float(value))) for name, value in numbers)
    for related in key.related:
        value = related.values[sample.index]
        base = None if value is None else as_array(value)
        if base is not None and base.shape == sample.expected.shape and base.dtype.kind in "iuf":
            yield related.told, base.astype(float)


def _is_unchanged(expected: np.ndarray, base: np.ndarray) -> bool:
    return bool(np.abs(expected - base).max() < 1e-9 * max(np.abs(base).max(), 1))


def wants_no_change(sample: Sample, key: Key, quoted: str) -> bool:
    """Return whether this argument or result needs no change in a case, so that a wrong change does not show."""
    return any(name == quoted and _is_unchanged(sample.expected, base) for name, base in find_bases(sample, key))


def find_changes(sample: Sample, key: Key) -> Iterator[Relation]:
    """Yield how the change of an argument, or of another function's result, differs from the required change."""
    got = sample.got
    if got is None or got.shape != sample.expected.shape or got.dtype.kind not in "iuf" or not got.size:
        return
    expected, got = sample.expected.astype(float), got.astype(float)
    if not np.isfinite(got).all():
        return
    named = name_sizes(sample.arguments)
    tolerance = 1e-3 if np.float32 in (sample.expected.dtype, sample.got.dtype) else 1e-5
    for name, base in find_bases(sample, key):
        wanted = expected - base
        if _is_unchanged(expected, base):
            continue
        if _is_unchanged(got, base):
            yield ("change missing", name)
        if got.size > 1 and np.allclose(got, base * wanted, rtol=tolerance, atol=1e-12) and base.any():
            yield ("change multiplied", name)
        if got.ndim and np.ptp(got - base) <= tolerance * np.abs(got - base).max():
            yield ("change constant", name)
        factor = find_common_factor(wanted, got - base, tolerance)
        # If something is wrong although the change seems right, the mistake is too small beside a large change to show.
        if factor is None or (not sample.right and math.isclose(factor, 1, rel_tol=tolerance)):
            continue
        if factor > 0 and np.ptp(wanted) > 0:
            yield ("change scaled", name)
        if math.isclose(factor, -1, rel_tol=tolerance):
            yield ("change negated", name)
        for kind, *data in name_factor(factor, named, tolerance):
            if kind in ("times", "divided by"):
                yield (f"change {kind}", name, *data)
            elif kind == "times over":
                yield ("change times", name, name_ratio(data[1], data[2], data[0]))
