"""Estimates how long each chapter takes to read and to work through, from its text, code, figures and tasks.

The paces are assumptions, written down here so that all chapters are measured alike; what they cannot know is how
often a learner tries again. Parts that are only looked up (help tables, word lists) and optional parts are left out.
``python -m benchmarks.minutes`` prints the estimate of each chapter beside what its header says.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

COURSE = Path(__file__).resolve().parent.parent / "course"

WORDS = 180
"""Words of text per minute: slower than a novel (about 240), because of formulas and new terms."""
LINES = 25
"""Lines of code per minute, read and run."""
CALL = 0.5
"""Minutes for what a cell shows: a figure, a prediction to pick, a question's card."""
FUNCTION_POINT = 1.0
"""Minutes per point for a function: its docstring, the first try, and the tries after a check."""
NUMBER_POINT = 1.5
"""Minutes per point for a number that is computed."""
WRITTEN_POINT = 2.0
"""Minutes per point for a written answer."""

_HEADER = re.compile(r"\*\*About ([\w]+) minutes")
_NOT_READ = re.compile(r"\(optional\b|I'm getting|New words")
_POINTS = re.compile(r"(\d+) points? for (?:functions?|one function)|(\d+) for numbers?|(\d+) for written answers?")


@dataclass(frozen=True)
class Estimate:
    """What a chapter asks for, and the minutes that follow from it."""

    words: int
    lines: int
    shown: int
    functions: int
    numbers: int
    written: int

    @property
    def minutes(self) -> float:
        """Minutes in all."""
        reading = self.words / WORDS + self.lines / LINES + CALL * self.shown
        return reading + FUNCTION_POINT * self.functions + NUMBER_POINT * self.numbers + WRITTEN_POINT * self.written


def _read(notebook: dict) -> list[dict]:
    """Return the cells that everybody reads: without optional sections and without what is only looked up."""
    cells, left_out = [], 0
    for cell in notebook["cells"]:
        heading = re.match(r"(#+) (.*)", "".join(cell["source"])) if cell["cell_type"] == "markdown" else None
        if heading and (not left_out or len(heading[1]) <= left_out):
            left_out = len(heading[1]) if _NOT_READ.search(heading[2]) else 0
        if not left_out:
            cells.append(cell)
    return cells


def estimate(notebook: dict) -> Estimate:
    """Count what a notebook, as it is handed out, gives to read and to do."""
    read = _read(notebook)
    text = "\n\n".join("".join(cell["source"]) for cell in read if cell["cell_type"] == "markdown")
    code = [
        "".join(cell["source"]).splitlines()
        for cell in read
        if cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]
    ]
    asked = [[int(n) if n else 0 for n in found] for found in _POINTS.findall(text)]
    functions, numbers, written = (sum(column) for column in zip(*asked, strict=True)) if asked else (0, 0, 0)
    prose = re.sub(r"<[^>]+>|\]\([^)]*\)|\$\$.*?\$\$", " ", text, flags=re.DOTALL)
    return Estimate(
        words=len(re.findall(r"\b[^\W\d_]{1,}", prose)),
        lines=sum(len([line for line in cell if line.strip()]) for cell in code),
        shown=len(code),
        functions=functions,
        numbers=numbers,
        written=written,
    )


def stated(notebook: dict) -> str:
    """Return the minutes that a chapter's header states, as it states them."""
    return next(found[1] for cell in notebook["cells"] if (found := _HEADER.search("".join(cell["source"]))))


def main() -> None:
    """Print one row per chapter."""
    print(f"{'chapter':20} {'words':>6} {'lines':>6} {'cells':>6} {'points':>12} {'minutes':>8}  header")
    for path in sorted(COURSE.glob("*/[01]*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        is_ = estimate(notebook)
        points = f"{is_.functions}+{is_.numbers}+{is_.written}"
        row = f"{path.stem:20} {is_.words:6} {is_.lines:6} {is_.shown:6} {points:>12} {is_.minutes:8.0f}"
        print(f"{row}  {stated(notebook)}")


if __name__ == "__main__":
    main()
