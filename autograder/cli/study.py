"""Starts JupyterLab where the learner stopped: the notebook left, the library right, and nothing else in the way."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..exercises import CHAPTERS
from ..learner import progress
from ..paths import COURSE, LIBRARY, ROOT, shown

START = COURSE / "00_start_here" / "00_start_here.ipynb"
WORKSPACE = "course"
"""The name of the layout that JupyterLab keeps: what was open is open again the next time."""
_STYLE = Path(__file__).parent / "custom"
_EXCHANGE = Path("/usr/local/share/nbgrader/exchange")
"""Where nbgrader expects a class's exchange: only beside one does a learner need its menu."""


def quiet(prefix: Path = Path(sys.prefix)) -> Path:
    """Set up JupyterLab for the course, in this environment only; return the settings file.

    It does not ask about news, it saves live figures in notebooks, so that they still show something the next day, and
    lines of text are no wider than is easy to read.
    """
    path = prefix / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    news = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
    _write(path, news | {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}})
    configuration = prefix / "etc" / "jupyter"
    # nbgrader's panel for marking up cells by hand: here that is derived, and learners would only stumble on it.
    _write(configuration / "labconfig" / "page_config.json", _without("create-assignment"))
    style = {"ServerApp": {"tornado_settings": {"static_custom_path": str(_STYLE)}}}
    _write(configuration / "jupyter_server_config.json", style)
    _write(configuration / "jupyter_lab_config.json", {"LabApp": {"custom_css": True}})
    return path


def _without(*parts: str) -> dict:
    return {"disabledExtensions": {f"@jupyter/nbgrader:{part}": True for part in parts}}


def lay_out(folder: Path) -> None:
    """Write the layout that JupyterLab begins with, unless it has kept one with a notebook in it.

    All modules of the library are open: a chapter's link to its own brings it to the front, beside the notebook.
    """
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    folder.mkdir(parents=True, exist_ok=True)
    manager = WorkspacesManager(str(folder))
    if any(name.startswith("notebook:") for name in manager.load(WORKSPACE).get("data", {})):
        return
    page = coming_page().relative_to(ROOT).as_posix()
    modules = [chapter.module for chapter in CHAPTERS.values()]
    files = [(LIBRARY / f"{module}.py").relative_to(ROOT).as_posix() for module in modules]
    current = next((k for k, name in enumerate(CHAPTERS) if name in page), 0)
    dock = {
        "type": "split-area",
        "orientation": "horizontal",
        "sizes": [0.53, 0.47],
        "children": [
            {"type": "tab-area", "currentIndex": 0, "widgets": [f"notebook:{page}"]},
            {"type": "tab-area", "currentIndex": current, "widgets": [f"editor:{file}" for file in files]},
        ],
    }
    side = {"collapsed": True, "visible": True, "current": None, "widgets": [], "widgetStates": {}}
    layout = {
        "main": {"dock": dock, "current": f"notebook:{page}"},
        "down": {"size": 0, "widgets": []},
        "top": {"simpleVisibility": True},
        "left": side,
        "right": side,
        "relativeSizes": [0, 1, 0],
    }
    data = {"layout-restorer:data": layout, f"notebook:{page}": {"data": {"path": page, "factory": "Notebook"}}}
    data |= {f"editor:{file}": {"data": {"path": file, "factory": "Editor"}} for file in files}
    manager.save(WORKSPACE, json.dumps({"data": data, "metadata": {"id": WORKSPACE}}))


def coming_page() -> Path:
    """Return the notebook of the first exercise that is not solved, or the first page if none was ever tried."""
    coming = progress.next_exercise()
    if coming and any(row["begun"] for row in progress.board()):
        return COURSE / coming[0] / f"{coming[0]}.ipynb"
    return START


def _write(path: Path, settings: dict) -> None:
    """Write settings into a file, beside those that are there already."""
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(before | settings, indent=1) + "\n", encoding="utf-8")


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
    own = ROOT / ".weightlab" / "jupyter"
    lay_out(own / "workspaces")
    # Only for this server: an instructor's own still has Formgrader.
    needless = ["create-assignment", "formgrader", "course-list"]
    needless += [] if _EXCHANGE.is_dir() else ["assignment-list", "menu"]
    _write(own / "labconfig" / "page_config.json", _without(*needless))
    argv = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={ROOT}",
        f"--port={port}",
        f"--LabApp.workspaces_dir={own / 'workspaces'}",
        f"--LabApp.default_url=/lab/workspaces/{WORKSPACE}",
        *([] if browser else ["--no-browser"]),
    ]
    if os.name != "nt":
        # A server without a terminal of its own would start login shells, which forget where `weightlab` is.
        argv.append(f"--ServerApp.terminado_settings=shell_command={shlex.quote(os.environ.get('SHELL') or 'sh')}")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [str(own), os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    try:
        return subprocess.call([*argv, *more], cwd=ROOT, env=environment)
    except KeyboardInterrupt:
        return 0
