"""Would Moodle and Canvas accept the feedback, and give each page to the right student?"""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
from click.testing import CliRunner

from autograder.classroom.collecting.origins import read_origins
from autograder.classroom.folder import ClassroomError
from autograder.classroom.return_feedback import pack_for_canvas, pack_for_moodle
from autograder.classroom.rosters.moodle import fill_worksheet, read_numbers, read_participants, remember_worksheet
from autograder.classroom.rosters.roster import Roster, Student, write_roster
from autograder.cli.main import main
from tests.support.downloads import CHAPTER, packed, zipped


def moodle_reads(path: str, participants: set[str]) -> tuple[str, str] | None:
    """Return participant and file as Moodle's importer does: by the first part of a path that has its form."""
    parts = path.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) == 4:  # from Moodle 4.1 on
            info.append("")
        if len(info) == 5 and info[1] in participants and info[2:4] == ["assignsubmission", "file"]:
            return info[1], "/".join([info[4], *parts]).lstrip("/")
    return None


def canvas_reads(name: str) -> list[str]:
    """Return user and upload as Canvas's importer does: the first two parts of a name that are numbers."""
    return [part for part in name.split("_") if part.isdigit()][:2]


def names_in(package):
    return zipfile.ZipFile(io.BytesIO(package.content)).namelist()


def graded(inbox, *students):
    for student in students:
        page = inbox.classroom / "feedback" / student / CHAPTER / f"{CHAPTER}.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"<p>for {student}</p>")


@pytest.fixture
def from_moodle(inbox):
    entries = {
        "Ada Lovelace_4711_assignsubmission_file_/01_weights.zip": packed(),
        "Bob Ross_4712_assignsubmission_file/01_weights.zip": packed(),
        "Default group_assignsubmission_file/01_weights.zip": packed(),
    }
    inbox.collect(inbox.put("download.zip", entries))
    graded(inbox, "Ada-Lovelace", "Bob-Ross", "Default-group")
    return inbox


def test_moodle_gives_each_page_to_its_participant(from_moodle):
    package = pack_for_moodle(from_moodle.classroom, CHAPTER)
    assert package.students == ["Ada-Lovelace", "Bob-Ross"] and set(package.left_out) == {"Default-group"}
    read = {moodle_reads(name, {"4711", "4712"}) for name in names_in(package)}
    assert read == {("4711", f"{CHAPTER}_feedback.html"), ("4712", f"{CHAPTER}_feedback.html")}
    archive = zipfile.ZipFile(io.BytesIO(package.content))
    for name in archive.namelist():
        who = {"4711": b"Ada", "4712": b"Bob"}[moodle_reads(name, {"4711", "4712"})[0]]
        assert who in archive.read(name)
    assert package.content == pack_for_moodle(from_moodle.classroom, CHAPTER).content


def test_moodles_folders_are_called_as_in_the_download(inbox):
    folders = [
        "Garc\u00eda L\u00f3pez, Jr., Jos\u00e9_4711_assignsubmission_file",
        "Team A-Bob  Ross_4712_assignsubmission_file_",
    ]
    inbox.collect(inbox.put("download.zip", {f"{folder}/01_weights.zip": packed() for folder in folders}))
    graded(inbox, *read_origins(inbox.classroom)[CHAPTER])
    package = pack_for_moodle(inbox.classroom, CHAPTER)
    assert {name.partition("/")[0] for name in names_in(package)} == set(folders)


def test_canvas_gets_no_zip_under_a_notebooks_name(inbox):
    """Where a zip of the library was among the files, the page returns under the zip's name."""
    files = {
        "ada_12_101_01_weights.ipynb": b"{}",
        "ada_12_102_weights.py": b"",
        "bo_13_103_01_weights.ipynb": b"{}",
        "bo_13_104_weightlab.zip": zipped({"weights.py": b""}),
    }
    inbox.collect(inbox.put("submissions.zip", files))
    graded(inbox, "ada-12", "bo-13")
    package = pack_for_canvas(inbox.classroom, CHAPTER)
    assert names_in(package) == ["bo_13_104_weightlab.zip"] and "single files" in package.left_out["ada-12"]


def test_canvas_gives_each_page_to_its_upload_under_a_name_that_opens(inbox):
    names = [
        "lovelaceada_12_101_01_weights.zip",
        "van_dyke_LATE_13_102_01_weights-1.zip",
        "boole_14_103_old.zip",
        "boole_14_104_01_weights.zip",
    ]
    inbox.collect(inbox.put("submissions.zip", {name: packed(name) for name in names}))
    inbox.put("mail/eve.zip", packed())
    inbox.collect(inbox.folder / "mail")
    graded(inbox, "lovelaceada-12", "van_dyke-13", "boole-14", "eve")
    package = pack_for_canvas(inbox.classroom, CHAPTER)
    assert set(package.left_out) == {"eve"}
    for_moodle = pack_for_moodle(inbox.classroom, CHAPTER).left_out
    assert set(for_moodle) == {"lovelaceada-12", "van_dyke-13", "boole-14", "eve"}
    assert all("not known to Moodle" in words for words in for_moodle.values())
    assert sorted(map(tuple, map(canvas_reads, names_in(package)))) == [("12", "101"), ("13", "102"), ("14", "104")]
    archive = zipfile.ZipFile(io.BytesIO(package.content))
    for name in archive.namelist():  # Canvas shows the file under the name of the submission
        page = zipfile.ZipFile(io.BytesIO(archive.read(name))).read(f"{CHAPTER}_feedback.html")
        assert name.partition("_")[0].encode() in page


HEADS = [
    "Identifier",
    "Full name",
    "ID number",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
    "Feedback comments",
]


def worksheet(path, maximum="16.00"):
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        rows = csv.writer(file)
        rows.writerow(HEADS)
        for number, name, mail in (("4711", "Ada Lovelace", "ada@x.org"), ("4712", "Bob Ross", "bob@x.org")):
            status = "Submitted for grading, 2 March 2026"
            rows.writerow([f"Participant {number}", name, "", mail, status, "", maximum, "Yes", "-", "-", "old\nwords"])
    return path


def test_the_worksheet_comes_back_with_grades_and_all_else_as_it_was(from_moodle, tmp_path):
    sheet = worksheet(tmp_path / "sheet.csv")
    numbers = read_numbers(from_moodle.classroom, CHAPTER).by_student
    content, strangers = fill_worksheet(sheet, numbers, {"Ada-Lovelace": 12.345, "Default-group": 3.0}, 16.0)
    before = list(csv.reader(sheet.open(newline="", encoding="utf-8-sig")))
    after = list(csv.reader(io.StringIO(content.decode(), newline="")))
    changed = {(i, before[0][j]) for i, row in enumerate(after) for j, cell in enumerate(row) if cell != before[i][j]}
    assert changed == {(1, "Grade")} and after[1][5] == "12.35"  # rounded up: the float is slightly above 12.345
    assert strangers == ["Default-group"]


LANGUAGES = {
    "German": (
        "Teilnehmer/in",
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,"
        "Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),Feedback als Kommentar",
    ),
    "French": (
        "Participant ",
        "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,La note peut être modifiée,"
        "Dernière modification (travail remis),Dernière modification (note),Feedback par commentaires",
    ),
    "Spanish": (
        "Participante ",
        "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,Calificación máxima,"
        "La calificación puede cambiarse,Última modificación (entrega),Última modificación (calificación),Estado",
    ),
    "Chinese": (
        "参与者",
        "识别码,全名,电子邮件地址,状态,成绩,最高分,成绩可修改,最后修改（提交）,最后修改（成绩）,评语",
    ),
}
PEOPLE = (("4711", "Ada Lovelace", "ada@x.org"), ("4712", "Bob Ross", "bob@x.org"), ("4713", "Cy Twombly", "cy@x.org"))


def foreign_worksheet(path, language, maximum="16,00", grades=("", "", ""), without=()):
    """Write the worksheet that Moodle gives out in another language; ``without`` has the indices of missing columns."""
    participant, heads = LANGUAGES[language]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        rows = csv.writer(file)
        rows.writerow([head for i, head in enumerate(heads.split(",")) if i not in without])
        for (number, name, mail), grade in zip(PEOPLE, grades, strict=True):
            line = [f"{participant}{number}", name, mail, "…", grade, maximum, "…", "-", "-", "old\nwords"]
            rows.writerow([cell for i, cell in enumerate(line) if i not in without])
    return path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("grades", [("", "", ""), ("0,00", "", "16,00")], ids=["no grades", "some grades"])
def test_a_worksheet_in_any_language_is_read_and_comes_back_as_it_was(from_moodle, tmp_path, language, grades):
    sheet = foreign_worksheet(tmp_path / "sheet.csv", language, grades=grades)
    people = {number: (person.name, person.email) for number, person in read_participants(sheet).items()}
    assert people == {number: (name, mail) for number, name, mail in PEOPLE}
    remember_worksheet(from_moodle.classroom, CHAPTER, sheet)
    numbers = read_numbers(from_moodle.classroom, CHAPTER)
    assert numbers.confirmed and numbers.by_student["Bob-Ross"] == ("Bob Ross", "4712")
    content, strangers = fill_worksheet(sheet, numbers.by_student, {"Ada-Lovelace": 12.5}, 16.0)
    before = list(csv.reader(sheet.open(newline="", encoding="utf-8-sig")))
    after = list(csv.reader(io.StringIO(content.decode(), newline="")))
    changed = {(i, j): cell for i, row in enumerate(after) for j, cell in enumerate(row) if cell != before[i][j]}
    assert changed == {(1, 4): "12,50"} and strangers == []
    words = "maximum grade is 16,00, but the chapter is worth 20 points. Set the maximum to 20 in Moodle"
    with pytest.raises(ClassroomError, match=words):
        fill_worksheet(sheet, numbers.by_student, {"Ada-Lovelace": 12.5}, 20.0)


@pytest.mark.parametrize(
    "without", [(1, 2), (2,), (2, 6, 7, 8, 9)], ids=["names hidden", "no addresses", "nothing after the grades"]
)
def test_a_worksheet_in_german_with_fewer_columns_says_what_it_can(tmp_path, without):
    sheet = foreign_worksheet(tmp_path / "sheet.csv", "German", without=without)
    names = {} if 1 in without else {number: name for number, name, _ in PEOPLE}
    found = read_participants(sheet)
    assert {number: person.name for number, person in found.items()} == {n: names.get(n, "") for n, *_ in PEOPLE}
    assert {person.email for person in found.values()} == {""}


@pytest.mark.parametrize("maximum", ["", "Skala: gut", "0,00"])
def test_columns_that_cannot_be_told_apart_are_refused_with_what_to_choose(tmp_path, maximum):
    sheet = foreign_worksheet(tmp_path / "sheet.csv", "German", maximum)
    with pytest.raises(ClassroomError, match="set your own language to English"):
        read_participants(sheet)


def test_two_columns_that_may_be_grades_are_refused(tmp_path):
    (tmp_path / "x.csv").write_text("ID,Telefon,Raum,Bewertung,Bestwertung,Ende\nTeilnehmer/in1,,7,,16,-\n")
    (tmp_path / "y.csv").write_text("ID,Name,Telefon,Raum,Bewertung,Bestwertung,Ende\nTeilnehmer/in1,A,,7,,16,-\n")
    assert read_participants(tmp_path / "x.csv") == {"1": Student("")}
    with pytest.raises(ClassroomError, match="cannot be recognised"):
        read_participants(tmp_path / "y.csv")


def test_a_groups_number_is_nobodys(inbox, tmp_path):
    """Group 4711 is not participant 4711, to whom Moodle would give the group's page."""
    entries = {f"{name}_assignsubmission_file/01_weights.zip": packed() for name in ("Team A_4711", "Bob Ross_4712")}
    inbox.collect(inbox.put("download.zip", entries))
    graded(inbox, "Team-A", "Bob-Ross")
    assert not read_numbers(inbox.classroom, CHAPTER).confirmed
    remember_worksheet(inbox.classroom, CHAPTER, worksheet(tmp_path / "sheet.csv"))
    package = pack_for_moodle(inbox.classroom, CHAPTER)
    assert package.students == ["Bob-Ross"] and set(package.left_out) == {"Team-A"}
    assert "belongs to a group" in package.left_out["Team-A"]
    assert read_numbers(inbox.classroom, CHAPTER).confirmed


@pytest.mark.parametrize("maximum", ["100.00", "Good scale"])
def test_another_maximum_in_moodle_is_refused(from_moodle, tmp_path, maximum):
    sheet = worksheet(tmp_path / "sheet.csv", maximum)
    with pytest.raises(ClassroomError, match="maximum grade"):
        fill_worksheet(sheet, read_numbers(from_moodle.classroom, CHAPTER).by_student, {"Ada-Lovelace": 12.0}, 16.0)


def test_another_table_is_refused_by_its_own_name_and_not_kept(from_moodle, tmp_path):
    (tmp_path / "x.csv").write_text("Identifiant,Note\nParticipant 1,\n")
    words = re.escape(f"{tmp_path / 'x.csv'} is not Moodle's grading worksheet")
    with pytest.raises(ClassroomError, match=words):
        read_participants(tmp_path / "x.csv")
    with pytest.raises(ClassroomError, match=words):
        remember_worksheet(from_moodle.classroom, CHAPTER, tmp_path / "x.csv")
    assert pack_for_moodle(from_moodle.classroom, CHAPTER).students, "the next run is as if it had not been named"


def test_where_no_page_can_go_back_nothing_is_packed(from_moodle):
    ran = CliRunner().invoke(main, ["feedback", CHAPTER, "--canvas", "--classroom", str(from_moodle.classroom)])
    assert ran.exit_code == 1 and ran.stdout == "" and "no zip is written" in ran.stderr
    assert "Ada-Lovelace: not collected from Canvas's download" in ran.stderr
    assert not (from_moodle.classroom / "upload").exists()


def test_who_was_collected_elsewhere_is_found_by_worksheet_and_roster(inbox, tmp_path):
    inbox.classroom.mkdir()
    write_roster(inbox.classroom, Roster([Student("ada", "Ada", "L", "ada@x.org"), Student("eve", "Eve", "E")]))
    inbox.put("ada.zip", packed())
    inbox.put("eve.zip", packed())
    inbox.collect()
    graded(inbox, "ada", "eve")
    remember_worksheet(inbox.classroom, CHAPTER, worksheet(tmp_path / "sheet.csv"))
    package = pack_for_moodle(inbox.classroom, CHAPTER)
    assert package.students == ["ada"] and set(package.left_out) == {"eve"}
    assert [moodle_reads(name, {"4711", "4712"})[0] for name in names_in(package)] == ["4711"]
