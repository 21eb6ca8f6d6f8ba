"""Does the workflow of a handout report each exercise's points as GitHub Classroom's reporter reads them?"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys

import pytest
import yaml

from autograder.classroom import github
from autograder.exercises import CHAPTERS
from autograder.paths import ROOT, SOLUTIONS
from tests.support import classroom as made
from tests.support.jupyterlab import handout_copy

WEIGHTS = CHAPTERS["01_weights"]
NAMES = [*WEIGHTS.exercises, *WEIGHTS.questions]


@pytest.fixture
def workflow():
    return yaml.safe_load(github.write_workflow([WEIGHTS]))


def test_the_job_has_the_name_by_which_github_classroom_finds_it(workflow):
    assert workflow["name"] == "Autograding Tests" and list(workflow["jobs"]) == ["run-autograding-tests"]
    assert workflow["permissions"]["checks"] == "write"


def test_the_reporter_is_told_of_every_function_and_number(workflow):
    reporter = workflow["jobs"]["run-autograding-tests"]["steps"][-1]
    assert reporter["uses"] == "education/autograding-grading-reporter@v1"
    assert reporter["with"]["runners"].split(",") == NAMES
    # The reporter looks for RUNNER_RESULTS in capital letters.
    assert reporter["env"] == {f"{name.upper()}_RESULTS": f"${{{{ steps.check.outputs.{name} }}}}" for name in NAMES}


def reported(folder, workflow):
    """Run the workflow's own step in a student's repository; return each runner's result as the reporter reads it."""
    job = workflow["jobs"]["run-autograding-tests"]
    (step,) = (step for step in job["steps"] if step.get("id") == "check")
    outputs = folder.parent / "outputs"
    outputs.write_text("")
    environment = os.environ | job["env"] | {"GITHUB_OUTPUT": str(outputs)}
    environment["PATH"] = f"{os.path.dirname(sys.executable)}{os.pathsep}{environment['PATH']}"
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=folder, env=environment, check=True)
    lines = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    return {name: json.loads(base64.b64decode(lines[name])) for name in job["steps"][-1]["with"]["runners"].split(",")}


@pytest.mark.skipif(os.name == "nt", reason="the workflow runs on Ubuntu")
def test_points_are_reported_in_part_where_they_are_earned_in_part(tmp_path, workflow):
    folder = tmp_path / "repository"
    handout_copy(folder)
    shutil.copy(SOLUTIONS / "weightlab" / "weights.py", folder / "src" / "weightlab")
    with (folder / "src" / "weightlab" / "weights.py").open("a", encoding="utf-8") as file:
        file.write("\n\ndef weighted_sum(signals, weights):\n    raise NotImplementedError\n")
    notebook = folder / "course" / WEIGHTS.name / f"{WEIGHTS.name}.ipynb"
    notebook.write_text(json.dumps(made.answered(WEIGHTS, notebook=json.loads(notebook.read_text(encoding="utf-8")))))
    results = reported(folder, workflow)
    assert {name: result["max_score"] for name, result in results.items()} == {
        name: asked.points for name, asked in {**WEIGHTS.exercises, **WEIGHTS.questions}.items()
    }
    assert sum(result["max_score"] for result in results.values()) == WEIGHTS.points
    for name, result in results.items():
        (test,) = result["tests"]
        full = test["score"] == result["max_score"]
        assert result["version"] == 1 and result["status"] == test["status"] == ("pass" if full else "fail")
        assert full or name == "weighted_sum"
    assert results["weighted_sum"]["tests"][0]["score"] == 0
    assert "weighted_sum" in results["weighted_sum"]["tests"][0]["message"]


def test_a_handout_brings_the_workflow_only_where_it_is_asked_for(tmp_path, monkeypatch):
    from autograder import release
    from autograder.classroom.handout import write_handout

    committed = {ROOT / name: (ROOT / name).read_bytes() for name in release._manifest()}
    monkeypatch.setattr(release, "build", lambda: committed)
    write_handout(tmp_path / "plain")
    assert not (tmp_path / "plain" / ".github").exists()
    write_handout(tmp_path / "template", ["01_weights"])
    text = (tmp_path / "template" / ".github" / "workflows" / "classroom.yml").read_text(encoding="utf-8")
    assert text == github.write_workflow([WEIGHTS])
    assert (tmp_path / "template" / ".devcontainer" / "devcontainer.json").is_file()
    for name in ("tests", "solutions"):
        assert not (tmp_path / "template" / name).exists()
