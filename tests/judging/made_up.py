"""Made-up exercises, and wrong answers to them: every kind of answer with every kind of mistake, in all or some cases.

The numbers are small and often equal or zero, so that many things hold at once and each limit is met from both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.candidate.wire import Opaque
from autograder.exercise import PURE, Case, Chapter, Exercise, Unusable
from autograder.judging.judge import judge
from autograder.judging.key import Key, Mistake
from autograder.judging.observation import observe
from autograder.judging.related import Related
from autograder.judging.verdict import Reply

VALUE, EDGE, REFUSES = "is right", "handles edges", "refuses"
ARGUMENTS = ("x", "y", "rate", "n", "sizes")
SCENARIOS = 330


def first_half(answers: list, calls: tuple) -> Any:
    """Look at the first half of an answer; a view that cannot use a single number."""
    if not isinstance(answers[0], (np.ndarray, list)):
        raise Unusable("shape", "something that has no halves")
    return answers[0][: (len(answers[0]) + 1) // 2]


def _make(parts: tuple[str, ...] = (), pure: bool = True) -> Exercise:
    def made_up(rng):
        """A task."""
        yield from ()

    aspects = {**(dict.fromkeys(parts, 2.0) or {VALUE: 2.0, EDGE: 1.0}), REFUSES: 1.0} | ({PURE: 1.0} if pure else {})
    return Chapter("02_made_up", "made up").exercise(
        aspects=aspects, parts=parts, hints=("a", "b", "c"), views={"half": first_half}
    )(made_up)


@dataclass(frozen=True)
class Task:
    """A made-up exercise: its answer as a function of the arguments, and whether it has parts."""

    answer: Callable[..., Any]
    exercise: Exercise
    view: str | None = None


TASKS = (
    Task(lambda x, y, rate, n, sizes: x * y, _make()),
    Task(lambda x, y, rate, n, sizes: x - rate * y, _make(pure=False)),
    Task(lambda x, y, rate, n, sizes: float(x.sum()), _make()),
    Task(lambda x, y, rate, n, sizes: float(abs(x).max()) * rate, _make()),
    Task(lambda x, y, rate, n, sizes: int(n + sum(sizes)), _make()),
    Task(lambda x, y, rate, n, sizes: bool(x.sum() > 0), _make()),
    Task(lambda x, y, rate, n, sizes: x > y, _make()),
    Task(lambda x, y, rate, n, sizes: (x + y, x.sum(axis=0)), _make(("a", "b"))),
    Task(lambda x, y, rate, n, sizes: (x, [y, x * y], float(rate)), _make(("a", "b", "c"), pure=False)),
    Task(lambda x, y, rate, n, sizes: [x, x * y, y[:1]], _make()),
    Task(lambda x, y, rate, n, sizes: [(x + y, x.sum(axis=0)), (y, y[0])], _make()),
    Task(lambda x, y, rate, n, sizes: [x, None, y, None], _make()),
    Task(lambda x, y, rate, n, sizes: np.zeros(len(x)), _make()),
    Task(lambda x, y, rate, n, sizes: (x + 1).astype(np.float32), _make()),
    Task(lambda x, y, rate, n, sizes: x + y, _make(), "half"),
)


def each(change: Callable[[np.ndarray], Any]) -> Callable[[Any], Any]:
    """Return a function that changes every number and array of an answer."""

    def changed(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return type(value)(map(changed, value))
        return value if value is None else change(np.asarray(value))

    return changed


def _in_list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _some(value: Any, at: slice) -> Any:
    return value[at] if isinstance(value, (list, tuple)) or np.ndim(value) else value


CHANGES: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("right", lambda v: v),
    ("in a list", _in_list),
    ("doubled", each(lambda e: 2 * e)),
    ("negated", each(lambda e: ~e if e.dtype.kind == "b" else -e)),
    ("one more", each(lambda e: e + 1)),
    ("0.37 times", each(lambda e: 0.37 * e)),
    ("0.3 more", each(lambda e: e + 0.3)),
    ("scaled and shifted", each(lambda e: 1.7 * e - 0.2)),
    ("transposed", each(lambda e: e.T)),
    ("flat", each(np.ravel)),
    ("a row", each(lambda e: e[:1] if e.ndim else e)),
    ("in three axes", each(lambda e: e[np.newaxis] if e.ndim else e)),
    ("flipped", each(lambda e: e[::-1] if e.ndim else e)),
    ("zeros", each(lambda e: np.zeros(e.shape))),
    ("constant", each(lambda e: np.full(e.shape, 0.7))),
    ("the same number", lambda v: 0.7),
    ("not a number", each(lambda e: e * np.nan)),
    ("finite in part", each(lambda e: np.where(e > 0, 2.0 * e, np.nan))),
    ("odd", each(lambda e: np.sin(np.arange(e.size) + 3.0).reshape(e.shape))),
    ("never negative", each(lambda e: np.maximum(e, 0))),
    ("magnitude", each(lambda e: np.abs(e * 1.0))),
    ("too large", each(lambda e: e + np.abs(np.sin(np.arange(e.size) + 1.0)).reshape(e.shape))),
    ("cut off", each(lambda e: np.minimum(e, 0.75))),
    ("cubed", each(lambda e: e**3.0)),
    ("sorted", each(lambda e: np.sort(e, axis=None).reshape(e.shape))),
    ("whole", each(lambda e: e.astype(int))),
    ("truth", each(lambda e: e > 0)),
    ("first wrong", each(lambda e: np.where(np.arange(e.size).reshape(e.shape) == 0, e + 1.0, e))),
    ("text", each(lambda e: str(e.tolist()))),
    ("lists", each(lambda e: e.tolist())),
    ("nothing", lambda v: None),
    ("backwards", lambda v: _some(v, slice(None, None, -1))),
    ("without the last", lambda v: _some(v, slice(None, -1))),
    ("without the first", lambda v: _some(v, slice(1, None))),
    ("one too many", lambda v: [*v, 0.5] if isinstance(v, (list, tuple)) else v),
    ("only the first", lambda v: v[0] if isinstance(v, (list, tuple)) else v),
    ("no item is None", lambda v: [one for one in v if one is not None] if isinstance(v, list) else v),
    ("every second is None", lambda v: [None if k % 2 else one for k, one in enumerate(v)] if type(v) is list else v),
    ("second part doubled", lambda v: (v[0], each(lambda e: 2 * e)(v[1]), *v[2:]) if isinstance(v, tuple) else v),
    ("dictionary", lambda v: {"a": 1.5}),
)
"""What somebody may make of the right answer."""
Where = Callable[[int, dict[str, Any]], bool]
WHERE: tuple[tuple[str, Where], ...] = (
    ("in every case", lambda k, given: True),
    ("in the first case", lambda k, given: k == 0),
    ("in all but the first", lambda k, given: k > 0),
    ("in every second case", lambda k, given: k % 2 == 1),
    ("where x is large", lambda k, given: abs(given["x"]).max() >= 80),
    ("where x has one row", lambda k, given: len(given["x"]) == 1),
    ("where n is 0", lambda k, given: given["n"] == 0),
    ("where rate is below one", lambda k, given: given["rate"] < 1),
    ("where rate is not 0", lambda k, given: given["rate"] != 0),
)
ERROR = {
    **{"type": "KeyError", "kinds": ["KeyError", "LookupError"], "message": "3", "file": "own.py", "line": 3},
    **{"code": "return x[3]", "function": "made_up", "name": "", "of_module": False, "own": False},
}
ELSE: tuple[tuple[str, Callable[[Any], dict]], ...] = (
    ("", lambda value: {"value": value}),
    ("", lambda value: {"value": value}),
    ("raising elsewhere", lambda value: {"raised": ERROR}),
    ("reading once elsewhere", lambda value: {"value": value, "iterator": True}),
    ("changing x elsewhere", lambda value: {"value": value, "changed": [0]}),
    ("changing all elsewhere", lambda value: {"value": value, "changed": [0, 1]}),
    ("nothing elsewhere", lambda value: {"value": None}),
)
"""What comes back in the cases in which the answer is otherwise right."""
REFUSALS: tuple[tuple[str, dict], ...] = (
    ("refusing", {"raised": ERROR | {"type": "ValueError", "kinds": ["ValueError"], "message": "-7", "own": True}}),
    ("refusing", {"raised": ERROR | {"type": "ValueError", "kinds": ["ValueError"], "message": "-7", "own": True}}),
    ("refusing without a number", {"raised": ERROR | {"type": "ValueError", "kinds": ["ValueError"], "own": True}}),
    ("refusing otherwise", {"raised": ERROR}),
    ("returning an error", {"value": Opaque("ValueError")}),
    ("not refusing", {"value": 1.5}),
)


def _make_cases(rng: np.random.Generator, view: str | None, whole: bool) -> list[tuple[Case, dict[str, Any]]]:
    made = []
    for k in range(int(rng.integers(2, 7))):
        shape = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        x, y = (rng.integers(-2, 5, shape) * rng.choice([1.0, 0.5, 0.37]) for _ in range(2))
        given = {
            **{"x": x * (100 if rng.random() < 0.2 else 1), "y": y, "rate": float(rng.choice([0, 0.5, 0.25, 2]))},
            **{"n": int(rng.integers(0, 4)), "sizes": rng.integers(1, 5, rng.integers(1, 4)).tolist()},
        }
        aspect = (EDGE if k % 3 == 2 else VALUE) if whole else None
        note = "a note" if k % 2 else ""
        made.append((Case.of(aspect, *given.values(), note=note, view=view if k % 2 else None), given))
    return made


def make_verdicts() -> Iterator[tuple[str, Any]]:
    """Yield what is said about each wrong answer; in every fourth scenario its words may not be quoted."""
    for number in range(SCENARIOS):
        rng = np.random.default_rng([9, number])
        task, quote = TASKS[number % len(TASKS)], number % 4 != 3
        (said, change), (place, where) = CHANGES[number % len(CHANGES)], WHERE[rng.integers(len(WHERE))]
        (other, elsewhere), (refusing, refusal) = ELSE[rng.integers(len(ELSE))], REFUSALS[rng.integers(len(REFUSALS))]
        if number % 3 == 0:
            place, where = WHERE[0]
        cases = _make_cases(rng, task.view, not task.exercise.parts)
        bad = [Case.of(REFUSES, -7, raises=ValueError, mentions=(-7,)) for _ in range(int(rng.integers(0, 3)))]
        outcomes = []
        for k, (_, given) in enumerate(cases):
            good = task.answer(**given)
            outcomes.append(_change(change, good) if where(k, given) else elsewhere(good))
        outcomes += [refusal if k == 0 else REFUSALS[0][1] for k in range(len(bad))]
        key = _make_key(task, cases, bad, [change, CHANGES[(number + 7) % len(CHANGES)][1]], number)
        verdict = judge(task.exercise, key, Reply(cases=[[_outcome(**one)] for one in outcomes]), "own.py", quote)
        points = "+".join(f"{aspect.score:g}" for aspect in verdict.aspects)
        name = ", ".join(
            filter(None, (f"verdict {number}", said, place, other, refusing, "" if quote else "in general"))
        )
        yield name, [verdict.status, points, verdict.misconception, *verdict.message.splitlines()]


def _outcome(**told: Any) -> dict:
    return {"changed": [], "iterator": False, "part": None} | told


def _change(change: Callable[[Any], Any], good: Any) -> dict:
    with np.errstate(all="ignore"):
        return {"value": change(good)}


def _make_key(task: Task, cases: list, bad: list[Case], mistakes: list, number: int) -> Key:
    """Return a key, in some scenarios with misconceptions or with the result of another function."""
    every, expected = (*(case for case, _ in cases), *bad), [task.answer(**given) for _, given in cases]
    made = []
    for k, change in enumerate(mistakes[: number % 3]):
        outcomes = [_change(change, good) for good in expected] + [REFUSALS[0][1]] * len(bad)
        seen = [observe(task.exercise, case, [_outcome(**one)]) for case, one in zip(every, outcomes, strict=True)]
        made.append(Mistake(f"mistake_{k}", f"This is mistake {k}.", tuple(seen)))
    half = (*(given["x"] / 2 for _, given in cases), *[None] * len(bad))
    related = (Related("half(x)", "", half),) if number % 4 < 2 else ()
    return Key("made_up", ARGUMENTS, every, (*expected, *[None] * len(bad)), tuple(made), related)
