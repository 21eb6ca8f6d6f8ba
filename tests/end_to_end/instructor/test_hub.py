"""Does a JupyterHub set up by docs/jupyterhub.md give students their own library, and the instructor the grades?"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.learner.own_copy import make_copy
from autograder.paths import ROOT, SOLUTIONS
from autograder.sandbox import selftest
from tests.end_to_end.instructor.conftest import WEIGHTS
from tests.support import fresh_root

REFERENCE = (SOLUTIONS / "weightlab" / "weights.py").read_text(encoding="utf-8")
WRONG = REFERENCE + "\n\ndef apply_weight(signal, weight):\n    return signal + weight\n"
PROXY = shutil.which("configurable-http-proxy", path=f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}")


PLACES = ("opt", "home", "srv", "etc")
"""The folders that are the hub machine's own."""


def require_hub():
    """Skip, saying what is left out, if no JupyterHub can run here."""
    if importlib.util.find_spec("jupyterhub") is None:
        pytest.skip("jupyterhub is not installed, so no JupyterHub was tried")
    if PROXY is None or shutil.which("node") is None:
        pytest.skip("configurable-http-proxy (npm) is not installed, so no JupyterHub was tried")
    if taken := [place for place in PLACES for path in (ROOT, Path(sys.prefix)) if path.is_relative_to(f"/{place}")]:
        pytest.skip(f"the project is in /{taken[0]}, which the hub of the test has for itself, so none was tried")
    if reason := fresh_root.why_not():
        pytest.skip(f"{reason}, so no JupyterHub was tried")


SHIMS = {
    "apt-get": "exit 0",
    "npm": "exit 0",
    "systemctl": "exit 0",
    "git": 'case "$1" in clone) mkdir -p "$3" && cp -r {sources} "$3";; pull) echo >> Makefile;; esac',
    "python3": 'if test "$2" = venv; then exec {python} -m tests.end_to_end.instructor.offline_pip "$3"; fi\n'
    'exec {python} "$@"',
}
"""Replacements for commands that download, or need a booted machine; everything else is done as the page says."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    require_hub()
    machine = tmp_path_factory.mktemp("machine")
    for name in (*PLACES, "shims"):
        if name != "etc":
            (machine / name).mkdir()
    shutil.copytree("/etc", machine / "etc", symlinks=True, ignore_dangling_symlinks=True)
    (machine / "etc" / "passwd").chmod(0o644)
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    sources = machine / "opt" / "sources"  # where git would fetch them from
    for name in tracked.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, sources / name)
    for name, does in SHIMS.items():
        script = machine / "shims" / name
        says = does.replace("{sources}", "/opt/sources/.").replace("{python}", " ".join(fresh_root.program()))
        script.write_text(f"#!/bin/sh\nexport PYTHONPATH={ROOT}:{ROOT}/src\n{says}\n")
        script.chmod(0o755)
    binds = {machine / name: f"/{name}" for name in (*PLACES, "shims")}
    argv = [*fresh_root.command(binds, network=False), *fresh_root.program()]
    environment = os.environ | {
        "PATH": f"/shims:{os.environ['PATH']}:/usr/sbin:/sbin",
        "PROXY_PATH": str(Path(PROXY).parent),
        "NO_SANDBOX": "1" if selftest.why_not() else "",
    }
    answers = json.dumps({"ada": REFERENCE, "ben": WRONG})
    done = subprocess.run(
        [*argv, "-m", "tests.end_to_end.instructor.hub", answers],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    print(done.stderr)
    assert done.returncode == 0, done.stderr[-8000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_the_accounts_are_the_machines_and_a_wrong_password_opens_nothing(seen):
    assert seen["accounts"] == ["ada", "ben", "teacher"]
    assert seen["refused"] == 403


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ada", "ben"])
def test_each_student_has_a_copy_of_their_own_and_is_checked_on_it(seen, name):
    mine = seen[name]
    assert mine["owner"] == name and mine["stubs"], "the copy comes with the first server, as it was handed out"
    imported, _, cards = mine["notebook"].partition("\n")
    own, elsewhere = cards.split("-----")
    assert imported == f"/home/{name}/weightlab/src/weightlab/__init__.py"
    assert f"graded src/weightlab/weights.py in /home/{name}/weightlab" in own and "one copy" not in own
    assert "one copy of the course, /opt/weightlab/course" in elsewhere
    points = "2 of 2 points" if name == "ada" else "0 of 2 points"
    assert points in own
    assert f"in /home/{name}/weightlab" in mine["version"]
    assert [verdict["status"] for verdict in mine["terminal"]] == ["passed" if name == "ada" else "failed"]


@pytest.mark.slow
def test_the_assignment_list_fetches_and_submits_with_the_library_wherever_the_server_is_rooted(seen):
    assert seen["fetched"]["success"] and seen["fetched_notebook"]
    for name in ("ada", "ben"):
        said = seen[name]["submitted"]
        assert said["success"] and "submitted" in {one["status"] for one in said["value"]}, said
    assert {name: text.strip() for name, text in seen["library"].items()} == {
        "ada": REFERENCE.strip(),
        "ben": WRONG.strip(),
    }


def totals(table):
    return {row["student"]: float(row["total"]) for row in csv.DictReader(io.StringIO(table))}


@pytest.mark.slow
def test_the_instructor_grades_marks_and_returns_feedback(seen):
    points = sum(exercise.points for exercise in WEIGHTS.exercises.values())
    lost = WEIGHTS.exercises["apply_weight"].points
    assert totals(seen["grades"]) == {"ada": points, "ben": points - lost}
    assert seen["waiting"]["name"] == seen["answered"] and seen["answered"] in WEIGHTS.written
    assert totals(seen["marked"]) == {"ada": points + 1.5, "ben": points - lost}
    page = seen["feedback"][-1]
    assert "apply_weight" in page and re.search(rf"Score: {points + 1.5:g}(\.0)? / ", page)


@pytest.mark.slow
def test_a_new_release_reaches_a_student_who_asks_for_it(seen):
    instructors, updated, older = seen["new"]
    assert updated == instructors != older, "the release that the instructor has pulled"
    assert "replaced, 0 added, 0 removed." in seen["updated"]
    assert seen["own"].strip() == REFERENCE.strip()


@pytest.mark.slow
def test_no_student_reads_the_answers_a_classmate_or_the_class(seen):
    assert seen["readable"] == []
    assert seen["removed"] == "", "the exchange is not theirs to rename"


def test_a_copy_is_made_once_and_never_over_anything(tmp_path):
    source = tmp_path / "course"
    (source / "src" / "weightlab").mkdir(parents=True)
    (source / "src" / "weightlab" / "weights.py").write_text("stub")
    (source / ".weightlab").mkdir()
    home = tmp_path / "home"
    home.mkdir()
    assert make_copy(home / "weightlab", source)
    assert (home / "weightlab" / "src" / "weightlab" / "weights.py").read_text() == "stub"
    assert sorted(path.name for path in home.iterdir()) == ["weightlab"]
    assert not (home / "weightlab" / ".weightlab").exists()
    (home / "weightlab" / "src" / "weightlab" / "weights.py").write_text("mine")
    assert not make_copy(home / "weightlab", source)
    assert (home / "weightlab" / "src" / "weightlab" / "weights.py").read_text() == "mine"
    (home / "broken").symlink_to(tmp_path / "nowhere")
    assert not make_copy(home / "broken", source)
