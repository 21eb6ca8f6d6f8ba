"""How fast a class is graded: compared with nbgrader, otter-grader and the functions alone, and with two processes."""

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
from benchmarks import peers
from benchmarks.classes import SEED, Run, answered, grade, library, submit
from benchmarks.peers import Sample
from benchmarks.rounds import ROUNDS, Spent, spread

NBGRADER, OTTER = "nbgrader autograde + generate_feedback", "otter run"


@dataclass(frozen=True)
class Size:
    """How much is measured: all benchmarks together take at most a quarter of an hour on two processors."""

    rounds: int = ROUNDS
    chapters: tuple[str, ...] = tuple(CHAPTERS)
    beside: int = 8
    """Students of the class that we grade in each round; the peers grade the first student's submissions."""
    students: int = 10
    """Students of the class that is graded in every round with all chapters, by one process and by two."""
    large: int = 27
    """Students of the class in which a run finds nothing to do, and whose memory is measured."""
    flat: tuple[int, ...] = (30, 3000)
    flat_chapter: str = "02_biases"
    otter: bool = True


QUICK = Size(rounds=1, chapters=("01_weights",), beside=2, students=2, large=2, flat=(2,), otter=False)
JOBS = 2


def measure(size: Size = Size()) -> dict:
    """Return what grading costs, each part beside what it is compared with, in rounds in which all take turns.

    The class holds one third students who are right and two thirds with some misconceptions each. The peers
    get the same notebooks, in which asserts on the same inputs stand in place of the check cells. Every chapter is in
    one of the rounds.
    """
    if reason := selftest.why_not():
        raise SystemExit(f"Grading is measured with isolation on. {reason}")
    chapters = [CHAPTERS[name] for name in size.chapters if (COURSE / name).exists()]
    keys = {chapter.name: chapter_keys(chapter, SEED) for chapter in chapters}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        beside, notebooks = _beside_peers(folder, size, chapters, keys)
        everything = _everything(folder, size, chapters, keys, notebooks)
        _say(f"a class of {size.large}, and a run that finds nothing to do")
        students = {f"s{i:03d}": library(i, chapters) for i in range(size.large)}
        room = submit(folder / "large", students, notebooks)
        large = grade(room, JOBS, weighed=True)
        weights = bytes_each(room, graded := len(students) * len(chapters))
        # The first finds out that there is nothing to do; the others find that no file has changed since.
        looked, *idle = (grade(room, JOBS, anew=False).spent for _ in range(size.rounds + 1))
        small = [_flat(folder / f"flat-{n}", n, size.flat_chapter) for n in size.flat]
    return {
        "class": {
            "chapters": [chapter.name for chapter in chapters],
            "students": size.students,
            "submissions": size.students * len(chapters),
            "isolation": "bubblewrap",
            "share of the points earned": large.share,
        },
        **beside,
        **everything,
        "nothing to do": {
            "submissions": graded,
            "seconds": spread(one.start for one in idle),
            "CPU seconds": spread(one.start_cpu for one in idle),
            "seconds of the first, which reads everything": round(looked.start, 2),
        },
        "one small submission": {
            "chapter": size.flat_chapter,
            "students": size.flat,
            "seconds": [round(run.spent.seconds / n, 4) for run, n in zip(small, size.flat, strict=True)],
            "CPU seconds": [round(run.spent.cpu / n, 4) for run, n in zip(small, size.flat, strict=True)],
        },
        "KiB a submission": weights,
        "MiB at the peak": large.memory,
    }


def _say(what: str) -> None:
    print(f"grading: {what}", file=sys.stderr, flush=True)


def _beside_peers(
    folder: Path, size: Size, chapters: list[Chapter], keys: Mapping[str, Mapping[str, Key]]
) -> tuple[dict, dict[str, dict]]:
    """Grade some chapters per round with our command and each peer; return the figures and all executed notebooks."""
    students = {f"s{i:03d}": library(i, chapters) for i in range(size.beside)}
    first, notebooks, why = next(iter(students)), {}, ""
    spent: dict[str, list[Spent]] = {"weightlab grade": [], NBGRADER: [], OTTER: [], f"{OTTER}, on nothing": []}
    if size.otter:
        _say("installing otter")
        try:
            program = peers.install_otter(folder / "otter-environment")
        except RuntimeError as error:
            why = str(error)
    for number in range(size.rounds):
        asked = chapters[number :: size.rounds]
        place = folder / f"round-{number}"
        place.mkdir()
        sources = {chapter.name: peers.programs(chapter, keys[chapter.name]) for chapter in asked}
        blank = {chapter.name: answered(chapter) for chapter in asked}
        samples = [Sample(first, chapter, blank[chapter.name], students[first]) for chapter in asked]
        _say(f"round {number + 1} of {size.rounds}, {', '.join(blank)}: nbgrader")
        timed = peers.nbgrader(place, samples, JOBS, sources)
        spent[NBGRADER].append(timed.mean())
        executed = {name: _with_outputs(blank[name], timed.executed[name]) for name in blank}
        notebooks |= executed
        _say(f"round {number + 1} of {size.rounds}: ourselves")
        ours = grade(submit(place / "class", students, executed), JOBS)
        spent["weightlab grade"].append(ours.spent.per(len(students) * len(asked)))
        if size.otter and not why:
            _say(f"round {number + 1} of {size.rounds}: otter")
            spent[OTTER].append(peers.otter(program, place, samples, JOBS, sources).mean())
            spent[f"{OTTER}, on nothing"].append(peers.start_otter(program, place / "nothing"))
    rounds = {name: runs for name, runs in spent.items() if runs}
    ours = rounds["weightlab grade"]
    return {
        "chapters a round": [[one.name for one in chapters[number :: size.rounds]] for number in range(size.rounds)],
        "beside others, a submission": {
            name: {
                "seconds, two at a time": spread(_elapsed(name, one) for one in runs),
                "CPU seconds": spread(one.cpu for one in runs),
                "start-up, seconds": spread(one.start for one in runs),
                "start-up, CPU seconds": spread(one.start_cpu for one in runs),
            }
            for name, runs in rounds.items()
        },
        "times the throughput of": {
            name: {
                "elapsed": spread((_elapsed(name, b) / a.seconds for a, b in zip(ours, runs, strict=True)), 1),
                "processor": spread((b.cpu / a.cpu for a, b in zip(ours, runs, strict=True)), 1),
            }
            for name, runs in rounds.items()
            if name in (NBGRADER, OTTER)
        },
        "how the others were measured": {
            NBGRADER: f"the submissions of one student, {JOBS} commands at a time, without the commands' start-up",
            OTTER: f"not measured: {why}"
            if why
            else f"the same submissions, {JOBS} commands at a time, each with its start-up, as otter has no other way; "
            "results.json is the feedback",
        },
    }, notebooks


def _elapsed(name: str, spent: Spent) -> float:
    """Return seconds per submission; the peers' seconds are divided by the number of submissions graded at a time."""
    return spent.seconds if name == "weightlab grade" else spent.seconds / JOBS


def _everything(
    folder: Path,
    size: Size,
    chapters: list[Chapter],
    keys: Mapping[str, Mapping[str, Key]],
    notebooks: Mapping[str, dict],
) -> dict:
    """Grade all chapters of some students with two processes, with one, and time the functions alone, in turns."""
    students = {f"s{i:03d}": library(i, chapters) for i in range(size.students)}
    room, graded = submit(folder / "class", students, notebooks), size.students * len(chapters)
    two, one, alone = [], [], []
    for number in range(size.rounds):
        _say(f"round {number + 1} of {size.rounds}, all chapters: two processes, the functions alone, one process")
        two.append(grade(room, JOBS).spent.per(graded))
        alone.append(functions_seconds(chapters, keys))
        one.append(grade(room, 1).spent.per(graded))
    return {
        "CPU seconds a submission": {
            "weightlab grade": spread(spent.cpu for spent in two),
            "the students' own functions": spread(alone),
            "beyond them": spread(spent.cpu - own for spent, own in zip(two, alone, strict=True)),
            "times the functions alone": spread((s.cpu / own for s, own in zip(two, alone, strict=True)), 2),
            "share of the functions": spread(own / s.cpu for s, own in zip(two, alone, strict=True)),
        },
        "seconds a submission": {
            "two processes": spread(spent.seconds for spent in two),
            "one process": spread(spent.seconds for spent in one),
            "one / two": spread((b.seconds / a.seconds for a, b in zip(two, one, strict=True)), 2),
        },
        "start-up of a class": {
            "seconds": spread(spent.start for spent in two),
            "CPU seconds": spread(spent.start_cpu for spent in two),
        },
    }


def bytes_each(room: Path, graded: int) -> dict[str, int]:
    """Return the KiB that a submission takes: on its way to a worker, on its way back, and on the disk afterwards."""

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


def _with_outputs(notebook: dict, executed: dict) -> dict:
    """Return a notebook with the outputs of another that was executed, except in its check cells."""
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
    """Return the CPU seconds per chapter of the reference's functions on all cases, in as many processes as grade."""
    forked = multiprocessing.get_context("fork")  # a fork keeps what keys have computed already
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
