"""Runs one function of a student's library on given inputs and hands back plain data, nothing else.

The examiner starts it by ``start.py``. It reads jobs from standard input and writes answers to what
was its standard output. Where the system can fork, each job runs in a child of its own, with
limits; elsewhere the examiner starts one program a job.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import itertools
import os
import struct
import sys
import time
import traceback
from typing import Any

import numpy as np

from . import given, importer, wire

MAX_ANSWER = 16 * 2**20
MAX_ITERATIONS = 20_000
MAX_PRINTED = 4_000
MAX_PROCESSES = 8
MAX_FILES = 1_000
"""In a sandbox's /tmp: an empty file has no size to be limited, but costs memory."""
READY, ANSWER, TIMEOUT, CRASHED, TOO_MUCH, BROKEN, SEVERAL = b"R", b"A", b"T", b"C", b"X", b"B", b"S"
MORE, LAST = b"+", b"-"
"""Before every answer: whether this program waits for another job, or ends."""


class _Output(io.StringIO):
    """Keeps the first few thousand characters that the student's code prints."""

    def write(self, text: str) -> int:
        if self.tell() < MAX_PRINTED:
            super().write(text[:MAX_PRINTED])
        return len(text)


def answer(job: dict) -> dict:
    """Load the student's library and make every call of a job.

    Returns
    -------
    dict
        ``{"error": ...}`` when the module cannot be run, ``{"absent": True}`` when it has no such
        function, else ``{"cases": [[outcome, ...], ...], "printed": str}``; of a job that is a notebook
        what `notebook.run` says.
    """
    if "cells" in job:
        # Loaded only where a notebook is to be run: IPython costs more than all the rest.
        return importlib.import_module(f"{importer.__package__}.notebook").run(job)
    student = importer.Library(job["sources"], job["folder"], _references(job), job["module"])
    student.install()
    printed = _Output()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            module = importlib.import_module(f"{importer.PACKAGE}.{job['module']}")
        except BaseException as error:
            return {"error": _describe(error, job["folder"])}
        function = getattr(module, job["exercise"], None)
        if not callable(function):
            return {"absent": True}
        cases = []
        for calls in job["cases"]:
            generators: dict = {}
            cases.append([_call(function, args, kwargs, generators, job["folder"]) for args, kwargs in calls])
    return {"cases": cases, "printed": printed.getvalue()}


def _references(job: dict) -> dict[str, dict]:
    """Run the source of the given functions; sort them by the modules that they belong to."""
    namespace: dict[str, Any] = {"__name__": "given"}
    exec(compile(job["reference_source"], "<given>", "exec"), namespace)
    return {module: {name: namespace[name] for name in names} for module, names in job["reference_names"].items()}


def _call(function: Any, args: tuple, kwargs: dict, generators: dict, folder: str) -> dict:
    args = tuple(_alive(arg, generators) for arg in args)
    kwargs = {key: _alive(arg, generators) for key, arg in kwargs.items()}
    before, iterators = _snapshot(args, kwargs), []
    try:
        with np.errstate(all="ignore"):
            value = _plain(function(*args, **kwargs), iterators)
    except BaseException as error:
        outcome = {"raised": _describe(error, folder)}
    else:
        try:
            # A copy: a later call may change what this one returned.
            outcome = {"value": wire.decode(wire.encode(value))}
        except BaseException as error:
            outcome = {"value": wire.Opaque(f"something that cannot be read: {_message(error)[:100]}")}
    after = _snapshot(args, kwargs)
    outcome["changed"] = [key for key in before if before[key] != after[key]]
    return outcome | {"iterator": True} if iterators else outcome


def _alive(value: Any, generators: dict) -> Any:
    """Turn a case's data into real arguments: writable arrays, generators, functions."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, wire.Rng):
        return generators.setdefault(value, np.random.default_rng(value.seed))
    if isinstance(value, wire.Given):
        return given.FUNCTIONS[value.name]
    if isinstance(value, (list, tuple)):
        return type(value)(_alive(item, generators) for item in value)
    if isinstance(value, frozenset):
        return set(value)
    if isinstance(value, dict):
        return {key: _alive(item, generators) for key, item in value.items()}
    return value


def _snapshot(args: tuple, kwargs: dict) -> dict:
    def freeze(value: Any) -> bytes | None:
        if isinstance(value, np.random.Generator) or callable(value):
            return None
        try:
            return wire.encode(value)
        except Exception:
            return b"?"

    return {key: freeze(value) for key, value in [*enumerate(args), *kwargs.items()]}


def _plain(value: Any, iterators: list, depth: int = 0) -> Any:
    """Read out iterators, noting that there were some, and shed harmless subclasses, so that only data remains."""
    if depth > wire.MAX_DEPTH:
        return value
    if isinstance(value, (np.ndarray, np.longdouble)):
        array = np.asarray(value)
        return array.astype(float) if array.dtype == np.longdouble else array
    if hasattr(value, "__next__"):
        iterators.append(type(value))
        items = list(itertools.islice(value, MAX_ITERATIONS + 1))
        if len(items) > MAX_ITERATIONS:
            return wire.Opaque(wire.ENDLESS)
        value = items
    if isinstance(value, (list, tuple)):
        items = [_plain(item, iterators, depth + 1) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, int) and not isinstance(value, (bool, np.generic)):
        return int(value)
    if isinstance(value, range):
        return list(value[:MAX_ITERATIONS])
    return value


def _describe(error: BaseException, folder: str) -> dict:
    """Say what was raised, and the last line of the student's own files that led there."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(folder)]
    last = frames[-1] if frames else None
    described = {
        "type": type.__dict__["__name__"].__get__(type(error)),
        "kinds": [type.__dict__["__name__"].__get__(kind) for kind in type(error).__mro__][:20],
        "message": _message(error),
        "file": last.filename if last else None,
        "line": last.lineno if last else None,
        "code": (last.line or "")[:200] if last else None,
        "function": last.name if last else None,
    }
    if isinstance(error, SyntaxError):
        described |= {
            "file": str(error.filename or ""),
            "line": error.lineno if isinstance(error.lineno, int) else None,
            "code": (error.text or "").strip()[:200],
            "message": str(error.msg)[:500],
        }
    return described


def _message(error: BaseException) -> str:
    try:
        return str(error)[:2000]
    except BaseException:
        return "(its message cannot be printed)"


def read_frame(stream: io.RawIOBase) -> bytes | None:
    """Read one length-prefixed frame, or None at the end."""
    head = _read_exactly(stream, 8)
    return None if head is None else _read_exactly(stream, struct.unpack("<Q", head)[0])


def _read_exactly(stream: io.RawIOBase, n: int) -> bytes | None:
    data = bytearray()
    while len(data) < n:
        piece = stream.read(min(n - len(data), 2**20))
        if not piece:
            return None
        data += piece
    return bytes(data)


def write_frame(out: int, data: bytes) -> None:
    """Write one length-prefixed frame."""
    view = memoryview(struct.pack("<Q", len(data)) + data)
    while view:
        view = view[os.write(out, view) :]


def run(job: dict) -> bytes:
    """Answer one job in this very process."""
    try:
        return ANSWER + wire.encode(answer(job))
    except wire.WireError as error:
        return TOO_MUCH + str(error).encode()
    except BaseException as error:
        # Whatever the student's code left behind, such as a changed NumPy, keeps the answer from being read out.
        return BROKEN + _message(error).encode("utf-8", "replace")


def run_in_child(job: dict, private: tuple[int, ...], sandboxed: bool) -> bytes:
    """Answer one job in a forked child with limits, killed with all its kin at the deadline."""
    import select
    import signal

    limits = job["limits"]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for descriptor in (reader, *private):
                os.close(descriptor)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            set_limits(limits, sandboxed)
            write_frame(writer, run(job))
        finally:
            os._exit(0)
    os.close(writer)
    with contextlib.suppress(OSError):
        os.setpgid(child, child)
    deadline, data, status = time.monotonic() + limits["seconds"], bytearray(), None
    while status is None:
        remaining = deadline - time.monotonic()
        ready, _, _ = select.select([reader], [], [], max(0.0, min(remaining, 0.02) if sandboxed else remaining))
        if sandboxed and _files() > MAX_FILES:
            status = CRASHED + b"files"
        elif ready:
            piece = os.read(reader, 2**20)
            data += piece
            if len(data) > MAX_ANSWER or (len(data) >= 8 and struct.unpack_from("<Q", data)[0] > MAX_ANSWER):
                status = TOO_MUCH
            elif not piece or (len(data) >= 8 and len(data) - 8 >= struct.unpack_from("<Q", data)[0]):
                status = ANSWER
        elif remaining <= 0:
            status = TIMEOUT
    os.close(reader)
    # The child may close its pipe and go on, or leave others behind: all are killed in every case.
    finished = status == ANSWER and not data and _ended(child, deadline)
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    if finished is False:
        os.kill(child, signal.SIGKILL)
    if sandboxed:
        # Here this process is the first one, and whatever else runs came from the child.
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)
    code = finished if finished is not False else os.waitpid(child, 0)[1]
    with contextlib.suppress(ChildProcessError):
        while sandboxed:
            os.waitpid(-1, 0)
    if status != ANSWER:
        return status
    if len(data) < 8:
        killed = os.WTERMSIG(code) if os.WIFSIGNALED(code) else 0
        # The processor-time limit ends a loop that the clock would have ended a moment later.
        if killed == signal.SIGXCPU or time.monotonic() >= deadline:
            return TIMEOUT
        return CRASHED + str(killed).encode()
    if len(data) - 8 > struct.unpack_from("<Q", data)[0]:  # more than one process has answered
        return SEVERAL
    return bytes(data[8:])


def _files() -> int:
    held = os.statvfs("/tmp")
    return held.f_files - held.f_ffree


def _ended(child: int, deadline: float) -> int | bool:
    while time.monotonic() < deadline:
        pid, code = os.waitpid(child, os.WNOHANG)
        if pid:
            return code
        time.sleep(0.0005)
    return False


def set_limits(limits: dict, sandboxed: bool) -> None:
    """Bound this process: memory, processor time, files (POSIX only)."""
    import resource

    os.setpgid(0, 0)
    bounds = {
        "RLIMIT_CPU": int(limits["seconds"]) + 2,
        "RLIMIT_AS": limits["memory"],
        "RLIMIT_FSIZE": limits["file_bytes"],
        "RLIMIT_NOFILE": 64,
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 0,
    }
    if sandboxed and _counts_processes_apart():
        bounds["RLIMIT_NPROC"] = MAX_PROCESSES
    for name, value in bounds.items():
        if hasattr(resource, name):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(getattr(resource, name), (value, value))


def _counts_processes_apart() -> bool:
    """Whether the limit on processes counts this sandbox's alone: before Linux 5.14 a user's in all sandboxes."""
    release = os.uname().release.split(".")
    return "--user=" in " ".join(sys.argv) or (int(release[0]), int(release[1].partition("-")[0])) >= (5, 14)


def main(argv: list[str]) -> None:
    """Serve jobs until standard input ends."""
    incoming = os.fdopen(os.dup(0), "rb", buffering=0)
    outgoing = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    sandboxed, forks = "--sandboxed" in argv, hasattr(os, "fork") and "--no-fork" not in argv
    if forks:
        # What is loaded here is loaded once, not in every child.
        import resource  # noqa: F401
        import select  # noqa: F401
        import signal

        import numpy.random  # noqa: F401

        # So that no child's collector touches, and thereby copies, what all of them share.
        gc.freeze()
        # Sent from inside a sandbox, this is the one signal that would reach its first process.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.enable()
    write_frame(outgoing, READY)
    last = False
    while not last and (frame := read_frame(incoming)) is not None:
        job = wire.decode(frame)
        reply = run_in_child(job, (incoming.fileno(), outgoing), sandboxed) if forks else run(job)
        # What one exercise wrote, no other one finds.
        last = not forks or (sandboxed and bool(os.listdir("/tmp")))
        write_frame(outgoing, (LAST if last else MORE) + reply)
