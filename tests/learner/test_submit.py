"""Do handouts and submissions contain everything that they must, and nothing that they must not?"""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from click.testing import CliRunner

from autograder import markers, submitted_notebook
from autograder.classroom.collecting.collect import collect_submissions
from autograder.classroom.handout import write_handout
from autograder.cli.main import main
from autograder.exercises import CHAPTERS
from autograder.judging import reference
from autograder.judging.question import judge_answer
from autograder.learner import notebook, submit
from autograder.learner.check import check_exercise
from autograder.learner.notebook import Card
from autograder.limits import MAX_NOTEBOOK
from autograder.paths import ROOT, SOLUTIONS
from autograder.submitted_notebook import MalformedNotebook, grade_id, read_notebook
from tests.support.jupyterlab import handout_copy

CHAPTER = "01_weights"


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """A student's copy of the course, and the environment in which this copy is imported."""
    folder = tmp_path_factory.mktemp("students") / "Übung 1"
    return folder, handout_copy(folder)


def lines_of(text):
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def test_a_hand_out_holds_no_answer_no_misconception_and_no_history(handed_out):
    folder, _ = handed_out
    assert not {path.name for path in folder.rglob("*")} & {".git", "solutions", "misconceptions", "tests"}
    texts = "\n".join(lines_of(path.read_text()) for path in folder.rglob("*") if path.suffix in (".py", ".ipynb"))
    texts = texts.replace('\\"', '"').replace("\\n", "\n")
    answers = [
        lines_of(region.body)
        for source in [*SOLUTIONS.glob("weightlab/*.py"), *SOLUTIONS.glob("notebooks/*.md")]
        for region in markers.regions(source.read_text(), source.name)
    ]
    wrong = [
        lines_of(inspect.getsource(one.function).partition(":\n")[2])
        for chapter in CHAPTERS.values()
        for known in reference.misconceptions(chapter.module).values()
        for one in known
        if inspect.isfunction(one.function)  # misconceptions made by families have no separate source
    ]
    assert len(answers) > 40 and len(wrong) > 40
    given = "return np.maximum(x, 0)"  # cases of chapter 03 pass ReLU as an argument
    assert [text for text in [*answers, *wrong] if text and text != given and text in texts] == []


def test_a_hand_out_links_to_no_file_that_stays_with_the_instructor(handed_out):
    folder, _ = handed_out
    pages = [folder / "README.md", folder / "CHANGELOG.md", *folder.glob("docs/*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))]
    here = [page.parent / link for page, link in links if "://" not in link]
    assert folder / "docs" / "assistant.md" in here and [link for link in here if not link.exists()] == []


def weightlab(handed_out, *words):
    folder, environment = handed_out
    command = [sys.executable, "-c", "from autograder.cli.main import main; main()", *words]
    return subprocess.run(command, cwd=folder, env=os.environ | environment, capture_output=True, text=True)


def test_in_a_hand_out_a_learner_checks_asks_and_packs_and_is_sent_to_the_instructor(handed_out, tmp_path):
    folder, _ = handed_out
    assert "not written yet" in weightlab(handed_out, "check", "weighted_sum").stdout
    assert "Hint 1 of 3" in weightlab(handed_out, "hint", "weighted_sum").stdout
    said = weightlab(handed_out, "reveal", "weighted_sum").stdout
    assert said.endswith("This copy of the course holds no answers; ask your instructor.\n") and "?" not in said
    shutil.copy(SOLUTIONS / "weightlab" / "weights.py", folder / "src" / "weightlab")
    assert weightlab(handed_out, "check", CHAPTER).returncode == 0
    assert weightlab(handed_out, "submit", CHAPTER).returncode == 0
    collect_submissions([(folder / f"{CHAPTER}.zip").rename(folder / "ada.zip")], tmp_path, CHAPTER)
    (taken,) = tmp_path.glob(f"submitted/*/{CHAPTER}/weightlab/weights.py")
    assert taken.read_bytes() == (SOLUTIONS / "weightlab" / "weights.py").read_bytes()


@pytest.mark.parametrize("words", [["release", "--check"], ["handout", "x"], ["grade"]])
def test_what_a_hand_out_cannot_do_it_says_in_one_sentence(handed_out, words):
    ran = weightlab(handed_out, *words)
    assert ran.returncode == 1
    assert re.fullmatch(r"Error: This copy of the course holds no solutions/.*\.\n", ran.stderr)


def test_a_hand_out_into_the_project_itself_is_refused():
    with pytest.raises(FileExistsError, match=r"is inside the project\. Choose a folder outside"):
        write_handout(ROOT / "autograder" / "new")
    assert not (ROOT / "autograder" / "new").exists()


@pytest.fixture
def learner(tmp_path, monkeypatch, state):
    """A learner's course and library, for packing."""
    from autograder.paths import COURSE, LIBRARY

    for name, folder in {"COURSE": COURSE, "LIBRARY": LIBRARY}.items():
        copy = tmp_path / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.setattr(submit, name, copy)
    return tmp_path


def test_a_packed_chapter_holds_notebook_and_library_and_warns_of_what_is_unfinished(learner):
    (learner / "weightlab" / "notes.txt").write_text("not to submit")
    packed = submit.pack_submission(CHAPTER, learner)
    with zipfile.ZipFile(packed.path) as archive:
        assert archive.namelist() == packed.contents
        assert {f"{CHAPTER}/{CHAPTER}.ipynb", f"{CHAPTER}/weightlab/weights.py"} <= set(packed.contents)
        assert all(name.endswith((".ipynb", ".py")) for name in packed.contents)
    words = " ".join(packed.warnings)
    for unfinished in [*CHAPTERS[CHAPTER].exercises, *CHAPTERS[CHAPTER].questions, *CHAPTERS[CHAPTER].written]:
        assert unfinished in words
    assert "was saved" in packed.warnings[-1]


def test_a_finished_chapter_is_packed_with_no_more_than_when_it_was_saved(learner):
    from tests.support import classroom as made

    shutil.copy(SOLUTIONS / "weightlab" / "weights.py", learner / "weightlab")
    path = learner / "course" / CHAPTER / f"{CHAPTER}.ipynb"
    path.write_text(json.dumps(made.answered(CHAPTERS[CHAPTER], notebook=json.loads(path.read_text()))))
    assert len(submit.pack_submission(CHAPTER, learner).warnings) == 1
    module = learner / "weightlab" / "weights.py"
    module.write_bytes(b"\xef\xbb\xbf" + module.read_bytes())
    assert len(submit.pack_submission(CHAPTER, learner).warnings) == 1, "Python reads a file with a byte-order mark"


def test_a_copy_of_the_notebook_is_said_not_to_be_in_the_zip(learner):
    path = learner / "course" / CHAPTER / f"{CHAPTER}.ipynb"
    copy = path.with_name(f"{CHAPTER}-Copy1.ipynb")
    shutil.copy(path, copy)
    packed = submit.pack_submission(CHAPTER, learner)
    assert f"The zip holds {path.name}, but not {copy.name}." in " ".join(packed.warnings)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"answers are in {copy.name}, rename that file to {path.name}"):
        submit.pack_submission(CHAPTER, learner)


def test_check_and_submit_name_an_import_that_grading_lacks(learner, monkeypatch):
    module = learner / "weightlab" / "weights.py"
    module.write_bytes(b"import seaborn as sns\n" + (SOLUTIONS / "weightlab" / "weights.py").read_bytes())
    (said,) = [words for words in submit.pack_submission(CHAPTER, learner).warnings if "seaborn" in words]
    assert "imports seaborn (line 1)" in said and "Remove the import." in said
    monkeypatch.setattr(notebook, "LIBRARY", learner / "weightlab")
    monkeypatch.setattr(notebook, "check_exercise", lambda exercise: check_exercise(exercise, learner / "weightlab"))
    card = notebook.check("apply_weight")
    assert card.verdict.status == "passed" and "imports seaborn (line 1)" in card._repr_html_()


def test_what_cannot_count_is_warned_of(learner):
    (learner / "weightlab" / "weights.py").write_text("def apply_weight(:\n")
    (learner / "course" / CHAPTER / f"{CHAPTER}.ipynb").write_text("[]")
    first, second, _ = submit.pack_submission(CHAPTER, learner).warnings
    assert first.startswith("Python cannot read line 1 of ") and "cannot be graded: it holds no list of cells" in second


def test_a_large_notebook_is_read_and_one_that_is_too_large_names_the_cell(learner):
    path = learner / "course" / CHAPTER / f"{CHAPTER}.ipynb"
    notebook = json.loads(path.read_text())
    released = json.loads(path.read_text())
    shown = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")

    def read(megabytes):
        shown["outputs"] = [output("stream", "x" * (megabytes * 2**20))]
        path.write_text(json.dumps(notebook))
        found = [words for words in submit.pack_submission(CHAPTER, learner).warnings if "larger than" in words]
        try:
            return found, bool(read_notebook(released, path.read_bytes()))
        except MalformedNotebook:
            return found, False

    assert read(11) == ([], True)
    (words,), readable = read(21)
    assert "clear the outputs of" in words and not readable
    assert read(0) == ([], True)


@pytest.mark.parametrize(
    ("part", "large", "said"),
    [
        (
            "attachments",
            {"a.png": {"image/png": "x" * (21 * 2**20)}},
            "delete the images that were pasted into cell 1",
        ),
        ("source", "x" * (21 * 2**20), "shorten cell 1"),
        ("outputs", [{"text": "x" * (21 * 2**20)}], "clear the outputs of cell 1"),
        (None, {"widgets": "x" * (21 * 2**20)}, "turn off Save Widget State Automatically"),
    ],
)
def test_the_remedy_fits_what_makes_a_notebook_too_large(part, large, said):
    cell = {"cell_type": "markdown", "source": "Mine", "metadata": {}} | ({part: large} if part else {})
    notebook = {"cells": [cell], "metadata": {} if part else large}
    with pytest.raises(MalformedNotebook, match=said):
        read_notebook({"cells": []}, json.dumps(notebook).encode())


def test_a_notebook_of_too_many_brackets_is_not_parsed():
    """A million empty lists in 2 MiB take 60 MiB of memory."""
    brackets = b'{"cells": [], "metadata": [%s]}'
    most = submitted_notebook.MAX_CONTAINERS
    with pytest.raises(MalformedNotebook, match="none of its cells"):  # so it was read
        read_notebook({"cells": []}, brackets % b",".join([b"[]"] * (most - 3)))
    for one in (b"[]", b"{}"):
        with pytest.raises(MalformedNotebook, match="more than 1,000,000 brackets; clear the outputs"):
            read_notebook({"cells": []}, brackets % b",".join([one] * (most - 2)))
    with pytest.raises(MalformedNotebook, match="larger than 20 MB; clear the outputs of its largest cells"):
        read_notebook({"cells": []}, b"[" * (MAX_NOTEBOOK + 1))


@pytest.mark.parametrize("texts", ["kept", "gone"])
def test_a_written_answer_whose_cell_has_lost_its_name_is_not_said_to_be_empty(learner, texts):
    """As in grading, the unchanged texts around the cell tell where it is; without them nobody could."""
    path = learner / "course" / CHAPTER / f"{CHAPTER}.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in CHAPTERS[CHAPTER].written:
            cell["source"] = "It is in the weights."
        elif texts == "gone" and cell["cell_type"] == "markdown":
            cell["source"] = "Mine."
        cell["metadata"], cell["id"] = {}, None
    path.write_text(json.dumps(notebook))
    warnings = submit.pack_submission(CHAPTER, learner).warnings
    for name in CHAPTERS[CHAPTER].written:
        assert not any(f"{name} is empty" in words for words in warnings)
        told = any(f"The written answer {name} cannot be found" in words for words in warnings)
        assert told == (texts == "gone")


def new_cell(kind):
    """Return a cell that the learner has added, or that an editor has made when a cell's kind was changed."""
    return {"cell_type": kind, "id": "new", "metadata": {}, "source": "A weight of zero\nsilences ink."}


@pytest.mark.parametrize("kind", ["raw", "code", "markdown"])
@pytest.mark.parametrize("place", ["instead of the answer cell", "above it", "below it"])
def test_a_written_answer_in_another_cell_is_quoted_and_the_remedy_helps(learner, kind, place):
    path = learner / "course" / CHAPTER / f"{CHAPTER}.ipynb"
    notebook = json.loads(path.read_text())
    name = next(iter(CHAPTERS[CHAPTER].written))
    cells = notebook["cells"]
    at = next(k for k, cell in enumerate(cells) if grade_id(cell) == name)
    new = new_cell(kind)
    span = {"instead of the answer cell": (at, at + 1), "above it": (at, at), "below it": (at + 1, at + 1)}[place]
    cells[slice(*span)] = [new]

    def warnings():
        path.write_text(json.dumps(notebook))
        return [words for words in submit.pack_submission(CHAPTER, learner).warnings if name in words]

    if kind == "markdown" and place == "instead of the answer cell":
        assert warnings() == [], "its place says what it answers"
        return
    (words,) = warnings()
    gone = place == "instead of the answer cell"
    assert f'a {kind} cell next to it ("a weight of zero silences ink.")' in words.lower()
    assert "is empty" not in words and ("is missing" in words) == gone
    if gone:
        assert "copy it into a Markdown cell directly below the question" in words
        cells[at:at] = [new_cell("markdown")]
    else:
        assert "copy it into the answer cell" in words
        next(cell for cell in cells if grade_id(cell) == name)["source"] = new["source"]
    assert warnings() == []


def test_a_missing_answer_cell_is_not_called_empty(learner):
    path = learner / "course" / CHAPTER / f"{CHAPTER}.ipynb"
    notebook = json.loads(path.read_text())
    name, other = CHAPTERS[CHAPTER].written
    notebook["cells"] = [cell for cell in notebook["cells"] if grade_id(cell) != name]
    path.write_text(json.dumps(notebook))
    warnings = submit.pack_submission(CHAPTER, learner).warnings
    assert any(f"The answer cell of {name} is missing. Add a Markdown cell" in words for words in warnings)
    assert f"The written answer {other} is empty." in warnings


QUESTION = "share_that_flips"
WAYS = {
    "a literal": (f"{QUESTION} = 0.25", []),
    "shown in the last line": (f"{QUESTION} = 1 / 4\n{QUESTION}", [("execute_result", {"text/plain": "0.25"})]),
    "printed": (f"{QUESTION} = 1 / 4\nprint({QUESTION})", [("stream", "0.25\n")]),
    "in a sentence": (f"{QUESTION} = 1 / 4\nprint(f'It is {{{QUESTION}}}.')", [("stream", "It is 0.25.\n")]),
    "followed by another": (f"{QUESTION} = 1 / 4\n'done'", [("execute_result", {"text/plain": "'done'"})]),
}


def output(kind, content):
    if kind == "stream":
        return {"output_type": kind, "name": "stdout", "text": content}
    return {"output_type": kind, "metadata": {}, "execution_count": 1, "data": content}


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_a_number_that_its_check_has_seen_counts_and_another_is_warned_of(learner, way, checked):
    source, outputs = WAYS[way]
    path = learner / "course" / CHAPTER / f"{CHAPTER}.ipynb"
    notebook = json.loads(path.read_text())
    cells = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
    cells[f"{QUESTION}-answer"] |= {"source": source, "outputs": [output(*one) for one in outputs]}
    if checked:
        bundle = Card(judge_answer(CHAPTERS[CHAPTER].questions[QUESTION], 0.25), "", 0.25)._repr_mimebundle_()
        cells[QUESTION]["outputs"] = [output("execute_result", bundle)]
    path.write_text(json.dumps(notebook))
    warned = [words for words in submit.pack_submission(CHAPTER, learner).warnings if QUESTION in words]
    assert bool(warned) == (not checked and way not in ("a literal", "shown in the last line")), warned


def test_the_students_name_is_part_of_the_zips_and_is_remembered(learner, state):
    packed = submit.pack_submission(CHAPTER, learner, "Ada Lovelace / 47..11")
    assert packed.path.name == "01_weights-Ada-Lovelace-47..11.zip"
    assert submit.pack_submission(CHAPTER, learner).path.name == "01_weights.zip"
    assert submit.remembered_student() == ""
    submit.remember_student("ada")
    assert submit.remembered_student() == "ada"


def test_a_name_that_is_used_again_is_told(state, monkeypatch, tmp_path):
    packed = submit.PackedSubmission(tmp_path / "a.zip", ["a.ipynb"])
    monkeypatch.setattr(submit, "pack_submission", lambda chapter, student: packed)

    def said(*options):
        ran = CliRunner().invoke(main, ["submit", CHAPTER, *options])
        assert ran.exit_code == 0, ran.output
        return [line for line in ran.output.splitlines() if line.startswith("Named after")]

    assert said() == []
    assert said("--name", "Ben Adams") == []
    assert said() == ["Named after Ben Adams, as last time; change that with --name."]
