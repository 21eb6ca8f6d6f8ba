"""Does a run know what is late, what has changed, and what is worth another try?"""

from __future__ import annotations

import datetime
import json
from types import SimpleNamespace

import pytest

from autograder.classroom import run
from autograder.classroom.feedback import Marks
from autograder.classroom.folder import Classroom, write_file
from autograder.classroom.gradebook import GradebookError
from autograder.classroom.grades import NewGrades, StoredGrades
from autograder.classroom.history import WITHDRAWN
from autograder.classroom.run import Run
from autograder.classroom.submission import SECRET, Submission
from autograder.exercises import CHAPTERS
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"].name
DUE = datetime.datetime(2026, 3, 2, 10)
HOUR = datetime.timedelta(hours=1)


def marks(timestamp, due=DUE, **stored):
    held = StoredGrades("", "", **stored) if stored else None
    return Run._marks(SimpleNamespace(_due={WEIGHTS: due}), Submission("ann", WEIGHTS, b"", {}, timestamp), held)


@pytest.mark.parametrize(
    ("timestamp", "due", "extension", "late"),
    [
        ("2026-03-02 10:01:30 UTC", DUE, None, 90.0),
        ("2026-03-02 10:00:00 UTC", DUE, None, 0.0),
        ("2026-03-02 09:00:00 UTC", DUE, None, 0.0),
        ("2026-03-02 11:01:30 UTC", DUE, HOUR, 90.0),
        ("2026-03-02 10:59:30 UTC", DUE, HOUR, 0.0),
        ("2026-03-02 10:01:30 UTC", None, HOUR, 0.0),
        (None, DUE, None, 0.0),
        ("some day", DUE, None, 0.0),
    ],
)
def test_a_submission_is_late_by_what_came_after_the_deadline_and_its_extension(timestamp, due, extension, late):
    assert marks(timestamp, due, extension=extension) == Marks(seconds_late=late)
    assert extension or marks(timestamp, due) == Marks(seconds_late=late), "it is not in the gradebook yet"


def test_only_what_a_person_has_entered_is_a_mark():
    def grade(manual, extra):
        return SimpleNamespace(manual_score=manual, extra_credit=extra)

    grades = {"why": grade(0.0, None), "how": grade(None, 0.5), "dense": grade(2.0, 0.0), "neuron": grade(None, None)}
    comments = {
        name: SimpleNamespace(manual_comment=text) for name, text in {"why": "Good.", "how": "", "no": None}.items()
    }
    found = marks("2026-03-02 10:00:01 UTC", grades=grades, comments=comments)
    assert found == Marks({"dense": 2.0, "why": 0.0}, {"how": 0.5}, {"why": "Good."}, 1.0)
    assert list(found.manual) == ["dense", "why"], "digests need an order"


@pytest.mark.parametrize(
    ("lasting", "tries", "status", "retry", "known", "again"),
    [
        (True, 1, "unjudged", True, True, False),
        (False, 1, "graded", False, False, True),
        (False, 2, "graded", False, False, False),
        (False, 2, "graded", True, False, True),
        (False, 2, "unjudged", False, False, True),
        (False, 2, "graded", False, True, True),
    ],
)
def test_what_did_not_end_is_tried_twice_and_then_only_with_a_reason(lasting, tries, status, retry, known, again):
    records = SimpleNamespace(
        get=lambda name, chapter: [] if known and (name, chapter.name) == ("r", WEIGHTS) else None
    )
    result = SimpleNamespace(lasting=lasting, tries=tries, entry={"status": status, "chapter": WEIGHTS})
    assert Run._is_worth_another_try(SimpleNamespace(retry=retry, records=records), result, "r") is again


def test_a_seal_counts_only_at_the_end_of_a_file(tmp_path):
    path = tmp_path / "page.html"
    assert not run._ends_with(path, "seal")
    for content, found in (("x" * 3000 + "seal\n", True), ("seal", True), ("seal" + "x" * 1996, True), ("x", False)):
        path.write_text(content)
        assert run._ends_with(path, "seal") is found
    path.write_text("seal" + "x" * 1997)
    assert not run._ends_with(path, "seal")


def notebook(**texts):
    cells = [{"metadata": {"nbgrader": {"grade_id": name}}, "source": text} for name, text in texts.items()]
    return json.dumps({"cells": [{"metadata": {}, "source": "own"}, *cells]}).encode()


def test_the_cells_that_changed_since_they_were_graded(tmp_path):
    path, now = tmp_path / "a.ipynb", notebook(why="Because.", how=["In ", "steps."], new="x")
    assert run._changed_cells(path, now) == {"why", "how", "new"}
    path.write_bytes(notebook(why="Because?", how="In steps.", old="x"))
    assert run._changed_cells(path, now) == {"why", "new"}
    for torn in (b"no JSON", b"[]", b'{"cells": [{}]}', b"{}"):
        path.write_bytes(torn)
        assert run._changed_cells(path, now) == {"why", "how", "new"}


def test_words_that_are_digested_are_kept_apart():
    digests = [run._digest(*words) for words in (("ab", "c"), ("a", "bc"), ("abc",), ("ab", "c\ud800"))]
    assert len(set(digests)) == 4 and digests[0] == run._digest("ab", "c")


def test_the_chapter_that_takes_longest_comes_first_and_its_digest_knows_no_order_of_keys():
    released = {name: {"cells": [], "metadata": {}} for name in CHAPTERS}
    found = SimpleNamespace(seed=7, released=released, _students=["ann", "bo"], _exercises={})
    found._task = lambda student, chapter: chapter if student == "bo" else None
    order = list(Run.tasks(found))
    limits = [max((one.time_limit for one in CHAPTERS[name].exercises.values()), default=0) for name in order]
    assert {*order} == {*CHAPTERS} and limits == sorted(limits, reverse=True) and limits[0] > limits[-1]
    digests = dict(found._exercises)
    found.released = {name: {"metadata": {}, "cells": []} for name in released}
    assert list(Run.tasks(found)) == order and found._exercises == digests
    found.released = {name: {"cells": [1]} for name in released}
    assert list(Run.tasks(found)) == order and not {*found._exercises.values()} & {*digests.values()}


INPUTS = {"submission": "a", "exercises": "b", "record": "record"}
UNMARKED = Marks()
UNENDED = [{"exercise": "apply_weight", "status": "timeout"}, {"exercise": "dense", "status": "passed"}]


def last(inputs=INPUTS, lasting=False, tries=2, student="ann"):
    entry = {"student": student, "chapter": WEIGHTS, "exercises": [] if lasting else UNENDED}
    return SimpleNamespace(inputs=inputs, lasting=lasting, tries=tries, entry=entry, penalty=None, passing=["kept"])


@pytest.mark.parametrize(
    ("result", "again", "wrong", "tries", "settled"),
    [
        (None, False, [], 0, 0),
        (last({**INPUTS, "submission": "c"}), False, [], 2, 0),
        (last({**INPUTS, "record": "other"}), False, [], 0, 0),
        (last(), True, [], 2, 0),
        (last(), False, [], None, 1),
        (last(), False, ["the page", "the notebook"], 2, 0),
        (last(lasting=True), False, [], None, 0),
        (last(lasting=True), False, ["the page"], 0, 0),
        (last(lasting=True), True, [], 0, 0),
    ],
)
def test_what_was_found_with_the_same_inputs_is_kept(monkeypatch, result, again, wrong, tries, settled):
    monkeypatch.setattr(run, "read_submission", lambda *_: Submission("ann", WEIGHTS, b"{}", {}))
    held = StoredGrades("s", "n")
    found = SimpleNamespace(
        seed=7,
        classroom=SimpleNamespace(submission=lambda *_: None),
        config=SimpleNamespace(penalty_name="none"),
        records=SimpleNamespace(name=lambda *_: "record", get=lambda *_: ["verdict"]),
        results=SimpleNamespace(get=lambda *_: result),
        causes={WEIGHTS: {}},
        healed=[],
        entered=[],
        _settled=[],
        _stored={WEIGHTS: {"ann": held}},
        _wanted={WEIGHTS: {}},
        _marks=lambda submission, stored: Marks(seconds_late=float(stored is held)),
        _inputs=lambda *_: INPUTS,
        _is_worth_another_try=lambda *_: again,
        _differences=lambda *_: wrong,
        _new_grades=lambda *_: "new",
    )
    found._enter = found.entered.append
    found._note_unended = lambda result: Run._note_unended(found, result)
    found._causes = lambda *about: Run._causes(found, *about)
    task = Run._task(found, "ann", WEIGHTS)
    assert (task and task.tries) == tries and len(found._settled) == settled
    assert found.entered == ([] if task else [result.entry]) and found._wanted[WEIGHTS] == (
        {} if task else {"ann": "new"}
    )
    assert task is None or (task.name, task.known, task.marks, task.inputs) == (
        "record",
        ["verdict"],
        Marks({}, {}, {}, 1.0),
        INPUTS,
    )
    assert found.healed == ([f"ann, {WEIGHTS}: {' and '.join(wrong)} had been changed"] if wrong else [])
    assert found.causes[WEIGHTS].keys() == (set() if task else {"ann"}), "a task's are known when it is done"


@pytest.mark.parametrize(
    ("recorded", "inputs", "again", "known"),
    [
        (["verdict"], INPUTS, False, ["verdict"]),
        (None, {**INPUTS, "submission": "c"}, False, ["kept"]),
        (None, {**INPUTS, "submission": "c"}, True, None),
        (None, {**INPUTS, "record": "other"}, False, None),
    ],
)
def test_functions_that_did_not_end_twice_keep_their_verdicts(monkeypatch, recorded, inputs, again, known):
    monkeypatch.setattr(run, "read_submission", lambda *_: Submission("ann", WEIGHTS, b"{}", {}))
    monkeypatch.setattr(run, "read_verdicts", lambda record, chapter: record)
    found = SimpleNamespace(
        seed=7,
        classroom=SimpleNamespace(submission=lambda *_: None),
        records=SimpleNamespace(name=lambda *_: "record", get=lambda *_: recorded),
        results=SimpleNamespace(get=lambda *_: last(inputs)),
        healed=[],
        _stored={WEIGHTS: {}},
        _marks=lambda *_: Marks(),
        _inputs=lambda *_: INPUTS,
        _is_worth_another_try=lambda *_: again,
        _differences=lambda *_: ["the page"],
    )
    assert Run._task(found, "ann", WEIGHTS).known == known


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({"library": {"weights": b"1"}}, {"files"}),
        ({"timestamp": "2026-03-02 10:00:00 UTC", "secret": b"s"}, set()),
        ({"marks": Marks({"why": 1.0})}, {"marks"}),
        ({"marks": Marks({}, {"why": 1.0})}, {"marks"}),
        ({"marks": Marks({}, {}, {"why": "Good."}, 60.0)}, set()),
        ({"penalty": 0.5, "marks": Marks(seconds_late=60.0)}, {"penalty"}),
        ({"config": "other"}, set()),
        ({"inputs": {**INPUTS, "exercises": "c"}}, {"exercises"}),
    ],
)
def test_a_grade_depends_on_the_files_the_exercises_the_marks_and_what_lateness_costs(change, changed):
    def causes(
        library=None,
        timestamp=None,
        secret=None,
        marks=UNMARKED,
        penalty=None,
        config="none",
        inputs=INPUTS,
    ):
        submission = Submission("ann", WEIGHTS, b"{}", library or {}, timestamp, secret)
        found = SimpleNamespace(config=SimpleNamespace(penalty_name=config))
        return Run._causes(found, submission, inputs, marks, SimpleNamespace(penalty=penalty))

    before, after = causes(), causes(**change)
    assert {name for name in before if before[name] != after[name]} == changed


def test_a_penalty_that_is_set_otherwise_is_a_reason_for_those_whom_it_costs_something():
    found, late = SimpleNamespace(config=SimpleNamespace(penalty_name="a")), Marks(seconds_late=60.0)
    about = (Submission("ann", WEIGHTS, b"{}", {}), INPUTS, late, SimpleNamespace(penalty=0.5))
    before = Run._causes(found, *about)
    found.config.penalty_name = "b"
    assert Run._causes(found, *about) | {"penalty": before["penalty"]} == before != Run._causes(found, *about)


@pytest.mark.parametrize(
    ("student", "stored", "result", "notebook", "status", "withdrawn"),
    [
        ("ann", True, True, False, "missing", True),
        ("ann", True, False, True, "missing", True),
        ("ann", True, False, False, "missing", False),
        ("ann", False, True, True, "missing", False),
        ("<ann>", True, True, True, "malformed", False),
    ],
)
def test_what_was_graded_here_and_is_gone_earns_nothing(tmp_path, student, stored, result, notebook, status, withdrawn):
    path, row = tmp_path / "notebook", SimpleNamespace(auto_score=2.0)
    if notebook:
        path.touch()
    entries = []
    found = SimpleNamespace(
        released={WEIGHTS: made.released(CHAPTERS[WEIGHTS])},
        classroom=SimpleNamespace(notebook=lambda *_: path, submission=lambda *_: tmp_path),
        causes={WEIGHTS: {}},
        _batch=[],
        _enter=entries.append,
    )
    held = StoredGrades("s", "n", DUE, grades={"why": row}) if stored else None
    Run._enter_absent(found, student, WEIGHTS, held, last() if result else None)
    (entry,) = entries
    assert (entry["student"], entry["status"], entry["score"], entry["remarks"]) == (student, status, 0.0, [])
    gone = NewGrades(student, {"why": 0.0}, frozenset(), None, DUE, frozenset())
    assert found._batch == ([(WEIGHTS, gone, None)] if withdrawn else [])
    assert found.causes[WEIGHTS] == ({student: WITHDRAWN} if withdrawn else {})


def new(student, score=1.0):
    return NewGrades(student, {"why": score}, frozenset(), None, DUE, frozenset())


def test_a_batch_is_written_when_it_is_full_the_gradebook_first(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "BATCH", 2)
    done = []
    found = SimpleNamespace(
        classroom=SimpleNamespace(notebook=lambda *_: tmp_path / "none"),
        records=SimpleNamespace(put=lambda name, examination: done.append(name)),
        _wanted={WEIGHTS: {}},
        _batch=[],
        _new_grades=lambda result, submission, changed: new(submission.student),
        _note_unended=lambda result: None,
        _causes=lambda submission, *_: f"causes of {submission.student}",
        causes={WEIGHTS: {}},
        _enter=done.append,
        _write_files=lambda graded: done.append(f"files of {graded.task.name}"),
    )
    found.flush = lambda book: Run.flush(found, book)
    book = SimpleNamespace(save=lambda chapter, grades: done.append([one.student for one in grades]))
    for name in ("ann", "bo", "cy"):
        submission = Submission(name, WEIGHTS, b"{}", {})
        task = SimpleNamespace(submission=submission, name=name, inputs=INPUTS, marks=Marks())
        result = SimpleNamespace(entry={"student": name})
        graded = SimpleNamespace(task=task, examination=None, result=result, notebook=notebook())
        Run.collect(found, graded, book)
    written = ["ann", {"student": "ann"}, "bo", {"student": "bo"}, ["ann", "bo"], "files of ann", "files of bo"]
    assert done == [*written, "cy", {"student": "cy"}]
    assert [one.student for _, one, _ in found._batch] == ["cy"] and [*found._wanted[WEIGHTS]] == ["ann", "bo", "cy"]


def test_each_chapters_grades_are_saved_with_it_and_a_withdrawn_submission_has_no_files():
    saved, written = {}, []
    found = SimpleNamespace(_batch=[("a", 1, "one"), ("b", 2, None), ("a", 3, "three")], _write_files=written.append)
    Run.flush(found, SimpleNamespace(save=saved.__setitem__))
    assert (saved, written, found._batch) == ({"a": [1, 3], "b": [2]}, ["one", "three"], [])


def held(score):
    return StoredGrades("s", "n", DUE, grades={"why": SimpleNamespace(auto_score=score)})


@pytest.mark.parametrize(
    ("first", "then", "healed"),
    [
        ({"ann": held(1.0), "bo": held(1.0), "cy": held(5.0)}, None, []),
        ({"ann": held(1.0)}, {"ann": held(1.0), "bo": held(1.0)}, ["bo"]),
        ({"ann": held(2.0), "bo": held(1.0)}, {"ann": held(1.0), "bo": held(1.0)}, ["ann"]),
        ({}, {"ann": held(1.0), "bo": held(2.0)}, GradebookError),
        ({}, {"ann": held(1.0)}, GradebookError),
    ],
)
def test_what_the_gradebook_did_not_keep_is_saved_once_more(first, then, healed):
    loads, saved = iter([first, then]), []
    found = SimpleNamespace(_wanted={WEIGHTS: {"ann": new("ann"), "bo": new("bo")}}, healed=[])
    book = SimpleNamespace(place="there", load=lambda _: next(loads), save=lambda _, grades: saved.extend(grades))
    if healed is GradebookError:
        with pytest.raises(GradebookError, match="there did not keep the grades of 01_weights"):
            Run._compare(found, book)
        return
    assert Run._compare(found, book) == {WEIGHTS: then or first}
    assert [one.student for one in saved] == healed
    assert found.healed == [f"{name}, {WEIGHTS}: grades in the gradebook were not saved" for name in healed]


def test_what_remains_to_be_said_of_a_run(monkeypatch):
    about = {"chapter": WEIGHTS, "cell": "why", "now": 3.0, "before": 1.0}
    marks = [{**about, "marks": 1}, {**about, "marks": 2}]
    room = SimpleNamespace(read_outdated_marks=lambda: marks)
    many = [last(student=f"s{number:02}") for number in range(12)]
    for unended, settled, count in (([], [], 2), ([last(tries=1)], many, 4), ([], many[:2], 3)):
        found, done = SimpleNamespace(_unended=unended, _settled=settled, notices=[], classroom=room), []
        found.flush = lambda book, done=done: done.append("flushed")
        found._compare = lambda book, done=done: done.append("compared") or {"all": "grades"}
        assert Run.finish(found, None) == {"all": "grades"} and done == ["flushed", "compared"]
        assert len(found.notices) == count
        if unended:
            assert ": ann, 01_weights (apply_weight). A function did not end" in found.notices[0]
            assert "s09, 01_weights (apply_weight); 2 more." in found.notices[1] and "s10" not in found.notices[1]
    assert found.notices[0].startswith("2 submissions were not tried again, because a function did not end")
    assert "in two runs: s00, 01_weights (apply_weight); s01, 01_weights (apply_weight)." in found.notices[0]
    assert found.notices[1].startswith(
        "01_weights: why now has 3 points. 1 mark was given by hand when it had 1 point,"
    )
    assert ". 2 marks were given" in found.notices[2]


def test_progress_counts_all_students_of_all_chapters():
    said = []
    found = SimpleNamespace(entries=[], released={"a": {}, "b": {}}, _students=["ann", "bo", "cy"])
    found.progress = lambda *counts: said.append(counts)
    for number in (1, 2):
        Run._enter(found, {"number": number})
    assert said == [(1, 6), (2, 6)] and found.entries == [{"number": 1}, {"number": 2}]


def test_a_chapter_takes_as_long_as_its_slowest_function(monkeypatch):
    limits = {"a": (2.0, 5.0, 3.0), "b": ()}
    chapters = {
        name: SimpleNamespace(exercises={number: SimpleNamespace(time_limit=one) for number, one in enumerate(ones)})
        for name, ones in limits.items()
    }
    monkeypatch.setattr(run, "CHAPTERS", chapters)
    assert [run._time_limit(name) for name in limits] == [5.0, 0.0]


@pytest.mark.parametrize(
    ("stored", "notebook", "page", "wrong"),
    [
        (held(1.0), "seal", "seal", []),
        (held(2.0), "seal", "seal", ["grades in the gradebook"]),
        (None, "seal", "seal", ["grades in the gradebook"]),
        (held(1.0), "", "seal", ["the notebook"]),
        (None, "seal", "other", ["grades in the gradebook", "the page"]),
    ],
)
def test_what_differs_from_the_last_result_is_named(tmp_path, stored, notebook, page, wrong):
    room = Classroom(tmp_path)
    for path, text in ((room.notebook("ann", WEIGHTS), notebook), (room.page("ann", WEIGHTS), page)):
        write_file(path, text.encode())
    found = SimpleNamespace(classroom=room, _new_grades=lambda *_: new("ann"))
    result = SimpleNamespace(entry={"student": "ann", "chapter": WEIGHTS}, seal="seal")
    assert Run._differences(found, result, None, stored) == wrong


@pytest.mark.parametrize(
    ("timestamp", "secret"), [("2026-03-02 10:00:00 UTC", b"s"), ("", b"s"), ("noon", None), (None, b"")]
)
def test_what_nbgraders_exchange_looks_for_is_beside_notebook_and_page(tmp_path, timestamp, secret):
    kept = []
    submission = Submission("ann", WEIGHTS, b"{}", {}, timestamp, secret)
    graded = SimpleNamespace(task=SimpleNamespace(submission=submission), notebook=b"n", page=b"p", result="r")
    Run._write_files(SimpleNamespace(classroom=Classroom(tmp_path), results=SimpleNamespace(put=kept.append)), graded)
    written = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert kept == ["r"]
    for folder, name, content in (("autograded", f"{WEIGHTS}.ipynb", b"n"), ("feedback", f"{WEIGHTS}.html", b"p")):
        beside = f"{folder}/ann/{WEIGHTS}"
        assert written.pop(f"{beside}/{name}") == content
        assert written.pop(f"{beside}/timestamp.txt", b"").decode() == (timestamp or "")
        assert written.pop(f"{beside}/{SECRET}", b"") == (secret or b"")
    assert not written


def test_a_submission_that_cannot_be_read_is_entered_and_a_person_is_told(monkeypatch):
    def read_submission(*_):
        raise OSError("no  such\ndevice")

    monkeypatch.setattr(run, "read_submission", read_submission)
    entries = []
    found = SimpleNamespace(
        released={WEIGHTS: made.released(CHAPTERS[WEIGHTS])},
        classroom=SimpleNamespace(submission=lambda *_: None),
        results=SimpleNamespace(get=lambda *_: None),
        _stored={WEIGHTS: {}},
        _enter=entries.append,
    )
    found._enter_unreadable = lambda *about: Run._enter_unreadable(found, *about)
    assert Run._task(found, "ann", WEIGHTS) is None
    (entry,) = entries
    assert (entry["status"], entry["score"], entry["remarks"]) == ("unjudged", None, [])
    assert "reading the files raises OSError: no such device" in entry["exercises"][0]["message"]


@pytest.mark.parametrize(("student", "notebook"), [("ann", None), ("<ann>", b"{}")])
def test_what_is_no_submission_is_entered_as_absent(monkeypatch, student, notebook):
    monkeypatch.setattr(run, "read_submission", lambda *_: Submission(student, WEIGHTS, notebook, {}))
    absent = []
    found = SimpleNamespace(
        seed=7,
        classroom=SimpleNamespace(submission=lambda *_: None),
        records=SimpleNamespace(name=lambda *_: "record"),
        results=SimpleNamespace(get=lambda *_: "result"),
        _stored={WEIGHTS: {student: "stored"}},
        _marks=lambda *_: Marks(),
        _enter_absent=lambda *about: absent.append(about),
    )
    assert Run._task(found, student, WEIGHTS) is None
    assert absent == [(student, WEIGHTS, "stored", "result")]
