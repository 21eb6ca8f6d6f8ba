"""Can a learner skip every optional part? No later cell may need a name that only such a part defines."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

import jupytext
import pytest

from autograder.paths import SOLUTIONS

NOTEBOOKS = sorted((SOLUTIONS / "notebooks").glob("*.md"))


def required_cells(path) -> Iterator[str]:
    """Yield the code of each cell that is not in an optional part."""
    skipped = 0
    for cell in jupytext.read(path).cells:
        if cell.cell_type == "code" and not skipped:
            yield cell.source
        for level, title in re.findall(r"^(#+) (.*)", cell.source, re.M) if cell.cell_type == "markdown" else ():
            if not skipped or len(level) <= skipped:
                skipped = len(level) if "(optional" in title else 0


def names_in(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell reads, and those that it defines."""
    read, defined = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else defined).add(node.id)
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            defined.add(node.name)
        elif isinstance(node, ast.alias):
            defined.add(node.asname or node.name.partition(".")[0])
    return read, defined


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_required_cell_needs_an_optional_one(path):
    known = set(dir(builtins))
    for source in required_cells(path):
        read, defined = names_in(source)
        known |= defined
        assert read <= known, f"{path.stem}: {sorted(read - known)} are defined in an optional part, or nowhere"
