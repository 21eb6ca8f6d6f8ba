"""Does every student of a class get the right grade, and the same grade from nbgrader's own command?"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from autograder.classroom.folder import Classroom
from autograder.classroom.report import tally
from autograder.cli.main import main
from autograder.judging import key
from autograder.paths import ROOT
from tests.end_to_end.instructor.conftest import BIASES, FORMULA, NAMES, SEED, WEIGHTS
from tests.support import classroom as made


def verdicts(entry):
    return {verdict["exercise"]: verdict for verdict in entry["exercises"]}


@pytest.mark.parametrize(
    ("student", "chapter", "status", "score"),
    [
        ("reference", WEIGHTS, "graded", 16),
        ("reference", BIASES, "graded", 20),
        ("untouched", WEIGHTS, "graded", 0),
        ("untouched", BIASES, "graded", 0),
        ("empty-notebook", WEIGHTS, "malformed", 14),
        ("syntax-error", WEIGHTS, "graded", 2),
        ("no-library-file", WEIGHTS, "graded", 2),
        ("no-notebook", WEIGHTS, "missing", 0),
        ("no-notebook", BIASES, "missing", 0),
        ("endless-loop", WEIGHTS, "graded", 14),
        ("duplicated-cell", WEIGHTS, "graded", 15),
        ("not-json", WEIGHTS, "malformed", 14),
        (FORMULA, WEIGHTS, "graded", 16),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_each_gets_the_score_and_the_status_that_are_due(graded, student, chapter, status, score):
    entry = graded.by[student, chapter.name]
    assert (entry["status"], entry["score"], entry["points"]) == (status, score, chapter.points)
    assert [verdict["exercise"] for verdict in entry["exercises"]] == [*chapter.exercises, *chapter.questions]


def test_statuses_say_what_went_wrong(graded):
    def statuses(student):
        return {name: verdict["status"] for name, verdict in verdicts(graded.by[student, WEIGHTS.name]).items()}

    functions, numbers = dict.fromkeys(WEIGHTS.exercises), dict.fromkeys(WEIGHTS.questions)
    done = dict.fromkeys(numbers, "passed")
    assert statuses("untouched") == dict.fromkeys(functions | numbers, "not_started")
    assert statuses("syntax-error") == dict.fromkeys(functions, "error") | done
    assert statuses("no-library-file") == dict.fromkeys(functions, "missing") | done
    assert statuses("not-json") == dict.fromkeys(functions, "passed") | dict.fromkeys(numbers, "malformed")
    assert statuses("endless-loop") == dict.fromkeys(functions | numbers, "passed") | {"apply_weight": "timeout"}


@pytest.mark.parametrize("chapter", [WEIGHTS, BIASES], ids=lambda chapter: chapter.name)
def test_every_misconception_is_named_and_costs_its_own_exercise_only(graded, chapter):
    from autograder.judging.judge import judge
    from autograder.judging.verdict import Reply

    keys = key.chapter_keys(chapter, SEED)
    for i, wrong in enumerate(made.mistaken(chapter)):
        found = verdicts(graded.by[f"mistaken-{i:02d}", chapter.name])
        for name, exercise in chapter.exercises.items():
            if name not in wrong:
                assert found[name]["score"] == exercise.points, f"{name} pays for another's mistake"
                continue
            known = next(one for one in keys[name].mistakes if one.name == wrong[name].name)
            aspects = _score_of(exercise, keys[name], known, judge, Reply)
            assert (found[name]["misconception"], found[name]["score"]) == (wrong[name].name, aspects), name


def _score_of(exercise, answers, known, judge, reply):
    """Return the score of a misconception according to the key, without running any process."""
    replayed = iter(known.observations)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.judging.judge.observe", lambda *_: next(replayed))
        return judge(exercise, answers, reply(cases=[[{}] for _ in known.observations])).score


def test_whatever_asks_for_a_person_is_told_once(graded):
    found = tally.summarise(graded.entries, {}, [], tally.remarks_on(Classroom(graded.room), graded.entries)).attention
    assert [(student, chapter, status) for student, chapter, status, _ in found] == [
        ("empty-notebook", WEIGHTS.name, "malformed"),
        ("not-json", WEIGHTS.name, "malformed"),
        ("endless-loop", WEIGHTS.name, "apply_weight: timeout"),
        ("no-library-file", WEIGHTS.name, "graded"),
        ("no-notebook", WEIGHTS.name, "missing"),
        ("syntax-error", WEIGHTS.name, "library: error"),
    ]
    assert "Python cannot read line 1 of weightlab/weights.py" in found[-1][3]


def test_messages_for_the_class_do_not_show_secret_inputs(graded):
    numbers = {f"{value:.6g}" for exercise in WEIGHTS.exercises.values() for value in _floats(exercise)}
    pages = "".join(page.read_text() for page in graded.room.glob("feedback/*/*/*.html"))
    assert not {number for number in numbers if len(number) > 6 and number in pages}


def _floats(exercise):
    import numpy as np

    for case in exercise.cases(SEED):
        for call in case.calls:
            for argument in call.args:
                if isinstance(argument, (float, np.ndarray)):
                    yield from np.ravel(argument)


def test_feedback_is_there_for_everybody_who_submitted(graded):
    submitted = {
        path.relative_to(graded.room / "submitted").with_suffix("")
        for path in graded.room.glob("submitted/*/*/*.ipynb")
    }
    pages = {
        path.relative_to(graded.room / "feedback").with_suffix("") for path in graded.room.glob("feedback/*/*/*.html")
    }
    assert pages == submitted
    page = (graded.room / "feedback/mistaken-00/01_weights/01_weights.html").read_text()
    first = made.mistaken(WEIGHTS)[0]["apply_weight"]
    assert first.advice.replace("'", "&#x27;").replace('"', "&quot;").split(". ")[0] in page


def test_the_tables_hold_everybody_and_no_formulas(graded):
    with open(graded.room / "grades.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(graded.entries)
    assert {row["student"] for row in rows} >= {"reference", f"'{FORMULA}"}
    assert next(row for row in rows if row["student"] == "reference")["automatic"] == "16"
    for name in ("grades_moodle.csv", "grades_canvas.csv"):
        assert "\n=" not in (graded.room / name).read_text()


def nbgrader(*argv, **environment):
    """Run one of nbgrader's own commands from the project's folder, as an instructor would."""
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *map(str, argv)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


def test_nbgraders_own_command_gives_the_same_grades_and_starts_no_kernel(graded, tmp_path):
    students = [
        "reference",
        "untouched",
        "mistaken-02",
        "empty-notebook",
        "syntax-error",
        "no-library-file",
        "no-notebook",
        "duplicated-cell",
        "not-json",
    ]
    room, started = tmp_path / "room", tmp_path / "a-kernel-was-started"
    for student in students:
        (room / "submitted").mkdir(parents=True, exist_ok=True)
        shutil.copytree(graded.room / "submitted" / student, room / "submitted" / student)
    (room / "submitted" / "untouched" / WEIGHTS.name / "timestamp.txt").write_text("yesterday")
    (room / ".weightlab").mkdir()
    (room / ".weightlab" / "seed").write_text(str(SEED))
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["touch", str(started)], "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    for chapter in NAMES:
        ran = nbgrader(
            "autograde",
            chapter,
            "--course-dir",
            room,
            f"--Rebuilder.isolation={graded.isolation}",
            f"--CourseDirectory.source_directory={graded.course}",
            JUPYTER_DATA_DIR=str(tmp_path / "jupyter"),
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
    assert not started.exists()
    assert made.gradebook(room) == [row for row in made.gradebook(graded.room) if row[0] in students]
    pages = nbgrader("generate_feedback", WEIGHTS.name, "--course-dir", room)
    assert pages.returncode == 0, pages.stderr[-2000:]
    assert "apply_weight" in (room / "feedback/reference/01_weights/01_weights.html").read_text()


def test_a_students_wrong_library_is_not_replaced_by_the_instructors(graded):
    assert graded.by["mistaken-00", WEIGHTS.name]["score"] < WEIGHTS.points
    theirs = graded.room / "submitted/mistaken-00/01_weights/weightlab/weights.py"
    assert theirs.read_bytes() != made.REFERENCE["weights"]


def test_the_command_says_what_is_missing_and_prints_the_contracts_json(graded, tmp_path):
    ran = CliRunner().invoke(main, ["grade", WEIGHTS.name, "--classroom", str(tmp_path), "--json"])
    assert ran.exit_code == 1
    assert "submitted is missing" in ran.stderr
    entry = graded.by["reference", BIASES.name]
    assert set(entry) == {"student", "chapter", "status", "score", "points", "exercises", "remarks"}
    assert set(entry["exercises"][0]) == {
        "exercise",
        "chapter",
        "status",
        "score",
        "points",
        "misconception",
        "finding",
        "message",
        "aspects",
        "file",
    }
    json.dumps(graded.entries)


def test_no_heading_has_the_id_by_which_formgrader_finds_a_score():
    from autograder.paths import COURSE

    taken, named = set(), set()
    for path in COURSE.glob("*/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if "nbgrader" in cell["metadata"]:
                named.add(cell["metadata"]["nbgrader"]["grade_id"])
            elif cell["cell_type"] == "markdown":
                headings = re.findall(r"^#+ +(.*?)#*$", "".join(cell["source"]), re.MULTILINE)
                taken |= {re.sub(r"[`*]", "", heading).strip().replace(" ", "-") for heading in headings}
    assert len(taken) > 50
    assert len(named) > 50
    assert not taken & named
