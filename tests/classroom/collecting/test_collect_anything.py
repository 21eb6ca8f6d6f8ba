"""Does collecting end with a table, whatever folder or zip it is given, and write only into the classroom?"""

from __future__ import annotations

import random
import shutil

import pytest

from tests.support.downloads import CHAPTER, NOTEBOOK, packed, zipped

PARTS = (
    *("ada", "bo", "eve", "week 1", "src", "course", "weightlab", "backup", "..", ".git", CHAPTER, "02_biases", "old"),
    *("Ada L_1_assignsubmission_file_", "Bo_2_assignsubmission_file", "Default group_assignsubmission_file"),
    *("4711-99 - Ada L - Mar 2, 2026 1000 AM", "submission_5", "Lovelace_Ada_ada_7", "01-weights-ada-main"),
)
NAMES = (
    *(
        NOTEBOOK,
        f"{CHAPTER}-Copy1.ipynb",
        "weights.py",
        "ada.zip",
        f"{CHAPTER}.zip",
        "ada.7z",
        "index.html",
        "notes.txt",
    ),
    *("ada_12_101_01_weights.zip", "bo_13_text.html", "anon_x1_102_01_weights.zip", "timestamp.txt", "concepts.json"),
    *("HW_ada_attempt_2026-03-02-10-00-00_x.zip", "HW_ada_attempt_2026-03-02-10-00-00.txt", "submission_metadata.yml"),
    *("1_2_3_4_5.zip", "_.zip", "-.zip", "\u202e.zip", "王芳.zip", "Bo_2_assignsubmission_file_x.zip", "a\nb.zip"),
)


def any_files(rng: random.Random) -> dict[str, bytes]:
    """Return files with names that platforms, students and attackers use, in folders with such names."""
    files = {}
    for _ in range(rng.randrange(12)):
        folders = [rng.choice(PARTS) for _ in range(rng.randrange(4))]
        name = rng.choice(NAMES)
        content = rng.choice([b"", b"x", b"Name: x (ada)\n", b"{a: [1"])
        if name.endswith(".zip") and rng.random() < 0.8:
            content = packed(rng.choice("ab")) if rng.random() < 0.6 else zipped(any_files(rng))
        files["/".join([*folders, name])] = content
    return files


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("seed", range(60))
def test_any_tree_ends_in_a_table_and_writes_in_the_classroom_only(inbox, seed):
    rng = random.Random(seed)
    files = any_files(rng)
    for name, content in files.items():
        if ".." not in name and not (inbox.folder / name).is_dir():
            try:
                inbox.put(f"tree/{name}", content)
            except (FileExistsError, NotADirectoryError):
                continue
    download = inbox.put("class.zip", files)
    before = set(inbox.folder.rglob("*"))
    for sources in ([inbox.folder / "tree"], [download], [download, inbox.folder]):
        shutil.rmtree(inbox.classroom, ignore_errors=True)
        found = inbox.collect(*[source for source in sources if source.exists()])
        written = {path.name for path in inbox.classroom.glob("submitted/*")}
        assert written == found.taken, "who is in the table as taken is who is there"
        assert all(row.words and row.place for row in found.rows)
        for student in found.taken:
            assert NOTEBOOK in inbox.held(student)
    assert set(inbox.folder.rglob("*")) == before
