"""Finds the relations that hold in all samples of a group, and whether one agrees with a sample that is right."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..key import Key
from . import sentences
from .expressions import find_expressions, find_reduced
from .order import rank
from .proof import is_proved, is_varied
from .relations import RESIZING, Relation, find_relations
from .samples import Sample
from .scales import SizeWords, find_changes, find_scales, name_sizes, wants_no_change
from .sources import find_related, find_sources, find_types
from .terms import find_terms
from .thresholds import find_missing_ends

Known = dict[tuple[Sample, ...], list[Relation]]
"""The relations already found to hold in all samples of a group."""


def all_relations(
    key: Key, sample: Sample, among: Collection[Relation] | None = None, even_constant: bool = False
) -> Iterator[Relation]:
    """Yield the relations that hold in a sample; those that take long to find only if ``among`` asks for them."""
    yield from find_types(sample)
    if sample.wrong_entries is not None and sample.wrong_entries.any() and sample.equals(sample.expected):
        return  # wrong by so little that whatever leaves the expected array as it is would fit
    yield from find_sources(sample)
    yield from find_expressions(sample, key, among)
    yield from find_reduced(sample)
    yield from find_relations(sample, even_constant)
    yield from find_missing_ends(sample, even_constant)
    yield from find_scales(sample)
    yield from find_related(key, sample)
    yield from find_changes(sample, key)
    yield from find_terms(sample, key)


def common_relations(key: Key, samples: list[Sample], known: Known) -> list[Relation]:
    """Return the relations that hold in all samples, the most telling first."""
    group = tuple(samples)
    if group not in known:
        known[group] = compare_all(key, samples)
    return known[group]


def compare_all(key: Key, samples: list[Sample]) -> list[Relation]:
    """Compare all samples, and return the relations that hold in each and are proved, the most telling first."""
    common: list[Relation] | None = None
    # Where the same number is expected everywhere, many relations hold; they are proved where it is not.
    varied = any(is_varied(sample.expected) for sample in samples)
    for sample in samples:
        found = dict.fromkeys(all_relations(key, sample, common, even_constant=varied))
        common = list(found) if common is None else [one for one in common if one in found]
        if not common:
            return []
    return sorted((one for one in common or [] if is_proved(samples, one)), key=rank)


def agrees(key: Key, sample: Sample, relation: Relation) -> bool:
    """Return whether a relation holds in a case that is right, as "twice" does for zero."""
    if relation[0] in ("times", "divided by", "times number") and not sample.expected.any():
        return True
    if relation[0] in ("times", "divided by") and isinstance(relation[1], SizeWords):
        # If the named axis length does not exist, such as the columns of a 1-D array, there is no factor.
        exists = not name_sizes(sample.arguments).keys().isdisjoint(relation[1].sizes)
        return not exists or relation in set(find_scales(sample))
    if relation[0] in ("sum of all", "mean of all", "largest of all") and sample.expected.size == 1:
        return True
    if relation[0] in ("never above", "never below"):
        high = relation[0] == "never above"
        end, beyond = float(relation[1]), sample.expected.max() if high else sample.expected.min()
        return bool(beyond <= end if high else beyond >= end)
    if relation[0] in sentences.CHANGES and wants_no_change(sample, key, relation[1]):
        return True
    if relation in all_relations(key, sample, (relation,), even_constant=True):
        return True
    kind, *data = relation
    # A single row is the same in any order.
    of_axis = kind in sentences.AXIS_KINDS and kind not in RESIZING
    return of_axis and data[1] == sample.expected.ndim and sample.expected.shape[data[0]] == 1
