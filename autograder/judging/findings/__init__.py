"""Findings: what the answers show, over all cases, in one sentence of evidence.

A finding claims nothing about the student's code or mind. It states a relation between the results and the
expected values, which holds in every case that the finding mentions; see `relations` for how to add a relation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...exercise import Exercise
from ..key import Key
from ..observation import Observation, Problem
from . import sentences
from .common import Known, agrees, common_relations, compare_all
from .conditions import find_conditions
from .counts import find_formula
from .draws import find_in_draws
from .forms import (
    find_also_changed,
    find_changed,
    find_constant,
    find_failed_test,
    find_in_calls,
    find_in_errors,
    find_in_form,
    find_items_alike,
    find_kept,
    find_moved,
    find_nothing,
    find_unusable,
    find_wrong_cases,
)
from .masks import POSITIONS, find_masks, marks_entries, take_line
from .order import CERTAIN, FREE, LAST, VAGUE, WEAK, ZERO_LINES
from .proof import ENOUGH, count_wrong, is_rich, marks_only_wrong
from .refusals import find_in_refusals
from .relations import Relation
from .samples import Label, Sample, collect_samples, find_unanswered
from .sides import find_order, find_side
from .thresholds import find_axes, find_lengths, find_shape, find_threshold

_OF_ONE_NUMBER = ("none", "all zeros", "all NaN", "input", "squeezed")
"""Kinds that say something even of a single short answer."""
_EVERY = "In every case tried,"
_TRIED = "In the cases tried,"
_ANSWERED = "In every case tried in which a result came back,"
_FINITE = "In every case tried in which a finite result came back,"
# Every sentence is about the cases tried: what holds in all of them may fail for an input that was not tried.


@dataclass(frozen=True)
class Finding:
    """What the answers show: the kind of finding, its sentence, and whether it quotes one of the student's values."""

    kind: str
    words: str
    free: bool = False
    of_view: bool = False
    """Whether only what a view made of the answers was looked at."""

    @property
    def weak(self) -> bool:
        """Whether most other explanations say more."""
        return self.kind in WEAK or self.of_view


def find_finding(
    exercise: Exercise,
    key: Key,
    observed: Sequence[Observation],
    problems: Sequence[dict[str, Problem]],
    cases: list[list[dict]],
) -> Finding | None:
    """Return the relation that says most about wrong answers, or None if no relation holds.

    If that relation says little, the finding also says which argument the calls change, if any.

    Parameters
    ----------
    problems : sequence of dict
        What is wrong with each case, by aspect.
    cases : list
        The outcomes of each case's calls, before any view looked at them.
    """
    found = _find_one(exercise, key, observed, problems, cases)
    changed = find_also_changed(key, observed)
    if not changed or (found and found.kind not in VAGUE):
        return found
    told = sentences.tell_change(changed, found.kind if found else "", found.words if found else "")
    return replace(found, words=told) if found else Finding(changed[0], told)


def _find_one(
    exercise: Exercise,
    key: Key,
    observed: Sequence[Observation],
    problems: Sequence[dict[str, Problem]],
    cases: list[list[dict]],
) -> Finding | None:
    failing = [i for i, found in enumerate(problems) if found]
    whole = (
        lambda: find_changed(key, problems),
        lambda: find_nothing(key, observed),
        lambda: find_in_draws(key, observed, cases, failing),
        lambda: find_constant(key, observed),
        lambda: find_kept(exercise, key, observed),
        lambda: find_in_refusals(key, observed, problems),
    )
    for find in whole:
        if relation := find():
            return Finding(relation[0], sentences.tell_whole(relation), relation[0] in FREE)
    samples = collect_samples(exercise, key, observed, cases)
    found = _find_in_samples(key, samples, find_unanswered(key, observed)) if samples else None
    if found and samples[0].label.view:
        found = replace(found, of_view=True)
    if (not found or found.kind == "shape") and (relation := find_in_form(exercise, key, observed)):
        found = Finding(relation[0], sentences.tell_whole(relation))
    if (not found or found.kind in VAGUE) and (relation := find_in_calls(key, observed)):
        return Finding(relation[0], sentences.tell_whole(relation), relation[0] in FREE)
    if not found and (relation := find_moved(key, problems, cases) or find_items_alike(key, cases)):
        return Finding(relation[0], sentences.tell_whole(relation))
    if not found and (relation := find_unusable(key, observed)):
        return Finding(relation[0], sentences.tell_whole(relation), free=True)
    if not found and (relation := find_failed_test(problems)):
        return Finding(relation[0], sentences.tell_whole(relation))
    return found or _find_errors(key, observed)


def _find_errors(key: Key, observed: Sequence[Observation]) -> Finding | None:
    relation = find_in_errors(key, observed)
    if not relation:
        return None
    kind, error, condition = relation
    return Finding(kind, sentences.FORMS[kind].format(error, sentences.tell_condition(condition)))


def _find_in_samples(key: Key, samples: list[Sample], unanswered: list[int]) -> Finding | None:
    """Return the finding that the samples show.

    Parameters
    ----------
    unanswered : list of int
        The cases in which no result came back where one was expected.
    """
    looks = (_find_general, _find_count, _find_range, _find_where, _find_part, _find_form, _find_weak)
    return _look(key, samples, unanswered, looks)


def find_vague_finding(
    exercise: Exercise,
    key: Key,
    observed: Sequence[Observation],
    problems: Sequence[dict[str, Problem]],
    cases: list[list[dict]],
) -> str | None:
    """Describe the answers if no relation holds: their form, the cases that are wrong, or too large or too small."""
    samples = collect_samples(exercise, key, observed, cases)
    looks = (_find_axes, _find_order, _find_one_side)
    found = _look(key, samples, find_unanswered(key, observed), looks) if samples else None
    if not found and (relation := find_wrong_cases(key, problems)):
        return sentences.tell_whole(relation)
    return found


def _look(key: Key, samples: list[Sample], unanswered: list[int], looks: tuple[Callable, ...]) -> Any:
    """Look at all samples together, then at those of each part that is wrong."""
    labels = dict.fromkeys(sample.label for sample in samples if not sample.right)
    # If only one part of an answer is wrong, the sentence is about that part.
    groups = [(samples, Label())] if len(labels) > 1 and not any(label.view for label in labels) else []
    # A part without a name is called the result, which would be misleading if named parts are wrong as well.
    named = [label for label in labels if label != Label() or len(labels) == 1]
    groups += [([sample for sample in samples if sample.label == label], label) for label in named]
    told = [(group, sentences.name_subject(label)) for group, label in groups]
    for part in dict.fromkeys(label.part for label in labels if label.item is not None):
        # If both items of the pairs are wrong and more besides, what holds for both items comes before that for one.
        items = [sample for sample in samples if sample.label.part == part and sample.label.item is not None]
        if len({sample.label for sample in items if not sample.right}) > 1 and len(items) < len(samples):
            told.insert(1, (items, sentences.name_arrays(part)))
    known: Known = {}
    for look in looks:
        for group, subject in told:
            if finding := look(key, group, subject, unanswered, known):
                return finding
    return None


def _find_range(key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known) -> Finding | None:
    """Name the values of an argument between which the answers are wrong."""
    relation = None if unanswered else find_threshold(key, samples)
    return relation and Finding("range", f"{_TRIED} {sentences.tell_relation(relation, subject)}.", free=True)


def _find_count(key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known) -> Finding | None:
    """Name the formula by which a count was made."""
    relation = find_formula(samples)
    begin = _ANSWERED if unanswered else _EVERY
    return relation and Finding("count", f"{begin} {sentences.tell_relation(relation, subject)}.")


def _find_axes(key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known) -> str | None:
    """Say how many axes the answers have, or that one axis is too short or too long, if only that is wrong."""
    relation = find_axes(samples) or find_lengths(samples)
    return relation and _tell_of_wrong(relation, samples, subject, unanswered)


def _find_order(key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known) -> str | None:
    """Say that the entries of each row, or of each column, are ordered by size as expected."""
    # The entries of a row of weights have no meaningful order, and training hardly changes it.
    of_pairs = any(sample.label.item is not None for sample in samples)
    relation = None if unanswered or of_pairs else find_order(samples)
    return relation and f"{sentences.capital(sentences.tell_relation(relation, subject))}."


def _find_one_side(key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known) -> str | None:
    """Say whether all wrong answers are too large or too small."""
    relation = find_side(samples)
    if any(sample.expected.ndim for sample in samples):
        begin, of = _TRIED, _name_wrong_part(subject)
    else:
        wrong = sentences.count_wrong_cases([sample for sample in samples if not sample.right])
        begin, of = "In every case tried in which a wrong result came back," if unanswered else f"In {wrong},", subject
    return relation and f"{begin} {sentences.tell_relation(relation, of)}."


def _find_form(key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known) -> Finding | None:
    """Say which argument's shape the answers have."""
    relation = find_shape(samples) if len({sample.label for sample in samples}) == 1 else None
    return relation and Finding("shape", _tell_of_wrong(relation, samples, subject, unanswered))


def _tell_of_wrong(relation: Relation, samples: list[Sample], subject: str, unanswered: list[int]) -> str:
    """Say what holds for all wrong answers, and only for them if other cases are right or unanswered."""
    if unanswered and len({sample.index for sample in samples if not sample.right}) == 1:
        return f"In the one case in which a wrong result came back, {sentences.tell_relation(relation, subject)}."
    if any(sample.right for sample in samples):
        return f"In every wrong case tried, {sentences.tell_relation(relation, subject)}."
    return f"{_ANSWERED if unanswered else _EVERY} {sentences.tell_relation(relation, subject)}."


def _name_wrong_part(subject: str) -> str:
    return f"the wrong part of {subject}"


def _find_weak(key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known) -> Finding | None:
    """Say what holds in every case, if nothing else says more."""
    return _find_general(key, samples, subject, unanswered, known, weak=True)


def _find_general(
    key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known, weak: bool = False
) -> Finding | None:
    """Say what holds in every case, or in every case in which a result came back."""
    wrong = [sample for sample in samples if not sample.right]
    finite = [sample for sample in wrong if _is_finite(sample)]
    looked_at = {sample.index for sample in samples}.union(unanswered)
    hidden = any(not case.raises and i not in looked_at for i, case in enumerate(key.cases))
    every = "In every wrong case tried," if hidden else _ANSWERED if unanswered else _EVERY
    for chosen, begin in ((wrong, every), (finite, _FINITE)):
        for relation in common_relations(key, chosen, known):
            if (relation[0] in WEAK) != weak or (not is_rich(chosen) and relation[0] not in CERTAIN):
                continue
            if all(agrees(key, sample, relation) for sample in samples if sample.right):
                named = (
                    "it" if begin in (_ANSWERED, _FINITE) and subject == sentences.name_subject(Label()) else subject
                )
                named = f"each item of {named}" if named != "it" and _are_items(samples) else named
                several = len({one.index for one in samples}) < len(samples)
                if relation[0] == "change scaled" and several and not named.startswith("each array"):
                    named = f"each array in {named}"  # by a multiple of its own
                words = sentences.tell_relation(relation, named)
                return Finding(relation[0], f"{begin} {words}.", relation[0] in FREE)
    return None


def _are_items(samples: list[Sample]) -> bool:
    """Return whether the samples are the items of one list, such as the activations of all layers."""
    labels = {sample.label for sample in samples}
    return len(labels) == 1 and labels.pop().item is None and len({one.index for one in samples}) < len(samples)


def _is_partly_right(sample: Sample) -> bool:
    return sample.wrong_entries is not None and not sample.wrong_entries.all()


def _is_finite(sample: Sample) -> bool:
    return sample.got is not None and sample.got.dtype.kind in "biuf" and bool(np.isfinite(sample.got).all())


def _find_where(key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known) -> Finding | None:
    """Say in which cases the answers are wrong, and what came back in them."""
    wrong_cases = {sample.index for sample in samples if not sample.right}
    wrong = [sample for sample in samples if not sample.right]
    right = [sample for sample in samples if sample.index not in wrong_cases]
    if not wrong or not right:
        return None
    relations = common_relations(key, wrong, known)
    # Of two cases that look at different parts of the answer, one may be right and the other wrong for the same call.
    apart = any(sample.partial for sample in samples) or _are_seen_apart(key, samples)
    conditions = [] if apart else find_conditions(key, wrong, right, unanswered)
    total = len({sample.index for sample in samples})
    seen_all = total == sum(not case.raises for case in key.cases) and not any(sample.altered for sample in samples)
    # A wrong truth value is always the opposite one, so the sentence need not say what came back.
    relations = [] if unanswered or relations[:1] == [("opposite",)] else relations
    partly = apart or any(sample.right and sample.index in wrong_cases for sample in samples)
    # What a whole case is like cannot be the reason if some rows are right and others are zeros.
    if conditions and not (relations and relations[0][0] in ZERO_LINES):
        where = sentences.tell_condition(conditions[0])
        there = relations if is_rich(wrong) else [one for one in relations if one[0] in _OF_ONE_NUMBER]
        if there:
            what = sentences.tell_relation(there[0], _name_wrong_part(subject) if partly else "it")
            return Finding("where", f"{_TRIED} {subject} is right except where {where}; there {what}.")
        if len(right) > 1:
            kind, *names = conditions[0]
            if kind == "where below one" and all(one.arguments.get(names[0].strip("`")) == 0 for one in right):
                return Finding("where", f"{_TRIED} {subject} is right only where {names[0]} is 0.")
            return Finding("where", f"{_TRIED} {subject} is right except where {where}.")
    if relations and is_rich(wrong) and relations[0][0] not in LAST:
        what = sentences.tell_relation(relations[0], _name_wrong_part(subject) if partly else subject)
        n = len(wrong_cases)
        cases = sentences.count_wrong_cases(wrong)
        others = "the other case" if total - n == 1 else f"the other {total - n} cases"
        rest = f" In {others}, {subject if partly else 'it'} is right." if seen_all and not apart else ""
        return Finding("some", f"In {cases}, {what}.{rest}")
    return None


def _are_seen_apart(key: Key, samples: list[Sample]) -> bool:
    """Return whether these are several parts of the answer, each seen in cases of its own."""
    return len({sample.label.part for sample in samples}) > 1 and any(key.cases[one.index].view for one in samples)


def _find_part(key: Key, samples: list[Sample], subject: str, unanswered: list[int], known: Known) -> Finding | None:
    """Say where in the arrays the wrong entries are."""
    if unanswered:
        return None
    wrong = [sample for sample in samples if not sample.right]
    common: list[Relation] | None = None
    partly = [sample for sample in wrong if _is_partly_right(sample)]
    for sample in (sample for sample in wrong if sample.expected.size > 1 and partly):
        found = dict.fromkeys(find_masks(sample))
        common = list(found) if common is None else [one for one in common if one in found]
    # A single wrong entry is always in some row, and one partly right answer among wholly wrong ones always has some
    # part right: neither means anything.
    few = sum(map(count_wrong, wrong)) < ENOUGH
    if few and partly == wrong and not any(sample.altered for sample in samples):
        # Even a single entry says something if it is the only one in all cases where an argument is 0.
        common, few = [one for one in common or [] if marks_only_wrong(one, samples)], False
    few = few or 2 * len(partly) < len(wrong)
    if len(wrong) == 1:
        # The wrong entries of one array may be at an end by chance.
        common = [one for one in common or [] if one[0] not in POSITIONS]
    if not common or not is_rich(wrong) or few:
        return None
    right = [sample for sample in samples if sample.right]
    everywhere = [one for one in common if not any(marks_entries(one, sample) for sample in right)]
    told = (everywhere or common)[0]
    # A matrix that is not square has no diagonal to be wrong on.
    only_some = not everywhere or (right and told[0] in ("diagonal wrong", "off-diagonal wrong"))
    begin = f"In {sentences.count_wrong_cases(wrong)}," if only_some else _TRIED
    lines = [line for sample in wrong if (line := take_line(sample, told))]
    of_line = [one for one in compare_all(key, lines) if one[0] not in LAST] if lines and is_rich(lines) else []
    there = f"; {sentences.tell_relation(of_line[0], 'there it')}" if of_line else sentences.tell_one_value(wrong)
    return Finding("part", f"{begin} {sentences.tell_relation(told, subject)}{there}.")
