"""Is every exercise complete, and does the autograder judge the known answers as it should?"""

from __future__ import annotations

import inspect
import textwrap

import numpy as np
import pytest

from autograder.examine import run_exercise
from autograder.exercise import PURE
from autograder.exercises import EXERCISES
from autograder.judging import judge, key, reference
from autograder.judging.misconception import find_proved
from autograder.library import read_library
from autograder.paths import SOLUTIONS
from autograder.sandbox.process import Runner
from tests.alternatives import load

ALTERNATIVES = load()
REFERENCE = read_library(SOLUTIONS / "weightlab")
SEEDS = (key.PUBLIC_SEED, 7)
MISCONCEPTIONS = [
    (exercise, wrong)
    for name, exercise in EXERCISES.items()
    for wrong in reference.misconceptions(exercise.module).get(name, [])
]


@pytest.fixture(scope="module")
def runner():
    with Runner() as started:
        yield started


@pytest.fixture(scope="module")
def keys():
    made = {}

    def get(exercise, seed):
        if (exercise.name, seed) not in made:
            packed = key.pack([key.make_key(exercise, seed)])  # packed, as keys are stored and sent
            made[exercise.name, seed] = key.unpack(packed)[exercise.name]
        return made[exercise.name, seed]

    return get


def examine(runner, exercise, answer_key, sources):
    reply = run_exercise(exercise, answer_key, sources, "weightlab", runner)
    return judge.judge(exercise, answer_key, reply, "weightlab/" + exercise.module + ".py")


def with_function(exercise, function):
    """Return the reference library with one function replaced by another's source, renamed."""
    source = textwrap.dedent(inspect.getsource(function))
    source = "\n".join(line for line in source.splitlines() if not line.startswith("@"))
    source = source.replace(f"def {function.__name__}(", f"def {exercise.name}(")
    changed = f"{REFERENCE[exercise.module].decode()}\n\nimport math\nimport numpy as np\n\n{source}\n"
    return REFERENCE | {exercise.module: changed.encode()}


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_an_exercise_is_complete(exercise):
    assert exercise.points == int(exercise.points) > 0
    assert exercise.aspects.get(PURE, 0) <= 1
    assert len(set(exercise.hints)) == 3
    assert exercise.why
    used = {case.aspect for case in exercise.cases(1)} - {None}
    assert used | set(exercise.parts) | {PURE} >= set(exercise.aspects), "an aspect has no case"
    needed = set(reference.closure([exercise.name])) & set(EXERCISES) - {exercise.name}
    assert needed <= set(reference.closure(exercise.prerequisites)), "the reference builds on more than is listed"
    assert exercise.name not in reference.closure(exercise.prerequisites)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_the_reference_gets_full_marks(exercise, seed, runner, keys):
    verdict = examine(runner, exercise, keys(exercise, seed), REFERENCE)
    assert (verdict.status, verdict.score) == ("passed", exercise.points), verdict.message


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("exercise", "wrong"), MISCONCEPTIONS, ids=[f"{e.name}-{w.name}" for e, w in MISCONCEPTIONS])
def test_a_misconception_fails_and_is_named(exercise, wrong, seed, keys):
    answer_key = keys(exercise, seed)
    observed = next((one.observations for one in answer_key.mistakes if one.name == wrong.name), None)
    if observed is None:
        assert wrong.general, "left out, as only one of a family is that does as another does"
        return
    assert any(judge.find_all_problems(exercise, answer_key, observed)), "the misconception passes"
    named = find_proved(exercise, answer_key, observed)
    assert named, "not named"
    assert named.name == wrong.name, f"taken for {named.name}"
    assert len(wrong.advice) > 40


@pytest.mark.parametrize(
    ("exercise", "function"),
    [(EXERCISES[name], function) for name, functions in ALTERNATIVES.items() for function in functions],
    ids=lambda item: getattr(item, "__name__", getattr(item, "name", "")),
)
def test_a_correct_answer_in_another_style_gets_full_marks(exercise, function, runner, keys):
    for seed in SEEDS:
        verdict = examine(runner, exercise, keys(exercise, seed), with_function(exercise, function))
        assert (verdict.status, verdict.score) == ("passed", exercise.points), verdict.message


_SPOILS = """

import copy
import inspect

import numpy as np

_right = {name}


def _spoil(value):
    if isinstance(value, np.ndarray):
        value += np.ones((), value.dtype)
    elif isinstance(value, (list, tuple)) and value and not isinstance(value[0], int):
        for item in value:
            _spoil(item)
    elif isinstance(value, list):
        value.append(1)
    elif isinstance(value, set):
        value.add(1000)
    elif isinstance(value, dict):
        value["spoilt"] = (1,)


def {name}(*args, **kwargs):
    given = inspect.signature(_right).bind(*args, **kwargs).arguments
    result = _right(*args, **kwargs)
    result = list(result) if hasattr(result, "__next__") else copy.deepcopy(result)
    _spoil(given.get("{argument}"))
    return result
"""
"""Code that changes an argument after computing the right result."""


ASKED = [exercise for exercise in EXERCISES.values() if not exercise.scored]
"""All but the capstone, which is scored by what its networks read: changing an argument could not help there."""


def _can_change(value):
    if isinstance(value, (list, tuple)):
        return isinstance(value, list) or any(map(_can_change, value))
    return isinstance(value, (np.ndarray, dict, set))


def _changeable_arguments(exercise):
    """Return the names of the arguments that a function could change, in the order of its signature."""
    signature = inspect.signature(getattr(reference.module(exercise.module), exercise.name))
    calls = [signature.bind(*call.args, **call.kwargs) for case in exercise.cases(1) for call in case.calls]
    return [name for name in signature.parameters if any(_can_change(call.arguments.get(name)) for call in calls)]


@pytest.mark.parametrize(
    ("exercise", "argument"),
    [(exercise, argument) for exercise in ASKED for argument in _changeable_arguments(exercise)],
    ids=lambda item: getattr(item, "name", item),
)
def test_a_right_answer_that_changes_an_argument_loses_points(exercise, argument, runner, keys):
    spoils = _SPOILS.format(name=exercise.name, argument=argument)
    changed = REFERENCE | {exercise.module: REFERENCE[exercise.module] + spoils.encode()}
    verdict = examine(runner, exercise, keys(exercise, key.PUBLIC_SEED), changed)
    assert verdict.status == "failed"
    assert verdict.score < exercise.points, verdict.message
    assert f"changed its input {argument}" in verdict.evidence


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_other_styles(name):
    assert len(ALTERNATIVES.get(name, [])) >= 2
