"""The learner's commands: ``weightlab study``, ``check``, ``hint`` and others."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..paths import LIBRARY, ROOT, SOLUTIONS
from .options import CHAPTER, JSON
from .spoken import say

if TYPE_CHECKING:
    from ..judging.verdict import Verdict


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--no-browser", is_flag=True, help="Start the server and only print its address.")
@click.option(
    "--port",
    type=int,
    default=8888,
    show_default=True,
    help="Port of the server; if it is in use, the next free port.",
)
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB'S OWN OPTIONS]")
def study(no_browser: bool, port: int, more: tuple[str, ...]) -> None:
    """Open JupyterLab where you left off.

    The first time, JupyterLab shows the course's first page. If JupyterLab is already running for this copy of the
    course, the command opens it in the browser and does not start a second one.

    Other options, such as --allow-root in a container or --ip=0.0.0.0 on a server, are passed on to JupyterLab.
    """
    from .study import study as start

    raise SystemExit(start(port, not no_browser, more, say))


@click.command()
@click.argument("names", nargs=-1, metavar="[EXERCISE or CHAPTER ...]")
@click.option("--library", type=click.Path(path_type=Path), default=LIBRARY, help="The library folder to check.")
@JSON
def check(names: tuple[str, ...], library: Path, as_json: bool) -> None:
    """Check the functions of your library.

    Without a name, all exercises are checked.
    """
    from ..exercises import EXERCISES
    from ..judging.verdict import Status
    from ..judging.words import counted
    from ..learner import progress
    from ..learner.check import check_library
    from ..learner.remarks import describe_foreign_imports_of
    from ..names import select_exercises

    library = library.resolve()
    if not library.is_dir():
        raise click.UsageError(
            f"{library} is not a folder. Give --library the folder that holds weights.py and the other modules."
        )
    exercises = select_exercises(names)
    if not any((library / f"{exercise.module}.py").is_file() for exercise in EXERCISES.values()):
        raise click.UsageError(
            f"{library} contains no module of the library. Give --library the folder that holds weights.py and the "
            "other modules."
        )
    if library == LIBRARY:  # a library that is named is no surprise
        _warn_of_other_copy()
    verdicts = check_library(exercises, library, _say_slow if sys.stderr.isatty() else None)
    if library == LIBRARY and not progress.record(verdicts):
        say(progress.NOT_KEPT, err=True)
    if as_json:
        click.echo(json.dumps([verdict.as_json() for verdict in verdicts], indent=1))
    else:
        _tell(verdicts, in_full=bool(names))
        remarks = dict.fromkeys(describe_foreign_imports_of(exercise, library) for exercise in exercises)
        for remark in filter(None, remarks):
            say(f"{remark}\n")
        total, points = sum(v.score or 0 for v in verdicts), sum(v.points for v in verdicts)
        say(f"{total:g} of {counted(points, 'point')}{_tell_the_rest(names)}.")
    if any(verdict.status == Status.UNJUDGED for verdict in verdicts):
        raise SystemExit(3)
    raise SystemExit(0 if all(verdict.status == Status.PASSED for verdict in verdicts) else 1)


def _say_slow(name: str) -> None:
    # Not with `say`: another thread does not know in which terminal this command was called.
    click.echo(f"{name} is still running …", err=True)


def _tell_the_rest(names: Iterable[str]) -> str:
    """Say that chapters, unless single exercises are named, have more points than those for their functions."""
    from ..exercises import CHAPTERS

    chapters = [chapter for chapter in CHAPTERS.values() if not names or chapter.name in names]
    numbers = "; `weightlab status` also counts the numbers that you computed"
    rest = numbers if any(one.questions for one in chapters) else ""
    return f" for functions{rest}" if chapters else ""


def _tell(verdicts: Iterable[Verdict], in_full: bool) -> None:
    """Print verdicts; what several of them would repeat is said once.

    Parameters
    ----------
    in_full : bool
        Whether functions that are not written yet are named one by one.
    """
    from .. import card
    from ..judging.verdict import Status
    from ..learner.remarks import FIX_FIRST

    broken: dict[str, list[str]] = {}
    unwritten = []
    for verdict in verdicts:
        if not verdict.loaded:
            broken.setdefault(verdict.message, []).append(verdict.exercise)
        elif verdict.status == Status.NOT_STARTED and not in_full:
            unwritten.append(verdict)
        else:
            say(card.plain(verdict) + "\n")
    for message, exercises in broken.items():
        say(f"Not checked: {', '.join(exercises)}.\n{message}\n{FIX_FIRST}\n")
    if unwritten:
        coming = unwritten[0]
        say(f"Not written yet: {_count_by_chapter(unwritten)}. Next: {coming.exercise} in {coming.file}.\n")


def _count_by_chapter(verdicts: Iterable[Verdict]) -> str:
    counts = Counter(verdict.chapter for verdict in verdicts)
    return ", ".join(f"{count} in {chapter}" for chapter, count in counts.items())


@click.command()
@JSON
def status(as_json: bool) -> None:
    """Show what is solved and what is next."""
    from ..learner import progress

    _warn_of_other_copy()
    rows, coming = progress.board(), progress.next_exercise()
    if as_json:
        click.echo(json.dumps({"chapters": rows, "next": coming}, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for heading in ("chapter", "exercises", "points", "written answers"):
        table.add_column(heading)
    for row in rows:
        # No space within an exercise's entry, so that lines break only between exercises.
        marks = "  ".join(f"{progress.mark(i)}{i['name']}" for i in row["items"])
        table.add_row(row["chapter"], marks, f"{row['score']:g} of {row['points']:g}", f"{row['written']:g}")
    Console().print(table)
    say(f"● solved  ◐ begun  ○ not started\n{progress.WRITTEN}")
    say(f"Next: {coming[1]} in course/{coming[0]}." if coming else "Every exercise is solved.")


def _warn_of_other_copy() -> None:
    from ..learner.remarks import describe_other_copy

    if warning := describe_other_copy():
        say(warning, err=True)


def _help_command(name: str, words: str, short: str | None = None) -> click.Command:
    @click.command(name, help=words, short_help=short)
    @click.argument("exercise")
    def command(exercise: str) -> None:
        from ..learner import tutor

        _warn_of_other_copy()
        try:
            if name == "reveal":
                title, text = tutor.reveal(exercise, _is_sure(exercise))
            else:
                title, text = getattr(tutor, name)(exercise)
        except OSError as error:
            raise click.ClickException(tutor.unwritable(error)) from None
        say(f"{title}\n{text.replace('`', '')}")

    return command


def _is_sure(name: str) -> bool:
    """Ask whether to show an answer, if there is one; an unknown name is refused before."""
    from ..exercise import Question, Written
    from ..names import find_asked, find_written

    asked = find_written(name) or find_asked(name)
    if isinstance(asked, Question) or not SOLUTIONS.exists():
        return False
    first = "Write your own answer first." if isinstance(asked, Written) else "A hint may be enough."
    return click.confirm(f"Show the answer to {name}? {first}")


hint = _help_command("hint", "Open one more hint for an exercise.")
reveal = _help_command(
    "reveal",
    "Show an exercise's answer, or a written question's model answer, after asking you to confirm.",
    "Show an answer, after asking you to confirm.",
)
reset = _help_command("reset", "Restore one function's stub; your version is kept in a copy.")


@click.command(short_help="Pack a chapter's notebook and your library into a zip.")
@CHAPTER
@click.option("--name", "student", help="Your name or student number, which becomes part of the zip's name.")
def submit(chapter: str, student: str | None) -> None:
    """Pack a chapter's notebook and your library into a zip, which you then submit."""
    from ..candidate.wire import printable
    from ..learner import submit, tutor

    _warn_of_other_copy()
    reused = False
    try:
        if student is None:
            student = submit.remembered_student()
            reused = bool(submit.as_file_name(student))
        if not submit.as_file_name(student) and sys.stdin.isatty():
            student = click.prompt("Your name or student number, for the zip's name", default="", show_default=False)
        packed = submit.pack_submission(chapter, student=student)
        submit.remember_student(student)
    except OSError as error:
        raise click.ClickException(tutor.unwritable(error) if error.filename else str(error)) from None
    say(f"{packed.path} holds:")
    for name in packed.contents:
        say(f"  {name}")
    if reused:
        say(printable(f"Named after {student}, as last time; change that with --name."))
    for warning in packed.warnings:
        say(warning)
    if not submit.as_file_name(student):
        say(
            "The zip's name contains no name or student number: pack again with --name, unless your learning platform "
            "records who uploaded each file."
        )


@click.command(short_help="Update your copy to a new release; your work is kept.")
@click.argument("release", required=False, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--into", "copy", type=click.Path(path_type=Path, exists=True, file_okay=False), help="The copy to update."
)
@click.option("--undo", "take_back", is_flag=True, help="Undo the last update.")
def update(release: Path | None, copy: Path | None, take_back: bool) -> None:
    """Update your copy to a new RELEASE of the course, and keep everything that you wrote.

    RELEASE is a folder or an archive. Without RELEASE, a git clone is updated from its origin.

    You can also run this command from a new release; then name the older copy with --into.
    """
    from ..judging.words import counted  # read now: an update replaces the files of this very program
    from ..learner import clones, kept, releases
    from ..learner import update as updating

    folder = (copy or ROOT).resolve()
    if take_back:
        say(f"{counted(len(updating.undo(folder)), 'file')} restored to the state before the last update.")
        say("Your library and notebooks from before this command are kept in the newest folder of .weightlab/kept/.")
        return
    with releases.open_release(release or (ROOT if copy else None), folder) as opened:
        updating.require_fit(opened, folder)
        with clones.settled(folder, kept.free_folder(folder, "-git")) as told:
            report = updating.update(opened, folder)
    for name, how in report.merged.items():
        say(f"merged    {name}: {how}")
    for name, why in report.left.items():
        say(f"left as it is: {name}, because {why}")
    if report.nothing:
        told = ["Your copy was up to date.", *told]
    else:
        say(f"Your copy is now release {report.name}.")
        merged = counted(len(report.merged), "file")
        others = f"{len(report.replaced)} replaced, {len(report.added)} added, {len(report.removed)} removed"
        say(f"{merged} merged, {others}.")
        say(f"The earlier versions of these files are kept in {report.kept_in.relative_to(folder)}.")
        say("`weightlab update --undo` restores them.")
        if "requirements.txt" in report.replaced:
            told.append("The required packages have changed: run `make study`, or install requirements.txt again.")
    for line in told:
        say(line)


@click.command(short_help="Serve your copy of the course to an AI assistant.")
def mcp() -> None:
    """Serve your copy of the course to an AI assistant: your code, its checks and the hints, but not the reference.

    The assistant starts this command itself and talks to it over standard input and output. See docs/assistant.md.
    """
    from ..learner.assistant import serve

    try:
        serve()
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "mcp":
            raise
        raise click.ClickException(
            "The package mcp is not installed. Install it with: python -m pip install 'mcp>=2'"
        ) from None
