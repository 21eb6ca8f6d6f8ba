"""Does every benchmark run, be it on next to nothing?"""

import importlib
import importlib.util
import subprocess
import sys

import pytest

from autograder.exercises import CHAPTERS
from autograder.judging.key import chapter_keys
from autograder.sandbox import selftest
from benchmarks.__main__ import NAMES


def absent(*packages):
    """Mark a test that needs packages of requirements-ci.txt."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)}: not installed, so nothing was measured")


@absent("threadpoolctl")
@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_can_be_imported_and_measures(name):
    assert callable(importlib.import_module(f"benchmarks.{name}").measure)


def test_a_benchmark_whose_peer_is_absent_says_what_to_install():
    hidden = "import sys; sys.modules['threadpoolctl'] = None; from benchmarks.__main__ import main; main(['training'])"
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "threadpoolctl" in done.stderr and "requirements-ci.txt" in done.stderr


@absent("threadpoolctl")
@pytest.mark.slow
@pytest.mark.skipif(selftest.why_not() is not None, reason="bubblewrap cannot run here")
def test_grading_is_measured_on_three_students_and_one_chapter():
    from benchmarks import grading

    result = grading.measure(grading.QUICK)
    assert result["class"]["submissions"] == 3
    assert 0.5 < result["class"]["share of the points earned"] < 1
    costs = result["CPU seconds per submission"]
    assert set(costs) >= {"weightlab grade", "beyond them", "nbgrader autograde + generate_feedback"}
    assert all(value >= 0 for value in costs.values())
    assert all(mebibytes > 0 for mebibytes in result["MiB at the peak"].values())
    assert all(kibibytes > 0 for kibibytes in result["KiB per submission"].values())
    from benchmarks import cluster, summary

    assert summary.grading(result | {"machine": MEASURED["machine"]})
    assert cluster.cost(result)


def run(source, module, functions, **names):
    """Run a benchmark's asserts on a library of these functions."""
    from types import ModuleType
    from unittest import mock

    library = ModuleType(f"weightlab.{module}")
    vars(library).update(functions)
    with mock.patch.dict(sys.modules, {f"weightlab.{module}": library}):
        exec(source, names)


@pytest.mark.parametrize("name", list(CHAPTERS))
def test_asserts_pass_with_the_reference_and_fail_with_misconceptions(name):
    from autograder.judging import reference
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
@absent("torch", "sklearn")
def test_training_is_measured_in_one_round(monkeypatch):
    from benchmarks import training

    monkeypatch.setattr(training, "ROUNDS", 1)
    monkeypatch.setattr(training, "SETTINGS", (((8, 6, 3), 4, "float64", 12, 1, ("PyTorch", "scikit-learn")),))
    (result,) = training.measure().values()
    assert result["ours, µs a step"] > 0


MEASURED = {
    "machine": {"processors": 2, "system": "Linux", "python": "3.11", "numpy": "2"},
    "class": {
        "students": 30,
        "chapters": ["a", "b"],
        "submissions": 60,
        "isolation": "bubblewrap",
        "share of the points earned": 0.8,
    },
    "how the others were measured": {"otter run": "in some way"},
    "seconds per submission, two processes": {"weightlab grade": 0.25, "otter run": 5.0},
    "times the throughput of": {"otter run": 20.0},
    "CPU seconds per submission": {
        "weightlab grade": 0.36,
        "of which the student's own functions": 0.1,
        "beyond them": 0.26,
        "otter run": 9.0,
    },
    "processes": {"seconds with one": 30, "seconds with two": 20, "one / two": 1.5},
    "one small submission": {"chapter": "a", "students": [30, 300], "seconds": [0.2, 0.2], "CPU seconds": [0.2, 0.19]},
    "KiB per submission": {
        "to a worker": 100,
        "back": 600,
        "kept beside the submission": 512,
        "of it the gradebook": 4,
    },
    "on a cluster": {
        "how": "so",
        "seconds per further submission": 0.1,
        "CPU seconds of the coordinator": 0.009,
        "CPU seconds of the scheduler": 0.002,
    },
    "MiB at the peak": {"a worker": 200, "its sandbox": 50},
}


def test_what_a_large_class_costs_is_arithmetic_on_what_was_measured():
    from benchmarks import cluster

    words = "\n".join(cluster.cost(MEASURED, 1_000))
    assert "1,000 students × 2 chapters = 2,000." in words
    assert "2,000 × 0.36 CPU seconds" in words
    assert "**0 core hours**: 1 min on 16 cores" in words
    assert "2,000 × (100 KiB there + 600 KiB back) = 1.3 GiB" in words
    assert "2,000 × 512 KiB = 1.0 GiB" in words
    assert "keeps about 40 cores busy" in words


def test_a_missed_aim_is_shown_as_missed():
    from benchmarks import summary

    page = summary.grading(MEASURED)
    assert "| throughput beside otter run | at least 10 times | 20 times | yes |" in page
    assert "| speed with two processes beside one | at least 1.7 times | 1.5 times | **no** |" in page
    assert sum("**no**" in line for line in page) == 1


def test_readme_and_docs_quote_the_results_that_are_there():
    from benchmarks import summary

    stale = [str(path) for path, text in summary.written().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "bring them up to date with: python -m benchmarks.summary"
