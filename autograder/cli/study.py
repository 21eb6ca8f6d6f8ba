"""Starts JupyterLab at the course's first page, without a news prompt; finds the one that runs already."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

from ..paths import COURSE, ROOT, shown

START = COURSE / "00_start_here" / "00_start_here.ipynb"
_PAGE = START.relative_to(ROOT).as_posix()


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


def study(port: int, browser: bool, more: Sequence[str], say: Callable[[str], None]) -> int:
    """Run JupyterLab until it is stopped, or open the one that runs for this copy already; return an exit code.

    Parameters
    ----------
    port : int
        Where to listen; JupyterLab takes the next free one.
    browser : bool
        Whether to open a browser.
    more : sequence of str
        Options of JupyterLab's own.
    say : callable
        Prints a message.

    Raises
    ------
    FileNotFoundError
        If the course's first page is not there.
    """
    if not START.exists():
        raise FileNotFoundError(f"{shown(START)} is missing. Take a fresh copy of the course.")
    if address := find_running():
        say(f"JupyterLab runs already for this copy of the course. Its address:\n  {address}")
        if browser:
            webbrowser.open(address)
        return 0
    if os.environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        say(f"This terminal belongs to a JupyterLab that runs already: open {_PAGE} in its file browser, on the left.")
        return 0
    quiet()
    argv = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--log-level=ERROR",
        "--LabApp.log_level=ERROR",
        f"--ServerApp.root_dir={ROOT}",
        f"--port={port}",
        f"--LabApp.default_url=/lab/tree/{_PAGE}",
        "--ServerApp.answer_yes=True",  # one Ctrl+C ends it
        *([] if browser else ["--no-browser"]),
    ]
    if os.name != "nt":
        # A server without a terminal of its own would start login shells, which forget where `weightlab` is.
        argv.append(f"--ServerApp.terminado_settings=shell_command={shlex.quote(os.environ.get('SHELL') or 'sh')}")
    environment = {
        # Where a token is given JupyterLab does not print six lines about it.
        "JUPYTER_TOKEN": os.environ.get("JUPYTER_TOKEN") or os.urandom(24).hex(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    return _run([*argv, *more], os.environ | environment, say)


def _run(argv: Sequence[str], environment: dict[str, str], say: Callable[[str], None]) -> int:
    """Run JupyterLab until it ends; what is to end this program ends JupyterLab, in order."""
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True
        if os.name != "nt":  # there Ctrl+C reaches JupyterLab by itself, and nothing else would end it in order
            process.terminate()

    say("JupyterLab starts, which takes some seconds.")
    process = subprocess.Popen(argv, cwd=ROOT, env=environment)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    address = ""
    while process.poll() is None and not stopped and not address:
        time.sleep(0.2)
        address = find_running()
    if address:
        say(f"Ready at {address}")
        say("Ctrl+C in this terminal stops it.")
    code = process.wait()
    return 0 if stopped else code


def find_running() -> str:
    """Return the address of the first page on the server that runs for this copy, or an empty string."""
    for path in sorted(Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        try:
            about = json.loads(path.read_text(encoding="utf-8"))
            same = Path(about["root_dir"]).resolve() == ROOT
            url, token = str(about["url"]), str(about["token"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if same and _answers(url):
            return f"{url}lab/tree/{_PAGE}" + (f"?token={token}" if token else "")
    return ""


def _answers(url: str) -> bool:
    """Whether a Jupyter server answers: of one that was killed the description stays behind."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url}api", timeout=2) as answer:
            return "version" in json.load(answer)
    except (OSError, ValueError, TypeError):
        return False
