"""Is the image for grading right, and is what docs and messages say about containers true? Checked part by part."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
import yaml

from autograder.paths import ROOT
from autograder.sandbox import selftest
from tests.support import fresh_root

DEFAULT = (
    "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL "
    "AUDIT_WRITE"
)
"""The capabilities that Docker leaves to root in a container."""
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
CLUSTER = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")


def instructions(name):
    joined = CONTAINERFILE.replace("\\\n", " ")
    return [line.partition(" ")[2] for line in joined.splitlines() if line.startswith(f"{name} ")]


def why_not(capabilities):
    """Ask whether the sandbox runs if root has only these capabilities."""
    argv = ["bwrap", "--cap-drop", "ALL", *(word for one in capabilities for word in ("--cap-add", f"CAP_{one}"))]
    program = "from autograder.sandbox import selftest; print(selftest.why_not())"
    argv += ["--dev-bind", "/", "/", sys.executable, "-c", program]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def added():
    """The capabilities that the page asks for."""
    if reason := fresh_root.why_not() or selftest.why_not():
        pytest.skip(f"no container was imitated: {reason}")
    return set(re.findall(r"--cap-add[= ](\w+)", CLUSTER))


def test_the_capabilities_that_the_docs_ask_for_are_enough_and_needed(added):
    assert added == {"SYS_ADMIN", "NET_ADMIN"}
    assert why_not([*DEFAULT.split(), *added]) == "None"
    for one in added:
        assert "cannot start here" in why_not([*DEFAULT.split(), *(added - {one})])


def test_the_message_in_a_container_and_the_kubernetes_recipe_ask_for_the_same(added, monkeypatch):
    monkeypatch.setattr(selftest.Path, "exists", lambda path: path.name == ".dockerenv")
    assert set(re.findall(r"--cap-add (\w+)", selftest._remedy("Operation not permitted"))) == added
    (recipe,) = re.findall(r"```yaml\n(.*?)```", CLUSTER, re.DOTALL)
    (worker,) = yaml.safe_load(recipe)["spec"]["worker"]["spec"]["containers"]
    assert set(worker["securityContext"]["capabilities"]["add"]) == added


def test_what_the_image_copies_is_there_and_what_it_installs_is_pinned():
    first, everything = instructions("COPY")
    assert all((ROOT / name).is_file() for name in first.split()[:-1]) and everything == ". ."
    packages = instructions("RUN")[1]
    assert "-c requirements-ci.txt" in packages
    pinned = (ROOT / "requirements-ci.txt").read_text(encoding="utf-8")
    for name in ("distributed", "psycopg", "psycopg-binary"):
        assert re.search(rf"^{name}==", pinned, re.MULTILINE), f"{name} would be another one on each build"
    assert instructions("RUN")[0].count("bubblewrap") == 1


def test_no_environment_and_no_class_gets_into_the_image():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "classroom", ".weightlab"} <= set(ignored)


def test_the_images_commands_are_the_programs_of_its_environment():
    assert shutil.which(instructions("CMD")[0].strip("[]").split(",")[0].strip('" '), path=f"{sys.prefix}/bin")
