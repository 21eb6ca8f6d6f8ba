"""Remembers uploads that could not be given to any student, because otherwise nothing would mention them later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..folder import STATE, Classroom, keep_file
from .platforms import Platform
from .reasons import NotTakenError
from .unpack import MAX_ZIP, Budget
from .uploads import Upload

_FILE = "unmatched.json"


@dataclass(frozen=True)
class Unmatched:
    """An upload that belongs to nobody who is known."""

    chapter: str
    place: str
    why: str
    source: str
    """The download or folder that held the upload."""
    person: str
    """What all uploads of one person share: the platform's data about them, or the place of a file without any."""
    digest: str = ""
    """The file's digest, by which it is recognised after it was renamed."""


def read_unmatched(classroom: Path) -> list[Unmatched]:
    """Return the uploads that were given to nobody, sorted; what cannot be read counts as unknown."""
    try:
        held = [Unmatched(**one) for one in json.loads((classroom / STATE / _FILE).read_bytes())]
        return held if all(isinstance(value, str) for one in held for value in vars(one).values()) else []
    except (OSError, ValueError, TypeError, RecursionError):
        return []


def remember(
    classroom: Path,
    chapter: str,
    sources: Sequence[Path],
    uploads: Iterable[Upload],
    taken: Iterable[str],
    left: Iterable[tuple[Upload, str]],
) -> None:
    """Note a chapter's uploads that were given to nobody, in place of what earlier collections noted about them.

    An earlier note is removed if its download or folder, or another upload by the same person, was collected now, or
    if the same file was taken now under another name.

    Parameters
    ----------
    sources : sequence of Path
        The downloads and folders that were collected.
    uploads : iterable of Upload
        All uploads that were found in them.
    taken : iterable of str
        The places of the plain files that were taken.
    left : iterable of tuple of Upload and str
        The uploads that were given to nobody, and the sentence about each.
    """
    held, names = read_unmatched(classroom), [str(source.resolve()) for source in sources]
    uploads, taken = list(uploads), set(taken)
    people = {_person(one, names) for one in uploads}
    earlier = [one for one in held if one.chapter == chapter and one.source not in names and one.person not in people]
    if any(one.digest for one in earlier):
        plain = (one for one in uploads if one.owner.platform is Platform.PLAIN and one.place in taken)
        renamed = {_digest(one) for one in plain}
        earlier = [one for one in earlier if not one.digest or one.digest not in renamed]
    now = [
        Unmatched(chapter, one.place, why, names[one.source], _person(one, names), _digest(one)) for one, why in left
    ]
    kept = [one for one in held if one.chapter != chapter]
    new = sorted({*kept, *earlier, *now}, key=lambda one: (one.chapter, one.place, one.person, one.why))
    if new != held:
        text = json.dumps([asdict(one) for one in new], indent=1, ensure_ascii=False)
        # A name on the disk may hold bytes that are not UTF-8, which JSON can write as lone surrogates.
        keep_file(Classroom(classroom).state / _FILE, text.encode("utf-8", "backslashreplace"), 0o600)


def _person(upload: Upload, sources: Sequence[str]) -> str:
    """Return what all uploads of one person share; of a plain file nothing is known but its place."""
    if upload.owner.platform is Platform.PLAIN:
        return json.dumps([sources[upload.source], upload.place])
    return json.dumps(upload.owner.key)


def _digest(upload: Upload) -> str:
    """Return the digest of an upload's only file; an empty text if there are several, or the file cannot be read."""
    if len(upload.items) != 1 or upload.items[0].problem is not None:
        return ""
    try:
        digest = hashlib.sha256()
        for block in upload.items[0].stream(MAX_ZIP, Budget()):
            digest.update(block)
        return digest.hexdigest()
    except NotTakenError:
        return ""
