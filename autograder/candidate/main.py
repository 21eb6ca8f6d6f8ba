"""Runs one function of a student's library on given inputs and hands back plain data, nothing else.

This program is started by the examiner, alone or inside a sandbox. It reads jobs from standard
input and writes answers to what was its standard output. Where the system can fork, each job runs
in a child of its own, with limits; elsewhere the examiner starts one program a job.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import itertools
import os
import struct
import sys
import time
import traceback
from pathlib import Path
from typing import Any

if __package__:
    import numpy as np

    from . import given, library, wire
else:
    # Started as a program, without site: the examiner names the folders to import from.
    sys.path += [argument.removeprefix("--path=") for argument in sys.argv if argument.startswith("--path=")]
    import numpy as np

    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from candidate import given, library, wire

    del sys.path[0]

MAX_ANSWER = 2 * wire.MAX_BYTES
MAX_ITERATIONS = 20_000
ANSWER, TIMEOUT, CRASHED, TOO_MUCH = b"A", b"T", b"C", b"X"


class _Output(io.StringIO):
    """Keeps the first few thousand characters that the student's code prints."""

    def write(self, text: str) -> int:
        if self.tell() < 4000:
            super().write(text[:4000])
        return len(text)


def answer(job: dict) -> dict:
    """Load the student's library and make every call of a job.

    Returns
    -------
    dict
        ``{"error": ...}`` when the module cannot be run, ``{"absent": True}`` when it has no such
        function, else ``{"cases": [[outcome, ...], ...], "printed": str}``.
    """
    student = library.Library(job["sources"], job["folder"], _references(job), job["module"])
    student.install()
    printed = _Output()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            module = importlib.import_module(f"{library.PACKAGE}.{job['module']}")
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
    before = _snapshot(args, kwargs)
    try:
        with np.errstate(all="ignore"):
            value = _plain(function(*args, **kwargs))
    except RecursionError as error:
        outcome = {"raised": _describe(error, folder)}
    except BaseException as error:
        outcome = {"raised": _describe(error, folder)}
    else:
        try:
            wire.encode(value)
            outcome = {"value": value}
        except Exception as error:
            outcome = {"value": wire.Opaque(f"something that cannot be read: {error}")}
    after = _snapshot(args, kwargs)
    outcome["changed"] = [key for key in before if before[key] != after[key]]
    return outcome


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


def _plain(value: Any, depth: int = 0) -> Any:
    """Read out iterators, and shed harmless subclasses, so that only data remains."""
    if depth > wire.MAX_DEPTH:
        return value
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if hasattr(value, "__next__"):
        items = list(itertools.islice(value, MAX_ITERATIONS + 1))
        if len(items) > MAX_ITERATIONS:
            return wire.Opaque(f"an iterator that gives more than {MAX_ITERATIONS:,} items")
        value = items
    if isinstance(value, (list, tuple)):
        items = [_plain(item, depth + 1) for item in value]
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
    try:
        message = str(error)
    except Exception:
        message = "(its message cannot be printed)"
    described = {
        "type": type(error).__name__,
        "kinds": [kind.__name__ for kind in type(error).__mro__][:20],
        "message": message[:2000],
        "file": last.filename if last else None,
        "line": last.lineno if last else None,
        "code": (last.line or "")[:200] if last else None,
        "function": last.name if last else None,
    }
    if isinstance(error, SyntaxError):
        described |= {"file": str(error.filename), "line": error.lineno, "code": (error.text or "").strip()[:200],
                      "message": str(error.msg)[:500]}  # fmt: skip
    return described


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


def run(frame: bytes) -> bytes:
    """Answer one job in this very process."""
    reply = answer(wire.decode(frame))
    try:
        return ANSWER + wire.encode(reply)
    except wire.WireError as error:
        return TOO_MUCH + str(error).encode()


def run_in_child(frame: bytes, private: tuple[int, ...], sweep: bool) -> bytes:
    """Answer one job in a forked child with limits, killed with all its kin at the deadline."""
    import select
    import signal

    limits = wire.decode(frame)["limits"]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        for descriptor in (reader, *private):
            os.close(descriptor)
        try:
            set_limits(limits)
            reply = run(frame)
            view = memoryview(reply)
            while view:
                view = view[os.write(writer, view) :]
        finally:
            os._exit(0)
    os.close(writer)
    with contextlib.suppress(OSError):
        os.setpgid(child, child)
    deadline, data, status = time.monotonic() + limits["seconds"], bytearray(), None
    while status is None:
        remaining = deadline - time.monotonic()
        ready, _, _ = select.select([reader], [], [], max(0.0, remaining))
        if not ready:
            status = TIMEOUT
        elif piece := os.read(reader, 2**20):
            data += piece
            status = TOO_MUCH if len(data) > MAX_ANSWER else None
        else:
            status = ANSWER
    os.close(reader)
    # The child may close its pipe and go on: it is killed in every case, with its process group.
    finished = status == ANSWER and _ended(child, deadline)
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    if sweep:
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)
    code = finished if finished is not False else os.waitpid(child, 0)[1]
    while sweep:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                break
        except ChildProcessError:
            break
    if status != ANSWER:
        return status
    if not data:
        killed = os.WTERMSIG(code) if os.WIFSIGNALED(code) else 0
        # The processor-time limit ends a loop that the clock would have ended a moment later.
        if killed == signal.SIGXCPU or time.monotonic() >= deadline:
            return TIMEOUT
        return CRASHED + str(killed).encode()
    return bytes(data)


def _ended(child: int, deadline: float) -> int | bool:
    while time.monotonic() < deadline:
        pid, code = os.waitpid(child, os.WNOHANG)
        if pid:
            return code
        time.sleep(0.001)
    return False


def set_limits(limits: dict) -> None:
    """Bound this process: memory, processor time, files (POSIX only)."""
    import resource

    os.setpgid(0, 0)
    seconds = int(limits["seconds"]) + 2
    for kind, value in [
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ]:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def main(argv: list[str]) -> None:
    """Serve jobs until standard input ends."""
    incoming = os.fdopen(os.dup(0), "rb", buffering=0)
    outgoing = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    while (frame := read_frame(incoming)) is not None:
        if hasattr(os, "fork") and "--no-fork" not in argv:
            private = (incoming.fileno(), outgoing)
            write_frame(outgoing, run_in_child(frame, private, sweep="--sweep" in argv))
        else:
            write_frame(outgoing, run(frame))


if __name__ == "__main__":
    main(sys.argv[1:])
