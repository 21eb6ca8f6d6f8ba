"""Finds a term of a sum or a factor of a product that is missing, or counted twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..key import Key
from .relations import Relation
from .samples import Sample
from .scales import find_bases


def find_terms(sample: Sample, key: Key) -> Iterator[Relation]:
    """Yield which argument, or result of another function, is not added to an answer or not multiplied by it."""
    got, expected = sample.got, sample.expected
    if got is None or got.shape != expected.shape or got.dtype.kind not in "iuf" or not got.size or not expected.ndim:
        return
    for quoted, term in (*find_bases(sample, key), *_find_rows(sample)):
        if sample.equals(expected - term):
            yield ("lacks", quoted)
        if sample.equals(expected + term):
            yield ("adds twice", quoted)
        if term.size > 1 and term.shape == expected.shape and (term != term.flat[0]).any():
            product = got.astype(float) * term
            if np.isfinite(product).all() and np.allclose(product, expected, rtol=1e-6, atol=1e-9):
                yield ("lacks factor", quoted)


def _find_rows(sample: Sample) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arguments that are added to each row of an answer, such as a bias."""
    if sample.expected.ndim != 2:
        return
    for name, value in sample.arguments.items():
        if isinstance(value, np.ndarray) and value.shape == sample.expected.shape[1:] and value.dtype.kind in "iuf":
            yield f"`{name}`", value.astype(float)
