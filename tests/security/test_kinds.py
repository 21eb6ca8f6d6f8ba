"""Does an existing test cover each kind of attack that a review found?"""

from __future__ import annotations

import ast
import re

import pytest

from autograder.paths import ROOT
from tests.security.table import PAGE

TEXT = PAGE.read_text(encoding="utf-8")
PARTS = [
    TEXT.partition(f"\n## What a {which} review found\n")[2].partition("\n## ")[0] for which in ("second", "third")
]
_ROW = r"^\| (?P<kind>[^|]+) \| [^|]+ \| `(?P<file>[^`]+)::(?P<test>\w+)` \|$"
ROWS = [row for part in PARTS for row in re.findall(_ROW, part, re.MULTILINE)]


def test_there_are_eighteen_and_seven():
    assert len(ROWS) == 18 + 7 and len({test for _, _, test in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("kind", "file", "test"), ROWS)
def test_a_kind_has_its_test(kind, file, test):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == test]
    assert len(found) == 1, kind
    assert any(isinstance(node, (ast.Assert, ast.With)) for node in ast.walk(found[0])), "it demands nothing"
