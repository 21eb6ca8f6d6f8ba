"""Does a check in a notebook show what the autograder found, and nothing that runs?"""

import os
import re
import sys
import time
import types

import psutil
import pytest

import labkit
from autograder import card
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging.key import public_keys
from autograder.judging.verdict import Aspect, Status, Verdict
from autograder.learner import check, notebook, tutor
from autograder.learner import progress as record
from autograder.paths import COURSE, ROOT, SOLUTIONS


@pytest.fixture(autouse=True)
def _own_record(state):
    """Give every test here its own learner's record."""


def verdict(status="failed", score=1.0, message="apply_weight(3, 2) gave 5; expected 6.", **more):
    aspects = [Aspect("one signal", 1.0, min(score or 0, 1.0)), Aspect("signals of any shape", 1.0)]
    return Verdict(
        "apply_weight",
        "01_weights",
        status,
        score,
        2.0,
        message=message,
        aspects=aspects,
        file="src/weightlab/weights.py",
        **more,
    )


def test_the_text_of_a_check_is_its_score_as_nbgrader_reads_it(monkeypatch):
    monkeypatch.setattr(notebook, "check_exercise", lambda exercise: verdict())
    assert float(repr(labkit.check("apply_weight"))) == 1.0


def test_the_card_says_points_file_and_aspects():
    shown = card.as_html(verdict(saved="saved 4 seconds ago", folder="/home/ada/course"), 'try `hint("apply_weight")`')
    for words in (
        "1 of 2 points",
        "graded src/weightlab/weights.py in /home/ada/course, saved 4 seconds ago",
        "one signal",
        "not yet",
        "<code>hint(&quot;apply_weight&quot;)</code>",
        'aria-label="Check of apply_weight"',
    ):
        assert words in shown


def test_the_card_of_a_notebook_in_another_copy_says_so(tmp_path, monkeypatch):
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "paths.py").touch()
    (tmp_path / "src" / "weightlab").mkdir(parents=True)
    below = labkit.check("apply_weight")._repr_html_()
    assert f" in {ROOT}" in below and "one copy" not in below
    monkeypatch.chdir(tmp_path / "src")
    assert f"You are in one copy of the course, {tmp_path}, but" in labkit.check("apply_weight")._repr_html_()


def test_nothing_from_the_students_code_becomes_markup():
    evil = "<img src=x onerror=alert(1)>"
    shown = card.as_html(verdict(message=f"raised {evil}", printed=evil, saved=evil), evil)
    assert "<img" not in shown


def test_a_pass_says_what_comes_next(monkeypatch):
    passed = Verdict("apply_weight", "01_weights", "passed", 2.0, 2.0, message="All points.", aspects=[])
    monkeypatch.setattr(notebook, "check_exercise", lambda exercise: passed)
    assert "Next: weighted_sum" in labkit.check("apply_weight")._repr_html_()


def test_what_comes_next_is_in_the_same_chapter_while_it_has_more(monkeypatch):
    *names, last = [*CHAPTERS["02_biases"].exercises, *CHAPTERS["02_biases"].questions]
    record.record(Verdict(name, "02_biases", "passed", 2.0, 2.0, message="") for name in names[1:])
    for name, coming in (names[0], last), (last, "apply_weight"):
        made = Verdict(name, "02_biases", "passed", 2.0, 2.0, message="")
        record.record([made])
        assert f"Next: {coming} " in notebook._next_step(made)


def test_the_card_tells_of_a_function_in_the_notebook_that_hides_the_librarys(monkeypatch):
    passed = Verdict("apply_weight", "01_weights", "passed", 2.0, 2.0, message="All points.", aspects=[])
    monkeypatch.setattr(notebook, "check_exercise", lambda exercise: passed)
    names = {"__name__": "__main__"}
    exec("def apply_weight(signal, weight): return weight", names)
    said = "The notebook has its own apply_weight, which hides the one in src/weightlab/weights.py"
    for shell, told in ((types.SimpleNamespace(user_ns=names), True), (types.SimpleNamespace(user_ns={}), False)):
        monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert (said in labkit.check("apply_weight")._repr_html_()) is told


def test_an_unknown_name_gets_a_suggestion_instead_of_a_traceback():
    assert "Did you mean apply_weight" in repr(labkit.check("aply_weight"))


def test_a_failure_of_the_autograder_is_an_error_and_never_marks(monkeypatch):
    monkeypatch.setattr(
        notebook, "check_exercise", lambda exercise: verdict(Status.UNJUDGED, None, "The autograder failed.")
    )
    with pytest.raises(RuntimeError, match="autograder failed"):
        labkit.check("apply_weight")


def test_a_written_questions_model_answer_and_marking_are_shown_to_who_is_sure():
    asked = labkit.reveal("zero_or_negative")
    assert asked.title == "Show the answer to zero_or_negative?"
    assert "Model answer" not in asked.words
    shown = labkit.reveal("zero_or_negative", sure=True)
    assert "\nMarking. 1 point: " in shown.words and shown.words.startswith("Model answer. ")
    assert "\n2 points: " in shown.words
    assert "*" not in shown.words and "SOLUTION" not in shown.words


def test_a_class_hand_out_holds_no_model_answer(monkeypatch, tmp_path):
    monkeypatch.setattr(tutor, "SOLUTIONS", tmp_path / "none")
    assert "ask your instructor" in labkit.reveal("zero_or_negative", sure=True).words


def test_every_written_question_has_a_model_answer_and_a_marking_scheme():
    names = [name for chapter in CHAPTERS.values() for name in chapter.written]
    assert len(names) > 10
    for name in names:
        words = labkit.reveal(name, sure=True).words
        assert "Model answer." in words and "Marking." in words, name


def test_an_answer_is_shown_with_its_equation():
    shown = labkit.reveal("dense", sure=True).words
    assert shown.startswith("`x @ weights + bias`, which is")
    assert "return weighted_sums(x, weights) + bias`" in shown


def test_a_questions_number_is_judged_and_a_known_mistake_is_named():
    name, question = next((n, q) for chapter in CHAPTERS.values() for n, q in chapter.questions.items() if q.mistakes)
    assert float(repr(labkit.check(name, question.value))) == question.points
    assert float(repr(labkit.check(name, None))) == 0
    wrong, advice = next(iter(question.mistakes.values()))
    shown = labkit.check(name, wrong)
    assert float(repr(shown)) == 0
    assert shown.verdict.advice == advice


def test_a_decimal_comma_is_told_of_the_decimal_point():
    shown = labkit.check("lead_of_two", 7, 389)
    assert float(repr(shown)) == 0
    assert "lead_of_two is 2 values" in shown.verdict.message and "decimal point" in shown.verdict.message


def test_what_was_solved_stays_solved(monkeypatch):
    for score, status in ((2.0, "passed"), (0.0, "failed")):
        made = Verdict("apply_weight", "01_weights", status, score, 2.0, message="")
        monkeypatch.setattr(notebook, "check_exercise", lambda exercise, made=made: made)
        labkit.check("apply_weight")
    first = labkit.progress().rows[0]["items"][0]
    assert first["solved"]
    assert first["score"] == 2.0
    assert "Next: weighted_sum" in repr(labkit.progress())


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_board_counts_what_is_checked_and_names_what_a_person_marks_as_the_chapter_does(name):
    promised = (SOLUTIONS / "notebooks" / f"{name}.md").read_text(encoding="utf-8")
    functions, numbers, words = map(
        int,
        re.search(
            r"· (\d+) points for .*?, (\d+) for (?:a )?numbers?, (\d+) for (?:an? )?"
            r"(?:written answers?|answers? in your own words)",
            promised,
        ).groups(),
    )
    board = labkit.progress()
    (row,) = (row for row in board.rows if row["chapter"] == name)
    assert (row["points"], row["written"]) == (functions + numbers, words)
    assert re.search(rf"^{name} +0 of {functions + numbers} +written answers: {words}$", repr(board), re.MULTILINE)
    assert f"<td>0 of {functions + numbers} points</td><td>{words} points</td>" in board._repr_html_()
    for shown in (repr(board), board._repr_html_()):
        assert "A person marks written answers" in shown and "not counted here" in shown


def test_a_record_that_cannot_be_read_is_kept_aside(state):
    state.mkdir()
    (state / "progress.json").write_text("{broken")
    assert labkit.progress().rows[0]["score"] == 0
    assert (state / "progress.broken").read_text(encoding="utf-8") == "{broken"


def test_wrong_types_in_a_record_count_as_nothing(state):
    state.mkdir()
    entries = '"score": "two", "tries": "x"', '"score": null, "solved": "x"', '"score": NaN, "tries": 1e999'
    text = ", ".join(f'"{name}": {{{entry}}}' for name, entry in zip(EXERCISES, entries, strict=False))
    (state / "progress.json").write_text(f'{{{text}, "dense": {{"score": 1.5, "solved": 7}}, "neuron": 3}}')
    (state / "hints.json").write_text('{"dense": -5}')
    rows = labkit.progress().rows
    assert sum(row["score"] for row in rows) == 1.5
    assert [item["name"] for row in rows for item in row["items"] if item["solved"]] == ["dense"]
    assert record.record([verdict()]) and record.load()["apply_weight"] == {"score": 1.0, "tries": 1, "solved": None}
    assert repr(labkit.hint("dense")).startswith("Hint 1 of")


def test_the_last_hint_names_reveal_only_where_it_has_an_answer(state):
    exercise, number = ([repr(labkit.hint(name)) for _ in range(3)][-1] for name in ("dense", "gpt2_parameters"))
    assert exercise.endswith('That was the last hint; `labkit.reveal("dense", sure=True)` shows the answer.')
    assert number.endswith("That was the last hint.")


def test_where_no_record_can_be_kept_the_card_says_so_and_hints_go_on(state, monkeypatch):
    state.write_text("a file in the folder's place")
    monkeypatch.setattr(notebook, "check_exercise", lambda exercise: verdict())
    assert record.NOT_KEPT in labkit.check("apply_weight")._repr_html_()
    assert labkit.progress().rows[0]["score"] == 1.0, "as long as the kernel runs"
    assert [repr(labkit.hint("dense"))[:6] for _ in range(2)] == ["Hint 1", "Hint 2"]
    state.unlink()
    labkit.check("apply_weight")
    assert record.load()["apply_weight"]["tries"] == 2, "what could not be written is written with the next"


def test_the_card_names_the_save_that_was_graded(tmp_path, monkeypatch):
    (tmp_path / "weights.py").write_text("def apply_weight(signal, weight):\n    return 7\n")
    os.utime(tmp_path / "weights.py", (0, 0))
    made = check.check_exercise(EXERCISES["apply_weight"], tmp_path)
    os.utime(tmp_path / "weights.py")
    at = time.strftime("%H:%M:%S", time.localtime(0))
    assert re.search(rf"weights.py, saved \d+ days ago \(at {at}\)", notebook.Card(made, "")._repr_html_())


def test_a_missing_file_was_not_graded_and_reset_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "LIBRARY", tmp_path)
    shown = repr_html(check.check_exercise(EXERCISES["apply_weight"], tmp_path))
    assert "is missing. <code>labkit.reset(&quot;apply_weight&quot;)</code> restores the whole file" in shown
    assert "graded" not in shown and "may help" not in shown


TEXT = "Save it as plain text in UTF-8"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\n".encode("utf-16"), TEXT),
        (b"x = 1\x00\n", TEXT),
        (b"caf\xe9 = 1\n", TEXT),
        (b"weighted_sum = 1\nprint(weighted_sum / 0)\n", "stops while it is being loaded, on line 2"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named_first_and_no_hint_is_offered(tmp_path, text, words):
    (tmp_path / "weights.py").write_bytes(text)
    shown = repr_html(check.check_exercise(EXERCISES["weighted_sums"], tmp_path))
    assert words in shown and "Fix the file, save, and check again." in shown
    assert "points that you have earned stay in your progress" in shown
    assert "may help" not in shown and "builds on" not in shown


def repr_html(made):
    return notebook.Card(made, notebook._next_step(made))._repr_html_()


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A learner's library of one module."""
    from autograder.learner import tutor

    folder = tmp_path / "src"
    folder.mkdir()
    monkeypatch.setattr(tutor, "LIBRARY", folder)
    return folder


MINE = (
    "import numpy as np\n\n\ndef apply_weight(signal, weight):\n    return 7\n\n\n"
    "def weighted_sum(inputs, weights):\n    return 8  # größer\n\n\ndef other():\n    return 9\n"
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_reset_puts_one_stub_back_and_keeps_a_copy(state, library, newline):
    mine = MINE.replace("\n", newline).encode()
    (library / "weights.py").write_bytes(mine)
    assert "File > Reload Python File from Disk" in repr(labkit.reset("apply_weight"))
    left = (library / "weights.py").read_bytes()
    assert b"apply_weight is not written yet" in left
    assert b"return 7" not in left
    assert b"return 8" in left and b"return 9" in left
    assert left.count(b"\n") == left.count(newline.encode()), "line endings are as they were"
    (kept,) = (state / "kept").iterdir()
    assert kept.read_bytes() == mine


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("below", ["", "def broken(:\n"])
def test_a_stub_that_was_not_touched_is_not_reset_and_nothing_is_kept(state, library, newline, below):
    untouched = "import numpy as np\n\n\n" + public_keys("weights")["weighted_sum"].stub + below
    (library / "weights.py").write_text(untouched, encoding="utf-8", newline=newline)
    before = (library / "weights.py").read_bytes()
    said = repr(labkit.reset("weighted_sum"))
    assert said.startswith("weighted_sum was not reset\nThis function is still the original stub")
    assert (library / "weights.py").read_bytes() == before and not (state / "kept").exists()


@pytest.mark.parametrize("below", ["", "def broken(:\n"])
def test_reset_takes_the_definition_that_python_takes_and_names_the_other(state, library, below):
    twice = f"# a\f form feed, \u2028 and \x85\n{MINE}\n\ndef apply_weight(signal, weight):\n    return 6\n\n\n{below}"
    (library / "weights.py").write_text(twice, encoding="utf-8", newline="\n")
    said = repr(labkit.reset("apply_weight"))
    assert "apply_weight is also defined on line 5, but only the last definition has an effect" in said
    stub = public_keys("weights")["apply_weight"].stub.rstrip()
    left = (library / "weights.py").read_text(encoding="utf-8")
    assert left == twice.replace("def apply_weight(signal, weight):\n    return 6", stub)
    again = repr(labkit.reset("apply_weight"))
    assert "still the original stub" in again and "also defined on line 5" in again
    if not below:
        last = left[: left.index(stub)].count("\n") + 1
        said = check.check_exercise(EXERCISES["apply_weight"], library).message
        assert said.endswith(
            f"also defined on line 5, but Python uses the last definition, on line {last}: delete one."
        )


def test_reset_says_in_a_sentence_where_it_cannot_write(state, library):
    (library / "weights.py").write_text(MINE, encoding="utf-8")
    state.write_text("a file in the folder's place")
    assert "cannot be read or written" in repr(labkit.reset("apply_weight"))
    (library / "weights.py").unlink()
    library.rmdir()
    assert "cannot be read or written" in repr(labkit.reset("apply_weight"))
    assert not library.exists()


def test_two_resets_within_a_second_keep_two_copies(state, library):
    (library / "weights.py").write_bytes(MINE.encode())
    labkit.reset("apply_weight")
    between = (library / "weights.py").read_bytes()
    labkit.reset("weighted_sum")
    kept = {path.read_bytes() for path in (state / "kept").iterdir()}
    assert kept == {MINE.encode(), between}


def test_a_file_that_is_no_text_is_left_as_it_is(state, library):
    broken = "# größer\n".encode("latin-1")
    (library / "weights.py").write_bytes(broken)
    assert "not plain text in UTF-8" in repr(labkit.reset("apply_weight"))
    assert (library / "weights.py").read_bytes() == broken and not (state / "kept").exists()


@pytest.mark.parametrize("slip", ["    return (7\n", "    return 7)\n    else:\n", "return 'seven\n", ""])
def test_reset_helps_where_python_cannot_read_the_function(state, library, slip):
    """Learners need it most after a typing mistake."""
    (library / "weights.py").write_text(MINE.replace("    return 7\n", slip), encoding="utf-8")
    assert "still cannot read" not in repr(labkit.reset("apply_weight"))
    stub = public_keys("weights")["apply_weight"].stub
    mended = MINE.replace("def apply_weight(signal, weight):\n    return 7\n", f"{stub.strip()}\n")
    assert (library / "weights.py").read_text(encoding="utf-8") == mended


def test_reset_says_where_another_function_cannot_be_read(state, library):
    (library / "weights.py").write_text(MINE.replace("return 8", "return (8"), encoding="utf-8")
    assert "Python still cannot read line" in repr(labkit.reset("apply_weight"))
    assert "return (8" in (library / "weights.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: labkit.check(len), 'Put the name in quotes: "len".'),
        (labkit.check, "Name an exercise, in quotes"),
        (labkit.hint, "Name an exercise, in quotes"),
        (lambda: labkit.hint("01_weights"), "01_weights is a chapter. Name one of its exercises: apply_weight, "),
        (lambda: labkit.reset("xyzzy"), "No exercise is called 'xyzzy'. A chapter's headings name its exercises"),
        (lambda: labkit.reveal("apply_wight"), "Did you mean apply_weight"),
    ],
)
def test_a_name_that_is_none_is_answered_in_a_sentence(asked, said):
    assert said in repr(asked())


def test_reveal_asks_first_and_then_shows_the_answer_and_why():
    asked = repr(labkit.reveal("dense", sure="no"))
    assert "sure=True" in asked and "return" not in asked
    shown = repr(labkit.reveal("dense", sure=True))
    assert "return" in shown and EXERCISES["dense"].why in shown


def test_the_next_check_finds_the_process_of_the_last_one_waiting():
    asked, solved = EXERCISES["apply_weight"], SOLUTIONS / "weightlab"
    assert check.check_exercise(asked, solved).status == "passed"
    waiting = check._waiting.pid
    assert check.check_exercise(asked, solved).status == "passed"
    if hasattr(os, "fork"):  # without fork, a process answers only once
        assert waiting is not None and check._waiting.pid == waiting


def test_a_check_that_is_interrupted_leaves_no_process_behind(monkeypatch):
    check.check_exercise(EXERCISES["apply_weight"], SOLUTIONS / "weightlab")

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "examine", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check.check_exercise(EXERCISES["apply_weight"])
    assert check._waiting.pid is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="elsewhere no process waits for the next check")
def test_a_waiting_process_that_the_kernel_ends_is_gone_at_once():
    """A kernel that shuts down ends all its children, and waits for those that nobody reaps."""
    asked, solved = EXERCISES["apply_weight"], SOLUTIONS / "weightlab"
    check.check_exercise(asked, solved)
    waiting = psutil.Process(check._waiting.pid)
    waiting.terminate()
    deadline = time.monotonic() + 20
    while waiting.is_running() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not waiting.is_running(), "it is left as a zombie"
    assert check.check_exercise(asked, solved).status == "passed"


def test_progress_rows_lead_to_their_chapters_and_end_with_a_total():
    board = labkit.progress()
    page = board._repr_html_()
    for row in board.rows:
        assert f'<a href="../{row["chapter"]}/{row["chapter"]}.ipynb">' in page
    items = [item for row in board.rows for item in row["items"]]
    total = re.search(r"<tfoot>.*</tfoot>", page)[0]
    assert f"of {len(items)} solved" in total
    assert f"of {sum(item['points'] for item in items):g} points" in total
    assert re.search(r"^in all +0 of ", repr(board), re.MULTILINE)


@pytest.mark.parametrize("name", [path.name for path in sorted(COURSE.glob("[01]*"))][:-1])
def test_each_chapter_ends_with_a_link_to_the_next(name):
    following = f"{int(name[:2]) + 1:02d}_"
    text = (COURSE / name / f"{name}.ipynb").read_text(encoding="utf-8")
    (linked,) = {found for found in re.findall(r"\]\(\.\./(\w+)/\w+\.ipynb\)", text) if found.startswith(following)}
    assert (COURSE / linked / f"{linked}.ipynb").exists()
