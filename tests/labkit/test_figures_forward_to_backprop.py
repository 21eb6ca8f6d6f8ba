"""Do the words of the figures of chapters 04 to 06 match their numbers, and does nothing in the figures overlap?"""

from __future__ import annotations

import re

import numpy as np
import pytest

from labkit.arrays import UnusableResultError
from labkit.figures import backprop, boundaries, forward, loss, small_networks, style

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def test_spirals_are_two_balanced_classes_that_no_line_divides():
    points, labels = boundaries.spirals()
    assert points.shape == (120, 2) and np.bincount(labels).tolist() == [60, 60]
    rng = np.random.default_rng(0)
    sums = points @ rng.normal(size=(2, 20_000)) + rng.normal(size=20_000)
    assert ((sums > 0) == labels[:, np.newaxis]).mean(axis=0).max() < 0.9


def test_the_opening_shows_that_hidden_neurons_help(capsys):
    boundaries.opening()
    none, few, many = map(int, re.findall(r"(\d+)% of the points", capsys.readouterr().out))
    assert none <= few < many == 100


def test_the_corners_picture_counts_what_is_right(capsys):
    def first_input(points):
        return (points[:, 0] > 0.5).astype(int)

    boundaries.corners(CORNERS, np.array([0, 1, 1, 0]), CORNERS, first_input, first_input)
    assert "the class is 0, then 1. 2 of 4 points are classified correctly" in capsys.readouterr().out


def test_the_fit_says_how_far_it_is_off_inside_and_outside(capsys):
    x = np.linspace(-1, 2, 7)
    boundaries.fits(x, np.zeros(7), {"one": (np.where(x > 1, 3.0, 0.25), np.array([0.0]))}, (-1, 1))
    told = "one: off by at most 0.25 in this range, and by at most 3.0 in the rest, partly outside the figure"
    assert told in capsys.readouterr().out
    boundaries.fits(x[x <= 1], np.zeros(5), {"one": (np.ones(5), np.array([0.0]))}, (-1, 1))
    assert capsys.readouterr().out.rstrip().endswith("one: off by at most 1.00 in this range.")


def test_rounding_does_not_bend_a_curve(capsys):
    x = np.linspace(0, 1, 5)
    forward.lines({"walk": {"": 0.5 + np.array([0, 1e-16, 0, 2e-16, 0])}}, x, xlabel="way", ylabel="loss")
    assert "walk: straight, from 0.5 to 0.5." in capsys.readouterr().out


def test_no_bar_of_a_negative_logit_is_cut_off(monkeypatch):
    kept = []
    monkeypatch.setattr(forward, "show", lambda fig, alt: kept.append(fig))
    forward.logits_and_probabilities({"all below zero": (np.array([-1.0, -2.0]), np.array([0.73, 0.27]))})
    low, high = kept[0].axes[0].get_ylim()
    assert low < -2 and high >= 0


def test_the_words_for_a_curve_name_a_hill_between_equal_ends(capsys):
    x = np.linspace(0, 1, 5)
    curves = {"hill": 1 + np.array([0.0, 0.1, 2, 0.1, 0]), "valley": 2 - x * (1 - x), "line": x}
    curves["both"] = np.array([0.0, 2, 0, -1, 0])
    forward.lines({"walk": curves}, x, xlabel="way", ylabel="loss")
    said = capsys.readouterr().out
    assert "from 1 to 1 with a maximum of 3, from 2 to 2 with a minimum of 1.75, from 0 to 1, " in said
    assert said.rstrip().endswith("from 0 to 0 with a maximum of 2 and a minimum of −1.")


def test_neighbouring_digits_stand_on_two_lines(monkeypatch):
    kept = []
    monkeypatch.setattr(forward, "show", lambda fig, alt: kept.append(fig))
    probabilities = np.array([[0, 0, 0, 0, 0, 0, 0.1, 0, 0.4, 0.5]])
    forward.predicted(np.zeros((1, 4)), probabilities, ["an image"])
    places = {text.get_text(): text.get_position()[1] for text in kept[0].axes[0].texts}
    assert places["8"] != places["9"] and places["6"] == places["8"]


def test_dark_is_low_in_every_landscape(monkeypatch):
    kept = []
    monkeypatch.setattr(loss, "show", lambda fig, alt: kept.append(fig))
    loss.opening()
    (chart,) = (ax for ax in kept[0].axes if ax.name != "3d" and ax.get_xlabel() == "first weight")
    assert chart.collections[0].get_cmap().name == style.LOSS
    low, high = (sum(chart.collections[0].get_cmap()(share)[:3]) for share in (0.0, 1.0))
    assert low < high


def test_surface_and_map_of_a_loss_share_their_colours(monkeypatch):
    kept = []
    monkeypatch.setattr(loss, "show", lambda fig, alt: kept.append(fig))
    places = np.linspace(-1, 1, 9)
    loss.landscape(places, places, np.add.outer(places**2, 9 * places**2), ("a", "b"), (0.0, 0.0))
    solid, chart, *_ = kept[0].axes
    assert solid.collections[0].get_clim() == chart.collections[0].get_clim()


def test_a_probability_is_as_long_as_its_bar_in_the_gradient(monkeypatch):
    kept = []
    monkeypatch.setattr(backprop, "show", lambda fig, alt: kept.append(fig))
    backprop.probability_and_gradient(np.array([[0.2, 0.8]]), np.array([[0.2, -0.2]]), [1])
    left, right = kept[0].axes
    assert left.get_ylim() == right.get_ylim()


def test_a_flat_landscape_is_drawn_and_heights_that_differ_have_different_numbers(monkeypatch):
    kept = []
    monkeypatch.setattr(loss, "show", lambda fig, alt: kept.append((fig, alt)))
    line = np.linspace(-1, 1, 9)
    for height in (0.0, 0.001):
        loss.landscape(line, line, 1 + height * np.add.outer(line**2, line**2), ("one", "other"), (0, 0))
    assert "between 1.000 and 1.000" in kept[0][1] and "between 1.0000 and 1.0020" in kept[1][1]
    kept[1][0].canvas.draw()
    (bar,) = (ax for ax in kept[1][0].axes if ax.get_ylabel() == "loss")
    shown = [words.get_text() for words in bar.get_yticklabels()]
    assert len(shown) == len(set(shown)) > 3


def test_a_loss_that_only_falls_or_only_rises_is_described_as_such(capsys):
    x, losses = np.arange(3.0), np.array([3.0, 2.0, 1.0])
    for values in (losses, losses[::-1], np.array([3.0, 1.0, 2.0])):
        loss.loss_and_accuracy(x, values, np.full(3, 0.5), "factor")
    falls, rises, both = re.findall(r"smooth curve from (.*?)\. The accuracy", capsys.readouterr().out)
    assert falls == "3.000 down to 1.000 at 2"
    assert rises == "1.000 at 0 up to 3.000"
    assert both == "3.000 down to 1.000 at 1 and up to 2.000"
    loss.loss_and_accuracy(x, np.ones(3), np.full(3, 0.5), "factor")
    loss.loss_and_accuracy(x, np.array([1.0, 1 - 1e-9, 1.002]), np.full(3, 0.5), "factor")
    said = capsys.readouterr().out
    assert "The loss is flat at 1.000." in said and "from 1.0000 at 1 up to 1.0020." in said


def test_the_squares_show_their_mean_only_if_it_is_given(monkeypatch, capsys):
    kept, shown = [], loss.show
    monkeypatch.setattr(loss, "show", lambda fig, alt: (kept.append(fig), shown(fig, alt)))
    predictions, targets = np.array([1.0, 5.0]), np.array([1.5, 3.0])
    loss.squares(predictions, targets)
    assert "errors of 0.5, 2 cost 0.25, 4.00." in (said := capsys.readouterr().out) and "mean" not in said
    loss.squares(predictions, targets, 2.125)
    assert "a square of area 2.12." in capsys.readouterr().out
    loss.squares(predictions, targets, -0.75)  # what came back for a mean may be negative
    assert "The mean cost, −0.75, is not drawn" in capsys.readouterr().out
    alone, with_mean, *_ = ([patch.get_width() for patch in fig.axes[0].patches] for fig in kept)
    assert alone == [0.5, 2.0] and with_mean == [*alone, np.sqrt(2.125)]


def test_every_probability_that_is_named_is_in_the_figure(monkeypatch):
    kept = []
    monkeypatch.setattr(loss, "show", lambda fig, alt: kept.append(fig))
    for least in (0.002, 1e-7):
        loss.cost_of_probability({"all but ruled out": least, "in doubt": 0.5})
    tops = [fig.axes[0].get_ylim()[1] for fig in kept]
    assert tops[0] == 7.5 and tops[1] > -np.log(1e-7)


def test_the_pulls_name_how_fast_each_loss_falls(capsys):
    loss.pulls(np.array([0.0, 10.0]), {"one": (np.array([1.0, 2.0]), np.array([0.5, 1e-6]))})
    assert "one: 2 at a lead of 10, where it falls by 1e−06 per unit" in capsys.readouterr().out


def test_the_chain_multiplies_along_each_way_and_adds_the_ways(capsys):
    small_networks.chain(np.array([1.0, 3.0]), 2.0, 1.0, np.array([1.0, 8.0]), np.array([2.0, -1.0]))
    said = capsys.readouterr().out
    assert "loss, 2.5," in said and "the product is −3" in said and "The sum, −1," in said


def test_a_gradient_of_another_shape_is_told_in_a_sentence():
    values, weights = [np.ones((2, 2)), np.ones((2, 1))], np.ones((2, 1))
    with pytest.raises(UnusableResultError, match=r"of shape \(2, 1\), but it was given shape \(1, 2\)"):
        small_networks.both_passes(values, [weights], grad_values=[None, None], grad_matrices=[weights.T])


def test_gradients_measured_too_roughly_are_told_apart_from_wrong_passes(capsys):
    names = ["weights 0", "bias 0"]
    backprop.check_of_passes({"yours": [2e-2, 3e-2], "pass 1": [2e-2, 9e-1]}, names)
    assert "the measurement is too imprecise" in capsys.readouterr().out
    backprop.check_of_passes({"yours": [2e-2, 3e-2], "pass 1": [2e-9, 3e-10]}, names)
    assert "imprecise" not in capsys.readouterr().out


def test_signal_and_gradient_tell_where_each_ends(capsys):
    backprop.signal_and_gradient({"a network": ([1.0, 0.5, 0.25], [1e-9, 1e-4, 1.0])})
    assert "a network: the signal ends with RMS 0.2, the gradient with 1e−09" in capsys.readouterr().out
