"""Remembers whose upload was refused, because otherwise such a student looks like one who has sent nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..folder import STATE, Classroom, keep_file

_FILE = "refused.json"


def refused_uploads(classroom: Path) -> dict[tuple[str, str], str]:
    """Return why the last upload was refused, for each student and chapter that has no submission because of that."""
    room = Classroom(classroom)
    return {
        (student, chapter): why
        for chapter, students in _read(classroom).items()
        for student, why in students.items()
        if not room.submission(student, chapter).is_dir()
    }


def remember(classroom: Path, chapter: str, taken: Iterable[str], refused: Mapping[str, str]) -> None:
    """Note why students' uploads were refused, and forget what was noted about those whose work was taken now."""
    held = _read(classroom)
    before = held.get(chapter, {})
    taken = set(taken)
    now = {student: why for student, why in (before | dict(refused)).items() if student not in taken}
    if now == before:
        return
    held[chapter] = now
    text = json.dumps(held, indent=1, ensure_ascii=False, sort_keys=True)
    # A name on the disk may hold bytes that are not UTF-8, which JSON can write as lone surrogates.
    keep_file(Classroom(classroom).state / _FILE, text.encode("utf-8", "backslashreplace"), 0o600)


def _read(classroom: Path) -> dict[str, dict[str, str]]:
    """Return reasons by chapter and student; what cannot be read counts as unknown."""
    try:
        held = json.loads((classroom / STATE / _FILE).read_bytes())
        return {
            chapter: {student: why for student, why in students.items() if isinstance(why, str)}
            for chapter, students in held.items()
        }
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
