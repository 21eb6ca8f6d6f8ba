"""Is each name that a platform, a browser or a student gives read as what it says?"""

from __future__ import annotations

import io
import os
import time
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from autograder.classroom.collecting import collect, contents, platforms, unpack, uploads
from autograder.classroom.collecting.chapter_names import is_chapter, is_copy_of, names_a_chapter, without_chapter
from autograder.classroom.collecting.contents import home_of, is_elsewhere, is_of_library
from autograder.classroom.collecting.platforms import (
    Owner,
    Platform,
    Recogniser,
    blackboard_login,
    clean_id,
    gradescope_submitters,
    plain_owner,
)
from autograder.classroom.collecting.reasons import NotTakenError, Reason
from autograder.classroom.collecting.unpack import Budget, Item, is_clutter
from tests.support.downloads import packed, zipped

MOODLE, CANVAS, BLACKBOARD = Platform.MOODLE, Platform.CANVAS, Platform.BLACKBOARD
ANON = "LATE_anon_Xy3_12_a.zip"
ATTEMPT = "HW_ada_attempt_2026-03-02-10-00-00"


@pytest.mark.parametrize(
    ("path", "owner", "inside"),
    [
        (
            ("A_1_assignsubmission_file_", "a.zip"),
            Owner(MOODLE, "A", "1", label="A_1_assignsubmission_file_"),
            ["a.zip"],
        ),
        (("A_1_assignsubmission_file_a.zip",), Owner(MOODLE, "A", "1", label="A_1_assignsubmission_file_"), ["a.zip"]),
        (("top", "A_assignsubmission_file", "a"), Owner(MOODLE, "A", label="A_assignsubmission_file"), ["a"]),
        (
            ("A_1_assignsubmission_onlinetext_", "a.html"),
            Owner(MOODLE, "A", "1", label="A_1_assignsubmission_onlinetext_", on_a_page=True),
            ["a.html"],
        ),
        (("ada_12_101_a.zip",), Owner(CANVAS, "ada", "12", uploaded=(101,), label="ada_12_101_a.zip"), ["a.zip"]),
        (
            ("ada_LATE_12_101_a.zip",),
            Owner(CANVAS, "ada", "12", late=True, uploaded=(101,), label="ada_LATE_12_101_a.zip"),
            ["a.zip"],
        ),
        (
            ("group_7_15_106_01_weights-2.zip",),
            Owner(CANVAS, "group_7", uploaded=(15,), label="group_7_15_106_01_weights-2.zip"),
            ["106_01_weights-2.zip"],
        ),
        (
            ("group_7_15_106_01_weights",),
            Owner(CANVAS, "group_7", uploaded=(15,), label="group_7_15_106_01_weights"),
            ["106_01_weights"],
        ),
        (("ada_12_101_a.zip", "b"), None, None),
        (("_12_101_a.zip",), None, None),
        (
            ("bo_13_text.html",),
            Owner(CANVAS, "bo", "13", label="bo_13_text.html", on_a_page=True),
            ["bo_13_text.html"],
        ),
        (
            ("bo_LATE_13_link.html",),
            Owner(CANVAS, "bo", "13", late=True, label="bo_LATE_13_link.html", on_a_page=True),
            ["bo_LATE_13_link.html"],
        ),
        ((ANON,), Owner(CANVAS, "anon-Xy3", late=True, uploaded=(12,), label=ANON), ["a.zip"]),
        (
            ("anon_Xy3_text.html",),
            Owner(CANVAS, "anon-Xy3", label="anon_Xy3_text.html", on_a_page=True),
            ["text.html"],
        ),
        (
            (f"{ATTEMPT}_a.zip",),
            Owner(BLACKBOARD, "ada", login="ada", uploaded=(2026, 3, 2, 10, 0, 0), label=f"{ATTEMPT}_a.zip"),
            ["a.zip"],
        ),
        (
            (f"{ATTEMPT}.txt",),
            Owner(BLACKBOARD, "ada", login="ada", uploaded=(2026, 3, 2, 10, 0, 0), label=f"{ATTEMPT}.txt", about=True),
            [],
        ),
        (
            ("7-9 - Ada L - Mar 2, 2026 1000 AM", "a.zip"),
            Owner(
                Platform.BRIGHTSPACE,
                "Ada L",
                "7",
                uploaded=(2026, 3, 2, 10, 0, 0),
                label="7-9 - Ada L - Mar 2, 2026 1000 AM",
            ),
            ["a.zip"],
        ),
        (("submission_5", "a"), Owner(Platform.GRADESCOPE, "submission_5", label="submission_5"), ["a"]),
        (("submission_5",), None, None),
        (("L_A_al_7", "a"), Owner(Platform.ILIAS, "A L", "7", "al", label="L_A_al_7"), ["a"]),
        (("L_A_a_l_7", "a"), None, None),
        (
            ("L_A_a_l_7", "20260302101010_a"),
            Owner(Platform.ILIAS, "A L", "7", "a_l", label="L_A_a_l_7"),
            ["20260302101010_a"],
        ),
        (("L_A_al_7",), None, None),
        (("ada", "a.zip"), None, None),
    ],
    ids=lambda one: "/".join(one) if isinstance(one, tuple) else "",
)
def test_an_entry_belongs_to_whom_its_platform_names(path, owner, inside):
    found = Recogniser([path]).recognise(path)
    assert found == (owner and (owner, tuple(inside)))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mar 2, 2026 1000 AM", (2026, 3, 2, 10, 0, 0)),
        ("March 12, 2026 1:05 PM", (2026, 3, 12, 13, 5, 0)),
        ("March 12, 2026 115 AM", (2026, 3, 12, 1, 15, 0)),
        ("March 12, 2026 905", (2026, 3, 12, 9, 5, 0)),
        ("2 March, 2026 1305", (2026, 3, 2, 13, 5, 0)),
        ("2. Mar 2026 13:05", (2026, 3, 2, 13, 5, 0)),
        ("2. März 2026 11:05", ()),
        ("Mar 32, 2026 1000", ()),
    ],
)
def test_a_time_of_brightspace_is_read_if_it_is_english(text, moment):
    assert platforms._moment(text) == moment


def test_the_beginning_that_all_logins_share_is_the_assignments():
    assert platforms._common_beginning({"HW_1_ada", "HW_1_bo"}) == "HW_1_"
    assert platforms._common_beginning({"HW_1_ada", "HW_2_bo"}) == "HW_"
    assert platforms._common_beginning({"ada", "bo"}) == platforms._common_beginning(set()) == ""


@pytest.mark.parametrize(
    ("name", "page", "login"),
    [
        ("HW_van_dyke_attempt_2026-03-02-10-00-00.txt", "Name: Van (van_dyke)\nMore: x", "van_dyke"),
        ("HW_van_dyke_attempt_2026-03-02-10-00-00.txt", "\n Name: V. (x) (van_dyke) \n", "van_dyke"),
        ("HW_van_dyke_attempt_2026-03-02-10-00-00.txt", "Name: Van (bo)\n", None),
        ("HW_van_dyke_attempt_2026-03-02-10-00-00.txt", "Date: (van_dyke)\n", None),
        ("HW_van_dyke_attempt_2026-03-02-10-00-00_a.zip", "Name: Van (van_dyke)\n", None),
        ("notes.txt", "Name: Van (van_dyke)\n", None),
    ],
)
def test_blackboards_page_says_whose_login_it_is(name, page, login):
    assert blackboard_login(name, page) == (login and (f"HW_{login}", login))


def test_gradescopes_people_have_names_numbers_and_partners():
    found = gradescope_submitters(
        "submission_5:\n  :submitters:\n  - {':name': Ada, ':sid': s1, ':email': a@x.org}\n"
        "  - {':email': bo@x.org}\n  - {':name': Cy}\n"
        "submission_6: {':submitters': []}\n7: {':submitters': [{':name': Di}]}\n"
    )
    ada = found["submission_5"]
    assert (ada.name, ada.number, ada.login, ada.label) == ("Ada", "s1", "s1", "submission_5")
    bo, cy = ada.partners
    assert (bo.name, bo.number, bo.login) == ("bo", "bo-x.org", "bo")
    assert (cy.name, cy.number, cy.login) == ("Cy", "5", "")
    assert found.keys() == {"submission_5", "7"} and found["7"].number == "7"
    assert gradescope_submitters("[") == gradescope_submitters("- a") == {}


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("ada.zip", "ada"),
        ("ada.tar.gz", "ada"),
        ("ada (1) (2).ipynb", "ada"),
        ("01_weights-ada.zip", "ada"),
        ("ada-01_weights.zip", "ada"),
        ("Copy of ada.zip", "ada"),
        ("ada-main.zip", "ada"),
        ("20260302101010_ada.zip", "ada"),
        ("01_weights.zip", ""),
        ("weightlab-Copy1.zip", ""),
        ("drive-download-20260302T101010Z-001.zip", ""),
        ("ada.txt", "ada.txt"),
    ],
)
def test_a_plain_name_is_the_students_without_what_was_added(name, owner):
    assert plain_owner(name, "folder") == Owner(Platform.PLAIN, owner, label=name, place="folder")


def test_an_id_is_safe_and_not_too_long():
    assert clean_id("a b/c") == "a-b-c" and clean_id("-.a.-") == "a" and clean_id("?") == ""
    assert clean_id("x" * 81) == "x" * 80 and clean_id("constructor") == "constructor-1"
    assert clean_id("u\u0308") == "\u00fc"


@pytest.mark.parametrize(
    ("name", "chapter", "names"),
    [
        ("01_weights", True, True),
        ("01 weights copy 2", True, True),
        ("01-Weights (3)", True, True),
        ("weightlab", True, True),
        ("01_weights-ada", False, True),
        ("ada_01_weights", False, True),
        ("ada", False, False),
        ("01_weightsada", False, False),
    ],
)
def test_a_chapters_name_is_told_from_a_students(name, chapter, names):
    assert (is_chapter(name), names_a_chapter(name)) == (chapter, names)


def test_a_copy_has_its_originals_name_and_no_more():
    assert is_copy_of("weightlab (1)", "weightlab") and is_copy_of("Weightlab-Copy1", "weightlab")
    assert not is_copy_of("weightlab2", "weightlab") and not is_copy_of("a", "weightlab")
    assert without_chapter("01_weights-") == "01_weights-" and without_chapter("-01_weights") == "-01_weights"


@pytest.mark.parametrize(
    ("path", "elsewhere"),
    [
        ("a.ipynb", False),
        ("build/a.py", True),
        ("x/Backup/y/a.py", True),
        (".git/a", True),
        ("../a.py", False),
        (".a.py", False),
        ("build", False),
    ],
)
def test_old_copies_and_hidden_folders_are_elsewhere(path, elsewhere):
    assert is_elsewhere(PurePosixPath(path)) is elsewhere


@pytest.mark.parametrize(
    ("folder", "home"),
    [
        ("", ""),
        ("01_weights", ""),
        ("ada/01_weights (1)", "ada"),
        ("ada/src", "ada"),
        ("ada/course/01_weights", "ada"),
        ("ada/course", "ada"),
        ("ada/src/01_weights", "ada/src"),
        ("ada/other", "ada/other"),
        ("course/ada", "course/ada"),
    ],
)
def test_the_project_around_a_notebook_or_a_library(folder, home):
    assert home_of(PurePosixPath(folder)) == PurePosixPath(home)


def item(name, problem=None):
    return Item(PurePosixPath(name), (), lambda: None, problem)


@pytest.mark.parametrize(
    ("name", "library"),
    [
        *(("weightlab/a.py", True), ("Weightlab (1)/a.py", True), ("a.py", False)),
        *(("weightlab/a.txt", False), ("weightlab/a-b.py", False), ("weightlab/x/a.py", False)),
    ],
)
def test_a_module_of_the_library_lies_in_its_folder(name, library):
    assert is_of_library(item(name)) is library


PLAIN = Owner(Platform.PLAIN, "ada")
ON_CANVAS = Owner(CANVAS, "ada", "1")


@pytest.mark.parametrize(
    ("owner", "made", "problem"),
    [
        (PLAIN, item("a.zip"), None),
        (PLAIN, item("a.ZIP"), None),
        (PLAIN, item("a.rar"), Reason.OTHER_ARCHIVE),
        (PLAIN, item("a.ipynb"), Reason.BARE_NOTEBOOK),
        (PLAIN, item("a.py"), Reason.BARE_MODULE),
        (PLAIN, item("a.pdf"), Reason.ANOTHER_KIND),
        (PLAIN, item("01_weights.pdf"), Reason.OTHER_FORM),
        (PLAIN, item("a.zip.part"), Reason.OTHER_FORM),
        (PLAIN, item("a.IPYNB.txt"), Reason.OTHER_FORM),
        (PLAIN, item("a.pdf.txt"), Reason.ANOTHER_KIND),
        (ON_CANVAS, item("01_weights.pdf"), Reason.ANOTHER_KIND),
        (Owner(CANVAS, "ada", "1", on_a_page=True), item("a.zip"), Reason.WEB_ENTRY),
        (Owner(BLACKBOARD, "ada", about=True), item("a.zip"), Reason.ANOTHER_KIND),
        (PLAIN, item("a.txt", Reason.UNREADABLE), Reason.UNREADABLE),
        (PLAIN, item("a.zip", Reason.LINK), Reason.LINK),
        (PLAIN, item("a.txt", Reason.LINK), Reason.ANOTHER_KIND),
    ],
    ids=lambda one: one.path.name if isinstance(one, Item) else "",
)
def test_a_single_file_is_a_submission_or_has_a_reason(owner, made, problem):
    upload = uploads._single(owner, "place", made)
    assert (upload.problem, upload.items, upload.place, upload.owner) == (problem, (made,), "place", owner)
    assert upload.is_zip is (problem is None)


def test_what_systems_leave_behind_is_clutter():
    for name in ("__MACOSX/x/a.py", "a/.DS_Store", "Thumbs.db", "a/._weights.py"):
        assert is_clutter(PurePosixPath(name)), name
    for name in ("a.py", "_a.py", ".hidden", "MACOSX/a.py"):
        assert not is_clutter(PurePosixPath(name)), name


def test_a_budget_may_be_used_up_and_not_overdrawn():
    budget = Budget(files=3, room=10)
    budget.count(3)
    budget.charge(10)
    with pytest.raises(NotTakenError) as caught:
        budget.count(1)
    assert caught.value.reason is Reason.TOO_MANY_FILES
    with pytest.raises(NotTakenError) as caught:
        budget.charge(1)
    assert caught.value.reason is Reason.UNPACKS_TOO_LARGE


def test_uploads_of_one_student_are_ordered_by_the_platform_and_then_by_their_newest_file():
    items = [Item(PurePosixPath("a"), time, lambda: None) for time in ((2,), (9,), (5,))]
    assert uploads.Upload(Owner(CANVAS, "ada", uploaded=(7,)), "", tuple(items)).age == ((7,), (9,))
    assert uploads.Upload(PLAIN, "", ()).age == ((), ())


def holding(content, name="a.py"):
    return Item(PurePosixPath(name), (), lambda: io.BytesIO(content))


@pytest.mark.parametrize(("taken", "limit", "differs"), [(b"12345", 5, False), (b"12345", 4, True), (b"1", 5, True)])
def test_a_copy_differs_if_its_content_does_or_if_it_is_too_large_to_be_read(taken, limit, differs):
    assert contents._differs(holding(b"12345"), taken, limit, Budget()) is differs


def test_a_copy_for_which_nothing_is_left_to_unpack_refuses_the_submission():
    with pytest.raises(NotTakenError) as caught:
        contents._differs(holding(b"12345"), b"", 5, Budget(room=4))
    assert caught.value.reason is Reason.UNPACKS_TOO_LARGE


def test_a_submission_of_which_something_cannot_be_read_is_not_taken_in_part():
    files = [holding(b"{}", "01_weights.ipynb"), item("weightlab/inner", Reason.UNREADABLE)]
    with pytest.raises(NotTakenError, match=r"weightlab/inner cannot be .* \(permission denied\)"):
        contents.find_contents(files, "01_weights", Budget())
    for ignored in (Reason.LINK, Reason.TOO_DEEP):
        files[1] = replace(holding(b"x", "weightlab/inner.py"), problem=ignored)
        assert contents.find_contents(files, "01_weights", Budget()).files == {"01_weights.ipynb": b"{}"}


def test_the_files_of_a_submission_count_up_to_the_limit():
    files = [holding(b"{}", "01_weights.ipynb"), holding(b"", "notes.txt"), holding(b"", "build/not counted")]
    assert contents.find_contents(files, "01_weights", Budget(files=2)).files
    with pytest.raises(NotTakenError) as caught:
        contents.find_contents(files, "01_weights", Budget(files=1))
    assert caught.value.reason is Reason.TOO_MANY_FILES


@pytest.mark.parametrize(
    ("zips", "room", "reason"),
    [
        ({"a.zip": packed(), "b.zip": b"torn"}, 1000, None),
        ({"a.zip": b"torn", "b.zip": packed()}, 1000, None),
        ({"a.zip": b"torn"}, 1000, Reason.NOT_A_ZIP),
        ({"a.zip": b"torn", "b.zip": b"torn"}, 1000, Reason.NO_NOTEBOOK),
        ({"a.zip": packed(), "b.zip": bytes(1000)}, 1000, Reason.UNPACKS_TOO_LARGE),
        ({"a.zip": bytes(1001)}, 1000, Reason.UNPACKS_TOO_LARGE),
    ],
)
def test_of_several_zips_within_a_submission_one_may_be_damaged_and_none_too_large(zips, room, reason):
    files = [holding(content, name) for name, content in zips.items()]
    if reason is None:
        assert contents.find_contents(files, "01_weights", Budget(room=room)).files
        return
    with pytest.raises(NotTakenError) as caught:
        contents.find_contents(files, "01_weights", Budget(room=room))
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("name", "doubtful"),
    [
        *(("ada_12_101_a.zip", False), ("ada_12_101_01_a.zip", False)),
        *(("ada_12_101_999_a.zip", True), ("ada_12_101_13_7_a.zip", True)),
    ],
)
def test_a_name_with_more_numbers_may_be_another_persons(name, doubtful):
    owner, _ = Recogniser([(name,)]).recognise((name,))
    assert (owner.name, owner.number, owner.doubtful) == ("ada", "12", doubtful)


def test_a_sentence_names_three_files_and_a_hundred_characters_of_each():
    paths = [PurePosixPath(letter * length) for letter, length in zip("bacd", (100, 101, 1, 1), strict=True)]
    first = f"{'a' * 100}…, {'b' * 100}, c"
    assert contents._named(paths[:3]) == first and contents._named(paths) == f"{first} and 1 more"


def test_a_library_has_so_many_modules_and_bytes_and_no_more(monkeypatch):
    monkeypatch.setattr(contents, "MAX_MODULES", 2)
    monkeypatch.setattr(contents, "MAX_LIBRARY", 10)
    modules = [holding(bytes(size), f"weightlab/m{size}.py") for size in (6, 4, 5)]
    assert contents._modules(modules[:2], Budget()).keys() == {"weightlab/m6.py", "weightlab/m4.py"}
    for chosen, reason in ((modules, Reason.TOO_MANY_FILES), (modules[::2], Reason.TOO_LARGE)):
        with pytest.raises(NotTakenError) as caught:
            contents._modules(chosen, Budget())
        assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("names", "most", "taken"),
    [(["a"], 1, True), (["a", "b"], 1, False), (["a" * 354], 1, True), (["a" * 355], 1, False)],
)
def test_an_archive_has_so_many_files_with_names_of_usual_length(names, most, taken):
    """A file's line in the directory has 46 bytes and its name; it may have 400 on average."""
    file = io.BytesIO(zipped(dict.fromkeys(names, b"")))
    if taken:
        with unpack.archive(file, most) as archive:
            assert archive.namelist() == names
        return
    with pytest.raises(NotTakenError) as caught, unpack.archive(file, most):
        pass
    assert caught.value.reason is Reason.TOO_MANY_FILES


def test_files_in_a_zip_within_count_as_the_submissions():
    zip_within = holding(zipped({"a": b"", "b": b""}), "a.zip")
    with unpack.opened(zip_within, Budget(files=2)) as items:
        assert [str(one.path) for one in items] == ["a", "b"]
    with pytest.raises(NotTakenError) as caught, unpack.opened(zip_within, Budget(files=1)):
        pass
    assert caught.value.reason is Reason.TOO_MANY_FILES


@pytest.mark.parametrize(
    ("uploaded", "several"),
    [
        ([], False),
        ([(MOODLE, "1", 0)], False),
        ([(MOODLE, "1", 0), (MOODLE, "2", 0)], False),
        ([(MOODLE, "1", 0), (MOODLE, "2", 1)], True),
        ([(MOODLE, "1", 0), (MOODLE, "1", 0), (MOODLE, "2", 1)], True),
        ([(MOODLE, "1", 0), (MOODLE, "2", 1), (MOODLE, "3", 1)], False),
        ([(MOODLE, "1", 0), (CANVAS, "2", 1)], False),
    ],
)
def test_one_number_in_each_of_several_downloads_from_moodle_may_be_one_person(uploaded, several):
    made = [
        uploads.Upload(Owner(platform, "Bo", number), "", (), None, source) for platform, number, source in uploaded
    ]
    assert collect._are_of_several_assignments(made) is several


class TestFilesInAFolder:
    @pytest.fixture
    def folder(self, tmp_path):
        for name in ("b/c/d/e.py", "b/a.py", "c.py", "a.py", ".git/config", "b/.git/config", "._a.py"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(name)
        (tmp_path / "a link").symlink_to(tmp_path / "b")
        return tmp_path

    def test_they_come_in_the_order_of_their_names_and_links_and_deep_folders_are_named(self, folder, monkeypatch):
        found = [(str(one.path), one.problem) for one in unpack.items_in(folder)]
        above = [("a link", Reason.LINK), ("a.py", None), ("c.py", None), ("b/a.py", None)]
        assert found == [*above, ("b/c/d/e.py", None)]
        monkeypatch.setattr(unpack, "DEEPEST", 2)
        found = [(str(one.path), one.problem) for one in unpack.items_in(folder)]
        assert found == [*above, ("b/c/d", Reason.TOO_DEEP)]

    def test_they_know_their_time_and_content(self, folder):
        os.utime(folder / "a.py", (7, 7))
        (one,) = (one for one in unpack.items_in(folder) if one.path.name == "a.py" and len(one.path.parts) == 1)
        assert one.time == (7.0,) and one.read(4, Budget()) == b"a.py"
        assert unpack._changed_at(folder / "gone") == 0.0

    def test_a_folder_that_cannot_be_read_is_named(self, folder, monkeypatch):
        scan = os.scandir

        def scandir(path):
            if path == folder / "b":
                raise PermissionError(13, "Permission denied", str(path))
            return scan(path)

        monkeypatch.setattr(unpack.os, "scandir", scandir)
        found = [(str(one.path), one.problem) for one in unpack.items_in(folder)]
        assert found == [("a link", Reason.LINK), ("a.py", None), ("c.py", None), ("b", Reason.UNREADABLE)]

    def test_they_are_no_more_than_asked_for(self, folder):
        assert len(unpack.items_in(folder, 5)) == 5
        with pytest.raises(NotTakenError) as caught:
            unpack.items_in(folder, 4)
        assert caught.value.reason is Reason.TOO_MANY_FILES


@pytest.mark.parametrize("copy", ["-copy   (1)", "-copy 1 (1)", "  (1)", " - Kopie 12"])
def test_a_name_of_many_copies_is_compared_at_once(copy):
    """If its blanks could be read in several ways, the time would double with each copy, to years."""
    assert is_copy_of("weights" + copy * 20, "weights")
    assert not is_copy_of("weights" + copy * 20 + "!", "weights") and not is_chapter("weightlab" + copy * 20 + "!")


@pytest.mark.parametrize("part", ["a_", "_1", "_", "_attempt_", ".zip", "-_ ", "copy of "])
def test_endless_names_in_a_students_own_zip_are_read_at_once(part):
    """The time to read such a name would grow with the square of its length: an hour for one zip of them."""
    name = "a_" + part * (65_000 // len(part))
    began = time.process_time()
    assert Recogniser([(name, name)]).recognise((name, name)) is None
    plain_owner(name)
    assert time.process_time() - began < 2
