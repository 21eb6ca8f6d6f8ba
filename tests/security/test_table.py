"""Does docs/security.md say about every payload what was measured?"""

from __future__ import annotations

from importlib.metadata import version

from tests.security import table
from tests.security.corpus import PAYLOADS
from tests.security.stock import ORDINARY


def test_the_results_are_of_these_payloads_and_this_nbgrader():
    found = table.results()
    assert set(found) <= {"nbgrader", ORDINARY, *(payload.name for payload in PAYLOADS)}
    assert found["nbgrader"] == version("nbgrader")


def test_the_comparison_stands_on_an_ordinary_submission():
    ordinary = table.results()[ORDINARY]
    assert (ordinary["score"], ordinary["classmate"]) == (13, 16)
    assert not table.leaves(ordinary) and not ordinary["invented"] and not ordinary["ended"]


def test_the_page_holds_the_tables_of_these_results():
    text = table.PAGE.read_text(encoding="utf-8")
    assert table.BEGIN in text and table.END in text
    assert table.page(text) == text, "run python -m tests.security.table"


def test_what_gains_is_listed_as_open():
    """Does docs/security.md name every attack that gains a point: only those on what is observed inside the process?"""
    gaining = {payload.name: payload.gains for payload in PAYLOADS if payload.gains or payload.costs < 0}
    assert gaining == {"forged observation": 1}
    open_parts = table.PAGE.read_text(encoding="utf-8").partition("## What is open")[2].partition("\n## ")[0]
    assert "Aspects that rest on such observations carry at most one point per exercise" in " ".join(open_parts.split())
