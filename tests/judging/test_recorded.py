"""Do the parts of the judge find what is recorded? After an intended change: `python -m tests.judging.recorded`."""

from __future__ import annotations

from tests.judging import recorded


def test_what_is_found_is_as_recorded():
    found, before = recorded.record(), recorded.read()
    assert {name: value for name, value in found.items() if before.get(name) != value} == {}
    assert found.keys() == before.keys()


def test_the_record_holds_every_part_and_finds_something_in_most_answers():
    before = recorded.read()
    for part in ("answer", "group", "range", "counts", "formula", "facts", "tells", "draws", "measured", "slip"):
        assert sum(name.startswith(part) for name in before) >= 8
    answers = [value for name, value in before.items() if name.startswith("answer")]
    assert sum(value != "()" for value in answers) > 0.8 * len(answers)
