"""Runs every payload against stock nbgrader, and records the results: ``python -m tests.security.stock [NAME ...]``.

Nothing can do harm: each payload has its own namespaces of processes, users and networks, a user without rights,
limits on processes, memory, files and time, and only its own folder of this machine's disk.
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
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from importlib.metadata import version
from itertools import count
from pathlib import Path

from autograder.classroom.gradebook import ClassBook
from autograder.judging.key import chapter_keys
from autograder.sandbox import isolation
from autograder.sandbox.usage import measure_usage
from benchmarks import peers
from tests.security.corpus import PAYLOADS, SEED, honest, lay
from tests.security.looking import CANARY
from tests.security.payload import CHAPTER, MARK, Payload, Submission, zipped
from tests.support import classroom as made
from tests.support import jupyterlab, plain_user

RESULTS = Path(__file__).with_name("stock.json")
ORDINARY = "the ordinary submission"
NAME = CHAPTER.name
FIRST_USER, LANES = 64_000, 4
"""Each run has its own user, because limits on processes count all processes of a user."""
TOGETHER = 12
"""How many attackers are graded as one class, if none of them is likely to disturb it."""
LOUD = (
    "copied check cell",
    "killed parent",
    "thread left running",
    "a trillion numbers",
    "endless generator",
    "gradebook of the class",
    "all the memory",
    "fork bomb",
    "thread bomb",
    "deaf sleeper",
    "folder named as a classmate",
    "folders as the collector makes them",
    "zip within the zip",
    "almost the name of a classmate",
    "name of a classmate in capitals",
    "two copies",
    "paths that lead out",
    "pipe for a notebook",
    "pipe in the library",
    "student id of control characters",
)
WHOLE = sum(exercise.points for exercise in CHAPTER.exercises.values()) + sum(
    question.points for question in CHAPTER.questions.values()
)
"""The points that the classmate has earned."""
SECONDS, MEMORY = 180, 3 * 2**30
"""The limits of a run; nbgrader's own time limit per cell is set to twenty seconds."""
CONFIG = r"""
c = get_config()
c.CourseDirectory.course_id = "stock"
c.ExecutePreprocessor.timeout = 20
c.FileNameCollectorPlugin.named_regexp = r".*/extracted/(?P<student_id>[^/]+)/(?P<file_id>(?:.*/)?[^/]+)"
c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".py"]
"""
SCRIPT = """
cd "$1"
[ -d downloaded ] && nbgrader zip_collect {name} --force >collect.log 2>&1 </dev/null
nbgrader autograde {name} >autograde.log 2>&1 </dev/null
[ -e wanted ] && nbgrader generate_feedback {name} >feedback.log 2>&1 </dev/null
echo done >done
for wait in 1 2 3 4 5 6 7 8 9 10; do
    for one in /proc/[0-9]*; do tr '\\0' ' ' <$one/cmdline; echo; done | grep -c 'ipykernel[_]launcher' >processes
    [ "$(cat processes)" = 0 ] && break
    sleep 1
done
find /tmp /var/tmp /dev/shm "$HOME" . -path ./submitted -prune -o -path ./downloaded -prune -o \
    -name '*{mark}*' -print >files
"""


def sources() -> dict[str, str]:
    """Return the asserts in the check cells, by exercise and question."""
    return peers.programs(CHAPTER, chapter_keys(CHAPTER, SEED))


def build(course: Path, attackers: list[Submission], asserts: dict[str, str], feedback: bool) -> None:
    """Make a course for stock nbgrader: the assignment, attackers' submissions and one classmate's."""
    with_asserts = peers.with_asserts(made.released(CHAPTER), asserts)
    with_asserts["cells"][1]["source"] = "import numpy as np"  # the lab's own checks are not used here
    for kind in ("source", "release"):
        (course / kind / NAME).mkdir(parents=True)
        (course / kind / NAME / f"{NAME}.ipynb").write_text(json.dumps(with_asserts))
    for cells in [one.checks() for one in attackers if isinstance(one.notebook, dict)]:
        for cell in cells:
            # The handed-out notebook holds the asserts; what an attack wrote in their place stays.
            name = cell["metadata"]["nbgrader"]["grade_id"]
            if cell["source"].startswith("check(") and name in asserts:
                cell["source"] = asserts[name]
    zoe = honest()[0]
    zoe.notebook = peers.with_asserts(Submission.ordinary("").notebook, asserts)
    for name, question in CHAPTER.questions.items():
        made.cell(zoe.notebook, f"{name}-answer")["source"] = f"{name} = {question.value!r}"
    zipped_up = any(one.archives for one in attackers)
    if zipped_up:
        zoe.archives = {f"{zoe.student}.zip": zipped(zoe.files())}
    for one in (*attackers, zoe):
        lay(course, one)
    if zipped_up:
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


def run(course: Path, home: Path, user: int, seconds: float) -> str:
    """Let nbgrader grade a course where it can do no harm; return how it ended."""
    for path in (course, home, *course.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)
    small = [
        word
        for folder in ("/var/tmp", "/dev/shm")
        for word in ("--perms", "1777", "--size", str(2**26), "--tmpfs", folder)
    ]
    folder = str(course.parent)
    options = [
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--proc",
        "/proc",
        *small,
        "--bind",
        folder,
        folder,
        "--remount-ro",
        "/",
        "--setenv",
        "HOME",
        str(home),
    ]
    limits = ["prlimit", "--nproc=150", f"--as={3 * 2**30}", f"--fsize={64 * 2**20}", "--nofile=1024", "--core=0"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        "PATH": path,
        "LANG": "C.UTF-8",
        CANARY: "secret",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    script = SCRIPT.format(name=NAME, mark=MARK)
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    argv = [*plain_user.prefix(), *options, "--", *become, *limits, "sh", "-c", script, "sh", str(course)]
    process = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline, ended = time.monotonic() + seconds, ""
    while process.poll() is None and not ended:
        time.sleep(0.05)
        if time.monotonic() > deadline:
            ended = f"stopped by us after {seconds:g} s"
        elif measure_usage(process.pid, 0).memory > MEMORY:
            ended = f"stopped by us at {MEMORY // 2**30} GB of memory"
    if ended:
        isolation.kill(process)
    process.wait()
    if not ended and not (course / "done").exists():
        ended = "died"
    return ended


def scores(course: Path) -> dict[str, float]:
    """Return the score of each graded student in a gradebook."""
    with contextlib.closing(sqlite3.connect(f"file:{course}/gradebook.db?mode=ro", uri=True)) as book:
        rows = book.execute(
            "select student_id, sum(coalesce(manual_score, auto_score, 0) + coalesce(extra_credit, 0)) from grade join "
            "submitted_notebook n on grade.notebook_id = n.id join submitted_assignment a on n.assignment_id = a.id "
            "group by student_id"
        ).fetchall()
    done = {path.name for path in (course / "autograded").glob("*") if (path / NAME / f"{NAME}.ipynb").exists()}
    return {student: round(score, 4) for student, score in rows if student in done}


def opened(course: Path, student: str) -> bool:
    """Return whether a page that a student or an instructor opens runs or links to a script of the submission."""
    pages = [path for path in (course / "feedback" / student).rglob("*.html") if path.is_file()]
    with jupyterlab.browser_page() as page:
        for path in pages:
            page.goto(path.as_uri(), wait_until="domcontentloaded")
            page.wait_for_timeout(300)
            links = page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.protocol)")
            if page.title() == "opened" or "javascript:" in links:
                return True
    return False


def outcomes(attackers: dict[str, Submission], group: str, asserts: dict[str, str], user: int) -> dict[str, dict]:
    """Grade attackers, by payload, and one classmate; return the results of each and of the class, and traces."""
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        course, home = Path(folder) / "course", Path(folder) / "home"
        course.mkdir()
        home.mkdir()
        (home / CANARY).write_text("what only the grader may read")
        os.chmod(folder, 0o755)
        feedback = group == "what is opened later"
        build(course, list(attackers.values()), asserts, feedback)
        ended = run(course, home, user, SECONDS * (1 + len(attackers) // 4))
        found, classmate = scores(course), honest()[0].student
        left = (course / "files").read_text().split() if (course / "files").exists() else []
        processes = (course / "processes").read_text().strip() if (course / "processes").exists() else "0"
        others = set(found) - {one.student for one in attackers.values()} - {classmate}
        return {
            name: {
                "score": found.get(one.student),
                "classmate": found.get(classmate),
                "invented": len(others),
                "ended": ended,
                "processes": int(processes or 0),
                "files": len(left),
                "opened": opened(course, one.student) if feedback else None,
            }
            for name, one in attackers.items()
        }


def batches(payloads: list[Payload]) -> list[list[Payload]]:
    """Divide the payloads: those that are likely to disturb a class stay alone, the others of a kind are grouped."""
    made_up: dict[tuple, list[list[Payload]]] = {}
    for payload in payloads:
        submission = payload.made()
        loud = payload.name in LOUD or MARK.encode() in b"".join(submission.files().values())
        of = made_up.setdefault((payload.group, bool(submission.archives)), [[]])
        if loud:
            of.append([payload])
        elif len(of[0]) >= TOGETHER:
            of.insert(0, [payload])
        else:
            of[0].append(payload)
    return sorted((batch for of in made_up.values() for batch in of if batch), key=len, reverse=True)


def disturbed(found: dict[str, dict]) -> bool:
    """Return whether grading a class did not end as it should, so that its attackers have to be graded separately."""
    return any(
        one["classmate"] != WHOLE or one["invented"] or one["ended"] or one["processes"] or one["files"]
        for one in found.values()
    )


def main(names: list[str]) -> None:
    """Run the payloads with these names, or all that have no result yet; write each result at once."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    asserts, users = sources(), count(FIRST_USER)
    if ORDINARY not in results:
        results |= outcomes({ORDINARY: Submission.ordinary("x-ordinary")}, "", asserts, next(users))
    order = [ORDINARY, *(payload.name for payload in PAYLOADS)]
    todo = [payload for payload in PAYLOADS if payload.name in (names or set(order) - set(results))]
    running: dict[Future, list[Payload]] = {}
    with ThreadPoolExecutor(LANES) as pool:

        def start(batch: list[Payload]) -> None:
            submissions = {payload.name: payload.made() for payload in batch}
            running[pool.submit(outcomes, submissions, batch[0].group, asserts, next(users))] = batch

        for batch in batches(todo):
            start(batch)
        while running:
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                batch, found = running.pop(done), done.result()
                if len(batch) > 1 and disturbed(found):
                    start(batch[: len(batch) // 2])
                    start(batch[len(batch) // 2 :])
                    continue
                results |= found
                for name in found:
                    print(name, found[name], flush=True)
                kept = {"nbgrader": version("nbgrader")} | {name: results[name] for name in order if name in results}
                part = RESULTS.with_suffix(".part")
                part.write_text(json.dumps(kept, indent=1) + "\n")
                part.replace(RESULTS)


if __name__ == "__main__":
    main(sys.argv[1:])
