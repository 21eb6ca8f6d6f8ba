"""Are a notebook and a library that one student uploaded as separate files joined, and never those of two people?"""

from __future__ import annotations

import os

import pytest

from autograder.classroom.collecting.origins import late_on_canvas, read_origins
from autograder.classroom.collecting.reasons import Reason
from autograder.classroom.rosters.roster import Roster, Student, write_roster
from tests.support.downloads import CHAPTER, NOTEBOOK, packed, zipped

MINE = b'{"of": "ada"}'
MODULE = b"of = 'ada'\n"
ZIPPED = zipped({"weightlab/weights.py": MODULE})
BRIGHTSPACE = "4711-99 - Ada Lovelace - Mar 2, 2026 1000 AM"
NAMES = {
    "Canvas": ("ada_12_101_{}", "ada_12_102_{}"),
    "Canvas, resubmitted": ("ada_12_101_{}", "ada_12_102_{}"),
    "Canvas, anonymous": ("anon_Xy_101_{}", "anon_Xy_102_{}"),
    "Moodle, folders": ("Ada L_7_assignsubmission_file_/{}",) * 2,
    "Moodle, files": ("Ada L_7_assignsubmission_file_{}",) * 2,
    "Brightspace, folders": (f"{BRIGHTSPACE}/{{}}",) * 2,
    "Brightspace, files": (f"{BRIGHTSPACE} - {{}}",) * 2,
    "Blackboard": ("HW_ada_attempt_2026-03-02-10-00-00_{}",) * 2,
    "Gradescope": ("submission_5/{}",) * 2,
    "ILIAS": ("L_A_ada_7/20260302101010_{}", "L_A_ada_7/20260302101011_{}"),
}


@pytest.mark.parametrize("library", [("weights.py", MODULE), ("weightlab.zip", ZIPPED)], ids=["module", "zip"])
@pytest.mark.parametrize("platform", NAMES)
@pytest.mark.parametrize("unpacked", [False, True])
def test_two_files_of_one_submission_are_joined(inbox, platform, library, unpacked):
    one, two = NAMES[platform]
    name, content = library
    files = {one.format(NOTEBOOK): MINE, two.format(name): content}
    if platform == "Canvas, resubmitted":
        files = {path.replace(".", "-1."): content for path, content in files.items()}
    if unpacked:
        for path, content in files.items():
            inbox.put(path, content)
        found = inbox.collect()
    else:
        found = inbox.collect(inbox.put("download.zip", files))
    assert len(found.taken) == 1 and not found.lost and found.files == 2
    assert inbox.mark(*found.taken) == ("ada", "ada")
    assert len(read_origins(inbox.classroom)[CHAPTER]) == 1


def test_in_a_students_own_folder_they_are_joined(inbox):
    inbox.put(f"ada/{NOTEBOOK}", MINE)
    inbox.put("ada/weightlab.zip", ZIPPED)
    inbox.put("bo/Copy of 01_weights.ipynb", MINE)
    inbox.put("bo/weights.py", MODULE)
    assert inbox.collect().taken == {"ada", "bo"}
    assert inbox.mark("ada") == inbox.mark("bo") == ("ada", "ada")


def test_one_late_file_makes_the_submission_late_and_other_files_are_listed(inbox):
    files = {"ada_12_101_01_weights.ipynb": MINE, "ada_LATE_12_102_weights.py": MODULE, "ada_12_103_notes.pdf": b"x"}
    found = inbox.collect(inbox.put("download.zip", files))
    assert found.taken == {"ada-12"} and late_on_canvas(inbox.classroom) == {("ada-12", CHAPTER)}
    assert list(found.harmless.values()) == [Reason.ANOTHER_KIND]
    place = next(row.place for row in found.rows if row.taken)
    assert "ada_12_101_01_weights.ipynb + ada_LATE_12_102_weights.py" in place


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ada_12_101_{}", "bo_13_102_{}"),
        ("ada_12_101_{}", "ada_12_101_13_102_{}"),
        ("HW_ada_attempt_2026-03-02-10-00-00_{}", "HW_ada_attempt_2026-03-03-10-00-00_{}"),
        ("4711-99 - Ada L - Mar 2, 2026 1000 AM - {}", "4711-99 - Ada L - Mar 3, 2026 1000 AM - {}"),
        ("4711-99 - Ada L - Mar 2, 2026 1000 AM - {}", "4712-99 - Ada L - Mar 2, 2026 1000 AM - {}"),
        ("Ada L_7_assignsubmission_file_/{}", "Ada L_8_assignsubmission_file_/{}"),
    ],
)
def test_files_of_two_people_or_of_two_attempts_are_not_joined(inbox, one, two):
    files = {one.format(NOTEBOOK): MINE, two.format("weights.py"): MODULE}
    found = inbox.collect(inbox.put("download.zip", files))
    assert not found.taken and set(found.lost.values()) <= {Reason.BARE_NOTEBOOK, Reason.BARE_MODULE}


def test_files_of_two_downloads_are_not_joined(inbox):
    inbox.put("week 1/ada_12_101_01_weights.ipynb", MINE)
    inbox.put("week 2/ada_12_202_weights.py", MODULE)
    assert not inbox.collect().taken


def test_two_notebooks_or_a_zip_that_disagrees_are_refused(inbox):
    pair = {"ada_12_101_01_weights.ipynb": MINE, "ada_12_102_weights.py": MODULE}
    inbox.collect(inbox.put("a.zip", pair | {"ada_12_103_01_weights-1.ipynb": b"[]"}))
    found = inbox.collect(inbox.put("b.zip", pair | {"ada_12_103_01_weights.zip": packed("other")}))
    assert found.lost == {"ada-12": Reason.TWO_NOTEBOOKS} and not inbox.classroom.joinpath("submitted").exists()


def test_a_zip_beside_the_pair_that_is_the_same_is_taken_with_it(inbox):
    pair = {"ada_12_101_01_weights.ipynb": MINE, "ada_12_102_weights.py": MODULE}
    found = inbox.collect(inbox.put("a.zip", pair | {"ada_12_103_01_weights.zip": packed("ada")}))
    assert found.taken == {"ada-12"} and not found.lost and inbox.mark("ada-12") == ("ada", "ada")


def test_where_another_zip_is_beside_the_pair_each_file_counts_for_itself(inbox):
    pair = {"ada_12_101_01_weights.ipynb": MINE, "ada_12_102_weights.py": MODULE}
    found = inbox.collect(inbox.put("a.zip", pair | {"ada_12_103_mine.zip": packed("zip")}))
    assert inbox.mark("ada-12") == ("zip", "zip") and len([row for row in found.rows if row.lost]) == 2


def test_files_of_two_unpacked_downloads_are_not_joined_whatever_numbers_they_have_in_common(inbox):
    """In blind marking Moodle numbers people anew in each assignment."""
    blind = "Participant_7_assignsubmission_file_"
    inbox.put(f"week 1/{blind}/{NOTEBOOK}", MINE)
    inbox.put(f"week 2/{blind}/weights.py", MODULE)
    assert not inbox.collect().taken
    inbox.put(f"week 2/{blind}/{NOTEBOOK}", MINE)
    assert len(inbox.collect().taken) == 1


@pytest.mark.parametrize(
    ("whole", "odd"),
    [
        ("ada_12_101_01_weights.zip", "bo_13_102_-1"),
        ("ada_12_101_01_weights.zip", "bo_13_102_."),
        ("A L_7_assignsubmission_file_01_weights.zip", "B H_8_assignsubmission_file_."),
        ("L_A_ada_7/20260302101010_01_weights.zip", "H_B_bo_8/20260302101010_."),
        ("HW_ada_attempt_2026-03-02-10-00-00_a.zip", "HW_bo_attempt_2026-03-02-10-00-00_."),
        (f"{BRIGHTSPACE} - a.zip", "4712-99 - Bo H - Mar 2, 2026 1000 AM - ."),
    ],
)
def test_a_name_of_which_nothing_is_left_without_the_platforms_part_stops_nobody(inbox, whole, odd):
    found = inbox.collect(inbox.put("download.zip", {whole: packed("ada"), odd: packed("bo")}))
    assert len(found.taken) == 1 and len(found.lost) == 1


def test_thousands_of_copies_with_endless_names_do_not_fill_the_table(inbox):
    home = "long" * 1_000
    copies = {f"{home}/weights ({number}).py": b"other" for number in range(200)}
    inbox.put("ada.zip", {f"{home}/{NOTEBOOK}": MINE, f"{home}/weights.py": MODULE, **copies})
    found = inbox.collect()
    assert found.taken == {"ada"} and inbox.mark("ada") == ("ada", "ada")
    assert len(found.rows) == 12 and any("190 more such files" in row.place for row in found.rows)
    assert max(len(row.place + row.words) for row in found.rows) < 500


def test_endless_names_in_a_refusal_are_cut(inbox):
    home = "long" * 1_000
    two = {f"{home}/weights (1).py": b"1", f"{home}/weights (2).py": b"2"}
    inbox.put("ada.zip", {f"{home}/{NOTEBOOK}": MINE, **two})
    inbox.put("bo.zip", {NOTEBOOK: MINE, "weights.py": MODULE, "weightlab/" + "a" * 60_000 + ".ipynb": b""})
    inbox.put("cy.zip", {f"{NOTEBOOK}": MINE, f"{home}/{NOTEBOOK}": b"[]", "weights.py": MODULE})
    assert inbox.collect().lost == {"ada": Reason.TWO_LIBRARIES, "cy": Reason.TWO_NOTEBOOKS}
    assert max(len(row.words) for row in inbox.collect().rows) < 600


def test_with_a_roster_a_classmates_name_inside_ones_own_folder_replaces_nothing(inbox):
    write_roster(inbox.classroom, Roster([Student("ada", "Ada", "L"), Student("bo", "Bo", "H")]))
    forged = inbox.put("bo/Version 2/ada.zip", packed("forged"))
    inbox.put("bo/Version 1/01_weights.zip", packed("bo"))
    os.utime(inbox.put("ada/work/ada.zip", packed("ada")), (1e9, 1e9))
    found = inbox.collect()
    assert found.taken == {"ada", "bo"} and inbox.mark("ada") == ("ada", "ada") and inbox.mark("bo") == ("bo", "bo")
    assert [row.reason for row in found.rows if forged.name in row.place and not row.taken] == [Reason.TWO_PEOPLE]
