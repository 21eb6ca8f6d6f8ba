"""Measures how long a visitor to the site waits: ``python -m tests.end_to_end.site.measure``, on a quiet machine."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from autograder.sandbox.usage import measure_usage
from tests.end_to_end.site.test_lite import NOTEBOOK
from tests.support.jupyterlab import browser_page, opened, run_check, run_first_cell
from tests.support.site import build_lite, serve


def main() -> None:
    """Open the course three times in one browser, the first time with an empty cache."""
    with tempfile.TemporaryDirectory() as folder, serve(build_lite(Path(folder))) as address, browser_page() as page:
        for visit in ("empty cache", "warm cache", "warm cache"):
            began, before = time.monotonic(), measure_usage(os.getpid(), 0).processor

            def tell(what: str, began: float = began, before: float = before) -> None:
                used = measure_usage(os.getpid(), 0).processor - before
                print(f"  {what:<32}{time.monotonic() - began:6.1f} s by the clock{used:8.1f} s of processors")
                sys.stdout.flush()

            print(visit)
            page.goto(f"{address}lite/lab/index.html?path={NOTEBOOK}")
            page.locator(".jp-NotebookPanel .jp-Notebook").first.wait_for(timeout=120_000)
            tell("the notebook is shown")
            opened(page)
            tell("its kernel is ready")
            run_first_cell(page)
            tell("the first cell has run")
            run_check(page, "apply_weight").last.inner_text()
            tell("the first check has its card")
            run_check(page, "apply_weight").last.inner_text()
            tell("the second check has its card")


if __name__ == "__main__":
    main()
