"""Does an existing test cover each kind of attack that once succeeded?"""

from __future__ import annotations

import ast
import re

import pytest

from autograder.paths import ROOT
from tests.security.table import PAGE

TEXT = PAGE.read_text(encoding="utf-8")
PART = TEXT.partition("\n## Kinds of attack that once succeeded\n")[2].partition("\n## ")[0]
_ROW = r"^\| (?P<kind>[^|]+) \| [^|]+ \| `(?P<file>[^`]+)::(?P<test>\w+)` \|$"
ROWS = re.findall(_ROW, PART, re.MULTILINE)


def test_every_kind_is_there_with_a_test_of_its_own():
    assert len(ROWS) == 28 == PART.count("\n| ") - 2
    assert len({test for _, _, test in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("kind", "file", "test"), ROWS)
def test_a_kind_has_its_test(kind, file, test):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == test]
    assert len(found) == 1, kind
    assert any(isinstance(node, (ast.Assert, ast.With)) for node in ast.walk(found[0])), "it demands nothing"
