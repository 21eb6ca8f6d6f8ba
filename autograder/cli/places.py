"""The commands for the places of classes: ``handout``, ``hub-setup``, ``gradescope`` and ``github-points``."""

from __future__ import annotations

from pathlib import Path

import click

from .options import require_chapters
from .spoken import say


@click.command("hub-setup", short_help="Set up this environment for the users of a JupyterHub.")
@click.option(
    "--exchange",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/srv/nbgrader/exchange"),
    show_default=True,
    help="nbgrader's exchange; created if it does not exist.",
)
@click.option("--course", default="weightlab", show_default=True, help="The course's name in nbgrader.")
def hub_setup(exchange: Path, course: str) -> None:
    """Set up this environment for the users of a JupyterHub; see docs/jupyterhub.md.

    Run this command as root with the shared environment's own `weightlab`, after each installation into that
    environment.
    """
    from ..classroom import hub
    from .study import quiet

    try:
        written = [*hub.set_up(exchange.absolute(), course), quiet()]
    except OSError as error:
        raise click.ClickException(
            f"{error.filename} cannot be written ({error.strerror}). Run the command as root."
        ) from None
    for path in written:
        say(f"wrote {path}")
    say("Each user gets a copy of the course in ~/weightlab when their server next starts.")


@click.command(short_help="Write an autograder for an assignment on Gradescope.")
@click.argument("chapters", nargs=-1, metavar="CHAPTER ...", callback=require_chapters)
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.zip")
@click.option(
    "--visibility",
    type=click.Choice(["visible", "hidden", "after_due_date", "after_published"]),
    default="visible",
    show_default=True,
    help="When students see their points.",
)
@click.option("--seed", type=int, help="Seed of the secret cases; by default a new seed.")
def gradescope(chapters: tuple[str, ...], target: Path, visibility: str, seed: int | None) -> None:
    """Write an autograder for an assignment on Gradescope, where students submit these chapters.

    The zip holds the answers: upload it to Gradescope, and give it to nobody else.
    """
    from ..classroom.gradescope import write_zip
    from ..exercises import CHAPTERS
    from ..judging.words import counted

    if target.suffix != ".zip":
        raise click.UsageError(f"{target} is not the name of a zip: give the chapters first, then OUT.zip.")
    if not chapters:
        raise click.UsageError(f"Name at least one chapter before {target}.")
    files = write_zip(chapters, target, visibility, seed)
    automatic = sum(CHAPTERS[name].points for name in chapters)
    written = sum(answer.points for name in chapters for answer in CHAPTERS[name].written.values())
    say(
        f"{counted(len(files), 'file')} in {target}, including the answers: upload the zip to Gradescope, and give it "
        "to nobody else."
    )
    say(f"On Gradescope, set the autograder's points to {automatic:g} and those of manual grading to {written:g}.")


@click.command(short_help="Write the course without answers into a new folder.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--github-classroom", is_flag=True, help="Add a workflow that reports points to GitHub Classroom.")
@click.option(
    "--chapter",
    "chapters",
    multiple=True,
    callback=require_chapters,
    help="A chapter whose points the workflow reports; by default all chapters.",
)
def handout(folder: Path, github_classroom: bool, chapters: tuple[str, ...]) -> None:
    """Write the course without answers into a new folder, for a class."""
    from ..classroom.handout import write_handout
    from ..exercises import CHAPTERS

    reported = list(chapters or CHAPTERS) if github_classroom else []
    if chapters and not github_classroom:
        raise click.UsageError(
            "Use --chapter only together with --github-classroom, to choose the chapters whose points are reported. "
            "A handout always holds all chapters."
        )
    try:
        written = write_handout(folder, reported)
    except (FileExistsError, RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or folder} cannot be written ({error.strerror}). Choose a folder that you may write to."
        ) from None
    say(f"{len(written)} files written to {folder}: course, stubs, labkit and autograder, without answers.")


@click.command("github-points", hidden=True)
@click.argument("chapters", nargs=-1, callback=require_chapters)
def github_points(chapters: tuple[str, ...]) -> None:
    """Print chapters' points as the outputs of a workflow step; the workflow for GitHub Classroom calls this."""
    from .. import card
    from ..exercises import CHAPTERS
    from ..learner import github

    for verdict in github.judge_copy(CHAPTERS[name] for name in chapters or CHAPTERS):
        click.echo(github.as_output(verdict), nl=False)
        click.echo(card.plain(verdict) + "\n", err=True)  # in the step's log, where the student looks
