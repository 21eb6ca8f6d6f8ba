"""Do the parts of the judge find what is recorded? After an intended change: `python -m tests.judging.recorded`."""

from __future__ import annotations

import pytest

from tests.judging import recorded


@pytest.mark.parametrize("part", recorded.PARTS)
def test_what_is_found_is_as_recorded(part):
    before = recorded.read()
    assert {name: value for name, value in recorded.record(part).items() if before.get(name) != value} == {}


def test_nothing_is_recorded_that_is_not_looked_for():
    assert recorded.read().keys() == {name for part in recorded.PARTS for name in recorded.record(part)}


def test_the_record_holds_every_part_and_finds_something_in_most_answers():
    before = recorded.read()
    for part in ("answer", "group", "range", "counts", "formula", "facts", "tells", "draws", "measured", "slip"):
        assert sum(name.startswith(part) for name in before) >= 8
    answers = [value for name, value in before.items() if name.startswith("answer")]
    assert sum(value != "()" for value in answers) > 0.8 * len(answers)
