"""Keeps copies of a learner's files under ``.weightlab/kept/`` before something else takes their place."""

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
    """Copy files into a folder, by their paths from the copy; those that are not there are left out."""
    for name in names:
        if (copy / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(copy / name, folder / name)
