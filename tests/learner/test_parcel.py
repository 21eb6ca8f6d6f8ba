"""Is all of a learner's work in the zip that goes home, does it come back complete, and can a new release update it?"""

from __future__ import annotations

import json
import shutil
import zipfile

import pytest

from autograder.learner import parcel, renew
from autograder.learner.manifest import digest_of
from autograder.paths import COURSE, LIBRARY, ROOT
from labkit import store

CHAPTER = "course/01_weights/01_weights.ipynb"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A learner's folder, as a browser keeps it: notebooks, stubs and the record."""
    folder = tmp_path / "drive"
    for part in (COURSE, LIBRARY):
        shutil.copytree(part, folder / part.relative_to(ROOT), ignore=shutil.ignore_patterns("__pycache__"))
    for module in (parcel, renew):
        monkeypatch.setattr(module, "ROOT", folder)
    monkeypatch.setattr(parcel, "LIBRARY", folder / "src" / "weightlab")
    monkeypatch.setattr(store, "FOLDER", folder / ".weightlab")
    monkeypatch.chdir(folder / "course")
    return folder


def write_work(folder):
    module = folder / "src/weightlab/weights.py"
    module.write_text(
        module.read_text().replace('raise NotImplementedError("apply_weight is not written yet")', "return 7")
    )
    notebook = json.loads((folder / CHAPTER).read_text())
    notebook["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "my own words"})
    (folder / CHAPTER).write_text(json.dumps(notebook))
    (folder / "course/01_weights/experiment.py").write_text("mine = 1\n")
    store.save("progress", {"apply_weight": {"score": 2.0}})


def contents(folder):
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if "/kept/" not in name and not name.endswith(".zip")}


def test_everything_that_a_learner_made_is_in_the_zip_and_comes_back(copy):
    write_work(copy)
    other = copy / "course/03_initialization/03_initialization.ipynb"
    other.write_text(json.dumps(json.loads(other.read_text())))  # as a browser saves it: only formatted differently
    before = contents(copy)
    packed = parcel.take_home()
    names = zipfile.ZipFile(packed.path).namelist()
    assert {CHAPTER, "course/01_weights/experiment.py", ".weightlab/progress.json"} <= set(names)
    assert {name for name in names if name.startswith("src/")} == {n for n in before if n.startswith("src/")}
    assert not [name for name in names if "02_biases" in name and name.endswith(".ipynb")]  # as released
    assert "course/03_initialization/03_initialization.ipynb" not in names
    other.unlink()
    for name in names:
        (copy / name).unlink()
    shutil.copytree(COURSE, copy / "course", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    assert "back" in parcel.bring_back().title
    other.write_bytes(before["course/03_initialization/03_initialization.ipynb"])
    assert contents(copy) == before


def test_the_card_holds_the_zip_itself(copy):
    write_work(copy)
    packed = parcel.take_home()
    shown = packed._repr_html_()
    assert f'download="{packed.path.name}"' in shown
    assert "data:application/zip;base64,UEsD" in shown
    assert packed.path.name in repr(packed)


def test_what_coming_back_replaces_is_kept(copy):
    write_work(copy)
    parcel.take_home()
    later = copy / "src/weightlab/weights.py"
    later.write_text("# later work\n")
    parcel.bring_back()
    assert "return 7" in later.read_text()
    kept = [path.read_text() for path in (copy / ".weightlab/kept").rglob("weights.py")]
    assert kept == ["# later work\n"]


@pytest.mark.parametrize("name", ["../outside.py", "/etc/x", "autograder/keys/weights.key", "src/weightlab/../../x.py"])
def test_a_zip_that_would_write_elsewhere_is_refused_whole(copy, name):
    with zipfile.ZipFile(copy / "weightlab-work-1.zip", "w") as archive:
        archive.writestr("src/weightlab/weights.py", "changed")
        archive.writestr(name, "bad")
    before = contents(copy)
    answer = parcel.bring_back()
    assert "Nothing was brought back" in answer.title
    assert contents(copy) == before
    assert not (copy.parent / "outside.py").exists()


def test_without_a_zip_it_says_where_one_goes(copy):
    assert "Upload the zip" in repr(parcel.bring_back())


def test_a_chapter_is_packed_from_the_notebook(copy, monkeypatch):
    monkeypatch.setattr(parcel, "pack_submission", lambda chapter, student: _packed(copy, chapter, student))
    assert "Nothing was packed" in repr(parcel.submit("1_weights"))
    packed = parcel.submit("01_weights", "Ada")
    assert packed.path.name == "01_weights-Ada.zip"
    assert parcel.submit("01_weights").path.name == "01_weights-Ada.zip"  # remembered


def _packed(folder, chapter, student):
    from autograder.learner.submit import pack_submission

    return pack_submission(chapter, folder, student)


def archive_of(folder, target, changes):
    """Write a release's archive with some files changed."""
    released = json.loads(renew.MANIFEST.read_text())
    released |= {name: digest_of(text.encode()) for name, text in changes.items()}
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("autograder/keys/released.json", json.dumps(released))
        for path in (ROOT / name for name in released if not name.startswith("autograder/")):
            name = path.relative_to(ROOT).as_posix()
            archive.writestr(name, changes.get(name, path.read_bytes()))
    return target


def test_a_new_release_reaches_files_that_the_browser_has_saved(copy, tmp_path):
    first = archive_of(copy, tmp_path / "first.zip", {})
    assert renew.renew(first, copy) == ""  # on a first visit there is nothing that could hide the release
    write_work(copy)
    text = (ROOT / CHAPTER).read_text(encoding="utf-8").replace("One connection", "One new heading")
    second = archive_of(copy, tmp_path / "second.zip", {CHAPTER: text})
    assert "01_weights.ipynb" in renew.renew(second, copy)
    now = (copy / CHAPTER).read_text(encoding="utf-8")
    assert "One new heading" in now
    assert "my own words" in now
    assert "return 7" in (copy / "src/weightlab/weights.py").read_text()
    assert renew.renew(second, copy) == ""


def test_outside_a_site_nothing_is_renewed(copy):
    assert renew.renew() == ""
    assert not (copy / ".weightlab").exists()
