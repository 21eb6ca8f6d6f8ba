"""Packs all students' feedback pages for upload to Moodle or Canvas, under the names that these platforms expect."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .collecting.origins import read_origins
from .collecting.platforms import Platform
from .folder import Classroom
from .rosters.moodle import read_numbers


@dataclass(frozen=True)
class Package:
    """A zip for a platform's bulk upload, who is in it, and who is not and why."""

    content: bytes
    students: list[str]
    left_out: dict[str, str]


def pack_for_moodle(classroom: Path, chapter: str) -> Package:
    """Pack pages for Moodle: Grading action, "Upload multiple feedback files in a zip".

    A folder must be called ``NAME_NUMBER_assignsubmission_file``, with another underscore at the end before Moodle 4.1:
    Moodle gives its files to the participant with this number. Folders are called as in the download, if there is one.
    """
    numbers, origins = read_numbers(classroom, chapter).by_student, read_origins(classroom).get(chapter, {})
    files, left_out = {}, {}
    for student, page in _pages(classroom, chapter).items():
        origin = origins.get(student)
        if student in numbers:
            name, number = numbers[student]
            folder = f"{name}_{number}_assignsubmission_file_"
            if origin is not None and (origin.platform, origin.number) == (Platform.MOODLE, number):
                folder = origin.label
            files[student] = (f"{folder}/{chapter}_feedback.html", page)
        elif origin is not None and origin.platform == Platform.MOODLE:
            left_out[student] = "its number belongs to a group, and Moodle takes no feedback files for groups"
        else:
            left_out[student] = "not known to Moodle; collect from Moodle's download, or give --worksheet"
    return Package(_zip(files.values()), sorted(files), left_out)


def pack_for_canvas(classroom: Path, chapter: str) -> Package:
    """Pack pages for Canvas: the assignment's "Upload Submissions", after "Download Submissions".

    Canvas reads the student's and the upload's number from a file's name, and shows the file under the name of the
    submission. Each page is therefore packed in a zip, because the submission is a zip.
    """
    origins = read_origins(classroom).get(chapter, {})
    files, left_out = {}, {}
    for student, page in _pages(classroom, chapter).items():
        origin = origins.get(student)
        if origin is not None and origin.platform == Platform.CANVAS and not origin.label.lower().endswith(".zip"):
            left_out[student] = (
                "submitted single files, and Canvas would show the zip under one file's name; return the page by hand"
            )
        elif origin is not None and origin.platform == Platform.CANVAS:
            files[student] = (origin.label, _zip([(f"{chapter}_feedback.html", page)]))
        else:
            left_out[student] = "not collected from Canvas's download, so the upload's number is not known"
    return Package(_zip(files.values()), sorted(files), left_out)


def find_without_page(classroom: Path, chapter: str) -> dict[str, str]:
    """Return why students who submitted something have no page; those who submitted nothing get none."""
    room = Classroom(classroom)
    submitted = [student for student in room.students() if any(room.submission(student, chapter).glob("*"))]
    why = "submitted something, but has no page: grade the chapter, then look at the report"
    return {student: why for student in submitted if not room.page(student, chapter).is_file()}


def _pages(classroom: Path, chapter: str) -> dict[str, bytes]:
    """Return the latest feedback page of each student who submitted."""
    room = Classroom(classroom)
    places = {student: room.page(student, chapter) for student in room.students()}
    return {student: page.read_bytes() for student, page in places.items() if page.is_file()}


def _zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name)  # its date is always the same, so that the same pages make the same zip
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()
