"""How fast a class is graded: beside stock nbgrader and otter-grader, on one process and two, for 30 and for 300."""

from __future__ import annotations

import copy
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from nbformat.notebooknode import from_dict
from nbgrader.utils import is_solution
from threadpoolctl import threadpool_limits

from autograder.exercise import Chapter
from autograder.exercises import CHAPTERS
from autograder.judging import reference
from autograder.judging.key import Key, chapter_keys
from autograder.paths import COURSE
from autograder.sandbox import selftest
from benchmarks import cluster, peers
from benchmarks.classes import SEED, Run, answered, grade, library, submit
from benchmarks.peers import Sample


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    students: int = 30
    chapters: tuple[str, ...] = tuple(CHAPTERS)
    sampled: int = 2
    """Students whose submissions the peers grade, one after another in each of as many processes as we get."""
    flat: tuple[int, ...] = (30, 300)
    flat_chapter: str = "02_biases"
    otter: bool = True
    cluster: bool = True


QUICK = Size(students=3, chapters=("01_weights",), sampled=1, flat=(2,), otter=False, cluster=False)
JOBS = 2


def measure(size: Size = Size()) -> dict:
    """Return what grading costs, each part beside what it is compared with.

    The class holds one third students who are right and two thirds with some misconceptions each. The peers
    get the same notebooks, in which asserts on the same inputs stand in place of the check cells, and grade all
    chapters of the sampled students.
    """
    if reason := selftest.why_not():
        raise SystemExit(f"Grading is measured with isolation on. {reason}")
    chapters = [CHAPTERS[name] for name in size.chapters if (COURSE / name).exists()]
    keys = {chapter.name: chapter_keys(chapter, SEED) for chapter in chapters}
    students = {f"s{i:03d}": library(i, chapters) for i in range(size.students)}
    notebooks = {chapter.name: answered(chapter) for chapter in chapters}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        peer, notebooks = _peers(folder, size, chapters, keys, students, notebooks)
        room = submit(folder / "class", students, notebooks)
        # A machine's speed drifts: what is taken off the grading's time is timed just before and just after it.
        before, two, after = functions_seconds(chapters, keys), grade(room, JOBS), functions_seconds(chapters, keys)
        one = grade(room, 1)
        again = grade(room, JOBS, anew=False)
        weights = bytes_each(room, graded := len(students) * len(chapters))
        small = [_flat(folder / str(n), n, size.flat_chapter) for n in size.flat]
        spread = {"how": "not measured"}
        if size.cluster:
            spread = cluster.measure(folder / "cluster", size.flat[0], size.flat_chapter, JOBS)
    own, each = mean((before, after)), two.seconds / graded
    measured = {name: result for name, result in peer.items() if "seconds" in result}
    return {
        "class": {
            "students": len(students),
            "chapters": [chapter.name for chapter in chapters],
            "submissions": graded,
            "isolation": "bubblewrap",
            "share of the points earned": two.share,
        },
        "how the others were measured": {name: result["how"] for name, result in peer.items()},
        "seconds per submission, two processes": {
            "weightlab grade": round(each, 3),
            **{name: result["seconds"] for name, result in measured.items()},
        },
        "times the throughput of": {name: round(result["seconds"] / each, 1) for name, result in measured.items()},
        "CPU seconds per submission": {
            "weightlab grade": round(two.cpu / graded, 3),
            "of which the student's own functions": round(own, 3),
            "beyond them": round(two.cpu / graded - own, 3),
            **{name: result["cpu"] for name, result in measured.items()},
        },
        "processes": {
            "seconds with one": round(one.seconds, 1),
            "seconds with two": round(two.seconds, 1),
            "one / two": round(one.seconds / two.seconds, 2),
        },
        "a run that finds nothing to do, seconds": round(again.seconds, 1),
        "one small submission": {
            "chapter": size.flat_chapter,
            "students": size.flat,
            "seconds": [round(run.seconds / n, 3) for run, n in zip(small, size.flat, strict=True)],
            "CPU seconds": [round(run.cpu / n, 3) for run, n in zip(small, size.flat, strict=True)],
            "CPU seconds of the coordinator": [
                round(run.coordinator / n, 4) for run, n in zip(small, size.flat, strict=True)
            ],
        },
        "KiB per submission": weights,
        "on a cluster": spread,
        "MiB at the peak": two.memory,
    }


def bytes_each(room: Path, graded: int) -> dict[str, int]:
    """Return what a submission takes, in KiB: on its way to a worker, on its way back, and on the disk afterwards."""

    def size(*patterns: str) -> int:
        paths = (path for pattern in patterns for path in room.glob(pattern))
        return round(sum(path.stat().st_size for path in paths if path.is_file()) / graded / 1024)

    asked, made = size("submitted/**/*"), size("autograded/*/*/*.ipynb", "feedback/**/*")
    return {
        "to a worker": asked,
        "back": made + asked,
        "kept beside the submission": size("autograded/**/*", "feedback/**/*", ".weightlab/**/*"),
        "of it the gradebook": size("gradebook.db"),
    }


def _peers(
    folder: Path,
    size: Size,
    chapters: list[Chapter],
    keys: Mapping[str, Mapping[str, Key]],
    students: Mapping[str, Mapping[str, bytes]],
    notebooks: Mapping[str, dict],
) -> tuple[dict[str, dict], dict[str, dict]]:
    """Time the peers; return what they took, and the notebooks with the outputs that execution gave."""
    sources = {chapter.name: peers.programs(chapter, keys[chapter.name]) for chapter in chapters}
    names = list(students)[: size.sampled]
    samples = [
        Sample(student, chapter, notebooks[chapter.name], students[student])
        for student in names
        for chapter in chapters
    ]
    lanes = min(JOBS, len(names))
    said = f"{len(samples)} submissions sampled: all chapters of {len(names)} students, {lanes} commands at a time"
    timed = peers.nbgrader(folder, samples, lanes, sources)
    result = {"nbgrader autograde + generate_feedback": _mean(timed, f"{said}; without the commands' start-up")}
    if size.otter:
        try:
            program = peers.install_otter(folder / "otter-environment")
            took = peers.otter(program, folder, samples, lanes, sources)
            result["otter run"] = _mean(took, f"{said}, each with its start-up; results.json is the feedback")
        except RuntimeError as error:
            result["otter run"] = {"how": f"not measured: {error}"}
    return result, {name: _with_outputs(notebooks[name], timed.executed[name]) for name in notebooks}


def _mean(timed: peers.Timed, how: str) -> dict:
    n = len(timed.seconds)
    return {"seconds": round(sum(timed.seconds) / n / JOBS, 3), "cpu": round(sum(timed.cpu) / n, 3), "how": how}


def _with_outputs(notebook: dict, executed: dict) -> dict:
    """Return a notebook with the outputs of another that was executed, but for its check cells."""
    filled, outputs = copy.deepcopy(notebook), {one.get("id"): one.get("outputs", []) for one in executed["cells"]}
    for one in filled["cells"]:
        if one["cell_type"] == "code" and (is_solution(from_dict(one)) or "nbgrader" not in one["metadata"]):
            one["outputs"] = outputs.get(one["id"], [])
    return filled


def _flat(room: Path, students: int, chapter: str) -> Run:
    """Grade many small submissions of one chapter."""
    notebook = answered(CHAPTERS[chapter])
    return grade(submit(room, {f"s{i:03d}": library(3 * i, []) for i in range(students)}, {chapter: notebook}), JOBS)


def functions_seconds(chapters: Sequence[Chapter], keys: Mapping[str, Mapping[str, Key]]) -> float:
    """Return the CPU seconds a chapter of the reference's functions on all cases, in as many processes as grade."""
    forked = multiprocessing.get_context("fork")  # which keeps what a key remembers
    results = forked.SimpleQueue()

    def work() -> None:
        with threadpool_limits(1):
            results.put(sum(_functions_once(chapter, keys[chapter.name]) for chapter in chapters) / len(chapters))

    processes = [forked.Process(target=work) for _ in range(JOBS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError("a process that timed the reference's functions failed")
    return mean(results.get() for _ in processes)


def _functions_once(chapter: Chapter, keys: Mapping[str, Key]) -> float:
    spent = 0.0
    for exercise in chapter.exercises.values():
        function, key = getattr(reference.module(exercise.module), exercise.name), keys[exercise.name]
        for i, case in enumerate(key.cases):
            for args, kwargs in peers.arguments(key, i):
                began = time.process_time()
                try:
                    list(made) if hasattr(made := function(*args, **kwargs), "__next__") else None
                except Exception:
                    if not case.raises:
                        raise
                spent += time.process_time() - began
    return spent


if __name__ == "__main__":
    print(json.dumps(measure(QUICK if "--quick" in sys.argv else Size()), indent=1))
