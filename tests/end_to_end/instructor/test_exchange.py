"""Does a submission through nbgrader's exchange contain the student's library, between users and from the browser?"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from autograder.paths import ROOT, SOLUTIONS
from tests.end_to_end.instructor.conftest import WEIGHTS
from tests.support import classroom as made
from tests.support import jupyterlab, plain_user

TEACHER, ADA, BEN = 61001, 61002, 61003
NAMES = {TEACHER: "teacher", ADA: "ada", BEN: "ben"}
EXCHANGE = "/mnt/exchange"


@pytest.fixture
def shared(tmp_path):
    """A folder that three users see as /mnt, with an exchange, a classroom, and two students' copies of the course."""
    if os.getuid() != 0:
        pytest.skip("only root can act as several users, so the exchange was not tried between them")
    if reason := plain_user.why_not():
        pytest.skip(f"{reason}, so the exchange was not tried between users")
    tmp_path.chmod(0o755)
    (tmp_path / "exchange").mkdir()
    (tmp_path / "teacher").mkdir()
    (tmp_path / "jupyter").mkdir()
    root = f"c = get_config()\nc.Exchange.root = {EXCHANGE!r}\n"
    (tmp_path / "jupyter" / "nbgrader_config.py").write_text(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
        jupyterlab.handout_copy(tmp_path / "ada")
    shutil.copytree(tmp_path / "ada", tmp_path / "ben")
    shutil.rmtree(tmp_path / "ada" / "course" / WEIGHTS.name)  # Ada has yet to fetch it
    users = "".join(f"{name}:x:{uid}:{uid}::/tmp:/bin/sh\n" for uid, name in NAMES.items())
    (tmp_path / "passwd").write_text(Path("/etc/passwd").read_text() + users)
    for uid, folders in {TEACHER: ["exchange", "teacher"], ADA: ["ada"], BEN: ["ben"]}.items():
        for folder in folders:
            for path in [tmp_path / folder, *(tmp_path / folder).rglob("*")]:
                os.chown(path, uid, uid)
    return tmp_path


_COMMANDS = """
import json, sys
from nbgrader.apps.nbgraderapp import NbGraderApp
from autograder.cli.main import main
for argv in json.loads(sys.argv[1]):
    if argv[0] == "weightlab":
        main(argv[1:], standalone_mode=False)
    else:
        NbGraderApp.clear_instance()
        NbGraderApp.launch_instance(argv[1:])
"""
"""Runs commands one after another in one process, because the imports of each would cost seconds."""


def run(shared, user, *commands):
    """Run commands as one of the users: the instructor in the project, a student in their copy of the course."""
    home = f"/mnt/{NAMES[user]}"
    cwd = ROOT if user == TEACHER else home
    environment = os.environ | {"JUPYTER_DATA_DIR": f"{home}/.jupyter", "PYTHONPATH": f"{cwd}{os.pathsep}{cwd}/src"}
    argv = [*plain_user.program(), "-c", _COMMANDS, json.dumps([command.split() for command in commands])]
    argv = ["sh", "-c", 'cd "$0" && exec "$@"', str(cwd), *argv]
    ran = plain_user.run(argv, user=user, env=environment, binds={shared: "/mnt", shared / "passwd": "/etc/passwd"})
    assert ran.returncode == 0, ran.stderr[-2000:]
    return ran.stdout


def answer(course):
    """Answer a chapter's questions in a copy of the course."""
    path = course / "course" / WEIGHTS.name / f"{WEIGHTS.name}.ipynb"
    notebook = made.answered(WEIGHTS, notebook=json.loads(path.read_text()))
    path.write_text(json.dumps(notebook))


@pytest.mark.slow
def test_from_release_to_feedback_between_system_users(shared):
    instructor = f"{WEIGHTS.name} --course-dir=/mnt/teacher --Exchange.root={EXCHANGE}"
    run(shared, TEACHER, f"nbgrader generate_assignment {instructor}", f"nbgrader release_assignment {instructor}")
    run(shared, ADA, f"nbgrader fetch_assignment {WEIGHTS.name}")
    shutil.copy(SOLUTIONS / "weightlab" / "weights.py", shared / "ada" / "src" / "weightlab")
    beside = shared / "ben" / "course" / WEIGHTS.name / "weightlab"
    beside.mkdir()
    (beside / "weights.py").write_text("not Ben's library")
    for user in (ADA, BEN):
        answer(shared / NAMES[user])
        run(shared, user, f"nbgrader submit {WEIGHTS.name}")
    inbound = shared / "exchange" / "weightlab" / "inbound"
    assert {path.stat().st_uid for path in inbound.iterdir()} == {ADA, BEN}
    assert inbound.stat().st_mode & 0o777 == 0o733, "students could look at each other's work"

    # Ben's submission links to Ada's, which could be read with the instructor's rights.
    (bens,), (adas,) = inbound.glob("ben+*"), inbound.glob("ada+*")
    for name in ("weightlab/weights.py", "extra.ipynb"):
        (bens / name).unlink(missing_ok=True)
        (bens / name).symlink_to(f"{EXCHANGE}/weightlab/inbound/{adas.name}/weightlab/weights.py")
    (inbound / f"nobody+{WEIGHTS.name}+soon").mkdir()
    os.mkfifo(inbound / f"eve+{WEIGHTS.name}+2026-01-01 10:00:00 UTC")
    (inbound / f"dan+{WEIGHTS.name}+2026-01-01 10:00:00 UTC").symlink_to("nowhere")

    grade = "weightlab grade --classroom=/mnt/teacher --isolation=process --json"
    said = run(shared, TEACHER, f"nbgrader collect {instructor}", grade, f"nbgrader release_feedback {instructor}")
    submitted = {name: shared / "teacher" / "submitted" / name / WEIGHTS.name for name in ("ada", "ben")}
    assert {path.name for path in (shared / "teacher" / "submitted").iterdir()} == {*submitted}
    adas_own = (shared / "ada" / "src" / "weightlab" / "weights.py").read_bytes()
    assert (submitted["ada"] / "weightlab" / "weights.py").read_bytes() == adas_own
    assert (
        not (submitted["ben"] / "weightlab" / "weights.py").exists() and not (submitted["ben"] / "extra.ipynb").exists()
    )
    assert (submitted["ben"] / "weightlab" / "biases.py").exists()
    assert {entry["student"]: entry["score"] for entry in json.loads(said)} == {"ada": 16, "ben": 2}
    run(shared, ADA, f"nbgrader fetch_feedback {WEIGHTS.name}")
    (page,) = (shared / "ada" / "course" / WEIGHTS.name / "feedback").glob("*/01_weights.html")
    assert "weighted_sums" in page.read_text()


@pytest.mark.slow
@pytest.mark.browser
def test_the_assignment_list_fetches_and_submits_with_the_library(tmp_path, monkeypatch):
    jupyterlab.require_browser()
    course, exchange = tmp_path / "course", tmp_path / "exchange" / "weightlab"
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\nc.Exchange.root = {str(exchange.parent)!r}\n")
    environment = jupyterlab.handout_copy(course)
    (exchange / "inbound").mkdir(parents=True)
    (exchange / "outbound").mkdir()
    exchange.parent.chmod(0o777)
    shutil.move(course / "course" / WEIGHTS.name, exchange / "outbound")  # released, but not handed out
    shutil.copy(SOLUTIONS / "weightlab" / "weights.py", course / "src" / "weightlab")
    with jupyterlab.server(course, environment=environment) as address, jupyterlab.browser_page() as page:
        page.goto(f"{address}lab")
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_role("menuitem", name="Assignment List", exact=True).click()
        page.get_by_role("button", name="Fetch").click()
        page.get_by_role("button", name="Submit").click()
        page.locator("#submitted_assignments_list", has_text=WEIGHTS.name).wait_for()
        page.screenshot(path=tmp_path / "assignments.png")
    (submitted,) = (exchange / "inbound").iterdir()
    assert {path.relative_to(submitted).as_posix() for path in submitted.rglob("*.*")} >= {
        f"{WEIGHTS.name}.ipynb",
        "weightlab/weights.py",
        "weightlab/biases.py",
        "timestamp.txt",
    }
    assert (submitted / "weightlab" / "weights.py").read_bytes() == made.REFERENCE["weights"]
    assert not (course / "course" / WEIGHTS.name / "weightlab").exists()
