"""Keeps the learner's own records, such as predictions, in ``.weightlab/`` at the project's root."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .place import ROOT

FOLDER = ROOT / ".weightlab"
LOCK_SECONDS, STALE_SECONDS = 3.0, 10.0
"""How long to wait for another process that writes, and how old a lock gets before its process counts as dead."""

_pending: dict[Path, list[Callable[[dict], dict]]] = {}
"""Changes that could not be written: they last as long as the process, and are written with the next that can be."""


def load(name: str, folder: Path | None = None) -> dict:
    """Read the record `name`, with the changes that could not be written; an empty record if none exists.

    A file that holds no record is kept as ``NAME.broken`` and counts as empty, so that a notebook can continue. A file
    that cannot be read at the moment also counts as empty, and stays.

    Parameters
    ----------
    name : str
        The record's name, such as ``"predictions"``, kept in ``.weightlab/predictions.json``.
    folder : Path, optional
        Where the records are; by default in this copy of the course.

    Returns
    -------
    dict
        What was saved last.
    """
    path = (folder or FOLDER) / f"{name}.json"
    try:
        record = _read(path)
    except OSError:
        record = {}
    return _changed(record, _pending.get(path, []))


def never_passed(exercises: Iterable[str]) -> list[str]:
    """Return the exercises that were checked and have never passed."""
    checked = load("progress")
    return [one for one in exercises if isinstance(checked.get(one), dict) and not checked[one].get("solved")]


def update(name: str, change: Callable[[dict], dict]) -> bool:
    """Change the record `name` as it is on disk now, so that nothing that another process wrote is lost.

    Parameters
    ----------
    name : str
        As for `load`.
    change : callable
        Takes the record and returns the new one.

    Returns
    -------
    bool
        Whether it could be written. If not, the file stays as it is, and `load` includes the change all the same.
    """
    path = FOLDER / f"{name}.json"
    changes = _pending.setdefault(path, [])
    changes.append(change)
    try:
        FOLDER.mkdir(exist_ok=True)
        with _locked(path.with_suffix(".lock")):
            kept = save(name, _changed(_read(path), changes))
    except OSError:
        kept = False
    if kept:
        del _pending[path]
    return kept


def _changed(record: dict, changes: list[Callable[[dict], dict]]) -> dict:
    for change in changes:
        record = change(record)
    return record


def _read(path: Path) -> dict:
    """Read a record; raise OSError if the file exists but cannot be read."""
    try:
        text = _patiently(path.read_bytes)
        record = json.loads(text.decode("utf-8"), parse_float=_finite, parse_constant=_finite)
        if isinstance(record, dict):
            return record
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        pass
    names = itertools.chain([".broken"], (f"-{n}.broken" for n in itertools.count(2)))
    aside = next(one for one in (path.with_name(path.stem + name) for name in names) if not one.exists())
    with contextlib.suppress(FileNotFoundError):  # another process was quicker
        _patiently(lambda: path.rename(aside))
    print(
        f"{path} could not be read as a record. It is kept as {aside.name}, and a new record is begun.", file=sys.stderr
    )
    return {}


def _finite(text: str) -> float | None:
    """Read a number; None if it is not finite: JSON has no such numbers, though Python's parser accepts them."""
    return value if math.isfinite(value := float(text)) else None


def _patiently(do: Callable[[], Any]) -> Any:
    """Do something with a file, and retry if it fails: on Windows another process may hold the file for a moment."""
    for wait in (0.01, 0.05):
        try:
            return do()
        except FileNotFoundError:
            raise
        except OSError:
            time.sleep(wait)
    return do()


@contextlib.contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Keep other processes from writing; after `LOCK_SECONDS` go on anyway: a late record is worse than a race."""
    deadline, mine = time.monotonic() + LOCK_SECONDS, False
    while not mine and time.monotonic() < deadline:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            mine = True
        except (FileExistsError, PermissionError) as error:
            if isinstance(error, PermissionError) and os.name != "nt":  # on Windows the file may be about to be deleted
                raise
            with contextlib.suppress(OSError):
                if abs(time.time() - lock.stat().st_mtime) > STALE_SECONDS:  # or made before the clock was set back
                    lock.unlink()
            time.sleep(0.005)
    try:
        yield
    finally:
        if mine:
            with contextlib.suppress(OSError):
                _patiently(lock.unlink)


def save(name: str, record: dict) -> bool:
    """Write the record `name` completely or not at all.

    Parameters
    ----------
    name : str
        As for `load`.
    record : dict
        Plain data that JSON can hold.

    Returns
    -------
    bool
        Whether it could be written; a full or read-only disk must not stop a notebook.
    """
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
    try:
        FOLDER.mkdir(exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=FOLDER, prefix=name, suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            _patiently(lambda: os.replace(temporary, FOLDER / f"{name}.json"))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError:
        return False
    return True
