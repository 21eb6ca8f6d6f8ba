"""What is measured, against whom, and the last results."""

from __future__ import annotations

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def result_of(name: str) -> dict:
    """Return a benchmark's last results.

    Raises
    ------
    SystemExit
        If it has not been run yet.
    """
    try:
        return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SystemExit(f"{name} has not been measured yet: python -m benchmarks {name}") from None
