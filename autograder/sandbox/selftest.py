"""Tests on this machine whether the sandbox keeps the promises of docs/security.md."""

from __future__ import annotations

import contextlib
import platform
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..candidate import limits, wire
from ..candidate.frames import Ending
from ..paths import ROOT
from . import isolation, process, seccomp, turns
from .usage import find_family

_PROBES = Path(__file__).with_name("probes.py")
_SECONDS = 15.0
_Row = tuple[str, bool, str]


def why_not() -> str | None:
    """Say in one sentence why bubblewrap cannot isolate candidates here and what to do, or return None if it can."""
    if not sys.platform.startswith("linux"):
        return (
            f"Bubblewrap needs Linux, and this is {sys.platform}: grade on a Linux machine, or choose the weaker "
            "isolation by name with --isolation process."
        )
    if shutil.which("bwrap") is None:
        return (
            "Bubblewrap is not installed: install it with `sudo apt install bubblewrap` (Debian, Ubuntu) or "
            "`sudo dnf install bubblewrap` (Fedora, RHEL), or choose the weaker isolation with --isolation process."
        )
    if seccomp.program() is None:
        return (
            f"The sandbox's system-call filter does not know this processor ({platform.machine()}): grade on "
            "x86-64 or aarch64, or choose the weaker isolation with --isolation process."
        )
    try:
        with process.Runner("bubblewrap") as runner:
            runner.ensure_started()
    except process.CandidateError as error:
        return f"Bubblewrap cannot start here ({error}): {_remedy(str(error))}."
    return None


def _remedy(said: str) -> str:
    def is_set(name: str, value: str) -> bool:
        with contextlib.suppress(OSError):
            return Path("/proc/sys", name).read_text().strip() == value
        return False

    if "Unknown option" in said:
        return "it is too old; version 0.6 or newer is needed"
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return (
            "this container forbids it; start the container with `--cap-add SYS_ADMIN --cap-add NET_ADMIN "
            "--security-opt seccomp=unconfined --security-opt apparmor=unconfined`, or grade outside it"
        )
    if is_set("kernel/apparmor_restrict_unprivileged_userns", "1"):
        return (
            "AppArmor forbids it, as it does on Ubuntu 24.04; allow it with `sudo sysctl -w "
            "kernel.apparmor_restrict_unprivileged_userns=0`, or for bubblewrap alone as docs/security.md shows"
        )
    for name in ("kernel/unprivileged_userns_clone", "user/max_user_namespaces"):
        if is_set(name, "0"):
            return f"allow it with `sudo sysctl -w {name.replace('/', '.')}={'1' if 'clone' in name else '10000'}`"
    return "see docs/security.md, or choose the weaker isolation by name with --isolation process"


def self_test(kind: str = "bubblewrap") -> list[_Row]:
    """Run the probes in a sandbox on this machine.

    Returns
    -------
    list of (promise, holds, detail)
        Each promise, whether it holds here, and what was observed.
    """
    if kind == "bubblewrap" and (reason := why_not()):
        return [("student code runs in a sandbox", False, reason)]
    with process.Runner(kind, time_limit=_SECONDS) as runner:
        return [(promise, *_try_promise(check, runner)) for promise, check in _PROMISES.items()]


def _try_promise(check: Callable, runner: process.Runner) -> tuple[bool, str]:
    try:
        holds, seen = check(runner)
    except (process.CandidateError, OSError) as error:
        return False, f"could not be tried: {error}"
    return bool(holds), str(seen)


def _run_probe(runner: process.Runner, name: str, *args: Any) -> process.Outcome:
    """Call one of the probes as if a student had sent it."""
    job = {
        "exercise": name,
        "module": "probes",
        "sources": {"probes": _PROBES.read_bytes()},
        "compiled": {},
        "folder": "self_test",
        "reference_code": b"",
        "reference_names": {},
        "cases": [[(args, {})]],
    }
    return runner.run(wire.encode(job), _SECONDS)


def _find_value(outcome: process.Outcome) -> Any:
    """Return a probe's result, or the text of the error that ended the probe."""
    if outcome.ending is not Ending.ANSWERED:
        return str(outcome.ending)
    answer = wire.decode(outcome.data)
    if "cases" not in answer:
        return str(answer)
    came = answer["cases"][0][0]
    return came["value"] if "value" in came else came["raised"]["type"]


def _returns(name: str, expected: Callable[[Any], bool], *args: Any) -> Callable:
    def check(runner: process.Runner) -> tuple[bool, Any]:
        value = _find_value(_run_probe(runner, name, *args))
        return not isinstance(value, str) and expected(value), value

    return check


def _ends(name: str, *endings: Ending) -> Callable:
    def check(runner: process.Runner) -> tuple[bool, str]:
        runner.time_limit = 1.0 if endings == (Ending.TIMEOUT,) else _SECONDS
        began, outcome = time.monotonic(), _run_probe(runner, name)
        seconds = time.monotonic() - began
        runner.time_limit = _SECONDS
        next_one = _find_value(_run_probe(runner, "nothing"))
        # Twice its limit by the clock, because on a busy machine a job that timed out is tried once more when its turn
        # comes.
        most = 2 * limits.WALL_FACTOR * outcome.limit + turns.PATIENCE + 5
        holds = outcome.ending in endings and next_one is True and seconds < most
        after = "works" if next_one is True else next_one
        return holds, f"{outcome.ending} after {seconds:.1f} s; the next exercise: {after}"

    return check


def _leaves_nothing(runner: process.Runner) -> tuple[bool, str]:
    value = _find_value(_run_probe(runner, "leave_daemons"))
    # Only bubblewrap and the process that waits for the next exercise remain.
    left = find_family(runner.pid)[2:] if runner.pid else []
    return value is True and not left, f"left of 6 processes: {len(left)}"


def _secrets() -> list[str]:
    own = [str(path) for path in (ROOT, ROOT / "solutions", Path.home(), Path.cwd())]
    system = ["/proc", "/sys", "/etc", "/home", "/run", "/var", "/dev/shm", "/opt", "/srv", "/mnt"]
    # nbgrader's exchange is in the first of these by default, and holds everybody's submissions.
    system += ["/usr/local/share", "/usr/local/etc", "/usr/src", "/usr/share", "/usr/bin", "/bin"]
    return [path for path in own + system if path not in ("/", "/tmp")]


def _sees_little(runner: process.Runner) -> tuple[bool, Any]:
    value = _find_value(_run_probe(runner, "find", _secrets()))
    # Python itself may be in a home folder; then only the path to Python is visible in that home.
    on_the_way = {str(parent) for parent in Path(sys.base_prefix).resolve().parents}
    return not isinstance(value, str) and not set(value[0]) - on_the_way, value


_PROMISES: dict[str, Callable] = {
    "no network, not even a socket": _returns("open_sockets", lambda made: made == []),
    "no project, solutions, home or other submission in sight": _sees_little,
    "every file is read-only, except in a small /tmp": _returns("write_files", lambda done: done == []),
    "no privileges, and no way to gain any": _returns("privileges", lambda kept: kept == []),
    "no inherited files and no environment": _returns(
        "inherited", lambda seen: not seen[0] and seen[1] <= 4 and set(seen[2]) <= isolation.SANDBOX_VARIABLES
    ),
    "no call by which sandboxes could talk to each other or read a cache": _returns(
        "kernel_calls", lambda calls: calls == []
    ),
    "no locks on files that other sandboxes see": _returns("file_locks", lambda made: made == []),
    "other processes are out of reach": _returns("others", lambda pids: pids == []),
    "the images that judge the capstone are hidden": _returns("held_out", lambda seen: seen == (0, 4000)),
    "few processes": _returns("fork_bomb", lambda count: count <= limits.MAX_PROCESSES),
    "nothing survives its exercise": _leaves_nothing,
    "signals to the autograder's process do nothing": _ends("interrupt_the_parent", Ending.ANSWERED),
    "the memory of one process is bounded": _returns("take_memory", lambda mib: mib <= limits.MEMORY // 2**20),
    "the memory of several processes together is bounded": _ends("take_memory_together", Ending.MEMORY),
    "no memory that is not counted": _returns("hidden_memory", lambda ways: ways == []),
    "/tmp is small": _returns("fill_tmp", lambda mib: mib <= isolation.TEMPORARY_BYTES // 2**20),
    "files are small": _returns("large_file", lambda mib: mib <= limits.FILE_BYTES / 2**20),
    "files are few": _ends("many_files", Ending.FILES),
    "output is bounded": _ends("flood", Ending.TOO_MUCH, Ending.SEVERAL),
    "endless sleep is ended": _ends("sleep", Ending.TIMEOUT),
    "endless computation is ended": _ends("spin", Ending.TIMEOUT),
}
