"""Are hand-ins collected under the right names, and does nothing bad inside a zip get out of it?"""

import io
import stat
import zipfile

import pytest

from autograder import collect as collecting
from autograder.collect import collect, student_of

CHAPTER = "01_weights"
GOOD = {f"{CHAPTER}/{CHAPTER}.ipynb": b"{}", f"{CHAPTER}/weightlab/weights.py": b"x = 1\n"}


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "in").mkdir()

    def put(name, files):
        (tmp_path / "in" / name).write_bytes(files if isinstance(files, bytes) else zipped(files))

    return put, tmp_path / "in", tmp_path / "class"


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ada.zip", "ada"),
        ("Ada Lovelace_4711_assignsubmission_file_", "Ada-Lovelace-4711"),
        ("Ada Lovelace_4711_assignsubmission_file_01_weights.zip", "Ada-Lovelace-4711"),
        ("lovelaceada_12345_67890_01_weights.zip", "lovelaceada-12345"),
        ("lovelaceada_LATE_12345_67890_01_weights-1.zip", "lovelaceada-12345"),
        ("=HYPERLINK(1).zip", "HYPERLINK-1"),
        ("..zip", ""),
        ("Jürgen Müller_7_assignsubmission_file_x.zip", "Jürgen-Müller-7"),
    ],
)
def test_the_student_is_read_from_the_outermost_name(name, student):
    assert student_of(name) == student


def test_a_folder_of_zips_is_laid_out_as_nbgrader_does(inbox):
    put, source, classroom = inbox
    put("ada.zip", GOOD)
    assert [(c.student, c.taken) for c in collect([source], classroom, CHAPTER)] == [("ada", True)]
    folder = classroom / "submitted" / "ada" / CHAPTER
    assert (folder / f"{CHAPTER}.ipynb").read_bytes() == b"{}"
    assert (folder / "weightlab" / "weights.py").read_bytes() == b"x = 1\n"


@pytest.mark.parametrize("inner", ["Ada L_1_assignsubmission_file_/01_weights.zip", "adal_1_22_01_weights.zip"])
def test_a_platforms_download_is_opened(inbox, inner):
    put, source, classroom = inbox
    put("download.zip", {inner: zipped(GOOD), "Bob B_2_assignsubmission_file_/x.zip": zipped(GOOD)})
    students = {c.student for c in collect([source / "download.zip"], classroom, CHAPTER) if c.taken}
    assert len(students) == 2
    assert "Bob-B-2" in students


def test_names_inside_a_zip_are_not_believed(inbox):
    put, source, classroom = inbox
    put("eve.zip", {
        f"../../ada/{CHAPTER}/{CHAPTER}.ipynb": b"{}", "/etc/passwd": b"x", "weightlab/../../evil.py": b"x",
        "weightlab/numpy.PY": b"x", "sitecustomize.py": b"x", "submitted/ada/weightlab/weights.py": b"y = 2\n",
    })  # fmt: skip
    collect([source], classroom, CHAPTER)
    written = {path.relative_to(classroom).as_posix() for path in classroom.rglob("*") if path.is_file()}
    assert written == {f"submitted/eve/{CHAPTER}/{CHAPTER}.ipynb", f"submitted/eve/{CHAPTER}/weightlab/weights.py"}


def test_a_link_is_not_followed(inbox):
    put, source, classroom = inbox
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("weightlab/weights.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    put("eve.zip", buffer.getvalue())
    assert not collect([source], classroom, CHAPTER)[0].taken


def test_a_bomb_is_refused_and_stops_nobody(inbox, monkeypatch):
    monkeypatch.setattr(collecting, "MAX_MODULE", 10_000)
    put, source, classroom = inbox
    put("a-bomb.zip", {"weightlab/weights.py": b"0" * 10**7})
    put("b-broken.zip", b"this is no zip")
    put("c-empty.zip", {})
    put("d-ada.zip", GOOD)
    results = collect([source], classroom, CHAPTER)
    assert [c.taken for c in results] == [False, False, False, True]
    assert all(c.words for c in results)
    assert [path.name for path in (classroom / "submitted").iterdir()] == ["d-ada"]


def test_what_is_there_is_kept_unless_it_is_to_be_replaced(inbox):
    put, source, classroom = inbox
    put("ada.zip", GOOD)
    collect([source], classroom, CHAPTER)
    put("ada.zip", {f"{CHAPTER}.ipynb": b"[]"})
    assert not collect([source], classroom, CHAPTER)[0].taken
    notebook = classroom / "submitted" / "ada" / CHAPTER / f"{CHAPTER}.ipynb"
    assert notebook.read_bytes() == b"{}"
    assert collect([source], classroom, CHAPTER, replace=True)[0].taken
    assert notebook.read_bytes() == b"[]"
