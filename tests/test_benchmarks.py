"""Does every benchmark run, be it on next to nothing?"""

import importlib
import importlib.util

import pytest

from autograder import isolation
from autograder.exercises import CHAPTERS
from autograder.key import chapter_keys
from benchmarks.__main__ import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_can_be_imported_and_measures(name):
    assert callable(importlib.import_module(f"benchmarks.{name}").measure)


@pytest.mark.slow
@pytest.mark.skipif(isolation.why_not() is not None, reason="bubblewrap cannot run here")
def test_grading_is_measured_on_three_students_and_one_chapter():
    from benchmarks import grading

    result = grading.measure(grading.QUICK)
    assert result["class"]["hand-ins"] == 3
    assert 0.5 < result["class"]["share of the points earned"] < 1
    costs = result["CPU seconds a hand-in"]
    assert set(costs) >= {"weightlab grade", "beyond them", "nbgrader autograde + generate_feedback"}
    assert all(value >= 0 for value in costs.values())
    assert all(mebibytes > 0 for mebibytes in result["MiB at the peak"].values())


def run(source, module, functions, **names):
    """Run a benchmark's asserts on a library of these functions."""
    import sys
    from types import ModuleType
    from unittest import mock

    library = ModuleType(f"weightlab.{module}")
    vars(library).update(functions)
    with mock.patch.dict(sys.modules, {f"weightlab.{module}": library}):
        exec(source, names)


@pytest.mark.parametrize("name", list(CHAPTERS))
def test_asserts_pass_with_the_reference_and_fail_with_misconceptions(name):
    from autograder import reference
    from benchmarks import peers

    chapter, right, wrong = CHAPTERS[name], vars(reference.module(CHAPTERS[name].module)), 0
    keys = chapter_keys(chapter, seed=3)
    known = reference.misconceptions(chapter.module)
    for exercise in chapter.exercises.values():
        source = peers.asserts(exercise, keys[exercise.name])
        run(source, chapter.module, right)
        for misconception in known.get(exercise.name, [])[:1]:
            try:
                run(source, chapter.module, right | {exercise.name: misconception.function})
            except Exception:
                wrong += 1
    assert wrong >= len(known) / 2  # these asserts look at values alone, and not at what was changed
    for question, source in peers.programs(chapter, keys).items():
        if question in chapter.questions:
            exec(source, {question: chapter.questions[question].value})
            with pytest.raises(AssertionError):
                exec(source, {question: chapter.questions[question].value + 1})


@pytest.mark.slow
@pytest.mark.skipif(not all(map(importlib.util.find_spec, ("torch", "sklearn"))), reason="torch or scikit-learn absent")
def test_training_is_measured_in_one_round(monkeypatch):
    from benchmarks import training

    monkeypatch.setattr(training, "ROUNDS", 1)
    monkeypatch.setattr(training, "SETTINGS", (((8, 6, 3), 4, "float64", 12, 1, ("PyTorch", "scikit-learn")),))
    (result,) = training.measure().values()
    assert result["ours, µs a step"] > 0
