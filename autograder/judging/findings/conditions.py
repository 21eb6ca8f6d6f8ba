"""Finds the condition that separates the cases that are right from those that are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..compare import as_array, is_numeric
from ..key import Key
from .relations import Relation
from .samples import Sample


def describe_case(arguments: dict[str, Any], expected: Any) -> dict[Relation, bool]:
    """Return facts about a case's inputs, each with whether it is true."""
    facts: dict[Relation, bool] = {}
    arrays = []
    for name, value in arguments.items():
        quoted = f"`{name}`"
        if value is None or isinstance(value, (bool, str)) or hasattr(value, "seed"):
            continue
        if isinstance(value, (frozenset, set)):
            facts["where empty", quoted] = not value
            facts["where holds 0", quoted] = 0 in value
            facts["where several of them", quoted] = len(value) > 1
            layers = arguments.get("layers")
            if isinstance(layers, (list, tuple)):
                facts["where all layers", quoted] = 0 < len(layers) == len(value)
            continue
        if isinstance(value, dict):
            facts["where empty", quoted] = not value
            facts["where an entry is ()", quoted] = () in value.values()
            continue
        if isinstance(value, (list, tuple)) and not is_numeric(value):
            facts["where an item is None", quoted] = any(item is None for item in value)
            facts["where one item", quoted] = len(value) == 1
            facts["where several items", quoted] = len(value) > 1
            facts["where many items", quoted] = len(value) > 2
            facts |= _describe_items(name, value)
            continue
        if isinstance(value, (list, tuple)):
            facts["where empty", quoted] = not value
            facts["where one item", quoted] = len(value) == 1
            facts["where many items", quoted] = len(value) > 2
            facts["where two items", quoted] = len(value) == 2
            continue
        array = as_array(value)
        if array is None:
            continue
        arrays.append((name, array))
        facts["where array", quoted] = array.ndim > 0
        facts["where number", quoted] = array.ndim == 0
        facts["where not 2-D", quoted] = array.ndim != 2
        if array.ndim:
            facts |= _describe_array(quoted, array)
            if sum(isinstance(other, np.ndarray) for other in arguments.values()) == 1:
                facts |= _describe_signs(quoted, array)
        elif array.dtype.kind in "iuf":
            number = float(array)
            facts["where zero", quoted] = number == 0
            facts["where a tiny number", quoted] = 0 < abs(number) <= 0.01
            facts["where negative", quoted] = number < 0
            facts["where above one", quoted] = number > 1
            facts["where below one", quoted] = 0 < number < 1
            facts["where a whole number", quoted] = array.dtype.kind in "iu"
            facts["where one", quoted] = array.dtype.kind in "iu" and number == 1
    matrices = [array.shape for _, array in arrays if array.ndim == 2]
    if matrices:
        facts["where square",] = all(rows == columns for rows, columns in matrices)
        facts["where not square",] = not facts["where square",]
    if arrays:
        facts["where float32",] = any(array.dtype == np.float32 for _, array in arrays)
        name, first = arrays[0]
        facts["where integers", f"`{name}`"] = first.dtype.kind in "iu" and first.ndim > 0
    facts |= _describe_batches(arguments)
    facts |= {} if "layers" in arguments else _describe_labels(arrays)
    single = as_array(expected)
    if single is not None and single.size == 1 and single.dtype.kind == "b":
        facts["where expected False",] = not single.any()
        facts["where expected True",] = bool(single.all())
    elif single is not None and single.size == 1 and single.dtype.kind in "iuf":
        facts["where expected 0",] = float(single.reshape(())) == 0
        facts["where expected positive",] = float(single.reshape(())) > 0
        facts["where expected negative",] = float(single.reshape(())) < 0
    return facts


def _describe_items(name: str, items: Sequence[Any]) -> dict[Relation, bool]:
    """Tell which item of a pair is all zeros, or whether some array of a list is."""
    zero = {k: not item.any() for k, item in enumerate(items) if isinstance(item, np.ndarray) and item.size}
    if isinstance(items, tuple):
        return {("where all zero", f"`{name}[{k}]`"): holds for k, holds in zero.items()}
    return {("where an array is all zero", f"`{name}`"): any(zero.values())} if len(zero) == len(items) else {}


def _describe_array(name: str, array: np.ndarray) -> dict[Relation, bool]:
    facts: dict[Relation, bool] = {("where one row", name): array.ndim >= 1 and len(array) == 1}
    if array.ndim == 2:
        facts["where one column", name] = array.shape[1] == 1
        facts["where more rows than columns", name] = array.shape[0] > array.shape[1]
        facts["where more columns than rows", name] = array.shape[0] < array.shape[1]
    facts["where 1-D", name] = array.ndim == 1
    facts["where many axes", name] = array.ndim > 2
    facts["where empty", name] = not array.size
    if array.size and array.dtype.kind in "iuf":
        facts["where all zero", name] = not array.any()
        facts["where large", name] = bool(np.abs(array).max() >= 80)
        facts["where tiny", name] = bool(0 < np.abs(array).max() < 1e-3)
        facts["where all equal", name] = (
            array.dtype.kind == "f" and array.size > 1 and bool(array.any() and (array == array.flat[0]).all())
        )
        facts["where NaN", name] = array.dtype.kind == "f" and bool(np.isnan(array).any())
        if array.ndim == 2 and array.shape[1] > 1 and array.dtype.kind == "f":
            facts["where ties", name] = _has_ties(array)
    return facts


def _describe_signs(name: str, array: np.ndarray) -> dict[Relation, bool]:
    """Describe the signs in an array, which separate cases by chance when combined with other conditions."""
    if not array.size or array.dtype.kind != "f":
        return {}
    return {
        ("where negative entries", name): bool((array < 0).any()),
        ("where all negative", name): bool((array < 0).all()),
        ("where zeros", name): bool((array == 0).any()),
    }


def _describe_labels(arrays: list[tuple[str, np.ndarray]]) -> dict[Relation, bool]:
    """Tell whether the last class is among the labels of rows: if not, the largest label suggests too few classes."""
    labels = [(name, array) for name, array in arrays if array.ndim == 1 and array.dtype.kind in "iu" and array.size]
    rows = [array for _, array in arrays if array.ndim == 2 and array.dtype.kind == "f"]
    if len(labels) != 1 or len(rows) != 1 or len(rows[0]) != labels[0][1].size:
        return {}
    name, array = labels[0]
    return {("where the last class is missing", f"`{name}`"): bool(array.max() + 1 < rows[0].shape[1])}


def _describe_batches(arguments: dict[str, Any]) -> dict[Relation, bool]:
    facts: dict[Relation, bool] = {}
    size, x = arguments.get("batch_size"), arguments.get("x")
    if isinstance(size, int) and isinstance(x, np.ndarray) and size > 0:
        facts["where last batch short",] = len(x) % size != 0
        facts["where last batch full",] = len(x) % size == 0
        facts["where several batches",] = len(x) > size
    epochs = arguments.get("epochs")
    if isinstance(epochs, int):
        facts["where several epochs",] = epochs > 1
    return facts


def find_conditions(key: Key, wrong: list[Sample], right: list[Sample], unanswered: list[int]) -> list[Relation]:
    """Return the facts that are true of all cases that are wrong or have no result, and of none that is right."""
    described = [_describe_sample(key, sample) for sample in wrong]
    for i in unanswered:
        call = key.cases[i].calls[0]
        arguments = dict(zip(key.arguments, call.args, strict=False)) | dict(call.kwargs)
        described.append(describe_all(key, i, arguments, key.expected[i]))
    controls = [(_describe_sample(key, sample), sample) for sample in right]
    found = part_cases(described, [facts for facts, _ in controls])
    trivial = all(map(_is_trivial, wrong))
    found = [
        fact
        for fact in found
        if sum(
            ((trivial or not _is_trivial(sample)) and not _has_nothing(fact, facts, described))
            or any(facts.get(("where zero", name)) for name in _names_in(fact))
            for facts, sample in controls
        )
        >= min(len(controls), 2)
    ]
    signs = {float(np.sign(one.expected.reshape(()))) for one in (*wrong, *right) if _is_single_number(one.expected)}
    # If magnitudes are expected, "right except where a positive number is expected" says no more than "wrong".
    return found if {1.0, -1.0} <= signs else [one for one in found if one[0] not in _OF_SIGNS]


_NOTHING = ("where zero", "where all zero", "where empty")


def _is_trivial(sample: Sample) -> bool:
    """Return whether nothing, only zeros, or no change of an argument is expected, as many wrong answers then give."""
    expected = sample.expected
    unchanged = any(np.array_equal(base, expected) for _, base in sample.bases)
    return expected.ndim > 0 and (not expected.any() or unchanged)


def _has_nothing(fact: Relation, right: dict[Relation, bool], wrong: list[dict[Relation, bool]]) -> bool:
    """Return whether a right case has a zero or nothing in another argument than a condition's, unlike all wrong cases.

    With no epochs, for example, or with a learning rate of zero, a wrong training loop gives right results as well.
    """
    return any(
        holds and one[0] in _NOTHING and one[1] not in _names_in(fact) and not any(case.get(one) for case in wrong)
        for one, holds in right.items()
    )


def _names_in(fact: Relation) -> set[str]:
    """Return the names of the arguments that a condition is about."""
    return {one[1] for one in (fact[1:] if fact[0] == "where both" else (fact,)) if len(one) > 1}


_OF_SIGNS = ("where expected positive", "where expected negative")


def _is_single_number(array: np.ndarray) -> bool:
    return array.size == 1 and array.dtype.kind in "iuf" and bool(np.isfinite(array).all())


def describe_all(key: Key, index: int, arguments: dict[str, Any], expected: Any) -> dict[Relation, bool]:
    """Describe a case; if other functions' results have ties, those of the arguments do not matter."""
    related, facts = _describe_related(key, index), describe_case(arguments, expected)
    return related | {fact: holds for fact, holds in facts.items() if not related or fact[0] != "where ties"}


def _describe_sample(key: Key, sample: Sample) -> dict[Relation, bool]:
    return describe_all(key, sample.index, sample.arguments, sample.expected)


def _describe_related(key: Key, index: int) -> dict[Relation, bool]:
    """Describe the ties in other functions' results for the arguments, such as the logits of a network."""
    values = [(one.told, one.values[index]) for one in key.related if one.part]
    return {
        ("where ties", name): _has_ties(value)
        for name, value in values
        if isinstance(value, np.ndarray) and value.ndim == 2 and value.dtype.kind == "f"
    }


def _has_ties(array: np.ndarray) -> bool:
    return array.shape[1] > 1 and bool(((array == array.max(axis=1, keepdims=True)).sum(axis=1) > 1).any())


_TELLING = (
    "where ties",
    "where the last class is missing",
    "where last batch short",
    "where last batch full",
    "where several epochs",
    "where several batches",
    "where empty",
    "where one row",
    "where one column",
    "where all layers",
    "where one",
    "where several of them",
    "where one item",
    "where many items",
    "where large",
    "where tiny",
    "where a tiny number",
    "where NaN",
    "where holds 0",
    "where zero",
    "where an item is None",
    "where all equal",
    "where all zero",
    "where an array is all zero",
    "where an entry is ()",
    "where many axes",
    "where a whole number",
    "where array",
    "where number",
    "where float32",
    "where integers",
)
"""Kinds of conditions that a slip commonly depends on, the most telling first."""


_WIDER = {"where many axes": "where not 2-D", "where many items": "where several items"}
"""By kind of fact, the kind that includes it and depends on the same value."""
_FEW = 2
"""Number of wrong cases up to which a fact may part them from the right ones by chance."""
_SIGNS = ("where negative", "where zero")
_OF_NUMBERS = ("where negative", "where above one", "where below one")


def _has_control(fact: Relation, wrong: dict[Relation, bool], right: list[dict[Relation, bool]]) -> bool:
    """Return whether some right case has the signs of a wrong one, so that they cannot be the reason.

    Otherwise it may be both together that is wrong, such as an array and a negative number.
    """
    name, array = fact[1], ("where array", fact[1])
    alike = {one: holds for one, holds in wrong.items() if one == array or (one[0] in _SIGNS and one[1] != name)}
    return any(all(case.get(one) == holds for one, holds in alike.items()) for case in right)


def part_cases(wrong: list[dict[Relation, bool]], right: list[dict[Relation, bool]]) -> list[Relation]:
    """Return the facts that are true of all wrong cases and of no right one, if these are one kind and no accident."""
    if not wrong or not right:
        return []
    facts = [
        fact
        for fact, holds in wrong[0].items()
        if holds
        and all(one.get(fact) for one in wrong)
        and not any(one.get(fact, False) for one in right)
        # The question must make sense for some right case: a single number, for example, has no entries.
        and any(fact in one for one in right)
    ]
    reasons = [fact for fact in facts if len(fact) > 1 and fact[0] in (*_TELLING, *_OF_NUMBERS)]
    named = [{fact[0] for fact in reasons if fact[1] == name} for name in {fact[1] for fact in reasons}]
    either = any(kinds != named[0] for kinds in named)
    if either and not (len(named) == 2 and all(len(kinds) == 1 for kinds in named)):
        return []  # any of several arguments may be the reason
    if len(wrong) <= _FEW and not all(_has_control(fact, one, right) for fact in reasons for one in wrong):
        return []
    if either:
        return [("where both", *reasons)] if all(fact[0] in _TELLING for fact in reasons) else []
    telling = sorted((fact for fact in facts if fact[0] in _TELLING), key=lambda fact: _TELLING.index(fact[0]))
    # If a wider fact parts the cases as well, no case tells the two apart.
    telling = list(
        dict.fromkeys(wide if (wide := (_WIDER.get(kind), *of)) in facts else (kind, *of) for kind, *of in telling)
    )
    # Where all entries are 0, they tie as well.
    zero = [of for kind, *of in telling if kind == "where all zero"]
    telling = [fact for fact in telling if fact[0] != "where ties" or [*fact[1:]] not in zero]
    kinds = {fact[0] for fact in telling}
    if len(kinds) == 1:
        return telling
    return facts if not kinds and len(facts) == 1 and len(wrong) > 1 and len(right) > 1 else []
