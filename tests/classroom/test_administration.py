"""Do deadline, extension, and the return of feedback and grades work together in a graded class?"""

from __future__ import annotations

import csv
import datetime
import json

import pytest
from click.testing import CliRunner

from autograder.classroom.collecting.collect import collect_submissions
from autograder.classroom.grade import grade_class
from autograder.classroom.gradebook import ClassBook, url_of
from autograder.cli.main import main
from autograder.exercises import CHAPTERS
from tests.support import classroom as made
from tests.support.downloads import zipped

WEIGHTS = CHAPTERS["01_weights"]
pytestmark = pytest.mark.slow

CONFIG = """c = get_config()
c.CourseDirectory.source_directory = {course!r}
c.AssignLatePenalties.plugin_class = "autograder.classroom.late.PercentPerDay"
"""


def run(*words):
    return CliRunner().invoke(main, list(map(str, words)))


def test_from_moodle_and_back(tmp_path):
    room, course = tmp_path / "class", made.course(tmp_path / "course", [WEIGHTS])
    room.mkdir()
    (room / "nbgrader_config.py").write_text(CONFIG.format(course=str(course)))
    notebook = json.dumps(made.answered(WEIGHTS)).encode()
    modules = {f"weightlab/{name}.py": source for name, source in made.REFERENCE.items()}
    whole = zipped({f"{WEIGHTS.name}.ipynb": notebook} | modules)
    download = tmp_path / "download.zip"
    names = {"Ada L": 11, "Bo D": 12}
    download.write_bytes(zipped({f"{name}_{i}_assignsubmission_file_/x.zip": whole for name, i in names.items()}))
    collect_submissions([download], room, WEIGHTS.name)
    with ClassBook(url_of(room)) as book:
        book.prepare(WEIGHTS.name, made.released(WEIGHTS))
    for more, words in ((2, "and the extension counts from it"), (0, "no deadline yet; set one")):
        assert words in run("extension", "Bo-D", WEIGHTS.name, "--days", more, "--classroom", room).output
    with ClassBook(url_of(room)) as book:
        book.book.update_or_create_assignment(WEIGHTS.name, duedate=datetime.datetime(2026, 3, 2, 10))
    for student in ("Ada-L", "Bo-D"):
        time = room / "submitted" / student / WEIGHTS.name / "timestamp.txt"
        time.write_text("2026-03-03 12:00:00 +02:00")
    here = ("--classroom", room)

    assert run("feedback", WEIGHTS.name, "--moodle", *here).exit_code == 1, "nothing is graded yet"
    said = run("extension", "Bo-D", WEIGHTS.name, "--days", 1, *here)
    assert said.exit_code == 0 and "due on 2026-03-03 10:00 UTC" in said.output, said.output
    assert run("extension", "nobody", WEIGHTS.name, "--days", 1, *here).exit_code == 1
    assert run("extension", "Bo-D", "nothing", "--days", 1, *here).exit_code == 2
    assert run("extension", "Bo-D", WEIGHTS.name, "--days", -1, *here).exit_code == 2
    for much, words in (("nan", "as numbers"), ("inf", "Give fewer days")):
        for unit in ("--days", "--hours"):
            said = run("extension", "Bo-D", WEIGHTS.name, unit, much, *here)
            assert said.exit_code == 2 and words in said.output, said.output
            assert isinstance(said.exception, SystemExit), "a sentence, not a traceback"
    grade_class(room, isolation="process", jobs=1, course=course)
    rows = {row["student"]: row for row in csv.DictReader((room / "grades.csv").open())}
    whole_score = float(rows["Bo-D"]["total"])
    assert whole_score > 0 and float(rows["Bo-D"]["late_penalty"]) == 0
    assert float(rows["Ada-L"]["late_penalty"]) == pytest.approx(0.1 * whole_score)

    sheet = tmp_path / "sheet.csv"
    heads = "Identifier,Full name,Grade,Maximum Grade,Last modified (grade)"
    lines = [f"Participant {number},{name},,{rows['Bo-D']['points']},-" for name, number in names.items()]
    sheet.write_text("\n".join([heads, *lines, ""]))
    said = run("feedback", WEIGHTS.name, "--moodle", "--worksheet", sheet, *here)
    assert said.exit_code == 0 and "2 grades in" in said.output and "2 pages in" in said.output, said.output
    filled = list(csv.DictReader((room / "upload" / f"{WEIGHTS.name}_moodle_worksheet.csv").open(newline="")))
    assert [float(row["Grade"]) for row in filled] == [float(rows[name]["total"]) for name in ("Ada-L", "Bo-D")]
    waiting = "Students with answers that are not marked yet: Ada-L, Bo-D."
    assert said.output.count(waiting) == 1
    said = run("feedback", WEIGHTS.name, "--moodle", *here)
    assert said.exit_code == 0 and said.output.count(waiting) == 1, said.output
    said = run("feedback", WEIGHTS.name, "--canvas", *here)
    assert said.exit_code == 1 and "not collected from Canvas" in said.output
    assert said.output.count(waiting) == 1
    (room / "roster.csv").write_text("id\nAda-L\nBo-D\nEve\nFlo\n")
    (room / "submitted" / "Flo" / WEIGHTS.name).mkdir(parents=True)
    (room / "submitted" / "Flo" / WEIGHTS.name / "essay.pdf").write_bytes(b"%PDF")
    said = run("feedback", WEIGHTS.name, "--moodle", *here)
    assert said.exit_code == 1 and "Flo: submitted something, but has no page" in said.output
    assert "Eve" not in said.output, "who submitted nothing gets no page"
    assert run("feedback", WEIGHTS.name, *here).exit_code == 2
