"""Reads the time at which something was submitted; only one strict form counts as a time."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

from .files import read_file

FILE = "timestamp.txt"
"""A file beside a notebook; nbgrader writes it for submissions through its exchange."""
EXAMPLE = "2026-03-02 10:00:00 UTC"
MAX_BYTES = 100

_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<clock>[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,6})?)?)"
    r"( ?(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?"
)
_UTC = ("Z", "UTC", "GMT")


def read_time(text: str | None) -> datetime.datetime | None:
    """Read a time in ISO 8601 or in nbgrader's own form; use it wherever ``timestamp.txt`` is read.

    The form is a date, a clock time, and ``Z``, ``UTC``, ``GMT`` or an offset such as ``+0200`` or ``+02:00``; without
    a zone or an offset the time is in UTC, as nbgrader writes and reads it. Names of other zones, other orders of the
    date and words are ambiguous, so they do not count as a time.

    Parameters
    ----------
    text : str or None
        The content of the file.

    Returns
    -------
    datetime.datetime or None
        The time in UTC, without a zone, as nbgrader's gradebook keeps it; None if the text is not a time.
    """
    found = _TIME.fullmatch((text or "").strip().removeprefix("\ufeff"))
    if found is None:
        return None
    zone = found["zone"] or "UTC"
    offset = "+00:00" if zone in _UTC else zone
    try:
        time = datetime.datetime.fromisoformat(f"{found['date']}T{found['clock'].replace(',', '.')}{offset}")
        return time.astimezone(datetime.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):  # the 30th of February, 25 o'clock, an offset of 90 hours, the year 0
        return None


def existing_time(directory: Any, folder: str) -> datetime.datetime | None:
    """Read a submission's time in place of nbgrader's ``CourseDirectory.get_existing_timestamp``.

    nbgrader's own reader asks a date library, which guesses, opens time zone files by a name that a student
    wrote, and raises errors that nbgrader does not expect.
    """
    path = Path(folder, FILE)
    content = read_file(path, MAX_BYTES)
    if content is None:
        return None
    time = read_time(content.decode("utf-8", "replace"))
    if time is None:
        directory.log.warning(
            "%s does not hold a time such as %s, so the submission does not count as late", path, EXAMPLE
        )
    return time
