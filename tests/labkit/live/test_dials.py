"""Does each dial show what the learner's own function makes of its setting?"""

from __future__ import annotations

import numpy as np
import pytest

import labkit
from labkit import data
from labkit.live.tool import Dial
from solutions.weightlab.backprop import numerical_gradient
from solutions.weightlab.forward import forward, softmax
from solutions.weightlab.initialization import signal_spread


@pytest.fixture
def opened(monkeypatch):
    """Return a function that calls a tool and gives the dial that it would have shown."""
    shown = []
    monkeypatch.setattr(Dial, "show", lambda self: shown.append(self))

    def call(name, *args, **kwargs):
        assert getattr(labkit, name)(*args, **kwargs) is None
        return shown[-1]

    return call


def at(dial, **values):
    return dial.answer({"values": values})


def interpolate_layers(layers, tuned, share):
    return [tuple(a + share * (b - a) for a, b in zip(*pair, strict=True)) for pair in zip(layers, tuned, strict=True)]


def lora_merge(weights, adapter, alpha):
    down, up = adapter
    return weights + alpha / down.shape[1] * down @ up


@pytest.fixture(scope="module")
def two(digits, layers):
    """A trained network, one with its outputs swapped, and a test set for each."""
    weights, bias = layers[-1]
    turned = [*layers[:-1], (weights[:, ::-1], bias[::-1])]
    sets = {"as it is": digits[2:], "turned": (digits.test_images, 9 - digits.test_labels)}
    return layers, turned, sets


def test_the_secant_has_the_slope_that_numerical_gradient_gives(opened):
    dial = opened("drag_secant", numerical_gradient, lambda w: w**3)
    answer = at(dial, at=1.0, step=0.5)
    slopes = "slope is 3.25000; with a step of 0.00001 it is 3.00000."
    assert answer["said"] == f"At w = 1, step 0.5: the secant's {slopes}"
    (panel,) = answer["panels"]
    secant = panel["lines"][1]
    assert np.diff(secant["y"])[0] / np.diff(secant["x"])[0] == pytest.approx(3.25)
    assert [dot[:2] for dot in panel["dots"][:2]] == [(0.5, 0.125), (1.5, 3.375)], "the secant's ends lie on the curve"


def test_an_end_of_the_secant_can_be_dragged(opened):
    dial = opened("drag_secant", numerical_gradient, lambda w: w**3)
    answer = dial.answer({"event": "end", "at": [1.25, 9.0], "values": {"at": 1.0, "step": 0.9}})
    assert answer["values"]["step"] == pytest.approx(0.25)
    (panel,) = answer["panels"]
    assert panel["pointer"]["drag"]
    assert panel["dots"][1][0] == panel["pointer"]["at"][0] == pytest.approx(1.25)
    assert dial.answer({"event": "end", "at": [1.0, 0.0], "values": {"at": 1.0}})["values"]["step"] > 0


def test_temperature_divides_the_logits_and_softmax_is_the_learners(opened):
    dial = opened("set_temperature", softmax, np.array([1.0, 3.0]), ["no", "yes"])
    logits, probabilities = at(dial, temperature=2.0)["panels"]
    assert logits["values"].tolist() == [0.5, 1.5]
    np.testing.assert_allclose(probabilities["values"], softmax(np.array([[0.5, 1.5]]))[0])
    assert probabilities["marked"] == 1


@pytest.mark.parametrize("activation", ["ReLU", "tanh"])
def test_signal_and_gradient_vanish_under_one_scale_and_live_under_the_right_one(opened, activation):
    dial = opened("scale_weights", signal_spread)

    def ends(scale):
        signal, gradient = at(dial, scale=scale, activation=activation)["panels"][0]["lines"]
        return signal["y"][-1], gradient["y"][0]

    right = {"ReLU": 2**0.5, "tanh": 1.0}[activation]
    assert max(ends(0.6)) < -8
    assert min(ends(right)) > -2
    assert max(ends(right)) < 2


def test_each_panel_of_the_still_figure_names_its_scale(opened):
    rows, _ = opened("scale_weights", signal_spread).still_rows()
    titles = [panel["title"] for row in rows for panel in row]
    assert titles == [f"ReLU, standard deviation of the weights {scale}/√fan_in" for scale in ("1.00", "1.41", "2.00")]


def test_the_gradient_through_the_layers_is_the_true_one(opened):
    dial = opened("scale_weights", signal_spread, width=5, depth=3)
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=(32, 5)), [rng.normal(size=(5, 5)) / np.sqrt(5) for _ in range(3)]
    last = np.random.default_rng(0).normal(size=(32, 5))

    def passed(sums):
        for matrix in weights[1:]:
            sums = np.tanh(sums) @ matrix
        return float(np.sum(np.tanh(sums) * last))

    gradient = at(dial, scale=1.0, activation="tanh")["panels"][0]["lines"][1]["y"]
    assert 10 ** gradient[0] == pytest.approx(
        np.sqrt(np.mean(numerical_gradient(passed, x @ weights[0]) ** 2)), rel=1e-4
    )


def test_more_bends_fit_better_and_the_line_is_the_learners_forward_pass(opened):
    seen = []

    def spy(layers, x):
        seen.append(layers)
        return forward(layers, x)

    dial = opened("bend_line", spy)
    errors = []
    for neurons in (2, 6, 20):
        target, fit, *parts = at(dial, neurons=neurons, target="wave")["panels"][0]["lines"]
        np.testing.assert_allclose(fit["y"], forward(seen[-1], fit["x"][:, None])[0][:, 0])
        assert len(parts) == neurons
        errors.append(np.mean((fit["y"] - target["y"]) ** 2))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.001


def test_between_two_networks_both_accuracies_are_measured(opened, two):
    layers, turned, sets = two
    dial = opened("mix_weights", interpolate_layers, forward, layers, turned, sets)
    chart, _ = at(dial, share=0.0)["panels"]
    first, second = chart["lines"]
    assert first["y"][0] > 0.9 > first["y"][-1]
    assert second["y"][-1] == first["y"][0], "the other network reads the other set as well"
    assert [dot[:2] for dot in chart["dots"]] == [(0.0, first["y"][0]), (0.0, second["y"][0])]


def test_the_adapter_off_is_the_frozen_network_and_alpha_scales_the_change(opened, two):
    layers, _, sets = two
    rng = np.random.default_rng(0)
    adapters = {
        2: [(rng.normal(size=(len(weights), 2)), rng.normal(size=(2, weights.shape[1]))) for weights, _ in layers]
    }
    dial = opened("switch_adapter", lora_merge, forward, layers, adapters, sets)
    accuracy, _, change, total = at(dial, adapter=False)["panels"]
    assert not change["values"].any()
    assert accuracy["values"][0] > 0.9
    on, doubled = at(dial, alpha=1.0)["panels"], at(dial, alpha=2.0)["panels"]
    np.testing.assert_allclose(2 * on[2]["values"], doubled[2]["values"])
    down, up = adapters[2][0]
    np.testing.assert_allclose(on[2]["values"][0], (down @ up)[:, 0])
    assert on[0]["values"][0] < accuracy["values"][0]
    assert total["values"][0].tolist() == layers[0][0][:, 0].tolist()


def test_logits_at_different_temperatures_are_drawn_on_one_scale(opened):
    dial = opened("set_temperature", softmax, np.array([1.0, 3.0]))
    logits = [at(dial, temperature=temperature)["panels"][0] for temperature in (0.3, 1.0, 5.0, 0.1)]
    assert [panel["high"] for panel in logits] == [10.0, 10.0, 10.0, 30.0], "below 0.3 the bars would be cut"


def test_letters_are_asked_of_the_model_in_lower_case_without_signs(opened):
    asked = []

    def next_letter(text):
        asked.append(text)
        return np.eye(27)[2]  # the dot, a, b

    answer = at(opened("type_name", next_letter), typed="An-n A")
    assert asked[-1] == "anna"
    assert answer["said"].startswith("After “anna”: b 100%")
    assert answer["panels"][0]["names"][-1] == "end"


def test_without_anybody_each_dial_is_drawn_at_several_settings(capsys, two):
    layers, turned, sets = two
    labkit.set_temperature(softmax)
    labkit.mix_weights(interpolate_layers, forward, layers, turned, sets)
    temperature, mixed = capsys.readouterr().out.splitlines()
    assert temperature.startswith("[figure] Temperature of softmax. Temperature 0.3:")
    assert "100% of the way" in mixed


def test_the_reader_fits_the_default_image_width():
    assert len(data.pretrained_reader()[0][0]) == 14 * 14
