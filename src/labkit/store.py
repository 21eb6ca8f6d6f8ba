"""Keeps the learner's own records, such as predictions, in ``.weightlab/`` at the project's root."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".weightlab"


def load(name: str) -> dict:
    """Read the record `name`; an empty one where there is none.

    A file that cannot be read as a record is kept beside as ``NAME.broken`` and counts as empty, so
    that a notebook goes on.

    Parameters
    ----------
    name : str
        As ``"predictions"``, kept in ``.weightlab/predictions.json``.

    Returns
    -------
    dict
        What was saved last.
    """
    path = FOLDER / f"{name}.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(record, dict):
            return record
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        pass
    with contextlib.suppress(OSError):
        os.replace(path, path.with_suffix(".broken"))
    return {}


def save(name: str, record: dict) -> bool:
    """Write the record `name` whole or not at all.

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
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(temporary, FOLDER / f"{name}.json")
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError:
        return False
    return True
