"""Is the autograder fair: do right answers in any style get full marks, and does every small slip lose points?"""

from __future__ import annotations

import random

import pytest

from autograder.exercises import CHAPTERS, EXERCISES
from tests.accuracy import judging
from tests.accuracy.__main__ import PAGE, table, tally
from tests.alternatives import load

SEED = 20
AT_MOST = 150
"""Mutants tried for one exercise; `python -m tests.accuracy` tries all."""
RECIPE = ("constant", "loop", "order")
"""Kinds of slips that may leave a scored answer as good as it was."""
UNSCORED = [name for name, exercise in EXERCISES.items() if not exercise.scored]


def mutants_of(name):
    return judging.all_mutants(EXERCISES[name].module)[name]


@pytest.mark.parametrize("name", UNSCORED)
def test_every_slip_loses_points_and_those_that_are_none_do_not(name):
    made = mutants_of(name)
    listed = [mutant for mutant in made if str(mutant) in judging.equivalents()]
    wrong = [mutant for mutant in made if mutant not in listed]
    tried = random.Random(SEED).sample(wrong, min(AT_MOST, len(wrong)))
    verdicts = judging.verdicts(name, [*listed, *tried])
    passed = [verdict == judging.PASSED for verdict in verdicts]
    assert [str(m) for m, right in zip(listed, passed, strict=False) if not right] == [], "listed, but caught"
    assert [str(m) for m, right in zip(tried, passed[len(listed) :], strict=True) if right] == [], "not caught"


def test_a_slip_in_a_scored_answer_loses_points():
    made = [mutant for mutant in mutants_of("adapt") if mutant.kind not in RECIPE]
    tried = [mutant for mutant in made if str(mutant) not in judging.equivalents()]
    tried = random.Random(SEED).sample(tried, 8)
    verdicts = judging.verdicts("adapt", tried, judging.SEEDS[:1])
    assert [str(m) for m, verdict in zip(tried, verdicts, strict=True) if verdict == judging.PASSED] == []


def test_the_list_of_slips_that_are_none_is_current():
    made = [
        str(mutant)
        for chapter in CHAPTERS.values()
        for mutants in judging.all_mutants(chapter.module).values()
        for mutant in mutants
    ]
    assert len(made) == len(set(made)), "two mutants have one name"
    assert set(judging.equivalents()) - set(made) == set(), "the reference has changed: `python -m tests.accuracy`"


def test_the_autograders_own_page_is_current():
    found = [
        (chapter.name, mutant, judging.PASSED if str(mutant) in judging.equivalents() else judging.WRONG)
        for chapter in CHAPTERS.values()
        for mutants in judging.all_mutants(chapter.module).values()
        for mutant in mutants
    ]
    for name, made, right, *_ in tally(found, lambda entry: entry[0]):
        assert f"| {name} | {made} | {right} |" in PAGE.read_text(encoding="utf-8"), "`python -m tests.accuracy`"


def test_at_least_a_hundred_right_answers_in_other_styles():
    assert sum(map(len, load().values())) >= 100


def test_a_table_adds_up():
    assert table(["a", "b"], [("x", 1), ("y", 2)]).splitlines()[-1] == "| **all** | **3** |"
