"""Plays a visitor on Binder, inside what `test_rehearsal` sets up; prints what it observes as JSON."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections import defaultdict
from pathlib import Path

from tests.support.jupyterlab import (
    browser_page,
    card_of,
    open_notebook,
    opened,
    run_all,
    run_check,
    run_first_cell,
    server,
)

LIMIT = 2 * 10**9
"""Bytes of memory that Binder gives a visitor; a process that needs more is killed there, and here."""


def family(root: int) -> list[int]:
    """Return a process and everything below it."""
    children = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue  # the process has ended meanwhile
        children[int(parent)].append(int(stat.parent.name))
    found = [root]
    for process in found:
        found += children[process]
    return found


def memory(processes: list[int]) -> int:
    """Return the bytes of memory that processes hold, counting shared memory once."""
    total = 0
    for process in processes:
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


class Watch:
    """Notes the most memory that the server and its kernels ever hold, and kills them where Binder would."""

    def __init__(self, lab: int) -> None:
        self.lab, self.peak, self.killed = lab, 0, False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.3):
            everyone = family(self.lab)
            self.peak = max(self.peak, memory(everyone))
            if self.peak > LIMIT:
                self.killed = True
                for process in everyone:
                    os.kill(process, signal.SIGKILL)
                return

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


def first_page(page, address: str, link: str, seen: dict) -> None:
    """Follow the README's link; get the first exercise wrong, then write it in JupyterLab's editor."""
    page.goto(address + link)
    seen["title"] = opened(page).locator("h1").first.inner_text()
    seen["address"] = page.url
    run_first_cell(page)
    seen["told"] = page.locator(".jp-CodeCell").first.locator(".jp-OutputArea-output").all_inner_texts()
    seen["stub"] = run_check(page, "apply_weight").inner_text()

    page.get_by_role("link", name="src/weightlab/weights.py").first.click()
    line = page.locator(".jp-FileEditor .cm-line", has_text="raise NotImplementedError").first
    line.click(timeout=60_000)
    page.keyboard.press("End")
    page.keyboard.press("Shift+Home")
    page.keyboard.type("return signal * weight")
    page.keyboard.press("Control+s")
    page.locator(".lm-TabBar-tab", has_text="00_start_here.ipynb").first.click()
    run_all(page)
    seen["written"] = card_of(page, "apply_weight").last.inner_text()
    seen["asked"] = page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts()
    seen["console"] = page.errors


def whole_chapter(page, address: str, chapter: str, seen: dict) -> None:
    """Run a chapter whose answers are all written."""
    open_notebook(page, address, f"course/{chapter}/{chapter}.ipynb")
    run_all(page)
    seen["cards"] = page.locator(".wl-card").all_inner_texts()
    seen["pictures"] = page.locator(".jp-OutputArea img").count()
    seen["errors"] = page.locator("[data-mime-type*=error], [data-mime-type*=stderr]").all_inner_texts()
    seen["console"] = page.errors


def submit(home: Path) -> list[str]:
    """Pack a chapter as in a terminal there; return the contents of the zip, which the file browser then shows."""
    command = [sys.executable, "-m", "autograder", "submit", "01_weights", "--name", "a visitor"]
    subprocess.run(command, cwd=home, check=True, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(home / "01_weights-a-visitor.zip") as packed:
        return packed.namelist()


def main(base: str, link: str, chapters: list[str]) -> None:
    """Open the first page through the link, and then each chapter."""
    home = Path.home()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    seen: dict = {"user": os.geteuid(), "first": {}, "chapters": {}, "peaks": {}}
    with server(
        home, environment={"JUPYTERHUB_USER": "visitor", "BINDER_LAUNCH_HOST": "https://mybinder.org/"}, base_url=base
    ) as address:
        watch = Watch(family(os.getpid())[1])  # the server is the only child yet: the browser is not Binder's
        with browser_page() as page:
            first_page(page, address, link, seen["first"])
        seen["submitted"] = submit(home)
        seen["peaks"]["00_start_here"] = watch.peak
        shutil.copytree(home / "solutions" / "weightlab", home / "src" / "weightlab", dirs_exist_ok=True)
        for chapter in chapters:
            with browser_page() as page:
                whole_chapter(page, address, chapter, seen["chapters"].setdefault(chapter, {}))
            seen["peaks"][chapter] = watch.peak
        watch.stop()
    print(json.dumps(seen | {"killed": watch.killed}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
