"""Is one student's submission read from ordinary files only, and does its digest tell what has changed?"""

from __future__ import annotations

from dataclasses import replace

from autograder.classroom.submission import Submission, read_submission
from autograder.limits import MAX_NOTEBOOK

CHAPTER = "01_weights"


def test_a_digest_changes_with_the_content_and_the_librarys_with_the_library_alone():
    first = Submission("ada", CHAPTER, None, {"weights": b"w"})
    assert len(first.digest()) == 64 and first.digest() == replace(first, notebook=b"", student="bo").digest()
    for other in (replace(first, notebook=b"x"), replace(first, library={"weights": b"x"}), replace(first, library={})):
        assert other.digest() != first.digest()
        assert (other.library_digest() == first.library_digest()) is (other.library == first.library)
    assert replace(first, notebook=b"x").digest() != replace(first, notebook=b"y").digest()


def test_links_count_as_absent_and_a_notebook_is_read_a_byte_beyond_its_limit(tmp_path):
    folder = tmp_path / "ada"
    (folder / "weightlab").mkdir(parents=True)
    (folder / "weightlab" / "weights.py").write_bytes(b"w")
    (folder / f"{CHAPTER}.ipynb").write_bytes(bytes(MAX_NOTEBOOK + 5))
    found = read_submission(folder, "ada", CHAPTER)
    assert len(found.notebook) == MAX_NOTEBOOK + 1 and found.library == {"weights": b"w"}
    assert (found.student, found.chapter, found.timestamp, found.secret) == ("ada", CHAPTER, None, None)
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert read_submission(link, "ada", CHAPTER) == Submission("ada", CHAPTER, None, {})
    (tmp_path / "bo").mkdir()
    (tmp_path / "bo" / "weightlab").symlink_to(folder / "weightlab")
    assert read_submission(tmp_path / "bo", "bo", CHAPTER) == Submission("bo", CHAPTER, None, {})
