"""Does every row of the Markdown tables belong to a table, and have as many cells as its header?"""

from __future__ import annotations

import re

import pytest

from autograder.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("solutions/notebooks/*.md")])
UNDER_HEADER = re.compile(r"\|( *:?-+:? *\|)+")


def count_cells(row):
    return len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", row)))


def faults(text):
    """Return the rows that Markdown would not show as a row of a table with a cell for each column."""
    lines = re.sub(r"^```.*?^```", lambda code: "\n" * code.group().count("\n"), text, flags=re.M | re.S).split("\n")
    found, columns = [], 0
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line.startswith("|"):
            columns = 0
        elif columns == 0:
            columns = count_cells(line)
            if not UNDER_HEADER.fullmatch(following.rstrip()):
                found.append(line)
        elif count_cells(line) != columns:
            found.append(line)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_row_belongs_to_a_table(page):
    assert faults(page.read_text(encoding="utf-8")) == []


def test_a_row_outside_its_table_and_a_row_with_a_cell_too_many_are_found():
    table = "| a | b |\n|---|---|\n| 1 | `x|y` |\n"
    assert faults(table) == []
    assert faults(f"{table}\n| 2 | 3 |\n") == ["| 2 | 3 |"]
    assert faults(f"{table}| 2 | 3 | 4 |\n") == ["| 2 | 3 | 4 |"]
