"""A separate machine for a test that runs as root: it has this machine's programs, but cannot write to this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from autograder.paths import ROOT


def why_not() -> str | None:
    """Say why there can be no such machine here, or return None."""
    if not hasattr(os, "getuid") or os.getuid() != 0:
        return "only root can act as several users"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    tried = subprocess.run([*command({}), "true"], capture_output=True, text=True)
    return f"bubblewrap cannot start here ({tried.stderr.strip()})" if tried.returncode else None


def command(binds: Mapping[Path, str], *, read_only: tuple[Path, ...] = (), network: bool = True) -> list[str]:
    """Return the command prefix with which a program runs as root in such a machine.

    Parameters
    ----------
    binds : mapping of Path to str
        Folders that the test keeps, and their paths in the machine.
    read_only : tuple of Path
        Further paths that can be read in the machine, the same as here.
    network : bool
        Whether the machine shares this one's network; otherwise it has only its own.
    """
    argv = ["bwrap", "--cap-add", "ALL", "--die-with-parent", "--unshare-pid", "--unshare-ipc"]
    argv += [] if network else ["--unshare-net"]
    argv += ["--ro-bind", "/usr", "/usr"]
    for path in map(Path, ("/bin", "/sbin", "/lib", "/lib64")):
        if path.is_symlink():
            argv += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            argv += ["--ro-bind", str(path), str(path)]
    if "/etc" not in binds.values():
        argv += ["--ro-bind", "/etc", "/etc"]
    argv += ["--proc", "/proc", "--dev", "/dev"]
    argv += [word for place in ("/tmp", "/dev/shm") for word in ("--perms", "1777", "--tmpfs", place)]
    made: set[Path] = {Path("/tmp"), Path("/usr")}
    for path in ("/var/mail", "/var/lib", "/var/log", "/run", "/root"):
        argv += _folders(Path(path), made, itself=True)
    shown = dict.fromkeys([Path(sys.base_prefix).resolve(), Path(sys.prefix), ROOT, *read_only])
    for path in shown:
        if not path.is_relative_to("/usr"):
            argv += [*_folders(path, made), "--ro-bind", str(path), str(path)]
    for path, place in binds.items():
        argv += [*_folders(Path(place), made), "--bind", str(path), place]
    return [*argv, "--chdir", str(ROOT), "--"]


def program() -> list[str]:
    """Return the command that starts this Python with this project in the machine."""
    return [str(Path(sys.prefix) / "bin" / "python"), "-B"]


def _folders(path: Path, made: set[Path], itself: bool = False) -> list[str]:
    """Return the options that make the folders above a path, open to everybody."""
    argv = []
    for folder in [*reversed(path.parents), *([path] if itself else [])][1:]:
        if folder not in made:
            made.add(folder)
            argv += ["--perms", "0755", "--dir", str(folder)]
    return argv
