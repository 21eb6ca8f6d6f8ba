"""Does reading a student's library give the modules that Python would import, and nothing else?"""

from __future__ import annotations

import os

import pytest

from autograder.library import MAX_MODULES, MAX_SOURCE, read_library


def test_a_library_is_read_as_its_python_files(tmp_path):
    (tmp_path / "weights.py").write_text("x = 1")
    (tmp_path / "notes.txt").write_text("no")
    (tmp_path / "weights.py.bak").write_text("no")
    (tmp_path / "my-file.py").write_text("no module's name")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "large.py").write_bytes(b"#" * (MAX_SOURCE + 5))
    if hasattr(os, "symlink") and os.name == "posix":
        (tmp_path / "link.py").symlink_to("/etc/passwd")
        os.mkfifo(tmp_path / "pipe.py")
    read = read_library(tmp_path)
    assert sorted(read) == ["large", "weights"]
    assert len(read["large"]) == MAX_SOURCE + 1


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_files_for_one_module_pythons_counts(tmp_path, order):
    """Python imports a module by the composed form of its name."""
    files = [("\ufb01", "other"), ("fi", "own"), ("\ufb02", "alone"), ("\u00e9", "own"), ("e\u0301", "other")]
    for name, source in files[::order]:
        (tmp_path / f"{name}.py").write_text(source)
    assert read_library(tmp_path) == {"fi": b"own", "fl": b"alone", "\u00e9": b"own"}


def test_a_library_that_is_not_there_is_empty(tmp_path):
    assert read_library(tmp_path / "no") == {}


def test_a_folder_of_very_many_files_is_read_in_part(tmp_path):
    for i in range(MAX_MODULES + 20):
        (tmp_path / f"m{i:04d}.py").write_text("")
    assert len(read_library(tmp_path)) == MAX_MODULES
