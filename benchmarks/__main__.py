"""Measures what the project claims, side by side in one run: ``python -m benchmarks [NAME ...] [--try]``."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import platform
import sys
import time

import numpy as np

from benchmarks import RESULTS, quiet, summary

TIMED = ("learner", "training", "grading", "cluster")
"""What is measured if no name is given; the figures are kept only if the machine is quiet."""
NAMES = (*TIMED, "stages", "notebooks", "setup", "capstone", "drawings", "scale")
TRY = "--try"
"""The option to measure on a busy machine as well, and to keep nothing."""


def machine() -> dict:
    """Say what the numbers were measured on."""
    return {
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def main(words: list[str]) -> None:
    """Measure, print, and keep each benchmark's results.

    Raises
    ------
    SystemExit
        If there is no such benchmark, a peer is not installed, or the machine was too busy for reliable figures.
    """
    names, keeps = [word for word in words if word != TRY], TRY not in words
    if unknown := set(names) - set(NAMES):
        raise SystemExit(f"No benchmark is called {', '.join(sorted(unknown))}. There are {', '.join(NAMES)}.")
    RESULTS.mkdir(exist_ok=True)
    # As Python does by default, the programs measured here keep the bytecode of what they import.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    quiet.adopt_orphans()
    refused = []
    for name in names or TIMED:
        try:
            benchmark = importlib.import_module(f"benchmarks.{name}")
        except ModuleNotFoundError as error:
            install = f"{sys.executable} -m pip install -r requirements-ci.txt torch==2.13.0"
            raise SystemExit(f"{name} needs {error.name} for comparison, which is not installed: {install}") from None
        if name in TIMED and keeps:
            quiet.require_quiet()
        began, watch = time.monotonic(), quiet.Watch()
        result = benchmark.measure()
        share = watch.share()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        beside = {} if share is None else {"others' share of the processors": round(share, 3)}
        text = json.dumps({"machine": machine() | beside, **result}, indent=1, ensure_ascii=False) + "\n"
        print(f"\n{name}, {time.monotonic() - began:.0f} seconds:\n{text}")
        if not keeps:
            print("Tried, not kept.")
        elif name in TIMED and (reason := quiet.why_not(share)):
            refused.append(f"{name} is not kept. {reason}")
            print(refused[-1])
        else:
            (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
    if keeps:
        summary.write()
    if refused:
        raise SystemExit("\n".join(refused))


if __name__ == "__main__":
    main(sys.argv[1:])
