"""Plays Binder on this machine: run as a plain user, offline, on one core; prints what was seen as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

from tests.jupyterlab import browser_page, open_notebook, run_all, server

BASE = "/user/visitor-weightlab-x7k2/"


def memory_of(root: int) -> int:
    """Return the bytes that a process and everything below it hold, shared pages counted once."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += parents.get(process, [])
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


def main(clone: Path, chapters: list[str]) -> None:
    """Open chapters in a browser as a visitor would."""
    seen: dict = {"chapters": {}, "peak": 0}
    stop = threading.Event()
    environment = {"PYTHONPATH": f"{clone}:{clone / 'src'}", "JUPYTERHUB_USER": "visitor"}
    with server(clone, environment=environment, base_url=BASE) as address:
        (lab,) = (int(line) for line in subprocess.run(["pgrep", "-f", f"jupyterlab.*base_url={BASE}"],
                                                       capture_output=True, text=True).stdout.split())  # fmt: skip

        def watch() -> None:
            while not stop.wait(0.5):
                seen["peak"] = max(seen["peak"], memory_of(lab))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        for chapter in chapters:
            with browser_page() as page:
                open_notebook(page, address, f"course/{chapter}/{chapter}.ipynb")
                seen["news"] = page.get_by_text("Would you like to get notified").count()
                run_all(page)
                seen["chapters"][chapter] = {
                    "cards": page.locator(".wl-card").count(),
                    "errors": [
                        text for text in page.locator("[data-mime-type*=stderr]").all_inner_texts() if "Error" in text
                    ],
                    "console": page.errors,
                    "address": page.url,
                }
        stop.set()
        watcher.join()
    print(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
