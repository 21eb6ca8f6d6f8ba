"""Does an upload that matches nobody stay visible until it is somebody's?"""

from __future__ import annotations

import json

import pytest

from autograder.classroom.collecting.unmatched import read_unmatched
from autograder.classroom.folder import Classroom
from autograder.classroom.report import tally
from autograder.classroom.report.write import write
from autograder.classroom.rosters.roster import Roster, Student, write_roster
from tests.support.downloads import CHAPTER, packed

BEN, ADA = Student("ben", "Ben", "Adams", canvas="102"), Student("ada", "Ada", "King", canvas="101")
BENS, ADAS = "adamsben_102_9102_01_weights.zip", "kingada_101_9301_01_weights-2.zip"
ENTRY = {"student": "ben", "chapter": CHAPTER, "status": "graded", "score": 0.0, "points": 16.0, "exercises": []}


@pytest.fixture
def download(inbox):
    inbox.classroom.mkdir()
    write_roster(inbox.classroom, Roster([BEN]))
    return inbox.put("submissions.zip", {BENS: packed("ben"), ADAS: packed("ada")})


def places(inbox):
    return [one.place for one in read_unmatched(inbox.classroom)]


def test_grade_and_report_list_an_upload_that_matches_nobody(inbox, download):
    assert inbox.collect(download).taken == {"ben"}
    room = Classroom(inbox.classroom)
    (line,) = tally.remarks_on(room, [ENTRY])
    assert line[:2] == (tally.NOBODY, CHAPTER)
    assert line[3] == (
        f"submissions.zip: {ADAS} could not be collected: nobody on the roster is called kingada; add the student with "
        "`weightlab roster`"
    )
    assert tally.remarks_on(room, [ENTRY | {"chapter": "02_biases"}]) == [], "another chapter is graded"
    room.save_entries([ENTRY])
    assert f"{ADAS} could not be collected: nobody on the roster" in write(room, {})[0].read_text()


def test_it_is_listed_until_the_same_download_is_collected_with_the_student_on_the_roster(inbox, download):
    inbox.collect(download)
    inbox.collect(download)
    assert places(inbox) == [f"submissions.zip: {ADAS}"], "listed once, however often it is collected"
    write_roster(inbox.classroom, Roster([BEN, ADA]))
    assert inbox.collect(download).taken == {"ada", "ben"} and places(inbox) == []


def test_a_later_download_with_a_newer_file_of_the_same_person_decides(inbox, download):
    inbox.collect(download)
    write_roster(inbox.classroom, Roster([BEN, ADA]))
    later = inbox.put("submissions (1).zip", {"kingada_101_9400_01_weights-3.zip": packed("ada")})
    assert inbox.collect(later).taken == {"ada"} and places(inbox) == []


def test_other_downloads_and_chapters_leave_it_listed(inbox, download):
    inbox.collect(download)
    inbox.collect(inbox.put("late.zip", {"adamsben_102_9500_01_weights.zip": packed("ben")}), replace=True)
    inbox.collect(download, chapter="02_biases")
    assert {(one.chapter, one.place) for one in read_unmatched(inbox.classroom)} >= {
        (CHAPTER, f"submissions.zip: {ADAS}")
    }


def test_a_file_that_is_renamed_after_its_student_is_listed_no_more(inbox, download):
    inbox.collect(download)
    other = inbox.put("bo.zip", packed("somebody else"))
    write_roster(inbox.classroom, Roster([BEN, ADA, Student("bo")]))
    assert inbox.collect(other).taken == {"bo"} and len(places(inbox)) == 1
    assert inbox.collect(inbox.put("ada.zip", packed("ada"))).taken == {"ada"} and places(inbox) == []


def test_without_a_roster_a_file_with_the_chapters_name_is_listed_and_one_that_is_no_submission_is_not(inbox):
    inbox.put("ada.zip", packed("ada"))
    inbox.put("01_weights.zip", packed("x"))
    inbox.put("notes.txt", b"x")
    inbox.collect(dry_run=True)
    assert not inbox.classroom.exists()
    inbox.collect()
    assert places(inbox) == ["01_weights.zip"]
    (inbox.folder / "01_weights.zip").rename(inbox.folder / "cy.zip")
    assert inbox.collect().taken == {"ada", "cy"} and places(inbox) == []


def test_where_nothing_at_all_was_found_no_classroom_is_made(inbox):
    inbox.collect(inbox.put("01_weights.zip", packed("x")))
    assert not inbox.classroom.exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"chapter": "01_weights"}]', json.dumps([{"x": 1}])])
def test_a_damaged_file_counts_as_unknown_and_is_written_anew(inbox, download, text):
    inbox.collect(download)
    (inbox.classroom / ".weightlab" / "unmatched.json").write_text(text)
    assert read_unmatched(inbox.classroom) == []
    inbox.collect(download)
    assert len(places(inbox)) == 1
