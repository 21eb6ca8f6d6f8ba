"""Does the player show what the learner's ``train`` did, from any start?"""

from __future__ import annotations

import numpy as np
import pytest

import labkit
from labkit.arrays import UnusableResultError
from labkit.lent.given_training import given_train
from labkit.live.player import Player
from solutions.weightlab.descent import train
from solutions.weightlab.forward import forward, predict
from solutions.weightlab.initialization import distinct_neurons, init_layers
from solutions.weightlab.loss import cross_entropy

SETTINGS = {"batch_size": 32, "learning_rate": 0.2}


@pytest.fixture
def start():
    return init_layers([64, 20, 10], np.random.default_rng(0))


def frames_of(digits, starts, trainer=train, by="epoch", count=4, **changed):
    """Run a training to its end; return one list of frames for each start."""
    starts = starts if isinstance(starts, dict) else {"start": starts}
    player = Player(trainer, starts, *digits[:2], test=digits[2:], by=by, epochs=count, **SETTINGS | changed)
    assert sum(1 for _ in player.run()) == count
    return list(player.frames.values())


def test_frames_are_the_networks_that_train_returned(digits, start):
    (frames,) = frames_of(digits, start)
    layers, rng = start, np.random.default_rng(0)
    for epoch in range(1, 5):
        layers, (loss,) = train(layers, *digits[:2], epochs=1, batch_size=32, learning_rate=0.2, rng=rng)
        np.testing.assert_array_equal(frames[epoch].layers[0][0], layers[0][0])
        assert frames[epoch].loss == loss
    assert frames[0].layers is start
    assert frames[-1].accuracy == np.mean(predict(layers, digits.test_images) == digits.test_labels)
    assert frames[-1].accuracy > 0.8 > frames[0].accuracy


@pytest.mark.parametrize("by", ["epoch", "step"])
def test_the_line_of_the_loss_begins_with_the_start_before_any_training(digits, start, by):
    player = Player(train, {"He": start}, *digits[:2], test=digits[2:], by=by, epochs=2, **SETTINGS)
    for _ in player.run():
        pass
    newborn = cross_entropy(forward(start, digits.train_images)[0], digits.train_labels)
    drawn = player.answer({})["charts"][0]["lines"][0]["y"]
    np.testing.assert_allclose(drawn[0], newborn)
    assert drawn[0] > drawn[1] > 0, "the first frame's own loss follows it"
    assert f"loss {newborn:.2f}, test accuracy" in player.answer({})["frames"]["He"][0]["said"]


def test_steps_show_every_example_once_before_any_comes_again(digits, start):
    seen = []

    def spy(layers, x, y, **settings):
        seen.append(x)
        return layers, [1.0]

    frames_of(digits, start, spy, by="step", count=40, batch_size=100)
    assert len(seen) == 40
    assert sum(map(len, seen[:12])) == 1200
    assert np.concatenate(seen[:12]).sum() == pytest.approx(digits.train_images.sum())


def test_equal_neurons_stay_equal_and_zero_ones_stay_inactive(digits):
    def constant(value):
        return [(np.full(shape, value), np.zeros(shape[1])) for shape in ((64, 8), (8, 10))]

    starts = {"same": constant(0.1), "zero": constant(0.0)}
    same, zero = frames_of(digits, starts, given_train)
    assert distinct_neurons(same[-1].layers[0][0]) == 1
    assert not np.allclose(same[-1].layers[0][0], 0.1), "they did learn"
    assert not zero[-1].active[0].any()
    assert same[-1].active[0].all()


def test_starts_learn_in_lockstep_from_the_same_batches(digits, start):
    seen = []

    def spy(layers, x, y, *, rng, **settings):
        seen.append((x[0].sum(), rng.integers(1000)))
        return layers, [1.0]

    frames_of(digits, {"one": start, "other": start}, spy, by="step", count=5)
    assert seen[0::2] == seen[1::2]
    assert len(set(seen)) > 3


def test_the_given_trainer_learns_and_reports_the_loss_it_reached(digits, start):
    (frames,) = frames_of(digits, start, given_train)
    assert frames[1].loss > frames[-1].loss
    assert frames[-1].accuracy > 0.8


def test_weights_are_sent_as_bytes_from_which_the_values_come_back(digits, start):
    halved = [(weights / 2, bias) for weights, bias in start]
    player = Player(train, {"He": start, "half": halved}, *digits[:2], test=digits[2:], epochs=4, **SETTINGS)
    answer = player.answer({})
    assert (list(answer["frames"]), answer["going"]) == (["He", "half"], True)
    for name, layers in player.starts.items():
        (frame,) = answer["frames"][name]
        first, last = frame["weights"]
        assert (first.dtype, first.shape, last.shape) == (np.int8, (64, 16), (16, 10)), "16 of 20 neurons are drawn"
        limit = np.abs(start[0][0][:, :16]).max()  # one scale, so that a weight half as large is half as dark
        np.testing.assert_allclose(first / 127 * limit, layers[0][0][:, :16], atol=limit / 200)
        assert frame["side"] == 8
    for _ in player.run():
        pass
    answer = player.answer({})
    assert not answer["going"]
    assert len(answer["frames"]["He"]) == 5
    assert len(answer["frames"]["He"][-1]["active"][0]) == 16
    assert len(answer["charts"][0]["lines"][0]["x"]) == 5


def test_a_training_that_diverges_is_shown_and_one_that_returns_nothing_is_named(digits, start):
    def away(layers, *_, **settings):
        return [(np.full_like(weights, np.nan), bias) for weights, bias in layers], [np.nan]

    def nothing(*_, **settings):
        pass

    (frames,) = frames_of(digits, start, away)
    assert np.isnan(frames[-1].loss)
    with pytest.raises(UnusableResultError, match=r"^nothing returned None; this figure needs layers and losses\.$"):
        frames_of(digits, start, nothing)


def test_frames_reach_the_browser_while_the_training_goes_on(digits, start, monkeypatch):
    told, shown = [], []
    monkeypatch.setattr("labkit.live.player.interactive", lambda: True)
    monkeypatch.setattr("labkit.live.tool.interactive", lambda: True)
    monkeypatch.setattr(
        "labkit.live.widget.LiveFigure.tell", lambda self, answer: told.append(len(answer["frames"]["He"]))
    )
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle) or Handle())

    class Handle:
        def update(self, bundle, raw):
            shown.append(bundle)

    def spy(*args, **settings):
        assert len(shown) == 1, "the figure is shown before the training begins"
        assert told == list(range(1, 1 + len(told)))
        return train(*args, **settings)

    labkit.watch_training(spy, {"He": start}, *digits[:2], epochs=3)
    assert told == [1, 2, 3, 4]
    assert len(shown) == 2
    assert "application/vnd.jupyter.widget-view+json" in shown[-1]
    assert "at 3 moments" in shown[-1]["text/plain"]


def test_without_anybody_a_still_figure_names_every_start(digits, start, capsys):
    labkit.watch_training(train, {"He": start, "again": start}, *digits[:2], epochs=2)
    printed = capsys.readouterr().out
    assert printed.startswith("[figure] Watch weights take shape. Weights into the first neurons of “He” at 3 moments")
    assert "He: loss " in printed
    assert "again: loss " in printed


def test_without_any_epoch_the_start_is_shown(digits, start, capsys):
    labkit.watch_training(train, {"He": start}, *digits[:2], epochs=0)
    assert "of “He” at the start, and the loss of each network" in capsys.readouterr().out


def test_the_words_count_the_images_that_were_tried(digits, capsys):
    zeros = [(np.zeros(shape), np.zeros(shape[1])) for shape in ((64, 8), (8, 10))]
    for count, words in ((1, "the image tried"), (2, "all 2 images tried"), (301, "all 300 images tried")):
        labkit.watch_training(
            train, {"zero": zeros}, digits.train_images[:count], digits.train_labels[:count], epochs=1
        )
        assert f"neurons inactive for {words}: 8" in capsys.readouterr().out


def test_by_is_checked(digits, start):
    with pytest.raises(ValueError, match="not 'day'"):
        labkit.watch_training(train, {"He": start}, *digits[:2], by="day")
