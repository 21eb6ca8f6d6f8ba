"""Does the command line say and return what people and programs rely on?"""

import dataclasses
import hashlib
import io
import json
import multiprocessing
import re
import shutil
import signal
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from autograder import card
from autograder.cli.main import main
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import key
from autograder.learner.check import check_library
from autograder.paths import LIBRARY, ROOT, SOLUTIONS
from autograder.release import ReleaseError
from autograder.version import help_link
from tests.support.downloads import packed

KEYS = {"exercise", "chapter", "status", "score", "points", "misconception", "finding", "message", "aspects", "file"}


def run(*words, **options):
    return CliRunner().invoke(main, [str(word) for word in words], **options)


@pytest.fixture
def library(tmp_path):
    """A copy of the reference to spoil."""
    folder = tmp_path / "weightlab"
    shutil.copytree(SOLUTIONS / "weightlab", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def check_one(name, library, *, exit_code):
    result = run("check", name, "--library", library, "--json")
    assert result.exit_code == exit_code, result.output
    (entry,) = json.loads(result.stdout)
    assert set(entry) == KEYS
    assert (entry["exercise"], entry["chapter"]) == (name, EXERCISES[name].chapter)
    assert entry["points"] == EXERCISES[name].points
    return entry


def replace_function(library, name, code):
    """Append a definition, which then replaces the earlier one."""
    path = library / f"{EXERCISES[name].module}.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\n" + code, encoding="utf-8")


def test_the_reference_passes_a_chapter_with_exit_code_0(library):
    result = run("check", "01_weights", "--library", library, "--json")
    assert result.exit_code == 0
    entries = json.loads(result.stdout)
    assert [entry["exercise"] for entry in entries] == list(CHAPTERS["01_weights"].exercises)
    assert all(entry["status"] == "passed" and entry["score"] == entry["points"] for entry in entries)


def test_everything_is_checked_where_nothing_is_named(library):
    entries = json.loads(run("check", "--library", library, "--json").stdout)
    assert [entry["exercise"] for entry in entries] == list(EXERCISES)
    assert all(entry["status"] == "passed" for entry in entries)
    points = sum(entry["points"] for entry in entries)
    last = run("check", "--library", library).stdout.splitlines()[-1]
    also = "`weightlab status` also counts the numbers that you computed."
    assert last == f"{points:g} of {points:g} points for functions; {also}"
    last = run("check", "01_weights", "--library", library).stdout.splitlines()[-1]
    assert last == f"14 of 14 points for functions; {also}"
    assert run("check", "apply_weight", "--library", library).stdout.splitlines()[-1] == "2 of 2 points."


def test_help_names_every_command_in_a_whole_sentence():
    listed = run("--help").stdout.partition("Commands:")[2].splitlines()
    commands = [line for line in listed if line.startswith("  ")]
    assert len(commands) > 15
    assert all(line.endswith(".") and not line.endswith("..") for line in commands), commands


def test_a_return_at_the_left_margin_is_told_to_be_indented(library):
    replace_function(library, "apply_weight", "def apply_weight(signal, weight):\n    pass\nreturn signal + weight\n")
    said = run("check", "apply_weight", "--library", library).stdout
    assert "'return' outside function. Indent that line by four spaces, so that it is inside its function." in said


def test_who_waits_at_a_terminal_hears_which_exercise_is_running(library, monkeypatch):
    monkeypatch.setattr("autograder.learner.check.SLOW", 0.05)
    code = "def apply_weight(signal, weight):\n    import time\n    time.sleep(0.3)\n    return signal * weight\n"
    replace_function(library, "apply_weight", code)
    exercises, told = [EXERCISES["apply_weight"]], []
    check_library(exercises, library, told.append)
    assert told == ["apply_weight"]
    assert "still running" not in run("check", "apply_weight", "--library", library).output, "nobody is at a terminal"


STUB = "def apply_weight(signal, weight):\n    raise NotImplementedError('apply_weight is not written yet')\n"


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        (STUB, "not_started", "counts as not written"),
        ("def apply_weight(signal, weight):\n    return signal + weight\n", "failed", "; expected "),
        ("def apply_weight(signal, weight):\n    return signal.wrong\n", "error", "has no attribute"),
        ("def apply_weight(signal, weight):\n    return 'six'\n", "failed", "the string 'six'"),
        ("def apply_weight(signal, weight):\n    return [signal * weight]\n", "failed", "shape (1,)"),
        ("def apply_weight(signal, weight):\n    return float('nan')\n", "failed", "nan"),
        ("def apply_weight(signal, weight):\n    pass\n", "failed", "None (is there a return?)"),
        ("def apply_weight(signal, weight)\n    return 1\n", "error", "Python cannot read line"),
        ("def apply_weight(signal, weight):\n    6\nreturn signal\n", "error", "The line is: return signal"),
        ("import os\nos._exit(0)\n", "crashed", "ended its whole process"),
        ("1 / 0\n", "error", "stops while it is being loaded"),
        ("del apply_weight\n", "not_started", "has no function called apply_weight"),
    ],
)
def test_each_way_to_be_wrong_has_its_status_and_its_sentence(library, code, status, said):
    replace_function(library, "apply_weight", code)
    entry = check_one("apply_weight", library, exit_code=1)
    assert entry["status"] == status
    assert said in entry["message"]
    assert entry["score"] == 0
    assert entry["file"].endswith("weightlab/weights.py")


def test_the_terminal_warns_of_the_modules_imports_as_the_card_does(library):
    path = library / "weights.py"
    path.write_text("import nupmy\nimport torch\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    result = run("check", "apply_weight", "weighted_sum", "--library", library)
    said = " ".join(result.stdout.split())
    assert result.exit_code == 0 and "Full marks" in said
    assert said.count("imports nupmy (line 1). Did you mean numpy?") == 1
    assert said.count("imports torch (line 2). A class is graded with NumPy") == 1 and "Remove the import." in said
    assert "imports" not in run("check", "dense", "--library", library).stdout


def test_the_terminal_shows_what_the_function_printed_as_the_card_does(library):
    replace_function(library, "apply_weight", "def apply_weight(signal, weight):\n    print('signal is', signal)\n")
    lines = run("check", "apply_weight", "--library", library).stdout.splitlines()
    at = lines.index("Your code printed (only what it returns is checked):")
    assert lines[at + 1].startswith("  signal is ")
    assert "printed" not in run("check", "weighted_sum", "--library", library).stdout


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (["hello"] * 5, ["hello (5 times)"]),
        (["in", "out"] * 3, ["in", "out", "(these 2 lines, 3 times)"]),
        (["a", "a", "b"] * 2, ["a", "a", "b", "(these 3 lines, 2 times)"]),
        (["1", "2", "2", "1"], ["1", "2 (2 times)", "1"]),
        (["1", "2", "3"], ["1", "2", "3"]),
        (["one"], ["one"]),
        ([], []),
    ],
)
def test_what_each_case_prints_again_is_shown_once(printed, shown):
    assert card._beginning("".join(f"{line}\n" for line in printed)).splitlines() == shown


def test_of_a_long_output_the_beginning_is_shown(library):
    code = "def apply_weight(signal, weight):\n    print('x\\n' * 1000)\n    return signal * weight\n"
    replace_function(library, "apply_weight", code)
    lines = run("check", "apply_weight", "--library", library).stdout.splitlines()
    assert "Your code printed:" in lines and "  … (and more)" in lines and lines.count("  x") < 100


def test_functions_that_are_not_written_are_counted_by_chapter_and_the_next_is_named(library):
    assert "Not written yet" not in run("check", "--library", library).stdout
    for name in ("apply_weight", "count_weights", "dense"):
        replace_function(library, name, STUB.replace("apply_weight", name).replace("signal, weight", "*given"))
    said = run("check", "--library", library).stdout
    assert "Not written yet: 2 in 01_weights, 1 in 02_biases. Next: apply_weight in " in said
    assert "Not written yet" not in run("check", "01_weights", "--library", library).stdout, "named one by one instead"


def test_a_file_that_python_cannot_read_is_described_once_with_what_to_do(library):
    replace_function(library, "template_weights", "def template_weights(images:\n    return 1\n")
    result = run("check", "01_weights", "--library", library)
    assert result.exit_code == 1
    (unread,) = [line for line in result.stdout.splitlines() if "Python cannot read" in line]
    assert re.search(r"Python cannot read line \d+ of \S*weights\.py: ", unread)
    assert f"Not checked: {', '.join(CHAPTERS['01_weights'].exercises)}." in result.stdout
    assert result.stdout.count("Fix the file, save, and check again.") == 1
    assert "points that you have earned stay in your progress" in result.stdout


def test_a_folder_without_any_module_of_the_library_is_refused_in_one_sentence(tmp_path):
    result = run("check", "--library", tmp_path)
    assert result.exit_code == 2 and f"{tmp_path} contains no module of the library." in result.output
    (tmp_path / "weights.py").write_text("")
    assert "contains no module" not in run("check", "apply_weight", "--library", tmp_path).output


def test_an_endless_loop_is_stopped(library, monkeypatch):
    monkeypatch.setitem(EXERCISES, "apply_weight", dataclasses.replace(EXERCISES["apply_weight"], time_limit=1.0))
    replace_function(library, "apply_weight", "def apply_weight(signal, weight):\n    while True:\n        pass\n")
    entry = check_one("apply_weight", library, exit_code=1)
    assert entry["status"] == "timeout"
    assert "did not finish within 1 seconds of computing time and was stopped" in entry["message"]


def test_the_limit_is_ten_seconds():
    assert all(exercise.time_limit == 10 for exercise in EXERCISES.values() if exercise.name != "adapt")


def test_an_exception_names_the_students_line(library):
    replace_function(library, "apply_weight", "def apply_weight(signal, weight):\n    return missing * weight\n")
    lines = (library / "weights.py").read_text(encoding="utf-8").splitlines()
    at = 1 + next(i for i, line in enumerate(lines) if "missing" in line)
    assert f"on line {at} of" in check_one("apply_weight", library, exit_code=1)["message"]


def test_a_changed_input_is_named(library):
    replace_function(
        library, "dense", "def dense(x, weights, bias):\n    x *= 2\n    return (x / 2) @ weights + bias\n"
    )
    entry = check_one("dense", library, exit_code=1)
    assert "changed its input x" in entry["message"]
    assert 0 < entry["score"] < entry["points"]


def test_a_missing_file_is_missing(library):
    (library / "weights.py").unlink()
    entry = check_one("apply_weight", library, exit_code=1)
    assert entry["status"] == "missing"
    assert "is missing" in entry["message"]


def test_a_failing_prerequisite_is_named_first(library):
    replace_function(library, "weighted_sums", "def weighted_sums(inputs, weights):\n    return inputs\n")
    replace_function(
        library,
        "dense",
        "from .weights import weighted_sums\n\n\n"
        "def dense(x, weights, bias):\n    return weighted_sums(x, weights) + bias\n",
    )
    entry = check_one("dense", library, exit_code=1)
    assert entry["message"].startswith("dense builds on weighted_sums")


def test_an_autograder_that_fails_gives_no_score_and_exit_code_3(library, monkeypatch, tmp_path):
    monkeypatch.setattr("autograder.judging.key.KEYS", tmp_path)
    monkeypatch.setattr("autograder.judging.key.public_keys", key.public_keys.__wrapped__)
    monkeypatch.setattr("autograder.examine.public_keys", key.public_keys)
    entry = check_one("apply_weight", library, exit_code=3)
    assert (entry["status"], entry["score"]) == ("unjudged", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek"], "No such command 'chek'. Did you mean check?"),
        (["progress"], "No such command 'progress'. Did you mean status?"),
        (["return-feedback"], "No such command 'return-feedback'. Did you mean feedback?"),
        (["xyz"], "No such command 'xyz'.\n"),
        (["check", "aply_weight"], "Did you mean apply_weight"),
        (["check", "src/weightlab/backprop.py"], "Did you mean 06_backprop?"),
        (["check", "course/06_backprop/"], "Did you mean 06_backprop?"),
        (["submit", r"course\06_backprop\06_backprop.ipynb"], "Did you mean 06_backprop?"),
        (["check", "01-weights"], "Did you mean 01_weights, weighted_sum or weighted_sums?"),
        (["hint", "zero_or_negative"], "zero_or_negative is a written answer in course/01_weights"),
        (["check", "--library", "/nowhere/at/all"], "is not a folder"),
        (["hint", "aply_weight"], "Did you mean apply_weight"),
        (["submit", "chapter one"], "No chapter is called"),
        (["grade", "1"], "Did you mean 01_weights"),
        (["report", "1"], "Did you mean 01_weights"),
        (["collect", "1", "."], "Did you mean 01_weights"),
        (["handout", "new", "--github-classroom", "--chapter", "1"], "Did you mean 01_weights"),
    ],
)
def test_a_usage_error_is_one_sentence_with_exit_code_2(words, said):
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_long_name_of_a_file_is_shortened_in_the_middle_of_the_table(tmp_path):
    name = f"{'first' * 10}{'x' * 100}{'last' * 8}"
    (tmp_path / f"{name}.zip").write_bytes(packed("ada"))
    result = run("collect", "01_weights", tmp_path / f"{name}.zip", "--classroom", tmp_path / "class", "--dry-run")
    lines = result.output.splitlines()
    assert result.exit_code == 0 and max(map(len, lines[:2])) < 160, result.output
    assert "firstfirst" in lines[1] and "…" in lines[1] and "lastlast.zip" in lines[1]


@pytest.mark.parametrize(
    ("stopped_by", "said"),
    [
        (ReleaseError("There is nothing here. Take a fresh copy."), "There is nothing here. Take a fresh copy."),
        (
            PermissionError(13, "Permission denied", "kept.csv"),
            "kept.csv cannot be read or written (Permission denied).",
        ),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (FileNotFoundError("The first page is missing."), "The first page is missing."),
    ],
)
def test_whatever_command_is_refused_says_so_in_one_line(stopped_by, said, monkeypatch):
    def stop():
        raise stopped_by

    monkeypatch.setattr("autograder.learner.progress.board", stop)
    result = run("status")
    assert (result.exit_code, result.output) == (1, f"Error: {said}\n")


def test_a_fault_of_the_program_itself_is_not_taken_for_a_refusal(monkeypatch):
    monkeypatch.setattr("autograder.learner.progress.board", lambda: 1 / 0)
    assert isinstance(run("status").exception, ZeroDivisionError)


def test_hints_open_one_at_a_time(state):
    said = [run("hint", "dense").output for _ in range(4)]
    hints = EXERCISES["dense"].hints
    for count, text in enumerate(said, 1):
        shown = [hint.replace("`", "") in text for hint in hints]
        assert shown == [True] * min(count, 3) + [False] * (3 - min(count, 3))


def test_reveal_asks_first(state):
    assert "return" not in run("reveal", "dense", input="n\n").output.lower().replace("hint", "")
    assert "return" in run("reveal", "dense", input="y\n").output


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("dense", "Show the answer to dense? A hint may be enough."),
        ("zero_or_negative", "Show the answer to zero_or_negative? Write your own answer first."),
        ("share_that_flips", None),
    ],
)
def test_reveal_asks_what_fits_the_task(state, name, asked):
    said = run("reveal", name, input="n\n").output
    assert said.startswith(asked) if asked else "?" not in said and "Your own code computes the number" in said


def test_status_says_what_is_next(state):
    data = json.loads(run("status", "--json").output)
    assert data["next"] == ["01_weights", "apply_weight"]
    assert sum(len(row["items"]) for row in data["chapters"]) >= len(EXERCISES)
    said = run("status").output
    assert "Next: apply_weight" in said
    assert "A person marks written answers" in said and "not counted here" in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("1", "Did you mean 01_weights?"),
        ("02", "Did you mean 02_biases?"),
        ("Loss", "Did you mean 05_loss?"),
        ("gpt2_parameters", "is a number in the notebook course/02_biases"),
        ("what_7b_counts", "is a written answer in course/02_biases"),
    ],
)
def test_a_name_that_is_not_checked_on_the_library_is_explained(name, words):
    result = run("check", name)
    assert result.exit_code == 2 and words in result.output


def test_the_terminal_speaks_of_commands_not_of_calls(library):
    result = run("reveal", "dense", input="n\n")
    assert "weightlab hint dense" in result.output and 'reveal("' not in result.output


def test_the_bare_command_lists_what_there_is():
    assert "status" in run().output and run("--help").exit_code == 0


def test_the_version_names_release_digest_and_copy():
    said = run("--version").output
    digest = hashlib.sha256((ROOT / "autograder" / "keys" / "released.json").read_bytes()).hexdigest()[:16]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert said == f"weightlab {version}, release {digest}, in {ROOT}\n"
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert re.fullmatch(rf"{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)", headings[0]), "the newest release comes first"


def test_help_says_where_to_ask():
    assert f"Questions: {help_link()}" in run("--help").output and help_link().startswith("https://")


@pytest.fixture
def other_copy(tmp_path, monkeypatch):
    """A terminal in a different copy of the course than the one whose command is called."""
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "paths.py").touch()
    (tmp_path / "src" / "weightlab").mkdir(parents=True)
    (tmp_path / "course" / "01_weights").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "course" / "01_weights")
    return tmp_path


@pytest.mark.parametrize("words", [["check", "apply_weight"], ["status"], ["hint", "dense"]])
def test_in_another_copy_of_the_course_every_learners_command_warns(other_copy, state, words):
    said = run(*words).stderr
    assert f"You are in one copy of the course, {other_copy}" in said and str(LIBRARY) in said


def test_the_library_that_is_named_is_nobodys_surprise(other_copy, monkeypatch):
    (other_copy / "src" / "weightlab" / "weights.py").touch()
    named = ["check", "dense", "--library", other_copy / "src" / "weightlab"]
    assert run(*named).stderr == ""
    monkeypatch.chdir(ROOT / "course")
    assert run(*named).stderr == "" and "one copy" not in run("status").stderr


@pytest.mark.parametrize(("holds", "code", "said"), [(True, 0, "holds  it holds"), (False, 1, "BROKEN  it holds")])
def test_a_broken_promise_of_the_sandbox_ends_with_1(holds, code, said, monkeypatch):
    from autograder.sandbox import selftest

    monkeypatch.setattr(selftest, "self_test", lambda: [("it stays shut", True, "yes"), ("it holds", holds, "seen")])
    result = run("grade", "--self-test")
    assert result.exit_code == code and f"{said}: seen" in result.stdout
    assert ("Promises not kept here: 1 of 2." in result.stdout) is not holds


def test_grades_that_fell_are_listed_up_to_ten(capsys):
    from autograder.classroom.history import Change
    from autograder.cli.instructor import _changes

    fell = [Change(f"s{n}", "01_weights", 15.0, 1.0, ("resubmitted",)) for n in range(12)]
    rose = [Change("ann", "01_weights", 1.0, 15.0, ("resubmitted",)), Change("bo", "01_weights", None, 0.0, ())]
    _changes(Path("classroom"), SimpleNamespace(changes=fell[:1] + rose, healed=[]), verbose=False)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("1 grade is new, 2 grades changed (`") and said[1:] == [
        "lower than before: s0, 01_weights: from 15 to 1 (resubmitted)"
    ]
    _changes(Path("classroom"), SimpleNamespace(changes=fell + rose, healed=[]), verbose=False)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 12 and said[-1] == "lower than before: 2 more grades"
    for changes, told in ((rose[1:] * 2, "2 grades are new ("), (rose[:1], "1 grade changed (")):
        _changes(Path("classroom"), SimpleNamespace(changes=changes, healed=[]), verbose=False)
        assert capsys.readouterr().out.startswith(told)


def test_a_classroom_is_named_without_detours(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for given, named in ((tmp_path / "x" / ".." / "class", tmp_path / "class"), ("class", tmp_path / "class")):
        result = run("view", "ann", "01_weights", "--classroom", given)
        assert result.exit_code == 1 and result.stderr.startswith(f"Error: {named} has no submitted/ folder")
    (tmp_path / "class" / "submitted" / "ann" / "01_weights").mkdir(parents=True)
    said = run("feedback", "01_weights", "--moodle", "--classroom", tmp_path / "x" / ".." / "class")
    assert f"--classroom {tmp_path / 'class'}`" in said.stderr


def test_the_progress_bar_names_the_submission_for_which_it_waits(monkeypatch, capsys):
    from autograder.cli.instructor import _Progress

    with _Progress(shown=False) as progress:
        progress.update(1, 2)
        progress.wait_for("ann", "01_weights", 60.0)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("COLUMNS", "100")
    with _Progress(shown=True) as progress:
        shown = []
        progress.update(1, 2)
        for seconds in (1.0, 4.0, 0.0):
            progress.wait_for("[red]ann", "01_weights", seconds)
            shown.append("waiting for [red]ann, 01_weights" in _drawn(progress))
    assert shown == [False, True, False]


def _drawn(progress):
    """Return what a progress bar shows on a terminal of 100 columns."""
    from rich.console import Console

    console = Console(width=100, file=io.StringIO())
    console.print(progress._bar.get_renderable())
    return console.file.getvalue()


def test_a_run_that_is_stopped_twice_leaves_no_worker_that_python_would_wait_for(monkeypatch, tmp_path):
    from autograder.classroom import grade

    worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,))

    def stop(*_, **__):
        worker.start()
        raise KeyboardInterrupt

    monkeypatch.setattr(grade, "run_grading", stop)
    (tmp_path / "submitted").mkdir()
    result = run("grade", "--classroom", tmp_path)
    assert result.exit_code == 130 and result.stderr.startswith("Stopped. Everything graded so far is kept")
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL


def test_a_run_that_is_stopped_while_it_starts_says_the_same(monkeypatch, tmp_path):
    from autograder.classroom import unchanged

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(unchanged, "LastRun", stop)
    result = run("grade", "--classroom", tmp_path)
    assert result.exit_code == 130 and result.stderr.startswith("Stopped. Everything graded so far is kept")
