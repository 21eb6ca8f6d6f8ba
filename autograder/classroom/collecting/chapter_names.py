"""Distinguishes a chapter's name, and names of its copies, from a student's name."""

from __future__ import annotations

import re

from ...exercises import CHAPTERS

_COPY_OF = r"(?:(?:copy[ _+]of|kopie[ _+]v[ao]n|copie[ _+]de|c(?:o\u0301?|\u00f3)pia[ _+]d[ei]|kopi[ _+]a[fv])[ _+]+)*"
"""The words that Colab, Google Drive and macOS put in front of a copy's name; platforms may replace the blanks."""
_COPY = r"(?:\s*\(\d+\)|[-_ ]+(?:copy|kopie)(?:\s*\d+)?)*"
"""The text that browsers (``… (1)``), JupyterLab (``…-Copy1``) and desktops add to the name of a copy.

Blanks can be read in one way only: otherwise a name of many copies would take years to compare.
"""
_ANY = "|".join(re.escape(chapter).replace("_", "[-_ ]?") for chapter in CHAPTERS)


def is_copy_of(name: str, original: str) -> bool:
    """Return whether a file's name, without its suffix, is the given name or the name of a copy of it."""
    return re.fullmatch(_COPY_OF + re.escape(original) + _COPY, name, re.IGNORECASE) is not None


def is_chapter(name: str) -> bool:
    """Return whether a name belongs to a chapter, the project or a copy of these, and therefore not to a student."""
    return re.fullmatch(f"{_COPY_OF}(?:{_ANY}|weightlab){_COPY}", name, re.IGNORECASE) is not None


def names_a_chapter(name: str) -> bool:
    """Return whether a name is a chapter's, or begins or ends with one."""
    return is_chapter(name) or without_chapter(name) != name


def without_copy_of(name: str) -> str:
    """Remove the words in front of a copy's name, such as ``Copy of``."""
    return re.sub(f"^{_COPY_OF}(?=.)", "", name, flags=re.IGNORECASE)


def without_chapter(name: str) -> str:
    """Remove a chapter's name from the front or the end, where `weightlab submit` and GitHub Classroom put it."""
    name = re.sub(f"^(?:{_ANY})[-_ ]+(?=.)", "", name, flags=re.IGNORECASE)
    return re.sub(f"(?<=.)[-_ ]+(?:{_ANY})$", "", name, flags=re.IGNORECASE)
