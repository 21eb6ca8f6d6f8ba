"""Starts JupyterLab where the learner stopped, with notebook and library side by side, or opens the running one."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from ..exercises import CHAPTERS
from ..learner import progress
from ..paths import COURSE, LIBRARY, ROOT, shown

START = COURSE / "00_start_here" / "00_start_here.ipynb"
WORKSPACE = "course"
"""The name of the layout that JupyterLab keeps: open documents are open again the next time."""
TRACKER = {"codeCellConfig": {"lineNumbers": False, "lineWrap": True}}
"""JupyterLab's settings for notebooks: on a small screen, long lines of code continue on the next line."""
_STYLE = Path(__file__).parent / "custom"
_EXCHANGE = Path("/usr/local/share/nbgrader/exchange")
"""Where nbgrader expects a class's exchange: learners need nbgrader's menu only if there is one."""


def quiet(prefix: Path = Path(sys.prefix)) -> Path:
    """Set up JupyterLab for the course, in this environment only; return the settings file.

    JupyterLab then shows no news prompt, saves live figures in notebooks so that they can be seen the next day, wraps
    long lines of code, and limits the width of text to what is easy to read.
    """
    path = prefix / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    news = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
    tracker = {"@jupyterlab/notebook-extension:tracker": TRACKER}
    _write(path, news | tracker | {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}})
    configuration = prefix / "etc" / "jupyter"
    # nbgrader's panel for marking up cells by hand, which is not needed here and would confuse learners.
    _write(configuration / "labconfig" / "page_config.json", _without("create-assignment"))
    # A copy within the environment stays readable for everybody who uses the environment, wherever the course is.
    custom = prefix / "share" / "jupyter" / "custom"
    shutil.copytree(_STYLE, custom, dirs_exist_ok=True)
    style = {"ServerApp": {"tornado_settings": {"static_custom_path": str(custom)}}}
    _write(configuration / "jupyter_server_config.json", style)
    _write(configuration / "jupyter_lab_config.json", {"LabApp": {"custom_css": True}})
    return path


def _without(*parts: str) -> dict:
    return {"disabledExtensions": {f"@jupyter/nbgrader:{part}": True for part in parts}}


def lay_out(folder: Path) -> None:
    """Write the layout that JupyterLab begins with, unless it has kept one with a notebook in it.

    All modules of the library are open: a chapter's link to its own module brings that to the front.
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
    """Write settings into a file, in addition to the settings that the file already has."""
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(before | settings, indent=1) + "\n", encoding="utf-8")


def study(port: int, browser: bool, more: Sequence[str], say: Callable[[str], None]) -> int:
    """Run JupyterLab until it is stopped, or open the one that is already running for this copy; return an exit code.

    Parameters
    ----------
    port : int
        The port to listen on; if it is in use, JupyterLab takes the next free one.
    browser : bool
        Whether to open a browser.
    more : sequence of str
        Options that are passed on to JupyterLab.
    say : callable
        Prints a message.

    Raises
    ------
    FileNotFoundError
        If the course's first page is not there.
    """
    if not START.exists():
        raise FileNotFoundError(f"{shown(START)} is missing. Take a fresh copy of the course.")
    own = ROOT / ".weightlab" / "jupyter"
    _stay_out_of_home(own)
    if address := find_running():
        say(f"JupyterLab is already running for this copy of the course. Its address:\n  {address}")
        if browser:
            webbrowser.open(address)
        return 0
    if os.environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        page = shown(coming_page())
        say(f"This terminal belongs to a running JupyterLab: open {page} in its file browser, on the left.")
        return 0
    quiet()
    lay_out(own / "workspaces")
    # Only for this server: an instructor's own server still has Formgrader.
    needless = ["create-assignment", "formgrader", "course-list"]
    needless += [] if _EXCHANGE.is_dir() else ["assignment-list", "menu"]
    _write(own / "labconfig" / "page_config.json", _without(*needless))
    argv = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--log-level=ERROR",
        "--LabApp.log_level=ERROR",
        f"--ServerApp.root_dir={ROOT}",
        f"--port={port}",
        f"--LabApp.workspaces_dir={own / 'workspaces'}",
        f"--LabApp.default_url=/lab/workspaces/{WORKSPACE}",
        "--ServerApp.answer_yes=True",  # one Ctrl+C ends it
        "--KernelManager.transport_encryption=auto",  # without it each kernel prints a warning here
        *([] if browser else ["--no-browser"]),
    ]
    if os.name != "nt":
        # A server without its own terminal would start login shells, which forget where `weightlab` is.
        argv.append(f"--ServerApp.terminado_settings=shell_command={shlex.quote(os.environ.get('SHELL') or 'sh')}")
    environment = {
        # With a given token JupyterLab does not print six lines about it.
        "JUPYTER_TOKEN": os.environ.get("JUPYTER_TOKEN") or os.urandom(24).hex(),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, [str(own), os.environ.get("JUPYTER_CONFIG_PATH")])),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    code = _run([*argv, *more], os.environ | environment, say)
    if code and _is_root() and "--allow-root" not in more:
        say("JupyterLab refuses to run as root unless you allow it: `make study ARGS=--allow-root`, or without make:")
        say("  weightlab study --allow-root")
    return code


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _stay_out_of_home(own: Path) -> None:
    """If the user's home is not writable, give Jupyter and IPython folders inside the course's folder."""
    from jupyter_core.paths import jupyter_data_dir, jupyter_runtime_dir

    try:
        for folder in (jupyter_data_dir(), jupyter_runtime_dir()):
            Path(folder).mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError(folder)
    except OSError:
        kinds = {"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"}
        os.environ.update({kind: str(own / kind.lower()) for kind in kinds - set(os.environ)})


def _run(argv: Sequence[str], environment: dict[str, str], say: Callable[[str], None]) -> int:
    """Run JupyterLab until it ends; a signal that would end this program shuts JupyterLab down first."""
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True
        if os.name != "nt":  # on Windows Ctrl+C reaches JupyterLab directly
            process.terminate()

    say("JupyterLab is starting; this takes a few seconds.")
    process = subprocess.Popen(argv, cwd=ROOT, env=environment)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    address = ""
    while process.poll() is None and not stopped and not address:
        time.sleep(0.2)
        address = find_running()
    if address:
        say(f"Ready at {address}")
        say("To stop JupyterLab, press Ctrl+C in this terminal.")
    code = process.wait()
    return 0 if stopped else code


def find_running() -> str:
    """Return the address of the course on the server that runs for this copy, or an empty string."""
    from jupyter_core.paths import jupyter_runtime_dir  # needs modules that some systems lack, and is needed only here

    for path in sorted(Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        try:
            about = json.loads(path.read_text(encoding="utf-8"))
            same = Path(about["root_dir"]).resolve() == ROOT
            url, token = str(about["url"]), str(about["token"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if same and _answers(url):
            return f"{url}lab/workspaces/{WORKSPACE}" + (f"?token={token}" if token else "")
    return ""


def _answers(url: str) -> bool:
    """Return whether a Jupyter server answers; a killed server leaves its description behind."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url}api", timeout=2) as answer:
            return "version" in json.load(answer)
    except (OSError, ValueError, TypeError):
        return False
