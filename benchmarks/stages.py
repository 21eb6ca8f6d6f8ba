"""Where the processor time of one submission goes: each stage of a worker, and of its sandbox, chapter by chapter."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from types import ModuleType
from unittest import mock

from autograder import examine
from autograder.classroom import examination, feedback, work
from autograder.classroom.feedback import Marks
from autograder.classroom.submission import Submission
from autograder.exercises import CHAPTERS
from autograder.judging import reply
from autograder.judging.key import chapter_keys, pack
from autograder.paths import COURSE
from autograder.sandbox import process
from autograder.sandbox.usage import measure_usage
from benchmarks.classes import SEED, answered, library

STUDENTS = 3
_STAGES: tuple[tuple[str, ModuleType, str], ...] = (
    ("all of it", work, "grade_submission"),
    ("public cases", examination, "_try_public_cases"),
    ("secret cases", examination, "examine_chapter"),
    ("of both: writing jobs", reply, "make_job"),
    ("of both: exchanging them", examine, "run_exercise"),
    ("of both: exchanging them", examination, "run_exercise"),
    ("of both: judging", examine, "judge"),
    ("of both: judging", examination, "judge"),
    ("rebuilding the notebook, judging numbers", examination, "_put_together"),
    ("feedback page", feedback, "make_page"),
    ("writing the notebook", work, "dump_notebook"),
)
SANDBOX, JOBS = "in the sandbox", "jobs"


def measure() -> dict:
    """Return milliseconds by stage and chapter, the median of some students' submissions after one to warm up."""
    chapters = list(CHAPTERS.values())
    keys = {chapter.name: pack(list(chapter_keys(chapter, SEED).values())) for chapter in chapters}
    released = {
        name: json.loads((COURSE / name / f"{name}.ipynb").read_text(encoding="utf-8")) for name in map(_name, chapters)
    }
    from threadpoolctl import threadpool_limits  # imported here, because the page of results is also made without it

    tools = work.Tools("bubblewrap", released, keys)
    work.warm_up(tools)
    process.keep_sandboxes()
    found: dict[str, dict[str, float]] = {}
    try:
        for chapter in chapters:
            notebook = json.dumps(answered(chapter)).encode()
            rows = []
            for number in (0, *range(STUDENTS)):
                sources = library(number, chapters)
                submission = Submission(f"s{number}", chapter.name, notebook, sources)
                with threadpool_limits(1):  # as in a worker: further threads would wait for the processor, and count
                    rows.append(_measure_one(work.GradingTask(submission, f"r{number}", None, Marks(), {}), tools))
            found[chapter.name] = {name: round(median(row[name] for row in rows[1:]), 1) for name in rows[0]}
    finally:
        process.end_kept()
    return {"students": STUDENTS, "milliseconds": found}


def _name(chapter: object) -> str:
    return chapter.name


def _measure_one(task: work.GradingTask, tools: work.Tools) -> dict[str, float]:
    spent: dict[str, float] = defaultdict(float)
    with _timed(spent):
        work.grade_submission(task, tools)
    return {name: spent[name] for name, _, _ in _STAGES} | {SANDBOX: spent[SANDBOX], JOBS: spent[JOBS]}


@contextmanager
def _timed(spent: dict[str, float]) -> Iterator[None]:
    """Add up what each stage takes of this thread's processor time, and what the sandbox takes."""
    with mock.patch.multiple(process.Runner, _exchange=_with_sandbox(process.Runner._exchange, spent)):
        patches = [
            mock.patch.object(module, name, _clocked(module, name, stage, spent)) for stage, module, name in _STAGES
        ]
        for patch in patches:
            patch.start()
        try:
            yield
        finally:
            for patch in patches:
                patch.stop()


def _clocked(module: ModuleType, name: str, stage: str, spent: dict[str, float]) -> Callable:
    original = getattr(module, name)

    def clocked(*args: object, **kwargs: object) -> object:
        began = time.thread_time()
        try:
            return original(*args, **kwargs)
        finally:
            spent[stage] += 1000 * (time.thread_time() - began)

    return clocked


def _with_sandbox(original: Callable, spent: dict[str, float]) -> Callable:
    def exchange(runner: process.Runner, *args: object) -> object:
        before = measure_usage(runner.pid, 2).processor
        came = original(runner, *args)
        after = measure_usage(runner.pid, 2).processor if runner.pid else before
        spent[SANDBOX] += 1000 * max(0.0, after - before)
        spent[JOBS] += 1
        return came

    return exchange


def page(result: dict) -> list[str]:
    """Return the results as lines of Markdown."""
    stages = list(next(iter(result["milliseconds"].values())))
    return [
        "Milliseconds of processor time that a submission takes in a worker, and in its sandbox, which runs already: "
        f"the median of {result['students']} students, one of whom is right and the others hold some misconceptions.",
        "",
        f"| | {' | '.join(result['milliseconds'])} |",
        "|---|" + "---:|" * len(result["milliseconds"]),
        *(
            f"| {stage} | {' | '.join(f'{row[stage]:g}' for row in result['milliseconds'].values())} |"
            for stage in stages
        ),
    ]
