"""Copies parts of the project, so that they can be changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from autograder.paths import ROOT

_MADE = ("__pycache__", ".ipynb_checkpoints", "*.egg-info")


def copy_project(target: Path, names: Iterable[str], *unwanted: str) -> Path:
    """Copy files and folders, given relative to the project's, without generated files and those in ``unwanted``."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns(*_MADE, *unwanted))
        else:
            shutil.copy2(ROOT / name, target / name)
    return target
