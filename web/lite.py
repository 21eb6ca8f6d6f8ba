"""Builds the course as a JupyterLite site: JupyterLab with a Python that runs in the reader's own browser."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from autograder.cli import study

from . import distribution

START = "lab/index.html?path=course/00_start_here/00_start_here.ipynb"
"""The page at which the course begins, below the site's folder."""
_NARROW = Path(__file__).parent / "narrow.html"
_EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget")
_INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
_ASIDE = _INSTALLED.with_name("lite-extensions")
"""Where the kernel's extension is: JupyterLab would try to load it from ``labextensions``, and would fail."""
_KERNEL_WHEELS = _ASIDE / _EXTENSIONS[0] / "static" / "pypi"
_ENVIRONMENT = {"PYTHONPATH": "/drive/src", "HOME": "/home/pyodide", "MPLBACKEND": "agg"}
_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 20},
    # Every cell is in the page, so that the reader's own search finds it.
    "@jupyterlab/notebook-extension:tracker": study.TRACKER | {"windowingMode": "defer"},
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
    set_aside()
    target = target.resolve()  # JupyterLite's builder runs in another folder
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
            found = _ASIDE / name if (_ASIDE / name).exists() else _INSTALLED / name
            shutil.copytree(found, work / "chosen" / name)
        _run(work, target)
    _fit_for_phones(target / "lab" / "index.html")


def set_aside() -> None:
    """Move the extension that pip has just installed for the site, so that JupyterLab here does not find it."""
    group = _EXTENSIONS[0].partition("/")[0]
    if (_INSTALLED / group).exists():
        shutil.rmtree(_ASIDE / group, ignore_errors=True)
        _ASIDE.mkdir(exist_ok=True)
        (_INSTALLED / group).rename(_ASIDE / group)


def _configuration(loaded: list[str]) -> dict[str, Any]:
    # JupyterLite finds Pyodide itself by its place in static/.
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


def _fit_for_phones(page: Path) -> None:
    """Put the course's name, and what narrow screens need, into the page that starts JupyterLab."""
    text = page.read_text(encoding="utf-8")
    made = text.replace("<title>JupyterLite</title>", "<title>Weightlab</title>", 1)
    made = made.replace("</head>", _NARROW.read_text(encoding="utf-8") + "  </head>", 1)
    if made.count("<title>Weightlab") != 1 or "collapseLeft" not in made:
        raise RuntimeError(f"{page.name} of this JupyterLite is not as it was, so it was not fitted for phones.")
    page.write_text(made, encoding="utf-8")


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
