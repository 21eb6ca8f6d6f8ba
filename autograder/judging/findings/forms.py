"""Finds what the form of the answers shows: parts and lists, refusals, errors and changed inputs."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...candidate.wire import Given
from ...exercise import Exercise
from ..compare import as_array, compare, is_numeric
from ..key import Key
from ..observation import Observation, Problem, ProblemKind
from ..words import is_failed_test, with_article
from .conditions import describe_all, part_cases
from .relations import Relation


def _answered(key: Key, observed: Sequence[Observation]) -> list[tuple[int, Observation]]:
    return [(i, one) for i, one in enumerate(observed) if not key.cases[i].raises]


def find_in_form(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> Relation | None:
    """Return the mistake that the forms of all answers have in common, or None."""
    answered = _answered(key, observed)
    usable = [(key.expected[i], one.value) for i, one in answered if not one.raised and not one.rejected]
    relation = _find_in_usable(exercise, usable) if len(usable) > 1 or len(usable) == len(answered) > 0 else None
    partly = relation and relation[0] in ("where it is wrong", "in a part where wrong")
    some = relation and not partly and len(usable) < len(answered)
    return ("where something came back", relation) if some else relation


def _find_in_usable(exercise: Exercise, usable: list[tuple[Any, Any]]) -> Relation | None:
    if all(isinstance(value, dict) and not isinstance(expected, dict) for expected, value in usable):
        return ("dictionary",)
    if relation := _find_in_lists(exercise.parts, usable):
        return ("where it is wrong", relation) if _is_right_in_some(usable) else relation
    for k, name in enumerate(exercise.parts):
        pairs = [(e[k], v[k]) for e, v in usable if _have_parts(exercise, e, v)]
        if len(pairs) == len(usable) and (relation := _find_in_lists((), pairs)):
            return ("in a part where wrong" if _is_right_in_some(pairs) else "in a part", name, relation)
    return None


def _is_right_in_some(pairs: list[tuple[Any, Any]]) -> bool:
    return any(_equal(expected, value) for expected, value in pairs)


def _have_parts(exercise: Exercise, *values: Any) -> bool:
    return all(isinstance(value, (list, tuple)) and len(value) == len(exercise.parts) for value in values)


def _find_in_lists(parts: tuple[str, ...], pairs: list[tuple[Any, Any]]) -> Relation | None:
    common: dict[Relation, None] | None = None
    for expected, value in pairs:
        if isinstance(expected, (list, tuple)) and not is_numeric(expected):
            if compare(expected, value) is None:
                continue
            found = dict.fromkeys(_compare_lists(parts, expected, value))
            common = found if common is None else {one: None for one in common if one in found}
    return next(iter(common), None) if common else None


def find_nothing(key: Key, observed: Sequence[Observation]) -> Relation | None:
    """Return a finding if every case gave None, or every case gave an iterator."""
    answered = _answered(key, observed)
    if not answered or any(one.raised or one.rejected for _, one in answered):
        return None
    if all(one.iterator for _, one in answered):
        return ("iterator",) if all(one.part is None for _, one in answered) else ("iterator inside",)
    nothing = all(one.value is None for _, one in answered)
    return ("nothing returned",) if nothing and any(key.expected[i] is not None for i, _ in answered) else None


def find_failed_test(problems: Sequence[dict[str, Problem]]) -> Relation | None:
    """Return the only test that fails in all wrong cases, if there is just one."""
    failed = [problem for found in problems for problem in found.values()]
    names = {one.difference.path[-1] if is_failed_test(one) else None for one in failed}
    return ("fails test", names.pop()) if len(names) == 1 and None not in names else None


def _equal(expected: Any, got: Any) -> bool:
    return compare(expected, got) is None


def _compare_lists(parts: tuple[str, ...], expected: Sequence, got: Any) -> Iterator[Relation]:
    names = parts if len(parts) == len(expected) else ()
    if names:
        for k, good in enumerate(expected):
            if _equal(good, got):
                yield ("part alone", names[k], " and ".join(names))
    if not isinstance(got, (list, tuple)):
        return
    yield from _compare_absent(expected, got)
    if len(got) == len(expected):
        for i in range(len(expected)):
            for j in range(i):
                swapped = list(expected)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                if names and _equal(swapped, list(got)):
                    yield ("parts swapped", names[j], names[i])
        if len(names) > 2 and not _equal(list(expected), list(got)):
            for order in itertools.permutations(range(len(expected))):
                if _equal([expected[k] for k in order], list(got)):
                    yield ("parts in another order", ", ".join(names[k] for k in order))
        if len(expected) > 1 and _equal(list(expected)[::-1], list(got)):
            yield ("list reversed",)
        if _are_pairs(expected) and _equal([list(item)[::-1] for item in expected], got):
            yield ("pairs swapped",)
    if _equal(list(expected)[:-1], list(got)):
        yield ("item missing at the end",)
    if _equal(list(expected)[1:], list(got)):
        yield ("item missing at the start",)
    if len(got) == len(expected) + 1:
        if _equal(list(expected), list(got)[:-1]):
            yield ("parts and more", str(len(expected))) if names else ("item too many at the end",)
        if _equal(list(expected), list(got)[1:]):
            yield ("item too many at the start",)
        for k in range(1, len(got) - 1) if names else ():
            if _equal(list(expected), [*got[:k], *got[k + 1 :]]):
                yield ("part too many", f"the item at index {k}")
    if len(got) == 2 and _are_pairs(expected) and _are_lists(got):
        parts = [list(part) for part in zip(*expected, strict=True)]
        if _equal(parts, [list(part) for part in got]):
            yield ("pairs in two lists",)
    if names and len(got) < len(expected):
        yield ("part missing", str(len(got)), str(len(expected)))
    if len(got) < len(expected) and not names:
        rest = iter(expected)
        if all(any(_equal(good, value) for good in rest) for value in got):
            yield ("items missing",)


def _compare_absent(expected: Sequence, got: Sequence) -> Iterator[Relation]:
    """Yield a finding if the only mistake is about None: items are None, should be None, or are left out."""
    if len(got) == len(expected):
        pairs = list(zip(expected, got, strict=True))
        wrong = [k for k, (good, value) in enumerate(pairs) if not _equal(good, value)]
        if wrong and all(pairs[k][1] is None for k in wrong):
            if wrong == [0]:
                yield ("none at the start",)
            if wrong == [len(pairs) - 1]:
                yield ("none at the end",)
            yield ("none for some",)
        if wrong and all(pairs[k][0] is None for k in wrong):
            yield ("not none",)
    elif _equal([good for good in expected if good is not None], list(got)):
        yield ("nones missing",)


def _are_lists(items: Sequence) -> bool:
    return all(isinstance(item, (list, tuple)) for item in items)


def _are_pairs(items: Sequence) -> bool:
    return _are_lists(items) and all(len(item) == 2 for item in items)


def find_constant(key: Key, observed: Sequence[Observation]) -> Relation | None:
    """Return a finding if the same single value came back in every case, although several are expected."""
    answered = _answered(key, observed)
    values = [one.value for _, one in answered if not one.raised and not one.rejected]
    single = all(isinstance(value, (bool, int, float, str, np.bool_, np.number)) for value in values)
    told = {repr(value.item() if isinstance(value, np.generic) else value) for value in values}
    if len({repr(key.expected[i]) for i, _ in answered}) < 2 or len(values) < len(answered) or not single:
        return None
    arrays = all(isinstance(key.expected[i], np.ndarray) and key.expected[i].ndim for i, _ in answered)
    return ("always one number" if arrays else "always the same", told.pop()[:40]) if len(told) == 1 else None


def find_kept(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> Relation | None:
    """Return a finding if calls return what an earlier call returned: always the same array, or everything so far."""
    return _find_kept_numbers(key, observed) or _find_kept_items(exercise, key, observed)


def _find_kept_numbers(key: Key, observed: Sequence[Observation]) -> Relation | None:
    pairs = [(as_array(key.expected[i]), as_array(one.value)) for i, one in _answered(key, observed) if not one.raised]
    if len(pairs) < 2 or any(wanted is None or got is None or got.ndim != 1 for wanted, got in pairs):
        return None
    first = pairs[0][1]
    if len({wanted.shape for wanted, _ in pairs}) > 1 and all(np.array_equal(got, first) for _, got in pairs):
        return ("same array",)
    so_far = [
        np.concatenate([before, wanted]) for (_, before), (wanted, _) in itertools.pairwise(pairs) if wanted.ndim == 1
    ]
    kept = [
        got.shape == all_of.shape and np.allclose(got, all_of)
        for all_of, (_, got) in zip(so_far, pairs[1:], strict=False)
    ]
    return ("kept", "Your result") if len(kept) == len(pairs) - 1 and all(kept) else None


def _find_kept_items(exercise: Exercise, key: Key, observed: Sequence[Observation]) -> Relation | None:
    """Return the list, the whole answer or a part of it, that begins in every call with that of the call before."""
    answered = [(key.expected[i], one.value) for i, one in _answered(key, observed) if not one.raised]
    for k, name in enumerate(exercise.parts or ("",)):
        if name and not all(_have_parts(exercise, *pair) for pair in answered):
            continue
        pairs = [(expected[k], got[k]) if name else (expected, got) for expected, got in answered]
        if len(pairs) > 2 and all(map(_is_list_of_items, itertools.chain.from_iterable(pairs))):
            so_far: list[Any] = []
            for expected, got in pairs:
                so_far += expected
                if not _equal(so_far, got):
                    break
            else:
                return ("kept", f"Your `{name}`" if name else "Your result")
    return None


def _is_list_of_items(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and not is_numeric(value)


def find_unusable(key: Key, observed: Sequence[Observation]) -> Relation | None:
    """Return what came back if no view could use any answer, or if all answers are arrays of no real numbers."""
    answered = _answered(key, observed)
    reasons = [one.rejected.reason for _, one in answered if one.rejected]
    first = next((one.rejected for _, one in answered if one.rejected), None)
    kinds = {getattr(one.value, "type_name", "") for _, one in answered}
    kind = kinds.pop() if len(kinds) == 1 else ""
    if kind.startswith(_ARRAY_OF):
        return ("array of", kind.removeprefix(_ARRAY_OF))
    return ("unusable", first.words) if first and len(reasons) == len(answered) and len(set(reasons)) == 1 else None


_ARRAY_OF = "array of "
"""How `candidate.wire` begins the name of an array of complex numbers, of objects or of text."""


def find_in_calls(key: Key, observed: Sequence[Observation]) -> Relation | None:
    """Return how an answer's calls of the function that it is given differ from the reference's calls, or None."""
    pairs = [
        (call.args, wanted, one.asked)
        for case, wanted, one in zip(key.cases, key.asked, observed, strict=False)
        if one.asked and wanted and wanted[0]
        for call in case.calls[:1]
    ]
    if len(pairs) < 2:
        return None
    (arguments, (_, required), (_, given)), *_ = pairs
    position = next((i for i, value in enumerate(arguments) if isinstance(value, Given)), None)
    if position is None:
        return None
    name = f"`{key.arguments[position]}`"
    wanted, got = [w[0] for _, w, _ in pairs], [g[0] for _, _, g in pairs]
    if not any(got):
        return ("never called", name)
    if set(got) == {1} and max(wanted) > 1:
        return ("called once", name)
    if all(w[1] and g[1] and not set(w[1]) & set(g[1]) for _, w, g in pairs):
        return ("called with", name, str(given[0]), str(required[0]))
    if all(g < w for g, w in zip(got, wanted, strict=True)):
        times = {0: "not at all", 1: "once"}.get(got[0], f"{got[0]} times")
        return ("called too seldom", name, times, "1 call is" if wanted[0] == 1 else f"{wanted[0]} calls are")
    return None


def known_error(raised: Mapping[str, Any]) -> str:
    """Return the name of one of Python's own errors, otherwise its base class's; never a name that a student chose."""
    names = [name for name in (raised["type"], *raised.get("kinds", ())) if hasattr(builtins, name)]
    known = [name for name in names if name not in ("Exception", "BaseException", "object")]
    return with_article(known[0]) if known else "another error"


def find_in_errors(key: Key, observed: Sequence[Observation]) -> Relation | None:
    """Return the condition under which a function raises an error, if it answers the other cases."""
    answered = _answered(key, observed)
    stopped = [i for i, one in answered if one.raised]
    going = [i for i, one in answered if not one.raised]
    if not stopped or not going or len({observed[i].raised["type"] for i in stopped}) > 1:
        return None
    conditions = part_cases([_describe(key, i) for i in stopped], [_describe(key, i) for i in going])
    return ("stops where", known_error(observed[stopped[0]].raised), conditions[0]) if conditions else None


def _describe(key: Key, index: int) -> dict[Relation, bool]:
    call = key.cases[index].calls[0]
    arguments = dict(zip(key.arguments, call.args, strict=False)) | dict(call.kwargs)
    return describe_all(key, index, arguments, key.expected[index])


def find_moved(key: Key, problems: Sequence[dict[str, Problem]], cases: Sequence[list[dict]]) -> Relation | None:
    """Return what changes in frozen layers (weights, biases or both) if the answers are right where none is frozen."""
    moved, free = [], []
    for case, found, outcomes in zip(key.cases, problems, cases, strict=True):
        arguments = dict(zip(key.arguments, case.calls[0].args, strict=False)) | dict(case.calls[0].kwargs)
        layers, frozen = arguments.get("layers"), arguments.get("frozen")
        if case.raises or not layers or frozen is None:
            continue
        if not frozen:
            free += [found] if arguments.get("epochs") != 0 else []
            continue
        answer = outcomes[0].get("value")
        answer = answer[0] if isinstance(answer, tuple) and answer and "epochs" in arguments else answer
        if not _are_like(answer, layers):
            return None
        pairs = [(layers[k], answer[k]) for k in frozen]
        moved.append([any(not _equal(old[part], new[part]) for old, new in pairs) for part in (0, 1)])
    told = [one for one in moved if any(one)]
    if not free or any(free) or len(told) < 2 or told.count(told[0]) < len(told):
        return None
    weights, biases = told[0]
    what = "weights and biases" if weights and biases else "weights" if weights else "biases"
    return ("frozen moved", str(len(told)), what)


def _are_like(answer: Any, layers: Sequence) -> bool:
    return isinstance(answer, (list, tuple)) and len(answer) == len(layers) and _are_pairs(answer)


def find_items_alike(key: Key, cases: Sequence[list[dict]]) -> Relation | None:
    """Return a finding if each list that comes back holds several items that are all the same."""
    answers = [outcomes[0].get("value") for case, outcomes in zip(key.cases, cases, strict=True) if not case.raises]
    if not all(isinstance(answer, (list, tuple)) and not is_numeric(answer) for answer in answers):
        return None
    several = [answer for answer in answers if len(answer) > 1 and any(map(_holds_numbers, answer))]
    alike = [all(_equal(answer[0], other) for other in answer[1:]) for answer in several]
    return ("items alike",) if len(alike) > 1 and all(alike) else None


def _holds_numbers(item: Any) -> bool:
    """Return whether some number in an item is not 0."""
    if isinstance(item, (list, tuple)) and not is_numeric(item):
        return any(map(_holds_numbers, item))
    array = as_array(item)
    return array is not None and bool(array.any())


def find_wrong_cases(key: Key, problems: Sequence[dict[str, Problem]]) -> Relation | None:
    """Return the condition that separates the valid inputs with a wrong answer from those with a right one."""
    valid = [i for i, case in enumerate(key.cases) if not case.raises]
    kinds = {i: {one.kind for one in problems[i].values()} - {ProblemKind.CHANGED} for i in valid}
    wrong, right = ([i for i in valid if bool(kinds[i]) is holds] for holds in (True, False))
    # Several calls are compared with each other, whatever their arguments are.
    if any(len(key.cases[i].calls) > 1 or ProblemKind.ITERATOR in kinds[i] for i in wrong):
        return None
    facts = {i: _describe(key, i) for i in valid}
    # Another view of a wrong answer may be right.
    seen = [(key.cases[i].view, facts[i]) for i in wrong]
    right = [i for i in right if not any(key.cases[i].view != view and facts[i] == told for view, told in seen)]
    conditions = part_cases([facts[i] for i in wrong], [facts[i] for i in right])
    named = [one for one in conditions if len(one) > 1]
    return ("right except where", named[0]) if named and len(right) > 1 else None


def find_changed(key: Key, problems: Sequence[dict[str, Problem]]) -> Relation | None:
    """Return the argument that a call changes, if nothing else is wrong."""
    kinds = [problem for found in problems for problem in found.values()]
    if kinds and all(problem.kind is ProblemKind.CHANGED for problem in kinds):
        return ("changes its input", _name_arguments(key, kinds[0].changed))
    return None


def find_also_changed(key: Key, observed: Sequence[Observation]) -> Relation | None:
    """Return the argument that is changed by most of the calls that give an answer, whatever else is wrong."""
    answered = [set(one.changed) for _, one in _answered(key, observed) if not one.raised]
    changed = [one for one in answered if one]  # adding zeros changes nothing
    common = set.intersection(*changed) if len(changed) > 1 and 2 * len(changed) > len(answered) else set()
    return ("changes as well", _name_arguments(key, sorted(common, key=str))) if common else None


def _name_arguments(key: Key, positions: Sequence[int | str]) -> str:
    """Name changed arguments, between the backquotes of a sentence's template."""
    return "` and `".join(_name_argument(key, position) for position in positions)


def _name_argument(key: Key, position: int | str) -> str:
    named = isinstance(position, int) and position < len(key.arguments)
    return key.arguments[position] if named else str(position)
