"""Finds and removes what holds answers: solution regions, and the notes of a docstring."""

from __future__ import annotations

import ast
import difflib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


class MarkerError(ValueError):
    """A solution marker is misspelt, unpaired or nested; the message names file and line."""


@dataclass(frozen=True)
class Region:
    """Lines ``first`` to ``last`` (from 0, markers included) of a text, and the lines between the markers."""

    first: int
    last: int
    indent: str
    body: str


def regions(text: str, file: str) -> list[Region]:
    """Return the solution regions of a text.

    Raises
    ------
    MarkerError
        For a line that only looks like a marker, and for markers that do not pair up.
    """
    found: list[Region] = []
    start: int | None = None
    lines = text.splitlines()
    for i, line in enumerate(lines):
        word = line.strip()
        if word == BEGIN:
            if start is not None:
                raise MarkerError(f"{file}:{i + 1}: {BEGIN} inside the region that begins on line {start + 1}")
            start = i
        elif word == END:
            if start is None:
                raise MarkerError(f"{file}:{i + 1}: {END} without a {BEGIN} before it")
            body = "\n".join(lines[start + 1 : i])
            if not body.strip():
                raise MarkerError(f"{file}:{start + 1}: an empty solution region")
            found.append(Region(start, i, lines[start][: len(lines[start]) - len(lines[start].lstrip())], body))
            start = None
        elif _resembles_marker(word):
            raise MarkerError(f"{file}:{i + 1}: {word!r} looks like a misspelt marker; write {BEGIN} or {END}")
    if start is not None:
        raise MarkerError(f"{file}:{start + 1}: {BEGIN} without an {END} after it")
    return found


def _resembles_marker(line: str) -> bool:
    if not line.startswith("#"):
        return False
    letters = re.sub(r"[^A-Z]+", " ", line.upper()).strip()
    if len(letters) > 24:
        return False
    near = difflib.get_close_matches(letters, ["BEGIN SOLUTION", "END SOLUTION"], 1, 0.8)
    return bool(near) and (line.upper() == line or "SOLUTION" in letters)


def strip(text: str, file: str, stub: Callable[[Region], str]) -> str:
    """Return the text with ``stub(region)`` in place of each region, indented as the region was."""
    lines = text.splitlines()
    for region in reversed(regions(text, file)):
        put = [f"{region.indent}{line}".rstrip() for line in stub(region).splitlines()]
        lines[region.first : region.last + 1] = put
    return "\n".join(lines) + "\n"


def strip_module(text: str, file: str) -> str:
    """Return a library module with every answer replaced by a stub that names its function."""
    functions = [node for node in ast.parse(text, file).body if isinstance(node, ast.FunctionDef)]

    def stub(region: Region) -> str:
        for node in functions:
            if node.lineno <= region.first + 1 and region.last + 1 <= node.end_lineno + 1 and region.indent:
                return (
                    f'# Your code replaces the next line.\nraise NotImplementedError("{node.name} is not written yet")'
                )
        if region.indent:
            raise MarkerError(f"{file}:{region.first + 1}: a solution region outside any function")
        return ""

    stripped = drop_notes(strip(text, file, stub))
    return re.sub(r"\n{4,}", "\n\n\n", stripped).rstrip() + "\n"


def drop_notes(module: str) -> str:
    """Return a library module without the Notes sections of its functions' docstrings.

    The Notes section is where numpydoc puts an equation. Here it holds the expression that the student is to
    find, so the reference and `reveal` show it and a stub does not.
    """
    lines = module.splitlines()
    for node in reversed(ast.parse(module).body):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            first, last = node.body[0].lineno - 1, node.body[0].end_lineno - 1
            if section := _notes(lines[first:last]):
                del lines[first + section.start : first + section.stop]
                if not lines[first + section.start - 1].strip() and lines[first + section.start].strip() == '"""':
                    del lines[first + section.start - 1]
    return "\n".join(lines) + "\n"


def notes(docstring: str | None) -> str:
    """Return a docstring's Notes section, one line for each paragraph."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    section = _notes(lines)
    if section is None:
        return ""
    paragraphs = "\n".join(lines[section][2:]).strip().split("\n\n")
    return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _notes(lines: list[str]) -> slice | None:
    """Return the range of a docstring's lines that are its Notes section: from its heading to the next one."""
    headings = [i for i in range(len(lines) - 1) if lines[i].strip() and re.fullmatch(r"-{3,}", lines[i + 1].strip())]
    for number, start in enumerate(headings):
        if lines[start].strip() == "Notes":
            following = headings[number + 1 :]
            return slice(start, following[0] if following else len(lines))
    return None
