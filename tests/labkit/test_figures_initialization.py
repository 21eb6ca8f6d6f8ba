"""Does each start keep its colour through the figures of chapter 03, and is each curve told apart by its dashes?"""

from __future__ import annotations

import numpy as np
import pytest

from labkit.figures import initialization as pictures

RUNS = [np.linspace(0.2, 0.9, 4)]
BOTH = {"Xavier, tanh": RUNS, "σ = 1, tanh": RUNS, "Xavier, ReLU": RUNS, "He, ReLU": RUNS}
FIGURES = {
    "standard deviations": lambda: pictures.spreads(
        {"tanh": dict.fromkeys(("σ = 0.01", "σ = 1", "Xavier", "He"), RUNS)}
    ),
    "fractions": lambda: pictures.fractions_by_layer(dict.fromkeys(("Xavier, tanh", "He, ReLU", "He, new"), RUNS)),
    "both ways": lambda: pictures.both_ways(BOTH, BOTH),
}


@pytest.fixture
def curves(monkeypatch):
    """Return a function that draws a figure and returns its labelled curves by panel."""
    kept = []
    monkeypatch.setattr(pictures, "show", lambda fig, alt: kept.append(fig))

    def drawn(name):
        FIGURES[name]()
        return [[line for line in ax.lines if not line.get_label().startswith("_")] for ax in kept[-1].axes]

    return drawn


def test_a_start_has_the_same_colour_in_all_figures_and_two_starts_have_two(curves):
    colors = {}
    for name in FIGURES:
        for panel in curves(name):
            for line in panel:
                colors.setdefault(line.get_label().partition(",")[0], set()).add(line.get_color())
    assert sorted(colors) == ["He", "Xavier", "σ = 0.01", "σ = 1"]
    assert [len(found) for found in colors.values()] == [1] * 4 and len(set.union(*colors.values())) == 4


@pytest.mark.parametrize("name", FIGURES)
def test_no_two_curves_of_a_panel_have_the_same_dashes(curves, name):
    for panel in curves(name):
        assert len(panel) > 1
        assert len({line.get_linestyle() for line in panel}) == len(panel)


def test_starts_that_a_learner_adds_are_drawn_as_well(capsys):
    pictures.spreads({"tanh": {f"my start {k}": RUNS for k in range(9)}})
    pictures.fractions_by_layer({f"my start {k}": RUNS for k in range(9)})
    assert capsys.readouterr().out.count("“my start 8”") == 2


def test_no_bar_of_a_uniform_distribution_is_beyond_its_limit(monkeypatch):
    kept = []
    monkeypatch.setattr(pictures, "show", lambda fig, alt: kept.append(fig))
    weights = np.linspace(-0.3, 0.3, 1000)
    pictures.distributions({"uniform": weights, "wide": 3 * weights}, {"uniform": {"σ": weights.std(), "a": 0.3}})
    bars = kept[-1].axes[0].patches
    ends = [
        edge
        for bar in bars
        for edge, height in zip(bar.get_data().edges, bar.get_data().values, strict=False)
        if height
    ]
    assert min(ends) == pytest.approx(-0.3)
    assert max(ends) < 0.3


def test_histograms_of_as_many_weights_have_equal_areas(monkeypatch):
    kept = []
    monkeypatch.setattr(pictures, "show", lambda fig, alt: kept.append(fig))
    weights = np.random.default_rng(0).normal(size=4000)
    pictures.distributions({"narrow": weights, "wide": 2 * weights})
    narrow, wide = kept[-1].axes
    assert narrow.get_ylim() == wide.get_ylim()
    highest = [max(max(bar.get_data().values) for bar in ax.patches) for ax in (narrow, wide)]
    assert highest[0] > 1.6 * highest[1]


def test_weights_that_are_all_zero_can_be_drawn(capsys):
    pictures.distributions({"zeros": np.zeros((4, 5))}, {"zeros": {"σ": 0.0}})
    assert "standard deviation 0.000" in capsys.readouterr().out


def test_the_fractions_before_the_first_layer_are_those_of_the_curves(capsys):
    pictures.fractions_by_layer({"digits": [np.array([0.56, 0.3]), np.array([0.58, 0.3])]})
    assert "from 0.56–0.58 to 0.30 with “digits”" in capsys.readouterr().out


def test_tiny_outputs_are_told_apart_as_large_ones_are(capsys):
    pictures.layer_outputs({"tiny": 1e-12 * np.arange(1.0, 6.0)})
    assert "5 different values" in capsys.readouterr().out
