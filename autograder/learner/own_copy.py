"""Gives each user of a hub their own copy of the course when their server starts for the first time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from ..paths import HUB_COPY, ROOT


def make_copy(target: Path, source: Path = ROOT) -> bool:
    """Copy the course, unless something is there already; return whether a copy was made.

    Parameters
    ----------
    target : Path
        The folder to make.
    source : Path
        The copy that everybody can read.
    """
    if os.path.lexists(target) or source == target:
        return False
    unwanted = shutil.ignore_patterns(".git", ".venv", ".weightlab", "__pycache__", "*.egg-info", "build")
    part = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        shutil.copytree(source, part, ignore=unwanted, copy_function=shutil.copyfile)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return True


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Make the copy, as the user whose server this is; if that fails, the server starts without one."""
    target = Path.home() / HUB_COPY
    try:
        if make_copy(target):
            server.log.info("The course was copied to %s", target)
    except OSError as error:
        server.log.error("The course could not be copied to %s: %s", target, error)
