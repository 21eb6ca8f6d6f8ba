"""Replaces a learner's files, after keeping copies of them under ``.weightlab/kept/``."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from pathlib import Path


def free_folder(copy: Path, what: str = "") -> Path:
    """Return the path of a folder for what is replaced now; it does not exist yet."""
    parent, stamp = copy / ".weightlab" / "kept", time.strftime("%Y%m%d-%H%M%S") + what
    number = 1
    while (folder := parent / (stamp if number == 1 else f"{stamp}-{number}")).exists():
        number += 1
    return folder


def keep(copy: Path, names: Iterable[str], folder: Path) -> None:
    """Copy files into a folder, under their paths relative to the copy; files that do not exist are left out."""
    for name in names:
        if (copy / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(copy / name, folder / name)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The name keeps its ending: a browser keeps files by kind, and refuses an empty notebook.
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    part.write_bytes(content)
    part.replace(path)
