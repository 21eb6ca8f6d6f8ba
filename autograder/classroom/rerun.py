"""Runs a rebuilt notebook again, shut in as all student code is, for its outputs: they are shown, and never graded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..candidate import main as candidate
from ..candidate import wire
from ..handin import is_check, text_of
from ..sandbox import process
from .sanitise import clean_outputs
from .submission import LIBRARY_FOLDER
from .verdict_cells import note

SECONDS = 120.0
"""The most that all cells of a notebook together may take."""
_WHY = {
    candidate.TIMEOUT: f"it did not finish within {SECONDS:g} seconds",
    candidate.CRASHED: "it ended its whole process, or used too much memory",
    candidate.TOO_MUCH: "it shows more than can be read",
}


def rerun(notebook: Any, sources: Mapping[str, bytes], isolation: str, seconds: float = SECONDS) -> None:
    """Put what the notebook's cells show now in place of the outputs that were handed in.

    Check cells are not run, as their outputs are the verdicts. Where nothing comes back the first cell says why, and
    the handed-in outputs stay.

    Parameters
    ----------
    notebook : dict
        As `rebuild.rebuild` makes it; changed in place.
    sources : mapping of str to bytes
        The student's modules.
    """
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and not is_check(cell)]
    job = {
        "cells": [text_of(cell["source"]) for cell in cells],
        "sources": {name: text for name, text in sources.items() if len(text) <= process.MAX_SOURCE},
        "folder": LIBRARY_FOLDER,
        "limits": {"seconds": float(seconds), "memory": process.MEMORY, "file_bytes": process.FILE_BYTES},
    }
    with _NotebookRunner(isolation) as runner:
        outputs, why = runner.outputs(job, seconds, len(cells))
    for cell, shown in zip(cells, outputs, strict=False):
        cell["outputs"] = list(clean_outputs(shown))
    if why:
        words = f"The notebook was run again for its outputs, but {why}."
        notebook["cells"].insert(0, note("weightlab-rerun", words))


class _NotebookRunner(process.Runner):
    whole_lab = True

    def outputs(self, job: dict, seconds: float, count: int) -> tuple[list, str]:
        """Return what each cell showed, or nothing and why."""
        raw = self._ask(wire.encode(job), seconds)
        if raw[:1] != candidate.ANSWER:
            return [], _WHY.get(raw[:1], "what it shows could not be read out")
        try:
            found = wire.decode(raw[1:])["outputs"]
            json.dumps(found)  # plain text and numbers, as a notebook's own
        except (wire.WireError, KeyError, TypeError, ValueError):
            return [], "what it shows is no data"
        return (found, "") if isinstance(found, list) and len(found) == count else ([], "what it shows is no data")
