"""Does a small class from each platform arrive complete, everybody under their own name, with no file overlooked?"""

from __future__ import annotations

import json
import os
import unicodedata
from typing import ClassVar

import pytest

from autograder.classroom.collecting.origins import canvas_numbers, read_origins
from autograder.classroom.collecting.reasons import Reason
from autograder.classroom.rosters.roster import Roster, Student, write_roster
from tests.support.downloads import CHAPTER, NOTEBOOK, packed, work, zipped


def moodle(name, number, rest="/01_weights.zip", kind="file"):
    return f"{name}_{number}_assignsubmission_{kind}{rest}"


class TestMoodle:
    def test_folders_of_both_ages_and_files_in_one_folder(self, inbox):
        files = {
            moodle("Ada Lovelace", 1, "_/01_weights.zip"): packed("ada"),
            moodle("Bob Ross", 2): packed("bob"),
            moodle("Cy Twombly", 3, "_01_weights.zip"): packed("cy"),
            moodle("Jürgen O'Neil", 4): packed("j"),
            moodle("王芳", 5): packed("w"),
        }
        found = inbox.collect(inbox.put("course-chapter-77.zip", files))
        assert found.taken == {"Ada-Lovelace", "Bob-Ross", "Cy-Twombly", "Jürgen-O-Neil", "王芳"}
        assert not found.lost and found.files == 5
        assert inbox.mark("Bob-Ross") == ("bob", "bob")

    def test_names_that_are_nearly_the_same_are_two_people(self, inbox):
        near = ("Ada Lovelace", "Ada  Lovelace", "Ada-Lovelace", "Ada Lovelacé", "Ada Lovelace2", "ada lovelace")
        files = {moodle(name, number): packed(str(number)) for number, name in enumerate(near, 1)}
        found = inbox.collect(inbox.put("download.zip", files))
        assert len(found.taken) + len(found.lost) == len(near) and not set(found.lost.values()) - {Reason.SAME_FOLDER}
        for student in found.taken:
            number = inbox.mark(student)[0]
            assert inbox.mark(student) == (number, number)
        assert {inbox.mark(student)[0] for student in found.taken} == set("123456") and not found.lost
        assert {"Ada-Lovelace-1", "Ada-Lovelace-2", "Ada-Lovelace-3", "Ada-Lovelacé", "Ada-Lovelace2"} < found.taken

    def test_a_download_that_is_named_twice_counts_once(self, inbox):
        download = inbox.put("download.zip", {moodle("Ada", 1): packed("ada")})
        found = inbox.collect(download, download)
        assert found.taken == {"Ada"} and len(found.rows) == 1

    def test_who_is_in_no_group_has_no_number_and_stops_nobody(self, inbox):
        files = {
            "Default group_assignsubmission_file/01_weights.zip": packed("rest"),
            moodle("Team A", 12): packed("a"),
        }
        found = inbox.collect(inbox.put("groups.zip", files))
        assert found.taken == {"Default-group", "Team-A"} and not found.lost

    @pytest.mark.parametrize("everybody", ["Participant", "Teilnehmerin", "Participante"])
    def test_blind_marking(self, inbox, everybody):
        files = {moodle(everybody, number): packed(str(number)) for number in (4711, 4712)}
        found = inbox.collect(inbox.put("blind.zip", files))
        assert found.taken == {f"{everybody}-4711", f"{everybody}-4712"}
        assert inbox.mark(f"{everybody}-4712") == ("4712", "4712")

    def test_what_was_typed_into_a_page_counts_only_where_nothing_else_came(self, inbox):
        files = {
            moodle("Ada L", 1): packed("ada"),
            moodle("Ada L", 1, "/onlinetext.html", "onlinetext"): b"hello",
            moodle("Eve E", 2, "/onlinetext.html", "onlinetext"): b"hello",
            moodle("Dee D", 3, "/01_weights.ipynb"): b"{}",
            moodle("Dee D", 3, "/essay.pdf"): b"%PDF",
            moodle("Fay F", 4, "/essay.pdf"): b"%PDF",
        }
        found = inbox.collect(inbox.put("download.zip", files))
        assert found.taken == {"Ada-L"}
        assert Reason.SUPERSEDED not in found.harmless.values(), "what was typed beside a zip is no earlier upload"
        assert not any("of 2 uploads" in row.words for row in found.rows), "and is not counted as one"
        assert [row.student for row in found.rows if row.reason is Reason.NO_SUBMISSION] == ["Fay-F"]
        assert found.lost == {
            "Eve-E": Reason.WEB_ENTRY,
            "Dee-D": Reason.BARE_NOTEBOOK,
            "Fay-F": Reason.NO_SUBMISSION,
        }
        assert any("weightlab submit" in row.words for row in found.rows if row.student == "Dee-D")

    def test_namesakes_are_told_apart_by_their_numbers_and_nobody_takes_anothers_place(self, inbox):
        files = {
            moodle("Bo", 2): packed("2"),
            moodle("Bo", 3): packed("3"),
            moodle("Bo 3", 9): packed("9"),
            moodle("Bo-4", 4): packed("4"),
        }
        found = inbox.collect(inbox.put("download.zip", files))
        assert {"Bo-2", "Bo-4"} <= found.taken
        assert inbox.mark("Bo-4") == ("4", "4")
        assert Reason.ANOTHERS_NAME in found.lost.values(), "two students came to the name Bo-3"

    def test_two_people_of_one_name_are_the_same_two_in_every_chapter(self, inbox):
        roster = Roster(
            [
                Student("bo1", "Bo", "Diaz", "one@x.org"),
                Student("bo2", "Bo", "Diaz", "two@x.org"),
                Student("ada", "Ada", "L"),
            ]
        )
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, roster)
        for chapter, numbers in ((CHAPTER, (5, 6)), ("02_biases", (61, 52))):
            files = {
                moodle("Bo Diaz", numbers[0], f"/{chapter}.zip"): packed("one", chapter),
                moodle("Bo Diaz", numbers[1], f"/{chapter}.zip"): packed("two", chapter),
                moodle("Ada L", 9, f"/{chapter}.zip"): packed("ada", chapter),
            }
            download = inbox.put(f"{chapter}-download.zip", files)
            unclear = inbox.collect(download, chapter=chapter)
            assert unclear.taken == {"ada"} and set(unclear.lost.values()) == {Reason.SEVERAL_ON_THE_ROSTER}
            people = {
                str(numbers[0]): Student("", "Bo", "Diaz", "one@x.org"),
                str(numbers[1]): Student("", "Bo", "Diaz", "two@x.org"),
            }
            found = inbox.collect(download, chapter=chapter, participants=people)
            assert found.taken == {"ada", "bo1", "bo2"} and not found.lost
            held = inbox.held("bo1", chapter)
            assert b"one" in held[f"{chapter}.ipynb"] and b"one" in held["weightlab/weights.py"]

    def test_a_groups_name_in_front_is_seen_through_with_a_roster(self, inbox):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster([Student("ada", "Ada", "Lovelace"), Student("jp", "Jean-Paul", "S")]))
        files = {moodle("Team A-Ada Lovelace", 1): packed(), moodle("Team B-Jean-Paul S", 2): packed()}
        assert inbox.collect(inbox.put("download.zip", files)).taken == {"ada", "jp"}

    def test_names_that_a_browser_unpacked_or_macos_packed_again(self, inbox):
        name = moodle("Jürgen", 1, "")
        inbox.put(f"{name}/01_weights.zip", packed("j"))
        assert inbox.collect().taken == {"Jürgen"}
        raw = unicodedata.normalize("NFD", f"submissions/{name}/01_weights.zip").encode()
        files = {"x" * len(raw): packed("j"), "__MACOSX/._submissions": b"", "submissions/.DS_Store": b""}
        download = inbox.put("again.zip", zipped(files).replace(b"x" * len(raw), raw))  # UTF-8 that is not declared
        found = inbox.collect(download)
        assert found.words["Jürgen"] == "already collected and unchanged" and not found.lost

    def test_a_name_that_ends_like_another_persons_entry_does_not_become_that_person(self, inbox):
        files = {
            moodle("Ada", 1): packed("ada"),
            moodle("Eve 1 assignsubmission file", 7): packed("eve"),
            moodle("Eve", 8, "/Ada_1_assignsubmission_file_.zip"): packed("eve"),
        }
        found = inbox.collect(inbox.put("download.zip", files))
        assert inbox.mark("Ada") == ("ada", "ada") and found.taken >= {"Ada", "Eve"}


class TestTakenNames:
    """A student who may change their own name on a platform cannot take a classmate's place."""

    ROSTER = (
        Student("ada", "Ada", "Lovelace", "ada@x.org", "ada", canvas="4711", github="ada"),
        Student("eve", "Eve", "Miller", "eve@x.org", "eve", canvas="1234"),
    )

    @staticmethod
    def collected(inbox, own, others, roster=ROSTER):
        inbox.classroom.mkdir(exist_ok=True)
        if roster:
            write_roster(inbox.classroom, Roster(roster))
        return inbox.collect(inbox.put("submissions.zip", {own: packed("own"), others: packed("other")}))

    @pytest.mark.parametrize("roster", [ROSTER, ()])
    @pytest.mark.parametrize(
        "forged", ["lovelaceada_4711_999999999_1234_5678_x.zip", "lovelaceada_4711_99999_5678_x.zip"]
    )
    def test_numbers_in_a_name_on_canvas(self, inbox, roster, forged):
        found = self.collected(inbox, "lovelaceada_4711_5555_01_weights.zip", forged, roster)
        student = "ada" if roster else "lovelaceada-4711"
        assert inbox.mark(student) == ("own", "own") and found.lost == {student: Reason.TWO_PEOPLE}

    @pytest.mark.parametrize(
        ("own", "others"),
        [
            ("lovelaceada_4711_5555_01_weights.zip", "lovelaceada_1234_6666_01_weights.zip"),
            (moodle("Ada Lovelace", 1), moodle("Team-Ada Lovelace", 2)),
            ("Lovelace_Ada_ada_4711/01_weights.zip", "Lovelace_Ada_eve_x_ada_1/01_weights.zip"),
        ],
    )
    def test_a_number_or_the_whole_name_tells_whose_it_is(self, inbox, own, others):
        found = self.collected(inbox, own, others)
        assert inbox.mark("ada") == ("own", "own") and found.taken == {"ada"}

    @pytest.mark.parametrize(
        ("own", "others"),
        [
            (moodle("Ada Lovelace", 1), moodle("Ada Lovelace", 2)),
            (
                "4711-9 - Ada Lovelace - Mar 2, 2026 1000 AM/01_weights.zip",
                "1234-9 - Ada Lovelace - Mar 2, 2026 1100 AM/01_weights.zip",
            ),
        ],
    )
    def test_if_nothing_tells_whose_it_is_a_person_decides(self, inbox, own, others):
        found = self.collected(inbox, own, others)
        assert not found.taken and [row.reason for row in found.rows] == [Reason.TWO_PEOPLE] * 2

    @pytest.mark.parametrize("name", ["Ada Lovelace", "Team A-Ada Lovelace"])
    def test_two_assignments_of_one_chapter_are_not_called_two_people(self, inbox, name):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster(self.ROSTER))
        first = inbox.put("first.zip", {moodle(name, 1): packed("first"), moodle("Eve Miller", 2): packed("eve")})
        late = inbox.put("late.zip", {moodle(name, 77): packed("late")})
        found = inbox.collect(first, late)
        assert (
            found.taken == {"eve"}
            and [row.reason for row in found.rows if row.student == "ada"] == [Reason.TWO_ASSIGNMENTS] * 2
        )
        assert "the downloads one at a time" in found.words["ada"] and "--replace" in found.words["ada"]
        for source in (first, late):  # as the sentence says
            assert inbox.collect(source, replace=True).taken >= {"ada"}
        assert inbox.mark("ada") == ("late", "late") and inbox.mark("eve") == ("eve", "eve")

    def test_two_people_in_one_of_two_downloads_stay_two_people(self, inbox):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster(self.ROSTER))
        first = inbox.put("first.zip", {moodle("Ada Lovelace", 1): packed("a"), moodle("Ada Lovelace", 2): packed("b")})
        late = inbox.put("late.zip", {moodle("Ada Lovelace", 77): packed("late")})
        found = inbox.collect(first, late)
        assert not found.taken and [row.reason for row in found.rows] == [Reason.TWO_PEOPLE] * 3

    def test_a_name_on_github_that_ends_like_a_classmates(self, inbox):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster([self.ROSTER[0]]))
        inbox.put("weights-ada-main.zip", packed("own"))
        inbox.put("weights-eve-ada-main.zip", packed("other"))
        found = inbox.collect()
        assert inbox.mark("ada") == ("own", "own") and found.lost == {"ada": Reason.TWO_PEOPLE}


class TestCanvas:
    def test_names_late_uploads_groups_and_anonymous(self, inbox):
        files = {
            "lovelaceada_12_101_01_weights.zip": packed("old"),
            "lovelaceada_12_103_01_weights-2.zip": packed("new"),
            "boole_LATE_13_100_01_weights.zip": packed("boole"),
            "van_dyke_14_105_01_weights.zip": packed("dyke"),
            "project_group_7_15_106_01_weights.zip": packed("group"),
            "anon_Xy3aB_107_01_weights.zip": packed("anon"),
            "LATE_anon_Zz9_108_01_weights.zip": packed("late"),
        }
        found = inbox.collect(inbox.put("submissions.zip", files))
        assert found.taken == {
            "lovelaceada-12",
            "boole-13",
            "van_dyke-14",
            "project_group_7",
            "anon-Xy3aB",
            "anon-Zz9",
        }
        assert not found.lost
        assert inbox.mark("lovelaceada-12") == ("new", "new")
        assert "late" in found.words["boole-13"] and "late" not in found.words["van_dyke-14"]
        assert "late" in found.words["anon-Zz9"]
        assert list(found.harmless.values()) == [Reason.SUPERSEDED]

    def test_the_students_own_name_of_a_file_cannot_pretend_to_be_another_student(self, inbox):
        files = {
            "ada_12_101_01_weights.zip": packed("ada"),
            "eve_66_102_12_999_01_weights.zip": packed("eve"),
            f"fay_67_103_1_{'9' * 300}_01_weights.zip": packed("fay"),
            "eve_12_66_104_01_weights.zip": packed("forged"),
        }
        download = inbox.put("submissions.zip", files)
        found = inbox.collect(download)
        assert found.taken == {"ada-12", "eve-66", "fay-67", "eve_12"} and inbox.mark("ada-12") == ("ada", "ada")
        assert canvas_numbers(inbox.classroom) == {"ada-12": "12", "eve-66": "66", "fay-67": "67"}
        write_roster(
            inbox.classroom, Roster([Student("a", "", "Ada", canvas="12"), Student("e", "", "Eve", canvas="66")])
        )
        found = inbox.collect(download)
        assert found.taken == {"a"} and inbox.mark("a") == ("ada", "ada")
        assert {row.place: row.reason for row in found.rows if row.lost} == {
            f"submissions.zip: {name}": reason
            for name, reason in (
                ("eve_66_102_12_999_01_weights.zip", Reason.TWO_PEOPLE),
                ("eve_12_66_104_01_weights.zip", Reason.CHANGED_NAME),
                (f"fay_67_103_1_{'9' * 300}_01_weights.zip", Reason.NOT_ON_THE_ROSTER),
            )
        }

    DATED = (
        "adamsben_102_9102_2026_12_01_weights.zip",
        "adamsben_102_9102_12_01_weights.zip",
        "adamsben_102_9102_2026_01_weights.zip",
        "adamsben_LATE_102_9102_2026_12_01_weights-1.zip",
    )

    @pytest.mark.parametrize("name", DATED)
    def test_with_a_roster_name_and_number_decide_how_a_name_with_a_date_is_read(self, inbox, name):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster([Student("ben", "Ben", "Adams", canvas="102"), Student("x", canvas="9")]))
        found = inbox.collect(inbox.put("submissions.zip", {name: packed("ben")}))
        assert found.taken == {"ben"} and canvas_numbers(inbox.classroom) == {"ben": "102"}
        assert ("late" in found.words["ben"]) is ("LATE" in name)
        newer = inbox.put("newer.zip", {"adamsben_102_9103_01_weights.zip": packed("new")})
        assert inbox.collect(newer, replace=True).taken == {"ben"}
        again = inbox.collect(inbox.put("submissions.zip", {name: packed("ben")}), replace=True)
        assert list(again.harmless.values()) == [Reason.OLDER] and inbox.mark("ben") == ("new", "new")

    @pytest.mark.parametrize("name", [name for name in DATED if name != "adamsben_102_9102_2026_01_weights.zip"])
    def test_without_a_roster_a_date_in_a_files_name_makes_no_other_student(self, inbox, name):
        inbox.collect(inbox.put("submissions.zip", {name: packed("ben")}))
        found = inbox.collect(inbox.put("other.zip", {"adamsben_102_9103_weights.zip": packed("new")}), replace=True)
        assert found.taken == {"adamsben-102"}
        assert [path.name for path in (inbox.classroom / "submitted").iterdir()] == ["adamsben-102"]

    def test_who_is_not_on_the_roster_is_named_as_canvas_names_them(self, inbox):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster([Student("ada", "Ada", "King", canvas="101")]))
        found = inbox.collect(inbox.put("submissions.zip", {"adamsben_102_9102_2026_01_weights.zip": packed("ben")}))
        assert [row.words for row in found.rows] == [
            "nobody on the roster is called adamsben; add the student with `weightlab roster`"
        ]

    def test_a_changed_name_is_told_with_the_student_whose_number_it_is_and_the_advice_helps(self, inbox):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster([Student("ada101", "Ada", "Lovelace", canvas="101")]))
        download = inbox.put("submissions.zip", {"kingada_101_9301_01_weights.zip": packed("ada")})
        (row,) = inbox.collect(download).rows
        assert not row.taken and row.words == (
            "it is from kingada, but number 101 is ada101 (Ada Lovelace) on the roster; if the name has changed, edit "
            "roster.csv"
        )
        write_roster(inbox.classroom, Roster([Student("ada101", "Ada", "King", canvas="101")]))
        assert inbox.collect(download).taken == {"ada101"}

    def test_a_name_like_a_classmates_hands_nothing_in_for_them_even_where_they_sent_nothing(self, inbox):
        inbox.classroom.mkdir()
        write_roster(
            inbox.classroom,
            Roster([Student("ada", "Ada", "Lovelace", canvas="4711"), Student("eve", "Eve", "Miller", canvas="1234")]),
        )
        for name, reason in (
            ("lovelaceada_1234_9001_01_weights.zip", Reason.CHANGED_NAME),
            ("lovelaceada_4711_1234_9002_weights.zip", Reason.TWO_PEOPLE),
            ("lovelaceada_4711_1234_9002_01_weights.zip", Reason.TWO_PEOPLE),
            ("lovelaceada_4711_999999_1234_9003_01_weights.zip", Reason.TWO_PEOPLE),
        ):
            found = inbox.collect(inbox.put("submissions.zip", {name: packed("eve")}))
            assert not found.taken and [row.reason for row in found.rows] == [reason], name

    def test_texts_and_links_are_named_and_stop_nobody(self, inbox):
        files = {
            "ada_12_101_01_weights.zip": packed("ada"),
            "bob_13_text.html": b"my answer",
            "van_dyke_LATE_14_link.html": b"my link",
            "anon_Xy3aB_text.html": b"my answer",
        }
        found = inbox.collect(inbox.put("submissions.zip", files))
        assert found.taken == {"ada-12"}
        assert found.lost == dict.fromkeys(["bob-13", "van_dyke-14", "anon-Xy3aB"], Reason.WEB_ENTRY)

    def test_a_text_beside_a_file_is_an_upload_of_its_own_and_is_named(self, inbox):
        """Moodle keeps both in one submission; in Canvas the text may be the newer one."""
        files = {"ada_12_101_01_weights.zip": packed("ada"), "ada_12_text.html": b"my answer"}
        found = inbox.collect(inbox.put("submissions.zip", files))
        assert found.taken == {"ada-12"} and found.lost == {"ada-12": Reason.WEB_ENTRY}

    def test_the_newest_upload_that_holds_the_chapter_is_taken_and_a_newer_one_is_named(self, inbox):
        files = {
            "ada_12_101_01_weights.zip": packed("good"),
            "ada_12_104_02_biases.zip": packed("other", "02_biases"),
            "ada_12_105_01_weights-1.zip": b"torn",
        }
        found = inbox.collect(inbox.put("submissions.zip", files))
        assert found.taken == {"ada-12"} and inbox.mark("ada-12") == ("good", "good")
        assert [row.reason for row in found.rows if row.lost] == [Reason.NOT_A_ZIP, Reason.OTHER_CHAPTER]

    def test_canvas_numbers_are_kept(self, inbox):
        inbox.collect(inbox.put("submissions.zip", {"ada_LATE_12_101_01_weights.zip": packed()}))
        assert canvas_numbers(inbox.classroom) == {"ada-12": "12"}
        assert read_origins(inbox.classroom)[CHAPTER]["ada-12"].label == "ada_LATE_12_101_01_weights.zip"


def test_the_file_of_origins_can_be_read_by_people(inbox):
    inbox.collect(inbox.put("one.zip", {moodle("王芳", 5): packed("w")}))
    text = (inbox.classroom / ".weightlab" / "collected.json").read_text(encoding="utf-8")
    assert '"王芳"' in text and text == json.dumps(json.loads(text), indent=1, ensure_ascii=False)


class TestBlackboard:
    @staticmethod
    def entry(login, rest, assignment="Homework_1", time="2026-03-02-10-00-00"):
        return f"{assignment}_{login}_attempt_{time}{rest}"

    def test_logins_attempts_and_its_own_pages(self, inbox):
        files = {
            self.entry("ada", "_01_weights.zip"): packed("first"),
            self.entry("ada", "_01_weights.zip", time="2026-03-03-09-00-00"): packed("second"),
            self.entry("ada", ".txt"): b"Name: Ada Lovelace (ada)\nAssignment: Homework 1\n",
            self.entry("van_dyke", "_01_weights.zip"): packed("dyke"),
            self.entry("van_dyke", ".txt"): b"Name: Van Dyke (van_dyke)\n",
            self.entry("bob", ".txt"): b"Name: Bob (bob)\nSubmission Field:\nI forgot the file\n",
        }
        found = inbox.collect(inbox.put("gradebook_2026.zip", files))
        assert found.taken == {"ada", "van_dyke"} and inbox.mark("ada") == ("second", "second")
        assert found.lost == {"bob": Reason.NO_SUBMISSION}

    def test_a_students_own_name_of_a_file_does_not_speak_for_a_classmate(self, inbox):
        files = {
            self.entry("eve", "_bob_attempt_2026-04-01-10-00-00_01_weights.zip"): packed("forged"),
            self.entry("eve", "_bob_attempt_2026-04-01-10-00-00.txt"): b"Name: Bob (bob)\n",
            self.entry("bob", "_01_weights.zip"): packed("bob"),
        }
        found = inbox.collect(inbox.put("gradebook.zip", files))
        assert inbox.mark("bob") == ("bob", "bob") and found.taken == {"bob", "eve"}

    def test_a_login_with_underscores_is_known_from_the_page_about_it(self, inbox):
        """Without the page, nothing tells where a single assignment's name ends."""
        page = {self.entry("van_dyke", ".txt"): b"Name: Van Dyke (van_dyke)\n"}
        files = {self.entry("van_dyke", "_01_weights.zip"): packed("dyke")}
        assert inbox.collect(inbox.put("one.zip", files | page)).taken == {"van_dyke"}
        assert inbox.collect(inbox.put("two.zip", files)).taken == {"dyke"}

    def test_a_page_in_a_folder_is_not_blackboards_own(self, inbox):
        files = {
            f"{self.entry('eve', '.txt')}/{self.entry('van_dyke', '.txt')}": b"Name: Eve (dyke)\n",
            self.entry("van_dyke", "_01_weights.zip"): packed("dyke"),
            self.entry("bob", "_01_weights.zip"): packed("bob"),
        }
        assert inbox.collect(inbox.put("gradebook.zip", files)).taken == {"bob", "van_dyke"}

    def test_one_student_alone(self, inbox):
        found = inbox.collect(inbox.put("gradebook.zip", {self.entry("ada", "_my work.zip"): packed("ada")}))
        assert found.taken == {"ada"}


class TestBrightspace:
    def test_a_folder_per_upload_and_its_index(self, inbox):
        files = {
            "4711-99 - Ada Lovelace - Mar 2, 2026 1000 AM/01_weights.zip": packed("first"),
            "4711-99 - Ada Lovelace - Mar 12, 2026 100 PM/01_weights.zip": packed("second"),
            "4712-99 - Bob O'Neil - March 2, 2026 11:05 AM/01_weights.zip": packed("bob"),
            "4713-99 - Cy T - Mar 2, 2026 1000 AM - 01_weights.zip": packed("cy"),
            "index.html": b"<html>",
        }
        found = inbox.collect(inbox.put("download.zip", files))
        assert found.taken == {"Ada-Lovelace", "Bob-O-Neil", "Cy-T"} and not found.lost
        assert inbox.mark("Ada-Lovelace") == ("second", "second")
        assert Reason.ANOTHER_KIND in found.harmless.values()

    def test_times_in_the_institutions_own_form(self, inbox):
        files = {
            "4711-99 - Ada Lovelace - 2 March, 2026 1000 AM/01_weights.zip": packed("first"),
            "4711-99 - Ada Lovelace - 12 March, 2026 1300/01_weights.zip": packed("second"),
            "4712-99 - Bob O'Neil - 2. März 2026 11:05/01_weights.zip": packed("bob"),
        }
        found = inbox.collect(inbox.put("download.zip", files))
        assert found.taken == {"Ada-Lovelace", "Bob-O-Neil"} and not found.lost
        assert inbox.mark("Ada-Lovelace") == ("second", "second")


class TestGradescope:
    METADATA = b"""---
submission_501:
  :submitters:
  - :name: Ada Lovelace
    :sid: ada
    :email: ada@example.org
submission_502:
  :submitters:
  - :name: Bob Ross
    :email: bob@example.org
  - :name: Cy T
"""

    def test_a_folder_per_submission_with_metadata(self, inbox):
        files = {f"assignment_9_export/submission_501/{name}": content for name, content in work("ada").items()}
        files |= {"assignment_9_export/submission_502/01_weights.zip": packed("bob")}
        files |= {"assignment_9_export/submission_503/01_weights.ipynb": b"{}"}
        files |= {"assignment_9_export/submission_metadata.yml": self.METADATA}
        found = inbox.collect(inbox.put("export.zip", files))
        assert found.taken == {"Ada-Lovelace", "Bob-Ross", "Cy-T"} and inbox.mark("Ada-Lovelace") == ("ada", "ada")
        assert found.lost == {"submission_503": Reason.BARE_NOTEBOOK}
        assert "together with" not in found.words["Ada-Lovelace"]

    @pytest.mark.parametrize(("spaces", "student"), [(10**5, "Bob-Ross"), (10**7, "submission_502")])
    def test_metadata_are_read_up_to_a_size(self, inbox, spaces, student):
        files = {"submission_502/01_weights.zip": packed("bob"), "submission_metadata.yml": self.METADATA}
        files["submission_metadata.yml"] += b" " * spaces
        assert student in inbox.collect(inbox.put("export.zip", files)).taken

    def of(self, *people):
        """Return an export in which everybody submitted one notebook; a person is given as number, name, address."""
        files, lines = {}, []
        for number, name, email in people:
            files |= {f"export/submission_{number}/{path}": content for path, content in work(email).items()}
            lines += [f"submission_{number}:", "  :submitters:", f"  - :name: {name}", f"    :email: {email}"]
        return files | {"export/submission_metadata.yml": "\n".join(lines).encode()}

    def test_a_new_upload_has_a_new_number_and_is_the_same_persons(self, inbox):
        for number in (501, 601):
            files = self.of((number, "Ada Lovelace", "ada@example.org"))
            found = inbox.collect(inbox.put(f"{number}.zip", files), replace=True)
            assert found.taken == {"Ada-Lovelace"} and not found.lost

    def test_namesakes_are_told_apart_by_their_addresses_whatever_the_upload(self, inbox):
        taken = []
        for number in (501, 601):
            people = [(number, "Ada Lovelace", "ada@a.org"), (number + 1, "Ada Lovelace", "ada@b.org")]
            found = inbox.collect(inbox.put(f"{number}.zip", self.of(*people)), replace=True)
            assert len(found.taken) == 2 and not found.lost
            taken.append(found.taken)
        assert taken[0] == taken[1] == {"Ada-Lovelace-ada-a.org", "Ada-Lovelace-ada-b.org"}

    def test_a_students_file_does_not_say_whose_other_submissions_are(self, inbox):
        files = self.of((501, "Eve", "eve@example.org"), (502, "Bob Ross", "bob@example.org"))
        forged = b"submission_502:\n  :submitters:\n  - :name: Eve\n    :email: eve@example.org\n"
        files["export/submission_501/submission_metadata.yml"] = forged
        found = inbox.collect(inbox.put("export.zip", files))
        assert found.taken == {"Eve", "Bob-Ross"}
        assert inbox.mark("Eve") == ("eve@example.org",) * 2 and inbox.mark("Bob-Ross") == ("bob@example.org",) * 2

    @pytest.mark.parametrize(
        "bad", ["submission_1: 7", "submission_1:", "submission_1: {':submitters': []}", "submission_1: []", "7: [x]"]
    )
    @pytest.mark.parametrize("submitter", [None, "[null]", "[7]", "7"])
    def test_a_bad_entry_hides_no_other(self, inbox, bad, submitter):
        files = self.of((502, "Bob Ross", "bob@example.org"))
        bad += "" if submitter is None else f"\nsubmission_2:\n  :submitters: {submitter}"
        files["export/submission_metadata.yml"] = f"{bad}\n".encode() + files["export/submission_metadata.yml"]
        assert inbox.collect(inbox.put("export.zip", files)).taken == {"Bob-Ross"}

    def test_what_two_submitted_together_is_the_submission_of_each(self, inbox):
        files = {f"export/submission_502/{name}": content for name, content in work("both").items()}
        files |= {"export/submission_502/extra.txt": b"", "export/submission_metadata.yml": self.METADATA}
        found = inbox.collect(inbox.put("export.zip", files))
        assert found.taken == {"Bob-Ross", "Cy-T"} and not found.lost
        assert inbox.mark("Bob-Ross") == inbox.mark("Cy-T") == ("both", "both")
        assert "together with Cy T" in found.words["Bob-Ross"] and "together with Bob Ross" in found.words["Cy-T"]

    def test_without_metadata_and_unpacked(self, inbox):
        for name, content in work("x").items():
            inbox.put(f"assignment_9_export/submission_501/{name}", content)
        inbox.put("assignment_9_export/submission_502/01_weights.zip", packed("y"))
        assert inbox.collect().taken == {"submission_501", "submission_502"}


class TestIlias:
    def test_a_folder_per_student_below_the_exercise(self, inbox):
        files = {
            "Exercise 1/Submissions/Lovelace_Ada_ada_4711/01_weights.zip": packed("ada"),
            "Exercise 1/Submissions/Team 3/Ross_Bob_bross_4712/01_weights.zip": packed("bob"),
            "Exercise 1/status.xlsx": b"",
        }
        found = inbox.collect(inbox.put("Exercise 1.zip", files))
        assert found.taken == {"ada", "bross"} and not found.lost
        inbox.put("unpacked/Twombly_Cy_cy_4713/01_weights.zip", packed("cy"))
        assert "cy" in inbox.collect(inbox.folder / "unpacked").taken

    def test_a_login_may_hold_underscores_and_a_time_is_never_a_student(self, inbox):
        file = "20260302101010_01_weights.zip"
        inbox.put(f"one/Lovelace_Ada_ada_l_4711/{file}", packed("ada"))
        inbox.put(f"one/Ross_Bob_bross_4712/{file}", packed("bob"))
        assert inbox.collect(inbox.folder / "one").taken == {"ada_l", "bross"}
        found = inbox.collect(inbox.put(f"two/{file}", packed("cy")).parent)
        assert not found.taken and found.lost

    @pytest.mark.parametrize("known", [Student("ada", "Ada", "L", login="AL1"), Student("al1", "Ada", "L")])
    def test_of_two_people_with_a_students_name_the_login_tells_which_one_is_the_student(self, inbox, known):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster([known]))
        for person in ("L_Ada_al1_4711", "L_Ada_other_4712"):
            inbox.put(f"{person}/01_weights.zip", packed(person))
        found = inbox.collect()
        assert found.taken == {known.id} and inbox.mark(known.id)[0] == "L_Ada_al1_4711"
        assert found.lost == {known.id: Reason.TWO_PEOPLE}


class TestGitHubClassroom:
    CLONE: ClassVar = {
        f"course/{CHAPTER}/{NOTEBOOK}": b'{"of": "own"}',
        "src/weightlab/weights.py": b"of = 'own'\n",
        "build/lib/weightlab/weights.py": b"of = 'built'\n",
        "backup/src/weightlab/weights.py": b"of = 'old'\n",
        f"backup/course/{CHAPTER}/{NOTEBOOK}": b'{"of": "old"}',
        f"course/{CHAPTER}/.ipynb_checkpoints/{NOTEBOOK}": b'{"of": "checkpoint"}',
        ".local/src/weightlab/weights.py": b"of = 'hidden'\n",
        "solutions/weightlab/weights.py": b"of = 'key'\n",
        "README.md": b"# mine\n",
    }

    def test_clones_and_what_lies_around_the_students_own_library(self, inbox):
        for name, content in self.CLONE.items():
            inbox.put(f"01-weights-submissions/01-weights-ada/{name}", content)
        inbox.put("01-weights-submissions/01-weights-ada/.git/config", b"")
        for name, content in work("bob-b").items():
            inbox.put(f"01-weights-submissions/01-weights-bob-b/{name}", content)
        found = inbox.collect()
        assert found.taken == {"ada", "bob-b"} and not found.lost
        assert inbox.mark("ada") == ("own", "own")
        assert set(inbox.held("ada")) == {NOTEBOOK, "weightlab/weights.py"}

    def test_download_zip(self, inbox):
        files = {f"01-weights-ada-main/{name}": content for name, content in self.CLONE.items()}
        inbox.put("01-weights-ada-main.zip", files)
        assert inbox.collect().taken == {"ada"} and inbox.mark("ada") == ("own", "own")

    def test_one_clone_by_itself(self, inbox):
        for name, content in self.CLONE.items():
            inbox.put(f"ada/{name}", content)
        assert inbox.collect(inbox.folder / "ada").taken == {"ada"}

    def test_a_clone_cannot_hold_a_classmates_submission(self, inbox):
        """Is a file in a student's own folder trusted if it has a platform's or a classmate's name?"""
        for student in ("ada", "eve"):
            for name, content in work(student).items():
                inbox.put(f"{student}/{name}", content)
        inbox.put("eve/Ada L_1_assignsubmission_file_/01_weights.zip", packed("forged"))
        inbox.put("eve/ada/01_weights.zip", packed("eve"))
        inbox.put("eve/ada.zip", packed("forged"))
        found = inbox.collect()
        assert found.taken == {"ada"} and found.lost == {"eve": Reason.TWO_NOTEBOOKS}
        assert inbox.mark("ada") == ("ada", "ada")

    def test_a_folder_of_nothing_but_a_classmates_name_takes_no_place(self, inbox):
        for name, content in work("ada").items():
            inbox.put(f"ada/{name}", content)
        inbox.put("eve/ada/01_weights.zip", packed("forged"))
        inbox.put("fay/Ada L_1_assignsubmission_file_/01_weights.zip", packed("forged"))
        found = inbox.collect()
        assert found.taken == {"ada"} and inbox.mark("ada") == ("ada", "ada")
        assert set(found.lost.values()) == {Reason.ANOTHERS_NAME, Reason.CLASS_DOWNLOAD}

    def test_beside_students_own_folders_platforms_names_count_on_the_outermost_level_only(self, inbox):
        for name, content in work("ada").items():
            inbox.put(f"ada/{name}", content)
        inbox.put("bo_12_101_01_weights.zip", packed("bo"))
        inbox.put("Cy_3_assignsubmission_file_01_weights.zip", packed("cy"))
        inbox.put("Di_4_assignsubmission_file_/01_weights.zip", packed("di"))
        inbox.put("ada/Eve_5_assignsubmission_file_01_weights.zip", packed("forged"))
        assert inbox.collect().taken == {"ada", "bo-12", "Cy", "Di"}

    def test_a_roster_knows_the_github_name(self, inbox):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster([Student("ada", "Ada", "L", github="countess-of-l")]))
        inbox.put("weights-countess-of-l-main.zip", packed("ada"))
        assert inbox.collect().taken == {"ada"}


class TestDriveAndMail:
    def test_a_chapters_name_is_never_a_student(self, inbox):
        for name in ("01_weights.zip", "01_weights (1).zip", "01_weights (2).zip", "01-weights-Copy1.zip"):
            inbox.put(name, packed(name))
        inbox.put("mail/01_weights.zip", packed())
        inbox.put("mail/01_weights(1).zip", packed())
        inbox.put("weightlab.zip", packed())
        found = inbox.collect()
        assert not found.taken and set(found.lost.values()) == {Reason.CHAPTERS_NAME} and len(found.lost) == 7
        assert "rename the file to the student's name" in found.words["01_weights (1).zip"]

    def test_the_name_that_submit_puts_there_is_the_students(self, inbox):
        for name in ("01_weights-ada.zip", "01_weights-bo-b (1).zip", "cy_01_weights.zip"):
            inbox.put(name, packed(name))
        assert inbox.collect().taken == {"ada", "bo-b", "cy"}

    def test_what_google_drive_adds_to_a_name_is_not_the_students(self, inbox):
        for name in (
            "01_weights-Zoë-20260302T101010Z-001.zip",
            "Copy of 01_weights-bo.zip",
            "Kopie von cy.zip",
            "di-20260302T101010Z-3-001.zip",
        ):
            inbox.put(name, packed(name))
        inbox.put("drive-download-20260302T101010Z-001.zip", packed())
        found = inbox.collect()
        assert found.taken == {"Zoë", "bo", "cy", "di"} and set(found.lost.values()) == {Reason.CHAPTERS_NAME}


class TestTeams:
    def test_a_version_is_never_a_student_and_the_last_one_counts(self, inbox):
        inbox.put("Ada L/Version 1/01_weights.zip", packed("old"))
        inbox.put("Ada L/Version 10/01_weights.zip", packed("new"))
        inbox.put("Ada L/Version 9/01_weights.zip", packed("older"))
        inbox.put("Bo R/01_weights/Version 1/01_weights.zip", packed("bo"))
        inbox.put("Cy T/version2/cy.zip", packed("cy"))
        inbox.put("Version 3/01_weights.zip", packed("nobody"))
        found = inbox.collect()
        assert found.taken >= {"Ada-L", "Bo-R"} and inbox.mark("Ada-L") == ("new", "new")
        assert not {name for name in found.taken if "ersion" in name}
        assert Reason.CHAPTERS_NAME in found.lost.values()


class TestPlainFolders:
    def test_zips_named_after_students_and_folders_named_after_students(self, inbox):
        inbox.put("ada.zip", packed("ada"))
        inbox.put("week 1/bo.ZIP", packed("bo"))
        inbox.put("cy/01_weights.zip", packed("cy"))
        inbox.put("dee/01_weights/01_weights.zip", packed("dee"))
        for name, content in work("eve").items():
            inbox.put(f"eve/{name}", content)
        found = inbox.collect()
        assert found.taken == {"ada", "bo", "cy", "dee", "eve"} and not found.lost
        assert inbox.mark("eve") == ("eve", "eve")

    @pytest.mark.parametrize(("inside", "place"), [("", "ada"), ("week 1/ada", "week 1/ada")])
    def test_a_folder_is_named_by_its_path_and_the_given_one_by_its_name(self, inbox, inside, place):
        for name, content in work("ada").items():
            inbox.put(f"ada/{inside}/{name}", content)
        assert [(row.student, row.place) for row in inbox.collect(inbox.folder / "ada").rows] == [("ada", place)]

    def test_a_notebook_beside_students_zips_does_not_make_the_folder_one_students(self, inbox):
        inbox.put(NOTEBOOK, b"{}")
        inbox.put("bo.zip", packed("bo"))
        found = inbox.collect()
        assert found.taken == {"bo"} and found.lost == {NOTEBOOK: Reason.CHAPTERS_NAME}

    @pytest.mark.parametrize("suffix", [".7z", ".rar", ".tar.gz", ".tgz", ".tar.xz"])
    def test_other_archives_are_named_with_what_to_ask_for(self, inbox, suffix):
        inbox.put(f"ada{suffix}", b"packed")
        inbox.put("bo.zip", packed("bo"))
        found = inbox.collect()
        assert found.taken == {"bo"} and found.lost == {"ada": Reason.OTHER_ARCHIVE}
        assert "weightlab submit" in found.words["ada"]

    def test_half_a_download_and_a_printed_chapter_are_named_with_what_to_ask_for(self, inbox):
        names = ["ada.zip.crdownload", "bob.zip.part", "cy.ipynb.txt", "01_weights-dee.html", "eve/01_weights.pdf"]
        for name in [*names, "timetable.pdf", "notes (1).txt"]:
            inbox.put(name, b"x")
        found = inbox.collect(inbox.folder)
        assert not found.taken
        assert {row.place for row in found.rows if row.lost} == set(names)

    def test_bare_notebooks_are_named_with_what_to_ask_for(self, inbox):
        inbox.put("ada/01_weights.ipynb", b"{}")
        inbox.put("bo.ipynb", b"{}")
        inbox.put("weights.py", b"")
        lost = {"ada": Reason.BARE_NOTEBOOK, "bo": Reason.BARE_NOTEBOOK, "weights.py": Reason.BARE_MODULE}
        assert inbox.collect().lost == lost

    @pytest.mark.parametrize(
        "name",
        [
            *("01_weights (1).ipynb", "01_weights-Copy1.ipynb", "01_weights copy 2.ipynb", "Copy of 01_weights.ipynb"),
            *("Copy of Copy of 01_weights (1).ipynb", "Copy+of+01_weights.ipynb", "Kopie von 01_weights.ipynb"),
            *("Copie de 01_weights.ipynb", "C\u00f3pia de 01_weights.ipynb", "Co\u0301pia de 01_weights.ipynb"),
            *("Copia di 01_weights.ipynb", "Kopie_van_01_weights.ipynb"),
        ],
    )
    def test_a_renamed_notebook_is_the_chapters(self, inbox, name):
        inbox.put(
            "ada.zip", {f"{CHAPTER}/{name}": b'{"of": "ada"}', f"{CHAPTER}/weightlab/weights.py": b"of = 'ada'\n"}
        )
        assert inbox.collect().taken == {"ada"} and inbox.mark("ada") == ("ada", "ada")

    def test_a_renamed_copy_beside_the_notebook_is_named(self, inbox):
        inbox.put("ada.zip", work("own") | {f"{CHAPTER}/{CHAPTER}-Copy1.ipynb": b"[]"})
        found = inbox.collect()
        assert found.taken == {"ada"} and inbox.mark("ada")[0] == "own"
        assert found.lost == {"ada": Reason.RENAMED_COPY}

    def test_a_stray_zip_beside_students_folders_does_not_swallow_them(self, inbox):
        inbox.put("week 1/01_weights.zip", packed("stray"))
        inbox.put("week 1/ada/01_weights.zip", packed("ada"))
        found = inbox.collect()
        assert found.taken == {"ada"} and list(found.lost.values()) == [Reason.CHAPTERS_NAME]

    def test_windows_paths(self, inbox):
        inbox.put("ada.zip", {name.replace("/", "\\"): content for name, content in work("ada").items()})
        assert inbox.collect().taken == {"ada"} and inbox.mark("ada") == ("ada", "ada")

    def test_a_folder_that_cannot_be_read_is_named(self, inbox, monkeypatch):
        inbox.put("ada.zip", packed())
        for name, content in work("bo").items():
            inbox.put(f"bo/{name}", content)
        closed, scan = inbox.folder / "bo" / CHAPTER / "weightlab", os.scandir

        def scandir(path):
            if str(path) == str(closed):
                raise PermissionError(13, "Permission denied", str(path))
            return scan(path)

        monkeypatch.setattr(os, "scandir", scandir)
        found = inbox.collect()
        assert found.taken == {"ada"} and set(found.lost) == {"bo"}

    def test_what_is_no_submission_is_listed_and_loses_nothing(self, inbox):
        inbox.put("ada.zip", packed())
        inbox.put("notes.txt", b"")
        found = inbox.collect()
        assert not found.lost and found.harmless == {"notes.txt": Reason.ANOTHER_KIND} and found.files == 2

    def test_a_link_and_a_closed_folder_are_named(self, inbox, tmp_path):
        inbox.put("ada.zip", packed())
        (inbox.folder / "bo.zip").symlink_to(inbox.folder / "ada.zip")
        found = inbox.collect()
        assert found.taken == {"ada"} and found.lost == {"bo": Reason.LINK}
