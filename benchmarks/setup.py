"""How long ``make study`` takes from a clean clone until JupyterLab answers, and how large the environment is."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from autograder.paths import ROOT


def measure() -> dict:
    """Clone, set up the environment as ``make study`` does, and measure; the network, or pip's cache, counts too."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        began = time.monotonic()
        environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        done = subprocess.run(
            ["make", ".venv/ready"], cwd=clone, env=environment, check=True, capture_output=True, text=True
        )
        seconds = time.monotonic() - began
        size = sum(path.lstat().st_size for path in (clone / ".venv").rglob("*") if not path.is_dir())
        packages = len(list((clone / ".venv").glob("lib/python*/site-packages/*.dist-info")))
    return {
        "seconds until the environment is ready": round(seconds, 1),
        "lines that it says meanwhile": len(done.stdout.splitlines()) + len(done.stderr.splitlines()),
        "MiB of the environment": round(size / 2**20),
        "packages": packages,
    }


if __name__ == "__main__":
    if shutil.which("make"):
        print(measure())
