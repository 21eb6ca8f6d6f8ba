"""Would Canvas and Moodle import the tables, and give nobody a grade that they do not have?"""

from __future__ import annotations

import csv
import re

import pytest

from autograder.classroom import export
from autograder.classroom.collecting import origins
from autograder.classroom.collecting.platforms import Owner, Platform
from autograder.classroom.grades import Person
from autograder.classroom.rosters.roster import Roster, Student, write_roster

RELEASED = {
    name: {"cells": [{"metadata": {"nbgrader": {"grade": True, "points": points}}}, {"metadata": {}}]}
    for name, points in (("01_weights", 16), ("02_biases", 20))
}
ADA = Person("ada", "Ada", "Lovelace", "ada@example.org", "4711")
BO = Person("bo", "", "", "bo@example.org")


def entry(student, chapter="01_weights", status="graded", score=12.5):
    return {"student": student, "chapter": chapter, "status": status, "score": score, "points": 16.0}


ENTRIES = [
    entry("ada"),
    entry("ada", "02_biases", "missing", 0.0),
    entry("bo"),
    entry("bo", "02_biases", "unjudged", None),
    entry("cy", status="missing", score=0.0),
    entry("=1+1", status="malformed", score=0.0),
]
TOTALS = {
    "01_weights": {
        "ada": {"score": 14.25, "late_penalty": 1.0, "waiting": 2},
        "bo": {"score": 1 / 3},
        "=1+1": {"score": 0.0},
    },
    "02_biases": {"ada": {"score": 0.0}, "bo": {"score": 3.0}},
}


def test_moodles_number_in_the_gradebook_is_not_canvas(tmp_path):
    write_roster(tmp_path, Roster([Student("ada", "Ada", "Lovelace", moodle="4711"), Student("bo", canvas="12")]))
    roll = {"ada": ADA, "bo": Person("bo", lms_user_id="12"), "cy": Person("cy", lms_user_id="13")}
    found = export._people(tmp_path, roll, roll)
    assert [(one.canvas, one.moodle) for one in found.values()] == [("", "4711"), ("12", ""), ("13", "13")]


@pytest.fixture
def written(tmp_path):
    def write(*people, chapters=RELEASED):
        export.write_tables(tmp_path, ENTRIES, TOTALS, RELEASED, {one.student: one for one in people}, chapters)
        return {path.stem: list(csv.reader(path.open(newline=""))) for path in tmp_path.glob("*.csv")}

    return write


def test_canvas_finds_its_own_columns_and_each_student_by_number_login_or_name(written):
    assert written(ADA, BO)["grades_canvas"] == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_weights", "02_biases"],
        ["    Points Possible", "", "", "", "", "16", "20"],
        ["Lovelace, Ada", "4711", "", "ada", "", "14.25", ""],
        ["bo", "", "", "bo", "", "0.3333", ""],
        ["'=1+1", "", "", "'=1+1", "", "0", ""],
    ]


def test_half_a_name_is_none_but_the_id_is(written):
    rows = written(Person("ada", "Ada"), Person("bo", last_name="Bohr"))["grades_canvas"]
    assert [row[0] for row in rows[2:4]] == ["ada", "bo"]


def test_for_canvas_an_id_is_a_login_unless_it_was_made_from_a_name(written, tmp_path):
    origins.remember(tmp_path, "01_weights", {name: Owner(Platform.CANVAS, name, "12") for name in ("ada", "bo")})
    write_roster(tmp_path, Roster([Student("ada")]))
    assert [row[3] for row in written()["grades_canvas"][2:]] == ["ada", "", "'=1+1"]


def test_a_login_is_known_from_the_roster_or_from_a_platform_that_states_it(tmp_path):
    owners = {
        "ada": Owner(Platform.BLACKBOARD, "ada", login="al"),
        "bo": Owner(Platform.ILIAS, "Bo R", login="br"),
        "cy": Owner(Platform.GRADESCOPE, "Cy", "4711", "4711"),
    }
    origins.remember(tmp_path, "01_weights", owners)
    write_roster(tmp_path, Roster([Student("ada", login="lovelace")]))
    people = export._people(tmp_path, [*owners, "dee"], {})
    assert [one.login for one in people.values()] == ["lovelace", "br", "", ""]


def test_moodle_gets_a_column_to_map_from_only_where_it_is_filled_for_everybody(written, tmp_path):
    """An id is no username: it may be made from a name, and be another person's username."""
    rows = written(ADA, BO)["grades_moodle"]
    assert rows == [
        ["student", "01_weights", "02_biases"],
        ["ada", "14.25", "-"],
        ["bo", "0.3333", "-"],
        ["'=1+1", "0", "-"],
    ]
    third = Person("=1+1", email="third@example.org")
    assert written(ADA, BO, third)["grades_moodle"][:2] == [
        ["email", "01_weights", "02_biases"],
        ["ada@example.org", "14.25", "-"],
    ]
    logins = {name: Owner(Platform.BLACKBOARD, name, login=f"{name}1") for name in ("ada", "bo", "=1+1")}
    origins.remember(tmp_path, "01_weights", logins)
    assert written(ADA, BO, third)["grades_moodle"][:2] == [
        ["username", "email", "01_weights", "02_biases"],
        ["ada1", "ada@example.org", "14.25", "-"],
    ]


def test_grades_csv_holds_everybody_with_status_lateness_and_what_waits(written):
    rows = written()["grades"]
    assert len(rows) == 1 + len(ENTRIES)
    assert rows[1] == ["ada", "01_weights", "graded", "12.5", "16", "14.25", "16", "1", "2"]
    assert rows[4][:4] == ["bo", "02_biases", "unjudged", ""]
    assert rows[5] == ["cy", "01_weights", "missing", "0", "16", "0", "16", "0", "0"]


def test_the_platforms_tables_have_the_chapters_of_one_run_and_grades_csv_all(written):
    tables = written(ADA, BO, chapters=["02_biases"])
    assert len(tables["grades"]) == 1 + len(ENTRIES)
    assert tables["grades_canvas"] == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "02_biases"],
        ["    Points Possible", "", "", "", "", "20"],
    ]
    assert tables["grades_moodle"] == [["username", "idnumber", "email", "02_biases"]]


def test_canvas_numbers_come_from_where_it_was_collected_and_the_roster_goes_first(written, tmp_path):
    origins.remember(
        tmp_path,
        "01_weights",
        {"ada": Owner(Platform.CANVAS, "lovelaceada", "12"), "bo": Owner(Platform.CANVAS, "bo", "13")},
    )
    write_roster(tmp_path, Roster([Student("ada", "Ada", "King", login="aking", canvas="4712", moodle="m1")]))
    rows = {row[0]: row for row in written(ADA, BO)["grades_canvas"]}
    assert rows["King, Ada"][:4] == ["King, Ada", "4712", "", "aking"]
    assert rows["bo"][:4] == ["bo", "13", "", ""]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("x;=1+1;y", "x;'=1+1;y"),
        ("\uff1dcmd", "'\uff1dcmd"),
        ("x;\uff0b1", "x;'\uff0b1"),
        ("a,-1", "a,'-1"),
        ("a\t@SUM(1)", None),
        (' "=1+1"', ' "\'=1+1"'),
        ("x|=1", "x|'=1"),
        ("Jean-Paul; O'Neil", "Jean-Paul; O'Neil"),
        ("a=b", "a=b"),
    ],
)
def test_no_spreadsheet_finds_a_formula_however_it_splits_the_line(value, cell):
    written = export._cell(value)
    assert cell is None or written == cell
    assert not any(re.match('\\s*"?[=+@\uff1d\uff0b-]', part) for part in re.split(r"[;,|\t]", written))
