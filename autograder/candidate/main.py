"""Serves jobs: runs one function of a student's library on given inputs, and sends back nothing but plain data.

The autograder starts it through ``start.py``. It reads jobs from standard input and writes answers to what was its
standard output. If the system can fork, each job runs in a separate child process, with limits; otherwise the
autograder starts one program per job.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import marshal
import os
import struct
import time
from types import ModuleType
from typing import Any

from . import importer, wire
from .call import call_function, describe_error, describe_message
from .frames import LAST, MAX_ANSWER, MORE, PIECE, READY, Ending, pack_ending, read_frame, write_frame
from .limits import MAX_FILES, MAX_JOBS, MAX_PRINTED, set_limits

_HEAD = 8
"""Bytes before a frame's content, which state its length."""
_PIECE_BYTES = 2**16
_passing = bytearray(_PIECE_BYTES)
"""The one place where the first process holds what a child sends, wiped before the next child is forked."""


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
        ``{"cases": [[outcome, ...], ...], "printed": str}``. For several functions together: ``{"together": {name:
        one of the last two, ...}, "compiled": {module: its marshalled code, ...}}``. For a job that is a notebook:
        what `notebook.run_cells` returns.
    """
    if "cells" in job:
        # Loaded only where a notebook is to be run: IPython costs more than all the rest.
        return importlib.import_module(f"{importer.__package__}.notebook").run_cells(job)
    student = importer.Library(job["sources"], job["folder"], _load_references(job), job["module"], job["compiled"])
    student.install()
    printed = _Output()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            module = importlib.import_module(f"{importer.PACKAGE}.{job['module']}")
        except BaseException as error:
            return {"error": describe_error(error, job["folder"])}
        if "together" in job:
            answers = {name: _answer_cases(module, name, cases, job) for name, cases in job["together"].items()}
            return {"together": answers, "compiled": student.compiled}
        answer = _answer_cases(module, job["exercise"], job["cases"], job)
    return answer | {"printed": printed.getvalue()}


def _answer_cases(module: ModuleType, name: str, cases: list, job: dict) -> dict:
    function = getattr(module, name, None)
    if not callable(function):
        return {"absent": True}
    outcomes = []
    for calls in cases:
        generators: dict = {}
        outcomes.append([call_function(function, args, kwargs, generators, job["folder"]) for args, kwargs in calls])
    return {"cases": outcomes}


def _load_references(job: dict) -> dict[str, dict]:
    """Run the compiled source of the given functions; sort them by the modules that they belong to."""
    namespace: dict[str, Any] = {"__name__": "given"}
    if job["reference_code"]:
        exec(marshal.loads(job["reference_code"]), namespace)
    return {module: {name: namespace[name] for name in names} for module, names in job["reference_names"].items()}


def run_job(job: bytes) -> bytes:
    """Answer one job in this process."""
    try:
        return pack_ending(Ending.ANSWERED, wire.encode(answer_job(wire.decode(job))))
    except wire.WireError:
        return pack_ending(Ending.TOO_MUCH)
    except BaseException as error:
        # The student's code left something behind, such as a changed NumPy, that prevents the answer from being read.
        return pack_ending(Ending.UNREADABLE, describe_message(error).encode("utf-8", "replace"))


def run_job_in_child(
    incoming: io.RawIOBase, outgoing: int, limits: dict, sandboxed: bool, expected: int | None = None
) -> tuple[Ending, int] | None:
    """Let a forked child with limits read and answer one job; it and all its descendants are killed at the deadline.

    This process itself reads no byte of the job and keeps none of the answer: a later child is a copy of its memory,
    and may belong to another student.

    Parameters
    ----------
    expected : int, optional
        The child's process id, if no process has been started since the previous job.

    Returns
    -------
    tuple of (Ending, int) or None
        How the job ended, and the child's process id; None if the id is not the expected one, and nothing was run.
    """
    import signal

    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for descriptor in (reader, outgoing):
                os.close(descriptor)
            _open_nothing()
            if expected is None or os.getpid() == expected:
                signal.signal(signal.SIGINT, signal.default_int_handler)
                set_limits(limits, sandboxed)
                job = read_frame(incoming)
                incoming.close()
                write_frame(writer, run_job(job))
        finally:
            os._exit(0)
    os.close(writer)
    deadline = time.monotonic() + limits["wall"]
    ending, received = _relay_answer(reader, outgoing, child, limits["seconds"], deadline, sandboxed)
    os.close(reader)
    code = None
    if ending is Ending.ANSWERED and received < _HEAD:
        # The child has closed its pipe, and may keep running.
        code = _wait_for(child, deadline)
        # The processor-time limit ends a loop that the clock would have ended a moment later.
        late = code is None or os.WTERMSIG(code) == signal.SIGXCPU
        ending = Ending.TIMEOUT if late else Ending.CRASHED
    # The child may also leave other processes behind, so all are always killed.
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    if sandboxed:
        _kill_all_others()
    if code is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with contextlib.suppress(ChildProcessError):
        while sandboxed:
            os.waitpid(-1, 0)
    if expected is not None and child != expected:
        return None
    return ending, child


def _kill_all_others() -> None:
    """Kill every other process of a sandbox, whose first process this is; do nothing outside of one."""
    import signal

    if os.getpid() != 1:
        return
    with contextlib.suppress(OSError):
        os.kill(-1, signal.SIGKILL)


_STANDSTILL = 1.0
"""A step that takes longer than this many seconds means that the whole machine was suspended, like a laptop."""


def _relay_answer(
    reader: int, outgoing: int, child: int, seconds: float, deadline: float, sandboxed: bool
) -> tuple[Ending, int]:
    """Pass on what a child sends until its answer is complete or breaks a limit; return the ending and the length."""
    import select

    view, received, now = memoryview(_passing), 0, time.monotonic()
    try:
        while True:
            ready, _, _ = select.select([reader], [], [], max(0.0, min(deadline - now, 0.02)))
            before, now = now, time.monotonic()
            if now - before > _STANDSTILL:
                deadline += now - before
            if sandboxed and _count_files() > MAX_FILES:
                return Ending.FILES, received
            if ready:
                kept = min(received, _HEAD)  # the header stays in place; the content passes through behind it
                end = kept + os.readv(reader, [view[kept:]])
                received += end - kept
                complete = end == kept  # the child has closed its pipe
                if received >= _HEAD:
                    size = struct.unpack_from("<Q", view)[0]
                    if size > MAX_ANSWER + 100:
                        return Ending.TOO_MUCH, received
                    if received > _HEAD + size:
                        return Ending.SEVERAL, received
                    complete = complete or received == _HEAD + size
                if end > _HEAD:
                    write_frame(outgoing, view[_HEAD:end], PIECE)
                if complete:
                    return Ending.ANSWERED, received
            elif now >= deadline or _read_processor_time(child) >= seconds:
                return Ending.TIMEOUT, received
    finally:
        view[:] = bytes(len(view))


def _read_processor_time(pid: int) -> float:
    """Return the processor time that a process has used (0 if the system has no such clock)."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # how Linux numbers the clock of a process
    except (AttributeError, OSError, OverflowError):
        return 0.0


def _count_files() -> int:
    held = os.statvfs("/tmp")
    return held.f_files - held.f_ffree


def _wait_for(child: int, deadline: float) -> int | None:
    """Return how a child ended, or None if it is still running at the deadline."""
    while time.monotonic() < deadline:
        pid, code = os.waitpid(child, os.WNOHANG)
        if pid:
            return code
        time.sleep(0.0005)
    return None


def serve_jobs(argv: list[str]) -> None:
    """Answer the jobs on standard input until the input ends."""
    incoming = os.fdopen(os.dup(0), "rb", buffering=0)
    outgoing = os.dup(1)
    _open_nothing()
    sandboxed, forks = "--sandboxed" in argv, hasattr(os, "fork") and "--no-fork" not in argv
    if forks:
        # Loaded here once, instead of in every child.
        import resource  # noqa: F401
        import select  # noqa: F401
        import signal

        import numpy.random  # noqa: F401

        # So that no child's garbage collector touches, and thereby copies, the memory that all children share.
        gc.freeze()
        # This is the only signal that would reach a sandbox's first process if it were sent from inside.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.enable()
    begun = _find_traces() if sandboxed else None
    write_frame(outgoing, READY)
    served, expected = 0, None
    while (frame := read_frame(incoming)) is not None:
        limits = wire.decode(frame)
        if forks:
            ended = run_job_in_child(incoming, outgoing, limits, sandboxed, expected)
            if ended is None:  # the previous job started processes, and their number could tell the next job something
                return
            ending, child = ended
            expected = child + 1 if sandboxed else None
        else:
            ending = Ending.ANSWERED
            write_frame(outgoing, run_job(read_frame(incoming)), PIECE)
        served += 1
        # A job without an answer was perhaps not read to its end. And no job may find what another one has left.
        last = not forks or ending is not Ending.ANSWERED or served == MAX_JOBS
        last = last or (sandboxed and _find_traces() != begun)
        write_frame(outgoing, (LAST if last else MORE) + pack_ending(ending))
        if last:
            return


def _open_nothing() -> None:
    """Connect the standard streams with nothing; each job does so anew, because its flags would stay for the next."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _find_traces() -> tuple:
    """Return the traces that a job may have left for the next one in a sandbox, where only one folder is writable."""
    held = os.stat("/tmp")
    priority = os.getpriority(os.PRIO_PROCESS, 0)
    return os.listdir("/tmp"), held.st_mode, held.st_nlink, held.st_mtime_ns, held.st_ctime_ns, priority
