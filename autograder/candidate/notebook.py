"""Runs the cells of a notebook one after another, and returns the cells' outputs as plain data."""

from __future__ import annotations

import base64
import importlib
import os
import re
import sys
import tempfile
from typing import Any

from . import importer

MAX_CELL = 100_000
"""Characters of each output's text that are kept."""
_ABSENT = (
    "check",
    "hint",
    "reveal",
    "reset",
    "progress",
    "predict",
    "outcome",
    "calibration",
    "concept_test",
    "weight_slider",
)
"""The lab's tools that need the autograder or a person at the notebook; here they do nothing."""

_PICTURE = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=]+)"')


def run_cells(job: dict) -> dict:
    """Run the sources ``job["cells"]`` with the student's library.

    Returns
    -------
    dict
        ``outputs``: for each cell a list of outputs in a notebook's format.
    """
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"IPYTHONDIR": home, "MPLCONFIGDIR": home, "MPLBACKEND": "agg"}
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        import labkit

        for name in ("_add_newdocs", "_add_newdocs_scalars"):  # removed by start.py, but needed by calls of help()
            sys.modules.pop(f"numpy._core.{name}", None)
            importlib.import_module(f"numpy._core.{name}")
        importer.Library(job["sources"], job["folder"], {}, "").install()
        vars(labkit).update(dict.fromkeys(_ABSENT, _do_nothing))
        shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        shell.showtraceback = shell.showsyntaxerror = _do_nothing
        return {"outputs": [_run_cell(shell, source) for source in job["cells"]]}


def _do_nothing(*_: Any, **__: Any) -> None:
    return None


def _run_cell(shell: Any, source: str) -> list[dict]:
    from IPython.core.displayhook import CapturingDisplayHook
    from IPython.utils.capture import capture_output

    values: list[dict] = []
    shell.display_trap.hook = CapturingDisplayHook(shell, values)
    with capture_output() as captured:
        result = shell.run_cell(source)
    outputs = [
        {"output_type": "stream", "name": name, "text": text[:MAX_CELL]}
        for name, text in (("stdout", captured.stdout), ("stderr", captured.stderr))
        if text
    ]
    shown = [*(one.data for one in captured.outputs), *(one["data"] for one in values)]
    outputs += [{"output_type": "display_data", "data": _keep_data(data)} for data in shown]
    if error := result.error_before_exec or result.error_in_exec:
        told = {"ename": type(error).__name__, "evalue": str(error)[:MAX_CELL], "traceback": []}
        outputs.append({"output_type": "error"} | told)
    return outputs


def _keep_data(data: dict) -> dict:
    """Return text outputs, and images in a notebook's format."""
    kept = {}
    for kind in ("text/plain", "image/png"):
        value = data.get(kind)
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        if isinstance(value, str) and len(value) < 10 * MAX_CELL:
            kept[kind] = value
    if picture := _PICTURE.search(str(data.get("text/html", ""))[: 10 * MAX_CELL]):
        kept["image/png"] = picture[1]  # the lab's figures come as HTML, with words for people who cannot see them
    return kept
