"""What a class of 300 costs where only its size matters: one exercise's points changed, and Formgrader's lists."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterable
from pathlib import Path

from autograder.exercises import CHAPTERS
from autograder.paths import COURSE
from autograder.sandbox import selftest
from autograder.sandbox.usage import find_family
from benchmarks.classes import answered, grade, library, submit
from benchmarks.peers import own_seconds
from tests.support import jupyterlab
from tests.support.project import copy_project

STUDENTS, ASSIGNMENTS, JOBS = 300, 12, 2
GRADED = ("01_weights", "02_biases")
"""Chapters that are really graded; Formgrader also sees copies of their rows under other names."""
EXERCISE = "apply_weight"
_POINTS = r'(aspects=\{"one signal": )1'
_COPIED = ("autograder", "course", "solutions", "src", "nbgrader_config.py", "pyproject.toml")
LISTS = {
    "assignments": ("manage_assignments", "assignments"),
    "one chapter's submissions": (f"manage_submissions/{GRADED[0]}", f"submissions/{GRADED[0]}"),
    "one notebook's submissions": (
        f"gradebook/{GRADED[0]}/{GRADED[0]}",
        f"submitted_notebooks/{GRADED[0]}/{GRADED[0]}",
    ),
    "students": ("manage_students", "students"),
    "one student's chapters": ("manage_students/s000", "student_submissions/s000"),
}
"""Formgrader's pages, each with the request that fills it."""


def measure(students: int = STUDENTS, assignments: int = ASSIGNMENTS) -> dict:
    """Return processor seconds and counts, which are valid on a busy machine as well."""
    if reason := selftest.why_not():
        raise SystemExit(f"Grading is measured with isolation on. {reason}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        project = copy_project(folder / "project", _COPIED)
        chapters = [CHAPTERS[name] for name in GRADED]
        libraries = {f"s{number:03d}": library(number, chapters) for number in range(students)}
        room = submit(folder / "room", libraries, {chapter.name: answered(chapter) for chapter in chapters})
        changed = change_points(room, project, students)
        print(f"scale: {json.dumps(changed)}", file=sys.stderr, flush=True)
        enlarge(room, assignments)
        return {"students": students, "one exercise's points": changed, "Formgrader": look(room, assignments)}


def change_points(room: Path, project: Path, students: int) -> dict:
    """Grade, grade again with nothing to do, and once more after one exercise of the first chapter has new points."""
    first, idle = (grade(room, JOBS, anew, project=project).spent for anew in (True, False))
    before = _written(room)
    file = project / "autograder" / "exercises" / "weights.py"
    text, found = re.subn(_POINTS, r"\g<1>2", file.read_text(encoding="utf-8"), count=1)
    if not found:
        raise RuntimeError(f"{EXERCISE} no longer has the points that are changed here")
    file.write_text(text, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": f"{project}{os.pathsep}{project / 'src'}"}
    subprocess.run([sys.executable, "-m", "autograder", "release"], cwd=project, env=environment, check=True)
    again = grade(room, JOBS, anew=False, project=project).spent
    after = _written(room)
    renewed = {path for path, when in after.items() if before.get(path) != when}
    return {
        "submissions": students * len(GRADED),
        "of the chapter that changed": students,
        "CPU seconds, graded at first": round(first.cpu + first.start_cpu, 1),
        "CPU seconds, nothing to do": round(idle.cpu + idle.start_cpu, 1),
        "CPU seconds, after the change": round(again.cpu + again.start_cpu, 1),
        "notebooks written again": _count(renewed, "autograded"),
        "pages written again": _count(renewed, "feedback"),
    }


def _count(paths: Iterable[str], folder: str) -> dict[str, int]:
    return {name: sum(path.startswith(f"/{folder}/") and f"/{name}/" in path for path in paths) for name in GRADED}


def _written(room: Path) -> dict[str, int]:
    paths = [*room.glob("autograded/*/*/*.ipynb"), *room.glob("feedback/*/*/*.html")]
    return {f"/{path.relative_to(room).as_posix()}": path.stat().st_mtime_ns for path in paths}


def enlarge(room: Path, assignments: int) -> None:
    """Copy the graded chapters in the gradebook and the folders until there are this many assignments."""
    chapters = sorted(path.name for path in COURSE.glob("[0-9]*") if path.name not in GRADED)
    names = chapters[: assignments - len(GRADED)]
    with sqlite3.connect(room / "gradebook.db") as book:
        book.row_factory = sqlite3.Row
        for number, name in enumerate(names):
            _copy_assignment(book, GRADED[number % len(GRADED)], name)
    for number, name in enumerate(names):
        source = GRADED[number % len(GRADED)]
        for step in ("submitted", "autograded"):
            for folder in (room / step).glob(f"*/{source}"):
                shutil.copytree(folder, folder.parent / name, copy_function=os.link)
                (folder.parent / name / f"{source}.ipynb").rename(folder.parent / name / f"{name}.ipynb")


def _copy_assignment(book: sqlite3.Connection, source: str, name: str) -> None:
    """Copy an assignment, with all rows that refer to it, under another name and new ids."""
    new: dict[str, str] = {}

    def copy(table: str, where: str, wanted: str, **changed: str) -> list[str]:
        old = []
        for row in book.execute(f"select * from {table} where {where} = ?", (wanted,)).fetchall():
            made = {key: new.get(value, value) for key, value in dict(row).items()} | changed
            made["id"] = new[row["id"]] = uuid.uuid4().hex
            marks = ", ".join("?" * len(made))
            book.execute(f"insert into {table} ({', '.join(made)}) values ({marks})", list(made.values()))
            old.append(row["id"])
        return old

    (assignment,) = copy("assignment", "name", source, name=name)
    for notebook in copy("notebook", "assignment_id", assignment, name=name):
        for cell in copy("base_cell", "notebook_id", notebook):
            for table in ("grade_cells", "solution_cells", "source_cell", "task_cells"):
                for row in book.execute(f"select * from {table} where id = ?", (cell,)).fetchall():
                    made = {key: new.get(value, value) for key, value in dict(row).items()}
                    marks = ", ".join("?" * len(made))
                    book.execute(f"insert into {table} ({', '.join(made)}) values ({marks})", list(made.values()))
    for submission in copy("submitted_assignment", "assignment_id", assignment):
        for notebook in copy("submitted_notebook", "assignment_id", submission):
            copy("grade", "notebook_id", notebook)
            copy("comment", "notebook_id", notebook)


def look(room: Path, assignments: int) -> dict:
    """Open Formgrader's lists; return what each costs the server, how long it is, and what the browser does."""
    found = {}
    with jupyterlab.server(room) as address, jupyterlab.browser_page() as first:
        (server,) = [pid for pid in find_family(os.getpid()) if _is_server(pid)]
        for name, (path, question) in LISTS.items():
            page = first.context.browser.new_page()
            protocol = page.context.new_cdp_session(page)
            protocol.send("Performance.enable")
            before = own_seconds(server)
            answer = page.request.get(f"{address}formgrader/api/{question}", timeout=600_000)
            rows = len(answer.json())
            spent = own_seconds(server) - before
            page.goto(f"{address}formgrader/{path}", timeout=600_000)
            page.wait_for_function(
                "rows => document.querySelectorAll('tbody tr').length >= Math.min(rows, 10)", arg=rows, timeout=600_000
            )
            page.wait_for_function("() => !document.querySelector('tbody td.dataTables_empty')", timeout=600_000)
            found[name] = {
                "entries": rows,
                "KiB of the answer": round(len(answer.body()) / 1024, 1),
                "CPU seconds of the answer": round(spent, 2),
                "rows in the page": page.locator("tbody tr").count(),
                "nodes in the page": page.evaluate("() => document.querySelectorAll('*').length"),
                "CPU seconds of the browser's page": round(_browser_seconds(protocol), 2),
            }
            print(f"scale: {name}: {json.dumps(found[name])}", file=sys.stderr, flush=True)
    return {"assignments": assignments, "lists": found}


def _is_server(pid: int) -> bool:
    try:
        return b"jupyterlab\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _browser_seconds(protocol) -> float:
    metrics = {one["name"]: one["value"] for one in protocol.send("Performance.getMetrics")["metrics"]}
    return metrics["TaskDuration"]
