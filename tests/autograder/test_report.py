"""Does the report say what the class has understood, and name nobody it need not?"""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from autograder import records, report
from autograder.cli import main
from autograder.grade import draw_report
from labkit.concepts import CONCEPTS

from ..instructor import classroom as made

WRONG = b'''
def dense(x, weights, bias):
    """By Ada Lovelace."""
    # ada.lovelace@example.org
    print("ada was here")
    return x @ weights
'''


def one(name, status, score, points=2, misconception=None, message="words"):
    return {"exercise": name, "chapter": "02_biases", "status": status, "score": score, "points": points,
            "misconception": misconception, "message": message, "aspects": [], "file": None}  # fmt: skip


def entry(student, status="graded", exercises=()):
    judged = [verdict["score"] for verdict in exercises]
    score = None if None in judged else sum(judged)
    return {"student": student, "chapter": "02_biases", "status": status, "score": score, "points": 4.0,
            "exercises": list(exercises)}  # fmt: skip


ENTRIES = [
    entry("ada", exercises=[one("dense", "failed", 1, misconception="layer_without_bias"), one("neuron", "passed", 2)]),
    entry("bo", exercises=[one("dense", "failed", 0, misconception="layer_without_bias"), one("neuron", "timeout", 0)]),
    entry("cy", "malformed", [one("dense", "not_started", 0), one("neuron", "malformed", 0, message="no <b>JSON</b>")]),
    entry("dan", "unjudged", [one("dense", "unjudged", None, message="it broke"), one("neuron", "passed", 2)]),
    entry("eve", "missing", [one("dense", "missing", 0), one("neuron", "missing", 0)]),
]


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "room"
    for student in ("ada", "bo"):
        made.hand_in(folder, student, made.CHAPTERS["02_biases"], b"{}", {"biases": WRONG})
    answers = {concept.name: concept.right for concept in CONCEPTS}
    before = answers | {CONCEPTS[0].name: next(iter(CONCEPTS[0].wrong))}
    record = json.dumps({"before": before, "after": answers})
    (folder / "submitted/ada/02_biases/concepts.json").write_text(record)
    (folder / "submitted/bo/02_biases/concepts.json").write_text("[" * 50_000)
    records.save_entries(folder, ENTRIES)
    return folder


def test_what_is_counted():
    found = report.summarise(ENTRIES, {}, [])
    assert (found.students, found.chapters, found.scores) == (5, ["02_biases"], {"02_biases": [0.75, 0.0, 0.0]})
    assert found.statuses["02_biases"] == {"graded": 2, "malformed": 1, "unjudged": 1, "missing": 1}
    assert [item.name for item in found.items] == ["dense", "neuron"]
    dense = found.items[0]
    assert dense.kinds == {"some points": 1, "no points": 1, "not started": 1, "could not run": 1}
    assert dense.share == pytest.approx(1 / 6)
    assert [(item.name, name, who) for item, name, who in found.beliefs()] == [
        ("dense", "layer_without_bias", ["ada", "bo"])
    ]
    assert [(line[0], line[2]) for line in found.attention] == [
        ("dan", "unjudged"), ("cy", "malformed"), ("bo", "neuron: timeout")
    ]  # fmt: skip


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
    assert "layer without bias" in page
    assert "Concept test" in page
    assert "normalised gain 1.00" in page


def test_an_example_shows_the_code_and_not_who_wrote_it(room):
    page = draw_report(room)[0].read_text()
    assert "return x @ weights" in page
    (code,) = re.findall("<pre>(.*?)</pre>", page, re.DOTALL)
    assert "ada" not in code.casefold()


@pytest.mark.parametrize(
    "source",
    [b"def dense(:", b"\x00", b"x = 1", b"def dense():\n" + b"    x = 1\n" * 40, b"(" * 9_000, b"-" * 90_000 + b"1"],
)
def test_no_example_is_made_of_what_is_none(source):
    assert report.example(source, "dense") is None


def test_the_command_prints_where_it_wrote(room, tmp_path):
    ran = CliRunner().invoke(main, ["report", "--classroom", str(room)])
    assert (ran.exit_code, ran.output.splitlines()[0]) == (0, str(room / "report" / "report.html"))
    (tmp_path / "empty" / "submitted").mkdir(parents=True)
    ran = CliRunner().invoke(main, ["report", "--classroom", str(tmp_path / "empty")])
    assert ran.exit_code == 1
    assert "Nothing is graded" in ran.stderr


def test_grading_one_chapter_keeps_what_was_found_of_others(tmp_path):
    other = [entry("ada") | {"chapter": "01_weights"}]
    for entries in (ENTRIES, other, ENTRIES[:1]):
        records.save_entries(tmp_path, entries)
    assert records.read_entries(tmp_path) == [*other, ENTRIES[0]]
