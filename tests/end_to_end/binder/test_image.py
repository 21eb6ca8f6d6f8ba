"""Does Binder build exactly this project, according to repo2docker itself, without Docker?"""

import re
import subprocess
import sys

import pytest

from autograder.paths import ROOT

pytest.importorskip("repo2docker", reason="jupyter-repo2docker is not installed, so Binder's image was not rendered")


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory):
    clone = tmp_path_factory.mktemp("binder") / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", clone], check=True)
    command = [
        sys.executable,
        "-m",
        "repo2docker",
        "--no-build",
        "--debug",
        "--user-id=1000",
        "--user-name=jovyan",
        ".",
    ]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def test_the_binder_folder_decides(dockerfile):
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in dockerfile
    assert not re.search(r"pip install --no-cache-dir \.", dockerfile), "a plain install would cut students' edits off"


def test_the_whole_project_is_there_before_it_is_installed(dockerfile):
    assert dockerfile.index("COPY --chown=1000:1000 src/ ${REPO_DIR}/") < dockerfile.index(
        "pip install --no-cache-dir -r"
    )


def test_python_is_the_version_asked_for(dockerfile):
    asked = (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert re.search(rf"environment\.py-{asked}|python-?=?{re.escape(asked)}", dockerfile)


def test_what_runs_after_the_build_is_executable(dockerfile):
    assert "RUN ./binder/postBuild" in dockerfile
    listed = subprocess.run(["git", "ls-files", "-s", "binder/postBuild"], cwd=ROOT, capture_output=True, text=True)
    assert listed.stdout.startswith("100755")
