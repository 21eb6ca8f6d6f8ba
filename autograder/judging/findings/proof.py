"""Decides whether a relation that holds in all samples says something, or may hold by chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .masks import marks_entries, mask_entries
from .order import CERTAIN, ZERO_LINES
from .relations import Relation
from .samples import Sample
from .scales import SizeWords, name_sizes
from .sources import OF_ALL, name_arrays

_UNREDUCED = frozenset(
    ("sum not taken", "mean not taken", "mean of squares not taken", "axis not summed", "axis not averaged")
)
"""Kinds that say that several numbers still have to be made into one."""
ENOUGH = 3
"""Number of wrong entries that one part of the answers must hold before the part means anything."""


def is_proved(samples: Sequence[Sample], relation: Relation) -> bool:
    """Return whether a relation that holds in all samples says something: some hold for any two or three numbers.

    If no number is wrong, only the type is: any change that leaves these numbers as they are seems to give the answer.
    """
    if relation[0] not in CERTAIN and not any(map(count_wrong, samples)):
        return False
    if relation[0] == "lines scaled and shifted":
        return _has_long_lines(samples, relation[1])
    if relation[0] == "reduced":
        return len({float(sample.got) for sample in samples}) >= ENOUGH
    if relation[0] in ("lines alike", "first axis alike"):
        axis = relation[1] if len(relation) > 1 else 0
        return any(np.ptp(sample.expected.astype(float), axis=axis).any() for sample in samples)
    if relation[0] in _UNREDUCED:
        return any(sample.got.size > 1 for sample in samples)
    if relation[0] == "whole rows":
        return any(sample.expected.shape[-1:] > (1,) and sample.got.any() for sample in samples)
    if relation == ("all different",):
        return any(sample.expected.size > 1 for sample in samples)
    if relation[0] in OF_ALL:
        arrays = (array for one in samples for name, array in name_arrays(one.arguments) if f"`{name}`" == relation[1])
        return any(array.size > 1 for array in arrays)
    if relation == ("all zeros",):
        return any(sample.expected.any() for sample in samples)
    if relation[0] in ZERO_LINES:
        return any(
            sample.expected.ndim > 1 and 0 < count_wrong(sample) < np.count_nonzero(sample.expected)
            for sample in samples
        )
    if _is_odd(relation):
        return len({_sizes_in(relation, sample) for sample in samples}) > 1
    return relation[0] not in ("never above", "never below") or sum(map(count_wrong, samples)) >= ENOUGH


def _is_odd(relation: Relation) -> bool:
    """Return whether a factor is made of sizes in one of so many ways that a single case fits some of them."""
    return any(isinstance(datum, SizeWords) and datum.odd for datum in relation)


def _sizes_in(relation: Relation, sample: Sample) -> tuple[float, ...]:
    """Return the sizes of a sample's arguments that are named in a relation."""
    names = {name for datum in relation if isinstance(datum, SizeWords) for name in datum.sizes}
    return tuple(size for name, size in name_sizes(sample.arguments).items() if name in names)


def _has_long_lines(samples: Sequence[Sample], axis: int) -> bool:
    """Return whether some lines have more than two entries: any two numbers are two others, scaled and shifted."""
    return any(one.expected.ndim == 2 and one.expected.shape[1 - axis] > 2 for one in samples)


def count_wrong(sample: Sample) -> int:
    """Return how many entries of an answer are wrong: all of them if its shape is."""
    return sample.expected.size if sample.wrong_entries is None else int(sample.wrong_entries.sum())


def is_varied(array: np.ndarray) -> bool:
    """Return whether an array holds different numbers."""
    return array.size > 1 and bool((array != array.flat[0]).any())


def is_rich(samples: list[Sample]) -> bool:
    """Return whether the samples are varied enough that a relation is unlikely to hold by chance."""
    if max(sample.expected.size for sample in samples) > 3:
        return True
    return len({sample.expected.tobytes() for sample in samples}) > 1


def marks_only_wrong(relation: Relation, samples: list[Sample]) -> bool:
    """Return whether exactly the wrong entries of all samples are those where some argument is 0."""
    if relation[:2] != ("entries where input", "zero"):
        return False
    right = [sample for sample in samples if sample.right]
    told = [sample for sample in right if relation in dict(mask_entries(sample))]
    return len(told) > 1 and not any(marks_entries(relation, sample) for sample in right)
