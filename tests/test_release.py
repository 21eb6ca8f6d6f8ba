"""Are the released files exactly what the sources give, free of answers, and no danger to a student's work?"""

import functools
import importlib
import inspect
import json
import linecache
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from autograder import release
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import key, reference
from autograder.paths import COURSE, KEYS, LIBRARY, ROOT, SOLUTIONS
from tests.support.project import copy_project


@pytest.fixture(scope="module", autouse=True)
def _keys_made_once():
    """Making all keys takes seconds and does not depend on where they are written."""
    with pytest.MonkeyPatch.context() as patch:
        make = key.chapter_keys
        made = functools.cache(lambda name: make(CHAPTERS[name], key.PUBLIC_SEED))
        patch.setattr(release.key, "chapter_keys", lambda chapter, seed: made(chapter.name))
        yield


@pytest.fixture(scope="module")
def built():
    return release.build()


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A copy of the generated files, so that a test may release into it."""
    copy_project(tmp_path, ("course", "src/weightlab", "autograder/keys"))
    monkeypatch.setattr(release, "COURSE", tmp_path / "course")
    monkeypatch.setattr(release, "LIBRARY", tmp_path / "src/weightlab")
    monkeypatch.setattr(release, "KEYS", tmp_path / "autograder/keys")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(release, "MANIFEST", tmp_path / "autograder/keys/released.json")
    return tmp_path


def test_what_is_committed_is_fresh():
    assert release.check() == []


def test_text_is_the_same_to_the_byte_each_time(built):
    again = release.build()
    assert {p: c for p, c in again.items() if p.suffix != ".key"} == {
        p: c for p, c in built.items() if p.suffix != ".key"
    }


def test_every_chapter_is_built(built):
    for name, chapter in CHAPTERS.items():
        assert COURSE / name / f"{name}.ipynb" in built
        assert LIBRARY / f"{chapter.module}.py" in built
        assert set(key.unpack(built[KEYS / f"{chapter.module}.key"])) == set(chapter.exercises)


def test_notebooks_are_valid_and_carry_each_exercise_once_with_its_points(built):
    for name, chapter in CHAPTERS.items():
        notebook = nbformat.reads(built[COURSE / name / f"{name}.ipynb"].decode(), as_version=4)
        nbformat.validate(notebook)
        graded = {
            cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        }
        asked = {**chapter.exercises, **chapter.questions, **chapter.written}
        assert graded == {item.name: item.points for item in asked.values()}


def test_every_stub_says_which_exercise_it_is(built):
    for exercise in EXERCISES.values():
        namespace = {"__name__": "m", "__package__": None}
        text = built[LIBRARY / f"{exercise.module}.py"].decode().replace("from .", "from solutions.weightlab.")
        exec(compile(text, exercise.module, "exec"), namespace)
        function = namespace[exercise.name]
        asked = inspect.signature(function).parameters.values()
        with pytest.raises(NotImplementedError, match=exercise.name):
            function(
                *[None for parameter in asked if parameter.kind != parameter.KEYWORD_ONLY],
                **{parameter.name: None for parameter in asked if parameter.kind == parameter.KEYWORD_ONLY},
            )


def test_an_answer_left_in_is_refused(built):
    leaky = dict(built)
    path = LIBRARY / "weights.py"
    leaky[path] = (
        (SOLUTIONS / "weightlab" / "weights.py")
        .read_bytes()
        .replace(b"### BEGIN SOLUTION", b"")
        .replace(b"### END SOLUTION", b"")
    )
    with pytest.raises(release.ReleaseError, match=r"src/weightlab/weights\.py.*answer"):
        release.prove(leaky)


def test_an_output_left_in_is_refused(built):
    path = next(path for path in built if path.suffix == ".ipynb")
    notebook = json.loads(built[path])
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "42"}]
    with pytest.raises(release.ReleaseError, match="output"):
        release.prove(built | {path: json.dumps(notebook).encode()})


def test_a_released_stub_that_is_stale_is_named_and_mended(elsewhere, monkeypatch):
    path = elsewhere / "src/weightlab/weights.py"
    fresh = path.read_bytes()
    stale = fresh.replace(b"Return", b"Give back", 1)
    path.write_bytes(stale)
    manifest = json.loads(release.MANIFEST.read_text())
    manifest["src/weightlab/weights.py"] = release._digest(stale)
    release.MANIFEST.write_text(json.dumps(manifest))
    assert len(release.check()) == 1
    assert release.release() == [path]
    assert path.read_bytes() == fresh


def test_a_students_edit_is_never_overwritten(elsewhere):
    path = elsewhere / "src/weightlab/weights.py"
    mine = path.read_bytes() + b"\nmine = 1\n"
    path.write_bytes(mine)
    with pytest.raises(release.ReleaseError, match=r"weights\.py.*Move your version"):
        release.release()
    assert path.read_bytes() == mine


def test_line_endings_of_another_system_are_no_edit(elsewhere):
    path = elsewhere / "src/weightlab/weights.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert release.check() == []


def test_a_key_within_tolerance_is_fresh_and_one_beyond_is_stale(elsewhere):
    path = elsewhere / "autograder/keys/weights.key"
    keys = list(key.unpack(path.read_bytes()).values())

    def shifted(factor):
        expected = tuple(value * factor for value in keys[0].expected)
        return key.pack([key.replace(keys[0], expected=expected), *keys[1:]])

    path.write_bytes(shifted(1 + 1e-12))
    assert release.check() == []
    path.write_bytes(shifted(1 + 1e-3))
    assert len(release.check()) == 1


def test_a_slip_in_a_notebooks_header_names_the_notebook_and_the_line(tmp_path, monkeypatch):
    source = tmp_path / "01_weights.md"
    text = (SOLUTIONS / "notebooks" / "01_weights.md").read_text(encoding="utf-8")
    assert text.splitlines()[7] == "  language: python"
    slips = {8: text.replace("\n  language: python", "\n language: python", 1), 1: text.removeprefix("---\n")}
    for line, slip in slips.items():
        source.write_text(slip, encoding="utf-8")
        said = rf"^line {line} of .*01_weights\.md cannot be read as a notebook: .+\.$"
        with pytest.raises(release.ReleaseError, match=said):
            release.build_notebook(source)


def test_a_misconception_of_no_exercise_is_refused(monkeypatch):
    wrong = reference.Misconception("bias_per_row", "dens", "Each neuron has one bias.", len)
    monkeypatch.setattr(reference, "misconceptions", lambda module: {"dens": [wrong]} if module == "biases" else {})
    words = "solutions/misconceptions/biases.py: bias_per_row is for 'dens', which is not an exercise of 02_biases."
    with pytest.raises(release.ReleaseError, match=f"^{re.escape(words)}$"):
        release.build()


def test_two_misconceptions_of_one_name_are_refused():
    """The second would silently replace the first."""
    first, second = "@of('dense')\ndef twice(): 'First.'", "@of('neuron')\ndef twice(): 'Second.'"
    of = importlib.import_module("solutions.misconceptions").of
    with pytest.raises(ValueError, match=r"^topic\.py: two misconceptions are called twice"):
        exec(f"{first}\n{second}", {"__name__": "topic", "of": of})


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            "return weighted_sums(x, weights) + bias",
            "return weights @ x + bias",
            "raised ValueError: matmul: .* on line [0-9]+ of solutions/weightlab/biases.py: return weights @ x",
        ),
        (
            "return weighted_sums(x, weights) + bias",
            "x += 1; return weighted_sums(x, weights)",
            "gave the right answer but changed its input x",
        ),
    ],
)
def test_a_reference_that_fails_its_own_case_is_named_in_one_sentence(before, after, words, monkeypatch):
    file = SOLUTIONS / "weightlab" / "biases.py"
    spoilt = {"__name__": "solutions.weightlab.biases", "__package__": "solutions.weightlab"}
    text = file.read_text().replace(before, after)
    exec(compile(text, str(file), "exec"), spoilt)
    monkeypatch.setitem(linecache.cache, str(file), (len(text), None, text.splitlines(True), str(file)))
    monkeypatch.setattr(reference.module("biases"), "dense", spoilt["dense"])
    with pytest.raises(reference.BrokenReference, match=rf"(?s)^solutions/weightlab/biases\.py: dense {words}") as told:
        key.make_key(EXERCISES["dense"], key.PUBLIC_SEED)
    assert "its case: four examples, two neurons" in str(told.value) and "\n" not in str(told.value)


def _copy_of_the_project(folder):
    for name in ("autograder", "solutions", "src", "course", "nbgrader_config.py"):
        take = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        take(ROOT / name, folder / name)


def _weightlab(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-c", "from autograder.cli.main import main; main()", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{folder}:{folder}/src"},
    )


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("release", "solutions/misconceptions/loss.py"),
        ("release", "autograder/exercises/loss.py"),
        ("grade", "solutions/weightlab/loss.py"),
    ],
)
def test_a_file_that_python_cannot_read_is_named_in_one_sentence(command, file, tmp_path):
    _copy_of_the_project(tmp_path)
    (tmp_path / file).write_text('"""A topic."""\n\ndef broken(:\n')
    (tmp_path / "classroom/submitted/ada/05_loss").mkdir(parents=True)
    (tmp_path / "classroom/submitted/ada/05_loss/05_loss.ipynb").write_text("{}")
    options = ["--classroom", "classroom", "--isolation", "process"] if command == "grade" else []
    run = _weightlab(tmp_path, command, *options)
    assert (run.returncode, run.stderr) == (1, f"Error: Python cannot read line 3 of {file}: invalid syntax.\n")


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        (
            "    hints=(\n",
            "    hint=(\n",
            "Python stops at {}: TypeError: Chapter.exercise() got an unexpected keyword",
        ),
        (
            "    hints=(\n",
            '    hints=(\n        "",\n',
            "Python stops at {}: ValueError: neuron: an exercise needs a task",
        ),
        (
            'prerequisites=("weighted_sum",)',
            'prerequisites=("sum",)',
            "{}: neuron builds on 'sum', which is not an exercise.",
        ),
        (
            '"adds the bias once": 1',
            '"adds it": 1',
            "{}: the cases of neuron name aspects that it does not have: 'adds",
        ),
    ],
)
def test_a_slip_in_a_declaration_names_the_module_and_the_line(right, wrong, words, tmp_path):
    _copy_of_the_project(tmp_path)
    source = tmp_path / "autograder/exercises/biases.py"
    text = source.read_text(encoding="utf-8")
    line = text[: text.index("@CHAPTER.exercise")].count("\n") + 1
    source.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    run = _weightlab(tmp_path, "release", "--check")
    said = words.format(f"line {line} of autograder/exercises/biases.py")
    assert run.returncode == 1 and run.stderr.count("\n") == 1
    assert run.stderr.startswith(f"Error: {said}")
