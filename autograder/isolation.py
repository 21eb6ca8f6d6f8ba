"""How a candidate's process is shut in: plain limits for self-checks, bubblewrap for a class."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy

from .paths import CANDIDATE, ROOT

KINDS = ("bubblewrap", "process")
_SITE = Path(numpy.__file__).resolve().parent.parent
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def command_line(isolation: str) -> tuple[list[str], dict[str, str]]:
    """Return the program that starts a candidate, and its environment."""
    if isolation == "process":
        return _program(CANDIDATE / "main.py", [_SITE, ROOT / "src"]), _environment()
    raise ValueError(f"isolation is one of {', '.join(KINDS)}, not {isolation!r}")


def _program(main: Path, paths: list[Path]) -> list[str]:
    return [sys.executable, "-I", "-S", str(main), *(f"--path={path}" for path in paths)]


def _environment() -> dict[str, str]:
    # Windows cannot start a process without its system folder.
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    return kept | _ENVIRONMENT
