"""Looks for the course's answers in published files."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from autograder import markers
from autograder.paths import SOLUTIONS, shown

_ARCHIVES = (".zip", ".whl")
_TEXTS = (".html", ".py", ".md", ".ipynb", ".json", ".txt", ".js")
_PLACES = ("solutions/", "misconceptions/", "classroom/", "gradebook.db")
"""Text that no published file's name may contain."""


@cache
def answers() -> dict[str, str]:
    """Return every answer of the course by its place, with each run of spaces replaced by one."""
    sources = [*(SOLUTIONS / "weightlab").glob("*.py"), *(SOLUTIONS / "notebooks").glob("*.md")]
    found = {}
    for source in sorted(sources):
        for region in markers.regions(source.read_text(encoding="utf-8"), shown(source)):
            found[f"{shown(source)}:{region.first + 1}"] = " ".join(region.body.split())
    return found


def find_answers(folder: Path) -> list[tuple[str, str]]:
    """Return each published file that gives something away, with what it gives away; archives are searched as well.

    A short line, such as a product, counts as an answer only below its ``def``: elsewhere it is just arithmetic.
    """
    found, seen = [], 0
    for name, content in _files(folder):
        seen += 1
        found += [(name, place) for place in _PLACES if place in name]
        if not name.endswith(_TEXTS):
            continue
        text = _plain(name, content)
        found += [(name, where) for where, body in answers().items() if len(body) > 40 and body in text]
    assert seen > 10, "nothing was looked at"
    return found


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from _opened(path.relative_to(folder).as_posix(), path.read_bytes())


def _opened(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if name.endswith(_ARCHIVES):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from _opened(f"{name}/{inner}", archive.read(inner))


def _plain(name: str, content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    if name.endswith(".html"):
        text = html.unescape(re.sub(r"<[^>]*>", "", text))
    if name.endswith(".ipynb"):
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text).get("cells", ()))
    return " ".join(text.split())
