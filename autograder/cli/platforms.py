"""The instructor's commands for what comes from learning platforms and goes back there: ``collect`` and others."""

from __future__ import annotations

from pathlib import Path

import click

from ..candidate.wire import printable
from ..judging.compare import counted

_CLASSROOM = click.option(
    "--classroom",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("classroom"),
    show_default=True,
    help="nbgrader's course folder, which holds submitted/.",
)
_FILE = click.Path(path_type=Path, exists=True)


def _require_chapter(chapter: str) -> None:
    from ..exercises import CHAPTERS

    if chapter not in CHAPTERS:
        raise click.UsageError(f"No chapter is called {chapter!r}. The chapters are {', '.join(CHAPTERS)}.")


@click.command()
@click.argument("chapter")
@click.argument("sources", nargs=-1, required=True, type=_FILE)
@_CLASSROOM
@click.option("--replace", is_flag=True, help="Let a new hand-in take the place of one that is there.")
@click.option("--dry-run", is_flag=True, help="Only show what would be taken.")
@click.option("--worksheet", type=_FILE, help="Moodle's grading worksheet: it says whom Moodle's numbers mean.")
def collect(
    chapter: str, sources: tuple[Path, ...], classroom: Path, replace: bool, dry_run: bool, worksheet: Path | None
) -> None:
    """Lay out hand-ins of a chapter, as students and learning platforms name them.

    SOURCES are zips, one per student; folders of them, or of students' folders; or downloads of the whole class from
    Moodle, Canvas, Blackboard, Brightspace, Gradescope or ILIAS, as zip or unpacked. Every file that is seen is in the
    table. The command ends with 1 if something was left out that might be a hand-in.
    """
    from ..classroom.collect import collect as take
    from ..classroom.collect import count_outcomes
    from ..classroom.moodle import read_participants, remember_worksheet
    from ..classroom.reasons import NotTakenError
    from ..classroom.records import ClassroomError

    _require_chapter(chapter)
    try:
        participants = read_participants(worksheet) if worksheet else {}
        collection = take(sources, classroom, chapter, replace, dry_run, participants)
        if worksheet and not dry_run:
            remember_worksheet(classroom, chapter, worksheet)
    except (ClassroomError, NotTakenError) as error:
        raise click.ClickException(str(error)) from None
    _print_table(
        [("", "student", "file", "what happened")]
        + [(_OUTCOMES[row.taken, row.lost], row.student or "-", row.place, row.words) for row in collection.rows]
    )
    count = count_outcomes(collection)
    would = "would be taken" if dry_run else "taken"
    click.echo(
        f"{counted(collection.files, 'file')} seen, {counted(count['taken'], 'hand-in')} {would} into "
        f"{classroom / 'submitted'}, {count['lost']} left out, {count['harmless']} not needed."
    )
    if count["lost"] or not count["taken"]:
        raise SystemExit(1)


_OUTCOMES = {(True, False): "taken", (False, True): "NOT TAKEN", (False, False): "not needed"}


def _print_table(rows: list[tuple[str, ...]]) -> None:
    rows = [tuple(printable(cell) for cell in row) for row in rows]
    widths = [min(40, max(len(row[column]) for row in rows)) for column in range(len(rows[0]) - 1)]
    for row in rows:
        *cells, last = row
        click.echo("  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), last]).rstrip())
