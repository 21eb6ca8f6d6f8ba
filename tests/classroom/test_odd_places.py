"""Does grading work with folders of odd names, files of odd times, and a file system that lacks what others have?"""

from __future__ import annotations

import errno
import os
import shutil
import time

import pytest

from autograder.classroom import folder
from autograder.classroom.folder import Classroom
from autograder.classroom.grade import draw_report
from autograder.classroom.gradebook import GradebookError
from tests.classroom.test_grade import STUDENTS, counted, everything, fresh, grade, graded_once, room

__all__ = ["counted", "fresh", "graded_once", "room"]  # fixtures
LONG = "/".join(["very-long-" * 20] * 5)


@pytest.mark.parametrize("name", ["a b#c & 'd' [e] $f ~ü 100%", "long-" * 30 + "/" + "long-" * 30])
def test_a_classroom_with_an_odd_path_is_as_any_other(fresh, graded_once, tmp_path, name):
    odd = tmp_path / name / "class"
    odd.parent.mkdir(parents=True)
    shutil.move(fresh.parent, odd)
    assert [grade(odd / "room")[student]["score"] for student in STUDENTS] == [16, 0, 14]
    assert everything(odd / "room") == everything(graded_once / "room")
    assert draw_report(odd / "room")[0].exists()


@pytest.mark.parametrize(("name", "said"), [("what?", "Rename"), ("a%20b", "Rename"), (LONG, "Move")])
def test_a_path_in_which_no_gradebook_can_be_is_refused_in_a_sentence(fresh, tmp_path, name, said):
    """The gradebook is refused, not the class, because its gradebook may be elsewhere."""
    odd = tmp_path / name / "class"
    odd.parent.mkdir(parents=True)
    shutil.move(fresh.parent, odd)
    with pytest.raises(GradebookError, match=f"{said} the folder"):
        grade(odd / "room")
    assert [path.name for path in tmp_path.rglob("gradebook.db")] == []
    grade(odd / "room", database=f"sqlite:///{tmp_path / 'elsewhere.db'}")


@pytest.mark.parametrize("there", [False, True])
def test_where_there_are_no_hard_links_the_seed_is_drawn_once_all_the_same(tmp_path, monkeypatch, there):
    def refuse(*_):
        if there:
            (tmp_path / ".weightlab" / "seed").write_text("7\n")  # another grader has drawn a seed meanwhile
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(folder.os, "link", refuse)
    room = Classroom(tmp_path)
    seed = room.read_seed()
    assert room.read_seed() == seed and (seed == 7) is there
    assert [path.name for path in room.state.iterdir()] == ["seed"]


@pytest.mark.parametrize("years", [-30, 30])
def test_files_of_another_time_change_nothing(room, counted, years):
    """As after a restored backup, or on a machine whose clock was wrong."""
    before, when = everything(room), time.time() + years * 365 * 86_400
    for path in [room, *room.rglob("*")]:
        os.utime(path, (when, when))
    grade(room)
    assert (counted, everything(room)) == ([], before)
