"""Says how invalid inputs are handled, if everything else is right: which are accepted, which values are not named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..compare import is_numeric
from ..key import Key
from ..observation import Observation, Problem, ProblemKind, find_lacking
from ..words import with_article
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
        kinds_of_input = _name_inputs([key.cases[i].note for i in wrong])
        if len(wrong) == len(bad):
            return ("never refuses", with_article(name), kinds_of_input)
        return ("refuses some", str(len(wrong)), str(len(bad)), name, kinds_of_input)
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


def _name_lacking(key: Key, observed: Sequence[Observation], wrong: Sequence[int]) -> str:
    """Say where the values that the messages lack are found among the arguments; nothing if that is not certain."""
    places = []
    for i in wrong:
        call = key.cases[i].calls[0]
        arguments = dict(zip(key.arguments, call.args, strict=False)) | dict(call.kwargs)
        lacking = find_lacking(key.cases[i], str(observed[i].raised.get("message", "")))
        places += [set(_find_places(value, arguments)) for value in lacking]
    for kind in _PLACES:
        named = [{name for one, name in found if one == kind} for found in places]
        if named and all(named):
            common = set.intersection(*named)
            names = [sorted(common)[0]] if len(common) == 1 else sorted(set.union(*named))
            return f": {_PLACES[kind]} {' or of '.join(f'`{name}`' for name in names)}"
    return ""


_PLACES = {"entry": "an entry of", "shape": "the shape of", "value": "that of"}


def _find_places(value: Any, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield how a value is found in arguments: as an entry, in a shape, or as the argument itself."""
    for name, argument in arguments.items():
        if isinstance(argument, np.ndarray) and value in argument.shape:
            yield "shape", name
        if isinstance(argument, (np.ndarray, list, tuple, set, frozenset)) and is_numeric(list(argument)):
            if np.ndim(list(argument)) == 1 and value in list(argument):
                yield "entry", name
        elif isinstance(argument, (int, str)) and value == argument:
            yield "value", name
