"""Builds the course as a JupyterLite site: JupyterLab with a Python that runs in the reader's own browser."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import distribution

START = "lab/index.html?path=course/00_start_here/00_start_here.ipynb"
"""The page at which the course begins, below the site's folder."""
_EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget")
_INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
_KERNEL_WHEELS = _INSTALLED / _EXTENSIONS[0] / "static" / "pypi"
_ENVIRONMENT = {"PYTHONPATH": "/drive/src", "HOME": "/home/pyodide", "MPLBACKEND": "agg"}
_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 20},
    # Every cell is in the page, so that the reader's own search finds it.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
}


def build(target: Path, pyodide: Path, cdn: str) -> None:
    """Write the JupyterLite site into a new folder.

    Parameters
    ----------
    target : Path
        The folder.
    pyodide, cdn
        As for `distribution.lay_out`.
    """
    with tempfile.TemporaryDirectory(prefix="weightlab-site-") as made:
        work = Path(made)
        for name, content in distribution.released_files().items():
            path = work / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        loaded = distribution.lay_out(pyodide, _KERNEL_WHEELS, work / "static" / "pyodide", cdn)
        (work / "jupyter-lite.json").write_text(json.dumps(_configuration(loaded), indent=1))
        (work / "overrides.json").write_text(json.dumps(_SETTINGS, indent=1))
        for name in _EXTENSIONS:
            shutil.copytree(_INSTALLED / name, work / "chosen" / name)
        _run(work, target)


def _configuration(loaded: list[str]) -> dict[str, Any]:
    # Where Pyodide itself is, JupyterLite says by its place in static/.
    kernel = {
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "lockFileURL": f"./static/pyodide/{distribution.LOCK}",
            "packages": loaded,
            "env": _ENVIRONMENT,
        },
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Weightlab",
            "contentsStorageName": "Weightlab",
            "settingsStorageName": "Weightlab settings",
            "workspacesStorageName": "Weightlab workspaces",
            "exposeAppInBrowser": True,
            "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
        },
    }


def _run(work: Path, target: Path) -> None:
    """Run JupyterLite's builder, with the extensions that the course uses and none that happen to be installed."""
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(work), "--output-dir", str(target)]
    command += ["--contents", str(work / "files"), "--apps", "lab", "--apps", "notebooks"]
    command += ["--no-sourcemaps", "--no-libarchive", "--no-unused-shared-packages"]
    settings = {
        "LiteBuildConfig": {"ignore_sys_prefix": ["federated_extensions"]},
        "FederatedExtensionAddon": {"extra_labextensions_path": [str(work / "chosen")]},
    }
    (work / "jupyter_lite_config.json").write_text(json.dumps(settings))
    done = subprocess.run(command, cwd=work, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"JupyterLite could not be built:\n{(done.stdout + done.stderr)[-3000:]}")
