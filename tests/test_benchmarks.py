"""Does every benchmark run, even if only on very little data?"""

import importlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks.__main__
from autograder.exercises import CHAPTERS
from autograder.judging.key import chapter_keys
from autograder.sandbox import selftest
from benchmarks import cluster, quiet, rounds
from benchmarks.__main__ import NAMES


def absent(*packages):
    """Mark a test as needing packages of requirements-ci.txt."""
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
def test_grading_is_measured_on_two_students_and_one_chapter():
    from benchmarks import grading, summary

    result = grading.measure(grading.QUICK)
    assert 0.5 < result["class"]["share of the points earned"] <= 1
    costs = result["CPU seconds a submission"]
    assert costs["weightlab grade"]["median"] > 0 and costs["the students' own functions"]["median"] > 0
    assert result["times the throughput of"][grading.NBGRADER]["processor"]["median"] > 1
    assert result["beside others, a submission"][grading.NBGRADER]["start-up, seconds"]["median"] > 0
    assert result["nothing to do"]["seconds"]["median"] > 0
    assert all(mebibytes > 0 for mebibytes in result["MiB at the peak"].values())
    assert all(kibibytes > 0 for kibibytes in result["KiB a submission"].values())
    assert summary.grading(result | {"machine": GRADING["machine"]})
    assert cluster.cost(result, CLUSTER)


@pytest.mark.slow
@absent("distributed", "threadpoolctl")
@pytest.mark.skipif(selftest.why_not() is not None, reason="bubblewrap cannot run here")
def test_a_cluster_is_measured_on_a_few_cheap_submissions(monkeypatch):
    monkeypatch.setattr(cluster, "WORKERS", (1,))
    result = cluster.measure(submissions=6, fewer=3)
    assert [run["submissions"] for run in result["runs"]] == [3, 6]
    assert result["CPU seconds of the coordinator"] > 0 and result["runs"][-1]["submissions a second"] > 0


def test_a_figure_is_the_median_of_rounds_in_which_all_take_turns():
    turns = []
    contenders = {name: lambda name=name: turns.append(name) or rounds.Spent(1.0, 2.0) for name in ("ours", "theirs")}
    spent = rounds.take_turns(contenders)
    assert turns == ["ours", "theirs"] * rounds.ROUNDS and rounds.ROUNDS >= 5
    assert len(spent["ours"]) == rounds.ROUNDS
    figure = rounds.spread([3.0, 1.0, 2.0, 9.0, 2.5])
    assert figure == {"median": 2.5, "low": 1.0, "high": 9.0, "rounds": 5}
    assert rounds.told(figure) == "2.5 (1 to 9)"


def test_figures_from_a_busy_machine_are_not_kept(monkeypatch, tmp_path, capsys):
    """Is a benchmark refused on a busy machine, and are its results dropped if other programs ran meanwhile?"""
    kept = tmp_path / "learner.json"
    monkeypatch.setattr(benchmarks.__main__, "RESULTS", tmp_path)
    monkeypatch.setattr(benchmarks.__main__.summary, "write", lambda: None)
    monkeypatch.setattr(benchmarks.__main__.quiet, "adopt_orphans", lambda: None)
    monkeypatch.setattr(importlib.import_module("benchmarks.learner"), "measure", lambda: {"seconds": 1})
    monkeypatch.setattr(quiet.time, "sleep", lambda seconds: None)
    shares = {"now": 0.5}
    monkeypatch.setattr(quiet.Watch, "share", lambda watch: shares["now"])
    with pytest.raises(SystemExit, match="Other programs used 50%"):
        benchmarks.__main__.main(["learner"])
    assert not kept.exists()
    monkeypatch.setattr(benchmarks.__main__.quiet, "require_quiet", lambda: None)
    with pytest.raises(SystemExit, match=r"learner is not kept\. Other programs used 50%"):
        benchmarks.__main__.main(["learner"])
    assert not kept.exists()
    benchmarks.__main__.main(["learner", "--try"])
    assert not kept.exists() and "Tried, not kept" in capsys.readouterr().out
    shares["now"] = 0.01
    benchmarks.__main__.main(["learner"])
    assert json.loads(kept.read_text())["machine"]["others' share of the processors"] == 0.01


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="only Linux tells what all processors did")
def test_what_a_benchmark_and_its_own_processes_use_is_not_taken_for_others():
    before = quiet._own()
    subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)
    sum(range(10**6))
    assert quiet._own() - before > 0.05


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
    assert wrong >= len(known) / 2  # these asserts look only at values, not at changed arguments
    for question, source in peers.programs(chapter, keys).items():
        if question in chapter.questions:
            exec(source, {question: chapter.questions[question].value})
            with pytest.raises(AssertionError):
                exec(source, {question: chapter.questions[question].value + 1})


@pytest.mark.slow
@absent("torch", "sklearn")
def test_training_is_measured_in_one_round(monkeypatch):
    from benchmarks import summary, training

    monkeypatch.setattr(training, "ROUNDS", 1)
    monkeypatch.setattr(training, "SETTINGS", (((8, 6, 3), 4, "float64", 12, 1),))
    result = training.measure()
    ((title, found),) = [(name, found) for name, found in result.items() if name != "rounds"]
    assert title == "8-6-3, batch 4, float64"
    assert min(one["median"] for one in found["µs a step"].values()) > 0
    assert any(title in line for line in summary.training(result | {"machine": GRADING["machine"]}))


def figure(value, rounds=5):
    """Return a figure as benchmarks keep it."""
    return {"median": value, "low": value - 0.01, "high": value + 0.01, "rounds": rounds}


GRADING = {
    "machine": {"processors": 2, "system": "Linux", "python": "3.11", "numpy": "2"},
    "class": {
        "students": 4,
        "chapters": ["a", "b"],
        "submissions": 8,
        "isolation": "bubblewrap",
        "share of the points earned": 0.8,
    },
    "chapters a round": [["a"], ["b"]],
    "how the others were measured": {"otter run": "in some way"},
    "beside others, a submission": {
        "otter run": {
            "seconds, two at a time": figure(5.0),
            "CPU seconds": figure(9.0),
            "start-up, seconds": figure(1.0),
            "start-up, CPU seconds": figure(1.0),
        }
    },
    "times the throughput of": {"otter run": {"elapsed": figure(20.0), "processor": figure(21.0)}},
    "CPU seconds a submission": {
        "weightlab grade": figure(0.36),
        "the students' own functions": figure(0.22),
        "beyond them": figure(0.14),
        "times the functions alone": figure(1.6),
        "share of the functions": figure(0.6),
    },
    "seconds a submission": {"two processes": figure(0.2), "one process": figure(0.3), "one / two": figure(1.5)},
    "start-up of a class": {"seconds": figure(3.0), "CPU seconds": figure(3.0)},
    "nothing to do": {
        "submissions": 270,
        "seconds": figure(0.9),
        "CPU seconds": figure(0.9),
        "seconds of the first, which reads everything": 1.6,
    },
    "one small submission": {"chapter": "a", "students": [30, 300], "seconds": [0.2, 0.2], "CPU seconds": [0.2, 0.19]},
    "KiB a submission": {"to a worker": 100, "back": 600, "kept beside the submission": 512, "of it the gradebook": 4},
    "MiB at the peak": {"a worker": 200, "its sandbox": 50, "all processes": 400},
}
CLUSTER = {
    "how": "so",
    "runs": [
        {
            "workers": 2,
            "submissions": 3000,
            "submissions a second": 50.0,
            "share of the time that the coordinator computes": 0.9,
            "share of the time that the scheduler computes": 0.1,
        }
    ],
    "CPU seconds of the coordinator": 0.009,
    "CPU seconds of the scheduler": 0.002,
}


def test_what_a_large_class_costs_is_arithmetic_on_what_was_measured():
    words = "\n".join(cluster.cost(GRADING, CLUSTER, 1_000))
    assert "1,000 students × 2 chapters = 2,000." in words
    assert "2,000 × 0.36 CPU seconds" in words
    assert "**0 core hours**: 1 min on 16 cores" in words
    assert "2,000 × (100 KiB sent + 600 KiB returned) = 1.3 GiB" in words
    assert "2,000 × 512 KiB = 1.0 GiB" in words
    assert "the coordinator: about 40 workers" in words and "50 submissions per second" in words


def test_a_missed_aim_is_shown_as_missed():
    from benchmarks import summary

    page = summary.grading(GRADING)
    line = next(line for line in page if "throughput compared with otter run" in line)
    assert "20 (19.99 to 20.01) times; in processor time 21 (20.99 to 21.01) times | yes |" in line
    missed = next(line for line in page if "two processes compared with one" in line)
    assert "at least 1.85 times | 1.5 (1.49 to 1.51) times; if two processors" in missed and missed.endswith(
        "| **no** |"
    )
    assert sum("**no**" in line for line in page) == 1


def test_readme_and_docs_quote_the_results_that_are_there():
    from benchmarks import summary

    stale = [str(path) for path, text in summary.written().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "bring them up to date with: python -m benchmarks.summary"
