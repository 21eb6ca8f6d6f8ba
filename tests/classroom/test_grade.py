"""Does grading end with the same gradebook, whatever happens on the way, and do people's marks survive?"""

from __future__ import annotations

import contextlib
import datetime
import os
import random
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys

import pytest
from nbgrader import api
from nbgrader.api import Gradebook
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from autograder.classroom import (
    database,
    examination,
    fingerprint,
    folder,
    gradebook,
    nbgrader,
    records,
    requirements,
    run,
    workers,
)
from autograder.classroom.fingerprint import deciding
from autograder.classroom.folder import Classroom, ClassroomError, is_student_id
from autograder.classroom.grade import grade_class
from autograder.classroom.gradebook import GradebookError
from autograder.classroom.report import tally
from autograder.exercises import CHAPTERS
from autograder.paths import ROOT
from autograder.refusal import Refusal
from autograder.sandbox import selftest
from autograder.submitted_notebook import dump_notebook
from tests.support import classroom as made

WEIGHTS = CHAPTERS["01_weights"]
WRITTEN = next(iter(WEIGHTS.written))
STUDENTS = ("ann", "bo", "cy")


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory):
    """Three students: all right, nothing done, and one wrong function."""
    base = tmp_path_factory.mktemp("three")
    folder, wrong = base / "room", made.mistaken(WEIGHTS)[0]["apply_weight"]
    made.submit(folder, "ann", WEIGHTS, made.answered(WEIGHTS))
    made.submit(folder, "bo", WEIGHTS, made.released(WEIGHTS), made.STUBS)
    made.submit(folder, "cy", WEIGHTS, made.answered(WEIGHTS), made.library_with({"apply_weight": wrong.function}))
    made.course(base / "course", [WEIGHTS])
    grade(folder)
    return base


@pytest.fixture
def room(graded_once, tmp_path):
    """The three, graded."""
    shutil.copytree(graded_once, tmp_path / "class")
    return tmp_path / "class" / "room"


def know_version(done):
    """Return what the program alembic would say, because running it takes longer than grading three students."""
    version = book(done)["alembic_version"][0].split("'")[1]
    return lambda: version


@pytest.fixture
def fresh(graded_once, tmp_path, monkeypatch):
    """The three, not yet graded."""
    monkeypatch.setattr(api, "get_alembic_version", know_version(graded_once / "room"))
    shutil.copytree(graded_once / "course", tmp_path / "class" / "course")
    shutil.copytree(graded_once / "room" / "submitted", tmp_path / "class" / "room" / "submitted")
    return tmp_path / "class" / "room"


def grade(room, **options):
    options = {"seed": 7, "isolation": "process", "jobs": 2, "course": room.parent / "course"} | options
    entries = grade_class(room, [WEIGHTS.name], **options)
    return {entry["student"]: entry for entry in entries}


def book(room):
    """Return all that a gradebook says, without its random ids."""
    of_students = (
        "select student_id, name, {} from {} as row join base_cell on base_cell.id = cell_id "
        "join submitted_notebook on submitted_notebook.id = row.notebook_id "
        "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id"
    )
    with contextlib.closing(sqlite3.connect(room / "gradebook.db")) as db:
        found = {
            "grades": of_students.format("auto_score, manual_score, needs_manual_grade", "grade"),
            "comments": of_students.format("auto_comment, manual_comment", "comment"),
        }
        for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
            columns = [row[1] for row in db.execute(f"pragma table_info({table})")]
            named = [c for c in columns if c in ("student_id", "course_id") or not c.endswith("id")]
            found[table] = f"select {', '.join(named) or 'count(*)'} from {table}"
        return {name: sorted(map(str, db.execute(query))) for name, query in found.items()}


def everything(room):
    """Return the gradebook and all files that grading made."""
    made_files = [path for kind in ("autograded", "feedback") for path in (room / kind).rglob("*") if path.is_file()]
    files = {str(path.relative_to(room)): path.read_bytes() for path in [*made_files, *room.glob("grades*.csv")]}
    return book(room) | files


@pytest.fixture
def counted(monkeypatch):
    """Count the tasks that reach a worker."""
    seen = []
    submit = workers.LocalWorkers.submit
    monkeypatch.setattr(workers.LocalWorkers, "submit", lambda self, task: (seen.append(task), submit(self, task))[1])
    return seen


def test_only_what_changed_is_graded_again(room, counted, monkeypatch):
    before = everything(room)
    first = grade(room)
    assert [first[name]["score"] for name in STUDENTS] == [16, 0, 14]
    assert (counted, everything(room)) == ([], before)
    made_again = room / "submitted/bo/01_weights/weightlab/weights.py"
    made_again.write_bytes(made.REFERENCE["weights"])
    assert grade(room)["bo"]["score"] == 14
    assert [task.submission.student for task in counted] == ["bo"]
    assert again(room, counted) == []
    (room / "feedback/ann/01_weights/01_weights.html").unlink()
    assert again(room, counted) == [("ann", "laid out")]
    other_words = dump_notebook(made.answered(WEIGHTS, words="Something else."))
    (room / "submitted/cy/01_weights/01_weights.ipynb").write_bytes(other_words)
    assert again(room, counted) == [("cy", "laid out")]
    (room / "submitted/cy/01_weights/timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
    assert again(room, counted) == [("cy", "laid out")]
    assert "2026-03-02" in str(book(room)["submitted_assignment"])
    for module in (run, records):
        monkeypatch.setattr(module, "chapter_digest", lambda *_: "another answer key".ljust(64))
    assert again(room, counted) == [(name, "examined") for name in STUDENTS]
    assert again(room, counted) == []


def again(room, counted):
    """Grade again; return the students who were graded and how."""
    counted.clear()
    grade(room)
    return sorted((task.submission.student, "laid out" if task.known else "examined") for task in counted)


def test_a_number_changed_in_the_notebook_counts_though_no_function_is_examined(room, counted):
    notebook = made.answered(WEIGHTS, numbers={"share_that_flips": 7.0})
    (room / "submitted/ann/01_weights/01_weights.ipynb").write_bytes(dump_notebook(notebook))
    assert grade(room)["ann"]["score"] == 15
    assert counted[0].known


@pytest.mark.parametrize(
    ("file", "chapters"),
    [
        ("autograder/exercises/weights.py", "1"),
        ("autograder/exercises/backprop.py", "6"),
        ("autograder/exercises/shared.py", "1 2 3 4 5 6 7 8 9 10"),
        ("solutions/misconceptions/biases.py", "2"),
        ("solutions/weightlab/loss.py", "5 6 7 8 9 10"),
        ("solutions/weightlab/weights.py", "1 2 3 4 7 8 9 10"),
        ("autograder/exercises/capstone_scores.py", "10"),
        ("src/labkit/data_files/reader.safetensors", "10"),
        ("autograder/judging/judge.py", "1 2 3 4 5 6 7 8 9 10"),
        ("autograder/numbers.py", ""),
        ("autograder/keys/forward.key", "4"),
        ("autograder/classroom/feedback.py", ""),
        ("src/labkit/figures/style.py", ""),
    ],
)
def test_a_change_regrades_the_chapters_that_it_can_matter_to_and_no_others(file, chapters):
    assert (ROOT / file).exists()
    found = [name for name, chapter in CHAPTERS.items() if ROOT / file in deciding(chapter)]
    assert " ".join(str(int(name[:2])) for name in found) == chapters


def test_what_decides_is_named_by_content_and_seed(tmp_path, monkeypatch):
    digest = fingerprint.chapter_digest.__wrapped__
    files = {tmp_path / "a.py": b"1", tmp_path / "b.py": b"2"}
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    monkeypatch.setattr(fingerprint, "_digest_of", fingerprint._digest_of.__wrapped__)
    monkeypatch.setattr(fingerprint, "deciding", lambda _: files)
    seen = set()
    for path, content in [*files.items(), (tmp_path / "a.py", b"3"), (tmp_path / "b.py", b"4")]:
        path.write_bytes(content)
        (tmp_path / "b.py").touch()
        seen |= {digest(WEIGHTS.name, 1), digest(WEIGHTS.name, 2)}
        assert digest(WEIGHTS.name, 1) == digest(WEIGHTS.name, 1)
    assert len(seen) == 8


def test_what_a_page_is_made_by_is_named_with_all_that_it_imports():
    """Otherwise a page would stay as it was when the module that made it is fixed."""
    elsewhere = {"examination", "records", "submission"}  # they decide verdicts, or the form of the records
    named = {name.removeprefix("classroom/") for name in fingerprint._SHOWN_BY if name.startswith("classroom/")}
    texts = {name: (ROOT / "autograder" / "classroom" / name).read_text() for name in named}
    imported = {
        f"{module}.py"
        for text in texts.values()
        for one, several in re.findall(r"^from \.(\w*) import (.*)", text, re.MULTILINE)
        for module in ([one] if one else several.split(", "))
    }
    assert {"macros.py", "rerun.py"} <= imported and imported - {f"{name}.py" for name in elsewhere} <= named


@pytest.mark.parametrize("module", ["macros", "rerun", "feedback"])
def test_a_change_of_what_shows_a_notebook_makes_its_pages_anew(module, monkeypatch):
    digest, digest_of = fingerprint.pages_digest.__wrapped__, fingerprint._digest_of
    before = digest()
    monkeypatch.setattr(fingerprint, "_digest_of", lambda file: b"" if file.stem == module else digest_of(file))
    assert digest() != before


def test_one_process_or_many_say_the_same(fresh, graded_once):
    grade(fresh, jobs=1)
    assert everything(fresh) == everything(graded_once / "room")


def test_a_persons_marks_and_comments_stay_and_reach_the_feedback(room):
    with Gradebook(gradebook.url_of(room)) as db:
        mark = db.find_grade(WRITTEN, WEIGHTS.name, WEIGHTS.name, "ann")
        mark.manual_score, mark.needs_manual_grade = 1.5, False
        db.find_comment(WRITTEN, WEIGHTS.name, WEIGHTS.name, "ann").manual_comment = "Say which <b>way</b>."
        db.find_grade("apply_weight", WEIGHTS.name, WEIGHTS.name, "cy").manual_score = 1.0
        db.db.commit()
    marked = book(room)
    assert grade(room)["ann"]["score"] == 16
    assert book(room) == marked
    page = (room / "feedback/ann/01_weights/01_weights.html").read_text()
    assert "Say which" in page
    assert "17.5 / 21" in page
    rows = (room / "grades.csv").read_text()
    assert "ann,01_weights,graded,16,16,17.5,21" in rows
    assert "cy,01_weights,graded,14,16,15,21" in rows
    # Another library does not affect the mark of an answer; if the answer's text changes, a person looks again.
    module = room / "submitted/ann/01_weights/weightlab/weights.py"
    module.write_text(module.read_text() + "# a remark\n")
    assert grade(room)["ann"]["score"] == 16
    with sqlite3.connect(room / "gradebook.db") as db:
        assert db.execute("select needs_manual_grade from grade where manual_score = 1.5").fetchall() == [(0,)]
    notebook = made.answered(WEIGHTS, words="Something else.")
    folder = room / "submitted/ann/01_weights"
    (folder / "01_weights.ipynb").write_bytes(dump_notebook(notebook))
    grade(room)
    with sqlite3.connect(room / "gradebook.db") as db:
        assert db.execute("select needs_manual_grade from grade where manual_score = 1.5").fetchall() == [(1,)]


def grade_in_child(room, kill_at=None):
    """Grade in a process that is killed before its nth call; return the number of calls, or None if it was killed."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        calls, me = 0, os.getpid()

        def count(frame, event, argument):
            nonlocal calls
            if os.getpid() != me:
                sys.setprofile(None)
            elif event in ("call", "c_call"):
                calls += 1
                if calls == kill_at:
                    os.kill(me, signal.SIGKILL)

        try:
            sys.setprofile(count)
            grade(room)
            sys.setprofile(None)
            os.write(into, str(calls).encode())
        finally:
            os._exit(0)
    os.close(into)
    with os.fdopen(out) as pipe:  # workers hold the pipe as well: its end means that they are gone
        calls = pipe.read()
    status = os.waitpid(child, 0)[1]
    assert calls or os.WIFSIGNALED(status), "grading failed"
    return int(calls) if calls else None


@pytest.mark.slow
def test_killed_at_random_moments_a_rerun_ends_as_if_undisturbed(fresh, graded_once, tmp_path):
    expected, moments, kills = everything(graded_once / "room"), random.Random(6), 0
    shutil.copytree(fresh.parent, tmp_path / "undisturbed")
    calls = grade_in_child(tmp_path / "undisturbed" / "room")
    while kills < int(os.environ.get("WEIGHTLAB_KILLS", 12)):
        if grade_in_child(fresh, moments.randrange(calls)) is None:
            kills += 1
        else:
            assert everything(fresh) == expected
            shutil.rmtree(fresh)
            shutil.copytree(graded_once / "room" / "submitted", fresh / "submitted")
    grade(fresh)
    assert everything(fresh) == expected


def test_a_gradebook_whose_making_was_stopped_is_finished(room):
    whole = book(room)
    for stopped in ("delete from alembic_version", "drop table alembic_version"):
        with contextlib.closing(sqlite3.connect(room / "gradebook.db")) as db, db:
            db.execute(stopped)
        grade(room)
        assert book(room) == whole


_ON_A_FULL_DISK = """
import shutil, sys
from pathlib import Path
from tests.classroom.test_grade import api, everything, grade, know_version

done, room = Path(sys.argv[1]), Path("/mnt/class/room")
shutil.copytree(done / "course", room.parent / "course")
shutil.copytree(done / "room" / "submitted", room / "submitted")
api.get_alembic_version = know_version(done / "room")
for left in (0, 8, 100, 200, 300, 400):
    taken = (shutil.disk_usage("/mnt").free >> 10) - left
    Path("/mnt/filler").write_bytes(bytes(max(taken, 0) << 10))
    try:
        grade(room)
    except Exception as error:
        print(type(error).__name__, str(error).replace("\\n", " "))
    Path("/mnt/filler").unlink()
grade(room)
assert everything(room) == everything(done / "room")
"""


def test_on_a_full_disk_it_stops_with_one_sentence_and_later_goes_on(graded_once):
    if reason := selftest.why_not():
        pytest.skip(f"{reason} So no disk was filled.")
    argv = ["bwrap", "--dev-bind", "/", "/", "--size", str(16 << 20), "--tmpfs", "/mnt", sys.executable, "-c"]
    ran = subprocess.run([*argv, _ON_A_FULL_DISK, graded_once], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-2000:]
    said = ran.stdout.splitlines()
    assert len(said) >= 3
    full = ("OSError [Errno 28] No space left on device", "GradebookError The gradebook /mnt/class/room/gradebook.db")
    assert all(line.startswith(full) for line in said), said
    assert any("disk is full" in line for line in said)


def test_a_gradebook_that_fills_the_disk_is_said_in_one_sentence(tmp_path, caplog):
    def full(_):
        raise OperationalError(None, None, sqlite3.OperationalError("database or disk is full"))

    with gradebook.ClassBook(gradebook.url_of(tmp_path)) as book:
        event.listen(book.book.engine, "commit", full)
        with pytest.raises(GradebookError, match=r"gradebook\.db cannot be used: database or disk is full\. Fix that"):
            book.prepare(WEIGHTS.name, made.released(WEIGHTS))
    assert not caplog.records, "nbgrader has printed its traceback"


def test_a_gradebook_that_another_process_locks_is_waited_for_then_named(room, monkeypatch):
    (room / "submitted/bo/01_weights/weightlab/weights.py").write_bytes(made.REFERENCE["weights"])
    marked = book(room)
    monkeypatch.setattr(database, "PATIENCE", 0.2)
    lock = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "db.execute('begin exclusive'); print('locked', flush=True); input()"
    )
    argv = [sys.executable, "-c", lock, room / "gradebook.db"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(GradebookError, match="locked by another program"):
            grade(room)
        other.kill()
    assert book(room) == marked
    assert grade(room)["bo"]["score"] == 14


def test_a_worker_that_dies_leaves_one_submission_unjudged_and_nothing_else(fresh, monkeypatch):
    real = examination.examine_submission

    def deadly(submission, *rest):
        if submission.student == "bo":
            os._exit(9)
        return real(submission, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(examination, "examine_submission", deadly)
        found = grade(fresh)
    assert [found[name]["status"] for name in STUDENTS] == ["graded", "unjudged", "graded"]
    assert [found[name]["score"] for name in STUDENTS] == [16, None, 14]
    with sqlite3.connect(fresh / "gradebook.db") as db:
        rows = db.execute("select count(*), sum(needs_manual_grade) from grade where auto_score is null").fetchone()
    assert rows[0] == rows[1] >= len(WEIGHTS.exercises)
    assert [entry["score"] for entry in grade(fresh).values()] == [16, 0, 14]


def test_late_submissions_follow_nbgraders_plug_in(room):
    (room / "nbgrader_config.py").write_text(
        nbgrader.CONFIG + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n', encoding="utf-8"
    )
    (room / "submitted/ann/01_weights/timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
    (room / "submitted/bo/01_weights/timestamp.txt").write_text("2026-02-28 10:00:00 UTC")
    (room / "submitted/cy/01_weights/timestamp.txt").write_text("02.03.2026")
    with Gradebook(gradebook.url_of(room)) as db:
        db.update_or_create_assignment(WEIGHTS.name, duedate=datetime.datetime(2026, 3, 1))
    entries = grade(room)
    assert entries["ann"]["score"] == 16 and entries["cy"]["status"] == "graded"
    (remark,) = tally.remarks_on(Classroom(room), entries.values())
    assert remark[:3] == ("cy", WEIGHTS.name, "timestamp.txt") and "'02.03.2026' cannot be read as a time" in remark[3]
    rows = (room / "grades.csv").read_text()
    assert "ann,01_weights,graded,16,16,0,21,16" in rows
    assert "cy,01_weights,graded,14,16,14,21,0" in rows
    assert "Late submission penalty" in (room / "feedback/ann/01_weights/01_weights.html").read_text()
    with Gradebook(gradebook.url_of(room)) as db:
        db.grant_extension(WEIGHTS.name, "ann", days=3)
    grade(room)
    assert "ann,01_weights,graded,16,16,16,21,0" in (room / "grades.csv").read_text()


def test_the_seed_is_secret_and_kept(room):
    seed = Classroom(room).read_seed()
    assert Classroom(room).read_seed() == seed
    assert stat.S_IMODE((room / ".weightlab/seed").stat().st_mode) == 0o600
    assert stat.S_IMODE((room / ".weightlab").stat().st_mode) == 0o700


def test_a_second_grader_waits_and_is_told(room, monkeypatch):
    monkeypatch.setattr(folder.time, "sleep", lambda _: None)
    with Classroom(room).lock(), pytest.raises(ClassroomError, match="being graded by another command"):
        grade(room)


def test_links_and_odd_names_cost_only_their_owner(room, tmp_path):
    theirs = made.submit(room, "eve", WEIGHTS)
    (theirs / "01_weights.ipynb").symlink_to(room / "submitted/ann/01_weights/01_weights.ipynb")
    linked = made.submit(room, "dan", WEIGHTS, made.answered(WEIGHTS), {})
    (linked / "weightlab").rmdir()
    (linked / "weightlab").symlink_to(room / "submitted/ann/01_weights/weightlab")
    made.submit(room, "new\nline", WEIGHTS, made.answered(WEIGHTS))
    made.submit(room, "'; drop table grade; --", WEIGHTS, made.answered(WEIGHTS))
    with Gradebook(gradebook.url_of(room)) as db:
        db.add_student("on-the-roll-only")
    found = {name: (entry["status"], entry["score"]) for name, entry in grade(room).items()}
    assert found == {
        "ann": ("graded", 16),
        "bo": ("graded", 0),
        "cy": ("graded", 14),
        "eve": ("missing", 0),
        "dan": ("no_library", 2),
        "new\nline": ("malformed", 0),
        "'; drop table grade; --": ("graded", 16),
        "on-the-roll-only": ("missing", 0),
    }


def test_a_folder_of_another_chapter_whose_name_can_be_no_id_is_missing_in_this_one(room):
    (room / "submitted" / "%41" / "02_biases").mkdir(parents=True)
    entry = grade(room)["%41"]
    assert (entry["status"], entry["score"]) == ("missing", 0)
    assert {one["message"] for one in entry["exercises"]} == {"No notebook of 01_weights was submitted."}


def test_a_submission_that_has_gone_scores_nothing(room):
    (room / "submitted/ann/01_weights/01_weights.ipynb").unlink()
    entry = grade(room)["ann"]
    assert entry["status"] == "missing"
    assert {one["message"] for one in entry["exercises"]} == {"No notebook of 01_weights was submitted."}
    assert "ann,01_weights,missing,0,16,0,21" in (room / "grades.csv").read_text()


@pytest.mark.parametrize(
    ("chapters", "words"),
    [(["11_nothing"], "No chapter is called '11_nothing'"), (["02_biases"], "02_biases.ipynb is missing")],
)
def test_what_cannot_be_graded_is_said(room, chapters, words):
    with pytest.raises(Refusal, match=words):
        grade_class(room, chapters, isolation="process", course=room.parent / "course")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("c.foo = (", r"configuration cannot be read: SyntaxError: '\(' was never closed \(line \d+\)\. Fix"),
        ("1 / 0", "configuration cannot be read: ZeroDivisionError"),
        ("c.AssignLatePenalties.plugin_class = 'nobody.Plugin'", "names a late penalty plug-in that does not exist"),
    ],
)
def test_a_broken_configuration_stops_grading_with_one_sentence(room, broken, words):
    grade(room)
    before = everything(room)
    with (room / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"\n{broken}\n")
    with pytest.raises(ClassroomError, match=words):
        grade(room)
    assert everything(room) == before


def test_what_is_no_gradebook_and_no_seed_is_said(fresh):
    room = fresh
    with pytest.raises(GradebookError, match="cannot be used"):
        grade(room, database="nonsense")
    grade(room)
    (room / ".weightlab" / "seed").write_text("seven\n")
    with pytest.raises(ClassroomError, match="does not hold a number"):
        grade_class(room, isolation="process", course=room.parent / "course")
    (room / ".weightlab" / "seed").unlink()
    (room / "gradebook.db").write_text("no database " * 100)
    with pytest.raises(GradebookError, match="cannot be used"):
        grade(room)


def test_isolation_is_never_weakened_in_silence(room, monkeypatch):
    monkeypatch.setattr(requirements.selftest, "why_not", lambda: "Bubblewrap cannot start here: do this.")
    with pytest.raises(ClassroomError, match="do this"):
        grade(room, isolation="bubblewrap")
    with pytest.raises(ClassroomError, match="Isolation is one of"):
        grade(room, isolation="none")


def test_student_ids_are_names_that_tables_can_hold():
    assert is_student_id("ann.b-2 (späť)") and is_student_id("x" * 128)
    assert is_student_id("a") and is_student_id("王")
    assert is_student_id("c7") and is_student_id("null") and is_student_id("o'brien") and is_student_id("a+b@c.d")
    assert not any(map(is_student_id, ["", ".hidden", "a\nb", "a\u202eb", " a", "x" * 129, "a<b", 'a"b', "a\\b"]))
    assert not any(map(is_student_id, ["a#b", "a?", "a%62", "*", "[a]nn", "constructor", "__proto__", "undefined"]))


def test_urls_of_gradebooks():
    assert gradebook.url_of(None, "postgresql://u@h/b") == "postgresql+psycopg://u@h/b"
    assert gradebook.url_of(None, "sqlite:////tmp/x.db").startswith("sqlite:////tmp/x.db?timeout=")
