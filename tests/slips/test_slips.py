"""Are slips real changes, drawn the same way each time, and does running tests show whether one is noticed?"""

from __future__ import annotations

import ast

import pytest

from tests.slips import __main__, make, try_out
from tests.slips.make import ROOMS, Slip
from tests.slips.try_out import Outcome, Trial

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
    if sys.version_info >= (99, 1):
        quote = total < 7
    else:
        quote = total < 8
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


def test_what_runs_on_another_python_only_stays(slips):
    words = [slip.words.partition(" in ")[0] for slip in slips]
    assert "f: total < 8 → total <= 8" in words
    assert not {"f: total < 7 → total <= 7", "f: 7 → 8"} & {*words} and words.count("f: 1 → 2") == 2


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
    """Slips are made in a copy: the project's own files stay as they are."""
    file, tests = "autograder/judging/compare.py", ("tests/judging/test_compare.py",)
    source = (make.ROOT / file).read_text()
    wrong = source.replace("if array.shape != expected.shape:", "if False:")
    neutral = source.replace("Compares an answer", "Compares one answer")
    assert source not in (wrong, neutral)
    with try_out.project_copy() as copy:
        trials = [try_out.try_slip(Slip(file, 1, "", text), tests, copy, True, 300) for text in (wrong, neutral)]
        assert (copy / file).read_text() == source
    assert [one.outcome for one in trials] == [Outcome.NOTICED, Outcome.SURVIVED]
    assert (make.ROOT / file).read_text() == source


def test_each_slip_that_is_listed_as_equivalent_exists_and_has_a_reason():
    for name, reason in make.equivalents().items():
        file, _, words = name.partition(" | ")
        assert words in make.name_slips((make.ROOT / file).read_text("utf-8")), name
        assert reason, name


@pytest.mark.parametrize("room", ROOMS)
def test_words_name_one_slip_of_a_file(room):
    for path in make.modules_of(room):
        names = make.name_slips(path.read_text("utf-8"))
        assert len(names) == len(set(names)) == make.count_slips(path.read_text("utf-8"))


def test_equivalent_slips_are_neither_noticed_nor_missed_and_are_not_tried(tmp_path, monkeypatch):
    known, other, missed = (Slip("a.py", 1, words, "") for words in ("f: 1 → 2", "f: 2 → 3", "f: 3 → 4"))
    monkeypatch.setattr(try_out, "equivalents", lambda: {"a.py | f: 1 → 2": "No one sees it."})
    first = try_out.try_slip(known, (), tmp_path, True, 1)  # without a file: nothing is run
    trials = [first, Trial(other, Outcome.NOTICED), Trial(missed, Outcome.SURVIVED)]
    assert first.outcome is Outcome.EQUIVALENT and __main__.rate(trials) == 0.5
    assert __main__.tell("judging", trials) == (
        "judging: 1 of 2 noticed (50%); 1 more are listed as changing nothing visible."
    )
    assert __main__.as_json(trials, 7) == {
        **{"seed": 7, "tried": 2, "noticed": 1, "equivalent": 1},
        "survivors": ["a.py | f: 3 → 4"],
    }


def test_tests_that_are_likely_to_notice_come_first(tmp_path):
    texts = {
        "a/test_other.py": "import math",
        "a/test_package.py": "from autograder.judging import words",
        "a/test_uses.py": "from autograder.judging.compare import compare",
        "a/test_long.py": "from autograder.judging.compare import compare",
        "a/test_compare.py": "",
    }
    copy = tmp_path / "copy"
    (copy / "a").mkdir(parents=True)
    for name, text in texts.items():
        (copy / name).write_text(text)
    (tmp_path / try_out.REPORT).write_text(
        '<testsuite><testcase classname="a.test_long" time="2"/><testcase classname="a.test_long" time="1"/>'
        '<testcase classname="a.test_uses" time="2.5"/><testcase classname="a.test_compare" time="9"/></testsuite>'
    )
    try_out.note_seconds(copy)
    found = try_out.in_order("autograder/judging/compare.py", ("a",), copy)
    names = ("compare", "uses", "long", "package", "other")
    assert found == [f"a/test_{name}.py" for name in names]
    assert sorted(try_out.in_order("", ("a",), copy)) == sorted(found)  # without a slip: all of them
