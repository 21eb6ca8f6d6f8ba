"""Does an update install the new release and lose nothing that the learner wrote?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from autograder.learner import cells, manifest, merge, releases, update
from autograder.paths import COURSE, LIBRARY, ROOT, SOLUTIONS
from autograder.version import is_older
from tests.support.project import copy_project

FREEZING = '''"""Chapter 8 as it was."""

import numpy as np

from .descent import gradient_step


Layers = list


def _scale(alpha: float, adapter: Layers):
    return alpha / adapter[0].shape[1]


def frozen_step(layers, gradients, learning_rate, frozen):
    """As it was."""
    raise NotImplementedError("frozen_step is not written yet")


def count_trainable(layers, frozen):
    return 7  # mine


def lora_merge(weights: np.ndarray, adapter: Layers, alpha):
    """Mine."""
    down, up = adapter
    return weights + _scale(alpha, adapter) * down @ up
'''


@pytest.fixture
def release(tmp_path):
    """The release being made: this project in its present state."""
    names = ("course", "autograder", "src", "solutions", "README.md", "requirements.txt", "pyproject.toml")
    return copy_project(tmp_path / "release", names)


@pytest.fixture
def copy(release, tmp_path):
    """A copy of an earlier release, in which chapters 8 and 9 had other numbers, with a learner's work in it."""
    folder = tmp_path / "copy"
    shutil.copytree(release, folder)
    old = folder / "course" / "09_capstone"
    (folder / "course" / "10_capstone").rename(old)
    (old / "10_capstone.ipynb").rename(old / "09_capstone.ipynb")
    shutil.rmtree(folder / "course" / "09_lora")
    (folder / LIBRARY.relative_to(ROOT) / "lora.py").unlink()
    (folder / "src/weightlab/freezing.py").write_text(FREEZING)
    (folder / "autograder" / "flat_module.py").write_text("")
    (folder / "README.md").write_text("An earlier text.\n")
    (folder / ".weightlab").mkdir()
    (folder / ".weightlab" / "progress.json").write_text('{"lora_merge": {"score": 3.0}}')
    recorded = json.loads((folder / manifest.MANIFEST).read_text())
    for name in ("course/10_capstone/10_capstone.ipynb", "course/09_lora/09_lora.ipynb", "src/weightlab/lora.py"):
        digest = recorded.pop(name)
        if "capstone" in name:
            recorded["course/09_capstone/09_capstone.ipynb"] = digest
    (folder / manifest.MANIFEST).write_text(json.dumps(recorded))
    return folder


def notebook(folder, name):
    return json.loads((folder / "course" / name / f"{name}.ipynb").read_text(encoding="utf-8"))


def write(folder, name, made):
    (folder / "course" / name / f"{name}.ipynb").write_text(json.dumps(made, indent=1), encoding="utf-8")


def source(cell):
    return "".join(cell["source"])


def answer(made, name, text):
    cell = next(cell for cell in made["cells"] if cells.grade_id(cell) == name)
    cell["source"] = text
    return cell


def own_cell(text):
    return {"cell_type": "code", "id": "f3a1b2c4", "metadata": {}, "source": text, "outputs": [], "execution_count": 1}


def folders(folder):
    return {path for path in folder.rglob("*") if path.is_dir() and ".weightlab" not in path.parts}


def snapshot(folder):
    files = (path for path in folder.rglob("*") if path.is_file() and ".weightlab" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_written_functions_are_kept_moved_ones_taken_along_and_new_stubs_added(release, copy):
    report = update.update(release, copy)
    freezing = (copy / "src/weightlab/freezing.py").read_text()
    assert "return 7  # mine" in freezing and "def interpolate_layers" in freezing
    assert "As it was." not in freezing, "an unwritten stub is replaced by the new one"
    lora = (copy / "src/weightlab/lora.py").read_text()
    assert "weights + _scale(alpha, adapter) * down @ up" in lora
    assert "from .freezing import _scale" in lora and "from .freezing import Layers" in lora
    assert 'raise NotImplementedError("lora_init is not written yet")' in lora
    assert (copy / "src/weightlab/descent.py").read_bytes() == (LIBRARY / "descent.py").read_bytes()
    assert "src/weightlab/lora.py" in report.merged
    assert (report.kept_in / "src/weightlab/freezing.py").read_text() == FREEZING
    assert json.loads((copy / ".weightlab/progress.json").read_text()) == {"lora_merge": {"score": 3.0}}
    command = [sys.executable, "-c", "from weightlab.lora import lora_merge; import weightlab.freezing; print('loads')"]
    assert subprocess.check_output(command, cwd=copy / "src", env={"PYTHONPATH": str(copy / "src")}) == b"loads\n"


def test_answers_and_own_cells_reach_the_renumbered_notebook(release, copy):
    mine = notebook(copy, "09_capstone")
    name = next(name for name, cell in cells.read_answers(mine).items() if cell["cell_type"] == "markdown")
    answer(mine, name, "In my own words.")
    place = next(i for i, cell in enumerate(mine["cells"]) if cell["id"] == "10-003")
    mine["cells"].insert(place + 1, own_cell("print('my own try')"))
    write(copy, "09_capstone", mine)
    update.update(release, copy)
    merged = notebook(copy, "10_capstone")
    assert source(cells.read_answers(merged)[name]) == "In my own words."
    at = [source(cell) for cell in merged["cells"]].index("print('my own try')")
    assert merged["cells"][at - 1]["id"] == "10-003"
    assert [cell["id"] for cell in merged["cells"] if cell["id"] != "f3a1b2c4"] == [
        cell["id"] for cell in notebook(release, "10_capstone")["cells"]
    ]
    assert not (copy / "course/09_capstone").exists()


def test_an_answer_whose_question_has_moved_to_another_chapter_goes_with_it(release, copy):
    name = next(iter(cells.read_answers(notebook(release, "09_lora"))))
    mine = notebook(copy, "08_freezing")
    mine["cells"].append({**cells.read_answers(notebook(release, "09_lora"))[name], "source": "my answer"})
    write(copy, "08_freezing", mine)
    update.update(release, copy)
    assert source(cells.read_answers(notebook(copy, "09_lora"))[name]) == "my answer"


def test_an_answer_that_is_no_longer_asked_for_stays_as_a_cell_of_ones_own(release, copy):
    mine = notebook(copy, "01_weights")
    released = cells.read_answers(mine)
    written = next(name for name, cell in released.items() if cell["cell_type"] == "markdown")
    number = next(name for name, cell in released.items() if cell["cell_type"] == "code")
    for name, says in ((written, "In my own words."), (number, "old_number = 7")):
        again = json.loads(json.dumps(answer(mine, name, source(released[name]))))
        again["metadata"]["nbgrader"]["grade_id"] = again["id"] = f"old_{name}"
        mine["cells"].insert(4, again | {"source": says})
        asked = name.removesuffix("-answer")
        blank = json.loads(json.dumps(again).replace(asked, "gone")) | {
            "source": source(released[name]).replace(asked, "old_gone")
        }
        blank["id"] = f"blank_{name}"
        mine["cells"].append(blank)
    write(copy, "01_weights", mine)
    update.update(release, copy)
    after = notebook(copy, "01_weights")["cells"]
    kept = {cell["id"]: cell for cell in after if cell["id"].startswith("kept-")}
    assert set(kept) == {f"kept-old_{written}", f"kept-old_{number}"}
    assert source(kept[f"kept-old_{written}"]).endswith("no longer asks for.*\n\nIn my own words.")
    assert source(kept[f"kept-old_{number}"]).endswith("no longer asks for.\nold_number = 7")
    assert all(cell["metadata"] == {} for cell in kept.values()), "they are graded by nobody"
    before = snapshot(copy)
    assert update.update(release, copy).nothing and snapshot(copy) == before


@pytest.fixture
def renumbered(copy):
    """The copy after git has put the new capstone, with nothing written in it, beside the old one."""
    new = copy / "course/10_capstone/10_capstone.ipynb"
    new.parent.mkdir()
    shutil.copy2(copy / "course/09_capstone/09_capstone.ipynb", new)
    recorded = json.loads((copy / manifest.MANIFEST).read_text())
    recorded["course/10_capstone/10_capstone.ipynb"] = recorded.pop("course/09_capstone/09_capstone.ipynb")
    (copy / manifest.MANIFEST).write_text(json.dumps(recorded))
    mine = notebook(copy, "09_capstone")
    for cell in mine["cells"]:
        cell["id"] = cell["id"].replace("10-", "09-")  # the id in release 1.0
    write(copy, "09_capstone", mine)
    return copy


def change(folder, chapter, name, text, *own):
    mine = notebook(folder, chapter)
    answer(mine, name, text)
    mine["cells"][3:3] = own
    write(folder, chapter, mine)


def sources(folder, chapter):
    return [source(cell) for cell in notebook(folder, chapter)["cells"]]


def test_of_a_notebook_the_report_says_what_is_kept_of_it(release, copy):
    name = "course/01_weights/01_weights.ipynb"
    made = notebook(copy, "01_weights")
    cell = next(cell for cell in made["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "seen\n"}]
    made["cells"][0]["source"] = "# An earlier release\n"
    write(copy, "01_weights", made)
    assert update.update(release, copy).merged[name] == "your own cells are kept"
    update.undo(copy)
    answer(made, "zero_or_negative", "An answer.")
    write(copy, "01_weights", made)
    assert update.update(release, copy).merged[name] == "your answers (1) and your own cells are kept"


def test_an_old_number_and_a_new_one_become_one_notebook(release, renumbered):
    both, one = own_cell("in_both = 1"), own_cell("old = 1") | {"id": "0a0a0a0a"}
    change(renumbered, "09_capstone", "what_to_deploy", "*Write your answer here.*\n\nThe second.", both, one)
    mine = notebook(renumbered, "09_capstone")
    mine["cells"].append(own_cell("at_the_end = 1") | {"id": "0b0b0b0b"})
    write(renumbered, "09_capstone", mine)
    change(renumbered, "10_capstone", "what_is_a_weight", "A number.", both, own_cell("new = 1"))
    before = snapshot(renumbered)
    report = update.update(release, renumbered)
    after = notebook(renumbered, "10_capstone")
    assert source(cells.read_answers(after)["what_to_deploy"]).endswith("The second.")
    assert source(cells.read_answers(after)["what_is_a_weight"]) == "A number."
    found = sources(renumbered, "10_capstone")
    assert [found.count(text) for text in ("in_both = 1", "old = 1", "new = 1")] == [1, 1, 1]
    assert found.index("at_the_end = 1") > found.index("A number.")
    ids = [cell["id"] for cell in after["cells"]]
    assert len(set(ids)) == len(ids), "two versions of one own cell get two ids"
    assert not (renumbered / "course/09_capstone").exists()
    assert report.merged["course/10_capstone/10_capstone.ipynb"].endswith(", from 09_capstone")
    assert update.update(release, renumbered).nothing
    update.undo(renumbered)
    assert snapshot(renumbered) == before


def test_of_two_answers_to_one_question_the_newer_counts_and_the_other_stays(release, renumbered):
    change(renumbered, "09_capstone", "what_is_a_weight", "As I thought first.")
    change(renumbered, "10_capstone", "what_is_a_weight", "As I think now.")
    update.update(release, renumbered)
    after = notebook(renumbered, "10_capstone")
    assert source(cells.read_answers(after)["what_is_a_weight"]) == "As I think now."
    (other,) = (cell for cell in after["cells"] if source(cell).endswith("As I thought first."))
    assert other["metadata"] == {} and "not in the cell that is graded" in source(other)
    before = snapshot(renumbered)
    assert update.update(release, renumbered).nothing and snapshot(renumbered) == before


def test_an_old_number_stays_if_the_notebook_with_the_new_one_cannot_be_read(release, renumbered):
    change(renumbered, "09_capstone", "what_is_a_weight", "As I thought first.")
    (renumbered / "course/10_capstone/10_capstone.ipynb").write_text("{not a notebook")
    report = update.update(release, renumbered)
    assert "As I thought first." in sources(renumbered, "09_capstone")
    assert set(report.left) == {f"course/{name}/{name}.ipynb" for name in ("09_capstone", "10_capstone")}


def test_an_answer_in_a_cell_of_another_kind_stays_beside_the_question(release, copy):
    mine = notebook(copy, "01_weights")
    name = next(name for name, cell in cells.read_answers(mine).items() if cell["cell_type"] == "markdown")
    answer(mine, name, "# in code").update(cell_type="code", outputs=[], execution_count=None)
    write(copy, "01_weights", mine)
    update.update(release, copy)
    after = notebook(copy, "01_weights")["cells"]
    at = next(i for i, cell in enumerate(after) if cells.grade_id(cell) == name)
    assert after[at]["cell_type"] == "markdown" and source(after[at + 1]).endswith("\n# in code")


@pytest.mark.parametrize("chapter", ["09_mine", "99_weights", "weights", "mine"])
def test_notebooks_that_the_learner_added_are_left_alone(release, copy, chapter):
    made = notebook(copy, "01_weights")
    name = next(name for name, cell in cells.read_answers(made).items() if cell["cell_type"] == "markdown")
    change(copy, "01_weights", name, "My answer.")
    answer(made, name, "A draft.")
    (copy / "course" / chapter).mkdir()
    write(copy, chapter, made)
    before = snapshot(copy)[f"course/{chapter}/{chapter}.ipynb"]
    report = update.update(release, copy)
    assert snapshot(copy)[f"course/{chapter}/{chapter}.ipynb"] == before and not report.left
    assert source(cells.read_answers(notebook(copy, "01_weights"))[name]) == "My answer."
    assert not any("A draft." in text for text in sources(copy, "01_weights"))


def test_cells_that_the_learner_added_to_the_glossary_stay(release, copy):
    mine = notebook(copy, "glossary")
    mine["cells"].append(own_cell("my_term = 1"))
    write(copy, "glossary", mine)
    update.update(release, copy)
    assert "my_term = 1" in sources(copy, "glossary")


def test_a_chapter_that_the_course_no_longer_has_stays_if_something_is_written_in_it(release, copy):
    recorded = json.loads((copy / manifest.MANIFEST).read_text())
    for name in ("12_written", "13_untouched"):
        (copy / "course" / name).mkdir()
        write(copy, name, notebook(copy, "02_biases"))
        path = f"course/{name}/{name}.ipynb"
        recorded[path] = manifest.digest_of((copy / path).read_bytes())
    (copy / manifest.MANIFEST).write_text(json.dumps(recorded))
    mine = notebook(copy, "12_written")
    mine["cells"].append(own_cell("mine = 1"))
    write(copy, "12_written", mine)
    report = update.update(release, copy)
    assert report.left == {"course/12_written/12_written.ipynb": "the course no longer has this chapter"}
    assert "mine = 1" in sources(copy, "12_written")
    assert not (copy / "course/13_untouched").exists()


def test_a_copy_with_conflict_markers_is_refused_before_anything_is_changed(release, copy):
    marked = copy / "src/weightlab/freezing.py"
    marked.write_text(f"<<<<<<< HEAD\n{FREEZING}=======\n>>>>>>> 2.0\n")
    before = snapshot(copy)
    with pytest.raises(manifest.UpdateError, match=r"freezing\.py contains git's conflict markers"):
        update.update(release, copy)
    assert snapshot(copy) == before and not (copy / ".weightlab" / "kept").exists()


def test_new_text_is_taken_with_the_learners_outputs_where_a_cell_is_the_same(release, copy):
    mine = notebook(copy, "01_weights")
    code = next(cell for cell in mine["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "seen"}]
    prose = next(cell for cell in mine["cells"] if cell["cell_type"] == "markdown")
    prose["source"] = "An earlier text."
    write(copy, "01_weights", mine)
    update.update(release, copy)
    merged = notebook(copy, "01_weights")
    assert merged["cells"][0]["source"] == notebook(release, "01_weights")["cells"][0]["source"]
    assert next(cell for cell in merged["cells"] if cell["id"] == code["id"])["outputs"] == code["outputs"]


def test_everything_else_is_as_the_release_has_it(release, copy):
    report = update.update(release, copy)
    assert (copy / "README.md").read_bytes() == (release / "README.md").read_bytes()
    assert not (copy / "autograder/flat_module.py").exists() and "autograder/flat_module.py" in report.removed
    assert (report.kept_in / "README.md").read_text() == "An earlier text.\n"


def test_undo_brings_every_byte_back(release, copy):
    before, there = snapshot(copy), folders(copy)
    update.update(release, copy)
    assert snapshot(copy) != before
    update.undo(copy)
    assert snapshot(copy) == before
    assert folders(copy) == there
    with pytest.raises(manifest.UpdateError, match="no update to undo"):
        update.undo(copy)


def test_undo_keeps_what_was_written_since(release, copy):
    update.update(release, copy)
    later = copy / "src/weightlab/lora.py"
    later.write_text(later.read_text(encoding="utf-8") + "\nlater = 1\n", encoding="utf-8")
    update.undo(copy)
    (kept,) = (copy / ".weightlab" / "kept").glob("*-undone")
    assert "later = 1" in (kept / "src/weightlab/lora.py").read_text(encoding="utf-8")


def test_a_second_update_has_nothing_to_do(release, copy):
    update.update(release, copy)
    before = snapshot(copy)
    assert update.update(release, copy).nothing
    assert snapshot(copy) == before


def test_what_cannot_be_read_is_left_as_it_is_and_named(release, copy):
    (copy / "src/weightlab/freezing.py").write_text("def broken(:\n")
    (copy / "course/02_biases/02_biases.ipynb").write_text("{not a notebook")
    report = update.update(release, copy)
    assert (copy / "src/weightlab/freezing.py").read_text() == "def broken(:\n"
    assert (copy / "course/02_biases/02_biases.ipynb").read_text() == "{not a notebook"
    assert set(report.left) == {"src/weightlab/freezing.py", "course/02_biases/02_biases.ipynb"}


def test_a_hand_out_gets_no_answers(release, copy):
    shutil.rmtree(copy / "solutions")
    update.update(release, copy)
    assert not (copy / "solutions").exists()
    assert (release / "solutions").exists()


@pytest.mark.parametrize("kind", ["zip", "gztar"])
def test_an_archive_is_a_release(release, copy, tmp_path, kind):
    archive = shutil.make_archive(str(tmp_path / "download"), kind, release.parent, release.name)
    with releases.open_release(tmp_path / archive, copy) as opened:
        assert (opened / manifest.MANIFEST).is_file()
        assert "src/weightlab/lora.py" in update.update(opened, copy).merged


def test_an_archive_that_reaches_outside_its_folder_is_refused(copy, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../evil.txt", "x")
    with (
        pytest.raises(manifest.UpdateError, match="outside its own folder"),
        releases.open_release(tmp_path / "evil.zip", copy),
    ):
        pass
    assert not (tmp_path.parent / "evil.txt").exists()


def test_a_copy_that_is_no_clone_says_what_to_do(copy):
    with pytest.raises(manifest.UpdateError, match=r"weightlab update RELEASE\.zip"), releases.open_release(None, copy):
        pass


@pytest.mark.parametrize(("version", "other"), [("2.0", "2.0.0"), ("2.0.0rc1", "2.0.0"), ("2", "2.0.0")])
def test_versions_of_which_neither_is_older(version, other):
    assert not is_older(version, other) and not is_older(other, version)
    assert is_older("1.9.12", version) and not is_older("", version)


@pytest.mark.parametrize("newer", ["2.0.1", "10.0"])
def test_an_older_release_is_refused_and_a_newer_one_is_named(release, copy, newer):
    def say(folder, version):
        (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')

    say(release, "2.0.0")
    say(copy, newer)
    before = snapshot(copy)
    with pytest.raises(manifest.UpdateError, match=f"That release, 2.0.0, is older than this copy, {newer}"):
        update.update(release, copy)
    assert snapshot(copy) == before and not (copy / ".weightlab" / "kept").exists()
    say(copy, "1.9")
    report = update.update(release, copy)
    assert (report.version_before, report.version) == ("1.9", "2.0.0")


@pytest.mark.parametrize("name", ["src/weightlab/weights.py", "course/01_weights/01_weights.ipynb"])
def test_a_copy_in_which_somebody_has_worked_is_no_release(release, copy, name):
    """Its solutions would replace the stubs of the copy that is updated."""
    text = (release / name).read_text(encoding="utf-8")
    (release / name).write_text(text.replace("apply_weight is not written", "mine").replace("## ", "### "))
    before = snapshot(copy)
    with pytest.raises(
        manifest.UpdateError, match=f"{name} has been edited in that release, so nothing was changed. Download"
    ):
        update.update(release, copy)
    assert snapshot(copy) == before and not (copy / ".weightlab" / "kept").exists()


def test_a_release_that_was_only_saved_with_other_line_ends_is_untouched(release, copy):
    path = release / "src/weightlab/weights.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    update.require_fit(release, copy)


def test_of_two_releases_with_one_version_number_neither_is_called_newer(release, copy):
    report = update.update(release, copy)
    assert report.version == report.version_before and report.digest != report.digest_before
    said = report.name
    assert report.digest in said and report.digest_before in said
    assert said.endswith("Both have the same version number, so the number does not show which release is newer")
    again = update.update(release, copy)
    assert again.name == again.version


def test_the_course_and_the_reference_merge_into_themselves():
    """Merging finished modules with themselves changes nothing but stubs."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (SOLUTIONS / "weightlab").glob("*.py")}
    definitions = merge.read_definitions(texts)
    for module, text in texts.items():
        new = (LIBRARY / f"{module}.py").read_text(encoding="utf-8")
        assert merge.merge_module(module, text, new, definitions) == text
    for path in COURSE.glob("*/*.ipynb"):
        made = json.loads(path.read_text(encoding="utf-8"))
        answers = cells.read_answers(made)
        assert cells.merge_notebook(made, [made], answers, answers) == (made, [])
