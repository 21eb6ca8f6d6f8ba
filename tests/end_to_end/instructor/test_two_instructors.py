"""Can two instructors, system users in the same group, both collect, grade, report and mark in one classroom?"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder.paths import ROOT
from tests.end_to_end.instructor.conftest import WEIGHTS
from tests.support import classroom as made
from tests.support import plain_user
from tests.support.downloads import zipped

NAMES = {61001: "grace", 61002: "alan"}
GRACE, ALAN = NAMES
STAFF = 61009
_COMMANDS = """
import json, os, sys
os.umask(0o002)
from nbgrader.apps.nbgraderapp import NbGraderApp
from autograder.cli.main import main
for argv in json.loads(sys.argv[1]):
    if argv[0] == "weightlab":
        try:
            main(argv[1:], standalone_mode=False)
        except SystemExit as ended:  # 3 says that something is unjudged
            assert ended.code == 3, ended.code
    elif argv[0] == "mark":
        from pathlib import Path
        from autograder.classroom.gradebook import ClassBook, url_of
        with ClassBook(url_of(Path("/mnt/room"))) as book:
            grade = book.book.find_grade(argv[2], argv[1], argv[1], argv[3])
            grade.manual_score, grade.needs_manual_grade = float(argv[4]), False
            book.book.db.commit()
    else:
        NbGraderApp.clear_instance()
        NbGraderApp.launch_instance(argv[1:])
"""


@pytest.fixture
def shared(tmp_path):
    """A folder that both see as /mnt: a classroom with the setgid bit, and what students have submitted."""
    if os.getuid() != 0:
        pytest.skip("only root can act as several users, so no classroom was shared by two")
    if reason := plain_user.why_not():
        pytest.skip(f"{reason}, so no classroom was shared by two")
    tmp_path.chmod(0o755)
    users = "".join(f"{name}:x:{uid}:{STAFF}::/tmp:/bin/sh\n" for uid, name in NAMES.items())
    (tmp_path / "passwd").write_text(Path("/etc/passwd").read_text() + users)
    made.course(tmp_path / "course", [WEIGHTS])
    for folder in ("room", "room/submitted", "inbox"):
        (tmp_path / folder).mkdir()
        os.chown(tmp_path / folder, GRACE, STAFF)
        (tmp_path / folder).chmod(0o2775)
    return tmp_path


def send(shared, student, library=made.REFERENCE):
    notebook = json.dumps(made.answered(WEIGHTS)).encode()
    files = {f"weightlab/{name}.py": source for name, source in library.items()}
    path = shared / "inbox" / f"{student}.zip"
    path.write_bytes(zipped({f"{WEIGHTS.name}.ipynb": notebook} | files))
    path.chmod(0o644)


def run(shared, user, *commands):
    """Run commands as one of the two, in one process, because the imports of each would cost seconds."""
    words = [command.split() for command in commands]
    argv = [*plain_user.program(), "-c", _COMMANDS, json.dumps(words)]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": "/tmp/config", "PYTHONPATH": str(ROOT)}
    binds = {shared: "/mnt", shared / "passwd": "/etc/passwd"}
    ran = plain_user.run(argv, user=user, group=STAFF, env=environment, binds=binds)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return ran.stdout


def entries_in(said):
    entries = json.loads(said[said.index("[") : said.rindex("]") + 1])
    return {entry["student"]: entry for entry in entries}


@pytest.mark.slow
def test_both_collect_grade_report_and_mark(shared):
    first, second = list(WEIGHTS.written)
    collect = f"weightlab collect {WEIGHTS.name} /mnt/inbox --classroom=/mnt/room"
    grade = f"weightlab grade {WEIGHTS.name} --classroom=/mnt/room --isolation=process --jobs=1"
    config = (
        "c = get_config()\nc.CourseDirectory.root = '/mnt/room'\nc.CourseDirectory.source_directory = '/mnt/course'\n"
    )
    (shared / "room" / "nbgrader_config.py").write_text(config)
    send(shared, "ada")
    send(shared, "ben", made.STUBS)
    run(shared, GRACE, collect, grade, f"mark {WEIGHTS.name} {first} ada 1.5")
    send(shared, "ben")
    report = "weightlab report --classroom=/mnt/room"
    run(shared, ALAN, f"{collect} --replace", grade, report, f"mark {WEIGHTS.name} {second} ada 2.5")
    feedback = f"nbgrader generate_feedback {WEIGHTS.name} --force --course-dir=/mnt/room"
    said = run(shared, GRACE, f"{grade} --json", report, feedback)
    assert {name: entry["score"] for name, entry in entries_in(said).items()} == {"ada": 16, "ben": 16}
    marks = {(who, name): row for who, _, name, _, row, _ in made.gradebook(shared / "room") if isinstance(row, float)}
    assert marks == {("ada", first): 1.5, ("ada", second): 2.5}
    owners = {path.stat().st_uid for path in (shared / "room").rglob("*") if path.is_file()}
    assert {GRACE, ALAN} <= owners, "one of them has written nothing"


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["weightlab/weights.py", f"{WEIGHTS.name}.ipynb", "weightlab", ""])
def test_what_one_of_them_cannot_read_costs_one_submission(shared, closed):
    for student in ("ada", "ben", "cy"):
        folder = made.submit(shared / "room", student, WEIGHTS, made.answered(WEIGHTS))
        for path in [folder.parent, folder, *folder.rglob("*")]:
            os.chown(path, GRACE, STAFF)
    (shared / "room" / "submitted" / "ben" / WEIGHTS.name / closed).chmod(0)
    grade = f"weightlab grade {WEIGHTS.name} --classroom=/mnt/room --isolation=process --jobs=1"
    entries = entries_in(run(shared, ALAN, f"{grade} --json", "weightlab report --classroom=/mnt/room"))
    assert {name: entry["status"] for name, entry in entries.items()} == {
        "ada": "graded",
        "ben": "unjudged",
        "cy": "graded",
    }
    assert "Permission denied" in entries["ben"]["exercises"][0]["message"]
