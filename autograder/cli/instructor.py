"""The instructor's commands for grading: ``weightlab grade``, ``explain``, ``view`` and ``report``."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import click

from ..candidate.wire import printable
from ..judging.words import counted
from ..sandbox.isolation import KINDS
from .options import CHAPTER, CLASSROOM, DATABASE, JSON, require_chapters
from .spoken import say, stopping

if TYPE_CHECKING:
    from ..classroom.unchanged import Grading


_ISOLATION = click.option(
    "--isolation",
    type=click.Choice([str(kind) for kind in KINDS]),
    default="bubblewrap",
    show_default=True,
    help="How students' code is isolated.",
)


_MOST_FALLEN = 10
"""How many grades that fell are listed, if not all changes are."""
_LONG = 3.0
"""Seconds after which the progress bar names the submission for which it waits."""


@click.command()
@click.argument("chapters", nargs=-1, metavar="[CHAPTER ...]", callback=require_chapters)
@CLASSROOM
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes; by default one per processor.")
@_ISOLATION
@click.option("--scheduler", metavar="ADDRESS", help="Address of a Dask scheduler, whose workers do the grading.")
@click.option("--seed", type=int, help="Seed of the secret cases; by default the classroom's own.")
@DATABASE
@click.option(
    "--run-notebooks",
    is_flag=True,
    help="Run the notebooks' cells in isolation and show their outputs instead of the submitted ones.",
)
@click.option("--retry", is_flag=True, help="Examine again the functions that timed out or crashed before.")
@click.option("--verbose", is_flag=True, help="List every grade that changed.")
@JSON
@click.option(
    "--self-test", is_flag=True, help="Grade nothing; test whether the sandbox keeps its promises on this machine."
)
@stopping()
def grade(
    chapters: tuple[str, ...],
    classroom: Path,
    jobs: int | None,
    isolation: str,
    scheduler: str | None,
    seed: int | None,
    database: str | None,
    run_notebooks: bool,
    retry: bool,
    verbose: bool,
    as_json: bool,
    self_test: bool,
) -> None:
    """Grade a class: all submitted chapters, or only those given.

    The exit status is 0 if everything is judged, 1 if the class cannot be graded as it is, and 3 if something could not
    be judged.
    """
    if self_test:
        raise SystemExit(_self_test())
    from ..classroom.folder import Classroom
    from ..classroom.unchanged import LastRun

    begun = time.monotonic()
    asked = {"isolation": isolation, "seed": seed, "database": database, "notebooks": run_notebooks}
    last = LastRun(classroom, chapters, asked)
    grading = None if retry or scheduler else last.recall()
    if grading is None:
        options = {"jobs": jobs, "scheduler": scheduler, "retry": retry, "run_notebooks": run_notebooks}
        options |= {"isolation": isolation, "seed": seed, "database": database}
        with last.watching():
            grading = _run(classroom, chapters, options, shown=sys.stderr.isatty() and not as_json)
        last.keep(grading)
    entries = grading.entries
    from ..classroom.report.tally import remarks_on

    remarks = remarks_on(Classroom(classroom), entries)
    if as_json:
        for entry in entries:
            about = (entry["student"], entry["chapter"])
            entry["remarks"] = [words for student, chapter, _, words in remarks if (student, chapter) == about]
        click.echo(json.dumps(entries, indent=1))
    else:
        _summary(classroom, grading, time.monotonic() - begun)
        _changes(classroom, grading, verbose)
    for words in grading.notices:
        click.echo(printable(words), err=True)
    for student, chapter, _, words in remarks:
        say(printable(f"{student}, {chapter}: {words}"), err=True)
    if any(entry["status"] == "unjudged" for entry in entries):
        raise SystemExit(3)


def _run(classroom: Path, chapters: tuple[str, ...], options: dict[str, Any], shown: bool) -> Grading:
    gc.disable()  # nothing imported here becomes garbage
    from ..classroom.grade import run_grading

    gc.freeze()
    gc.enable()
    try:
        with _Progress(shown) as progress:
            return run_grading(classroom, chapters, progress=progress.update, waiting=progress.wait_for, **options)
    except OSError as error:
        raise click.ClickException(
            f"{error}. Everything graded so far is kept. Fix this error and run the same command again; "
            "it continues where it stopped."
        ) from None


def _self_test() -> int:
    from ..sandbox import cgroup
    from ..sandbox.selftest import self_test

    rows = self_test()
    for promise, holds, detail in rows:
        say(f"{'holds' if holds else 'BROKEN'}  {promise}: {detail}")
    reason = cgroup.why_not()
    by_whom = f"by a watcher alone: {reason}" if reason else "by a watcher and by the kernel"
    say(f"The memory of a whole sandbox is bounded {by_whom}.")
    broken = sum(not holds for _, holds, _ in rows)
    say(
        f"Promises not kept here: {broken} of {len(rows)}."
        if broken
        else "The sandbox keeps every promise on this machine."
    )
    return 1 if broken else 0


class _Progress:
    """A bar on a terminal, which names the submission that keeps the class waiting."""

    def __init__(self, shown: bool) -> None:
        self._bar = None
        self._line = None
        if not shown:
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        name = TextColumn("{task.fields[waiting]}", markup=False)
        columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), name)
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._line = self._bar.add_task("grading", total=None, waiting="")

    def update(self, done: int, total: int) -> None:
        """Show how many submissions are done."""
        if self._bar:
            self._bar.update(self._line, completed=done, total=total)

    def wait_for(self, student: str, chapter: str, seconds: float) -> None:
        """Name the submission that has run longest, if that is long."""
        if self._bar:
            words = f"waiting for {student}, {chapter}" if seconds >= _LONG else ""
            self._bar.update(self._line, waiting=printable(words))

    def __enter__(self) -> _Progress:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()


def _summary(classroom: Path, grading: Grading, seconds: float) -> None:
    from ..classroom.folder import Classroom
    from ..classroom.report.tally import refused_among

    entries = grading.entries
    refused = refused_among(Classroom(classroom), entries)
    chapters = dict.fromkeys(entry["chapter"] for entry in entries)
    for chapter in chapters:
        of = [entry for entry in entries if entry["chapter"] == chapter]
        scores = [entry["score"] for entry in of if entry["status"] in ("graded", "no_library", "malformed")]
        counts = Counter(entry["status"] for entry in of)
        sent = sum((entry["student"], chapter) in refused for entry in of if entry["status"] == "missing")
        about = {"missing": f" ({sent} of them sent something that could not be collected)" if sent else ""}
        statuses = ", ".join(f"{count} {status}{about.get(status, '')}" for status, count in counts.items())
        middle = f"; median {median(scores):g} of {of[0]['points']:g} automatic points" if scores else ""
        say(f"{chapter}: {statuses}{middle}.")
    waiting = f"; {counted(grading.waiting, 'answer')} to be marked in Formgrader" if grading.waiting else ""
    say(
        f"{counted(len(entries), 'entry', 'entries')} in {seconds:.1f} s. Grades: {classroom / 'grades.csv'}; "
        f"pages to return: {classroom / 'feedback'}{waiting}."
    )
    for entry in entries:
        if entry["status"] == "unjudged":
            why = next(one["message"] for one in entry["exercises"] if one["status"] == "unjudged")
            say(f"{entry['student']}, {entry['chapter']}: {why}", err=True)


def _changes(classroom: Path, grading: Grading, verbose: bool) -> None:
    changes = grading.changes
    if changes:
        new = sum(one.before is None for one in changes)
        told = [f"{counted(new, 'grade is', 'grades are')} new"] if new else []
        told += [f"{counted(len(changes) - new, 'grade')} changed"] if new < len(changes) else []
        hint = "" if verbose else " (`--verbose` lists them)"
        say(f"{', '.join(told)}{hint}; {classroom / '.weightlab' / 'history.jsonl'} gives the reasons.")
    fallen = [one for one in changes if one.before is not None and one.after < one.before]
    for one in changes if verbose else fallen[:_MOST_FALLEN]:
        before = "none" if one.before is None else f"{one.before:g}"
        which = "lower than before: " if one in fallen else ""
        say(printable(f"{which}{one.student}, {one.chapter}: from {before} to {one.after:g} ({', '.join(one.why)})"))
    if not verbose and len(fallen) > _MOST_FALLEN:
        say(f"lower than before: {counted(len(fallen) - _MOST_FALLEN, 'more grade')}")
    for words in grading.healed:
        say(printable(f"Corrected: {words}."), err=True)


@click.command(short_help="Examine a student's answer to an exercise again.")
@click.argument("student")
@click.argument("exercise")
@CLASSROOM
@_ISOLATION
@JSON
def explain(student: str, exercise: str, classroom: Path, isolation: str, as_json: bool) -> None:
    """Examine a student's answer to an exercise again, and show the failing case in full.

    The case may come from the class's secret seed: do not show it to anybody who has not submitted yet.
    """
    from .. import card
    from ..classroom.grade import explain_grade
    from ..exercises import EXERCISES

    verdict = explain_grade(classroom, student, exercise, isolation=isolation)
    click.echo(json.dumps(verdict.as_json(), indent=1) if as_json else printable_lines(card.plain(verdict)))
    if not as_json and exercise in EXERCISES and verdict.evidence and verdict.score != verdict.points:
        say("This card quotes a secret case: do not pass it on before everybody has submitted.", err=True)


@click.command(short_help="Write a safe copy of a student's submitted notebook.")
@click.argument("student")
@CHAPTER
@CLASSROOM
def view(student: str, chapter: str, classroom: Path) -> None:
    """Write a student's submitted notebook in a form that is safe to open.

    Opening this notebook runs and fetches nothing. The code cells are still the student's code: do not run them.
    """
    from ..classroom.view import write_view

    click.echo(write_view(classroom, student, chapter))


def printable_lines(text: str) -> str:
    """Return text of several lines without characters that control a terminal."""
    return "\n".join(map(printable, text.splitlines()))


@click.command(short_help="Write a report on the class as last graded.")
@click.argument("chapters", nargs=-1, metavar="[CHAPTER ...]", callback=require_chapters)
@CLASSROOM
@DATABASE
def report(chapters: tuple[str, ...], classroom: Path, database: str | None) -> None:
    """Write a report on the class as last graded, into report/report.html.

    The report shows scores, hard exercises, misconceptions and what needs your attention.
    """
    from ..classroom.grade import draw_report

    try:
        files = draw_report(classroom, chapters, database)
    except OSError as error:
        raise click.ClickException(
            f"{error}. The report cannot be written into the classroom: fix this error, then try again."
        ) from None
    for path in files:
        say(path)
