"""Starts JupyterLab at the course's first page, without a news prompt."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..paths import COURSE, ROOT, shown

START = COURSE / "00_start_here" / "00_start_here.ipynb"


def quiet(prefix: Path = Path(sys.prefix)) -> Path:
    """Set up JupyterLab for the course, in this environment only; return the settings file.

    It does not ask about news, and it saves live figures in notebooks: opened the next day, they still show something.
    """
    path = prefix / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = {}
    settings["@jupyterlab/apputils-extension:notification"] = {"fetchNews": "false"}
    settings["@jupyter-widgets/jupyterlab-manager:plugin"] = {"saveState": True}
    _write(path, settings)
    # nbgrader's panel for marking up cells by hand: here that is derived, and learners would only stumble on it.
    _write(
        prefix / "etc" / "jupyter" / "labconfig" / "page_config.json",
        {"disabledExtensions": {"@jupyter/nbgrader:create-assignment": True}},
    )
    return path


def _write(path: Path, settings: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def study(port: int, browser: bool, more: Sequence[str] = ()) -> int:
    """Run JupyterLab until it is stopped, with more options of its own; return its exit code.

    Raises
    ------
    FileNotFoundError
        If the course's first page is not there.
    """
    if not START.exists():
        raise FileNotFoundError(f"{shown(START)} is missing. Take a fresh copy of the course.")
    quiet()
    page = START.relative_to(ROOT).as_posix()
    argv = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={ROOT}",
        f"--port={port}",
        f"--LabApp.default_url=/lab/tree/{page}",
        *([] if browser else ["--no-browser"]),
    ]
    if os.name != "nt":
        # A server without a terminal of its own would start login shells, which forget where `weightlab` is.
        argv.append(f"--ServerApp.terminado_settings=shell_command={shlex.quote(os.environ.get('SHELL') or 'sh')}")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        return subprocess.call([*argv, *more], cwd=ROOT, env=environment)
    except KeyboardInterrupt:
        return 0
