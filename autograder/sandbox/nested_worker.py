"""Runs jobs in a second Python, started by a browser's kernel, that can be ended like a process."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from ..candidate.frames import Ending, unpack_ending
from .carrier import CandidateError, Outcome

_GRACE = 1.0
"""Seconds after its time limit before a job that has not stopped on its own is ended from outside."""
_AUTOGRADER = Path(__file__).resolve().parent.parent
_KEPT_BACK = ("lent", "data_files", "__pycache__")


class NestedWorker:
    """A carrier for JupyterLite's kernel, where the browser lets Python wait for a promise.

    Parameters
    ----------
    index, lock : str
        The addresses of Pyodide's folder, with a final slash, and of its list of packages; those of the running Pyodide
        by default.
    """

    grades_classes = False

    def __init__(self, index: str = "", lock: str = "") -> None:
        import pyodide_js
        from pyodide.code import run_js
        from pyodide.ffi import to_js

        settings = pyodide_js._api.config
        script = Path(__file__).with_name("nested_worker.js").read_text(encoding="utf-8")
        files = to_js(pack_candidate())
        self._worker = run_js(script)(index or settings.indexURL, lock or settings.lockFileURL, files)

    def start(self) -> None:
        """Start the worker without waiting for it, so that it is ready when the first job comes."""
        self._worker.start()

    def run(self, job: bytes, seconds: float) -> Outcome:
        """Run a job for at most ``seconds`` by the clock.

        Raises
        ------
        CandidateError
            If the worker does not start.
        """
        from pyodide.ffi import run_sync, to_js

        message = run_sync(self._worker.ask(to_js(job), seconds, _GRACE))
        if reason := _read(message, "unready"):
            raise CandidateError(str(reason))
        if _read(message, "late"):
            return Outcome(Ending.TIMEOUT, limit=seconds)
        if (answer := _read(message, "answer")) is None:
            return Outcome(Ending.CRASHED, limit=seconds)
        return Outcome(*unpack_ending(answer.to_bytes()), limit=seconds)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


def _read(message: Any, name: str) -> Any:
    """Return the value that a JavaScript object holds under a name, or None."""
    return getattr(message, name, None)


def pack_candidate() -> bytes:
    """Return the files that a candidate needs, as a zip: those of `candidate`, and the lab that it may import."""
    import labkit

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted((_AUTOGRADER / "candidate").glob("*.py")):
            archive.write(path, f"candidate/{path.name}")
        lab = Path(labkit.__file__).resolve().parent
        for path in sorted(lab.rglob("*.py")):
            place = path.relative_to(lab)
            if place.parts[0] not in _KEPT_BACK:
                archive.write(path, f"lab/labkit/{place.as_posix()}")
    return packed.getvalue()
