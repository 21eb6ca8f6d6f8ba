"""Fetches Pyodide in the version that the installed JupyterLite kernel expects."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path


def expected_version() -> str:
    """Return the version of Pyodide for which the installed kernel was made."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    return PYODIDE_VERSION


def fetch(folder: Path) -> tuple[Path, str]:
    """Download Pyodide's own files from npm; return their folder, and the address of the packages on the network.

    The packages stay on Pyodide's content network, from which a reader's browser loads them.

    Parameters
    ----------
    folder : Path
        Where they are unpacked.

    Raises
    ------
    RuntimeError
        If they cannot be downloaded.
    """
    npm, version = shutil.which("npm"), expected_version()
    if npm is None:
        raise RuntimeError(
            "npm is not installed, and Pyodide comes from there. Name a folder that has it: --pyodide DIR."
        )
    done = subprocess.run([npm, "pack", "--silent", f"pyodide@{version}"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"npm could not download pyodide {version}: {done.stderr.strip()[-500:]}")
    with tarfile.open(next(folder.glob("pyodide-*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package", f"https://cdn.jsdelivr.net/pyodide/v{version}/full/"
