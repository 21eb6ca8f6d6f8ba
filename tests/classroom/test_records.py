"""Is a remembered verdict used only if it is complete, and made again otherwise?"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from autograder.classroom import records
from autograder.classroom.examination import absent, unjudged
from autograder.classroom.folder import Classroom
from autograder.classroom.records import Records, Result, Results, _is_whole
from autograder.classroom.submission import Submission
from autograder.exercises import CHAPTERS
from autograder.judging.verdict import Aspect, Status, Verdict
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"]
POINTS = float(WEIGHTS.exercises["apply_weight"].points)
WHOLE = Verdict("apply_weight", WEIGHTS.name, Status.FAILED, 0.5, POINTS, aspects=[Aspect("one signal", 1.0, 0.5, "x")])


@pytest.mark.parametrize("score", [0.0, 0.5, POINTS])
def test_a_verdict_that_was_written_whole_is_used(score):
    assert _is_whole(replace(WHOLE, score=score), WEIGHTS)


@pytest.mark.parametrize(
    "changes",
    [
        {"score": None},
        {"score": "1"},
        {"score": -0.5},
        {"score": POINTS + 0.5},
        {"points": POINTS + 1},
        {"message": None},
        {"aspects": [Aspect("one signal", 1.0, 0.5, 3)]},
        {"aspects": [Aspect(3, 1.0, 0.5, "x")]},
        {"aspects": [Aspect("one signal", "1", 0.5, "x")]},
        {"aspects": [Aspect("one signal", 1.0, None, "x")]},
    ],
    ids=str,
)
def test_a_verdict_that_is_not_is_made_again(changes):
    assert not _is_whole(replace(WHOLE, **changes), WEIGHTS)


def test_a_record_is_complete_or_worthless():
    chapter = CHAPTERS["06_backprop"]
    found = unjudged(chapter, made.released(chapter), b"", "")
    verdicts = tuple(replace(one, status=Status.FAILED, score=0.0) for one in found.verdicts)
    record = records.to_record(replace(found, verdicts=verdicts))
    whole = records.read_verdicts(record, chapter)
    assert [one.exercise for one in whole] == [*chapter.exercises] and len(whole) > 1
    for spoilt in (record[:-1], record[::-1], [*record[:-1], record[-1] | {"score": -1.0}], [{}, *record[1:]], 3):
        assert records.read_verdicts(spoilt, chapter) is None


@pytest.fixture
def examined(tmp_path, monkeypatch):
    """Examine a submission through records whose examiner counts its calls; the test says if time runs out."""
    released, asked = made.released(WEIGHTS), []
    notebook = json.dumps(made.answered(WEIGHTS)).encode()

    def examine_submission(submission, chapter, *_):
        asked.append(submission.library)
        if submission.notebook is None:
            return absent(chapter, released)
        return unjudged(chapter, released, notebook, "no") if "slow" in submission.library else right(chapter)

    def right(chapter):
        found = unjudged(chapter, released, notebook, "")
        verdicts = tuple(replace(one, status=Status.PASSED, score=one.points) for one in found.verdicts)
        return replace(found, verdicts=verdicts)

    monkeypatch.setattr(records, "examine_submission", examine_submission)
    monkeypatch.setattr(records, "class_keys", lambda *_: {})

    def examined(library, notebook=notebook, seed=7):
        submission = Submission("ann", WEIGHTS.name, notebook, library)
        found = Records(Classroom(tmp_path)).examine(submission, seed, released, "process")
        return sum(one.score or 0.0 for one in found.verdicts), len(asked)

    return examined


def test_the_same_library_is_examined_once_for_a_seed(examined):
    full = float(WEIGHTS.points)
    assert [examined({"weights": b"1"}) for _ in range(2)] == [(full, 1), (full, 1)]
    assert examined({"weights": b"2"}) == (full, 2)
    assert examined({"weights": b"1"}, seed=8) == (full, 3)


def test_what_another_run_may_change_and_what_is_missing_is_not_remembered(examined):
    assert [examined({"slow": b"1"}) for _ in range(2)] == [(0.0, 1), (0.0, 2)]
    assert [examined({"weights": b"1"}, notebook=None) for _ in range(2)] == [(0.0, 3), (0.0, 4)]
    assert examined({"weights": b"1"}) == (float(WEIGHTS.points), 5)


def test_the_seal_does_not_depend_on_the_order_in_which_a_result_was_put_together():
    one = Result(
        {"a": "1", "b": "2"}, {"student": "ann", "chapter": "01_weights"}, {"why": None, "how": 1}, (), None, True, 1
    )
    other = replace(
        one,
        inputs={"b": "2", "a": "1"},
        entry={"chapter": "01_weights", "student": "ann"},
        automatic={"how": 1, "why": None},
        tries=2,
    )
    assert one.seal == other.seal != replace(one, blank=("how",)).seal


def test_a_result_is_read_as_it_was_written_or_not_at_all(tmp_path):
    results = Results(Classroom(tmp_path))
    entry = {"student": "ann", "chapter": WEIGHTS.name, "status": "graded"}
    result = Result({"submission": "a"}, entry, {"why": None, "neuron": 1.5}, ("how",), 0.5, True, 2)
    assert results.get("ann", WEIGHTS.name) is None
    results.put(result)
    found = results.get("ann", WEIGHTS.name)
    assert (found.seal, found.tries, found.entry, found.lasting) == (result.seal, 2, entry, True)
    assert replace(result, tries=3).seal == result.seal != replace(result, penalty=None).seal
    (path,) = (path for path in results.folder.rglob("*.json"))
    whole = path.read_bytes()
    results.put(replace(result, entry=entry | {"student": "bo"}))
    (other,) = (one for one in results.folder.rglob("*.json") if one != path)
    for content in (whole[:-1], whole.replace(b"1.5", b"2.5"), b"", b"x\n1\n{}", other.read_bytes()):
        path.write_bytes(content)
        assert results.get("ann", WEIGHTS.name) is None
