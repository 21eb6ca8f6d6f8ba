"""A folder of downloads and a classroom for the tests of collecting."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.classroom.collecting.collect import collect_submissions
from tests.support.downloads import CHAPTER, NOTEBOOK, zipped


class Inbox:
    """A folder of downloads, and the classroom into which they are collected."""

    def __init__(self, base: Path) -> None:
        self.folder, self.classroom = base / "in", base / "class"
        self.folder.mkdir()

    def put(self, name: str, content: bytes | dict[str, bytes]) -> Path:
        """Put a file, or a zip of files, into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else zipped(content))
        return path

    def collect(self, *sources: Path, chapter: str = CHAPTER, **options) -> SimpleNamespace:
        """Collect sources, or the whole folder; return the ids that were taken, what was lost and why, and all rows."""
        found = collect_submissions(sources or [self.folder], self.classroom, chapter, **options)
        return SimpleNamespace(
            taken={row.student for row in found.rows if row.taken},
            lost={(row.student or row.place): row.reason for row in found.rows if row.lost},
            harmless={row.place: row.reason for row in found.rows if not row.taken and not row.lost},
            words={row.student or row.place: row.words for row in found.rows},
            rows=found.rows,
            files=found.files,
        )

    def held(self, student: str, chapter: str = CHAPTER) -> dict[str, bytes]:
        """Return the contents of a student's folder."""
        folder = self.classroom / "submitted" / student / chapter
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def mark(self, student: str, chapter: str = CHAPTER) -> tuple[str, str]:
        """Return the marks that tell whose notebook and whose library were collected."""
        held = self.held(student, chapter)
        return held[NOTEBOOK].decode().split('"')[3], held["weightlab/weights.py"].decode().split("'")[1]


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path)
