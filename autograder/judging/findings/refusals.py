"""Says how invalid inputs are handled, if everything else is right: which are accepted, which values are not named."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from ..key import Key
from ..observation import Observation, Problem, ProblemKind, find_lacking
from ..words import find_places, with_article
from .forms import known_error
from .relations import Relation


def find_in_refusals(
    key: Key, observed: Sequence[Observation], problems: Sequence[dict[str, Problem]]
) -> Relation | None:
    """Return how invalid input is handled, if everything else is right."""
    bad = [i for i, case in enumerate(key.cases) if case.raises]
    wrong = [i for i, found in enumerate(problems) if found]
    if not bad or not wrong or not set(wrong) <= set(bad):
        return None
    kinds = {next(iter(problems[i].values())).kind for i in wrong}
    name = key.cases[wrong[0]].raises
    if kinds == {ProblemKind.NOT_REFUSED}:
        if len(wrong) == len(bad):
            return ("never refuses", with_article(name), _name_inputs([key.cases[i].note for i in wrong]))
        return ("refuses some", str(len(wrong)), str(len(bad)), name, _name_accepted(key, wrong, bad))
    if kinds == {ProblemKind.NOT_NAMED}:
        if not any(observed[i].raised.get("own", True) for i in wrong):
            return ("refuses by chance", str(len(wrong)), str(len(bad)), name)
        lacking = _name_lacking(key, observed, wrong)
        all_of_them = len(wrong) == len(bad)
        return (
            ("refuses without naming", lacking)
            if all_of_them
            else ("names some", f"{len(wrong)} of {len(bad)}", lacking)
        )
    errors = {known_error(observed[i].raised) for i in wrong if observed[i].raised}
    if len(kinds) > 1 and kinds <= {ProblemKind.NOT_REFUSED, ProblemKind.OTHER_ERROR, ProblemKind.NOT_NAMED}:
        return ("refuses badly", str(len(wrong)), str(len(bad)), with_article(name))
    if kinds == {ProblemKind.OTHER_ERROR} and len(errors) == 1:
        if len(wrong) == len(bad):
            return ("refuses otherwise", with_article(name), errors.pop())
        return ("refuses some otherwise", str(len(wrong)), str(len(bad)), with_article(name), errors.pop())
    return None


_MOST_NAMED = 3
"""The largest number of invalid inputs that a sentence lists."""


def _name_inputs(notes: Sequence[str]) -> str:
    """List what is invalid about a few inputs, as their notes say it; nothing if one of them has no note."""
    told = [note.partition(": ")[0] for note in notes]
    return f": {'; '.join(told)}" if len(told) <= _MOST_NAMED and all(told) else ""


def _name_accepted(key: Key, accepted: Sequence[int], bad: Sequence[int]) -> str:
    """Say which invalid inputs are accepted: by their notes if they are few, otherwise by what sets their shapes apart.

    If nothing does, the first of them are examples.
    """
    notes = [key.cases[i].note for i in accepted]
    if told := _name_inputs(notes):
        return told
    pairs = {i: shapes for i in bad if (shapes := _find_shapes(key, i))}
    refused = [i for i in bad if i not in accepted]
    if len(pairs) == len(bad):
        for words, holds in _SHAPES:
            if all(holds(*pairs[i]) for i in accepted) and not any(holds(*pairs[i]) for i in refused):
                return f": {words.format(*pairs[accepted[0]])}"
    some = [note for note in notes if note][:_MOST_NAMED]
    return f", among them{_name_inputs(some)}" if some else ""


_Shape = tuple[int, ...]


def _find_shapes(key: Key, index: int) -> tuple[_Shape, _Shape] | None:
    """Return the shapes of a case's two arrays, if it has two arguments and both are arrays."""
    call = key.cases[index].calls[0]
    given = [*call.args, *call.kwargs.values()]
    if len(given) != 2 or not all(isinstance(one, np.ndarray) for one in given):
        return None
    return given[0].shape, given[1].shape


def _can_broadcast(one: _Shape, other: _Shape) -> bool:
    """Return whether two different shapes can be broadcast."""
    try:
        return one != other and bool(np.broadcast_shapes(one, other) is not None)
    except ValueError:
        return False


_SHAPES: tuple[tuple[str, Callable[[_Shape, _Shape], bool]], ...] = (
    (
        "1-D arrays of different lengths (for example, of shapes {0} and {1})",
        lambda one, other: len(one) == len(other) == 1 and one != other,
    ),
    ("shapes that differ but can be broadcast, such as {0} and {1}", _can_broadcast),
    ("shapes with different numbers of axes, such as {0} and {1}", lambda one, other: len(one) != len(other)),
    ("shapes with the same number of axes, such as {0} and {1}", lambda one, other: len(one) == len(other)),
    (
        "arrays that are not both 1-D (for example, of shapes {0} and {1})",
        lambda one, other: not len(one) == len(other) == 1,
    ),
    (
        "arrays with the same number of entries (for example, of shapes {0} and {1})",
        lambda one, other: math.prod(one) == math.prod(other),
    ),
)
"""Properties of the shapes of two arrays that decide which invalid inputs are accepted, each with words for it."""


def _name_lacking(key: Key, observed: Sequence[Observation], wrong: Sequence[int]) -> str:
    """Name what the messages lack by where it is found among the arguments: a required value if that is not certain."""
    places = []
    for i in wrong:
        call = key.cases[i].calls[0]
        arguments = dict(zip(key.arguments, call.args, strict=False)) | dict(call.kwargs)
        lacking = find_lacking(key.cases[i], str(observed[i].raised.get("message", "")))
        places += [set(find_places(value, arguments)) for value in lacking]
    for kind in _PLACES:
        named = [{name for one, name in found if one == kind} for found in places]
        if named and all(named):
            common = set.intersection(*named)
            names = [sorted(common)[0]] if len(common) == 1 else sorted(set.union(*named))
            return " or ".join(f"{_PLACES[kind] if k == 0 else 'that of'} `{name}`" for k, name in enumerate(names))
    return "a required value"


_PLACES = {"entry": "the invalid entry of", "shape": "the shape of", "value": "the value of"}
"""By kind of place, in the order in which they are looked for, the words for what a message lacks."""
