"""A real JupyterLab in a real browser, for tests that use the course as people do."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--force-color-profile=srgb"]  # fmt: skip


def require_browser() -> None:
    """Skip a test, saying what is left out, where there is no browser to drive."""
    pytest.importorskip("playwright", reason="playwright is not installed, so nothing was tried in a browser")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed, so nothing was tried in a browser")


@contextlib.contextmanager
def server(
    root: Path, *, environment: dict[str, str] | None = None, base_url: str = "/", dark: bool = False, extra: tuple = ()
) -> Iterator[str]:
    """Run JupyterLab on a folder; yield its address, ending in a slash."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = root / ".test-home"
    home.mkdir(exist_ok=True)
    settings = {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
    }
    argv = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
            f"--ServerApp.base_url={base_url}", "--IdentityProvider.token=", "--ServerApp.password=",
            f"--ServerApp.root_dir={root}", "--ServerApp.disable_check_xsrf=True", *extra]  # fmt: skip
    themes = home / "settings" / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    themes.parent.mkdir(parents=True, exist_ok=True)
    themes.write_text(json.dumps({"theme": "JupyterLab Dark" if dark else "JupyterLab Light"}))
    log = (home / "jupyter.log").open("wb")
    process = subprocess.Popen(argv, cwd=root, env=os.environ | settings | (environment or {}), stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}{base_url}"
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}api", timeout=2).read()
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((home / "jupyter.log").read_text(errors="replace")[-3000:])
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        log.close()


@contextlib.contextmanager
def browser_page(*, dark: bool = False, width: int = 1400, height: int = 1000) -> Iterator:
    """Open a browser; yield a page whose ``errors`` list collects what its console reports as errors."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
        page.errors = []
        page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        try:
            yield page
        finally:
            browser.close()


def open_notebook(page, address: str, path: str):
    """Open a notebook alone in JupyterLab and wait for its kernel; return the notebook's locator."""
    page.goto(f"{address}lab/workspaces/auto-test/tree/{path}?reset")
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook")
    notebook.first.wait_for(timeout=60_000)
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(
        timeout=60_000
    )
    return notebook.first


def run_all(page, seconds: float = 200) -> None:
    """Run every cell from the Run menu, and wait until the last one is done."""
    prompts = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .jp-InputArea-prompt")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    deadline = time.monotonic() + seconds
    while True:
        page.wait_for_timeout(300)
        waiting = [text for text in prompts.all_inner_texts() if not any(map(str.isdigit, text))]
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(waiting)} cells are still waiting to be run")


def course_copy(target: Path, *, solved: bool = False) -> dict[str, str]:
    """Copy the course to a folder of its own; return the environment in which its copy is the one imported."""
    from autograder.paths import ROOT

    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("course", "autograder", "src", "solutions"):
        shutil.copytree(ROOT / name, target / name, ignore=ignored)
    for name in ("pyproject.toml", "requirements.txt", "nbgrader_config.py"):
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, target / name)
    if solved:
        shutil.copytree(
            ROOT / "solutions" / "weightlab", target / "src" / "weightlab", dirs_exist_ok=True, ignore=ignored
        )
    return {"PYTHONPATH": f"{target}{os.pathsep}{target / 'src'}"}
