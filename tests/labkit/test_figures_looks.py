"""Does a name have one colour wherever it is drawn, and do the curves of one figure have different colours?"""

from __future__ import annotations

import importlib
import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.lines import Line2D

from labkit import figures, live
from labkit.figures import panels, style
from labkit.figures.style import COLORS, FRACTION, looks
from labkit.live import network_dials
from solutions.weightlab.forward import forward
from solutions.weightlab.freezing import interpolate_layers

RUN = np.linspace(0.2, 0.9, 4)
RUNS = np.full((4, 3), 0.5)
PATH = [np.full((2, 2), 0.5)]
STARTS = ("σ = 0.01", "σ = 1", "Xavier", "He")
MIXED = ("Xavier, tanh", "σ = 1, tanh", "Xavier, ReLU", "He, ReLU")
IN_CHAPTER_6 = ("He, ReLU", "Xavier, ReLU", "σ = 1, tanh", "Xavier, sigmoid")
FIRST_WAYS = ("everything", "head only", "everything + old images", "mixture with the reader", "a second head")
ANSWERS = ("nothing changed", "everything retrained", "head only", "yours")
RANKS = {"30°": ("everything", "LoRA, rank 8"), "90°": ("everything", "LoRA, rank 1", "LoRA, rank 4", "LoRA, rank 8")}
TURNED = ("everything", "LoRA, rank 8", "LoRA, alpha turned down", "everything, turned down")
FEW = ("the reader as it is", "fine-tuned", "from scratch")
KIND = {"everything retrained": "everything", "the reader as it is": "reader", "from scratch": "newborn"}
"""What a name means that does not begin with the words of its kind."""


def curves_of(function, *arguments, **more):
    """Return a function that calls one of a chapter's figures."""
    module, name = function.rsplit(".", 1)
    return lambda: getattr(importlib.import_module(f"labkit.figures.{module}"), name)(*arguments, **more)


def of(names, value):
    """Return the same value under each of several names."""
    return dict.fromkeys(names, value)


def drawn_live(titles):
    """Return a function that draws a chart as a live figure does where nobody can touch it."""
    chart = panels.history("loss", ("step", 0, 3), "loss", of(titles, RUN), 0, 1)
    return lambda: style.show(panels.draw_still("live", [[chart]]), "a chart")


FIGURES = {
    "3, spreads": curves_of("initialization.spreads", {"tanh": of(STARTS, [RUN])}),
    "3, fractions": curves_of("initialization.fractions_by_layer", of((*MIXED, "He, ReLU, normalized"), [RUN])),
    "3, both ways": curves_of("initialization.both_ways", of(MIXED, [RUN]), of(MIXED, [RUN])),
    "5, sorted losses": curves_of("loss.sorted_losses", of(("newborn", "reader"), RUN)),
    "5, pulls": curves_of("loss.pulls", RUN, of(("cross-entropy", "mean squared error"), (RUN, RUN))),
    "6, signal and gradient": curves_of("backprop.signal_and_gradient", of(IN_CHAPTER_6, (RUN, RUN))),
    "7, live": drawn_live(("He", "10 times He", "Xavier")),
    "7, losses": curves_of("descent.loss_curves", of(("rate 0.01", "He", "Xavier"), RUN)),
    "8, while learning": curves_of("freezing.while_learning", RUNS, RUNS, ("rotated", "upright")),
    "8, mixtures": curves_of("freezing.over", range(4), {"30°": of(("rotated", "upright"), RUNS)}, "degrees"),
    "8, live": drawn_live(("reader", "newborn")),
    "8, frontier": curves_of("freezing.frontier", {"30°": of(FIRST_WAYS, PATH), "90°": of(FIRST_WAYS, PATH)}),
    "8, few": curves_of("freezing.over", range(4), {"rate 0.1": of(FEW, RUNS)}, "degrees of rotation"),
    "9, frontier": curves_of("freezing.frontier", {title: of(names, PATH) for title, names in RANKS.items()}),
    "9, enlarged": curves_of("freezing.frontier", {"30°": of(TURNED, PATH)}, enlarged=True),
    "10, frontier": curves_of("freezing.frontier", {"4 tasks": of(ANSWERS, PATH)}),
    "4, lines": curves_of("forward.lines", {"a": of(("He", "the curve"), RUN)}, RUN, "input", "output"),
}


@pytest.fixture
def shown(monkeypatch):
    """Return a function that draws one of the figures and returns it."""
    kept = []
    for name in (
        "initialization",
        "loss",
        "backprop",
        "descent",
        "freezing",
        "forward",
        "beyond",
        "lora",
        "capstone",
        "style",
    ):
        monkeypatch.setattr(f"labkit.figures.{name}.show", lambda fig, alt: kept.append(fig))

    def draw(make):
        make()
        return kept[-1]

    return draw


def colors_in(fig) -> dict[str, str]:
    """Return the colour of each name in the legends of a figure."""
    legends = [*fig.legends, *(ax.get_legend() for ax in fig.axes if ax.get_legend())]
    entries = itertools.chain(*(zip(one.get_texts(), one.legend_handles, strict=True) for one in legends))
    return {text.get_text(): to_hex(line.get_color()) for text, line in entries if isinstance(line, Line2D)}


def test_a_name_has_one_colour_wherever_it_is_drawn(shown):
    found: dict[str, dict[str, str]] = {}
    for title, make in FIGURES.items():
        for name, color in colors_in(shown(make)).items():
            found.setdefault(KIND.get(name, name), {})[title] = color
    assert {"reader", "newborn", "rotated", "upright", "everything", "LoRA, rank 8", "head only"} <= found.keys()
    for name, by_figure in found.items():
        assert len(set(by_figure.values())) == 1, f"{name}: {by_figure}"
    of_start: dict[str, set[str]] = {}
    for name, start in itertools.product(found, STARTS):
        if start in name.split(", "):
            of_start.setdefault(start, set()).update(found[name].values())
    assert [len(colors) for colors in of_start.values()] == [1] * 4 and len(set.union(*of_start.values())) == 4


def test_a_start_with_its_function_has_one_line_style_wherever_it_is_drawn():
    together = (MIXED, (*MIXED[:1], *MIXED[2:], "He, ReLU, normalized"), IN_CHAPTER_6)
    found: dict[str, set[int]] = {}
    for names in together:
        dashes = [look.dash for look in looks(names)]
        assert len(set(dashes)) == len(names)
        for name, dash in zip(names, dashes, strict=True):
            found.setdefault(name, set()).add(dash)
    assert [len(dashes) for dashes in found.values()] == [1] * 6


def test_a_method_that_never_moves_is_drawn_larger_and_in_front(shown):
    curves = {"nothing changed": [np.full((2, 2), 0.5)], "yours": [np.array([[0.5, 0.5], [0.9, 0.9]])]}
    (ax,) = shown(curves_of("freezing.frontier", {"a task": curves})).axes
    still, moving = ax.lines
    assert still.get_zorder() > moving.get_zorder() and still.get_markersize() > moving.get_markersize()


def test_tick_labels_of_neighbouring_frontiers_are_apart(shown):
    fig = shown(FIGURES["8, frontier"])
    fig.draw_without_rendering()
    left, right = fig.axes
    last, first = (
        next(one for one in ax.get_xticklabels() if one.get_text() == t) for ax, t in ((left, "100%"), (right, "0%"))
    )
    end, begin = last.get_window_extent(), first.get_window_extent()
    assert begin.x0 - end.x1 > end.width / 3


def test_spreads_have_one_legend_and_losses_say_where_they_are_cut(shown):
    fig = shown(FIGURES["3, spreads"])
    assert len(fig.legends) == 1 and not any(ax.get_legend() for ax in fig.axes)
    labels = [shown(curves_of("descent.loss_curves", {"a": RUN}, high)).axes[0].get_ylabel() for high in (0.5, 2.0)]
    assert labels == ["loss, cut at 0.5", "loss"]


def test_the_capstone_opens_with_the_colours_of_upright_and_rotated(shown):
    bars = [ax.patches for ax in shown(curves_of("capstone.opening")).axes if len(ax.patches) == 2]
    drawn = {to_hex(patch.get_facecolor()) for patches in bars for patch in patches if patch.get_facecolor()[3]}
    assert drawn == {COLORS[0], COLORS[1]}


def test_costs_of_all_kinds_share_one_axis(shown):
    table = {"everything": (1.0, 1.0, 1.0), "head only": (0.5, 0.1, 2.0)}
    axes = shown(curves_of("lora.costs", {"a network": table})).axes
    assert len({ax.get_xlim() for ax in axes}) == 1 and axes[0].get_xlim()[1] > 2


def test_a_function_beside_networks_has_a_colour_of_its_own(shown):
    first, second = shown(curves_of("forward.lines", {"relu": {"": RUN}, "some": of("ab", RUN)}, RUN, "x", "y")).axes
    (alone,) = (line for line in first.lines if len(line.get_xdata()) == len(RUN))
    others = [line.get_color() for line in second.lines if len(line.get_xdata()) == len(RUN)]
    assert len(others) == 2 and alone.get_color() not in others


def test_text_alternatives_have_true_minus_signs():
    fig, _ = figures.figure()
    alt = style.as_output(fig, "-1.5 of 196-64-10, then [-.5, 1e-09]; a well-known x-axis")["text/plain"]
    assert alt == "[figure] −1.5 of 196-64-10, then [−.5, 1e−09]; a well-known x-axis"


@pytest.mark.parametrize("title", FIGURES)
def test_two_names_of_a_figure_share_a_colour_only_if_they_have_one_start(shown, title):
    colors = colors_in(shown(FIGURES[title]))
    assert len(colors) > 1
    for (one, color), (other, same) in itertools.combinations(colors.items(), 2):
        assert color != same or set(one.split(", ")) & set(other.split(", ")) & set(STARTS), (one, other)


@pytest.mark.parametrize("names", [("upright", "rotated"), ("rotated", "upright"), ("rotated", "mine", "upright")])
def test_the_order_of_the_names_does_not_change_their_colours(names):
    by_name = dict(zip(names, looks(names), strict=True))
    assert (by_name["rotated"].color, by_name["upright"].color) == COLORS[:2]


def test_unknown_names_get_the_colours_that_are_left_in_order():
    names = ("mine", "head only", "yours", "newborn", "He times 2", "10 times He", "one more")
    mine, head, yours, newborn, twice, ten, _ = looks(names)
    assert head.color == COLORS[1]
    assert twice.color == COLORS[0], "it begins with a start's name"
    assert newborn.color not in (head.color, twice.color), "of another kind than the first that has this colour"
    assert [one.hue for one in (mine, yours, newborn, ten)] == [2, 3, 4, 5]
    assert len({one.dash for one in looks(names[:-1])}) == 6


def test_more_curves_than_colours_are_drawn_as_well():
    many = looks(f"my start {k}" for k in range(12))
    assert len(set(many)) == 12


def test_the_slider_between_two_networks_has_the_colours_of_the_frontier(monkeypatch):
    layers, x = [(np.eye(4), np.zeros(4))], np.eye(4)
    made = []
    monkeypatch.setattr(network_dials.Dial, "show", lambda dial: made.append(dial))
    live.network_dials.mix_weights(
        interpolate_layers, forward, layers, layers, of(("upright", "rotated"), (x, [0, 1, 2, 3]))
    )
    chart = made[0].answer({})["panels"][0]
    assert {one["name"]: one["color"] for one in chart["lines"]} == {"upright": "series-1", "rotated": "series-0"}
    assert [color for _, _, color, _ in chart["dots"]] == ["series-1", "series-0"]


def test_predicted_probabilities_have_one_colour(shown):
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    rows = {"one": (np.array([2.0, -1.0, 0.0]), probabilities[0])}
    gradient = probabilities - np.eye(3)[:2]
    steps = [([np.ones(4), np.ones(4)], np.array([2.0, -1.0, 0.0]), probabilities[0], "one")]
    still = panels.draw_still("all", [[panels.bars("letters", "abc", probabilities[0], percent=True)]])
    of_bars = [
        shown(curves_of("forward.logits_and_probabilities", rows)).axes[1],
        shown(curves_of("forward.pass_of_image", steps)).axes[-1],
        shown(curves_of("backprop.probability_and_gradient", probabilities, gradient, [0, 1])).axes[0],
        shown(curves_of("beyond.next_letters", {"a": np.full(27, 1 / 27)})).axes[0],
        still.axes[0],
    ]
    for ax in of_bars:
        assert ax.patches and {to_hex(bar.get_facecolor()) for bar in ax.patches} == {FRACTION}
    (ax,) = shown(curves_of("forward.predicted", np.ones((2, 4)), probabilities, ["a", "b"])).axes
    drawn = {
        to_rgba(color)[:3] for lines in ax.collections for color in lines.get_colors() if len(lines.get_paths()) == 3
    }
    assert drawn == {to_rgba(FRACTION)[:3]}


def test_figures_still_hands_out_curves_by_list_order(capsys):
    _, ax = figures.figure()
    figures.curves(ax, {"one": RUN, "two": RUN})
    assert [line.get_color() for line in ax.lines] == list(COLORS[:2])
