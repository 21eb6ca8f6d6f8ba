"""A control group (version 2) for each sandbox, if the system allows it: the kernel then limits its memory."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..candidate import limits
from .usage import find_family

EXTRA = 64 * 2**20
"""Bytes in addition to a job's own: for the processes that serve it, and for the Python files that it reads first."""
MAX_PROCESSES = 64

_PATIENCE = 20.0
"""Seconds that a process may take to enter a group."""
_NAME, _MAIN = "weightlab", "weightlab-main"
_SYSTEMD = Path("/run/systemd/system")
_MOUNTS, _OWN = Path("/proc/self/mounts"), Path("/proc/self/cgroup")
_counter = itertools.count()


class NoGroup(RuntimeError):
    """No control group can be made here; the message says why."""


@dataclass(frozen=True)
class Group:
    """A control group of one sandbox."""

    path: Path

    def wrap(self, argv: list[str]) -> list[str]:
        """Return a command that enters the group and then becomes ``argv``, so that nothing runs outside the group."""
        return ["/bin/sh", "-c", 'echo 0 >"$0" && exec "$@"', str(self.path / "cgroup.procs"), *argv]

    def ran_out_of_memory(self) -> bool:
        """Return whether the kernel has ended something because the group's memory was used up."""
        with contextlib.suppress(OSError, ValueError):
            events = dict(line.split() for line in _read(self.path / "memory.events").splitlines())
            return int(events.get("oom_kill", 0)) > 0
        return False

    def remove(self) -> None:
        """Kill every process left in the group, and remove the group."""
        with contextlib.suppress(OSError):
            (self.path / "cgroup.kill").write_text("1")
        for _ in range(100):  # a killed process takes a moment to disappear
            try:
                self.path.rmdir()
                return
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.005)


def make_group() -> Group | None:
    """Make a group for one sandbox, or return None if that is impossible."""
    parent, _ = _search()
    try:
        return _make(parent) if parent else None
    except (NoGroup, OSError):
        return None


def why_not() -> str | None:
    """Say why sandboxes have no control group here, or return None if they have one."""
    return _search()[1]


@cache
def _search() -> tuple[Path | None, str | None]:
    """Return where groups can be made, or why there is no such place; computed once per process."""
    try:
        return find_parent(), None
    except (NoGroup, OSError) as reason:
        return None, str(reason)


def find_parent() -> Path:
    """Return the folder in which groups can be made, after a test that a process can enter one.

    Raises
    ------
    NoGroup
        If no such folder exists; the message says why.
    """
    parent = choose_parent(_mount(_MOUNTS.read_text()), _own(_OWN.read_text()))
    for left in parent.glob(f"{_NAME}-*-*"):  # left behind by killed graders
        pid = left.name.split("-")[1]
        if pid.isdigit() and not Path("/proc", pid).exists():
            Group(left).remove()
    group = _make(parent)
    try:
        tried = subprocess.run(group.wrap(["true"]), capture_output=True, text=True, timeout=_PATIENCE)
    finally:
        group.remove()
    if tried.returncode:
        raise NoGroup(f"a process may not enter a group in {parent} ({tried.stderr.strip()})")
    return parent


def _mount(mounts: str) -> Path:
    found = [line.split()[1] for line in mounts.splitlines() if line.split()[2:3] == ["cgroup2"]]
    if not found:
        raise NoGroup("this system has no version 2 control groups (cgroup v2)")
    return Path(found[0])


def _own(groups: str) -> str:
    for line in groups.splitlines():
        if line.startswith("0::"):
            return line.removeprefix("0::").lstrip("/")
    raise NoGroup("this process is in no version 2 control group (cgroup v2)")


def choose_parent(mount: Path, own: str) -> Path:
    """Return where groups with a limit on memory can be made: in this process's own group, or in one above it.

    Only groups that were given to this user count, not those that a service manager keeps for itself.

    Parameters
    ----------
    mount : Path
        Where control groups are mounted.
    own : str
        The process's own group, relative to ``mount``.

    Raises
    ------
    NoGroup
        If no such group exists.
    """
    here = mount / own
    if "memory" not in _read(mount / "cgroup.controllers").split():
        raise NoGroup("cgroup v2 has no memory controller here")
    for folder in (here, *here.parents):
        if not _is_ours(folder):
            break
        if "memory" in _read(folder / "cgroup.subtree_control").split():
            return folder
        if folder == mount:
            break
    if not _is_ours(here) or "memory" not in _read(here / "cgroup.controllers").split():
        raise NoGroup(
            "no control group was handed to this process; "
            "`systemd-run --user --scope -p Delegate=yes weightlab grade ...` asks for one"
        )
    _enable_memory(here)
    return here


def _is_ours(folder: Path) -> bool:
    """Return whether a group was given to this user, who may then divide it."""
    if not (os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)):
        return False
    if os.geteuid() != 0 or not _SYSTEMD.exists():
        return True
    for name in ("user.delegate", "trusted.delegate"):  # root may write everywhere, so systemd's mark decides
        with contextlib.suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return True
    return False


def _enable_memory(folder: Path) -> None:
    """Let groups within a group have limits; the kernel then allows no process in the group itself."""
    pids = [int(pid) for pid in _read(folder / "cgroup.procs").split()]
    if strangers := set(pids) - set(_relatives()):
        raise NoGroup(f"other programs run in this process's control group ({len(strangers)} processes)")
    main = folder / _MAIN
    try:
        main.mkdir(exist_ok=True)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                (main / "cgroup.procs").write_text(str(pid))
        (folder / "cgroup.subtree_control").write_text("+memory")
        with contextlib.suppress(OSError):
            (folder / "cgroup.subtree_control").write_text("+pids")
    except OSError as error:
        raise NoGroup(f"{folder} cannot be divided ({error.strerror})") from None


def _relatives() -> list[int]:
    """Return this process, its descendants and its ancestors."""
    found, pid = find_family(os.getpid()), os.getppid()
    while pid > 0:
        found.append(pid)
        fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
        pid = int(fields[1]) if fields else 0
    return found


def _make(parent: Path) -> Group:
    group = Group(parent / f"{_NAME}-{os.getpid()}-{next(_counter)}")
    group.path.mkdir()
    bounds = {
        "memory.max": limits.MEMORY + EXTRA,
        "memory.swap.max": 0,
        "memory.oom.group": 1,
        "pids.max": MAX_PROCESSES,
    }
    try:
        for name, value in bounds.items():
            if (group.path / name).exists() or name == "memory.max":
                (group.path / name).write_text(str(value))
    except OSError as error:
        group.remove()
        raise NoGroup(f"a group in {parent} accepts no limits ({error.strerror})") from None
    return group


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
