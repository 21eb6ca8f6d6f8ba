"""Does reading a file that a student may have put there follow no link, wait for nothing, and end at its limit?"""

from __future__ import annotations

import os
import socket

import pytest

from autograder.classroom.files import read_file


def make(path, kind):
    if kind == "file":
        path.write_bytes(b"12345")
    elif kind == "link":
        (path.parent / "target").write_bytes(b"secret")
        path.symlink_to(path.parent / "target")
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(os.path.relpath(path))  # an absolute one may be too long for a socket


@pytest.mark.parametrize(
    ("kind", "limit", "content"),
    [
        ("file", 6, b"12345"),
        ("file", 5, b"12345"),
        ("file", 4, b"1234"),
        *((kind, 10, None) for kind in ("link", "folder", "pipe", "socket", "nothing")),
    ],
)
def test_only_an_ordinary_file_is_read(tmp_path, monkeypatch, kind, limit, content):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "one", kind)
    before = os.listdir("/proc/self/fd")
    assert read_file(tmp_path / "one", limit) == content
    assert os.listdir("/proc/self/fd") == before  # closed again


def test_a_file_that_the_instructor_may_not_read_is_not_taken_for_absent(tmp_path, monkeypatch):
    def closed(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", closed)
    with pytest.raises(PermissionError):
        read_file(tmp_path / "one", 10)
