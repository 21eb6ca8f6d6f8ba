"""Does the capstone measure what it promises: what is read, what is forgotten, and what must be stored?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from autograder.examine import run_exercise
from autograder.exercise import Call, Rng
from autograder.exercises import EXERCISES, capstone_scores
from autograder.judging import judge, key, reference
from autograder.judging.verdict import Reply
from autograder.library import read_library
from autograder.paths import SOLUTIONS
from autograder.sandbox.process import Runner
from labkit import data

NUMBERS = range(60)


@pytest.fixture
def layers():
    return data.pretrained_reader()


def changed(layers, *changes):
    """Return the layers with functions applied to the weights, layer by layer; None leaves a layer unchanged."""
    return [
        (weights.astype(float) if change is None else change(weights.astype(float)), bias)
        for (weights, bias), change in zip(layers, changes, strict=True)
    ]


class TestStoredNumbers:
    def test_nothing_changed_costs_nothing(self, layers):
        assert capstone_scores.stored_numbers(layers, layers) == 0

    def test_rounding_costs_nothing(self, layers):
        near = [(weights.astype(float) * (1 + 1e-8), bias) for weights, bias in layers]
        assert capstone_scores.stored_numbers(layers, near) == 0

    @pytest.mark.parametrize("rank", [1, 4, 8])
    def test_a_low_rank_change_costs_its_factors(self, layers, rank):
        rng = np.random.default_rng(rank)
        low = [lambda w: w + 0.1 * rng.normal(size=(w.shape[0], rank)) @ rng.normal(size=(rank, w.shape[1]))] * 3
        assert capstone_scores.stored_numbers(layers, changed(layers, *low)) == rank * (260 + 128 + 74)

    def test_so_does_one_that_was_merged_in_single_precision(self, layers):
        rng = np.random.default_rng(1)
        merged = [
            (w + (0.1 * rng.normal(size=(w.shape[0], 2)) @ rng.normal(size=(2, w.shape[1]))).astype(np.float32), b)
            for w, b in layers
        ]
        assert all(weights.dtype == np.float32 for weights, _ in merged)
        assert capstone_scores.stored_numbers(layers, merged) == 2 * (260 + 128 + 74)

    def test_few_changed_entries_cost_themselves(self, layers):
        def five(weights):
            weights[3, :5] += 0.5
            return weights

        assert capstone_scores.stored_numbers(layers, changed(layers, five, None, five)) == 10

    def test_biases_cost_their_changed_entries(self, layers):
        (first, bias), *rest = layers
        moved = bias.copy()
        moved[:7] += 0.25
        assert capstone_scores.stored_numbers(layers, [(first, moved), *rest]) == 7

    def test_a_vast_change_in_one_direction_hides_no_others(self, layers):
        rng = np.random.default_rng(0)

        def hiding(weights):
            weights = weights + rng.normal(0, 0.05, weights.shape)
            weights[0, 0] += 1e6  # this pixel is blank in every upright digit
            return weights

        assert capstone_scores.stored_numbers(layers, changed(layers, hiding, None, None)) > capstone_scores.BUDGET

    def test_retraining_costs_over_four_times_the_budget(self, layers):
        rng = np.random.default_rng(0)
        everything = [(w + rng.normal(0, 0.01, w.shape), b + 0.1) for w, b in layers]
        assert capstone_scores.stored_numbers(layers, everything) == 17_418


class TestTasks:
    def test_the_untouched_reader_reads_less_than_three_in_five_of_every_task(self, layers):
        digits = data.digits14()
        for number in NUMBERS:
            task = capstone_scores.draw_task(number)
            assert task.kind in capstone_scores.LEVELS
            assert task.degrees == 0 or 45 <= abs(task.degrees) <= 180
            assert capstone_scores.read_share(layers, task.apply(digits.test_images), digits.test_labels) < 0.6

    def test_a_task_shows_only_training_images_that_the_reader_never_saw(self):
        images, labels = data.digits14_train()
        unseen = images[capstone_scores.SEEN_BY_READER :].astype(np.float32)
        number = next(n for n in NUMBERS if capstone_scores.draw_task(n).kind == "inverted ink")
        x, y = capstone_scores.examples(number)
        assert x.shape == (100, 196) and x.dtype == np.float32
        rows = [np.flatnonzero((np.abs(1 - unseen - image) < 1e-6).all(axis=1)) for image in x]
        assert all(len(row) for row in rows)
        assert all(y[i] in labels[capstone_scores.SEEN_BY_READER :][row] for i, row in enumerate(rows))

    def test_the_same_number_is_the_same_task(self):
        for one, other in zip(capstone_scores.examples(7), capstone_scores.examples(7), strict=True):
            assert np.array_equal(one, other)
        assert len({str(capstone_scores.draw_task(number)) for number in NUMBERS}) > 30

    def test_the_students_generator_does_not_tell_the_task(self):
        """The task's number is passed as a stream, on which the generator does not depend."""
        one, other = (np.random.default_rng(case.calls[0].args[3].seed) for case in EXERCISES["adapt"].cases(1)[:2])
        assert one.integers(2**32) != other.integers(2**32)
        numbers = [case.calls[0].args[3].stream for case in EXERCISES["adapt"].cases(1)]
        seeds = [case.calls[0].args[3].seed for case in EXERCISES["adapt"].cases(1)]
        assert not set(numbers) & set(seeds)


def a_standing(**values):
    given = {"untouched": 0.1, "new": 0.57, "old": 0.9, "old_before": 0.9, "stored": 3_000, "head_only": False}
    return capstone_scores.Standing(capstone_scores.Task(90), **given | values, parameters=17_418)


class TestStanding:
    @pytest.mark.parametrize(("new", "gain"), [(0.05, 0), (0.1, 0), (0.335, 0.5), (0.57, 1), (0.9, 1)])
    def test_gain_grows_from_the_untouched_reader_to_the_level(self, new, gain):
        assert a_standing(new=new).gain == pytest.approx(gain)

    @pytest.mark.parametrize(("lost", "kept"), [(-0.01, 1), (0.02, 1), (0.085, 0.5), (0.15, 0), (0.5, 0)])
    def test_kept_falls_from_two_points_lost_to_fifteen(self, lost, kept):
        assert a_standing(old=0.9 - lost).kept == pytest.approx(kept)

    def test_the_open_score_is_not_capped_at_the_level_and_counts_only_within_the_budget(self):
        better = a_standing(new=0.9, old=0.91, old_before=0.91)
        assert better.gain == 1 and better.open_score == pytest.approx(90)
        assert a_standing(new=0.8, old=0.91, old_before=0.91).open_score == pytest.approx(80)
        assert a_standing(new=0.9, old=0.91, old_before=0.91, stored=capstone_scores.BUDGET + 1).open_score == 0

    def test_the_share_is_their_product_within_the_budget(self):
        assert a_standing(new=0.335, old=0.815).share == pytest.approx(0.25)
        assert a_standing(stored=4_000).share == 1
        assert a_standing(stored=4_001).share == 0

    @pytest.mark.parametrize(
        ("values", "diagnosis"),
        [
            ({"stored": 0}, "nothing changed"),
            ({"stored": 17_000}, "everything retrained"),
            ({"stored": 4_001}, "over the budget"),
            ({"head_only": True}, "head only"),
            ({"old": 0.5}, "old digits forgotten"),
            ({}, "adapted"),
        ],
    )
    def test_it_knows_what_kind_of_answer_it_sees(self, values, diagnosis):
        assert a_standing(**values).diagnosis == diagnosis

    def test_only_what_earns_everything_is_told_as_all_of_it(self):
        nearly = a_standing(new=0.569, old=0.8797)
        assert nearly.gain > 0.995 and 0.995 < nearly.kept < 1
        assert "(gain 0.99 of 1)" in str(nearly) and "(kept 0.99 of 1)" in str(nearly)
        assert "(gain 1.00 of 1)" in str(a_standing()) and "(kept 1.00 of 1)" in str(a_standing())

    def test_the_head_alone_has_changed_only_if_no_other_bias_has(self, layers):
        moved = [(weights, bias + 1) for weights, bias in layers]
        assert capstone_scores.standing(0, layers, [*layers[:-1], moved[-1]]).head_only
        assert not capstone_scores.standing(0, layers, moved).head_only


def scored(layers, answer):
    return capstone_scores.score([answer], (Call((layers, None, None, Rng(1, stream=3))),))


class TestScore:
    @pytest.mark.parametrize(
        "wrong",
        [
            lambda layers: None,
            lambda layers: 5,
            lambda layers: layers[:2],
            lambda layers: [*layers, layers[-1]],
            lambda layers: [weights for weights, _ in layers],
            lambda layers: [(weights.T, bias) for weights, bias in layers],
            lambda layers: [(weights, bias, 1) for weights, bias in layers],
            lambda layers: [("weights", bias) for _, bias in layers],
        ],
        ids=["None", "a number", "too few", "too many", "no biases", "turned", "triples", "text"],
    )
    def test_what_is_no_such_network_earns_nothing_and_says_why(self, layers, wrong):
        share, words, diagnosis = scored(layers, wrong(layers))
        assert (share, diagnosis) == (0, "other shapes")
        assert "layer" in words

    @pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
    def test_numbers_that_ran_away_earn_nothing(self, layers, value):
        share, _, diagnosis = scored(layers, [(np.full(w.shape, value), b) for w, b in layers])
        assert (share, diagnosis) == (0, "ran away")

    def test_lists_in_place_of_arrays_are_a_network_too(self, layers):
        share, words, diagnosis = scored(layers, [[w.tolist(), b.tolist()] for w, b in layers])
        assert (share, diagnosis) == (0, "nothing changed")
        assert "0 numbers stored" in words


def test_a_message_for_a_secret_key_names_no_task(layers):
    exercise = EXERCISES["adapt"]
    answer_key = key.make_key(exercise, 11)
    seen = [[{"value": layers, "changed": []}] for _ in answer_key.cases]
    verdict = judge.judge(exercise, answer_key, Reply(cases=seen), quote=False)
    assert (verdict.score, verdict.misconception) == (0, "nothing_changed")
    assert "turned" not in verdict.message and "°" not in verdict.message


@pytest.fixture(scope="module")
def results():
    """Return what ``python -m benchmarks capstone`` found, over sixty tasks."""
    path = Path(__file__).parents[2] / "benchmarks" / "results" / "capstone.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_naive_answers_earned_at_most_two_fifths_and_good_ones_at_least_seven_tenths(results):
    shares = {name: row["share"] for name, row in results["answers"].items()}
    assert results["tasks"] >= 50
    for naive in ("nothing changed", "everything retrained", "head only", "LoRA rank 8, no old images"):
        assert shares[naive] <= 0.4
    for name, row in results["answers"].items():
        if "LoRA" in name and "no old" not in name and row["numbers_stored"] <= capstone_scores.BUDGET:
            assert shares[name] >= 0.7, name


def test_the_levels_are_ten_points_below_the_reference(results):
    assert set(results["levels"]) == set(capstone_scores.LEVELS)
    for kind, row in results["levels"].items():
        assert row["level"] == capstone_scores.LEVELS[kind] == pytest.approx(row["reference_mean"] - 0.10, abs=0.015)
        assert row["full_marks"] >= 0.95


@pytest.mark.parametrize("seed", [1, 2, 3, key.PUBLIC_SEED])
def test_no_two_tasks_of_an_answer_are_of_one_kind(seed):
    kinds = [capstone_scores.draw_task(case.calls[0].args[3].stream).kind for case in EXERCISES["adapt"].cases(seed)]
    assert len(kinds) == len(set(kinds)) == 2


def test_a_single_task_tells_naive_answers_from_the_reference(results):
    """Would one task be enough? Then two are, and no draw of tasks is unfair to the reference's answer."""
    rows = results["answers"]
    assert rows["the reference: LoRA rank 8, 4,000 old images"]["lowest"] == 1
    for naive in ("nothing changed", "everything retrained", "head only", "LoRA rank 8, no old images"):
        assert rows[naive]["highest"] < 0.4


def test_the_reference_keeps_within_its_time(layers):
    """The limit is ten times the time that the reference needs for all its tasks."""
    import time

    x, y = capstone_scores.examples(0)
    start = time.process_time()
    reference.module("capstone").adapt(layers, x, y, np.random.default_rng(0))
    assert (time.process_time() - start) * len(EXERCISES["adapt"].cases(1)) < EXERCISES["adapt"].time_limit / 3


def test_a_solved_answer_shows_the_figures_of_each_task(layers):
    exercise = EXERCISES["adapt"]
    with Runner() as runner:
        made = key.public_keys(exercise.module)[exercise.name]
        reply = run_exercise(exercise, made, read_library(SOLUTIONS / "weightlab"), "weightlab", runner)
        verdict = judge.judge(exercise, made, reply, "weightlab/capstone.py")
    assert verdict.score == 15
    assert len(re.findall(r"task [12] of 2: new digits .* old digits .* numbers stored", verdict.message)) == 2
