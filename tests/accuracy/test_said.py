"""Is what is said about wrong answers as recorded? After an intended change: `python -m tests.accuracy.said`."""

from __future__ import annotations

import pytest

from tests.accuracy import said

RECORDED = said.read_record(said.FILE.read_text(encoding="utf-8"))
NAMES = sorted({heading.partition(" | ")[0] for heading in RECORDED})


@pytest.mark.parametrize("exercise", NAMES)
def test_what_is_said_is_as_recorded(exercise):
    own = [heading for heading in RECORDED if heading.startswith(f"{exercise} | ")]
    assert dict(said.record(own)) == {heading: RECORDED[heading] for heading in own}


def test_the_record_holds_many_answers_and_sentences():
    assert len(RECORDED) > 200 and len(NAMES) > 40
    assert len({line for said in RECORDED.values() for line in said.splitlines() if line.startswith("finding")}) > 200
