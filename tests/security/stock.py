"""Runs every payload against stock nbgrader, and writes what came of it: ``python -m tests.security.stock [NAME ...]``.

Nothing of it can do harm: each payload has a namespace of processes, of users and of networks to itself, a user
without rights, bounds on processes, memory, files and time, and of this machine's disk a folder of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.metadata import version
from pathlib import Path

from autograder import isolation
from autograder.gradebook import ClassBook
from autograder.key import chapter_keys
from benchmarks import peers

from .. import jupyterlab
from ..autograder import plain_user
from ..instructor import classroom as made
from .corpus import PAYLOADS, SEED, honest, lay
from .looking import CANARY
from .payload import CHAPTER, MARK, HandIn, zipped

RESULTS = Path(__file__).with_name("stock.json")
ORDINARY = "the ordinary hand-in"
NAME = CHAPTER.name
FIRST_USER, LANES = 64_000, 2
"""Each run has a user of its own, as limits on processes count a user's in all of them."""
SECONDS, MEMORY = 75, 3 * 2**30
"""When a run is stopped: nbgrader's own limit for a cell is set to five seconds."""
CONFIG = r"""
c = get_config()
c.CourseDirectory.course_id = "stock"
c.ExecutePreprocessor.timeout = 5
c.FileNameCollectorPlugin.named_regexp = r".*/extracted/(?P<student_id>[^/]+)/(?P<file_id>(?:.*/)?[^/]+)"
c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".py"]
"""
SCRIPT = """
cd "$1"
[ -d downloaded ] && nbgrader zip_collect {name} --force >collect.log 2>&1 </dev/null
nbgrader autograde {name} >autograde.log 2>&1 </dev/null
[ -e wanted ] && nbgrader generate_feedback {name} >feedback.log 2>&1 </dev/null
echo done >done
sleep 0.5
for process in /proc/[0-9]*; do tr '\\0' ' ' <$process/cmdline; echo; done | grep -c 'ipykernel[_]launcher' >processes
find /tmp /var/tmp /dev/shm "$HOME" . -path ./submitted -prune -o -path ./downloaded -prune -o \
    -name '*{mark}*' -print >files
"""


def sources() -> dict[str, str]:
    """Return the asserts that stand in the check cells, by exercise and question."""
    return peers.programs(CHAPTER, chapter_keys(CHAPTER, SEED))


def build(course: Path, attacker: HandIn, asserts: dict[str, str], feedback: bool) -> None:
    """Lay out a course of stock nbgrader's: the assignment, the attacker's hand-in and one classmate's."""
    with_asserts = peers.with_asserts(made.released(CHAPTER), asserts)
    for kind in ("source", "release"):
        (course / kind / NAME).mkdir(parents=True)
        (course / kind / NAME / f"{NAME}.ipynb").write_text(json.dumps(with_asserts))
    if isinstance(attacker.notebook, dict):
        for cell in attacker.checks():
            # What was handed out holds the asserts; what the attack wrote over them stays.
            name = cell["metadata"]["nbgrader"]["grade_id"]
            if cell["source"].startswith("check(") and name in asserts:
                cell["source"] = asserts[name]
    zoe = honest()[0]
    zoe.notebook = peers.with_asserts(HandIn.ordinary("").notebook, asserts)
    for name, question in CHAPTER.questions.items():
        made.cell(zoe.notebook, f"{name}-answer")["source"] = f"{name} = {question.value!r}"
    if attacker.archives:
        zoe.archives = {f"{zoe.student}.zip": zipped(zoe.files())}
    for one in (attacker, zoe):
        lay(course, one)
    if attacker.archives:
        (course / "downloaded" / NAME).mkdir(parents=True)
        (course / "inbox").rename(course / "downloaded" / NAME / "archive")
    (course / "submitted").mkdir(exist_ok=True)
    (course / "nbgrader_config.py").write_text(CONFIG)
    (course / ".weightlab").mkdir()
    (course / ".weightlab" / "seed").write_text("1")
    if feedback:
        (course / "wanted").touch()
    with ClassBook(f"sqlite:///{course}/gradebook.db", "stock") as book:
        book.prepare(NAME, with_asserts)


def run(course: Path, home: Path, user: int) -> str:
    """Let nbgrader grade a course where it can do no harm; return how that ended."""
    for path in (course, home, *course.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)
    small = [word for folder in ("/var/tmp", "/dev/shm")
             for word in ("--perms", "1777", "--size", str(2**26), "--tmpfs", folder)]  # fmt: skip
    folder = str(course.parent)
    options = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--proc", "/proc", *small,
               "--bind", folder, folder, "--remount-ro", "/", "--setenv", "HOME", str(home)]  # fmt: skip
    limits = ["prlimit", "--nproc=150", f"--as={3 * 2**30}", f"--fsize={64 * 2**20}", "--nofile=1024", "--core=0"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "LANG": "C.UTF-8", CANARY: "secret", "OMP_NUM_THREADS": "1",
                   "OPENBLAS_NUM_THREADS": "1"}  # fmt: skip
    script = SCRIPT.format(name=NAME, mark=MARK)
    argv = [*plain_user.prefix(*options, user=user), *limits, "sh", "-c", script, "sh", str(course)]
    process = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline, ended = time.monotonic() + SECONDS, ""
    while process.poll() is None and not ended:
        time.sleep(0.05)
        if time.monotonic() > deadline:
            ended = f"stopped by us after {SECONDS} s"
        elif isolation.usage(process.pid)[1] > MEMORY:
            ended = f"stopped by us at {MEMORY // 2**30} GB of memory"
    if ended:
        isolation.kill(process)
    process.wait()
    if not ended and not (course / "done").exists():
        ended = "died"
    return ended


def scores(course: Path) -> dict[str, float]:
    """Return the score of each student in a gradebook, those that were graded."""
    with contextlib.closing(sqlite3.connect(f"file:{course}/gradebook.db?mode=ro", uri=True)) as book:
        rows = book.execute(
            "select student_id, sum(coalesce(manual_score, auto_score, 0) + coalesce(extra_credit, 0)) from grade join "
            "submitted_notebook n on grade.notebook_id = n.id join submitted_assignment a on n.assignment_id = a.id "
            "group by student_id"
        ).fetchall()
    done = {path.name for path in (course / "autograded").glob("*") if (path / NAME / f"{NAME}.ipynb").exists()}
    return {student: round(score, 4) for student, score in rows if student in done}


def opened(course: Path) -> bool:
    """Whether a page that a student or an instructor opens runs a script of the hand-in, or offers one as a link."""
    pages = [path for path in (course / "feedback").rglob("*.html") if path.is_file()]
    pages = [path for path in pages if honest()[0].student not in path.parts]
    with jupyterlab.browser_page() as page:
        for path in pages:
            page.goto(path.as_uri(), wait_until="domcontentloaded")
            page.wait_for_timeout(300)
            links = page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.protocol)")
            if page.title() == "opened" or "javascript:" in links:
                return True
    return False


def outcome(attacker: HandIn, group: str, asserts: dict[str, str], user: int) -> dict:
    """Grade one attacker and one classmate; return what came of both, and what was left."""
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        course, home = Path(folder) / "course", Path(folder) / "home"
        course.mkdir()
        home.mkdir()
        (home / CANARY).write_text("what only the grader may read")
        os.chmod(folder, 0o755)
        feedback = group == "what is opened later"
        build(course, attacker, asserts, feedback)
        ended = run(course, home, user)
        found, classmate = scores(course), honest()[0].student
        left = (course / "files").read_text().split() if (course / "files").exists() else []
        processes = (course / "processes").read_text().strip() if (course / "processes").exists() else "0"
        others = set(found) - {attacker.student, classmate}
        return {
            "score": found.get(attacker.student),
            "classmate": found.get(classmate),
            "invented": len(others),
            "ended": ended,
            "processes": int(processes or 0),
            "files": len(left),
            "opened": opened(course) if feedback else None,
        }


def main(names: list[str]) -> None:
    """Run the payloads of these names, or all that have no result yet; write each result as it is there."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    asserts = sources()
    hand_ins = {ORDINARY: (HandIn.ordinary("x-ordinary"), "")}
    hand_ins |= {payload.name: (payload.made(), payload.group) for payload in PAYLOADS}
    todo = [name for name in hand_ins if name in names or (not names and name not in results)]
    with ThreadPoolExecutor(LANES) as pool:
        running = {pool.submit(outcome, *hand_ins[name], asserts, FIRST_USER + i): name for i, name in enumerate(todo)}
        for done in as_completed(running):
            results[running[done]] = done.result()
            print(running[done], done.result(), flush=True)
            kept = {"nbgrader": version("nbgrader")} | {name: results[name] for name in hand_ins if name in results}
            part = RESULTS.with_suffix(".part")
            part.write_text(json.dumps(kept, indent=1) + "\n")
            part.replace(RESULTS)


if __name__ == "__main__":
    main(sys.argv[1:])
