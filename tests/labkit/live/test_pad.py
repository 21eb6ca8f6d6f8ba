"""Does the pad answer with the learner's own function, and keep drawings for training?"""

from __future__ import annotations

import numpy as np
import pytest

import labkit
from benchmarks.drawn_digits import STYLES, drawn
from labkit import data, store
from labkit.drawings import Drawings
from labkit.live.pad import Pad
from labkit.results import effective_weights
from solutions.weightlab.descent import train
from solutions.weightlab.forward import forward, predict, softmax
from solutions.weightlab.weights import template_weights, weighted_sums

BAR = [[0.5, 0.1], [0.5, 0.9]]


def ask(tool, strokes):
    """Draw, and return the answer with its panels by name."""
    return by_name(tool.answer({"event": "draw", "strokes": [np.asarray(stroke).tolist() for stroke in strokes]}))


def press(tool, button, **values):
    return by_name(tool.answer({"event": button, "values": values}))


def by_name(answer):
    _, bars, image, votes = answer["panels"]
    return answer | {"bars": bars, "image": image["values"][0], "votes": votes["values"][0]}


@pytest.mark.parametrize("given", ["layers", "reader"])
def test_the_votes_are_the_winning_logit_without_the_part_of_the_biases(layers, given):
    network = layers if given == "layers" else data.pretrained_reader()
    answer = ask(Pad(forward, network), [BAR])
    logits, activations = forward(network, answer["image"][None])
    assert answer["bars"]["values"] == pytest.approx(logits[0])
    assert answer["bars"]["marked"] == np.argmax(logits)
    signal = answer["image"]
    for k, (weights, _) in enumerate(network):
        signal = signal @ weights * (activations[k + 1][0] > 0 if k + 1 < len(network) else 1)
    assert answer["votes"].sum() == pytest.approx(signal[answer["bars"]["marked"]], rel=1e-4)


def test_templates_are_one_layer(digits):
    templates = template_weights(digits.train_images, digits.train_labels, 10)
    answer = ask(Pad(weighted_sums, templates), [BAR])
    assert answer["bars"]["marked"] == 1
    assert answer["votes"].sum() == pytest.approx(answer["bars"]["values"][1])
    assert answer["said"].startswith("Read as 1 with ")


def test_where_nothing_is_ever_trained_no_drawing_can_be_kept(digits):
    templates = template_weights(digits.train_images, digits.train_labels, 10)
    tool = Pad(weighted_sums, templates)
    answer = tool.answer({})
    assert (answer["controls"], answer["values"]) == ((), {})
    assert "the pad centres and scales it" in answer["note"]
    assert " kept" not in ask(tool, [BAR])["said"]


def test_no_sum_is_minus_zero():
    answer = ask(Pad(weighted_sums, np.full((64, 10), -1e-6)), [BAR])
    assert {*answer["bars"]["words"]} == {"0.0"}
    assert "-0.0" not in answer["said"]


def test_with_softmax_the_bars_are_probabilities(layers):
    answer = ask(Pad(forward, layers, softmax), [BAR])
    assert answer["bars"]["percent"]
    assert answer["bars"]["values"].sum() == pytest.approx(1)


def test_an_empty_pad_has_no_winner(layers):
    answer = ask(Pad(forward, layers), [])
    assert answer["bars"]["marked"] == -1
    assert not answer["votes"].any()


def test_kept_drawings_join_a_training_set(layers, digits, capsys):
    drawings = labkit.draw_digit(forward, layers)
    assert capsys.readouterr().out.startswith("[figure] Draw a digit. One test image for each digit")
    assert drawings.images.shape == (0, 64)
    tool = Pad(forward, layers)
    ask(tool, [BAR])
    kept = press(tool, "keep", digit="1")
    assert kept["said"].endswith("1 kept.")
    assert (kept["values"]["forget"], kept["values"]["again"]) == (True, False), (
        "without a train function nothing can be trained"
    )
    images, labels = drawings.added_to(digits.train_images, digits.train_labels, copies=3)
    assert len(images) == len(labels) == 1203
    np.testing.assert_array_equal(images[-1], drawings.images[0])
    assert labels[-3:].tolist() == [1, 1, 1]
    store._pending.clear()
    np.testing.assert_array_equal(Drawings(8).images, drawings.images)  # read from the disk
    assert Drawings(14).images.shape == (1, 196), "the strokes are kept, so that they serve both sizes"
    assert press(tool, "forget")["values"]["forget"] is False
    assert len(drawings.labels) == 0


def test_nothing_is_kept_from_an_empty_pad(layers):
    assert "kept" not in press(Pad(forward, layers), "keep", digit="1")["said"]


def test_a_network_for_other_images_is_refused():
    with pytest.raises(ValueError, match="this network has 100 inputs"):
        labkit.draw_digit(weighted_sums, np.zeros((100, 10)))


def test_an_unwritten_function_is_an_error_at_once(layers):
    def stub(layers, x):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        labkit.draw_digit(stub, layers)


def test_a_few_kept_drawings_teach_a_way_of_writing_that_the_data_do_not_show(layers, digits):
    """Ones with a base line are read as twos until three of them join the training set."""
    hands, shown = drawn(520)
    ones = [hand for k, hand in enumerate(hands) if k % len(STYLES) == 4]
    assert {*shown[4 :: len(STYLES)]} == {1}
    learned, tested = ones[:3], ones[3:]
    tool = Pad(forward, layers, softmax, train)

    def read_as_one():
        return np.mean([ask(tool, hand)["bars"]["marked"] == 1 for hand in tested])

    before = read_as_one()
    for hand in learned:
        ask(tool, hand)
        press(tool, "keep", digit="1")
    said = press(tool, "again")["said"]
    assert said.startswith("After 10 epochs on digits8 and your drawings the network reads 100% of your drawings, ")
    assert before < 0.2
    assert read_as_one() > 0.9
    assert np.mean(predict(tool.network, digits.test_images) == digits.test_labels) > 0.94
    press(tool, "forget")
    assert read_as_one() == before, "the network is again what it was"


def test_effective_weights_give_the_logits_but_for_the_biases():
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=shape), np.zeros(shape[1])) for shape in ((64, 20), (20, 15), (15, 10))]
    image = rng.random((1, 64))
    logits, activations = forward(layers, image)
    np.testing.assert_allclose(image @ effective_weights(layers, activations), logits, rtol=1e-9)
