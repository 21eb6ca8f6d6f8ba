"""Runs a program as a user without privileges, from a test that runs as root."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from autograder.paths import ROOT

USER = 65534


def why_not() -> str | None:
    """Say why no program can be run in this way, or return None."""
    if missing := [name for name in ("bwrap", "setpriv") if shutil.which(name) is None]:
        return f"{' and '.join(missing)} is not installed"
    tried = subprocess.run([*prefix(), "--", "true"], capture_output=True, text=True)
    return f"bubblewrap cannot start here ({tried.stderr.strip()})" if tried.returncode else None


def run(
    argv: list[str], *, user: int = USER, group: int | None = None, binds: Mapping[Path, str] | None = None, **options
) -> subprocess.CompletedProcess:
    """Run a program as a user who can read the project and Python even if they are in root's home.

    Only the folders in ``binds`` are shared with other programs, at the paths given there; /tmp is the program's own.
    """
    shared = [word for path, place in (binds or {}).items() for word in ("--bind", str(path), place)]
    ids = [f"--reuid={user}", f"--regid={user if group is None else group}", "--clear-groups"]
    argv = [*prefix(), *shared, "--", "setpriv", *ids, *argv]
    return subprocess.run(argv, capture_output=True, text=True, **{"cwd": ROOT} | options)


def prefix() -> list[str]:
    """Return the command to put before bubblewrap's options, two hyphens and a program."""
    argv = ["bwrap", "--cap-add", "ALL", "--die-with-parent", "--dev-bind", "/", "/"]
    argv += ["--perms", "1777", "--tmpfs", "/tmp", "--setenv", "HOME", "/tmp"]
    covered = {Path("/tmp")}
    for path in (Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), ROOT):
        hidden = [
            folder for folder in reversed(path.parents) if folder in covered or not folder.stat().st_mode & stat.S_IXOTH
        ]
        if not hidden:
            continue
        if hidden[0] not in covered:
            covered.add(hidden[0])
            argv += ["--perms", "0755", "--tmpfs", str(hidden[0])]
        for folder in reversed(path.parents):
            if folder.is_relative_to(hidden[0]) and folder != hidden[0]:
                argv += ["--perms", "0755", "--dir", str(folder)]
        argv += ["--ro-bind", str(path), str(path)]
    return argv


def program() -> list[str]:
    """Return the command that starts this Python so that it finds the project."""
    return [str(Path(sys.prefix) / "bin" / os.path.basename(sys.executable)), "-B"]
