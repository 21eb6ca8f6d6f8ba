"""Are slips real changes, drawn the same way each time, and told from one another by running tests?"""

from __future__ import annotations

import ast

import pytest

from tests.slips import make, try_out
from tests.slips.make import ROOMS, Slip

SOURCE = '''
"""A module."""
from os import path

LIMIT = 60


def f(items: list[int] = (), *, quote: bool = False) -> int:
    """Return the sum."""
    total = 0
    for item in items:
        if item < 0 or item is None:
            continue
        total += item
    if not quote:
        raise ValueError(f"{total + 1} {LIMIT}")
    print(total)
    return max(total, 1)
'''


@pytest.fixture
def slips(tmp_path, monkeypatch):
    monkeypatch.setattr(make, "ROOT", tmp_path)
    (tmp_path / "a.py").write_text(SOURCE)
    return [make.make_slip(tmp_path / "a.py", number) for number in range(make.count_slips(SOURCE))]


def test_every_kind_of_slip_is_made_and_each_is_another_program(slips):
    plain = ast.unparse(ast.parse(SOURCE))
    sources = [slip.source.strip() for slip in slips]
    assert len(set(sources)) == len(slips) > 12 and plain not in sources
    for source in sources:
        compile(source, "a.py", "exec")
    words = " ".join(slip.words for slip in slips)
    for said in ("False → True", "item < 0 → item <= 0", "item is None → item is not None", "continue: left out"):
        assert said in words
    for said in ("not quote → quote", "total += item: left out", "returns None", "max(total, 1) → min(total, 1)"):
        assert said in words
    assert "item < 0 or item is None → item < 0 and item is None" in words


def test_docstrings_annotations_imports_and_limits_stay(slips):
    for slip in slips:
        assert "LIMIT = 60" in slip.source and "Return the sum" in slip.source
        assert "from os import path" in slip.source and "list[int]" in slip.source


@pytest.mark.parametrize("room", ROOMS)
def test_a_sample_is_the_same_for_a_seed_and_of_its_room(room):
    first = make.sample(room, 5, 1)
    assert first == make.sample(room, 5, 1) != make.sample(room, 5, 2)
    assert len({(slip.file, slip.line) for slip in first}) == 5
    for slip in first:
        ast.parse(slip.source)
        assert any(slip.file.startswith(place.partition("*")[0]) for place in ROOMS[room])


def test_every_room_has_tests_that_exist():
    assert set(try_out.TESTS) == set(ROOMS)
    for places in try_out.TESTS.values():
        assert all((make.ROOT / place).exists() for place in places)


@pytest.mark.slow
def test_a_slip_that_a_test_looks_for_is_noticed_and_another_is_not():
    """In a copy: the project's own files stay as they are."""
    file, tests = "autograder/judging/compare.py", ("tests/judging/test_compare.py",)
    source = (make.ROOT / file).read_text()
    wrong = source.replace("if array.shape != expected.shape:", "if False:")
    neutral = source.replace("Compares an answer", "Compares one answer")
    assert source not in (wrong, neutral)
    with try_out.project_copy() as copy:
        found = [try_out.try_slip(Slip(file, 1, "", text), tests, copy, True, 300).noticed for text in (wrong, neutral)]
        assert (copy / file).read_text() == source
    assert found == [True, False] and (make.ROOT / file).read_text() == source
