"""Reads a submitted notebook: which cells answer what, even after an editor has changed its structure."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .library import UNPARSABLE
from .limits import MAX_NOTEBOOK

MAX_CELLS = 5_000
MAX_CONTAINERS = 1_000_000
"""The largest number of lists and dictionaries: 20 MiB of empty ones would need a gigabyte of memory."""
MAX_OWN_CELLS = 100
MAX_PARSED = 50_000
"""The largest number of characters of a code cell in which a number is looked for."""
ANSWER = "-answer"
"""The ending of an answer cell's name, which begins with the question's name."""
BLANK_NUMBER = "{name} = None  # your answer replaces None"
BLANK_TEXT = "*Write your answer here.*"
"""The text that a release leaves in place of an answer."""


class MalformedNotebook(ValueError):
    """The submitted file is not the chapter's notebook; the message says why."""


@dataclass(frozen=True)
class Answer:
    """The cells that give one answer.

    Parameters
    ----------
    cells : tuple of dict
        In their order: those that were changed, or else one that is as it was handed out. Empty if no cell was found.
    changed : bool
        Whether anything was written there.
    """

    cells: tuple[dict, ...] = ()
    changed: bool = False


@dataclass(frozen=True)
class OwnCell:
    """A cell that the student added, and the index of the released cell that it follows (-1 for none).

    Lines that the student added to a text of the course also count as a cell.
    """

    after: int
    cell: dict


@dataclass(frozen=True)
class SubmittedNotebook:
    """What a submitted notebook says, by the cells of the released one.

    Parameters
    ----------
    answers : mapping of str to Answer
        The answer of every answer cell that was released, by grade id.
    checks : mapping of str to list of dict
        The submitted copies of check cells, by grade id.
    own : tuple of OwnCell
        The cells that the student added.
    lost : frozenset of str
        Answer cells that cannot be distinguished from others, because an editor has removed their names.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    checks: Mapping[str, list[dict]] = field(default_factory=dict)
    own: tuple[OwnCell, ...] = ()
    lost: frozenset[str] = frozenset()

    def find_beside(self, name: str, released: Mapping[str, Any]) -> list[dict]:
        """Return the cells that the student added next to an answer cell, where the answer may have been written."""
        cells = released["cells"]
        at = next((i for i, cell in enumerate(cells) if grade_id(cell) == name), None)
        return [] if at is None else [own.cell for own in self.own if own.after in (at - 1, at, at + 1)]


def text_of(source: Any) -> str:
    """Return the text of a cell or output, which nbformat writes as one string or as lines."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _plain(source: Any) -> str:
    """Return the text of a cell with uniform line endings and no spaces before them, because editors change both."""
    return "\n".join(line.rstrip() for line in text_of(source).splitlines()).strip()


def marks_of(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what nbgrader's metadata says about a cell; an empty mapping if there is none."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return marks if isinstance(marks, Mapping) else {}


def grade_id(cell: Mapping[str, Any]) -> str | None:
    """Return nbgrader's name of a cell, or None."""
    name = marks_of(cell).get("grade_id")
    return name if isinstance(name, str) else None


def is_check(cell: Mapping[str, Any]) -> bool:
    """Return whether a released cell is a check: code that is graded and is not the student's to change."""
    marks = marks_of(cell)
    return bool(marks.get("grade") and not marks.get("solution")) and cell["cell_type"] == "code"


def read_notebook(released: Mapping[str, Any], submitted: bytes) -> SubmittedNotebook:
    """Find the answers in a submitted notebook.

    Cells are known by nbgrader's name, by their id, or by unchanged text. An answer cell that has lost all three is
    found by its place between known cells, or by the name that it assigns, if that leaves no choice.

    Parameters
    ----------
    released : mapping
        The notebook as it was handed out (nbformat 4). It alone decides which answers there are.
    submitted : bytes
        The file that the student submitted; it may hold anything.

    Raises
    ------
    MalformedNotebook
        If it is not a notebook, or none of its cells belongs to the chapter.
    """
    cells = _parse(submitted)
    places = _Places(released["cells"])
    found = [places.find(cell) for cell in cells]
    named = any(found[i] is not None and places.is_named(cells[i]) for i in range(len(cells)))
    _match_by_content(released["cells"], cells, found)
    wanted = [i for i, cell in enumerate(released["cells"]) if marks_of(cell)] or range(len(released["cells"]))
    if not {*wanted} & {*found}:
        raise MalformedNotebook(f"none of its cells belongs to the chapter; {FRESH_COPY}")
    copies: dict[int, list[dict]] = {}
    own, last = [], -1
    for cell, index in zip(cells, found, strict=True):
        if index is not None:
            copies.setdefault(index, []).append(cell)
            last = index
            cell = cell | {"source": _added(released["cells"][index], cell)}
        if text_of(cell.get("source")).strip() and len(own) < MAX_OWN_CELLS:
            own.append(OwnCell(last, cell))
    answers, checks, lost = {}, {}, set()
    for index, cell in enumerate(released["cells"]):
        name, theirs = grade_id(cell), copies.get(index, [])
        if marks_of(cell).get("solution"):
            answers[name] = _answer(theirs, text_of(cell["source"]))
            if not theirs and not named:
                lost.add(name)
        elif is_check(cell):
            checks[name] = theirs
    return SubmittedNotebook(answers, checks, tuple(own), frozenset(lost))


def _added(released: dict, cell: dict) -> str:
    """Return the student's addition to a text of the course, for example an answer typed into its question.

    It consists of whole lines, and of what was typed at the end of the course's own lines. Return nothing if a line of
    the course's text is missing: the text may be that of an earlier release.
    """
    if released["cell_type"] != "markdown" or marks_of(released).get("solution") or cell.get("cell_type") == "code":
        return ""
    left = [line.strip() for line in reversed(_plain(released["source"]).splitlines()) if line.strip()]
    lines = _plain(cell.get("source")).splitlines()
    stripped = [line.strip() for line in lines]
    last = {line: k for k, line in enumerate(stripped)}
    added = []
    for k, line in enumerate(stripped):
        if left and line == left[-1]:
            left.pop()
        elif left and line.startswith(left[-1]) and last.get(left[-1], -1) < k:
            added.append(line.removeprefix(left.pop()).strip())
        else:
            added.append(lines[k])
    return "" if left else "\n".join(added).strip()


def _parse(submitted: bytes) -> list[dict]:
    if len(submitted) > MAX_NOTEBOOK:
        raise MalformedNotebook(f"it is larger than {MAX_NOTEBOOK // 2**20} MB; {_make_smaller(submitted)}")
    if not _is_readable(submitted):
        raise MalformedNotebook(f"it holds more than {MAX_CONTAINERS:,} brackets; {_CLEAR}")
    try:
        data = _load(submitted)
    except (ValueError, RecursionError):
        raise MalformedNotebook(f"it is not JSON; {FRESH_COPY}") from None
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise MalformedNotebook(f"it holds no list of cells; {FRESH_COPY}")
    if len(cells) > MAX_CELLS:
        raise MalformedNotebook(f"it holds more than {MAX_CELLS:,} cells; {FRESH_COPY}")
    return [cell for cell in cells if isinstance(cell, dict)]


def _is_readable(submitted: bytes) -> bool:
    """Return whether a notebook can be parsed in bounded memory."""
    return submitted.count(b"[") + submitted.count(b"{") <= MAX_CONTAINERS


def _load(submitted: bytes) -> Any:
    """Parse a notebook's JSON, in whatever encoding an editor has saved it."""
    try:
        return json.loads(submitted)
    except UnicodeDecodeError:
        return json.loads(submitted.decode("latin-1"))


_REMEDIES = {
    "outputs": "clear the outputs of",
    "attachments": "delete the images that were pasted into",
    "source": "shorten",
    "metadata": "copy the text into a new cell, and delete",
}
"""The advice that makes a cell smaller, by the part of the cell that is large."""


_CLEAR = "clear the outputs of its largest cells"
FRESH_COPY = "paste your answers into a fresh copy of it"
"""What to do about a notebook that is damaged."""


def _make_smaller(submitted: bytes) -> str:
    """Say what makes an oversized notebook smaller: the largest part of a cell, or what widgets left behind."""
    if not _is_readable(submitted):
        return _CLEAR
    try:
        notebook = _load(submitted)
        cells = notebook["cells"]
        sizes = {(k, part): len(json.dumps(cell.get(part))) for k, cell in enumerate(cells) for part in _REMEDIES}
        (number, part), size = max(sizes.items(), key=lambda item: item[1])
        if len(json.dumps(notebook.get("metadata"))) > size:
            return (
                "turn off Save Widget State Automatically in JupyterLab's Settings menu, restart the kernel, save the "
                "notebook"
            )
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return _CLEAR
    first = next(iter(text_of(cells[number].get("source")).strip().splitlines()), "")
    return f"{_REMEDIES[part]} cell {number + 1} ({first[:40]!r}, {size / 2**20:.1f} MB)"


class _Places:
    """The positions of the released cells, by everything that may still identify them in a submitted copy."""

    def __init__(self, released: list[dict]) -> None:
        self._by_name = {name: i for i, cell in enumerate(released) if (name := grade_id(cell))}
        self._by_id = {cell["id"]: i for i, cell in enumerate(released) if isinstance(cell.get("id"), str)}
        self._by_text: dict[tuple, int | None] = {}
        for i, cell in enumerate(released):
            text = (cell["cell_type"], _plain(cell["source"]))
            self._by_text[text] = None if text in self._by_text else i

    def find(self, cell: dict) -> int | None:
        known, name = cell.get("id"), grade_id(cell)
        if name in self._by_name:
            return self._by_name[name]
        if isinstance(known, str) and known in self._by_id:
            return self._by_id[known]
        kind = cell.get("cell_type")
        return self._by_text.get((kind if isinstance(kind, str) else "", _plain(cell.get("source"))))

    def is_named(self, cell: dict) -> bool:
        known = cell.get("id")
        return grade_id(cell) in self._by_name or (isinstance(known, str) and known in self._by_id)


def _match_by_content(released: list[dict], cells: list[dict], found: list[int | None]) -> None:
    """Find answer cells that have lost their names, where only one reading is possible; fills ``found``."""
    missing = [i for i, cell in enumerate(released) if marks_of(cell).get("solution") and i not in found]
    bound: dict[str, list[int]] = {}
    if missing:
        for k, cell in enumerate(cells):
            if found[k] is None and cell.get("cell_type") == "code":
                for name in names_bound(text_of(cell.get("source"))):
                    bound.setdefault(name, []).append(k)
    for index in missing:
        name = (grade_id(released[index]) or "").removesuffix(ANSWER)
        if released[index]["cell_type"] == "code" and len(bound.get(name, ())) == 1:
            found[bound[name][0]] = index
    if all(index is None for index in found):  # without a known cell there is no position to start from
        return
    for start, stop in _gaps(found):
        before, after = (found[start - 1] if start else -1), (found[stop] if stop < len(found) else len(released))
        for kind in ("code", "markdown"):
            there = [k for k in range(start, stop) if cells[k].get("cell_type") == kind]
            left = [i for i in range(before + 1, after) if i not in found and released[i]["cell_type"] == kind]
            for asked in (left, [i for i in left if i in missing]):
                pairs = list(zip(asked, there, strict=False))
                given = [(i, k) for i, k in pairs if i not in missing]
                if len(asked) == len(there) and all(_is_unchanged(released[i], cells[k]) for i, k in given):
                    for i, k in pairs:
                        found[k] = i
                    break


def _is_unchanged(released: dict, cell: dict) -> bool:
    return _plain(cell.get("source")) == _plain(released["source"])


def _gaps(found: list[int | None]) -> Iterator[tuple[int, int]]:
    """Yield the runs of unknown cells, as (first, one after the last)."""
    start = 0
    for k, index in enumerate([*found, -1]):
        if index is not None:
            if start < k:
                yield start, k
            start = k + 1


def names_bound(source: str) -> set[str]:
    """Return the names that a cell's source assigns; nothing if it cannot be parsed."""
    nodes = ast.walk(parsed) if (parsed := parse_cell(source)) else ()
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def parse_cell(source: str) -> ast.Module | None:
    """Parse a cell's source without its magic and shell lines; None if Python cannot read it, or it is too long."""
    if len(source) > MAX_PARSED:
        return None
    lines = ("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    try:
        return ast.parse("\n".join(lines))
    except UNPARSABLE:
        return None


def _answer(cells: Iterable[dict], released: str) -> Answer:
    cells = list(cells)
    written = (cell for cell in cells if text_of(cell.get("source")).strip())  # an emptied cell holds no answer
    changed = tuple(cell for cell in written if _plain(cell.get("source")) != _plain(released))
    return Answer(changed or tuple(cells[:1]), bool(changed))


def dump_notebook(notebook: Any) -> bytes:
    """Return the content of a notebook's file: the same bytes for the same notebook, whoever wrote it before."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", "replace")
