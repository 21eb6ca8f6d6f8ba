"""Is the course's last picture drawn from the learner's own weights, kept in a file, and true of the record?"""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image

import labkit
from autograder.exercises import CHAPTERS
from autograder.learner import keepsake
from labkit import store


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(keepsake, "FOLDER", tmp_path)
    return tmp_path


def network(seed):
    rng = np.random.default_rng(seed)
    return [(rng.normal(size=(196, 12)), np.zeros(12)), (rng.normal(size=(12, 10)), np.zeros(10))]


def test_it_is_kept_in_a_file_that_says_in_words_what_it_shows(folder, capsys):
    solved = time.mktime((2026, 3, 14, 12, 0, 0, 0, 0, -1))
    asked = {**CHAPTERS["01_weights"].exercises, **CHAPTERS["01_weights"].questions}
    record = {name: {"score": one.points, "tries": 1, "solved": solved} for name, one in asked.items()}
    tried = next(iter(CHAPTERS["02_biases"].exercises))
    store.save("progress", record | {tried: {"score": 0.0, "tries": 1, "solved": None}})
    labkit.keepsake({"at birth": network(0), "adapted": network(1)})
    said = capsys.readouterr().out
    (kept,) = folder.glob("*.png")
    assert kept.name == f"my-network-{time.strftime('%Y-%m-%d')}.png"
    assert f"Kept as {kept}." in said
    points = sum(one.points for one in asked.values())
    words = Image.open(kept).info["Description"]
    assert words in said
    assert f"01 weights: {points:g} of {points:g} points, 2026-03-14; 02 biases: 0 of " in words
    assert "at birth, adapted" in words
    assert words.count("under way") == 1 and "points, under way; 03 initialization: 0 of " in words
    assert words.count("not begun") == len(CHAPTERS) - 2


def test_every_stage_is_drawn_from_its_own_weights():
    stages = {"at birth": network(0)[0][0], "adapted": network(1)[0][0]}
    fig = keepsake.draw(stages, [])
    drawn = [ax.images[0].get_array() for ax in fig.axes if ax.images]
    for weights, strip in zip(stages.values(), drawn, strict=True):
        first = strip[:, :14]
        np.testing.assert_array_equal(first.ravel(), weights[:, 0])


def test_a_folder_that_cannot_be_written_is_a_sentence(folder, monkeypatch, capsys):
    monkeypatch.setattr(keepsake, "FOLDER", folder / "nowhere")
    labkit.keepsake({"at birth": network(0)})
    assert "It could not be kept" in capsys.readouterr().out
