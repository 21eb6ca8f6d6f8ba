"""Keeps the chapters' notebooks as they were handed out, so that a learner's own copy is read just as in grading."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from .paths import KEYS

PATH = KEYS / "notebooks.key"


def pack(notebooks: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Pack the parts of each chapter's cells by which `read_notebook` recognises them."""
    kept = {
        chapter: [
            {
                "cell_type": cell["cell_type"],
                "id": cell.get("id"),
                "source": cell["source"],
                "metadata": {name: marks for name, marks in cell["metadata"].items() if name == "nbgrader"},
            }
            for cell in notebook["cells"]
        ]
        for chapter, notebook in notebooks.items()
    }
    return zlib.compress(json.dumps(kept, sort_keys=True).encode(), 9)


def read(chapter: str) -> dict[str, Any]:
    """Return a chapter's notebook as it was handed out: its cells, with nbgrader's metadata."""
    return {"cells": _read_all()[chapter]}


@cache
def _read_all() -> dict[str, list[dict[str, Any]]]:
    return json.loads(zlib.decompress(PATH.read_bytes()))
