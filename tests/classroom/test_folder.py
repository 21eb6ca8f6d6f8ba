"""Are a classroom's files written completely, with the rights of the folder that they are in?"""

from __future__ import annotations

import os
import stat

import pytest

from autograder.classroom import folder
from autograder.classroom.folder import Classroom, ClassroomError, keep_file, make_folder, share, write_file


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=["one person's", "a group's"])
def place(request, tmp_path):
    path = tmp_path / "place"
    path.mkdir()
    path.chmod(0o2770 if request.param == "a group's" else 0o755)
    return path


def is_groups(path):
    return rights(path) & 0o2000 != 0


def test_a_group_may_write_what_is_in_its_folder_and_nobody_else_may(place):
    shared = is_groups(place)
    write_file(place / "table.csv", b"1")
    write_file(place / "secret", b"1", 0o600)
    assert [rights(place / name) for name in ("table.csv", "secret")] == ([0o664, 0o660] if shared else [0o644, 0o600])
    (place / "made by nbgrader").write_bytes(b"")
    (place / "made by nbgrader").chmod(0o640)
    share(place / "made by nbgrader")
    assert rights(place / "made by nbgrader") == (0o660 if shared else 0o640)
    share(place / "nowhere")
    make_folder(place / "deep" / "deeper")
    make_folder(place / "deep" / "deeper")
    for path in (place / "deep", place / "deep" / "deeper"):
        assert is_groups(path) is shared and (not shared or rights(path) == 0o2770)


def test_a_new_classroom_is_closed_to_others_and_one_that_is_there_stays_as_it_is(place):
    room = Classroom(place / "upper" / "room")
    expected = 0o2770 if is_groups(place) else 0o700
    assert [rights(path) for path in (room.state, room.root)] == [expected] * 2
    there = place / "there"
    there.mkdir()
    there.chmod(0o755)
    assert rights(Classroom(there).state) == 0o700 and rights(there) == 0o755
    for path in (room.state / "seed", room.state / "id"):
        room.read_seed(), room.read_id()
        assert rights(path) & 0o007 == 0


def test_a_write_that_fails_leaves_what_was_there_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    write_file(path, b"before")

    def full(*_):
        raise OSError("no space")

    monkeypatch.setattr(folder.os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_file(path, b"after")
    assert path.read_bytes() == b"before" and os.listdir(tmp_path) == ["table.csv"]


def test_a_file_that_holds_the_same_already_is_left_alone(tmp_path):
    path = tmp_path / "table.csv"
    keep_file(path, b"same")
    begun = path.stat().st_ino
    keep_file(path, b"same")
    assert path.stat().st_ino == begun
    keep_file(path, b"other")
    assert path.read_bytes() == b"other"


def test_seed_and_id_are_drawn_once_and_a_spoilt_seed_is_named(tmp_path):
    rooms = [Classroom(tmp_path / name) for name in "ab"]
    drawn = [(room.read_seed(), room.read_id()) for room in rooms]
    assert [(room.read_seed(), room.read_id()) for room in rooms] == drawn
    assert len({one for pair in drawn for one in pair}) == 4
    assert sorted(os.listdir(rooms[0].state)) == ["id", "seed"]
    (rooms[0].state / "seed").write_text("seven")
    with pytest.raises(ClassroomError, match="does not hold a number"):
        rooms[0].read_seed()


def test_entries_of_other_chapters_stay_and_damaged_ones_are_not_read(tmp_path):
    room = Classroom(tmp_path)
    assert room.read_entries() == []
    one, other = (
        dict.fromkeys(("student", "status", "score", "points", "exercises"), 1) | {"chapter": name} for name in "ab"
    )
    assert room.save_entries([one]) == [] and room.save_entries([other]) == [one]
    assert room.read_entries() == [one, other]
    for text, found in (("{", []), ("3", []), ('[3, {"chapter": "a"}]', [])):
        (room.state / "entries.json").write_text(text)
        assert room.read_entries() == found


def test_students_are_the_folders_of_submitted_but_hidden_ones(tmp_path):
    assert Classroom(tmp_path).students() == []
    for name in ("bo", "ann", ".ipynb_checkpoints"):
        (tmp_path / "submitted" / name).mkdir(parents=True)
    (tmp_path / "submitted" / "notes.txt").write_text("")
    assert Classroom(tmp_path).students() == ["ann", "bo"]


def test_two_graders_at_once_are_refused_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(folder.time, "sleep", lambda _: None)
    room = Classroom(tmp_path)
    with room.lock(), pytest.raises(ClassroomError, match="is being graded by another command"), room.lock():
        pass
    with room.lock():
        assert rights(room.state / "lock") == 0o600
