"""Starts candidates, sends them jobs, and bounds everything that comes back."""

from __future__ import annotations

import os
import struct
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from . import judge, reference
from .candidate import main as candidate
from .candidate import wire
from .exercise import Exercise
from .isolation import command_line
from .judge import Reply
from .key import Key

MAX_SOURCE = 512 * 2**10
MAX_MODULES = 100
MEMORY = 2 * 2**30
FILE_BYTES = 2**20


def read_library(folder: Path) -> dict[str, bytes]:
    """Read the modules of a library folder, by module name; links and oversized files are left out."""
    sources = {}
    if folder.is_dir():
        for path in sorted(folder.glob("*.py"))[:MAX_MODULES]:
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_SOURCE:
                sources[path.stem] = path.read_bytes()
    return sources


class Runner:
    """Runs exercises of student libraries in a limited process, one after another.

    Parameters
    ----------
    isolation : str
        ``"process"`` (limits only) or ``"bubblewrap"`` (a sandbox).
    time_limit : float, optional
        Seconds an exercise, in place of the exercise's own limit.
    """

    def __init__(self, isolation: str = "process", time_limit: float | None = None) -> None:
        self.isolation, self.time_limit = isolation, time_limit
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the candidate and everything below it."""
        if self._process:
            self._process.kill()
            for stream in (self._process.stdin, self._process.stdout):
                stream.close()
            self._process.wait()
            self._process = None

    def _start(self) -> subprocess.Popen:
        if self._process is None or self._process.poll() is not None:
            self.close()
            argv, environment = command_line(self.isolation)
            self._process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, bufsize=0
            )
        return self._process

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
            return Reply(judge.MISSING, f"{file} is missing. Put the file back, or hand it in with your notebook.")
        source, names = reference.source_of(given) if given else ("", {})
        seconds = self.time_limit or exercise.time_limit
        job = {
            "exercise": exercise.name,
            "module": exercise.module,
            "sources": dict(sources),
            "folder": folder,
            "reference_source": source,
            "reference_names": names,
            "cases": [[(call.args, dict(call.kwargs)) for call in case.calls] for case in key.cases],
            "limits": {"seconds": float(seconds), "memory": MEMORY, "file_bytes": FILE_BYTES},
        }
        frame = wire.encode(job)
        raw = self._exchange(frame, seconds)
        return self._read(raw, exercise, file, seconds)

    def _exchange(self, frame: bytes, seconds: float) -> bytes:
        """Send a frame and return the answer; a candidate that is late or gone is replaced."""
        process = self._start()
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            process.kill()

        # The candidate keeps the limit itself; this clock is for one that no longer can.
        clock = threading.Timer(seconds + 5 if hasattr(os, "fork") else seconds, expire)
        clock.start()
        try:
            process.stdin.write(struct.pack("<Q", len(frame)) + frame)
            raw = self._read_frame(process)
        except OSError:
            raw = None
        finally:
            clock.cancel()
        if raw is None or not hasattr(os, "fork"):
            self.close()
        if raw is None:
            return candidate.TIMEOUT if expired.is_set() else candidate.CRASHED
        return raw

    @staticmethod
    def _read_frame(process: subprocess.Popen) -> bytes | None:
        head = b""
        while len(head) < 8:
            piece = process.stdout.read(8 - len(head))
            if not piece:
                return None
            head += piece
        (n,) = struct.unpack("<Q", head)
        if n > candidate.MAX_ANSWER + 1:
            return None
        data = bytearray()
        while len(data) < n:
            piece = process.stdout.read(min(n - len(data), 2**20))
            if not piece:
                return None
            data += piece
        return bytes(data)

    def _read(self, raw: bytes, exercise: Exercise, file: str, seconds: float) -> Reply:
        name, tag = exercise.name, raw[:1]
        if tag == candidate.TIMEOUT:
            return Reply(judge.TIMEOUT, f"{name} did not finish within {seconds:g} seconds and was stopped. "
                         "Look for a loop that never ends, or for much more work than is needed.")  # fmt: skip
        if tag == candidate.CRASHED:
            return Reply(judge.CRASHED, f"{name} ended its whole process, so nothing came back. Endless recursion, "
                         "far too much memory, or a call that exits Python does that.")  # fmt: skip
        if tag == candidate.TOO_MUCH:
            return Reply(judge.MALFORMED, f"{name} sent back more than can be read. Return just the result.")
        if tag != candidate.ANSWER:
            return Reply(judge.MALFORMED, f"What {name} sent back is no data.")
        try:
            data = wire.decode(raw[1:])
            return self._understood(data, exercise, file)
        except (wire.WireError, KeyError, TypeError, AttributeError, ValueError) as error:
            return Reply(judge.MALFORMED, f"What {name} sent back is no data ({error}).")

    def _understood(self, data: dict, exercise: Exercise, file: str) -> Reply:
        name = exercise.name
        if error := data.get("error"):
            return Reply(judge.ERROR, _load_error(error, file), error=error)
        if data.get("absent"):
            return Reply(judge.NOT_STARTED, f"{file} has no function called {name}. Was it renamed or deleted? "
                         f'reset("{name}") puts its beginning back.')  # fmt: skip
        cases = data["cases"]
        for outcomes in cases:
            for outcome in outcomes:
                _require(isinstance(outcome["changed"], list))
                _require(("value" in outcome) != ("raised" in outcome))
                if "raised" in outcome:
                    _require(isinstance(outcome["raised"], dict) and isinstance(outcome["raised"]["type"], str))
        return Reply("ran", cases=cases, printed=str(data.get("printed", ""))[:4000])


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError("unexpected form")


def _load_error(error: dict, file: str) -> str:
    where = f"line {error.get('line')} of {error.get('file') or file}"
    if "SyntaxError" in error.get("kinds", ()):
        return f"Python cannot read {where}: {error.get('message')}. The line is: {error.get('code')}"
    if not error.get("line"):
        return f"{file} cannot be run: {error.get('type')}: {error.get('message')}."
    return f"{file} stops while it is being loaded, in {where} ({error.get('code')}): {error.get('type')}: {error.get('message')}"
