"""The command line, ``weightlab``."""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from ..paths import LIBRARY, ROOT, SOLUTIONS, shown

_CLASS_COMMANDS = {
    "roster": "platforms",
    "collect": "platforms",
    "extension": "platforms",
    "grade": "instructor",
    "explain": "instructor",
    "view": "instructor",
    "report": "instructor",
    "feedback": "platforms",
}
"""Which module holds each command for a class."""


class _Commands(click.Group):
    """Commands for a class are imported when they are asked for: a check must start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.commands, *_CLASS_COMMANDS]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in _CLASS_COMMANDS:
            return getattr(importlib.import_module(f".{_CLASS_COMMANDS[name]}", __package__), name)
        return super().get_command(ctx, name)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SyntaxError as error:  # of an author, in solutions/ or autograder/exercises
            if not error.filename or not Path(error.filename).is_file():
                raise
            where = f"line {error.lineno} of {shown(error.filename)}" if error.lineno else shown(error.filename)
            raise click.ClickException(f"Python cannot read {where}: {error.msg}.") from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Weightlab: learn what the weights of a neural network are by building them."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--no-browser", is_flag=True, help="Start the server and only print its address.")
@click.option("--port", type=int, default=8888, show_default=True, help="Where to listen; the next free one is taken.")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB'S OWN OPTIONS]")
def study(no_browser: bool, port: int, more: tuple[str, ...]) -> None:
    """Open JupyterLab at the first page of the course.

    What it does not know is handed to JupyterLab: --allow-root in a container, --ip=0.0.0.0 on a server.
    """
    from .study import study as start

    try:
        raise SystemExit(start(port, not no_browser, more))
    except FileNotFoundError as missing:
        raise click.ClickException(str(missing)) from None


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME or CHAPTER ...]")
@click.option("--library", type=click.Path(path_type=Path), default=LIBRARY, help="The library folder to check.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
def check(names: tuple[str, ...], library: Path, as_json: bool) -> None:
    """Check exercises of your library: all of them, or the ones named."""
    from ..judging.verdict import Status
    from ..judging.words import counted
    from ..learner import progress
    from ..learner.check import check_library
    from ..names import UnknownName, select_exercises

    library = library.resolve()
    if not library.is_dir():
        raise click.UsageError(
            f"{library} is not a folder. Give the folder that holds weights.py and the other modules."
        )
    try:
        exercises = select_exercises(names)
    except UnknownName as unknown:
        raise click.UsageError(str(unknown)) from None
    verdicts = check_library(exercises, library)
    if library == LIBRARY and not progress.record(verdicts):
        click.echo(progress.NOT_KEPT, err=True)
    if as_json:
        click.echo(json.dumps([verdict.as_json() for verdict in verdicts], indent=1))
    else:
        from .. import card

        waiting = [verdict for verdict in verdicts if verdict.status == Status.NOT_STARTED and not names]
        for verdict in verdicts:
            if verdict not in waiting:
                click.echo(_as_commands(card.plain(verdict)) + "\n")
        if waiting:
            click.echo(f"Not started yet: {', '.join(verdict.exercise for verdict in waiting)}.")
        total, points = sum(v.score or 0 for v in verdicts), sum(v.points for v in verdicts)
        click.echo(f"{total:g} of {counted(points, 'point')}.")
    if any(verdict.status == Status.UNJUDGED for verdict in verdicts):
        raise SystemExit(3)
    raise SystemExit(0 if all(verdict.status == Status.PASSED for verdict in verdicts) else 1)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the board as JSON.")
def status(as_json: bool) -> None:
    """Show what is solved and what is next."""
    from ..learner import progress

    rows, coming = progress.board(), progress.next_exercise()
    if as_json:
        click.echo(json.dumps({"chapters": rows, "next": coming}, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for heading in ("chapter", "exercises", "points", "written"):
        table.add_column(heading)
    for row in rows:
        # No space within: a line ends between exercises only.
        marks = "  ".join(f"{'●' if i['solved'] else '◐' if i['score'] else '○'}{i['name']}" for i in row["items"])
        table.add_row(row["chapter"], marks, f"{row['score']:g} of {row['points']:g}", f"{row['written']:g}")
    Console().print(table)
    click.echo(f"● solved  ◐ begun  ○ not started\n{progress.WRITTEN}")
    click.echo(f"Next: {coming[1]} in course/{coming[0]}." if coming else "Every exercise is solved.")


def _help_command(name: str, words: str) -> None:
    @main.command(name, help=words)
    @click.argument("exercise")
    def command(exercise: str) -> None:
        from ..learner import tutor
        from ..names import UnknownName

        try:
            if name == "reveal":
                asks = _known(exercise) and SOLUTIONS.exists()
                sure = asks and click.confirm(f"Show the answer of {exercise}? A hint may be enough.")
                title, text = tutor.reveal(exercise, sure)
            else:
                title, text = getattr(tutor, name)(exercise)
        except UnknownName as unknown:
            raise click.UsageError(str(unknown)) from None
        except OSError as error:
            raise click.ClickException(tutor.unwritable(error)) from None
        click.echo(_as_commands(f"{title}\n{text.replace('`', '')}"))


def _as_commands(text: str) -> str:
    """Write what is called in a notebook, such as hint("dense"), as it is typed on the terminal."""
    return re.sub(r'\b(?:labkit\.)?(check|hint|reveal|reset)\("(\w+)"(?:, sure=True)?\)', r"weightlab \1 \2", text)


def _known(exercise: str) -> bool:
    from ..names import find_asked, find_written

    return (find_written(exercise) or find_asked(exercise)) is not None


_help_command("hint", "Open one more hint for an exercise.")
_help_command("reveal", "Show an exercise's answer, or a written question's model answer, after asking.")
_help_command("reset", "Restore one stub; your version is kept in a copy.")


@main.command()
@click.argument("chapter")
@click.option("--name", "student", help="Your name or student number, which becomes part of the zip's name.")
def submit(chapter: str, student: str | None) -> None:
    """Pack a chapter's notebook and your library into a zip to submit."""
    from ..exercises import CHAPTERS
    from ..learner import submit, tutor
    from ..names import describe_unknown_chapter

    if chapter not in CHAPTERS:
        raise click.UsageError(describe_unknown_chapter(chapter))
    try:
        if student is None:
            student = submit.remembered_student()
        if not submit.as_file_name(student) and sys.stdin.isatty():
            student = click.prompt("Your name or student number, for the zip's name", default="", show_default=False)
        packed = submit.pack_submission(chapter, student=student)
        submit.remember_student(student)
    except OSError as error:
        raise click.ClickException(tutor.unwritable(error) if error.filename else str(error)) from None
    click.echo(f"{packed.path} holds:")
    for name in packed.contents:
        click.echo(f"  {name}")
    for warning in packed.warnings:
        click.echo(warning)


@main.command()
@click.argument("release", required=False, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--into", "copy", type=click.Path(path_type=Path, exists=True, file_okay=False), help="The copy to update."
)
@click.option("--undo", "take_back", is_flag=True, help="Undo the last update.")
def update(release: Path | None, copy: Path | None, take_back: bool) -> None:
    """Update your copy to a new RELEASE of the course, and keep everything that you wrote.

    RELEASE is a folder or an archive; without it a git clone asks its origin. Run from a new release, --into names the
    older copy that is to be updated.
    """
    from ..learner import update as updating

    folder = (copy or ROOT).resolve()
    try:
        if take_back:
            click.echo(f"{len(updating.undo(folder))} files restored to their state before the last update.")
            return
        with updating.open_release(release or (ROOT if copy else None), folder) as opened:
            report = updating.update(opened, folder)
    except updating.UpdateError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or folder} cannot be read or written ({error.strerror})."
        ) from None
    _describe_update(report, folder)


def _describe_update(report: Any, folder: Path) -> None:
    for name, how in report.merged.items():
        click.echo(f"merged    {name}: {how}")
    for name, why in report.left.items():
        click.echo(f"left as it is: {name}, because {why}")
    if report.nothing:
        click.echo("Your copy was up to date.")
        return
    click.echo(f"{len(report.replaced)} files replaced, {len(report.added)} added, {len(report.removed)} removed.")
    click.echo(
        f"What was replaced is kept in {report.kept_in.relative_to(folder)}; `weightlab update --undo` brings it back."
    )
    if "requirements.txt" in report.replaced:
        click.echo("The packages have changed: run `make study`, or install requirements.txt again.")


@main.command()
def mcp() -> None:
    """Serve your own course to an AI assistant, which can help but cannot see answers; see docs/assistant.md.

    The assistant starts this command by itself and talks to it over standard input and output.
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


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def handout(folder: Path) -> None:
    """Write the course without answers into a new folder, for a class."""
    from ..classroom.handout import write_handout

    try:
        written = write_handout(folder)
    except (FileExistsError, RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or folder} cannot be written ({error.strerror}). Name a folder where you may write."
        ) from None
    click.echo(f"{len(written)} files written to {folder}: course, stubs, lab equipment and autograder, no answers.")


@main.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say what is stale.")
def release(only_check: bool) -> None:
    """Build course/, src/weightlab and the answer keys from solutions/."""
    from .. import release as releasing
    from ..judging.words import counted

    try:
        if only_check:
            problems = releasing.check()
            for problem in problems:
                click.echo(problem)
            if problems:
                raise click.ClickException(f"Not up to date. To fix this: {releasing.MEND}")
            click.echo("Everything that is generated is up to date.")
        else:
            changed = releasing.release()
            for path in changed:
                click.echo(f"wrote {shown(path)}" if path.exists() else f"removed {shown(path)}")
            click.echo(f"{counted(len(changed), 'file')} changed.")
    except (RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from None
