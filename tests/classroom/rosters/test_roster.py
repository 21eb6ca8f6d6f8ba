"""Does everybody keep one id over all chapters, whichever list of the class comes first?"""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from autograder.classroom.administration import find_collected_id
from autograder.classroom.collecting.platforms import Owner, Platform
from autograder.classroom.folder import ClassroomError
from autograder.classroom.gradebook import ClassBook, url_of
from autograder.classroom.rosters.class_lists import read_class_list
from autograder.classroom.rosters.roster import Roster, Student, is_named, read_roster, write_roster
from autograder.cli.main import main
from tests.support.downloads import packed

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,01_weights
    Points Possible,,,,,16
"Lovelace, Ada",4711,S1,ada@example.org,One,
"van Dyke, Jürgen",4712,S2,jvd,One,
"""
PARTICIPANTS = """First name,Last name,ID number,Email address,Groups
Ada,Lovelace,m1,ada@example.org,
Bo,Diaz,m2,bo1@example.org,
Bo,Diaz,m3,bo2@example.org,
"""
WORKSHEET = """Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"Last modified (grade)"
Participant 91,Ada Lovelace,m1,ada@example.org,Submitted,,16.00,-
"""
TABLE = "id;first_name;last_name;github\nx1;Cy;Twombly;cy-t\n"


@pytest.fixture
def lists(tmp_path):
    def put(text, name="list.csv", coding="utf-8"):
        (tmp_path / name).write_text(text, encoding=coding)
        return tmp_path / name

    return put


def test_canvas_gradebook(lists):
    ada, juergen = read_class_list(lists(CANVAS))
    assert ada == Student("", "Ada", "Lovelace", "ada@example.org", "ada", "4711")
    assert (juergen.login, juergen.canvas, juergen.name) == ("jvd", "4712", "Jürgen van Dyke")
    assert read_class_list(lists(CANVAS + '"Student, Test",9,,c0ffee,One,\n')) == [ada, juergen]


def test_moodles_participants_and_worksheet(lists):
    ada, *_ = read_class_list(lists(PARTICIPANTS))
    assert ada == Student("", "Ada", "Lovelace", "ada@example.org", moodle="m1")
    assert read_class_list(lists(WORKSHEET)) == [ada]


@pytest.mark.parametrize(
    "text",
    [
        PARTICIPANTS.replace(
            "First name,Last name,ID number,Email address", "Vorname,Nachname,ID-Nummer,E-Mail-Adresse"
        ),
        PARTICIPANTS.replace(
            "First name,Last name,ID number,Email address",
            "Prénom,Nom de famille,Numéro d'identification,Adresse de courriel",
        ),
        WORKSHEET.replace(
            "Identifier,Full name,ID number,Email address", "ID,Vollständiger Name,ID-Nummer,E-Mail-Adresse"
        )
        .replace("Grade,Maximum Grade", "Bewertung,Bestwertung")
        .replace("Participant ", "Teilnehmer/in"),
    ],
    ids=["German", "French", "German worksheet"],
)
def test_moodles_lists_in_the_language_of_whoever_exports_them(lists, text):
    assert read_class_list(lists(text))[0] == Student("", "Ada", "Lovelace", "ada@example.org", moodle="m1")


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_plain_table_in_any_usual_coding(lists, coding):
    assert read_class_list(lists(TABLE, coding=coding)) == [Student("x1", "Cy", "Twombly", github="cy-t")]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "id\n"])
def test_a_table_without_students_is_refused(lists, text):
    with pytest.raises(ClassroomError):
        read_class_list(lists(text))


@pytest.mark.parametrize("begins", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"], ids=["xlsx", "xls"])
def test_a_workbook_is_refused_as_one(tmp_path, begins):
    (tmp_path / "class.xlsx").write_bytes(begins + b"\x00id,name\n")
    with pytest.raises(ClassroomError, match="is a workbook: open it, and save the table as CSV"):
        read_class_list(tmp_path / "class.xlsx")


def test_a_table_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"id,name\n\xff\xfe\xfa")
    with pytest.raises(ClassroomError, match="UTF-8"):
        read_class_list(tmp_path / "x.csv")


class TestIds:
    def test_lists_in_any_order_name_the_same_people(self, lists):
        canvas, moodle = read_class_list(lists(CANVAS)), read_class_list(lists(PARTICIPANTS))
        for order in ((canvas, moodle), (moodle, canvas)):
            roster = Roster()
            for people in order:
                for one in people:
                    roster.add(one)
            assert len(roster.students) == 4
            ada = roster.students["ada"]
            assert (ada.canvas, ada.moodle, ada.email) == ("4711", "m1", "ada@example.org")
            assert {"bo1", "bo2", "jvd"} <= roster.students.keys()

    def test_an_id_never_changes_and_is_nobody_elses(self):
        roster = Roster([Student("bo", "Bo", "Diaz", login="bo")])
        assert roster.add(Student("", "Bo", "Diaz", login="bo", email="bo@example.org")) == "bo"
        assert roster.add(Student("", "Bo", "Ross", login="BO", email="other@example.org", canvas="1")) == "bo"
        assert roster.add(Student("", "Bo", "Ross", email="bo@other.org")) == "Bo-Ross"
        assert roster.add(Student("", "Bo", "Ross", email="bo@third.org")) == "bo-2"
        assert roster.add(Student("", "Bo", "Ross", email="bo@fourth.org")) == "bo-3"

    def test_namesakes_with_nothing_in_common_stay_two(self):
        roster = Roster([Student("a", "Bo", "Diaz", email="one@x.org")])
        assert roster.add(Student("", "Bo", "Diaz", email="two@x.org")) == "two"

    def test_who_has_only_a_name_gets_it_as_an_id(self):
        assert Roster().add(Student("", "Jean-Paul", "O'Neil")) == "Jean-Paul-O-Neil"


class TestFinding:
    ROSTER = Roster(
        [
            Student("ada", "Ada", "Lovelace", "countess@x.org", "al1", "4711", github="countess"),
            Student("jvd", "Jürgen", "van Dyke"),
            Student("bo1", "Bo", "Diaz"),
            Student("bo2", "Bo", "Diaz"),
            Student("nameless1", email="one@x.org"),
            Student("nameless2", email="two@x.org", canvas="4713"),
        ]
    )

    @pytest.mark.parametrize(
        ("platform", "name", "more", "ids"),
        [
            (Platform.CANVAS, "lovelaceada", {"number": "4711"}, ["ada"]),
            (Platform.CANVAS, "eve", {"number": "4711"}, []),
            (Platform.CANVAS, "lovelaceada", {"number": "9"}, ["ada"]),
            (Platform.CANVAS, "vandykejurgen", {}, ["jvd"]),
            (Platform.CANVAS, "whoever", {"number": "4713"}, ["nameless2"]),
            (Platform.CANVAS, "whoever", {}, []),
            (Platform.MOODLE, "whoever", {"number": "4713"}, []),
            (Platform.MOODLE, "Dyke, Jürgen van", {}, ["jvd"]),
            (Platform.MOODLE, "Grada Lovelace", {}, []),
            (Platform.MOODLE, "?-?", {}, []),
            (Platform.MOODLE, "Ada Lovelace", {}, ["ada"]),
            (Platform.MOODLE, "Team-B-Ada Lovelace", {}, ["ada"]),
            (Platform.MOODLE, "Bo Diaz", {}, ["bo1", "bo2"]),
            (Platform.BLACKBOARD, "al1", {"login": "AL1"}, ["ada"]),
            (Platform.PLAIN, "countess", {}, ["ada"]),
            (Platform.PLAIN, "weights-countess", {}, ["ada"]),
            (Platform.PLAIN, "Lovelace, Ada", {}, ["ada"]),
            (Platform.PLAIN, "ad", {}, []),
            (Platform.PLAIN, "Lovelace", {}, []),
            (Platform.PLAIN, "", {}, []),
        ],
    )
    def test_by_what_each_platform_says(self, platform, name, more, ids):
        assert self.ROSTER.find_owner(Owner(platform, name, **more)) == ids


def test_what_was_written_is_read_again_and_slips_are_named(tmp_path):
    roster = Roster([Student("ada", "Ada", "Love;lace, Countess"), Student("bo")])
    assert write_roster(tmp_path, roster) == tmp_path / "roster.csv"
    assert read_roster(tmp_path).students == roster.students
    for text in ("name\nAda\n", "id\nada\nADA\n", "id\n../x\n"):
        (tmp_path / "roster.csv").write_text(text)
        with pytest.raises(ClassroomError, match=r"roster\.csv"):
            read_roster(tmp_path)


@pytest.mark.slow
def test_the_command_adds_and_shows_and_enters_the_gradebook(tmp_path, lists):
    def run(*words):
        return CliRunner().invoke(main, ["roster", *map(str, words), "--classroom", str(tmp_path / "class")])

    assert "Nobody is on the roster of" in run().output
    ran = run(lists(CANVAS, "canvas.csv"), lists(PARTICIPANTS, "moodle.csv"))
    assert ran.exit_code == 0 and "4 students" in ran.output and "4 of them new" in ran.output, ran.output
    assert "0 of them new" in run(lists(PARTICIPANTS, "moodle.csv")).output
    assert "bo2@example.org" in run().output
    with ClassBook(url_of(tmp_path / "class"), "weightlab") as book:
        ada = book.roll()["ada"]
    assert (ada.first_name, ada.lms_user_id) == ("Ada", "4711")
    ran = run(lists("a,b\n1,2\n", "bad.csv"))
    assert ran.exit_code == 1 and ran.output.startswith("Error: ")


@pytest.mark.slow
def test_a_name_that_has_changed_on_canvas_is_told_and_changes_nothing(tmp_path, lists):
    def run(text):
        here = ["--classroom", str(tmp_path / "class")]
        return CliRunner().invoke(main, ["roster", str(lists(text)), *here]).output

    assert "but the list calls" not in run(CANVAS) + run(CANVAS) + run(PARTICIPANTS)
    told = run(CANVAS.replace("Lovelace, Ada", "King, Ada"))
    assert told.splitlines()[1:] == [
        "Number 4711 is ada (Ada Lovelace) on the roster, but the list calls this person Ada King: if the name has "
        "changed, edit roster.csv."
    ]
    assert read_roster(tmp_path / "class").students["ada"].name == "Ada Lovelace"


def test_who_was_collected_before_there_was_a_roster_keeps_that_id(inbox):
    entries = {f"{name}_assignsubmission_file/01_weights.zip": packed() for name in ("Ada L_1", "Bo D_2", "Bo D_3")}
    inbox.collect(inbox.put("download.zip", entries))
    roster = Roster()
    for email, first, last in (("a@x.org", "Ada", "L"), ("b@x.org", "Bo", "D"), ("c@x.org", "Cy", "T")):
        roster.add(find_collected_id(inbox.classroom, Student("", first, last, email), roster))
    assert set(roster.students) == {"Ada-L", "b", "c"}, "two were collected as Bo: nobody knows which one this is"
    namesake = find_collected_id(inbox.classroom, Student("", "Ada", "L", "other@x.org"), roster)
    assert roster.add(namesake) == "other" and len(roster.students) == 4
    del roster.students["other"]
    write_roster(inbox.classroom, roster)
    assert inbox.collect(inbox.put("again.zip", {"Ada L_91_assignsubmission_file/x.zip": packed()})).taken == {"Ada-L"}


@pytest.mark.parametrize(
    ("text", "student"),
    [
        ("name\nAda King Lovelace\n", Student("", "Ada King", "Lovelace")),
        ('name\n"Lovelace, Ada King"\n', Student("", "Ada King", "Lovelace")),
        ('name\n"Garc\u00eda L\u00f3pez, Jr., Jos\u00e9"\n', Student("", "Jos\u00e9", "Garc\u00eda L\u00f3pez, Jr.")),
        ('name\n"Lovelace, Ada, PhD"\n', Student("", "Ada", "Lovelace, PhD")),
        ('name\n"Rahman, Md"\n', Student("", "Md", "Rahman")),
        ('name\n"Lee, Ann, Bea"\n', Student("", "Ann, Bea", "Lee")),
        ('Student,ID,Section\n"King, III, Ada",7,One\n', Student("", "Ada", "King, III", canvas="7")),
        ("name\nCher\n", Student("", "", "Cher")),
        ("first name;name\nAda;Somebody Else\n", Student("", "Ada")),
        ("last name;name\nLovelace;Somebody Else\n", Student("", "", "Lovelace")),
        ("id\tname\nx/1\tAda L\n", Student("", "Ada", "L")),
        ("id\tname\nx1\tAda L\n", Student("x1", "Ada", "L")),
        ("id\nx/1\n", Student("x/1")),
        ("id,first_name\nx1,Ada,more\n", Student("x1", "Ada")),
        ("id,first_name\n\n , \nx1\n", Student("x1")),
        ("Student,ID,Section\nAda,4711,One\nTest,,One\n", Student("", "", "Ada", canvas="4711")),
        ("Student,ID,Section,SIS Login ID\nAda,4711,One,al1\n", Student("", "", "Ada", login="al1", canvas="4711")),
    ],
)
def test_a_line_of_a_list_is_one_student(lists, text, student):
    assert read_class_list(lists(text)) == [student]


def test_a_table_that_csv_does_not_allow_is_refused(lists):
    with pytest.raises(ClassroomError, match="cannot be read as a table: field larger"):
        read_class_list(lists("id\n" + "x" * 200_000))


@pytest.mark.parametrize(
    ("person", "same"),
    [
        (Student("A"), True),
        (Student("b", "Bo", "Diaz"), False),
        (Student("", "Bo", "Diaz"), True),
        (Student("", "DÍAZ", "bo"), True),
        (Student("", "Bo", "Ross"), False),
        (Student("", "Bo", "Ross", login="BO"), True),
        (Student("", "Bo", "Diaz", email="two@x.org"), False),
        (Student("", "Bo", "Diaz", email="two@x.org", login="bo"), True),
        (Student("", "Bo", "Diaz", canvas="4"), True),
        (Student("", email="two@x.org"), False),
        (Student("", canvas="4"), False),
    ],
)
def test_whether_two_lines_are_about_one_person(person, same):
    roster = Roster([Student("a", "Bo", "Diaz", "one@x.org", "bo")])
    assert roster.find_person(person) == (["a"] if same else [])


def test_names_decide_nothing_if_there_are_none():
    assert Roster([Student("a")]).find_person(Student("")) == []
    assert Roster([Student("a")]).find_owner(Owner(Platform.MOODLE, "Team-")) == []
    assert Roster([Student("a")]).find_owner(Owner(Platform.MOODLE, "-")) == []


@pytest.mark.parametrize(
    ("person", "made"),
    [
        (Student("own", login="al1"), "own"),
        (Student("", "Ada", "L", "countess@x.org", "al1", moodle="m1"), "al1"),
        (Student("", "Ada", "L", "countess@x.org", moodle="m1"), "countess"),
        (Student("", "Ada", "L", moodle="m1"), "m1"),
        (Student("", "Ada", "L"), "Ada-L"),
        (Student(""), "student"),
        (Student("", "Bo", login="TAKEN", email="bo@x.org"), "bo"),
        (Student("", login="TAKEN"), "TAKEN-2"),
    ],
)
def test_an_id_is_made_of_what_identifies_a_student_best(person, made):
    roster = Roster([Student("taken", email="other@x.org", login="other")])
    assert roster.add(person) == made and roster.students[made].id == made


def test_what_is_known_of_a_student_stays():
    roster = Roster([Student("a", "Bo", "", "one@x.org")])
    assert roster.add(Student("", "Robert", "Diaz", "ONE@x.org", github="bo-d")) == "a"
    assert roster.students == {"a": Student("a", "Bo", "Diaz", "one@x.org", github="bo-d")}


class TestOwners:
    ROSTER = Roster([Student("id1", "Ada", "Lovelace", "countess@x.org", "al1", "4711", github="hub"), Student("x")])

    @pytest.mark.parametrize(
        ("platform", "name", "more", "found"),
        [
            (Platform.PLAIN, "ID1", {}, ["id1"]),
            (Platform.PLAIN, "AL1", {}, ["id1"]),
            (Platform.PLAIN, "Hub", {}, ["id1"]),
            (Platform.PLAIN, "countess@X.org", {}, ["id1"]),
            (Platform.PLAIN, "Countess", {}, ["id1"]),
            (Platform.PLAIN, "week-1-Hub", {}, ["id1"]),
            (Platform.PLAIN, "weekhub", {}, []),
            (Platform.PLAIN, "Lovelace_Ada", {}, ["id1"]),
            (Platform.PLAIN, "LovelaceAda", {}, ["id1"]),
            (Platform.PLAIN, "Team-Ada Lovelace", {}, []),
            (Platform.MOODLE, "al1", {}, []),
            (Platform.MOODLE, "Team-Lovelace Ada", {}, ["id1"]),
            (Platform.BLACKBOARD, "?", {"login": "Id1"}, ["id1"]),
            (Platform.BLACKBOARD, "?", {"login": "other"}, []),
            (Platform.CANVAS, "adalovelace", {"number": "4711"}, ["id1"]),
            (Platform.MOODLE, "?", {"number": "4711"}, []),
        ],
    )
    def test_whom_a_name_means(self, platform, name, more, found):
        assert self.ROSTER.find_owner(Owner(platform, name, **more)) == found

    def test_a_number_of_canvas_is_enough_where_no_name_is_known(self):
        nameless = Roster([Student("a", canvas="4711"), Student("b", canvas="4712")])
        assert nameless.find_owner(Owner(Platform.CANVAS, "anybody", "4711")) == ["a"]

    def test_a_number_of_canvas_tells_namesakes_apart(self):
        namesakes = Roster([Student("a", "Bo", "Diaz", canvas="1"), Student("b", "Bo", "Diaz", canvas="2")])
        assert namesakes.find_owner(Owner(Platform.CANVAS, "diazbo", "2")) == ["b"]
        assert namesakes.find_owner(Owner(Platform.CANVAS, "diazbo", "3")) == ["a", "b"]

    def test_a_name_may_belong_to_a_person_if_it_holds_theirs(self):
        assert is_named(Student("a"), Owner(Platform.MOODLE, "Team"))
        assert is_named(Student("a", "Ada", "L"), Owner(Platform.MOODLE, "Team-ÁDA L"))
        assert not is_named(Student("a", "Ada", "L"), Owner(Platform.MOODLE, "Team"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nAda\n", 'has no column "id"'),
        ("id,login\n,al1\n", "'' cannot be an id. Use letters, digits, dots and hyphens.$"),
        ("id\nx y\n", "'x y' cannot be an id. Use letters, digits, dots and hyphens, such as x-y.$"),
        ("id\n..\n", r"'\.\.' cannot be an id. Use letters, digits, dots and hyphens.$"),
        ("id\nada\nADA\n", "has the same id twice"),
    ],
)
def test_a_slip_in_the_roster_is_told_with_its_remedy(tmp_path, text, words):
    assert not read_roster(tmp_path)
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(ClassroomError, match=words):
        read_roster(tmp_path)


def test_a_roster_without_lines_is_empty(tmp_path):
    (tmp_path / "roster.csv").write_text("id\n")
    assert not read_roster(tmp_path)
