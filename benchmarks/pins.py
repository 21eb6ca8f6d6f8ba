"""Writes requirements.txt and requirements-ci.txt from the ranges in pyproject.toml, for every platform."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def compiled(*extra: str) -> list[str]:
    """Resolve the project's dependencies for all systems and Pythons that it supports."""
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--no-header",
        "--no-annotate",
        *extra,
        "pyproject.toml",
    ]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [line for line in printed.splitlines() if line and not line.startswith(("weightlab", "-e", "#"))]


def main() -> None:
    """Write both files."""
    base = [
        "# Every package of the learner's and the instructor's environment, pinned; made by: make pins",
        "# The last line is this project itself, in place: weightlab, labkit and the autograder.",
        *compiled(),
        "-e .",
    ]
    more = ["# What continuous integration adds to requirements.txt; made by: make pins", *compiled("--extra", "ci")]
    (ROOT / "requirements.txt").write_text("\n".join(base) + "\n")
    (ROOT / "requirements-ci.txt").write_text("\n".join(more) + "\n")


if __name__ == "__main__":
    main()
