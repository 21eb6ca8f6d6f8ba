"""Reads a release's record of its files, and tells a released file from an edited one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath

from ..refusal import Refusal
from ..submitted_notebook import dump_notebook

MANIFEST = "autograder/keys/released.json"


class UpdateError(Refusal):
    """The update cannot be made as things are; the message says why and what to do."""


def read_manifest(copy: Path) -> dict[str, str]:
    """Return the digest of each file of a copy of the course as it was released.

    Raises
    ------
    UpdateError
        If the folder is not a copy of the course.
    """
    try:
        return read_released(copy / MANIFEST)
    except (OSError, ValueError, RecursionError):
        raise UpdateError(f"{copy} is not a copy of the course: {MANIFEST} is missing or damaged.") from None


def read_released(manifest: Path) -> dict[str, str]:
    """Return the digest of each released file by its name.

    Raises
    ------
    OSError, ValueError
        If the manifest cannot be read, or names a file elsewhere.
    """
    found = json.loads(manifest.read_text(encoding="utf-8"))
    places = map(PurePosixPath, found if isinstance(found, dict) else ["/"])
    if any(place.is_absolute() or ".." in place.parts for place in places):
        raise ValueError(f"{manifest} names files elsewhere")
    return found


def digest_of(content: bytes) -> str:
    """Return the digest of a file, however its lines end."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def is_released(path: Path, digest: str | None) -> bool:
    """Return whether a file is as released; a program may have saved a notebook again with different formatting."""
    content = path.read_bytes()
    if digest_of(content) == digest or path.suffix != ".ipynb":
        return digest_of(content) == digest
    try:
        return digest_of(dump_notebook(json.loads(content))) == digest
    except (ValueError, RecursionError):
        return False
