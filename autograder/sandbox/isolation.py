"""Starts the process for student code: with limits for self-checks, in a bubblewrap sandbox for a class."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy

from ..paths import CANDIDATE, ROOT
from . import cgroup, seccomp
from .usage import find_family


class Isolation(StrEnum):
    """How student code is isolated from the rest of the machine."""

    BUBBLEWRAP = "bubblewrap"
    """A sandbox: for a class."""
    USER = "user"
    """Limits, and a separate user who cannot read private files: for root in a container without a sandbox."""
    PROCESS = "process"
    """Limits on one process and nothing else: for the user's own code."""


KINDS = tuple(kind.value for kind in Isolation)
TEMPORARY_BYTES = 16 * 2**20
"""The size of a sandbox's /tmp; nothing else in a sandbox is writable."""

_SITE = Path(numpy.__file__).resolve().parent.parent
_LABKIT = ROOT / "src" / "labkit"
_KEPT_FILES = ("digits14_held_out.npz", "beyond.json")
"""Files that no candidate can read: the images that judge the capstone, and PyTorch's line for most functions."""
_KEPT_BACK = ("lent", "__pycache__")
"""What no candidate gets: code that the lab lends to notebooks (such as a trainer), because it answers exercises."""
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # Memory of ordinary arrays that a job frees stays with its process: to give it back and ask again takes longer than
    # small steps.
    "MALLOC_MMAP_THRESHOLD_": str(8 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20),
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}
SANDBOX_VARIABLES = frozenset({*_ENVIRONMENT, "HOME", "LANG", "LD_LIBRARY_PATH", "PWD"})
"""The only names in a sandbox's environment; bubblewrap adds PWD."""
_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_SYSTEM_PREFIXES = (Path("/usr"), Path("/usr/local"))
_NOBODY = 65534
_counter = itertools.count()


class Candidate(subprocess.Popen):
    """A candidate's process; ``group`` is its control group, if it has one."""

    group: cgroup.Group | None = None


def start(isolation: str, whole_lab: bool = False) -> Candidate:
    """Start a candidate; jobs go to its standard input, answers come from its standard output.

    Parameters
    ----------
    isolation : str
        One of `KINDS`.
    whole_lab : bool
        Whether the candidate finds everything that a notebook uses. That includes code that answers exercises, so set
        this only for what earns no marks.

    Raises
    ------
    ValueError
        If there is no such isolation.
    """
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "bufsize": 0}
    if isolation in (Isolation.PROCESS, Isolation.USER):
        argv, environment = command_line(isolation, None, whole_lab)
        # Not the notebook's folder: a check would find files in it that are absent when a class is graded.
        return Candidate(argv, env=environment, cwd=tempfile.gettempdir(), **options)
    reader, writer = os.pipe()
    try:
        os.write(writer, seccomp.program() or b"")
        os.close(writer)
        argv, environment = command_line(isolation, reader, whole_lab)
        group = cgroup.make_group()
        try:
            argv = group.wrap(argv) if group else argv
            candidate = Candidate(argv, env=environment, pass_fds=(reader,), **options)
        except OSError:
            if group:
                group.remove()
            raise
        candidate.group = group
        return candidate
    finally:
        os.close(reader)


def command_line(
    isolation: str, filter_descriptor: int | None = None, whole_lab: bool = False
) -> tuple[list[str], dict[str, str]]:
    """Return the program that starts a candidate, and its whole environment.

    Parameters
    ----------
    isolation : str
        One of `KINDS`.
    filter_descriptor : int, optional
        Where bubblewrap reads the system-call filter.
    whole_lab : bool
        As for `start`.
    """
    if isolation in (Isolation.PROCESS, Isolation.USER):
        # Windows cannot start a process without its system folder.
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
        paths = [_SITE, ROOT / "src", *([ROOT] if whole_lab else [])]
        program = _program(Path(sys.executable), CANDIDATE / "start.py", paths)
        if isolation == Isolation.USER:
            program.append(f"--user={_worker_id()}")
        return program, kept | _ENVIRONMENT
    if isolation != Isolation.BUBBLEWRAP:
        raise ValueError(f"isolation must be one of {', '.join(KINDS)}, not {isolation!r}")
    worker = _worker_id()
    argv = [shutil.which("bwrap") or "bwrap", *_NAMESPACES]
    if worker is None:
        argv += ["--unshare-user", "--uid", str(_NOBODY), "--gid", str(_NOBODY), "--cap-drop", "ALL"]
    else:
        argv += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    if filter_descriptor is not None and seccomp.program():
        argv += ["--seccomp", str(filter_descriptor)]
    python = Path(sys.executable).resolve()
    program = _program(python, Path("/autograder/candidate/start.py"), [Path("/site"), Path("/lab")])
    last = ["--sandboxed"] + ([f"--user={worker}"] if worker is not None else [])
    # Without the system's cache of libraries the loader needs this to find libraries in other folders.
    elsewhere = {place.parent for place in _python_files().values() if place.match("lib*.so*")}
    environment = {"HOME": "/tmp", "LANG": "C.UTF-8"}
    if elsewhere:
        environment["LD_LIBRARY_PATH"] = ":".join(map(str, sorted(elsewhere)))
    return [*argv, *_file_system(whole_lab), "--", *program, *last], _ENVIRONMENT | environment


_NAMESPACES = (
    "--unshare-ipc",
    "--unshare-net",
    "--unshare-pid",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--hostname",
    "sandbox",
    "--as-pid-1",
    "--die-with-parent",
    "--new-session",
)


def _program(python: Path, main: Path, paths: list[Path]) -> list[str]:
    # Like -I, except that the environment is used: it is ours, and holds the hash seed.
    return [str(python), "-P", "-s", "-S", "-B", str(main), *(f"--path={path}" for path in paths)]


def _worker_id() -> int | None:
    """Return a user id that no other process has, or None if this process may not take one.

    Limits on processes do not bind root, and two sandboxes with the same user would share one limit.
    """
    if os.geteuid() != 0:
        return None
    ranges = (map(int, line.split()) for line in Path("/proc/self/uid_map").read_text().splitlines())
    last = max(first + count - 1 for first, _, count in ranges)
    number = os.getpid() * 16 + next(_counter) % 16
    if last >= 2**31:
        # According to systemd's table the ids from here to 2**31 are never assigned.
        return 0x70000000 + number % 2**24
    return last - 1 - number % 10_000 if last > 30_000 else None


@cache
def _file_system(whole_lab: bool) -> tuple[str, ...]:
    """Return bubblewrap's arguments for everything that a candidate can see: read-only, except a small /tmp."""
    argv: list[str] = []
    for path in map(Path, ("/lib", "/lib64")):
        if path.is_symlink():
            argv += ["--symlink", os.readlink(path), str(path)]
    shown = _python_files() | {_SITE: Path("/site"), CANDIDATE: Path("/autograder/candidate")}
    if whole_lab:
        shown |= {_LABKIT: Path("/lab/labkit"), ROOT / "autograder": Path("/lab/autograder")}
    else:
        shown |= {path: Path("/lab/labkit", path.name) for path in _LABKIT.iterdir() if path.name not in _KEPT_BACK}
    # The worker's own user could not enter folders that bubblewrap makes on its own.
    folders = [parent for place in shown.values() for parent in [*reversed(place.parents)][1:]]
    for folder in dict.fromkeys([*folders, Path("/dev")]):
        argv += ["--perms", "0755", "--dir", str(folder)]
    for source, place in shown.items():
        argv += ["--ro-bind", str(source), str(place)]
    for path in _hidden(whole_lab):
        for source, place in shown.items():
            if path.is_relative_to(source) and path != source and path.exists():
                there = str(place / path.relative_to(source))
                argv += (
                    ["--tmpfs", there, "--remount-ro", there] if path.is_dir() else ["--ro-bind", "/dev/null", there]
                )
    argv += [word for device in ("/dev/null", "/dev/urandom") for word in ("--dev-bind", device, device)]
    temporary = ["--perms", "1777", "--size", str(TEMPORARY_BYTES), "--tmpfs", "/tmp"]
    return (*argv, *temporary, "--remount-ro", "/", "--chdir", "/tmp")


@cache
def _python_files() -> dict[Path, Path]:
    """Return the files that Python needs besides packages, with their places: program, standard library, C libraries.

    Nothing else of the system is visible; nbgrader's exchange, for example, is in /usr/local/share.
    """
    base = Path(sys.base_prefix).resolve()
    paths = [Path(sys.executable).resolve()]
    for folder in (base / "lib", base / "lib64"):
        paths.append(folder / _VERSION if base in _SYSTEM_PREFIXES else folder)
    for library in _loaded_libraries():
        # The system's own folder of libraries is shown as a whole, because others are loaded later.
        if library.is_relative_to("/usr/lib") or library.parent.name == "lib64":
            paths.append(library.parent)
        else:
            names = (name for name in library.parent.glob("*.so*") if name.exists())
            paths += [name for name in names if os.path.samestat(name.stat(), library.stat())]
    # Programs refer to their loader by these paths and, on Nix, to every library by its own path.
    paths += [*Path("/lib").glob("ld-linux*"), *Path("/lib64").glob("ld-linux*"), Path("/nix/store")]
    places = {path.parent.resolve() / path.name: path for path in paths if path.exists()}
    return {path: place for place, path in sorted(places.items()) if not set(place.parents) & set(places)}


def _loaded_libraries() -> set[Path]:
    """Return the shared libraries that this process has loaded, except those of packages and of Python."""
    own = (_SITE, Path(sys.prefix).resolve())
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        mapped = {Path(line.split(maxsplit=5)[5].rstrip("\n")) for line in maps if ".so" in line}
    return {path for path in mapped if path.is_file() and not any(path.is_relative_to(folder) for folder in own)}


def _hidden(whole_lab: bool) -> list[Path]:
    """Return the paths hidden inside the visible folders: the project, its traces, a home, files that answer."""
    names = ("*.pth", "__editable__*", "weightlab*", "autograder", "labkit", "solutions")
    traces = [path for name in names for path in _SITE.glob(name)]
    own_site = Path(sys.base_prefix).resolve() / "lib" / _VERSION / "site-packages"
    kept = [] if whole_lab else [_LABKIT / "data_files" / name for name in _KEPT_FILES]
    return [*traces, own_site, ROOT, Path.home(), *kept]


def kill(process: subprocess.Popen) -> None:
    """Kill a candidate with everything below it."""
    # A worker that has changed its user no longer dies with its parent, so every process is killed by its id.
    for pid in reversed(find_family(process.pid)[1:]):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()


def end(process: Candidate) -> None:
    """Kill a candidate, and wait until it is gone."""
    if process.poll() is None:
        kill(process)
    process.wait()
    if process.group:
        process.group.remove()
    for stream in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            stream.close()
