"""Does the pad answer with the learner's own function, and keep drawings for training?"""

from __future__ import annotations

import numpy as np
import pytest

import labkit
from labkit import data, store
from labkit.live.drawings import to_image
from labkit.live.pad import Drawings, Pad
from solutions.weightlab.descent import train
from solutions.weightlab.forward import forward, predict, softmax
from solutions.weightlab.weights import template_weights, weighted_sums
from tests.labkit.live.drawn_digits import STYLES, drawn

BAR = np.array([[0.5, 0.1], [0.5, 0.9]], np.float32)


def ask(tool, strokes, **question):
    question = {"kind": "draw"} | question | {"lengths": [len(stroke) for stroke in strokes]}
    return tool.answer(question, np.concatenate(strokes).tobytes() if strokes else b"")


@pytest.mark.parametrize("given", ["layers", "reader"])
def test_the_votes_are_the_winning_logit_without_the_part_of_the_biases(layers, given):
    network = layers if given == "layers" else data.pretrained_reader()
    answer = ask(Pad(forward, network), [BAR])
    logits, activations = forward(network, answer["image"][None])
    assert answer["values"] == pytest.approx(logits[0])
    assert answer["winner"] == np.argmax(logits)
    signal = answer["image"]
    for k, (weights, _) in enumerate(network):
        signal = signal @ weights * (activations[k + 1][0] > 0 if k + 1 < len(network) else 1)
    assert answer["votes"].sum() == pytest.approx(signal[answer["winner"]], rel=1e-4)


def test_templates_are_one_layer(digits):
    templates = template_weights(digits.train_images, digits.train_labels, 10)
    answer = ask(Pad(weighted_sums, templates), [BAR])
    assert answer["winner"] == 1
    assert answer["votes"].sum() == pytest.approx(answer["values"][1])
    assert answer["said"].startswith("Read as 1 with ")


def test_with_softmax_the_bars_are_probabilities(layers):
    answer = ask(Pad(forward, layers, softmax), [BAR])
    assert answer["percent"]
    assert answer["values"].sum() == pytest.approx(1)


def test_an_empty_pad_has_no_winner(layers):
    answer = ask(Pad(forward, layers), [])
    assert answer["winner"] is None
    assert not answer["votes"].any()


def test_kept_drawings_join_a_training_set(layers, digits, capsys):
    drawings = labkit.draw_digit(forward, layers)
    assert capsys.readouterr().out.startswith("[figure] One test image for each digit")
    assert drawings.images.shape == (0, 64)
    tool = Pad(forward, layers)
    assert ask(tool, [BAR], kind="keep", digit=1)["kept"] == 1
    images, labels = drawings.added_to(digits.train_images, digits.train_labels, copies=3)
    assert len(images) == len(labels) == 1203
    np.testing.assert_array_equal(images[-1], drawings.images[0])
    assert labels[-3:].tolist() == [1, 1, 1]
    store._pending.clear()
    np.testing.assert_array_equal(Drawings(8).images, drawings.images)  # read from the disk
    assert Drawings(14).images.shape == (1, 196), "the strokes are kept, so that they serve both sizes"
    assert ask(tool, [], kind="forget")["kept"] == 0
    assert len(drawings.labels) == 0


def test_nothing_is_kept_from_an_empty_pad(layers):
    assert ask(Pad(forward, layers), [], kind="keep", digit=1)["kept"] == 0


def test_a_network_for_other_images_is_refused():
    with pytest.raises(ValueError, match="this network has 100 inputs"):
        labkit.draw_digit(weighted_sums, np.zeros((100, 10)))


def test_an_unwritten_function_is_an_error_at_once(layers):
    def stub(layers, x):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        labkit.draw_digit(stub, layers)


def test_a_few_kept_drawings_teach_a_way_of_writing_that_the_data_do_not_show(layers, digits):
    """Most open fours are misread until three of them join the training set."""
    hands, shown = drawn(520)
    fours = [hand for k, hand in enumerate(hands) if k % len(STYLES) == 13]
    assert {shown[13], *shown[13 :: len(STYLES)]} == {4}
    learned, tested = fours[:3], np.array([to_image(hand, 8) for hand in fours[3:]])
    before = np.mean(predict(layers, tested) == 4)
    for hand in learned:
        ask(Pad(forward, layers), [stroke.astype(np.float32) for stroke in hand], kind="keep", digit=4)
    x, y = Drawings(8).added_to(digits.train_images, digits.train_labels)
    settings = {"epochs": 10, "batch_size": 32, "learning_rate": 0.1, "rng": np.random.default_rng(1)}
    again, _ = train(layers, x, y, **settings)
    after = np.mean(predict(again, tested) == 4)
    old = np.mean(predict(again, digits.test_images) == digits.test_labels)
    assert before < 0.6
    assert after > 0.9
    assert old > 0.94
