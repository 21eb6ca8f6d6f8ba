"""Are hand-ins collected under the right names, and does nothing bad inside a zip get out of it?"""

import io
import stat
import unicodedata
import zipfile

import pytest

from autograder.classroom import collect as collecting
from autograder.classroom.collect import collect, student_of

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
        ("ada (1).zip", "ada"),
        ("group-1.ZIP", "group-1"),
        ("Ada Lovelace_4711_assignsubmission_file_", "Ada-Lovelace"),
        ("Ada Lovelace_4711_assignsubmission_file", "Ada-Lovelace"),
        ("Ada Lovelace_4711_assignsubmission_file_01_weights.zip", "Ada-Lovelace"),
        ("Team A-Ada Lovelace_4711_assignsubmission_file_", "Team-A-Ada-Lovelace"),
        ("Participant_4711_assignsubmission_file_", "Participant-4711"),
        ("lovelaceada_12345_67890_01_weights.zip", "lovelaceada-12345"),
        ("lovelaceada_LATE_12345_67890_01_weights-1.zip", "lovelaceada-12345"),
        ("=HYPERLINK(1).zip", "HYPERLINK-1"),
        ("..zip", ""),
        ("Jürgen Müller_7_assignsubmission_file_x.zip", "Jürgen-Müller"),
        ("Ju\u0308rgen O'Neil_7_assignsubmission_file_x.zip", "Jürgen-O-Neil"),
        ("王芳_8_assignsubmission_file_", "王芳"),
        ("müllerjürgen_9_10_x.zip", "müllerjürgen-9"),
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


def moodle(name, number, file="01_weights.zip"):
    return f"{name}_{number}_assignsubmission_file_/{file}"


def taken(results):
    return {one.student: one.words for one in results if one.taken}


def test_a_download_from_moodle_is_opened(inbox):
    put, source, classroom = inbox
    put(
        "download.zip",
        {
            moodle("Ada L", 1): zipped(GOOD),
            moodle("Bob B", 2, "my work.ZIP"): zipped(GOOD),
            "Cy C_3_assignsubmission_file_01_weights.zip": zipped(GOOD),
            moodle("Dee D", 4, "01_weights.ipynb"): b"{}",
            "Eve E_5_assignsubmission_onlinetext_/onlinetext.html": b"hello",
        },
    )
    results = collect([source / "download.zip"], classroom, CHAPTER)
    assert set(taken(results)) == {"Ada-L", "Bob-B", "Cy-C"}
    assert {one.student: "no zip" in one.words for one in results if not one.taken} == {"Dee-D": True, "Eve-E": True}


def test_a_download_from_canvas_is_opened_and_the_newest_upload_taken(inbox):
    put, source, classroom = inbox
    old = {f"{CHAPTER}.ipynb": b"[]"}
    other = {"02_biases/02_biases.ipynb": b"{}", "02_biases/weightlab/weights.py": b""}
    put(
        "submissions.zip",
        {
            "lovelaceada_12_101_01_weights.zip": zipped(old),
            "lovelaceada_12_99_01_weights-1.zip": zipped(old),
            "lovelaceada_12_103_01_weights-2.zip": zipped(GOOD),
            "lovelaceada_12_104_02_biases.zip": zipped(other),
            "boole_LATE_13_100_01_weights.zip": zipped(GOOD),
        },
    )
    results = collect([source / "submissions.zip"], classroom, CHAPTER)
    assert len(results) == 2
    assert "late" in taken(results)["boole-13"] and "late" not in taken(results)["lovelaceada-12"]
    assert (classroom / "submitted/lovelaceada-12" / CHAPTER / f"{CHAPTER}.ipynb").read_bytes() == b"{}"


def test_moodles_number_is_another_in_each_assignment_and_tells_namesakes_apart(inbox):
    put, source, classroom = inbox
    put(
        "first.zip",
        {
            moodle("Ada L", 1): zipped(GOOD),
            moodle("Bo", 2): zipped(GOOD),
            moodle("Bo", 3): zipped(GOOD),
            moodle("Bo", 4, "essay.pdf"): b"",
            "Ada L_1_assignsubmission_comments_/a": b"",
        },
    )
    put("second.zip", {moodle("Ada L", 71, "02_biases.zip"): zipped({"02_biases.ipynb": b"{}"})})
    results = collect([source / "first.zip"], classroom, CHAPTER)
    assert taken(results) == dict.fromkeys(["Ada-L", "Bo-2", "Bo-3"], "2 files")
    assert [one.student for one in results if not one.taken] == ["Bo-4"]
    assert set(taken(collect([source / "second.zip"], classroom, "02_biases"))) == {"Ada-L"}


def test_a_download_that_the_browser_unpacked_or_macos_packed_again(inbox):
    put, source, classroom = inbox
    name = "Jürgen_1_assignsubmission_file_"
    (source / name).mkdir()
    (source / name / "01_weights.zip").write_bytes(zipped(GOOD))
    assert set(taken(collect([source], classroom, CHAPTER))) == {"Jürgen"}
    raw = unicodedata.normalize("NFD", f"submissions/{name}/01_weights.zip").encode()
    content = zipped({"x" * len(raw): zipped(GOOD), "__MACOSX/._submissions": b"", "submissions/.DS_Store": b""})
    put("again.zip", content.replace(b"x" * len(raw), raw))  # UTF-8 that is not declared as such
    assert taken(collect([source / "again.zip"], classroom, CHAPTER)) == {"Jürgen": "as collected before"}


def test_a_students_zip_may_be_packed_twice_but_not_speak_for_others(inbox):
    put, source, classroom = inbox
    put("ada.zip", {"01_weights.zip": zipped(GOOD)})
    put("bo.zip", {"a.zip": zipped(GOOD), "b.zip": zipped(GOOD)})
    put("eve.zip", {moodle("Cy", 1): zipped(GOOD)})
    put("Fay_9_assignsubmission_file_x.zip", {moodle("Cy", 1): zipped(GOOD)})
    assert set(taken(collect([source / "Fay_9_assignsubmission_file_x.zip"], classroom, CHAPTER))) == {"Fay"}
    results = collect(sorted(source.iterdir()), classroom, CHAPTER)
    assert set(taken(results)) == {"ada", "eve", "Fay"}
    assert next(one.words for one in results if one.student == "bo").startswith("holds 2 zips")
    assert {path.name for path in (classroom / "submitted").iterdir()} == {"ada", "eve", "Fay"}


def test_a_whole_project_in_a_zip_is_read_but_for_its_answer_key(inbox):
    put, source, classroom = inbox
    put(
        "ada.zip",
        {
            "w/solutions/weightlab/weights.py": b"key",
            "w/course/01_weights/01_weights.ipynb": b"{}",
            "w/src/weightlab/weights.py": b"own",
        },
    )
    collect([source], classroom, CHAPTER)
    assert (classroom / "submitted/ada" / CHAPTER / "weightlab/weights.py").read_bytes() == b"own"


def test_another_chapters_zip_is_refused_and_what_it_holds_is_said(inbox):
    put, source, classroom = inbox
    put("ada.zip", {"02_biases/02_biases.ipynb": b"{}", "02_biases/weightlab/weights.py": b"x = 1\n"})
    put("bo.zip", {"weightlab/weights.py": b"x = 1\n"})
    put("cy.zip", {f"{CHAPTER}.ipynb": b"{}"})
    found = {one.student: one.words.partition(";")[0] for one in collect([source], classroom, CHAPTER)}
    assert found == {
        "ada": "holds 02_biases.ipynb and no 01_weights.ipynb",
        "bo": "holds no 01_weights.ipynb",
        "cy": "1 file",
    }
    assert [path.name for path in (classroom / "submitted").iterdir()] == ["cy"]


def test_names_inside_a_zip_are_not_believed(inbox):
    put, source, classroom = inbox
    put(
        "eve.zip",
        {
            f"../../ada/{CHAPTER}/{CHAPTER}.ipynb": b"{}",
            "/etc/passwd": b"x",
            "weightlab/../../evil.py": b"x",
            "weightlab/numpy.PY": b"x",
            "sitecustomize.py": b"x",
            "submitted/ada/weightlab/weights.py": b"y = 2\n",
        },
    )
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
    put("d-torn.zip", zipped(GOOD).replace(zipped(GOOD)[60:70], b"?" * 10))
    put("e-ada.zip", GOOD)
    results = collect([source], classroom, CHAPTER)
    assert [c.taken for c in results] == [False] * 4 + [True]
    assert all(c.words for c in results)
    assert [path.name for path in (classroom / "submitted").iterdir()] == ["e-ada"]


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


def test_only_a_zip_named_alone_is_taken_for_a_whole_class(inbox):
    """Can a student's zip, lying among others, bring in hand-ins of others?"""
    put, source, classroom = inbox
    put("eve.zip", {"ada.zip": zipped({f"{CHAPTER}.ipynb": b"forged"})})
    put("zed.zip", GOOD)
    for sources in ([source], [source / "eve.zip", source / "zed.zip"]):
        taken = {c.student for c in collect(sources, classroom, CHAPTER, replace=True) if c.taken}
        assert "zed" in taken and "ada" not in taken


def test_a_name_that_becomes_a_classmates_does_not_take_their_place(inbox):
    put, source, classroom = inbox
    for name in ("ada-.zip", ".ada.zip", "ada.zip", "ADA.zip"):
        put(name, GOOD if name == "ada.zip" else {f"{CHAPTER}.ipynb": b"forged"})
    found = {c.student for c in collect([source], classroom, CHAPTER) if c.taken}
    assert "ada" in found
    assert (classroom / "submitted" / "ada" / CHAPTER / f"{CHAPTER}.ipynb").read_bytes() == b"{}"
