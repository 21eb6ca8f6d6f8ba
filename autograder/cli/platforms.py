"""The instructor's commands for what comes from learning platforms and goes back there: ``collect`` and others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..candidate.wire import printable
from ..judging.words import counted
from .options import CHAPTER, CLASSROOM, DATABASE
from .spoken import say

if TYPE_CHECKING:
    from ..classroom.collecting.collect import Collected

_FILE = click.Path(path_type=Path, exists=True)


@click.command(short_help="Collect a chapter's submissions into the classroom.")
@CHAPTER
@click.argument("sources", nargs=-1, required=True, type=_FILE)
@CLASSROOM
@click.option("--replace", is_flag=True, help="Replace an earlier submission if the new one differs and is not older.")
@click.option("--dry-run", is_flag=True, help="Only show what would be taken.")
@click.option("--worksheet", type=_FILE, help="Moodle's grading worksheet, which gives each student's number.")
def collect(
    chapter: str, sources: tuple[Path, ...], classroom: Path, replace: bool, dry_run: bool, worksheet: Path | None
) -> None:
    """Collect a chapter's submissions into the classroom, whatever students and learning platforms call the files.

    SOURCES are zips, one per student, or folders of such zips.

    SOURCES may also be folders that contain students' folders, as from Teams or GitHub Classroom.

    SOURCES may also be downloads of the whole class, zipped or unpacked, from Moodle, Canvas, Blackboard, Brightspace,
    Gradescope or ILIAS.

    The command prints a table of all files that it found. The exit status is 1 if something was left out that might be
    a submission, or if there was no submission to take.
    """
    from ..classroom.collecting.collect import collect_submissions, count_outcomes
    from ..classroom.rosters.moodle import read_participants, remember_worksheet

    participants = read_participants(worksheet) if worksheet else {}
    collection = collect_submissions(sources, classroom, chapter, replace, dry_run, participants)
    if worksheet and not dry_run:
        remember_worksheet(classroom, chapter, worksheet)
    _print_table(
        [("", "student", "file", "what happened")]
        + [(_outcome(row), row.student or "-", row.place, row.words) for row in collection.rows]
    )
    count = count_outcomes(collection)
    would = "would be taken" if dry_run else "taken"
    unchanged = f"{count['unchanged']} unchanged, " if count["unchanged"] else ""
    say(
        f"{counted(collection.files, 'file')} seen, {counted(count['taken'], 'submission')} {would} into "
        f"{classroom / 'submitted'}, {unchanged}{count['lost']} left out, {count['harmless']} not needed."
    )
    if count["lost"] or not count["taken"] + count["unchanged"]:
        raise SystemExit(1)


@click.command(short_help="Record who is in the class.")
@click.argument("files", nargs=-1, type=_FILE)
@CLASSROOM
@DATABASE
def roster(files: tuple[Path, ...], classroom: Path, database: str | None) -> None:
    """Record who is in the class, so that everybody keeps one id across all chapters.

    FILES are exports: Canvas's gradebook, Moodle's participants or grading worksheet, or any table with columns such as
    id, first_name, last_name, email, login, canvas, moodle, github. Their contents are added to the classroom's
    roster.csv, which you may edit. Nobody's id changes.

    Without FILES, the command shows the roster.
    """
    from ..classroom.administration import enter_roster, find_collected_id
    from ..classroom.rosters.class_lists import read_class_list
    from ..classroom.rosters.roster import COLUMNS, read_roster, write_roster

    known = read_roster(classroom)
    before = set(known.students)
    changed: list[str] = []
    for path in files:
        for person in read_class_list(path):
            known.add(find_collected_id(classroom, person, known))
            changed.append(known.describe_changed_name(person))
    if files:
        place = write_roster(classroom, known)
        enter_roster(classroom, known, database)
        new = len(known.students.keys() - before)
        say(f"{counted(len(known.students), 'student')} in {place}, {new} of them new.")
        for words in filter(None, dict.fromkeys(changed)):
            say(printable(words))
    elif not known:
        say(f"Nobody is on the roster of {classroom} yet: `weightlab roster FILE` records an exported class list.")
    else:
        rows = [tuple(getattr(one, name) or "-" for name in COLUMNS) for one in known.students.values()]
        _print_table([COLUMNS, *sorted(rows)])


@click.command(short_help="Pack a chapter's feedback pages for a bulk upload.")
@CHAPTER
@click.option(
    "--moodle", "platform", flag_value="moodle", help="Make a zip for 'Upload multiple feedback files in a zip'."
)
@click.option("--canvas", "platform", flag_value="canvas", help="Make a zip for 'Upload Submissions'.")
@click.option("--worksheet", type=_FILE, help="Moodle's grading worksheet, to be filled with the grades.")
@CLASSROOM
@DATABASE
def feedback(chapter: str, platform: str | None, worksheet: Path | None, classroom: Path, database: str | None) -> None:
    """Pack a chapter's feedback pages for a platform's bulk upload, and fill in Moodle's grading worksheet.

    Both files are written into the classroom's folder upload/. The exit status is 1 if the zip lacks the page of a
    student who submitted.
    """
    from ..classroom.administration import read_final_grades, read_waiting
    from ..classroom.folder import Classroom, write_file
    from ..classroom.return_feedback import find_without_page, pack_for_canvas, pack_for_moodle
    from ..classroom.rosters.moodle import fill_worksheet, read_numbers, remember_worksheet

    if platform is None:
        raise click.UsageError("Choose the platform: --moodle or --canvas.")
    Classroom(classroom).require_submitted()
    folder = classroom / "upload"
    missed = {}
    if worksheet and platform == "moodle":
        remember_worksheet(classroom, chapter, worksheet)
        grades = read_final_grades(classroom, chapter, database)
        numbers = read_numbers(classroom, chapter)
        content, strangers = fill_worksheet(worksheet, numbers.by_student, grades.scores, grades.points)
        missed = dict.fromkeys(strangers, "not in the worksheet")
        place = folder / f"{chapter}_moodle_worksheet.csv"
        write_file(place, content)
        say(f"{counted(len(grades.scores) - len(strangers), 'grade')} in {place}.")
        if grades.waiting:
            say(_tell_waiting(grades.waiting))
    package = (pack_for_moodle if platform == "moodle" else pack_for_canvas)(classroom, chapter)
    if not package.students and not package.left_out:
        command = f"weightlab grade {chapter} --classroom {classroom}"
        raise click.ClickException(f"There are no feedback pages for {chapter} yet: run `{command}`.")
    if not (worksheet and platform == "moodle") and (waiting := read_waiting(classroom, chapter, database)):
        say(_tell_waiting(waiting))
    if package.students:
        place = folder / f"{chapter}_{platform}_feedback.zip"
        write_file(place, package.content)
        say(f"{counted(len(package.students), 'page')} in {place}.")
    else:
        say("No page can be returned to this platform, so no zip is written:", err=True)
    if package.students and platform == "moodle" and not read_numbers(classroom, chapter).confirmed:
        say(
            "No worksheet confirms that the numbers in the zip belong to students. In a group assignment they belong "
            "to groups, and Moodle would give the pages to the wrong people. In that case, do not upload the zip."
        )
    missed |= package.left_out | find_without_page(classroom, chapter)
    for student, why in sorted(missed.items()):
        say(printable(f"{student}: {why}"), err=True)
    if missed:
        raise SystemExit(1)


def _tell_waiting(students: list[str]) -> str:
    return f"Students with answers that are not marked yet: {printable(', '.join(students))}."


@click.command(short_help="Give a student more time for a chapter.")
@click.argument("student")
@CHAPTER
@click.option("--days", type=float, default=0.0, help="How many days after the deadline.")
@click.option("--hours", type=float, default=0.0, help="How many hours after the deadline, in addition to the days.")
@CLASSROOM
@DATABASE
def extension(student: str, chapter: str, days: float, hours: float, classroom: Path, database: str | None) -> None:
    """Give a student more time for a chapter, counted from the deadline. This replaces any earlier extension.

    Without --days and --hours, the extension is removed. Grade again afterwards.
    """
    from datetime import timedelta

    from ..classroom.administration import grant_extension

    try:
        more = timedelta(days=days, hours=hours)
    except OverflowError:
        raise click.UsageError("That date is too far in the future. Give fewer days.") from None
    if more < timedelta(0):
        raise click.UsageError("An extension cannot be negative. To remove one, leave out --days and --hours.")
    due = grant_extension(classroom, student, chapter, more, database)
    counts = "; set one in Formgrader, and the extension counts from it" if more else "; set one in Formgrader"
    when = f"is due on {due:%Y-%m-%d %H:%M} UTC" if due else f"has no deadline yet{counts}"
    say(printable(f"For {student}, {chapter} {when}."))


def _outcome(row: Collected) -> str:
    if row.taken:
        return "unchanged" if row.unchanged else "taken"
    return "NOT TAKEN" if row.lost else "not needed"


def _print_table(rows: list[tuple[str, ...]]) -> None:
    rows = [tuple(printable(cell) for cell in row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        *cells, last = row
        say("  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), last]).rstrip())
