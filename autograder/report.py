"""Draws the class in one page: what it can do, what it has misunderstood, and what waits for a person."""

from __future__ import annotations

import ast
import builtins
import contextlib
import json
import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from statistics import mean
from typing import Any

from labkit.concepts import class_summary, merged

from . import records, submission
from .exercises import CHAPTERS
from .gradebook import Standing
from .handin import CONCEPTS
from .judge import CRASHED, ERROR, MALFORMED, MISSING, NOT_STARTED, TIMEOUT, UNJUDGED
from .paths import SOLUTIONS
from .records import ClassroomError

FOLDER = "report"
KINDS = ("full points", "some points", "no points", "could not run", "not started")
_LONGEST_EXAMPLE = 25
_LOOKED_AT = 30
_LARGEST_RECORD = 100_000


@dataclass
class Item:
    """One exercise or question of a class: how many are how far, and what they believe."""

    name: str
    chapter: str
    kinds: Counter = field(default_factory=Counter)
    shares: list[float] = field(default_factory=list)
    beliefs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def share(self) -> float:
        """Mean share of the points, over all who handed in."""
        return mean(self.shares) if self.shares else 0.0


@dataclass
class Summary:
    """What is in the report, as plain data."""

    chapters: list[str]
    students: int
    scores: dict[str, list[float]]
    statuses: dict[str, Counter]
    items: list[Item]
    attention: list[tuple[str, str, str, str]]
    written: list[tuple[str, str, int, int, int]]
    concepts: dict[str, Any]

    def beliefs(self) -> list[tuple[Item, str, list[str]]]:
        """Return item, misconception and who holds it, the most frequent first."""
        found = [(item, name, who) for item in self.items for name, who in item.beliefs.items()]
        return sorted(found, key=lambda one: (-len(one[2]), one[0].name, one[1]))


def summarise(
    entries: list[dict], standings: Mapping[str, Mapping[str, Standing]], concepts: Iterable[Mapping]
) -> Summary:
    """Count what grading found.

    Parameters
    ----------
    entries : list of dict
        As `grade.grade_class` returns them.
    standings : mapping
        What the gradebook holds, by chapter and student.
    concepts : iterable of mapping
        Students' records of the concept test.
    """
    chapters = [name for name in CHAPTERS if any(entry["chapter"] == name for entry in entries)]
    scores: dict[str, list[float]] = {name: [] for name in chapters}
    statuses: dict[str, Counter] = {name: Counter() for name in chapters}
    items: dict[str, Item] = {}
    attention = []
    for entry in entries:
        chapter, student, status = entry["chapter"], entry["student"], entry["status"]
        statuses[chapter][status] += 1
        if status in (UNJUDGED, MALFORMED):
            words = {one["message"] for one in entry["exercises"] if one["status"] == status}
            attention.append((student, chapter, status, " ".join(sorted(words))[:400]))
        if status == MISSING:
            continue
        if entry["score"] is not None:
            scores[chapter].append(entry["score"] / entry["points"])
        for one in entry["exercises"]:
            item = items.setdefault(one["exercise"], Item(one["exercise"], chapter))
            item.kinds[_kind(one)] += 1
            if one["score"] is not None:
                item.shares.append(one["score"] / one["points"])
            if one["misconception"]:
                item.beliefs[one["misconception"]].append(student)
            if one["status"] in (TIMEOUT, CRASHED) or (one["status"] == MALFORMED and status != MALFORMED):
                attention.append((student, chapter, f"{one['exercise']}: {one['status']}", one["message"][:400]))
    written = [
        (chapter, name, *_marking(name, standings.get(chapter, {})))
        for chapter in chapters for name in CHAPTERS[chapter].written
    ]  # fmt: skip
    order = {UNJUDGED: 0, MALFORMED: 1}
    attention.sort(key=lambda line: (order.get(line[2], 2), line))
    students = len({entry["student"] for entry in entries})
    hardest = sorted(items.values(), key=lambda item: (item.share, item.name))
    return Summary(chapters, students, scores, statuses, hardest, attention, written, class_summary(list(concepts)))


def _kind(one: dict) -> str:
    if one["status"] == NOT_STARTED:
        return "not started"
    if one["status"] in (ERROR, TIMEOUT, CRASHED, MALFORMED, MISSING, UNJUDGED):
        return "could not run"
    return "full points" if one["score"] == one["points"] else "some points" if one["score"] else "no points"


def _marking(name: str, standings: Mapping[str, Standing]) -> tuple[int, int, int]:
    """Return how many answers to a written question wait, are marked, and were left empty."""
    rows = [standing.grades[name] for standing in standings.values() if name in standing.grades]
    waiting = sum(bool(row.needs_manual_grade) for row in rows)
    marked = sum(row.manual_score is not None and not row.needs_manual_grade for row in rows)
    return waiting, marked, len(rows) - waiting - marked


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
    return re.sub(_NAME, lambda found: found[0] if found[0] in kept or len(found[0]) == 1 else
                  others.setdefault(found[0], f"name_{len(others) + 1}"), text)  # fmt: skip


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
    from . import report_page  # which draws with what is here

    chosen = set(chapters)
    if unknown := sorted(chosen - set(CHAPTERS)):
        raise ClassroomError(f"No chapter is called {unknown[0]!r}. The chapters are {', '.join(CHAPTERS)}.")
    entries = [entry for entry in records.read_entries(classroom) if not chosen or entry["chapter"] in chosen]
    if not entries:
        which = f"Of {', '.join(sorted(chosen))} nothing" if chosen else "Nothing"
        raise ClassroomError(f"{which} is graded in {classroom} yet: run `weightlab grade --classroom {classroom}`.")
    summary = summarise(entries, standings, _concept_records(classroom))
    drawn = report_page.pictures(summary)
    examples = {(item.name, belief): _example_of(classroom, item, who) for item, belief, who in summary.beliefs()}
    paths = [classroom / FOLDER / f"{name}.png" for name in drawn]
    for path, (png, _) in zip(paths, drawn.values(), strict=True):
        records.write(path, png)
    page = classroom / FOLDER / "report.html"
    records.write(page, report_page.page(summary, drawn, examples).encode("utf-8", "replace"))
    return [page, *paths]


def _concept_records(classroom: Path) -> list[Mapping]:
    """Return each student's record of the concept test, of all that came with their hand-ins."""
    found: dict[str, list] = defaultdict(list)
    for path in sorted((classroom / "submitted").glob(f"*/*/{CONCEPTS}"), key=lambda path: path.parent.name):
        content = submission.read_file(path, _LARGEST_RECORD)
        with contextlib.suppress(ValueError, RecursionError):
            found[path.parent.parent.name].append(json.loads(content or b""))
    return [merged(records) for records in found.values()]


def _example_of(classroom: Path, item: Item, who: list[str]) -> str | None:
    """Return the shortest wrong answer among some of those who hold a misconception."""
    found = []
    for student in who[:_LOOKED_AT]:
        folder = classroom / "submitted" / student / item.chapter / submission.LIBRARY_FOLDER
        source = submission.read_file(folder / f"{CHAPTERS[item.chapter].module}.py", 200_000)
        if source and (text := example(source, item.name, CHAPTERS[item.chapter].module)):
            found.append(text)
    return min(found, key=len, default=None)
