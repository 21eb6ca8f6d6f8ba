"""Does the autograder for Gradescope have a zip as documented, and do its results say what was found?"""

from __future__ import annotations

import json
import re
import runpy
import shutil
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from autograder.classroom import gradescope, requirements
from autograder.classroom.collecting.reasons import Reader, Reason, describe
from autograder.classroom.folder import ClassroomError
from autograder.cli.main import main
from autograder.exercises import CHAPTERS
from autograder.judging.verdict import Aspect, Status, Verdict
from autograder.sandbox import selftest
from tests.support import classroom as made

WEIGHTS, BIASES = CHAPTERS["01_weights"], CHAPTERS["02_biases"]
ADDED = b"def apply_weight(signal, weight):\n    return signal + weight\n"


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    """Put a submission where Gradescope does, and return the content of results.json."""
    if reason := selftest.why_not():
        pytest.skip(f"nothing was graded: {reason}")
    base = tmp_path_factory.mktemp("autograder")

    def submitted(chapters, visibility="visible", library=made.REFERENCE, **files):
        for name in ("source", "results", "submission"):
            shutil.rmtree(base / name, ignore_errors=True)
            (base / name).mkdir()
        settings = {"chapters": [one.name for one in chapters], "seed": 7, "visibility": visibility}
        (base / "source" / gradescope.SETTINGS).write_text(json.dumps(settings))
        for name, content in files.items():
            (base / "submission" / f"{name}.ipynb").write_bytes(content)
        for name, content in library.items():
            path = base / "submission" / "weightlab" / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        gradescope.main(base)
        assert [path.name for path in (base / "results").iterdir()] == ["results.json"]
        return json.loads((base / "results" / "results.json").read_text())

    return submitted


def test_each_exercise_is_a_test_with_its_aspects_and_its_points(submitted):
    library = made.REFERENCE | {"weights": made.REFERENCE["weights"] + b"\n\n" + ADDED}
    files = {one.name: json.dumps(made.answered(one)).encode() for one in (WEIGHTS, BIASES)}
    begun = time.monotonic()
    results = submitted([WEIGHTS, BIASES], "after_due_date", library, **files)
    asked = [(number, one, name) for number, one in enumerate((WEIGHTS, BIASES), 1) for name in names_of(one)]
    tests = {test["name"]: test for test in results["tests"]}
    assert [test["name"] for test in results["tests"]] == [name for _, _, name in asked]
    assert [test["tags"] for test in results["tests"]] == [[one.name] for _, one, _ in asked]
    assert tests["apply_weight"]["number"] == "1.1" and results["tests"][-1]["number"] == f"2.{len(names_of(BIASES))}"
    assert {test["visibility"] for test in [results, *tests.values()]} == {"after_due_date"}
    wrong = tests.pop("apply_weight")
    assert {test["status"] for test in tests.values()} == {"passed"}
    assert all(test["score"] == test["max_score"] for test in tests.values())
    assert wrong["status"] == "failed" and wrong["score"] < wrong["max_score"]
    lines = wrong["output"].splitlines()
    for line, (aspect, points) in zip(lines, WEIGHTS.exercises["apply_weight"].aspects.items(), strict=False):
        assert line in (f"✗ {aspect} (0 of {points:g})", f"✓ {aspect} ({points:g} of {points:g})")
    assert lines[0].startswith("✗") and "plus the weight" in wrong["output"]
    assert wrong["extra_data"]["status"] == "failed" and wrong["extra_data"]["misconception"]
    assert tests["weighted_sums"]["extra_data"] == {"status": "passed", "misconception": None}
    assert results["extra_data"] == {"isolation": "bubblewrap"} and results["stdout_visibility"] == "hidden"
    assert 0 < results["execution_time"] < time.monotonic() - begun + 0.1
    words = results["output"].splitlines()
    for one in (WEIGHTS, BIASES):
        points = sum(answer.points for answer in one.written.values())
        assert f"{one.name}: a person marks {', '.join(one.written)} ({points:g} points)." in words


def test_an_exercise_with_a_single_aspect_says_only_what_a_check_says():
    aspects = [Aspect("one", 1.0, 1.0), Aspect("two", 1.0)]
    verdict = Verdict("relu", "04_forward", Status.FAILED, 1.0, 2.0, message="It is 0.", aspects=aspects)
    assert gradescope._as_test(verdict, "4.1", "visible")["output"].splitlines() == [
        "✓ one (1 of 1)",
        "✗ two (0 of 1)",
        "It is 0.",
    ]
    assert gradescope._as_test(replace(verdict, aspects=aspects[:1]), "4.1", "visible")["output"] == "It is 0."


def names_of(chapter):
    return [*chapter.exercises, *chapter.questions]


def test_what_is_missing_or_unreadable_is_named(submitted):
    results = submitted([WEIGHTS, BIASES], library={}, **{WEIGHTS.name: b"%PDF-1.4 not a notebook"})
    assert {test["score"] for test in results["tests"]} == {0} and {t["status"] for t in results["tests"]} == {"failed"}
    assert "01_weights came without the library. Submit the zip that `weightlab submit` makes." in results["output"]
    assert "01_weights: The notebook cannot be read: it is not JSON; " in results["output"]
    assert "02_biases was not graded: " in results["output"]
    assert "a person marks" in results["output"] and "2_biases: a person" not in results["output"]


def test_what_was_left_out_of_a_submission_is_named(submitted):
    copy = {f"{WEIGHTS.name} (1)": b"another notebook"}
    results = submitted([WEIGHTS], **{WEIGHTS.name: json.dumps(made.answered(WEIGHTS)).encode()}, **copy)
    said = describe(Reason.RENAMED_COPY, Reader.STUDENT, taken=f"{WEIGHTS.name}.ipynb")
    assert said.endswith("so submit only the one that counts")
    assert f"{WEIGHTS.name}: {WEIGHTS.name} (1).ipynb: {said}." in results["output"].splitlines()


def test_no_reason_asks_a_student_for_what_an_instructor_does():
    facts = {"file": "a", "paths": "a, b", "most": 3, "count": 9, "others": "a", "notebook": "b", "cause": "c"}
    facts |= {"taken": "a", "here": "a/", "there": "b/"}
    of_contents = {"EMPTY", "NOT_A_ZIP", "LOCKED", "METHOD", "TOO_MANY_FILES", "TOO_LARGE", "UNPACKS_TOO_LARGE"}
    of_contents |= {"NO_NOTEBOOK", "OTHER_CHAPTER", "TWO_NOTEBOOKS", "TWO_LIBRARIES", "LIBRARY_ELSEWHERE"}
    of_contents |= {"OTHER_NOTEBOOK", "TWICE", "RENAMED_COPY", "LOOSE_MODULE", "SEVERAL_SUBMISSIONS"}
    for reason in [Reason[name] for name in sorted(of_contents)]:
        told, asked = (describe(reason, reader, **facts) for reader in (Reader.STUDENT, Reader.INSTRUCTOR))
        assert "submit" in told and not re.search(r"\bask\b|collect|download|unpack it|class", told)
        assert re.search(r"\bask\b", asked)


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Gradescope's folder, in which each submission has one verdict: that of a function of the given status."""
    for name in ("source", "submission", "results"):
        (tmp_path / name).mkdir()
    settings = {"chapters": [WEIGHTS.name], "seed": 7, "visibility": "visible"}
    (tmp_path / "source" / gradescope.SETTINGS).write_text(json.dumps(settings))
    monkeypatch.setattr(gradescope, "require_isolation", lambda _: None)

    def judged(status):
        verdict = Verdict("apply_weight", WEIGHTS.name, status, None, 2.0, message="no")
        monkeypatch.setattr(gradescope, "_examine", lambda *_: (gradescope.Examination("", (verdict,), None), []))
        return tmp_path

    return judged


def test_what_could_not_be_judged_has_no_results(judged):
    """Gradescope then says that the autograder failed, and nobody silently loses a point."""
    base = judged(Status.UNJUDGED)
    with pytest.raises(ClassroomError, match="apply_weight could not be judged"):
        gradescope.main(base)
    assert list((base / "results").iterdir()) == []


def test_the_time_that_grading_took_is_in_seconds_with_one_decimal(judged, monkeypatch):
    monkeypatch.setattr(gradescope, "time", SimpleNamespace(monotonic=iter([10.0, 12.3456]).__next__))
    assert gradescope.grade(judged(Status.PASSED))["execution_time"] == 2.3


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_where_code_cannot_be_isolated_there_are_no_results_and_the_program_says_why(judged, monkeypatch):
    def refuse(_):
        raise ClassroomError("no sandbox.")

    base = judged(Status.PASSED)
    monkeypatch.setattr(requirements, "require_isolation", refuse)
    monkeypatch.setattr(sys, "argv", ["gradescope", str(base)])
    with pytest.raises(SystemExit, match=r"^There are no results: no sandbox\.$"):
        runpy.run_module(gradescope.__name__, run_name="__main__")
    assert list((base / "results").iterdir()) == []


def test_without_the_answers_there_is_no_zip(tmp_path, monkeypatch):
    monkeypatch.setattr(gradescope, "SOLUTIONS", tmp_path / "solutions")
    with pytest.raises(ClassroomError, match="holds no solutions/"):
        gradescope.write_zip([WEIGHTS.name], tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


def test_what_python_and_jupyter_leave_behind_is_not_in_the_zip(tmp_path, monkeypatch):
    places = ["autograder/a.py", "autograder/b/__pycache__/c.pyc", "solutions/__init__.py", "solutions/other.py"]
    chapter = f"course/{WEIGHTS.name}"
    places += [
        f"{chapter}/a.ipynb",
        f"{chapter}/.ipynb_checkpoints/a-checkpoint.ipynb",
        f"course/{BIASES.name}/b.ipynb",
    ]
    for place in places:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    monkeypatch.setattr(gradescope, "ROOT", tmp_path)
    found = {path.relative_to(tmp_path).as_posix() for path in gradescope._files([WEIGHTS.name])}
    assert found == {"autograder/a.py", "solutions/__init__.py", f"{chapter}/a.ipynb"}


def test_the_zip_is_laid_out_as_gradescope_documents(tmp_path):
    names = gradescope.write_zip(["01_weights", "02_biases"], tmp_path / "out.zip", "after_published", seed=3)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
        settings = json.loads(archive.read(gradescope.SETTINGS))
    assert sorted(modes) == names
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert settings == {"chapters": ["01_weights", "02_biases"], "seed": 3, "visibility": "after_published"}
    assert {name for name in names if name.startswith("course/")} == {
        f"course/{name}/{name}.ipynb" for name in ("01_weights", "02_biases")
    }
    assert {"pyproject.toml", "LICENSE", "packages.txt"} <= {*names}
    assert not any("__pycache__" in name for name in names)
    first = (tmp_path / "out.zip").read_bytes()
    gradescope.write_zip(["01_weights", "02_biases"], tmp_path / "out.zip", "after_published", seed=3)
    assert (tmp_path / "out.zip").read_bytes() == first


@pytest.mark.parametrize(
    ("words", "said"),
    [(["nowhere", "out.zip"], "No chapter is called"), (["01_weights", "02_biases"], "is not the name of a zip")],
)
def test_a_usage_error_is_one_sentence(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["gradescope", *words])
    assert done.exit_code == 2 and said in done.output and list(Path().iterdir()) == []
