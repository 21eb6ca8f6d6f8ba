"""Writes a text into a table's cell so that it stays a text wherever the table is opened, and reads it back."""

from __future__ import annotations

import re

NO_VALUE = "-"
"""A platform's own mark for an empty cell, which is never a formula."""

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
"""Line breaks and all that controls a terminal; each becomes a blank."""
# Some spreadsheets split lines at semicolons or tabs whatever the file says, so a cell may begin after one. And some
# read full-width signs as plain ones.
_BEGINS = r"((?:^|[;,|\t])[\s\"']*)"
_SIGN = r"(?=[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212])"
_FORMULA, _QUOTED = re.compile(_BEGINS + _SIGN), re.compile(f"{_BEGINS}'{_SIGN}")


def quote_cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet reads as a formula and no terminal as a command."""
    text = _CONTROL.sub(" ", text)
    return text if text == NO_VALUE else _FORMULA.sub(r"\1'", text)


def quote_lines(text: str) -> str:
    """Return a text as `quote_cell` does, but leave it and its line breaks as they are if nothing in it would act."""
    lines = re.split(r"\r?\n", text)
    return text if list(map(quote_cell, lines)) == lines else quote_cell(read_cell(text))


def read_cell(text: str) -> str:
    """Return the text in a cell: without the mark that `quote_cell` puts before a sign, and in one line."""
    return _QUOTED.sub(r"\1", _CONTROL.sub(" ", text).strip())
