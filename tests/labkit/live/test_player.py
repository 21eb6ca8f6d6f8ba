"""Does the player show what the learner's train did, from any start?"""

from __future__ import annotations

import numpy as np
import pytest

import labkit
from labkit.lent.given_training import given_train
from labkit.live.player import Player, followed
from solutions.weightlab.descent import train
from solutions.weightlab.forward import predict
from solutions.weightlab.initialization import distinct_neurons, init_layers

SETTINGS = {"by": "epoch", "epochs": 4, "batch_size": 32, "learning_rate": 0.2, "seed": 0}


@pytest.fixture
def start():
    return init_layers([64, 20, 10], np.random.default_rng(0))


def run_of(digits, layers, trainer=train, **changed):
    examples, test = digits[:2], digits[2:]
    return followed(trainer, layers, examples, test, **SETTINGS | changed)


def test_frames_are_the_networks_that_train_returned(digits, start):
    run = run_of(digits, start)
    layers, rng = start, np.random.default_rng(0)
    for epoch in range(1, 5):
        layers, (loss,) = train(layers, *digits[:2], epochs=1, batch_size=32, learning_rate=0.2, rng=rng)
        np.testing.assert_array_equal(run.frames[epoch][0][0], layers[0][0])
        assert run.losses[epoch] == loss
    assert run.frames[0] is start
    assert run.accuracies[-1] == np.mean(predict(layers, digits.test_images) == digits.test_labels)
    assert run.accuracies[-1] > 0.8 > run.accuracies[0]


def test_steps_show_every_example_once_before_any_comes_again(digits, start):
    seen = []

    def spy(layers, x, y, **settings):
        seen.append(x)
        return layers, [1.0]

    run_of(digits, start, spy, by="step", epochs=40, batch_size=100)
    assert len(seen) == 40
    assert sum(map(len, seen[:12])) == 1200
    assert np.concatenate(seen[:12]).sum() == pytest.approx(digits.train_images.sum())


def test_equal_neurons_stay_equal_and_zero_ones_stay_inactive(digits):
    def constant(value):
        return [(np.full(shape, value), np.zeros(shape[1])) for shape in ((64, 8), (8, 10))]

    same = run_of(digits, constant(0.1), given_train)
    assert distinct_neurons(same.frames[-1][0][0]) == 1
    assert not np.allclose(same.frames[-1][0][0], 0.1), "they did learn"
    zero = run_of(digits, constant(0.0), given_train)
    assert not zero.active[-1][0].any()


def test_the_given_trainer_learns_and_reports_the_loss_it_reached(digits, start):
    run = run_of(digits, start, given_train)
    assert run.losses[1] > run.losses[-1]
    assert run.accuracies[-1] > 0.8


def test_weights_are_sent_as_bytes_from_which_the_values_come_back(digits, start):
    run = run_of(digits, start)
    player = Player({"He": run}, "epoch")
    answer = player.answer({}, b"")
    (sent,) = answer["runs"]
    assert answer["side"] == 8
    assert sent["weights"][0].shape == (5, 64, 16), "sixteen of the twenty neurons are drawn"
    back = sent["weights"][0][-1] / 127 * sent["limits"][0]
    np.testing.assert_allclose(back, run.frames[-1][0][0][:, :16], atol=sent["limits"][0] / 200)
    assert sent["losses"][0] == sent["losses"][1], "the first frame has no loss of its own"


def test_without_anybody_a_still_figure_names_every_start(digits, start, capsys):
    labkit.watch_training(train, {"He": start, "again": start}, *digits[:2], epochs=2)
    printed = capsys.readouterr().out
    assert printed.startswith("[figure] Weights of the first neurons at 3 moments")
    assert "He: loss " in printed
    assert "again: loss " in printed


def test_by_is_checked(digits, start):
    with pytest.raises(ValueError, match="not 'day'"):
        labkit.watch_training(train, {"He": start}, *digits[:2], by="day")
