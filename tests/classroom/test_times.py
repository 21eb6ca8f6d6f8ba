"""Is every clear time read correctly, and does every ambiguous one count as no time, without stopping the class?"""

from __future__ import annotations

import datetime
import logging
import os
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.classroom.times import existing_time, read_time

TEN = datetime.datetime(2026, 3, 2, 10)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 10:00:00 UTC",
        "2026-03-02 10:00:00.000000 UTC",
        "2026-03-02 10:00:00",
        "2026-03-02T10:00:00Z",
        "2026-03-02T10:00Z",
        "2026-03-02T12:00:00+02:00",
        "2026-03-02 12:00:00 +0200",
        "2026-03-02 12:00:00+0200",
        "2026-03-02 04:30:00 -0530",
        "2026-03-02 10:00:00 GMT\n",
        "\ufeff2026-03-02 10:00:00 UTC\r\n",
    ],
)
def test_one_moment_is_the_same_moment_however_it_is_written(text):
    assert read_time(text) == TEN


def test_a_second_and_its_parts_count():
    assert read_time("2026-03-02 10:00:01.5 UTC") - TEN == datetime.timedelta(seconds=1.5)


AMBIGUOUS = [
    None,
    "",
    " ",
    "soon",
    "2026-03-02 10:00:00 JST",
    "2026-03-02 10:00:00 CET",
    "2026-03-02 10:00:00 Europe/Berlin",
    "2026-03-02 10:00:00 ../../../etc/passwd",
    "2026-03-02 10:00:00 200",
    "2026-03-02 10:00:00 +2",
    "2026-03-02 10:00:00 +99:00",
    "02.03.2026",
    "02/03/2026 10:00",
    "2026-03-02",
    "10:00:00",
    "10:00:00 now ..",
    "2026-02-30 10:00:00 UTC",
    "2026-03-02 25:00:00 UTC",
    "0000-03-02 10:00:00 UTC",
    "0001-01-01 00:00:00 +14:00",
    "9999-12-31 23:59:59 -1200",
    "2026-03-02 10:00:00 UTC, or a little later",
    "\u0662\u0660\u0662\u0666-03-02 10:00:00 UTC",
    "9" * 90,
    "\x00",
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_what_is_ambiguous_is_not_a_time(text):
    assert read_time(text) is None


@given(st.one_of(st.text(), st.from_regex(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d( .{0,9})?", fullmatch=True)))
@example("2026-03-02 10:00:00 ..")
def test_no_text_raises(text):
    assert read_time(text) is None or read_time(text).tzinfo is None


def test_nbgraders_reader_reads_the_same_and_names_what_it_cannot_read(tmp_path, caplog):
    directory = SimpleNamespace(log=logging.getLogger("nbgrader"))
    path = tmp_path / "timestamp.txt"
    assert existing_time(directory, str(tmp_path)) is None and not caplog.text
    path.write_text("2026-03-02 12:00:00 +0200")
    assert existing_time(directory, str(tmp_path)) == TEN and not caplog.text
    path.write_text("10:00:00 now ..")
    assert existing_time(directory, str(tmp_path)) is None and str(path) in caplog.text


def test_a_link_or_a_pipe_is_no_time(tmp_path):
    directory = SimpleNamespace(log=logging.getLogger("nbgrader"))
    (tmp_path / "of-another").write_text("2026-03-02 10:00:00 UTC")
    (tmp_path / "timestamp.txt").symlink_to(tmp_path / "of-another")
    assert existing_time(directory, str(tmp_path)) is None
    (tmp_path / "timestamp.txt").unlink()
    os.mkfifo(tmp_path / "timestamp.txt")
    assert existing_time(directory, str(tmp_path)) is None
