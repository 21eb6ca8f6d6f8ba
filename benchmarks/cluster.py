"""What grading on a Dask cluster costs apart from the work itself, and what that comes to for a class of any size."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.exercises import CHAPTERS
from autograder.paths import ROOT
from benchmarks import result_of
from benchmarks.classes import Run, answered, grade, library, submit
from benchmarks.peers import ONE_THREAD, own_seconds

STUDENTS = 100_000
CORES = (16, 64, 256)
CHAPTER = "02_biases"
SUBMISSIONS, FEWER = 3000, 300
WORKERS = (1, 2)
PRELOAD = "benchmarks.cheap_worker"


def measure(submissions: int = SUBMISSIONS, fewer: int = FEWER) -> dict:
    """Grade artificially cheap submissions on a scheduler and workers on this machine, each a process.

    Each worker grades one submission and sends its result for all others, so that only the coordinator and the
    scheduler limit the class; the last run, with all submissions, gives the figures.
    """
    if importlib.util.find_spec("distributed") is None:
        return {"how": "not measured: Dask is not installed"}
    runs = []
    with tempfile.TemporaryDirectory() as temporary:
        for workers, n in [*((workers, fewer) for workers in WORKERS), (max(WORKERS), submissions)]:
            print(f"cluster: {n} cheap submissions, workers: {workers}", file=sys.stderr, flush=True)
            folder = Path(temporary, f"{workers}-{n}")
            folder.mkdir()
            with _cluster(folder, workers) as (address, scheduler):
                runs.append((workers, n, *_grade(folder / "class", n, address, scheduler)))
    return {
        "how": f"{submissions:,} submissions of {CHAPTER} (each worker grades one submission and sends that result for "
        f"all the others), a scheduler and {max(WORKERS)} workers on the same machine",
        "runs": [
            {
                "workers": workers,
                "submissions": n,
                "submissions a second": round(n / run.spent.seconds, 1),
                "share of the time that the coordinator computes": round(coordinator / run.spent.seconds, 2),
                "share of the time that the scheduler computes": round(scheduler / run.spent.seconds, 2),
            }
            for workers, n, run, coordinator, scheduler in runs
        ],
        "CPU seconds of the coordinator": round(runs[-1][3] / submissions, 4),
        "CPU seconds of the scheduler": round(runs[-1][4] / submissions, 4),
    }


def _grade(room: Path, n: int, address: str, scheduler: int) -> tuple[Run, float, float]:
    """Grade a class; return the run, and the CPU seconds of coordinator and scheduler without the start-up."""
    students = {f"s{i:05d}": library(3 * i, []) for i in range(n)}
    submit(room, students, {CHAPTER: answered(CHAPTERS[CHAPTER])})
    before = own_seconds(scheduler)
    run = grade(room, max(WORKERS), scheduler=address)
    return run, run.coordinator, own_seconds(scheduler) - before


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
            start("worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(folder), "--preload", PRELOAD)
        yield _address(where), scheduler
    finally:
        for process in running:
            process.kill()
            process.wait()


def _address(where: Path) -> str:
    """Return what the scheduler's file says, once it is completely written."""
    for _ in range(600):
        with suppress(OSError, ValueError):
            return json.loads(where.read_text())["address"]
        time.sleep(0.1)
    raise RuntimeError("no Dask scheduler came up within a minute")


def cost(grading: Mapping, spread: Mapping, students: int = STUDENTS) -> list[str]:
    """Return the arithmetic from one measured submission to a class, as lines of Markdown.

    Parameters
    ----------
    grading, spread : mapping
        What `grading.measure` and this module's `measure` returned.
    students : int
        How many submit every chapter that was measured.
    """
    chapters = len(grading["class"]["chapters"])
    count = students * chapters
    each = grading["CPU seconds a submission"]["weightlab grade"]["median"]
    hours = count * each / 3600
    sizes, memory = grading["KiB a submission"], grading["MiB at the peak"]
    kept = sizes["kept beside the submission"]
    own = spread.get("CPU seconds of the coordinator", 0)
    alone = count * own / 3600  # no number of workers makes the class faster than its one coordinator
    lines = [
        f"- **Submissions**: {students:,} students × {chapters} chapters = {count:,}.",
        f"- **Processor time**: {count:,} × {each:g} CPU seconds (all processes of a submission, "
        f"including the student's own functions) = **{hours:,.0f} core hours**: "
        + ", ".join(f"{_time(max(hours / cores, alone))} on {cores} cores" for cores in CORES)
        + (f" (never less than the {_time(alone)} that the coordinator takes)." if alone > hours / max(CORES) else "."),
        f"- **Network**: {count:,} × ({sizes['to a worker']} KiB sent + {sizes['back']} KiB returned) = "
        f"{_gib(count * (sizes['to a worker'] + sizes['back']))}.",
        f"- **Disk**, in addition to the submissions: {count:,} × {kept} KiB = "
        f"{_gib(count * kept)} for files, and {count:,} × {sizes['of it the gradebook']} KiB = "
        f"{_gib(count * sizes['of it the gradebook'])} for the gradebook.",
        f"- **Memory** per worker: {memory['a worker']} MiB, and {memory['its sandbox']} MiB for its sandbox.",
    ]
    if own:
        run = spread["runs"][-1]
        scheduler = spread["CPU seconds of the scheduler"]
        busier = "the coordinator" if own >= scheduler else "the scheduler"
        lines += [
            f"- **Coordinator and scheduler**: the coordinator spends {own:g} CPU seconds per submission, and the "
            f"scheduler {scheduler:g}. So the coordinator needs {_time(alone)} for the class, however many workers "
            "there are.",
            f"- **The bottleneck** is {busier}: about {max(1, round(each / max(own, scheduler))):,} workers finish as "
            f"many submissions per second as {busier} can process, so more workers do not make grading faster.",
            f"- **How this was measured**: {spread['how']}. The cluster processed {run['submissions a second']:g} "
            f"submissions per second, and the coordinator was busy for "
            f"{run['share of the time that the coordinator computes']:.0%} of the time.",
        ]
    return lines


def _time(hours: float) -> str:
    return f"{hours:,.1f} h" if hours >= 1 else f"{hours * 60:,.0f} min"


def _gib(kib: float) -> str:
    return f"{kib / 2**20:,.1f} GiB"


if __name__ == "__main__":
    asked = int(sys.argv[1]) if sys.argv[1:] else STUDENTS
    print("\n".join(cost(result_of("grading"), result_of("cluster"), asked)))
