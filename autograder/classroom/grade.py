"""Grades a class: spreads its submissions over workers, and fills gradebook, notebooks, feedback and tables."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ..exercises import CHAPTERS
from ..judging.verdict import Verdict
from ..names import find_asked, find_chapter, find_written
from . import export, nbgrader, requirements
from .cluster import DaskWorkers
from .database import is_own
from .enrolled import require_known
from .examination import explain
from .folder import Classroom, ClassroomError
from .gradebook import ClassBook, open_gradebook
from .grades import add_up
from .history import History
from .records import class_keys
from .run import Run
from .submission import read_submission
from .unchanged import Grading
from .work import GradingTask, Tools
from .workers import LocalWorkers, Workers, stream


def grade_class(classroom: Path, chapters: Iterable[str] = (), **options: object) -> list[dict]:
    """Grade a class and return its entries; parameters as for `run_grading`."""
    return run_grading(classroom, chapters, **options).entries


def run_grading(
    classroom: Path,
    chapters: Iterable[str] = (),
    *,
    jobs: int | None = None,
    isolation: str = "bubblewrap",
    scheduler: str | None = None,
    seed: int | None = None,
    database: str | None = None,
    course: Path | None = None,
    run_notebooks: bool = False,
    retry: bool = False,
    progress: Callable[[int, int], None] | None = None,
    waiting: Callable[[str, str, float], None] | None = None,
) -> Grading:
    """Grade the submissions in ``submitted/``, and bring everything that is made from them up to date.

    Parameters
    ----------
    classroom : Path
        nbgrader's course folder; it gets gradebook.db, autograded/, feedback/ and the tables.
    chapters : iterable of str
        The chapters to grade; by default all that anybody submitted.
    jobs : int, optional
        Local worker processes; by default one for each processor.
    isolation : str
        How students' code is isolated: ``bubblewrap``, or ``process`` if the caller insists on it.
    scheduler : str, optional
        Address of a Dask scheduler whose workers do the work in place of local processes.
    seed : int, optional
        The seed of the secret cases; by default the classroom's own, drawn once.
    database : str, optional
        URL of the gradebook; by default the one in nbgrader's configuration, else SQLite in the classroom.
    course : Path, optional
        Folder of the released notebooks; by default the source directory of nbgrader's configuration.
    run_notebooks : bool
        Whether the notebooks that people see show what their cells give now, instead of the outputs submitted; this
        changes no grade.
    retry : bool
        Whether to examine again what timed out or crashed in two runs before.
    progress : function, optional
        Called as ``progress(done, total)``.
    waiting : function, optional
        Called now and then as ``waiting(student, chapter, seconds)`` with the submission that has run longest.

    Raises
    ------
    ClassroomError, GradebookError
        If the class cannot be graded as it is; the message says what to do.
    """
    requirements.require_reference()
    room = Classroom(classroom)
    names = _choose_chapters(room, chapters)
    if scheduler is None:
        requirements.require_isolation(isolation)
    with room.lock() as lock:
        nbgrader.write_config(room.root)
        config = nbgrader.Configuration(room.root)
        if course is None:
            requirements.require_fresh_release(room, names, config.source)
        released = {name: nbgrader.read_released(name, course or config.source) for name in names}
        run = Run(room, room.read_seed() if seed is None else seed, config, released, run_notebooks, retry, progress)
        with open_gradebook(room, config, database) as book:
            run.read_gradebook(book)
            tools = Tools(isolation, released, {}, config.penalty, run_notebooks)
            idle = not _work_through(run, book, lock, tools, jobs, scheduler, waiting) and is_own(room, book.url)
            held = run.finish(book)
            totals, roll = {name: add_up(held[name]) for name in names}, book.roll()
            run.entries.sort(key=lambda entry: (entry["student"], names.index(entry["chapter"])))
            earlier = room.save_entries(run.entries)
            others = _read_others({entry["chapter"] for entry in earlier}, course or config.source)
            all_totals = totals | {name: add_up(book.load(name)) for name in others}
        everything = run.entries + [entry for entry in earlier if entry["chapter"] in others]
        everything.sort(key=lambda entry: (entry["student"], entry["chapter"]))
        export.write_tables(room.root, everything, all_totals, released | others, roll, names)
        changes = History(room).add(totals, run.causes)
        room.save_outdated_marks([])  # only now, so that a run that was stopped does not swallow what it had to tell
        waiting = sum(about["waiting"] for of in totals.values() for about in of.values())
        return Grading(run.entries, changes, run.healed, run.notices, waiting, idle)


def _read_others(names: Iterable[str], course: Path) -> dict[str, dict]:
    """Return the released notebooks of chapters that were graded before, except those that no longer exist."""
    found = {}
    for name in names:
        with contextlib.suppress(ClassroomError):
            found[name] = nbgrader.read_released(name, course)
    return found


def _work_through(
    run: Run,
    book: ClassBook,
    lock: int,
    tools: Tools,
    jobs: int | None,
    scheduler: str | None,
    waiting: Callable[[str, str, float], None] | None,
) -> bool:
    """Let workers do what there is to do, and return whether there was anything; if not, no worker is started."""
    tasks = run.tasks()
    first = next(tasks, None)
    if first is None:
        return False
    jobs = jobs or len(os.sched_getaffinity(0))
    tools = replace(tools, keys=run.pack_keys(jobs, lock))
    workers: Workers
    if scheduler:
        workers = DaskWorkers(tools, scheduler, run.notices.append)
    else:
        workers = LocalWorkers(tools, jobs, lock)

    def tell(task: GradingTask, seconds: float) -> None:
        if waiting is not None:
            waiting(task.submission.student, task.submission.chapter, seconds)

    try:
        for graded in stream(workers, _chain(first, tasks), tell):
            run.collect(graded, book)
    finally:
        workers.close()
    return True


def explain_grade(
    classroom: Path, student: str, name: str, *, isolation: str = "bubblewrap", course: Path | None = None
) -> Verdict:
    """Examine a student's exercise or question again with the class's own seed, and show the failing case in full.

    Raises
    ------
    ClassroomError
        If there is no such exercise, or this student has submitted nothing for its chapter.
    """
    requirements.require_reference()
    requirements.require_isolation(isolation)
    room = Classroom(classroom)
    if written := find_written(name):
        raise ClassroomError(f"{name} is a written answer of {written.chapter}: a person marks it, in Formgrader.")
    chapter = CHAPTERS[find_asked(name).chapter]
    room.require_submitted()
    require_known(room, student)
    folder = room.submission(student, chapter.name)
    submission = read_submission(folder, student, chapter.name) if folder.is_dir() else None
    if submission is None or submission.notebook is None:
        raise ClassroomError(f"{student!r} has not submitted a notebook of {chapter.name} in {room.root}.")
    source = course or nbgrader.Configuration(room.root).source
    keys = class_keys(chapter.name, room.read_seed())
    return explain(submission, name, keys, nbgrader.read_released(chapter.name, source), isolation)


def draw_report(classroom: Path, chapters: Iterable[str] = (), database: str | None = None) -> list[Path]:
    """Write the report on a graded class; parameters as for `run_grading`."""
    from .report import write

    room = Classroom(classroom)
    room.require_submitted()
    config = nbgrader.Configuration(room.root)
    with open_gradebook(room, config, database) as book:
        stored = {name: book.load(name) for name in CHAPTERS}
    return write.write(room, stored, chapters)


def _chain(first: GradingTask, rest: Iterator[GradingTask]) -> Iterator[GradingTask]:
    yield first
    yield from rest


def _choose_chapters(room: Classroom, asked: Iterable[str]) -> list[str]:
    asked = list(asked)
    if not room.submitted.is_dir():
        raise ClassroomError(
            f"{room.submitted} is missing. Run `weightlab collect`, or put the submissions into "
            "submitted/STUDENT/CHAPTER/ yourself."
        )
    for name in asked:
        find_chapter(name)
    names = asked or [name for name in CHAPTERS if next(room.submitted.glob(f"*/{name}"), None)]
    if not names:
        raise ClassroomError(
            f"Nobody has submitted a chapter: {room.submitted} holds no STUDENT/CHAPTER folder. "
            "`weightlab collect` makes these folders."
        )
    return list(dict.fromkeys(names))
