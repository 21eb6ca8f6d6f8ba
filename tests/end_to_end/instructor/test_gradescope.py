"""Does the zip for Gradescope grade in Gradescope's documented layout, on a separate machine?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from autograder.cli.main import main
from autograder.paths import ROOT
from tests.end_to_end.instructor import offline_pip
from tests.end_to_end.instructor.conftest import WEIGHTS
from tests.support import classroom as made
from tests.support import fresh_root

ADDED = b"def apply_weight(signal, weight):\n    return signal + weight\n"
SNOOPER = b"""
import os, pathlib
def apply_weight(signal, weight):
    found = []
    for place in ("/autograder/source/solutions/weightlab/weights.py", "/autograder/source/gradescope.json"):
        try:
            pathlib.Path(place).read_bytes()
            found.append(place)
        except OSError:
            pass
    for place in ("/autograder/results/results.json", "/autograder/source/autograder/evil.py"):
        try:
            pathlib.Path(place).write_text("{}")
            found.append(place)
        except OSError:
            pass
    try:
        os.kill(os.getppid(), 0)
        os.setuid(0)
        found.append("another user")
    except OSError:
        pass
    raise ValueError(f"reached {found}")
"""


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """Gradescope's folder after setup.sh, whose downloads are replaced by links to this machine's files."""
    if reason := fresh_root.why_not():
        pytest.skip(f"{reason}, so Gradescope's layout was not tried")
    machine = tmp_path_factory.mktemp("gradescope")
    base, shims = machine / "autograder", machine / "shims"
    for folder in (base / "source", base / "submission", base / "results", shims):
        folder.mkdir(parents=True)
    done = CliRunner().invoke(main, ["gradescope", WEIGHTS.name, str(machine / "out.zip"), "--seed", "7"])
    assert done.exit_code == 0, done.output
    by_hand = sum(written.points for written in WEIGHTS.written.values())
    assert f"autograder's points to {WEIGHTS.points:g} and those of manual grading to {by_hand:g}." in done.output
    subprocess.run([sys.executable, "-m", "zipfile", "-e", machine / "out.zip", base / "source"], check=True)
    (shims / "apt-get").write_text("#!/bin/sh\n")
    python = " ".join(fresh_root.program())
    (shims / "python3").write_text(
        f'#!/bin/sh\nif test "$2" = venv; then cd {ROOT}; set -- -m {offline_pip.__name__} "$3" numpy click; fi\n'
        f'exec {python} "$@"\n'
    )
    for shim in shims.iterdir():
        shim.chmod(0o755)
    run(machine, "bash", "/autograder/source/setup.sh")
    shutil.copy(base / "source" / "run_autograder", base)
    return machine


def run(machine, *argv, check=True):
    command = fresh_root.command({machine / "autograder": "/autograder", machine / "shims": "/shims"}, network=False)
    environment = {"PATH": "/shims:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run([*command, *argv], env=environment, capture_output=True, text=True)
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def submit(autograder, tmp_path):
    """Put a submission where Gradescope does, run the autograder, and return its results."""

    def submitted(library, notebook=None, layout=f"{WEIGHTS.name}/"):
        base = autograder / "autograder"
        shutil.rmtree(base / "submission")
        (base / "results").chmod(0o755)
        (base / "results" / "results.json").unlink(missing_ok=True)
        place = base / "submission" / layout
        (place / "weightlab").mkdir(parents=True)
        if notebook is not None:
            (place / f"{WEIGHTS.name}.ipynb").write_text(json.dumps(notebook))
        for name, source in library.items():
            (place / "weightlab" / f"{name}.py").write_bytes(source)
        run(autograder, "bash", "/autograder/run_autograder")
        return json.loads((base / "results" / "results.json").read_text())

    return submitted


def scores(results):
    return {test["name"]: (test["score"], test["max_score"]) for test in results["tests"]}


@pytest.mark.slow
def test_a_right_submission_has_all_automatic_points_and_names_what_a_person_marks(submit):
    results = submit(made.REFERENCE, made.answered(WEIGHTS))
    assert all(score == most for score, most in scores(results).values())
    assert sum(score for score, _ in scores(results).values()) == WEIGHTS.points
    assert {test["status"] for test in results["tests"]} == {"passed"}
    assert set(scores(results)) == {*WEIGHTS.exercises, *WEIGHTS.questions}
    assert results["visibility"] == "visible" and results["stdout_visibility"] == "hidden"
    for name in WEIGHTS.written:
        assert name in results["output"]
    assert results["extra_data"]["isolation"] in ("bubblewrap", "user")


@pytest.mark.slow
def test_a_mistake_costs_its_own_points_and_is_explained(submit):
    library = made.REFERENCE | {"weights": made.REFERENCE["weights"] + b"\n\n" + ADDED}
    results = submit(library, made.answered(WEIGHTS), layout="")
    wrong = [test for test in results["tests"] if test["status"] == "failed"]
    assert [test["name"] for test in wrong] == ["apply_weight"]
    assert wrong[0]["extra_data"]["misconception"] and "plus the weight" in wrong[0]["output"]
    assert wrong[0]["output_format"] == "text"
    assert 0 <= wrong[0]["score"] < wrong[0]["max_score"]


@pytest.mark.slow
def test_without_the_notebook_every_test_is_there_with_nothing(submit):
    results = submit(made.REFERENCE)
    assert {score for score, _ in scores(results).values()} == {0}
    assert "was not graded" in results["output"] and "weightlab submit" in results["output"]


@pytest.mark.slow
def test_a_students_code_reads_no_answer_and_writes_no_result(submit, autograder):
    library = made.REFERENCE | {"weights": made.REFERENCE["weights"] + b"\n\n" + SNOOPER}
    results = submit(library, made.answered(WEIGHTS))
    (test,) = (test for test in results["tests"] if test["name"] == "apply_weight")
    assert test["score"] == 0 and "reached []" in test["output"], test["output"]
    assert not (autograder / "autograder" / "source" / "autograder" / "evil.py").exists()


def test_where_no_sandbox_can_be_made_the_code_is_another_user(submit, autograder, monkeypatch):
    """As in most containers, where the sandbox's program is missing or lacks the rights that it needs."""
    shim = autograder / "shims" / "bwrap"
    shim.write_text("#!/bin/sh\nexit 1\n")
    shim.chmod(0o755)
    try:
        library = made.REFERENCE | {"weights": made.REFERENCE["weights"] + b"\n\n" + SNOOPER}
        results = submit(library, made.answered(WEIGHTS))
    finally:
        shim.unlink()
    assert results["extra_data"]["isolation"] == "user"
    (test,) = (test for test in results["tests"] if test["name"] == "apply_weight")
    assert "reached []" in test["output"], test["output"]
    assert sum(score for score, _ in scores(results).values()) == WEIGHTS.points - test["max_score"]
