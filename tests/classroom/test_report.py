"""Does the report say what the class has understood, and name nobody without need?"""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from autograder.classroom.collecting import origins, refused
from autograder.classroom.collecting.platforms import Owner, Platform
from autograder.classroom.folder import Classroom, ClassroomError
from autograder.classroom.grade import draw_report
from autograder.classroom.grades import StoredGrades
from autograder.classroom.report import tally, write
from autograder.classroom.report.page import make_page
from autograder.cli.main import main
from labkit.concepts import CONCEPTS
from tests.support import classroom as made
from tests.support import jupyterlab
from tests.support.invented import invent

WRONG = b'''
def dense(x: "Ada's", weights, bias) -> "Lovelace":
    """By Ada Lovelace."""
    # ada.lovelace@example.org
    adas_sum = x @ weights
    print("ada was here", f"and {adas_sum} there")
    return adas_sum
'''


def one(name, status, score, points=2, misconception=None, message="words", finding=None):
    return {
        "exercise": name,
        "chapter": "02_biases",
        "status": status,
        "score": score,
        "points": points,
        "misconception": misconception,
        "finding": finding,
        "message": message,
        "aspects": [],
        "file": None,
    }


def entry(student, status="graded", exercises=()):
    judged = [verdict["score"] for verdict in exercises]
    score = None if None in judged else sum(judged)
    return {
        "student": student,
        "chapter": "02_biases",
        "status": status,
        "score": score,
        "points": 4.0,
        "exercises": list(exercises),
    }


ENTRIES = [
    entry("ada", exercises=[one("dense", "failed", 1, misconception="bias_per_row"), one("neuron", "passed", 2)]),
    entry("bo", exercises=[one("dense", "failed", 0, misconception="bias_per_row"), one("neuron", "timeout", 0)]),
    entry("cy", "malformed", [one("dense", "not_started", 0), one("neuron", "malformed", 0, message="no <b>JSON</b>")]),
    entry("dan", "unjudged", [one("dense", "unjudged", None, message="it broke"), one("neuron", "passed", 2)]),
    entry("eve", "missing", [one("dense", "missing", 0), one("neuron", "missing", 0)]),
]


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "room"
    for student in ("ada", "bo"):
        made.submit(folder, student, made.CHAPTERS["02_biases"], b"{}", {"biases": WRONG})
    answers = {concept.name: concept.right for concept in CONCEPTS}
    before = answers | {CONCEPTS[0].name: next(iter(CONCEPTS[0].wrong))}
    for student, chapter, record in (
        ("ada", "01_weights", {"before": before}),
        ("ada", "02_biases", {"before": answers, "after": before}),  # the first record of "before" counts
        ("ada", "10_capstone", {"after": answers}),
        ("bo", "02_biases", {"before": before, "after": answers | {CONCEPTS[1].name: "<b>"}}),
    ):
        (folder / "submitted" / student / chapter).mkdir(exist_ok=True)
        (folder / "submitted" / student / chapter / "concepts.json").write_text(json.dumps(record))
    (folder / "submitted/cy/02_biases").mkdir(parents=True)
    (folder / "submitted/cy/02_biases/concepts.json").write_text("[" * 50_000)
    Classroom(folder).save_entries(ENTRIES)
    return folder


def test_what_is_counted():
    found = tally.summarise(ENTRIES, {}, [])
    assert (found.students, found.chapters, found.scores) == (5, ["02_biases"], {"02_biases": [0.75, 0.0, 0.0]})
    assert found.statuses["02_biases"] == {"graded": 2, "malformed": 1, "unjudged": 1, "missing": 1}
    assert [item.name for item in found.items] == ["dense", "neuron"]
    dense = found.items[0]
    assert dense.kinds == {"some points": 1, "no points": 1, "not started": 1, "could not run": 1}
    assert dense.share == pytest.approx(1 / 6)
    assert [(item.name, name, who) for item, name, who in found.beliefs()] == [("dense", "bias_per_row", ["ada", "bo"])]
    assert [(line[0], line[2]) for line in found.attention] == [
        ("dan", "unjudged"),
        ("cy", "malformed"),
        ("bo", "neuron: timeout"),
    ]


def test_a_library_that_cannot_be_loaded_asks_for_a_person_and_a_function_that_raises_does_not():
    raised = [{"name": "right", "points": 2.0, "score": 0.0, "message": "is not right", "passed": False}]
    torn = [one(name, "error", 0, message="Python cannot read line 1") for name in ("dense", "neuron")]
    found = tally.summarise(
        [
            entry("ada", exercises=torn),
            entry("bo", exercises=[one("dense", "error", 0) | {"aspects": raised}]),
        ],
        {},
        [],
    )
    assert found.attention == [("ada", "02_biases", "library: error", "Python cannot read line 1")]


@pytest.mark.parametrize("status", ["graded", "malformed"])
def test_a_module_that_was_not_submitted_is_told_once_whatever_else_is_remarked(room, status):
    absent = entry("cy", status, exercises=[one(name, "missing", 0) for name in ("dense", "neuron")])
    entries = [absent | {"remarks": ["No answer in the cell of why."]}]
    told = tally.summarise(entries, {}, [], tally.remarks_on(Classroom(room), entries)).attention
    assert [line[3] for line in told if "weightlab/" in line[3]] == [
        "weightlab/biases.py was not submitted: ask for the zip that `weightlab submit` makes."
    ]
    assert [line[3] for line in told if "why" in line[3]] == entries[0]["remarks"]


def test_who_sent_something_that_was_refused_is_told_from_who_sent_nothing(room, capsys):
    from autograder.classroom.unchanged import Grading
    from autograder.cli.instructor import _summary

    absent = [one("dense", "missing", 0)]
    entries = [entry(name, "missing", absent) for name in ("eve", "flo", "gus")] + [ENTRIES[0]]
    refused.remember(room, "02_biases", {"ada"}, {"ada": "ada's", "eve": "It is a .rar file.", "zoe": "It is torn."})
    refused.remember(room, "03_initialization", (), {"flo": "It is another chapter's."})
    told = [("eve", "02_biases", "missing"), ("zoe", "02_biases", "missing")]
    lines = tally.remarks_on(Classroom(room), entries)
    assert [line[:3] for line in lines if "collected" in line[3]] == told
    assert lines[0][3] == "An upload could not be collected: It is a .rar file."
    grading = Grading(entries, [], [], [], 0, idle=False)
    _summary(room, grading, 1.0)
    assert "02_biases: 3 missing (1 of them sent something that could not be collected), 1 graded" in (
        capsys.readouterr().out
    )
    Classroom(room).save_entries(entries)
    assert "It is a .rar file." in draw_report(room)[0].read_text()
    refused.remember(room, "02_biases", {"eve", "zoe"}, {})
    _summary(room, grading, 1.0)
    assert "02_biases: 3 missing, 1 graded" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["%41", "a#b", "constructor", "a\tb", "x" * 200])
def test_a_folder_whose_name_can_be_no_id_is_told_once_with_the_true_reason(room, name):
    absent = [one(exercise, "missing", 0) for exercise in ("dense", "neuron")]
    entries = [
        entry(name, "missing", absent) | {"chapter": "01_weights"},
        entry(name, "malformed", absent) | {"chapter": "02_biases"},
        entry("eve", "malformed", [one("dense", "malformed", 0) | {"message": "It is torn."}]),
    ]
    Classroom(room).submission(name, "02_biases").mkdir(parents=True)
    (Classroom(room).submission(name, "02_biases") / "timestamp.txt").write_text("tomorrow")
    remarks = tally.remarks_on(Classroom(room), entries)
    assert remarks == [
        (name, "02_biases", "malformed", "The folder's name cannot be a student's id: rename it, then grade.")
    ]
    attention = tally.summarise(entries, {}, [], remarks).attention
    assert [line for line in attention if line[0] == name] == remarks
    assert ("eve", "02_biases", "malformed", "It is torn.") in attention
    Classroom(room).save_entries(entries)
    page = draw_report(room)[0].read_text()
    assert page.count("cannot be a student&#39;s id: rename it") == 1 and "biases.py was not submitted" not in page


def test_who_is_late_on_the_platform_and_has_no_time_is_in_the_report(room):
    owners = {name: Owner(Platform.CANVAS, name, "7", late=name != "cy") for name in ("ada", "bo", "cy", "eve")}
    origins.remember(room, "02_biases", owners)
    (room / "submitted/bo/02_biases/timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
    entries = [entry(name) for name in ("ada", "bo", "cy")] + [entry("eve", "missing", [one("dense", "missing", 0)])]
    (line,) = tally.late_without_time(Classroom(room), entries)
    assert line[:3] == ("ada", "02_biases", "late")
    assert line not in tally.remarks_on(Classroom(room), entries), "each run would repeat it"
    Classroom(room).save_entries(entries)
    assert draw_report(room)[0].read_text().count("According to Canvas, this submission was late") == 1


def test_where_nobody_submitted_the_page_says_so_and_nothing_warns(room, recwarn):
    draw_report(room)
    Classroom(room).save_entries(ENTRIES[-1:])
    (page,) = draw_report(room)
    assert [path.name for path in page.parent.iterdir()] == ["report.html"]
    assert page.read_text().count("nothing to draw yet") == 2 and "<img" not in page.read_text()
    assert not recwarn.list


def test_the_page_needs_nothing_beside_it_and_runs_nothing(room):
    files = draw_report(room)
    assert [path.name for path in files] == ["report.html", "scores.png", "exercises.png", "misconceptions.png"]
    page = files[0].read_text()
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in files[1:])
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!data:image/png)', page)
    assert page.count('alt="') == 3
    assert "no &lt;b&gt;JSON" in page
    assert "The hardest: dense" in page
    assert "bias per row" in page
    assert "1 of 5 students answered all 15 questions" in page
    assert "Normalised gain: 1.00" in page


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("students", [3, 300])
def test_a_class_of_any_size_fits_a_window_and_a_telephone(tmp_path, students):
    jupyterlab.require_browser()
    page = write.write(Classroom(tmp_path), invent(tmp_path, students))[0]
    assert page.stat().st_size < 2 * 2**20
    with jupyterlab.browser_page() as window:
        window.goto(page.as_uri())
        assert (
            window.get_by_role("heading", level=1).inner_text()
            == f"The class: {students} students, {len(made.CHAPTERS)} chapters"
        )
        assert all(picture.evaluate("it => it.naturalWidth") > 0 for picture in window.get_by_role("img").all())
        for width in (1200, 400):
            window.set_viewport_size({"width": width, "height": 800})
            assert window.evaluate("document.documentElement.scrollWidth") <= width
        assert window.evaluate("document.documentElement.scrollHeight") < 20_000


def test_a_misconception_is_shown_by_its_own_source_and_no_students(room):
    page = draw_report(room)[0].read_text()
    (code,) = re.findall("<pre>(.*?)</pre>", page, re.DOTALL)
    assert code.startswith("def dense(")
    assert "misunderstands" not in code and "@" not in code.splitlines()[0]
    assert "adas_sum" not in page and "Lovelace" not in page


def test_a_submission_without_a_library_and_remarks_need_a_person(room):
    doubtful = entry("bo") | {"remarks": ["No answer in the cell of why."]}
    found = tally.remarks_on(Classroom(room), [entry("ada", "no_library"), doubtful])
    assert [(line[0], line[2]) for line in found] == [("ada", "no_library"), ("bo", "graded")]
    assert "weightlab submit" in found[0][3]


def test_the_command_prints_where_it_wrote(room, tmp_path):
    ran = CliRunner().invoke(main, ["report", "--classroom", str(room)])
    assert (ran.exit_code, ran.output.splitlines()[0]) == (0, str(room / "report" / "report.html"))
    (tmp_path / "empty" / "submitted").mkdir(parents=True)
    ran = CliRunner().invoke(main, ["report", "--classroom", str(tmp_path / "empty")])
    assert ran.exit_code == 1
    assert "Nothing has been graded" in ran.stderr


def test_a_chapter_that_no_longer_exists_is_left_out_of_the_report(room):
    gone = [entry("ada") | {"chapter": "99_gone"}]
    Classroom(room).save_entries(gone)
    page, *_ = write.write(Classroom(room), {})
    assert "ada" in page.read_text() and "99_gone" not in page.read_text()
    (room / ".weightlab" / "entries.json").write_text(json.dumps(gone))
    with pytest.raises(ClassroomError, match="Nothing has been graded"):
        write.write(Classroom(room), {})


def test_grading_one_chapter_keeps_what_was_found_of_others(tmp_path):
    other = [entry("ada") | {"chapter": "01_weights"}]
    for entries in (ENTRIES, other, ENTRIES[:1]):
        Classroom(tmp_path).save_entries(entries)
    assert Classroom(tmp_path).read_entries() == [*other, ENTRIES[0]]


def test_findings_that_no_misconception_explains_are_grouped():
    words = "In every case tried, your result is 2 times what was expected."
    entries = [
        entry("ada", exercises=[one("dense", "failed", 1, finding=words)]),
        entry("bo", exercises=[one("dense", "failed", 0, finding=words)]),
        entry("cy", exercises=[one("dense", "failed", 0, misconception="bias_per_row", finding=words)]),
    ]
    found = tally.summarise(entries, {}, [])
    assert [(item.name, told, who) for item, told, who in found.findings()] == [("dense", words, ["ada", "bo"])]


def test_findings_and_beliefs_come_by_how_many_students_have_them_then_by_name():
    told = {"ada": "c", "bo": "z", "cy": "a", "dan": "c", "eve": "b"}
    entries = [
        entry(student, exercises=[one("neuron" if words == "a" else "dense", "failed", 0, finding=words)])
        for student, words in told.items()
    ]
    assert [(item.name, words) for item, words, _ in tally.summarise(entries, {}, []).findings()] == [
        ("dense", "c"),
        ("dense", "b"),
        ("dense", "z"),
        ("neuron", "a"),
    ]
    for one_entry in entries:
        for verdict in one_entry["exercises"]:
            verdict["misconception"], verdict["finding"] = verdict["finding"], None
    assert [name for _, name, _ in tally.summarise(entries, {}, []).beliefs()] == ["c", "b", "z", "a"]


def row(needs_manual_grade, manual_score):
    return SimpleNamespace(needs_manual_grade=needs_manual_grade, manual_score=manual_score)


def test_written_answers_wait_or_are_marked_or_are_empty():
    question, *others = made.CHAPTERS["02_biases"].written
    rows = [row(1, None), row(1, 2.0), row(1, None), row(0, 2.0), row(0, 0.0), row(0, None)]
    stored = {f"s{n}": StoredGrades("", "", grades={question: one}) for n, one in enumerate(rows)}
    found = tally.summarise(ENTRIES, {"02_biases": stored | {"bare": StoredGrades("", "")}}, [])
    assert found.written == [("02_biases", question, 3, 2, 1), *(("02_biases", name, 0, 0, 0) for name in others)]


def test_a_malformed_answer_and_a_crash_ask_for_a_person_and_other_wrong_ones_do_not():
    statuses = ("failed", "malformed", "crashed", "error", "not_started", "timeout")
    exercises = [one(f"f{n}", status, 0, message=status) for n, status in enumerate(statuses)]
    found = tally.summarise([entry("ada", exercises=exercises)], {}, [], [("zoe", "02_biases", "graded", "a remark")])
    assert [line[2:] for line in found.attention] == [
        ("f1: malformed", "malformed"),
        ("f2: crashed", "crashed"),
        ("f5: timeout", "timeout"),
        ("graded", "a remark"),
    ]
    kinds = {item.name: next(iter(item.kinds)) for item in found.items}
    assert kinds == {f"f{n}": "could not run" for n in (1, 2, 3, 5)} | {"f0": "no points", "f4": "not started"}


def test_the_same_sentence_of_all_unjudged_exercises_is_told_once():
    exercises = [one("dense", "unjudged", None, message="b"), one("neuron", "unjudged", None, message="b")]
    exercises += [one("activates", "unjudged", None, message="a"), one("fold_bias", "failed", 0, message="c")]
    found = tally.summarise([entry("ada", "unjudged", exercises)], {}, [])
    assert found.attention == [("ada", "02_biases", "unjudged", "a b")] and found.scores == {"02_biases": []}


@pytest.mark.parametrize(
    ("place", "told"), [("a.txt", True), ("x/a.txt", True), ("x/y/a.txt", True), ("x/y/z/a.txt", False), ("x", False)]
)
def test_what_lies_beside_a_missing_notebook_is_told(tmp_path, place, told):
    room = Classroom(tmp_path)
    path = room.submission("eve", "02_biases") / place
    path.parent.mkdir(parents=True)
    path.write_text("x")
    found = tally.remarks_on(room, [entry("eve", "missing", [one("dense", "missing", 0)])])
    words = "Something was submitted, but no 02_biases.ipynb: ask for the zip that `weightlab submit` makes."
    assert found == ([("eve", "02_biases", "missing", words)] if told else [])
    assert tally.remarks_on(room, [entry("eve")]) == []


def test_a_time_that_cannot_be_read_is_told_with_what_it_says(tmp_path):
    room = Classroom(tmp_path)
    for student, text in (("ada", b"2026-03-02 10:00:00 UTC\n"), ("bo", b" to\x1bmorrow\xff\n"), ("cy", b"")):
        room.submission(student, "02_biases").mkdir(parents=True)
        (room.submission(student, "02_biases") / "timestamp.txt").write_bytes(text)
    found = tally.remarks_on(room, [entry(student) for student in ("ada", "bo", "cy")])
    assert [line[:3] for line in found] == [(name, "02_biases", "timestamp.txt") for name in ("bo", "cy")]
    assert found[0][3].startswith("'to\N{REPLACEMENT CHARACTER}morrow\N{REPLACEMENT CHARACTER}' cannot be read")


def test_a_folder_that_cannot_be_read_is_told_and_the_others_are_looked_at(tmp_path, monkeypatch):
    def closed(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(tally, "read_file", closed)
    found = tally.remarks_on(Classroom(tmp_path), [entry("ada"), entry("bo", "no_library")])
    assert [(line[0], line[2]) for line in found] == [("ada", "graded"), ("bo", "no_library"), ("bo", "no_library")]
    assert "Permission denied" in found[0][3] and "Permission denied" in found[2][3]


def tables_of(page):
    """Return the page's tables as rows of texts."""
    return [
        [[cell.get_text() for cell in line(["th", "td"])] for line in table("tr")]
        for table in BeautifulSoup(page, "html.parser")("table")
    ]


def test_the_page_holds_the_counts_that_were_made():
    question, *others = made.CHAPTERS["02_biases"].written
    waiting = {"02_biases": {"ada": StoredGrades("", "", grades={question: row(1, None)})}}
    extra = entry("flo", exercises=[one("dense", "failed", 1, finding="It is twice as much.")])
    page = make_page(tally.summarise([*ENTRIES, extra], waiting, []), {})
    statuses, exercises, findings, attention, written = tables_of(page)
    assert statuses == [
        ["chapter", "graded", "no_library", "malformed", "unjudged", "missing", "median"],
        ["02_biases", "3", "0", "1", "1", "1", "12%"],
    ]
    assert exercises == [
        ["chapter", "exercise", "fraction of its points", *tally.KINDS],
        ["02_biases", "dense", "25%", "0", "2", "1", "1", "1"],
        ["02_biases", "neuron", "50%", "2", "0", "0", "2", "0"],
    ]
    assert findings[1:] == [["dense", "It is twice as much.", "1"]]
    assert [line[::2] for line in attention[1:]] == [
        ["dan", "unjudged"],
        ["cy", "malformed"],
        ["bo", "neuron: timeout"],
    ]
    assert written[1:] == [["02_biases", question, "1", "0", "0"], *(["02_biases", n, "0", "0", "0"] for n in others)]
    assert "1 written answer to be marked." in page and "3 lines below need your attention." in page
    assert "Nobody has answered all questions of the test" in page and "bias per row" in page


def test_what_is_long_is_cut_and_an_empty_class_needs_nothing():
    long = one("neuron", "timeout", 0, message="x" * 400 + "y")
    assert "x" * 400 in (page := make_page(tally.summarise([entry("ada", exercises=[long])], {}, []), {}))
    assert "xy" not in page
    page = make_page(tally.summarise([entry("ada", exercises=[one("neuron", "failed", 0)])], {}, []), {})
    assert "Nothing else needs your attention." in page and "No known misconception was found." in page


def test_each_misconception_is_told_with_its_advice_and_its_source_if_it_has_one_of_its_own():
    names = [
        ("dense", "forgets_the_bias"),  # one of a family
        ("dense", "bias_per_row"),
        ("gpt2_parameters", "counts_one_block_only"),  # a question's
        ("dense", "of_an_earlier_release"),
    ]
    entries = [
        entry(f"s{n}-{m}", exercises=[one(exercise, "failed", 0, misconception=name)])
        for n, (exercise, name) in enumerate(names)
        for m in range(len(names) - n)
    ]
    page = BeautifulSoup(make_page(tally.summarise(entries, {}, []), {}), "html.parser")
    told = [fold for fold in page("details") if fold.find("strong")]
    assert [fold.find("summary").get_text() for fold in told] == [
        "forgets the bias in dense: 4 of 8",
        "bias per row in dense: 3 of 8",
        "counts one block only in gpt2_parameters: 2 of 2",
        "of an earlier release in dense: 1 of 8",
    ]
    advice = [fold.find("p").get_text() for fold in told]
    assert advice[0].startswith("The bias seems to have no effect.")
    assert advice[1].startswith("The biases seem to be added along")
    assert advice[2].startswith("Only one block is counted.") and advice[3] == ""
    assert [len(fold("pre")) for fold in told] == [0, 1, 0, 0]
    assert told[1].find("pre").get_text() == (
        "def dense(x, weights, bias):\n    return weighted_sums(x, weights) + bias[:, np.newaxis]"
    )
