"""Are submissions collected completely and under the right names, and is everything that was left out reported?"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import zipfile

import pytest
from click.testing import CliRunner

from autograder.classroom.collecting import collect
from autograder.classroom.collecting.contents import MAX_INNER, MAX_NOTEBOOKS
from autograder.classroom.collecting.platforms import clean_id
from autograder.classroom.collecting.reasons import Reason, describe
from autograder.classroom.collecting.uploads import plain_or_platform
from autograder.classroom.rosters.roster import Roster, Student, write_roster
from autograder.cli.main import main
from autograder.library import MAX_SOURCE
from autograder.limits import MAX_NOTEBOOK
from tests.support.downloads import CHAPTER, NOTEBOOK, packed, work, zipped


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ada.zip", "ada"),
        ("a.zip", "a"),
        ("ada (1).zip", "ada"),
        ("ada (1) (2).zip", "ada"),
        ("group-1.ZIP", "group-1"),
        ("=HYPERLINK(1).zip", "HYPERLINK"),
        ("..zip", ""),
        ("Ju\u0308rgen O'Neil.zip", "Jürgen-O-Neil"),
        ("王芳.zip", "王芳"),
        ("01_weights.zip", ""),
        ("weightlab-main.zip", ""),
        ("Ada Lovelace_4711_assignsubmission_file_x.zip", "Ada-Lovelace"),
        ("müllerjürgen_9_10_x.zip", "müllerjürgen"),
    ],
)
def test_the_student_is_read_from_the_outermost_name(name, student):
    assert clean_id(plain_or_platform(name).name) == student


def test_a_submission_is_laid_out_as_nbgrader_does_with_its_concept_test(inbox):
    inbox.put("ada.zip", work("ada") | {f"{CHAPTER}/concepts.json": b"{}", f"{CHAPTER}/notes.txt": b"x"})
    found = inbox.collect()
    assert found.words["ada"] == "3 files"
    assert inbox.held("ada") == {
        NOTEBOOK: b'{"of": "ada"}',
        "weightlab/weights.py": b"of = 'ada'\n",
        "concepts.json": b"{}",
    }


def test_without_a_library_it_is_taken_and_said(inbox):
    inbox.put("cy.zip", {NOTEBOOK: b"{}"})
    assert inbox.collect().words["cy"] == "1 file, without the library"


def test_every_module_that_python_can_import_comes_along(inbox):
    own = {f"weightlab/{name}.py": name.encode() for name in ("weights", "Helpers", "__init__", "gro\u0308\u00dfe")}
    inbox.put("ada.zip", {NOTEBOOK: b"{}", **own, "weightlab/weights (1).py": b"old", "weightlab/a-b.py": b"no module"})
    inbox.collect()
    assert inbox.held("ada") == {
        NOTEBOOK: b"{}",
        "weightlab/weights.py": b"weights",
        "weightlab/Helpers.py": b"Helpers",
        "weightlab/__init__.py": b"__init__",
        "weightlab/gr\u00f6\u00dfe.py": "gro\u0308\u00dfe".encode(),
    }


@pytest.mark.parametrize(
    "library",
    [
        {"Weightlab/weights.py": b"w"},
        {"weightlab (1)/weights.py": b"w"},
        {"weightlab.zip": zipped({"weightlab/weights.py": b"w"})},
        {"weightlab.zip": zipped({"weights.py": b"w"})},
        {"src/weightlab (2).zip": zipped({"weights.py": b"w"})},
    ],
    ids=["capital", "second download", "zip of the folder", "zip of the modules", "renamed zip in src"],
)
def test_a_library_is_found_in_what_systems_make_of_its_folder(inbox, library):
    inbox.put("ada.zip", {NOTEBOOK: b"{}", **library})
    found = inbox.collect()
    assert inbox.held("ada")["weightlab/weights.py"] == b"w" and not found.lost


def test_a_zip_of_the_library_beside_the_librarys_folder_is_not_opened(inbox):
    inbox.put(
        "ada.zip", {NOTEBOOK: b"{}", "weightlab/weights.py": b"own", "weightlab.zip": zipped({"weights.py": b""})}
    )
    assert not inbox.collect().lost and inbox.held("ada")["weightlab/weights.py"] == b"own"


def test_a_renamed_copy_of_the_library_gives_way_and_is_named(inbox):
    files = {NOTEBOOK: b"{}", "weightlab/weights.py": b"w", "weightlab (1)/weights.py": b"other"}
    inbox.put("ada.zip", files)
    inbox.put("bo.zip", files | {"weightlab (1)/weights.py": b"w"})
    found = inbox.collect()
    assert inbox.held("ada")["weightlab/weights.py"] == b"w"
    assert list(found.lost.values()) == [Reason.RENAMED_COPY]


@pytest.mark.parametrize(
    ("copy", "size"),
    [("weightlab (1)/weights.py", MAX_SOURCE), (NOTEBOOK.replace(".ipynb", " (1).ipynb"), MAX_NOTEBOOK)],
)
def test_a_copy_that_is_too_large_refuses_nothing_and_is_named(inbox, copy, size):
    files = {NOTEBOOK: b"{}", "weightlab/weights.py": b"w", copy: b"#" * (size + 1)}
    inbox.put("ada.zip", files)
    found = inbox.collect()
    assert found.taken == {"ada"} and list(found.lost.values()) == [Reason.RENAMED_COPY]


def test_of_two_files_for_one_module_pythons_counts(inbox):
    """This matches how the collected folder is read."""
    inbox.put("ada.zip", {NOTEBOOK: b"{}", "weightlab/\ufb01.py": b"other", "weightlab/fi.py": b"own"})
    assert inbox.collect().taken == {"ada"} and inbox.held("ada")["weightlab/fi.py"] == b"own"


def test_a_module_without_its_folder_is_named_wherever_it_is(inbox):
    inbox.put("ada.zip", {f"{CHAPTER}/{NOTEBOOK}": b"{}", "my code/weights.py": b"w"})
    assert list(inbox.collect().lost.values()) == [Reason.LOOSE_MODULE]


def test_another_chapters_zip_is_refused_and_what_it_holds_is_said(inbox):
    inbox.put("ada.zip", packed("ada", "02_biases"))
    inbox.put("bo.zip", {"weightlab/weights.py": b"x = 1\n"})
    found = inbox.collect()
    assert not found.taken and found.lost == {"ada": Reason.OTHER_CHAPTER, "bo": Reason.NO_NOTEBOOK}
    assert "02_biases.ipynb" in found.words["ada"]


class TestPackedTwice:
    def test_one_that_fits_is_taken_whatever_is_around_it(self, inbox):
        inbox.put("ada.zip", {"01_weights.zip": packed("ada")})
        inbox.put("bo.zip", {"a.zip": packed("bo"), "b.zip": packed("other", "02_biases"), "c.zip": b"torn"})
        found = inbox.collect()
        assert found.taken == {"ada", "bo"} and inbox.mark("bo") == ("bo", "bo")

    def test_two_that_fit_or_many_are_refused(self, inbox):
        inbox.put("ada.zip", {"a.zip": packed("one"), "b.zip": packed("two")})
        inbox.put("bo.zip", {f"{i}.zip": packed() for i in range(MAX_INNER + 1)})
        inbox.put("cy.zip", {f"{i}.zip": packed("cy") for i in range(MAX_INNER)})
        found = inbox.collect()
        assert found.lost == {"ada": Reason.TWO_NOTEBOOKS, "bo": Reason.SEVERAL_SUBMISSIONS}
        assert found.taken == {"cy"} and inbox.mark("cy") == ("cy", "cy")

    def test_three_deep_is_refused(self, inbox):
        inbox.put("ada.zip", {"a.zip": zipped({"b.zip": packed()})})
        assert inbox.collect().lost == {"ada": Reason.NO_NOTEBOOK}

    def test_the_packed_one_and_the_unpacked_one_must_agree(self, inbox):
        inbox.put("ada.zip", work("ada") | {"01_weights.zip": packed("ada")})
        inbox.put("bo.zip", work("new") | {"01_weights.zip": packed("old")})
        found = inbox.collect()
        assert found.taken == {"ada"} and found.lost == {"bo": Reason.TWO_NOTEBOOKS}


class TestNothingIsJoinedFromTwoPeople:
    def test_equal_copies_are_one(self, inbox):
        inbox.put("ada.zip", work("ada") | {f"again/{name}": content for name, content in work("ada").items()})
        assert inbox.collect().taken == {"ada"} and inbox.mark("ada") == ("ada", "ada")

    def test_different_notebooks_are_refused_with_their_places(self, inbox):
        inbox.put("ada.zip", work("ada") | {f"bo/{name}": content for name, content in work("bo").items()})
        found = inbox.collect()
        assert found.lost == {"ada": Reason.TWO_NOTEBOOKS}
        assert f"bo/{CHAPTER}/{NOTEBOOK}" in found.words["ada"]

    def test_of_many_places_three_are_named_and_the_others_counted(self, inbox):
        inbox.put("ada.zip", {f"{letter * 150}/{NOTEBOOK}": letter.encode() for letter in "abcde"})
        words = inbox.collect().words["ada"]
        named = ", ".join(f"{letter * 100}…" for letter in "abc")
        assert f"different notebooks of this chapter: {named} and 2 more; ask" in words

    def test_a_notebook_and_a_library_from_two_folders_are_not_joined(self, inbox):
        inbox.put("ada.zip", {f"ada/{NOTEBOOK}": b"{}", "bo/weightlab/weights.py": b"x = 1\n"})
        inbox.put("eve.zip", {NOTEBOOK: b"{}", "bo/weightlab/weights.py": b"x = 1\n"})
        assert inbox.collect().lost == dict.fromkeys(["ada", "eve"], Reason.LIBRARY_ELSEWHERE)

    def test_the_library_beside_the_notebook_counts_and_no_other(self, inbox):
        inbox.put("ada.zip", work("ada") | {"bo/weightlab/weights.py": b"of = 'bo'\n"})
        assert inbox.collect().taken == {"ada"} and inbox.mark("ada") == ("ada", "ada")

    def test_different_libraries_of_one_home_are_refused_unless_one_is_in_src(self, inbox):
        two = {f"{CHAPTER}/weightlab/weights.py": b"of = 'snapshot'\n", "weightlab/weights.py": b"of = 'other'\n"}
        inbox.put("ada.zip", {f"{CHAPTER}/{NOTEBOOK}": b'{"of": "ada"}'} | two)
        project = {f"course/{CHAPTER}/{NOTEBOOK}": b'{"of": "bo"}', "src/weightlab/weights.py": b"of = 'bo'\n"}
        inbox.put("bo.zip", project | {f"course/{CHAPTER}/weightlab/weights.py": b"of = 'snapshot'\n"})
        found = inbox.collect()
        assert found.lost == {"ada": Reason.TWO_LIBRARIES} and inbox.mark("bo") == ("bo", "bo")

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_one_name_twice_in_one_zip(self, inbox):
        path = inbox.put("ada.zip", work("ada"))
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(f"{CHAPTER}/weightlab/weights.py", "of = 'eve'\n")
        assert inbox.collect().lost == {"ada": Reason.TWO_LIBRARIES}

    def test_a_module_outside_the_librarys_folder_is_named(self, inbox):
        inbox.put("ada.zip", {f"{CHAPTER}/{NOTEBOOK}": b"{}", "bo/weights.py": b"x = 1\n"})
        found = inbox.collect()
        assert found.taken == {"ada"} and found.lost == {"ada": Reason.LOOSE_MODULE}


class TestWhoseItIs:
    def test_names_inside_a_zip_are_not_believed(self, inbox):
        inbox.put(
            "eve.zip",
            {
                f"../../ada/{CHAPTER}/{NOTEBOOK}": b"{}",
                "/etc/passwd": b"x",
                "../../ada/weightlab/../../evil.py": b"x",
                "../../ada/weightlab/numpy.PY": b"x",
                "sitecustomize.py": b"x",
                "../../ada/weightlab/weights.py": b"y = 2\n",
            },
        )
        inbox.collect()
        written = {path.name for path in inbox.classroom.rglob("submitted/*")}
        assert written == {"eve"} and set(inbox.held("eve")) == {NOTEBOOK, "weightlab/weights.py"}

    def test_a_students_zip_does_not_speak_for_others(self, inbox):
        """Can a student's zip, among others, bring in a classmate's submission by using a platform's names inside?"""
        entry = "Cy_1_assignsubmission_file_/01_weights.zip"
        eve = inbox.put("eve.zip", {entry: packed("forged")})
        fay = inbox.put("Fay_9_assignsubmission_file_x.zip", {entry: packed("fay")})
        zed = inbox.put("zed.zip", packed("zed"))
        for sources in ((), (eve, fay, zed), (eve, zed), (fay,)):
            found = inbox.collect(*sources, replace=True)
            assert "Cy" not in found.taken
        assert inbox.mark("Fay") == ("fay", "fay")

    @pytest.mark.parametrize("library", ["weightlab", "weightlab (1)", "Weightlab", "src/weightlab"])
    def test_a_zip_with_a_library_of_any_name_is_a_students(self, inbox, library):
        files = {f"{library}/weights.py": b"w", "Cy_3_assignsubmission_file_/01_weights.zip": packed("forged")}
        assert "Cy" not in inbox.collect(inbox.put("eve.zip", files)).taken

    def test_a_class_among_other_files_is_named_and_not_taken_for_a_student(self, inbox):
        files = {
            f"{name}_{i}_assignsubmission_file_/01_weights.zip": packed(name) for i, name in enumerate(("Al", "Bo"))
        }
        download = inbox.put("submissions.zip", files)
        zed = inbox.put("zed.zip", packed("zed"))
        found = inbox.collect(download, zed)
        assert found.taken == {"zed"} and found.lost == {"submissions.zip": Reason.CLASS_DOWNLOAD}
        assert inbox.collect(download).taken == {"Al", "Bo"}

    def test_an_entry_that_no_platform_named_is_left_out_and_said(self, inbox):
        files = {"Al_1_assignsubmission_file_/01_weights.zip": packed("al"), "bo.zip": packed("bo"), "a.css": b""}
        found = inbox.collect(inbox.put("submissions.zip", files))
        assert found.taken == {"Al"} and list(found.lost.values()) == [Reason.UNKNOWN_NAME] and found.files == 3

    def test_a_name_that_becomes_a_classmates_does_not_take_their_place(self, inbox):
        for name in ("ada-.zip", ".ada.zip", "ada.zip", "ADA.zip"):
            inbox.put(name, packed("ada" if name == "ada.zip" else "forged"))
        found = inbox.collect()
        assert found.taken == {"ada", "ADA"} and inbox.mark("ada") == ("ada", "ada")
        assert list(found.lost.values()) == [Reason.ANOTHERS_NAME] * 2

    def test_another_persons_number_does_not_replace_a_namesake_in_a_later_run(self, inbox):
        inbox.collect(inbox.put("one.zip", {"Bo_1_assignsubmission_file_/x.zip": packed("first")}))
        found = inbox.collect(
            inbox.put("two.zip", {"Bo_2_assignsubmission_file_/x.zip": packed("second")}), replace=True
        )
        assert found.lost == {"two.zip: Bo_2_assignsubmission_file_": Reason.ANOTHERS_NAME}
        assert inbox.mark("Bo") == ("first", "first")

    def test_a_groups_number_does_not_make_a_submission_that_of_whoever_has_this_number(self, inbox):
        inbox.classroom.mkdir()
        people = [Student("ada", "Ada", "Lovelace"), Student("bo", "Bo", "Ross")]
        write_roster(inbox.classroom, Roster(people))
        download = inbox.put("one.zip", {"Ada Lovelace_7_assignsubmission_file_/x.zip": packed("ada")})
        assert inbox.collect(download, participants={"7": people[1]}).taken == {"ada"}

    def test_a_participants_number_tells_namesakes_apart(self, inbox):
        inbox.classroom.mkdir()
        people = [Student("bo1", "Bo", "Diaz", email="one@x.org"), Student("bo2", "Bo", "Diaz", email="two@x.org")]
        write_roster(inbox.classroom, Roster(people))
        download = inbox.put("one.zip", {"Bo Diaz_7_assignsubmission_file_/x.zip": packed("bo")})
        assert set(inbox.collect(download).lost.values()) == {Reason.SEVERAL_ON_THE_ROSTER}
        assert inbox.collect(download, participants={"7": people[1]}).taken == {"bo2"}

    def test_one_participant_whose_name_is_hidden_has_a_number(self, inbox):
        files = {"Participant_4711_assignsubmission_file_/x.zip": packed("x")}
        assert inbox.collect(inbox.put("blind.zip", files)).taken == {"Participant-4711"}

    def test_whose_login_is_the_id_exactly_is_taken_before_whose_login_becomes_it(self, inbox):
        entry = "HW_{}_attempt_2026-03-02-10-00-00_01_weights.zip"
        files = {entry.format(login): packed(login) for login in ("a b", "a-b", "a!b")}
        found = inbox.collect(inbox.put("gradebook.zip", files))
        assert found.taken == {"a-b"} and inbox.mark("a-b") == ("a-b", "a-b")
        assert list(found.lost.values()) == [Reason.ANOTHERS_NAME] * 2

    def test_nobody_is_taken_if_a_platform_and_a_folder_name_the_same_student(self, inbox):
        inbox.put("Bo_1_assignsubmission_file_x.zip", packed("one"))
        inbox.put("week 1/Bo.zip", packed("two"))
        found = inbox.collect()
        assert not found.taken and list(found.lost.values()) == [Reason.ANOTHERS_NAME] * 2

    def test_two_names_of_one_folder_are_not_two_students(self, inbox):
        """As on a disk that ignores case."""
        (inbox.classroom / "submitted" / "ada").mkdir(parents=True)
        (inbox.classroom / "submitted" / "ADA").symlink_to(inbox.classroom / "submitted" / "ada")
        inbox.put("ada.zip", packed("small"))
        inbox.put("ADA.zip", packed("large"))
        found = inbox.collect(replace=True)
        assert found.taken == {"ADA"} and found.lost == {"ada": Reason.SAME_FOLDER}
        assert inbox.mark("ada") == ("large", "large")

    @pytest.mark.parametrize("later", ["Bo.zip", "9-1 - Bo - Mar 2, 2026 1000 AM - x.zip"])
    def test_another_platforms_number_or_none_says_nothing_against_a_name(self, inbox, later):
        inbox.collect(inbox.put("one.zip", {"Bo_1_assignsubmission_file_/x.zip": packed("first")}))
        assert inbox.collect(inbox.put(later, packed("second")), replace=True).taken == {"Bo"}
        assert inbox.mark("Bo") == ("second", "second")

    def test_a_name_without_a_letter_or_a_digit_is_nobodys(self, inbox):
        inbox.put("!?.zip", packed())
        found = inbox.collect()
        assert not found.taken and found.lost == {"!?.zip": Reason.NO_NAME}

    def test_with_a_roster_nobody_else_is_taken(self, inbox):
        inbox.classroom.mkdir()
        write_roster(inbox.classroom, Roster([Student("ada", "Ada", "Lovelace", email="countess@x.org")]))
        inbox.put("Lovelace, Ada.zip", packed("ada"))
        inbox.put("stranger.zip", packed("eve"))
        found = inbox.collect()
        assert found.taken == {"ada"} and list(found.lost.values()) == [Reason.NOT_ON_THE_ROSTER]


class TestAgain:
    def test_what_is_there_is_kept_unless_it_is_to_be_replaced(self, inbox):
        inbox.put("ada.zip", packed("old"))
        inbox.collect()
        assert inbox.collect().words["ada"] == "already collected and unchanged"
        inbox.put("ada.zip", packed("new"))
        assert inbox.collect().lost == {"ada": Reason.KEPT} and inbox.mark("ada")[0] == "old"
        assert inbox.collect(replace=True).taken == {"ada"} and inbox.mark("ada")[0] == "new"

    def test_one_changed_file_makes_another_submission(self, inbox):
        inbox.put("ada.zip", work("ada"))
        inbox.collect()
        inbox.put("ada.zip", work("ada") | {f"{CHAPTER}/weightlab/weights.py": b"of = 'new'\n"})
        assert inbox.collect().lost == {"ada": Reason.KEPT}

    def test_a_part_that_an_interrupted_run_left_is_not_taken(self, inbox):
        part = inbox.classroom / "submitted" / "ada" / f".{CHAPTER}.part"
        part.mkdir(parents=True)
        (part / "old.py").touch()
        inbox.put("ada.zip", packed("ada"))
        assert inbox.collect().taken == {"ada"} and not part.exists()
        assert inbox.held("ada").keys() == {NOTEBOOK, "weightlab/weights.py"}

    def test_only_what_is_new_counts_as_taken(self, inbox):
        for name in ("ada.zip", "bo.zip"):
            inbox.put(name, packed("old"))
        inbox.collect()
        inbox.put("ada.zip", packed("new"))
        argv = ["collect", CHAPTER, str(inbox.folder), "--replace", "--classroom", str(inbox.classroom)]
        said = CliRunner().invoke(main, argv)
        assert said.exit_code == 0 and "1 submission taken into" in said.output and ", 1 unchanged," in said.output
        assert [line.split()[:2] for line in said.output.splitlines()[1:3]] == [["taken", "ada"], ["unchanged", "bo"]]
        said = CliRunner().invoke(main, argv)
        assert said.exit_code == 0 and "0 submissions taken" in said.output

    @pytest.mark.parametrize(
        "name",
        ["lovelaceada_12_{}_a.zip", "Homework 1_ada_attempt_2026-03-02-10-{}-00_a.zip"],
    )
    def test_an_older_download_does_not_replace_a_newer_one(self, inbox, name):
        first = inbox.put("first.zip", {name.format(10): packed("first")})
        second = inbox.put("second.zip", {name.format(30): packed("second")})
        [student] = inbox.collect(first).taken
        assert inbox.collect(second, replace=True).taken == {student}
        for replace in (False, True):
            found = inbox.collect(first, replace=replace)
            assert not found.taken and list(found.harmless.values()) == [Reason.OLDER]
            assert "the submission collected earlier is newer" in found.words[student]
        assert inbox.mark(student) == ("second", "second")
        shutil.rmtree(inbox.classroom / "submitted" / student)
        assert inbox.collect(first).taken == {student}

    def test_a_time_beside_what_was_collected_stays(self, inbox):
        inbox.put("ada.zip", packed("ada"))
        inbox.collect()
        (inbox.classroom / "submitted/ada" / CHAPTER / "timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
        assert inbox.collect().words["ada"] == "already collected and unchanged" and "timestamp.txt" in inbox.held(
            "ada"
        )

    def test_two_students_whom_capitals_tell_apart_stay_two(self, inbox):
        inbox.put("ada.zip", packed("ada"))
        inbox.put("ADA.zip", packed("ADA"))
        for _ in range(2):
            assert inbox.collect().taken == {"ada", "ADA"}

    def test_a_preview_writes_nothing(self, inbox):
        inbox.put("ada.zip", packed("ada"))
        assert inbox.collect(dry_run=True).taken == {"ada"}
        assert not inbox.classroom.exists()


class TestWhoMayReadAClassroom:
    @pytest.fixture(autouse=True)
    def usual_mask(self):
        before = os.umask(0o022)
        yield
        os.umask(before)

    @staticmethod
    def mode(folder):
        return stat.S_IMODE(folder.stat().st_mode)

    def test_a_new_one_is_its_owners_alone(self, inbox):
        inbox.put("ada.zip", packed("ada"))
        inbox.collect()
        assert self.mode(inbox.classroom) == 0o700

    def test_so_is_one_that_begins_with_a_roster(self, inbox):
        write_roster(inbox.classroom, Roster([Student("ada")]))
        assert self.mode(inbox.classroom) == 0o700

    def test_in_a_folder_that_a_group_shares_it_is_the_groups(self, inbox):
        inbox.classroom.parent.chmod(0o2775)
        inbox.put("ada.zip", packed("ada"))
        inbox.collect()
        assert self.mode(inbox.classroom) == 0o2770

    def test_what_is_collected_there_is_the_groups_whatever_the_umask(self, inbox):
        inbox.classroom.parent.chmod(0o2775)
        inbox.put("ada.zip", packed("ada"))
        os.umask(0o077)
        inbox.collect()
        made = [*(inbox.classroom / "submitted").rglob("*")]
        assert len(made) > 3 and all(self.mode(path) & 0o060 == 0o060 for path in made)

    def test_one_that_is_there_stays_as_it_is(self, inbox):
        inbox.classroom.mkdir()
        inbox.classroom.chmod(0o755)
        inbox.put("ada.zip", packed("ada"))
        inbox.collect()
        assert self.mode(inbox.classroom) == 0o755


class TestTheCommand:
    @staticmethod
    def run(inbox, *options):
        ran = CliRunner().invoke(
            main, ["collect", CHAPTER, str(inbox.folder), "--classroom", str(inbox.classroom), *options]
        )
        return ran.exit_code, ran.output

    def test_a_whole_class_ends_with_0_and_counts(self, inbox):
        inbox.put("ada.zip", packed("ada"))
        inbox.put("notes.txt", b"")
        code, said = self.run(inbox)
        assert code == 0 and "2 files seen, 1 submission taken" in said and "0 left out, 1 not needed" in said

    def test_whatever_might_be_a_submission_and_was_left_out_ends_with_1(self, inbox):
        inbox.put("ada.zip", packed("ada"))
        inbox.put("bo.rar", b"")
        code, said = self.run(inbox)
        assert code == 1 and "NOT TAKEN  bo" in said and "1 left out" in said and "a .rar file is not read" in said

    def test_nothing_at_all_ends_with_1(self, inbox):
        code, said = self.run(inbox)
        assert code == 1 and "0 files seen, 0 submissions taken" in said

    def test_a_dry_run_says_so(self, inbox):
        inbox.put("ada.zip", packed("ada"))
        code, said = self.run(inbox, "--dry-run")
        assert code == 0 and "1 submission would be taken" in said and not inbox.classroom.exists()

    def test_a_name_cannot_steer_the_terminal(self, inbox):
        inbox.put("a\x1b[2Jda\u202e.zip", packed("ada"))
        _, said = self.run(inbox)
        assert "\x1b" not in said and "\u202e" not in said


def test_every_reason_has_words():
    facts = {"cause": "x", "file": "x", "most": 1, "kind": ".x", "notebook": "x", "others": "x", "paths": "x"}
    facts |= {
        "here": "x",
        "there": "x",
        "taken": "x",
        "count": 2,
        "name": "x",
        "who": "x",
        "module": "x",
        "number": "1",
    }
    words = [describe(reason, **facts) for reason in Reason]
    assert len(set(words)) == len(words) and all(words)


@pytest.mark.parametrize(
    ("uploads", "words"),
    [
        (["ada_12_101_01_weights.zip"], "2 files"),
        (["ada_12_101_01_weights.zip", "ada_12_text.html"], "2 files"),
        (["ada_12_101_01_weights.zip", "ada_12_102_notes.pdf"], "2 files"),
        (
            ["ada_12_101_01_weights.zip", "ada_12_102_01_weights-1.zip"],
            "2 files, from the newest upload that holds the chapter (of 2)",
        ),
        (
            ["ada_12_101_01_weights.zip", "ada_12_102_a.rar", "ada_12_103_notes.pdf"],
            "2 files, from the newest upload that holds the chapter (of 2)",
        ),
        (["ada_LATE_12_101_01_weights.zip"], "2 files, late according to Canvas"),
    ],
)
def test_what_is_said_of_a_submission_that_was_taken(inbox, uploads, words):
    found = inbox.collect(inbox.put("submissions.zip", dict.fromkeys(uploads, packed("ada"))))
    assert [row.words for row in found.rows if row.taken] == [words]


@pytest.mark.parametrize("content", [b"torn", zipped({})])
def test_a_zip_that_holds_nothing_is_named_if_it_is_given_by_itself(inbox, content):
    found = inbox.collect(inbox.put("ada.zip", content))
    assert found.lost == {"ada": Reason.NOT_A_ZIP if content == b"torn" else Reason.NO_NOTEBOOK} and found.files == 1


@pytest.mark.parametrize(
    ("folder", "link", "taken"),
    [
        *(("class", None, True), ("class.zip", None, True), ("class", "link", True), ("class.zip", "link", True)),
        ("class", "link.zip", False),
    ],
)
def test_a_given_link_to_a_folder_is_followed_unless_it_has_a_zips_name(inbox, tmp_path, folder, link, taken):
    source = tmp_path / folder
    source.mkdir()
    (source / "ada.zip").write_bytes(packed("ada"))
    if link:
        source = tmp_path / link
        source.symlink_to(tmp_path / folder)
    found = inbox.collect(source)
    assert (found.taken, found.lost) == (({"ada"}, {}) if taken else (set(), {"link": Reason.LINK}))


def test_a_given_pipe_is_not_read(inbox):
    os.mkfifo(inbox.folder / "ada.zip")
    assert inbox.collect(inbox.folder / "ada.zip").lost == {"ada": Reason.UNREADABLE}


def test_a_class_is_given_as_a_zip_and_not_by_a_link_or_another_name(inbox):
    files = {f"{name}_{i}_assignsubmission_file_/01_weights.zip": packed(name) for i, name in enumerate(("Al", "Bo"))}
    other, link = inbox.put("class.dat", files), inbox.folder / "class.zip"
    link.symlink_to(other)
    found = inbox.collect(other)
    assert not found.taken and found.harmless == {"class.dat": Reason.ANOTHER_KIND}
    assert inbox.collect(link).lost == {"class": Reason.LINK}
    assert inbox.collect(inbox.put("CLASS.ZIP", files)).taken == {"Al", "Bo"}


@pytest.mark.parametrize("count", [MAX_NOTEBOOKS, MAX_NOTEBOOKS + 1])
def test_so_many_equal_notebooks_count_as_one_and_more_are_for_a_person(inbox, count):
    inbox.put("ada.zip", {f"{number}/{NOTEBOOK}": b"{}" for number in range(count)})
    found = inbox.collect()
    assert found.lost == ({} if count == MAX_NOTEBOOKS else {"ada": Reason.TWO_NOTEBOOKS})


CONCEPTS = {f"{CHAPTER}/concepts.json": b'{"before": {}}'}


def test_a_concept_test_in_a_zip_within_a_zip_is_the_notebooks_own(inbox):
    both = {"a.zip": zipped(work("bo") | CONCEPTS), "b.zip": zipped({f"{CHAPTER}/concepts.json": b"another's"})}
    inbox.put("ada.zip", {"01_weights.zip": zipped(work("ada") | CONCEPTS)})
    inbox.put("bo.zip", both)
    inbox.put("cy.zip", work("cy") | {"concepts.json": b"from elsewhere", "other/concepts.json": b"{}"})
    assert inbox.collect().taken == {"ada", "bo", "cy"}
    for name in ("ada", "bo"):
        assert inbox.held(name)["concepts.json"] == CONCEPTS[f"{CHAPTER}/concepts.json"]
    assert "concepts.json" not in inbox.held("cy")


def test_ids_of_one_letter_are_ids(inbox):
    inbox.put("a.zip", packed("a"))
    inbox.put("王.zip", packed("w"))
    assert inbox.collect().taken == {"a", "王"}
    assert inbox.mark("a") == ("a", "a")


@pytest.mark.parametrize(
    ("error", "place", "cause"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), None, "No space left on device"),
        (OSError(errno.ENOSPC, "No space left on device", "/class/x"), "/class/x", "No space left on device"),
        (OSError("odd"), None, "odd"),
    ],
)
def test_a_full_disk_costs_a_submission_and_is_told_with_its_place(inbox, monkeypatch, error, place, cause):
    def full(*_):
        raise error

    inbox.put("ada.zip", packed())
    monkeypatch.setattr(collect, "_write", full)
    found = inbox.collect()
    assert found.taken == set() and found.lost == {"ada": Reason.UNREADABLE}
    place = place or inbox.classroom / "submitted" / "ada" / CHAPTER
    assert found.words["ada"] == describe(Reason.UNREADABLE, file=place, cause=cause)


def test_an_empty_zip_is_called_empty(inbox):
    inbox.put("ada.zip", b"")
    inbox.put("bo.zip", {NOTEBOOK: b"{}", "weightlab.zip": b"", "weightlab/weights.py": b"w"})
    found = inbox.collect()
    assert found.lost == {"ada": Reason.EMPTY} and "empty" in found.words["ada"]


class TestModulesBesideTheNotebook:
    @pytest.mark.parametrize("name", ["weights.py", "weights (1).py", "Copy of weights.py", "weights-Copy1.py"])
    @pytest.mark.parametrize("folder", ["", f"{CHAPTER}/"])
    def test_they_count_as_the_library(self, inbox, folder, name):
        inbox.put("ada.zip", {folder + NOTEBOOK: b"{}", folder + name: b"w", f"{folder}helpers.py": b"h"})
        found = inbox.collect()
        assert found.words["ada"] == "3 files" and not found.lost
        held = {NOTEBOOK: b"{}", "weightlab/weights.py": b"w", "weightlab/helpers.py": b"h"}
        assert inbox.held("ada") == held

    def test_modules_that_are_none_of_the_librarys_are_not_one(self, inbox):
        inbox.put("ada.zip", {NOTEBOOK: b"{}", "helpers.py": b"h"})
        assert inbox.collect().words["ada"] == "1 file, without the library"

    def test_a_library_without_the_chapters_module_is_taken_and_said(self, inbox):
        inbox.put("ada.zip", {NOTEBOOK: b"{}", "biases.py": b"b"})
        assert inbox.collect().words["ada"] == "2 files, without weights.py"

    @pytest.mark.parametrize("beside", ["weightlab/weights.py", "weights.py"])
    @pytest.mark.parametrize(("copy", "differs"), [(b"w", False), (b"other", True)])
    def test_a_copy_that_differs_from_what_was_taken_is_named(self, inbox, beside, copy, differs):
        inbox.put("ada.zip", {NOTEBOOK: b"{}", beside: b"w", "weights (1).py": copy})
        found = inbox.collect()
        assert inbox.held("ada")["weightlab/weights.py"] == b"w"
        assert list(found.lost.values()) == [Reason.RENAMED_COPY] * differs

    def test_two_copies_that_differ_are_refused(self, inbox):
        inbox.put("ada.zip", {NOTEBOOK: b"{}", "weights (1).py": b"w", "weights (2).py": b"x"})
        assert inbox.collect().lost == {"ada": Reason.TWO_LIBRARIES}


class TestAnIncompleteUpload:
    @pytest.mark.parametrize("files", [{NOTEBOOK: b"[]"}, {NOTEBOOK: b"[]", "biases.py": b"b"}])
    def test_never_replaces_a_complete_submission(self, inbox, files):
        inbox.put("ada.zip", packed("ada"))
        inbox.collect()
        inbox.put("ada.zip", files)
        found = inbox.collect(replace=True)
        assert found.lost == {"ada": Reason.INCOMPLETE} and "weights.py" in found.words["ada"]
        assert inbox.mark("ada") == ("ada", "ada")

    def test_replaces_another_incomplete_one(self, inbox):
        inbox.put("ada.zip", {NOTEBOOK: b"{}"})
        inbox.collect()
        inbox.put("ada.zip", {NOTEBOOK: b"[]"})
        assert inbox.collect(replace=True).taken == {"ada"} and inbox.held("ada") == {NOTEBOOK: b"[]"}

    def test_gives_way_to_an_older_complete_one_and_is_named(self, inbox):
        files = {"ada_12_101_a.zip": packed("old"), "ada_12_102_b.zip": zipped({NOTEBOOK: b"{}"})}
        found = inbox.collect(inbox.put("submissions.zip", files))
        assert inbox.mark("ada-12") == ("old", "old")
        assert [(row.place, row.reason) for row in found.rows if row.lost] == [
            ("submissions.zip: ada_12_102_b.zip", Reason.INCOMPLETE)
        ]

    def test_the_newest_counts_if_none_is_complete(self, inbox):
        files = {f"ada_12_{k}_a.zip": zipped({NOTEBOOK: str(k).encode()}) for k in (101, 103, 102)}
        found = inbox.collect(inbox.put("submissions.zip", files))
        assert inbox.held("ada-12") == {NOTEBOOK: b"103"} and not found.lost


def test_every_file_has_one_line(inbox):
    files = {"HW_ada_attempt_2026-03-02-10-00-00.txt": b"", "HW_ada_attempt_2026-03-02-10-00-00_a.pdf": b""}
    found = inbox.collect(inbox.put("download.zip", files | {"HW_ada_attempt_2026-03-02-10-00-00_b.pdf": b""}))
    assert len(found.rows) == found.files == 3
    lost = [row.place for row in found.rows if row.lost]
    assert lost == ["download.zip: HW_ada_attempt_2026-03-02-10-00-00_a.pdf"]
    assert {row.reason for row in found.rows if row.lost} == {Reason.NO_SUBMISSION}
