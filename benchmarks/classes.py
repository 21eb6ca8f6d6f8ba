"""Makes classes to be graded, and grades them with the command, measuring what that takes."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.exercise import Chapter
from autograder.judging import reference
from autograder.paths import COURSE, ROOT
from autograder.sandbox.usage import find_family
from benchmarks.peers import ONE_THREAD, own_seconds
from benchmarks.rounds import Spent
from tests.support.classroom import REFERENCE, can_be_written, cell, library_with

SEED = 7
OWN_WORD = "a-student"
ESSAY = f"{OWN_WORD} says: it multiplies what crosses the connection, and training moves it a little at a time. " * 6


def library(number: int, chapters: Iterable[Chapter]) -> dict[str, bytes]:
    """Return a student's library: every third one is right; the others hold some misconceptions."""
    wrong = {}
    if number % 3:
        asked = itertools.chain.from_iterable(chapter.exercises.values() for chapter in chapters)
        for i, exercise in enumerate(asked):
            held = reference.misconceptions(exercise.module).get(exercise.name, [])
            known = [one for one in held if can_be_written(one.function)]
            if known and (i + number) % 5 == 0:
                wrong[exercise.name] = known[number % len(known)].function
    made = library_with(wrong) if wrong else REFERENCE
    return {name: source + f"\n# {number}\n".encode() for name, source in made.items()}


def answered(chapter: Chapter) -> dict:
    """Return the released notebook with numbers and words in its answer cells."""
    notebook = json.loads((COURSE / chapter.name / f"{chapter.name}.ipynb").read_text(encoding="utf-8"))
    lines: dict[str, list[str]] = {}
    for name, question in chapter.questions.items():
        # A question without its own cell is answered in the cell of the previous question.
        place = f"{name}-answer" if has_cell(notebook, f"{name}-answer") else [*lines][-1]
        lines.setdefault(place, []).append(f"{name} = {question.value!r}")
    for place, written in lines.items():
        cell(notebook, place)["source"] = "\n".join([*written, place.removesuffix("-answer")])
    for name in chapter.written:
        cell(notebook, name)["source"] = ESSAY
    return notebook


def has_cell(notebook: dict, name: str) -> bool:
    """Return whether a notebook has a cell with this grade id."""
    return any(one["metadata"].get("nbgrader", {}).get("grade_id") == name for one in notebook["cells"])


def submit(room: Path, students: Mapping[str, Mapping[str, bytes]], notebooks: Mapping[str, dict]) -> Path:
    """Put a class's submissions into a classroom."""
    texts = {name: json.dumps(notebook).encode() for name, notebook in notebooks.items()}
    for (student, sources), (chapter, text) in itertools.product(students.items(), texts.items()):
        text = text.replace(OWN_WORD.encode(), student.encode())  # no two students write the same
        folder = room / "submitted" / student / chapter
        (folder / "weightlab").mkdir(parents=True)
        (folder / f"{chapter}.ipynb").write_bytes(text)
        for name, source in sources.items():
            (folder / "weightlab" / f"{name}.py").write_bytes(source)
    return room


@dataclass(frozen=True)
class Run:
    """One run of ``weightlab grade``: its time, CPU seconds of its first process, memory, and fraction of the points.

    The coordinator's seconds are those after the start-up.
    """

    spent: Spent
    coordinator: float
    memory: dict[str, int]
    share: float


# The command itself, which notes when the first submission is handed to a worker: what came before is its start-up.
_MARKED = """
import json, os, sys, time
from autograder.cli import instructor
from autograder.cli.main import main
run = instructor._run
def marked(*args, **options):
    from autograder.classroom import grade
    stream = grade.stream
    def begin(*args):
        with open(sys.argv[1] + ".began", "w") as file:
            json.dump([time.monotonic(), sum(os.times()[:4]), sum(os.times()[:2])], file)
        return stream(*args)
    grade.stream = begin
    return run(*args, **options)
instructor._run = marked
main(sys.argv[2:])
"""
# A killed sandbox can be gone before its parent has waited for it. This process inherits it and counts it then.
_COUNTED = """
import ctypes, json, os, resource, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
began = time.monotonic()
done = subprocess.run(sys.argv[2:], stdout=open(sys.argv[1] + ".json", "wb"))
ended = time.monotonic()
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([done.returncode, began, ended, used.ru_utime + used.ru_stime], file)
"""


def grade(
    room: Path,
    jobs: int,
    anew: bool = True,
    scheduler: str | None = None,
    chapters: Iterable[str] = (),
    project: Path = ROOT,
    weighed: bool = False,
) -> Run:
    """Grade a class, for the first time or again, here or on a cluster, with this project or a copy of it.

    Parameters
    ----------
    weighed : bool
        Whether to look at the memory of all processes again and again, which takes time from them.
    """
    if anew:
        for path in (path for path in room.iterdir() if path.name != "submitted"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    said = room.with_name(f"{room.name}.used")
    mark = Path(f"{said}.began")
    mark.unlink(missing_ok=True)
    counted = [sys.executable, "-c", _COUNTED, str(said), sys.executable, "-c", _MARKED, str(said)]
    command = ["grade", *chapters, "--classroom", str(room), "--jobs", str(jobs), "--seed", str(SEED)]
    command += ["--isolation", "bubblewrap", "--json", *(["--scheduler", scheduler] if scheduler else [])]
    found = {"PYTHONPATH": f"{project}{os.pathsep}{project / 'src'}"} if project != ROOT else {}
    process = subprocess.Popen([*counted, *command], cwd=project, env=os.environ | ONE_THREAD | found)
    memory = {"a worker": 0, "a worker, unshared": 0, "its sandbox": 0, "all processes": 0}
    coordinator = 0.0
    while process.poll() is None:
        coordinator = max(coordinator, *map(own_seconds, find_family(process.pid)[1:2]), 0.0)
        for name, most in (_memory(process.pid) if weighed else {}).items():
            memory[name] = max(memory[name], most)
        time.sleep(0.25)
    code, began, ended, cpu = json.loads(said.read_text())
    if code:
        raise RuntimeError(f"weightlab grade ended with {code}")
    entries = json.loads(Path(f"{said}.json").read_text())
    share = sum(entry["score"] for entry in entries) / sum(entry["points"] for entry in entries)
    # With nothing to do, all of it is start-up.
    at, start_cpu, own = json.loads(mark.read_text()) if mark.exists() else (ended, cpu, coordinator)
    spent = Spent(ended - at, cpu - start_cpu, at - began, start_cpu)
    return Run(spent, max(0.0, coordinator - own), memory, round(share, 2))


def _memory(counting: int) -> dict[str, int]:
    """Return the MiB of one worker (all, and its own part), of its sandbox, and of all processes below ``counting``.

    Memory that processes share counts in full in the first figure, and once in the last two.
    """
    found = {"a worker": [0], "a worker, unshared": [0], "its sandbox": [0], "all processes": [0]}
    below = find_family(counting)[1:]
    found["all processes"].append(sum(_kibibytes(pid, "Pss") for pid in below))
    for worker in find_family(below[0])[1:] if below else []:
        if b"grade.stream" in _command(worker):
            found["a worker"].append(_kibibytes(worker, "Rss"))
            found["a worker, unshared"].append(_kibibytes(worker, "Private_Dirty"))
            found["its sandbox"].append(sum(_kibibytes(pid, "Pss") for pid in find_family(worker)[1:]))
    return {name: round(max(sizes) / 1024) for name, sizes in found.items()}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _kibibytes(pid: int, field: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)
