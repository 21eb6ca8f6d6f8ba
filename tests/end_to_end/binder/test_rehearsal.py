"""Would a visitor on Binder get the course? A clean clone, a plain user, no network, one core, two gigabytes."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.exercises import CHAPTERS
from autograder.paths import ROOT, SOLUTIONS
from autograder.release import build_notebook
from tests.support.jupyterlab import require_browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HEAVIEST = "07_descent"  # its kernel needs the most memory, though the chapters hardly differ
HOME = "/home/jovyan"
BASE = "/user/weightlab-weightlab-x7k2qz1p/"


def link():
    """Return what the README's Binder badge opens, below the visitor's address."""
    return re.search(r"mybinder\.org/v2/gh/[^)]*\?urlpath=([^)]+)\)", (ROOT / "README.md").read_text())[1]


def sandboxed(clone, *command):
    """Return a command that runs as on Binder: `HOME` is the clone, and nobody is root."""
    prefix, base = Path(sys.prefix), Path(sys.base_prefix)
    words = [
        "bwrap",
        "--die-with-parent",
        "--unshare-user",
        "--uid",
        "1000",
        "--gid",
        "1000",
        "--unshare-net",
        "--unshare-pid",
        "--unshare-ipc",
        "--cap-drop",
        "ALL",
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--tmpfs",
        "/tmp",
        "--tmpfs",
        "/home",
        "--tmpfs",
        str(ROOT),
    ]
    for kept in dict.fromkeys((base, prefix)):
        if not kept.is_relative_to("/usr"):
            words += ["--ro-bind", str(kept), str(kept)]
    words += ["--bind", str(clone), HOME, "--chdir", HOME, "--clearenv"]
    environment = {
        "HOME": HOME,
        "PATH": f"{prefix / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": f"{HOME}:{HOME}/src",
    }
    for name, value in environment.items():
        words += ["--setenv", name, value]
    return [*words, "--", *command]


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    require_browser()
    if (
        shutil.which("bwrap") is None
        or subprocess.run(["bwrap", "--unshare-user", "--ro-bind", "/", "/", "true"], capture_output=True).returncode
    ):
        pytest.skip("bubblewrap cannot run here, so a visitor on Binder was not rehearsed")
    clone = tmp_path_factory.mktemp("visitor") / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", clone], check=True)
    # This goes into the present environment; Binder's build would write it into the image's.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["bash", "binder/postBuild"], cwd=clone, env=os.environ | {"PATH": path}, check=True)
    for chapter in os.environ.get("WEIGHTLAB_REHEARSE", HEAVIEST).split():
        answered = build_notebook(SOLUTIONS / "notebooks" / f"{chapter}.md", answers=True)
        nbformat.write(answered, clone / "course" / chapter / f"{chapter}.ipynb")
    chapters = os.environ.get("WEIGHTLAB_REHEARSE", HEAVIEST).split()
    command = sandboxed(clone, sys.executable, "-m", "tests.end_to_end.binder.rehearse", BASE, link(), *chapters)
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    print("most memory so far:", {name: f"{peak / 2**20:.0f} MiB" for name, peak in seen["peaks"].items()})
    return seen


def test_the_badge_leads_to_the_first_page(rehearsal):
    assert (ROOT / link().removeprefix("lab/tree/")).exists()
    assert BASE + "lab" in rehearsal["first"]["address"]
    assert "Start here" in rehearsal["first"]["title"]


def test_binder_says_that_nothing_is_kept_and_how_to_take_work_home(rehearsal):
    (told,) = rehearsal["first"]["told"]
    assert "You are on Binder" in told and "is deleted" in told and "labkit.take_home()" in told


def test_a_chapter_can_be_submitted_from_there(rehearsal):
    assert {"01_weights/01_weights.ipynb", "01_weights/weightlab/weights.py"} <= set(rehearsal["submitted"])


def test_a_visitor_writes_the_first_function_in_the_browser_and_passes(rehearsal):
    assert "not written yet" in rehearsal["first"]["stub"]
    assert "2 of 2 points" in rehearsal["first"]["written"]


def test_nobody_is_asked_about_news_and_the_console_is_silent(rehearsal):
    assert rehearsal["first"]["asked"] == []
    assert rehearsal["first"]["console"] == []


def test_the_heaviest_chapter_runs_to_its_end(rehearsal):
    seen = rehearsal["chapters"][HEAVIEST]
    assert sum("✓" in card for card in seen["cards"]) >= len(CHAPTERS[HEAVIEST].exercises)
    assert all("✓" in card for card in seen["cards"])
    assert seen["pictures"] > 0
    assert (seen["errors"], seen["console"]) == ([], [])


def test_it_ran_as_a_plain_user_within_binders_memory(rehearsal):
    assert rehearsal["user"] == 1000
    assert not rehearsal["killed"]
    assert 100 * 2**20 < max(rehearsal["peaks"].values()) < 2 * 10**9
