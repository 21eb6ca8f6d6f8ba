"""Lays submissions out as nbgrader expects them, from zips and folders as students and learning platforms make them.

Archives are read here rather than by nbgrader's ``zip_collect``, which trusts the names inside, unpacks without
bounds, and stops the class at a duplicate. Every file that is found either becomes part of a submission, or gets a line
that says why the file was not taken.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ...exercises import CHAPTERS
from ...judging.words import counted
from ...library import LIBRARY_FOLDER
from ..folder import STATE, Classroom, make_folder, share
from ..rosters.roster import Student, read_roster
from ..times import FILE as TIME
from . import origins, refused, unmatched
from .contents import Contents, find_contents
from .naming import Names
from .platforms import Owner, Platform
from .reasons import HARMLESS, NotTakenError, Reason, describe
from .unpack import Budget, items_in, opened
from .uploads import Upload, find_uploads, why_not


@dataclass(frozen=True)
class Collected:
    """The outcome of one upload; ``reason`` is None if it was taken."""

    student: str
    place: str
    reason: Reason | None
    words: str
    unchanged: bool = False
    """Whether it was the student's submission before."""

    @property
    def taken(self) -> bool:
        """Whether the upload is now the student's submission."""
        return self.reason is None

    @property
    def lost(self) -> bool:
        """Whether something was left out that might be a submission."""
        return self.reason is not None and self.reason not in HARMLESS


@dataclass
class Collection:
    """The outcomes of all uploads."""

    rows: list[Collected]
    files: int
    """How many files were found."""


def collect_submissions(
    sources: Iterable[Path],
    classroom: Path,
    chapter: str,
    replace: bool = False,
    dry_run: bool = False,
    participants: Mapping[str, Student] | None = None,
) -> Collection:
    """Put submissions of a chapter into ``classroom/submitted/STUDENT/CHAPTER/``.

    Parameters
    ----------
    sources : iterable of Path
        Zips, one per student; folders of such zips or of students' folders; a platform's download of the whole class,
        as a zip or unpacked.
    classroom : Path
        nbgrader's course folder.
    chapter : str
        The chapter that was submitted.
    replace : bool
        Whether a submission that is already there is replaced.
    dry_run : bool
        Whether to write nothing, so that the result is a preview.
    participants : mapping, optional
        The student to whom each of Moodle's numbers belongs in this assignment, from its grading worksheet.

    Returns
    -------
    Collection
        One row for each upload, sorted by student; a bad one does not stop the others.
    """
    sources = list(dict.fromkeys(sources))
    with ExitStack() as open_files:
        everything, seen = find_uploads(sources, chapter, open_files)
        nobodys = [(one, one.problem, why_not(one)) for one in everything if _is_nobodys(one)]
        uploads = [each for one in everything if not _is_nobodys(one) for each in _of_each_author(one)]
        before = origins.read_origins(classroom).get(chapter, {})
        names = Names(uploads, read_roster(classroom), participants or {}, before)
        uploads = list(map(names.settle, uploads))
        by_student: dict[str, list[Upload]] = defaultdict(list)
        for upload in uploads:
            try:
                by_student[names.student_of(upload.owner)].append(upload)
            except NotTakenError as error:
                nobodys.append((upload, error.reason, str(error)))
        rows = [Collected("", upload.place, reason, words) for upload, reason, words in nobodys]
        taken: dict[str, Owner] = {}
        if by_student and not dry_run:
            Classroom(classroom).make_root()
        for student, found in sorted(by_student.items()):
            theirs = names.of_one_person(student, found)
            rivals = [one for one in found if one not in theirs]
            reason = Reason.TWO_ASSIGNMENTS if _are_of_several_assignments(rivals) else Reason.TWO_PEOPLE
            words = describe(reason, name=student)
            rows += [Collected(student, one.place, reason, words) for one in rivals]
            more, owner = _take_one(student, theirs, classroom, chapter, replace, dry_run, taken, before.get(student))
            rows += more
            if owner is not None:
                taken[student] = owner
        if taken and not dry_run:
            origins.remember(classroom, chapter, taken)
        if by_student and not dry_run:
            # Rows are in the order in which uploads count, so the first is the one to ask about.
            why = {row.student: row.words for row in reversed(rows) if row.student and row.lost}
            refused.remember(classroom, chapter, taken, why)
        if not dry_run and (by_student or names.roster or (classroom / STATE).is_dir()):
            left = [(upload, words) for upload, reason, words in nobodys if reason not in HARMLESS]
            places = [row.place for row in rows if row.taken]
            unmatched.remember(classroom, chapter, sources, [*everything, *uploads], places, left)
    return Collection(rows, seen)


def _is_nobodys(upload: Upload) -> bool:
    """Return whether something cannot be a submission at all."""
    if upload.problem in (Reason.CLASS_DOWNLOAD, Reason.UNKNOWN_NAME):
        return True
    return upload.problem in HARMLESS and upload.owner.platform is Platform.PLAIN


def _of_each_author(upload: Upload) -> list[Upload]:
    """Return a joint upload once for each of the students who submitted it."""
    people = [dataclasses.replace(upload.owner, partners=()), *upload.owner.partners]
    return [
        dataclasses.replace(
            upload, owner=dataclasses.replace(one, partners=tuple(other for other in people if other is not one))
        )
        for one in people
    ]


def _are_of_several_assignments(uploads: list[Upload]) -> bool:
    """Return whether different numbers may be one person's: Moodle numbers people anew in each assignment.

    Which of the uploads is the newest cannot be told: newer releases of Moodle give all files in a download the time
    of the download.
    """
    numbers: dict[int, set[str]] = defaultdict(set)
    for upload in uploads:
        numbers[upload.source].add(upload.owner.number)
    from_moodle = all(upload.owner.platform is Platform.MOODLE for upload in uploads)
    return from_moodle and len(numbers) > 1 and all(len(found) == 1 for found in numbers.values())


def _take_one(
    student: str,
    uploads: list[Upload],
    classroom: Path,
    chapter: str,
    replace: bool,
    dry_run: bool,
    taken: Mapping[str, Owner],
    before: origins.Origin | None,
) -> tuple[list[Collected], Owner | None]:
    """Take a student's newest upload that holds the chapter; name the newer unusable ones and all older ones.

    A complete upload goes before a newer one without the chapter's module, because otherwise the student would lose
    what is there already.
    """
    rows: list[Collected] = []
    owner = None
    if not uploads:
        return rows, owner
    uploads = sorted(uploads, key=lambda upload: upload.age, reverse=True)
    target, module = classroom / "submitted" / student / chapter, f"{CHAPTERS[chapter].module}.py"

    def leave_out(upload: Upload, reason: Reason, words: str = "") -> None:
        rows.append(Collected(student, upload.place, reason, words or describe(reason, module=module)))

    def is_complete(contents: Contents) -> bool:
        return f"{LIBRARY_FOLDER}/{module}" in contents.files

    fit: list[tuple[Upload, Contents]] = []
    for upload in (one for one in uploads if one.problem is None):
        if fit and is_complete(fit[-1][1]):  # older ones need not be read
            leave_out(upload, Reason.SUPERSEDED)
            continue
        try:
            contents = _contents(upload, chapter)
            if any(_is_same(target, classroom / "submitted" / other / chapter) for other in taken):
                raise NotTakenError(Reason.SAME_FOLDER)
            if before is not None and target.exists() and before.is_newer_than(upload.owner):
                raise NotTakenError(Reason.OLDER)
            fit.append((upload, contents))
        except NotTakenError as error:
            leave_out(upload, error.reason, str(error))
    fit.sort(key=lambda one: not is_complete(one[1]))
    for upload, contents in fit:
        if owner is not None:
            leave_out(upload, Reason.INCOMPLETE if is_complete(fit[0][1]) else Reason.SUPERSEDED)
            continue
        try:
            written = _put(target, contents.files, replace, dry_run, f"{LIBRARY_FOLDER}/{module}")
        except NotTakenError as error:
            leave_out(upload, error.reason, str(error))
            continue
        owner = upload.owner
        rows += [Collected(student, f"{upload.place}: {path}", why.reason, str(why)) for path, why in contents.left_out]
        words = _describe_taken(upload, contents.files, written, uploads, module)
        rows.append(Collected(student, upload.place, None, words, not written))
    for upload in (one for one in uploads if one.problem is not None):
        if owner is not None and upload.problem is Reason.WEB_ENTRY and upload.owner.platform is Platform.MOODLE:
            leave_out(upload, Reason.ANOTHER_KIND)
        else:
            leave_out(upload, upload.problem, why_not(upload))
    if owner is None and not any(row.lost or row.reason is Reason.OLDER for row in rows):
        # Only files that are not submissions. One of them stands for the student who has sent nothing else.
        first = next((one for one in uploads if not one.owner.about), uploads[0])
        rows = [row for row in rows if row.place != first.place]
        leave_out(first, Reason.NO_SUBMISSION)
    return sorted(rows, key=lambda row: row.taken), owner


def _describe_taken(
    upload: Upload, files: Mapping[str, bytes], written: bool, uploads: Iterable[Upload], module: str
) -> str:
    """Say what was taken from an upload, and what may be worth knowing about it."""
    words = counted(len(files), "file") if written else "already collected and unchanged"
    count = sum(one.problem not in (Reason.ANOTHER_KIND, Reason.WEB_ENTRY) for one in uploads)
    words += f", from the newest upload that holds the chapter (of {count})" if count > 1 else ""
    words += ", late according to Canvas" if upload.owner.late else ""
    partners = " and ".join(one.name for one in upload.owner.partners)
    words += f", together with {partners}" if partners else ""
    if not any(name.startswith(f"{LIBRARY_FOLDER}/") for name in files):
        return f"{words}, without the library"
    return words if f"{LIBRARY_FOLDER}/{module}" in files else f"{words}, without {module}"


def _is_same(one: Path, other: Path) -> bool:
    """Return whether two names refer to the same folder on this disk, as they can on disks that ignore case."""
    return one.exists() and other.exists() and one.samefile(other)


def _contents(upload: Upload, chapter: str) -> Contents:
    budget = Budget()
    if not upload.is_zip:
        return find_contents(upload.items, chapter, budget)
    with opened(upload.items[0], budget) as items:
        return find_contents(items, chapter, budget)


def _put(target: Path, files: dict[str, bytes], replace: bool, dry_run: bool, module: str) -> bool:
    """Write a submission beside its final place, then move it there in one step; return whether it was not there.

    A submission that has the chapter's module is not replaced with one that lacks it.
    """
    try:
        if target.exists():
            held = {str(item.path): (target / item.path).read_bytes() for item in items_in(target) if not item.problem}
            if held.keys() - {TIME} == files.keys() and all(held[name] == files[name] for name in files):
                return False
            if not replace:
                raise NotTakenError(Reason.KEPT)
            if module in held and module not in files:
                raise NotTakenError(Reason.INCOMPLETE, module=PurePosixPath(module).name)
        if not dry_run:
            _write(target, files)
    except OSError as error:
        place = error.filename or target
        raise NotTakenError(Reason.UNREADABLE, file=place, cause=error.strerror or error) from None
    return True


def _write(target: Path, files: dict[str, bytes]) -> None:
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    for name, content in files.items():
        path = part / name
        make_folder(path.parent)
        path.write_bytes(content)
        share(path)
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


def count_outcomes(collection: Collection) -> Counter:
    """Return how many were taken, there before, left out, and left out without harm."""
    return Counter(
        "unchanged" if row.unchanged else "taken" if row.taken else "lost" if row.lost else "harmless"
        for row in collection.rows
    )
