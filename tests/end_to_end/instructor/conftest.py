"""A class that is graded once for all tests of this folder."""

from __future__ import annotations

import copy
from dataclasses import replace
from types import SimpleNamespace

import pytest

from autograder.classroom.grade import grade_class
from autograder.exercises import CHAPTERS
from autograder.sandbox import selftest
from tests.support import classroom as made

WEIGHTS, BIASES = CHAPTERS["01_weights"], CHAPTERS["02_biases"]
NAMES = [WEIGHTS.name, BIASES.name]
SEED = 7
FORMULA = "=HYPERLINK(1),b"
LOOP = b"def apply_weight(signal, weight):\n    while True:\n        pass\n"


def duplicated():
    """The reference's notebook with a check cell and an answer cell copied, metadata and all."""
    notebook = made.answered(WEIGHTS)
    for name in ("weighted_sums", "share_that_flips-answer"):
        again = copy.deepcopy(made.cell(notebook, name))
        again["id"], again["source"] = again["id"] + "-2", "share_that_flips = 12345"
        notebook["cells"].append(again)
    return notebook


def build(room):
    """Write the class's submissions; each student's name says what is special about them."""
    loop = {"weights": made.REFERENCE["weights"].replace(b"def apply_weight(", b"def _spare(") + LOOP}
    for chapter in (WEIGHTS, BIASES):
        made.submit(room, "reference", chapter, made.answered(chapter))
        made.submit(room, "untouched", chapter, made.released(chapter), made.STUBS)
        for i, wrong in enumerate(made.mistaken(chapter)):
            library = made.library_with({name: one.function for name, one in wrong.items()})
            made.submit(room, f"mistaken-{i:02d}", chapter, made.answered(chapter), library)
    empty = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    made.submit(room, "empty-notebook", WEIGHTS, empty)
    broken = {"weights": b"def apply_weight(signal, weight)\n    return signal * weight\n"}
    made.submit(room, "syntax-error", WEIGHTS, made.answered(WEIGHTS), made.REFERENCE | broken)
    lacking = {name: source for name, source in made.REFERENCE.items() if name != "weights"}
    made.submit(room, "no-library-file", WEIGHTS, made.answered(WEIGHTS), lacking)
    made.submit(room, "no-notebook", WEIGHTS, None)
    made.submit(room, "endless-loop", WEIGHTS, made.answered(WEIGHTS), made.REFERENCE | loop)
    made.submit(room, "duplicated-cell", WEIGHTS, duplicated())
    made.submit(room, "not-json", WEIGHTS, b"%PDF-1.4 not a notebook")
    made.submit(room, FORMULA, WEIGHTS, made.answered(WEIGHTS))


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    """A class, graded once for all tests here."""
    base = tmp_path_factory.mktemp("class")
    room, course = base / "room", made.course(base / "course", [WEIGHTS, BIASES])
    build(room)
    shut_in = "process" if selftest.why_not() else "bubblewrap"
    with pytest.MonkeyPatch.context() as patch:
        loop = WEIGHTS.exercises["apply_weight"]
        patch.setitem(WEIGHTS.exercises, "apply_weight", replace(loop, time_limit=2.0))
        entries = grade_class(room, NAMES, seed=SEED, isolation=shut_in, course=course)
    by = {(entry["student"], entry["chapter"]): entry for entry in entries}
    return SimpleNamespace(room=room, course=course, entries=entries, by=by, isolation=shut_in)
