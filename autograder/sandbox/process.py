"""Starts candidates, sends them jobs, and bounds everything that comes back."""

from __future__ import annotations

import os
import struct
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..candidate import main as candidate
from ..candidate import wire
from ..exercise import Call, Exercise
from ..judging import reference
from ..judging.key import Key
from ..judging.verdict import Reply, Status
from . import isolation

MAX_SOURCE = 512 * 2**10
MAX_MODULES = 100
MEMORY = 2**30
"""What one process may map, and all that a candidate started may hold together."""
FILE_BYTES = 2**20
START_SECONDS = 60.0
_PROCESSES = 64
_TICK = 0.05


class CandidateError(RuntimeError):
    """The process for the student's code could not be started: the examiner's failure, not the student's."""


def read_library(folder: Path) -> dict[str, bytes]:
    """Read the modules of a library folder, by module name.

    Links and files that Python could not import are left out; of an oversized file only its beginning is read, which
    `Runner.run` refuses.
    """
    sources = {}
    if folder.is_dir():
        for path in sorted(folder.glob("*.py"))[:MAX_MODULES]:
            if path.stem.isidentifier() and path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    sources[path.stem] = file.read(MAX_SOURCE + 1)
    return sources


class Runner:
    """Runs exercises of one student's library in a process shut in, one after another.

    Parameters
    ----------
    isolation : str
        ``"process"`` (limits only) or ``"bubblewrap"`` (a sandbox).
    time_limit : float, optional
        Seconds an exercise, in place of the exercise's own limit.
    submission_limit : float, optional
        Seconds that all runs together may take; what comes later is not tried.
    """

    whole_lab = False
    """Whether the candidate finds all that a notebook uses, see `isolation.start`."""

    def __init__(
        self, isolation: str = "process", time_limit: float | None = None, submission_limit: float | None = None
    ) -> None:
        self.isolation, self.time_limit, self.submission_limit = isolation, time_limit, submission_limit
        self.spent = 0.0
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The candidate's process, where one runs."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the candidate and everything below it."""
        if self._process:
            isolation.end(self._process)
            self._process = None

    def begin(self) -> bool:
        """Start a candidate where none waits; return whether it is a new one.

        Raises
        ------
        CandidateError
            If it does not start.
        """
        if self._process is not None and self._process.poll() is None:
            return False
        self.close()
        try:
            self._process = isolation.start(self.isolation, self.whole_lab)
        except OSError as error:
            raise CandidateError(f"{type(error).__name__}: {error}") from error
        said, why = self._exchange(b"", START_SECONDS)
        if said != candidate.READY:
            words = "" if why else self._process.stderr.read(4000).decode("utf-8", "replace").strip()
            self.close()
            raise CandidateError(words.rpartition("\n")[2] or "it did not get ready in time")
        return True

    def run(
        self, exercise: Exercise, key: Key, sources: Mapping[str, bytes], folder: str, given: tuple[str, ...] = ()
    ) -> Reply:
        """Run an exercise's cases on a student's sources.

        Parameters
        ----------
        sources : mapping
            As from `read_library`.
        folder : str
            How messages name the library's folder.
        given : tuple of str
            Exercises in whose place the reference's functions stand.
        """
        file = f"{folder}/{exercise.module}.py"
        if exercise.module not in sources:
            return Reply(Status.MISSING, f"{file} is missing. Put the file back, or hand it in with your notebook.")
        if len(sources[exercise.module]) > MAX_SOURCE:
            return Reply(Status.ERROR, f"{file} is larger than {MAX_SOURCE // 2**10} KiB and was not read.")
        source, names = reference.source_of(given) if given else ("", {})
        seconds = self.time_limit or exercise.time_limit
        if self.submission_limit is not None:
            seconds = min(seconds, self.submission_limit - self.spent)
            if seconds <= 0:
                return Reply(
                    Status.TIMEOUT,
                    f"{exercise.name} was not tried: what came before it had used up all of "
                    f"the {self.submission_limit:g} seconds that a whole chapter may take.",
                )
        job = {
            "exercise": exercise.name,
            "module": exercise.module,
            "sources": {name: text for name, text in sources.items() if len(text) <= MAX_SOURCE},
            "folder": folder,
            "reference_source": source,
            "reference_names": names,
            "cases": [[(call.args, dict(call.kwargs)) for call in case.calls] for case in key.cases],
            "limits": {"seconds": float(seconds), "memory": MEMORY, "file_bytes": FILE_BYTES},
        }
        raw = self._ask(wire.encode(job), seconds)
        return self._read(raw, exercise, key, file, seconds)

    def _ask(self, job: bytes, seconds: float) -> bytes:
        """Send a job and return the answer; a candidate that is late or gone is replaced."""
        began, frame = time.monotonic(), struct.pack("<Q", len(job)) + job
        # The candidate keeps the limit itself, where it can; this clock is for one that no longer does.
        patience = seconds + 5 if hasattr(os, "fork") else seconds
        try:
            fresh = self.begin()
            raw, why = self._exchange(frame, patience)
            if raw is None and not why and not fresh:
                # Something that an earlier exercise left behind may have ended it.
                self.close()
                self.begin()
                raw, why = self._exchange(frame, patience)
        finally:
            self.spent += time.monotonic() - began
        if raw is None or raw[:1] != candidate.MORE:
            self.close()
        return why or candidate.CRASHED if raw is None else raw[1:]

    def _exchange(self, frame: bytes, seconds: float) -> tuple[bytes | None, bytes]:
        """Send a frame and return the one that comes back, or None and why the candidate was ended, where it was."""
        process, done, why = self._process, threading.Event(), []
        deadline = time.monotonic() + seconds

        def watch() -> None:
            while not why and not done.wait(_TICK):
                processes, memory = isolation.usage(process.pid)
                if time.monotonic() > deadline:
                    why.append(candidate.TIMEOUT)
                elif memory > MEMORY:
                    why.append(candidate.CRASHED + b"memory")
                elif processes > _PROCESSES:
                    why.append(candidate.CRASHED + b"processes")
            if why:
                isolation.kill(process)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            process.stdin.write(frame)
            raw = _receive(process)
        except OSError:
            raw = None
        finally:
            done.set()
            watcher.join()
        return (None, why[0]) if why else (raw, b"")

    def _read(self, raw: bytes, exercise: Exercise, key: Key, file: str, seconds: float) -> Reply:
        name, tag, why = exercise.name, raw[:1], raw[1:]
        if tag == candidate.TIMEOUT:
            return Reply(
                Status.TIMEOUT,
                f"{name} did not finish within {seconds:.3g} seconds and was stopped. "
                "Look for a loop that never ends, or for much more work than is needed.",
            )
        if tag == candidate.CRASHED:
            return Reply(Status.CRASHED, _CRASHES.get(why, _CRASHES[b""]).format(name=name))
        if tag == candidate.TOO_MUCH:
            return Reply(Status.MALFORMED, f"{name} sent back more than can be read. Return just the result.")
        if tag == candidate.SEVERAL:
            words = f"More than one answer came back from {name}, as from processes that it started. {_ONE_PROCESS}"
            return Reply(Status.MALFORMED, words)
        if tag == candidate.BROKEN:
            return Reply(
                Status.MALFORMED,
                f"What {name} gave back could not be read out. Does {file} change NumPy or Python's own functions?",
            )
        try:
            _require(tag == candidate.ANSWER)
            return _understood(wire.decode(why), exercise, key, file)
        except (wire.WireError, KeyError, TypeError, AttributeError, ValueError) as error:
            return Reply(Status.MALFORMED, f"What {name} sent back is no data ({error}).")


_ONE_PROCESS = "Leave out os.fork and multiprocessing: a function computes in the one process that it has."
_CRASHES = {
    b"": "{name} ended its whole process, so nothing came back. Endless recursion, far too much memory, or a call that "
    "exits Python does that.",
    b"memory": f"{{name}} used more than {MEMORY // 2**20} MiB of memory and was stopped.",
    b"processes": f"{{name}} started far too many processes and was stopped. {_ONE_PROCESS}",
    b"files": "{name} wrote far too many files and was stopped.",
}


def _receive(process: subprocess.Popen) -> bytes | None:
    head = _read_exactly(process, 8)
    if head is None:
        return None
    (n,) = struct.unpack("<Q", head)
    return _read_exactly(process, n) if n <= candidate.MAX_ANSWER + 2 else None


def _read_exactly(process: subprocess.Popen, n: int) -> bytes | None:
    data = bytearray()
    while len(data) < n:
        piece = process.stdout.read(min(n - len(data), 2**20))
        if not piece:
            return None
        data += piece
    return bytes(data)


def _understood(data: dict, exercise: Exercise, key: Key, file: str) -> Reply:
    """Check the form of an answer; what is left is text of bounded length, and values."""
    name = exercise.name
    if data.get("error"):
        error = _error(data["error"])
        return Reply(Status.ERROR, _load_error(error, file), error=error)
    if data.get("absent"):
        return Reply(
            Status.NOT_STARTED,
            f"{file} has no function called {name}. Was it renamed or deleted? "
            f'labkit.reset("{name}") puts its beginning back.',
        )
    _require([len(outcomes) for outcomes in data["cases"]] == [len(case.calls) for case in key.cases])
    cases = [
        [_outcome(outcome, call) for outcome, call in zip(outcomes, case.calls, strict=True)]
        for outcomes, case in zip(data["cases"], key.cases, strict=True)
    ]
    return Reply(cases=cases, printed=_text(data["printed"], candidate.MAX_PRINTED))


def _outcome(outcome: dict, call: Call) -> dict:
    _require(("value" in outcome) != ("raised" in outcome))
    changed, arguments = outcome["changed"], [*range(len(call.args)), *dict(call.kwargs)]
    # Each of the call's own arguments at most once, in their order: nothing else can be told by it.
    _require(changed == [one for one in arguments if one in changed])
    seen = {"value": outcome["value"]} if "value" in outcome else {"raised": _error(outcome["raised"])}
    return seen | {"changed": changed, "iterator": outcome.get("iterator") is True}


def _error(told: dict) -> dict:
    error = {name: _text(told.get(name) or "", 500) for name in ("type", "message", "file", "code", "function")}
    kinds, line = told.get("kinds"), told.get("line")
    _require(isinstance(kinds, list) and (line is None or isinstance(line, int)))
    return error | {"kinds": [_text(kind, 100) for kind in kinds[:20]], "line": line}


def _text(value: Any, most: int) -> str:
    _require(isinstance(value, str))
    return wire.printable(value[:most])


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError("unexpected form")


def _load_error(error: dict, file: str) -> str:
    where = f"line {error['line']} of {error['file'] or file}"
    if "SyntaxError" in error["kinds"] and not error["line"]:
        return f"Python cannot read {file}: {error['message']}. Save it as plain text in UTF-8."
    if "SyntaxError" in error["kinds"]:
        return f"Python cannot read {where}: {error['message']}. The line is: {error['code']}"
    if "UnicodeDecodeError" in error["kinds"] and not error["line"]:
        return f"Python cannot read {file}: some of its bytes are none of UTF-8. Save it as plain text in UTF-8."
    raised = ": ".join(filter(None, (error["type"], error["message"].strip())))
    if not error["line"]:
        return f"{file} cannot be run: {raised}."
    stopped = f"{file} stops while it is being loaded, in {where} ({error['code']})"
    return f"{stopped}: {raised}"
