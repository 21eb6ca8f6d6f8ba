"""Merges a new release of the site into the files that a browser keeps, which would otherwise hide it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from labkit import store

from ..paths import KEYS, ROOT
from . import releases, update
from .manifest import read_released

MANIFEST = KEYS / "released.json"
ARCHIVE = KEYS.parent / "released.zip"
"""The released notebooks and stubs; only the package that a site installs in the browser holds this file."""


def renew(archive: Path = ARCHIVE, copy: Path = ROOT) -> str:
    """Merge a release that this browser has not seen into the learner's files; return what to tell them, if anything.

    Their functions, answers and own cells stay (see `update`). What is replaced is kept under ``.weightlab/kept/``.

    Parameters
    ----------
    archive : Path
        A zip of the release; without it nothing is done.
    copy : Path
        The folder that the browser keeps.
    """
    if not archive.is_file():
        return ""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    seen = store.load("release")
    if seen.get("digest") == digest:
        return ""
    released = read_released(MANIFEST)
    words = ""
    if isinstance(seen.get("files"), dict):
        with releases.open_release(archive, copy) as folder:
            report = update.update(folder, copy, before=seen["files"])
        changed = [*report.merged, *report.replaced]
        if changed:
            words = (
                f"There is a new release of the course, and your work was merged into it: {', '.join(changed)}. If the "
                "editor asks, choose Revert: Overwrite would bring the old text back."
            )
    store.save("release", {"digest": digest, "files": released})
    return words
