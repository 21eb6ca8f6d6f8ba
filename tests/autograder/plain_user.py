"""Runs a program as a user without privileges, from a test that runs as root."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

from autograder.paths import ROOT

USER = 65534


def why_not() -> str | None:
    """Say why no program can be run so, or return None."""
    missing = [name for name in ("bwrap", "setpriv") if shutil.which(name) is None]
    return f"{' and '.join(missing)} is not installed" if missing else None


def run(argv: list[str], **options) -> subprocess.CompletedProcess:
    """Run a program as nobody, where the project and Python can be read even if they lie in root's home."""
    return subprocess.run([*_prefix(), *argv], capture_output=True, text=True, cwd=ROOT, **options)


def _prefix() -> list[str]:
    needed = [Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), ROOT]
    argv = ["bwrap", "--cap-add", "ALL", "--die-with-parent", "--dev-bind", "/", "/"]
    covered: set[Path] = set()
    for path in needed:
        closed = [folder for folder in reversed(path.parents) if not folder.stat().st_mode & stat.S_IXOTH]
        if closed and closed[0] not in covered:
            covered.add(closed[0])
            argv += ["--perms", "0755", "--tmpfs", str(closed[0])]
        if closed:
            for folder in reversed(path.parents):
                if folder.is_relative_to(closed[0]) and folder != closed[0]:
                    argv += ["--perms", "0755", "--dir", str(folder)]
            argv += ["--ro-bind", str(path), str(path)]
    argv += ["--setenv", "HOME", "/tmp", "--"]
    return [*argv, "setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups"]


def program() -> list[str]:
    """Return this Python, started so that it finds the project."""
    return [str(Path(sys.prefix) / "bin" / os.path.basename(sys.executable)), "-B"]
