"""Are the columns of Moodle's grading worksheet told apart by what is in them, in any language?"""

from __future__ import annotations

import csv
import io

import pytest

from autograder.classroom.collecting import origins
from autograder.classroom.collecting.platforms import Owner, Platform
from autograder.classroom.folder import ClassroomError
from autograder.classroom.rosters import moodle
from autograder.classroom.rosters.moodle import fill_worksheet, read_numbers, read_participants, remember_worksheet
from autograder.classroom.rosters.roster import Roster, Student, write_roster
from tests.support.downloads import CHAPTER


def sheet(*lines, grade=3):
    """Return a worksheet whose headings say nothing: identifier, and then the given cells."""
    made = [[f"P{n}", *line] for n, line in enumerate(lines)]
    return moodle._Worksheet(["?"] * len(made[0]), made, 0, grade, grade + 1)


@pytest.mark.parametrize(
    ("lines", "email"),
    [
        ((["Ada", "a@x", ""], ["Bo", "b@x", ""]), 2),
        ((["Ada", "a@x", ""], ["Bo", "", ""]), 2),
        ((["Ada", "", ""], ["Bo", "", ""]), None),
        ((["Ada", "a@x", ""], ["Bo", "555", ""]), None),
        ((["a@x", "sent", ""], ["b@x", "sent", ""]), None),
    ],
)
def test_addresses_are_the_first_column_in_which_all_hold_an_at_sign(lines, email):
    assert sheet(*lines).email == email


def test_an_address_may_come_after_another_column_and_never_after_the_grades():
    assert sheet(["Ada", "555", "a@x", ""], grade=4).email == 3
    assert sheet(["Ada", "555", "", "a@x"], grade=3).email is None


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Ada", "Bo", "Cy", "Di", "Di"), True),
        (("Ada", "Bo", "Cy", "Cy", "Cy"), False),
        (("Ada", "Bo"), True),
        (("Ada", "Bo", "Bo"), False),
        (("sent", "sent"), False),
        (("sent",), False),
    ],
)
def test_names_are_what_nearly_everybody_has_alone(names, found):
    assert sheet(*([name, "sent", ""] for name in names)).has_names is found
    assert sheet(*([name, "", ""] for name in names), grade=2).has_names is False, "that is the column of statuses"
    with_addresses = sheet(*([name, f"{n}@x", ""] for n, name in enumerate(names)))
    assert with_addresses.has_names is True


@pytest.mark.parametrize(
    ("cells", "grades"),
    [
        ((["", "16"], ["16", "16"]), True),
        ((["0,5", "16,00"], ["15,99", "16,00"]), True),
        ((["16.5", "16"],), False),
        ((["", "16"], ["", "20"]), False),
        ((["", "0"],), False),
        ((["", "0.5"],), True),
        ((["good", "16"],), False),
        ((["", ""],), False),
        ((["-1", "16"],), False),
    ],
)
def test_grades_are_numbers_beside_one_maximum(cells, grades):
    assert moodle._are_grades([["x", *line] for line in cells], 1) is grades


def written(path, *rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


ENGLISH = ("Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)")


def test_the_english_headings_say_where_everything_is(tmp_path):
    path = written(
        tmp_path / "a.csv",
        ENGLISH,
        ("Participant 7", "Ada L", "", "16.00", "-"),
        ("Hidden 12", "Bo D"),
        ("nobody", "Cy T", "", "", ""),
    )
    assert read_participants(path) == {"7": Student("", "Ada", "L"), "12": Student("", "Bo", "D")}
    content, left = fill_worksheet(path, {"ada": ("Ada L", "7"), "cy": ("Cy", "9")}, {"ada": 12.5, "cy": 3.0}, 16.0)
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert rows[1][2] == "12.50" and rows[2][2] == "" and rows[3][2] == "" and left == ["cy"]
    assert [len(row) for row in rows] == [5] * 4, "short lines are filled up"


def test_formulas_in_a_worksheet_are_quoted_once_and_what_the_upload_reads_stays(tmp_path):
    write_roster(tmp_path, Roster([Student("eve", "=1+1", "E")]))
    heads = ("Identifier", "Full name", "Status", "Grade", "Maximum Grade", "Online text", ENGLISH[-1], "Feedback")
    line = ["Participant 7", "=1+1 E", "+sent", "", "16", "@x\n=2", "-", "- well\n=done"]
    path = written(tmp_path / "a.csv", heads, line)
    for _ in range(2):
        remember_worksheet(tmp_path, CHAPTER, path)
        numbers = read_numbers(tmp_path, CHAPTER).by_student
        assert numbers == {"eve": ("=1+1 E", "7")}
        content, left = fill_worksheet(path, numbers, {"eve": 12.5}, 16.0)
        assert left == [] and list(csv.reader(io.StringIO(content.decode(), newline="")))[1] == [
            *("Participant 7", "'=1+1 E", "'+sent", "12.50", "16", "'@x =2", "-", "- well\n=done")
        ]
        path.write_bytes(content)


def test_a_worksheet_without_a_maximum_is_filled_as_it_is(tmp_path):
    path = written(tmp_path / "a.csv", (*ENGLISH[:3], ENGLISH[4]), ("Participant 7", "Ada L", "", "-"))
    content, left = fill_worksheet(path, {"ada": ("Ada L", "7")}, {"ada": 0.0}, 16.0)
    assert b"Participant 7,Ada L,0.00,-" in content and left == []


def test_a_worksheet_may_hold_nothing_but_the_columns_that_are_needed(tmp_path):
    path = written(tmp_path / "a.csv", (ENGLISH[0], ENGLISH[2], ENGLISH[4]), ("Participant 7", "", "-"))
    assert read_participants(path) == {"7": Student("")}


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [("1", "Ada", "", "16", "-")],
        [("P1", "Ada", "", "16", "-"), ("P1", "Bo", "", "16", "-")],
        [("P1", "Ada", "", "16", "-"), ("P", "Bo", "", "16", "-")],
        [("P1", "Ada", "", "x", "-")],
    ],
    ids=["no line", "a plain number", "one number twice", "a line without number", "no maximum"],
)
def test_what_is_no_worksheet_is_refused(tmp_path, lines):
    with pytest.raises(ClassroomError, match="is not Moodle's grading worksheet"):
        read_participants(written(tmp_path / "a.csv", ("?",) * 5, *lines))


def test_the_numbers_of_a_class_come_from_the_worksheet_and_from_what_was_collected(tmp_path):
    write_roster(tmp_path, Roster([Student("ada", "Ada", "L"), Student("d1", "Di", "D"), Student("d2", "Di", "D")]))
    people = {
        "bo": Owner(Platform.MOODLE, "Bo R", "8"),
        "cy": Owner(Platform.MOODLE, "Cy T", "99"),
        "eve": Owner(Platform.MOODLE, "Eve E", "7"),
        "flo": Owner(Platform.CANVAS, "Flo", "8"),
        "gus": Owner(Platform.MOODLE, "Gus"),
    }
    origins.remember(tmp_path, CHAPTER, people)
    numbers = read_numbers(tmp_path, CHAPTER)
    assert not numbers.confirmed and numbers.by_student == {
        "bo": ("Bo R", "8"),
        "cy": ("Cy T", "99"),
        "eve": ("Eve E", "7"),
    }
    lines = [(f"P{n}", name, "", "16", "-") for n, name in ((7, "Ada L"), (8, "Bo R"), (9, "Di D"))]
    remember_worksheet(tmp_path, CHAPTER, written(tmp_path / "a.csv", ENGLISH, *lines))
    numbers = read_numbers(tmp_path, CHAPTER)
    assert numbers.confirmed and numbers.by_student == {"ada": ("Ada L", "7"), "bo": ("Bo R", "8")}
    assert read_numbers(tmp_path, "02_biases") == moodle.Numbers({}, False)


def test_each_chapter_has_a_worksheet_and_a_newer_one_replaces_it(tmp_path):
    """A participant whose name is hidden is known by the address."""
    write_roster(tmp_path, Roster([Student("ada", "Ada", "L", email="a@x.org")]))
    heads = ("Identifier", "Email address", "Grade", "Last modified (grade)")
    for chapter, number in ((CHAPTER, 1), ("02_biases", 2), (CHAPTER, 3)):
        sheet = written(tmp_path / "a.csv", heads, (f"Participant {number}", "a@x.org", "", "-"))
        remember_worksheet(tmp_path, chapter, sheet)
        expected = moodle.Numbers({"ada": ("Participant", str(number))}, True)
        assert read_numbers(tmp_path, chapter) == expected
