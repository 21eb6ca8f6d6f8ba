"""A real JupyterLab in a real browser, for tests that use the course as people do."""

from __future__ import annotations

import contextlib
import json
import os
import re
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
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]


def require_browser() -> None:
    """Skip a test, saying what is left out, if there is no browser to control."""
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
    argv = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        f"--ServerApp.base_url={base_url}",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.disable_check_xsrf=True",
        "--LabApp.expose_app_in_browser=True",
        *extra,
    ]
    _setting(home, "apputils-extension/themes", {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"})
    # Every cell is in the page, not only those in view, so that a test sees all of them.
    _setting(home, "notebook-extension/tracker", {"windowingMode": "none"})
    log = (home / "jupyter.log").open("wb")
    process = subprocess.Popen(argv, cwd=root, env=os.environ | settings | (environment or {}), stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}{base_url}"
    try:
        deadline = time.monotonic() + 180  # a busy machine may need a long time
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


_open: list = []
"""The browser that is open, if one is: Playwright drives one at a time."""


@contextlib.contextmanager
def browser_page(*, dark: bool = False, width: int = 1400, height: int = 1000) -> Iterator:
    """Open a browser; yield a page whose ``errors`` list collects what its console reports as errors.

    While a page is open, another one shares its browser but no cookie, no storage and no cache.
    """
    from playwright.sync_api import sync_playwright

    with contextlib.ExitStack() as stack:
        if not _open:
            playwright = stack.enter_context(sync_playwright())
            _open.append(playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS))
            stack.callback(lambda: _open.pop().close())
        page = _open[0].new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
        page.errors = []
        page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        stack.callback(page.close)
        yield page


def _setting(home: Path, plugin: str, values: dict) -> None:
    path = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


def open_notebook(page, address: str, path: str):
    """Open a notebook alone in JupyterLab and wait for its kernel; return the notebook's locator."""
    page.goto(f"{address}lab/workspaces/auto-test/tree/{path}?reset")
    return opened(page)


def open_next(page, path: str):
    """Close the notebook in view, whose outputs nobody keeps, and open another one in the same JupyterLab."""
    page.evaluate(
        """async path => {
            const { shell, commands } = window.jupyterapp;
            shell.currentWidget.context.model.dirty = false;
            shell.currentWidget.close();
            await commands.execute('docmanager:open', { path });
        }""",
        path,
    )
    return opened(page)


def opened(page):
    """Wait for the open notebook and its kernel; return the notebook's locator."""
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook").first
    notebook.wait_for(timeout=120_000)
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext")
    page.evaluate(
        """async () => { const session = window.jupyterapp.shell.currentWidget.sessionContext;
           await session.ready; await session.session.kernel.info; }"""
    )
    return notebook


_CODE = "[...window.jupyterapp.shell.currentWidget.content.model.cells].filter(cell => cell.type === 'code')"
_ERRORS = (
    f"{_CODE}.flatMap(cell => cell.sharedModel.getOutputs().filter(output => output.output_type === 'error')"
    ".map(output => [cell.sharedModel.source, output.ename, output.evalue]))"
)


def run_all(page, seconds: float = 200) -> None:
    """Run every cell from the Run menu, and wait until the last one is done."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(
        f"() => {_ERRORS}.length || {_CODE}.every(cell => !cell.sharedModel.source.trim() || cell.executionCount)",
        timeout=seconds * 1000,
    )
    assert page.evaluate(f"() => {_ERRORS}") == [], "a cell raised, so JupyterLab ran none below it"
    page.wait_for_timeout(500)


def run_first_cell(page) -> None:
    """Run the cell that imports what the notebook needs."""
    first = page.locator(".jp-CodeCell").first
    first.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        "() => /\\d/.test(document.querySelector('.jp-CodeCell .jp-InputArea-prompt').innerText)", timeout=120_000
    )


def card_of(page, name: str):
    """Return the cards that checks of an exercise have left on the page."""
    return page.locator(f'.wl-card[aria-label="Check of {name}"]')


def run_check(page, name: str):
    """Run the cell that holds the check of an exercise; return its new card."""
    called = page.locator(".jp-InputArea", has_text=re.compile(rf'check\("{name}"[,)]'))
    cell = page.locator(".jp-CodeCell", has=called).first
    # Only a click looks for the cell again where JupyterLab draws it anew meanwhile, as it does after a reload.
    cell.locator(".jp-InputArea-editor").click()
    active = "window.jupyterapp.shell.currentWidget.content.activeCell.node"
    prompt = f"{active}.querySelector('.jp-InputArea-prompt').innerText"
    before = page.evaluate(f"() => {prompt}")
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        f"before => {{ const prompt = {prompt}; return prompt !== before && !prompt.includes('*'); }}",
        arg=before,
        timeout=120_000,
    )
    return cell.locator(".wl-card")


def course_copy(target: Path, *, solved: bool = False) -> dict[str, str]:
    """Copy the course to a separate folder; return the environment in which this copy is imported.

    If ``solved``, the copy has the reference as the learner's library, and notebooks with their answers filled in.
    """
    from autograder.paths import ROOT

    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("course", "autograder", "src", "solutions"):
        shutil.copytree(ROOT / name, target / name, ignore=ignored)
    for name in ("pyproject.toml", "requirements.txt", "nbgrader_config.py"):
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, target / name)
    if solved:
        import nbformat

        from autograder.release import build_notebook

        for source in (ROOT / "solutions" / "notebooks").glob("*.md"):
            path = target / "course" / source.stem / f"{source.stem}.ipynb"
            path.parent.mkdir(exist_ok=True)
            nbformat.write(build_notebook(source, answers=True), path)
        shutil.copytree(
            ROOT / "solutions" / "weightlab", target / "src" / "weightlab", dirs_exist_ok=True, ignore=ignored
        )
    return {"PYTHONPATH": f"{target}{os.pathsep}{target / 'src'}"}


def handout_copy(target: Path) -> dict[str, str]:
    """Write a student's copy of the course; return the environment in which this copy is imported."""
    from autograder import release
    from autograder.classroom.handout import write_handout
    from autograder.paths import ROOT

    committed = {ROOT / name: (ROOT / name).read_bytes() for name in release._manifest()}
    with pytest.MonkeyPatch.context() as patch:  # `weightlab release --check` says that the two are the same
        patch.setattr(release, "build", lambda: committed)
        write_handout(target)
    return {"PYTHONPATH": f"{target}{os.pathsep}{target / 'src'}"}
