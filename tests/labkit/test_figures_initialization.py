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
