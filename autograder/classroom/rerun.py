"""Runs a rebuilt notebook again, isolated like all student code; its outputs are shown and never graded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..candidate import wire
from ..candidate.frames import Ending
from ..library import LIBRARY_FOLDER, MAX_SOURCE
from ..sandbox.clock import Clock
from ..sandbox.process import Outcome, Runner
from ..submitted_notebook import is_check, text_of
from .sanitise import clean_outputs
from .verdict_cells import note

_WHY = {
    Ending.TIMEOUT: "it did not finish within {limit:.3g} seconds",
    Ending.NOT_TRIED: "its functions had used up all of the {limit:g} seconds that a submission may take",
    Ending.CRASHED: "it ended its whole process",
    Ending.MEMORY: "it used too much memory",
    Ending.PROCESSES: "it started too many processes",
    Ending.FILES: "it wrote too many files",
    Ending.TOO_MUCH: "its outputs are too large to be read",
}


def rerun(notebook: Any, sources: Mapping[str, bytes], isolation: str, clock: Clock) -> None:
    """Replace the submitted outputs of a notebook with those that its cells give now.

    Check cells are not run, because their outputs are the verdicts. If the run fails, the first cell says why, and the
    submitted outputs stay.

    Parameters
    ----------
    notebook : dict
        As `rebuild.rebuild` makes it; changed in place.
    sources : mapping of str to bytes
        The student's modules.
    clock : Clock
        The submission's clock: the cells may use the time that the functions have left.
    """
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and not is_check(cell)]
    job = {
        "cells": [text_of(cell["source"]) for cell in cells],
        "sources": {name: text for name, text in sources.items() if len(text) <= MAX_SOURCE},
        "folder": LIBRARY_FOLDER,
    }
    with Runner(isolation, clock=clock, whole_lab=True) as runner:
        outputs, why = _read_outputs(runner.run(wire.encode(job), clock.seconds), len(cells))
    for cell, shown in zip(cells, outputs, strict=False):
        cell["outputs"] = list(clean_outputs(shown))
    if why:
        words = f"The notebook was run again for its outputs, but {why}."
        notebook["cells"].insert(0, note("weightlab-rerun", words))


def _read_outputs(outcome: Outcome, count: int) -> tuple[list, str]:
    """Return each cell's outputs, or none and the reason."""
    if outcome.ending is not Ending.ANSWERED:
        why = _WHY.get(outcome.ending, "its outputs could not be read")
        return [], why.format(limit=outcome.limit)
    try:
        found = wire.decode(outcome.data)["outputs"]
        json.dumps(found)  # plain text and numbers, like a notebook's own outputs
    except (wire.WireError, KeyError, TypeError, ValueError):
        return [], "its outputs are not valid data"
    return (found, "") if isinstance(found, list) and len(found) == count else ([], "its outputs are not valid data")
