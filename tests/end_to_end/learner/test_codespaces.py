"""Would a codespace, or VS Code with this folder open, find the course, as far as can be tried without them?"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from autograder import card
from autograder.learner.notebook import Board
from autograder.paths import COURSE, ROOT
from tests.support import fresh_root

CONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
SETTINGS = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
KNOWN = {
    "name": str,
    "image": str,
    "hostRequirements": dict,
    "onCreateCommand": str,
    "remoteEnv": dict,
    "forwardPorts": list,
    "portsAttributes": dict,
    "customizations": dict,
}
"""The part of the published schema (containers.dev) that the file uses; the file was checked with the whole schema."""


def test_the_description_of_the_container_holds_what_its_schema_knows():
    assert {name: type(value) for name, value in CONTAINER.items()} == KNOWN
    assert set(CONTAINER["customizations"]) == {"vscode", "codespaces"}
    assert re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3\.1[1-9]-\w+", CONTAINER["image"])
    assert set(CONTAINER["portsAttributes"]) == {str(port) for port in CONTAINER["forwardPorts"]}


def test_what_it_opens_is_there():
    opened = CONTAINER["customizations"]["codespaces"]["openFiles"]
    assert opened == ["course/00_start_here/00_start_here.ipynb", "src/weightlab/weights.py"]
    assert all((ROOT / name).is_file() for name in opened)


def test_both_name_the_environment_that_the_command_makes():
    assert CONTAINER["onCreateCommand"] == "make .venv/ready"
    assert SETTINGS["python.defaultInterpreterPath"] == "${workspaceFolder}/.venv/bin/python"
    assert CONTAINER["remoteEnv"]["PATH"].startswith("${containerWorkspaceFolder}/.venv/bin:")
    asked = json.loads((ROOT / ".vscode" / "extensions.json").read_text(encoding="utf-8"))["recommendations"]
    assert asked == CONTAINER["customizations"]["vscode"]["extensions"]


def test_its_command_and_a_check_run_as_a_plain_user_in_a_machine_of_their_own(tmp_path):
    """As user vscode, in a clone at /workspaces; the environment itself is linked from here, not installed."""
    if reason := fresh_root.why_not():
        pytest.skip(f"{reason}, so a codespace was not imitated")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    clone = tmp_path / "workspaces" / "weightlab"
    for name in tracked.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, clone / name)
    shims = tmp_path / "shims"
    shims.mkdir()
    python = " ".join(fresh_root.program())
    (shims / "python3").write_text(
        '#!/bin/sh\nif test "$2" = venv; then\n'
        f'  where=$PWD; cd {ROOT}; exec {python} -m tests.end_to_end.instructor.offline_pip "$where/$3"\nfi\n'
        f'exec {python} "$@"\n'
    )
    (shims / "python3").chmod(0o755)
    for path in [clone.parent, *clone.parent.rglob("*")]:
        os.chown(path, 1000, 1000)
    path = CONTAINER["remoteEnv"]["PATH"].replace("${containerWorkspaceFolder}", "/workspaces/weightlab")
    path = path.replace("${containerEnv:PATH}", "/shims:/usr/local/bin:/usr/bin:/bin")
    commands = [CONTAINER["onCreateCommand"], "weightlab --version", "weightlab check apply_weight --json || true"]
    argv = fresh_root.command({clone.parent: "/workspaces", shims: "/shims"}, network=False)
    argv += ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
    argv += ["bash", "-e", "-c", f"cd /workspaces/weightlab; {'; '.join(commands)}"]
    environment = {"PATH": path, "HOME": "/tmp", "LANG": "C.UTF-8"}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in /workspaces/weightlab\n" in done.stdout
    (verdict,) = json.loads(done.stdout[done.stdout.index("[") :])
    assert verdict["status"] == "not_started"


@pytest.mark.parametrize("path", sorted(COURSE.glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_every_link_of_a_notebook_leads_to_a_file_beside_it(path):
    """VS Code, like JupyterLab, follows links that are relative to the notebook, and nothing of Jupyter's own."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    links = re.findall(r"\]\((?!#)([^)\s]+)\)", text)
    for link in links:
        if link.startswith("https://"):
            continue
        assert not link.startswith("/") and ":" not in link, link
        place = (path.parent / link.partition("#")[0]).resolve()
        assert place.exists() and place.is_relative_to(ROOT), link


def test_no_notebook_relies_on_a_saved_widgets_state():
    """VS Code keeps none: a live figure in a closed notebook must have an image beside it."""
    for path in COURSE.glob("*/*.ipynb"):
        assert "widgets" not in json.loads(path.read_text(encoding="utf-8"))["metadata"]


def test_cards_have_their_colours_where_jupyterlab_has_set_none():
    """VS Code has other names for a theme's colours, so each colour name of JupyterLab needs a fallback."""
    page = card.note("title", "words") + Board()._repr_html_()
    used = re.findall(r"var\((--jp-[\w-]+)(,)?", page)
    assert used and all(comma for _, comma in used)
    assert not re.search(r"(?<!-)color:\s*(#000|#fff|black|white)\b", page)


def test_the_folders_of_an_editor_are_handed_out():
    from autograder.classroom import handout

    assert {".devcontainer", ".vscode"} <= set(handout._HANDED_OUT)
    assert Path(ROOT, ".gitignore").read_text().find(".vscode") == -1
