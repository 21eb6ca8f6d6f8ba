"""Measures what the project claims, side by side in one run: ``python -m benchmarks [NAME ...]``."""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys

import numpy as np

from benchmarks import RESULTS, summary

NAMES = ("learner", "training", "grading", "capstone", "drawings")


def machine() -> dict:
    """Say what the numbers were measured on."""
    return {
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def main(names: list[str]) -> None:
    """Measure, print, and keep each benchmark's results."""
    if unknown := set(names) - set(NAMES):
        raise SystemExit(f"No benchmark is called {', '.join(sorted(unknown))}. There are {', '.join(NAMES)}.")
    RESULTS.mkdir(exist_ok=True)
    # As Python does unless told otherwise, what is measured here keeps the bytecode of what it imports.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in names or NAMES:
        try:
            result = importlib.import_module(f"benchmarks.{name}").measure()
        except ModuleNotFoundError as error:
            install = f"{sys.executable} -m pip install -r requirements-ci.txt torch==2.13.0"
            raise SystemExit(f"{name} is measured beside packages of which {error.name} is absent: {install}") from None
        path = RESULTS / f"{name}.json"
        path.write_text(json.dumps({"machine": machine(), **result}, indent=1) + "\n")
        print(f"\n{name}, kept in {path.relative_to(RESULTS.parent.parent)}")
        for key, value in result.items():
            print(f"  {key}: {json.dumps(value, ensure_ascii=False)}")
    summary.write()


if __name__ == "__main__":
    main(sys.argv[1:])
