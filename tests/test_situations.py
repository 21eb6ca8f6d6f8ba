"""Does the table of ordinary situations name tests that exist, and state the right number of rows?"""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from autograder.paths import ROOT

TEXT = (ROOT / "docs" / "situations.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TEXT.splitlines()
    if re.match(r"\| [A-F]\d? ", line)
]
TESTS = sorted({test for row in ROWS for test in re.findall(r"`([^`]+)`", row[2])})


@cache
def names_in(file):
    """Return the names of a file's tests; those in a class have the class's name in front."""
    found = set()
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("test", TESTS)
def test_each_named_test_exists(test):
    file, _, name = test.partition("::")
    assert name.rpartition("::")[2].startswith("test_") and name in names_in(file)


def test_every_kind_of_situation_is_in_the_table_and_only_what_a_test_shows_ends_right():
    kinds = {row[0].split()[0] for row in ROWS}
    assert kinds == {*(f"A{n}" for n in range(1, 10)), *"BCDEF"}
    assert {len(row) for row in ROWS} == {4}
    assert {row[3].strip(" |") for row in ROWS} <= {"yes", "no"}
    assert [row for row in ROWS if "`tests/" not in row[2] and row[3].startswith("yes")] == []


def test_the_count_is_the_tables():
    right = sum(row[3].startswith("yes") for row in ROWS)
    assert f"**{right} of {len(ROWS)} end well.**" in TEXT
