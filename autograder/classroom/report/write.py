"""Draws the class in one page: what it can do, what it has misunderstood, and what waits for a person."""

from __future__ import annotations

import ast
import builtins
import contextlib
import json
import keyword
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from labkit.concepts import merged

from ...exercises import CHAPTERS
from ...library import CONCEPTS, LIBRARY_FOLDER
from ...paths import SOLUTIONS
from .. import records
from ..files import read_file
from ..gradebook import Standing
from ..records import ClassroomError
from . import page as page_of
from .tally import Item, remarks_on, summarise

FOLDER = "report"
_LONGEST_EXAMPLE = 25
_LOOKED_AT = 30
_LARGEST_RECORD = 100_000


def example(source: bytes, name: str, module: str) -> str | None:
    """Return a function as anybody could have written it, or None where it is long or absent.

    Comments and texts are left out, and names that the course does not use are replaced.
    """
    try:
        found = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == name]
        if not found:
            return None
        node = _Wordless().visit(found[-1])
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        text = ast.unparse(ast.fix_missing_locations(node))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if text.count("\n") >= _LONGEST_EXAMPLE or len(text) >= 2_000:
        return None
    kept, others = _vocabulary(module), {}
    return re.sub(
        _NAME,
        lambda found: (
            found[0]
            if found[0] in kept or len(found[0]) == 1
            else others.setdefault(found[0], f"name_{len(others) + 1}")
        ),
        text,
    )


_NAME = r"\b[^\W\d]\w*"


@cache
def _vocabulary(module: str) -> frozenset[str]:
    """Return the names that the course itself uses: they tell nothing about who wrote them."""
    import numpy as np

    sources = (SOLUTIONS / "weightlab").glob("*.py"), (SOLUTIONS / "misconceptions").glob(f"{module}.py")
    words = re.findall(_NAME, "".join(path.read_text(encoding="utf-8") for path in chain(*sources)))
    given = (builtins, np, np.ndarray, np.linalg, np.random.Generator)
    return frozenset([*words, *keyword.kwlist, *chain(*map(dir, given))])


class _Wordless(ast.NodeTransformer):
    """Takes texts and type hints out of a program."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("…") if isinstance(node.value, (str, bytes)) else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)


def write(classroom: Path, standings: Mapping[str, Mapping[str, Standing]], chapters: Iterable[str] = ()) -> list[Path]:
    """Write ``report/report.html`` and its pictures into a graded classroom; return the files.

    Parameters
    ----------
    standings : mapping
        As for `summarise`.
    chapters : iterable of str
        Which chapters; by default all that were graded.

    Raises
    ------
    ClassroomError
        If nothing was graded yet.
    """
    chosen = set(chapters)
    if unknown := sorted(chosen - set(CHAPTERS)):
        raise ClassroomError(f"No chapter is called {unknown[0]!r}. The chapters are {', '.join(CHAPTERS)}.")
    entries = [entry for entry in records.read_entries(classroom) if not chosen or entry["chapter"] in chosen]
    if not entries:
        which = f"Of {', '.join(sorted(chosen))} nothing" if chosen else "Nothing"
        raise ClassroomError(f"{which} is graded in {classroom} yet: run `weightlab grade --classroom {classroom}`.")
    remarks = remarks_on(classroom, entries)
    summary = summarise(entries, standings, _concept_records(classroom), remarks)
    drawn = page_of.pictures(summary)
    examples = {(item.name, belief): _example_of(classroom, item, who) for item, belief, who in summary.beliefs()}
    paths = {name: classroom / FOLDER / f"{name}.png" for name in page_of.PICTURES}
    for name, path in paths.items():
        if name in drawn:
            records.write(path, drawn[name][0])
        else:  # of an earlier report
            path.unlink(missing_ok=True)
    page = classroom / FOLDER / "report.html"
    records.write(page, page_of.page(summary, drawn, examples).encode("utf-8", "replace"))
    return [page, *(paths[name] for name in drawn)]


def _concept_records(classroom: Path) -> list[Mapping]:
    """Return each student's record of the concept test, of all that came with their hand-ins."""
    found: dict[str, list] = defaultdict(list)
    for path in sorted((classroom / "submitted").glob(f"*/*/{CONCEPTS}"), key=lambda path: path.parent.name):
        content = read_file(path, _LARGEST_RECORD)
        with contextlib.suppress(ValueError, RecursionError):
            found[path.parent.parent.name].append(json.loads(content or b""))
    return [merged(records) for records in found.values()]


def _example_of(classroom: Path, item: Item, who: list[str]) -> str | None:
    """Return the shortest wrong answer among some of those who hold a misconception."""
    found = []
    for student in who[:_LOOKED_AT]:
        folder = classroom / "submitted" / student / item.chapter / LIBRARY_FOLDER
        source = read_file(folder / f"{CHAPTERS[item.chapter].module}.py", 200_000)
        if source and (text := example(source, item.name, CHAPTERS[item.chapter].module)):
            found.append(text)
    return min(found, key=len, default=None)
