"""Is a class examined again after any change that a run would notice, and after no other?"""

from __future__ import annotations

import errno
import json
import os
import py_compile
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.classroom import grade as graders
from autograder.classroom import unchanged
from autograder.classroom.unchanged import FILE, LastRun
from autograder.cli.main import main
from tests.classroom.test_grade import WEIGHTS, WRITTEN, fresh, grade, graded_once, room
from tests.classroom.test_marks_stay_right import grading
from tests.support import classroom as made

__all__ = ["fresh", "graded_once", "room"]  # fixtures
ASKED = {"seed": 7}
ABOUT = ("st_mode", "st_uid", "st_gid", "st_ino", "st_size", "st_mtime_ns")


def run(room, **options):
    """Grade as the command does; return what was found, and whether this needed a run."""
    last = LastRun(room, [WEIGHTS.name], ASKED | options)
    if found := last.recall():
        return found, False
    with last.watching():
        found = grading(room)
    last.keep(found)
    return found, True


@pytest.fixture(autouse=True)
def one_shell(monkeypatch):
    """Hide the variable that pytest changes for each part of a test."""
    monkeypatch.setattr(unchanged, "_OF_A_SHELL", unchanged._OF_A_SHELL | {"PYTEST_CURRENT_TEST"})


@pytest.fixture
def quiet(room, monkeypatch):
    """A class whose last run is remembered."""
    jupyter = room.parent / "jupyter"
    jupyter.mkdir()
    (jupyter / "migrated").touch()  # otherwise Jupyter's first start would write this file, which would be a change
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(jupyter))
    first, _ = run(room)
    assert (room / ".weightlab" / FILE).exists()
    again, needed = run(room)
    assert not needed and again == first and again.waiting > 0
    return room


def same_size_and_time(path, change):
    """Change a file's content, but keep its size and times."""
    before = path.stat()
    content = change(path.read_bytes())
    assert len(content) == before.st_size
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def mark_by_hand(room):
    with Gradebook(f"sqlite:///{room / 'gradebook.db'}") as book:
        answer = book.find_submission_notebook(WEIGHTS.name, WEIGHTS.name, "ann").grades
        next(one for one in answer if one.name == WRITTEN).manual_score = 1
        book.db.commit()


def one_score(room):
    with sqlite3.connect(room / "gradebook.db") as db:
        db.execute("update grade set auto_score = 3 where auto_score = 2")


CHANGES = {
    "an answer, with size and time set back": lambda room: same_size_and_time(
        room / "submitted" / "ann" / WEIGHTS.name / "weightlab" / "weights.py",
        lambda text: text.replace(b"weight * signal", b"weight + signal"),
    ),
    "a page": lambda room: same_size_and_time(
        room / "feedback" / "bo" / WEIGHTS.name / f"{WEIGHTS.name}.html", lambda text: text.replace(b"a", b"b", 1)
    ),
    "a page that is gone": lambda room: (room / "feedback" / "bo" / WEIGHTS.name / f"{WEIGHTS.name}.html").unlink(),
    "a new student": lambda room: made.submit(room, "di", WEIGHTS, made.released(WEIGHTS), made.STUBS),
    "a submission withdrawn": lambda room: shutil.rmtree(room / "submitted" / "cy"),
    "a student with the name of Python's own folder": lambda room: made.submit(
        room, "__pycache__", WEIGHTS, made.released(WEIGHTS), made.STUBS
    ),
    "a file named as the classroom's lock": lambda room: [
        (room / "submitted" / "cy" / ".weightlab").mkdir(),
        (room / "submitted" / "cy" / ".weightlab" / "lock").touch(),
    ],
    "who may read a folder": lambda room: (room / "submitted" / "cy").chmod(0o711),
    "a link": lambda room: (room / "submitted" / "cy" / "beside").symlink_to("/etc/hostname"),
    "a mark by hand": mark_by_hand,
    "a score in the database": one_score,
    "the configuration": lambda room: (room / "nbgrader_config.py").open("a").write("c.X.y = 1\n"),
    "a configuration elsewhere": lambda room: (room.parent / "jupyter" / "nbgrader_config.py").write_text(
        "c = get_config()\n"
    ),
    "a released notebook": lambda room: same_size_and_time(
        room.parent / "course" / WEIGHTS.name / f"{WEIGHTS.name}.ipynb", lambda text: text
    ),
    "the entries": lambda room: (room / ".weightlab" / "entries.json").write_bytes(b"[]"),
}


def test_without_a_change_no_run_is_necessary(quiet):
    assert not run(quiet)[1]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_a_run_would_see_makes_one_necessary(quiet, change):
    change(quiet)
    assert run(quiet)[1]


@pytest.mark.parametrize("options", [{"seed": 8}, {"isolation": "user"}, {"database": "sqlite:///other.db"}], ids=str)
def test_a_run_that_is_asked_for_something_else_is_necessary(quiet, options):
    assert LastRun(quiet, [WEIGHTS.name], ASKED | options).recall() is None
    assert LastRun(quiet, [], ASKED).recall() is None


def test_a_file_that_only_the_configuration_reads_counts(room):
    (room.parent / "due.json").write_text("{}")
    with (room / "nbgrader_config.py").open("a") as file:
        file.write(f"\nimport json\njson.load(open({str(room.parent / 'due.json')!r}))\n")
    for needed in (True, False):
        assert run(room)[1] is needed
    (room.parent / "due.json").write_text('{"late": 1}')
    assert run(room)[1]


def during(room, monkeypatch, act):
    """Grade, and call ``act`` towards the end of the run."""
    write = graders.export.write_tables
    with monkeypatch.context() as patched:
        patched.setattr(graders.export, "write_tables", lambda *args: (act(), write(*args)))
        assert run(room)[1]


def test_a_file_that_changes_while_it_is_used_is_used_again(room, monkeypatch):
    due = room.parent / "due.json"
    due.write_text("{}")
    with (room / "nbgrader_config.py").open("a") as file:
        file.write(f"\nopen({str(due)!r}).close()\n")
    during(room, monkeypatch, lambda: due.write_text('{"late": 1}'))
    assert run(room)[1]


def test_a_module_that_the_configuration_loads_counts_even_if_only_its_compiled_form_is_read(room, monkeypatch):
    monkeypatch.syspath_prepend(room.parent / "rules")
    rules = room.parent / "rules" / "rules_of_this_class.py"
    rules.parent.mkdir()
    rules.write_text("late = 1\n")
    py_compile.compile(rules)
    with (room / "nbgrader_config.py").open("a") as file:
        file.write(f"\nimport {rules.stem}\n")
    try:
        assert [run(room)[1], run(room)[1]] == [True, False]
        rules.write_text("late = 20\n")
        assert run(room)[1]
    finally:
        sys.modules.pop(rules.stem)


def test_a_folder_that_the_run_itself_made_and_removed_is_no_change(room, monkeypatch):
    during(room, monkeypatch, lambda: tempfile.TemporaryDirectory().cleanup())
    assert not run(room)[1]


def test_files_elsewhere_count_as_they_were_when_they_were_first_used(tmp_path):
    room, beside = tmp_path / "room", tmp_path / "beside"
    beside.write_text("x")
    last = LastRun(room, [], {})
    last._note([str(beside), str(room), str(room / "x"), str(unchanged.ROOT / "course" / "x"), "/proc/self/stat"])
    first = dict(last._beside)
    assert [*first] == [str(beside)] and first[str(beside)] == unchanged._signature(str(beside))
    beside.write_text("longer")
    last._note([str(beside)])
    assert last._beside == first != {str(beside): unchanged._signature(str(beside))}


def test_only_what_is_opened_during_the_run_counts(room):
    after = room.parent / "after.txt"
    last = LastRun(room, [WEIGHTS.name], ASKED)
    with last.watching():
        found = grading(room)
    after.write_text("x")
    last.keep(found)
    after.write_text("longer")
    assert not run(room)[1]


def test_a_file_that_is_new_in_a_folder_that_the_configuration_lists_counts(room):
    folder = room.parent / "due"
    folder.mkdir()
    with (room / "nbgrader_config.py").open("a") as file:
        file.write(f"\nfrom pathlib import Path as P\nlist(P({str(folder)!r}).glob('*.json'))\n")
    for needed in (True, False):
        assert run(room)[1] is needed
    (folder / "late.json").write_text("{}")
    assert run(room)[1]


def test_a_change_while_the_record_is_made_is_not_taken_for_what_the_run_saw(room, monkeypatch):
    """Once the run has ended and its files were compared, only the next run sees what is written."""
    of_loaded = unchanged._loaded
    last = LastRun(room, [WEIGHTS.name], ASKED)
    with last.watching():
        found = grading(room)
    with monkeypatch.context() as patched:
        patched.setattr(unchanged, "_loaded", lambda: (mark_by_hand(room), of_loaded())[1])
        last.keep(found)
    assert (room / ".weightlab" / FILE).exists()
    assert run(room)[1]


def test_where_the_system_keeps_only_whole_seconds_nothing_is_remembered(room, monkeypatch):
    walk = unchanged._walk

    def coarse(root, ignored):
        for path, about in walk(root, ignored):
            within = path.startswith(str(room))
            times = about.st_ctime_ns - about.st_ctime_ns % 10**9 if within else about.st_ctime_ns
            yield path, SimpleNamespace(**{name: getattr(about, name) for name in ABOUT} | {"st_ctime_ns": times})

    monkeypatch.setattr(unchanged, "_walk", coarse)
    run(room)
    assert not (room / ".weightlab" / FILE).exists()


def test_a_full_disk_costs_the_record_alone(room, monkeypatch):
    last = LastRun(room, [WEIGHTS.name], ASKED)
    with last.watching():
        found = grading(room)

    def full(path, *_):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(unchanged, "write_file", full)
    last.keep(found)
    assert not (room / ".weightlab" / FILE).exists()


def test_folders_may_be_nested_deeply(room):
    folder = room / "submitted" / "cy" / "x"
    for _ in range(1200):
        folder.mkdir()
        folder = folder / "x"
    try:
        run(room)
        assert not run(room)[1]
    finally:
        subprocess.run(["rm", "-rf", str(room / "submitted" / "cy" / "x")], check=True)


def test_what_a_person_writes_during_a_run_is_seen_by_the_next(room, monkeypatch):
    during(room, monkeypatch, lambda: mark_by_hand(room))
    found, needed = run(room)
    assert needed and any(change.student == "ann" for change in found.changes)


def test_a_run_that_examined_something_is_not_remembered(fresh):
    assert run(fresh)[1]
    assert not (fresh / ".weightlab" / FILE).exists()
    assert run(fresh)[1] and not run(fresh)[1]


def test_a_record_that_is_damaged_is_as_none(quiet):
    for content in (b"", b"[]", b'{"digest": 1}', b"\xff"):
        (quiet / ".weightlab" / FILE).write_bytes(content)
        assert LastRun(quiet, [WEIGHTS.name], ASKED).recall() is None


def test_the_command_says_the_same_whether_it_looked_or_not(fresh, monkeypatch):
    command = ["grade", "--classroom", str(fresh), "--isolation", "process", "--seed", "7", "--jobs", "1"]
    says = [json.loads(CliRunner().invoke(main, [*command, "--json"]).stdout) for _ in range(3)]
    assert says[0] == says[1] == says[2]
    monkeypatch.setattr(graders, "run_grading", lambda *_, **__: pytest.fail("a run was made"))
    assert json.loads(CliRunner().invoke(main, [*command, "--json"]).stdout) == says[0]
    assert "3 entries" in CliRunner().invoke(main, command).output


def test_grading_after_the_command_finds_what_the_command_left(quiet):
    assert grade(quiet)["ann"]["score"] == 16
    assert not run(quiet)[1]


def test_what_shows_that_a_file_or_a_folder_is_the_same(tmp_path):
    file, folder = tmp_path / "a.txt", tmp_path / "folder"
    assert unchanged._signature(str(file)) is None
    file.write_text("x")
    folder.mkdir()
    (folder / "b").mkdir()
    first, of_folder = unchanged._signature(str(file)), unchanged._signature(str(folder))
    assert first == unchanged._signature(str(file)) and of_folder[-1] == "b"
    file.write_text("y")
    os.utime(file, ns=(1, 1))
    assert unchanged._signature(str(file)) != first
    (folder / "__pycache__").mkdir()
    assert unchanged._signature(str(folder)) == of_folder, "what Python compiles there is no change"
    (folder / "a").touch()
    assert unchanged._signature(str(folder))[-2:] == ("a", "b")
    before = unchanged._signature(str(folder))
    folder.chmod(0o711)
    assert unchanged._signature(str(folder)) != before


def test_all_files_are_walked_in_order_and_a_link_ends_the_walk(tmp_path):
    for name in ("b/deep/x", "a", "left out/y"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    walked = [path for path, _ in unchanged._walk(str(tmp_path), lambda path: path.endswith("left out"))]
    assert sorted(walked) == [str(tmp_path), *(f"{tmp_path}/{name}" for name in ("a", "b", "b/deep", "b/deep/x"))]
    assert walked == [path for path, _ in unchanged._walk(str(tmp_path), lambda path: path.endswith("left out"))]
    assert [path for path, _ in unchanged._walk(f"{tmp_path}/a", bool)] == [f"{tmp_path}/a"]
    (tmp_path / "b" / "link").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match="is a link"):
        list(unchanged._walk(str(tmp_path), lambda path: False))
    with pytest.raises(FileNotFoundError):
        list(unchanged._walk(f"{tmp_path}/nothing", bool))


def test_only_compiled_files_of_the_project_are_left_out():
    assert unchanged._is_compiled(f"a{os.sep}__pycache__") and not unchanged._is_compiled("a__pycache__")
