"""Does a mark, once right, stay right, and is every change of a mark recorded?"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sqlite3
import stat
from dataclasses import replace

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.classroom import examination, gradebook, nbgrader
from autograder.classroom.folder import Classroom, ClassroomError
from autograder.classroom.grade import explain_grade, run_grading
from autograder.classroom.gradebook import GradebookError
from autograder.classroom.records import Records
from autograder.classroom.report import tally
from autograder.cli.main import main
from autograder.exercise import Chapter
from autograder.exercises import CHAPTERS
from autograder.judging.verdict import Status
from autograder.refusal import Refusal
from tests.classroom.test_grade import (
    STUDENTS,
    WEIGHTS,
    WRITTEN,
    book,
    counted,
    everything,
    fresh,
    grade,
    graded_once,
    room,
)
from tests.support import classroom as made

__all__ = ["counted", "fresh", "graded_once", "room"]  # fixtures


def grading(room, **options):
    options = {"seed": 7, "isolation": "process", "jobs": 1, "course": room.parent / "course"} | options
    return run_grading(room, [WEIGHTS.name], **options)


@pytest.fixture
def noisy(monkeypatch):
    """Let a function of the students named here time out, as on a machine that is too busy."""
    slow: set[str] = set()
    real = examination.examine_submission

    def examine(submission, *rest):
        found = real(submission, *rest)
        if submission.student not in slow:
            return found
        first = replace(found.verdicts[0], status=Status.TIMEOUT, score=0.0)
        return replace(found, verdicts=(first, *found.verdicts[1:]))

    monkeypatch.setattr(examination, "examine_submission", examine)
    return slow


@pytest.mark.parametrize("slow", ["ann", "cy", "ann bo cy"])
def test_after_timeouts_a_quiet_run_ends_as_a_first_quiet_one(fresh, graded_once, noisy, slow):
    made.submit(fresh, "twin", WEIGHTS, made.answered(WEIGHTS))  # the library that ann has
    undisturbed = fresh.parent / "undisturbed"
    shutil.copytree(fresh, undisturbed)
    grade(undisturbed)
    noisy |= set(slow.split())
    assert grade(fresh)["ann"]["score"] == (14 if "ann" in noisy else 16)
    noisy.clear()
    assert grade(fresh)["ann"]["score"] == 16
    assert everything(fresh) == everything(undisturbed)


def test_what_timed_out_is_tried_once_more_by_itself_and_then_on_request(fresh, noisy, counted):
    noisy |= {"bo"}
    tried = []
    for options in ({}, {}, {}, {}, {"retry": True}, {}):
        counted.clear()
        grade(fresh, **options)
        tried.append([task.submission.student for task in counted])
    assert tried == [[*STUDENTS], ["bo"], [], [], ["bo"], []]


def give_mark(room):
    with Gradebook(gradebook.url_of(room)) as db:
        mark = db.find_grade(WRITTEN, WEIGHTS.name, WEIGHTS.name, "cy")
        mark.manual_score, mark.needs_manual_grade = 1.5, False
        db.db.commit()


def come_late(room):
    (room / "submitted/cy/01_weights/timestamp.txt").write_text("2026-03-04 10:00:00 UTC")


def set_penalty(room):
    penalty = '\nc.AssignLatePenalties.plugin_class = "autograder.classroom.late.PercentPerDay"\n'
    (room / "nbgrader_config.py").write_text(nbgrader.CONFIG + penalty)


def answer_otherwise(room):
    notebook = made.answered(WEIGHTS, words="Because it scales.")
    (room / "submitted/cy/01_weights/01_weights.ipynb").write_text(json.dumps(notebook))


def lose_page(room):
    (room / "feedback/cy/01_weights/01_weights.html").unlink()


@pytest.mark.parametrize("change", [give_mark, come_late, set_penalty, answer_otherwise, lose_page])
def test_what_did_not_end_twice_is_not_tried_again_because_of_anything_else(fresh, noisy, counted, monkeypatch, change):
    noisy |= {"cy"}
    for _ in range(2):
        found = grading(fresh)
    assert (
        "1 submission was not tried again" in found.notices[0] and "cy, 01_weights (apply_weight)" in found.notices[0]
    )
    change(fresh)
    examined = []
    monkeypatch.setattr(examination, "examine_submission", lambda submission, *_: examined.append(submission))
    (entry,) = (entry for entry in grading(fresh).entries if entry["student"] == "cy")
    assert examined == [] and entry["exercises"][0]["status"] == "timeout" and counted[-1].submission.student == "cy"


def test_a_function_that_the_student_changed_is_tried_again(fresh, noisy):
    noisy |= {"cy"}
    assert "1 submission will be tried again in the next run" in grading(fresh).notices[0]
    grading(fresh)
    noisy.clear()
    module = fresh / "submitted/cy/01_weights/weightlab/weights.py"
    module.write_bytes(module.read_bytes() + b"# new\n")
    found = grading(fresh)
    assert found.notices == [] and found.entries[2]["exercises"][0]["status"] != "timeout"


def spoil_gradebook(room):
    with sqlite3.connect(room / "gradebook.db") as db:
        db.execute("update grade set auto_score = 0")


def spoil_comments(room):
    with sqlite3.connect(room / "gradebook.db") as db:
        db.execute("update comment set auto_comment = 'No response.'")


def spoil_page(room):
    page = room / "feedback/ann/01_weights/01_weights.html"
    page.write_bytes(page.read_bytes()[:-200])


def spoil_notebook(room):
    (room / "autograded/ann/01_weights/01_weights.ipynb").unlink()


def spoil_entries(room):
    (room / ".weightlab/entries.json").write_text("[{]")


def spoil_table(room):
    (room / "grades.csv").write_text("student\n")


def spoil_results(room):
    for path in (room / ".weightlab/results").rglob("*.json"):
        path.write_text(path.read_text().replace("16.0", "15.0"))


SPOILERS = (
    spoil_gradebook,
    spoil_comments,
    spoil_page,
    spoil_notebook,
    spoil_entries,
    spoil_table,
    spoil_results,
)


@pytest.mark.parametrize("spoil", SPOILERS)
def test_what_something_else_has_changed_is_put_right(room, spoil):
    before = everything(room)
    entries = Classroom(room).read_entries()
    spoil(room)
    healed = grading(room).healed
    assert everything(room) == before
    assert Classroom(room).read_entries() == entries
    assert bool(healed) is (spoil in (spoil_gradebook, spoil_comments, spoil_page, spoil_notebook))
    assert grading(room).healed == []


@pytest.mark.parametrize(
    "record", ["[]", "{}", "[1]", "null", "", "[" * 9_000, '[{"exercise": "apply_weight"}]', "half"]
)
def test_a_record_that_is_not_whole_is_examined_again(room, record):
    before = everything(room)
    for path in (room / ".weightlab/verdicts").rglob("*.json"):
        whole = json.loads(path.read_text())
        path.write_text(json.dumps(whole[:-1]) if record == "half" else record)
    shutil.rmtree(room / ".weightlab/results")
    found = grade(room)
    assert [found[name]["score"] for name in STUDENTS] == [16, 0, 14]
    assert everything(room) == before


def test_a_record_with_a_score_above_its_points_is_examined_again(room):
    for path in (room / ".weightlab/verdicts").rglob("*.json"):
        verdicts = json.loads(path.read_text())
        verdicts[0]["score"] = 99.0
        path.write_text(json.dumps(verdicts))
    shutil.rmtree(room / ".weightlab/results")
    assert grade(room)["ann"]["score"] == 16


def test_every_change_of_a_grade_is_written_down_with_its_reason(fresh, monkeypatch):
    first = grading(fresh)
    assert {(one.student, one.before, one.after, one.why) for one in first.changes} == {
        ("ann", None, 16.0, ("graded first",)),
        ("bo", None, 0.0, ("graded first",)),
        ("cy", None, 14.0, ("graded first",)),
    }
    assert grading(fresh).changes == []
    (fresh / "submitted/bo/01_weights/weightlab/weights.py").write_bytes(made.REFERENCE["weights"])
    with Gradebook(gradebook.url_of(fresh)) as db:
        mark = db.find_grade(WRITTEN, WEIGHTS.name, WEIGHTS.name, "ann")
        mark.manual_score, mark.needs_manual_grade = 1.5, False
        db.db.commit()
    again = grading(fresh)
    assert {(one.student, one.before, one.after, one.why) for one in again.changes} == {
        ("ann", 16.0, 17.5, ("mark given",)),
        ("bo", 0.0, 14.0, ("resubmitted",)),
    }
    (fresh / "submitted/cy/01_weights/01_weights.ipynb").unlink()
    (gone,) = grading(fresh).changes
    assert (gone.student, gone.after, gone.why) == ("cy", 0.0, ("submission removed",))
    lines = [json.loads(line) for line in (fresh / ".weightlab/history.jsonl").read_text().splitlines()]
    assert len(lines) == 6
    assert all(line["release"]["digest"] and line["time"].endswith("+00:00") for line in lines)
    assert stat.S_IMODE((fresh / ".weightlab/history.jsonl").stat().st_mode) == 0o600


def test_a_deadline_or_a_penalty_is_no_mark(fresh):
    grading(fresh)
    (fresh / "submitted/ann/01_weights/timestamp.txt").write_text("2026-03-04 10:00:00 UTC")
    assert grading(fresh).changes == []
    with Gradebook(gradebook.url_of(fresh)) as db:
        db.update_or_create_assignment(WEIGHTS.name, duedate=datetime.datetime(2026, 3, 4, 9))
    penalty = '\nc.AssignLatePenalties.plugin_class = "autograder.classroom.late.PercentPerDay"\n'
    (fresh / "nbgrader_config.py").write_text(nbgrader.CONFIG + penalty)
    (change,) = grading(fresh).changes
    assert change.student == "ann" and change.after < 16 and "mark given" not in change.why
    assert "lateness changed" in change.why


def test_a_reason_is_what_changed_for_that_student(fresh):
    """Neither a time that costs nothing nor a penalty for others is a reason."""
    grading(fresh)
    (fresh / "submitted/ann/01_weights/timestamp.txt").write_text("2026-03-04 10:00:00 UTC")
    penalty = '\nc.AssignLatePenalties.plugin_class = "autograder.classroom.late.PercentPerDay"\n'
    (fresh / "nbgrader_config.py").write_text(nbgrader.CONFIG + penalty)
    assert grading(fresh).changes == []
    with Gradebook(gradebook.url_of(fresh)) as db:
        for name in ("ann", "cy"):
            mark = db.find_grade(WRITTEN, WEIGHTS.name, WEIGHTS.name, name)
            mark.manual_score, mark.needs_manual_grade = 1.5, False
        db.find_comment(WRITTEN, WEIGHTS.name, WEIGHTS.name, "bo").manual_comment = "Begin with the first."
        db.db.commit()
    assert {(one.student, one.why) for one in grading(fresh).changes} == {
        ("ann", ("mark given",)),
        ("cy", ("mark given",)),
    }
    (fresh / "submitted/bo/01_weights/weightlab/weights.py").write_bytes(made.REFERENCE["weights"])
    (change,) = grading(fresh).changes
    assert (change.student, change.why) == ("bo", ("resubmitted",))


def test_a_history_whose_last_line_is_torn_goes_on(room):
    path = room / ".weightlab/history.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    torn = json.loads(whole.splitlines()[-1])
    (change,) = grading(room).changes
    assert (change.student, change.after) == (torn["student"], torn["to"])
    assert grading(room).changes == []
    assert path.read_bytes().startswith(whole[:-20] + b"\n")


def test_explain_shows_the_failing_case(room):
    verdict = explain_grade(room, "cy", "apply_weight", isolation="process", course=room.parent / "course")
    assert "apply_weight(" in verdict.message and "expected" in verdict.message
    number = explain_grade(room, "bo", "share_that_flips", isolation="process", course=room.parent / "course")
    assert number.status == "not_started"
    for student, name, words in (
        ("nobody", "apply_weight", "has the id .nobody."),
        ("cy", "aply_weight", "Did you mean apply_weight"),
        ("cy", WRITTEN, "a person marks it"),
    ):
        with pytest.raises(Refusal, match=words):
            explain_grade(room, student, name, isolation="process", course=room.parent / "course")


def test_a_run_over_one_chapter_keeps_the_others_in_grades_csv(room):
    """It also has the marks that people gave in them meanwhile; the platforms' tables hold only what was graded now."""
    other = CHAPTERS["02_biases"]
    made.submit(room, "bo", other, made.released(other), made.STUBS)
    made.course(room.parent / "course", [other])
    with Gradebook(gradebook.url_of(room)) as db:
        mark = db.find_grade(WRITTEN, WEIGHTS.name, WEIGHTS.name, "ann")
        mark.manual_score, mark.needs_manual_grade = 2.0, False
        db.db.commit()
    run_grading(room, [other.name], seed=7, isolation="process", jobs=1, course=room.parent / "course")
    lines = [line.split(",") for line in (room / "grades.csv").read_text().splitlines()[1:]]
    assert [(student, chapter) for student, chapter, *_ in lines] == [
        (student, chapter) for student in ("ann", "bo", "cy") for chapter in (WEIGHTS.name, other.name)
    ]
    assert lines[0][2:7] == ["graded", "16", "16", "18", "21"]
    for table in ("grades_moodle.csv", "grades_canvas.csv"):
        head = (room / table).read_text().splitlines()[0].split(",")
        assert other.name in head and WEIGHTS.name not in head
    shutil.rmtree(room.parent / "course" / WEIGHTS.name)  # a course that holds only the chapters taught now
    run_grading(room, [other.name], seed=7, isolation="process", jobs=1, course=room.parent / "course")
    assert {line.split(",")[1] for line in (room / "grades.csv").read_text().splitlines()[1:]} == {other.name}


def test_the_command_says_how_many_answers_wait_where_some_do(room):
    def said(chapter):
        argv = ["grade", chapter, "--classroom", str(room), "--isolation", "process", "--seed", "7", "--jobs", "1"]
        ran = CliRunner().invoke(main, argv)
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    some = said(WEIGHTS.name)
    waiting = sum(int(line.rpartition(",")[2]) for line in (room / "grades.csv").read_text().splitlines()[1:])
    assert waiting >= 4, "two of Ann and two of Cy"
    assert "median 14 of 16 automatic points" in some and f"; {waiting} answers to be marked in Formgrader." in some
    assert "3 missing" in (none := said("02_biases")) and "Formgrader" not in none


def test_the_command_explains(room, tmp_path):
    argv = ["explain", "cy", "apply_weight", "--classroom", str(room), "--isolation", "process"]
    ran = CliRunner().invoke(main, argv)
    assert ran.exit_code == 0 and "apply_weight(" in ran.stdout and "do not pass it on" in ran.stderr
    for student, exercise in (("ann", "apply_weight"), ("bo", "share_that_flips")):
        ran = CliRunner().invoke(main, ["explain", student, exercise, *argv[3:]])
        assert ran.exit_code == 0 and ran.stdout and not ran.stderr, "no secret case is in it"
    (room / "submitted/cy" / WEIGHTS.name / "weightlab/weights.py").write_text("def apply_weight(:\n")
    ran = CliRunner().invoke(main, argv)
    assert ran.exit_code == 0 and "weights.py" in ran.stdout and not ran.stderr, "no case has run"
    ran = CliRunner().invoke(main, ["explain", "nobody", *argv[2:]])
    assert ran.exit_code == 1 and "has the id 'nobody'" in ran.stderr
    of_ann = (["explain", "ann", "apply_weight"], ["view", "ann", "01_weights"])
    for command in (*of_ann, ["extension", "ann", "01_weights"], ["feedback", "01_weights", "--canvas"]):
        ran = CliRunner().invoke(main, [*command, "--classroom", str(tmp_path / "mistyped")])
        assert ran.exit_code == 1 and "so it is not a classroom" in ran.stderr
        assert not (tmp_path / "mistyped").exists()


@pytest.fixture
def smaller(monkeypatch, tmp_path):
    """The chapter's release before one exercise, one question and one written answer were added."""
    left_out = [next(iter(reversed(kind))) for kind in (WEIGHTS.exercises, WEIGHTS.questions, WEIGHTS.written)]
    small = Chapter(WEIGHTS.name, WEIGHTS.title)
    for kind in ("exercises", "questions", "written"):
        asked = {name: one for name, one in getattr(WEIGHTS, kind).items() if name not in left_out}
        setattr(small, kind, asked)
    return small


def test_what_is_added_in_mid_term_is_graded_and_no_mark_is_lost(fresh, smaller, monkeypatch):
    course = made.course(fresh.parent / "before", [smaller])
    with monkeypatch.context() as patch:
        patch.setitem(CHAPTERS, WEIGHTS.name, smaller)
        before = grade(fresh, course=course)
    with Gradebook(gradebook.url_of(fresh)) as db:
        name = next(iter(smaller.written))
        mark = db.find_grade(name, WEIGHTS.name, WEIGHTS.name, "ann")
        mark.manual_score, mark.needs_manual_grade = 1.5, False
        db.db.commit()
    after = grade(fresh)
    assert after["ann"]["score"] == 16 > before["ann"]["score"]
    rows = made.gradebook(fresh, "ann")
    assert {*WEIGHTS.exercises, *WEIGHTS.questions, *WEIGHTS.written} <= {row[2] for row in rows}
    assert [row for row in rows if row[2] == name and row[4] == 1.5]
    assert grading(fresh).healed == []
    with pytest.raises(GradebookError, match="cells that 01_weights no longer has"):
        grade(fresh, course=course)
    assert made.gradebook(fresh, "ann") == rows


def test_two_classrooms_on_one_database_are_refused_and_nothing_is_lost(fresh, tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    grade(fresh, database=url)
    other = tmp_path / "class" / "other"
    made.submit(other, "zoe", WEIGHTS, made.answered(WEIGHTS))
    with pytest.raises(GradebookError, match=r"belongs to the classroom .*/room"):
        grade(other, database=url)
    assert [entry["score"] for entry in grade(fresh, database=url).values()] == [16, 0, 14]


def test_a_student_whom_this_classroom_has_not_graded_keeps_their_grades(room):
    with Gradebook(gradebook.url_of(room)) as db:
        db.add_student("guest")
        db.add_submission(WEIGHTS.name, "guest")
        for graded in db.find_submission_notebook(WEIGHTS.name, WEIGHTS.name, "guest").grades:
            graded.auto_score, graded.needs_manual_grade = 1.0, False
        db.db.commit()
    before = made.gradebook(room, "guest")
    assert grade(room)["guest"]["status"] == "missing"
    assert made.gradebook(room, "guest") == before


def test_one_unreadable_file_costs_one_submission(room, monkeypatch):
    from autograder.classroom import submission

    real = submission.read_file

    def refuse(path, limit):
        if "/bo/" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, limit)

    before = book(room)
    monkeypatch.setattr(submission, "read_file", refuse)
    found = grade(room)
    assert [found[name]["status"] for name in STUDENTS] == ["graded", "unjudged", "graded"]
    assert "Permission denied" in found["bo"]["exercises"][0]["message"]
    assert book(room) == before


def test_a_group_that_shares_the_folder_may_write_what_is_made(fresh):
    fresh.chmod(0o2775)
    mask = os.umask(0o022)
    try:
        grade(fresh)
    finally:
        os.umask(mask)
    state = fresh / ".weightlab"
    assert stat.S_IMODE(state.stat().st_mode) == 0o2770
    made_files = [path for path in fresh.rglob("*") if "submitted" not in path.parts and path.is_file()]
    assert len(made_files) > 10
    assert [path for path in made_files if not path.stat().st_mode & stat.S_IWGRP] == []
    private = [path for path in state.rglob("*") if path.is_file() and path.stat().st_mode & 0o007]
    assert private == []


def test_without_a_library_the_status_says_so(fresh):
    shutil.rmtree(fresh / "submitted/ann/01_weights/weightlab")
    entries = grade(fresh)
    assert (entries["ann"]["status"], entries["ann"]["score"]) == ("no_library", 2)
    told = tally.summarise([*entries.values()], {}, [], tally.remarks_on(Classroom(fresh), entries.values())).attention
    assert [(student, status) for student, _, status, _ in told if student == "ann"] == [("ann", "no_library")]


def test_without_the_chapters_own_module_a_person_is_asked_to_look(fresh):
    library = fresh / "submitted/ann/01_weights/weightlab"
    (library / "weights.py").rename(library / "my_weights.py")
    entries = grade(fresh)
    assert entries["ann"]["status"] == "graded"
    (remark,) = tally.remarks_on(Classroom(fresh), entries.values())
    assert remark[:3] == ("ann", WEIGHTS.name, "graded") and "weightlab/weights.py was not submitted" in remark[3]


def test_a_stale_release_is_refused_in_one_sentence(tmp_path, monkeypatch):
    from autograder.classroom import requirements

    source = tmp_path / "solutions" / "notebooks"
    source.mkdir(parents=True)
    (source / f"{WEIGHTS.name}.md").write_text("# another notebook")
    course = made.course(tmp_path / "course", [WEIGHTS])
    monkeypatch.setattr(requirements, "SOLUTIONS", tmp_path / "solutions")
    monkeypatch.setattr(requirements, "COURSE", course)
    monkeypatch.setattr(requirements.release, "build_notebook", lambda path: made.released(WEIGHTS))
    room = Classroom(tmp_path / "room")
    requirements.require_fresh_release(room, [WEIGHTS.name], course)
    monkeypatch.setattr(requirements.release, "build_notebook", lambda path: {"cells": []})
    requirements.require_fresh_release(room, [WEIGHTS.name], course)  # nothing has changed since
    (source / f"{WEIGHTS.name}.md").write_text("# yet another")
    with pytest.raises(ClassroomError, match="run `weightlab release`"):
        requirements.require_fresh_release(room, [WEIGHTS.name], course)
    requirements.require_fresh_release(room, [WEIGHTS.name], tmp_path)  # an instructor's own course


def test_a_persons_comment_and_extra_credit_reach_page_and_total(room):
    with Gradebook(gradebook.url_of(room)) as db:
        db.find_grade("apply_weight", WEIGHTS.name, WEIGHTS.name, "ann").extra_credit = 2.0
        db.db.commit()
    assert "Not marked yet." in (room / "feedback/ann/01_weights/01_weights.html").read_text()
    grade(room)
    page = (room / "feedback/ann/01_weights/01_weights.html").read_text()
    assert "18.0 / 21" in page
    assert "ann,01_weights,graded,16,16,18,21" in (room / "grades.csv").read_text()


def test_a_blank_answers_comment_goes_when_it_is_answered(room):
    def comments():
        return {row for row in book(room)["comments"] if "'bo'" in row and WRITTEN in row}

    assert "No response." in str(comments())
    notebook = json.dumps(made.answered(WEIGHTS)).encode()
    (room / "submitted/bo/01_weights/01_weights.ipynb").write_bytes(notebook)
    grade(room)
    assert "No response." not in str(comments())


def test_verdicts_that_may_change_are_not_kept(fresh, noisy):
    noisy |= {"ann"}
    grade(fresh)
    records, room = Records(Classroom(fresh)), Classroom(fresh)
    from autograder.classroom.submission import read_submission

    kept = [
        records.get(records.name(read_submission(room.submission(name, WEIGHTS.name), name, WEIGHTS.name), 7), WEIGHTS)
        for name in STUDENTS
    ]
    assert [verdicts is None for verdicts in kept] == [True, False, False]


def test_a_classrooms_configuration_stays_as_it_is(room):
    config = room / "nbgrader_config.py"
    config.write_text(nbgrader.CONFIG + "\n# mine\n")
    grade(room)
    assert config.read_text().endswith("# mine\n")


@pytest.mark.parametrize("status", [Status.CRASHED, Status.UNJUDGED, Status.TIMEOUT])
def test_what_another_run_may_change_is_never_kept_for_good(fresh, monkeypatch, status):
    real = examination.examine_submission

    def examine(submission, *rest):
        found = real(submission, *rest)
        score = None if status is Status.UNJUDGED else 0.0
        return replace(found, verdicts=(replace(found.verdicts[0], status=status, score=score), *found.verdicts[1:]))

    with monkeypatch.context() as patch:
        patch.setattr(examination, "examine_submission", examine)
        grade(fresh)
        assert list((fresh / ".weightlab/verdicts").rglob("*.json")) == []
    assert [entry["score"] for entry in grade(fresh).values()] == [16, 0, 14]


BIASES = CHAPTERS["02_biases"]


def test_chapters_of_one_batch_do_not_touch_each_other(fresh):
    """Two chapters' grades are written together, and nothing needs correction afterwards."""
    for name in ("ann", "bo"):
        made.submit(fresh, name, BIASES, made.answered(BIASES) if name == "ann" else made.released(BIASES))
    made.course(fresh.parent / "course", [BIASES])
    names = [WEIGHTS.name, BIASES.name]
    options = {"seed": 7, "isolation": "process", "jobs": 1, "course": fresh.parent / "course"}
    found = run_grading(fresh, names, **options)
    assert found.healed == []
    scores = {(entry["student"], entry["chapter"]): entry["score"] for entry in found.entries}
    assert scores["ann", WEIGHTS.name] == 16 and scores["ann", BIASES.name] == BIASES.points
    asked = {chapter.name: {*chapter.exercises, *chapter.questions, *chapter.written} for chapter in (WEIGHTS, BIASES)}
    rows = made.gradebook(fresh, "ann")
    for chapter in (WEIGHTS, BIASES):
        of = {row[2]: row for row in rows if row[1] == chapter.name and row[2] in asked[chapter.name]}
        assert {*of} == asked[chapter.name]
        assert all(of[name][3] == one.points for name, one in chapter.exercises.items())
        assert all(of[name][3] is None for name in chapter.written)
    totals = {(line["student"], line["chapter"]): line["to"] for line in histories(fresh)}
    assert totals["ann", BIASES.name] == BIASES.points


def histories(room):
    return [json.loads(line) for line in (room / ".weightlab/history.jsonl").read_text().splitlines()]


def test_a_deadline_is_kept_to_the_second(room):
    (room / "nbgrader_config.py").write_text(
        nbgrader.CONFIG + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n', encoding="utf-8"
    )
    due = datetime.datetime(2026, 3, 1, 12)
    for name, seconds in (("ann", 0), ("cy", 1)):
        at = due + datetime.timedelta(seconds=seconds)
        (room / f"submitted/{name}/01_weights/timestamp.txt").write_text(f"{at} UTC")
    with Gradebook(gradebook.url_of(room)) as db:
        db.update_or_create_assignment(WEIGHTS.name, duedate=due)
    grade(room)
    rows = (room / "grades.csv").read_text()
    assert "ann,01_weights,graded,16,16,16,21,0" in rows and "cy,01_weights,graded,14,16,0,21,14" in rows
    pages = {name: (room / f"feedback/{name}/01_weights/01_weights.html").read_text() for name in ("ann", "cy")}
    assert "Late submission penalty" in pages["cy"] and "Late submission penalty" not in pages["ann"]
    assert "0.0 / 21" in pages["cy"]


def test_an_answer_is_called_not_marked_until_it_is(room):
    page = room / "feedback/ann/01_weights/01_weights.html"
    waiting = page.read_text().count("Not marked yet.")
    assert waiting == len(WEIGHTS.written)
    assert page.read_text().count("not marked yet: 2.0 points") == 2, "in the list, and above the answer"
    assert (
        "Score: 16.0 / 21.0; answers worth 5.0 points are not marked yet)" in page.read_text()
        and "Score: 0.0" not in page.read_text()
    )
    with Gradebook(gradebook.url_of(room)) as db:
        mark = db.find_grade(WRITTEN, WEIGHTS.name, WEIGHTS.name, "ann")
        mark.manual_score, mark.needs_manual_grade = 0.0, False
        db.db.commit()
    grade(room)
    assert page.read_text().count("Not marked yet.") == waiting - 1
    assert (
        page.read_text().count("Score: 0.0 / 2.0") == 2
        and "answers worth 3.0 points are not marked yet)" in page.read_text()
    )
    assert "No response." in (room / "feedback/bo/01_weights/01_weights.html").read_text()
