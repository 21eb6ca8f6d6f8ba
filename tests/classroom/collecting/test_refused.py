"""Is a student whose upload was refused distinguished from one who has sent nothing?"""

from __future__ import annotations

import pytest

from autograder.classroom.collecting.origins import late_on_canvas
from autograder.classroom.collecting.reasons import Reason, describe
from autograder.classroom.collecting.refused import refused_uploads
from tests.support.downloads import CHAPTER, NOTEBOOK, packed

WHOLE = packed("ada")


def test_a_refused_upload_is_remembered_with_its_reason_until_the_work_is_taken(inbox):
    inbox.put("ada.zip", {"weightlab/weights.py": b""})
    inbox.put("bo.zip", packed("bo"))
    inbox.collect()
    assert refused_uploads(inbox.classroom) == {
        ("ada", CHAPTER): describe(Reason.NO_NOTEBOOK, notebook=NOTEBOOK),
    }
    inbox.put("ada.zip", WHOLE)
    inbox.collect()
    assert refused_uploads(inbox.classroom) == {}


def test_another_chapter_and_another_student_stay_remembered(inbox):
    inbox.put("ada.zip", {"weightlab/weights.py": b""})
    inbox.collect()
    inbox.collect(chapter="02_biases")
    inbox.put("ada.zip", {f"cy/{NOTEBOOK}": b"{}"})
    inbox.collect(inbox.put("bo.zip", b"no zip"))
    assert refused_uploads(inbox.classroom).keys() == {("ada", CHAPTER), ("ada", "02_biases"), ("bo", CHAPTER)}


def test_whose_earlier_submission_is_there_has_not_lost_it(inbox):
    inbox.put("ada.zip", WHOLE)
    inbox.collect()
    inbox.put("ada.zip", {"weightlab/weights.py": b""})
    assert inbox.collect().lost and refused_uploads(inbox.classroom) == {}


def test_a_preview_remembers_nothing_and_neither_does_a_file_that_is_no_submission(inbox):
    inbox.put("ada.zip", {"weightlab/weights.py": b""})
    inbox.collect(dry_run=True)
    assert not inbox.classroom.exists()
    inbox.collect(inbox.put("notes.txt", b"x"))
    assert refused_uploads(inbox.classroom) == {}


@pytest.mark.parametrize("text", ["", "[]", '{"01_weights": 1}', '{"01_weights": {"ada": 1}}'])
def test_a_damaged_file_counts_as_unknown_and_is_written_anew(inbox, text):
    inbox.put("ada.zip", {"weightlab/weights.py": b""})
    inbox.collect()
    (inbox.classroom / ".weightlab" / "refused.json").write_text(text)
    assert refused_uploads(inbox.classroom) == {}
    inbox.collect()
    assert len(refused_uploads(inbox.classroom)) == 1


def test_what_canvas_calls_late_is_remembered_until_another_upload_counts(inbox):
    inbox.put("lovelaceada_LATE_12_34_01_weights.zip", WHOLE)
    inbox.put("bo_13_35_01_weights.zip", packed("bo"))
    inbox.collect()
    assert late_on_canvas(inbox.classroom) == {("lovelaceada-12", CHAPTER)}
    inbox.put("lovelaceada_12_36_01_weights.zip", packed("new"))
    inbox.collect(replace=True)
    assert late_on_canvas(inbox.classroom) == set()


def test_a_name_too_long_for_a_folder_stops_neither_the_class_nor_what_is_read_later(inbox):
    script = "\N{MATHEMATICAL SCRIPT CAPITAL A}" * 80  # 320 bytes, and a folder's name may have 255
    ada, odd = "Ada L_7_assignsubmission_file_/a.zip", f"{script}_8_assignsubmission_file_/a.zip"
    found = inbox.collect(inbox.put("download.zip", {ada: WHOLE, odd: packed("odd")}))
    assert len(found.taken) == 2 and not found.lost
    inbox.collect(inbox.put("download.zip", {ada: WHOLE, odd: b"no zip"}), chapter="02_biases")
    assert {chapter for _, chapter in refused_uploads(inbox.classroom)} == {"02_biases"}
