"""Remembers where each submission came from, because a platform knows students only by its own names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..folder import STATE, Classroom, write_file
from .platforms import Owner, Platform, Recogniser

_FILE = "collected.json"


@dataclass(frozen=True)
class Origin:
    """A platform's names for a student and an upload, as collected."""

    platform: str
    name: str
    number: str = ""
    label: str = ""
    login: str = ""
    late: bool = False
    """Whether the platform says that the upload was late; only Canvas does."""

    @classmethod
    def of(cls, owner: Owner) -> Origin:
        """Return the data about an owner that are worth remembering."""
        return cls(str(owner.platform), owner.name, owner.number, owner.label, owner.login, owner.late)

    def is_newer_than(self, owner: Owner) -> bool:
        """Return whether the platform gave this upload a later number or time than another one of the same person."""
        found = Recogniser([(self.label,)]).recognise((self.label,))
        if not found or (self.platform, self.name, self.number) != (owner.platform, owner.name, owner.number):
            return False
        mine = (one for one in found[0].readings if (one.name, one.number) == (self.name, self.number))
        return bool(owner.uploaded) and next(mine, found[0]).uploaded > owner.uploaded


def read_origins(classroom: Path) -> dict[str, dict[str, Origin]]:
    """Return origins by chapter and student; what cannot be read counts as unknown."""
    try:
        held = json.loads((classroom / STATE / _FILE).read_bytes())
        return {
            chapter: {student: Origin(**about) for student, about in students.items()}
            for chapter, students in held.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def remember(classroom: Path, chapter: str, taken: Mapping[str, Owner]) -> None:
    """Note where submissions of a chapter came from; notes on other students and chapters stay."""
    held = read_origins(classroom)
    held.setdefault(chapter, {}).update({student: Origin.of(owner) for student, owner in taken.items()})
    plain = {name: {student: asdict(one) for student, one in of.items()} for name, of in held.items()}
    text = json.dumps(plain, indent=1, ensure_ascii=False)
    # A name on the disk may hold bytes that are not UTF-8, which JSON can write as lone surrogates.
    write_file(Classroom(classroom).state / _FILE, text.encode("utf-8", "backslashreplace"), 0o600)


def canvas_numbers(classroom: Path) -> dict[str, str]:
    """Return Canvas's own number for each student whose work was collected from Canvas."""
    return {
        student: origin.number
        for of in read_origins(classroom).values()
        for student, origin in of.items()
        if origin.platform == Platform.CANVAS and origin.number
    }


def known_logins(classroom: Path) -> dict[str, str]:
    """Return the login of each student whose work was collected from a platform that names files after logins."""
    return {
        student: origin.login
        for of in read_origins(classroom).values()
        for student, origin in of.items()
        if origin.login and origin.platform in (Platform.BLACKBOARD, Platform.ILIAS)
    }


def late_on_canvas(classroom: Path) -> set[tuple[str, str]]:
    """Return student and chapter of each submission that was late according to Canvas."""
    return {
        (student, chapter)
        for chapter, of in read_origins(classroom).items()
        for student, origin in of.items()
        if origin.platform == Platform.CANVAS and origin.late
    }
