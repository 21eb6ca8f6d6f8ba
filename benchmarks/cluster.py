"""What grading on a Dask cluster costs beside the work itself, and what that comes to for a class of any size."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.exercises import CHAPTERS
from autograder.paths import ROOT
from benchmarks import result_of
from benchmarks.classes import answered, grade, library, submit
from benchmarks.peers import ONE_THREAD, own_seconds

STUDENTS = 100_000
CORES = (16, 64, 256)


def measure(room: Path, students: int, chapter: str, workers: int) -> dict:
    """Grade many small submissions of one chapter on a scheduler and workers of this machine, each a process.

    What one more submission costs is the difference between a class and one four times as large.
    """
    if importlib.util.find_spec("distributed") is None:
        return {"how": "not measured: Dask is not installed"}
    room.mkdir()
    spent, notebook = [], {chapter: answered(CHAPTERS[chapter])}
    with _cluster(room, workers) as (address, scheduler):
        for n in (workers, students, 4 * students):  # the first run only sees the workers come
            submissions = {f"s{i:03d}": library(3 * i, []) for i in range(n)}
            before = own_seconds(scheduler)
            group = submit(room / f"{len(spent)}-{n}", submissions, notebook)
            run = grade(group, workers, scheduler=address)
            spent.append((run.seconds, run.coordinator, own_seconds(scheduler) - before))
    each = [(large - small) / (3 * students) for small, large in zip(*spent[1:], strict=True)]
    return {
        "how": f"{4 * students} submissions of {chapter} less {students}, with a scheduler and {workers} workers, each "
        "a process of the same machine",
        "seconds per further submission": round(each[0], 3),
        "CPU seconds of the coordinator": round(each[1], 4),
        "CPU seconds of the scheduler": round(each[2], 4),
    }


@contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[tuple[str, int]]:
    """Start a scheduler and workers; yield the scheduler's address and process."""
    where, running = folder / "scheduler.json", []

    def start(*argv: str) -> int:
        command = [sys.executable, "-m", "dask", *argv, "--scheduler-file", str(where), "--dashboard-address", ":0"]
        running.append(
            subprocess.Popen(
                command, cwd=ROOT, env=os.environ | ONE_THREAD, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        return running[-1].pid

    try:
        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0")
        for _ in range(workers):
            start("worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
        yield _address(where), scheduler
    finally:
        for process in running:
            process.kill()
            process.wait()


def _address(where: Path) -> str:
    """Return what the scheduler's file says, once it is written whole."""
    for _ in range(600):
        with suppress(OSError, ValueError):
            return json.loads(where.read_text())["address"]
        time.sleep(0.1)
    raise RuntimeError("no Dask scheduler came up within a minute")


def cost(result: Mapping, students: int = STUDENTS) -> list[str]:
    """Return the arithmetic from one measured submission to a class, as lines of Markdown.

    Parameters
    ----------
    result : mapping
        What `grading.measure` returned.
    students : int
        How many submit every chapter that was measured.
    """
    chapters = len(result["class"]["chapters"])
    submissions = students * chapters
    each = result["CPU seconds per submission"]["weightlab grade"]
    hours = submissions * each / 3600
    sizes, memory = result["KiB per submission"], result["MiB at the peak"]
    kept = sizes["kept beside the submission"]
    spread = result["on a cluster"]
    own = spread.get("CPU seconds of the coordinator", 0)
    alone = submissions * own / 3600  # no number of workers makes the class faster than its one coordinator
    lines = [
        f"- **Submissions**: {students:,} students × {chapters} chapters = {submissions:,}.",
        f"- **Processor time**: {submissions:,} × {each:g} CPU seconds (all processes of a submission, the students' "
        f"own functions among them) = **{hours:,.0f} core hours**: "
        + ", ".join(f"{_time(max(hours / cores, alone))} on {cores} cores" for cores in CORES)
        + ".",
        f"- **Network**: {submissions:,} × ({sizes['to a worker']} KiB there + {sizes['back']} KiB back) = "
        f"{_gib(submissions * (sizes['to a worker'] + sizes['back']))}.",
        f"- **Disk**, beside the submissions: {submissions:,} × {kept} KiB = "
        f"{_gib(submissions * kept)}; the gradebook takes {sizes['of it the gradebook']} KiB "
        f"a submission more, {_gib(submissions * sizes['of it the gradebook'])}.",
        f"- **Memory** a worker: {memory['a worker']} MiB, and {memory['its sandbox']} MiB for its sandbox.",
    ]
    if own:
        lines.append(
            f"- **The coordinator** spends {own:g} CPU seconds on a submission, the scheduler "
            f"{spread['CPU seconds of the scheduler']:g} ({spread['how']}): one keeps about "
            f"{max(1, round(each / own)):,} cores busy, and itself needs {_time(alone)} for the class."
        )
    return lines


def _time(hours: float) -> str:
    return f"{hours:,.1f} h" if hours >= 1 else f"{hours * 60:,.0f} min"


def _gib(kib: float) -> str:
    return f"{kib / 2**20:,.1f} GiB"


if __name__ == "__main__":
    print("\n".join(cost(result_of("grading"), int(sys.argv[1]) if sys.argv[1:] else STUDENTS)))
