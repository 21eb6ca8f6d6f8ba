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
    write_file(place / "kept", b"1", 0o400)
    found = [rights(place / name) for name in ("table.csv", "secret", "kept")]
    assert found == ([0o664, 0o660, 0o440] if shared else [0o644, 0o600, 0o400])
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


@pytest.mark.parametrize(
    ("mode", "shared"), [(0o2770, True), (0o2775, True), (0o2755, False), (0o775, False), (0o755, False)]
)
def test_a_group_shares_a_folder_only_if_new_files_are_its_own_and_it_may_write(tmp_path, mode, shared):
    tmp_path.chmod(mode)
    assert folder.is_shared(tmp_path) is shared
    make_folder(tmp_path / "deep")
    assert not shared or rights(tmp_path / "deep") == mode, "others may do what they may do above it"


def test_a_folder_that_another_program_makes_at_the_same_moment_is_as_good(tmp_path, monkeypatch):
    make = folder.Path.mkdir

    def make_twice(path, *args, **options):
        make(path, exist_ok=True)
        make(path, *args, **options)

    monkeypatch.setattr(folder.Path, "mkdir", make_twice)
    assert Classroom(tmp_path / "upper" / "room").state.is_dir()


def test_what_another_grader_left_half_written_is_replaced_and_not_written_into(tmp_path):
    part, kept = tmp_path / ".table.csv.part", tmp_path / "kept"
    kept.write_bytes(b"theirs")
    os.link(kept, part)
    write_file(tmp_path / "table.csv", b"ours")
    assert kept.read_bytes() == b"theirs" and not part.exists()


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
    slept = []
    monkeypatch.setattr(folder.time, "sleep", slept.append)
    room = Classroom(tmp_path)
    with room.lock(), pytest.raises(ClassroomError, match="is being graded by another command"), room.lock():
        pass
    assert sum(slept) == pytest.approx(5, abs=0.2)
    with room.lock():
        assert len(slept) == 49, "nobody waits for a lock that is free"


def test_members_of_the_group_and_nobody_else_may_hold_the_lock(place):
    room = Classroom(place / "room")
    with room.lock():
        assert rights(room.state / "lock") == (0o660 if is_groups(place) else 0o600)


def test_a_path_that_goes_up_is_shown_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert Classroom("../room").root == Classroom(tmp_path / "here" / ".." / "room").root == tmp_path / "room"
    (tmp_path / "link").symlink_to(tmp_path / "here")
    assert Classroom(tmp_path / "link").root == tmp_path / "link"
