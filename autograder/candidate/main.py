"""Serves jobs: runs one function of a student's library on given inputs and sends back plain data, nothing else.

The autograder starts it by ``start.py``. It reads jobs from standard input and writes answers to what was its standard
output. Where the system can fork, each job runs in a child of its own, with limits; elsewhere the autograder starts one
program per job.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import struct
import time
from typing import Any

from . import importer, wire
from .call import call_function, describe_error, describe_message
from .frames import LAST, MAX_ANSWER, MORE, READY, Ending, pack_ending, read_frame, write_frame
from .limits import MAX_FILES, MAX_PRINTED, set_limits


class _Output(io.StringIO):
    """Keeps the first few thousand characters that the student's code prints."""

    def write(self, text: str) -> int:
        if self.tell() < MAX_PRINTED:
            super().write(text[:MAX_PRINTED])
        return len(text)


def answer_job(job: dict) -> dict:
    """Load the student's library and make every call of a job.

    Returns
    -------
    dict
        ``{"error": ...}`` when the module cannot be run, ``{"absent": True}`` when it has no such function, else
        ``{"cases": [[outcome, ...], ...], "printed": str}``. For a job that is a notebook: what
        `notebook.run_cells` returns.
    """
    if "cells" in job:
        # Loaded only where a notebook is to be run: IPython costs more than all the rest.
        return importlib.import_module(f"{importer.__package__}.notebook").run_cells(job)
    student = importer.Library(job["sources"], job["folder"], _load_references(job), job["module"])
    student.install()
    printed = _Output()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            module = importlib.import_module(f"{importer.PACKAGE}.{job['module']}")
        except BaseException as error:
            return {"error": describe_error(error, job["folder"])}
        function = getattr(module, job["exercise"], None)
        if not callable(function):
            return {"absent": True}
        cases = []
        for calls in job["cases"]:
            generators: dict = {}
            cases.append([call_function(function, args, kwargs, generators, job["folder"]) for args, kwargs in calls])
    return {"cases": cases, "printed": printed.getvalue()}


def _load_references(job: dict) -> dict[str, dict]:
    """Run the source of the given functions; sort them by the modules that they belong to."""
    namespace: dict[str, Any] = {"__name__": "given"}
    exec(compile(job["reference_source"], "<given>", "exec"), namespace)
    return {module: {name: namespace[name] for name in names} for module, names in job["reference_names"].items()}


def run_job(job: bytes) -> bytes:
    """Answer one job in this very process."""
    try:
        return pack_ending(Ending.ANSWERED, wire.encode(answer_job(wire.decode(job))))
    except wire.WireError:
        return pack_ending(Ending.TOO_MUCH)
    except BaseException as error:
        # Something that the student's code left behind, such as a changed NumPy, prevents the answer from being read.
        return pack_ending(Ending.UNREADABLE, describe_message(error).encode("utf-8", "replace"))


def run_job_in_child(
    incoming: io.RawIOBase, limits: dict, private: tuple[int, ...], sandboxed: bool
) -> tuple[bytes, bool]:
    """Answer the next job in a forked child with limits, killed with all its kin at the deadline.

    The child reads the job itself: of one job, the references that it lends included, nothing is left in the memory of
    this process, from which the next child is forked.

    Returns
    -------
    tuple
        What came of it, and whether the whole job was read, so that another one can follow.
    """
    import signal

    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            job = read_frame(incoming)
            for descriptor in private:
                os.close(descriptor)
            os.write(writer, _HAS_READ)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            set_limits(limits, sandboxed)
            write_frame(writer, run_job(job))
        finally:
            os._exit(0)
    os.close(writer)
    with contextlib.suppress(OSError):
        os.setpgid(child, child)
    deadline = time.monotonic() + limits["wall"]
    ending, data = _collect_answer(reader, child, limits["seconds"], deadline, sandboxed)
    os.close(reader)
    has_read, data = data[: len(_HAS_READ)] == _HAS_READ, data[len(_HAS_READ) :]
    # The child may close its pipe and go on, or leave others behind: all are killed in every case.
    code = _wait_for(child, deadline) if ending is Ending.ANSWERED and not data else None
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    if code is None:
        os.kill(child, signal.SIGKILL)
    if sandboxed:
        # Here this process is the first one, and whatever else runs came from the child.
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)
    if code is None:
        code = os.waitpid(child, 0)[1]
    with contextlib.suppress(ChildProcessError):
        while sandboxed:
            os.waitpid(-1, 0)
    if ending is not Ending.ANSWERED:
        return pack_ending(ending), has_read
    if len(data) < 8:
        # The processor-time limit ends a loop that the clock would have ended a moment later.
        late = (os.WIFSIGNALED(code) and os.WTERMSIG(code) == signal.SIGXCPU) or time.monotonic() >= deadline
        return pack_ending(Ending.TIMEOUT if late else Ending.CRASHED), has_read
    if len(data) - 8 > _announced_size(data):
        return pack_ending(Ending.SEVERAL), has_read
    return bytes(data[8:]), has_read


_HAS_READ = b"r"
"""What a child sends first, once it has read its job and before it runs anything of a student's."""


def _collect_answer(
    reader: int, child: int, seconds: float, deadline: float, sandboxed: bool
) -> tuple[Ending, bytearray]:
    """Read what a child sends until its answer is whole, or it breaks a bound."""
    import select

    data = bytearray()
    while True:
        remaining = deadline - time.monotonic()
        ready, _, _ = select.select([reader], [], [], max(0.0, min(remaining, 0.02)))
        if sandboxed and _count_files() > MAX_FILES:
            return Ending.FILES, data
        if ready:
            piece = os.read(reader, 2**20)
            data += piece
            answer = len(data) - len(_HAS_READ)
            size = _announced_size(data, len(_HAS_READ))
            if max(answer, size) > MAX_ANSWER + 100:
                return Ending.TOO_MUCH, data
            if not piece or (answer >= 8 and answer - 8 >= size):
                return Ending.ANSWERED, data
        elif remaining <= 0 or _read_processor_time(child) >= seconds:
            return Ending.TIMEOUT, data


def _read_processor_time(pid: int) -> float:
    """Return the processor time that a process has used (0 where the system has no such clock)."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # how Linux numbers the clock of a process
    except (AttributeError, OSError, OverflowError):
        return 0.0


def _announced_size(data: bytearray, start: int = 0) -> int:
    return struct.unpack_from("<Q", data, start)[0] if len(data) >= start + 8 else 0


def _count_files() -> int:
    held = os.statvfs("/tmp")
    return held.f_files - held.f_ffree


def _wait_for(child: int, deadline: float) -> int | None:
    """Return how a child ended, or None where it still runs at the deadline."""
    while time.monotonic() < deadline:
        pid, code = os.waitpid(child, os.WNOHANG)
        if pid:
            return code
        time.sleep(0.0005)
    return None


def serve_jobs(argv: list[str]) -> None:
    """Answer the jobs of standard input until it ends."""
    incoming = os.fdopen(os.dup(0), "rb", buffering=0)
    outgoing = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    sandboxed, forks = "--sandboxed" in argv, hasattr(os, "fork") and "--no-fork" not in argv
    if forks:
        # Loaded here once, instead of in every child.
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
        limits = wire.decode(frame)  # the job itself follows
        if forks:
            reply, whole = run_job_in_child(incoming, limits, (incoming.fileno(), outgoing), sandboxed)
            # No exercise finds what another one wrote.
            last = not whole or (sandboxed and bool(os.listdir("/tmp")))
        else:
            reply, last = run_job(read_frame(incoming)), True
        write_frame(outgoing, (LAST if last else MORE) + reply)
