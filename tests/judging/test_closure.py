"""Is the part of the reference that an answer needs found and cut out, whole and in order?"""

from __future__ import annotations

import ast

import pytest

from autograder.judging import reference

FIRST = '''
"""A module."""
from __future__ import annotations
import numpy as np

SCALE: float = 2.0
A, B = 1, 2
LIMIT = SCALE + 1


class Note:
    """A class."""


def area(width: float, *, height: float = 1.0) -> float:
    """Return the area."""
    return _times(width, height * SCALE)


def _times(one, other):
    return one * other


def bare():
    return area(1) + LIMIT
'''
SECOND = '"""Another."""\n\n\ndef volume(width):\n    """Return it."""\n    return area(width) * width\n'


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A reference of two modules."""
    folder = tmp_path / "weightlab"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "first.py").write_text(FIRST)
    (folder / "second.py").write_text(SECOND)
    monkeypatch.setattr(reference, "SOLUTIONS", tmp_path)
    caches = (reference._definitions, reference.source_of, reference.code_of)
    for one in caches:
        one.cache_clear()
    yield folder
    for one in caches:
        one.cache_clear()


def test_what_an_answer_needs_comes_before_it(library):
    assert reference.closure(["volume"]) == ["SCALE", "_times", "area", "volume"]
    assert reference.closure(["bare", "Note"]) == ["SCALE", "LIMIT", "_times", "area", "bare", "Note"]
    assert reference.closure(["nothing"]) == []
    assert reference.modules() == ["first", "second"]


def test_an_answer_uses_what_its_private_functions_use(library):
    assert {"_times", "width", "height"} <= reference.direct_uses("area")
    assert {"one", "other"} <= reference.direct_uses("area"), "of its private function"
    assert "_times" not in reference.direct_uses("volume")


def test_what_is_cut_out_runs_alone_and_has_no_docstrings_or_hints(library):
    source, names = reference.source_of(("volume",))
    assert names == {"first": ["SCALE", "area"], "second": ["volume"]}
    assert "Return the area" not in source and "float" not in source.replace("float = 2.0", "")
    made: dict = {}
    exec(compile(source, "cut", "exec"), made)
    assert made["volume"](3) == 18.0 and "bare" not in made
    code, by_module = reference.code_of(("volume",))
    assert by_module == names and code
    assert reference.library_of("volume")["volume"](2) == 8.0


def test_files_are_named_once_each_in_order(library):
    assert reference.paths_of(["volume"]) == [library / "first.py", library / "second.py"]
    assert reference.paths_of(["area"]) == [library / "first.py"]
    assert isinstance(reference.definition("area"), ast.FunctionDef)
    assert reference.definition("area").returns is None
    assert all(arg.annotation is None for arg in reference.definition("area").args.kwonlyargs)


def test_one_name_is_defined_in_one_module(library):
    (library / "third.py").write_text("SCALE = 3\n")
    with pytest.raises(ValueError, match=r"SCALE is defined in first\.py and in third\.py"):
        reference.closure(["area"])


def test_without_solutions_one_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "SOLUTIONS", tmp_path)
    monkeypatch.setattr(reference, "_PACKAGE", "solutions_that_are_absent")
    with pytest.raises(reference.NoReference, match="holds no solutions"):
        reference.module("first")


def test_a_misconception_has_advice():
    def wrong():
        """What   a tutor
        says."""

    named = reference._named(wrong, "area", wrong, "first")
    assert (named.name, named.advice, named.general) == ("wrong", "What a tutor says.", False)
    assert reference._named(wrong, "area", lambda: 1, "families").general
    wrong.__doc__ = None
    with pytest.raises(reference.BrokenReference, match=r"misconceptions/first\.py: wrong has no advice"):
        reference._named(wrong, "area", wrong, "first")
